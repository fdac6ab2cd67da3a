/**
 * Deltas as markets quote them, and the strike that has a quoted delta. `forward` is w·N(w·d₁), `spot` the same times the discount of
 * the underlying's yield e^(−qT); premium-adjusted, where premium is paid in the underlying, w·(K/F)·N(w·d₂) = w·N(w·d₁) − V/F. Source:
 * Reiswich and Wystup, FX volatility smile construction (Wilmott, 2012). The adjusted delta of a call rises with the strike and then
 * falls: of its two strikes the one that is meant lies beyond the top.
 */
import { assertNever, type Result, refuse, succeed } from '../base/result.ts'
import { densityOfNormal, distributionOfNormal, quantileOfNormal } from '../maths/normal.ts'
import { logMoneyness, type OptionRight, signOf } from './black76.ts'

export type DeltaConvention = 'forward' | 'spot' | 'forwardPremiumAdjusted' | 'spotPremiumAdjusted'

export interface DeltaTerms {
  readonly right: OptionRight
  readonly forward: number
  /** σ√T. At 0 deltas are those of the exercise at the forward. */
  readonly deviation: number
  /** e^(−qT) of what holding the underlying yields; counts for spot deltas alone. */
  readonly yieldDiscount: number
}

export function deltaAt(terms: DeltaTerms & { readonly strike: number }, convention: DeltaConvention): number {
  const { right, forward, strike, deviation, yieldDiscount } = terms
  const sign = signOf(right)
  const [d1, d2] = distances(forward, strike, deviation)
  const plain = sign * distributionOfNormal(sign * d1)
  const adjusted = sign * (strike / forward) * distributionOfNormal(sign * d2)
  switch (convention) {
    case 'forward':
      return plain
    case 'spot':
      return yieldDiscount * plain
    case 'forwardPremiumAdjusted':
      return adjusted
    case 'spotPremiumAdjusted':
      return yieldDiscount * adjusted
    default:
      return assertNever(convention)
  }
}

/** At the money without deviation both are 0: exercise is as likely as not. */
function distances(forward: number, strike: number, deviation: number): readonly [number, number] {
  const x = strike === 0 ? Number.POSITIVE_INFINITY : logMoneyness(forward, strike)
  if (deviation === 0 || strike === 0) {
    const far = x === 0 ? 0 : Math.sign(x) * Number.POSITIVE_INFINITY
    return [far, far]
  }
  return [x / deviation + 0.5 * deviation, x / deviation - 0.5 * deviation]
}

export function strikeOfDelta(
  terms: DeltaTerms & { readonly delta: number },
  convention: DeltaConvention,
  path = '',
): Result<number> {
  const { right, forward, deviation, yieldDiscount, delta } = terms
  if (!(forward > 0 && deviation > 0 && deviation < FARTHEST && yieldDiscount > 0)) {
    return refuse(
      'pricing.delta-terms',
      path,
      `forward and yieldDiscount must be above 0 and deviation between 0 and ${FARTHEST}, was ${forward}, ${yieldDiscount} and ${deviation}`,
      'deviation is vol·√years; without any every strike has the delta of its exercise',
    )
  }
  const isSpot = convention === 'spot' || convention === 'spotPremiumAdjusted'
  const isAdjusted = convention === 'forwardPremiumAdjusted' || convention === 'spotPremiumAdjusted'
  const sign = signOf(right)
  const share = (sign * delta) / (isSpot ? yieldDiscount : 1)
  const top = !isAdjusted ? 1 : right === 'put' ? Number.POSITIVE_INFINITY : highestAdjusted(deviation)
  if (!(share > 0 && share < top)) {
    const most = sign * top * (isSpot ? yieldDiscount : 1)
    return refuse(
      'pricing.delta',
      path === '' ? 'delta' : `${path}.delta`,
      `delta must be between 0 and ${most} in this convention, was ${delta}`,
      'no strike has it: check the sign, and whether the delta is of the forward or of spot and less the premium',
    )
  }
  const strikeAt = (d2: number): number => forward * Math.exp(-deviation * d2 - 0.5 * deviation * deviation)
  if (!isAdjusted) return succeed(strikeAt(sign * quantileOfNormal(share) - deviation))
  const shareAt = (d2: number): number => (strikeAt(d2) / forward) * distributionOfNormal(sign * d2)
  // Both fall with d2: towards +∞ for puts, below the top for calls towards −∞ they rise with it.
  const summit = right === 'call' ? topOfAdjusted(deviation) : FARTHEST
  return succeed(strikeAt(bisect((d2) => (shareAt(d2) - share) * sign, -FARTHEST, summit)))
}

const FARTHEST = 38

/** Where s·N(d₂) = φ(d₂), the top of (K/F)·N(d₂). */
const topOfAdjusted = (deviation: number): number =>
  bisect((d2) => deviation * distributionOfNormal(d2) - densityOfNormal(d2), -FARTHEST, FARTHEST)

function highestAdjusted(deviation: number): number {
  const d2 = topOfAdjusted(deviation)
  return Math.exp(-deviation * d2 - 0.5 * deviation * deviation) * distributionOfNormal(d2)
}

/** Where a function that rises through 0 does, to the last bit. */
function bisect(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (;;) {
    const middle = 0.5 * (low + high)
    if (middle <= low || middle >= high) return middle
    if (f(middle) < 0) low = middle
    else high = middle
  }
}
