/**
 * Stage 5: what the limits leave of the wanted trades, on the instruments that may be traded. `costAware` weighs the limits
 * together with risk and cost; for the other policies every trade keeps its direction and only shrinks, to the nearest the
 * limits allow in the metric of risk (a trade may therefore be held back because another one is). A plan never moves a book
 * further outside a limit.
 */
import { type Result, succeed } from '../base/result.ts'
import { makeDecision } from './decision.ts'
import { limitRows } from './limit-rows.ts'
import { type Binding, type Cap, exceeds, type Row, tradedOf, type Within } from './limits.ts'
import { projectNearest } from './nearest.ts'
import { optimiseWithin } from './optimum.ts'
import { reachOf } from './optimum-rows.ts'
import type { Allowed, Imbalance, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { type Split, splitCheapestFirst } from './split.ts'
import { capInstrument, capUnderlying } from './trade-caps.ts'

export function constrain(
  inputs: PlanInputs,
  held: Valued,
  { wanted, imbalance }: { readonly wanted: Wanted; readonly imbalance: Imbalance },
): Result<Allowed> {
  const { byInstrument } = wanted
  return byInstrument === null
    ? shrink(inputs, held, wanted)
    : reoptimise(inputs, held, { wanted, free: byInstrument, imbalance })
}

/** Trades keep their direction and only shrink. Also what one proposal goes through, whatever the policy of its book. */
export function shrink(inputs: PlanInputs, held: Valued, wanted: Wanted): Result<Allowed> {
  const rows = limitRows(inputs, held)
  const split = splitCheapestFirst(inputs, held, { wanted: wanted.trade, rows })
  const capped = sumByUnderlying(inputs, split.byInstrument)
  if (isWithin(inputs, { wanted, capped, rows, byInstrument: split.byInstrument }))
    return succeed(unlimited(wanted, split.byInstrument))
  const projected = projectNearest(inputs, { wanted: wanted.trade, split: split.byInstrument, rows })
  if (!projected.ok) return projected
  const nearest = projected.value
  const caps = capsThatHold(split, { capped, allowed: nearest.trade })
  return succeed(explain(wanted, { ...nearest, binding: [...caps, ...nearest.binding] }))
}

/** The optimum under the limits where the one without them breaks any. */
function reoptimise(
  inputs: PlanInputs,
  held: Valued,
  { wanted, free, imbalance }: { readonly wanted: Wanted; readonly free: Float64Array; readonly imbalance: Imbalance },
): Result<Allowed> {
  const rows = limitRows(inputs, held)
  const capped = capTrades(inputs, held, free)
  const priced = rows.map((row) => ({ ...row, bound: reachOf(row).bound }))
  if (isWithin(inputs, { wanted, capped, rows: priced, byInstrument: free })) return succeed(unlimited(wanted, free))
  const decision = makeDecision(inputs, held, imbalance.weight)
  const optimum = optimiseWithin(inputs, held, { decision, rows, free })
  return optimum.ok ? succeed(explain(wanted, optimum.value)) : optimum
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
  { capped, allowed }: { readonly capped: Float64Array; readonly allowed: Float64Array },
): Binding[] =>
  binding.flatMap((cap: Cap | null, u): Binding[] => {
    if (cap === null || allowed[u] !== capped[u]) return []
    const touches = new Uint8Array(capped.length)
    touches[u] = 1
    const { limit, name, limitValue } = cap
    return [{ limit, name, limitValue, touches, price: null }]
  })

/** Trades that differ by less differ by the rounding of two solves. */
const NOISE = 1e-12

function explain(wanted: Wanted, { trade, byInstrument, binding }: Within): Allowed {
  const because = Array.from(wanted.trade, (z, u): Reason[] => {
    const allowed = trade[u]!
    if (z === allowed || (allowed !== 0 && Math.abs(z - allowed) <= NOISE)) return []
    const held = binding.find(({ touches }) => touches[u] === 1)
    if (held === undefined) return [{ kind: 'movedWithOthers', wanted: z, allowed }]
    const { limit, name, limitValue, price } = held
    return [{ kind: 'bound', limit, name, limitValue, wanted: z, allowed, price }]
  })
  return { trade, byInstrument, because }
}
