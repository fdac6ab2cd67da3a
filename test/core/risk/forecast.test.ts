/** Forecasts whose volatilities and correlations come from estimators that are named, on histories with and without holes. */
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import type { RiskModel } from '../../../src/core/domain/market.ts'
import { completeReturns, type MissingCloses } from '../../../src/core/risk/complete-returns.ts'
import { estimateCovariance } from '../../../src/core/risk/estimators/estimate.ts'
import { fitGarch, meanVariance } from '../../../src/core/risk/estimators/garch.ts'
import { rangeVolatility } from '../../../src/core/risk/estimators/range-volatility.ts'
import { ewmaRisk } from '../../../src/core/risk/ewma.ts'
import { forecastRisk, type RiskEstimator } from '../../../src/core/risk/forecast.ts'
import { alignHistories, type PriceHistory } from '../../../src/core/risk/price-history.ts'
import { standardEstimators } from '../../../src/core/risk/standard-estimators.ts'
import type { VolEstimator } from '../../../src/core/risk/vol-estimate.ts'
import { codesOf, messageOf, unwrap } from './estimators/returns-data.ts'
import { range, START, walk } from './histories.ts'

const DAYS = 200
const WINDOW = { asOf: START + DAYS * DAY_MS, from: START, intervalMs: DAY_MS }
const HISTORIES = ['AAA', 'BBB', 'CCC'].map((name, k) => walk(name, range(0, DAYS), k + 1))
const HOLED = [HISTORIES[0]!, walk('BBB', [...range(20, 90), ...range(93, DAYS)], 2), HISTORIES[2]!]

const PAIRWISE = { kind: 'pairwise', halflifeMs: 30 * DAY_MS } as const
const SHRUNK = { kind: 'ledoitWolf', target: 'constantCorrelation' } as const
const joint = (missing: MissingCloses) => ({ kind: 'joint', covariance: SHRUNK, missing }) as const
const forecast = (histories: readonly PriceHistory[], estimator: RiskEstimator): RiskModel =>
  unwrap(forecastRisk(histories, WINDOW, estimator))
const correlationOf = ({ covariance, vol }: RiskModel, i: number, j: number): number =>
  covariance[i * vol.length + j]! / (vol[i]! * vol[j]!)

describe('where volatilities and correlations come from', () => {
  test('[RISK-15] EWMA for both, pair by pair, is the forecast of ewma.ts', () => {
    const both = forecast(HOLED, { vol: { kind: 'ewma', halflifeMs: 10 * DAY_MS }, correlation: PAIRWISE })
    const options = { ...WINDOW, volHalflifeMs: 10 * DAY_MS, correlationHalflifeMs: 30 * DAY_MS }
    expect(both).toEqual(unwrap(ewmaRisk(HOLED, options)))
  })

  test('[RISK-15] a covariance gives its own volatilities: that of the library, a year of it', () => {
    const model = forecast(HISTORIES, { vol: null, correlation: joint('refuse') })
    const values = Float64Array.from(
      range(1, DAYS).flatMap((day) => HISTORIES.map(({ close }) => close[day]! / close[day - 1]! - 1)),
    )
    const { covariance } = unwrap(estimateCovariance({ names: ['AAA', 'BBB', 'CCC'], values }, SHRUNK))
    model.covariance.forEach((value, k) => {
      expect(value).toBeCloseTo(365 * covariance[k]!, 12)
    })
    expect(model.vol[1]! ** 2).toBeCloseTo(model.covariance[4]!, 12)
  })

  test('[RISK-15] volatilities of one and correlations of another', () => {
    const own = forecast(HISTORIES, { vol: null, correlation: joint('refuse') })
    const fast = forecast(HISTORIES, { vol: { kind: 'ewma', halflifeMs: 5 * DAY_MS }, correlation: PAIRWISE })
    const mixed = forecast(HISTORIES, { vol: { kind: 'ewma', halflifeMs: 5 * DAY_MS }, correlation: joint('refuse') })
    expect([...mixed.vol]).toEqual([...fast.vol])
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(correlationOf(mixed, i, j)).toBeCloseTo(correlationOf(own, i, j), 12)
  })

  test('[RISK-15] every usual estimator gives positive variances, and permuting the assets permutes them', () => {
    for (const estimator of standardEstimators(DAY_MS)) {
      const model = forecast(HISTORIES, estimator)
      const turned = forecast([HISTORIES[2]!, HISTORIES[0]!, HISTORIES[1]!], estimator)
      expect(Math.min(...model.vol)).toBeGreaterThan(0.3)
      expect(Math.max(...model.vol)).toBeLessThan(0.9)
      // The mix of precision factors depends on the order of the assets, as its module says.
      const mixed =
        estimator.correlation.kind === 'joint' && estimator.correlation.covariance.kind === 'mixedIteratedEwma'
      if (!mixed) expect(correlationOf(turned, 0, 1)).toBeCloseTo(correlationOf(model, 2, 0), 12)
    }
  })

  test('[RISK-8] bars that have not closed by asOf change no estimate', () => {
    const later = HISTORIES.map((each) => walk(each.name, range(0, DAYS + 30), HISTORIES.indexOf(each) + 1))
    for (const estimator of standardEstimators(DAY_MS))
      expect(forecast(later, estimator)).toEqual(forecast(HISTORIES, estimator))
  })
})

