import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import {
  diagonal,
  dot,
  identity,
  multiply,
  multiplyVector,
  quadraticForm,
  sum,
  symmetrise,
  transpose,
} from '../../../src/core/maths/matrix.ts'
import { drawVector, largestGap, rowsOf } from './draws.ts'

describe('matrices', () => {
  test('[MATH-1] products, transpose and forms are those of an independent library', () => {
    for (const n of [1, 2, 3, 7, 20]) {
      const random = makeRandom(n)
      const [a, b, x] = [drawVector(random, n * n), drawVector(random, n * n), drawVector(random, n)]
      const [A, B] = [new Matrix(rowsOf(a, n)), new Matrix(rowsOf(b, n))]
      const X = Matrix.columnVector(Array.from(x))
      expect(largestGap(multiply(a, b, n), A.mmul(B).to1DArray())).toBeLessThan(1e-13)
      expect(transpose(a, n)).toEqual(Float64Array.from(A.transpose().to1DArray()))
      expect(largestGap(multiplyVector(a, x, n), A.mmul(X).to1DArray())).toBeLessThan(1e-13)
      expect(quadraticForm(x, a, n)).toBeCloseTo(X.transpose().mmul(A).mmul(X).get(0, 0), 11)
      expect(dot(x, x)).toBeCloseTo(X.dot(X), 12)
      expect(diagonal(a, n)).toEqual(Float64Array.from(A.diagonal()))
      expect(multiply(a, identity(n), n)).toEqual(a)
    }
  })

  test('[MATH-1] nothing is written but the result', () => {
    const a = Float64Array.of(1, 2, 3, 4)
    const x = Float64Array.of(5, 6)
    const out = new Float64Array(2)
    expect(multiplyVector(a, x, 2, out)).toBe(out)
    expect(out).toEqual(Float64Array.of(17, 39))
    expect([a, x]).toEqual([Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6)])
    expect(() => multiplyVector(a, x, 2, x)).toThrow('overwrite')
    expect(() => multiplyVector(a, x, 3)).toThrow('size 3')
    expect(() => multiply(a, a, 3)).toThrow('size 3')
    expect(() => dot(x, a)).toThrow('one length')
  })

  test('[MATH-1] the symmetric part is symmetric to the last bit and does not overflow', () => {
    expect(symmetrise(Float64Array.of(1, 2, 4, 5), 2)).toEqual(Float64Array.of(1, 3, 3, 5))
    expect(symmetrise(Float64Array.of(1.7e308, 1.7e308, 1.7e308, 0), 2)[1]).toBe(1.7e308)
  })
})

describe('sum', () => {
  test('[MATH-2] what cancels leaves what is left', () => {
    expect(sum(Float64Array.of(1, 1e100, 1, -1e100))).toBe(2)
    expect(sum(new Float64Array(10).fill(0.1))).toBe(1)
    expect(sum(new Float64Array(0))).toBe(0)
  })

  test('[MATH-2] the error is that of one rounding, not of one a term', () => {
    const element = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
    fc.assert(
      fc.property(fc.array(element, { maxLength: 300 }), (integers) => {
        // Multiples of 2⁻⁶⁰: the exact sum is that of the integers.
        const exact = integers.reduce((total, each) => total + BigInt(each), 0n)
        const terms = Float64Array.from(integers, (each) => each * 2 ** -60)
        const magnitude = integers.reduce((total, each) => total + Math.abs(each), 0) * 2 ** -60
        const gap = Math.abs(sum(terms) - Number(exact) * 2 ** -60)
        expect(gap).toBeLessThanOrEqual(
          Number.EPSILON * Math.abs(Number(exact) * 2 ** -60) + 300 * 300 * Number.EPSILON ** 2 * magnitude,
        )
      }),
      { seed: 20260301, numRuns: 200 },
    )
  })
})
