import { describe, expect, test } from 'vitest'
import { minimiseSquares } from '../../../src/core/maths/least-squares.ts'

const solve = (
  start: readonly number[],
  residualCount: number,
  residualsAt: (x: Float64Array, out: Float64Array) => void,
) => minimiseSquares({ start: Float64Array.from(start), residualCount, residualsAt, iterationsMax: 200 })

describe('least squares', () => {
  test('[MATH-19] a line through points is the one of the normal equations', () => {
    const [x, y] = [
      [0, 1, 2, 3],
      [1, 2, 2, 5],
    ] as const
    const found = solve([0, 0], 4, (line, out) => {
      for (let k = 0; k < 4; k++) out[k] = line[0]! + line[1]! * x[k]! - y[k]!
    })
    expect(found.converged).toBe(true)
    expect(found.x[0]).toBeCloseTo(0.7, 9)
    expect(found.x[1]).toBeCloseTo(1.2, 9)
    expect(found.squares).toBeCloseTo(1.8, 12)
  })

  test('[MATH-19] the curved valley of Rosenbrock is followed to its end', () => {
    const found = solve([-1.2, 1], 2, (x, out) => {
      out[0] = 10 * (x[1]! - x[0]! * x[0]!)
      out[1] = 1 - x[0]!
    })
    expect(Array.from(found.x, (each) => Math.abs(each - 1) < 1e-10)).toEqual([true, true])
  })

  test('[MATH-19] where residuals are not finite it does not go, and an unknown without effect stays', () => {
    const found = solve([1, 7], 1, (x, out) => {
      out[0] = x[0]! < 0.5 ? Number.NaN : x[0]!
    })
    expect(found.x[0]).toBeGreaterThanOrEqual(0.5)
    expect(found.x[0]).toBeLessThan(0.51)
    expect(found.x[1]).toBe(7)
  })
})
