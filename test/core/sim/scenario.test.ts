/** Histories that go on otherwise: drawn again, or with a scenario laid over them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toText } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import type { Result } from '../../../src/core/base/result.ts'
import { closedAt, type History } from '../../../src/core/sim/history.ts'
import { rebuild } from '../../../src/core/sim/rebuild.ts'
import { redrawHistory } from '../../../src/core/sim/redraw.ts'
import { applyScenario, type ScenarioEvent } from '../../../src/core/sim/scenario.ts'
import { unwrap } from '../cost/reference.ts'
import { T0, tenCoins, walk } from './runs.ts'

const ROWS = 120
const FROM = 40
const inputs = tenCoins({ kind: 'full' })
const N = 10
const plain = walk(inputs, { rows: ROWS, seed: 'scenario' })
/** Two instruments pay every eight hours, half an hour into a bar; marks are a tenth of a percent above closes. */
const market: History = {
  ...plain,
  mark: plain.close.map((x) => x * 1.001),
  funding: plain.funding.map((_, j) =>
    j > 1
      ? null
      : {
          time: Float64Array.from({ length: 15 }, (_, k) => T0 + (8 * k + 0.5) * HOUR_MS),
          rate: Float64Array.from({ length: 15 }, (_, k) => (k + 1) * (j + 1) * 1e-5),
        },
  ),
}
const ratioAt = ({ close }: History, row: number, j: number): number => close[row * N + j]! / close[(row - 1) * N + j]!
const laid = (events: readonly ScenarioEvent[]): History =>
  unwrap(applyScenario(market, FROM, { name: 'test', events }))
const codes = (answer: Result<unknown>): readonly string[] => (answer.ok ? [] : answer.error.map(({ code }) => code))
const same = (a: Float64Array, b: Float64Array): void => {
  expect(a.length).toBe(b.length)
  for (let k = 0; k < a.length; k++) expect(Math.abs(a[k]! - b[k]!)).toBeLessThanOrEqual(1e-9 * Math.abs(b[k]!))
}

describe('rebuilt histories', () => {
  test('[STRESS-1] the same bars in their own places are the same history, and a scenario in which nothing happens too', () => {
    const sources = Uint32Array.from({ length: ROWS - FROM - 1 }, (_, k) => FROM + 1 + k)
    for (const again of [rebuild(market, { from: FROM, sources }), laid([])]) {
      for (const key of ['open', 'high', 'low', 'close', 'volume', 'mark', 'rate', 'time'] as const)
        same(again[key]!, market[key]!)
      expect(again.funding).toEqual(market.funding)
      expect(again.lives).toEqual(market.lives)
    }
  })

  test('[STRESS-2] rows up to the one that stays are untouched, bit for bit', () => {
    const changed = laid([{ kind: 'move', of: null, atMs: 0, overMs: HOUR_MS, change: -0.5 }])
    const kept = (FROM + 1) * N
    expect(changed.close.subarray(0, kept)).toEqual(market.close.subarray(0, kept))
    expect(changed.close[kept]).toBeLessThan(0.6 * market.close[kept]!)
  })
})

