import { describe, expect, it, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import type { TrendMeasure } from '../../../src/core/domain/market.ts'
import { driftStatistic, efficiencyRatio, varianceRatio } from '../../../src/core/risk/estimators/trend-statistics.ts'
import type { PriceHistory } from '../../../src/core/risk/price-history.ts'
import { measureTrend } from '../../../src/core/risk/trend.ts'
import { unwrap } from '../cost/reference.ts'
import { range, START, walk } from './histories.ts'

/** Closes of the published worksheet of Kaufman's adaptive average (StockCharts, cs-kama.xls). */
const CLOSES = Float64Array.of(
  ...[110.46, 109.8, 110.17, 109.82, 110.15, 109.31, 109.05, 107.94, 107.76, 109.24, 109.4, 108.5, 107.96, 108.55],
  ...[108.85, 110.44, 109.89, 110.7, 110.79, 110.22, 110, 109.27, 106.69, 107.07, 107.92, 107.95, 107.7, 107.97],
  ...[106.09, 106.03, 107.65, 109.54, 110.26, 110.38, 111.94, 113.59, 113.98, 113.91, 112.62, 112.2, 111.1, 110.18],
  ...[111.13, 111.55, 112.08, 111.95, 111.6, 111.39, 112.25],
)
const RETURNS = Float64Array.from({ length: CLOSES.length - 1 }, (_, t) => Math.log(CLOSES[t + 1]! / CLOSES[t]!))

describe('statistics of a trend', () => {
  // The average is A + (ER·(2/3 − 2/31) + 2/31)²·(P − A), ER over ten moves, from the tenth close on.
  it('[TREND-1] efficiency ratios give the published adaptive averages to their digits', () => {
    const published = {
      10: 109.2449,
      11: 109.2165,
      12: 109.1173,
      13: 109.0981,
      17: 109.2769,
      22: 109.3904,
      28: 108.423,
    }
    const later = { 30: 107.9967, 35: 109.6734, 36: 110.4947, 40: 111.5663, 48: 111.5595 }
    let average = CLOSES[9]!
    const found: Record<number, number> = {}
    for (let t = 10; t < CLOSES.length; t++) {
      const { ratio } = efficiencyRatio(CLOSES.subarray(t - 10, t + 1))
      average += (ratio * (2 / 3 - 2 / 31) + 2 / 31) ** 2 * (CLOSES[t]! - average)
      found[t] = average
    }
    for (const [t, value] of Object.entries({ ...published, ...later })) expect(found[Number(t)]).toBeCloseTo(value, 4)
  })

  // Quadratic forms of the Bartlett matrix and of the window matrix, in another language.
  it('[TREND-1] drift and variance ratios are those of the matrices of their definitions', () => {
    expect(driftStatistic(RETURNS).lags).toBe(3)
    expect(driftStatistic(RETURNS).z).toBeCloseTo(0.24713396621669, 12)
    expect(efficiencyRatio(CLOSES).ratio).toBeCloseTo(0.05244652798124829, 12)
    expect(efficiencyRatio(CLOSES).z).toBeCloseTo(0.2815561927364469, 12)
    for (const [period, ratio, z] of [
      [2, 1.278499611936982, 2.1745346618925696],
      [4, 1.4122389201245233, 1.666303651917893],
      [8, 1.4394249688863225, 1.0870238379120865],
    ] as const) {
      expect(varianceRatio(RETURNS, period).ratio).toBeCloseTo(ratio, 12)
      expect(varianceRatio(RETURNS, period).z).toBeCloseTo(z, 11)
    }
  })

  it('[TREND-1] by hand: returns 0 … 9 have a variance ratio of 20/11, and 2, 0, 2, 0 … one of 0, at z = −10/3', () => {
    expect(
      varianceRatio(
        Float64Array.from({ length: 10 }, (_, t) => t),
        2,
      ).ratio,
    ).toBeCloseTo(20 / 11, 14)
    const { ratio, z } = varianceRatio(
      Float64Array.from({ length: 10 }, (_, t) => 2 * ((t + 1) % 2)),
      2,
    )
    expect(ratio).toBeCloseTo(0, 14)
    // θ̂ = δ̂₁ = 10·9/10²; every term of it counts.
    expect(z).toBeCloseTo(-10 / 3, 13)
  })

  it('[TREND-2] a price that never moves shows none, and one that moves alike at every bar is beyond doubt', () => {
    const still = new Float64Array(30)
    expect([driftStatistic(still).z, varianceRatio(still, 2).z, efficiencyRatio(still.map(() => 7)).z]).toEqual([
      0, 0, 0,
    ])
    expect(efficiencyRatio(still.map(() => 7)).ratio).toBe(0)
    expect(driftStatistic(still.map(() => 2)).z).toBe(Number.POSITIVE_INFINITY)
    expect(efficiencyRatio(Float64Array.from(still, (_, t) => 50 - t))).toEqual({ ratio: 1, z: -29 / Math.sqrt(29) })
  })
})

const MEASURES: readonly TrendMeasure[] = [
  { kind: 'drift', windowMs: 200 * DAY_MS },
  { kind: 'efficiencyRatio', windowMs: 200 * DAY_MS },
  { kind: 'varianceRatio', windowMs: 200 * DAY_MS, periodMs: 5 * DAY_MS },
]
const history = (name: string, closes: readonly number[]): PriceHistory => ({
  name,
  time: Float64Array.from(closes, (_, day) => START + day * DAY_MS),
  close: Float64Array.from(closes),
})
const at = (days: number) => ({ asOf: START + days * DAY_MS, intervalMs: DAY_MS })

/** Closes of a path without trend whose volatility comes and goes. */
function calm(seed: string, count: number): number[] {
  const random = makeRandom(seed)
  let [log, vol] = [0, 0.02]
  return Array.from({ length: count }, () => {
    vol = 0.02 * 0.1 + 0.9 * vol * (1 + 0.2 * random.normal() ** 2 - 0.2)
    log += vol * random.normal()
    return Math.exp(log)
  })
}

describe('how sure a trend is', () => {
  test.each(MEASURES.map((measure) => [measure.kind, measure] as const))(
    '[TREND-3] without one, %s is as sure as chance would have it, whatever the volatility does',
    (kind, measure) => {
      const paths = Array.from({ length: 1500 }, (_, k) => history(`P${k}`, calm(`${kind} ${k}`, 200)))
      const { confidence } = unwrap(measureTrend(paths, at(200), measure)).trend
      const above = (c: number): number => confidence.filter((each) => each > c).length / paths.length
      // One-sided for the variance ratio, which counts moves that go on and not those that come back.
      const sides = kind === 'varianceRatio' ? 0.5 : 1
      for (const c of [0.5, 0.8, 0.9]) {
        const expected = sides * (1 - c)
        expect(Math.abs(above(c) - expected)).toBeLessThan(0.035)
      }
    },
  )

  test.each(MEASURES.map((measure) => [measure.kind, measure] as const))(
    '[TREND-3] a trend is seen by %s with its direction',
    (kind, measure) => {
      // Moves that go on for days, upwards and downwards in all.
      const random = makeRandom(kind)
      let [log, momentum] = [0, 0]
      const up = Array.from({ length: 200 }, () => {
        momentum = 0.6 * momentum + 0.01 * random.normal()
        log += 0.01 + momentum
        return Math.exp(log)
      })
      const { confidence, change } = unwrap(
        measureTrend(
          [
            history('UP', up),
            history(
              'DOWN',
              up.map((close) => 1 / close),
            ),
          ],
          at(200),
          measure,
        ),
      ).trend
      expect(Array.from(change, Math.sign)).toEqual([1, -1])
      expect(change[0]).toBeCloseTo(Math.log(up.at(-1)! / up[0]!), 12)
      for (const each of confidence) expect(each).toBeGreaterThan(0.95)
    },
  )

  it('[TREND-4] sees the bars that opened in its window and closed by asOf, and no others', () => {
    const closes = calm('window', 400)
    const seen = (changed: readonly number[]) =>
      MEASURES.map((measure) => unwrap(measureTrend([history('A', changed)], at(350), measure)))
    const moved = closes.map((close, day) => (day < 150 || day >= 350 ? close * (1 + day) : close))
    expect(seen(moved)).toEqual(seen(closes))
    expect(seen(closes.map((close, day) => (day === 150 ? close * 1.5 : close)))).not.toEqual(seen(closes))
  })

  it('[TREND-4] neither the order of the assets nor the unit of their prices matters', () => {
    const [a, b] = [history('A', calm('a', 200)), history('B', calm('b', 200))]
    for (const measure of MEASURES) {
      const both = unwrap(measureTrend([a, b], at(200), measure)).trend
      const other = unwrap(measureTrend([b, { ...a, close: a.close.map((x) => 1024 * x) }], at(200), measure)).trend
      expect(Array.from(other.change)).toEqual([both.change[1], both.change[0]])
      expect(Array.from(other.confidence)).toEqual([both.confidence[1], both.confidence[0]])
    }
  })

  it('[TREND-5] gaps are one step each, and they and short histories are told', () => {
    const [whole, late] = [walk('A', range(0, 200), 1), walk('B', range(100, 200), 2)]
    const holed = walk(
      'C',
      range(0, 200).filter((day) => day !== 50 && (day < 90 || day > 92)),
      3,
    )
    expect(unwrap(measureTrend([whole, late, holed], at(200), MEASURES[0]!)).notes).toEqual([
      'The trend of B is measured over 100d, not 200d.',
      '2 gaps in C counted as one step of its trend each.',
    ])
  })

  test.each([
    ['few returns', walk('A', range(185, 200), 1), 200, MEASURES[0]!, 'trend.history'],
    ['a gap', walk('A', [...range(0, 100), ...range(110, 200)], 1), 200, MEASURES[0]!, 'trend.gap'],
    ['an end long ago', walk('A', range(0, 150), 1), 200, MEASURES[0]!, 'trend.gap'],
    [
      'a period between bars',
      walk('A', range(0, 200), 1),
      200,
      { ...MEASURES[2]!, periodMs: 1.5 * DAY_MS },
      'trend.period',
    ],
    ['a period of one bar', walk('A', range(0, 200), 1), 200, { ...MEASURES[2]!, periodMs: DAY_MS }, 'trend.period'],
    ['a long period', walk('A', range(0, 200), 1), 200, { ...MEASURES[2]!, periodMs: 100 * DAY_MS }, 'trend.period'],
  ] as const)('[TREND-6] %s is refused', (_, given, days, measure, code) => {
    const measured = measureTrend([given], at(days), measure as TrendMeasure)
    expect(measured.ok ? [] : measured.error.map((each) => each.code)).toEqual([code])
  })
})
