import { describe, expect, it } from 'vitest'
import { latinHypercube, makeGrid } from '../../../src/core/evidence/search/designs.ts'
import { type Space, unitOf } from '../../../src/core/evidence/search/space.ts'
import { assessSensitivity } from '../../../src/core/evidence/sensitivity.ts'
import { varianceDesign, varianceShares } from '../../../src/core/evidence/variance-shares.ts'
import { answered, codesOf } from './series.ts'

const space: Space = [
  { kind: 'linear', name: 'width', from: 0, to: 10 },
  { kind: 'integer', name: 'days', from: 0, to: 4 },
]
const grid = answered(makeGrid(space, { width: 11, days: 5 }))
const cells = Array.from({ length: grid.count }, (_, index) => grid.at(index) as { width: number; days: number })
const points = cells.map((cell) => unitOf(space, cell).unit)
const terms = { reach: { width: 0.1, days: 0.2 }, caution: 1, parts: 20 }
const assess = (score: (cell: { width: number; days: number }) => number) =>
  assessSensitivity(space, { points, scores: Float64Array.from(cells, score) }, terms)

describe('plateau or peak', () => {
  /** A hill of height 1 around (7, 2), and a needle of height 3 at (2, 1). */
  const hillAndNeedle = ({ width, days }: { width: number; days: number }): number =>
    width === 2 && days === 1 ? 3 : Math.max(0, 1 - 0.1 * (Math.abs(width - 7) + Math.abs(days - 2)))

  it('[EVID-23] the peak is the needle, the robust choice the top of the hill, and the needle keeps little', () => {
    const found = answered(assess(hillAndNeedle))
    expect(cells[found.peak]).toEqual({ width: 2, days: 1 })
    expect(cells[found.robust]).toEqual({ width: 7, days: 2 })
    expect(found.kept!).toBeLessThan(0.25)
    expect(found.neighbourhoods[found.robust]!.count).toBe(9)
    expect(found.neighbourhoods[0]!.count).toBe(4)
    // Without the needle the top is the peak, and its neighbours are nearly as good.
    const hill = answered(assess((cell) => Math.min(1, hillAndNeedle(cell))))
    const smooth = answered(assess((cell) => -((cell.width - 7) ** 2) - (cell.days - 2) ** 2))
    expect(cells[hill.robust]).toEqual({ width: 7, days: 2 })
    expect(smooth.peak).toBe(smooth.robust)
    expect(smooth.kept!).toBeGreaterThan(0.8)
  })

  it('[EVID-23] mean, deviation and count of a neighbourhood are those of the cells beside it', () => {
    const found = answered(assess(({ width, days }) => width ** 2 + days))
    const corner = [0, 1, 1, 2]
    const { mean, deviation, count } = found.neighbourhoods[0]!
    expect(count).toBe(4)
    expect(mean).toBe(corner.reduce((sum, each) => sum + each, 0) / 4)
    expect(deviation).toBeCloseTo(Math.sqrt(2 / 3), 15)
  })

  it('[EVID-24] the response along a parameter, its rank correlation and its share of the variance', () => {
    const [width, days] = answered(assess((cell) => 2 * cell.width)).effects
    expect(width!.response.map(({ at, mean, deviation }) => [at, mean, deviation])).toEqual(
      Array.from({ length: 11 }, (_, k) => [k, 2 * k, 0]),
    )
    expect(width).toMatchObject({ name: 'width', rankCorrelation: 1, shareOfVariance: 1 })
    expect(days!.response.map(({ at, mean }) => [at, mean])).toEqual([0, 1, 2, 3, 4].map((day) => [day, 10]))
    expect(days).toMatchObject({ shareOfVariance: 0 })
    expect(days!.rankCorrelation).toBeCloseTo(0, 14)
    // A valley is no trend, yet it is all of the variance.
    const [valley] = answered(assess((cell) => (cell.width - 5) ** 2)).effects
    expect(valley!.rankCorrelation).toBeCloseTo(0, 14)
    expect(valley!.shareOfVariance).toBe(1)
  })

  it('[EVID-24] many values are taken together in parts; options are neighbours of their own alone', () => {
    const mixed: Space = [
      { kind: 'log', name: 'aversion', from: 1, to: 100 },
      { kind: 'choice', name: 'unit', options: ['weight', 'risk', 'none'] },
    ]
    const drawn = answered(latinHypercube(2, { count: 300, seed: 1 }))
    const scores = Float64Array.from(drawn, ([u, v]) => u! + (v! < 1 / 3 ? 0 : v! < 2 / 3 ? 5 : 2))
    const { effects, robust, neighbourhoods } = answered(
      assessSensitivity(mixed, { points: drawn, scores }, { reach: { aversion: 0.1 }, caution: 0, parts: 4 }),
    )
    expect(effects[1]!.response.map(({ at }) => at)).toEqual(['weight', 'risk', 'none'])
    for (const [k, { mean }] of effects[1]!.response.entries()) expect(mean).toBeCloseTo([0.5, 5.5, 2.5][k]!, 0)
    expect(effects[1]!.rankCorrelation).toBeNull()
    expect(effects[1]!.shareOfVariance).toBeGreaterThan(0.95)
    // Four parts of half a decade each: their middles at 10^¼, 10^¾, …
    for (const [k, { at }] of effects[0]!.response.entries())
      expect(Math.abs(Math.log10(at as number) - (0.25 + 0.5 * k))).toBeLessThan(0.06)
    expect(drawn[robust]![0]).toBeGreaterThan(0.8)
    for (const { deviation } of neighbourhoods) expect(deviation!).toBeLessThan(0.3)
  })

  it('[EVID-10] a table that does not fit, and neighbourhoods of nobody, are refused', () => {
    const scores = Float64Array.from(cells, () => 1)
    expect(answered(assess(() => 1)).kept).toBeNull()
    expect(codesOf(assessSensitivity(space, { points: points.slice(1), scores }, terms))).toEqual([
      'evidence.shape points',
    ])
    const lonely = { ...terms, reach: { width: 0.01, days: 0.01 } }
    expect(codesOf(assessSensitivity(space, { points, scores }, lonely))).toEqual(['evidence.too-short points'])
    expect(codesOf(assessSensitivity(space, { points, scores }, { ...terms, reach: { width: 0.1 } }))).toEqual([
      'evidence.range sensitivity',
    ])
    const outside = points.map((point, k) => (k === 3 ? Float64Array.of(1.5, 0) : point))
    expect(codesOf(assessSensitivity(space, { points: outside, scores }, terms))).toEqual(['evidence.shape points'])
  })
})

