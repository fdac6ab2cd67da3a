/**
 * Price histories as they come from candle files, cut to what a forecast made at `asOf` may know and put on one grid of
 * bars. A bar counts once it has closed: open + interval ≤ asOf. Gaps and different start dates stay as they are; the
 * estimators see bar numbers and decide what a longer return means. Every refusal names the asset.
 */
import { formatDuration } from '../base/format.ts'
import { DAY_MS, formatInstant, type Instant } from '../base/instant.ts'
import { assert, type Issue, type Result } from '../base/result.ts'

/** Candle columns of one underlying: bar opens (ms UTC, increasing) and closes, of equal length. */
export interface PriceHistory {
  readonly name: string
  readonly time: Float64Array
  readonly close: Float64Array
  /** The rest of the candles, for estimators that read it. */
  readonly range?: PriceRange
}

/** Columns beside the closes. */
export interface PriceRange {
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
}

export interface HistoryWindow {
  readonly asOf: Instant
  readonly intervalMs: number
  /** First bar open that may be used. */
  readonly from: Instant
}

/** A history in its window. */
export interface BarSeries {
  readonly name: string
  /** Bar number on the grid all series share, increasing. */
  readonly bar: Float64Array
  readonly close: Float64Array
  /** Simple return from the bar before in this series; 0 for the first bar. */
  readonly change: Float64Array
  /** Bars since the bar before in this series: 1 without a gap; 0 for the first bar. */
  readonly elapsed: Float64Array
  readonly range: PriceRange | null
}

/** Returns an asset, and each pair of assets, must have. With fewer the estimate is noise: ±16 % on a volatility at 20. */
export const RETURNS_MIN = 20

/**
 * A return over a longer gap is left out: it says how far the price went while nobody looked, not how it moves.
 * Seven days is far longer than any outage of a venue and shorter than a delisting.
 */
export const GAP_BRIDGED_MAX_MS = 7 * DAY_MS
/** Bars a return may span, at least 1. */
export const barsBridged = (intervalMs: number): number => Math.max(1, Math.floor(GAP_BRIDGED_MAX_MS / intervalMs))

/** The series of all histories, or every reason why there are none. Codes: risk.history, risk.misaligned. */
export function alignHistories(histories: readonly PriceHistory[], window: HistoryWindow): Result<BarSeries[]> {
  assert(window.intervalMs > 0, `interval must be positive, was ${window.intervalMs}`)
  const issues: Issue[] = []
  const inside = histories.map((history) => cutToWindow(history, window, issues))
  const origin = inside.reduce(
    (first, each) => Math.min(first, each.time[0] ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  )
  const named = inside.find((each) => each.time[0] === origin)?.name ?? ''
  const series = inside.map((each) => onGrid(each, { origin, named, intervalMs: window.intervalMs }, issues))
  return issues.length > 0 ? { ok: false, error: issues } : { ok: true, value: series }
}

function cutToWindow(history: PriceHistory, window: HistoryWindow, issues: Issue[]): PriceHistory {
  const { name, time, close } = history
  assert(time.length === close.length, `time and close of ${name} must be of equal length`)
  let start = 0
  let end = time.length
  for (let k = 0; k < time.length; k++) {
    const price = close[k]!
    const increasing = k === 0 || time[k]! > time[k - 1]!
    if (increasing && price > 0 && price < Number.POSITIVE_INFINITY) continue
    issues.push({
      code: 'risk.history',
      path: historyPath(name),
      message: increasing
        ? `the closes of ${name} must be positive numbers, was ${price} at bar ${k + 1}`
        : `the bars of ${name} must be in order of time, was ${time[k]} after ${time[k - 1]} at bar ${k + 1}`,
      hint: 'repair the history, or import it again from its source',
    })
    return cut(history, 0, 0)
  }
  while (start < end && time[start]! < window.from) start++
  while (end > start && time[end - 1]! + window.intervalMs > window.asOf) end--
  return cut(history, start, end)
}

/** Bars from `start` up to `end`. */
export function cut({ name, time, close, range }: PriceHistory, start: number, end: number): PriceHistory {
  const part = (column: Float64Array): Float64Array => column.subarray(start, end)
  const bars = { name, time: part(time), close: part(close) }
  if (range === undefined) return bars
  return { ...bars, range: { open: part(range.open), high: part(range.high), low: part(range.low) } }
}

function onGrid(
  { name, time, close, range }: PriceHistory,
  { origin, named, intervalMs }: { readonly origin: Instant; readonly named: string; readonly intervalMs: number },
  issues: Issue[],
): BarSeries {
  const count = time.length
  const bar = new Float64Array(count)
  const change = new Float64Array(count)
  const elapsed = new Float64Array(count)
  for (let k = 0; k < count; k++) {
    bar[k] = (time[k]! - origin) / intervalMs
    if (!Number.isInteger(bar[k])) {
      issues.push({
        code: 'risk.misaligned',
        path: historyPath(name),
        message:
          `the bars of ${name} must open a whole number of ${formatDuration(intervalMs)} bars after the first bar of ` +
          `${named} (${formatInstant(origin)}), was ${formatInstant(time[k]!)}`,
        hint: 'use histories of one interval that open at the same times, and state that interval',
      })
      break
    }
    if (k === 0) continue
    change[k] = close[k]! / close[k - 1]! - 1
    elapsed[k] = bar[k]! - bar[k - 1]!
  }
  return { name, bar, close, change, elapsed, range: range ?? null }
}

export const historyPath = (name: string): string => `market.candles.${name}`
