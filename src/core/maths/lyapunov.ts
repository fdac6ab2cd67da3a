/**
 * The stationary covariance X of dx = −Kx dt + noise of covariance rate Q: the Lyapunov equation KX + XK' = Q for
 * K = Λ⁻¹G, Λ positive diagonal, G symmetric positive definite. K is similar to the symmetric H = Λ^−½GΛ^−½ = VDV', so
 * with Y = Λ^½XΛ^½ the equation is HY + YH = Λ^½QΛ^½ and (V'YV)_ij = (V'Λ^½QΛ^½V)_ij / (D_i + D_j) (Bartels and Stewart
 * 1972 for the symmetric case; Higham, Functions of Matrices, §B.14). All matrices are n × n, row-major.
 */
import { assert } from '../base/result.ts'
import { eigenSymmetric } from './eigen.ts'
import { multiply, symmetrise, transpose } from './matrix.ts'

export interface LyapunovEquation {
  readonly n: number
  /** Λ: n numbers above 0. */
  readonly scale: Float64Array
  /** G: symmetric positive definite. */
  readonly symmetric: Float64Array
  /** Q: symmetric positive semidefinite. */
  readonly rate: Float64Array
}

/** X, symmetric; null where G is not numerically positive definite, because then no stationary X exists. */
export function solveLyapunov({ n, scale, symmetric, rate }: LyapunovEquation): Float64Array | null {
  assert(scale.length === n && symmetric.length === n * n && rate.length === n * n, `inputs must be of size ${n}`)
  const roots = scale.map((value) => {
    assert(value > 0, `scale must be above 0, was ${value}`)
    return Math.sqrt(value)
  })
  const similar = symmetric.map((value, k) => value / roots[Math.floor(k / n)]! / roots[k % n]!)
  const { values, vectors } = eigenSymmetric(symmetrise(similar, n), n)
  if (n > 0 && !(values[0]! > n * Number.EPSILON * values[n - 1]!)) return null
  const scaledRate = rate.map((value, k) => value * (roots[Math.floor(k / n)]! * roots[k % n]!))
  const transposed = transpose(vectors, n)
  const inner = multiply(multiply(transposed, scaledRate, n), vectors, n)
  const divided = inner.map((value, k) => value / (values[Math.floor(k / n)]! + values[k % n]!))
  const y = multiply(multiply(vectors, divided, n), transposed, n)
  return symmetrise(
    y.map((value, k) => value / roots[Math.floor(k / n)]! / roots[k % n]!),
    n,
  )
}
