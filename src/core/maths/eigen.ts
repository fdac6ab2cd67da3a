/**
 * Eigenvalues and eigenvectors of a symmetric matrix, A = V diag(λ) V': Householder reflections to tridiagonal form, then
 * the implicit QL iteration with Wilkinson's shift (Golub and Van Loan, Matrix Computations, §8.3; Parlett, The Symmetric
 * Eigenvalue Problem, §8). Backward stable: the error of each λ is of the order of ε times the largest |λ|.
 */
import { assert } from '../base/result.ts'

export interface Eigensystem {
  /** λ, ascending. */
  readonly values: Float64Array
  /** n × n, row-major; column k belongs to values[k], has length 1, and its largest element (the first of equals) is > 0. */
  readonly vectors: Float64Array
}

/** Sweeps that one eigenvalue may take. Wilkinson's shift converges for every matrix, as a rule within three. */
const SWEEPS_MAX = 60
/** Elements within this of the largest count as equal to it, so that rounding does not choose the sign of a vector. */
const TIE = 1e-8
/** Couplings below this part of the largest element count as 0: their squares would leave the range of a float64. */
const NEGLIGIBLE = 1e-140

/** a: symmetric, n × n, finite; the lower triangle is read. */
export function eigenSymmetric(a: Float64Array, n: number): Eigensystem {
  assert(a.length === n * n, `matrix must be of size ${n}`)
  let largest = 0
  for (const element of a) {
    assert(Number.isFinite(element), `matrix must be finite, was ${element}`)
    largest = Math.max(largest, Math.abs(element))
  }
  // Scaled by a power of two, squares neither overflow nor vanish and nothing is rounded.
  const scale = powerOfTwo(largest)
  const { diagonal, offDiagonal, basis } = tridiagonalise(
    a.map((element) => element / scale),
    n,
  )
  diagonaliseTridiagonal({ diagonal, offDiagonal, rows: basis, n })
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]! || i - j)
  const vectors = new Float64Array(n * n)
  order.forEach((from, k) => {
    const vector = basis.subarray(from * n, from * n + n)
    const sign = signOf(vector)
    for (let i = 0; i < n; i++) vectors[i * n + k] = sign * vector[i]!
  })
  return { values: Float64Array.from(order, (from) => diagonal[from]! * scale), vectors }
}

/** The largest power of two that is at most x, and 1 for 0. */
function powerOfTwo(x: number): number {
  if (x === 0) return 1
  let power = 1
  while (power > x) power /= 2
  while (power <= x / 2) power *= 2
  return power
}

function signOf(vector: Float64Array): 1 | -1 {
  let largest = 0
  for (const element of vector) largest = Math.max(largest, Math.abs(element))
  const first = vector.find((element) => Math.abs(element) >= largest * (1 - TIE))
  return first !== undefined && first < 0 ? -1 : 1
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Element i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array
  /** Rows are the orthonormal basis in which the matrix is tridiagonal. */
  readonly basis: Float64Array
}

/** Reflects column after column onto its subdiagonal, A ← HAH with H = I − βvv'. Overwrites a. */
function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const offDiagonal = new Float64Array(n)
  const factors = new Float64Array(n)
  const product = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!
  for (let k = 0; k < n - 1; k++) {
    // Row k right of the diagonal, equal to column k below it, becomes v.
    const v = a.subarray(k * n, k * n + n)
    const head = v[k + 1]!
    offDiagonal[k] = head
    if (v.every((element, i) => i < k + 2 || Math.abs(element) <= NEGLIGIBLE)) continue
    let tail = 0
    for (let i = k + 2; i < n; i++) tail += v[i]! * v[i]!
    // The sign that makes head − α a sum of two numbers of one sign: no digits are lost.
    const alpha = head > 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail)
    offDiagonal[k] = alpha
    v[k + 1] = head - alpha
    const beta = 2 / (v[k + 1]! * v[k + 1]! + tail)
    factors[k] = beta
    let overlap = 0
    for (let i = k + 1; i < n; i++) {
      let total = 0
      for (let j = k + 1; j < n; j++) total += a[i * n + j]! * v[j]!
      product[i] = beta * total
      overlap += product[i]! * v[i]!
    }
    for (let i = k + 1; i < n; i++) product[i]! -= 0.5 * beta * overlap * v[i]!
    for (let i = k + 1; i < n; i++) {
      const vi = v[i]!
      const pi = product[i]!
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= vi * product[j]! + pi * v[j]!
    }
  }
  const diagonal = new Float64Array(n)
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!
  return { diagonal, offDiagonal, basis: accumulate(a, factors, n) }
}

