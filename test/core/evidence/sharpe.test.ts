import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import {
  dependentErrorOfSharpe,
  leastTrackRecord,
  measureSharpe,
  probabilisticSharpe,
  type SharpeRatio,
  sharpeScale,
  standardErrorOfSharpe,
} from '../../../src/core/evidence/sharpe.ts'
import { deflatedSharpe, effectiveTrials, expectedLargestSharpe } from '../../../src/core/evidence/trials.ts'
import { answered, autoregressive, codesOf, columnsOfRows, lehmer } from './series.ts'

const normal = (ratio: number, count: number): SharpeRatio => ({ ratio, count, skewness: 0, kurtosis: 3 })
/** Two years of monthly returns of a hedge fund index (Bailey and López de Prado 2012, §6). */
const hedgeFund: SharpeRatio = { ratio: 0.458, count: 24, skewness: -2.448, kurtosis: 10.164 }

describe('one Sharpe ratio', () => {
  it('[EVID-3] ratio, skewness, kurtosis and standard error are those of numpy and scipy', () => {
    const sharpe = answered(measureSharpe(lehmer(240, 7).map((u) => u ** 3 - 0.22)))
    expect(sharpe.ratio).toBeCloseTo(0.1570555233183943, 13)
    expect(sharpe.skewness).toBeCloseTo(0.9295629256750526, 12)
    expect(sharpe.kurtosis).toBeCloseTo(2.5329045884742514, 12)
    expect(answered(standardErrorOfSharpe(sharpe))).toBeCloseTo(0.060106594017938685, 13)
  })

  it('[EVID-3] of normal returns the error is that of Lo, and draws of them scatter by it', () => {
    expect(answered(standardErrorOfSharpe(normal(0.5, 101)))).toBeCloseTo(Math.sqrt((1 + 0.5 * 0.25) / 100), 15)
    const random = makeRandom('sharpe')
    const ratios = Float64Array.from({ length: 4000 }, () => {
      const returns = Float64Array.from({ length: 100 }, () => 0.5 + random.normal())
      return answered(measureSharpe(returns)).ratio
    })
    const mean = ratios.reduce((total, each) => total + each, 0) / ratios.length
    const deviation = Math.sqrt(ratios.reduce((total, each) => total + (each - mean) ** 2, 0) / ratios.length)
    // 4,000 draws know a deviation to about 1.1 %.
    expect(deviation / Math.sqrt(1.125 / 99)).toBeGreaterThan(0.96)
    expect(deviation / Math.sqrt(1.125 / 99)).toBeLessThan(1.04)
  })

  it.each([
    [0, 0.06535389668598374],
    [4, 0.09023172989393886],
    [12, 0.09878218077712615],
  ])('[EVID-4] the error of dependent returns with %i lags is %f, as numpy has it', (lags, expected) => {
    expect(answered(dependentErrorOfSharpe(autoregressive(240, { seed: 11, phi: 0.5 }), lags))).toBeCloseTo(
      expected,
      12,
    )
  })

  it('[EVID-4] without lags it is the error of independent returns, but for n in the place of n − 1 in the ratio', () => {
    const returns = lehmer(5000, 3).map((u) => u - 0.45)
    const independent = answered(standardErrorOfSharpe(answered(measureSharpe(returns))))
    expect(answered(dependentErrorOfSharpe(returns, 0)) / independent).toBeCloseTo(1, 4)
  })

  it('[EVID-4] a ratio grows by sqrt(q) over q independent periods and by less where returns follow each other', () => {
    const returns = autoregressive(240, { seed: 11, phi: 0.5 })
    expect(answered(sharpeScale(returns, { periods: 12, lags: 0 }))).toBeCloseTo(Math.sqrt(12), 14)
    expect(answered(sharpeScale(returns, { periods: 12, lags: 5 }))).toBeCloseTo(2.254321680176196, 12)
    const flipping = Float64Array.from({ length: 40 }, (_, t) => (t % 2 === 0 ? 1 : -1))
    expect(codesOf(sharpeScale(flipping, { periods: 2, lags: 1 }))).toEqual([])
    expect(codesOf(sharpeScale(flipping, { periods: 5, lags: 1 }))).toEqual(['evidence.aggregate returns'])
  })

  it('[EVID-5] the probabilistic ratio of the published hedge fund: .982 as if normal, .913 as it is', () => {
    expect(answered(probabilisticSharpe({ ...hedgeFund, skewness: 0, kurtosis: 3 }, 0))).toBeCloseTo(0.982, 3)
    expect(answered(probabilisticSharpe(hedgeFund, 0))).toBeCloseTo(0.913, 3)
  })

  // Bailey and López de Prado (2012), §7: an annual ratio of 2 against 1 at 95 %.
  it.each([
    ['daily', 252, 0, 3, 2.73],
    ['weekly', 52, 0, 3, 2.83],
    ['monthly', 12, 0, 3, 3.24],
    ['monthly, like hedge funds', 12, -0.72, 5.78, 4.99],
  ])('[EVID-5] least track record, %s: published %s periods a year', (_, year, skewness, kurtosis, years) => {
    const ratio = 2 / Math.sqrt(year)
    const sharpe = { ratio, count: 1000, skewness, kurtosis }
    const periods = answered(leastTrackRecord(sharpe, { benchmark: 1 / Math.sqrt(year), confidence: 0.95 }))
    expect(periods! / year).toBeCloseTo(years, 2)
  })

  it('[EVID-5] after the least track record the probability is the confidence; below the benchmark none is enough', () => {
    const terms = { benchmark: 0.1, confidence: 0.9 }
    const periods = answered(leastTrackRecord(hedgeFund, terms))!
    const rounded = { ...hedgeFund, count: Math.round(periods) }
    expect(answered(probabilisticSharpe(rounded, 0.1))).toBeCloseTo(0.9, 2)
    expect(answered(leastTrackRecord({ ...hedgeFund, ratio: 0.1 }, terms))).toBeNull()
    expect(answered(probabilisticSharpe(hedgeFund, 0.458))).toBe(0.5)
  })

  it('[EVID-10] what has no ratio is refused by name', () => {
    expect(codesOf(measureSharpe(new Float64Array(20).fill(0.1)))).toEqual(['evidence.flat returns'])
    expect(codesOf(measureSharpe(Float64Array.of(1, 2)))).toEqual(['evidence.too-short returns'])
    expect(codesOf(measureSharpe(Float64Array.of(1, Number.NaN, 2, 3)))).toEqual(['evidence.number returns.1'])
    expect(codesOf(probabilisticSharpe({ ...hedgeFund, kurtosis: 7.164 - 3 }, 0))).toEqual(['evidence.range sharpe'])
    expect(codesOf(dependentErrorOfSharpe(Float64Array.of(1), 0.5))).toEqual([
      'evidence.too-short returns',
      'evidence.range lags',
    ])
  })
})

