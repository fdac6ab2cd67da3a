/**
 * Risk budgets as a convex problem (Spinu, An Algorithm for Computing Risk Parity Weights, 2013): the x > 0 that minimises
 * ½x'Σx − Σ b_i log x_i satisfies x_i(Σx)_i = b_i, so x/Σx has the risk contributions b. Two ways to walk there:
 *
 * First Σ is modelled as uu' + diag(r) with u = Σx/sqrt(x'Σx) and r its diagonal's rest, and the conditions
 * x_i(u_i s + r_i x_i − r_i x⁰_i) = b_i, s = u'x, are solved exactly: one root of a quadratic for each asset (the step of
 * cyclical coordinate descent, Griveau-Billion, Richard and Roncalli 2013) inside one equation in s. Where one common
 * factor drives the book this gains two digits for one product Σx. Where it gains less than a factor of 4, Newton's method
 * follows with Spinu's damping 1/(1 + max|d_i/x_i|), its systems (Σ + diag(b/x²))d = b/x − Σx solved by conjugate
 * gradients preconditioned with their diagonal. Both are indifferent to the unit of each asset: the start scales by vols.
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
  /** max |x_i(Σx)_i − b_i|, a part of the whole risk 1. */
  readonly residual: number
  /** Products Σx that it took. */
  readonly products: number
}

/** Error of each contribution, as a part of its budget, that counts as none. */
const TOLERANCE = 3e-13
/** Error of the contributions, as a part of the whole risk, that is accepted where rounding allows no better. */
const RESIDUAL_MAX = 3e-13
/** The same where risks nearly cancel, so that rounding alone makes more: beyond it the book has no risk to speak of. */
const ROUNDING_MAX = 1e-6
/** A model step that leaves more of the error than this is followed by Newton's. */
const GAIN_MIN = 0.25
/** Least part of a variance that the model leaves to the asset itself. */
const OWN_MIN = 1e-3
const NEWTON_STEPS_MAX = 200
/** Relative steps up to here are taken whole: Newton's method converges quadratically. */
const STEP_WHOLE = 0.25

interface Walk {
  readonly x: Float64Array
  /** Σx */
  readonly y: Float64Array
  readonly direction: Float64Array
  readonly residual: Float64Array
  readonly search: Float64Array
  readonly searchImage: Float64Array
  /** b/x² */
  readonly barrier: Float64Array
  products: number
}

/** The minimiser, or null where none was found: some x ≥ 0 has no risk, or Σ is NaN. */
export function minimiseSpinu(problem: SpinuProblem): SpinuSolution | null {
  const { n, covariance, budget } = problem
  const vector = (): Float64Array => new Float64Array(n)
  const walk: Walk = {
    x: vector(),
    y: vector(),
    direction: vector(),
    residual: vector(),
    search: vector(),
    searchImage: vector(),
    barrier: vector(),
    products: 0,
  }
  const { x } = walk
  for (let i = 0; i < n; i++) x[i] = Math.sqrt(budget[i]! / covariance[i * n + i]!)
  measure(walk, covariance, n)
  if (!rescale(walk, n)) return null
  let error = worstError(walk, budget, n)
  for (let gaining = true; gaining && error > TOLERANCE; ) {
    stepModel(walk, problem)
    if (!rescale(walk, n)) return null
    const after = worstError(walk, budget, n)
    gaining = after < GAIN_MIN * error
    error = after
  }
  if (error > TOLERANCE) finishNewton(walk, problem, error)
  // A budget near 0 may be the small difference of large risks: then only the part of the whole is within reach.
  let residual = 0
  for (let i = 0; i < n; i++) residual = Math.max(residual, Math.abs(x[i]! * walk.y[i]! - budget[i]!))
  if (residual <= RESIDUAL_MAX) return { x, residual, products: walk.products }
  const rounding = roundingOf(walk, problem)
  return residual <= rounding && rounding <= ROUNDING_MAX ? { x, residual, products: walk.products } : null
}

/** What float64 makes of x_i(Σx)_i where the risks of a row nearly cancel, at most. */
function roundingOf({ x }: Walk, { n, covariance }: SpinuProblem): number {
  let most = 0
  for (let i = 0; i < n; i++) {
    let size = 0
    for (let j = 0; j < n; j++) size += Math.abs(covariance[i * n + j]!) * x[j]!
    most = Math.max(most, size * x[i]!)
  }
  return 4 * Number.EPSILON * most
}

function measure(walk: Walk, covariance: Float64Array, n: number): void {
  multiplySymmetric(covariance, walk.x, walk.y, n)
  walk.products++
}

