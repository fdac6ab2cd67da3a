import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { drawRows } from '../../../src/core/evidence/bootstrap.ts'
import { checkReality, stationaryVariance } from '../../../src/core/evidence/reality-check.ts'
import { momentsOf } from '../../../src/core/maths/moments.ts'
import { answered, autoregressive, codesOf } from './series.ts'

const terms = { blockLength: 4, draws: 500, seed: 'check' }
const noise = (rules: number, count: number, seed: string): Float64Array[] => {
  const random = makeRandom(seed)
  return Array.from({ length: rules }, () => Float64Array.from({ length: count }, random.normal))
}

describe('reality check', () => {
  it('[EVID-14] the variance is that of the stationary bootstrap: by formula in numpy, and by drawing', () => {
    const series = autoregressive(60, { seed: 17, phi: 0.4 }).map((each) => each - 0.1)
    const { mean } = momentsOf(series)
    expect(stationaryVariance(series, { mean, blockLength: 4 })).toBeCloseTo(0.2393592862713737, 13)
    expect(stationaryVariance(series, { mean, blockLength: 1 })).toBeCloseTo(0.11032790089250931, 13)
    const random = makeRandom(2)
    const rows = new Uint32Array(60)
    let squares = 0
    for (let draw = 0; draw < 40_000; draw++) {
      drawRows(rows, { count: 60, scheme: { kind: 'stationary', length: 4 }, random })
      const drawn = rows.reduce((total, row) => total + series[row]!, 0) / 60
      squares += (60 * (drawn - mean) ** 2) / 40_000
    }
    expect(squares / 0.2393592862713737).toBeCloseTo(1, 1)
  })

  it('[EVID-14] one rule that is better by three deviations is found, one that is not is not', () => {
    const [good, other] = noise(2, 300, 'rules') as [Float64Array, Float64Array]
    const better = good.map((each) => each + 3 / Math.sqrt(300))
    const found = answered(checkReality([other, better], terms))
    expect(found.best).toBe(1)
    expect(found.superiority.consistent).toBeLessThan(0.05)
    expect(found.realityCheck).toBeLessThan(0.05)
    const worse = answered(checkReality([good.map((each) => each - 0.1)], terms))
    expect(worse.superiority.consistent).toBeGreaterThan(0.3)
  })

  it('[EVID-14] plainly bad and noisy rules hide a good one from the reality check, not from the consistent test', () => {
    const [good, ...others] = noise(40, 300, 'hidden') as [Float64Array, ...Float64Array[]]
    const rules = [good.map((each) => each + 0.2), ...others.map((each) => each.map((value) => 3 * (value - 1)))]
    const { realityCheck, superiority } = answered(checkReality(rules, terms))
    expect(superiority.consistent).toBeLessThan(0.02)
    expect(superiority.upper).toBeGreaterThan(superiority.consistent)
    expect(realityCheck).toBeGreaterThan(0.1)
    expect(superiority.lower).toBeLessThanOrEqual(superiority.consistent)
  })

  it('[EVID-14] of rules without merit one study in ten falls below a p-value of .1', () => {
    let below = 0
    for (let round = 0; round < 200; round++) {
      const { superiority } = answered(
        checkReality(noise(8, 80, `null ${round}`), { ...terms, draws: 199, blockLength: 1 }),
      )
      if (superiority.consistent <= 0.1) below++
    }
    // 20 are expected of 200, give or take 4.2.
    expect(below).toBeGreaterThan(8)
    expect(below).toBeLessThan(36)
  })

  it('[EVID-10] a rule that is the benchmark, and series that do not fit, are refused', () => {
    const [rule] = noise(1, 50, 'one') as [Float64Array]
    expect(codesOf(checkReality([rule, new Float64Array(50)], terms))).toEqual(['evidence.flat better.1'])
    expect(codesOf(checkReality([rule, new Float64Array(49)], terms))).toEqual(['evidence.shape better.1'])
    expect(codesOf(checkReality([], { ...terms, draws: 0 }))).toEqual([
      'evidence.shape better',
      'evidence.range bootstrap',
    ])
    expect(codesOf(checkReality([rule], { ...terms, blockLength: 30 }))).toEqual(['evidence.too-short scheme'])
  })
})
