import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { measureDrawdown } from '../../../src/core/evidence/drawdown.ts'
import { makePaths, measurePathRisk, type PathRiskTerms } from '../../../src/core/evidence/paths.ts'
import { distributionOfBinomial } from '../../../src/core/maths/binomial.ts'
import { answered, autoregressive, codesOf, lehmer } from './series.ts'

describe('drawdown', () => {
  it.each([
    // equity, depth, peak, trough, recovery, longest, under water
    ['100 110 99 104 110 121', 0.1, 1, 2, 4, 3, 2 / 5],
    ['100 90 100 95 80 85', 0.2, 2, 4, null, 3, 4 / 5],
    ['100 101 102', 0, 0, 0, 0, 0, 0],
    ['100 50 -20 10', 1.2, 0, 2, null, 3, 1],
    ['100 99 98 97 100 60 100', 0.4, 4, 5, 6, 4, 4 / 6],
    ['100 100 100', 0, 0, 0, 0, 0, 0],
  ] as const)('[EVID-20] %s: depth %f', (text, depth, peak, trough, recovery, longest, underWater) => {
    const found = answered(measureDrawdown(Float64Array.from(text.split(' '), Number)))
    expect(found.depth).toBeCloseTo(depth, 15)
    expect(found).toMatchObject({ peak, trough, recovery, longest, underWater })
  })

  it('[EVID-20] it is the largest loss between any two times, and scale does not matter', () => {
    for (let seed = 1; seed < 20; seed++) {
      let level = 1
      const equity = lehmer(60, seed).map((u) => {
        level *= 1 + 0.1 * (u - 0.5)
        return level
      })
      let worst = 0
      for (let i = 0; i < 60; i++) for (let j = i; j < 60; j++) worst = Math.max(worst, 1 - equity[j]! / equity[i]!)
      expect(answered(measureDrawdown(equity)).depth).toBeCloseTo(worst, 14)
      expect(answered(measureDrawdown(equity.map((each) => 4 * each)))).toEqual(answered(measureDrawdown(equity)))
    }
  })

  it('[EVID-10] equity that starts at nothing, or has a hole, is refused', () => {
    expect(codesOf(measureDrawdown(Float64Array.of(0, 1)))).toEqual(['evidence.equity equity.0'])
    expect(codesOf(measureDrawdown(Float64Array.of(1, Number.NaN, 1)))).toEqual(['evidence.number equity.1'])
    expect(codesOf(measureDrawdown(Float64Array.of(1)))).toEqual(['evidence.too-short equity'])
  })
})

describe('paths', () => {
  const terms = { scheme: { kind: 'stationary', length: 10 }, periods: 500, seed: 4 } as const
  const market = autoregressive(300, { seed: 3, phi: 0.5 })
  const assets = [market, market.map((each, t) => 0.7 * each + 0.1 * lehmer(300, 9)[t]!)]

  it('[EVID-21] all assets are drawn in the same periods, so that a path keeps how they move together', () => {
    const paths = answered(makePaths(assets, terms))
    const [rows, [first, second]] = [paths.rows(7), paths.returns(7) as [Float64Array, Float64Array]]
    expect(rows).toHaveLength(500)
    rows.forEach((row, t) => {
      expect(first[t]).toBe(assets[0]![row])
      expect(second[t]).toBe(assets[1]![row])
    })
  })

  it('[EVID-21] a path depends on seed and number alone, whatever was drawn before it', () => {
    const [one, other] = [answered(makePaths(assets, terms)), answered(makePaths(assets, terms))]
    for (let path = 0; path < 9; path++) one.rows(path)
    expect(one.rows(9)).toEqual(other.rows(9))
    expect(one.rows(9)).not.toEqual(other.rows(8))
    expect(answered(makePaths(assets, { ...terms, seed: '4' })).rows(9)).not.toEqual(other.rows(9))
  })

  it('[EVID-21] blocks keep most of what a period says about the next', () => {
    const rows = answered(makePaths(assets, { ...terms, periods: 20_000 })).rows(0)
    const mean = market.reduce((sum, each) => sum + each, 0) / 300
    let [square, next] = [0, 0]
    rows.forEach((row, t) => {
      square += (market[row]! - mean) ** 2
      if (t > 0) next += (market[row]! - mean) * (market[rows[t - 1]!]! - mean)
    })
    // One period in ten begins a block that does not follow from the last.
    expect(next / square).toBeGreaterThan(0.37)
    expect(next / square).toBeLessThan(0.55)
  })

  it('[EVID-10] paths of nothing, and blocks longer than the history allows, are refused', () => {
    expect(codesOf(makePaths([], terms))).toEqual(['evidence.shape returns'])
    expect(codesOf(makePaths(assets, { ...terms, periods: 0 }))).toEqual(['evidence.range paths'])
    expect(codesOf(makePaths(assets, { ...terms, scheme: { kind: 'circular', length: 200 } }))).toEqual([
      'evidence.too-short scheme',
    ])
  })
})

