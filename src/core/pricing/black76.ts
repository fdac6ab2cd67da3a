/**
 * The value of a European option on a forward, undiscounted (Black, Journal of Financial Economics 3, 1976): a call is
 * F·N(d₁) − K·N(d₂), d₁,₂ = ln(F/K)/s ± s/2, s = σ√T. What is computed is the value out of the money, the same for call and
 * put; intrinsic value is added exactly. With h = −|ln(F/K)|/s, t = s/2 and the Mills ratio R it is F·φ(d₁)·(R(−h − t) − R(t − h)),
 * without a difference of nearly equal numbers: where t is small the difference is its Taylor series in t, from R″ = z·R′ + R
 * carried on; beyond h + t = 0 it is min(F, K) − F·φ(d₁)·(R(h + t) + R(t − h)). After Jäckel, Let's be rational (Wilmott, 2015).
 */
import { assert } from '../base/result.ts'
import { densityOfNormal, millsRatio, millsSlope } from '../maths/normal.ts'

export type OptionRight = 'call' | 'put'

/** The sign of what is gained when the forward rises. */
export const signOf = (right: OptionRight): 1 | -1 => (right === 'call' ? 1 : -1)

export const intrinsicOf = (sign: number, forward: number, strike: number): number =>
  Math.max(sign * (forward - strike), 0)

/** ln(F/K), exact to rounding near the money too. */
export function logMoneyness(forward: number, strike: number): number {
  const beyond = forward - strike
  return Math.abs(beyond) < 0.25 * strike ? Math.log1p(beyond / strike) : Math.log(forward / strike)
}

const SERIES_BELOW = 0.21

/** Whether R(−h − t) − R(t − h) is computed as its series in t. */
export const isSeries = (h: number, t: number): boolean => t < SERIES_BELOW && -h * t <= 1

/** How many terms of the series count at this t, to rounding. */
const termsOf = (t: number): number => (t < 0.01 ? 4 : t < 0.05 ? 5 : 8)

/** R(−h − t) − R(t − h), which is value ÷ F·φ(d₁). @param h at most 0 @param t above 0, and h + t at most 0 or t below .21 */
export function millsDifference(h: number, t: number): number {
  if (!isSeries(h, t)) return millsRatio(-h - t) - millsRatio(t - h)
  seriesOfMills(h, t, SUMS)
  return 2 * SUMS[1]!
}

const SUMS = new Float64Array(2)

/**
 * Of Y(h ± t), Y(h) = R(−h), the terms that both share and the terms that they differ by, into `sums`; the derivatives are
 * Y⁽ⁿ⁺¹⁾ = h·Y⁽ⁿ⁾ + n·Y⁽ⁿ⁻¹⁾.
 */
export function seriesOfMills(h: number, t: number, sums: Float64Array): void {
  let even = millsRatio(-h)
  let odd = -h > SLOPE_FROM ? millsSlope(-h) : 1 + h * even
  let power = t
  let shared = even
  let apart = odd * t
  const last = 2 * termsOf(t) - 1
  for (let n = 1; n < last; n += 2) {
    even = h * odd + n * even
    power *= t * INVERSE[n + 1]!
    shared += even * power
    odd = h * even + (n + 1) * odd
    power *= t * INVERSE[n + 2]!
    apart += odd * power
  }
  sums[0] = shared
  sums[1] = apart
}

/** 1/n: a product is faster than a division. */
const INVERSE = Float64Array.from({ length: 18 }, (_, n) => (n === 0 ? 0 : 1 / n))

/** From here on 1 − z·R(z) is a difference of nearly equal numbers. */
const SLOPE_FROM = 4 * Math.SQRT2

/** R(h + t) + R(t − h), which is what is missing to min(F, K) ÷ F·φ(d₁). @param h at most 0 @param t above −h */
export const millsSum = (h: number, t: number): number => millsRatio(h + t) + millsRatio(t - h)

/** Whether the value is computed as what is missing to its maximum. */
export const isNearMaximum = (h: number, t: number): boolean => t >= SERIES_BELOW && h + t > 0

/** The value of the one of call and put that is out of the money. @param deviation s = σ√T, above 0 */
function outOfMoneyValue(forward: number, strike: number, deviation: number): number {
  const x = logMoneyness(forward, strike)
  const h = -Math.abs(x) / deviation
  const t = 0.5 * deviation
  const scale = forward * densityOfNormal(x / deviation + t)
  if (isNearMaximum(h, t)) return Math.min(forward, strike) - scale * millsSum(h, t)
  return scale * millsDifference(h, t)
}

/** Undiscounted. @param deviation σ√T, at least 0; the limit at 0 and at a strike of 0 is intrinsic value */
export function undiscountedValue(
  right: OptionRight,
  terms: { readonly forward: number; readonly strike: number; readonly deviation: number },
): number {
  const { forward, strike, deviation } = terms
  assert(forward > 0 && strike >= 0 && deviation >= 0, 'forward must be above 0, strike and deviation at least 0')
  const intrinsic = intrinsicOf(signOf(right), forward, strike)
  return deviation === 0 || strike === 0 ? intrinsic : intrinsic + outOfMoneyValue(forward, strike, deviation)
}
