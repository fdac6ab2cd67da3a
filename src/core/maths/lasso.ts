/**
 * The weighted lasso min ½y'Σy + t·Σ a_i|y_i − d_i| at a price t > 0 of trading, by an active set over supports and signs
 * (Osborne, Presnell and Turlach, IMA Journal of Numerical Analysis 20, 2000, §3). On a support S with signs s the optimum
 * is (Σy)_S = −t·a_S s_S; off it |(Σy)_i| ≤ t·a_i. Every move lowers the objective, so no support comes back. A coordinate
 * that Σ makes a combination of the support takes the place of one of its members instead of joining it, which is what
 * makes identical and perfectly correlated coordinates work. a_i = 0: the coordinate has no sign, only an optimum.
 */
import { assert } from '../base/result.ts'
import { diagonal, dot } from './matrix.ts'

export interface Lasso {
  readonly n: number
  /** Σ: n × n, symmetric positive semidefinite. */
  readonly covariance: Float64Array
  /** d */
  readonly deviation: Float64Array
  /** a ≥ 0 */
  readonly cost: Float64Array
  /** 1: y_i = d_i. */
  readonly fixed: Uint8Array
}

/** A point of the path, kept between prices so that the next one starts near. */
export interface LassoState {
  /** y: what is left of the deviation. */
  readonly left: Float64Array
  /** S, in the order of the factor. */
  readonly support: number[]
  /** +1 where y_i > d_i, −1 where y_i < d_i, 0 off the support and where a_i = 0. */
  readonly sign: Int8Array
  /** Cholesky factor of Σ_SS in the upper left of an n × n row-major matrix. */
  readonly factor: Float64Array
}

/** y_S = constant + t·slope as long as the support and its signs hold. */
export interface LassoPiece {
  readonly constant: Float64Array
  readonly slope: Float64Array
}

/** Variance left beside the support, as a part of its own, down to which a coordinate is a combination of the support. */
const DEPENDENT = 1e-12
/** Variances below this part of the largest are none. */
const NO_VARIANCE = 1e-30
/** A pull exceeds its price where it does so by this part. */
const EXCESS = 1e-12
/** Rounding of a pull, as a part of its terms. */
const ROUNDING = 1e-14

export const startLasso = ({ n, deviation }: Lasso): LassoState => ({
  left: deviation.slice(),
  support: [],
  sign: new Int8Array(n),
  factor: new Float64Array(n * n),
})

/** Moves the state to the optimum at the price. */
export function solveLasso(problem: Lasso, state: LassoState, price: number): void {
  const { n } = problem
  // Candidates that rounding keeps from helping at this support.
  const idle = new Uint8Array(n)
  descend(problem, state, price)
  for (let moves = 0; ; moves++) {
    assert(moves <= 100 * (n + 10), 'the lasso ends')
    const entering = strongestPull(problem, state, { price, idle })
    if (entering === null) return
    const before = state.support.join()
    if (enter(problem, state, { ...entering, price })) descend(problem, state, price)
    if (state.support.join() === before) idle[entering.index] = 1
    else idle.fill(0)
  }
}

/** Goes to the optimum of the support, taking out those that come back to d_i on the way. */
function descend(problem: Lasso, state: LassoState, price: number): void {
  const { deviation } = problem
  const { left, support, sign } = state
  for (;;) {
    const { constant, slope } = pieceOf(problem, state)
    const goal = Float64Array.from(support, (_, k) => constant[k]! + price * slope[k]!)
    let [part, returning] = [1, -1]
    support.forEach((i, k) => {
      const traded = left[i]! - deviation[i]!
      if (sign[i] === 0 || (goal[k]! - deviation[i]!) * sign[i]! > 0) return
      const here = traded === 0 ? 0 : traded / (traded - (goal[k]! - deviation[i]!))
      if (here < part || returning < 0) [part, returning] = [Math.min(part, here), k]
    })
    support.forEach((i, k) => {
      left[i] = part === 1 ? goal[k]! : left[i]! + part * (goal[k]! - left[i]!)
    })
    if (returning < 0) return
    leave(problem, state, returning)
  }
}

/** The optimum on the support as a function of the price, by its factor and one round of iterative refinement. */
export function pieceOf({ n, covariance, deviation, cost }: Lasso, state: LassoState): LassoPiece {
  const { support, sign } = state
  const resting = deviation.slice()
  for (const i of support) resting[i] = 0
  const solve = (right: Float64Array): Float64Array => {
    const x = solveSupport(state, right, n)
    const residual = Float64Array.from(support, (i, k) => {
      let rest = right[k]!
      for (let j = 0; j < support.length; j++) rest -= covariance[i * n + support[j]!]! * x[j]!
      return rest
    })
    const correction = solveSupport(state, residual, n)
    return x.map((value, k) => value + correction[k]!)
  }
  return {
    constant: solve(Float64Array.from(support, (i) => -dot(covariance.subarray(i * n, i * n + n), resting))),
    slope: solve(Float64Array.from(support, (i) => -cost[i]! * sign[i]!)),
  }
}

