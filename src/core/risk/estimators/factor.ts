/**
 * Covariance from common factors plus what is left to each asset, which keeps every sample variance and is positive
 * semidefinite by construction; mean removed, divisor T.
 *
 * - principal components: the correlation matrix R keeps its k largest eigenvalues, R_k = V_k Λ_k V_k', and the diagonal
 *   is filled up to 1 (Σ_ij = s_i s_j R_k,ij off the diagonal; a statistical factor model, Connor and Korajczyk 1988).
 * - one stated factor f (Sharpe 1963): β_i = cov(x_i, f)/var f, Σ = ββ' var f off the diagonal.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { eigenSymmetric } from '../../maths/eigen.ts'
import { type CovarianceEstimate, checkMovement, checkReturns, type Returns, rowCount } from './returns.ts'
import { columnsOf, scatter } from './sample.ts'

/** Correlation and vols of a sample. */
interface Standardised {
  readonly correlation: Float64Array
  readonly vol: Float64Array
}

/** factors: from 1 to n. Codes: those of `checkReturns`; risk.no-movement, risk.option. */
export function principalCovariance(
  returns: Returns,
  { factors }: { readonly factors: number },
): Result<CovarianceEstimate> {
  const n = returns.names.length
  if (!(Number.isInteger(factors) && factors >= 1 && factors <= n))
    return refuse('risk.option', 'factors', `factors must be from 1 to ${n}, was ${factors}`, 'one to three are usual')
  const sample = standardise(returns)
  if (!sample.ok) return sample
  const { values, vectors } = eigenSymmetric(sample.value.correlation, n)
  const kept = new Float64Array(n * n)
  for (let k = n - factors; k < n; k++) {
    const value = Math.max(0, values[k]!)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) kept[i * n + j]! += value * vectors[i * n + k]! * vectors[j * n + k]!
  }
  // Filled up, not scaled: the common part stays what it was.
  for (let i = 0; i < n; i++) kept[i * n + i] = 1
  return succeed({ covariance: withVols(kept, sample.value.vol), notes: [] })
}

/** market: the weights whose return is the factor. Codes: those of `checkReturns`; risk.no-factor (it does not move). */
export function singleFactorCovariance(
  returns: Returns,
  { market }: { readonly market: Float64Array },
): Result<CovarianceEstimate> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const n = returns.names.length
  const rows = rowCount(returns)
  const sample = scatter(columnsOf(returns, 'sample'), n, rows)
  const common = new Float64Array(n)
  let variance = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) common[i]! += sample[i * n + j]! * (market[j] ?? Number.NaN)
    variance += common[i]! * (market[i] ?? Number.NaN)
  }
  if (!(variance > 0 && variance < Number.POSITIVE_INFINITY))
    return refuse(
      'risk.no-factor',
      'market',
      `the factor must move, was a book of variance ${variance}`,
      'state a finite weight for each asset, such as its share of market value',
    )
  // Σ_ij = cov(x_i, f) cov(x_j, f)/var f; by Cauchy and Schwarz at most the variance on the diagonal.
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      covariance[i * n + j] = i === j ? sample[i * n + i]! : (common[i]! * common[j]!) / variance
  return succeed({ covariance, notes: [] })
}

/** Codes: those of `checkReturns`; risk.no-movement. */
export function standardise(returns: Returns): Result<Standardised> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const n = returns.names.length
  const correlation = scatter(columnsOf(returns, 'sample'), n, rowCount(returns))
  const dead = checkMovement(returns.names, correlation)
  if (dead.length > 0) return { ok: false, error: dead }
  const vol = Float64Array.from(returns.names, (_, i) => Math.sqrt(correlation[i * n + i]!))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) correlation[i * n + j] = i === j ? 1 : correlation[i * n + j]! / (vol[i]! * vol[j]!)
  return succeed({ correlation, vol })
}

/** s_i s_j R_ij, exactly symmetric: the lower triangle of R decides. */
export function withVols(correlation: Float64Array, vol: Float64Array): Float64Array {
  const n = vol.length
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = correlation[i * n + j]! * (vol[i]! * vol[j]!)
      covariance[i * n + j] = value
      covariance[j * n + i] = value
    }
  }
  return covariance
}
