import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { toText } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { ewmaRisk } from '../../../src/core/risk/ewma.ts'
import { openBook } from '../../../src/shell/files/book.ts'
import { edit, issueLine, SMALL } from '../../wire/books.ts'
import { bookIn, folderOf, issuesIn } from './files.ts'

const linesOf = (path: string): string[] => {
  const opened = openBook(path)
  return opened.ok ? [] : opened.error.map((each) => issueLine(each).replaceAll(path, 'PATH'))
}

describe('opening a book file', () => {
  test.each(['golden-1.yaml', 'ten.yaml', 'parity.yaml'])('[BOOK-1] examples/%s is a book', (name) => {
    expect(linesOf(fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url)))).toEqual([])
  })

  test('[BOOK-4] a file that is not there, a folder, a binary file and another encoding are refused', () => {
    const folder = folderOf({
      'latin.yaml': Uint8Array.from([0x61, 0x3a, 0x20, 0xe9]),
      'image.yaml': Uint8Array.from([0x47, 0x49, 0x46, 0]),
      'empty.yaml': '',
    })
    expect(linesOf(join(folder, 'nothing.yaml'))).toEqual([
      '1 file.not-found : the book must be a file, was not there: PATH; check the path',
    ])
    expect(linesOf(folder)).toEqual([
      '1 file.not-a-file : the book must be a file, was a directory: PATH; name the file itself',
    ])
    expect(linesOf(join(folder, 'latin.yaml'))).toEqual([
      '1 file.not-utf8 : the book must be text in UTF-8, was not; save it as UTF-8',
    ])
    expect(linesOf(join(folder, 'image.yaml'))[0]).toMatch(/^1 book\.binary : the file must be text, was binary/)
    expect(linesOf(join(folder, 'empty.yaml'))[0]).toMatch(/^1 book\.empty : the file must hold a book, was empty/)
  })

  test('[BOOK-4] a book of 100 MB is refused before it is read', () => {
    const path = join(folderOf({ 'book.yaml': 'a: 1\n' }), 'book.yaml')
    truncateSync(path, 100 * 1024 * 1024)
    expect(linesOf(path)).toEqual([
      '1 file.too-large : the book must have at most 8388608 bytes, was 104857600; keep candles and long position lists in files of their own',
    ])
  })
})

describe('candles of a book', () => {
  const ASOF = Date.UTC(2026, 2, 1)
  const closes = (seed: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => 100 + seed + Math.sin(k * seed) * 3)
  const csv = (series: readonly number[], last: string): string =>
    [
      'time,open,high,low,close',
      ...series.map(
        (close, k) =>
          `${ASOF - (series.length - k) * HOUR_MS},${close},${close},${close},${k === series.length - 1 ? last : close}`,
      ),
    ].join('\n')
  const [btc, eth] = [closes(1.3, 60), closes(0.7, 60)]
  const files = { 'c/btc.csv': csv(btc, '101.5000000000000001'), 'c/eth.csv': csv(eth, '99.25') }
  const MARKET = SMALL.slice(SMALL.indexOf('  prices'))
  const text = edit(SMALL, [
    [
      MARKET,
      '  candles: { BTC: c/btc.csv, ETH: c/eth.csv }\n  interval: 1h\n  markAgeMax: 2h\n  estimate: { vol: { ewma: 1d }, correlation: { ewma: 3d }, window: 50h }\n',
    ],
  ])

  test('[BOOK-17] give prices, as they were written, and the forecast', () => {
    const book = bookIn({ ...files, 'book.yaml': text })
    expect(book.market.price.map(toText)).toEqual(['101.5000000000000001', '99.25'])
    expect([...book.market.priceAgeMs, ...book.market.stale]).toEqual([0, 0, 0, 0])
    const history = (name: string, series: readonly number[], last: number) => ({
      name,
      time: Float64Array.from(series, (_, k) => ASOF - (series.length - k) * HOUR_MS),
      close: Float64Array.from([...series.slice(0, -1), last]),
    })
    const expected = ewmaRisk([history('BTC', btc, 101.5), history('ETH', eth, 99.25)], {
      asOf: ASOF,
      from: ASOF - 50 * HOUR_MS,
      intervalMs: HOUR_MS,
      volHalflifeMs: 24 * HOUR_MS,
      correlationHalflifeMs: 72 * HOUR_MS,
    })
    expect(expected.ok && book.risk).toEqual(expected.ok && expected.value)
  })

  test('[BOOK-17] a candle that closed too long ago is a stale mark', () => {
    const book = bookIn({
      ...files,
      'book.yaml': edit(text, [['asOf: 2026-03-01T00:00:00Z', 'asOf: 2026-03-01T03:00:00Z']]),
    })
    expect([...book.market.stale]).toEqual([1, 1])
    expect(book.market.priceAgeMs[0]).toBe(3 * HOUR_MS)
  })

  test('[BOOK-17] a stated price wins over the last close', () => {
    const book = bookIn({
      ...files,
      'book.yaml': edit(text, [['  interval: 1h', '  prices: { ETH: 100 }\n  interval: 1h']]),
    })
    expect(book.market.price.map(toText)).toEqual(['101.5000000000000001', '100'])
  })

  test('[BOOK-17] a file that is not there and one that is not candles are refused at their lines', () => {
    const found = issuesIn({
      'c/eth.csv': 'hello',
      'book.yaml': edit(text, [['{ BTC: c/btc.csv, ETH: c/eth.csv }', '\n    BTC: c/btc.csv\n    ETH: c/eth.csv']]),
    })
    expect(found.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      expect.stringMatching(/^14 \S+ market\.candles\.BTC:$/),
      expect.stringMatching(/^15 \S+ market\.candles\.ETH:$/),
    ])
  })

  test('[BOOK-17] a last close of more digits than money has is refused', () => {
    const long = csv(btc, '101.5000000000000000001')
    expect(issuesIn({ ...files, 'c/btc.csv': long, 'book.yaml': text })).toEqual([
      '13 number.places market.candles.BTC: the last close must have at most 18 decimal places, was "101.5000000000000000001"; leave out the digits nobody can trade',
    ])
  })

  test('[BOOK-17] a perp beside a spot needs a price of its own', () => {
    const found = issuesIn({
      ...files,
      'book.yaml': edit(text, [
        [
          'market:\n',
          '  BTC-PERP: { kind: perp, underlying: BTC, contract: linear, multiplier: 1, lot: 1, fee: 5bp, spread: 2bp }\nmarket:\n',
        ],
      ]),
    })
    expect(found).toEqual([
      '13 price.missing market.prices.BTC-PERP: the price of BTC-PERP must be given, was missing; write `BTC-PERP: <price in USD>` under market.prices',
    ])
  })
})
