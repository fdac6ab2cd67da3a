/**
 * The rows of a candle file as numbers, straight from its bytes. A number of up to 15 digits is an exact integer over an
 * exact power of ten, so its one division rounds as `Number(text)` does (Clinger 1990); longer ones go through `Number`.
 * Rows outside the window cost the reading of their time alone. Every row keeps its offset, so that exact text and line
 * numbers can be had later.
 */
import { formatInstant, type Instant, parseInstant } from '../../core/base/instant.ts'
import type { Issue } from '../../core/base/result.ts'
import type { CandleFields, CandleFormat } from './candle-layouts.ts'

/** Columns of equal length; times in ms UTC of the bar's open. volume: null where the file has none. */
export interface CandleColumns {
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array | null
}

export interface CandleSource {
  readonly path: string
  readonly bytes: Uint8Array
  readonly format: CandleFormat
}

export interface CandleWindow {
  /** Bars that open before are not read. */
  readonly from: Instant
  /** Bars that open here or later are not read. */
  readonly to: Instant
}

export interface ScannedRows {
  readonly columns: CandleColumns
  /** Offset of each row. */
  readonly offset: Uint32Array
  /** Rows of the file, in the window or not. */
  readonly rows: number
  /** Units times were written in, in order of appearance. */
  readonly units: readonly string[]
  /** Some times were written without a zone. */
  readonly unzoned: boolean
  readonly issues: readonly Issue[]
}

const SLOTS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const satisfies readonly (keyof CandleFields)[]
/** What a row without a header has at least. */
const USUAL_COUNT = 6
const QUOTE = 34
const NEWLINE = 10
const [ROW_OPEN, ROW_CLOSE] = [91, 93]
/** m·10 + 9 stays below 2⁵³ up to here. */
const MANTISSA_MAX = 900_719_925_474_098
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

const UNITS = [
  { name: 's', perMs: 1e-3 },
  { name: 'ms', perMs: 1 },
  { name: 'µs', perMs: 1e3 },
  { name: 'ns', perMs: 1e6 },
] as const
/** Candles lie in here, so that the size of a number tells its unit and 20240101 is no time: 2000 to 2200. */
const TIME_MIN = 946_684_800_000
const TIME_MAX = 7_258_118_400_000

/** A position in the bytes; the functions below move it. */
interface Cursor {
  at: number
}

interface RowShape {
  readonly bytes: Uint8Array
  readonly delimiter: number
  readonly rowEnd: number
}

const shapeOf = ({ bytes, format }: CandleSource): RowShape => ({
  bytes,
  delimiter: format.delimiter,
  rowEnd: format.layout === 'ohlcv-json' ? ROW_CLOSE : NEWLINE,
})

/**
 * Reads the number of the field at the cursor and leaves the cursor on the byte that ends the field. NaN where the field
 * is no number.
 */
function readNumber({ bytes, delimiter, rowEnd }: RowShape, cursor: Cursor): number {
  let at = cursor.at
  let byte = bytes[at]
  while (byte !== undefined && (byte <= 32 || byte === QUOTE) && byte !== delimiter && byte !== rowEnd)
    byte = bytes[++at]
  const start = at
  const negative = byte === 45
  if (negative || byte === 43) byte = bytes[++at]
  let mantissa = 0
  let digits = 0
  let places = -1
  let plain = true
  for (; byte !== undefined; byte = bytes[++at]) {
    if (byte >= 48 && byte <= 57) {
      if (mantissa > MANTISSA_MAX) plain = false
      mantissa = mantissa * 10 + (byte - 48)
      digits++
      if (places >= 0) places++
    } else if (byte === 46 && places < 0) places = 0
    else break
  }
  if (byte === 69 || byte === 101) {
    plain = false
    while (byte !== undefined && byte > 32 && byte !== delimiter && byte !== rowEnd && byte !== QUOTE)
      byte = bytes[++at]
  }
  const end = at
  while (byte !== undefined && (byte <= 32 || byte === QUOTE) && byte !== delimiter && byte !== rowEnd)
    byte = bytes[++at]
  cursor.at = at
  if (digits === 0 || (byte !== undefined && byte !== delimiter && byte !== rowEnd)) return Number.NaN
  if (!plain || places > 22) return Number(textOf(bytes, start, end))
  const value = places > 0 ? mantissa / POWERS[places]! : mantissa
  return negative ? -value : value
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')

/** Moves the cursor to the byte that ends the field it is in. */
function skipField({ bytes, delimiter, rowEnd }: RowShape, cursor: Cursor): void {
  let at = cursor.at
  if (bytes[at] === QUOTE) {
    at++
    while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== NEWLINE) at++
  }
  while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== rowEnd) at++
  cursor.at = at
}

/** Puts the cursor on field number `index` of the row it starts; false where the row is shorter. */
function seekField(shape: RowShape, cursor: Cursor, index: number): boolean {
  for (let field = 0; field < index; field++) {
    skipField(shape, cursor)
    if (shape.bytes[cursor.at] !== shape.delimiter) return false
    cursor.at++
  }
  return true
}

