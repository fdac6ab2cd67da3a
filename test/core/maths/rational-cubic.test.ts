import fc from 'fast-check'
import { expect, test } from 'vitest'
import { controlAtLeft, controlAtRight, interpolateRationalCubic } from '../../../src/core/maths/rational-cubic.ts'

const END = { x: 0, y: 1, slope: 1 }
const OTHER = { x: 2, y: Math.exp(2), slope: Math.exp(2) }

test('[MATH-20] a rational cubic meets both ends and their slopes', () => {
  const at = (x: number): number => interpolateRationalCubic(x, END, OTHER, 5)
  expect([at(0), at(2)]).toEqual([END.y, OTHER.y])
  expect((at(1e-6) - at(0)) / 1e-6).toBeCloseTo(END.slope, 4)
  expect((at(2) - at(2 - 1e-6)) / 1e-6).toBeCloseTo(OTHER.slope, 3)
})

test('[MATH-20] and the second derivative at the end that chooses it, where the shape allows', () => {
  const curve = { x: 0.5, y: Math.exp(0.5), slope: Math.exp(0.5) }
  const near = (r: number, x: number): number => {
    const at = (h: number): number => interpolateRationalCubic(x + h, END, curve, r)
    return x === 0
      ? (2 * at(0) - 5 * at(1e-3) + 4 * at(2e-3) - at(3e-3)) / 1e-6
      : (2 * at(0) - 5 * at(-1e-3) + 4 * at(-2e-3) - at(-3e-3)) / 1e-6
  }
  expect(near(controlAtLeft(END, curve, 1), 0)).toBeCloseTo(1, 2)
  expect(near(controlAtRight(END, curve, Math.exp(0.5)), 0.5)).toBeCloseTo(Math.exp(0.5), 2)
})

test('[MATH-20] rising convex data stay rising and convex, whatever second derivative is wanted', () => {
  const property = fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (bend) => {
    for (const r of [controlAtLeft(END, OTHER, bend), controlAtRight(END, OTHER, bend)]) {
      const points = Array.from({ length: 41 }, (_, k) => interpolateRationalCubic(k / 20, END, OTHER, r))
      for (let k = 1; k < 40; k++) {
        expect(points[k]!).toBeGreaterThanOrEqual(points[k - 1]!)
        expect(points[k + 1]! + points[k - 1]! - 2 * points[k]!).toBeGreaterThanOrEqual(-1e-12)
      }
    }
  })
  fc.assert(property, { seed: 20, numRuns: 100 })
})
