/**
 * Histories of many instruments with different lives as columns on one grid. A bar stands in the row of its open; a row
 * without one is NaN, and nothing fills it. An instrument lives from its first bar with a mark to the end of the rows, to its
 * expiry, or, where that is stated, to its last bar, at whose close it leaves. A currency is worth what the market said
 * last. Every refusal names its instrument.
 */
import { decimalOfNumber, toText } from '../base/decimal.ts'
import { formatInstantShort } from '../base/format.ts'
import type { Instant } from '../base/instant.ts'
import { assert, fail, type Result, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { FundingHistory, History, Life } from './history.ts'
import { type Accepted, type Bars, type Checked, checkBars, emptyColumn, pathOf } from './history-bars.ts'
import { checkFunding } from './history-funding.ts'
import { checkRate, fillRates, type RateParts } from './history-rates.ts'

/** What is known of one instrument. */
export interface InstrumentHistory {
  readonly bars: Bars
  /** null: the closes are the marks. */
  readonly marks: Bars | null
  /** null: it pays none. */
  readonly funding: (FundingHistory & { readonly intervalMs: number }) | null
  /** Whether it leaves the market at its last close; else its bars must reach the end. */
  readonly leaves: boolean
  readonly accept: readonly Accepted[]
  /** What is known of it already, a sentence each. */
  readonly notes: readonly string[]
}

export interface HistoryParts extends RateParts {
  /** Per instrument of the universe. */
  readonly instruments: readonly InstrumentHistory[]
}

/**
 * The columns, or every reason why there are none.
 * Codes: those of `checkBars` and `checkFunding`; history.none, history.ends, history.after-expiry, history.rate.
 */
export function makeHistory(parts: HistoryParts): Result<History> {
  const { universe, intervalMs, from, to } = parts
  const rows = (to - from) / intervalMs
  assert(Number.isInteger(rows) && rows > 0, `rows must be whole and above 0, was ${rows}`)
  assert(
    parts.instruments.length === universe.instruments.length && parts.rates.length === universe.currencies.length,
    'every instrument and currency of the universe must have its part',
  )
  const checked = universe.instruments.map((instrument, j) => checkInstrument(instrument, parts.instruments[j]!, parts))
  const rates = universe.currencies.map((name, c) => checkRate(name, parts.rates[c]!, parts))
  const issues = [...checked, ...rates].flatMap((each) => each.issues)
  if (issues.length > 0) return fail(issues)
  const columns = fillColumns(parts, rows)
  const lives = universe.instruments.map((instrument, j) => lifeOf(instrument, parts.instruments[j]!, { parts, rows }))
  const rate = fillRates(parts, columns.close)
  if (!rate.ok) return rate
  return succeed({
    universe,
    intervalMs,
    ...columns,
    rate: rate.value.rate,
    lives,
    funding: parts.instruments.map(({ funding }) => (funding === null ? null : inRows(funding, parts))),
    notes: [
      ...checked.flatMap((each, j) => [...parts.instruments[j]!.notes, ...each.notes]),
      ...universe.instruments.flatMap(({ id }, j) =>
        lifeNotes(id, lives[j]!, { ...parts, marks: parts.instruments[j]!.marks !== null }),
      ),
      ...rates.flatMap((each) => each.notes),
      ...rate.value.notes,
    ],
  })
}

function checkInstrument(instrument: Instrument, own: InstrumentHistory, parts: HistoryParts): Checked {
  const { id } = instrument
  const { from: origin, to, intervalMs } = parts
  const path = pathOf('history', id)
  const found: Checked[] = [checkBars(own.bars, { name: id, path, origin, intervalMs, accept: own.accept })]
  if (own.marks !== null)
    found.push(
      checkBars(
        { ...own.marks, volume: new Float64Array(own.marks.time.length).fill(1) },
        { name: `the mark of ${id}`, path: pathOf('marks', id), origin, intervalMs, accept: own.accept },
      ),
    )
  if (own.funding !== null)
    found.push(checkFunding(own.funding, { name: id, path: pathOf('funding', id), intervalMs: own.funding.intervalMs }))
  const issues = found.flatMap((each) => each.issues)
  const last = own.bars.time.findLast((open) => open < to)
  const issue = (code: string, message: string, hint: string): void =>
    void issues.push({ code: `history.${code}`, path, message, hint })
  if (last === undefined)
    issue(
      'none',
      `${id} must have bars before ${formatInstantShort(to)}, was none`,
      'use a history that covers the run, or leave the instrument out',
    )
  else if (instrument.kind === 'future' && last + intervalMs > instrument.expiry)
    issue(
      'after-expiry',
      `the bars of ${id} must close by its expiry ${formatInstantShort(instrument.expiry)}, was one that closes at ${formatInstantShort(last + intervalMs)}`,
      'correct the expiry, or cut the history',
    )
  else if (last + intervalMs < to && !own.leaves && !(instrument.kind === 'future' && instrument.expiry <= to))
    issue(
      'ends',
      `the bars of ${id} must reach the end of the run ${formatInstantShort(to)}, was ${formatInstantShort(last + intervalMs)}`,
      'use a longer history; where it left the market at its last price, write `ends: delisted`',
    )
  return { issues, notes: found.flatMap((each) => each.notes) }
}

type Columns = Pick<History, 'time' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'mark'>

function fillColumns({ universe, from, intervalMs, instruments, shared }: HistoryParts, rows: number): Columns {
  const n = universe.instruments.length
  const make = (): Float64Array => emptyColumn(rows * n, shared)
  const [open, high, low, close, volume] = [make(), make(), make(), make(), make()]
  const mark = instruments.some(({ marks }) => marks !== null) ? make() : null
  const time = emptyColumn(rows, shared)
  for (let row = 0; row < rows; row++) time[row] = from + row * intervalMs
  const each = (bars: Bars, j: number, put: (at: number, k: number) => void): void => {
    for (let k = 0; k < bars.time.length; k++) {
      const row = (bars.time[k]! - from) / intervalMs
      if (row >= 0 && row < rows) put(row * n + j, k)
    }
  }
  instruments.forEach(({ bars, marks }, j) => {
    each(bars, j, (at, k) => {
      open[at] = bars.open[k]!
      high[at] = bars.high[k]!
      low[at] = bars.low[k]!
      close[at] = bars.close[k]!
      if (bars.volume !== null) volume[at] = bars.volume[k]!
      if (mark !== null && marks === null) mark[at] = bars.close[k]!
    })
    if (mark !== null && marks !== null)
      each(marks, j, (at, k) => {
        mark[at] = marks.close[k]!
      })
  })
  return { time, open, high, low, close, volume, mark }
}

function lifeOf(
  instrument: Instrument,
  { bars, marks, leaves }: InstrumentHistory,
  { parts: { from, to, intervalMs }, rows }: { readonly parts: HistoryParts; readonly rows: number },
): Life {
  const rowOf = (open: Instant): number => (open - from) / intervalMs
  const firstBar = bars.time.find((open) => open >= from)
  const firstMark = marks === null ? firstBar : marks.time.find((open) => open >= from)
  if (firstBar === undefined || firstMark === undefined) return { from: rows, to: rows, last: null }
  const start = Math.max(rowOf(firstBar), rowOf(firstMark))
  const lastAt = bars.time.findLastIndex((open) => open < to)
  const end = rowOf(bars.time[lastAt]!) + 1
  const expires = instrument.kind === 'future' && instrument.expiry <= to
  return end < rows || (leaves && end === rows) || expires
    ? { from: Math.min(start, end), to: end, last: decimalOfNumber(bars.close[lastAt]!) }
    : { from: start, to: rows, last: null }
}

function lifeNotes(id: string, life: Life, parts: HistoryParts & { readonly marks: boolean }): string[] {
  const at = (row: number): string => formatInstantShort(parts.from + row * parts.intervalMs)
  const late = parts.from + life.from * parts.intervalMs > parts.begins
  return [
    ...(late ? [`${id} begins at ${at(life.from)}${parts.marks ? ', with its first mark' : ''}.`] : []),
    ...(life.last === null ? [] : [`${id} ends at ${at(life.to)}, at ${toText(life.last)}.`]),
  ]
}

const inRows = ({ time, rate }: FundingHistory, { from, to }: HistoryParts): FundingHistory => {
  const start = time.findIndex((at) => at >= from)
  const end = time.findLastIndex((at) => at <= to)
  return start < 0
    ? { time: time.slice(0, 0), rate: rate.slice(0, 0) }
    : { time: time.slice(start, end + 1), rate: rate.slice(start, end + 1) }
}
