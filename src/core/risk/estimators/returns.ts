/**
 * Returns as the estimators read them: a matrix of T rows (time) by n columns (assets), simple returns of one period. NaN
 * means missing. An estimator refuses missing returns by name; `handleMissing` is where somebody decides about them.
 * Estimates are per period: a year of 365 × 24 h has YEAR_MS ÷ period of them.
 */
import type { Issue, Result } from '../../base/result.ts'

export interface Returns {
  /** n */
  readonly names: readonly string[]
  /** T × n, row-major. */
  readonly values: Float64Array
}

/** What becomes of missing returns: refused, taken as no move, or the whole row left out. */
export type Missing = 'refuse' | 'zero' | 'dropRow'

/** A covariance per period. */
export interface CovarianceEstimate {
  /** n × n, row-major, symmetric, positive semidefinite. */
  readonly covariance: Float64Array
  /** What a reader of the estimate should know, one sentence each. */
  readonly notes: readonly string[]
}

export const rowCount = ({ names, values }: Returns): number => (names.length === 0 ? 0 : values.length / names.length)

/** Infinite returns stay as they are: they are mistakes, and refused by the estimators. Code: risk.return-missing */
export function handleMissing(returns: Returns, missing: Missing): Result<Returns> {
  const { names, values } = returns
  const n = names.length
  if (missing === 'zero') return { ok: true, value: { names, values: values.map((y) => (Number.isNaN(y) ? 0 : y)) } }
  if (missing === 'dropRow') {
    const kept: number[] = []
    for (let t = 0; t < rowCount(returns); t++) {
      const row = values.subarray(t * n, t * n + n)
      if (!row.some(Number.isNaN)) kept.push(...row)
    }
    return { ok: true, value: { names, values: Float64Array.from(kept) } }
  }
  const issues = checkReturns(returns, 0)
  return issues.length > 0 ? { ok: false, error: issues } : { ok: true, value: returns }
}

/** Everything that is wrong, by asset. Codes: risk.return-missing, risk.return-range, risk.too-short. */
export function checkReturns(returns: Returns, rowsMin: number): Issue[] {
  const { names, values } = returns
  const n = names.length
  const rows = rowCount(returns)
  const issues: Issue[] = []
  if (n === 0 || !Number.isInteger(rows) || rows < rowsMin)
    issues.push({
      code: 'risk.too-short',
      path: 'returns',
      message: `the returns must have at least ${rowsMin} whole rows of ${n} assets, was ${rows}`,
      hint: 'use a longer history or shorter bars',
    })
  names.forEach((name, i) => {
    let [missing, first, infinite] = [0, -1, -1]
    for (let t = 0; t < rows; t++) {
      const y = values[t * n + i]!
      if (Number.isNaN(y)) {
        if (missing === 0) first = t
        missing++
      } else if (!Number.isFinite(y) && infinite < 0) infinite = t
    }
    if (missing > 0)
      issues.push({
        code: 'risk.return-missing',
        path: `returns.${name}`,
        message: `the returns of ${name} must be complete, was ${missing} missing, the first in row ${first + 1}`,
        hint: 'decide what a missing return means: no move, or a row to leave out',
      })
    if (infinite >= 0)
      issues.push({
        code: 'risk.return-range',
        path: `returns.${name}`,
        message: `the returns of ${name} must be finite, was ${values[infinite * n + i]} in row ${infinite + 1}`,
        hint: 'check the prices: one of them is 0',
      })
  })
  return issues
}

/** One issue for each asset whose variance, on the diagonal of a covariance, is 0. Code: risk.no-movement */
export function checkMovement(names: readonly string[], covariance: Float64Array): Issue[] {
  const n = names.length
  return names.flatMap((name, i): Issue[] => {
    if (covariance[i * n + i]! > 0) return []
    return [
      {
        code: 'risk.no-movement',
        path: `returns.${name}`,
        message: `the price of ${name} must move in its history, was the same at every close`,
        hint: 'check that its feed is alive, or leave it out',
      },
    ]
  })
}