/** The exact text of a field, without blanks and quotes. The field exists. */
export function fieldText(source: CandleSource, offset: number, field: keyof CandleFields): string {
  const shape = shapeOf(source)
  const cursor = { at: offset }
  seekField(shape, cursor, source.format.fields[field])
  const start = cursor.at
  skipField(shape, cursor)
  return textOf(source.bytes, start, cursor.at).replaceAll('"', '').trim()
}

/** Line of the file an offset is in, from 1. */
export function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < offset; at = bytes.indexOf(NEWLINE, at + 1)) line++
  return line
}

/** Problems of rows, one per code: where the first is and how many there are. */
export function makeRowIssues(source: CandleSource): {
  readonly add: (
    offset: number,
    problem: { readonly code: string; readonly what: string; readonly hint: string },
  ) => void
  readonly list: () => Issue[]
} {
  const found = new Map<string, { offset: number; what: string; hint: string; count: number }>()
  return {
    add(offset, { code, what, hint }) {
      const known = found.get(code)
      if (known === undefined) found.set(code, { offset, what, hint, count: 1 })
      else known.count++
    },
    list: () =>
      [...found].map(([code, { offset, what, hint, count }]) => ({
        code,
        path: `${source.path}:${lineOf(source.bytes, offset)}`,
        message: `${what}${count > 1 ? ` (and ${count - 1} more like it)` : ''}`,
        hint,
      })),
  }
}

/** Reads the rows of the window. Codes: candles.columns, candles.time, candles.number, candles.layout. */
export function scanRows(source: CandleSource, window: CandleWindow): ScannedRows {
  const { bytes, format } = source
  const shape = shapeOf(source)
  const json = shape.rowEnd === ROW_CLOSE
  const issues = makeRowIssues(source)
  const clock = makeClock()
  const table = makeTable(format, Math.ceil(bytes.length / 40))
  const values = new Float64Array(SLOTS.length)
  const cursor: Cursor = { at: json ? format.start + 1 : format.start }
  let rows = 0
  for (;;) {
    const row = json ? nextJsonRow(source, cursor, issues) : nextLine(bytes, cursor)
    if (row < 0) break
    rows++
    const time = readTime(shape, { cursor, format, row }, clock, issues)
    if (time >= window.from && time < window.to) {
      values[0] = time
      if (readPrices(shape, { cursor, format, row }, values, issues)) table.push(values, row)
    }
    let end = cursor.at
    while (end < bytes.length && bytes[end] !== shape.rowEnd) end++
    cursor.at = end + 1
  }
  return { ...table.finish(), rows, units: clock.units(), unzoned: clock.unzoned(), issues: issues.list() }
}

type RowIssues = ReturnType<typeof makeRowIssues>
type Clock = ReturnType<typeof makeClock>
interface RowPlace {
  readonly cursor: Cursor
  readonly format: CandleFormat
  readonly row: number
}

/** Start of the next line that is not blank, −1 at the end. */
function nextLine(bytes: Uint8Array, cursor: Cursor): number {
  while (cursor.at < bytes.length && bytes[cursor.at]! <= 32) cursor.at++
  return cursor.at < bytes.length ? cursor.at : -1
}

/** Start of the fields of the next [row], −1 at the closing bracket or where the file is not rows any more. */
function nextJsonRow({ bytes, path }: CandleSource, cursor: Cursor, issues: RowIssues): number {
  while (cursor.at < bytes.length && (bytes[cursor.at]! <= 32 || bytes[cursor.at] === 44)) cursor.at++
  const byte = bytes[cursor.at]
  if (byte === ROW_OPEN) return ++cursor.at
  if (byte !== ROW_CLOSE)
    issues.add(cursor.at, {
      code: 'candles.layout',
      what: `the rows of ${path} must be arrays, was ${JSON.stringify(textOf(bytes, cursor.at, Math.min(cursor.at + 20, bytes.length)))}`,
      hint: 'write rows [time in ms, open, high, low, close, volume]',
    })
  return -1
}

function readTime(shape: RowShape, { cursor, format, row }: RowPlace, clock: Clock, issues: RowIssues): Instant {
  const found = seekField(shape, cursor, format.fields.time)
  const start = cursor.at
  const raw = found ? readNumber(shape, cursor) : Number.NaN
  const time = Number.isNaN(raw) ? Number.NaN : clock.fromNumber(raw)
  if (!Number.isNaN(time)) return time
  cursor.at = start
  skipField(shape, cursor)
  const text = textOf(shape.bytes, start, cursor.at).replaceAll('"', '').trim()
  const parsed = found ? clock.fromText(text) : Number.NaN
  if (Number.isNaN(parsed))
    issues.add(row, {
      code: 'candles.time',
      what: `time must be seconds, ms or µs since 1970 or a date such as 2026-03-01T00:00:00Z, between ${formatInstant(TIME_MIN).slice(0, 4)} and ${formatInstant(TIME_MAX).slice(0, 4)}, was ${JSON.stringify(text.slice(0, 40))}`,
      hint: 'write the open of each bar in one of these forms',
    })
  return parsed
}

