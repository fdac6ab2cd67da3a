/**
 * Cholesky factorisation A = LL' of a symmetric positive definite matrix, and systems solved with it (Golub and Van Loan,
 * Matrix Computations, §4.2). All matrices are n × n, row-major; L is lower triangular with zeros above.
 */
import { assert } from '../base/result.ts'

/**
 * L with LL' = A, or null where A is not numerically positive definite: a pivot is at most 10·n·ε times its
 * diagonal element, so that its sign is rounding of the elements or of the factorisation. Reads the lower triangle of A only.
 */
export function factorise(a: Float64Array, n: number): Float64Array | null {
  assert(a.length === n * n, `matrix must be of size ${n}`)
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j < i; j++) {
      let rest = a[row + j]!
      for (let k = 0; k < j; k++) rest -= l[row + k]! * l[j * n + k]!
      l[row + j] = rest / l[j * n + j]!
    }
    let pivot = a[row + i]!
    for (let k = 0; k < i; k++) pivot -= l[row + k]! * l[row + k]!
    // Written so that NaN is refused too.
    if (!(pivot > 10 * n * Number.EPSILON * a[row + i]!)) return null
    l[row + i] = Math.sqrt(pivot)
  }
  return l
}

/** x with LL'x = b. */
export function solveFactored(l: Float64Array, b: Float64Array, n: number): Float64Array {
  return solveTransposed(l, solveLower(l, b, n), n)
}

/** x with Lx = b. */
export function solveLower(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    let rest = x[i]!
    for (let k = 0; k < i; k++) rest -= l[i * n + k]! * x[k]!
    x[i] = rest / l[i * n + i]!
  }
  return x
}

/** x with L'x = b. */
export function solveTransposed(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(b)
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!
    x[i] = value
    for (let k = 0; k < i; k++) x[k]! -= l[i * n + k]! * value
  }
  return x
}
