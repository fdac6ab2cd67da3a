/**
 * Stage 5: what the limits leave of the wanted trades, on the instruments that may be traded. `costAware` weighs the limits
 * together with risk and cost; for the other policies every trade keeps its direction and only shrinks, to the nearest the
 * limits allow in the metric of risk (a trade may therefore be held back because another one is). A plan never moves a book
 * further outside a limit.
 */
import { exceeds, limitRows, type Row, tradedOf } from './limits.ts'
import { projectNearest } from './nearest.ts'
import { optimiseWithin } from './optimum.ts'
import type { Allowed, LimitName, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { shareInside, splitCheapestFirst } from './split.ts'

/** What a stage of limits answers: traded weight per underlying, and the rows that hold it. */
interface Within {
  readonly trade: Float64Array
  readonly binding: readonly { readonly row: Row; readonly touches: Uint8Array }[]
}

export function constrain(inputs: PlanInputs, held: Valued, wanted: Wanted): Allowed {
  const { universe, policy } = inputs.mandate
  const rows = limitRows(inputs, held)
  const byUnderlying = (byInstrument: Float64Array): Float64Array =>
    wanted.trade.map((_, u) => tradedOf(universe, byInstrument, u))
  const split = splitCheapestFirst(inputs, held, { wanted: wanted.trade, rows })
  const capped = byUnderlying(split.byInstrument)
  if (capped.every((z, u) => z === wanted.trade[u]) && !rows.some((row) => exceeds(universe, row, split.byInstrument)))
    return { trade: wanted.trade, byInstrument: split.byInstrument, because: wanted.because.map(() => []) }
  if (policy.kind !== 'costAware') {
    const { byInstrument } = split
    const nearest = projectNearest(inputs, { wanted: wanted.trade, capped, byInstrument, rows })
    return explain(wanted, nearest, {
      binding: split.binding,
      capped,
      byInstrument: byInstrument.map((t, j) =>
        scale(t, capped[universe.underlyingOf[j]!]!, nearest.trade[universe.underlyingOf[j]!]!),
      ),
    })
  }
  const optimum = optimiseWithin(inputs, held, rows)
  const resplit = splitCheapestFirst(inputs, held, { wanted: optimum.trade, rows })
  const share = shareInside(universe, rows, resplit.byInstrument)
  const byInstrument = resplit.byInstrument.map((t) => share * t)
  return explain(
    wanted,
    { ...optimum, trade: byUnderlying(byInstrument) },
    { binding: split.binding, capped, byInstrument },
  )
}

/** An instrument's part of a trade that shrank from `whole` to `left`. */
const scale = (part: number, whole: number, left: number): number =>
  part === 0 || left === 0 ? 0 : left === whole ? part : (part / whole) * left

function explain(
  wanted: Wanted,
  { trade, binding: rows }: Within,
  {
    binding,
    capped,
    byInstrument,
  }: { binding: readonly (Bound | null)[]; capped: Float64Array; byInstrument: Float64Array },
): Allowed {
  const because = Array.from(wanted.trade, (z, u): Reason[] => {
    const allowed = trade[u]!
    if (z === allowed) return []
    const cap = binding[u]
    if (allowed === capped[u] && cap !== null && cap !== undefined) return [bound(cap, z, allowed)]
    const row = rows.find(({ touches }) => touches[u] === 1)?.row
    return [row === undefined ? { kind: 'movedWithOthers', wanted: z, allowed } : bound(row, z, allowed)]
  })
  return { trade, byInstrument, because }
}

interface Bound {
  readonly limit: LimitName
  readonly limitValue: number
}

const bound = ({ limit, limitValue }: Bound, wanted: number, allowed: number): Reason => ({
  kind: 'bound',
  limit,
  limitValue,
  wanted,
  allowed,
})