/** Fills the slots after time; false where something is missing. */
function readPrices(
  shape: RowShape,
  { cursor, format, row }: RowPlace,
  values: Float64Array,
  issues: RowIssues,
): boolean {
  const { fields } = format
  const short = (): false => {
    issues.add(row, {
      code: 'candles.columns',
      what: `a row must have ${format.columns ?? USUAL_COUNT} fields, was another number`,
      hint: 'write numbers with a point and without commas; if the file is cut off, fetch it again',
    })
    return false
  }
  let last = 0
  for (let slot = 1; slot < SLOTS.length; slot++) {
    const field = SLOTS[slot]!
    if (fields[field] < 0) continue
    // Fields mostly stand in the order of the slots, so the next one is where the cursor is.
    if (fields[field] === fields[SLOTS[slot - 1]!] + 1 && shape.bytes[cursor.at] === shape.delimiter) cursor.at++
    else {
      cursor.at = row
      if (!seekField(shape, cursor, fields[field])) return short()
    }
    const start = cursor.at
    const value = readNumber(shape, cursor)
    if (!Number.isFinite(value)) {
      cursor.at = start
      skipField(shape, cursor)
      const text = textOf(shape.bytes, start, cursor.at).trim()
      issues.add(row, {
        code: 'candles.number',
        what: `${field} must be a number, was ${text === '' ? 'empty' : JSON.stringify(text.slice(0, 40))}`,
        hint: 'a price that is not known is no price: leave the row out, which makes it a gap',
      })
      return false
    }
    values[slot] = value
    last = fields[field]
  }
  // A number such as 1,5 makes one field too many.
  return format.columns === null || last + fieldsLeft(shape, cursor) === format.columns || short()
}

/** Fields from the one the cursor is in to the end of the row. */
function fieldsLeft(shape: RowShape, cursor: Cursor): number {
  let count = 1
  for (; shape.bytes[cursor.at] === shape.delimiter; count++) {
    cursor.at++
    skipField(shape, cursor)
  }
  return count
}

/** Turns written times into ms UTC and remembers how they were written. */
export function makeClock() {
  const units = new Set<string>()
  let unit: (typeof UNITS)[number] = UNITS[1]
  let last = ''
  let unzoned = false
  return {
    units: (): string[] => [...units],
    unzoned: (): boolean => unzoned,
    fromNumber(raw: number): number {
      // Nearly every time is in the unit of the one before.
      if (!(raw >= TIME_MIN * unit.perMs && raw <= TIME_MAX * unit.perMs)) {
        const fits = UNITS.find((each) => raw >= TIME_MIN * each.perMs && raw <= TIME_MAX * each.perMs)
        if (fits === undefined) return Number.NaN
        unit = fits
      }
      if (unit.name !== last) {
        last = unit.name
        units.add(last)
      }
      const time = raw / unit.perMs
      const whole = Math.round(time)
      return Math.abs(time - whole) < 1e-3 ? whole : Number.NaN
    },
    fromText(text: string): number {
      const spaced = text.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T').replace(/ ?(?:UTC|\+00(?::?00)?)$/, 'Z')
      const zoned = /T[\d:.]+$/.test(spaced)
      const parsed = parseInstant(zoned ? `${spaced}Z` : spaced)
      if (!parsed.ok || parsed.value < TIME_MIN || parsed.value > TIME_MAX) return Number.NaN
      if (zoned) unzoned = true
      units.add('ISO 8601')
      return parsed.value
    },
  }
}

/** Columns that grow. */
function makeTable(format: CandleFormat, expected: number) {
  let capacity = Math.max(16, expected)
  let columns = SLOTS.map(() => new Float64Array(capacity))
  let offsets = new Uint32Array(capacity)
  let count = 0
  const grow = (): void => {
    capacity *= 2
    columns = columns.map((column) => {
      const larger = new Float64Array(capacity)
      larger.set(column)
      return larger
    })
    const larger = new Uint32Array(capacity)
    larger.set(offsets)
    offsets = larger
  }
  return {
    push(values: Float64Array, offset: number): void {
      if (count === capacity) grow()
      for (let slot = 0; slot < SLOTS.length; slot++) columns[slot]![count] = values[slot]!
      offsets[count++] = offset
    },
    finish(): { columns: CandleColumns; offset: Uint32Array } {
      const [time, open, high, low, close, volume] = columns.map((column) => column.slice(0, count))
      return {
        columns: {
          time: time!,
          open: open!,
          high: high!,
          low: low!,
          close: close!,
          volume: format.fields.volume < 0 ? null : volume!,
        },
        offset: offsets.slice(0, count),
      }
    },
  }
}
