/**
 * Stage 5: what the limits leave of the wanted trades, on the instruments that may be traded. `costAware` weighs the limits
 * together with risk and cost; for the other policies every trade keeps its direction and only shrinks, to the nearest the
 * limits allow in the metric of risk (a trade may therefore be held back because another one is). A book outside a limit that
 * holds is brought back whatever the policy wanted (`limit-breach.ts`), by the trades nearest to that; no plan moves it further
 * outside.
 */
import { type Result, succeed } from '../base/result.ts'
import { makeDecision, makeSpace } from './decision.ts'
import { errorSlopeOf } from './error-slope.ts'
import { type Reached, reachLimits, relaxLimits } from './limit-breach.ts'
import { limitRows } from './limit-rows.ts'
import { addPrices, type Binding, type Cap, exceeds, isBreached, type Row, tradedOf, type Within } from './limits.ts'
import { boxTowards, type Nearest, projectNearest, shrinkToNearest } from './nearest.ts'
import { optimiseWithin } from './optimum.ts'
import { boxOf } from './optimum-rows.ts'
import type { Allowed, Imbalance, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { type Split, splitCheapestFirst } from './split.ts'
import { capInstrument, capUnderlying } from './trade-caps.ts'
import { listTradeable, underlyingCost } from './tradeable.ts'

export function constrain(
  inputs: PlanInputs,
  held: Valued,
  { wanted, imbalance }: { readonly wanted: Wanted; readonly imbalance: Imbalance },
): Result<Allowed> {
  const { byInstrument } = wanted
  const rows = limitRows(inputs, held)
  const breached = rows.filter((row) => isBreached(inputs, row))
  if (byInstrument !== null) return reoptimise(inputs, held, { wanted, free: byInstrument, imbalance, rows, breached })
  return breached.length === 0
    ? shrinkUnder(inputs, held, { wanted, rows })
    : bringBack(inputs, held, { wanted, rows, breached })
}

/** Trades keep their direction and only shrink. What one proposal goes through, whatever the policy of its book. */
export const shrink = (inputs: PlanInputs, held: Valued, wanted: Wanted): Result<Allowed> =>
  shrinkUnder(inputs, held, { wanted, rows: limitRows(inputs, held) })

function shrinkUnder(
  inputs: PlanInputs,
  held: Valued,
  { wanted, rows }: { readonly wanted: Wanted; readonly rows: readonly Row[] },
): Result<Allowed> {
  const split = splitCheapestFirst(inputs, held, { wanted: wanted.trade, rows })
  const capped = sumByUnderlying(inputs, split.byInstrument)
  if (isWithin(inputs, { wanted, capped, rows, byInstrument: split.byInstrument }))
    return succeed(unlimited(wanted, split.byInstrument))
  const projected = shrinkToNearest(inputs, {
    wanted: wanted.trade,
    split: split.byInstrument,
    rows,
    errorSlope: errorSlopeOf(inputs, held),
  })
  if (!projected.ok) return projected
  const nearest = projected.value
  const caps = capsThatHold(split, capped, nearest)
  return succeed(explain(wanted, { ...nearest, binding: [...caps, ...nearest.binding] }))
}

/** Share of a cost in the distance of trades: enough to choose the cheaper instrument, too little to change how much is traded. */
const CHOICE = 0.01

interface Outside {
  readonly wanted: Wanted
  readonly rows: readonly Row[]
  /** Those of the rows that the book is outside of. */
  readonly breached: readonly Row[]
}

/**
 * The trades nearest to what was wanted that bring the book as near to the limits it is outside of as any can: first of those
 * that were wanted or lower a measure that is too high, of all that may be made where these do not reach as far.
 */
function bringBack(inputs: PlanInputs, held: Valued, { wanted, rows, breached }: Outside): Result<Allowed> {
  const { universe } = inputs.mandate
  const asked = rows.map((row) => ({ ...row, bound: row.asked }))
  const { byInstrument: split, binding } = splitCheapestFirst(inputs, held, { wanted: wanted.trade, rows })
  const capped = sumByUnderlying(inputs, split)
  if (isWithin(inputs, { wanted, capped, rows: asked, byInstrument: split }))
    return succeed({ ...unlimited(wanted, split), bounds: Float64Array.from(asked, ({ bound }) => bound) })
  const listed = listTradeable(inputs)
  const space = makeSpace(listed, universe.instruments.length)
  const all = boxOf(inputs, held, space)
  const towards = boxTowards(inputs, { split, breached, space, all })
  const near = reachLimits(inputs, { space, box: towards, rows })
  if (!near.ok) return near
  const far = near.value.excess === 0 ? near : reachLimits(inputs, { space, box: all, rows })
  if (!far.ok) return far
  const [reached, box] = far.value.excess < near.value.excess ? [far.value, all] : [near.value, towards]
  const relaxed = reached.excess === 0 ? succeed([]) : relaxLimits(inputs, held)
  if (!relaxed.ok) return relaxed
  const { costs } = held
  const cheapest = underlyingCost(held, listed)
  const extra = Float64Array.from(
    space.instruments,
    (j) => CHOICE * (costs.proportional[j]! - cheapest[universe.underlyingOf[j]!]!),
  )
  const within = projectNearest(inputs, {
    wanted: wanted.trade,
    split,
    rows: boundBy(rows, reached),
    space,
    box,
    extra,
    errorSlope: errorSlopeOf(inputs, held),
  })
  if (!within.ok) return within
  const nearest = within.value
  const caps = capsThatHold({ byInstrument: split, binding }, capped, nearest)
  const explained = explain(wanted, { ...nearest, binding: [...caps, ...nearest.binding] }, reached.stops)
  return succeed({ ...explained, bounds: reached.bounds, relaxations: relaxed.value })
}

const boundBy = (rows: readonly Row[], { bounds }: Reached): Row[] =>
  rows.map((row, k) => ({ ...row, bound: bounds[k]! }))

/** The optimum under the limits where the one without them breaks any. */
function reoptimise(
  inputs: PlanInputs,
  held: Valued,
  of: Outside & { readonly free: Float64Array; readonly imbalance: Imbalance },
): Result<Allowed> {
  const { wanted, free, rows, breached } = of
  const capped = capTrades(inputs, held, free)
  const asked = rows.map((row) => ({ ...row, bound: row.asked }))
  const inside = breached.length === 0
  if (isWithin(inputs, { wanted, capped, rows: asked, byInstrument: free }))
    return succeed({
      ...unlimited(wanted, free),
      bounds: inside ? null : Float64Array.from(asked, ({ bound }) => bound),
    })
  const decision = makeDecision(inputs, held, of.imbalance.weight)
  const reached = inside ? null : reachLimits(inputs, { space: decision, box: boxOf(inputs, held, decision), rows })
  if (reached !== null && !reached.ok) return reached
  const relaxed = reached === null || reached.value.excess === 0 ? succeed([]) : relaxLimits(inputs, held)
  if (!relaxed.ok) return relaxed
  const bounded = reached === null ? rows : boundBy(rows, reached.value)
  const optimum = optimiseWithin(inputs, held, { decision, rows: bounded, free })
  if (!optimum.ok) return optimum
  const explained = explain(wanted, optimum.value, reached?.value.stops)
  return succeed({ ...explained, bounds: reached?.value.bounds ?? null, relaxations: relaxed.value })
}

/** Whether no cap and no row takes anything away. */
const isWithin = (
  { mandate: { universe } }: PlanInputs,
  parts: {
    readonly wanted: Wanted
    readonly capped: Float64Array
    readonly rows: readonly Row[]
    readonly byInstrument: Float64Array
  },
): boolean =>
  parts.capped.every((z, u) => z === parts.wanted.trade[u]) &&
  !parts.rows.some((row) => exceeds(universe, row, parts.byInstrument))

const unlimited = (wanted: Wanted, byInstrument: Float64Array): Allowed => ({
  trade: wanted.trade,
  byInstrument,
  because: wanted.because.map(() => []),
  bounds: null,
  relaxations: [],
})

const sumByUnderlying = ({ mandate: { universe } }: PlanInputs, byInstrument: Float64Array): Float64Array =>
  Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))

