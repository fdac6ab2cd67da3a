import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCandles } from '../../../src/shell/files/candles.ts'
import { candlesOf, HEADER, HOUR, issuesOf, pathOf, put, rowsOf, T0 } from './folder.ts'

const EXPECTED = {
  time: Float64Array.of(T0, T0 + HOUR, T0 + 2 * HOUR),
  open: Float64Array.of(100.5, 101, 99.25),
  high: Float64Array.of(102, 101.5, 103),
  low: Float64Array.of(100, 98.75, 99),
  close: Float64Array.of(101, 99.25, 102.125),
  volume: Float64Array.of(12.5, 0.001, 3),
}
const BARS = [
  ['100.50', '102.00', '100.00', '101.00', '12.5'],
  ['101.00', '101.50', '98.75', '99.25', '0.001'],
  ['99.25', '103.00', '99.00', '102.12500', '3'],
]
const numbers = BARS.map((bar, k) => [T0 + k * HOUR, ...bar.map(Number)])
const klines = (perMs: number): string =>
  BARS.map(
    (bar, k) =>
      `${(T0 + k * HOUR) * perMs},${bar.join(',')},${(T0 + (k + 1) * HOUR) * perMs - 1},1234.5,10,5.5,600.1,0\n`,
  ).join('')
const csv = (header: string, time: (open: number) => string, between = ','): string =>
  `${header}\n${BARS.map((bar, k) => [time(T0 + k * HOUR), ...bar].join(between)).join('\n')}`
const iso = (open: number): string => new Date(open).toISOString()

