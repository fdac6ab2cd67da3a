/**
 * Market history as columns: rows of bars on one grid of time, row-major over the instruments of a universe, so that a row is
 * a view and no copy. NaN is no bar: not listed yet, delisted, or a gap that nothing fills. A study shares the buffers
 * between threads.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Universe } from '../domain/universe.ts'

export interface History {
  readonly universe: Universe
  readonly intervalMs: number
  /** Bar opens, ms UTC, increasing by the interval without a hole: a missing bar is a row of NaN. */
  readonly time: Float64Array
  /** rows × instruments, in the quote currency. */
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** In units of the instrument. */
  readonly volume: Float64Array
  /** Marks where they are not the closes; rows × instruments. */
  readonly mark: Float64Array | null
  /** Numeraire per unit of each currency at the close; rows × currencies. */
  readonly rate: Float64Array
  /** Per instrument. */
  readonly lives: readonly Life[]
  /** Per instrument; null for what pays none. */
  readonly funding: readonly (FundingHistory | null)[]
  /** What was found in the files and what was done about it, a sentence each. */
  readonly notes: readonly string[]
}

/** From the first row with a bar up to the end, exclusive; `last` is the price at which it left, null where it never did. */
export interface Life {
  readonly from: number
  readonly to: number
  readonly last: Decimal | null
}

/** Payments at the venue's own times: rate is a fraction of notional, + longs pay. */
export interface FundingHistory {
  readonly time: Float64Array
  readonly rate: Float64Array
}

/** The moment a row is known. */
export const closedAt = (history: History, row: number): Instant => history.time[row]! + history.intervalMs
