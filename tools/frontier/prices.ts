/**
 * Hourly closes of several assets at the hours that all of them have: from one table of closes, or from a candle file an
 * asset. An hour that one asset lacks is left out for all; the return after it then spans the gap.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { assert } from '../../src/core/base/result.ts'
import { readCandles } from '../../src/shell/files/candles.ts'

export interface Prices {
  readonly names: readonly string[]
  /** Opens of the bars, ms UTC. */
  readonly time: readonly number[]
  /** A row per bar, a column per asset. */
  readonly close: readonly Float64Array[]
}

/** A table of closes: time first, then a column per asset. */
export function readPrices(path: string, from = Number.NEGATIVE_INFINITY): Prices {
  const [head = '', ...lines] = readText(path).trim().split('\n')
  const rows = lines.map((line) => line.split(',').map(Number)).filter((row) => row[0]! >= from)
  const names = head.split(',').slice(1)
  const close = rows.map((row) => Float64Array.from(row.slice(1)))
  const wrong = close.findIndex((row) => row.length !== names.length || !row.every((price) => price > 0))
  assert(wrong < 0, `${path}: closes must be positive, one an asset, was ${close[wrong]?.join(' ')}`)
  return { names, time: rows.map((row) => row[0]!), close }
}

/** Candle files of any layout that `equipoise data import` reads, an asset each. */
function readCandleFiles(paths: readonly string[], from = Number.NEGATIVE_INFINITY): Prices {
  const files = paths.map((path) => {
    const file = readCandles(path)
    assert(file.ok, file.ok ? '' : JSON.stringify(file.error))
    const { time, close } = file.value.columns
    return new Map(Array.from(time, (at, k) => [Number(at), close[k]!]))
  })
  const [first = new Map<number, number>(), ...others] = files
  const time = [...first.keys()].filter((at) => at >= from && others.every((file) => file.has(at)))
  return {
    names: paths.map((path) => basename(path).replace(/\..*$/, '')),
    time,
    close: time.map((at) => Float64Array.from(files, (file) => file.get(at)!)),
  }
}

/** One file without a column `close` is a table of closes; everything else is candles. */
export function readAny(paths: readonly string[], from?: number): Prices {
  const [path = ''] = paths
  const table = paths.length === 1 && !readText(path).split('\n', 1)[0]!.toLowerCase().split(',').includes('close')
  return table ? readPrices(path, from) : readCandleFiles(paths, from)
}

/** A text file, or one that is compressed. */
export function readText(path: string): string {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}