describe('histories drawn again', () => {
  const scheme = { kind: 'stationary', length: 12 } as const
  const draw = unwrap(redrawHistory(market, FROM, { scheme, seed: 7 }))

  test('[STRESS-3] every later row is a row of the history, the same for all instruments, ranges, marks and volumes', () => {
    const path = draw(0)
    const found = new Set<number>()
    for (let row = FROM + 1; row < ROWS; row++) {
      const source = Array.from({ length: ROWS }, (_, k) => k).find(
        (k) => k > 0 && Math.abs(ratioAt(path, row, 0) / ratioAt(market, k, 0) - 1) < 1e-12,
      )!
      found.add(source)
      for (let j = 0; j < N; j++) {
        const [at, of] = [row * N + j, source * N + j]
        expect(ratioAt(path, row, j)).toBeCloseTo(ratioAt(market, source, j), 10)
        expect(path.high[at]! / path.close[at]!).toBeCloseTo(market.high[of]! / market.close[of]!, 10)
        expect(path.mark![at]! / path.close[at]!).toBeCloseTo(1.001, 10)
        expect(path.volume[at]).toBe(market.volume[of])
      }
    }
    expect(found.size).toBeGreaterThan(30)
  })

  test('[STRESS-4] path k depends on the seed and k alone; paths differ', () => {
    const other = unwrap(redrawHistory(market, FROM, { scheme, seed: 7 }))
    expect(other(3).close).toEqual(draw(3).close)
    expect(draw(4).close).not.toEqual(draw(3).close)
    expect(unwrap(redrawHistory(market, FROM, { scheme, seed: 8 }))(3).close).not.toEqual(draw(3).close)
  })

  test('[STRESS-5] payments come with their rows, as late in them as they came; times rise', () => {
    fc.assert(
      fc.property(fc.nat(1000), (k) => {
        const { funding } = draw(k)
        const { time, rate } = funding[1]!
        for (let p = 1; p < time.length; p++) expect(time[p]!).toBeGreaterThan(time[p - 1]!)
        const after = Array.from(time).flatMap((at, p) =>
          at > closedAt(market, FROM) ? [[at, rate[p]!] as const] : [],
        )
        for (const [at, paid] of after) {
          expect((at - T0) % HOUR_MS).toBe(HOUR_MS / 2)
          expect(market.funding[1]!.rate).toContain(paid)
        }
      }),
      { seed: 20261125, numRuns: 50 },
    )
  })

  test('[STRESS-6] a missing bar, a block that does not fit and too few rows are refused by name', () => {
    const close = market.close.map((x, k) => (k === 50 * N + 3 ? Number.NaN : x))
    expect(codes(redrawHistory({ ...market, close }, FROM, { scheme, seed: 1 }))).toEqual(['stress.gaps'])
    const rate = market.rate.map((x, row) => (row < 3 ? Number.NaN : x))
    expect(codes(redrawHistory({ ...market, rate }, FROM, { scheme, seed: 1 }))).toEqual(['stress.gaps'])
    expect(codes(redrawHistory(market, FROM, { scheme: { kind: 'stationary', length: 0 }, seed: 1 }))).toEqual([
      'evidence.range',
    ])
  })
})

