import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { eigenSymmetric } from '../../../src/core/maths/eigen.ts'
import { identity, multiply, transpose } from '../../../src/core/maths/matrix.ts'
import { drawConditioned, drawGram, drawVector, largest, largestGap, rowsOf } from './draws.ts'

/** How far V diag(λ) V′ is from A and V′V from I, in units of ε. */
function defects(a: Float64Array, n: number): { matrix: number; basis: number } {
  const { values, vectors } = eigenSymmetric(a, n)
  const transposed = transpose(vectors, n)
  const scaled = vectors.map((element, k) => element * values[k % n]!)
  return {
    matrix: largestGap(multiply(scaled, transposed, n), a) / ((largest(a) || 1) * Number.EPSILON),
    basis: largestGap(multiply(transposed, vectors, n), identity(n)) / Number.EPSILON,
  }
}

describe('eigenvalues of symmetric matrices', () => {
  test.each([1, 2, 3, 8, 40, 200])('[MATH-4] VλV′ is the matrix and V orthogonal, to rounding, n = %i', (n) => {
    const random = makeRandom(`eigen ${n}`)
    for (const a of [drawGram(random, n, n), drawGram(random, n, 1), drawConditioned(random, n, 1e14)]) {
      const { matrix, basis } = defects(a, n)
      expect(matrix).toBeLessThan(20 + 2 * n)
      expect(basis).toBeLessThan(20 + 2 * n)
    }
  })

  test('[MATH-4] eigenvalues ascend and are those of an independent library', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = makeRandom(seed)
      const n = 1 + random.integer(25)
      const f = drawVector(random, n * n)
      const a = f.map((element, k) => element + f[(k % n) * n + Math.floor(k / n)]!)
      const peer = new EigenvalueDecomposition(new Matrix(rowsOf(a, n)), { assumeSymmetric: true }).realEigenvalues
      const { values } = eigenSymmetric(a, n)
      expect(
        largestGap(
          values,
          peer.toSorted((x, y) => x - y),
        ),
      ).toBeLessThan(1e-14 * n * largest(a))
      expect(values.every((value, k) => k === 0 || values[k - 1]! <= value)).toBe(true)
    }
  })

  test('[MATH-4] closed form: the second difference matrix has 2 − 2cos(kπ/(n + 1))', () => {
    const n = 30
    const a = Float64Array.from({ length: n * n }, (_, k) => {
      const distance = Math.abs(Math.floor(k / n) - (k % n))
      return distance === 0 ? 2 : distance === 1 ? -1 : 0
    })
    eigenSymmetric(a, n).values.forEach((value, k) => {
      expect(Math.abs(value - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))))).toBeLessThan(1e-14)
    })
  })

  test('[MATH-4] a diagonal matrix is its own answer, exactly', () => {
    const a = Float64Array.of(3, 0, 0, 0, -1e-40, 0, 0, 0, 7e250)
    expect(eigenSymmetric(a, 3)).toEqual({
      values: Float64Array.of(-1e-40, 3, 7e250),
      vectors: Float64Array.of(0, 1, 0, 1, 0, 0, 0, 0, 1),
    })
    expect(eigenSymmetric(new Float64Array(9), 3)).toEqual({ values: new Float64Array(3), vectors: identity(3) })
    expect(eigenSymmetric(new Float64Array(0), 0).values).toHaveLength(0)
  })

  test.each([
    ['couplings whose squares vanish', [0.09, 0, 1e-160, 0, 0, 0.09, 0, 0, 1e-160, 0, 0.09, 0, 0, 0, 0, 0.09]],
    ['couplings whose squares nearly vanish', [0.09, 0, 1e-139, 0, 0, 0.09, 0, 0, 1e-139, 0, 0.09, 0, 0, 0, 0, 0.09]],
    ['all tiny', [2e-300, 1e-300, 1e-300, 2e-300]],
    ['subnormal', [2e-320, 1e-320, 1e-320, 2e-320]],
    ['all huge', [9e307, 5e307, 5e307, 9e307]],
    ['zero diagonal', [0, 1, 1, 0]],
    ['graded', [1, 1e-80, 1e-160, 1e-80, 1e-150, 1e-200, 1e-160, 1e-200, 1e-300]],
    ['identical rows', [1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ] as const)('[MATH-4] extreme elements neither overflow nor stall: %s', (_, elements) => {
    const n = Math.sqrt(elements.length)
    const { values, vectors } = eigenSymmetric(Float64Array.from(elements), n)
    expect(values.every(Number.isFinite) && vectors.every(Number.isFinite)).toBe(true)
    const scale = largest(elements)
    const trace = Array.from({ length: n }, (_, i) => elements[i * (n + 1)]! / scale).reduce((a, b) => a + b, 0)
    const total = values.reduce((a, value) => a + value / scale, 0)
    expect(Math.abs(total - trace)).toBeLessThan(scale < 1e-300 ? 1e-3 : 1e-14)
    expect(largestGap(multiply(transpose(vectors, n), vectors, n), identity(n))).toBeLessThan(1e-14)
  })

  test('[MATH-5] the largest element of a vector, the first of equals, is positive', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = makeRandom(seed)
      const n = 1 + random.integer(12)
      const { vectors } = eigenSymmetric(drawGram(random, n, n), n)
      for (let k = 0; k < n; k++) {
        const column = Array.from({ length: n }, (_, i) => vectors[i * n + k]!)
        expect(column[column.map(Math.abs).indexOf(largest(column))]).toBeGreaterThan(0)
      }
    }
    // Both vectors have two elements of one size: rounding must not choose.
    for (const rho of [0.9, 0.3, -0.2, -0.7]) {
      const { vectors } = eigenSymmetric(Float64Array.of(1, rho, rho, 1), 2)
      expect(vectors[0]).toBeGreaterThan(0)
      expect(vectors[1]).toBeGreaterThan(0)
    }
  })

  test('[MATH-5] the input is left alone, only its lower triangle is read, and what is not finite is refused', () => {
    const a = Float64Array.of(2, 99, 1, 2)
    const { values } = eigenSymmetric(a, 2)
    expect(a).toEqual(Float64Array.of(2, 99, 1, 2))
    expect(largestGap(values, [1, 3])).toBeLessThan(1e-15)
    expect(() => eigenSymmetric(Float64Array.of(Number.NaN), 1)).toThrow('finite')
    expect(() => eigenSymmetric(a, 3)).toThrow('size 3')
  })
})
