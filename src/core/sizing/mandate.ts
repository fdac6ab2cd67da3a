/**
 * What a book is told to do: target, policy and constraints as plain data, aligned to the underlyings of its universe.
 * Weights, widths and limits are exact ratios because the quantizer compares them exactly. Nothing here has a default.
 */
import type { Ratio } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import type { TrendMeasure } from '../domain/market.ts'
import type { Group, Universe } from '../domain/universe.ts'

/** Target weight per underlying, signed delta notional ÷ equity. */
export interface Target {
  readonly weight: readonly Ratio[]
  /** How the weights came about where nobody stated them, one sentence each. */
  readonly notes: readonly string[]
}

/** Units an imbalance is measured in; formulas in `imbalance.ts`. */
export type Unit = 'weight' | 'relative' | 'volatility' | 'risk'

/**
 * full: trade every deviation away. proportional: trade `rate` of each.
 * band: leave deviations inside the width alone; outside, trade to the edge or to the target. `risk` is one band on the
 * tracking error of the book, the other units are one band per underlying.
 * costAware: trades what is worth its cost over the time until drift would have undone it, decided every `intervalMs`.
 * riskCap: the cheapest trades that bring the tracking error back to the cap (formulas: least-cost projection).
 * What judges each underlying by itself, or all by their cost, may have a guard; what promises a tracking error has none.
 */
export type Policy =
  | { readonly kind: 'full'; readonly guard?: Guard }
  | { readonly kind: 'proportional'; readonly rate: Ratio; readonly guard?: Guard }
  | {
      readonly kind: 'band'
      readonly unit: 'weight'
      readonly width: readonly Ratio[]
      readonly to: 'edge' | 'target'
      readonly guard?: Guard
    }
  | {
      readonly kind: 'band'
      readonly unit: 'volatility'
      readonly width: readonly Ratio[]
      readonly to: 'edge' | 'target'
      readonly guard?: Guard
    }
  | {
      readonly kind: 'band'
      readonly unit: 'relative'
      readonly width: readonly Ratio[]
      /** Least |target| a deviation is divided by, so that a target of 0 has a band. */
      readonly floor: Ratio
      readonly to: 'edge' | 'target'
      readonly guard?: Guard
    }
  | { readonly kind: 'band'; readonly unit: 'risk'; readonly width: Ratio; readonly to: 'edge' | 'target' }
  | { readonly kind: 'riskCap'; readonly trackingErrorMax: Ratio }
  | {
      readonly kind: 'costAware'
      readonly knob: Knob
      readonly intervalMs: number
      /** Weights at which the book's drift is judged: those held, or, absent, the target's. Not with stated widths. */
      readonly drift?: 'held'
      /** How long a deviation lasts on average if nothing is traded, before target and forecast are others; absent: for ever. */
      readonly lastingMs?: number
      readonly tilt?: Tilt
      readonly guard?: Guard
    }

/**
 * Holds a policy back from trading against a trend: with e from 0 to 1 for how sure the trend is and how much of the deviation
 * it made (`guard.ts`), the band of that side is 1 + widen·e times as wide, and of the trade that is left 1 − slow·e is made.
 */
export interface Guard {
  readonly measure: TrendMeasure
  /** How sure a trend must be to count at all: from 0 to below 1. */
  readonly confidence: Ratio
  /** 0 or more; 0 where the policy has no band. */
  readonly widen: Ratio
  /** From 0 to below 1. */
  readonly slow: Ratio
}

/** What moves the aim of `costAware` away from the target. Absent: nothing does, and carry only chooses between instruments. */
export interface Tilt {
  /** Per underlying; null where no excess return is expected. */
  readonly edges: readonly (ExpectedReturn | null)[]
  /** Whether what holding costs counts against it. */
  readonly carry: boolean
}

export interface ExpectedReturn {
  /** Excess return a year, signed. */
  readonly annual: Ratio
  /** The time in which it falls by the factor e; null: it stays. */
  readonly decayMs: number | null
}

/**
 * How much a deviation matters against the cost of trading, in one of three forms: the risk aversion γ, the tracking error
 * the policy should show in the long run, or how far underlyings may drift, the others at their targets (null: as far as
 * the others imply). One stated width means one γ. Several are kept as they are, and γ is the geometric mean of theirs.
 */
