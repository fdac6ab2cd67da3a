/** Refusals of risk estimates that no command can reach; each changes one thing of a sound history or matrix. */
import type { Issue } from '../../src/core/base/result.ts'
import type { Trend } from '../../src/core/domain/market.ts'
import { checkCorrelation } from '../../src/core/risk/covariance.ts'
import { principalCovariance, singleFactorCovariance } from '../../src/core/risk/estimators/factor.ts'
import { fitHar } from '../../src/core/risk/estimators/har.ts'
import { handleMissing, type Returns } from '../../src/core/risk/estimators/returns.ts'
import { qlike } from '../../src/core/risk/estimators/scores.ts'
import { ewmaRisk } from '../../src/core/risk/ewma.ts'
import { forecastRisk } from '../../src/core/risk/forecast.ts'
import { r } from '../core/sizing/book.ts'
import { issuesOf, type LibraryCase, planned, sound } from './library-case.ts'

const HOUR_MS = 3_600_000
/** The risk of two coins with closes at these hours. */
const estimated = (second: {
  readonly hours: readonly number[]
  readonly closes: readonly number[]
}): readonly Issue[] => {
  const history = (name: string, hours: readonly number[], closes: readonly number[]) => ({
    name,
    time: Float64Array.from(hours, (hour) => hour * HOUR_MS),
    close: Float64Array.from(closes),
  })
  return issuesOf(
    ewmaRisk([history('BTC', [0, 1, 2], [100, 101, 102]), history('ETH', second.hours, second.closes)], {
      asOf: 10 * HOUR_MS,
      from: 0,
      intervalMs: HOUR_MS,
      volHalflifeMs: 10 * HOUR_MS,
      correlationHalflifeMs: 10 * HOUR_MS,
    }),
  )
}

/** Two rows of two coins; the last return of ETH is given. */
const returns = (last: number): Returns => ({
  names: ['BTC', 'ETH'],
  values: Float64Array.of(0.01, 0.02, -0.01, last),
})

/** A volatility by range of 60 closes, one an hour, without open, high and low. */
const ranged = (): readonly Issue[] => {
  const time = Float64Array.from({ length: 60 }, (_, hour) => hour * HOUR_MS)
  const close = time.map((_, hour) => 100 + (hour % 7))
  const window = { asOf: 60 * HOUR_MS, from: 0, intervalMs: HOUR_MS }
  return issuesOf(
    forecastRisk([{ name: 'BTC', time, close }], window, {
      vol: { kind: 'range', formula: 'parkinson', overMs: 60 * HOUR_MS },
      correlation: { kind: 'pairwise', halflifeMs: 10 * HOUR_MS },
    }),
  )
}

/** A plan under a guard, with the trends of its forecast. */
const guarded = (trends: readonly Trend[]): readonly Issue[] => {
  const inputs = sound()
  const guard = { measure, confidence: r('0.9'), widen: r('0'), slow: r('0.5') }
  return planned({
    mandate: { ...inputs.mandate, policy: { kind: 'full', guard } },
    risk: { ...inputs.risk, trends },
  })
}
const measure = { kind: 'drift', windowMs: 720 * HOUR_MS } as const

