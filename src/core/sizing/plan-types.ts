/**
 * The answer: a SizePlan keeps what every stage of `plan()` said, so that an explanation is those stages rendered and
 * never a second computation. Columns are aligned to the universe's underlyings unless said otherwise.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Ratio } from '../base/ratio.ts'
import type { CostModel, CostTerms } from '../cost/cost-terms.ts'
import type { MarketState, RiskModel } from '../domain/market.ts'
import type { OpenOrder, Portfolio, Side } from '../domain/portfolio.ts'
import type { Curvature } from './curvature.ts'
import type { LimitName, Relaxation } from './limit-names.ts'
import type { Mandate, Policy, Unit } from './mandate.ts'

/** Hashes of the inputs, made once when the inputs are made; `plan()` never hashes columns. */
export interface InputHashes {
  readonly mandate: string
  readonly portfolio: string
  readonly market: string
  readonly risk: string
  readonly costs: string
}

export interface PlanInputs {
  readonly mandate: Mandate
  readonly portfolio: Portfolio
  readonly market: MarketState
  readonly risk: RiskModel
  readonly costs: CostModel
  readonly hashes: InputHashes
  /** What `costAware` needs beyond these; made by `prepare()`, by `plan()` itself where it is absent. */
  readonly curvature?: Curvature
}

/** Stage 1, `value`: the book in weights. */
export interface Valued {
  /** Equity in the numeraire: exact, and rounded down to 18 places. > 0 once checked. */
  readonly equityExact: Ratio
  readonly equity: Decimal
  /** Per currency: settled money ÷ equity after what kept open buys reserve. Coin that is an underlying is not money. */
  readonly cash: Float64Array
  readonly cashTotal: number
  /** Per underlying: weight, kept open orders counted as filled. */
  readonly weight: Float64Array
  /** The same if only the buys (only the sells) among the kept open orders fill: limits test each side alone. */
  readonly weightHigh: Float64Array
  readonly weightLow: Float64Array
  /** Per underlying: exact value of coin collateral of the same name, in the numeraire. */
  readonly coinExposure: readonly Ratio[]
  /** Per instrument: delta notional of one unit ÷ equity. */
  readonly unitWeight: Float64Array
  /** Per instrument: quantity, kept open orders counted as filled. */
  readonly quantity: readonly Decimal[]
  /** Per instrument: least quantity left if only the kept sells fill; what may still be sold of a spot holding. */
  readonly quantityLow: readonly Decimal[]
  /** What trading costs at this equity, per instrument. */
  readonly costs: CostTerms
}

/** Stage 3, `imbalance`: held − target in every unit; + is too much. */
export interface Imbalance {
  readonly weight: Float64Array
  /** weight ÷ max(|target|, floor); null where both are 0. */
  readonly relative: readonly (number | null)[]
  /** weight × vol. */
  readonly volatility: Float64Array
  /** Euler parts of the tracking error, which they sum to; a negative part hedges the others. */
  readonly risk: Float64Array
  /** sqrt(d'Σd), annual. */
  readonly trackingError: number
  /** w_i (Σw)_i ÷ sqrt(w'Σw): what each holding contributes to the volatility of the whole book. */
  readonly riskContribution: Float64Array
  /** sqrt(w'Σw), annual. */
  readonly volatilityOfBook: number
}