export type Knob =
  | { readonly kind: 'aversion'; readonly aversion: Ratio }
  | { readonly kind: 'trackingError'; readonly trackingError: Ratio }
  | { readonly kind: 'widths'; readonly width: readonly (Ratio | null)[] }

/** The numbers a knob is set to. */
export function knobValues(knob: Knob): readonly Ratio[] {
  switch (knob.kind) {
    case 'aversion':
      return [knob.aversion]
    case 'trackingError':
      return [knob.trackingError]
    case 'widths':
      return knob.width.filter((width) => width !== null)
    default:
      return assertNever(knob)
  }
}

/**
 * A limit on a measure: held where `price` is null, else what is beyond it costs `price`, a fraction of equity, per unit of the
 * measure. Only a `costAware` plan weighs prices; everywhere else a priced limit holds like any other.
 */
export interface Limit {
  readonly value: Ratio
  readonly price: Ratio | null
}

/** Limits of underlyings that are named together. */
export interface GroupLimit {
  readonly group: Group
  /** Σ weight over the members. */
  readonly netMin: Limit | null
  readonly netMax: Limit | null
  /** Σ |weight| over the members. */
  readonly grossMax: Limit | null
}

/** Limits of Σ loading·weight, such as the beta of the book. */
export interface FactorLimit {
  readonly name: string
  /** Per underlying. */
  readonly loading: readonly Ratio[]
  readonly min: Limit | null
  readonly max: Limit | null
}

/**
 * A limit of what is lost over a horizon with a confidence, as a fraction of equity. `normal`: √h times a multiple of the annual
 * volatility of the book, returns without mean. `historical`: over the scenarios of the forecast, whose horizon it must be.
 */
export interface TailLimit {
  readonly measure: 'valueAtRisk' | 'expectedShortfall'
  readonly method: 'normal' | 'historical'
  /** Above ½, below 1. */
  readonly confidence: Ratio
  readonly horizonMs: number
  readonly max: Limit
}

/** Limits; null = not limited. Fractions of equity unless the name says otherwise. */
export interface Constraints {
  /** Per underlying. */
  readonly weightMin: readonly (Limit | null)[]
  readonly weightMax: readonly (Limit | null)[]
  /** Σ |weight| over underlyings. */
  readonly grossMax: Limit | null
  /** Σ |value| over positions and coin balances: a coin held and its short perp both count, where gross has their difference. */
  readonly leverageMax: Limit | null
  /** Σ weight over underlyings. */
  readonly netMin: Limit | null
  readonly netMax: Limit | null
  readonly groups: readonly GroupLimit[]
  readonly factors: readonly FactorLimit[]
  /** √(w'Σw) and √(d'Σd), annual. */
  readonly volatilityMax: Limit | null
  readonly trackingErrorMax: Limit | null
  readonly tails: readonly TailLimit[]
  /** Σ |traded weight| of one plan: of the book, per underlying, per instrument. */
  readonly turnoverMax: Limit | null
  readonly turnoverOfMax: readonly (Limit | null)[]
  readonly tradedMax: readonly (Limit | null)[]
  /** Share of each instrument's own volume over a horizon, and of the volume of all that may be traded. */
  readonly participation: {
    readonly share: Limit | null
    readonly ofBook: Limit | null
    readonly horizonMs: number
  } | null
  /** Share of each instrument's own depth. */
  readonly depthShareMax: Limit | null
  /**
   * Least settled money left, all currencies together; null: 0, or where it is. Each currency alone stays at 0, or at the debt
   * that is allowed here, or above where it was.
   */
  readonly cashMin: Limit | null
  /** Largest single order. */
  readonly orderMax: Limit | null
  /** Per underlying, 1 = may not be traded. */
  readonly frozen: Uint8Array
  /** Per instrument, 1 = may not be traded. */
  readonly frozenInstrument: Uint8Array
  /** Per underlying, 1 = |weight| may only fall. */
  readonly reduceOnly: Uint8Array
}

export interface Mandate {
  readonly universe: Universe
  readonly target: Target
  readonly policy: Policy
  readonly constraints: Constraints
  /** Per underlying: the instruments that may be traded for it, as indices; the cheapest is used first. */
  readonly tradeable: readonly (readonly number[])[]
}
