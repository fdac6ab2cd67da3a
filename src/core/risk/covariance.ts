/**
 * Covariance from volatilities and correlations, Σ_ij = ρ_ij σ_i σ_j, and the checks a correlation matrix R must pass:
 * unit diagonal, |ρ| ≤ 1, symmetric, positive semidefinite. A matrix that is not the latter promises a book of negative
 * variance, so stated correlations are refused; correlations estimated pair by pair from different histories may be
 * repaired: negative eigenvalues are set to 0 and the diagonal scaled back to 1 (Rousseeuw and Molenberghs 1993, §4).
 * A repair always returns a sentence that says what it changed. All matrices are n × n, row-major.
 */
import { formatAmount } from '../base/format.ts'
import { assert, type Issue } from '../base/result.ts'
import { eigenSymmetric } from '../maths/eigen.ts'

/** Eigenvalues down to here are rounding, not a contradiction. */
const EIGENVALUE_MIN = -1e-10
/** Least gain in leverage that makes another pair the one to blame, so that rounding does not choose among equals. */
const LEVERAGE_GAIN = 1e-9

/** Σ_ij = ρ_ij σ_i σ_j. vol: n annual fractions; correlation: n × n. */
export function covarianceOf(vol: Float64Array, correlation: Float64Array, n: number): Float64Array {
  assert(vol.length === n && correlation.length === n * n, `vol and correlation must be of size ${n}`)
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) covariance[i * n + j] = correlation[i * n + j]! * (vol[i]! * vol[j]!)
  }
  return covariance
}

/**
 * What is wrong with a correlation matrix, all of it; empty where nothing is. names: n, for the messages.
 * Codes: risk.correlation-diagonal, risk.correlation-range, risk.correlation-asymmetric, risk.not-psd (asked only where
 * the others hold, because eigenvalues of anything else mean nothing).
 */
export function checkCorrelation(matrix: Float64Array, n: number, names: readonly string[]): Issue[] {
  assert(matrix.length === n * n && names.length === n, `matrix and names must be of size ${n}`)
  const issues = entryIssues(matrix, n, names)
  if (issues.length > 0 || n === 0) return issues
  const { values, vectors } = eigenSymmetric(matrix, n)
  const smallest = values[0]!
  if (smallest >= EIGENVALUE_MIN) return []
  const [i, j] = pairToBlame(vectors, n)
  const was = matrix[i * n + j]!
  const could = clipEigenvalues(matrix, n)[i * n + j]!
  return [
    {
      code: 'risk.not-psd',
      path: pairPath(names, i, j),
      message:
        `the correlations must be positive semidefinite, was a smallest eigenvalue of ${smallest.toPrecision(3)}: ` +
        `they contradict each other, ${names[i]}/${names[j]} ${formatAmount(was, 4)} most`,
      hint:
        `${could > was ? 'raise' : 'lower'} ${names[i]}/${names[j]} (repairing the whole matrix would make it ` +
        `${formatAmount(could, 4)}) or take all correlations from one history`,
    },
  ]
}

function entryIssues(matrix: Float64Array, n: number, names: readonly string[]): Issue[] {
  const issues: Issue[] = []
  for (let i = 0; i < n; i++) {
    if (matrix[i * n + i] !== 1)
      issues.push({
        code: 'risk.correlation-diagonal',
        path: pairPath(names, i, i),
        message: `the correlation of ${names[i]} with itself must be 1, was ${matrix[i * n + i]}`,
        hint: 'leave it out: it is always 1',
      })
    for (let j = i + 1; j < n; j++) {
      const [upper, lower] = [matrix[i * n + j]!, matrix[j * n + i]!]
      const outside = [upper, lower].find((rho) => !(Math.abs(rho) <= 1))
      if (outside !== undefined)
        issues.push({
          code: 'risk.correlation-range',
          path: pairPath(names, i, j),
          message: `the correlation ${names[i]}/${names[j]} must be between -1 and 1, was ${outside}`,
          hint: 'state it as a fraction, such as 0.8',
        })
      else if (upper !== lower)
        issues.push({
          code: 'risk.correlation-asymmetric',
          path: pairPath(names, i, j),
          message: `the correlation ${names[i]}/${names[j]} must be the same in both directions, was ${upper} and ${lower}`,
          hint: 'state it once',
        })
    }
  }
  return issues
}

const pairPath = (names: readonly string[], i: number, j: number): string =>
  `market.correlations.${names[i]}/${names[j]}`

/**
 * The pair whose correlation moves the smallest eigenvalue most. With unit eigenvector v, λ = Σ v_i v_j ρ_ij, so
 * ∂λ/∂ρ_ij = 2 v_i v_j.
 */
function pairToBlame(vectors: Float64Array, n: number): readonly [number, number] {
  let pair: readonly [number, number] = [0, 1]
  let most = -1
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const leverage = Math.abs(vectors[i * n]! * vectors[j * n]!)
      if (leverage > most + LEVERAGE_GAIN) [most, pair] = [leverage, [i, j]]
    }
  }
  return pair
}

/** V max(λ, 0) V', scaled back to a unit diagonal. The clipped diagonal is 1 or more, so nothing divides by 0. */
function clipEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = eigenSymmetric(matrix, n)
  const clipped = new Float64Array(n * n)
  for (let k = 0; k < n; k++) {
    const value = values[k]!
    if (value <= 0) continue
    for (let i = 0; i < n; i++) {
      const scaled = value * vectors[i * n + k]!
      for (let j = 0; j < n; j++) clipped[i * n + j]! += scaled * vectors[j * n + k]!
    }
  }
  const repaired = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    repaired[i * n + i] = 1
    for (let j = i + 1; j < n; j++) {
      const rho = clipped[i * n + j]! / Math.sqrt(clipped[i * n + i]! * clipped[j * n + j]!)
      const bounded = Math.min(1, Math.max(-1, rho))
      repaired[i * n + j] = bounded
      repaired[j * n + i] = bounded
    }
  }
  return repaired
}

export interface RepairedCorrelation {
  readonly correlation: Float64Array
  /** What the repair changed; null where there was nothing to repair and the matrix is the one that was given. */
  readonly note: string | null
}

/** The repair of the module's opening. matrix: symmetric, unit diagonal, |ρ| ≤ 1. */
export function repairCorrelation(matrix: Float64Array, n: number, names: readonly string[]): RepairedCorrelation {
  assert(entryIssues(matrix, n, names).length === 0, 'repair expects a symmetric matrix with unit diagonal and |ρ| ≤ 1')
  const smallest = n === 0 ? 0 : eigenSymmetric(matrix, n).values[0]!
  if (smallest >= EIGENVALUE_MIN) return { correlation: matrix, note: null }
  const correlation = clipEigenvalues(matrix, n)
  let [worst, row, column] = [-1, 0, 0]
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const change = Math.abs(correlation[i * n + j]! - matrix[i * n + j]!)
      if (change > worst + LEVERAGE_GAIN) [worst, row, column] = [change, i, j]
    }
  }
  const at = row * n + column
  const note =
    `The correlations were not positive semidefinite (smallest eigenvalue ${smallest.toPrecision(3)}) and were ` +
    `repaired; the largest change is ${names[row]}/${names[column]} from ${formatAmount(matrix[at]!, 4)} to ` +
    `${formatAmount(correlation[at]!, 4)}.`
  return { correlation, note }
}
