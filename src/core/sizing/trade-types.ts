/** One proposed trade and its answer. Sizes are |traded weight| unless they say otherwise; a trade is + to buy. */
import type { Decimal } from '../base/decimal.ts'
import type { Ratio } from '../base/ratio.ts'
import type { Side } from '../domain/portfolio.ts'
import type { Curvature } from './curvature.ts'
import type { Curve } from './curves.ts'
import type { Imbalance, Reason } from './plan-types.ts'

/**
 * What an imbalance is measured against. risk: u = (Md)_i/a_i. weight: u = d_i/h. volatility: u = d_iσ_i/h.
 * |u| ≤ 1 is the band. Widths are half-widths, fractions of equity.
 */
export type Gauge =
  | { readonly unit: 'risk'; readonly curvature: Curvature }
  | { readonly unit: 'weight'; readonly width: Ratio }
  | { readonly unit: 'volatility'; readonly width: Ratio }

/** A size somebody wrote down: of the instrument, or of equity. > 0 */
export type Base =
  | { readonly kind: 'quantity'; readonly quantity: Decimal }
  | { readonly kind: 'weight'; readonly weight: Ratio }

/** What holding the instrument is expected to earn, annual, as a fraction; + for a rising price. */
export interface Edge {
  /** α */
  readonly annual: number
  /** φ: per year, how fast the edge fades; 0 for one that stays. */
  readonly decay: number
  /** Funding, borrow and basis roll, + = a long pays. */
  readonly carry: number
}

/**
 * Without edge and without base the only purpose is to heal the imbalance. A base without an edge implies the edge that
 * gives the base at no imbalance. With both, the base only caps.
 */
export interface Proposal {
  /** Id of the instrument. */
  readonly instrument: string
  readonly side: Side
  readonly curve: Curve
  readonly gauge: Gauge
  readonly edge?: Edge
  readonly base?: Base
  /** gMax, at least 1; 2 unless given. */
  readonly multipleMax?: number
}

/** noCost: trading is free. zeroWidth: the band was given no width. noRisk: a deviation costs nothing, so no edge is reached. */
export type NoBand = 'noCost' | 'zeroWidth' | 'noRisk'

/**
 * base: the size it starts from. curve: value = g(v). optimal: value = G, the yearly gain of the first unit.
 * baseCap, multipleCap: the base, or gMax bases, cap what the optimum would be. room: value = h(1 − v)₊, what is left
 * to the far edge of the band. limits: value = share that limits leave. lot: value = weight of one lot.
 */
export type FactorName = 'base' | 'curve' | 'optimal' | 'baseCap' | 'multipleCap' | 'room' | 'limits' | 'lot'

/** One step that set or changed the size. */
export interface Factor {
  readonly name: FactorName
  readonly value: number
  readonly sizeAfter: number
}

export type TradeReason =
  | Exclude<Reason, { kind: 'insideBand' }>
  /** It would heal a deviation that is not worth its cost. */
  | { readonly kind: 'insideBand'; readonly unit: Gauge['unit']; readonly u: number }
  /** It would deepen the imbalance and nobody gave a reason to. */
  | { readonly kind: 'deepens'; readonly unit: Gauge['unit'] }
  /** The side's band is used up: g(v) or the room to the far edge is 0. */
  | { readonly kind: 'bandFull'; readonly unit: Gauge['unit'] }
  | { readonly kind: 'edgeBelowCost'; readonly gain: number; readonly cost: number }
  | { readonly kind: 'noBand'; readonly why: NoBand }
  /** Tracking error now moves against the judgement over the horizon, per unit of weight traded. */
  | { readonly kind: 'trackingErrorDisagrees'; readonly marginal: number }

/** How an underlying stands against its band. */
export interface Standing {
  /** held − target */
  readonly deviation: number
  /** Standardised imbalance, + is too much; null where there is no band. */
  readonly u: number | null
  /** s·u: + deepens, − heals. */
  readonly directional: number | null
  readonly imbalance: Imbalance
}

export interface SizedTrade {
  readonly instrument: string
  readonly underlying: string
  readonly side: Side
  /** Signed, + buys, on the lot grid. */
  readonly quantity: Decimal
  readonly price: Decimal
  /** Unsigned delta notional in the numeraire, rounded up. */
  readonly notional: Decimal
  /** Fee and half the spread in the numeraire, rounded up. */
  readonly cost: Decimal
  /** |weight| wanted, left by the limits, and traded on the grid. */
  readonly wanted: number
  readonly allowed: number
  readonly traded: number
  readonly unit: Gauge['unit']
  /** h in weight; null where there is no band. */
  readonly halfWidth: number | null
  readonly before: Standing
  readonly after: Standing
  /** d(tracking error)/d(size of this trade) at no trade; null where the book has no tracking error. */
  readonly marginalTrackingError: number | null
  readonly factors: readonly Factor[]
  readonly because: readonly TradeReason[]
}
