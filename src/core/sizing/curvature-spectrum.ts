/**
 * One evaluation of the equivalent quadratic cost at a given Λ, in the eigenbasis of B = Λ^−½γΣΛ^−½ = V diag(b²) V'. With
 * Q̃ = V'Λ^½QΛ^½V the Lyapunov equation KX + XK' = Q is solved term by term, X̃_kl = Q̃_kl/(b_k + b_l), and
 *   Λ#γΣ = Λ^½ V diag(b) V' Λ^½,   KXK' = Λ^−½ V (b_k b_l/(b_k + b_l) · Q̃_kl) V' Λ^−½,   tr(ΣX) = Σ b_k Q̃_kk/(2γ).
 * All three stay finite where Σ is singular (b_k = 0), although X itself does not: a deviation that costs nothing wanders.
 *
 * The trader of Λ#γΣ trades all the time. Who trades every Δ only, at the cost ½z'(Λ/Δ)z, has the value function
 * Λ^½ V diag(b/(√(1 + ¼Δ²b²) + ½Δb)) V'Λ^½, which solves the Riccati equation A = Λ_Δ − Λ_Δ(Λ_Δ + A + ΔγΣ)⁻¹Λ_Δ, Λ_Δ = Λ/Δ
 * (Gârleanu and Pedersen, Journal of Finance 68, 2013), and is Λ#γΣ for Δ = 0.
 *
 * Where deviations lapse at the rate ρ, A of AΛ⁻¹A + ρA = γΣ takes the place of Λ#γΣ: b̃ = √(b² + ρ²/4) − ρ/2 that of b,
 * and tr(ΣX) = Σ (b̃_k + ρ)·Q̃_kk/(2γ) over b_k > 0. Of the value function of one who trades every Δ, e^(−ρΔ) is left after one of them:
 * with x = Δ²b² and s = e^(−ρΔ), ΔA = 2x/(y + √(y² + 4sx)), y = 1 − s + x.
 */
import { eigenSymmetric } from '../maths/eigen.ts'

export interface Evaluation {
  /** Λ#γΣ, m × m. */
  readonly mean: Float64Array
  /** s_i = sqrt((KXK')_ii), weight a year. */
  readonly speed: Float64Array
  /** tr(ΣX), annual. */
  readonly deviationVariance: number
}

/** Share of the largest eigenvalue that rounding leaves of a zero one, per dimension. */
const NOISE = 4e-16

interface Risk {
  /** Σ */
  readonly covariance: Float64Array
  readonly inputs: { readonly aversion: number; readonly lapse?: number }
}

/** @param lambda Λ > 0, one per row of covariance (Σ) and drift (Q). */
export function evaluate(problem: Risk & { readonly drift: Float64Array }, lambda: Float64Array): Evaluation {
  const { drift, inputs } = problem
  const m = lambda.length
  const { root, b: lasting, vectors } = spectrumOf(problem, lambda)
  const lapse = inputs.lapse ?? 0
  const b = lapse === 0 ? lasting : lasting.map((each) => (each * each) / (Math.hypot(each, lapse / 2) + lapse / 2))
  const weighted = drift.map((each, at) => each * root[Math.floor(at / m)]! * root[at % m]!)
  const rotated = congruence(weighted, vectors, m)
  const rates = rotated.map((each, at) => {
    const [p, q] = [b[Math.floor(at / m)]!, b[at % m]!]
    return p === 0 || q === 0 ? 0 : (each * p * q) / (p + q)
  })
  const speed = new Float64Array(m)
  for (let i = 0; i < m; i++) {
    let variance = 0
    for (let k = 0; k < m; k++)
      for (let l = 0; l < m; l++) variance += vectors[i * m + k]! * rates[k * m + l]! * vectors[i * m + l]!
    speed[i] = Math.sqrt(Math.max(0, variance)) / root[i]!
  }
  const deviationVariance =
    b.reduce((sum, each, k) => sum + (each === 0 ? 0 : each + lapse) * rotated[k * m + k]!, 0) / (2 * inputs.aversion)
  return { mean: compose({ root, b, vectors }), speed, deviationVariance: Math.max(0, deviationVariance) }
}

/** The value function of one who trades every `interval` (Δ, in years) at quadratic cost, as it counts one of them earlier; m × m. */
export function intervalMean(problem: Risk, lambda: Float64Array, interval: number): Float64Array {
  const spectrum = spectrumOf(problem, lambda)
  const lapsed = (problem.inputs.lapse ?? 0) * interval
  const b = spectrum.b.map((each) => {
    const half = (interval * each) / 2
    if (lapsed === 0) return each / (Math.hypot(1, half) + half)
    const [left, x] = [Math.exp(-lapsed), 4 * half * half]
    const y = x - Math.expm1(-lapsed)
    return (left * 2 * interval * each * each) / (y + Math.sqrt(y * y + 4 * left * x))
  })
  return compose({ ...spectrum, b })
}

interface Spectrum {
  /** Λ^½ */
  readonly root: Float64Array
  readonly b: Float64Array
  /** V, m × m, in columns. */
  readonly vectors: Float64Array
}

function spectrumOf({ covariance, inputs }: Risk, lambda: Float64Array): Spectrum {
  const m = lambda.length
  const root = lambda.map(Math.sqrt)
  const scaled = covariance.map((each, at) => (inputs.aversion * each) / (root[Math.floor(at / m)]! * root[at % m]!))
  const { values, vectors } = eigenSymmetric(scaled, m)
  const floor = NOISE * m * values.reduce((most, each) => Math.max(most, each), 0)
  return { root, b: values.map((each) => (each > floor ? Math.sqrt(each) : 0)), vectors }
}

/** Λ^½ V diag(b) V'Λ^½ */
function compose({ root, b, vectors }: Spectrum): Float64Array {
  const m = root.length
  const product = new Float64Array(m * m)
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < m; k++) sum += vectors[i * m + k]! * b[k]! * vectors[j * m + k]!
      product[i * m + j] = product[j * m + i] = root[i]! * root[j]! * sum
    }
  return product
}

/** V'AV, the columns of V being the eigenvectors. */
function congruence(a: Float64Array, v: Float64Array, m: number): Float64Array {
  const half = new Float64Array(m * m)
  const whole = new Float64Array(m * m)
  for (let i = 0; i < m; i++)
    for (let k = 0; k < m; k++) for (let j = 0; j < m; j++) half[i * m + j]! += a[i * m + k]! * v[k * m + j]!
  for (let k = 0; k < m; k++)
    for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) whole[i * m + j]! += v[k * m + i]! * half[k * m + j]!
  return whole
}
