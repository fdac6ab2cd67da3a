/**
 * Sample moments of returns. Covariance S = Σ (x_t − x̄)(x_t − x̄)'/divisor, or with the mean taken as 0, which is the
 * better assumption for short periods. Semi-covariance (Estrada 2008): Σ min(x_t − b, 0) min(x_t − b, 0)'/T for a
 * benchmark return b; a sum of outer products, hence positive semidefinite.
 */
import type { Result } from '../../base/result.ts'
import { type CovarianceEstimate, checkReturns, type Returns, rowCount } from './returns.ts'

export interface SampleOptions {
  readonly divisor: 'T' | 'T-1'
  readonly mean: 'sample' | 'zero'
}

/** Codes: those of `checkReturns`; two rows at least. */
export function sampleCovariance(returns: Returns, { divisor, mean }: SampleOptions): Result<CovarianceEstimate> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const rows = rowCount(returns)
  const covariance = scatter(columnsOf(returns, mean), returns.names.length, divisor === 'T' ? rows : rows - 1)
  return { ok: true, value: { covariance, notes: rankNotes(returns, mean === 'sample' ? 1 : 0) } }
}

const FALLS_ONLY =
  'The semi-covariance counts what falls short of the benchmark only: its volatilities are smaller than others.'

/** b: return per period. Codes: those of `checkReturns`. */
export function semiCovariance(
  returns: Returns,
  { benchmark }: { readonly benchmark: number },
): Result<CovarianceEstimate> {
  const issues = checkReturns(returns, 2)
  if (issues.length > 0) return { ok: false, error: issues }
  const columns = columnsOf(returns, 'zero').map((y) => Math.min(y - benchmark, 0))
  const covariance = scatter(columns, returns.names.length, rowCount(returns))
  return { ok: true, value: { covariance, notes: [FALLS_ONLY, ...rankNotes(returns, 0)] } }
}

function rankNotes(returns: Returns, lost: number): string[] {
  const [rows, n] = [rowCount(returns), returns.names.length]
  if (rows - lost >= n) return []
  return [`The estimate is singular: ${rows} rows say nothing about some books of ${n} assets.`]
}

/** n × T: one contiguous column of returns for each asset, less its mean where that is asked for. */
export function columnsOf(returns: Returns, mean: SampleOptions['mean']): Float64Array {
  const { names, values } = returns
  const [n, rows] = [names.length, rowCount(returns)]
  const columns = new Float64Array(n * rows)
  for (let i = 0; i < n; i++) {
    let total = 0
    for (let t = 0; t < rows; t++) total += values[t * n + i]!
    const centre = mean === 'sample' ? total / rows : 0
    for (let t = 0; t < rows; t++) columns[i * rows + t] = values[t * n + i]! - centre
  }
  return columns
}

/** Σ_t c_it c_jt/divisor for columns as above: n × n, exactly symmetric. */
export function scatter(columns: Float64Array, n: number, divisor: number): Float64Array {
  const rows = columns.length / n
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = columnDot(columns, i * rows, j * rows, rows) / divisor
      result[i * n + j] = value
      result[j * n + i] = value
    }
  }
  return result
}

/** Four sums at once: additions need not wait for each other. */
function columnDot(columns: Float64Array, a: number, b: number, rows: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let t = 0
  for (; t + 3 < rows; t += 4) {
    s0 += columns[a + t]! * columns[b + t]!
    s1 += columns[a + t + 1]! * columns[b + t + 1]!
    s2 += columns[a + t + 2]! * columns[b + t + 2]!
    s3 += columns[a + t + 3]! * columns[b + t + 3]!
  }
  for (; t < rows; t++) s0 += columns[a + t]! * columns[b + t]!
  return s0 + s1 + (s2 + s3)
}
