/**
 * The total deviation s = σ√T that gives a value, to rounding, over the whole domain: Jäckel, Let's be rational (Wilmott, 2015). In
 * units of √(FK), out of the money, with x = −|ln(F/K)|: the value β(s) is convex up to s_c = √(2|x|) and concave after it. The first
 * guess is a rational cubic on each of four pieces, bounded by s_c and the tangent's ends s_l, s_h: on the outer two of
 * f = (2π/3√3)|x|·N(−|x|/(√3 s))³ and of f = N(−s/2), which are nearly linear in β. Then Householder's iteration of order 4 on
 * 1/ln β below s_l, β between, and the logarithm of what is missing to the maximum e^(x/2) above; here β′ ÷ β and its like come from
 * Mills ratios, so nothing underflows.
 */
import {
  centralQuantileOfNormal,
  distributionOfNormal,
  millsRatio,
  quantileOfNormal,
  upperQuantileOfNormal,
} from '../maths/normal.ts'
import { type CubicEnd, controlAtLeft, controlAtRight, interpolateRationalCubic } from '../maths/rational-cubic.ts'
import { isNearMaximum, millsDifference, millsSum } from './black76.ts'

/** A value out of the money, in units of √(FK), and what is missing to its maximum. */
export interface RelativeValue {
  /** −|ln(F/K)|. */
  readonly x: number
  readonly value: number
  readonly missing: number
}

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)
const ROOT_THREE = Math.sqrt(3)
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI)
const CUBE = (2 * Math.PI) / (3 * ROOT_THREE)
/** Order 4 needs two; the rest is for guesses at the ends of float64. */
const STEPS_MAX = 12

/** β′(s). */
export const slopeAt = (x: number, s: number): number =>
  Math.exp(-0.5 * ((x / s) * (x / s) + 0.25 * s * s)) / ROOT_TWO_PI

function valueAt(x: number, s: number): number {
  const [h, t] = [x / s, 0.5 * s]
  const slope = slopeAt(x, s)
  return isNearMaximum(h, t) ? Math.exp(0.5 * x) - slope * millsSum(h, t) : slope * millsDifference(h, t)
}

/** @param terms value and missing above 0 */
export function impliedDeviation(terms: RelativeValue): number {
  const { x, value, missing } = terms
  if (x === 0)
    return value <= 0.85 ? 2 * centralQuantileOfNormal(0.5 * value) : 2 * upperQuantileOfNormal(0.5 * missing)
  const middle = Math.sqrt(-2 * x)
  const slope = Math.exp(0.5 * x) / ROOT_TWO_PI
  const ratio = millsRatio(0) - millsRatio(middle)
  const inflexion = { x: slope * ratio, y: middle, slope: 1 / slope }
  if (value < inflexion.x) return below(terms, inflexion, middle - ratio)
  return above(terms, inflexion, middle + millsRatio(0) + millsRatio(middle))
}

/** Values below that at the inflexion. @param low where its tangent is 0 */
function below(terms: RelativeValue, inflexion: CubicEnd, low: number): number {
  const { x, value } = terms
  const slope = slopeAt(x, low)
  const end = { x: valueAt(x, low), y: low, slope: 1 / slope }
  if (value < end.x) return iterate(terms, { guess: guessLow(terms, end.x, low), from: 0, to: low, way: 'low' })
  const guess = interpolateRationalCubic(value, end, inflexion, controlAtRight(end, inflexion, 0))
  return iterate(terms, { guess, from: low, to: inflexion.y, way: 'middle' })
}

/** Values above that at the inflexion. @param high where its tangent is at the maximum */
function above(terms: RelativeValue, inflexion: CubicEnd, high: number): number {
  const { x, value, missing } = terms
  const slope = slopeAt(x, high)
  const end = { x: valueAt(x, high), y: high, slope: 1 / slope }
  if (value <= end.x) {
    const guess = interpolateRationalCubic(value, inflexion, end, controlAtLeft(inflexion, end, 0))
    return iterate(terms, { guess, from: inflexion.y, to: high, way: 'middle' })
  }
  const guess = guessHigh(terms, end.x, high)
  return iterate(terms, { guess, from: high, to: Number.POSITIVE_INFINITY, way: value < missing ? 'middle' : 'high' })
}

