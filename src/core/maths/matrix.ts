/**
 * Dense vectors and square matrices on Float64Array. A matrix of size n is n·n numbers, row-major: element (i, j) is
 * a[i·n + j]. Every function takes the size explicitly, allocates its result and leaves its inputs alone, and adds in a
 * fixed order, so that the same input gives the same bits everywhere.
 */
import { assert } from '../base/result.ts'

export function identity(n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) result[i * n + i] = 1
  return result
}

/** The diagonal of a matrix of size n, as a vector. */
export function diagonal(a: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n)
  for (let i = 0; i < n; i++) result[i] = a[i * n + i]!
  return result
}

export function transpose(a: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = a[i * n + j]!
  return result
}

/** (A + A')/2, exactly symmetric. */
export function symmetrise(a: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      // Halved first: the sum of two large elements must not overflow.
      const mean = 0.5 * a[i * n + j]! + 0.5 * a[j * n + i]!
      result[i * n + j] = mean
      result[j * n + i] = mean
    }
  }
  return result
}

/** A·B, both of size n. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  assert(a.length === n * n && b.length === n * n, `matrices must be of size ${n}`)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!
      if (factor === 0) continue
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * b[k * n + j]!
    }
  }
  return result
}

/** A·x. `out`, where given, receives the result and must be another array than x. */
export function multiplyVector(
  a: Float64Array,
  x: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n),
): Float64Array {
  assert(a.length === n * n && x.length === n && out.length === n, `matrix and vectors must be of size ${n}`)
  assert(out !== x, 'the result must not overwrite the vector that is read')
  out.fill(0)
  addProduct(a, x, n, out)
  return out
}

/** out ← out + A·x, four rows at a time: each sum waits for its own last addition, and has the order that it would have alone. */
export function addProduct(a: Float64Array, x: Float64Array, n: number, out: Float64Array): void {
  let i = 0
  for (; i + 3 < n; i += 4) {
    const one = i * n
    const two = one + n
    const three = two + n
    const four = three + n
    let first = out[i]!
    let second = out[i + 1]!
    let third = out[i + 2]!
    let fourth = out[i + 3]!
    for (let j = 0; j < n; j++) {
      const each = x[j]!
      first += a[one + j]! * each
      second += a[two + j]! * each
      third += a[three + j]! * each
      fourth += a[four + j]! * each
    }
    out[i] = first
    out[i + 1] = second
    out[i + 2] = third
    out[i + 3] = fourth
  }
  for (; i < n; i++) {
    let total = out[i]!
    for (let j = 0; j < n; j++) total += a[i * n + j]! * x[j]!
    out[i] = total
  }
}

/** x'A·x */
export function quadraticForm(x: Float64Array, a: Float64Array, n: number): number {
  return dot(x, multiplyVector(a, x, n))
}

export function dot(a: Float64Array, b: Float64Array): number {
  assert(a.length === b.length, `vectors must be of one length, were ${a.length} and ${b.length}`)
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/** Σ x_i by Neumaier's compensated summation (ZAMM 54, 1974): the error does not grow with the number of terms. */
export function sum(x: Float64Array): number {
  let total = 0
  let lost = 0
  for (const term of x) {
    const next = total + term
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total
    total = next
  }
  return total + lost
}
