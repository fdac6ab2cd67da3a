/**
 * Past returns of all underlyings over periods of one length, for limits on what was lost in them: from the last bar that all
 * histories share backwards, without overlap. A period counts where every history has a bar at both its ends.
 */
import { formatDuration } from '../base/format.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Scenarios } from '../domain/market.ts'
import { alignHistories, type HistoryWindow, type PriceHistory } from './price-history.ts'

/** Fewer periods say nothing of the worst of them. */
const PERIODS_MIN = 20

export function pastReturns(
  histories: readonly PriceHistory[],
  window: HistoryWindow,
  horizonMs: number,
): Result<Scenarios, readonly Issue[]> {
  const step = horizonMs / window.intervalMs
  if (!Number.isInteger(step))
    return fail([
      {
        code: 'scenarios.horizon',
        path: 'limits.expectedShortfall.over',
        message: `must be a whole number of ${formatDuration(window.intervalMs)} bars, was ${formatDuration(horizonMs)}`,
        hint: 'change the time, or use candles of another interval',
      },
    ])
  const aligned = alignHistories(histories, window)
  if (!aligned.ok) return aligned
  const closes = aligned.value.map(({ bar, close }) => new Map(Array.from(bar, (at, k) => [at, close[k]!])))
  const last = Math.min(...aligned.value.map(({ bar }) => bar.at(-1) ?? -1))
  const rows: number[][] = []
  for (let to = last; to - step >= 0; to -= step) {
    const changes = closes.map((close) => (close.get(to) ?? Number.NaN) / (close.get(to - step) ?? Number.NaN) - 1)
    if (!changes.some(Number.isNaN)) rows.push(changes)
  }
  if (rows.length >= PERIODS_MIN) return succeed({ horizonMs, returns: Float64Array.from(rows.flat()) })
  return fail([
    {
      code: 'scenarios.history',
      path: 'limits.expectedShortfall',
      message: `candles must have ${PERIODS_MIN} periods of ${formatDuration(horizonMs)} that all underlyings share, was ${rows.length}`,
      hint: 'read longer histories, shorten the time, or use method normal',
    },
  ])
}
