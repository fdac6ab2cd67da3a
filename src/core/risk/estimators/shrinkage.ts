/**
 * Shrinkage of the sample covariance S (mean removed, divisor T) towards a target F: Σ = δF + (1 − δ)S, 0 ≤ δ ≤ 1. The
 * answer is an object with both the matrix and δ, so that neither can be taken for the other.
 *
 * - identity (Ledoit and Wolf, A well-conditioned estimator, 2004): F = mI, m = tr S/n, d² = |S − mI|²/n,
 *   b² = min(d², Σ_t |x_t x_t' − S|²/(nT²)), δ = b²/d². Σ_t |x_t x_t' − S|² = Σ_t |x_t|⁴ − T|S|².
 * - constant correlation (Ledoit and Wolf, Honey, I shrunk the sample covariance matrix, 2003): F_ij = r̄ s_i s_j,
 *   δ = (π − ρ)/(γT); π sums the asymptotic variances of S_ij, ρ their covariances with F_ij, γ = |F − S|².
 * - oracle approximating (Chen, Wiesel, Eldar and Hero 2010, equation 23): F = mI,
 *   δ = ((1 − 2/n) tr S² + tr² S)/((T + 1 − 2/n)(tr S² − tr² S/n)).
 */
import { type Issue, type Result, succeed } from '../../base/result.ts'
import { type CovarianceEstimate, checkMovement, checkReturns, type Returns, rowCount } from './returns.ts'
import { columnsOf, scatter } from './sample.ts'

export interface ShrunkCovariance extends CovarianceEstimate {
  /** δ, from 0 (the sample) to 1 (the target alone). */
  readonly shrinkage: number
}

interface Sample {
  readonly n: number
  readonly rows: number
  /** n × T, centred. */
  readonly columns: Float64Array
  /** S */
  readonly covariance: Float64Array
}

/** Codes: those of `checkReturns`. */
export function shrinkToIdentity(returns: Returns): Result<ShrunkCovariance> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const sample = sampleOf(returns)
  const { n, rows, columns, covariance } = sample
  const { mean, square } = momentsOf(sample)
  let fourth = 0
  for (let t = 0; t < rows; t++) {
    let length = 0
    for (let i = 0; i < n; i++) length += columns[i * rows + t]! * columns[i * rows + t]!
    fourth += length * length
  }
  const distance = dispersion(sample, mean)
  const noise = Math.max(0, fourth - rows * square) / rows ** 2
  return shrunk(sample, scaledIdentity(mean, n), distance > 0 ? noise / distance : 0, covariance)
}

/** Codes: those of `checkReturns`. */
export function shrinkToOracle(returns: Returns): Result<ShrunkCovariance> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const sample = sampleOf(returns)
  const { n, rows, covariance } = sample
  const { mean, square } = momentsOf(sample)
  const trace = n * mean
  const spread = (rows + 1 - 2 / n) * dispersion(sample, mean)
  const shrinkage = spread > 0 ? ((1 - 2 / n) * square + trace * trace) / spread : 0
  return shrunk(sample, scaledIdentity(mean, n), shrinkage, covariance)
}

/** Codes: those of `checkReturns`; risk.no-movement. */
export function shrinkToConstantCorrelation(returns: Returns): Result<ShrunkCovariance> {
  const issues: Issue[] = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const sample = sampleOf(returns)
  const { n, rows, columns, covariance: s } = sample
  issues.push(...checkMovement(returns.names, s))
  if (issues.length > 0) return { ok: false, error: issues }
  const vol = Float64Array.from({ length: n }, (_, i) => Math.sqrt(s[i * n + i]!))
  let correlations = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) correlations += s[i * n + j]! / (vol[i]! * vol[j]!)
  const average = n > 1 ? correlations / ((n * (n - 1)) / 2) : 0
  const target = new Float64Array(n * n)
  const squares = scatter(
    columns.map((x) => x * x),
    n,
    rows,
  )
  const cubes = columns.map((x) => x * x * x)
  let [noise, shared, distance] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const at = i * n + j
      target[at] = i === j ? s[at]! : average * (vol[i]! * vol[j]!)
      const own = squares[at]! - s[at]! * s[at]!
      noise += own
      if (i === j) shared += own
      else {
        // θ_ii,ij, once for each ordered pair: the sum over (i, j) and (j, i) is that of the paper.
        let third = 0
        for (let t = 0; t < rows; t++) third += cubes[i * rows + t]! * columns[j * rows + t]!
        shared += average * (vol[j]! / vol[i]!) * (third / rows - s[i * n + i]! * s[at]!)
      }
      distance += (target[at]! - s[at]!) ** 2
    }
  }
  // With two assets the target is the sample: nothing to shrink.
  const negligible = distance <= (n * Number.EPSILON) ** 2 * momentsOf(sample).square
  return shrunk(sample, target, negligible ? 0 : (noise - shared) / (distance * rows), s)
}

function sampleOf(returns: Returns): Sample {
  const [n, rows] = [returns.names.length, rowCount(returns)]
  const columns = columnsOf(returns, 'sample')
  return { n, rows, columns, covariance: scatter(columns, n, rows) }
}

/** m = tr S/n and |S|² */
function momentsOf({ n, covariance }: Sample): { readonly mean: number; readonly square: number } {
  let [trace, square] = [0, 0]
  for (let i = 0; i < n; i++) trace += covariance[i * n + i]!
  for (const value of covariance) square += value * value
  return { mean: trace / n, square }
}

/** |S − mI|², summed from its elements: the difference of |S|² and nm² would lose its digits. */
function dispersion({ n, covariance }: Sample, mean: number): number {
  let total = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) total += (covariance[i * n + j]! - (i === j ? mean : 0)) ** 2
  return total
}

function scaledIdentity(mean: number, n: number): Float64Array {
  const target = new Float64Array(n * n)
  for (let i = 0; i < n; i++) target[i * n + i] = mean
  return target
}

function shrunk(
  { rows }: Sample,
  target: Float64Array,
  intensity: number,
  covariance: Float64Array,
): Result<ShrunkCovariance> {
  const shrinkage = Math.min(1, Math.max(0, intensity))
  const notes =
    shrinkage === 1 && covariance.length > 1
      ? [`The estimate is the target of the shrinkage alone: ${rows} rows are too noisy to say more.`]
      : []
  return succeed({
    covariance: covariance.map((value, k) => shrinkage * target[k]! + (1 - shrinkage) * value),
    shrinkage,
    notes,
  })
}