/** One sentence each, rendered by `explain.ts`. Numbers are fractions; weights are of equity. */
export type Reason =
  | { readonly kind: 'atTarget' }
  | { readonly kind: 'insideBand'; readonly unit: Unit; readonly imbalance: number; readonly width: number }
  | {
      readonly kind: 'outsideBand'
      readonly unit: Unit
      readonly imbalance: number
      readonly width: number
      readonly to: 'edge' | 'target'
    }
  | { readonly kind: 'toTarget' }
  | { readonly kind: 'part'; readonly rate: number }
  | { readonly kind: 'underCap'; readonly trackingError: number; readonly cap: number }
  | { readonly kind: 'cheapestToCap'; readonly cap: number }
  | { readonly kind: 'notNeededForCap'; readonly cap: number }
  | {
      readonly kind: 'bound'
      readonly limit: LimitName
      /** Of the group, factor, underlying, instrument or currency; null where the trade says it or there is one such limit. */
      readonly name: string | null
      readonly limitValue: number
      readonly wanted: number
      readonly allowed: number
      /** Fraction of equity that one more unit of room would save; null where the policy weighs no cost. */
      readonly price: number | null
      /**
       * What one more unit of room would save of the tracking error that the allowed trades leave, −d TE/d limit, below 0 where it
       * would add to it; null where that has no such slope.
       */
      readonly errorPrice: number | null
    }
  /** Traded to bring the book back inside a limit that it was outside of; `to` is what trades can reach. */
  | {
      readonly kind: 'backInside'
      readonly limit: LimitName
      readonly name: string | null
      readonly limitValue: number
      /** What the limit measures before and after. */
      readonly from: number
      readonly to: number
      readonly wanted: number
      readonly allowed: number
      /** As of `bound`. */
      readonly price: number | null
      readonly errorPrice: number | null
    }
  /** The plan leaves the book outside a limit that holds. */
  | {
      readonly kind: 'outsideLimit'
      readonly limit: LimitName
      readonly name: string | null
      readonly limitValue: number
      readonly from: number
      readonly to: number
    }
  /** Resized because limits changed the other trades. */
  | { readonly kind: 'movedWithOthers'; readonly wanted: number; readonly allowed: number }
  /**
   * The first unit of a trade is worth `gain` over its horizon, the other trades made, and costs `cost`. The whole trade is
   * worth `worth` and pays `pays`; `band` is the half-width in weight, the others at their targets.
   */
  | {
      readonly kind: 'worthItsCost'
      readonly gain: number
      readonly cost: number
      readonly band: number | null
      readonly worth: number
      readonly pays: CostShare
    }
  /** Aimed away from the target for `rate` a year, expected excess return less carry; as far as the band where `atBand`. */
  | {
      readonly kind: 'tilted'
      readonly target: number
      readonly aim: number
      readonly rate: number
      readonly atBand: boolean
    }
  | { readonly kind: 'notWorthItsCost'; readonly gain: number; readonly cost: number; readonly band: number | null }
  /**
   * A trend of `strength` made the part `share` of the deviation: its band is `widen` times as wide, `slow` of what is left is
   * traded, `instead` of what the policy `wanted`.
   */
  | {
      readonly kind: 'guarded'
      readonly strength: number
      readonly direction: 'up' | 'down'
      readonly share: number
      readonly widen: number
      readonly slow: number
      readonly wanted: number
      readonly instead: number
    }
  /**
   * The guard leaves a deviation to the policy. noTrend: none beyond the confidence asked for. closing: the target is 0.
   * withTrend: healing it trades with the trend. notMade: the trend made none of it.
   */
  | {
      readonly kind: 'unguarded'
      readonly why: 'noTrend' | 'closing' | 'withTrend' | 'notMade'
      readonly strength: number
      readonly direction: 'up' | 'down'
    }
  | {
      readonly kind: 'instrument'
      readonly instrument: string
      readonly cost: number
      readonly instead: readonly string[]
    }
  | { readonly kind: 'fullClose' }
  | { readonly kind: 'lot'; readonly lot: Decimal; readonly leftover: number }
  | {
      readonly kind: 'belowMinimum'
      readonly minimum: Decimal
      readonly of: 'quantity' | 'notional'
      readonly was: Decimal
      readonly currency: string | null
    }
  | { readonly kind: 'remainderUnsellable'; readonly remainder: Decimal }
  | { readonly kind: 'limitAfterRounding'; readonly limit: LimitName }
  /** Rounded otherwise than it would be alone, for what the lots of the other trades leave. */
  | {
      readonly kind: 'roundedTogether'
      readonly lot: Decimal
      readonly alone: Decimal
      readonly quantity: Decimal
      readonly leftover: number
    }
  | { readonly kind: 'mostRisk'; readonly underlying: string; readonly part: number; readonly trackingError: number }
  | { readonly kind: 'hedges'; readonly underlying: string; readonly part: number }
  | {
      readonly kind: 'raisesTrackingError'
      readonly before: number
      readonly after: number
      readonly blame: Blame
    }
  | { readonly kind: 'aboveCap'; readonly cap: number; readonly after: number }
  | { readonly kind: 'staleMark'; readonly instrument: string; readonly ageMs: number }
  /** What the risk forecast rests on that a reader should know. */
  | { readonly kind: 'target'; readonly note: string }
  | { readonly kind: 'forecast'; readonly note: string }
  /** Order fees and impact together, where the equivalent quadratic cost can be a fifth off the optimum. */
  | { readonly kind: 'feesWithImpact' }
  | { readonly kind: 'replaces'; readonly order: string }
  | { readonly kind: 'nothingToDo' }

/** What a trade costs, as fractions of equity; carry is what holding it costs more than the cheapest instrument would. */
export interface CostShare {
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly fixed: number
  readonly carry: number
}