/** The coordinate off the support whose pull |(Σy)_i| exceeds its price most (relatively), the first of equals, or null. */
function strongestPull(
  { n, covariance, cost, fixed }: Lasso,
  { left, support }: LassoState,
  { price, idle }: { readonly price: number; readonly idle: Uint8Array },
): { readonly index: number; readonly sign: 1 | -1 } | null {
  const inside = new Uint8Array(n)
  for (const i of support) inside[i] = 1
  const varianceMin = NO_VARIANCE * diagonal(covariance, n).reduce((most, variance) => Math.max(most, variance), 0)
  let strongest: { index: number; sign: 1 | -1 } | null = null
  let most = 0
  for (let i = 0; i < n; i++) {
    if (inside[i] === 1 || fixed[i] === 1 || idle[i] === 1) continue
    const variance = covariance[i * n + i]!
    if (variance <= varianceMin) continue
    let [pull, terms] = [0, 0]
    for (let j = 0; j < n; j++) {
      const term = covariance[i * n + j]! * left[j]!
      pull += term
      terms += Math.abs(term)
    }
    const excess = Math.abs(pull) - price * cost[i]! * (1 + EXCESS) - ROUNDING * terms
    // In units of its own risk, a coordinate has the same standing whatever it is counted in.
    const strength = excess / Math.sqrt(variance)
    if (excess > 0 && strength > most) [strongest, most] = [{ index: i, sign: pull > 0 ? -1 : 1 }, strength]
  }
  return strongest
}

/** Takes a coordinate into the support, at once or in the place of another. False: rounding leaves nothing to gain. */
function enter(
  problem: Lasso,
  state: LassoState,
  entering: { readonly index: number; readonly sign: 1 | -1; readonly price: number },
): boolean {
  const { index } = entering
  const { left, support, sign } = state
  const before = { left: left.slice(), support: support.slice(), sign: sign.slice() }
  while (!append(problem, state, index)) {
    if (exchange(problem, state, entering)) continue
    // Half an exchange would leave the coordinate traded and outside the support.
    left.set(before.left)
    sign.set(before.sign)
    support.length = 0
    extend(problem, state, before.support)
    return false
  }
  support.push(index)
  sign[index] = problem.cost[index] === 0 ? 0 : entering.sign
  return true
}

/**
 * Trades a combination of the support while the support undoes it: Σy stays what it is and only the cost falls, until a
 * member is back at d_i and leaves. False where none comes back or nothing is gained.
 */
function exchange(
  problem: Lasso,
  state: LassoState,
  { index, sign }: { readonly index: number; readonly sign: 1 | -1 },
): boolean {
  const { n, covariance, deviation, cost } = problem
  const { left, support } = state
  const between = Float64Array.from(support, (i) => -sign * covariance[i * n + index]!)
  const undo = solveSupport(state, between, n)
  let [way, returning] = [Number.POSITIVE_INFINITY, -1]
  let gain = cost[index]!
  support.forEach((i, k) => {
    gain += cost[i]! * state.sign[i]! * undo[k]!
    if (undo[k]! * state.sign[i]! >= 0) return
    const here = (deviation[i]! - left[i]!) / undo[k]!
    if (here < way) [way, returning] = [here, k]
  })
  if (returning < 0 || gain >= 0) return false
  left[index]! += way * sign
  support.forEach((i, k) => {
    left[i]! += way * undo[k]!
  })
  leave(problem, state, returning)
  return true
}

/** Writes the factor's next row. False where the coordinate is a combination of the support. */
function append({ n, covariance }: Lasso, { support, factor }: LassoState, index: number): boolean {
  const count = support.length
  const row = count * n
  const own = covariance[index * n + index]!
  let beside = own
  for (let k = 0; k < count; k++) {
    let rest = covariance[index * n + support[k]!]!
    for (let j = 0; j < k; j++) rest -= factor[row + j]! * factor[k * n + j]!
    rest /= factor[k * n + k]!
    factor[row + k] = rest
    beside -= rest * rest
  }
  if (!(beside > DEPENDENT * own)) return false
  factor[row + count] = Math.sqrt(beside)
  return true
}

/** Takes the k-th member out of the support, exactly untraded, and rewrites the factor from there. */
function leave(problem: Lasso, state: LassoState, k: number): void {
  const [gone, ...after] = state.support.splice(k)
  state.left[gone!] = problem.deviation[gone!]!
  state.sign[gone!] = 0
  extend(problem, state, after)
}

/** Takes members back in that were independent of each other before. */
function extend(problem: Lasso, state: LassoState, members: readonly number[]): void {
  for (const i of members) {
    assert(append(problem, state, i), 'a part of an independent support is independent')
    state.support.push(i)
  }
}

/** Σ_SS⁻¹b */
function solveSupport({ support, factor }: LassoState, b: Float64Array, n: number): Float64Array {
  const x = b.slice()
  const count = support.length
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  for (let i = count - 1; i >= 0; i--) {
    x[i]! /= factor[i * n + i]!
    for (let k = 0; k < i; k++) x[k]! -= factor[i * n + k]! * x[i]!
  }
  return x
}
