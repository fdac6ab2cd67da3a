/** Estimators against published values, which lie beside the project and never in it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, YEAR_MS } from '../../../../src/core/base/instant.ts'
import type { Result } from '../../../../src/core/base/result.ts'
import { iteratedEwma } from '../../../../src/core/risk/estimators/iterated-ewma.ts'
import { mixedIteratedEwma } from '../../../../src/core/risk/estimators/precision-mix.ts'
import { handleMissing, type Returns } from '../../../../src/core/risk/estimators/returns.ts'
import {
  type ShrunkCovariance,
  shrinkToConstantCorrelation,
  shrinkToIdentity,
  shrinkToOracle,
} from '../../../../src/core/risk/estimators/shrinkage.ts'
import { readCandles } from '../../../../src/shell/files/candles.ts'
import { absent, mersenneTwister, REFERENCE, readRows, SHARED, stockReturns, unwrap } from './returns-data.ts'

const PAIRS = [
  { volHalflife: 10, correlationHalflife: 10 },
  { volHalflife: 21, correlationHalflife: 21 },
  { volHalflife: 21, correlationHalflife: 63 },
]

function expectRelative(found: Float64Array, path: string, relative: number): void {
  const { rows } = readRows(path)
  const published = rows.flatMap((row) => row.slice(1).map(Number))
  expect(published.length).toBe(found.length)
  published.forEach((value, k) => {
    expect(Math.abs(found[k]! / value - 1)).toBeLessThan(relative)
  })
}

describe.skipIf(absent)('published iterated EWMA', () => {
  test('[EST-4] of three stocks with half-lives 10 and 21, clipped at 4.2', () => {
    const options = { volHalflife: 10, correlationHalflife: 21, clip: 4.2, warmUp: 20 }
    const { covariance } = unwrap(iteratedEwma(stockReturns(['GOOG', 'AAPL', 'FB']), options))
    expectRelative(covariance, 'cov_pred_finance/Sigma_iewma.csv', 1e-12)
  })

  test('[EST-4] of twenty stocks with a tenth of the returns missing and taken as 0', () => {
    const returns = stockReturns(null)
    const draw = mersenneTwister(0)
    const values = returns.values.map((y) => (draw() >= 0.9 ? Number.NaN : y))
    const options = { volHalflife: 63, correlationHalflife: 125, clip: null, warmUp: 0 }
    const masked = { names: returns.names, values }
    expect(iteratedEwma(masked, options).ok).toBe(false)
    const { covariance } = unwrap(iteratedEwma(unwrap(handleMissing(masked, 'zero')), options))
    expectRelative(covariance, 'cov_pred_finance/cov_iewma_nan.csv', 1e-12)
  })

  test('[EST-5] the mix of three pairs judged by the whole history', () => {
    const mix = unwrap(
      mixedIteratedEwma(stockReturns(['GOOG', 'AAPL', 'FB']), { pairs: PAIRS, clip: 4.2, warmUp: 20, window: null }),
    )
    expectRelative(mix.covariance, 'cov_pred_finance/Sigma_combinator.csv', 2e-8)
    const { header, rows } = readRows('cov_pred_finance/weights_combinator.csv')
    const published = [header, ...rows].map((row) => Number(row[1]))
    published.forEach((weight, k) => {
      expect(Math.abs(mix.weights[k]! - weight)).toBeLessThan(2e-8)
    })
  })

  test.each([
    ['clip_4.2', 4.2],
    ['no_clip', null],
  ])('[EST-5] the weights of twenty stocks judged by ten days: %s', (row, clip) => {
    const expected = JSON.parse(readFileSync(`${REFERENCE}cov_pred_finance/expected.json`, 'utf8'))
    const published: number[] = expected['combination_weights_20_assets_window10_2018-04-11'][row]
    const mix = unwrap(mixedIteratedEwma(stockReturns(null), { pairs: PAIRS, clip, warmUp: 20, window: 10 }))
    published.forEach((weight, k) => {
      expect(Math.abs(mix.weights[k]! - weight)).toBeLessThan(1e-5)
    })
  })
})

describe.skipIf(absent)('published mix with means removed', () => {
  test('[EST-17] its weights of twenty stocks judged by ten days', () => {
    const expected = JSON.parse(readFileSync(`${REFERENCE}cov_pred_finance/expected.json`, 'utf8'))
    const published: number[] =
      expected['combination_weights_20_assets_window10_2018-04-11']['clip_4.2_mean_minperiodscov21']
    const options = { pairs: PAIRS, clip: 4.2, warmUp: 20, window: 10, removesMean: true }
    const mix = unwrap(mixedIteratedEwma(stockReturns(null), options))
    published.forEach((weight, k) => {
      expect(Math.abs(mix.weights[k]! - weight)).toBeLessThan(1e-5)
    })
  })
})

interface Row {
  readonly target: string
  readonly X: readonly (readonly number[])[]
  readonly expected: readonly (readonly number[])[]
}

describe.skipIf(absent)('published shrinkage', () => {
  test('[EST-6] Ledoit-Wolf values verified with the authors’ own scripts', () => {
    const { verified_against_matlab: cases } = JSON.parse(
      readFileSync(`${REFERENCE}portfolio_allocation_js/ledoit_wolf.json`, 'utf8'),
    ) as { verified_against_matlab: Row[] }
    expect(cases).toHaveLength(3)
    for (const { target, X, expected } of cases) {
      const names = X.map((_, i) => `A${i}`)
      const values = Float64Array.from(X[0]!.flatMap((_, t) => X.map((row) => row[t]!)))
      const shrink: (returns: Returns) => Result<ShrunkCovariance> = target.startsWith('constant-correlation')
        ? shrinkToConstantCorrelation
        : shrinkToIdentity
      const { covariance } = unwrap(shrink({ names, values }))
      expected.flat().forEach((value, k) => {
        expect(Math.abs(covariance[k]! - value)).toBeLessThan(1e-14 * Math.max(1, Math.abs(value)))
      })
    }
  })

  test('[EST-7] hourly crypto keeps its correlations under every shrinkage', () => {
    const names = ['ADA', 'BTC', 'DOGE', 'ETH', 'SOL']
    const asOf = Date.UTC(2026, 2, 1)
    const columns = names.map((name) => {
      const window = { asOf, from: asOf - YEAR_MS, to: asOf, intervalMs: HOUR_MS }
      const { close } = unwrap(readCandles(`${SHARED}data/candles_1h_spot/${name}.csv.gz`, window)).columns
      return close.slice(1).map((price, k) => price / close[k]! - 1)
    })
    const rows = columns[0]!.length
    const returns = {
      names,
      values: Float64Array.from({ length: rows * 5 }, (_, k) => columns[k % 5]![Math.floor(k / 5)]!),
    }
    for (const shrink of [shrinkToIdentity, shrinkToConstantCorrelation, shrinkToOracle]) {
      const { covariance, shrinkage, notes } = unwrap(shrink(returns))
      expect(shrinkage).toBeLessThan(0.1)
      expect(notes).toEqual([])
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < i; j++) {
          const rho = covariance[5 * i + j]! / Math.sqrt(covariance[6 * i]! * covariance[6 * j]!)
          expect(rho).toBeGreaterThan(0.4)
          expect(rho).toBeLessThan(0.99)
        }
      }
    }
  })
})
