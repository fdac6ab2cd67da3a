import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { judgeBestOfTrials } from '../../../src/core/evidence/best-of-trials.ts'
import { backtestOverfitting } from '../../../src/core/evidence/overfitting.ts'
import { measureSharpe } from '../../../src/core/evidence/sharpe.ts'
import { deflatedSharpe, effectiveTrials } from '../../../src/core/evidence/trials.ts'
import { answered, codesOf } from './series.ts'

const terms = { blocks: 8, measure: 'sharpe', independence: 'eigenvalues' } as const
const noise = (trials: number, periods: number, seed: string): Float64Array[] => {
  const random = makeRandom(seed)
  return Array.from({ length: trials }, () => Float64Array.from({ length: periods }, random.normal))
}

describe('the best of the trials of a study', () => {
  it('[EVID-26] its numbers are those of the single functions on the same trials', () => {
    const trials = noise(12, 240, 'parts')
    const found = answered(judgeBestOfTrials(trials, terms))
    const ratios = trials.map((each) => answered(measureSharpe(each)).ratio)
    expect(ratios[found.best]).toBe(Math.max(...ratios))
    const mean = ratios.reduce((total, each) => total + each, 0) / 12
    const variance = ratios.reduce((total, each) => total + (each - mean) ** 2, 0) / 11
    expect(found.trials.variance).toBeCloseTo(variance, 15)
    expect(found.trials.count).toBe(answered(effectiveTrials(trials, 'eigenvalues')))
    expect(found.deflated).toEqual(answered(deflatedSharpe(found.sharpe, found.trials)))
    expect(found.overfitting).toEqual(answered(backtestOverfitting(trials, { blocks: 8, measure: 'sharpe' })))
  })

  it('[EVID-26] the best of noise looks good alone and is worth nothing; a real one among noise is', () => {
    let [fooled, found] = [0, 0]
    for (let round = 0; round < 60; round++) {
      const trials = noise(40, 250, `study ${round}`)
      if (answered(judgeBestOfTrials(trials, terms)).deflated.probability > 0.95) fooled++
      trials[17] = trials[17]!.map((each) => each + 0.4)
      const real = answered(judgeBestOfTrials(trials, terms))
      if (real.best === 17 && real.deflated.probability > 0.95 && real.overfitting.probability < 0.05) found++
    }
    // The best of 40 ratios without merit is above zero by 2.2 deviations on average: alone it would pass nearly always.
    expect(fooled).toBeLessThanOrEqual(5)
    // .4 a period is about 3.2 errors above what luck is expected to reach: 94 % of 60 are 56, give or take 1.8.
    expect(found).toBeGreaterThanOrEqual(51)
  })

  it('[EVID-10] a study of one trial, or with a trial that never trades, is refused', () => {
    const [one] = noise(1, 100, 'one') as [Float64Array]
    expect(codesOf(judgeBestOfTrials([one], terms))).toEqual(['evidence.shape trials'])
    expect(codesOf(judgeBestOfTrials([one, new Float64Array(100)], terms))).toEqual(['evidence.flat trials.1'])
  })
})
