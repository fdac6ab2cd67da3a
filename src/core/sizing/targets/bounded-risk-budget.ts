/**
 * Risk budgets within bounds (Richard and Roncalli, arXiv:1902.05710): for a price λ of risk,
 * w(λ) = argmin ½w'Σw − λ Σ b_i log w_i over lower ≤ w ≤ upper, by cyclical coordinate descent (Griveau-Billion, Richard
 * and Roncalli, arXiv:1311.4057): each coordinate's own quadratic has one positive root, which is clipped to its bounds.
 * λ is bracketed so that w(λ) sums to the total. What is free then has risk contributions in the proportions of its budgets.
 * The end is Newton's method on the free coordinates and λ: Σw − λb/w = 0, Σ w = total.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { factorise, solveFactored } from '../../maths/cholesky.ts'
import type { Bounds } from './target-inputs.ts'

interface BoundedBudget {
  readonly names: readonly string[]
  /** Σ, n × n, symmetric; positive on the diagonal. */
  readonly covariance: Float64Array
  /** > 0, sums to 1. */
  readonly budget: Float64Array
  readonly bounds: Bounds
  readonly total: number
  /** The weights without bounds. */
  readonly start: Float64Array
}

const SWEEPS_MAX = 20_000
/** Relative change of a weight that counts as none. */
const TOLERANCE = 1e-15
/** Error of the sum, as a part of the total, that counts as none. */
const SUM_TOLERANCE = 1e-13
/** λ from e^−LOG_RANGE to e^+LOG_RANGE times the price without bounds. */
const LOG_RANGE = 60
const BISECTIONS_MAX = 200
const POLISHES = 3

/** Code: target.budget-bounds. */
export function solveBoundedBudget(problem: BoundedBudget): Result<Float64Array> {
  const { start, total } = problem
  const variance = scaleOf(problem)
  const w = start.slice()
  const excess = (log: number): number => {
    descend(problem, w, variance * Math.exp(log))
    let whole = 0
    for (const weight of w) whole += weight
    return whole / total - 1
  }
  let [low, high, log] = [-LOG_RANGE, LOG_RANGE, 0]
  let [below, above] = [Number.NaN, Number.NaN]
  for (let round = 0; round < BISECTIONS_MAX; round++) {
    const error = excess(log)
    if (Math.abs(error) <= SUM_TOLERANCE) return succeed(polish(problem, w, variance * Math.exp(log)))
    if (error < 0) [low, below] = [log, error]
    else [high, above] = [log, error]
    if (high - low < 1e-15 * Math.max(1, Math.abs(log))) break
    // Regula falsi where it lies well inside, else the middle, so that the bracket halves at least every other round.
    const secant = low - (below * (high - low)) / (above - below)
    const inside = secant > low + 0.01 * (high - low) && secant < high - 0.01 * (high - low)
    log = round % 2 === 0 && inside ? secant : (low + high) / 2
  }
  const found = excess(log)
  // The sum is continuous in λ, so a bracket that has closed has found it to the accuracy of the descent.
  if (Math.abs(found) <= 1e-9) return succeed(polish(problem, w, variance * Math.exp(log)))
  return refuse(
    'target.budget-bounds',
    'targets.bounds',
    `the bounds must leave room for the risk budgets, was a sum of ${total * (1 + found)} instead of ${total} with ${bindingNames(problem, w)} at the bound`,
    found > 0 ? 'lower the lower bounds' : 'raise the upper bounds',
  )
}

/** start'Σstart, or what it would be without correlations where these hedge it away. */
function scaleOf({ covariance, start }: BoundedBudget): number {
  const n = start.length
  let [whole, own] = [0, 0]
  for (let i = 0; i < n; i++) {
    own += start[i]! * covariance[i * n + i]! * start[i]!
    for (let j = 0; j < n; j++) whole += start[i]! * covariance[i * n + j]! * start[j]!
  }
  return whole > 1e-12 * own ? whole : own
}

function bindingNames({ names, bounds: { lower, upper } }: BoundedBudget, w: Float64Array): string {
  const held = names.filter((_, i) => w[i] === lower[i] || w[i] === upper[i])
  return held.length === 0 ? 'nothing' : held.slice(0, 5).join(', ')
}

/** Overwrites w, its start, by w(λ). */
function descend(
  { covariance, budget, bounds: { lower, upper } }: BoundedBudget,
  w: Float64Array,
  price: number,
): void {
  const n = w.length
  for (let i = 0; i < n; i++) w[i] = Math.min(upper[i]!, Math.max(lower[i]!, w[i]!))
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = 0
    for (let i = 0; i < n; i++) {
      let others = 0
      for (let j = 0; j < n; j++) others += covariance[i * n + j]! * w[j]!
      const own = covariance[i * n + i]!
      others -= own * w[i]!
      const force = price * budget[i]!
      const root = Math.sqrt(others * others + 4 * own * force)
      const free = others > 0 ? (2 * force) / (others + root) : (root - others) / (2 * own)
      const next = Math.min(upper[i]!, Math.max(lower[i]!, free))
      const change = Math.abs(next - w[i]!)
      if (change > moved * next) moved = change / next
      w[i] = next
    }
    if (moved <= TOLERANCE) return
  }
}

/** Newton's steps on what is free; the descent's own answer where they leave the bounds or have no system to solve. */
function polish(problem: BoundedBudget, found: Float64Array, foundPrice: number): Float64Array {
  const { covariance, budget, bounds, total } = problem
  const n = found.length
  const w = found.slice()
  const free = Array.from(w.keys()).filter((i) => w[i]! > bounds.lower[i]! && w[i]! < bounds.upper[i]!)
  const size = free.length
  let price = foundPrice
  for (let round = 0; round < POLISHES && size > 0; round++) {
    const hessian = new Float64Array(size * size)
    const gradient = new Float64Array(size)
    const pull = new Float64Array(size)
    free.forEach((i, a) => {
      for (let j = 0; j < n; j++) gradient[a]! += covariance[i * n + j]! * w[j]!
      pull[a] = budget[i]! / w[i]!
      gradient[a]! -= price * pull[a]!
      free.forEach((j, b) => {
        hessian[a * size + b] = covariance[i * n + j]!
      })
      hessian[a * size + a]! += (price * pull[a]!) / w[i]!
    })
    const factor = factorise(hessian, size)
    if (factor === null) return found
    const along = solveFactored(factor, pull, size)
    const back = solveFactored(factor, gradient, size)
    let gap = total
    for (const weight of w) gap -= weight
    let [reach, returned] = [0, 0]
    for (let a = 0; a < size; a++) [reach, returned] = [reach + along[a]!, returned + back[a]!]
    const change = (gap + returned) / reach
    if (!Number.isFinite(change)) return found
    price += change
    for (const [a, i] of free.entries()) {
      const next = w[i]! + change * along[a]! - back[a]!
      if (!(next >= bounds.lower[i]! && next <= bounds.upper[i]!)) return found
      w[i] = next
    }
  }
  return w
}
