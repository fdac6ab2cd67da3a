import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectCandles } from '../../../src/shell/files/candle-findings.ts'
import { writeCandles } from '../../../src/shell/files/candle-output.ts'
import { readCandles } from '../../../src/shell/files/candles.ts'
import { candlesOf, HEADER, HOUR, issuesOf, pathOf, put, rowsOf, T0 } from './folder.ts'

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const row = (hour: number, [open, high, low, close]: readonly number[], volume: number | string = 1): string =>
  `${T0 + hour * HOUR},${open},${high},${low},${close},${volume}\n`
const flat = (hour: number, price: number, volume?: number): string => row(hour, [price, price, price, price], volume)
const findingsOf = (content: string, asOf?: number): string[] =>
  inspectCandles(candlesOf(content), asOf).map(
    ({ code, severity, message, path }) => `${severity} ${code} ${path.split(':')[1] ?? ''} ${message}`,
  )
const codes = (content: string): string[] => issuesOf(content).map(({ code, path }) => `${code} ${path}`)

describe('window and last close', () => {
  const closes = range(48).map((hour) => `${100 + hour}.${hour}0`)

  test('[DATA-5] rows before `from`, and at or after `to`, are skipped, and are as if they were not there', () => {
    const whole = candlesOf(HEADER + rowsOf(closes)).columns
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 46 }), fc.integer({ min: 2, max: 48 }), (first, count) => {
        const end = Math.min(48, first + count)
        const part = candlesOf(HEADER + rowsOf(closes), { from: T0 + first * HOUR, to: T0 + end * HOUR }).columns
        for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const)
          expect(part[name]).toEqual(whole[name]!.slice(first, end))
      }),
      { seed: 9, numRuns: 40 },
    )
    const bad = `${HEADER}${flat(0, -1)}${rowsOf(closes).split('\n').slice(1).join('\n')}`
    expect(candlesOf(bad, { from: T0 + HOUR }).columns.time).toHaveLength(47)
  })

  test('[DATA-5] a window without bars is refused', () => {
    expect(issuesOf(HEADER + rowsOf(closes), { from: T0 + 100 * HOUR })[0]).toMatchObject({
      code: 'candles.none',
      message: 'FILE must have bars from 2026-02-05T04:00:00.000Z, was none of its 48',
    })
    expect(issuesOf(HEADER + rowsOf(closes), { asOf: T0 })[0]).toMatchObject({
      code: 'candles.none',
      message: 'FILE must have a bar closed by 2026-02-01T00:00:00.000Z, was none',
    })
  })

  test('[DATA-6] the last close is the exact text of the last bar closed by asOf', () => {
    const exact = ['1', '64123.450000000000000001', '0.10', '7e-8']
    const last = (asOf?: number): [string, number] => {
      const file = candlesOf(HEADER + rowsOf(exact), asOf === undefined ? {} : { asOf })
      return [file.lastCloseText, file.lastCloseAt]
    }
    expect(last()).toEqual(['7e-8', T0 + 4 * HOUR])
    expect(last(T0 + 4 * HOUR)).toEqual(['7e-8', T0 + 4 * HOUR])
    expect(last(T0 + 4 * HOUR - 1)).toEqual(['0.10', T0 + 3 * HOUR])
    expect(last(T0 + 2 * HOUR)).toEqual(['64123.450000000000000001', T0 + 2 * HOUR])
    const json = `[[${T0}, "1", "1", "1", "1", "1"],[${T0 + HOUR},2,2,2, "64123.450000000000000001" ,2]]`
    expect(candlesOf(json).lastCloseText).toBe('64123.450000000000000001')
  })
})

