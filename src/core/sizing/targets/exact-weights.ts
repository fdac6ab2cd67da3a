/**
 * From float64 weights to exact ones that sum to exactly the total, each within its exact bounds: a weight that the
 * mathematics put on a bound is that bound, the others are rounded to 10⁻¹², and what is left of the total goes to those
 * with the most room, in order of name where rooms are equal.
 */
import { fromUnits } from '../../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioOf,
  ratioOfNumber,
  ratioRoundTo,
  ratioSubtract,
  ratioToNumber,
  reduce,
} from '../../base/ratio.ts'
import { assert } from '../../base/result.ts'

/** 10⁻¹² */
const STEP = fromUnits(10n ** 6n)

/** Exact bounds per asset; null: none. */
export interface ExactBounds {
  readonly lower: readonly (Ratio | null)[]
  readonly upper: readonly (Ratio | null)[]
}

/** weight: within the bounds and summing to the total, to rounding. */
export function exactWeights(weight: Float64Array, total: Ratio, { lower, upper }: ExactBounds): Ratio[] {
  const exact = Array.from(weight, (value, i): Ratio => {
    for (const bound of [lower[i]!, upper[i]!]) if (bound !== null && ratioToNumber(bound) === value) return bound
    return clamp(ratioOf(ratioRoundTo(ratioOfNumber(value), STEP, 'halfEven')), lower[i]!, upper[i]!)
  })
  let left = ratioSubtract(total, exact.reduce(ratioAdd, RATIO_ZERO))
  while (left.n !== 0n) {
    const sign = left.n
    const room = (i: number): Ratio | null => {
      const bound = sign > 0n ? upper[i]! : lower[i]!
      if (bound === null) return null
      return sign > 0n ? ratioSubtract(bound, exact[i]!) : ratioSubtract(exact[i]!, bound)
    }
    let best = 0
    for (let i = 1; i < exact.length; i++) if (isMore(room(i), room(best))) best = i
    const most = room(best)
    assert(most === null || most.n > 0n, 'the bounds leave room for the total')
    const size: Ratio = left.n < 0n ? { n: -left.n, d: left.d } : left
    const taken = most === null || ratioCompare(size, most) <= 0 ? size : most
    const step: Ratio = sign < 0n ? { n: -taken.n, d: taken.d } : taken
    exact[best] = ratioAdd(exact[best]!, step)
    left = ratioSubtract(left, step)
  }
  return exact.map(reduce)
}

/** Whether one room is larger than another; no bound is the largest. */
const isMore = (a: Ratio | null, b: Ratio | null): boolean => b !== null && (a === null || ratioCompare(a, b) > 0)

function clamp(value: Ratio, lower: Ratio | null, upper: Ratio | null): Ratio {
  if (lower !== null && ratioCompare(value, lower) < 0) return lower
  return upper !== null && ratioCompare(value, upper) > 0 ? upper : value
}
