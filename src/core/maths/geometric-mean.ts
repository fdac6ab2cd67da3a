/**
 * The geometric mean of positive definite matrices, A#B = A^½(A^−½BA^−½)^½A^½ (Pusz and Woronowicz 1975; Bhatia, Positive
 * Definite Matrices, ch. 4): the positive definite solution X of XA⁻¹X = B. Because C(P#Q)C' = (CPC')#(CQC'), any factor
 * A = CC' serves in the place of A^½: A#B = C(C⁻¹BC⁻ᵀ)^½C'. The Cholesky factor is cheaper and, for a diagonal A, exact
 * up to one square root an element. All matrices are n × n, row-major.
 */
import { assert } from '../base/result.ts'
import { factorise, solveLower } from './cholesky.ts'
import { eigenSymmetric } from './eigen.ts'
import { multiply, symmetrise, transpose } from './matrix.ts'

/** Negative eigenvalues down to this part of the largest are rounding of a semidefinite matrix and count as 0. */
const NEGATIVE = 1e-9

/** A^½, the positive semidefinite root. a: symmetric positive semidefinite. */
export function squareRoot(a: Float64Array, n: number): Float64Array {
  if (isDiagonal(a, n)) {
    for (let i = 0; i < n; i++)
      assert(a[i * n + i]! >= 0, `matrix must be semidefinite, was ${a[i * n + i]} in place ${i}`)
    return a.map(Math.sqrt)
  }
  const { values, vectors } = eigenSymmetric(a, n)
  assert(values[0]! >= -NEGATIVE * values[n - 1]!, `matrix must be semidefinite, was ${values[0]} in an eigenvalue`)
  // With F = V diag(λ^¼), FF' is the root, symmetric to the last bit.
  const factor = new Float64Array(n * n)
  for (let k = 0; k < n; k++) {
    const root = Math.sqrt(Math.sqrt(Math.max(0, values[k]!)))
    for (let i = 0; i < n; i++) factor[i * n + k] = root * vectors[i * n + k]!
  }
  return symmetrise(multiply(factor, transpose(factor, n), n), n)
}

/** A#B. a: symmetric positive definite, often diagonal; b: symmetric positive semidefinite. */
export function geometricMean(a: Float64Array, b: Float64Array, n: number): Float64Array {
  if (isDiagonal(a, n)) return scaledMean(a, b, n)
  const l = factorise(a, n)
  assert(l !== null, 'the first matrix must be positive definite')
  const columns = solveColumns(l, b, n)
  const root = squareRoot(symmetrise(solveColumns(l, columns, n), n), n)
  return symmetrise(multiply(multiply(l, root, n), transpose(l, n), n), n)
}

/** (L⁻¹M)'. Twice on a symmetric M it is L⁻¹ML⁻ᵀ. */
function solveColumns(l: Float64Array, m: Float64Array, n: number): Float64Array {
  const columns = transpose(m, n)
  for (let j = 0; j < n; j++) columns.set(solveLower(l, columns.subarray(j * n, j * n + n), n), j * n)
  return columns
}

/** A#B for a diagonal A. */
function scaledMean(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, i) => {
    assert(a[i * n + i]! > 0, `the first matrix must be positive definite, was ${a[i * n + i]} in place ${i}`)
    return Math.sqrt(a[i * n + i]!)
  })
  const inner = b.map((element, k) => element / scale[Math.floor(k / n)]! / scale[k % n]!)
  return squareRoot(symmetrise(inner, n), n).map((element, k) => element * (scale[Math.floor(k / n)]! * scale[k % n]!))
}

function isDiagonal(a: Float64Array, n: number): boolean {
  assert(a.length === n * n, `matrix must be of size ${n}`)
  return a.every((element, k) => element === 0 || k % (n + 1) === 0)
}
