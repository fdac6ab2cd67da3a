import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latinHypercube, makeGrid, randomPoint } from '../../../../src/core/evidence/search/designs.ts'
import { checkSpace, fold, type Space, unitOf, valuesAt } from '../../../../src/core/evidence/search/space.ts'
import { answered, codesOf } from '../series.ts'

const space: Space = [
  { kind: 'linear', name: 'width', from: 0.01, to: 0.05 },
  { kind: 'log', name: 'aversion', from: 0.1, to: 1000 },
  { kind: 'integer', name: 'days', from: 1, to: 7 },
  { kind: 'choice', name: 'unit', options: ['weight', 'risk'] },
]

describe('parameters', () => {
  it('[EVID-15] the ends of the cube are the ends of the ranges, exactly, and its middle theirs', () => {
    const at = (u: number) => valuesAt(space, new Float64Array(4).fill(u))
    expect(at(0)).toEqual({ width: 0.01, aversion: 0.1, days: 1, unit: 'weight' })
    expect(at(1)).toEqual({ width: 0.05, aversion: 1000, days: 7, unit: 'risk' })
    expect(at(0.5)).toMatchObject({ days: 4, unit: 'risk' })
    expect(at(0.5).width).toBeCloseTo(0.03, 15)
    expect(at(0.5).aversion).toBeCloseTo(10, 12)
  })

  it('[EVID-15] values and points go back and forth; whole numbers and options each have an equal part', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (coordinates) => {
          const values = valuesAt(space, Float64Array.from(coordinates))
          const { unit, issues } = unitOf(space, values)
          expect(issues).toEqual([])
          const back = valuesAt(space, unit)
          expect(back.days).toBe(values.days)
          expect(back.unit).toBe(values.unit)
          expect(back.width).toBeCloseTo(values.width as number, 14)
          expect((back.aversion as number) / (values.aversion as number)).toBeCloseTo(1, 12)
        },
      ),
      { seed: 7 },
    )
    const days = Array.from({ length: 700 }, (_, k) => valuesAt(space, Float64Array.of(0, 0, (k + 0.5) / 700, 0)).days)
    for (let day = 1; day <= 7; day++) expect(days.filter((each) => each === day)).toHaveLength(100)
  })

  it('[EVID-15] what is no space, and values outside it, are refused one by one', () => {
    const bad: Space = [
      { kind: 'log', name: 'a', from: 0, to: 1 },
      { kind: 'integer', name: 'b', from: 0.5, to: 3 },
      { kind: 'linear', name: 'b', from: 2, to: 2 },
      { kind: 'choice', name: 'c', options: ['x', 'x'] },
      { kind: 'linear', name: 'd', from: 0, to: Number.NaN },
    ]
    expect(checkSpace(bad).map(({ path }) => path)).toEqual([
      'parameters.a',
      'parameters.b',
      'parameters.b',
      'parameters.b',
      'parameters.c',
      'parameters.d',
    ])
    expect(checkSpace([])).toHaveLength(1)
    const { issues } = unitOf(space, { width: 0.06, aversion: 1, days: 2.5, unit: 'volatility' })
    expect(issues.map(({ path }) => path)).toEqual(['parameters.width', 'parameters.days', 'parameters.unit'])
  })

  it('[EVID-15] what leaves the cube is mirrored into it', () => {
    const folded = [-0.25, 0, 0.75, 1, 1.25, 2, 2.25, -1.5].map(fold)
    expect(folded).toEqual([0.25, 0, 0.75, 1, 0.75, 0, 0.25, 0.5])
  })
})

describe('designs', () => {
  it('[EVID-19] a grid counts through its parameters, the last one fastest, and begins anywhere', () => {
    const grid = answered(makeGrid(space, { width: 2, aversion: 3, days: 2 }))
    expect(grid.count).toBe(24)
    const line = (index: number): string => Object.values(grid.at(index)).join(' ')
    expect([0, 1, 2, 3, 4, 12, 23].map(line)).toEqual([
      '0.01 0.1 1 weight',
      '0.01 0.1 1 risk',
      '0.01 0.1 7 weight',
      '0.01 0.1 7 risk',
      '0.01 10 1 weight',
      '0.05 0.1 1 weight',
      '0.05 1000 7 risk',
    ])
    expect(new Set(Array.from({ length: 24 }, (_, k) => line(k))).size).toBe(24)
    expect(answered(makeGrid(space, { width: 1, aversion: 1, days: 7 })).at(3)).toMatchObject({ width: 0.03, days: 2 })
  })

  it('[EVID-19] steps that are missing, not whole or more than there are values are refused, and grids beyond counting', () => {
    expect(codesOf(makeGrid(space, { width: 0, days: 8 }))).toEqual([
      'evidence.parameter steps.width',
      'evidence.parameter steps.aversion',
      'evidence.parameter steps.days',
    ])
    const many: Space = [0, 1, 2].map((k) => ({ kind: 'linear', name: `p${k}`, from: 0, to: 1 }))
    expect(codesOf(makeGrid(many, { p0: 1e6, p1: 1e6, p2: 1e6 }))).toEqual(['evidence.parameter parameters'])
  })

  it('[EVID-19] a Latin hypercube has one point in each part of each axis', () => {
    const points = answered(latinHypercube(3, { count: 40, seed: 'cube' }))
    for (let k = 0; k < 3; k++) expect(new Set(points.map((point) => Math.floor(40 * point[k]!))).size).toBe(40)
    expect(points).toEqual(answered(latinHypercube(3, { count: 40, seed: 'cube' })))
    expect(points.map((point) => point[0])).not.toEqual(points.map((point) => point[1]))
    expect(codesOf(latinHypercube(0, { count: 2.5, seed: 1 }))).toHaveLength(2)
  })

  it('[EVID-19] random points are uniform, each by its index alone', () => {
    const points = Array.from({ length: 4000 }, (_, index) => randomPoint(2, { seed: 5, index }))
    for (let k = 0; k < 2; k++) {
      const mean = points.reduce((sum, point) => sum + point[k]!, 0) / 4000
      const squares = points.reduce((sum, point) => sum + point[k]! ** 2, 0) / 4000
      expect(mean).toBeCloseTo(0.5, 1)
      expect(squares).toBeCloseTo(1 / 3, 1)
    }
    expect(randomPoint(2, { seed: 5, index: 3999 })).toEqual(points[3999])
    expect(randomPoint(2, { seed: '5', index: 3999 })).not.toEqual(points[3999])
  })
})