/** What made a plan leave more tracking error than it found. */
export type Blame =
  | { readonly kind: 'policy'; readonly policy: Policy['kind']; readonly unit: Unit | null }
  | { readonly kind: 'limit'; readonly limit: LimitName }
  /** A limit that the book was outside of. */
  | { readonly kind: 'backInside'; readonly limit: LimitName }
  | { readonly kind: 'rounding' }

/** Stage 4, `size`: the traded weight each underlying wants. */
export interface Wanted {
  readonly trade: Float64Array
  /** The same per instrument, where the policy chooses them too. */
  readonly byInstrument: Float64Array | null
  readonly because: readonly (readonly Reason[])[]
}

/** Stage 5, `constrain`: the traded weight that the limits leave of what was wanted or ask for, and its instruments. */
export interface Allowed {
  readonly trade: Float64Array
  /** Traded weight per instrument; sums to `trade` over each underlying. */
  readonly byInstrument: Float64Array
  readonly because: readonly (readonly Reason[])[]
  /** Of a book that began outside limits that hold: how far each row of limits may go. Null: as far as its bound. */
  readonly bounds: Float64Array | null
  /** The smallest relaxation of limits that no trades can meet together; empty where some can. */
  readonly relaxations: readonly Relaxation[]
}

/** Stage 6, `quantize`: exact quantities on each instrument's lot grid. */
export interface Quantized {
  /** Signed quantity per instrument, + buys. */
  readonly quantity: readonly Decimal[]
  readonly because: readonly (readonly Reason[])[]
  /** Whether no other quantities on the grids are better: shown for few instruments, not tried for many. */
  readonly proven: boolean
  /** Limits that the book was outside of and stays outside of. */
  readonly outside: readonly Extract<Reason, { kind: 'outsideLimit' }>[]
}

/** What whole lots made of the trades that the limits left. */
export interface RoundingEffect {
  /** Tracking error with whole lots less what it would be without; below 0 where the lots happen to leave less. */
  readonly trackingError: number
  readonly proven: boolean
}

export interface Cost {
  readonly fee: Decimal
  readonly spread: Decimal
  readonly impact: Decimal
  /** Fees that an order costs whatever its size. */
  readonly fixed: Decimal
  readonly total: Decimal
}

/** The book at one moment, as fractions of equity. */
export interface Balance {
  readonly cash: number
  readonly gross: number
  readonly net: number
  readonly weight: Float64Array
  readonly imbalance: Imbalance
}

export interface Leg {
  readonly instrument: string
  readonly underlying: string
  readonly side: Side
  readonly held: Decimal
  /** Signed, + buys. */
  readonly quantity: Decimal
  readonly after: Decimal
  readonly price: Decimal
  /** Unsigned delta notional in the numeraire. */
  readonly notional: Decimal
  /** Signed traded weight: wanted by the policy, allowed by the limits (this instrument's part), traded after rounding. */
  readonly wanted: number
  readonly allowed: number
  readonly traded: number
  readonly cost: Cost
  readonly because: readonly Reason[]
}

/** One line per underlying, traded or not. */
export interface Line {
  readonly underlying: string
  readonly held: number
  readonly target: number
  /** The target, and what tilts it. */
  readonly aim: number
  readonly wanted: number
  readonly allowed: number
  readonly traded: number
  readonly after: number
  readonly because: readonly Reason[]
}

/** What the policy leads to in the long run, a year. */
export interface PlanForecast {
  readonly trackingError: number
  /** Σ |traded weight|. */
  readonly turnover: number
  /** Fraction of equity. */
  readonly cost: number
  /** The risk aversion the policy stands for. */
  readonly aversion: number
}

export interface SizePlan {
  readonly id: string
  readonly asOf: Instant
  readonly numeraire: string
  readonly inputs: InputHashes
  /** infeasible: no trades can meet all limits that hold; the legs go as near as they can. */
  readonly status: 'ready' | 'balanced' | 'infeasible'
  /** The smallest that would make it feasible; empty unless infeasible. */
  readonly relaxations: readonly Relaxation[]
  readonly policy: Policy
  readonly equity: Decimal
  readonly before: Balance
  readonly after: Balance
  readonly lines: readonly Line[]
  /** Reducing legs first, then by size. */
  readonly legs: readonly Leg[]
  readonly replaced: readonly OpenOrder[]
  /** Σ |traded weight| and the same in the numeraire. */
  readonly turnover: number
  readonly traded: Decimal
  readonly cost: Cost
  readonly rounding: RoundingEffect
  /** null where the policy implies none. */
  readonly forecast: PlanForecast | null
  readonly because: readonly Reason[]
}