/** The rows of (H₀H₁…)', from the reflections kept in the upper triangle. */
function accumulate(a: Float64Array, factors: Float64Array, n: number): Float64Array {
  const rows = new Float64Array(n * n)
  for (let i = 0; i < n; i++) rows[i * n + i] = 1
  for (let k = n - 3; k >= 0; k--) {
    const beta = factors[k]!
    if (beta === 0) continue
    for (let r = k + 1; r < n; r++) {
      let total = 0
      for (let i = k + 1; i < n; i++) total += rows[r * n + i]! * a[k * n + i]!
      total *= beta
      for (let i = k + 1; i < n; i++) rows[r * n + i]! -= total * a[k * n + i]!
    }
  }
  return rows
}

/** Turns diagonal into eigenvalues and rows into eigenvectors by rotations of neighbours. Overwrites all three. */
function diagonaliseTridiagonal(system: {
  readonly diagonal: Float64Array
  readonly offDiagonal: Float64Array
  readonly rows: Float64Array
  readonly n: number
}): void {
  const { diagonal: d, offDiagonal: e, rows, n } = system
  for (let first = 0; first < n; first++) {
    for (let sweep = 0; ; sweep++) {
      const last = blockEnd(d, e, first)
      if (last === first) break
      assert(sweep < SWEEPS_MAX, 'the QL iteration converges')
      // Wilkinson's shift: the eigenvalue of the leading 2 × 2 block next to its first element.
      const half = (d[first + 1]! - d[first]!) / (2 * e[first]!)
      const root = Math.sqrt(half * half + 1)
      const shift = d[first]! - e[first]! / (half + (half >= 0 ? root : -root))
      let g = d[last]! - shift
      let [cosine, sine, moved] = [1, 1, 0]
      let i = last - 1
      for (; i >= first; i--) {
        const f = sine * e[i]!
        const b = cosine * e[i]!
        const length = Math.sqrt(f * f + g * g)
        e[i + 1] = length
        if (length === 0) {
          // The matrix has split at i + 1: finish this sweep there and look for the blocks again.
          d[i + 1]! -= moved
          e[last] = 0
          break
        }
        sine = f / length
        cosine = g / length
        g = d[i + 1]! - moved
        const slope = (d[i]! - g) * sine + 2 * cosine * b
        moved = sine * slope
        d[i + 1] = g + moved
        g = cosine * slope - b
        rotate(rows, { row: i, n, cosine, sine })
      }
      if (i >= first) continue
      d[first]! -= moved
      e[first] = g
      e[last] = 0
    }
  }
}

/** The end of the unreduced block that starts at `first`: the next off-diagonal element that is rounding. */
function blockEnd(d: Float64Array, e: Float64Array, first: number): number {
  let last = first
  while (last < d.length - 1) {
    const noise = Number.EPSILON * (Math.abs(d[last]!) + Math.abs(d[last + 1]!))
    if (Math.abs(e[last]!) <= Math.max(noise, NEGLIGIBLE)) break
    last++
  }
  return last
}

function rotate(rows: Float64Array, at: { row: number; n: number; cosine: number; sine: number }): void {
  const { n, cosine, sine } = at
  const upper = at.row * n
  const lower = upper + n
  for (let k = 0; k < n; k++) {
    const u = rows[upper + k]!
    const l = rows[lower + k]!
    rows[upper + k] = cosine * u - sine * l
    rows[lower + k] = sine * u + cosine * l
  }
}