describe('checks', () => {
  test('[DATA-7] rows out of order are refused with the first line; new to old is turned around', () => {
    expect(issuesOf(HEADER + flat(0, 1) + flat(2, 1) + flat(1, 1) + flat(3, 1) + flat(2, 1))).toEqual([
      {
        code: 'candles.unsorted',
        path: 'FILE:4',
        message:
          'rows must be in order of time, was 2026-02-01T01:00:00.000Z after 2026-02-01T02:00:00.000Z (and 1 more like it)',
        hint: 'sort the rows by time',
      },
    ])
    const reversed = candlesOf(HEADER + rowsOf([1, 2, 3]).trim().split('\n').reverse().join('\n'))
    expect([...reversed.columns.close]).toEqual([1, 2, 3])
    expect(reversed.lastCloseText).toBe('3')
    expect(reversed.findings.map((each) => each.code)).toEqual(['candles.newest-first'])
  })

  test('[DATA-8] an identical duplicate is dropped and told, a different one is refused', () => {
    const file = candlesOf(HEADER + flat(0, 1) + flat(1, 2) + flat(1, 2) + flat(1, 2) + flat(2, 3))
    expect([...file.columns.close]).toEqual([1, 2, 3])
    expect(file.findings).toMatchObject([
      { code: 'candles.duplicate', message: '2 rows repeat the one before and were dropped' },
    ])
    expect(file.findings[0]!.path).toMatch(/:4$/)
    expect(codes(HEADER + flat(0, 1) + flat(1, 2) + flat(1, 2, 5) + flat(2, 3))).toEqual(['candles.conflict FILE:4'])
  })

  test.each([
    ['a price of 0', [1, 1, 0, 1], 'candles.price', 'prices must be above 0, was 0'],
    ['a negative price', [1, 1, 1, -3], 'candles.price', 'prices must be above 0, was -3'],
    ['high below low', [2, 1, 2, 2], 'candles.price', 'high must be at least low (2), was 1'],
  ])('[DATA-9] refuses %s', (_, prices, code, message) => {
    expect(issuesOf(HEADER + flat(0, 1) + row(1, prices) + flat(2, 1))).toMatchObject([
      { code, message, path: 'FILE:3' },
    ])
  })

  test('[DATA-9] tells all that is wrong at once, once per kind, with a count', () => {
    const bad = HEADER + flat(0, 1) + flat(1, -1) + flat(2, 0) + row(3, [1, 1, 1, 1], -5) + flat(4.5, 1)
    expect(issuesOf(bad).map(({ code, path, message }) => `${code} ${path} ${message}`)).toEqual([
      'candles.price FILE:3 prices must be above 0, was -1 (and 1 more like it)',
      'candles.volume FILE:5 volume must be 0 or more, was -5',
      'candles.interval FILE:6 bars must be one interval apart (1h) or a gap of whole ones, was 90m',
    ])
  })

  test('[DATA-10] bars of two intervals are refused, gaps are not', () => {
    const hours = range(40).map((hour) => flat(hour, 1))
    expect(codes(HEADER + [...hours, ...range(30).map((k) => flat(40 + 4 * k, 1))].join(''))).toEqual([
      'candles.interval FILE:43',
    ])
    expect(codes(HEADER + [...hours, flat(40.25, 1)].join(''))).toEqual(['candles.interval FILE:42'])
    expect(candlesOf(HEADER + [...hours, ...range(20).map((k) => flat(40 + 2 * k, 1))].join('')).intervalMs).toBe(HOUR)
  })

  test('[DATA-10] the interval is what most bars have, and must be the one that is asked for', () => {
    expect(candlesOf(HEADER + flat(0, 1) + flat(3, 1) + flat(4, 1)).intervalMs).toBe(HOUR)
    expect(issuesOf(HEADER + rowsOf([1, 2, 3]), { intervalMs: 24 * HOUR })).toMatchObject([
      { code: 'candles.interval', message: 'the bars of FILE must be 1d apart, was 1h' },
    ])
    expect(codes(HEADER + flat(0, 1))).toEqual(['candles.short FILE'])
    expect(candlesOf(HEADER + flat(0, 1), { intervalMs: HOUR }).lastCloseAt).toBe(T0 + HOUR)
  })
})

