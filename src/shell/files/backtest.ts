/**
 * Opens a book with the history that its `backtest` section names: candle files, marks, rates, funding, members, each
 * relative to the book. What a person can get wrong is an issue with the book's line; a disk that fails throws.
 */
import { dirname } from 'node:path'
import { formatInstantShort } from '../../core/base/format.ts'
import type { Instant } from '../../core/base/instant.ts'
import { type Issue, type Result, refuse, succeed } from '../../core/base/result.ts'
import type { Bars } from '../../core/sim/history-bars.ts'
import { type Backtest, barsKey, finishBacktest, type LoadedBacktest } from '../../wire/backtest.ts'
import { type BacktestDraft, type Between, draftBacktest } from '../../wire/backtest-needs.ts'
import { draftBook } from '../../wire/book.ts'
import type { BookIssue } from '../../wire/tree.ts'
import { besideBook, loadHoldings, readText } from './book.ts'
import { type CandleFile, readCandles } from './candles.ts'
import { readFunding } from './funding.ts'
import { readMembers } from './members.ts'

export interface OpenOptions extends Between {
  /** A bar that closes later has not happened. */
  readonly now: Instant
  /** Whether threads may share the history. */
  readonly shared: boolean
  /** Called before each file, with the share of all that is read. */
  readonly onFile: (share: number, path: string) => void
}

/** @returns what `runBacktest` takes, or every mistake in the book and its files, by line. */
export function openBacktest(path: string, options: OpenOptions): Result<Backtest, readonly BookIssue[]> {
  const read = readBacktest(path, options)
  if (!read.ok) return read
  const { draft, loaded } = read.value
  return finishBacktest(draft, loaded, { shared: options.shared, history: null, forecasts: null })
}

/** The book as written, and what its files hold. */
export function readBacktest(
  path: string,
  options: Omit<OpenOptions, 'shared'>,
): Result<{ readonly draft: BacktestDraft; readonly loaded: LoadedBacktest }, readonly BookIssue[]> {
  const text = readText(path, 'the book')
  if (!text.ok) return { ok: false, error: [{ ...text.error, path: '', line: 1 }] }
  const book = draftBook(text.value)
  if (!book.ok) return book
  const draft = draftBacktest(book.value, options)
  if (!draft.ok) return draft
  return { ok: true, value: { draft: draft.value, loaded: loadBacktest(draft.value, dirname(path), options) } }
}

function loadBacktest(
  draft: BacktestDraft,
  folder: string,
  { now, onFile }: Pick<OpenOptions, 'now' | 'onFile'>,
): LoadedBacktest {
  const issues: BookIssue[] = []
  const total = draft.bars.length + draft.funding.length + (draft.members === null ? 0 : 1)
  let done = 0
  const read = <T>(
    need: { readonly path: string; readonly line: number },
    place: string,
    reader: (path: string) => Result<T>,
  ): T | null => {
    onFile(done++ / total, need.path)
    const found = reader(besideBook(folder, need.path))
    if (found.ok) return found.value
    for (const issue of found.error) issues.push(inBook(issue, place, need.line))
    return null
  }
  const bars = new Map<string, { readonly bars: Bars; readonly notes: readonly string[] }>()
  for (const need of draft.bars) {
    const file = read(need, `backtest.${need.of}.${need.id}`, (path) => readBars(path, draft, now))
    if (file !== null) bars.set(barsKey(need), barsOf(file, draft))
  }
  const funding = new Map(
    draft.funding.flatMap((need) => {
      const paid = read(need, `backtest.funding.${need.id}`, (path) => readFunding(path, need))
      return paid === null ? [] : [[need.id, paid] as const]
    }),
  )
  const { members } = draft
  const dates = members === null ? null : read(members, 'backtest.members.file', (path) => readMembers(path, members))
  const found: BookIssue[] = []
  const { positions, cash } = loadHoldings({ needs: draft.holdings, names: draft.book.names }, folder, found)
  const place = draft.section.start === 'book' ? '' : 'backtest.start.'
  issues.push(...found.map((issue) => ({ ...issue, path: `${place}${issue.path}` })))
  return { bars, funding, members: dates, positions, cash, issues }
}

/** The line of the book; the line of the file stays in the message. */
const inBook = ({ path, message, ...issue }: Issue, place: string, line: number): BookIssue => ({
  ...issue,
  path: place,
  message: /:\d+$/.test(path) && !message.startsWith(path) ? `${path}: ${message}` : message,
  line,
})

/** Code: candles.future. */
function readBars(path: string, { span }: BacktestDraft, now: Instant): Result<CandleFile> {
  const file = readCandles(path, { from: span.reads, intervalMs: span.intervalMs })
  if (!file.ok) return file
  const last = file.value.columns.time.at(-1)!
  if (last + span.intervalMs <= now) return succeed(file.value)
  return refuse(
    'candles.future',
    path,
    `the bars of ${path} must have closed by now (${formatInstantShort(now)}), was one that opens at ${formatInstantShort(last)}`,
    'leave out a bar that is not closed, and check the clock of this machine',
  )
}

function barsOf({ columns, findings }: CandleFile, { span }: BacktestDraft): { bars: Bars; notes: string[] } {
  const end = columns.time.findIndex((open) => open >= span.to)
  const cut = (column: Float64Array): Float64Array => (end < 0 ? column : column.subarray(0, end))
  return {
    bars: {
      time: cut(columns.time),
      open: cut(columns.open),
      high: cut(columns.high),
      low: cut(columns.low),
      close: cut(columns.close),
      volume: columns.volume === null ? null : cut(columns.volume),
    },
    notes: findings.map(({ message }) => message),
  }
}
