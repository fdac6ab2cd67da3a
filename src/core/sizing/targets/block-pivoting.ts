/**
 * min ½x'Hx subject to a'x = c and lower ≤ x ≤ upper by block principal pivoting (Júdice and Pires, Computers and
 * Operations Research 21, 1994): guess which coordinates are free, solve their equations exactly, send those that left the
 * bounds to their bound and free those whose multiplier has the wrong sign, all at once. Without upper bounds that ends
 * within some ten guesses; with them the number of wrong ones may stop falling: then it gives up, and the slower method that
 * always ends must be asked. What it returns satisfies the optimality conditions, so it is the optimum.
 */
import { factorise, solveFactored } from '../../maths/cholesky.ts'
import { multiplySymmetric } from './symmetric-product.ts'

export interface PivotingProblem {
  readonly n: number
  /** H, n × n, symmetric, positive definite. */
  readonly metric: Float64Array
  /** a > 0 */
  readonly coefficients: Float64Array
  /** c */
  readonly bound: number
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** Part of the largest |a_i|μ up to which a multiplier of the wrong sign is rounding. */
const ROUNDING = 1e-13
const GUESSES_WITHOUT_GAIN_MAX = 8

/** The optimum, or null where none was certified. */
export function pivotToOptimum(problem: PivotingProblem): Float64Array | null {
  const { n, metric, coefficients, lower, upper } = problem
  const x = new Float64Array(n)
  const gradient = new Float64Array(n)
  /** −1 at the lower bound, 1 at the upper, 0 free. */
  const side = new Int8Array(n)
  let [fewest, idle] = [n + 1, 0]
  while (idle < GUESSES_WITHOUT_GAIN_MAX) {
    const price = solveFree(problem, side, x)
    if (price === null) return null
    multiplySymmetric(metric, x, gradient, n)
    let wrong = 0
    for (let i = 0; i < n; i++) {
      const pull = gradient[i]! - price * coefficients[i]!
      const noise = ROUNDING * Math.abs(price * coefficients[i]!)
      const was = side[i]!
      if (was === 0) side[i] = x[i]! < lower[i]! ? -1 : x[i]! > upper[i]! ? 1 : 0
      // A coordinate whose bounds are one stays there.
      else if (lower[i]! < upper[i]! && was * pull > noise) side[i] = 0
      if (side[i] !== was) wrong++
    }
    if (wrong === 0) return x
    if (wrong < fewest) [fewest, idle] = [wrong, 0]
    else idle++
  }
  return null
}

/** Sets x to the optimum of the guess; returns the multiplier μ of a'x = c. */
function solveFree(
  { n, metric, coefficients, bound, lower, upper }: PivotingProblem,
  side: Int8Array,
  x: Float64Array,
): number | null {
  const free: number[] = []
  let rest = bound
  for (let i = 0; i < n; i++) {
    if (side[i] === 0) free.push(i)
    else {
      x[i] = side[i]! < 0 ? lower[i]! : upper[i]!
      rest -= coefficients[i]! * x[i]!
    }
  }
  const size = free.length
  if (size === 0) return null
  const block = new Float64Array(size * size)
  const [force, price] = [new Float64Array(size), new Float64Array(size)]
  for (let p = 0; p < size; p++) {
    const i = free[p]!
    for (let q = 0; q <= p; q++) block[p * size + q] = metric[i * n + free[q]!]!
    for (let j = 0; j < n; j++) if (side[j] !== 0) force[p]! -= metric[i * n + j]! * x[j]!
    price[p] = coefficients[i]!
  }
  const factor = factorise(block, size)
  if (factor === null) return null
  const along = solveFactored(factor, price, size)
  const own = solveFactored(factor, force, size)
  let reach = 0
  for (let p = 0; p < size; p++) {
    reach += price[p]! * along[p]!
    rest -= price[p]! * own[p]!
  }
  const multiplier = rest / reach
  if (!Number.isFinite(multiplier)) return null
  for (let p = 0; p < size; p++) x[free[p]!] = own[p]! + multiplier * along[p]!
  return multiplier
}