describe('risk of paths', () => {
  const terms: PathRiskTerms = { quantiles: [0.05, 0.5, 0.95], depths: [0.03, 0.05], ruin: 0.9, confidence: 0.9999 }
  /** Equity 1 plus a hundredth for each step up, less one for each step down. */
  const walks = (count: number, steps: number): Float64Array[] => {
    const random = makeRandom('walks')
    return Array.from({ length: count }, () => {
      let level = 100
      return Float64Array.from({ length: steps + 1 }, (_, t) => {
        if (t > 0) level += random.uniform() < 0.5 ? 1 : -1
        return level / 100
      })
    })
  }

  it('[EVID-21] ruin of a random walk is that of the reflection principle, period by period', () => {
    const found = answered(measurePathRisk(walks(20_000, 100), terms))
    // P(least ≤ −b within n) = P(S_n ≤ −b) + P(S_n < −b), b = 10 steps.
    const exact = (n: number): number => {
      const atMost = (level: number): number => distributionOfBinomial(Math.floor((n + level) / 2), { n, p: 0.5 })
      return atMost(-10) + atMost(-11)
    }
    expect(found.ruined.low).toBeLessThan(exact(100))
    expect(found.ruined.high).toBeGreaterThan(exact(100))
    for (const n of [20, 50, 80]) expect(Math.abs(found.ruinedBy[n]! - exact(n))).toBeLessThan(0.015)
    expect(found.ruinedBy[9]).toBe(0)
    expect(found.ruinedBy[100]).toBe(found.ruined.value)
  })

  it('[EVID-21] the distribution of drawdowns holds that of all 2¹² walks of twelve steps', () => {
    const every = Array.from({ length: 4096 }, (_, bits) => {
      let level = 100
      return Float64Array.from({ length: 13 }, (_, t) => {
        if (t > 0) level += ((bits >> (t - 1)) & 1) === 1 ? 1 : -1
        return level / 100
      })
    })
    const depths = every.map((path) => answered(measureDrawdown(path)).depth).sort((a, b) => a - b)
    const found = answered(measurePathRisk(walks(5000, 12), terms))
    terms.depths.forEach((level, k) => {
      const exact = depths.filter((depth) => depth >= level).length / 4096
      expect(found.deeper[k]!.low).toBeLessThanOrEqual(exact)
      expect(found.deeper[k]!.high).toBeGreaterThanOrEqual(exact)
      expect(found.deeper[k]!.high - found.deeper[k]!.low).toBeLessThan(0.06)
    })
    for (const { probability, low, high } of found.depth) {
      const exact = depths[Math.ceil(probability * 4096) - 1]!
      expect(low!).toBeLessThanOrEqual(exact)
      expect(high!).toBeGreaterThanOrEqual(exact)
    }
  })

  it('[EVID-21] few paths do not bound a far quantile, and say so', () => {
    const { depth, growth } = answered(measurePathRisk(walks(30, 12), { ...terms, confidence: 0.95 }))
    expect(depth.map(({ low, high }) => [low === null, high === null])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ])
    expect(growth[1]!.low).toBeLessThanOrEqual(growth[1]!.value)
    expect(growth[1]!.high).toBeGreaterThanOrEqual(growth[1]!.value)
  })

  it('[EVID-10] bad levels, and curves of different length, are refused', () => {
    const bad = { ...terms, quantiles: [0, 0.5], depths: [0], ruin: 1, confidence: 1 }
    expect(codesOf(measurePathRisk(walks(3, 5), bad))).toHaveLength(4)
    expect(codesOf(measurePathRisk([Float64Array.of(1, 2), Float64Array.of(1, 2, 3)], terms))).toEqual([
      'evidence.shape equity.1',
    ])
    expect(codesOf(measurePathRisk([Float64Array.of(-1, 2)], terms))).toEqual(['evidence.equity equity.0'])
  })
})
