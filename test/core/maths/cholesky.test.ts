import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { factorise, solveFactored, solveLower } from '../../../src/core/maths/cholesky.ts'
import { multiply, multiplyVector, transpose } from '../../../src/core/maths/matrix.ts'
import { drawConditioned, drawGram, drawVector, largest, largestGap, rowsOf } from './draws.ts'

describe('Cholesky factorisation', () => {
  test.each([1, 2, 5, 30, 120])('[MATH-3] LL′ is the matrix and L that of an independent library, n = %i', (n) => {
    const random = makeRandom(`cholesky ${n}`)
    const a = drawGram(random, n, n)
    const l = factorise(a, n)!
    expect(largestGap(multiply(l, transpose(l, n), n), a)).toBeLessThan(1e-15 * n * largest(a))
    const peer = new CholeskyDecomposition(new Matrix(rowsOf(a, n))).lowerTriangularMatrix.to1DArray()
    expect(largestGap(l, peer)).toBeLessThan(1e-9 * largest(l))
    const x = drawVector(random, n)
    const b = multiplyVector(a, x, n)
    const solved = solveFactored(l, b, n)
    // Backward stable: the residual is small whatever the condition.
    expect(largestGap(multiplyVector(a, solved, n), b)).toBeLessThan(1e-14 * n * largest(a) * largest(solved))
    expect(largestGap(multiplyVector(l, solveLower(l, b, n), n), b)).toBeLessThan(1e-13 * largest(b) * n)
  })

  test('[MATH-3] a condition of 10¹⁰ keeps its factor', () => {
    const a = drawConditioned(makeRandom('condition'), 20, 1e10)
    const l = factorise(a, 20)!
    expect(largestGap(multiply(l, transpose(l, 20), 20), a)).toBeLessThan(1e-14)
  })

  test.each([
    ['negative', [-1], 1],
    ['zero', [0], 1],
    ['NaN', [Number.NaN], 1],
    ['indefinite', [1, 2, 2, 1], 2],
    ['two identical assets', [0.09, 0.09, 0.09, 0.09], 2],
    ['perfectly opposite assets', [0.04, -0.06, -0.06, 0.09], 2],
    ['NaN below', [1, 0, Number.NaN, 1], 2],
  ] as const)('[MATH-3] not positive definite has no factor: %s', (_, elements, n) => {
    expect(factorise(Float64Array.from(elements), n)).toBeNull()
  })

  test('[MATH-3] a matrix of deficient rank has no factor, or one whose last pivots are rounding', () => {
    let refused = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(seed)
      const n = 2 + random.integer(20)
      const a = drawGram(random, n, 1 + random.integer(n - 1))
      const l = factorise(a, n)
      if (l === null) refused++
      else
        expect(Math.min(...Array.from({ length: n }, (_, i) => l[i * (n + 1)]! ** 2))).toBeLessThan(1e-9 * largest(a))
    }

    expect(refused).toBeGreaterThan(195)
  })
})
