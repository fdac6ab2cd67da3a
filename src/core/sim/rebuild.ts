/**
 * A history that goes on otherwise: rows up to one stay what they were, those after it follow other bars. A bar is kept as its
 * prices over the last close before it, so it can stand anywhere: after any price, in any row, bent or not. What a gap hides
 * goes on behind it. Marks keep their distance from the closes, coins that are underlyings move with them, other money as it did.
 */
import type { Universe } from '../domain/universe.ts'
import { closedAt, type FundingHistory, type History, type Life } from './history.ts'

/** Prices of a bar over the last close before it, and its volume. NaN where there is no bar. */
export interface Shape {
  open: number
  high: number
  low: number
  close: number
  volume: number
}

export interface Rebuilding {
  /** The last row that stays. */
  readonly from: number
  /** Which row of the history each later row is, the first of them the row after `from`. */
  readonly sources: Uint32Array
  /** Changes the shape of a bar; may set all of it to NaN, which hides it. Not called for it: what it is. */
  readonly bend?: (shape: Shape, row: number, instrument: number) => void
  /** Whether an instrument has no bar in a row, whatever its price does. */
  readonly isHidden?: (row: number, instrument: number) => boolean
  readonly lives?: readonly Life[]
  /** Rates of payments, by new time; null leaves a payment out. */
  readonly pay?: (rate: number, at: number, instrument: number) => number | null
}

/** @returns the history with as many rows as stay and follow */
export function rebuild(history: History, rebuilding: Rebuilding): History {
  const { from, sources } = rebuilding
  const { universe, intervalMs } = history
  const [n, m] = [universe.instruments.length, universe.currencies.length]
  const kept = from + 1
  const rows = kept + sources.length
  const start = (column: Float64Array, width: number): Float64Array => {
    const whole = new Float64Array(rows * width).fill(Number.NaN)
    whole.set(column.subarray(0, kept * width))
    return whole
  }
  const time = Float64Array.from({ length: rows }, (_, row) => history.time[0]! + row * intervalMs)
  const [open, high, low, close, volume] = [history.open, history.high, history.low, history.close, history.volume].map(
    (column) => start(column, n),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const mark = history.mark === null ? null : start(history.mark, n)
  const rate = start(history.rate, m)
  const pricedBy = coinPrices(universe)
  const shapeOf = shapes(history)
  const last = lastCloses(history, from)
  const shape: Shape = { open: 0, high: 0, low: 0, close: 0, volume: 0 }
  for (let k = 0; k < sources.length; k++) {
    const [row, source] = [kept + k, sources[k]!]
    const earlier = last.slice()
    for (let j = 0; j < n; j++) {
      shapeOf(shape, source, j)
      rebuilding.bend?.(shape, row, j)
      if (Number.isNaN(shape.close)) continue
      const before = last[j]!
      last[j] = before * shape.close
      if (rebuilding.isHidden?.(row, j) === true) continue
      const at = row * n + j
      open[at] = before * shape.open
      close[at] = last[j]!
      high[at] = Math.max(before * shape.high, open[at]!, close[at]!)
      low[at] = Math.min(before * shape.low, open[at]!, close[at]!)
      volume[at] = shape.volume
      if (mark !== null) mark[at] = (close[at]! * history.mark![source * n + j]!) / history.close[source * n + j]!
    }
    for (let c = 0; c < m; c++) {
      const j = pricedBy[c]!
      const change =
        j < 0 ? history.rate[source * m + c]! / history.rate[(source - 1) * m + c]! : last[j]! / earlier[j]!
      rate[row * m + c] = rate[(row - 1) * m + c]! * change
    }
  }
  return {
    ...history,
    time,
    open,
    high,
    low,
    close,
    volume,
    mark,
    rate,
    lives:
      rebuilding.lives ?? history.lives.map((life) => (life.to >= history.time.length ? { ...life, to: rows } : life)),
    funding: history.funding.map((payments, j) =>
      payments === null ? null : repay(history, payments, { rebuilding, j }),
    ),
  }
}

/** Per currency that is an underlying, its spot or else first instrument, which it moves with; −1 for other money. */
const coinPrices = ({ exposureOf, instrumentsOf, instruments }: Universe): Int32Array =>
  exposureOf.map((u) => {
    const own = u < 0 ? [] : instrumentsOf[u]!
    return own.find((j) => instruments[j]!.kind === 'spot') ?? own[0] ?? -1
  })

/** Reads the shape of a bar: over the last close of its instrument before it. */
function shapes({ universe, open, high, low, close, volume }: History) {
  const n = universe.instruments.length
  return (shape: Shape, row: number, j: number): void => {
    const at = row * n + j
    let before = at - n
    while (before >= 0 && Number.isNaN(close[before]!)) before -= n
    const base = before < 0 ? Number.NaN : close[before]!
    shape.open = open[at]! / base
    shape.high = high[at]! / base
    shape.low = low[at]! / base
    shape.close = close[at]! / base
    shape.volume = volume[at]!
  }
}

/** Per instrument the last close up to a row. */
function lastCloses({ universe, close }: History, from: number): Float64Array {
  const n = universe.instruments.length
  return Float64Array.from({ length: n }, (_, j) => {
    let row = from
    while (row >= 0 && Number.isNaN(close[row * n + j]!)) row--
    return row < 0 ? Number.NaN : close[row * n + j]!
  })
}

/** Payments stay up to the row that stays; those of each row that follows come as late in it as they came in theirs. */
function repay(
  history: History,
  { time, rate }: FundingHistory,
  { rebuilding, j }: { readonly rebuilding: Rebuilding; readonly j: number },
): FundingHistory {
  const { from, sources, pay } = rebuilding
  const asOf = closedAt(history, from)
  const times: number[] = []
  const rates: number[] = []
  const add = (at: number, paid: number): void => {
    const changed = pay === undefined ? paid : pay(paid, at, j)
    if (changed === null) return
    times.push(at)
    rates.push(changed)
  }
  for (let k = 0; k < time.length && time[k]! <= asOf; k++) {
    times.push(time[k]!)
    rates.push(rate[k]!)
  }
  const first = firstIn(history, time)
  for (let k = 0; k < sources.length; k++) {
    const source = sources[k]!
    const shift = (from + 1 + k - source) * history.intervalMs
    for (let p = first(source); p < time.length && time[p]! <= closedAt(history, source); p++)
      add(time[p]! + shift, rate[p]!)
  }
  return { time: Float64Array.from(times), rate: Float64Array.from(rates) }
}

/** Index of the first payment after a row has opened. */
function firstIn(history: History, time: Float64Array): (row: number) => number {
  return (row) => {
    const opened = history.time[row]!
    let [low, high] = [0, time.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (time[middle]! <= opened) low = middle + 1
      else high = middle
    }
    return low
  }
}
