/**
 * The cost-aware program as plain data. Over trades z of n assets:
 *
 *   min ½(d+z)'M(d+z) + b'z + Σ_i {a_i|z_i| + c_i[(m_i + |z_i|)^{1+δ} − m_i^{1+δ}]} + Σ_k ρ_k·excess_k
 *   subject to lower ≤ z ≤ upper,
 *   rows  R_k(z) = Σ_i [g_ki z_i + κ_ki|z_i − t_ki|] ≤ h_k + excess_k,
 *   caps  √((p_k + z)'Σ_k(p_k + z)) ≤ r_k + excess_k,   excess_k ≥ 0,
 *
 * where excess_k = 0 for hard rows and caps (ρ_k = ∞), and m_i depends on the side of z_i. A term max(p + qz, r + sz) is (p + r)/2 + (q + s)z/2 + |q − s|/2·|z − t| with
 * t = (r − p)/(q − s): its constants belong to h. So gross Σ|w + z| has κ = 1, t = −w; turnover Σ|z| has κ = 1, t = 0.
 */

/** One convex, separable, piecewise linear limit. */
export interface CostRow {
  /** g, length n. */
  readonly slope: Float64Array
  /** κ ≥ 0, length n: half the jump of the slope at the kink. Null: the row is linear. */
  readonly bend: Float64Array | null
  /** t, length n. Null: every kink is at 0. */
  readonly kink: Float64Array | null
  /** h, finite. */
  readonly bound: number
  /** ρ ≥ 0 per unit of excess; +∞ makes the row hard. */
  readonly price: number
  /** > 0: how dear a relaxation of this row by its own bound is, where the hard rows contradict each other. */
  readonly weight: number
}

/** One limit on a risk: of volatility with p = what is held, of tracking error with p = held − target. */
export interface CostCap {
  /** Σ, n × n, symmetric positive semidefinite. */
  readonly matrix: Float64Array
  /** p */
  readonly point: Float64Array
  /** r ≥ 0, finite. */
  readonly radius: number
  /** ρ ≥ 0 per unit of excess; +∞ makes the cap hard. */
  readonly price: number
  /** > 0: as of a row. */
  readonly weight: number
}

/** Most caps of a program. */
export const CAPS_MAX = 8

export interface CostProgram {
  readonly n: number
  /** M, n × n, symmetric positive semidefinite. */
  readonly quadratic: Float64Array
  /** d */
  readonly deviation: Float64Array
  /** b */
  readonly linear: Float64Array
  /** a ≥ 0 */
  readonly proportional: Float64Array
  /** c ≥ 0 */
  readonly power: Float64Array
  /** δ, in (0, 1]. */
  readonly exponent: number
  /** m ≥ 0, of z > 0 and of z < 0: own weight that is already traded on that side and still felt. Null: none. */
  readonly felt: { readonly buy: Float64Array; readonly sell: Float64Array } | null
  /** May be −∞. */
  readonly lower: Float64Array
  /** May be +∞; lower = upper fixes a trade. */
  readonly upper: Float64Array
  readonly rows: readonly CostRow[]
  /** At most CAPS_MAX. */
  readonly caps: readonly CostCap[]
}

/** Where a trade stands: between its kinks (0), on a bound, at no trade, or from 2 on at the kink of row place − 2. */
export const PLACE = { free: 0, zero: 1, firstRow: 2, lower: -1, upper: -2 } as const

/** An earlier answer to start from. Arrays may be longer than needed or those of the answer itself. */
export interface CostStart {
  readonly trade: Float64Array
  readonly places: Int16Array
  readonly multipliers: Float64Array
  /** η of each cap, n numbers each: the cap pulls with Ση; 0 where it does not bind. */
  readonly capForces: Float64Array
}

/** What can be checked about a point without knowing how it was found. */
export interface Certificate {
  objective: number
  /** Largest violation of a bound, hard row or hard cap, as a share of the terms that make it up. */
  primalResidual: number
  /** Largest distance of 0 from the subdifferential of the Lagrangian in one trade, as a share of the largest pull. */
  dualResidual: number
  /** Upper bound on objective − dual objective, as a share of the terms of the objective. */
  gap: number
}

export interface CostOptimum extends CostStart {
  /**
   * optimal: all three residuals are at most 1e-9. infeasible: the hard rows and caps contradict each other within the
   * box; `trade` then has the least relaxation, `excess` and `capExcess` say of which of them, and multipliers and certificate
   * are those of the program min Σ weight·excess/|h|. inaccurate: neither could be shown; the certificate says how far the point is from it.
   */
  status: 'optimal' | 'infeasible' | 'inaccurate'
  /** z */
  readonly trade: Float64Array
  /** Price of each row per unit of its bound, ≥ 0. */
  readonly multipliers: Float64Array
  /** Price of the bound that a trade is held by: > 0 at its upper, < 0 at its lower. */
  readonly boundMultipliers: Float64Array
  /** Excess of each row over its bound. */
  readonly excess: Float64Array
  /** Price of each cap per unit of its radius, √(η'Ση), ≥ 0. */
  readonly capMultipliers: Float64Array
  /** Excess of each cap over its radius. */
  readonly capExcess: Float64Array
  /** Σ weight·excess/|h| of the hard rows and caps (of excess where h = 0), where infeasible; else 0. */
  relaxation: number
  readonly certificate: Certificate
  /** Newton steps of all attempts. */
  iterations: number
}
