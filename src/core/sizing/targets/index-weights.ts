/**
 * Weights of an index: in proportion to market capitalisation, or equal, none above a greatest weight. What is cut off is
 * spread over the others in their proportion until none is above it (the iterative capping of index providers); exact, so
 * that the weights sum to exactly the total.
 */
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioSubtract,
  reduce,
} from '../../base/ratio.ts'
import { type Result, refuse, succeed } from '../../base/result.ts'

export interface IndexTerms {
  /** What the weights sum to, > 0. */
  readonly total: Ratio
  /** Greatest weight; null: none. */
  readonly max: Ratio | null
}

/** @param size of each member, > 0, at least one. Code: target.bounds-total. */
export function indexWeights(size: readonly Ratio[], { total, max }: IndexTerms): Result<Ratio[]> {
  if (max !== null && ratioCompare(ratioMultiply(max, { n: BigInt(size.length), d: 1n }), total) < 0)
    return refuse(
      'target.bounds-total',
      'targets.max',
      `the greatest weight must allow ${size.length} members to sum to the total, was too small`,
      'raise it, lower the total, or take more members',
    )
  const weight: Ratio[] = size.map(() => RATIO_ZERO)
  let free = size.map((_, i) => i)
  let left = total
  for (;;) {
    const whole = free.reduce((sum, i) => reduce(ratioAdd(sum, size[i]!)), RATIO_ZERO)
    for (const i of free) weight[i] = reduce(ratioDivide(ratioMultiply(size[i]!, left), whole))
    const above = max === null ? [] : free.filter((i) => ratioCompare(weight[i]!, max) > 0)
    if (max === null || above.length === 0) return succeed(weight)
    for (const i of above) {
      weight[i] = max
      left = reduce(ratioSubtract(left, max))
    }
    free = free.filter((i) => !above.includes(i))
  }
}
