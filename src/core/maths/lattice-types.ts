/**
 * Rounding on a lattice as a program: that of `cost-program-types.ts` over trades that each are one of their own choices
 * (nothing, whole lots from a least order on, a point off the grid such as exactly what closes a position), with a fixed cost
 * F_i of every trade that is not 0. Its rows may also see sums of trades, and count what trades spend on impact and fees:
 *
 *   R_k(t) = Σ_i [g_ki t_i + κ_ki|t_i − τ_ki| + s_ki(t_i) + φ_ki·1{t_i ≠ 0}] + Σ_u ω_ku|Σ_{i in u} t_i − υ_ku|.
 */
import type { CostCap, CostProgram, CostRow } from './cost-program-types.ts'

/** What one trade may be: origin + step·lots for whole lots of its ranges, or a point. */
export interface LatticeChoices {
  readonly origin: number
  /** > 0 */
  readonly step: number
  /** Ascending, disjoint, ends included. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
  /** Ascending, 0 among them. */
  readonly points: readonly number[]
}

/** A convex cost of one trade, ≥ 0, and 0 at 0. */
export type TradeCost = (trade: number, x: number) => number

export interface LatticeRow extends CostRow {
  /** ω ≥ 0 and υ per group; null where the row has no such term. */
  readonly groupKink: { readonly size: Float64Array; readonly at: Float64Array } | null
  /** s, and φ ≥ 0 per trade; null where the row has no such terms. */
  readonly spends: { readonly cost: TradeCost; readonly fee: Float64Array } | null
}

/** A cap of which no trade may move a part c of the point: √((p + t)'Σ(p + t) + 2(Σc)'(p + t) + c'Σc) ≤ r. */
export interface LatticeCap extends CostCap {
  /** c'Σc and Σc per trade; null where c is 0. */
  readonly fixed: { readonly square: number; readonly cross: Float64Array } | null
}

export interface LatticeProgram extends Omit<CostProgram, 'lower' | 'upper' | 'rows' | 'caps'> {
  /** F ≥ 0 */
  readonly fixed: Float64Array
  /** A further cost of each trade, such as walking an order book, and the same as rows with a price. */
  readonly walk: { readonly cost: TradeCost; readonly rungs: readonly CostRow[] } | null
  readonly rows: readonly LatticeRow[]
  readonly caps: readonly LatticeCap[]
  readonly choices: readonly LatticeChoices[]
  /** Per trade: the group whose sums rows may see, counted from 0. */
  readonly group: Int32Array
  /** 1 = stays at its start, unless a limit takes it back. */
  readonly kept: Uint8Array
}

/** One choice of every trade: a point of its choices by index, or whole lots where that is −1. */
export interface LatticePlace {
  readonly lots: Float64Array
  readonly point: Int8Array
}

export interface LatticeOptimum extends LatticePlace {
  readonly trade: Float64Array
  /** Of the program, at this place, at the start once it obeyed every limit, and without any trade. */
  readonly objective: number
  readonly objectiveAtStart: number
  readonly objectiveOfNothing: number
  /** Whether no other place was left that could be better. */
  readonly proven: boolean
}