describe('the best of many', () => {
  /** Published example (Bailey and López de Prado 2014): five years of 250 days, annual ratio 2.5, variance of trials ½ a year. */
  const chosen: SharpeRatio = { ratio: 2.5 / Math.sqrt(250), count: 1250, skewness: -3, kurtosis: 10 }
  const trials = (count: number) => ({ count, variance: 0.5 / 250 })

  it('[EVID-6] the published deflated ratio: 100 trials .9004 above .1132 a day, 46 trials .9505, 88 if normal', () => {
    const found = answered(deflatedSharpe(chosen, trials(100)))
    expect(found.benchmark).toBeCloseTo(0.1132, 4)
    expect(found.probability).toBeCloseTo(0.9004, 4)
    expect(answered(deflatedSharpe(chosen, trials(46))).probability).toBeCloseTo(0.9505, 4)
    expect(answered(deflatedSharpe(normal(chosen.ratio, 1250), trials(88))).probability).toBeCloseTo(0.9505, 4)
  })

  // Expected largest of N standard normal draws by quadrature (Harter, Biometrika 48, 1961).
  it.each([
    [1, 0],
    [2, 0.56419],
    [3, 0.84628],
    [5, 1.16296],
    [10, 1.53875],
    [100, 2.50759],
  ])('[EVID-6] the expected largest of %i is within 3 % of its exact value %f, and not below it', (count, exact) => {
    const found = answered(expectedLargestSharpe({ count, variance: 1 }))
    expect(found).toBeGreaterThanOrEqual(exact - 1e-5)
    expect(found).toBeLessThanOrEqual(1.03 * exact)
  })

  it('[EVID-6] it grows with the number of trials, whole or not, and one trial is not deflated', () => {
    let last = -1
    for (let count = 1; count < 8; count += 0.125) {
      const found = answered(expectedLargestSharpe({ count, variance: 4 }))
      expect(found).toBeGreaterThan(last)
      last = found
    }
    expect(answered(deflatedSharpe(chosen, trials(1))).probability).toBe(answered(probabilisticSharpe(chosen, 0)))
    expect(codesOf(deflatedSharpe(chosen, { count: 0.5, variance: -1 }))).toHaveLength(2)
  })

  it('[EVID-7] copies of a trial count once, independent ones each, mirrored ones twice', () => {
    const [a, b] = [lehmer(400, 2), lehmer(400, 9)]
    const mirrored = a.map((each) => -each)
    expect(answered(effectiveTrials([a, a, a], 'eigenvalues'))).toBeCloseTo(1, 6)
    expect(answered(effectiveTrials([a, a, a], 'meanCorrelation'))).toBeCloseTo(1, 12)
    expect(answered(effectiveTrials([a, mirrored], 'eigenvalues'))).toBe(2)
    expect(answered(effectiveTrials([a, b], 'meanCorrelation'))).toBeGreaterThan(1.9)
    const orthogonal = [Float64Array.of(1, -1, 1, -1), Float64Array.of(1, 1, -1, -1)]
    const clusters = orthogonal.flatMap((each) => [each, each, each])
    expect(answered(effectiveTrials(clusters, 'eigenvalues'))).toBeCloseTo(2, 6)
  })

  it('[EVID-7] both counts are those of numpy', () => {
    const [a, b, c, d, e] = columnsOfRows(
      lehmer(300, 5).map((u) => u - 0.5),
      5,
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
    const near = b.map((each, t) => a[t]! + 0.3 * each)
    const against = c.map((each, t) => -a[t]! + 0.5 * each)
    expect(answered(effectiveTrials([a, near, against, d, e], 'eigenvalues'))).toBeCloseTo(4.164756107712476, 9)
    expect(answered(effectiveTrials([a, near, against, d, e], 'meanCorrelation'))).toBeCloseTo(4.316561805145838, 9)
  })
})
