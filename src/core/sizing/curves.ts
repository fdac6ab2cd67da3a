/**
 * Curves: how a base size bends with the directional imbalance v of the trade (v > 0 deepens the imbalance, v < 0 heals
 * it, |v| = 1 is the edge of the band). Every curve is non-increasing with g(0) = 1 and is clamped to [0, gMax]:
 *   linear 1 − v · exponential e^(−κv) · logistic 2/(1 + e^(κv)) · power (1 − v)₊^κ
 *   inverse ((|w*|+ε)/(w⁺+ε))^(κ s sgn w*), w⁺ = max(0, w·sgn w*), ε = h: size inversely proportional to what is held.
 * `optimal` is no fixed shape: it is solved for each trade, in `trade.ts`.
 */
import { RATIO_ONE, RATIO_ZERO, type Ratio, ratioAdd, ratioCompare, ratioDivide, ratioSubtract } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'

/** κ is 1 unless given. */
export type ShapedCurve =
  | { readonly kind: 'linear' }
  | { readonly kind: 'exponential' | 'logistic' | 'power' | 'inverse'; readonly steepness?: number }
export type Curve = ShapedCurve | { readonly kind: 'optimal' }

/** gMax unless given: no trade is more than twice its base. */
export const MULTIPLE_MAX = 2

export interface CurvePoint {
  /** v; ±Infinity outside a band of no width. */
  readonly directional: number
  /** s */
  readonly side: 1 | -1
  readonly held: number
  readonly target: number
  /** ε, in weight; Infinity where there is no edge. Only `inverse` reads it. */
  readonly halfWidth: number
  readonly multipleMax: number
}

/** g at one point, in [0, gMax]. Never NaN. */
export function multipleAt(curve: ShapedCurve, point: CurvePoint): number {
  return Math.min(point.multipleMax, Math.max(0, shape(curve, point)))
}

function shape(curve: ShapedCurve, point: CurvePoint): number {
  const v = point.directional
  switch (curve.kind) {
    case 'linear':
      return 1 - v
    case 'exponential':
      return Math.exp(-steepnessOf(curve) * v)
    case 'logistic':
      return 2 / (1 + Math.exp(steepnessOf(curve) * v))
    case 'power':
      return Math.max(0, 1 - v) ** steepnessOf(curve)
    case 'inverse':
      return inverse(steepnessOf(curve), point)
    default:
      return assertNever(curve)
  }
}

const steepnessOf = (curve: Exclude<ShapedCurve, { kind: 'linear' }>): number => curve.steepness ?? 1

function inverse(steepness: number, { side, held, target, halfWidth, multipleMax }: CurvePoint): number {
  if (target === 0) return held === 0 ? 1 : side * held < 0 ? multipleMax : 0
  const sign = Math.sign(target)
  const [wanted, has] = [Math.abs(target) + halfWidth, Math.max(0, held * sign) + halfWidth]
  // Without an edge, held and target differ by nothing that matters; with neither edge nor holding the ratio is infinite.
  const ratio = halfWidth === Number.POSITIVE_INFINITY ? 1 : wanted / has
  return ratio ** (steepness * side * sign)
}

export interface LinearSkew {
  readonly held: Ratio
  readonly target: Ratio
  /** h ≥ 0 */
  readonly halfWidth: Ratio
  /** The lower edge is never below this: what cannot be sold short is short of its target by at most the target. */
  readonly floor: Ratio | null
  readonly multipleMax: Ratio
}

/** Linear multiples of a buy and of a sell, exactly. `u` is null where the band has no width on this side. */
export function skewLinear({ held, target, halfWidth, floor, multipleMax }: LinearSkew): {
  readonly u: Ratio | null
  readonly buy: Ratio
  readonly sell: Ratio
} {
  const deviation = ratioSubtract(held, target)
  if (deviation.n === 0n) return { u: RATIO_ZERO, buy: RATIO_ONE, sell: RATIO_ONE }
  const least = floor === null ? null : ratioSubtract(target, floor)
  const cut = deviation.n < 0n && least !== null && ratioCompare(least, halfWidth) < 0
  const width = cut ? least : halfWidth
  if (width.n <= 0n)
    return deviation.n < 0n
      ? { u: null, buy: multipleMax, sell: RATIO_ZERO }
      : { u: null, buy: RATIO_ZERO, sell: multipleMax }
  const u = ratioDivide(deviation, width)
  const clamp = (multiple: Ratio): Ratio =>
    multiple.n < 0n ? RATIO_ZERO : ratioCompare(multiple, multipleMax) > 0 ? multipleMax : multiple
  return { u, buy: clamp(ratioSubtract(RATIO_ONE, u)), sell: clamp(ratioAdd(RATIO_ONE, u)) }
}
