import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { drawdownsOf, worstDrawdown } from '../../../src/core/evidence/drawdown.ts'
import { type Metrics, measureRun } from '../../../src/core/sim/metrics.ts'
import { METRICS } from '../../../src/core/sim/metrics-definitions.ts'
import { isMissing, type Measure } from '../../../src/core/sim/metrics-growth.ts'
import { scoreTail } from '../../../src/core/sim/metrics-tail.ts'
import { moneyWeightedReturn } from '../../../src/core/sim/metrics-trading.ts'
import type { RunRecord } from '../../../src/core/sim/run-record.ts'
import { readText } from '../../repository/source.ts'
import { coin, perpetual, runOf, type Told, walk } from './told-runs.ts'

const number = (measure: Measure): number => {
  if (isMissing(measure)) throw new Error(measure.because)
  return measure
}
const why = (measure: Measure): string => (isMissing(measure) ? measure.because : `was ${measure}`)

/** A book of money alone, whose equity is whatever a row says. */
const run = (equity: readonly number[], columns: Partial<RunRecord> = {}, over: Partial<Told> = {}): RunRecord =>
  runOf({
    instruments: [coin('BTC')],
    closes: { BTC: equity.map(() => 100) },
    intervalMs: DAY_MS,
    cash: { USD: '1000' },
    columns: { equity: Float64Array.from(equity), ...columns },
    ...over,
  })

const EQUITY = [999, 1010, 1030, 980, 1000, 1050, 1040, 1060]

