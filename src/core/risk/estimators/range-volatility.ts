/**
 * Volatility from open, high, low and close, per bar (as a fraction; times sqrt(bars a year) for the year). With
 * o = ln(O_t/C_{t−1}), u = ln(H/O), d = ln(L/O), c = ln(C/O):
 *
 * - Parkinson 1980: Σ (u − d)²/(4 ln 2 · N). No drift, no jumps between bars.
 * - Garman and Klass 1980: Σ [½(u − d)² − (2 ln 2 − 1)c²]/N. No drift, no jumps between bars.
 * - Rogers and Satchell 1991: Σ [u(u − c) + d(d − c)]/N. Right with any drift.
 * - Yang and Zhang 2000: V_o + kV_c + (1 − k)V_rs with k = .34/(1.34 + (N + 1)/(N − 1)); V_o and V_c are sample variances
 *   (divisor N − 1) of o and c. Right with drift and with jumps between bars; the first bar only gives its close.
 *
 * All but the last read the range within bars; a market that is watched only now and then has too small a range.
 */
import { assertNever, type Issue, type Result, succeed } from '../../base/result.ts'

export type RangeEstimator = 'parkinson' | 'garmanKlass' | 'rogersSatchell' | 'yangZhang'

/** Columns of one asset, of equal length. */
export interface RangeBars {
  readonly name: string
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}

/** Codes: risk.too-short (Yang-Zhang: 3 bars, else 1), risk.history (a price that is not positive, or outside its range). */
export function rangeVolatility(bars: RangeBars, estimator: RangeEstimator): Result<number> {
  const issues = checkBars(bars, estimator === 'yangZhang' ? 3 : 1)
  if (issues.length > 0) return { ok: false, error: issues }
  return succeed(Math.sqrt(Math.max(0, varianceOf(bars, estimator))))
}

function varianceOf(bars: RangeBars, estimator: RangeEstimator): number {
  switch (estimator) {
    case 'parkinson':
      return meanOf(bars, 0, ({ u, d }) => (u - d) ** 2 / (4 * Math.LN2))
    case 'garmanKlass':
      return meanOf(bars, 0, ({ u, d, c }) => 0.5 * (u - d) ** 2 - (2 * Math.LN2 - 1) * c * c)
    case 'rogersSatchell':
      return meanOf(bars, 0, rogersSatchell)
    case 'yangZhang':
      return yangZhang(bars)
    default:
      return assertNever(estimator)
  }
}

interface Range {
  readonly u: number
  readonly d: number
  readonly c: number
}

const rogersSatchell = ({ u, d, c }: Range): number => u * (u - c) + d * (d - c)

function meanOf({ open, high, low, close }: RangeBars, from: number, term: (range: Range) => number): number {
  let total = 0
  for (let t = from; t < open.length; t++) {
    const start = open[t]!
    total += term({ u: Math.log(high[t]! / start), d: Math.log(low[t]! / start), c: Math.log(close[t]! / start) })
  }
  return total / (open.length - from)
}

function yangZhang(bars: RangeBars): number {
  const { open, close } = bars
  const count = open.length - 1
  const overnight = Float64Array.from({ length: count }, (_, t) => Math.log(open[t + 1]! / close[t]!))
  const within = Float64Array.from({ length: count }, (_, t) => Math.log(close[t + 1]! / open[t + 1]!))
  const k = 0.34 / (1.34 + (count + 1) / (count - 1))
  return varianceAround(overnight) + k * varianceAround(within) + (1 - k) * meanOf(bars, 1, rogersSatchell)
}

function varianceAround(x: Float64Array): number {
  let mean = 0
  for (const value of x) mean += value / x.length
  let total = 0
  for (const value of x) total += (value - mean) ** 2
  return total / (x.length - 1)
}

function checkBars({ name, open, high, low, close }: RangeBars, barsMin: number): Issue[] {
  const path = `market.candles.${name}`
  const count = open.length
  if (count < barsMin || [high, low, close].some((column) => column.length !== count))
    return [
      {
        code: 'risk.too-short',
        path,
        message: `${name} must have at least ${barsMin} bars with open, high, low and close, was ${count}`,
        hint: 'use a longer history',
      },
    ]
  for (let t = 0; t < count; t++) {
    const [from, top, bottom, to] = [open[t]!, high[t]!, low[t]!, close[t]!]
    if (bottom > 0 && top < Number.POSITIVE_INFINITY && bottom <= Math.min(from, to) && top >= Math.max(from, to))
      continue
    return [
      {
        code: 'risk.history',
        path,
        message: `the bars of ${name} must have 0 < low ≤ open, close ≤ high, was ${from}, ${top}, ${bottom}, ${to} (open, high, low, close) at bar ${t + 1}`,
        hint: 'repair the history, or import it again from its source',
      },
    ]
  }
  return []
}
