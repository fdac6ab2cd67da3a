/**
 * The layouts candle files come in, told apart by their first bytes and first line; nothing is guessed from a file name.
 * binance-klines: CSV of 12 columns, header or none. crypto-data-download: a line with an address, then a header.
 * ohlcv-json: rows [ms, open, high, low, close, volume, …] (freqtrade, CCXT, exchange REST). plain-csv: a header that
 * names the columns, separated by comma, semicolon or tab.
 */
import { type Result, refuse, succeed } from '../../core/base/result.ts'

export type CandleLayout = 'binance-klines' | 'crypto-data-download' | 'ohlcv-json' | 'plain-csv'

/** Column of each field in a row; −1 where the file has none. */
export interface CandleFields {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export interface CandleFormat {
  readonly layout: CandleLayout
  /** One phrase for people: `Binance klines CSV without a header, 12 columns`. */
  readonly description: string
  readonly fields: CandleFields
  /** Fields every row has; null where rows may differ. */
  readonly columns: number | null
  /** Byte between the fields of a row. */
  readonly delimiter: number
  /** Offset of the first row of data. */
  readonly start: number
}

const COMMA = 44
const NEWLINE = 10
const [BRACKET, BRACKET_CLOSE] = [91, 93]
const SAMPLE_BYTES = 4_096
const KLINE_COLUMNS = 12
/** time, open, high, low, close, volume: klines and JSON rows agree on the first six. */
const USUAL_FIELDS: CandleFields = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 }

const REQUIRED = ['time', 'open', 'high', 'low', 'close'] as const

/** Header names by field, the more precise one first; lower case, letters and digits alone. */
const NAMES: Readonly<Record<keyof CandleFields, readonly string[]>> = {
  time: ['unix', 'unixtimestamp', 'opentime', 'timestamp', 'time', 'datetime', 'date'],
  open: ['open', 'openprice', 'o'],
  high: ['high', 'highprice', 'h'],
  low: ['low', 'lowprice', 'l'],
  close: ['close', 'closeprice', 'c'],
  volume: ['volume', 'basevolume', 'vol', 'v'],
}

/** The format of a file's text. Codes: candles.empty, candles.binary, candles.layout, candles.columns, candles.truncated. */
export function detectFormat(bytes: Uint8Array, path: string): Result<CandleFormat> {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const binary = binaryKind(bytes)
  if (binary !== null)
    return refuse(
      'candles.binary',
      path,
      `${path} must be text (CSV or JSON, .gz allowed), was ${binary}`,
      'convert it to CSV',
    )
  const text = firstNonBlank(bytes, start)
  if (text === bytes.length)
    return refuse(
      'candles.empty',
      path,
      `${path} must hold candles, was empty`,
      'write the candles first, or name another file',
    )
  if (bytes[text] === BRACKET) return jsonFormat(bytes, text, path)
  if (bytes[text] === 123)
    return refuse(
      'candles.layout',
      path,
      `${path} must be rows [time, open, high, low, close, volume], was a JSON object`,
      'take the array of rows out of it',
    )
  return csvFormat(bytes, text, path)
}

function firstNonBlank(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at]! <= 32) at++
  return at
}

function jsonFormat(bytes: Uint8Array, start: number, path: string): Result<CandleFormat> {
  const outer = lastNonBlank(bytes, bytes.length - 1)
  const inner = lastNonBlank(bytes, outer - 1)
  const first = bytes[firstNonBlank(bytes, start + 1)]
  const closed = bytes[outer] === BRACKET_CLOSE && bytes[inner] === BRACKET_CLOSE
  // Anything but a row is for the reader of rows to name.
  if (!closed && (first === BRACKET || first === undefined))
    return refuse('candles.truncated', path, `${path} must end with ]], was cut off`, 'fetch the file again')
  return succeed({
    layout: 'ohlcv-json',
    description: 'JSON rows of time, open, high, low, close, volume (freqtrade, CCXT)',
    fields: USUAL_FIELDS,
    columns: null,
    delimiter: COMMA,
    start,
  })
}

function lastNonBlank(bytes: Uint8Array, from: number): number {
  let at = from
  while (at > 0 && bytes[at]! <= 32) at--
  return at
}