describe('missing closes', () => {
  const series = unwrap(alignHistories(HOLED, WINDOW))
  const complete = (missing: MissingCloses) => completeReturns(series, { missing, intervalMs: DAY_MS })
  const start = 'The covariance uses the 179d since BBB has a history.'

  test('[RISK-16] refused by name', () => {
    expect(codesOf(complete('refuse'))).toEqual(['risk.return-missing'])
    expect(messageOf(complete('refuse'))).toContain('BBB must have a close at every bar since the last history starts')
  })

  test('[RISK-16] held: no move while it is missing, all of it after; the other assets keep their returns', () => {
    const { returns, notes } = unwrap(complete('hold'))
    expect(returns.values).toHaveLength(3 * 179)
    const ofDay = (day: number): number[] => [...returns.values.subarray(3 * (day - 21), 3 * (day - 20))]
    expect([ofDay(90)[1], ofDay(91)[1], ofDay(92)[1]]).toEqual([0, 0, 0])
    const { close } = HOLED[1]!
    expect(ofDay(93)[1]).toBe(close[70]! / close[69]! - 1)
    expect(ofDay(91)[0]).toBe(HISTORIES[0]!.close[91]! / HISTORIES[0]!.close[90]! - 1)
    expect(notes).toEqual([start, '3 missing closes of BBB held at the last one.'])
  })

  test('[RISK-16] left out: every row that lacks a close at either end', () => {
    const { returns, notes } = unwrap(complete('leaveOut'))
    expect(returns.values).toHaveLength(3 * 175)
    expect(notes).toEqual([start, '4 rows of returns left out because closes are missing (BBB).'])
  })

  test('[RISK-16] a close is held for at most seven days, and a history that ends early is missing from there', () => {
    const ended = unwrap(alignHistories([HISTORIES[0]!, walk('BBB', [...range(0, 50), ...range(60, 195)], 2)], WINDOW))
    const { returns, notes } = unwrap(completeReturns(ended, { missing: 'hold', intervalMs: DAY_MS }))
    expect(returns.values).toHaveLength(2 * (199 - 11))
    expect(notes).toEqual([
      '5 missing closes of BBB held at the last one.',
      '11 rows of returns left out because closes are missing (BBB).',
    ])
  })

  test('[RISK-16] histories with fewer than 20 returns in common are refused by name', () => {
    const late = unwrap(alignHistories([HISTORIES[0]!, walk('BBB', range(185, DAYS), 2)], WINDOW))
    const refused = completeReturns(late, { missing: 'leaveOut', intervalMs: DAY_MS })
    expect(codesOf(refused)).toEqual(['risk.too-short'])
    expect(messageOf(refused)).toContain('BBB must have at least 20 returns in common with all others, was 14')
  })
})

