/** Ranks from 1, the least; equal values share the mean of theirs. Correlated, they are Spearman's ρ (1904). */
import { assert } from '../base/result.ts'

export function ranksOf(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** From −1 to 1; null where one of them does not vary. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number | null {
  assert(a.length === b.length, `series must be of one length, were ${a.length} and ${b.length}`)
  const [x, y] = [ranksOf(a), ranksOf(b)]
  const middle = (a.length + 1) / 2
  let [xx, yy, xy] = [0, 0, 0]
  for (let k = 0; k < a.length; k++) {
    xx += (x[k]! - middle) ** 2
    yy += (y[k]! - middle) ** 2
    xy += (x[k]! - middle) * (y[k]! - middle)
  }
  return xx === 0 || yy === 0 ? null : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}
