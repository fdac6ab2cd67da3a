/**
 * The annual volatility of one asset by the estimator that is named: exponentially weighted (`ewma.ts`), from the range of
 * bars, GARCH or HAR (`estimators/`). A return over a gap of m bars is one observation of m bars of variance, so it enters
 * as y/√m, and one over more than 7 days is left out. Realised variances of HAR are sums of squared returns by days that
 * end with the last bar; the bars of a range estimator are those of the time stated, gaps and all.
 */
import { DAY_MS, YEAR_MS } from '../base/instant.ts'
import { assertNever, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { fitGarch, meanVariance } from './estimators/garch.ts'
import { fitHar } from './estimators/har.ts'
import { type RangeEstimator, rangeVolatility } from './estimators/range-volatility.ts'
import { ewmaVol } from './ewma.ts'
import { type BarSeries, barsBridged, type HistoryWindow, historyPath, RETURNS_MIN } from './price-history.ts'

export type VolEstimator =
  | { readonly kind: 'ewma'; readonly halflifeMs: number }
  /** From the bars of the last `overMs`. */
  | { readonly kind: 'range'; readonly formula: RangeEstimator; readonly overMs: number }
  /** The mean variance forecast for the next `horizonMs`. */
  | { readonly kind: 'garch'; readonly asymmetric: boolean; readonly horizonMs: number }
  /** The variance forecast for the next day. */
  | { readonly kind: 'har' }

export interface VolEstimate {
  readonly vol: number
  readonly notes: readonly string[]
}

/** A week and a month of a market that never closes. */
const HAR_DAYS = { week: 7, month: 30 }

/** lastBar: the last bar of any asset. Codes: those of the estimator, each at the asset's history. */
export function estimateVol(
  series: BarSeries,
  estimator: VolEstimator,
  window: HistoryWindow & { readonly lastBar: number },
): Result<VolEstimate> {
  const { name } = series
  const { intervalMs } = window
  const annual = (variance: number, periodMs: number): number => Math.sqrt((variance * YEAR_MS) / periodMs)
  switch (estimator.kind) {
    case 'ewma': {
      const issues: Issue[] = []
      const vol = ewmaVol(series, { ...window, halflifeMs: estimator.halflifeMs }, issues)
      return issues.length > 0 ? { ok: false, error: issues } : succeed({ vol, notes: [] })
    }
    case 'range': {
      const vol = rangeOf(series, estimator, window)
      return vol.ok ? succeed({ vol: annual(vol.value ** 2, intervalMs), notes: [] }) : vol
    }
    case 'garch': {
      const fit = fitGarch({ name, returns: returnsOf(series, intervalMs) }, estimator)
      if (!fit.ok) return atHistory(name, fit.error)
      const bars = Math.max(1, Math.round(estimator.horizonMs / intervalMs))
      const notes = fit.value.converged
        ? []
        : [`The GARCH fit of ${name} did not settle; it is the best that was found.`]
      return succeed({ vol: annual(meanVariance(fit.value, bars), intervalMs), notes })
    }
    case 'har': {
      const days = dailyVariances(series, intervalMs)
      if (!days.ok) return days
      const fit = fitHar({ name, variance: days.value }, HAR_DAYS)
      if (!fit.ok) return atHistory(name, fit.error)
      const limited = `The HAR forecast of ${name} was outside everything seen and put back to its edge.`
      return succeed({ vol: annual(fit.value.forecast, DAY_MS), notes: fit.value.limited ? [limited] : [] })
    }
    default:
      return assertNever(estimator)
  }
}

const atHistory = (name: string, issues: readonly Issue[]): { readonly ok: false; readonly error: Issue[] } => ({
  ok: false,
  error: issues.map((issue) => ({ ...issue, path: historyPath(name) })),
})

/** y/√m of every return that is not left out. */
function returnsOf({ bar, change, elapsed }: BarSeries, intervalMs: number): Float64Array {
  const longest = barsBridged(intervalMs)
  const values: number[] = []
  for (let k = 1; k < bar.length; k++)
    if (elapsed[k]! <= longest) values.push(change[k]! / (elapsed[k] === 1 ? 1 : Math.sqrt(elapsed[k]!)))
  return Float64Array.from(values)
}

function rangeOf(
  { name, bar, close, range }: BarSeries,
  { formula, overMs }: Extract<VolEstimator, { kind: 'range' }>,
  { intervalMs, lastBar }: { readonly intervalMs: number; readonly lastBar: number },
): Result<number> {
  if (range === null)
    return refuse(
      'risk.no-range',
      historyPath(name),
      `${name} must have open, high and low beside its closes, was without`,
      'use candles with all four, or an estimator of closes',
    )
  let start = bar.length
  while (start > 0 && bar[start - 1]! > lastBar - overMs / intervalMs) start--
  const count = bar.length - start
  if (count < RETURNS_MIN)
    return refuse(
      'risk.too-short',
      historyPath(name),
      `${name} must have at least ${RETURNS_MIN} bars in the time its range is taken over, was ${count}`,
      'take it over a longer time, or use shorter bars',
    )
  const { open, high, low } = range
  const from = (column: Float64Array): Float64Array => column.subarray(start)
  const vol = rangeVolatility({ name, open: from(open), high: from(high), low: from(low), close: from(close) }, formula)
  if (vol.ok && !(vol.value > 0))
    return refuse(
      'risk.no-movement',
      historyPath(name),
      `the price of ${name} must move in the time its range is taken over, was the same throughout`,
      'check that its feed is alive, or take it over a longer time',
    )
  return vol
}

/** Σ y² of whole days back from the last bar, oldest first; days without any return are left out. */
function dailyVariances({ name, bar, change, elapsed }: BarSeries, intervalMs: number): Result<Float64Array> {
  const perDay = DAY_MS / intervalMs
  if (!Number.isInteger(perDay))
    return refuse(
      'risk.option',
      historyPath(name),
      `the interval must divide a day for HAR, was ${intervalMs} ms`,
      'use candles of 1h, 4h or 1d',
    )
  const longest = barsBridged(intervalMs)
  const end = bar.at(-1) ?? 0
  const days = bar.length === 0 ? 0 : Math.floor((end - bar[0]!) / perDay)
  const sums = new Float64Array(days)
  const counts = new Uint32Array(days)
  for (let k = 1; k < bar.length; k++) {
    const day = days - 1 - Math.floor((end - bar[k]!) / perDay)
    if (day < 0 || elapsed[k]! > longest) continue
    sums[day]! += change[k]! * change[k]!
    counts[day]! += 1
  }
  return succeed(sums.filter((_, day) => counts[day]! > 0))
}
