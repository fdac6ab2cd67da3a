/** EWMA against published values and real prices, which lie beside the project and never in it. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { ewma, ewmaRisk } from '../../../src/core/risk/ewma.ts'
import { readCandles } from '../../../src/shell/files/candles.ts'

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const REFERENCE = `${SHARED}reference/sizing/cov_pred_finance/`
const PRICES = `${SHARED}data/candles_1h_spot/`
/** Without the folder these tests are skipped, but never where CI runs. */
const absent = !existsSync(SHARED) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${SHARED}`)

const ones = (count: number): number[] => new Array<number>(count).fill(1)
const readTable = (name: string): { header: string[]; rows: string[][] } => {
  const [header, ...rows] = readFileSync(REFERENCE + name, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return { header: header!, rows }
}

describe.skipIf(absent)('cov_pred_finance', () => {
  test('[RISK-5] the published running mean with a half-life of one observation', () => {
    const expected = JSON.parse(readFileSync(`${REFERENCE}expected.json`, 'utf8')).ewma_mean_halflife1
    for (const asset of ['a', 'b']) {
      const running = ewma({ values: expected[asset], elapsed: ones(3), halflife: 1 })
      running.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[`mean_${asset}`][k], 6)
      })
    }
  })

  test('[RISK-5] the published iterated EWMA (10, 21, clip 4.2) of GOOG, AAPL, FB from plain EWMA columns', () => {
    const { header, rows } = readTable('stock_prices.csv')
    const columns = ['GOOG', 'AAPL', 'FB'].map((name) => {
      const prices = rows.map((row) => Number(row[header.indexOf(name)]))
      return prices.slice(1).map((price, k) => price / prices[k]! - 1)
    })
    const clip = 4.2
    const variances = columns.map((column) => {
      const clipped: number[] = []
      const running: number[] = []
      column.forEach((y, k) => {
        clipped.push(k >= 21 ? Math.min(y * y, clip ** 2 * running[k - 1]!) : y * y)
        running.push(ewma({ values: clipped, elapsed: ones(k + 1), halflife: 10 }).at(-1)!)
      })
      return running
    })
    // The first 19 volatilities are not published by that estimator, so its correlations start at the 20th.
    const scaled = columns.map((column, i) =>
      column.map((y, k) => Math.max(-clip, Math.min(clip, y / Math.sqrt(variances[i]![k]!)))).slice(19),
    )
    const last = (i: number, j: number): number =>
      ewma({ values: scaled[i]!.map((y, k) => y * scaled[j]![k]!), elapsed: ones(scaled[i]!.length), halflife: 21 }).at(
        -1,
      )!
    const published = readTable('Sigma_iewma.csv').rows
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const rho = last(i, j) / Math.sqrt(last(i, i) * last(j, j))
        const value = rho * Math.sqrt(variances[i]!.at(-1)! * variances[j]!.at(-1)!)
        expect(value / Number(published[i]![j + 1])).toBeCloseTo(1, 12)
      }
    }
  })
})

describe.skipIf(absent)('ten real assets', () => {
  test('[RISK-14] hourly closes of the year before 2026-03-01 give the covariance of a plain loop, positive semidefinite', () => {
    const names = ['ADA', 'AVAX', 'BCH', 'BTC', 'DOGE', 'ETH', 'LINK', 'LTC', 'SOL', 'XRP']
    const asOf = Date.UTC(2026, 2, 1)
    const from = asOf - YEAR_MS
    const files = names.map((name) => {
      const file = readCandles(`${PRICES}${name}.csv.gz`, { asOf, from, to: asOf, intervalMs: HOUR_MS })
      if (!file.ok) throw new Error(JSON.stringify(file.error))
      return file.value
    })
    const histories = files.map((file, index) => ({
      name: names[index]!,
      time: file.columns.time,
      close: file.columns.close,
    }))
    const options = { asOf, from, intervalMs: HOUR_MS, volHalflifeMs: 30 * DAY_MS, correlationHalflifeMs: 90 * DAY_MS }
    const risk = ewmaRisk(histories, options)
    if (!risk.ok) throw new Error(JSON.stringify(risk.error))
    const { vol, covariance } = risk.value
    const returns = histories.map(({ close }) => Array.from(close.slice(1), (price, k) => price / close[k]! - 1))
    expect(returns.map((each) => each.length)).toEqual(new Array(10).fill(8759))
    const mean = (halflifeBars: number, i: number, j: number): number => {
      let [sum, weights] = [0, 0]
      for (let age = 0; age < 8759; age++) {
        const weight = 2 ** (-age / halflifeBars)
        sum += weight * returns[i]!.at(-1 - age)! * returns[j]!.at(-1 - age)!
        weights += weight
      }
      return sum / weights
    }
    for (let i = 0; i < 10; i++) {
      expect(vol[i]).toBeGreaterThan(0.3)
      expect(vol[i]).toBeLessThan(2)
      for (let j = 0; j < 10; j++) {
        const rho = mean(2160, i, j) / Math.sqrt(mean(2160, i, i) * mean(2160, j, j))
        const plain = 8760 * rho * Math.sqrt(mean(720, i, i) * mean(720, j, j))
        expect(Math.abs(covariance[10 * i + j]! - plain)).toBeLessThan(1e-10)
      }
    }
    const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(10, 10, [...covariance]), {
      assumeSymmetric: true,
    })
    expect(Math.min(...realEigenvalues)).toBeGreaterThan(0)
    expect(risk.value.notes).toEqual([])
  })
})