function guessLow({ x, value }: RelativeValue, valueLow: number, s: number): number {
  const z = -x / (ROOT_THREE * s)
  const tail = distributionOfNormal(-z)
  const mills = millsRatio(z)
  const slope = z * z * mills * mills * Math.exp(0.125 * s * s)
  const curvature =
    ((Math.PI / 6) *
      z *
      z *
      tail *
      (-8 * ROOT_THREE * s * x + (3 * s * s * (s * s - 8) - 8 * x * x) * mills) *
      Math.exp(2 * z * z + 0.25 * s * s)) /
    (s * s * s)
  const [start, end] = [
    { x: 0, y: 0, slope: 1 },
    { x: valueLow, y: -CUBE * x * tail * tail * tail, slope },
  ]
  let f = interpolateRationalCubic(value, start, end, controlAtRight(start, end, curvature))
  if (!(f > 0)) f = ((end.y * value) / valueLow + valueLow - value) * (value / valueLow)
  return x / (ROOT_THREE * quantileOfNormal(Math.cbrt(f / (-CUBE * x))))
}

function guessHigh({ x, value, missing }: RelativeValue, valueHigh: number, s: number): number {
  const most = Math.exp(0.5 * x)
  const ratio = (x / s) * (x / s)
  const end = { x: most, y: 0, slope: -0.5 }
  const start = { x: valueHigh, y: distributionOfNormal(-0.5 * s), slope: -0.5 * Math.exp(0.5 * ratio) }
  const curvature = Math.sqrt(Math.PI / 2) * Math.exp(ratio + 0.125 * s * s) * (ratio / s)
  const f = interpolateRationalCubic(value, start, end, controlAtLeft(start, end, curvature))
  // Near the maximum value has no digits of what is missing left; there f is half of it.
  return -2 * quantileOfNormal(f > 0 && missing > 1e-6 * most ? Math.min(f, 0.5) : 0.5 * missing)
}

interface Walk {
  readonly guess: number
  readonly from: number
  readonly to: number
  readonly way: 'low' | 'middle' | 'high'
}

/** Householder's steps; one that leaves the piece halves the way to its end instead. */
function iterate(terms: RelativeValue, { guess, from, to, way }: Walk): number {
  const inside = (s: number): boolean => s > from && s < to
  const fallback = to === Number.POSITIVE_INFINITY ? 2 * from : 0.5 * (from + to)
  let s = inside(guess) ? guess : guess === from || guess === to ? guess : fallback
  let last = Number.POSITIVE_INFINITY
  for (let step = 0; step < STEPS_MAX; step++) {
    const move = householder(terms, s, way)
    const next = s + move
    const size = Math.abs(move)
    if (size <= 1e-5 * s) {
      // What is left is of the fourth power of it.
      return next
    }
    s =
      next > 0 && Number.isFinite(next) && size < 2 * last ? next : 0.5 * (s + (move > 0 ? Math.min(to, 2 * s) : from))
    last = size
  }
  return s
}

function householder({ x, value, missing }: RelativeValue, s: number, way: Walk['way']): number {
  const [h, t] = [x / s, 0.5 * s]
  const bend = (h * h) / s - 0.25 * s
  const bend3 = bend * bend - 3 * (h / s) * (h / s) - 0.25
  if (way === 'middle') return combine((value - valueAt(x, s)) / slopeAt(x, s), bend, bend3)
  if (way === 'high') {
    const sum = millsSum(h, t)
    const log = Math.log(sum / missing) - 0.5 * (h * h + t * t) - LOG_ROOT_TWO_PI
    return combine(log * sum, bend + 1 / sum, bend3 + (1 / sum) * (2 / sum + 3 * bend))
  }
  const difference = millsDifference(h, t)
  const log = Math.log(difference) - 0.5 * (h * h + t * t) - LOG_ROOT_TWO_PI
  const [relative, inverse] = [1 / difference, 1 / log]
  const wanted = Math.log(value)
  const newton = ((wanted - log) * log * difference) / wanted
  const second = bend - relative * (1 + 2 * inverse)
  const third =
    bend3 + 2 * relative * relative * (1 + 3 * inverse * (1 + inverse)) - 3 * bend * relative * (1 + 2 * inverse)
  return combine(newton, second, third)
}

/** The step of order 4 from Newton's and g″/g′, g‴/g′. */
const combine = (newton: number, second: number, third: number): number =>
  (newton * (1 + 0.5 * second * newton)) / (1 + newton * (second + (third * newton) / 6))
