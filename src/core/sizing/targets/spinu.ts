/**
 * Risk budgets as a convex problem (Spinu, An Algorithm for Computing Risk Parity Weights, 2013): the x > 0 that minimises
 * ½x'Σx − Σ b_i log x_i satisfies x_i(Σx)_i = b_i, so x/Σx has the risk contributions b. Two ways to walk there:
 *
 * The fixed point x_i ← b_i/(Σx)_i, scaled to x'Σx = Σb (Chaves, Hsu, Li and Shakernia 2012). In logarithms its Jacobian
 * is minus a matrix whose rows sum to 1, whose eigenvector of ones the scaling takes out; the rest is small where a
 * common factor drives the book, so an iteration gains a digit or more. Where it gains less than a factor of 2, Newton's method
 * with Spinu's damping 1/(1 + max|d_i/x_i|), whose systems (Σ + diag(b/x²))d = b/x − Σx are solved by conjugate gradients
 * preconditioned with their diagonal. Both are indifferent to the unit of each asset, so scaling by vols is only the start.
 */
import { multiplySymmetric } from './symmetric-product.ts'

export interface SpinuProblem {
  readonly n: number
  /** Σ, n × n, symmetric; positive on the diagonal. */
  readonly covariance: Float64Array
  /** b > 0, Σb = 1. */
  readonly budget: Float64Array
}

export interface SpinuSolution {
  readonly x: Float64Array
  /** max |x_i(Σx)_i − b_i|/b_i at the end. */
  readonly residual: number
  /** Products Σx that it took. */
  readonly products: number
}

/** Relative error of the contributions that counts as none. */
const TOLERANCE = 2e-14
/** The walk ends where it cannot come nearer; up to here the contributions are the budgets to 1e-12. */
export const RESIDUAL_MAX = 1e-12
/** A fixed-point step that gains less than this is followed by Newton's. */
const GAIN_MIN = 0.5
const NEWTON_STEPS_MAX = 200

interface Walk {
  readonly x: Float64Array
  /** Σx */
  readonly y: Float64Array
  readonly direction: Float64Array
  /** Σ·direction, summed along conjugate gradients. */
  readonly image: Float64Array
  readonly residual: Float64Array
  readonly search: Float64Array
  readonly searchImage: Float64Array
  readonly weight: Float64Array
  readonly factor: Float64Array
  readonly scaled: Float64Array
  readonly inverse: Float64Array
  products: number
}

/** The minimiser, or null where there is none: some x ≥ 0 has no risk. NaN in Σ comes out as null too. */
export function minimiseSpinu({ n, covariance, budget }: SpinuProblem): SpinuSolution | null {
  const vector = (): Float64Array => new Float64Array(n)
  const walk: Walk = {
    x: vector(),
    y: vector(),
    direction: vector(),
    image: vector(),
    residual: vector(),
    search: vector(),
    searchImage: vector(),
    weight: vector(),
    factor: vector(),
    scaled: vector(),
    inverse: vector(),
    products: 0,
  }
  const { x, y } = walk
  for (let i = 0; i < n; i++) x[i] = Math.sqrt(budget[i]! / covariance[i * n + i]!)
  measure(walk, covariance, n)
  if (!rescale(walk, n)) return null
  let error = worstError(walk, budget, n)
  for (let gaining = false; gaining && error > TOLERANCE; ) {
    // y/b ≤ 0 means that the asset hedges the rest: only Newton's method copes.
    if (!stepFixedPoint(walk, { covariance, budget, n })) break
    if (!rescale(walk, n)) return null
    const after = worstError(walk, budget, n)
    gaining = after < GAIN_MIN * error
    error = after
  }
  if (error > TOLERANCE) error = finishNewton(walk, { n, covariance, budget })
  return error <= RESIDUAL_MAX ? { x, residual: error, products: walk.products } : null
}

function measure(walk: Walk, covariance: Float64Array, n: number): void {
  multiplySymmetric(covariance, walk.x, walk.y, n)
  walk.products++
}

/** Scales x to x'Σx = 1; false where that is not possible. */
function rescale({ x, y }: Walk, n: number): boolean {
  let square = 0
  for (let i = 0; i < n; i++) square += x[i]! * y[i]!
  if (!(square > 0 && square < Number.POSITIVE_INFINITY)) return false
  const factor = 1 / Math.sqrt(square)
  for (let i = 0; i < n; i++) {
    x[i]! *= factor
    y[i]! *= factor
  }
  return true
}

