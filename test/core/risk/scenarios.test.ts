import { expect, it } from 'vitest'
import { pastReturns } from '../../../src/core/risk/scenarios.ts'

const HOUR_MS = 3_600_000
/** Closes of consecutive hours; 0 where there is no bar. */
const history = (name: string, closes: readonly number[], from = 0) => {
  const bars = closes.flatMap((close, k) => (close === 0 ? [] : [{ time: (from + k) * HOUR_MS, close }]))
  return {
    name,
    time: Float64Array.from(bars, ({ time }) => time),
    close: Float64Array.from(bars, ({ close }) => close),
  }
}
const window = (hours: number) => ({ asOf: hours * HOUR_MS, from: 0, intervalMs: HOUR_MS })
/** 1, 2, 3 … */
const rising = (count: number, missing: readonly number[] = []) =>
  Array.from({ length: count }, (_, k) => (missing.includes(k) ? 0 : k + 1))

it('[LIMIT-16] past periods go back from the last shared bar, do not overlap, and need both ends', () => {
  const past = pastReturns([history('A', rising(50)), history('B', rising(49, [44]))], window(50), 2 * HOUR_MS)
  if (!past.ok) throw new Error(JSON.stringify(past.error))
  // Bars 48 → 46, then 42 → 40 and so on: B has no bar 44, which ends one period and begins another.
  expect(past.value.horizonMs).toBe(2 * HOUR_MS)
  expect(Array.from(past.value.returns.subarray(0, 6))).toEqual([49, 49, 43, 43, 41, 41].map((to) => to / (to - 2) - 1))
  expect(past.value.returns).toHaveLength(2 * 22)
})

it('[LIMIT-16] nothing after asOf is seen', () => {
  const seen = (count: number) => pastReturns([history('A', rising(count))], window(40), HOUR_MS)
  expect(seen(90)).toEqual(seen(40))
})

it('[LIMIT-16] too few periods, and times between bars, are refused', () => {
  const codes = (horizonMs: number): string[] => {
    const past = pastReturns([history('A', rising(30))], window(30), horizonMs)
    return past.ok ? [] : past.error.map(({ code }) => code)
  }
  expect(codes(HOUR_MS)).toEqual([])
  expect(codes(2 * HOUR_MS)).toEqual(['scenarios.history'])
  expect(codes(1.5 * HOUR_MS)).toEqual(['scenarios.horizon'])
})