/** Scales x to x'Σx = 1, which holds at the minimum; false where that is not possible. */
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

/** From x with x'Σx = 1, so u = y, to the optimum of the model at x. */
function stepModel(walk: Walk, { n, covariance, budget }: SpinuProblem): void {
  const { x, y: u, residual: own, search: pull } = walk
  let s = 0
  for (let i = 0; i < n; i++) {
    const variance = covariance[i * n + i]!
    const rest = variance - u[i]! * u[i]!
    own[i] = rest > OWN_MIN * variance ? rest : OWN_MIN * variance
    pull[i] = own[i]! * x[i]!
    s += u[i]! * x[i]!
  }
  // One Newton step for s: its equation is smooth and falling, and the next model corrects the rest.
  let excess = -s
  let slope = -1
  for (let i = 0; i < n; i++) {
    const linear = u[i]! * s - pull[i]!
    const root = Math.sqrt(linear * linear + 4 * own[i]! * budget[i]!)
    const value = positiveRoot(own[i]!, linear, root, budget[i]!)
    excess += u[i]! * value
    slope -= (u[i]! * u[i]! * value) / root
  }
  s -= excess / slope
  for (let i = 0; i < n; i++) {
    const linear = u[i]! * s - pull[i]!
    x[i] = positiveRoot(own[i]!, linear, Math.sqrt(linear * linear + 4 * own[i]! * budget[i]!), budget[i]!)
  }
  measure(walk, covariance, n)
}

/** x > 0 with r·x² + linear·x = b, given the root of the discriminant: two forms of one root, neither loses digits. */
function positiveRoot(r: number, linear: number, root: number, b: number): number {
  return linear > 0 ? (2 * b) / (linear + root) : (root - linear) / (2 * r)
}

/** Down to the tolerance, or as near as rounding allows. */
function finishNewton(walk: Walk, problem: SpinuProblem, reached: number): void {
  const { n, covariance, budget } = problem
  const { x, direction } = walk
  let error = reached
  for (let steps = 0; steps < NEWTON_STEPS_MAX && error > TOLERANCE; steps++) {
    // The system needs no more digits than the step can use.
    solveNewton(walk, problem, Math.max(1e-9, Math.min(0.1, error)))
    let longest = 0
    for (let i = 0; i < n; i++) longest = Math.max(longest, Math.abs(direction[i]! / x[i]!))
    const length = longest <= STEP_WHOLE ? 1 : 1 / (1 + longest)
    for (let i = 0; i < n; i++) x[i]! += length * direction[i]!
    measure(walk, covariance, n)
    const after = worstError(walk, budget, n)
    const stuck = longest < 1e-6 && !(after < error)
    error = after
    if (stuck || !(error < Number.POSITIVE_INFINITY)) return
  }
}

/** (Σ + diag(b/x²))·direction = b/x − Σx to the relative accuracy asked for, in the energy norm. */
function solveNewton(walk: Walk, { n, covariance, budget }: SpinuProblem, accuracy: number): void {
  const { x, y, direction, residual, search, searchImage, barrier } = walk
  direction.fill(0)
  let energy = 0
  for (let i = 0; i < n; i++) {
    barrier[i] = budget[i]! / (x[i]! * x[i]!)
    residual[i] = budget[i]! / x[i]! - y[i]!
    search[i] = residual[i]! / (barrier[i]! + covariance[i * n + i]!)
    energy += residual[i]! * search[i]!
  }
  const enough = energy * accuracy * accuracy
  for (let k = 0; k < 2 * n + 10 && energy > enough; k++) {
    multiplySymmetric(covariance, search, searchImage, n)
    walk.products++
    let curvature = 0
    for (let i = 0; i < n; i++) {
      searchImage[i]! += barrier[i]! * search[i]!
      curvature += search[i]! * searchImage[i]!
    }
    // Only a Σ that is not positive semidefinite, or NaN, gets here.
    if (!(curvature > 0)) return
    const length = energy / curvature
    let next = 0
    for (let i = 0; i < n; i++) {
      direction[i]! += length * search[i]!
      const rest = residual[i]! - length * searchImage[i]!
      residual[i] = rest
      next += (rest * rest) / (barrier[i]! + covariance[i * n + i]!)
    }
    const ratio = next / energy
    energy = next
    for (let i = 0; i < n; i++) search[i] = residual[i]! / (barrier[i]! + covariance[i * n + i]!) + ratio * search[i]!
  }
}
