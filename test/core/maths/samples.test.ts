import { describe, expect, it } from 'vitest'
import { combinations, countCombinations } from '../../../src/core/maths/combinations.ts'
import { momentsOf } from '../../../src/core/maths/moments.ts'
import { quantileOfSorted } from '../../../src/core/maths/quantile.ts'

describe('samples and subsets', () => {
  it('[EVID-9] quantiles lie between order statistics, linear in between', () => {
    const sorted = [1, 2, 4, 8]
    const at = [0, 1 / 6, 1 / 3, 0.5, 0.75, 1].map((p) => quantileOfSorted(sorted, p))
    for (const [k, expected] of [1, 1.5, 2, 3, 5, 8].entries()) expect(at[k]).toBeCloseTo(expected, 14)
    expect(quantileOfSorted([7], 0.3)).toBe(7)
    expect(() => quantileOfSorted(sorted, 1.01)).toThrow('from 0 to 1')
  })

  it('[EVID-9] moments are exact for two values, small or large, and equal numbers do not vary', () => {
    for (const scale of [1e-150, 1, 1e150]) {
      const { mean, variance, skewness, kurtosis } = momentsOf(Float64Array.of(scale, -scale, -scale, -scale))
      expect(mean / scale).toBe(-0.5)
      expect(variance / scale / scale).toBeCloseTo(0.75, 15)
      expect(skewness).toBeCloseTo(2 / Math.sqrt(3), 14)
      expect(kurtosis).toBeCloseTo(7 / 3, 14)
    }
    expect(momentsOf(new Float64Array(7).fill(0.1)).variance).toBe(0)
  })

  it('[EVID-9] subsets come in lexicographic order, as many as there are', () => {
    expect([...combinations(4, 2)].map((each) => each.join(''))).toEqual(['01', '02', '03', '12', '13', '23'])
    expect([...combinations(3, 0)]).toEqual([[]])
    expect([...combinations(3, 3)]).toEqual([[0, 1, 2]])
    expect([...combinations(10, 4)]).toHaveLength(countCombinations(10, 4))
    expect([countCombinations(16, 8), countCombinations(50, 25)]).toEqual([12870, 126410606437752])
  })
})
