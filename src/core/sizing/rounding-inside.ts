/**
 * Where rounding starts for a book that began outside limits. Whole lots towards no trade would leave it up to a lot outside, so
 * the trades that lower what is too high are rounded away from no trade, as far as the limits on single trades let them; where
 * that breaks another limit, one order at a time is moved to its neighbour on the grid, the one that takes most off
 * Σ excess/|limit|, as long as one does. What is then left is where rounding may stay, and never further out than the book began.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import { type Choice, nextChoice } from '../maths/lattice-choices.ts'
import type { LatticeChoices } from '../maths/lattice-types.ts'
import { BACK, isBreached, measureRow, mustHold, type Row, slopeRow, TOLERANCE, unitOf } from './limits.ts'
import { type Lots, makeLots, type RoundedLeg } from './order-grid.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { boundOf, orderOf, placeOf, type Unrounded, weigh } from './rounding.ts'
import { capInstrument, capUnderlying, tighter } from './trade-caps.ts'

/** One order, and all it may be from nothing to its cap. */
interface Order {
  readonly j: number
  readonly side: 1 | -1
  readonly lots: Lots
  readonly choices: LatticeChoices
  now: Choice
}

/** @param bounds how far each row may go, as `constrain` found it @returns legs and rows that rounding may start from */
export function startInside(
  inputs: PlanInputs,
  held: Valued,
  { unrounded, bounds }: { readonly unrounded: Unrounded; readonly bounds: Float64Array },
): Unrounded {
  const { universe } = inputs.mandate
  const { legs, rows } = unrounded
  const orders = legs.flatMap((leg, j) => (leg === null ? [] : [makeOrder(inputs, held, { legs, j, leg })]))
  const breached = rows.filter((row) => isBreached(inputs, row))
  const bounded = rows
    .map((row, k) => ({ ...row, bound: bounds[k]!, back: isBreached(inputs, row) }))
    .filter((row) => mustHold(inputs, row))
  const traded = new Float64Array(legs.length)
  for (const { j, now } of orders) traded[j] = now.weight
  const excess = (): number =>
    bounded.reduce((sum, row) => {
      const over = measureRow(universe, row, traded) - row.bound
      return over > (row.back ? BACK * unitOf(row) : TOLERANCE) ? sum + over / unitOf(row) : sum
    }, 0)
  if (excess() > 0) {
    const floors = orders.map(({ now }) => ({ ...now }))
    const before = excess()
    roundAway(inputs, { orders, traded, breached })
    if (excess() > before) setOrders(orders, traded, floors)
    moveOneByOne(orders, traded, excess)
  }
  // No trade at all obeys these, whatever rounding makes of the others.
  const least = rows.map((row, k) => Math.max(row.bound, bounds[k]!))
  const ends = rows.map((row, k) =>
    mustHold(inputs, row) ? Math.max(bounds[k]!, measureRow(universe, row, traded)) : bounds[k]!,
  )
  if (ends.some((end, k) => end > least[k]! + TOLERANCE))
    return { ...unrounded, rows: rows.map((row, k) => ({ ...row, bound: withRoom(least[k]!) })) }
  const started = legs.slice()
  for (const order of orders) started[order.j] = restart(legs[order.j]!, order, breached[0]!)
  return { ...unrounded, legs: started, rows: rows.map((row, k) => ({ ...row, bound: withRoom(ends[k]!) })) }
}

/** A measure of its own size is summed in another order on the lattice. */
const withRoom = (bound: number): number => bound + 8 * Number.EPSILON * Math.abs(bound)

/** A leg that starts from another order than it would alone. */
function restart(leg: RoundedLeg, { lots, now }: Order, { limit }: Row): RoundedLeg {
  const quantity = orderOf(lots, now)
  if (quantity === leg.quantity) return leg
  const further = leg.exact.n < 0n ? quantity < leg.floor : quantity > leg.floor
  return { ...leg, quantity, floor: further ? quantity : leg.floor, because: [{ kind: 'limitAfterRounding', limit }] }
}

