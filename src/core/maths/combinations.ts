/** Subsets of k of 0 … n − 1 in lexicographic order, and how many there are. */
import { assert } from '../base/result.ts'

/** C(n, k), exact while below 2⁵³. */
export function countCombinations(n: number, k: number): number {
  assert(Number.isInteger(n) && Number.isInteger(k) && k >= 0 && k <= n, `must have 0 ≤ k ≤ n, was ${k} of ${n}`)
  let count = 1
  // Each step is itself a binomial coefficient, so the division leaves no rest.
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i
  return count
}

/** Each subset ascending; the array that is yielded is a new one. */
export function* combinations(n: number, k: number): Generator<readonly number[]> {
  assert(k >= 0 && k <= n, `must have 0 ≤ k ≤ n, was ${k} of ${n}`)
  const places = Array.from({ length: k }, (_, i) => i)
  for (;;) {
    yield places.slice()
    let i = k - 1
    while (i >= 0 && places[i] === n - k + i) i--
    if (i < 0) return
    places[i]! += 1
    for (let j = i + 1; j < k; j++) places[j] = places[j - 1]! + 1
  }
}
