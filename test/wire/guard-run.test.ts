/** Runs over paths that trend and paths that do not, under one policy with its guard and without, and what it is attributed to. */
import { describe, expect, test } from 'vitest'
import { toNumber } from '../../src/core/base/decimal.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { attributeRun } from '../../src/core/sim/attribution.ts'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import type { Bars } from '../../src/core/sim/history-bars.ts'
import { unwrap } from '../core/cost/reference.ts'
import { day, soundBacktest } from './backtests.ts'
import { edit } from './books.ts'

const DAYS = 290
const NAMES = ['AAA', 'BBB', 'CCC']
const BOOK = `book: 1
currency: USD
asOf: 2026-01-01T00:00:00Z
cash: { USD: 100000 }
targets: { AAA: 30%, BBB: 30%, CCC: 30% }
policy: { kind: band, unit: weight, width: 1%, to: edge }
instruments:
  AAA: { kind: spot, lot: 0.000001, fee: 5bp, spread: 2bp }
  BBB: { kind: spot, lot: 0.000001, fee: 5bp, spread: 2bp }
  CCC: { kind: spot, lot: 0.000001, fee: 5bp, spread: 2bp }
market:
  interval: 1d
  markAgeMax: 1d
  estimate: { vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 40d }
backtest:
  from: 2025-02-20T00:00:00Z
  to: 2025-10-18T00:00:00Z
  every: 1d
  refresh: 1d
  warmup: none
  latency: none
  start: book
  history: { AAA: a, BBB: b, CCC: c }
`
const GUARD = 'guard: { measure: drift, window: 40d, confidence: 80%, widen: 300%, slow: 90% }'

/** Daily bars whose changes go on where momentum is above 0, of one volatility whatever it is. */
function barsOf(seed: string, momentum: number): Bars {
  const random = makeRandom(seed)
  let [price, change] = [100, 0]
  const close = Array.from({ length: DAYS }, () => {
    change = momentum * change + Math.sqrt(1 - momentum ** 2) * random.normal()
    price *= Math.exp((0.03 * change) / Math.sqrt((1 + momentum) / (1 - momentum)))
    return Number(price.toPrecision(9))
  })
  const open = [100, ...close.slice(0, -1)]
  const column = (of: (k: number) => number): Float64Array => Float64Array.from(close, (_, k) => of(k))
  return {
    time: column(day),
    open: column((k) => open[k]!),
    close: column((k) => close[k]!),
    high: column((k) => Math.max(open[k]!, close[k]!)),
    low: column((k) => Math.min(open[k]!, close[k]!)),
    volume: column(() => 1e6),
  }
}

/** In fractions of what the book began with. */
function runWith(text: string, seed: number, momentum: number) {
  const history = Object.fromEntries(NAMES.map((name) => [name, barsOf(`${name} ${seed}`, momentum)]))
  const { whole } = attributeRun(unwrap(runBacktest(soundBacktest(text, { history }).inputs)))
  const start = toNumber(whole.startEquity)
  return { trendCost: toNumber(whole.parts.trendCost) / start, gain: toNumber(whole.endEquity) / start - 1 }
}

/** Means over paths, in percent of what the books began with. */
function compare(momentum: number, paths: number): string[] {
  const total = { without: 0, guarded: 0, gain: 0 }
  for (let seed = 0; seed < paths; seed++) {
    const without = runWith(BOOK, seed, momentum)
    const guarded = runWith(edit(BOOK, [['to: edge', `to: edge, ${GUARD}`]]), seed, momentum)
    total.without += without.trendCost / paths
    total.guarded += guarded.trendCost / paths
    total.gain += (guarded.gain - without.gain) / paths
  }
  return [total.without, total.guarded, total.gain].map((each) => (100 * each).toFixed(2))
}

describe('trend cost of a run', () => {
  // docs/guard.md has this table: trend cost without a guard and with it, and what the book gains by it.
  test.each([
    ['go on', 0.95, ['-3.37', '-2.49', '2.52']],
    ['are independent', 0, ['-3.21', '-2.65', '0.03']],
  ])('[GUARD-14] attribution shows less of it under a guard where changes %s', (_, momentum, expected) => {
    const found = compare(momentum, 6)
    expect(found).toEqual(expected)
    expect(Number(found[1])).toBeGreaterThan(Number(found[0]))
  })
})
