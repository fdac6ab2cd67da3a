import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { backtestOverfitting } from '../../../src/core/evidence/overfitting.ts'
import { answered, codesOf, columnsOfRows, lehmer } from './series.ts'

const trials = columnsOfRows(
  lehmer(66 * 7, 3).map((u) => u - 0.49),
  7,
)
trials[4] = trials[4]!.map((each) => each + 0.03)

describe('probability of backtest overfitting', () => {
  // By an independent loop over the combinations in numpy, ranks by scipy.
  it.each([
    ['mean', 0.25, 0.2, -0.3812765011095527, 0.0453858690913321, 15.992949007868193, '44444464240444444262'],
    ['sharpe', 0.3, 0.25, -0.43607568476247477, 0.15589721199228962, 13.199740998425675, '44444464240444244262'],
  ] as const)(
    '[EVID-8] by %s: probability %f, loss %f',
    (measure, probability, loss, slope, intercept, logits, chosen) => {
      const found = answered(backtestOverfitting(trials, { blocks: 6, measure }))
      expect(found.probability).toBe(probability)
      expect(found.probabilityOfLoss).toBe(loss)
      expect(found.degradation!.slope).toBeCloseTo(slope, 11)
      expect(found.degradation!.intercept).toBeCloseTo(intercept, 11)
      expect(found.logits.reduce((total, each) => total + each, 0)).toBeCloseTo(logits, 10)
      expect(found.chosen.join('')).toBe(chosen)
    },
  )

  it('[EVID-8] one trial that is better everywhere is never overfitted; trials whose blocks take turns always are', () => {
    const better = [trials[0]!, trials[1]!, trials[2]!.map((each) => each + 5)]
    expect(answered(backtestOverfitting(better, { blocks: 8, measure: 'mean' })).probability).toBe(0)
    // Whoever gained in sample must lose out of sample: every trial has the same sum.
    const turns = [1, -1].map((sign) => Float64Array.from({ length: 40 }, (_, t) => (t < 20 ? sign : -sign)))
    const found = answered(backtestOverfitting(turns, { blocks: 2, measure: 'mean' }))
    expect(found.probability).toBe(1)
    expect(found.probabilityOfLoss).toBe(1)
    expect(found.degradation).toBeNull()
  })

  it('[EVID-8] of trials without merit about half is overfitted', () => {
    const random = makeRandom('merit')
    let total = 0
    for (let round = 0; round < 40; round++) {
      const noise = Array.from({ length: 15 }, () => Float64Array.from({ length: 80 }, random.normal))
      total += answered(backtestOverfitting(noise, { blocks: 8, measure: 'sharpe' })).probability
    }
    expect(total / 40).toBeGreaterThan(0.4)
    expect(total / 40).toBeLessThan(0.62)
  })

  it('[EVID-8] trials that are all alike say nothing: the middle rank, which counts as overfitted', () => {
    const found = answered(backtestOverfitting([trials[0]!, trials[0]!, trials[0]!], { blocks: 4, measure: 'sharpe' }))
    expect(new Set(found.logits)).toEqual(new Set([0]))
    expect(found.probability).toBe(1)
    expect(new Set(found.chosen)).toEqual(new Set([0]))
  })

  it('[EVID-10] a trial that never trades has a ratio of 0; one that gains the same every period has none', () => {
    const idle = new Float64Array(66)
    const steady = new Float64Array(66).fill(0.1)
    expect(answered(backtestOverfitting([trials[0]!, idle], { blocks: 4, measure: 'sharpe' })).logits).toHaveLength(6)
    expect(codesOf(backtestOverfitting([trials[0]!, steady], { blocks: 4, measure: 'sharpe' }))).toEqual([
      'evidence.flat trials.1',
    ])
    expect(codesOf(backtestOverfitting([trials[0]!, steady], { blocks: 4, measure: 'mean' }))).toEqual([])
    expect(codesOf(backtestOverfitting([trials[0]!], { blocks: 5, measure: 'mean' }))).toEqual([
      'evidence.range blocks',
      'evidence.shape trials',
    ])
    expect(codesOf(backtestOverfitting([trials[0]!, new Float64Array(65)], { blocks: 4, measure: 'mean' }))).toEqual([
      'evidence.shape trials.1',
    ])
  })
})
