/**
 * Candle files into columns: unpack, tell the layout, read the window, then check what would make the numbers wrong. A
 * file passes with its bars in order of time, one per time, of one interval, with positive prices, or is refused with all
 * reasons and their lines. What is merely worth knowing (gaps, jumps, identical duplicates) is a finding
 * (`candle-findings.ts`). The last close is kept as the exact text of the source, because a mark price becomes money.
 */
import { formatDuration } from '../../core/base/format.ts'
import { formatInstant, type Instant } from '../../core/base/instant.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../../core/base/result.ts'
import { loadCandleBytes } from './candle-bytes.ts'
import { type CandleLayout, detectFormat } from './candle-layouts.ts'
import { type CandleColumns, type CandleSource, fieldText, lineOf, makeRowIssues, scanRows } from './candle-rows.ts'

/** Something true of a file that its reader should know; it does not stop anything. */
export interface Finding {
  readonly code: string
  readonly severity: 'note' | 'warning'
  /** file:line of the first occurrence, or the file. */
  readonly path: string
  readonly message: string
}

export interface CandleFile {
  readonly path: string
  readonly layout: CandleLayout
  /** Layout and units in words. */
  readonly description: string
  /** In order of time, one row per time. */
  readonly columns: CandleColumns
  readonly intervalMs: number
  /** Exact text of the last close known at `asOf`, and when its bar closed. */
  readonly lastCloseText: string
  readonly lastCloseAt: Instant
  /** What reading the file brought to light; `inspectCandles` adds what the numbers say. */
  readonly findings: readonly Finding[]
  readonly source: CandleSource
  /** Offset in the source of each row of the columns. */
  readonly offset: Uint32Array
}

export interface CandleOptions {
  /** Bars that open before are skipped. Absent: none. */
  readonly from?: Instant
  /** Bars that open here or later are skipped. Absent: none. */
  readonly to?: Instant
  /** The last close is that of a bar closed by then. Absent: the last bar of the file. */
  readonly asOf?: Instant
  /** What the bars must be. Absent: what they mostly are. */
  readonly intervalMs?: number
}

interface Rows {
  readonly columns: CandleColumns
  readonly offset: Uint32Array
}

/** As many equal longer steps in a row are another interval, not gaps. */
const MIXED_RUN = 24

/** Reads a candle file of any layout in `candle-layouts.ts`. Never half of one: any issue refuses the whole file. */
export function readCandles(path: string, options: CandleOptions = {}): Result<CandleFile> {
  const bytes = loadCandleBytes(path)
  if (!bytes.ok) return bytes
  const format = detectFormat(bytes.value, path)
  if (!format.ok) return format
  const source: CandleSource = { path, bytes: bytes.value, format: format.value }
  const scanned = scanRows(source, { from: options.from ?? -Infinity, to: options.to ?? Infinity })
  if (scanned.issues.length > 0) return fail(scanned.issues)
  if (scanned.offset.length === 0) return noBars(path, scanned.rows, options)

  const findings: Finding[] = []
  if (scanned.unzoned)
    findings.push({
      code: 'candles.no-zone',
      severity: 'warning',
      path,
      message: 'times name no zone and were read as UTC',
    })
  const ordered = orderRows(scanned, source, findings)
  if (!ordered.ok) return ordered
  const rows = ordered.value
  const interval = intervalOf(rows, source, options.intervalMs ?? null)
  const issues = [...priceIssues(rows, source), ...(interval.ok ? [] : interval.error)]
  if (!interval.ok || issues.length > 0) return fail(issues)

  let last = rows.offset.length - 1
  const asOf = options.asOf ?? Infinity
  while (last >= 0 && rows.columns.time[last]! + interval.value > asOf) last--
  if (last < 0)
    return refuse(
      'candles.none',
      path,
      `${path} must have a bar closed by ${formatInstant(asOf)}, was none`,
      'use a later asOf or an earlier history',
    )
  return succeed({
    path,
    layout: source.format.layout,
    description: `${source.format.description}; time in ${scanned.units.join(', then ')}`,
    columns: rows.columns,
    intervalMs: interval.value,
    lastCloseText: fieldText(source, rows.offset[last]!, 'close'),
    lastCloseAt: rows.columns.time[last]! + interval.value,
    findings,
    source,
    offset: rows.offset,
  })
}

function noBars(path: string, rows: number, { from, to }: CandleOptions): Result<never> {
  if (rows === 0)
    return refuse(
      'candles.empty',
      path,
      `${path} must hold candles, was a header alone`,
      'write the candles first, or name another file',
    )
  const bounds = [
    from === undefined ? '' : ` from ${formatInstant(from)}`,
    to === undefined ? '' : ` before ${formatInstant(to)}`,
  ]
  return refuse(
    'candles.none',
    path,
    `${path} must have bars${bounds.join('')}, was none of its ${rows}`,
    'use a history that covers these dates',
  )
}

