import { inverse, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { geometricMean, squareRoot } from '../../../src/core/maths/geometric-mean.ts'
import { solveLyapunov } from '../../../src/core/maths/lyapunov.ts'
import { identity, multiply, transpose } from '../../../src/core/maths/matrix.ts'
import { drawConditioned, drawGram, drawVector, largest, largestGap, rowsOf } from './draws.ts'

const diagonalOf = (x: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: x.length ** 2 }, (_, k) => (k % (x.length + 1) === 0 ? x[k % x.length]! : 0))

describe('square root', () => {
  test('[MATH-6] its square is the matrix, also where that is singular', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = makeRandom(seed)
      const n = 1 + random.integer(20)
      const a = drawGram(random, n, 1 + random.integer(n))
      const root = squareRoot(a, n)
      expect(largestGap(multiply(root, root, n), a)).toBeLessThan(1e-13 * largest(a))
      expect(transpose(root, n)).toEqual(root)
    }
    expect(squareRoot(diagonalOf([4, 0, 2]), 3)).toEqual(diagonalOf([2, 0, Math.SQRT2]))
  })

  test('[MATH-6] of a negative matrix there is none', () => {
    expect(() => squareRoot(diagonalOf([1, -1]), 2)).toThrow('semidefinite')
    expect(() => squareRoot(Float64Array.of(1, 2, 2, 1), 2)).toThrow('semidefinite')
  })
})

describe('geometric mean', () => {
  test('[MATH-7] X = A#B solves XA⁻¹X = B, is symmetric, and A#B = B#A; A diagonal or not', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = makeRandom(seed)
      const n = 1 + random.integer(15)
      const a =
        seed % 2 === 0 ? diagonalOf(drawVector(random, n).map((x) => 0.1 + x * x)) : drawConditioned(random, n, 100)
      const b = drawConditioned(random, n, 1000)
      const mean = geometricMean(a, b, n)
      expect(transpose(mean, n)).toEqual(mean)
      const back = multiply(
        multiply(mean, Float64Array.from(inverse(new Matrix(rowsOf(a, n))).to1DArray()), n),
        mean,
        n,
      )
      expect(largestGap(back, b)).toBeLessThan(1e-12)
      expect(largestGap(geometricMean(b, a, n), mean)).toBeLessThan(1e-12)
    }
  })

  test('[MATH-7] of commuting matrices it is the root of the product; of A and A it is A', () => {
    expect(largestGap(geometricMean(diagonalOf([4, 9]), diagonalOf([1, 16]), 2), diagonalOf([2, 12]))).toBeLessThan(
      1e-15,
    )
    const a = drawConditioned(makeRandom('mean'), 9, 1e4)
    expect(largestGap(geometricMean(a, a, 9), a)).toBeLessThan(1e-14)
    expect(largestGap(geometricMean(a, identity(9), 9), squareRoot(a, 9))).toBeLessThan(1e-12)
  })

  test('[MATH-7] a singular B has a mean, a singular A has none', () => {
    const b = Float64Array.of(0.09, 0.09, 0.09, 0.09)
    // Λ = 1: the mean is the root, .3/√2 in every place.
    expect(largestGap(geometricMean(identity(2), b, 2), new Float64Array(4).fill(0.3 / Math.SQRT2))).toBeLessThan(1e-15)
    expect(() => geometricMean(b, identity(2), 2)).toThrow('positive definite')
    expect(() => geometricMean(diagonalOf([1, 0]), identity(2), 2)).toThrow('positive definite')
  })
})

describe('Lyapunov equation', () => {
  test('[MATH-8] KX + XK′ = Q holds to rounding and X is symmetric', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = makeRandom(seed)
      const n = 1 + random.integer(20)
      const scale = drawVector(random, n).map((x) => 10 ** x)
      const symmetric = drawConditioned(random, n, 1e4)
      const rate = drawGram(random, n, 1 + random.integer(n))
      const x = solveLyapunov({ n, scale, symmetric, rate })!
      const k = symmetric.map((element, at) => element / scale[Math.floor(at / n)]!)
      const left = multiply(k, x, n)
      const residual = left.map((element, at) => element + left[(at % n) * n + Math.floor(at / n)]! - rate[at]!)
      expect(largest(residual)).toBeLessThan(1e-13 * n * largest(k) * largest(x))
      expect(transpose(x, n)).toEqual(x)
    }
  })

  test('[MATH-8] one asset: X = QΛ/(2G); without a definite G there is no X', () => {
    const one = (g: number) =>
      solveLyapunov({ n: 1, scale: Float64Array.of(3), symmetric: Float64Array.of(g), rate: Float64Array.of(8) })
    expect(one(2)![0]).toBeCloseTo(6, 14)
    expect(one(0)).toBeNull()
    expect(one(-1)).toBeNull()
    const flat = { n: 2, scale: Float64Array.of(1, 2), symmetric: new Float64Array(4).fill(1), rate: identity(2) }
    expect(solveLyapunov(flat)).toBeNull()
    expect(() => solveLyapunov({ ...flat, scale: Float64Array.of(1, 0) })).toThrow('above 0')
  })

  test('[MATH-8] published figures: the fixed point of three assets, Λ#γΣ .040845 .051341 .073429', () => {
    const vol = [0.55, 0.7, 0.95]
    const correlation = [1, 0.8, 0.6, 0.8, 1, 0.65, 0.6, 0.65, 1]
    const target = [0.5, 0.3, 0.1]
    const [n, aversion, cost] = [3, 10, 5e-4]
    const covariance = Float64Array.from(correlation, (rho, k) => rho * vol[Math.floor(k / n)]! * vol[k % n]!)
    const j = Float64Array.from({ length: 9 }, (_, k) => {
      const [row, column] = [Math.floor(k / n), k % n]
      return (row === column ? target[row]! : 0) - target[row]! * target[column]!
    })
    const rate = multiply(multiply(j, covariance, n), transpose(j, n), n)
    let lambda = Float64Array.from(vol, (sigma) => aversion * sigma * sigma * 0.01 ** 2)
    for (let round = 0; round < 40; round++) {
      const mean = geometricMean(
        diagonalOf(lambda),
        covariance.map((element) => aversion * element),
        n,
      )
      const x = solveLyapunov({ n, scale: lambda, symmetric: mean, rate })!
      const k = mean.map((element, at) => element / lambda[Math.floor(at / n)]!)
      const speed = multiply(multiply(k, x, n), transpose(k, n), n)
      lambda = lambda.map((_, i) => cost / (Math.sqrt(3) * Math.sqrt(speed[i * 4]!)))
    }
    const mean = geometricMean(
      diagonalOf(lambda),
      covariance.map((element) => aversion * element),
      n,
    )
    expect([0, 4, 8].map((at) => mean[at]!.toFixed(6))).toEqual(['0.040845', '0.051341', '0.073429'])
    const days = Array.from(lambda, (value, i) => 365 * Math.sqrt(value / (aversion * vol[i]! ** 2)))
    expect(days.map((value) => value.toFixed(3))).toEqual(['6.016', '4.434', '3.139'])
  })
})