describe('shares of variance', () => {
  it('[EVID-25] those of the Ishigami function, known in closed form', () => {
    // f = sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on (−π, π)³: S = .3139, .4424, 0; T = .5576, .4424, .2437.
    const design = answered(varianceDesign(3, { count: 8000, seed: 'ishigami' }))
    const scores = Float64Array.from(design, (point) => {
      const [x1, x2, x3] = Array.from(point, (u) => Math.PI * (2 * u - 1)) as [number, number, number]
      return 1000 + Math.sin(x1) + 7 * Math.sin(x2) ** 2 + 0.1 * x3 ** 4 * Math.sin(x1)
    })
    const { first, total } = answered(varianceShares(scores, 3))
    for (const [k, share] of [0.3139, 0.4424, 0].entries()) expect(Math.abs(first[k]! - share)).toBeLessThan(0.03)
    for (const [k, share] of [0.5576, 0.4424, 0.2437].entries()) expect(Math.abs(total[k]! - share)).toBeLessThan(0.03)
  })

  it('[EVID-25] of a sum the shares add up, alone as in total; what does not act has none', () => {
    const design = answered(varianceDesign(3, { count: 2000, seed: 2 }))
    const { first, total } = answered(
      varianceShares(
        Float64Array.from(design, ([u, v]) => 3 * u! + v!),
        3,
      ),
    )
    for (const [k, share] of [0.9, 0.1, 0].entries()) {
      expect(Math.abs(first[k]! - share)).toBeLessThan(0.03)
      expect(Math.abs(total[k]! - share)).toBeLessThan(0.03)
    }
    expect(total[2]).toBe(0)
    expect(codesOf(varianceShares(new Float64Array(50), 3))).toEqual(['evidence.flat scores'])
    expect(codesOf(varianceShares(new Float64Array(51), 3))).toEqual(['evidence.range design'])
  })
})