/** What the caps on single trades leave of trades per instrument, per underlying. */
function capTrades(inputs: PlanInputs, held: Valued, free: Float64Array): Float64Array {
  const { universe } = inputs.mandate
  const left = free.map((t, j) => {
    if (t === 0) return 0
    const side = t > 0 ? 1 : -1
    return side * Math.min(Math.abs(t), capInstrument(inputs, held, { at: j, direction: side, priced: false }).size)
  })
  return Float64Array.from(universe.underlyings, (_, u) => {
    const z = tradedOf(universe, left, u)
    if (z === 0) return 0
    const side = z > 0 ? 1 : -1
    return side * Math.min(Math.abs(z), capUnderlying(inputs, held, { at: u, direction: side, priced: false }).size)
  })
}

/** The caps of the trades that end on them. */
const capsThatHold = (
  { binding }: Split,
  capped: Float64Array,
  { trade: allowed, capErrorPrices }: Nearest,
): Binding[] => {
  const caps = binding.flatMap((cap: Cap | null, u): Binding[] => {
    if (cap === null || allowed[u] !== capped[u]) return []
    const touches = new Uint8Array(capped.length)
    touches[u] = 1
    const { limit, name, limitValue, perUnit } = cap
    const saved = capErrorPrices[u]!
    const errorPrice = saved === null ? null : saved * perUnit
    return [{ limit, name, limitValue, touches, back: null, price: null, errorPrice }]
  })
  return addPrices(caps)
}

/** Trades that differ by less differ by the rounding of two solves. */
const NOISE = 1e-12

/** @param stops what keeps the book from coming back inside its limits: it holds back what would */
function explain(wanted: Wanted, { trade, byInstrument, binding }: Within, stops: readonly Binding[] = []): Allowed {
  const because = Array.from(wanted.trade, (z, u): Reason[] => {
    const allowed = trade[u]!
    if (z === allowed || (allowed !== 0 && Math.abs(z - allowed) <= NOISE)) return []
    const touching = [...stops, ...binding].filter(({ touches }) => touches[u] === 1)
    const isLess = allowed * z >= 0 && Math.abs(allowed) < Math.abs(z)
    const held = touching.find(({ back }) => (back === null) === isLess) ?? touching[0]
    if (held === undefined) return [{ kind: 'movedWithOthers', wanted: z, allowed }]
    const { limit, name, limitValue, back, price, errorPrice } = held
    const shared = { limit, name, limitValue, wanted: z, allowed, price, errorPrice }
    // What a limit leaves less of than was wanted it holds back, also where it brings back others.
    return [back === null || isLess ? { kind: 'bound', ...shared } : { kind: 'backInside', ...shared, ...back }]
  })
  return { trade, byInstrument, because, bounds: null, relaxations: [] }
}