export const RISK_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'guard.trend': {
    refused: () => guarded([]),
    reads:
      'policy.guard: the trends by drift over 30d must be part of the forecast, was without; measure them (measureTrend) and add them to the trends of the forecast; a book with candle files does so',
  },
  'risk.trend': {
    refused: () => guarded([{ measure, confidence: Float64Array.of(1.5, 0, 0), change: new Float64Array(3) }]),
    reads:
      'market: the trend of BTC by drift must have a confidence from 0 to 1 and a finite change, was 1.5 and 0; measure it again from closes that are positive numbers',
  },
  'risk.no-range': {
    refused: ranged,
    reads:
      'market.candles.BTC: BTC must have open, high and low beside its closes, was without; use candles with all four, or an estimator of closes',
  },
  'risk.correlation-asymmetric': {
    refused: () => checkCorrelation(Float64Array.of(1, 0.5, 0.4, 1), 2, ['BTC', 'ETH']),
    reads:
      'market.correlations.BTC/ETH: the correlation BTC/ETH must be the same in both directions, was 0.5 and 0.4; state it once',
  },
  'risk.correlation-diagonal': {
    refused: () => checkCorrelation(Float64Array.of(1, 0.5, 0.5, 0.9), 2, ['BTC', 'ETH']),
    reads:
      'market.correlations.ETH/ETH: the correlation of ETH with itself must be 1, was 0.9; leave it out: it is always 1',
  },
  'risk.forecast': {
    refused: () => issuesOf(qlike(Float64Array.of(0.01), Float64Array.of(0))),
    reads:
      'forecast: a forecast must be a variance above 0 beside a realised one, was 0 in row 1; use an estimator that gives every book some risk, such as a shrunk one',
  },
  'risk.from-future': {
    refused: () => planned({ risk: { ...sound().risk, asOf: sound().market.asOf + 1 } }),
    reads:
      'market: the risk forecast must not be later than asOf, was later; a forecast from the future would leak into the plan',
  },
  'risk.covariance': {
    refused: () => planned({ risk: { ...sound().risk, covariance: Float64Array.of(1, 2, 0, 2, 1, 0, 0, 0, 1) } }),
    reads:
      'market.correlations: the covariance must be positive semidefinite, was a smallest eigenvalue of -1.00 among its correlations; take all of it from one history, or repair it and say so',
  },
  'risk.history': {
    refused: () => estimated({ hours: [0, 1, 2], closes: [100, 0, 101] }),
    reads:
      'market.candles.ETH: the closes of ETH must be positive numbers, was 0 at bar 2; repair the history, or import it again from its source',
  },
  'risk.misaligned': {
    refused: () => estimated({ hours: [0, 1.5, 2.5], closes: [100, 101, 102] }),
    reads:
      'market.candles.ETH: the bars of ETH must open a whole number of 1h bars after the first bar of BTC (1970-01-01T00:00:00.000Z), was 1970-01-01T01:30:00.000Z; use histories of one interval that open at the same times, and state that interval',
  },
  'risk.no-factor': {
    refused: () => issuesOf(singleFactorCovariance(returns(0.03), { market: Float64Array.of(0, 0) })),
    reads:
      'market: the factor must move, was a book of variance 0; state a finite weight for each asset, such as its share of market value',
  },
  'risk.not-finite': {
    refused: () => planned({ risk: { ...sound().risk, vol: Float64Array.of(0.55, Number.NaN, 0.95) } }),
    reads:
      'market.vols.ETH: volatility and covariances must be finite and 0 or more, was NaN; give market.vols and market.correlations, or candles with enough history',
  },
  'risk.option': {
    refused: () => issuesOf(principalCovariance(returns(0.03), { factors: 3 })),
    reads: 'factors: factors must be from 1 to 2, was 3; one to three are usual',
  },
  'risk.return-missing': {
    refused: () => issuesOf(handleMissing(returns(Number.NaN), 'refuse')),
    reads:
      'returns.ETH: the returns of ETH must be complete, was 1 missing, the first in row 2; decide what a missing return means: no move, or a row to leave out',
  },
  'risk.return-range': {
    refused: () => issuesOf(handleMissing(returns(Number.POSITIVE_INFINITY), 'refuse')),
    reads: 'returns.ETH: the returns of ETH must be finite, was Infinity in row 2; check the prices: one of them is 0',
  },
  'risk.singular': {
    refused: () =>
      issuesOf(fitHar({ name: 'BTC', variance: new Float64Array(100).fill(0.001) }, { week: 7, month: 30 })),
    reads:
      'returns.BTC: the realised variances of BTC must vary by day, week and month, was a history in which they move as one; use a longer history',
  },
}
