/** Seeded matrices and vectors for the tests of this folder, and the measures they are judged by. */
import type { Random } from '../../../src/core/base/random.ts'
import { multiply, symmetrise, transpose } from '../../../src/core/maths/matrix.ts'

export const drawVector = (random: Random, n: number): Float64Array => Float64Array.from({ length: n }, random.normal)

/** FF' of a given rank. */
export function drawGram(random: Random, n: number, rank: number): Float64Array {
  const f = Float64Array.from({ length: n * n }, (_, k) => (k % n < rank ? random.normal() : 0))
  return symmetrise(multiply(f, transpose(f, n), n), n)
}

/** Orthogonal: a product of Householder reflections, one per dimension. */
function drawOrthogonal(random: Random, n: number): Float64Array {
  const q = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0))
  for (let round = 0; round < n; round++) {
    const v = drawVector(random, n)
    const square = v.reduce((total, element) => total + element * element, 0)
    for (let i = 0; i < n; i++) {
      const row = q.subarray(i * n, i * n + n)
      const overlap = row.reduce((total, element, j) => total + element * v[j]!, 0)
      for (let j = 0; j < n; j++) row[j]! -= (2 * overlap * v[j]!) / square
    }
  }
  return q
}

/** Symmetric, with eigenvalues 1 … 1/condition in equal ratios. */
export function drawConditioned(random: Random, n: number, condition: number): Float64Array {
  const q = drawOrthogonal(random, n)
  const scaled = q.map((element, k) => element * condition ** (-(k % n) / Math.max(1, n - 1)))
  return symmetrise(multiply(scaled, transpose(q, n), n), n)
}

export const largest = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((most, e) => Math.max(most, Math.abs(e)), 0)

export const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  largest(Array.from(a, (element, k) => element - b[k]!))

export const rowsOf = (a: Float64Array, n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from(a.subarray(i * n, i * n + n)))
