/**
 * Prices as a book is valued with them: of every row of a run the last mark that is known, from the last close of an
 * instrument's life on the price at which it left. Where nothing is known yet there is NaN.
 */
import { toNumber } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { closedAt, type History } from './history.ts'

export interface PricePath {
  readonly history: History
  /** Rows of the history [from, to); the columns begin at `from`. */
  readonly from: number
  readonly to: number
  /** rows × instruments, in the quote currency. */
  readonly price: Float64Array
  /** rows × currencies, numeraire per unit. */
  readonly rate: Float64Array
}

export function makePricePath(history: History, { from, to }: { from: number; to: number }): PricePath {
  const { universe, lives, close, mark } = history
  const width = universe.instruments.length
  const price = carried(mark ?? close, width, { from, to })
  lives.forEach(({ to: end, last }, j) => {
    if (last === null) return
    for (let row = Math.max(end - 1, from); row < to; row++) price[(row - from) * width + j] = toNumber(last)
  })
  return { history, from, to, price, rate: carried(history.rate, universe.currencies.length, { from, to }) }
}

/** A column of rows × width with every hole filled by what stood above it. */
function carried(column: Float64Array, width: number, { from, to }: { from: number; to: number }): Float64Array {
  const filled = column.slice(from * width, to * width)
  for (let j = 0; j < width; j++) {
    let known = Number.NaN
    for (let row = from - 1; row >= 0 && Number.isNaN(known); row--) known = column[row * width + j]!
    for (let at = j; at < filled.length; at += width) {
      if (Number.isNaN(filled[at]!)) filled[at] = known
      else known = filled[at]!
    }
  }
  return filled
}

/** The last row that had closed by then, counted from the beginning of the path; 0 before that. */
export function rowClosedBy({ history, from, to }: PricePath, at: Instant): number {
  const row = Math.floor((at - closedAt(history, from)) / history.intervalMs)
  return Math.max(0, Math.min(to - from - 1, row))
}
