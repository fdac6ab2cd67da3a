/** Inverse volatility: w_i ∝ 1/σ_i, which is risk parity where all correlations are equal. */
import { type Result, succeed } from '../../base/result.ts'
import { checkInputs, type TargetInputs, type TargetWeights } from './target-inputs.ts'

/** Reads the diagonal of the covariance only. Codes: those of `checkInputs`. */
export function inverseVolatilityWeights(inputs: TargetInputs): Result<TargetWeights> {
  const { names, covariance, total } = inputs
  const n = names.length
  const issues = checkInputs(inputs, 'vol')
  if (issues.length > 0) return { ok: false, error: issues }
  // Relative to the first, so that no scale of variances can overflow.
  const first = covariance[0]!
  const share = Float64Array.from(names, (_, i) => Math.sqrt(first / covariance[i * n + i]!))
  let whole = 0
  for (const each of share) whole += each
  return succeed({ weight: share.map((each) => (total * each) / whole), needed: ['vol'] })
}
