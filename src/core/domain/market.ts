/**
 * The market as columns aligned to a universe, and the risk forecast that goes with it. Prices are exact (they meet
 * quantities); volatilities and covariance are Float64Array, annual, fractions.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Side } from './portfolio.ts'

export interface MarketState {
  readonly asOf: Instant
  /** Mark price per instrument, in its quote currency. > 0 */
  readonly price: readonly Decimal[]
  /** Age of each mark at asOf. */
  readonly priceAgeMs: Float64Array
  /** Instruments whose mark is older than the book allows: frozen, and named. 1 = stale */
  readonly stale: Uint8Array
  /** Numeraire per unit of each currency. > 0; 1 for the numeraire. */
  readonly rate: readonly Decimal[]
  /** Traded volume per day of each instrument in numeraire; NaN where it is not known. Never read without a check. */
  readonly volumePerDay: Float64Array
  /** What can be traded of each instrument at once, in numeraire; NaN where it is not known. Never read without a check. */
  readonly depth: Float64Array
  /** Order book or pool of each instrument; null, or absent, where only spread and impact are known. */
  readonly liquidity?: readonly (Liquidity | null)[]
}

/** Returns of all underlyings over past periods of one length. */
export interface Scenarios {
  readonly horizonMs: number
  /** A row of all underlyings per period, the latest first. */
  readonly returns: Float64Array
}

/**
 * Liquidity to take from one side, as rungs: the next unit costs slippage_k of mid until reach_k is taken. Both rise.
 */
export interface Rungs {
  /** Value taken up to the end of each rung, in the numeraire, > 0. */
  readonly reach: Float64Array
  /** Distance of each rung from mid, a fraction ≥ 0. */
  readonly slippage: Float64Array
}
export type Liquidity = Readonly<Record<Side, Rungs>>

/** What a trend is told by, over the time before `asOf` (`risk/trend.ts`). */
export type TrendMeasure =
  | { readonly kind: 'drift' | 'efficiencyRatio'; readonly windowMs: number }
  | { readonly kind: 'varianceRatio'; readonly windowMs: number; readonly periodMs: number }

/** How sure it is that prices trend, by one measure. */
export interface Trend {
  readonly measure: TrendMeasure
  /** Per underlying: how likely a market without trend shows less of one, 0 to 1. */
  readonly confidence: Float64Array
  /** Per underlying: log of the last price over the first; its sign is the direction. */
  readonly change: Float64Array
}

/** A risk forecast over the underlyings of a universe, annual. */
export interface RiskModel {
  readonly asOf: Instant
  readonly vol: Float64Array
  /** n × n, row-major, symmetric, positive semidefinite. */
  readonly covariance: Float64Array
  /** Per instrument: volatility of its price against its underlying's; 2 % each where it is not known. */
  readonly basisVol?: Float64Array
  /** What limits on past losses read. */
  readonly scenarios?: Scenarios
  /** n × n, row-major: yearly covariance of the target's own changes, for `costAware`; none where it is not known. */
  readonly targetRate?: Float64Array
  /** What the guards of policies read. */
  readonly trends?: readonly Trend[]
  /** What was done to get here that a reader should know (gaps bridged, matrix repaired), one sentence each. */
  readonly notes: readonly string[]
}
