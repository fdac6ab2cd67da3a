/**
 * HAR (Corsi, A Simple Approximate Long-Memory Model of Realized Volatility, 2009): tomorrow's realised variance from the
 * means of the last day, week and month, RV_{t+1} = c + b_d RV_t + b_w mean(RV, week) + b_m mean(RV, month), by least
 * squares. Crypto has no weekends off: a week has 7 days and a month 30 unless stated. A forecast outside the range
 * of what was ever seen is put back to its edge, and the fit says so (the insanity filter of Swanson and White 1997).
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { factorise, solveFactored } from '../../maths/cholesky.ts'

export interface HarFit {
  /** c, b_d, b_w, b_m */
  readonly coefficients: Float64Array
  /** Realised variance of the next period. */
  readonly forecast: number
  /** The forecast was put back into the range seen. */
  readonly limited: boolean
}

export interface HarOptions {
  /** Periods of the middle and of the long mean: 1 < week < month. */
  readonly week: number
  readonly month: number
}

const TERMS = 4
/** Rows of the regression for each of its unknowns, at least. */
const ROWS_PER_TERM = 10

/** variance: realised variance of each period, oldest first, > 0. Codes: risk.too-short, risk.history, risk.option, risk.singular. */
export function fitHar(
  series: { readonly name: string; readonly variance: Float64Array },
  { week, month }: HarOptions,
): Result<HarFit> {
  const { name, variance } = series
  if (!(Number.isInteger(week) && Number.isInteger(month) && week > 1 && month > week))
    return refuse(
      'risk.option',
      'week',
      `week and month must be whole periods, 1 < week < month, was ${week} and ${month}`,
      'use 7 and 30',
    )
  const rows = variance.length - month
  if (rows < ROWS_PER_TERM * TERMS)
    return refuse(
      'risk.too-short',
      `returns.${name}`,
      `${name} must have at least ${month + ROWS_PER_TERM * TERMS} realised variances, was ${variance.length}`,
      'use a longer history',
    )
  const bad = variance.findIndex((value) => !(value > 0 && value < Number.POSITIVE_INFINITY))
  if (bad >= 0)
    return refuse(
      'risk.history',
      `returns.${name}`,
      `the realised variances of ${name} must be positive numbers, was ${variance[bad]} in row ${bad + 1}`,
      'leave out periods without trades',
    )
  const scale = meanOf(variance, 0, variance.length)
  const terms = (end: number): Float64Array =>
    Float64Array.of(1, ...[1, week, month].map((length) => meanOf(variance, end - length, end) / scale))
  const products = new Float64Array(TERMS * TERMS)
  const right = new Float64Array(TERMS)
  for (let end = month; end < variance.length; end++) {
    const x = terms(end)
    for (let a = 0; a < TERMS; a++) {
      right[a]! += (x[a]! * variance[end]!) / scale
      for (let b = 0; b < TERMS; b++) products[a * TERMS + b]! += x[a]! * x[b]!
    }
  }
  const factor = factorise(products, TERMS)
  if (factor === null)
    return refuse(
      'risk.singular',
      `returns.${name}`,
      `the realised variances of ${name} must vary by day, week and month, was a history in which they move as one`,
      'use a longer history',
    )
  const b = solveFactored(factor, right, TERMS)
  const raw = terms(variance.length).reduce((total, x, a) => total + x * b[a]!, 0) * scale
  const forecast = Math.min(Math.max(...variance), Math.max(Math.min(...variance), raw))
  const coefficients = b.map((value, a) => (a === 0 ? value * scale : value))
  return succeed({ coefficients, forecast, limited: forecast !== raw })
}

function meanOf(x: Float64Array, from: number, to: number): number {
  let total = 0
  for (let t = from; t < to; t++) total += x[t]!
  return total / (to - from)
}
