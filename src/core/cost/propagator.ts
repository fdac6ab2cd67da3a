/**
 * Impact as a response to past order signs (J.-P. Bouchaud et al., Quantitative Finance 4, 2004; Eisler, Bouchaud,
 * Kockelkoren, Quantitative Finance 12, 2012). r_t = Σ_k g(k) s_{t−k}, price = its running sum with G = cumsum(g). From the
 * sign covariance C(k) and the differential response S(k) = E[r_{t+k} s_t] follows C g = S, C Toeplitz.
 * One kernel: TIM1. Trades that change the price and those that do not have kernels of their own: TIM2 adds both for
 * every trade, HDIM2 predicts a return only where the price changes and so needs three-point covariances. Any one unit
 * of return; lags count trades.
 */
import { assert, type Result, refuse, succeed } from '../base/result.ts'
import { factorise, solveFactored } from '../maths/cholesky.ts'
import { toeplitz } from './transient.ts'

/** Price before each step from returns, or an integrated kernel: running sum that starts at 0 and leaves the last out. */
export function integrate(returns: Float64Array): Float64Array {
  let total = 0
  return returns.map((each) => {
    const before = total
    total += each
    return before
  })
}

/** Running sum: G from g. */
export function accumulate(kernel: Float64Array): Float64Array {
  let total = 0
  return kernel.map((each) => {
    total += each
    return total
  })
}

/** Causal convolution Σ_k kernel(k)·sign(s_{t−k}), as long as `signs`. */
export function propagate(signs: Float64Array, kernel: Float64Array): Float64Array {
  return signs.map((_, t) => {
    let total = 0
    for (let k = 0; k < kernel.length && k <= t; k++) total += kernel[k]! * Math.sign(signs[t - k]!)
    return total
  })
}

export interface Response {
  /** −L … L */
  readonly lags: Int32Array
  /** S(k) = E[r_{t+k} s_t]: a lag of −L … L each. */
  readonly differential: Float64Array
  /** R(k) = Σ_{0 ≤ j < k} S(j); for k < 0 minus the sum over k ≤ j < 0. */
  readonly bare: Float64Array
}

/** Measures the response in each group (a day, say; lags never cross groups) and averages over groups. Means are not removed. */
export function measureResponse(
  groups: readonly { readonly returns: Float64Array; readonly signs: Float64Array }[],
  lagMax: number,
): Response {
  const differential = new Float64Array(2 * lagMax + 1)
  for (const { returns, signs } of groups) {
    assert(returns.length === signs.length && lagMax < returns.length, 'each group must be longer than the largest lag')
    for (let lag = -lagMax; lag <= lagMax; lag++) {
      let total = 0
      for (let t = Math.max(0, -lag); t < signs.length && t + lag < returns.length; t++)
        total += returns[t + lag]! * signs[t]!
      differential[lag + lagMax]! += total / signs.length / groups.length
    }
  }
  const bare = new Float64Array(2 * lagMax + 1)
  for (let lag = 1; lag <= lagMax; lag++) {
    bare[lagMax + lag] = bare[lagMax + lag - 1]! + differential[lagMax + lag - 1]!
    bare[lagMax - lag] = bare[lagMax - lag + 1]! - differential[lagMax - lag]!
  }
  return { lags: Int32Array.from({ length: 2 * lagMax + 1 }, (_, k) => k - lagMax), differential, bare }
}

/** g of TIM1 from C and S at the lags 0 … L−1. @returns refused where C is not positive definite. */
export function fitPropagator(covariance: Float64Array, response: Float64Array): Result<Float64Array> {
  const n = response.length
  assert(covariance.length >= n, 'covariance must have every lag of the response')
  return solve(toeplitz(covariance.slice(0, n)), response, n)
}

function solve(matrix: Float64Array, right: Float64Array, n: number): Result<Float64Array> {
  const factor = factorise(matrix, n)
  if (factor === null)
    return refuse(
      'cost.kernel',
      '',
      'sign covariance must be positive definite, was not',
      'use more trades or fewer lags',
    )
  const found = solveFactored(factor, right, n)
  const bad = found.find((each) => !Number.isFinite(each))
  return bad === undefined
    ? succeed(found)
    : refuse('cost.kernel', '', `fitted kernel must be finite, was ${bad}`, 'look for gaps in the returns')
}

/** Kernels of trades that leave the price (still) and of those that change it (moving). */
export interface KernelPair {
  readonly still: Float64Array
  readonly moving: Float64Array
}

/** TIM2: both kernels at work for every trade. @param changes 1 = this trade changed the price */
export function propagatePair(signs: Float64Array, changes: Uint8Array, kernels: KernelPair): Float64Array {
  const moving = propagate(
    signs.map((each, t) => each * changes[t]!),
    kernels.moving,
  )
  const still = propagate(
    signs.map((each, t) => each * (1 - changes[t]!)),
    kernels.still,
  )
  return moving.map((each, t) => each + still[t]!)
}

/** HDIM2: the same, at the trades that change the price; 0 elsewhere. */
export const propagateChanges = (signs: Float64Array, changes: Uint8Array, kernels: KernelPair): Float64Array =>
  propagatePair(signs, changes, kernels).map((each, t) => (changes[t] === 1 ? each : 0))

/** A symmetric 2L × 2L system, still before moving, from its L × L blocks (row-major). */
export interface PairSystem {
  readonly stillStill: Float64Array
  /** Row: lag of a still trade; column: lag of a moving one. */
  readonly stillMoving: Float64Array
  readonly movingMoving: Float64Array
  readonly stillResponse: Float64Array
  readonly movingResponse: Float64Array
}

/** Kernels of TIM2 (blocks are Toeplitz) or HDIM2 (blocks are three-point covariances) from responses at the lags 0 … L−1. */
export function fitPair(system: PairSystem): Result<KernelPair> {
  const found = solve(assemble(system), responses(system), 2 * system.stillResponse.length)
  return found.ok ? succeed(split(found.value)) : found
}

/**
 * HDIM2 with the still kernel at lag 0 set to its response: a trade that leaves the price has no return of its own there, so
 * its row of the system is empty. The other 2L − 1 unknowns are solved for.
 */
export function fitPairChanges(system: PairSystem): Result<KernelPair> {
  const n = 2 * system.stillResponse.length
  const [matrix, right] = [assemble(system), responses(system)]
  const known = right[0]!
  const rest = Float64Array.from({ length: (n - 1) * (n - 1) }, (_, k) => {
    const row = Math.floor(k / (n - 1))
    return matrix[(row + 1) * n + (k % (n - 1)) + 1]!
  })
  const found = solve(
    rest,
    right.slice(1).map((each, i) => each - matrix[(i + 1) * n]! * known),
    n - 1,
  )
  return found.ok ? succeed(split(Float64Array.of(known, ...found.value))) : found
}

function assemble({ stillStill, stillMoving, movingMoving, stillResponse: { length } }: PairSystem): Float64Array {
  return Float64Array.from({ length: 4 * length * length }, (_, k) => {
    const [i, j] = [Math.floor(k / (2 * length)), k % (2 * length)]
    const [row, column] = [i % length, j % length]
    if (i < length) return (j < length ? stillStill : stillMoving)[row * length + column]!
    return j < length ? stillMoving[column * length + row]! : movingMoving[row * length + column]!
  })
}

const responses = ({ stillResponse, movingResponse }: PairSystem): Float64Array =>
  Float64Array.of(...stillResponse, ...movingResponse)

const split = (kernels: Float64Array): KernelPair => ({
  still: kernels.slice(0, kernels.length / 2),
  moving: kernels.slice(kernels.length / 2),
})
