/** Scores of estimators walking through a history: what they see, what they are judged by, and how sure the figures are. */
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { forecastRisk, type RiskEstimator } from '../../../src/core/risk/forecast.ts'
import type { PriceHistory } from '../../../src/core/risk/price-history.ts'
import { judgedFrom, qlikeAbove, type RiskScore, type ScoreTerms, scoreRisk } from '../../../src/core/risk/score.ts'
import { standardEstimators } from '../../../src/core/risk/standard-estimators.ts'
import { codesOf, unwrap } from './estimators/returns-data.ts'
import { range, START, walk } from './histories.ts'

const day = (count: number): number => START + count * DAY_MS
const HISTORIES = ['AAA', 'BBB', 'CCC'].map((name, k) => walk(name, range(0, 400), k + 1))
const TERMS: ScoreTerms = {
  book: Float64Array.of(0.5, 0.3, -0.2),
  intervalMs: DAY_MS,
  windowMs: 150 * DAY_MS,
  from: day(200),
  to: day(400),
  everyMs: DAY_MS,
}
const EWMA: RiskEstimator = {
  vol: { kind: 'ewma', halflifeMs: 30 * DAY_MS },
  correlation: { kind: 'pairwise', halflifeMs: 60 * DAY_MS },
}
const score = (
  histories: readonly PriceHistory[],
  terms: Partial<ScoreTerms> = {},
  estimator: RiskEstimator = EWMA,
): RiskScore => unwrap(scoreRisk(histories, estimator, { ...TERMS, ...terms }))

describe('scores', () => {
  test('[EST-14] QLIKE of each and of the book, and the volatility ratio, are those of a plain walk', () => {
    const { qlike, qlikeOfBook, volRatio, count, forecasts } = score(HISTORIES, { everyMs: 3 * DAY_MS })
    const [losses, sums] = [
      [0, 0, 0, 0],
      [0, 0],
    ] as [number[], number[]]
    for (let t = 200; t < 400; t++) {
      const known = 200 + 3 * Math.floor((t - 200) / 3)
      const window = { asOf: day(known), from: day(known - 150), intervalMs: DAY_MS }
      const { vol, covariance } = unwrap(forecastRisk(HISTORIES, window, EWMA))
      const r = HISTORIES.map(({ close }) => close[t]! / close[t - 1]! - 1)
      r.forEach((y, i) => {
        losses[i]! += Math.log(vol[i]! ** 2) + (365 * y * y) / vol[i]! ** 2
      })
      const w = TERMS.book
      let [h, y] = [0, 0]
      for (let i = 0; i < 3; i++) {
        y += w[i]! * r[i]!
        for (let j = 0; j < 3; j++) h += w[i]! * covariance[3 * i + j]! * w[j]!
      }
      losses[3]! += Math.log(h) + (365 * y * y) / h
      sums[0]! += 365 * y * y
      sums[1]! += h
    }
    expect([count, forecasts]).toEqual([200, 67])
    ;[...qlike, qlikeOfBook].forEach((value, i) => {
      expect(value).toBeCloseTo(losses[i]! / 200, 12)
    })
    expect(volRatio).toBeCloseTo(Math.sqrt(sums[0]! / sums[1]!), 12)
  })

  test('[EST-14] no forecast sees what it is judged by: a future twice as wild is realised twice, forecast the same', () => {
    const wild = HISTORIES.map((each) => {
      const close = each.close.slice()
      for (let t = 200; t < 400; t++) close[t] = close[t - 1]! * (1 + 2 * (each.close[t]! / each.close[t - 1]! - 1))
      return { ...each, close }
    })
    const once = { everyMs: 1000 * DAY_MS }
    for (const estimator of [EWMA, ...standardEstimators(DAY_MS)]) {
      const [calm, twice] = [score(HISTORIES, once, estimator), score(wild, once, estimator)]
      expect(calm.forecasts).toBe(1)
      expect(twice.volRatio).toBeCloseTo(2 * calm.volRatio, 9)
    }
  })

  test('[EST-14] a forecast knows its window and nothing older', () => {
    const strange = HISTORIES.map((each) => ({
      ...each,
      close: each.close.map((price, t) => (t < 50 ? 7 * t + 1 : price)),
    }))
    expect(score(strange)).toEqual(score(HISTORIES))
    expect(score(strange, { windowMs: 180 * DAY_MS })).not.toEqual(score(HISTORIES, { windowMs: 180 * DAY_MS }))
  })

  test('[EST-14] the interval of the ratio holds it, is the same every time, and is wider for less history', () => {
    const long = score(HISTORIES)
    const short = score(HISTORIES, { from: day(340) })
    expect(score(HISTORIES)).toEqual(long)
    const width = ({ volRatio, volRatioInterval }: RiskScore): number => {
      expect(volRatioInterval!.low).toBeLessThan(volRatio)
      expect(volRatioInterval!.high).toBeGreaterThan(volRatio)
      return volRatioInterval!.high - volRatioInterval!.low
    }
    expect(width(short)).toBeGreaterThan(width(long))
    expect(score(HISTORIES, { from: day(351) }).volRatioInterval).toBeNull()
  })

  test('[EST-14] an estimator that promises half the volatility is worse in every draw', () => {
    const halved: RiskEstimator = { ...EWMA, vol: { kind: 'range', formula: 'parkinson', overMs: 60 * DAY_MS } }
    const ranged = HISTORIES.map((each) => {
      // Ranges of bars a fifth of the moves between their closes.
      const open = each.close
      return {
        ...each,
        range: { open, high: open.map((price) => 1.002 * price), low: open.map((price) => 0.998 * price) },
      }
    })
    const above = qlikeAbove(score(ranged, {}, halved), score(ranged))!
    expect(above.low).toBeGreaterThan(0)
    expect(qlikeAbove(score(ranged), score(ranged))).toEqual({ low: 0, high: 0 })
  })

  test('[EST-14] hours that one asset lacks are judged for none', () => {
    const holed = [HISTORIES[0]!, walk('BBB', [...range(0, 300), ...range(310, 400)], 2), HISTORIES[2]!]
    expect(score(holed).count).toBe(200 - 11)
    expect(codesOf(scoreRisk(holed, EWMA, { ...TERMS, from: day(301), to: day(309) }))).toEqual(['risk.nothing-judged'])
  })

  test('[EST-14] a book without risk and an estimator that refuses are refused', () => {
    expect(codesOf(scoreRisk(HISTORIES, EWMA, { ...TERMS, book: new Float64Array(3) }))).toEqual(['risk.forecast'])
    expect(codesOf(scoreRisk(HISTORIES, EWMA, { ...TERMS, windowMs: 10 * DAY_MS }))).toContain('risk.too-short')
  })

  test.each([
    ['the time asked for', 100, 50, 300],
    ['a window after the last history begins', 300, 50, 150],
    ['half of what they have in common', 1000, 300, 250],
  ])('[EST-14] judging begins with %s', (_, over, window, expected) => {
    const late = [HISTORIES[0]!, walk('BBB', range(100, 400), 2)]
    const terms = { to: day(400), overMs: over * DAY_MS, windowMs: window * DAY_MS, intervalMs: DAY_MS }
    expect(judgedFrom(late, terms)).toBe(day(expected))
  })
})
