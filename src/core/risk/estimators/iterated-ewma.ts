/**
 * Iterated EWMA (Johansson, Ogut, Pelger, Schmelzer and Boyd, A Simple Method for Predicting Covariance Matrices of
 * Financial Returns, 2023, §2.4; first Barratt and Boyd 2022): volatilities with a fast half-life, returns divided by them
 * and clipped at ±4.2, correlations of those with a slow half-life, Σ_ij = σ_i σ_j ρ_ij. All averages are bias-corrected,
 * e_k = e_{k−1} + (1−β)(y_k − e_{k−1})/(1 − β^{k+1}), β = 2^(−1/halflife). Once `warmUp` + 1 returns are in, a squared
 * return enters a variance above 0 as at most clip² times it. Where means are removed, returns lose their running mean of
 * the fast half-life before all this, and the divided ones theirs of the slow half-life: μ = m + σz̄.
 */
import { type Issue, type Result, refuse, succeed } from '../../base/result.ts'
import { type CovarianceEstimate, checkMovement, checkReturns, type Returns, rowCount } from './returns.ts'

export interface IteratedEwmaOptions {
  /** In rows, > 0. */
  readonly volHalflife: number
  readonly correlationHalflife: number
  /** In vols, > 0; the paper's is 4.2. Null: no clipping. */
  readonly clip: number | null
  /** Rows before the first volatility, and again before the first correlation; the paper's code has 20. */
  readonly warmUp: number
  /** Whether running means are removed. Not unless asked for: over short periods 0 is the better forecast. */
  readonly removesMean?: boolean
}

/** Forecasts for consecutive next rows; the last is made with every row. */
export interface CovariancePath {
  /** Rows known to the first forecast. */
  readonly firstRows: number
  readonly covariances: readonly Float64Array[]
  /** μ with each of them; zeros where means are not removed. */
  readonly means: readonly Float64Array[]
}

/** Σ_t β^age x_t x_t' / Σ β^age of uncentred returns. halflife in rows, > 0. Codes: those of `checkReturns`; risk.option. */
export function ewmaCovariance(
  returns: Returns,
  { halflife }: { readonly halflife: number },
): Result<CovarianceEstimate> {
  const issues = [...checkReturns(returns, 1), ...optionIssues({ halflife })]
  if (issues.length > 0) return { ok: false, error: issues }
  const n = returns.names.length
  const covariance = new Float64Array(n * n)
  for (let t = 0; t < rowCount(returns); t++)
    averageOuter(covariance, returns.values.subarray(t * n, t * n + n), gainOf(2 ** (-1 / halflife), t))
  return succeed({ covariance, notes: [] })
}

/** The forecast after the last row. Codes: those of `iteratedEwmaPath`. */
export function iteratedEwma(returns: Returns, options: IteratedEwmaOptions): Result<CovarianceEstimate> {
  const path = iteratedEwmaPath(returns, { ...options, last: 1 })
  return path.ok ? succeed({ covariance: path.value.covariances.at(-1)!, notes: [] }) : path
}

/**
 * The last forecasts, at most `last` of them (null: all).
 * Codes: those of `checkReturns` (2·warmUp rows at least), risk.option, risk.no-movement.
 */
