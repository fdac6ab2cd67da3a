/** Price histories for the tests of risk, and the slow, plain estimate they are compared with. */
import { DAY_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import type { EwmaOptions } from '../../../src/core/risk/ewma.ts'
import type { PriceHistory } from '../../../src/core/risk/price-history.ts'

export const START = 1_700_006_400_000
export const DAILY: Omit<EwmaOptions, 'asOf'> = {
  intervalMs: DAY_MS,
  from: 0,
  volHalflifeMs: 10 * DAY_MS,
  correlationHalflifeMs: 30 * DAY_MS,
}

/** A random walk on the days listed; one common and one own move a day, drawn for every day. */
export function walk(name: string, days: readonly number[], seed: number): PriceHistory {
  const common = makeRandom('common')
  const own = makeRandom(seed)
  const last = days.at(-1) ?? -1
  const prices: number[] = []
  for (let day = 0, price = 100; day <= last; day++) {
    price *= 1 + 0.02 * common.normal() + 0.02 * own.normal()
    prices.push(price)
  }
  return {
    name,
    time: Float64Array.from(days, (day) => START + day * DAY_MS),
    close: Float64Array.from(days, (day) => prices[day]!),
  }
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index)

/** Σ β^age x / Σ β^age over returns between the bars that all of `members` have; x by pair. Gaps over 7 days give none. */
export function plainCovariance(histories: readonly PriceHistory[], options: EwmaOptions): number[][] {
  const { intervalMs, asOf, from } = options
  const bars = histories.map(
    ({ time, close }) =>
      new Map(
        [...time]
          .map((open, k) => [open, close[k]!] as const)
          .filter(([open]) => open >= from && open + intervalMs <= asOf),
      ),
  )
  const average = (i: number, j: number, halflifeMs: number, x: (yi: number, yj: number) => number): number => {
    const common = [...bars[i]!.keys()].filter((open) => bars[j]!.has(open)).sort((a, b) => a - b)
    let [sum, weights] = [0, 0]
    for (let k = 1; k < common.length; k++) {
      const [before, after] = [common[k - 1]!, common[k]!]
      const spanned = (after - before) / intervalMs
      if (after - before > 7 * DAY_MS && spanned > 1) continue
      const weight = 2 ** (-(common.at(-1)! - after) / halflifeMs)
      const y = (member: number): number => bars[member]!.get(after)! / bars[member]!.get(before)! - 1
      sum += (weight * x(y(i), y(j))) / spanned
      weights += weight
    }
    return sum / weights
  }
  const vols = histories.map((_, i) =>
    Math.sqrt((average(i, i, options.volHalflifeMs, (y) => y * y) * YEAR_MS) / intervalMs),
  )
  return histories.map((_, i) =>
    histories.map((__, j) => {
      const mean = (x: (yi: number, yj: number) => number): number => average(i, j, options.correlationHalflifeMs, x)
      return (vols[i]! * vols[j]! * mean((a, b) => a * b)) / Math.sqrt(mean((a) => a * a) * mean((_a, b) => b * b))
    }),
  )
}
