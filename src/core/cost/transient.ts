/**
 * Impact that decays: a trade ξ moves the price by ξ·G(t) a time t later. Trading ξ_0 … ξ_N costs ½ξ'Gξ with
 * G_ij = G(|t_i − t_j|); the cheapest schedule of size X is ξ = X·G⁻¹1/(1'G⁻¹1). For G = e^{−ρt}: A. Obizhaeva, J. Wang,
 * "Optimal trading strategy and supply/demand dynamics", J. Financial Markets 16 (2013): blocks X/(ρT+2) at both ends and
 * the rate ρX/(ρT+2) between them; with N+1 trades and a = e^{−ρT/N} (Alfonsi, Fruth, Schied 2010) the outer trades are
 * ξ_0 = X/(2+(N−1)(1−a)), the inner ones ξ_0(1−a). Convex falling kernels never reward moving the price (Gatheral, Schied,
 * Slynko 2012); others are refused where they do. A kernel that is a sum of exponentials has a state of one number per
 * term, folded trade by trade.
 */
import type { Instant } from '../base/instant.ts'
import { assert, fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { factorise, solveFactored } from '../maths/cholesky.ts'
import { sum } from '../maths/matrix.ts'
import { outOfRange } from './range.ts'

export interface ResilientOrder {
  /** X, either sign. */
  readonly quantity: number
  /** T > 0 */
  readonly duration: number
  /** ρ > 0: resilience, per unit of time. */
  readonly decay: number
}

/** Continuous schedule: a block at each end and an even rate between them. */
export interface BlockSchedule {
  readonly block: number
  readonly rate: number
}

const checkOrder = ({ quantity, duration, decay }: ResilientOrder): Issue[] =>
  outOfRange('', {
    quantity: [quantity, 'finite'],
    duration: [duration, 'positive'],
    decay: [decay, 'positive'],
  })

/** Obizhaeva-Wang in continuous time. */
export function blockSchedule(order: ResilientOrder): Result<BlockSchedule> {
  const issues = checkOrder(order)
  const { quantity, duration, decay } = order
  if (issues.length > 0) return fail(issues)
  const block = quantity / (decay * duration + 2)
  return succeed({ block, rate: decay * block })
}

/** Trades and what they cost, ½ξ'Gξ. */
export interface TransientSchedule {
  readonly trades: Float64Array
  readonly cost: number
}

/** Obizhaeva-Wang with `intervals` + 1 trades at equal distances, in closed form. @param intervals N ≥ 1, whole */
export function resilientSchedule(order: ResilientOrder, intervals: number): Result<TransientSchedule> {
  const { quantity, duration, decay } = order
  const issues = [...checkOrder(order), ...outOfRange('', { intervals: [intervals, 'count'] })]
  if (issues.length > 0) return fail(issues)
  const lost = -Math.expm1((-decay * duration) / intervals)
  const outer = quantity / (2 + (intervals - 1) * lost)
  const trades = new Float64Array(intervals + 1).fill(outer * lost)
  trades[0] = outer
  trades[intervals] = outer
  // 1'G⁻¹1 = (2 + (N−1)(1−a))/(1+a)
  return succeed({ trades, cost: (quantity * outer * (2 - lost)) / 2 })
}

/**
 * The cheapest schedule at equal distances for any kernel, given at the lags 0 … N: N+1 trades that add up to `quantity`.
 * @returns refused where the kernel is not positive definite (some round trip would pay), and where the optimum trades
 * against itself.
 */
export function kernelSchedule(kernel: Float64Array, quantity: number): Result<TransientSchedule> {
  const n = kernel.length
  const issues = outOfRange('', { quantity: [quantity, 'finite'], 'kernel at lag 0': [kernel[0] ?? 0, 'positive'] })
  if (issues.length > 0) return fail(issues)
  const factor = factorise(toeplitz(kernel), n)
  if (factor === null)
    return refuse('cost.kernel', '', 'decay kernel must be positive definite, was not', 'fit a convex falling kernel')
  const direction = solveFactored(factor, new Float64Array(n).fill(1), n)
  const total = sum(direction)
  const least = Math.min(...direction)
  // Rounding alone leaves inner trades of a slow kernel around 0.
  if (!(total > 0) || least < -1e-9 * total)
    return refuse(
      'cost.kernel',
      '',
      `each trade of the optimum must have the sign of the order, was ${least / total} of it`,
      'fit a convex falling kernel: this one rewards moving the price',
    )
  return succeed({ trades: direction.map((each) => (each / total) * quantity), cost: quantity ** 2 / total / 2 })
}

/** ½ξ'Gξ of any schedule at equal distances. @param trades at most as many as the kernel has lags */
export function scheduleCost(kernel: Float64Array, trades: Float64Array): number {
  assert(trades.length <= kernel.length, 'kernel must have a lag for every pair of trades')
  let twice = 0
  for (let i = 0; i < trades.length; i++)
    for (let j = 0; j < trades.length; j++) twice += trades[i]! * trades[j]! * kernel[Math.abs(i - j)]!
  return twice / 2
}

/** The symmetric matrix with `first` in its first row, G_ij = first[|i−j|], row-major. */
export function toeplitz(first: Float64Array): Float64Array {
  const n = first.length
  return Float64Array.from({ length: n * n }, (_, k) => first[Math.abs(Math.floor(k / n) - (k % n))]!)
}

/** G(t) = Σ_k weight_k e^{−t/decayMs_k}: one term is an exponential, four to six follow a power law over decades. */
export interface ExponentialKernel {
  readonly weight: Float64Array
  readonly decayMs: Float64Array
}

/** One number per term: Σ over past trades of ξ·e^{−age/decayMs_k}. */
export interface TransientState {
  readonly term: Float64Array
  readonly at: Instant
}

export const restingState = (kernel: ExponentialKernel, at: Instant): TransientState => ({
  term: new Float64Array(kernel.weight.length),
  at,
})

/** The state a time later, before anything is traded there. */
export function decayState(kernel: ExponentialKernel, state: TransientState, at: Instant): TransientState {
  assert(at >= state.at, 'time must not run backwards')
  return { term: state.term.map((each, k) => each * Math.exp(-(at - state.at) / kernel.decayMs[k]!)), at }
}

/** Folds one trade into the state; a batch is this fold over its trades, so both give the same bits. */
export function foldTrade(
  kernel: ExponentialKernel,
  state: TransientState,
  trade: { readonly at: Instant; readonly quantity: number },
): TransientState {
  const { term, at } = decayState(kernel, state, trade.at)
  return { term: term.map((each) => each + trade.quantity), at }
}

/** How far past trades still move the price: Σ weight_k·term_k. */
export const displacement = (kernel: ExponentialKernel, state: TransientState): number =>
  state.term.reduce((total, each, k) => total + kernel.weight[k]! * each, 0)
