/**
 * Where rounding starts for a book that began outside limits. Whole lots towards no trade would leave it up to a lot outside, so
 * the trades that lower what is too high are rounded away from no trade, as far as the limits on single trades let them; where
 * that breaks another limit, one order at a time is moved on the grid, the one that takes most off Σ excess/|limit|, as long as one
 * does. What is then left is where rounding may stay, and never further out than the book began.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import type { Universe } from '../domain/universe.ts'
import { type Choice, choiceFrom, nextChoice } from '../maths/lattice-choices.ts'
import type { LatticeChoices } from '../maths/lattice-types.ts'
import { directionOf } from './exact-trade.ts'
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

/** Orders on the move, and the limits that they are moved for. */
interface Search {
  readonly universe: Universe
  readonly orders: readonly Order[]
  /** Per instrument. */
  readonly traded: Float64Array
  readonly limits: readonly Sought[]
}

interface Sought {
  readonly row: Row
  /** What a share of the limit beyond its bound counts. */
  readonly weight: number
  /** Less than this beyond is on it. */
  readonly room: number
}

/** What the book was inside of holds before anything comes nearer; what has a price comes last. */
const WEIGHTS = { inside: 1e3, outside: 1, priced: 1e-3 }

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
  const traded = new Float64Array(legs.length)
  for (const { j, now } of orders) traded[j] = now.weight
  const search: Search = { universe, orders, traded, limits: soughtOf(inputs, rows, bounds) }
  const before = excessOf(search)
  if (before > 0) {
    const floors = orders.map(({ now }) => now)
    roundAway(search, breached)
    if (excessOf(search) > before) for (const [k, order] of orders.entries()) setOrder(order, traded, floors[k]!)
    moveOneByOne(search)
  }
  // No trade at all obeys these, whatever rounding makes of the others.
  const least = rows.map((row, k) => Math.max(row.bound, bounds[k]!))
  const ends = rows.map((row, k) =>
    mustHold(inputs, row) ? Math.max(bounds[k]!, measureRow(universe, row, traded)) : bounds[k]!,
  )
  const isBeyond = (row: Row, k: number): boolean => row.price === HELD && ends[k]! > least[k]! + TOLERANCE
  if (rows.some(isBeyond)) return { ...unrounded, rows: rows.map((row, k) => ({ ...row, bound: withRoom(least[k]!) })) }
  const started = legs.slice()
  for (const order of orders) started[order.j] = restart(legs[order.j]!, order, breached[0]!)
  return { ...unrounded, legs: started, rows: rows.map((row, k) => ({ ...row, bound: withRoom(ends[k]!) })) }
}

const HELD = Number.POSITIVE_INFINITY

const soughtOf = (inputs: PlanInputs, rows: readonly Row[], bounds: Float64Array): Sought[] =>
  rows.flatMap((row, k): Sought[] => {
    if (!mustHold(inputs, row)) return []
    const outside = isBreached(inputs, row)
    return [
      {
        row: { ...row, bound: bounds[k]! },
        weight: row.price < HELD ? WEIGHTS.priced : outside ? WEIGHTS.outside : WEIGHTS.inside,
        room: outside ? BACK * unitOf(row) : TOLERANCE,
      },
    ]
  })

const excessOf = ({ universe, traded, limits }: Search): number =>
  limits.reduce((sum, { row, weight, room }) => {
    const over = measureRow(universe, row, traded) - row.bound
    return over > room ? sum + (weight * over) / unitOf(row) : sum
  }, 0)

/** A measure of its own size is summed in another order on the lattice. */
const withRoom = (bound: number): number => bound + 8 * Number.EPSILON * Math.abs(bound)

/** A leg that starts from another order than it would alone. */
function restart(leg: RoundedLeg, { lots, now }: Order, { limit }: Row): RoundedLeg {
  const quantity = orderOf(lots, now)
  if (quantity === leg.quantity) return leg
  const further = directionOf(leg.sized) < 0 ? quantity < leg.floor : quantity > leg.floor
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
  const direction = directionOf(leg.sized)
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
function roundAway({ universe, orders, traded }: Search, breached: readonly Row[]): void {
  const direction = new Int8Array(traded.length)
  for (const { j, side } of orders) direction[j] = side
  const slopes = breached.map((row) => slopeRow(universe, row, traded, direction))
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

/** Steps after which what is left is left: twice there and back for every order. */
const STEPS_PER_ORDER = 4

/**
 * Moves one order at a time, to a neighbour or to where it alone would bring a measure to its bound: the move that takes most
 * off, the first of equals, until none does.
 */
function moveOneByOne(search: Search): void {
  const { orders, traded } = search
  for (let step = 0, now = excessOf(search); now > 0 && step < STEPS_PER_ORDER * orders.length; step++) {
    let best: { readonly order: Order; readonly choice: Choice } | null = null
    let least = now
    const slopes = slopesBeyond(search)
    for (const order of orders) {
      const before = order.now
      for (const choice of movesOf(order, slopes)) {
        setOrder(order, traded, choice)
        const after = excessOf(search)
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

interface Beyond {
  readonly over: number
  readonly slope: Float64Array
}

/** The measures that are beyond their bounds, with their slopes where the orders are. */
function slopesBeyond({ universe, orders, traded, limits }: Search): Beyond[] {
  const direction = new Int8Array(traded.length)
  for (const { j, side } of orders) direction[j] = side
  return limits.flatMap(({ row, room }): Beyond[] => {
    const over = measureRow(universe, row, traded) - row.bound
    return over > room ? [{ over, slope: slopeRow(universe, row, traded, direction) }] : []
  })
}

function movesOf({ j, choices, now }: Order, beyond: readonly Beyond[]): Choice[] {
  const moves: Choice[] = []
  const add = (found: boolean, choice: Choice): void => {
    if (found && choice.weight !== now.weight) moves.push(choice)
  }
  for (const side of [-1, 1]) {
    const next = { ...now }
    add(nextChoice(choices, now, side, next), next)
    for (const { over, slope } of beyond) {
      if (slope[j] === 0) continue
      const there = { ...now }
      add(choiceFrom(choices, now.weight - over / slope[j]!, side, there), there)
    }
  }
  return moves
}
