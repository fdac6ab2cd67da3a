/**
 * Stage 5: what the limits leave of the wanted trades, on the instruments that may be traded. `costAware` weighs the limits
 * together with risk and cost; for the other policies every trade keeps its direction and only shrinks, to the nearest the
 * limits allow in the metric of risk (a trade may therefore be held back because another one is). A plan never moves a book
 * further outside a limit.
 */
import { exceeds, limitRows, type Row, tradedOf, type Within } from './limits.ts'
import { projectNearest } from './nearest.ts'
import { optimiseWithin } from './optimum.ts'
import type { Allowed, LimitName, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { type Split, shareInside, splitCheapestFirst } from './split.ts'

export function constrain(inputs: PlanInputs, held: Valued, wanted: Wanted): Allowed {
  const { policy } = inputs.mandate
  return policy.kind === 'costAware' ? reoptimise(inputs, held, wanted) : shrink(inputs, held, wanted)
}

/** Trades keep their direction and only shrink. Also what one proposal goes through, whatever the policy of its book. */
export function shrink(inputs: PlanInputs, held: Valued, wanted: Wanted): Allowed {
  const { universe } = inputs.mandate
  const cut = cutToCaps(inputs, held, wanted)
  if (!cut.limited) return unlimited(wanted, cut)
  const { rows, capped, binding, byInstrument } = cut
  const nearest = projectNearest(inputs, { wanted: wanted.trade, capped, byInstrument, rows })
  const left = byInstrument.map((t, j) => {
    const u = universe.underlyingOf[j]!
    return scale(t, capped[u]!, nearest.trade[u]!)
  })
  return explain(wanted, nearest, { binding, capped, byInstrument: left })
}

/**
 * The optimum under the limits where the one without them breaks any. Its rows see one instrument an underlying; where
 * several share a trade and cash still does not reach, every trade gives up the same part.
 */
function reoptimise(inputs: PlanInputs, held: Valued, wanted: Wanted): Allowed {
  const { universe } = inputs.mandate
  const cut = cutToCaps(inputs, held, wanted)
  if (!cut.limited) return unlimited(wanted, cut)
  const { rows, capped, binding } = cut
  const optimum = optimiseWithin(inputs, held, rows)
  const split = splitCheapestFirst(inputs, held, { wanted: optimum.trade, rows })
  const share = shareInside(universe, rows, split.byInstrument)
  const byInstrument = split.byInstrument.map((t) => share * t)
  const trade = sumByUnderlying(inputs, byInstrument)
  return explain(wanted, { ...optimum, trade }, { binding, capped, byInstrument })
}

interface Cut extends Split {
  readonly rows: readonly Row[]
  /** What is left of each wanted trade under the caps on its own size. */
  readonly capped: Float64Array
  /** Whether any cap or row takes something away. */
  readonly limited: boolean
}

function cutToCaps(inputs: PlanInputs, held: Valued, wanted: Wanted): Cut {
  const rows = limitRows(inputs, held)
  const split = splitCheapestFirst(inputs, held, { wanted: wanted.trade, rows })
  const capped = sumByUnderlying(inputs, split.byInstrument)
  const limited =
    capped.some((z, u) => z !== wanted.trade[u]) ||
    rows.some((row) => exceeds(inputs.mandate.universe, row, split.byInstrument))
  return { ...split, rows, capped, limited }
}

const unlimited = (wanted: Wanted, { byInstrument }: Cut): Allowed => ({
  trade: wanted.trade,
  byInstrument,
  because: wanted.because.map(() => []),
})

const sumByUnderlying = ({ mandate: { universe } }: PlanInputs, byInstrument: Float64Array): Float64Array =>
  Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))

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
