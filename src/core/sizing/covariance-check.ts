/**
 * What a covariance must be before anything is sized with it: symmetric and positive semidefinite, so that no deviation has
 * a negative variance. Judged on correlations, Σ_ij/(σ_i σ_j), whose eigenvalues do not depend on the unit of an asset. A
 * Cholesky factor settles it for almost every matrix; only one that has none is worth its eigenvalues.
 */
import type { Issue } from '../base/result.ts'
import type { RiskModel } from '../domain/market.ts'
import { factorise } from '../maths/cholesky.ts'
import { eigenSymmetric } from '../maths/eigen.ts'

/** Eigenvalues of correlations down to here are rounding. */
const EIGENVALUE_MIN = -1e-9
/** Difference of the two directions, as a part of σ_i σ_j, that is rounding. */
const ASYMMETRY_MAX = 1e-12

/** A forecast serves many plans and is never written to, so one that passed is not judged again. */
const passed = new WeakSet<Float64Array>()

/** @param covariance finite, with no negative variance. Code: risk.covariance. */
export function checkCovariance({ covariance }: RiskModel, underlyings: readonly string[]): readonly Issue[] {
  if (passed.has(covariance)) return []
  const found = asymmetryOf(covariance, underlyings) ?? indefiniteness(covariance, underlyings.length)
  if (found === null) passed.add(covariance)
  return found === null ? [] : [found]
}

const flaw = (path: string, must: string, was: string): Issue => ({
  code: 'risk.covariance',
  path,
  message: `the covariance must be ${must}, was ${was}`,
  hint: 'take all of it from one history, or repair it and say so',
})

function asymmetryOf(covariance: Float64Array, underlyings: readonly string[]): Issue | null {
  const n = underlyings.length
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const [lower, upper] = [covariance[i * n + j]!, covariance[j * n + i]!]
      if (lower === upper) continue
      const scale = Math.sqrt(covariance[i * n + i]! * covariance[j * n + j]!)
      if (Math.abs(lower - upper) <= ASYMMETRY_MAX * scale) continue
      const path = `market.correlations.${underlyings[j]}/${underlyings[i]}`
      return flaw(path, 'the same in both directions', `${upper} and ${lower}`)
    }
  return null
}

/** Why a symmetric matrix promises some book a negative variance, or null. Code: risk.covariance. */
export function indefiniteness(covariance: Float64Array, n: number): Issue | null {
  const vol = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!) || 1)
  const scaled = covariance.map((each, k) => each / vol[Math.floor(k / n)]! / vol[k % n]!)
  if (factorise(scaled, n) !== null) return null
  const least = eigenSymmetric(scaled, n).values[0]!
  if (least >= EIGENVALUE_MIN) return null
  const was = `a smallest eigenvalue of ${least.toPrecision(3)} among its correlations`
  return flaw('market.correlations', 'positive semidefinite', was)
}