describe('metrics', () => {
  test('[METRIC-1] each is its definition, on eight days worked out apart', () => {
    const { metrics, wealth } = measureRun(run(EQUITY))
    // The first return counts from the 1000 before the first trades, which cost 1.
    const returns = [1010 / 1000, 1030 / 1010, 980 / 1030, 1000 / 980, 1050 / 1000, 1040 / 1050, 1060 / 1040].map(
      (each) => each - 1,
    )
    const mean = returns.reduce((sum, each) => sum + each) / 7
    const deviation = Math.sqrt(returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 6)
    const downside = Math.sqrt(returns.reduce((sum, each) => sum + (each < 0 ? each * each : 0), 0) / 7)
    const annual = 1.06 ** (365 / 7) - 1
    const table: [keyof Metrics, number][] = [
      ['totalReturn', 0.06],
      ['annualReturn', annual],
      ['moneyWeightedReturn', annual],
      ['volatility', deviation * Math.sqrt(365)],
      ['sharpe', (mean / deviation) * Math.sqrt(365)],
      ['sortino', (mean / downside) * Math.sqrt(365)],
      ['calmar', annual / (50 / 1030)],
      ['maxDrawdown', 50 / 1030],
      ['drawdownFall', DAY_MS],
      ['drawdownRecovery', 2 * DAY_MS],
      ['longestUnderWater', 3 * DAY_MS],
      ['timeUnderWater', 3 / 7],
      ['gainingDays', 5 / 7],
    ]
    for (const [name, expected] of table)
      expect([name, number(metrics[name])]).toEqual([name, expect.closeTo(expected, 9)])
    expect(Array.from(wealth)).toEqual(EQUITY.map((each) => expect.closeTo(each / 1000, 12)))
  })

  test('[METRIC-1] the error of a Sharpe ratio is what ratios of many runs scatter by', () => {
    const random = makeRandom('scatter')
    const runs = Array.from({ length: 300 }, () => {
      const equity = [1000]
      for (let day = 0; day < 365; day++) equity.push(equity[day]! * (1.001 + 0.02 * random.normal()))
      return measureRun(run(equity)).metrics
    })
    const ratios = runs.map(({ sharpe }) => number(sharpe))
    const mean = ratios.reduce((sum, each) => sum + each) / 300
    const scatter = Math.sqrt(ratios.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 299)
    const error = runs.reduce((sum, { sharpeError }) => sum + number(sharpeError), 0) / 300
    expect(error / scatter).toBeGreaterThan(0.85)
    expect(error / scatter).toBeLessThan(1.15)
  })

  test('[METRIC-2] time-weighted returns leave flows out, the money-weighted return counts when they came', () => {
    const flows = { instruments: [coin('BTC')], deposits: [{ row: 1, what: 'USD', amount: '1000' }] }
    // 10 % on 1000, then 1000 come in, then 10 % are lost on 2100, then half is gained.
    const { metrics } = measureRun(run([1000, 2100, 1890, 2835], {}, flows))
    expect(number(metrics.totalReturn)).toBeCloseTo(1.1 * 0.9 * 1.5 - 1, 12)
    const rate = (1 + number(metrics.moneyWeightedReturn)) ** (1 / 365)
    expect(1000 * rate ** 3 + 1000 * rate ** 2).toBeCloseTo(2835, 6)
  })

  test('[METRIC-2] the money-weighted return of any flows balances them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.array(
          fc.record({
            amount: fc.double({ min: -0.05, max: 1, noNaN: true }),
            years: fc.double({ min: 0, max: 3, noNaN: true }),
          }),
          { maxLength: 5 },
        ),
        (end, flows) => {
          const rate = moneyWeightedReturn({ start: 1, end, flows, years: 3 })
          const growth = 1 + number(rate)
          const sum = flows.reduce((total, { amount, years }) => total + amount * growth ** (3 - years), growth ** 3)
          expect(sum).toBeCloseTo(end, 6)
        },
      ),
      { numRuns: 200, seed: 1 },
    )
  })

  test.each<[string, RunRecord, Partial<Record<keyof Metrics, string>>]>([
    [
      'one row',
      run([1000]),
      {
        totalReturn: 'one row has no return',
        turnover: 'one row has no length',
        moneyWeightedReturn: 'one row has no length',
      },
    ],
    [
      'two rows',
      run([1000, 1001]),
      { volatility: 'a deviation needs two rows', calmar: 'equity never fell', sortino: 'no row lost anything' },
    ],
    [
      'nothing happened',
      run([1000, 1000, 1000]),
      {
        sharpe: 'the volatility is 0',
        sharpeError: 'the volatility is 0',
        calmar: 'equity never fell',
        hitRate: 'no trade was followed by a move of its price',
        gainingDays: 'no day gained or lost',
        trackingErrorRatio: 'the forecast is 0',
        days: 'no day began with a volatility above 0',
      },
    ],
    ['even growth', run([1000, 1010, 1020.1, 1030.301]), { sharpe: 'the volatility is 0' }],
    [
      'ruin',
      run([1000, 10, -5, 3]),
      {
        totalReturn: 'equity must stay above 0, was not from row 2 on',
        cost: 'equity must stay above 0',
        calmar: 'equity must stay above 0, was not from row 2 on',
      },
    ],
    ['never recovered', run([1000, 900, 950]), { drawdownRecovery: 'the peak was not reached again' }],
    [
      'no forecast',
      run([1000, 900, 950], { trackingError: new Float64Array(3).fill(Number.NaN) }),
      { trackingErrorForecast: 'no row has a forecast' },
    ],
  ])('[METRIC-3] %s: no figure is NaN, and what there is none of says why', (_, record, expected) => {
    const { metrics, benchmarks } = measureRun(record)
    const figures = [metrics, ...benchmarks.map(({ growth }) => growth)].flatMap(
      (each) => Object.values(each) as Measure[],
    )
    for (const figure of figures) if (!isMissing(figure)) expect(Number.isFinite(figure)).toBe(true)
    for (const [name, because] of Object.entries(expected)) expect(why(metrics[name as keyof Metrics])).toBe(because)
  })

  test('[METRIC-4] drawdowns are found by looking at every pair of points', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }), (points) => {
        const wealth = Float64Array.from(points)
        const depth = Math.max(...points.map((each, at) => 1 - each / Math.max(...points.slice(0, at + 1))))
        const worst = worstDrawdown(wealth)
        expect(worst.depth).toBe(depth)
        expect(1 - wealth[worst.trough]! / wealth[worst.peak]!).toBe(depth)
        expect(worst.peak).toBeLessThanOrEqual(worst.trough)
        if (worst.recovery !== null) expect(wealth[worst.recovery]!).toBeGreaterThanOrEqual(wealth[worst.peak]!)
        else expect(Math.max(...points.slice(worst.trough))).toBeLessThan(wealth[worst.peak]!)
        expect(worst.underWater * Math.max(1, points.length - 1)).toBeCloseTo(
          drawdownsOf(wealth).filter((each) => each > 0).length,
          9,
        )
      }),
      { numRuns: 300, seed: 2 },
    )
  })

  test('[METRIC-5] tracking error is measured against the frictionless target book, its forecast beside it', () => {
    const random = makeRandom('tracking')
    const prices = walk(random, { from: 100, rows: 400, digits: 8 })
    const weights = prices.map(() => 0.5 + 0.1 * random.normal())
    const equity = [1000]
    for (let row = 1; row < prices.length; row++)
      equity.push(equity[row - 1]! * (1 + weights[row - 1]! * (prices[row]! / prices[row - 1]! - 1)))
    const told = { closes: { BTC: prices }, intervalMs: HOUR_MS }
    const record = run(
      equity,
      { target: new Float64Array(400).fill(0.5), trackingError: new Float64Array(400).fill(0.09) },
      told,
    )
    const { metrics, benchmarks } = measureRun(record)
    const active = prices.slice(1).map((price, row) => (weights[row]! - 0.5) * (price / prices[row]! - 1))
    const mean = active.reduce((sum, each) => sum + each) / active.length
    const error = Math.sqrt((active.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (active.length - 1)) * 8760)
    expect(number(metrics.trackingError)).toBeCloseTo(error, 9)
    expect(number(metrics.trackingErrorForecast)).toBeCloseTo(0.09, 12)
    expect(number(metrics.trackingErrorRatio)).toBeCloseTo(error / 0.09, 9)
    expect(number(metrics.targetTurnover)).toBe(0)
    const moved = { ...record, target: record.target.map((each, row) => each + (row >= 100 ? 0.1 : 0)) }
    expect(number(measureRun(moved).metrics.targetTurnover)).toBeCloseTo((0.1 * 8760) / 399, 9)
    const frictionless = number(benchmarks[0]!.growth.annualReturn)
    expect(number(metrics.trackingDifference)).toBeCloseTo(number(metrics.annualReturn) - frictionless, 9)
  })

  test('[METRIC-6] turnover, costs, exposure and hits are those of the records', () => {
    const record = run(
      [1000, 2000, 2000],
      {
        turnover: Float64Array.of(0.2, 0.1, 0),
        gross: Float64Array.of(0.2, 0.4, 0.3),
        outside: Uint8Array.of(1, 1, 0),
      },
      {
        instruments: [coin('BTC'), perpetual('BTC-PERP', 'BTC')],
        closes: { BTC: [100, 110, 90], 'BTC-PERP': [100, 110, 90] },
        trades: [
          { row: 0, instrument: 'BTC', quantity: '1', price: '101', fee: '0.5', impact: '0.25' },
          { row: 1, instrument: 'BTC', quantity: '1', price: '110', fee: '1' },
          { row: 1, instrument: 'BTC', quantity: '-1' },
          { row: 2, instrument: 'BTC', quantity: '-1' },
        ],
        payments: [{ row: 2, instrument: 'BTC-PERP', paid: '-4' }],
      },
    )
    const { metrics } = measureRun(record)
    const perYear = 365 / 2
    expect(number(metrics.turnover)).toBeCloseTo(0.3 * perYear, 9)
    expect(number(metrics.feeCost)).toBeCloseTo((0.5 / 1000 + 1 / 2000) * perYear, 9)
    expect(number(metrics.spreadCost)).toBeCloseTo((0.75 / 1000) * perYear, 9)
    expect(number(metrics.impactCost)).toBeCloseTo((0.25 / 1000) * perYear, 9)
    expect(number(metrics.cost)).toBeCloseTo((1 / 1000 + 1.0 / 2000 + 0.5 / 1000) * perYear, 9)
    expect(number(metrics.carryCost)).toBeCloseTo((-4 / 2000) * perYear, 9)
    // Bought at 100 before 110: a hit. Bought at 110 before 110: not judged. Sold at 110 before 90: a hit. Sold last: not judged.
    expect(number(metrics.hitRate)).toBe(1)
    expect([metrics.trades, metrics.exposure, metrics.exposureMax, metrics.timeOutside]).toEqual([
      4,
      expect.closeTo(0.3, 12),
      0.4,
      2 / 3,
    ])
  })

  /** Days with a loss of 3 σ where there is a 1, and none elsewhere. */
  const days = (
    breaches: readonly number[],
  ): { wealth: Float64Array; volatility: Float64Array; intervalMs: number } => {
    const sigma = 0.01
    const wealth = [1]
    for (const breach of breaches) wealth.push(wealth.at(-1)! * (1 - (breach === 1 ? 3 * sigma : 0)))
    return {
      wealth: Float64Array.from(wealth),
      volatility: new Float64Array(wealth.length).fill(sigma * Math.sqrt(365)),
      intervalMs: DAY_MS,
    }
  }

  test('[METRIC-7] value at risk: the worked example of Jorion (Value at Risk, 3rd ed., 2007, §6.3), 20 breaches in 252 days', () => {
    // 20 breaches, 6 of which follow another: 14 blocks with 6 of them one longer, apart from each other.
    const blocks = Array.from({ length: 14 }, (_, k) => (k < 6 ? [1, 1, 0, 0] : [1, 0, 0, 0])).flat()
    const breaches = [...Array.from({ length: 253 - blocks.length }, () => 0), ...blocks]
    const score = scoreTail(days(breaches), 0.95)
    expect([score.days, score.breaches]).toEqual([253, 20])
    const chi2 = (p: number): number => {
      // The square of the normal quantile of 1 − p/2, by bisection on the p-value of a likelihood ratio of its own.
      let [low, high] = [0, 60]
      for (let step = 0; step < 200; step++) {
        const middle = (low + high) / 2
        if (erfc(Math.sqrt(middle / 2)) > p) low = middle
        else high = middle
      }
      return low
    }
    expect(chi2(number(scoreTail(days(breaches.slice(1)), 0.95).kupiec))).toBeCloseTo(3.91, 2)
    expect(chi2(number(score.independence))).toBeCloseTo(9.53, 2)
  })

  /** Numerical integration, so that nothing of the program is used. */
  function erfc(x: number): number {
    const steps = 4000
    const [from, to] = [x, x + 8]
    let sum = 0
    for (let k = 0; k <= steps; k++) {
      const at = from + ((to - from) * k) / steps
      sum += (k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2) * Math.exp(-at * at)
    }
    return (2 / Math.sqrt(Math.PI)) * ((to - from) / steps / 3) * sum
  }

  test.each([
    ['no breach', [0, 0, 0, 0], 4, 0, 'no day followed a breach'],
    ['all breaches', [1, 1, 1], 3, 3, 'every day followed a breach'],
    ['the last day alone', [0, 0, 1], 3, 1, 'no day followed a breach'],
  ])('[METRIC-7] value at risk: %s', (_, breaches, count, broken, because) => {
    const score = scoreTail(days(breaches), 0.95)
    expect([score.days, score.breaches, why(score.independence)]).toEqual([count, broken, because])
    expect(number(score.kupiec)).toBeGreaterThanOrEqual(0)
  })

  test('[METRIC-7] the p-values are even where losses are as forecast, and small where they are half as large again', () => {
    const random = makeRandom('var')
    const pValues = (scale: number): number[] =>
      Array.from({ length: 200 }, () => {
        const wealth = [1]
        for (let day = 0; day < 500; day++) wealth.push(wealth.at(-1)! * (1 + 0.01 * scale * random.normal()))
        const volatility = new Float64Array(501).fill(0.01 * Math.sqrt(365))
        return number(scoreTail({ wealth: Float64Array.from(wealth), volatility, intervalMs: DAY_MS }, 0.95).kupiec)
      })
    const rejected = (scale: number): number => pValues(scale).filter((p) => p < 0.1).length / 200
    expect(rejected(1)).toBeGreaterThan(0.03)
    expect(rejected(1)).toBeLessThan(0.18)
    expect(rejected(1.5)).toBeGreaterThan(0.95)
  })

  test('[METRIC-7] rows that do not make up days are not judged', () => {
    const score = scoreTail({ ...days([0, 1]), intervalMs: 7 * DAY_MS }, 0.95)
    expect(why(score.kupiec)).toMatch(/^days must be whole rows/)
  })

  test('[METRIC-8] every metric has one definition, and docs/metrics.md says it as it is', () => {
    const { metrics } = measureRun(run([1000, 1010]))
    expect(METRICS.map(({ name }) => name).sort()).toEqual(Object.keys(metrics).sort())
    const documented = readText('docs/metrics.md')
    for (const { label, definition } of METRICS)
      expect(documented).toContain(`| ${label} | ${definition.replaceAll('|', '\\|')} |`)
  })
})
