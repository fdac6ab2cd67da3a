/**
 * Sample moments by two passes and compensated sums: mean, central moments m_k = Σ (x − x̄)^k / n, skewness m₃/m₂^{3/2} and
 * kurtosis m₄/m₂² (3 for the normal distribution).
 */
import { assert } from '../base/result.ts'
import { sum } from './matrix.ts'

export interface Moments {
  readonly count: number
  readonly mean: number
  /** m₂: divided by n. Exactly 0 where the sample does not vary beyond rounding. */
  readonly variance: number
  /** NaN where the variance is 0. */
  readonly skewness: number
  /** NaN where the variance is 0. */
  readonly kurtosis: number
}

/** A spread below this part of the largest |x| is rounding of equal numbers. */
const NEGLIGIBLE = 1e-14

/** @param values finite, at least one */
export function momentsOf(values: Float64Array): Moments {
  const count = values.length
  assert(count > 0, 'moments need a sample')
  const mean = sum(values) / count
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  const deviations = values.map((value) => value - mean)
  const variance = sum(deviations.map((each) => each * each)) / count
  if (!(Math.sqrt(variance) > NEGLIGIBLE * largest))
    return { count, mean, variance: 0, skewness: Number.NaN, kurtosis: Number.NaN }
  // Standardised first: third and fourth powers of small returns must not vanish.
  const standard = deviations.map((each) => each / Math.sqrt(variance))
  return {
    count,
    mean,
    variance,
    skewness: sum(standard.map((each) => each * each * each)) / count,
    kurtosis: sum(standard.map((each) => (each * each) ** 2)) / count,
  }
}
