/**
 * Cleaning by random matrix theory (Laloux, Cizeau, Potters and Bouchaud 2000): of T rows of n independent assets the
 * eigenvalues of the correlation matrix lie below λ₊ = (1 + sqrt(n/T))² (Marchenko and Pastur 1967). Those of the sample
 * that do are noise: they are replaced by their mean, which keeps the trace, and the diagonal is scaled back to 1.
 * Mean removed, divisor T; every sample variance is kept.
 */
import { type Result, succeed } from '../../base/result.ts'
import { eigenSymmetric } from '../../maths/eigen.ts'
import { standardise, withVols } from './factor.ts'
import { type CovarianceEstimate, type Returns, rowCount } from './returns.ts'

export interface DenoisedCovariance extends CovarianceEstimate {
  /** Eigenvalues above λ₊, which were kept. */
  readonly kept: number
}

/** Codes: those of `checkReturns`; risk.no-movement. */
export function denoisedCovariance(returns: Returns): Result<DenoisedCovariance> {
  const sample = standardise(returns)
  if (!sample.ok) return sample
  const n = returns.names.length
  const edge = (1 + Math.sqrt(n / rowCount(returns))) ** 2
  const { values, vectors } = eigenSymmetric(sample.value.correlation, n)
  // Ascending: the noise comes first.
  const noise = values.findIndex((value) => value > edge)
  const clipped = noise < 0 ? n : noise
  let mean = 0
  for (let k = 0; k < clipped; k++) mean += Math.max(0, values[k]!) / clipped
  const cleaned = new Float64Array(n * n)
  for (let k = 0; k < n; k++) {
    const value = k < clipped ? mean : values[k]!
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) cleaned[i * n + j]! += value * vectors[i * n + k]! * vectors[j * n + k]!
  }
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(cleaned[i * n + i]!))
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) cleaned[i * n + j] = i === j ? 1 : cleaned[i * n + j]! * scale[i]! * scale[j]!
  const kept = n - clipped
  const notes = kept === 0 ? ['No eigenvalue stands out from noise: the correlations are taken as none.'] : []
  return succeed({ covariance: withVols(cleaned, sample.value.vol), kept, notes })
}
