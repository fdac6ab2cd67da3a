/**
 * What is known once a row has closed. `historyUntil` cuts a history there, lives and payments too, and whoever decides is
 * handed the cut: no function below, and none that computes a forecast, a target or a volume for a run, can see a later
 * row, because it has none.
 */
import { toNumber } from '../base/decimal.ts'
import { DAY_MS, type Instant } from '../base/instant.ts'
import { assert } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import { barsBridged, type PriceHistory, RETURNS_MIN } from '../risk/price-history.ts'
import { closedAt, type FundingHistory, type History, type Life } from './history.ts'

/** A history of which nothing after its last row is known, that row being closed. */
export type Known = Omit<History, 'notes'> & { readonly asOf: Instant }

export function historyUntil(history: History, row: number): Known {
  const rows = row + 1
  assert(rows > 0 && rows <= history.time.length, `a row of the history must be named, was ${row}`)
  const { universe, intervalMs } = history
  const [n, m] = [universe.instruments.length, universe.currencies.length]
  const wide = (column: Float64Array): Float64Array => column.subarray(0, rows * n)
  const asOf = closedAt(history, row)
  return {
    asOf,
    universe,
    intervalMs,
    time: history.time.subarray(0, rows),
    open: wide(history.open),
    high: wide(history.high),
    low: wide(history.low),
    close: wide(history.close),
    volume: wide(history.volume),
    mark: history.mark === null ? null : wide(history.mark),
    rate: history.rate.subarray(0, rows * m),
    lives: history.lives.map((life) => lifeUntil(life, rows)),
    funding: history.funding.map((payments) => (payments === null ? null : paidUntil(payments, asOf))),
  }
}

/** An end happens at the close of the last bar and is known from then on. */
function lifeUntil({ from, to, last }: Life, rows: number): Life {
  return to <= rows ? { from, to, last } : { from: Math.min(from, rows), to: rows, last: null }
}

function paidUntil({ time, rate }: FundingHistory, asOf: Instant): FundingHistory {
  let [low, high] = [0, time.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (time[middle]! <= asOf) low = middle + 1
    else high = middle
  }
  return { time: time.subarray(0, low), rate: rate.subarray(0, low) }
}

/** Whether an instrument has begun and has not ended. */
export function isAlive({ lives, time, asOf, universe }: Known, j: number): boolean {
  const life = lives[j]!
  const instrument = universe.instruments[j]!
  return life.last === null && life.from < time.length && !(instrument.kind === 'future' && instrument.expiry <= asOf)
}

export interface MarkSeen {
  readonly price: number
  /** When it was seen. */
  readonly at: Instant
}

/** The last mark of an instrument; null before its first. */
export function lastMark({ universe, mark, close, time, lives, intervalMs }: Known, j: number): MarkSeen | null {
  const n = universe.instruments.length
  const column = mark ?? close
  for (let row = time.length - 1; row >= lives[j]!.from; row--) {
    const price = column[row * n + j]!
    if (!Number.isNaN(price)) return { price, at: time[row]! + intervalMs }
  }
  return null
}

/** The bars of an instrument that open in the last `overMs`, as a history of its underlying. */
export function priceHistory(known: Known, j: number, overMs: number): PriceHistory {
  const { universe, close, asOf } = known
  const n = universe.instruments.length
  const start = firstRow(known, asOf - overMs)
  const rows = new Int32Array(known.time.length - start)
  let count = 0
  for (let row = start; row < known.time.length; row++) if (!Number.isNaN(close[row * n + j]!)) rows[count++] = row
  const column = (from: Float64Array): Float64Array => {
    const values = new Float64Array(count)
    for (let k = 0; k < count; k++) values[k] = from[rows[k]! * n + j]!
    return values
  }
  const time = new Float64Array(count)
  for (let k = 0; k < count; k++) time[k] = known.time[rows[k]!]!
  return {
    name: universe.underlyings[universe.underlyingOf[j]!]!,
    time,
    close: column(close),
    range: { open: column(known.open), high: column(known.high), low: column(known.low) },
  }
}

const firstRow = ({ time, intervalMs }: Known, from: Instant): number =>
  Math.max(0, Math.ceil((from - time[0]!) / intervalMs))

/** Whether there are as many returns in the last `overMs` as an estimate needs. */
export function hasReturns({ universe, time, close, asOf, intervalMs }: Known, j: number, overMs: number): boolean {
  const n = universe.instruments.length
  const longest = barsBridged(intervalMs)
  let [returns, later] = [0, -1]
  for (let row = time.length - 1; row >= 0 && time[row]! >= asOf - overMs; row--) {
    if (Number.isNaN(close[row * n + j]!)) continue
    if (later >= 0 && later - row <= longest && ++returns >= RETURNS_MIN) return true
    later = row
  }
  return false
}

/**
 * Traded value per day in the numeraire, over the last `overMs` or since the instrument began: bars that are missing traded
 * nothing. NaN where no volume is known.
 */
export function volumePerDay(known: Known, j: number, overMs: number): number {
  const { universe, time, close, volume, rate, lives, asOf, intervalMs } = known
  const [n, m] = [universe.instruments.length, universe.currencies.length]
  const start = Math.max(lives[j]!.from, firstRow(known, asOf - overMs))
  const worth = worthOfUnit(universe.instruments[j]!)
  let [traded, seen] = [0, false]
  for (let row = start; row < time.length; row++) {
    const units = volume[row * n + j]!
    if (Number.isNaN(units)) continue
    seen = true
    traded += units * worth(close[row * n + j]!) * rate[row * m + universe.quoteOf[j]!]!
  }
  return seen ? (traded * DAY_MS) / ((time.length - start) * intervalMs) : Number.NaN
}

/** Traded value of one unit at a price, in the quote currency. */
function worthOfUnit(instrument: Instrument): (price: number) => number {
  const multiplier = toNumber(instrument.multiplier)
  if (instrument.kind === 'spot') return (price) => price
  return instrument.contract === 'inverse' ? () => multiplier : (price) => multiplier * price
}