describe('layouts', () => {
  test.each<[string, string | Uint8Array, string, string]>([
    [
      'Binance Vision klines in ms',
      klines(1),
      'binance-klines',
      'Binance klines CSV without a header, 12 columns; time in ms',
    ],
    [
      'Binance Vision klines in µs',
      klines(1000),
      'binance-klines',
      'Binance klines CSV without a header, 12 columns; time in µs',
    ],
    [
      'klines of two files, ms then µs',
      klines(1).split('\n').slice(0, 1).concat(klines(1000).split('\n').slice(1)).join('\n'),
      'binance-klines',
      'Binance klines CSV without a header, 12 columns; time in ms, then µs',
    ],
    [
      'klines with a header',
      `open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n${klines(1)}`,
      'binance-klines',
      'Binance klines CSV with a header, 12 columns; time in ms',
    ],
    [
      'freqtrade and CCXT JSON',
      JSON.stringify(numbers),
      'ohlcv-json',
      'JSON rows of time, open, high, low, close, volume (freqtrade, CCXT); time in ms',
    ],
    [
      'the same, indented',
      JSON.stringify(numbers, null, 2),
      'ohlcv-json',
      'JSON rows of time, open, high, low, close, volume (freqtrade, CCXT); time in ms',
    ],
    [
      'REST klines with texts',
      JSON.stringify(BARS.map((bar, k) => [T0 + k * HOUR, ...bar, T0 + (k + 1) * HOUR - 1, '9', 1])),
      'ohlcv-json',
      'JSON rows of time, open, high, low, close, volume (freqtrade, CCXT); time in ms',
    ],
    [
      'CryptoDataDownload, newest first',
      [
        'https://www.CryptoDataDownload.com',
        'unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount',
        ...BARS.map((bar, k) => `${T0 + k * HOUR},2026-02-01 0${k}:00:00,BTCUSDT,${bar.join(',')},99999,7`).reverse(),
      ].join('\n'),
      'crypto-data-download',
      'CryptoDataDownload CSV, time from "unix"; time in ms',
    ],
    [
      'CryptoDataDownload in seconds with CRLF',
      [
        'https://www.CryptoDataDownload.com',
        'unix,date,symbol,open,high,low,close,Volume BTC,Volume USD',
        ...BARS.map(
          (bar, k) => `${(T0 + k * HOUR) / 1000},2026-02-01 0${k}:00:00,BTC/USD,${bar.join(',')},99999`,
        ).reverse(),
        '',
      ].join('\r\n'),
      'crypto-data-download',
      'CryptoDataDownload CSV, time from "unix"; time in s',
    ],
    [
      'plain CSV in ms',
      csv('time,open,high,low,close,volume', String),
      'plain-csv',
      'CSV with a header, time from "time"; time in ms',
    ],
    [
      'plain CSV in s',
      csv('timestamp,open,high,low,close,volume', (open) => String(open / 1000)),
      'plain-csv',
      'CSV with a header, time from "timestamp"; time in s',
    ],
    [
      'plain CSV in ISO 8601',
      csv('Date,Open,High,Low,Close,Volume', iso),
      'plain-csv',
      'CSV with a header, time from "Date"; time in ISO 8601',
    ],
    [
      'pandas dates',
      csv('date,open,high,low,close,volume', (open) => iso(open).replace('T', ' ').replace('.000Z', '+00:00')),
      'plain-csv',
      'CSV with a header, time from "date"; time in ISO 8601',
    ],
    [
      'semicolons, quotes and a byte order mark',
      `\uFEFF${csv('"Open time";"Open";"High";"Low";"Close";"Volume"', (open) => `"${open}"`, ';')}\n`,
      'plain-csv',
      'CSV with a header, time from "Open time"; time in ms',
    ],
    [
      'tabs and blank lines',
      `\n${csv('time\topen\thigh\tlow\tclose\tvolume', String, '\t')}\n\n`,
      'plain-csv',
      'CSV with a header, time from "time"; time in ms',
    ],
    [
      'columns in another order',
      `name,close,low,high,open,volume,time\n${BARS.map(([open, high, low, close, volume], k) => `"A, B",${close},${low},${high},${open},${volume},${T0 + k * HOUR}`).join('\n')}`,
      'plain-csv',
      'CSV with a header, time from "time"; time in ms',
    ],
    [
      'gzip under any name',
      gzipSync(klines(1)),
      'binance-klines',
      'Binance klines CSV without a header, 12 columns; time in ms',
    ],
  ])('[DATA-1] reads %s', (_, content, layout, description) => {
    const file = candlesOf(content)
    expect(file.columns).toEqual(EXPECTED)
    expect([file.layout, file.description, file.intervalMs]).toEqual([layout, description, HOUR])
    expect(Number(file.lastCloseText)).toBe(102.125)
    expect(file.lastCloseAt).toBe(T0 + 3 * HOUR)
  })

  test('[DATA-1] volume may be missing, and then there is none', () => {
    const file = candlesOf(`time,open,high,low,close\n${T0},1,1,1,1\n${T0 + HOUR},1,1,1,1\n`)
    expect(file.columns.volume).toBeNull()
  })

  test.each<[string, string | Uint8Array, string, string]>([
    ['an empty file', '', 'candles.empty', 'FILE must hold candles, was empty'],
    ['blanks', ' \n\n', 'candles.empty', 'FILE must hold candles, was empty'],
    ['a header alone', HEADER, 'candles.empty', 'FILE must hold candles, was a header alone'],
    ['no JSON rows', '[]', 'candles.empty', 'FILE must hold candles, was a header alone'],
    [
      'a zip',
      Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0),
      'candles.zip',
      'FILE must be CSV, JSON or .gz of either, was a zip archive',
    ],
    ['Parquet', 'PAR1\0\0', 'candles.binary', 'FILE must be text (CSV or JSON, .gz allowed), was a Parquet file'],
    [
      'feather',
      'ARROW1\0\0',
      'candles.binary',
      'FILE must be text (CSV or JSON, .gz allowed), was an Arrow (feather) file',
    ],
    [
      'any binary file',
      Uint8Array.from({ length: 200 }, (_, k) => (k * 37) % 256),
      'candles.binary',
      'FILE must be text (CSV or JSON, .gz allowed), was a binary file',
    ],
    [
      'binary in gzip',
      gzipSync(new Uint8Array(50)),
      'candles.binary',
      'FILE must be text (CSV or JSON, .gz allowed), was a binary file',
    ],
    [
      'a JSON object',
      '{"data": []}',
      'candles.layout',
      'FILE must be rows [time, open, high, low, close, volume], was a JSON object',
    ],
    [
      'JSON rows that are objects',
      '[{"t": 1}]',
      'candles.layout',
      'the rows of FILE must be arrays, was "{\\"t\\": 1}]"',
    ],
    [
      'a header without close',
      'time,open,high,low,price\n1,2,3,4,5\n',
      'candles.columns',
      'the header of FILE must name time, open, high, low and close, was "time,open,high,low,price"',
    ],
    [
      'six columns without a header',
      rowsOf([1, 2]),
      'candles.columns',
      `FILE must have a header or the 12 columns of Binance klines, was 6 without a header: "${T0},1,1,1,1,1"`,
    ],
    [
      'prose',
      'These are not candles.\nReally.',
      'candles.columns',
      'the header of FILE must name time, open, high, low and close, was "These are not candles."',
    ],
    [
      'a cut gzip file',
      gzipSync(klines(1)).subarray(0, 60),
      'candles.truncated',
      'FILE must be a whole gzip file, was cut off',
    ],
    [
      'a damaged gzip file',
      gzipSync(klines(1)).fill(7, 20, 40),
      'candles.corrupt',
      'FILE must be a sound gzip file, was damaged (Z_DATA_ERROR)',
    ],
    ['cut JSON', JSON.stringify(numbers).slice(0, -1), 'candles.truncated', 'FILE must end with ]], was cut off'],
    [
      'JSON cut in a row',
      JSON.stringify(numbers).slice(0, -6),
      'candles.truncated',
      'FILE must end with ]], was cut off',
    ],
    [
      'a row cut off',
      `${HEADER}${rowsOf([1, 2, 3])}${T0 + 3 * HOUR},4,4`,
      'candles.columns',
      'a row must have 6 fields, was another number',
    ],
  ])('[DATA-2] refuses %s', (_, content, code, message) => {
    expect(issuesOf(content).map((issue) => [issue.code, issue.message])).toEqual([[code, message]])
  })

  test('[DATA-2] refuses what is not there, and a folder', () => {
    const codeAndMessage = (path: string): string[] => {
      const result = readCandles(path)
      return result.ok ? [] : result.error.map((issue) => `${issue.code} ${issue.message}`)
    }
    expect(codeAndMessage(pathOf('nowhere.csv'))).toEqual([
      `candles.unreadable ${pathOf('nowhere.csv')} must be a candle file, was missing`,
    ])
    expect(codeAndMessage(pathOf(''))).toEqual([`candles.unreadable ${pathOf('')} must be a candle file, was a folder`])
    expect(codeAndMessage(`${put('file', 'x')}/deeper`)).toEqual([
      `candles.unreadable ${pathOf('file')}/deeper must be a candle file, was missing`,
    ])
  })
})

