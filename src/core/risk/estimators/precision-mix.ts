/**
 * CM-IEWMA (Johansson, Ogut, Pelger, Schmelzer and Boyd 2023, §3): a convex combination of the Cholesky factors of the
 * experts' precision matrices, Σ⁻¹ = LL' with L = Σ_k w_k L_k. The weights maximise the log-likelihood of the last N rows,
 * Σ_t [Σ_i log (diag L_t(w))_i − ½|Σ_k w_k L_kt'(r_t − μ_kt)|²] over the simplex, L_t and the experts' means μ_t (0 unless
 * they are removed) made before r_t was known: a concave problem in a
 * handful of weights, solved by Newton's method whose steps are projections onto the simplex in the metric of the Hessian.
 *
 * A combination of Cholesky factors depends on the order of the assets, so that order is part of the estimate.
 */
import { type Issue, type Result, refuse, succeed } from '../../base/result.ts'
import { factorise, solveFactored } from '../../maths/cholesky.ts'
import { projectOnto } from '../../maths/quadratic-program.ts'
import { type IteratedEwmaOptions, iteratedEwmaPath } from './iterated-ewma.ts'
import { type CovarianceEstimate, type Returns, rowCount } from './returns.ts'

export interface MixOptions {
  readonly pairs: readonly { readonly volHalflife: number; readonly correlationHalflife: number }[]
  readonly clip: number | null
  readonly warmUp: number
  /** Whether running means are removed; not unless asked for. */
  readonly removesMean?: boolean
  /** N, rows that the weights are judged by (the paper: 10 days). Null: all. */
  readonly window: number | null
}

export interface MixedCovariance extends CovarianceEstimate {
  /** By pair; ≥ 0, sums to 1. */
  readonly weights: Float64Array
}

/** What one expert says of the next row. */
interface Forecaster {
  /** L */
  readonly factor: Float64Array
  /** μ */
  readonly mean: Float64Array
}

const NEWTON_STEPS_MAX = 100
/** Newton decrement, twice the gain left in log-likelihood, that counts as none. */
const TOLERANCE = 1e-20
/** Part of the mean curvature added where experts agree so well that the Hessian is singular. */
const RIDGE = 1e-12

/** Codes: those of `iteratedEwmaPath`; risk.option; risk.singular (an expert's covariance has no inverse). */
export function mixedIteratedEwma(returns: Returns, options: MixOptions): Result<MixedCovariance> {
  const { pairs, clip, warmUp, window, removesMean = false } = options
  if (pairs.length === 0 || (window !== null && !(window >= 1)))
    return refuse(
      'risk.option',
      'pairs',
      `a mix must have at least one pair of half-lives and one row to judge by, was ${pairs.length} and ${window}`,
      'for example (10, 21), (21, 63), (63, 125) judged by 10 rows',
    )
  const n = returns.names.length
  const experts: Forecaster[][] = []
  for (const pair of pairs) {
    const settings: IteratedEwmaOptions = { ...pair, clip, warmUp: Math.max(1, warmUp), removesMean }
    const path = iteratedEwmaPath(returns, { ...settings, last: window === null ? null : window + 1 })
    if (!path.ok) return path
    const expert: Forecaster[] = []
    for (const [k, covariance] of path.value.covariances.entries()) {
      const factor = precisionFactor(covariance, n)
      // An early forecast may be singular: it then takes no part, as long as the last ones are not.
      if (factor !== null) expert.push({ factor, mean: path.value.means[k]! })
      else if (k === path.value.covariances.length - 1) return singular(pair)
      else expert.length = 0
    }
    experts.push(expert)
  }
  const length = Math.min(...experts.map((expert) => expert.length))
  if (length < 2)
    return refuse(
      'risk.too-short',
      'returns',
      `a mix must have at least one row to judge its experts by, was ${rowCount(returns)} rows with a warm-up of ${warmUp}`,
      'use a longer history',
    )
  const weights = mixWeights(
    experts.map((expert) => expert.slice(expert.length - length, -1)),
    returns,
  )
  const mixed = new Float64Array(n * n)
  experts.forEach((expert, k) => {
    const last = expert.at(-1)!.factor
    for (let e = 0; e < mixed.length; e++) mixed[e]! += weights[k]! * last[e]!
  })
  return succeed({ covariance: inverseOfProduct(mixed, n), weights, notes: [] })
}

const singular = (pair: MixOptions['pairs'][number]): Result<never> => {
  const issue: Issue = {
    code: 'risk.singular',
    path: 'pairs',
    message: `the covariance of each pair must have an inverse, was singular for (${pair.volHalflife}, ${pair.correlationHalflife})`,
    hint: 'use a longer correlation half-life than there are assets, or leave out one of two assets that move alike',
  }
  return { ok: false, error: [issue] }
}

/** Lower L with LL' = Σ⁻¹, or null. Σ = UU' with U upper triangular (Cholesky from the last row up) and L = U⁻ᵀ. */
function precisionFactor(covariance: Float64Array, n: number): Float64Array | null {
  const reversed = new Float64Array(n * n)
  for (let k = 0; k < n * n; k++) reversed[k] = covariance[n * n - 1 - k]!
  const factor = factorise(reversed, n)
  if (factor === null) return null
  const inverse = invertLower(factor, n)
  // inverse is of the reversed U; its transpose, reversed back, is U⁻ᵀ.
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) lower[i * n + j] = inverse[(n - 1 - j) * n + (n - 1 - i)]!
  return lower
}

function invertLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / l[j * n + j]!
    for (let i = j + 1; i < n; i++) {
      let total = 0
      for (let k = j; k < i; k++) total += l[i * n + k]! * inverse[k * n + j]!
      inverse[i * n + j] = -total / l[i * n + i]!
    }
  }
  return inverse
}

/** (LL')⁻¹ */
function inverseOfProduct(l: Float64Array, n: number): Float64Array {
  const inverse = invertLower(l, n)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let total = 0
      for (let k = i; k < n; k++) total += inverse[k * n + i]! * inverse[k * n + j]!
      result[i * n + j] = total
      result[j * n + i] = total
    }
  }
  return result
}

/** The likelihood of the rows as a function of the weights: Σ log(A w) − ½w'Pw. */
interface Likelihood {
  readonly size: number
  /** Rows of A, `size` long each: the diagonals of the experts' factors. */
  readonly diagonals: Float64Array
  /** P, size × size. */
  readonly squares: Float64Array
}

function mixWeights(experts: readonly (readonly Forecaster[])[], returns: Returns): Float64Array {
  const likelihood = likelihoodOf(experts, returns)
  const { size } = likelihood
  let w: Float64Array = new Float64Array(size).fill(1 / size)
  for (let step = 0; step < NEWTON_STEPS_MAX; step++) {
    const { gradient, hessian } = derivativesOf(likelihood, w)
    const factor = ridged(hessian, size)
    const newton = solveFactored(factor.l, gradient, size)
    const ones = new Float64Array(size).fill(1)
    const projected = projectOnto({
      n: size,
      metric: factor.matrix,
      point: w.map((weight, k) => weight + newton[k]!),
      lower: new Float64Array(size),
      upper: ones,
      rows: [
        { id: 0, coefficients: ones, bound: 1 },
        { id: 1, coefficients: ones.map((one) => -one), bound: -1 },
      ],
    })
    // The simplex is never empty.
    if (projected.status === 'infeasible') return w
    const next = projected.x
    const direction = next.map((value, k) => value - w[k]!)
    let gain = 0
    for (let k = 0; k < size; k++) gain += gradient[k]! * direction[k]!
    if (!(gain > TOLERANCE)) return w
    const value = likelihoodAt(likelihood, w)
    let length = 1
    let moved = next
    while (
      length > 1e-12 &&
      !(likelihoodAt(likelihood, moved) >= value + 1e-4 * length * gain - 1e-15 * Math.abs(value))
    ) {
      length /= 2
      const taken = length
      moved = w.map((weight, k) => weight + taken * direction[k]!)
    }
    w = moved
  }
  return w
}

function likelihoodOf(experts: readonly (readonly Forecaster[])[], { names, values }: Returns): Likelihood {
  const [size, n] = [experts.length, names.length]
  const judged = experts[0]!.length
  const diagonals = new Float64Array(judged * n * size)
  const squares = new Float64Array(size * size)
  const from = values.length / n - judged
  for (let t = 0; t < judged; t++) {
    const images = experts.map((expert, k) => {
      const { factor: l, mean } = expert[t]!
      const image = new Float64Array(n)
      for (let i = 0; i < n; i++) {
        diagonals[(t * n + i) * size + k] = l[i * n + i]!
        for (let j = 0; j <= i; j++) image[j]! += l[i * n + j]! * (values[(from + t) * n + i]! - mean[i]!)
      }
      return image
    })
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++)
        for (let i = 0; i < n; i++) squares[a * size + b]! += images[a]![i]! * images[b]![i]!
  }
  return { size, diagonals, squares }
}

function likelihoodAt({ size, diagonals, squares }: Likelihood, w: Float64Array): number {
  let value = 0
  for (let row = 0; row < diagonals.length; row += size) {
    let mixed = 0
    for (let k = 0; k < size; k++) mixed += diagonals[row + k]! * w[k]!
    value += Math.log(mixed)
  }
  for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) value -= 0.5 * w[a]! * squares[a * size + b]! * w[b]!
  return value
}

/** Gradient, and minus the Hessian. */
function derivativesOf({ size, diagonals, squares }: Likelihood, w: Float64Array) {
  const gradient = new Float64Array(size)
  const hessian = squares.slice()
  for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) gradient[a]! -= squares[a * size + b]! * w[b]!
  for (let row = 0; row < diagonals.length; row += size) {
    let mixed = 0
    for (let k = 0; k < size; k++) mixed += diagonals[row + k]! * w[k]!
    for (let a = 0; a < size; a++) {
      const share = diagonals[row + a]! / mixed
      gradient[a]! += share
      for (let b = 0; b < size; b++) hessian[a * size + b]! += (share * diagonals[row + b]!) / mixed
    }
  }
  return { gradient, hessian }
}

function ridged(hessian: Float64Array, size: number): { readonly matrix: Float64Array; readonly l: Float64Array } {
  let trace = 0
  for (let k = 0; k < size; k++) trace += hessian[k * size + k]!
  for (let ridge = RIDGE; ; ridge *= 10) {
    const matrix = hessian.slice()
    for (let k = 0; k < size; k++) matrix[k * size + k]! += (ridge * trace) / size
    const l = factorise(matrix, size)
    if (l !== null) return { matrix, l }
  }
}
