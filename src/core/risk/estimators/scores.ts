/**
 * How good forecasts of risk were. QLIKE (Patton 2011): mean of log h + y/h for forecast variance h and realised y, a loss
 * whose order of forecasts survives a noisy but unbiased y such as a squared return; only differences between
 * forecasts of one history mean anything. For matrices the same is mean(log det Σ + r'Σ⁻¹r). The volatility
 * ratio of a book w is sqrt(Σ (w'r)² / Σ w'Σw): above 1 the forecasts promised too little risk.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { factorise, solveLower } from '../../maths/cholesky.ts'
import { quadraticForm } from '../../maths/matrix.ts'
import { type CovarianceEstimate, checkReturns, type Returns, rowCount } from './returns.ts'

/** realised ≥ 0 and forecast > 0, of equal length. Code: risk.forecast */
export function qlike(realised: Float64Array, forecast: Float64Array): Result<number> {
  let total = 0
  for (let t = 0; t < forecast.length; t++) {
    const [y, h] = [realised[t] ?? Number.NaN, forecast[t]!]
    if (!(y >= 0 && h > 0 && y < Number.POSITIVE_INFINITY && h < Number.POSITIVE_INFINITY)) return unusable(t, h)
    total += Math.log(h) + y / h
  }
  return forecast.length === 0 ? unusable(0, Number.NaN) : succeed(total / forecast.length)
}

const unusable = (row: number, found: number): Result<never> =>
  refuse(
    'risk.forecast',
    'forecast',
    `a forecast must be a variance above 0 beside a realised one, was ${found} in row ${row + 1}`,
    'use an estimator that gives every book some risk, such as a shrunk one',
  )

export interface CovarianceScore {
  /** Forecasts judged. */
  readonly count: number
  /** mean(log det Σ + r'Σ⁻¹r)/n */
  readonly qlike: number
  /** Realised ÷ forecast volatility of the book. */
  readonly volRatio: number
}

export interface ScoreOptions {
  /** Weights of the book whose volatility is judged. */
  readonly book: Float64Array
  /** Rows known before the first forecast. */
  readonly warmUp: number
  /** Rows that a forecast knows at most; null: all. */
  readonly window: number | null
  /** Rows a forecast is used for. */
  readonly every: number
}

/**
 * Walks through time: at each step the estimator sees the rows before only, and is judged by the rows up to the next step.
 * Codes: those of `checkReturns` and of the estimator; risk.option, risk.forecast.
 */
export function scoreCovariance(
  returns: Returns,
  estimator: (known: Returns) => Result<CovarianceEstimate>,
  { book, warmUp, window, every }: ScoreOptions,
): Result<CovarianceScore> {
  const issues = checkReturns(returns, warmUp + 1)
  if (issues.length > 0) return { ok: false, error: issues }
  if (!(every >= 1 && warmUp >= 1 && (window === null || window >= 1)))
    return refuse('risk.option', 'every', `a score must look at whole rows, was every ${every}`, 'use 1 for each row')
  const { names, values } = returns
  const [n, rows] = [names.length, rowCount(returns)]
  let [loss, realised, forecast, count] = [0, 0, 0, 0]
  for (let at = warmUp; at < rows; at += every) {
    const from = window === null ? 0 : Math.max(0, at - window)
    const known = estimator({ names, values: values.slice(from * n, at * n) })
    if (!known.ok) return known
    const { covariance } = known.value
    const factor = factorise(covariance, n)
    const variance = quadraticForm(book, covariance, n)
    if (factor === null || !(variance > 0)) return unusable(at, variance)
    for (let t = at; t < Math.min(rows, at + every); t++) {
      const row = values.slice(t * n, t * n + n)
      const whitened = solveLower(factor, row, n)
      let moved = 0
      for (let i = 0; i < n; i++) {
        loss += 2 * Math.log(factor[i * n + i]!) + whitened[i]! * whitened[i]!
        moved += book[i]! * row[i]!
      }
      realised += moved * moved
      forecast += variance
      count++
    }
  }
  return succeed({ count, qlike: loss / (count * n), volRatio: Math.sqrt(realised / forecast) })
}