export function iteratedEwmaPath(
  returns: Returns,
  options: IteratedEwmaOptions & { readonly last: number | null },
): Result<CovariancePath> {
  const { volHalflife, correlationHalflife, clip, warmUp, last, removesMean = false } = options
  const start = Math.max(0, warmUp - 1)
  const issues = [
    ...checkReturns(returns, Math.max(1, 2 * warmUp - 1)),
    ...optionIssues({ volHalflife, correlationHalflife, ...(clip === null ? {} : { clip }) }),
  ]
  if (issues.length > 0) return { ok: false, error: issues }
  const [n, rows] = [returns.names.length, rowCount(returns)]
  const state = beginWalk(n)
  const covariances: Float64Array[] = []
  const means: Float64Array[] = []
  let first = last === null ? 2 * start : Math.max(2 * start, rows - last)
  for (let t = 0; t < rows; t++) {
    scaleRow(state, returns.values.subarray(t * n, t * n + n), options, t)
    if (t < start) continue
    const gain = gainOf(2 ** (-1 / correlationHalflife), t - start)
    if (removesMean) removeMean(state.scaled, state.scaledMean, gain)
    averageOuter(state.moments, state.scaled, gain)
    if (t < first) continue
    const dead = checkMovement(returns.names, state.moments)
    if (dead.length === 0) {
      covariances.push(combined(state.variance, state.moments, n))
      means.push(state.mean.map((each, i) => each + Math.sqrt(state.variance[i]!) * state.scaledMean[i]!))
    } else if (t === rows - 1) return { ok: false, error: dead }
    // Before its first move an asset has no forecast.
    else first = t + 1
  }
  return succeed({ firstRows: first + 1, covariances, means })
}

interface WalkState {
  /** m, and z̄; zeros where means are not removed. */
  readonly mean: Float64Array
  readonly scaledMean: Float64Array
  readonly variance: Float64Array
  /** Clipped returns over volatility of the row last seen. */
  readonly scaled: Float64Array
  readonly moments: Float64Array
}

const beginWalk = (n: number): WalkState => ({
  mean: new Float64Array(n),
  scaledMean: new Float64Array(n),
  variance: new Float64Array(n),
  scaled: new Float64Array(n),
  moments: new Float64Array(n * n),
})

/** Row t enters the means and variances, and becomes the scaled row. */
function scaleRow(
  { mean, variance, scaled }: WalkState,
  row: Float64Array,
  options: IteratedEwmaOptions,
  t: number,
): void {
  const { volHalflife, clip, warmUp, removesMean = false } = options
  const gain = gainOf(2 ** (-1 / volHalflife), t)
  scaled.set(row)
  if (removesMean) removeMean(scaled, mean, gain)
  for (let i = 0; i < scaled.length; i++) {
    const y = scaled[i]!
    const known = variance[i]!
    const square = clip !== null && t > warmUp && known > 0 ? Math.min(y * y, clip * clip * known) : y * y
    const now = known + gain * (square - known)
    variance[i] = now
    const z = now > 0 ? y / Math.sqrt(now) : 0
    scaled[i] = clip === null ? z : Math.min(clip, Math.max(-clip, z))
  }
}

/** The running mean takes x in, and leaves it. */
function removeMean(x: Float64Array, mean: Float64Array, gain: number): void {
  for (let i = 0; i < x.length; i++) {
    mean[i]! += gain * (x[i]! - mean[i]!)
    x[i]! -= mean[i]!
  }
}

/** (1 − β)/(1 − β^{k+1}) */
const gainOf = (beta: number, k: number): number => (k === 0 ? 1 : (1 - beta) / (1 - beta ** (k + 1)))

/** E += gain·(xx' − E) */
function averageOuter(average: Float64Array, x: Float64Array, gain: number): void {
  const n = x.length
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = average[i * n + j]! + gain * (x[i]! * x[j]! - average[i * n + j]!)
      average[i * n + j] = value
      average[j * n + i] = value
    }
  }
}

/** σ_i σ_j E_ij/sqrt(E_ii E_jj) */
function combined(variance: Float64Array, moments: Float64Array, n: number): Float64Array {
  const scale = Float64Array.from(variance, (value, i) => Math.sqrt(value / moments[i * n + i]!))
  return moments.map((value, k) => value * (scale[Math.floor(k / n)]! * scale[k % n]!))
}

function optionIssues(options: Readonly<Record<string, number>>): Issue[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value > 0 && value < Number.POSITIVE_INFINITY) return []
    const refused = refuse(
      'risk.option',
      name,
      `${name} must be above 0, was ${value}`,
      'state it in rows of the returns',
    )
    return refused.ok ? [] : refused.error
  })
}