/** Order of time, once per time. Codes: candles.unsorted, candles.conflict. */
function orderRows(rows: Rows, source: CandleSource, findings: Finding[]): Result<Rows> {
  const newestFirst = isNewestFirst(rows.columns.time)
  const { columns, offset } = newestFirst
    ? pick(rows, (index) => rows.offset.length - 1 - index, rows.offset.length)
    : rows
  if (newestFirst)
    findings.push({
      code: 'candles.newest-first',
      severity: 'note',
      path: source.path,
      message: 'rows run from new to old and were turned around',
    })
  const issues = makeRowIssues(source)
  const kept: number[] = []
  let [duplicates, firstDuplicate] = [0, 0]
  for (let k = 0; k < offset.length; k++) {
    const step = k === 0 ? 1 : columns.time[k]! - columns.time[k - 1]!
    if (step > 0) kept.push(k)
    else if (step < 0)
      issues.add(offset[k]!, {
        code: 'candles.unsorted',
        what: `rows must be in order of time, was ${formatInstant(columns.time[k]!)} after ${formatInstant(columns.time[k - 1]!)}`,
        hint: 'sort the rows by time',
      })
    else if (isSameBar(columns, k, k - 1)) {
      if (duplicates++ === 0) firstDuplicate = offset[k]!
    } else
      issues.add(offset[k]!, {
        code: 'candles.conflict',
        what: `each time must have one bar, was ${formatInstant(columns.time[k]!)} twice with different numbers`,
        hint: 'delete the wrong one',
      })
  }
  const list = issues.list()
  if (list.length > 0) return fail(list)
  if (duplicates === 0) return succeed({ columns, offset })
  findings.push({
    code: 'candles.duplicate',
    severity: 'note',
    path: `${source.path}:${lineOf(source.bytes, firstDuplicate)}`,
    message: `${duplicates} ${duplicates === 1 ? 'row repeats' : 'rows repeat'} the one before and ${duplicates === 1 ? 'was' : 'were'} dropped`,
  })
  return succeed(pick({ columns, offset }, (index) => kept[index]!, kept.length))
}

/** No step forward in time, and one backward at least. */
function isNewestFirst(time: Float64Array): boolean {
  let backward = false
  for (let k = 1; k < time.length; k++) {
    if (time[k]! > time[k - 1]!) return false
    if (time[k]! < time[k - 1]!) backward = true
  }
  return backward
}

function isSameBar({ open, high, low, close, volume }: CandleColumns, a: number, b: number): boolean {
  return [open, high, low, close, volume].every((column) => column === null || column[a] === column[b])
}

function pick({ columns, offset }: Rows, from: (index: number) => number, count: number): Rows {
  const take = (column: Float64Array): Float64Array =>
    Float64Array.from({ length: count }, (_, index) => column[from(index)]!)
  const { time, open, high, low, close, volume } = columns
  return {
    columns: {
      time: take(time),
      open: take(open),
      high: take(high),
      low: take(low),
      close: take(close),
      volume: volume === null ? null : take(volume),
    },
    offset: Uint32Array.from({ length: count }, (_, index) => offset[from(index)]!),
  }
}

/** Codes: candles.price, candles.volume. */
function priceIssues({ columns, offset }: Rows, source: CandleSource): Issue[] {
  const issues = makeRowIssues(source)
  const { open, high, low, close, volume } = columns
  const fetch = 'fetch the file again; leave out a bar without trades, which makes it a gap'
  for (let k = 0; k < offset.length; k++) {
    const least = Math.min(open[k]!, high[k]!, low[k]!, close[k]!)
    if (!(least > 0))
      issues.add(offset[k]!, { code: 'candles.price', what: `prices must be above 0, was ${least}`, hint: fetch })
    else if (high[k]! < low[k]!)
      issues.add(offset[k]!, {
        code: 'candles.price',
        what: `high must be at least low (${low[k]}), was ${high[k]}`,
        hint: fetch,
      })
    if (volume !== null && volume[k]! < 0)
      issues.add(offset[k]!, {
        code: 'candles.volume',
        what: `volume must be 0 or more, was ${volume[k]}`,
        hint: fetch,
      })
  }
  return issues.list()
}

/** The step most bars take. Codes: candles.interval, candles.short. */
function intervalOf(
  { columns: { time }, offset }: Rows,
  source: CandleSource,
  expected: number | null,
): Result<number> {
  const usual = usualStep(time)
  const interval = usual ?? expected
  if (interval === null)
    return refuse(
      'candles.short',
      source.path,
      `${source.path} must have 2 bars or more to show their interval, was 1`,
      'use a longer history, or state the interval',
    )
  if (expected !== null && interval !== expected)
    return refuse(
      'candles.interval',
      source.path,
      `the bars of ${source.path} must be ${formatDuration(expected)} apart, was ${formatDuration(interval)}`,
      'state the interval the file has, or use another file',
    )
  const issues = makeRowIssues(source)
  let run = 0
  for (let k = 1; k < time.length; k++) {
    const step = time[k]! - time[k - 1]!
    run = k > 1 && step > interval && step === time[k - 1]! - time[k - 2]! ? run + 1 : 1
    if (step % interval === 0 && run !== MIXED_RUN) continue
    issues.add(offset[step % interval === 0 ? k - MIXED_RUN + 1 : k]!, {
      code: 'candles.interval',
      what: `bars must be one interval apart (${formatDuration(interval)}) or a gap of whole ones, was ${formatDuration(step)}`,
      hint: 'one file holds bars of one interval: split it, or resample it',
    })
  }
  const list = issues.list()
  return list.length > 0 ? fail(list) : succeed(interval)
}

/** The most frequent step, the shorter one among equals; null with fewer than two bars. */
function usualStep(time: Float64Array): number | null {
  const counts = new Map<number, number>()
  let run = 0
  for (let k = 1; k < time.length; k++) {
    run++
    const step = time[k]! - time[k - 1]!
    if (k + 1 < time.length && time[k + 1]! - time[k]! === step) continue
    counts.set(step, (counts.get(step) ?? 0) + run)
    run = 0
  }
  let [usual, most]: [number | null, number] = [null, 0]
  for (const [step, count] of counts) {
    if (count > most || (count === most && step < (usual ?? Infinity))) [usual, most] = [step, count]
  }
  return usual
}