describe('findings', () => {
  test('[DATA-11] gaps: how many, the longest, where the first is', () => {
    const rows = range(30)
      .filter((hour) => hour !== 5 && (hour < 10 || hour > 14))
      .map((hour) => flat(hour, 1))
    expect(findingsOf(HEADER + rows.join(''))).toEqual([
      'note candles.gap 7 2 gaps, the longest 5h, the first from 2026-02-01 05:00 UTC',
    ])
  })

  test('[DATA-11] closes that jump tenfold, and whether the next bar undoes it', () => {
    const jump = HEADER + rowsOf([10, 10, 101, 10, 10, 0.5, 0.5, 0.5, 5, 0.6])
    expect(findingsOf(jump)).toEqual([
      'warning candles.jump 4 3 closes more than 10 times from the one before (up to 20.0 times), 1 undone by the next bar, the first at 2026-02-01 02:00 UTC',
    ])
    expect(findingsOf(HEADER + rowsOf([10, 100, 10, 1, 10]))).toEqual([])
  })

  test('[DATA-11] wicks, closes outside the range, bars without volume, bars not closed by asOf', () => {
    const content = HEADER + row(0, [1, 11, 1, 1]) + row(1, [1, 1, 0.5, 0.4]) + flat(2, 1, 0) + flat(3, 1, 0)
    expect(findingsOf(content, T0 + 3 * HOUR)).toEqual([
      'warning candles.wick 2 1 bar with a high or low more than 10 times from open and close, the first at 2026-02-01 00:00 UTC',
      'warning candles.outside 3 1 bar with open or close outside low and high, the first at 2026-02-01 01:00 UTC',
      'note candles.no-volume 4 2 bars without volume, the first at 2026-02-01 02:00 UTC',
      'warning candles.future 5 1 bar not closed by 2026-02-01 03:00 UTC, the first opens 2026-02-01 03:00 UTC',
    ])
  })

  test('[DATA-11] a clean file has none', () => {
    expect(findingsOf(HEADER + rowsOf([1, 1.1, 1.2]), T0 + 3 * HOUR)).toEqual([])
  })
})

describe('writeCandles', () => {
  const exact = `https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC\n${T0 / 1000 + 3600},x,y,"2.500",3.0,2,2.10000000000000000001,1e3\n${T0 / 1000},x,y,1,1,1,1,0.0\n`
  const written = `${HEADER}${T0},1,1,1,1,0.0\n${T0 + HOUR},2.500,3.0,2,2.10000000000000000001,1e3\n`

  test('[DATA-12] writes the exact numbers of the source, in order of time, and reads back the same', () => {
    const file = candlesOf(exact)
    writeCandles(pathOf('own.csv'), file)
    expect(readFileSync(pathOf('own.csv'), 'utf8')).toBe(written)
    const again = readCandles(pathOf('own.csv'))
    expect(again.ok && again.value.columns).toEqual(file.columns)
    expect(again.ok && again.value.lastCloseText).toBe('2.10000000000000000001')
  })

  test('[DATA-12] packs where the name says so, the same bytes each time, and replaces what was there', () => {
    put('own.csv.gz', 'old')
    writeCandles(pathOf('own.csv.gz'), candlesOf(exact))
    const first = readFileSync(pathOf('own.csv.gz'))
    expect(gunzipSync(first).toString()).toBe(written)
    writeCandles(pathOf('own.csv.gz'), candlesOf(gzipSync(exact)))
    expect(readFileSync(pathOf('own.csv.gz'))).toEqual(first)
  })

  test('[DATA-12] a file without volume stays without', () => {
    writeCandles(pathOf('dry.csv'), candlesOf(`time,open,high,low,close\n${T0},1,1,1,1\n${T0 + HOUR},1,1,1,1\n`))
    expect(readFileSync(pathOf('dry.csv'), 'utf8')).toBe(
      `time,open,high,low,close\n${T0},1,1,1,1\n${T0 + HOUR},1,1,1,1\n`,
    )
  })

  test('[DATA-12] where it fails it leaves nothing behind', () => {
    const before = readdirSync(dirname(pathOf('x'))).sort()
    const file = candlesOf(exact)
    expect(() => writeCandles(dirname(pathOf('x')), file)).toThrow()
    expect(() => writeCandles(pathOf('no/such/folder.csv'), file)).toThrow()
    const after = readdirSync(dirname(pathOf('x'))).sort()
    expect(after.filter((name) => name.endsWith('.part'))).toEqual([])
    expect(after.length).toBe(before.length + 1)
    expect(readdirSync(dirname(dirname(pathOf('x')))).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