describe('scenarios', () => {
  test('[STRESS-7] a move is so far beyond what the bars do, evenly over its time; high and low hold the close', () => {
    const changed = laid([{ kind: 'move', of: ['AAA'], atMs: 2 * HOUR_MS, overMs: 4 * HOUR_MS, change: -0.3 }])
    for (const [row, factor] of [
      [FROM + 2, 1],
      [FROM + 3, 0.7 ** 0.25],
      [FROM + 6, 0.7],
      [ROWS - 1, 0.7],
    ] as const) {
      expect(changed.close[row * N]! / market.close[row * N]!).toBeCloseTo(factor, 10)
      expect(changed.close[row * N + 1]).toBeCloseTo(market.close[row * N + 1]!, 8)
      expect(changed.low[row * N]!).toBeLessThanOrEqual(changed.close[row * N]!)
      expect(changed.high[row * N]!).toBeGreaterThanOrEqual(changed.close[row * N]!)
    }
  })

  test('[STRESS-8] a path stands in for the bars', () => {
    const bar = { open: 1, high: 1.1, low: 0.5, close: 0.6 }
    const changed = laid([{ kind: 'path', of: ['BBB'], atMs: 0, bars: [bar, bar] }])
    const before = market.close[FROM * N + 1]!
    expect(changed.close[(FROM + 2) * N + 1]).toBeCloseTo(before * 0.36, 8)
    expect(changed.low[(FROM + 1) * N + 1]).toBeCloseTo(before * 0.5, 8)
    expect(ratioAt(changed, FROM + 3, 1)).toBeCloseTo(ratioAt(market, FROM + 3, 1), 10)
  })

  test('[STRESS-9] moves as many times as large, in log; volume as many times as much', () => {
    const over = { of: null, atMs: 0, overMs: 10 * HOUR_MS }
    const changed = laid([
      { kind: 'volatility', ...over, factor: 3 },
      { kind: 'volume', ...over, factor: 0.1 },
    ])
    expect(Math.log(ratioAt(changed, FROM + 5, 4))).toBeCloseTo(3 * Math.log(ratioAt(market, FROM + 5, 4)), 10)
    expect(changed.volume[(FROM + 5) * N]).toBeCloseTo(0.1 * market.volume[(FROM + 5) * N]!, 6)
    expect(ratioAt(changed, FROM + 11, 4)).toBeCloseTo(ratioAt(market, FROM + 11, 4), 10)
  })

  test('[STRESS-10] together, all move by one factor, each as far as its own volatility before says', () => {
    const changed = laid([{ kind: 'together', of: null, atMs: 0, overMs: 30 * HOUR_MS }])
    const ratios = Array.from({ length: 30 }, (_, k) => [0, 7].map((j) => Math.log(ratioAt(changed, FROM + 1 + k, j))))
    const [a, b] = ratios[0]!
    for (const [x, y] of ratios) expect(y! / x!).toBeCloseTo(b! / a!, 8)
    expect(b! / a!).toBeGreaterThan(1.2)
  })

  test('[STRESS-11] a halt hides bars while the price goes on unseen', () => {
    const changed = laid([{ kind: 'halt', of: ['AAA'], atMs: HOUR_MS, overMs: 3 * HOUR_MS }])
    expect([1, 2, 3, 4, 5].map((k) => Number.isNaN(changed.close[(FROM + k) * N]!))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
    expect(changed.close[(FROM + 5) * N]).toBeCloseTo(market.close[(FROM + 5) * N]!, 8)
    expect(Number.isNaN(changed.close[(FROM + 2) * N + 1]!)).toBe(false)
  })

  test('[STRESS-12] payments of a time come at the rate that the scenario says', () => {
    const changed = laid([{ kind: 'funding', of: ['AAA'], atMs: 0, overMs: 24 * HOUR_MS, rate: 0.01 }])
    const paid = (j: number) =>
      Array.from(changed.funding[j]!.time).flatMap((at, p) =>
        at > closedAt(market, FROM) && at <= closedAt(market, FROM) + 24 * HOUR_MS
          ? [changed.funding[j]!.rate[p]!]
          : [],
      )
    expect(paid(0)).toEqual([0.01, 0.01, 0.01])
    expect(paid(1)).not.toContain(0.01)
  })

  test('[STRESS-13] what is delisted ends at a price so far from its close', () => {
    const changed = laid([{ kind: 'delisting', of: ['CCC'], atMs: 5 * HOUR_MS, change: -0.4 }])
    const row = FROM + 6
    expect(changed.lives[2]!.to).toBe(row + 1)
    expect(Number(toText(changed.lives[2]!.last!))).toBeCloseTo(0.6 * market.close[row * N + 2]!, 8)
    expect(Number.isNaN(changed.close[(row + 1) * N + 2]!)).toBe(true)
    expect(changed.lives[0]!.last).toBeNull()
  })

  test('[STRESS-14] underlyings that are not there, numbers that cannot be and times outside the run are refused together', () => {
    const bad: readonly ScenarioEvent[] = [
      { kind: 'move', of: ['XXX'], atMs: -1, overMs: 0, change: -1 },
      { kind: 'volatility', of: null, atMs: 1e12, overMs: 1, factor: -1 },
      { kind: 'funding', of: null, atMs: 0, overMs: 1, rate: 2 },
    ]
    expect(codes(applyScenario(market, FROM, { name: 'bad', events: bad }))).toEqual([
      'scenario.underlying',
      'scenario.range',
      'scenario.range',
      'scenario.range',
      'scenario.late',
      'scenario.range',
      'scenario.range',
    ])
    const together: ScenarioEvent = { kind: 'together', of: ['AAA'], atMs: 0, overMs: HOUR_MS }
    expect(codes(applyScenario(market, 5, { name: 'early', events: [together] }))).toEqual(['scenario.short'])
    const close = market.close.map((x, k) => (k === (FROM + 1) * N ? Number.NaN : x))
    const end: ScenarioEvent = { kind: 'delisting', of: ['AAA'], atMs: 0, change: 0 }
    expect(codes(applyScenario({ ...market, close }, FROM, { name: 'gone', events: [end] }))).toEqual([
      'scenario.delisted',
    ])
  })
})