const MAGIC: readonly (readonly [string, string])[] = [
  ['PAR1', 'a Parquet file'],
  ['ARROW1', 'an Arrow (feather) file'],
  ['FEA1', 'a feather file'],
  ['SQLite format 3', 'an SQLite database'],
  ['%PDF', 'a PDF'],
  ['\u0089HDF', 'an HDF5 file'],
]

/** What a file is that is not text; null for text. */
function binaryKind(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SAMPLE_BYTES))
  const known = MAGIC.find(([magic]) => head.subarray(0, magic.length).toString('latin1') === magic)
  if (known !== undefined) return known[1]
  return head.some((byte) => byte < 32 && byte !== 9 && byte !== NEWLINE && byte !== 13) ? 'a binary file' : null
}

/** The text of the line at `from`, and where the next one starts. */
function lineAt(bytes: Uint8Array, from: number): { readonly text: string; readonly next: number } {
  const found = bytes.indexOf(NEWLINE, from)
  const end = found < 0 ? bytes.length : found
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(end - from, SAMPLE_BYTES)).toString('utf8')
  return { text: text.trim(), next: firstNonBlank(bytes, end) }
}

function csvFormat(bytes: Uint8Array, start: number, path: string): Result<CandleFormat> {
  const first = lineAt(bytes, start)
  const addressed = /^"?(?:https?:\/\/\S+|www\.\S+|\S*cryptodatadownload\S*)$/i.test(first.text)
  const headerAt = addressed ? first.next : start
  const header = addressed ? lineAt(bytes, headerAt) : first
  const delimiter = [COMMA, 59, 9].find((byte) => header.text.includes(String.fromCharCode(byte))) ?? COMMA
  const cells = header.text.split(String.fromCharCode(delimiter)).map((cell) => cell.replaceAll('"', '').trim())
  if (/^[\d.+-]/.test(cells[0] ?? '')) return headless(cells, { delimiter, start: headerAt, path, line: header.text })

  const names = cells.map((cell) => cell.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const fields = fieldsOf(names)
  const missing = REQUIRED.filter((field) => fields[field] < 0)
  if (missing.length > 0)
    return refuse(
      'candles.columns',
      path,
      `the header of ${path} must name time, open, high, low and close, was ${JSON.stringify(header.text.slice(0, 120))}`,
      `add or rename the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}`,
    )
  const common = { fields, columns: cells.length, delimiter, start: header.next }
  if (names.includes('opentime') && names.includes('closetime'))
    return succeed({
      ...common,
      layout: 'binance-klines',
      description: `Binance klines CSV with a header, ${cells.length} columns`,
    })
  if (addressed || (names.includes('unix') && names.includes('symbol')))
    return succeed({
      ...common,
      layout: 'crypto-data-download',
      description: `CryptoDataDownload CSV, time from "${cells[fields.time]}"`,
    })
  return succeed({
    ...common,
    layout: 'plain-csv',
    description: `CSV with a header, time from "${cells[fields.time]}"`,
  })
}

/** Twelve unnamed columns are klines; any other number could be anything. */
function headless(
  cells: readonly string[],
  file: { readonly delimiter: number; readonly start: number; readonly path: string; readonly line: string },
): Result<CandleFormat> {
  if (cells.length !== KLINE_COLUMNS)
    return refuse(
      'candles.columns',
      file.path,
      `${file.path} must have a header or the ${KLINE_COLUMNS} columns of Binance klines, was ` +
        `${cells.length} without a header: ${JSON.stringify(file.line.slice(0, 120))}`,
      'add a first line such as time,open,high,low,close,volume',
    )
  return succeed({
    layout: 'binance-klines',
    description: `Binance klines CSV without a header, ${KLINE_COLUMNS} columns`,
    fields: USUAL_FIELDS,
    columns: KLINE_COLUMNS,
    delimiter: file.delimiter,
    start: file.start,
  })
}

function fieldsOf(names: readonly string[]): CandleFields {
  const find = (field: keyof CandleFields): number => {
    const exact = NAMES[field].map((name) => names.indexOf(name)).find((index) => index >= 0)
    // "Volume BTC", then "Volume USDT": the first is in units of the base coin.
    return exact ?? (field === 'volume' ? names.findIndex((name) => name.startsWith('volume')) : -1)
  }
  return {
    time: find('time'),
    open: find('open'),
    high: find('high'),
    low: find('low'),
    close: find('close'),
    volume: find('volume'),
  }
}
