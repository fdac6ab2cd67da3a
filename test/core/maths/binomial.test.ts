import { describe, expect, it } from 'vitest'
import { distributionOfBinomial, intervalOfShare, ranksOfQuantile } from '../../../src/core/maths/binomial.ts'
import { rankCorrelation, ranksOf } from '../../../src/core/maths/ranks.ts'
import { lehmer } from '../evidence/series.ts'

describe('counts and ranks', () => {
  it('[EVID-22] the binomial distribution adds up, in the middle and far out', () => {
    expect(distributionOfBinomial(2, { n: 4, p: 0.5 })).toBeCloseTo(11 / 16, 15)
    expect(distributionOfBinomial(0, { n: 1000, p: 0.01 }) / 0.99 ** 1000).toBeCloseTo(1, 12)
    expect(distributionOfBinomial(999_999, { n: 2_000_000, p: 0.5 })).toBeCloseTo(0.5, 3)
    expect([-1, 4, 9].map((k) => distributionOfBinomial(k, { n: 4, p: 0.3 }))).toEqual([0, 1, 1])
    expect([0, 1].map((p) => distributionOfBinomial(3, { n: 4, p }))).toEqual([1, 0])
  })

  // Beta quantiles of scipy.
  it.each([
    [0, 50, 0, 0.07112173646419764],
    [3, 50, 0.01254858783533406, 0.16548194660377288],
    [50, 50, 0.9288782635358024, 1],
    [120, 1000, 0.10050092374816784, 0.14176686379282544],
  ])('[EVID-22] %i of %i is a share from %f to %f at 95 %%', (count, n, low, high) => {
    const found = intervalOfShare(count, { n, confidence: 0.95 })
    expect(found.low).toBeCloseTo(low, 12)
    expect(found.high).toBeCloseTo(high, 12)
  })

  // The ranks for a median of 100 are those of every table; the others by scipy's binomial distribution.
  it.each([
    [100, 0.5, 40, 61],
    [100, 0.95, 90, 100],
    [1000, 0.95, 936, 964],
    [20, 0.05, null, 4],
    [20, 0.5, 6, 15],
    [20, 0.95, 17, null],
    [3, 0.5, null, null],
  ])(
    '[EVID-22] of %i draws the quantile %f lies between order statistics %s and %s at 95 %%',
    (n, probability, low, high) => {
      expect(ranksOfQuantile(n, { probability, confidence: 0.95 })).toEqual({ low, high })
    },
  )

  it('[EVID-22] ranks share the places of equals, and their correlation is that of scipy', () => {
    expect(Array.from(ranksOf(Float64Array.of(3, 1, 3, 2, 3)))).toEqual([4, 1, 4, 2, 4])
    const x = lehmer(30, 5).map((u) => Math.round(9 * u))
    const y = lehmer(30, 8).map((u, k) => u + 0.05 * x[k]!)
    expect(rankCorrelation(x, y)).toBeCloseTo(0.24495873963950873, 13)
    expect(
      rankCorrelation(
        x,
        x.map((each) => -Math.exp(each)),
      ),
    ).toBe(-1)
    expect(rankCorrelation(x, new Float64Array(30))).toBeNull()
  })
})