function worstError({ x, y }: Walk, budget: Float64Array, n: number): number {
  let worst = 0
  for (let i = 0; i < n; i++) {
    const error = Math.abs(x[i]! * y[i]! - budget[i]!) / budget[i]!
    // Written so that NaN stays.
    if (!(error <= worst)) worst = error
  }
  return worst
}

function stepFixedPoint(walk: Walk, { n, covariance, budget }: SpinuProblem): boolean {
  const { x, y } = walk
  for (let i = 0; i < n; i++) if (!(y[i]! > 0)) return false
  for (let i = 0; i < n; i++) x[i] = budget[i]! / y[i]!
  measure(walk, covariance, n)
  return true
}

/** @returns the error reached. */
function finishNewton(walk: Walk, problem: SpinuProblem): number {
  const { n, covariance, budget } = problem
  const { x, direction } = walk
  let error = worstError(walk, budget, n)
  for (let steps = 0; steps < NEWTON_STEPS_MAX && error > TOLERANCE; steps++) {
    // The systems need no more digits than the next step can use.
    solveNewton(walk, problem, Math.max(1e-12, Math.min(0.1, error) ** 1.5))
    let longest = 0
    for (let i = 0; i < n; i++) longest = Math.max(longest, Math.abs(direction[i]! / x[i]!))
    const length = longest < 0.25 ? 1 : 1 / (1 + longest)
    for (let i = 0; i < n; i++) x[i]! += length * direction[i]!
    if (longest < 0.25) for (let i = 0; i < n; i++) walk.y[i]! += walk.image[i]!
    else measure(walk, covariance, n)
    let after = worstError(walk, budget, n)
    if (!(after < error) && longest < 1e-6) {
      // Σx was summed along the way: measure it once afresh before saying that this is as near as it gets.
      measure(walk, covariance, n)
      after = worstError(walk, budget, n)
      if (!(after < error)) return after
    }
    error = after
    if (!(error < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY
  }
  measure(walk, covariance, n)
  return worstError(walk, budget, n)
}

/**
 * (Σ + diag(b/x²))·direction = b/x − Σx to the relative accuracy asked for; image = Σ·direction. Preconditioned with
 * uu' + diagonal, u = Σx/sqrt(x'Σx), inverted by Sherman and Morrison: what Σ − uu' ⪰ 0 leaves off the diagonal is ignored.
 */
function solveNewton(walk: Walk, { n, covariance, budget }: SpinuProblem, accuracy: number): void {
  const { x, y, direction, image, residual, search, searchImage, weight, factor, scaled } = walk
  direction.fill(0)
  image.fill(0)
  let square = 0
  for (let i = 0; i < n; i++) square += x[i]! * y[i]!
  const root = 1 / Math.sqrt(square)
  let own = 1
  for (let i = 0; i < n; i++) {
    const barrier = budget[i]! / (x[i]! * x[i]!)
    const u = y[i]! * root
    const rest = 1 / (barrier + Math.max(0, covariance[i * n + i]! - u * u))
    weight[i] = barrier
    residual[i] = budget[i]! / x[i]! - y[i]!
    walk.inverse[i] = rest
    scaled[i] = u * rest
    factor[i] = u
    own += u * u * rest
  }
  const inverse = walk.inverse
  let energy = 0
  for (let i = 0; i < n; i++) energy += residual[i]! * scaled[i]!
  let share = energy / own
  energy = 0
  for (let i = 0; i < n; i++) {
    search[i] = residual[i]! * inverse[i]! - share * scaled[i]!
    energy += residual[i]! * search[i]!
  }
  const enough = energy * accuracy * accuracy
  for (let k = 0; k < 2 * n + 10 && energy > enough && energy > 0; k++) {
    multiplySymmetric(covariance, search, searchImage, n)
    walk.products++
    let curvature = 0
    for (let i = 0; i < n; i++) curvature += search[i]! * (searchImage[i]! + weight[i]! * search[i]!)
    // Only a Σ that is not positive semidefinite, or NaN, gets here.
    if (!(curvature > 0)) return
    const length = energy / curvature
    share = 0
    for (let i = 0; i < n; i++) {
      direction[i]! += length * search[i]!
      image[i]! += length * searchImage[i]!
      const rest = residual[i]! - length * (searchImage[i]! + weight[i]! * search[i]!)
      residual[i] = rest
      share += rest * scaled[i]!
    }
    share /= own
    let next = 0
    for (let i = 0; i < n; i++) {
      const moved = residual[i]! * inverse[i]! - share * scaled[i]!
      searchImage[i] = moved
      next += residual[i]! * moved
    }
    const ratio = next / energy
    energy = next
    for (let i = 0; i < n; i++) search[i] = searchImage[i]! + ratio * search[i]!
  }
}
