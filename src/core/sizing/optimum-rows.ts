/**
 * The limits of a mandate over the variables of a decision: a box where a limit is on one variable alone, rows of the convex
 * program where it is on several. What is limited by |weight| of an underlying with several instruments is no sum over
 * variables: of the two lines that make it up the row has the one of a stated side, which lies nowhere above it, and gains
 * the other when an optimum turns out to be on that side.
 */
import type { CostRow } from '../maths/cost-program-types.ts'
import type { Decision } from './decision.ts'
import { type Binding, type Cap, capInstrument, capUnderlying, type Row, tradedOf } from './limits.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** What a multiplier is the price of. */
export type Source = Omit<Binding, 'price'>

export interface Box {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** What the lower and the upper bound of a variable stand for; null where there is none. */
  readonly lowest: readonly (Source | null)[]
  readonly highest: readonly (Source | null)[]
  /** Limits of underlyings with several instruments. */
  readonly rows: readonly CostRow[]
  readonly sources: readonly Source[]
}

const tighter = (a: Cap, b: Cap): Cap => (b.size < a.size ? b : a)

/** Caps on single trades, of the instrument and of its underlying. */
export function boxOf(inputs: PlanInputs, held: Valued, { instruments, variablesOf }: Decision): Box {
  const m = instruments.length
  const lower = new Float64Array(m)
  const upper = new Float64Array(m)
  const lowest: (Source | null)[] = instruments.map(() => null)
  const highest: (Source | null)[] = instruments.map(() => null)
  const rows: CostRow[] = []
  const sources: Source[] = []
  variablesOf.forEach((variables, u) => {
    const touches = new Uint8Array(variablesOf.length)
    touches[u] = 1
    const sourceOf = ({ limit, limitValue }: Cap): Source => ({ limit, limitValue, touches })
    for (const direction of [1, -1] as const) {
      const own = capUnderlying(inputs, held, u, direction)
      const alone = variables.length === 1
      for (const k of variables) {
        const instrument = capInstrument(inputs, held, instruments[k]!, direction)
        const cap = alone ? tighter(own, instrument) : instrument
        const [bound, sourceAt] = direction > 0 ? [upper, highest] : [lower, lowest]
        bound[k] = direction * cap.size
        if (cap.size < Number.POSITIVE_INFINITY) sourceAt[k] = sourceOf(cap)
      }
      if (alone || variables.length === 0 || own.size === Number.POSITIVE_INFINITY) continue
      const slope = new Float64Array(m)
      for (const k of variables) slope[k] = direction
      rows.push(hardRow({ slope, bend: null, kink: null, bound: own.size }))
      sources.push(sourceOf(own))
    }
  })
  return { lower, upper, lowest, highest, rows, sources }
}

/**
 * A row over the variables. @param row straight (`straightenRow`)
 * @param sides per underlying, +1 or −1: which line of |z − kink| counts where several instruments make up z
 */
export function rowOver(row: Row, { instruments, variablesOf }: Decision, sides: Int8Array): CostRow {
  const { kink } = row
  const slope = Float64Array.from(instruments, (j) => row.slope[j]!)
  const bend = Float64Array.from(instruments, (j) => row.bend[j]!)
  const at = new Float64Array(instruments.length)
  let bound = row.bound - row.base
  if (kink !== null)
    variablesOf.forEach((variables, u) => {
      const [first] = variables
      if (first === undefined) bound -= Math.abs(kink[u]!)
      else if (variables.length === 1) {
        bend[first]! += 1
        at[first] = kink[u]!
      } else {
        for (const k of variables) slope[k]! += sides[u]!
        bound += sides[u]! * kink[u]!
      }
    })
  const bent = bend.some((each) => each !== 0)
  return hardRow({ slope, bend: bent ? bend : null, kink: bent && kink !== null ? at : null, bound })
}

const hardRow = (terms: Omit<CostRow, 'price' | 'weight'>): CostRow => ({
  ...terms,
  price: Number.POSITIVE_INFINITY,
  weight: 1,
})

export function sourceOf(row: Row, costRow: CostRow, { variablesOf }: Decision): Source {
  const { slope, bend } = costRow
  const touches = Uint8Array.from(variablesOf, (variables) =>
    variables.some((k) => slope[k] !== 0 || (bend?.[k] ?? 0) !== 0) ? 1 : 0,
  )
  return { limit: row.limit, limitValue: row.limitValue, touches }
}

/** On which side of the kinks of a row the trades end; on a kink, above. */
export const sidesOf = ({ mandate: { universe } }: PlanInputs, { kink }: Row, traded: Float64Array): Int8Array =>
  Int8Array.from(universe.underlyings, (_, u) => (tradedOf(universe, traded, u) < (kink?.[u] ?? 0) ? -1 : 1))