function makeOrder(
  inputs: PlanInputs,
  held: Valued,
  of: { readonly legs: readonly (RoundedLeg | null)[]; readonly j: number; readonly leg: RoundedLeg },
): Order {
  const { j, legs, leg } = of
  const { universe } = inputs.mandate
  const u = universe.underlyingOf[j]!
  const direction = leg.exact.n < 0n ? -1 : 1
  const mates = universe.instrumentsOf[u]!.filter((k) => legs[k] !== null)
  const weightOf = (k: number): number => toNumber(legs[k]!.floor) * held.unitWeight[k]!
  let cap = capInstrument(inputs, held, { at: j, direction, priced: false })
  const own = capUnderlying(inputs, held, { at: u, direction, priced: false })
  // Of several instruments the first alone may use what room their underlying has left.
  const others = mates.reduce((sum, k) => (k === j ? sum : sum + weightOf(k)), 0)
  const room = mates[0] === j ? Math.max(0, own.size - direction * others) : Math.abs(weightOf(j))
  cap = tighter({ ...own, size: room }, cap)
  const alone = mates.length === 1
  const bound = boundOf(inputs, held, { j, weight: direction * cap.size, limit: cap.limit, alone })
  const lots = makeLots(inputs, held.quantity[j]!, {
    j,
    least: leg.least,
    lower: direction < 0 ? bound : ZERO,
    upper: direction > 0 ? bound : ZERO,
    near: leg.quantity,
  })
  const choices = weigh(lots, held.unitWeight[j]!)
  const { lots: count, point } = placeOf(lots, leg.quantity)
  const now = { weight: toNumber(orderOf(lots, { lots: count, point })) * held.unitWeight[j]!, lots: count, point }
  return { j, side: direction, lots, choices, now }
}

/** Every order that lowers a breached measure to the next on its grid. */
function roundAway(
  inputs: PlanInputs,
  of: { readonly orders: readonly Order[]; readonly traded: Float64Array; readonly breached: readonly Row[] },
): void {
  const { orders, traded, breached } = of
  const direction = new Int8Array(traded.length)
  for (const { j, side } of orders) direction[j] = side
  const slopes = breached.map((row) => slopeRow(inputs.mandate.universe, row, traded, direction))
  for (const order of orders) {
    const { j, side } = order
    if (!slopes.some((slope) => slope[j]! * side < 0)) continue
    const next = { ...order.now }
    if (nextChoice(order.choices, order.now, side, next)) setOrder(order, traded, next)
  }
}

function setOrder(order: Order, traded: Float64Array, choice: Choice): void {
  order.now = choice
  traded[order.j] = choice.weight
}

function setOrders(orders: readonly Order[], traded: Float64Array, choices: readonly Choice[]): void {
  orders.forEach((order, k) => {
    setOrder(order, traded, choices[k]!)
  })
}

/** Steps after which what is left is left: twice there and back for every order. */
const STEPS_PER_ORDER = 4

/** Moves one order at a time to the neighbour that takes most off, the first of equals, until none does. */
function moveOneByOne(orders: readonly Order[], traded: Float64Array, excess: () => number): void {
  for (let step = 0, now = excess(); now > 0 && step < STEPS_PER_ORDER * orders.length; step++) {
    let best: { readonly order: Order; readonly choice: Choice } | null = null
    let least = now
    for (const order of orders) {
      const before = order.now
      for (const side of [-1, 1]) {
        const choice = { ...before }
        if (!nextChoice(order.choices, before, side, choice)) continue
        setOrder(order, traded, choice)
        const after = excess()
        if (after < least) {
          least = after
          best = { order, choice }
        }
      }
      setOrder(order, traded, before)
    }
    if (best === null) return
    setOrder(best.order, traded, best.choice)
    now = least
  }
}
