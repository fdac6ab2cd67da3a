/**
 * Quantiles of a sample between its order statistics: at place p·(n − 1), linear in between (definition 7 of Hyndman and
 * Fan, The American Statistician 50, 1996).
 */
import { assert } from '../base/result.ts'

/** @param sorted ascending, at least one @param probability from 0 to 1 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  assert(sorted.length > 0, 'a quantile needs a sample')
  assert(probability >= 0 && probability <= 1, `probability must be from 0 to 1, was ${probability}`)
  const place = probability * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const share = place - below
  return share === 0 ? low : low + share * (sorted[below + 1]! - low)
}
