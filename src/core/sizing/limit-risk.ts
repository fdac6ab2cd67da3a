/**
 * Risks of a book that have limits: a multiple of √(x'Σx) (volatility, tracking error; with normal returns over a horizon h also
 * value at risk N⁻¹(c)√h and expected shortfall φ(N⁻¹(c))√h/(1 − c) at confidence c), and expected shortfall over scenarios, the
 * mean of the worst losses (Rockafellar and Uryasev, Journal of Risk 2, 2000). Both are convex in the weights x.
 */
import { multiplyVector } from '../maths/matrix.ts'

/** A convex risk of p + z, per underlying: `multiple`·√((p + z)'Σ(p + z)), or the expected shortfall over scenarios. */
export type RiskTerm =
  | {
      readonly kind: 'norm'
      readonly matrix: Float64Array
      readonly point: Float64Array
      readonly multiple: number
    }
  | {
      readonly kind: 'tail'
      /** A row of returns per scenario. */
      readonly scenarios: Float64Array
      readonly point: Float64Array
      /** Part of the scenarios, the worst, that counts. */
      readonly part: number
    }

export const measureRisk = (risk: RiskTerm, x: Float64Array): number =>
  risk.kind === 'norm' ? risk.multiple * normOf(risk.matrix, x).norm : shortfall(risk, x).mean

/** A slope of the risk in each weight; 0 where the risk is 0 and has many. */
export function slopeRisk(risk: RiskTerm, x: Float64Array): Float64Array {
  if (risk.kind === 'tail') return shortfall(risk, x).slope
  const { norm, image } = normOf(risk.matrix, x)
  return image.map((each) => (norm === 0 ? 0 : (risk.multiple * each) / norm))
}

/** √(x'Σx) and Σx. */
function normOf(matrix: Float64Array, x: Float64Array): { readonly norm: number; readonly image: Float64Array } {
  const image = multiplyVector(matrix, x, x.length)
  const form = image.reduce((total, each, i) => total + each * x[i]!, 0)
  return { norm: Math.sqrt(Math.max(0, form)), image }
}

/** The mean of the worst part of the losses −r'x, the last of them in part, and its slope. Ties go to the earlier scenario. */
function shortfall(
  { scenarios, part }: Extract<RiskTerm, { kind: 'tail' }>,
  x: Float64Array,
): { readonly mean: number; readonly slope: Float64Array } {
  const n = x.length
  const count = scenarios.length / n
  const losses = Float64Array.from({ length: count }, (_, s) => {
    let loss = 0
    for (let i = 0; i < n; i++) loss -= scenarios[s * n + i]! * x[i]!
    return loss
  })
  const worst = Array.from(losses.keys()).sort((a, b) => losses[b]! - losses[a]! || a - b)
  const slope = new Float64Array(n)
  let [mean, left] = [0, part * count]
  for (const s of worst) {
    if (left <= 0) break
    const weight = Math.min(1, left) / (part * count)
    mean += weight * losses[s]!
    for (let i = 0; i < n; i++) slope[i]! -= weight * scenarios[s * n + i]!
    left -= 1
  }
  return { mean, slope }
}
