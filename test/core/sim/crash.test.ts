/** Crashes that happened, as bars of a run; and what of runs is compared. */
import { describe, expect, test } from 'vitest'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import { CRASHES, crashPath } from '../../../src/core/sim/crash.ts'
import { applyScenario } from '../../../src/core/sim/scenario.ts'
import { assessPaths, outcomeOf } from '../../../src/core/sim/stress.ts'
import { readCrash } from '../../../src/shell/files/crash.ts'
import { absent, unwrap } from '../cost/reference.ts'
import { weightBand } from '../sizing/book.ts'
import { runOf, T0, tenCoins, walk } from './runs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const column = (values: readonly number[]): Float64Array => Float64Array.from(values)
const barsAt = (opens: readonly number[], closes: readonly number[]) => ({
  time: column(opens),
  open: column(closes),
  high: column(closes.map((x) => x * 1.5)),
  low: column(closes.map((x) => x / 2)),
  close: column(closes),
  volume: null,
})

describe('bars of a crash', () => {
  test('[STRESS-15] candles become bars over the close before, with the extremes of what they hold; none is a halt', () => {
    const half = 30 * MINUTE
    const bars = barsAt([T0 - half, T0, T0 + half, T0 + 2 * HOUR, T0 + 2 * HOUR + half], [100, 80, 60, 30, 33])
    const crash = { name: 'test', from: T0, to: T0 + 3 * HOUR }
    const path = unwrap(crashPath(bars, crash, { candleMs: half, intervalMs: HOUR, name: 'A' }))
    expect(path[0]).toEqual({ open: 0.8, high: 1.2, low: 0.3, close: 0.6 })
    expect(path[1]).toEqual({ open: Number.NaN, high: Number.NaN, low: Number.NaN, close: Number.NaN })
    expect(path[2]).toEqual({ open: 0.5, high: 0.825, low: 0.25, close: 0.55 })
  })

  test('[STRESS-15] crashes that are listed are in order of time and do not overlap', () => {
    for (const { from, to } of CRASHES) expect(to).toBeGreaterThan(from)
    expect(CRASHES.map(({ from }) => from)).toEqual(CRASHES.map(({ from }) => from).toSorted((a, b) => a - b))
  })

  const shared = new URL('../../../../shared/data/stress/', import.meta.url).pathname
  const file = (name: string): string => `${shared}${name}`
  test.skipIf(absent).each([
    ['2021-05-19', { AAA: '2021_05_19_1m/BTC_USDT-1m.json.gz', BBB: '2021_05_19_1m/DOGE_USDT-1m.json.gz' }, -0.2, -0.3],
    [
      '2024-08-05',
      { AAA: '2024_08_yen_unwind_1m/BTC_USDT-1m.csv.gz', BBB: '2024_08_yen_unwind_1m/ETH_USDT-1m.csv.gz' },
      -0.15,
      -0.2,
    ],
    [
      '2022-11-ftx',
      {
        AAA: '2022_luna_3ac_ftx_okx_5m/BTC_USDT_USDT-5m-futures.csv.gz',
        BBB: '2022_luna_3ac_ftx_okx_5m/SOL_USDT_USDT-5m-futures.csv.gz',
      },
      -0.2,
      -0.5,
    ],
  ] as const)('[STRESS-15] %s falls as far as its candles do, and a book lives through it', (name, files, a, b) => {
    const inputs = tenCoins(weightBand('0.01', 'target', 10))
    const history = walk(inputs, { rows: 300, seed: 'crash' })
    const { underlyings } = history.universe
    const sources = {
      files: new Map(Object.entries(files).map(([id, path]) => [id, file(path)])),
      stands: new Map(underlyings.slice(2).map((id) => [id, 'AAA'])),
    }
    const crash = CRASHES.find((each) => each.name === name)!
    const scenario = unwrap(readCrash(crash, sources, { underlyings, intervalMs: history.intervalMs }))
    const changed = unwrap(applyScenario(history, 50, scenario))
    const rows = Math.ceil((crash.to - crash.from) / HOUR)
    const deepest = (j: number): number =>
      Math.min(
        ...Array.from({ length: rows }, (_, k) => changed.low[(51 + k) * 10 + j]! / history.close[50 * 10 + j]! - 1),
      )
    expect(deepest(0)).toBeLessThan(a)
    expect(deepest(1)).toBeLessThan(b)
    expect(deepest(5)).toBeCloseTo(deepest(0), 6)
    const record = unwrap(runBacktest({ ...runOf(inputs, { history: changed }), from: 50 }))
    expect(record.equity.every((each) => each > 0)).toBe(true)
    expect(outcomeOf(record).drawdown).toBeGreaterThan(0.1)
  })
})

describe('outcomes', () => {
  test('[STRESS-16] of a run: growth, deepest fall, cost over the first equity, trades', () => {
    const inputs = tenCoins(weightBand('0.01', 'target', 10))
    const record = unwrap(runBacktest(runOf(inputs, { history: walk(inputs, { rows: 200, seed: 'outcome' }) })))
    const outcome = outcomeOf(record)
    const paid = record.trades.reduce((sum, { fee, spread }) => sum + fee + spread, 0n)
    expect(outcome.growth).toBe(record.equity.at(-1)! / record.equity[0]!)
    expect(outcome.cost).toBeCloseTo(Number(paid) / 1e18 / record.equity[0]!, 10)
    expect([outcome.trades, outcome.liquidations, outcome.refused]).toEqual([record.trades.length, 0, 0])
  })

  test('[STRESS-16] of paths: distributions per policy, and how often one ends above the first on the same path', () => {
    const first = [1, 2, 3, 4].map((x) => column([1, x]))
    const second = [2, 1, 4, 5].map((x) => column([1, x]))
    const terms = { quantiles: [0.5], depths: [0.5], ruin: 0.5, confidence: 0.9 }
    const [one, two] = unwrap(assessPaths([first, second], terms))
    expect(one!.above).toBeNull()
    expect(two!.above!.value).toBe(0.75)
    expect(one!.risk.growth[0]!.value).toBe(2.5)
  })
})
