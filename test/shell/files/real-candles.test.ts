/** Candle files as they are found in the wild; they lie beside the project and never in it. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspectCandles } from '../../../src/shell/files/candle-findings.ts'
import { writeCandles } from '../../../src/shell/files/candle-output.ts'
import { type CandleFile, readCandles } from '../../../src/shell/files/candles.ts'
import { pathOf } from './folder.ts'

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
/** Without the folder these tests are skipped, but never where CI runs. */
const absent = !existsSync(DATA) && process.env.CI === undefined
if (absent) console.warn(`skipped: market data is not in ${DATA}`)

function read(name: string): CandleFile {
  const result = readCandles(DATA + name)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const codesAndMessages = (file: CandleFile): string[] =>
  inspectCandles(file).map(({ code, message }) => `${code} ${message}`)
const unpacked = (name: string): string => gunzipSync(readFileSync(DATA + name)).toString()

describe.skipIf(absent)('real files', () => {
  test('[DATA-13] hourly CSV.gz of eight years: every number, the outages, and its own bytes again', () => {
    const name = 'candles_1h_spot/BTC.csv.gz'
    const file = read(name)
    const lines = unpacked(name)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number))
    expect(file.columns.time).toHaveLength(73_265)
    ;(['time', 'open', 'high', 'low', 'close', 'volume'] as const).forEach((field, index) => {
      expect(file.columns[field]).toEqual(Float64Array.from(lines, (line) => line[index]!))
    })
    expect(codesAndMessages(file)[0]).toBe('candles.gap 27 gaps, the longest 33h, the first from 2018-01-04 04:00 UTC')
    writeCandles(pathOf('BTC.csv'), file)
    expect(readFileSync(pathOf('BTC.csv'), 'utf8')).toBe(unpacked(name))
  })

  test('[DATA-13] one-minute freqtrade JSON with one repeated bar: every number but that one', () => {
    const name = 'stress/2020_03_12/cryofrost_ALGO_BTC-1m.json.gz'
    const file = read(name)
    const rows = (JSON.parse(unpacked(name)) as number[][]).filter((row, k, all) => row[0] !== all[k - 1]?.[0])
    ;(['time', 'open', 'high', 'low', 'close', 'volume'] as const).forEach((field, index) => {
      expect(file.columns[field]).toEqual(Float64Array.from(rows, (row) => row[index]!))
    })
    expect(codesAndMessages(file)).toContain('candles.duplicate 1 row repeats the one before and was dropped')
    expect(file.intervalMs).toBe(60_000)
  })

  test('[DATA-13] daily CSV with text dates and other column order', () => {
    const file = read('candles_1d_marketcap/coin_Aave.csv')
    expect(new Date(file.columns.time[0]!).toISOString()).toBe('2020-10-05T23:59:59.000Z')
    expect([file.columns.open[0], file.columns.high[0], file.columns.low[0], file.columns.close[0]]).toEqual([
      52.67503496, 55.11235847, 49.78789992, 53.21924296,
    ])
    expect(file.intervalMs).toBe(86_400_000)
    expect(file.findings.map((each) => each.code)).toEqual(['candles.no-zone'])
  })

  test('[DATA-13] Parquet is refused by name', () => {
    const result = readCandles(`${DATA}stress/2023_03_usdc_depeg_1m/kraken_btcusd.parquet`)
    expect(result.ok ? '' : result.error[0]!.message).toMatch(/was a Parquet file$/)
  })
})