describe('numbers', () => {
  const text = fc.oneof(
    fc.double({ min: 1e-12, max: 1e15, noNaN: true }).map(String),
    fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.bigInt({ min: 1n, max: 10n ** 20n }))
      .map(([whole, fraction]) => `${whole}.${fraction}`),
    fc
      .tuple(fc.nat({ max: 99_999_999 }), fc.stringMatching(/^\d{1,9}$/))
      .map(([whole, fraction]) => `${whole + 1}.${fraction}`),
    fc.constantFrom(
      '9007199254740991',
      '9007199254740993',
      '0.1',
      '.5',
      '5.',
      '1e-7',
      '1E+3',
      '+2.50',
      '00012.5',
      '123456789012345678',
      '0.000000000000000000000000123',
    ),
  )

  test('[DATA-3] a number reads as the nearest float64 of its text', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 20 }), (closes) => {
        expect([...candlesOf(HEADER + rowsOf(closes)).columns.close]).toEqual(closes.map(Number))
      }),
      { seed: 8, numRuns: 200 },
    )
  })

  test.each(['', 'abc', '1.2.3', '-', '.', '1-2', '0x10', 'NaN', 'null', 'Infinity', '1e', '1e999', '12 34'])(
    '[DATA-3] refuses %j as a close',
    (bad) => {
      const [issue] = issuesOf(`time,open,high,low,volume,close\n${T0},1,1,1,1,1\n${T0 + HOUR},1,1,1,1,${bad}\n`)
      expect([issue!.code, issue!.path]).toEqual(['candles.number', 'FILE:3'])
      expect(issue!.message).toMatch(/^close must be a number, was /)
    },
  )

  test.each([
    '20260201',
    '202602010000',
    '0',
    '-1',
    '',
    'yesterday',
    '2026-02-30',
    '2026-02-01 25:00:00',
    '1769904000000.5',
    '99999999999999999999999',
  ])('[DATA-4] refuses %j as a time', (bad) => {
    const [issue] = issuesOf(`${HEADER}${bad},1,1,1,1,1\n`)
    expect([issue!.code, issue!.path]).toEqual(['candles.time', 'FILE:2'])
    expect(issue!.message).toContain(`was ${JSON.stringify(bad)}`)
  })

  test('[DATA-4] times without a zone are read as UTC, and a finding says so', () => {
    const file = candlesOf(`date,open,high,low,close\n2026-02-01 00:00:00,1,1,1,1\n2026-02-01 01:00:00,1,1,1,1\n`)
    expect([...file.columns.time]).toEqual([T0, T0 + HOUR])
    expect(file.findings.map((each) => each.message)).toEqual(['times name no zone and were read as UTC'])
    expect(candlesOf(`date,open,high,low,close\n2026-02-01,1,1,1,1\n2026-02-02,1,1,1,1\n`).findings).toEqual([])
  })
})