describe('volatilities of one asset', () => {
  const vols = (histories: readonly PriceHistory[], vol: VolEstimator) =>
    forecastRisk(histories, WINDOW, { vol, correlation: PAIRWISE })
  const [first] = HISTORIES as [PriceHistory]
  const changes = Float64Array.from(range(1, DAYS), (day) => first.close[day]! / first.close[day - 1]! - 1)

  test('[RISK-17] GARCH: the mean variance of the horizon, by stepping the recursion', () => {
    for (const asymmetric of [false, true]) {
      const fit = unwrap(fitGarch({ name: 'AAA', returns: changes }, { asymmetric }))
      let [h, total] = [fit.forecast, 0]
      for (let k = 0; k < 7; k++) {
        total += h / 7
        h = fit.omega + (fit.alpha + fit.gamma / 2 + fit.beta) * h
      }
      expect(meanVariance(fit, 7)).toBeCloseTo(total, 12)
      expect(meanVariance(fit, 1)).toBeCloseTo(fit.forecast, 15)
      const model = unwrap(vols(HISTORIES, { kind: 'garch', asymmetric, horizonMs: 7 * DAY_MS }))
      expect(model.vol[0]).toBeCloseTo(Math.sqrt(365 * total), 10)
    }
  })

  test('[RISK-17] HAR: the variance of the next day, of days that end with the last bar', () => {
    const model = unwrap(vols(HISTORIES, { kind: 'har' }))
    expect(model.vol[0]).toBeGreaterThan(0.2)
    expect(model.vol[0]).toBeLessThan(1.2)
    const odd = { ...WINDOW, intervalMs: 7 * 3_600_000, asOf: START + DAYS * 7 * 3_600_000 }
    const histories = HISTORIES.map((each) => ({ ...each, time: each.time.map((_, k) => START + k * odd.intervalMs) }))
    expect(codesOf(forecastRisk(histories, odd, { vol: { kind: 'har' }, correlation: PAIRWISE }))).toContain(
      'risk.option',
    )
  })

  const ranged = HISTORIES.map((each): PriceHistory => {
    const open = each.close.map((price, k) => (k === 0 ? price : each.close[k - 1]!))
    return {
      ...each,
      range: {
        open,
        high: open.map((price, k) => 1.01 * Math.max(price, each.close[k]!)),
        low: open.map((price, k) => 0.99 * Math.min(price, each.close[k]!)),
      },
    }
  })

  test('[RISK-17] a range estimator reads the bars of the time stated, and needs all four prices', () => {
    for (const formula of ['parkinson', 'garmanKlass', 'rogersSatchell', 'yangZhang'] as const) {
      const model = unwrap(vols(ranged, { kind: 'range', formula, overMs: 50 * DAY_MS }))
      const last = (column: Float64Array): Float64Array => column.subarray(DAYS - 50)
      const { close, range: bars } = ranged[0]!
      const direct = rangeVolatility(
        { name: 'AAA', open: last(bars!.open), high: last(bars!.high), low: last(bars!.low), close: last(close) },
        formula,
      )
      expect(model.vol[0]).toBeCloseTo(Math.sqrt(365) * unwrap(direct), 12)
    }
    const spans = (overMs: number) => codesOf(vols(ranged, { kind: 'range', formula: 'parkinson', overMs }))
    expect(spans(19 * DAY_MS)).toEqual(['risk.too-short', 'risk.too-short', 'risk.too-short'])
    expect(codesOf(vols(HISTORIES, { kind: 'range', formula: 'parkinson', overMs: 50 * DAY_MS }))).toContain(
      'risk.no-range',
    )
  })

  test('[RISK-17] a gap is one return of its whole length, and every refusal is at the history', () => {
    const short = HISTORIES.map((each) => walk(each.name, range(0, 60), 1))
    const refused = vols(short, { kind: 'garch', asymmetric: false, horizonMs: DAY_MS })
    expect(refused.ok ? [] : refused.error.map(({ code, path }) => `${code} ${path}`)).toEqual(
      ['AAA', 'BBB', 'CCC'].map((name) => `risk.too-short market.candles.${name}`),
    )
    const { notes } = unwrap(vols(HOLED, { kind: 'garch', asymmetric: false, horizonMs: DAY_MS }))
    expect(notes).toContain('1 gap in BBB bridged, the longest 3d.')
  })
})
