/**
 * The binomial distribution, and what a count out of n says. Its probabilities follow each other by
 * P(k + 1)/P(k) = (n − k)/(k + 1)·p/(1 − p) from the mode outwards, so nothing underflows. An interval of a share holds p with at
 * least the stated confidence (Clopper and Pearson, Biometrika 26, 1934); ranks of order statistics hold a quantile likewise
 * (David and Nagaraja, Order Statistics, 2003, §7.1).
 */
import { assert } from '../base/result.ts'

/** P(X ≤ k) for X ~ B(n, p). */
export function distributionOfBinomial(k: number, { n, p }: { readonly n: number; readonly p: number }): number {
  assert(Number.isInteger(n) && n >= 1 && p >= 0 && p <= 1, `must have n from 1 and p from 0 to 1, was ${n} and ${p}`)
  if (k < 0) return 0
  if (k >= n || p === 0) return 1
  if (p === 1) return 0
  const odds = p / (1 - p)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  let [total, within] = [1, mode <= k ? 1 : 0]
  for (let j = mode, part = 1; j < n && part > 1e-20; j++) {
    part *= ((n - j) / (j + 1)) * odds
    total += part
    if (j + 1 <= k) within += part
  }
  for (let j = mode, part = 1; j > 0 && part > 1e-20; j--) {
    part *= j / (n - j + 1) / odds
    total += part
    if (j - 1 <= k) within += part
  }
  return within / total
}

/** The interval of p after `count` of n. */
export function intervalOfShare(
  count: number,
  { n, confidence }: { readonly n: number; readonly confidence: number },
): { readonly low: number; readonly high: number } {
  assert(count >= 0 && count <= n, `the count must be from 0 to ${n}, was ${count}`)
  const tail = (1 - confidence) / 2
  return {
    low: count === 0 ? 0 : crossing((p) => 1 - distributionOfBinomial(count - 1, { n, p }) >= tail),
    high: count === n ? 1 : crossing((p) => distributionOfBinomial(count, { n, p }) <= tail),
  }
}

/** Where a condition begins to hold as p grows. */
function crossing(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}

/**
 * Ranks, from 1, of the order statistics of n draws between which the quantile lies with at least this confidence; null where
 * even the extremes do not bound it.
 */
export function ranksOfQuantile(
  n: number,
  { probability, confidence }: { readonly probability: number; readonly confidence: number },
): { readonly low: number | null; readonly high: number | null } {
  const tail = (1 - confidence) / 2
  const below = (rank: number): number => distributionOfBinomial(rank - 1, { n, p: probability })
  // The greatest rank whose order statistic is above the quantile with at most the tail, and the least for the other side.
  const low = lastWhere(n, (rank) => below(rank) <= tail)
  const before = lastWhere(n, (rank) => 1 - below(rank) > tail)
  return { low: low === 0 ? null : low, high: before === n ? null : before + 1 }
}

/** The last of 1 … n for which a condition holds that holds up to it; 0 where it holds for none. */
function lastWhere(n: number, holds: (rank: number) => boolean): number {
  let [low, high] = [0, n]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
