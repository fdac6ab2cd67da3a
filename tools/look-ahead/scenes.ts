/** Real histories with announced changes: an index rebuilt every month from market capitalisation, and perps that pay funding. */
import { basename } from 'node:path'
import { assert } from '../../src/core/base/result.ts'
import { parseCsv } from '../../src/shell/files/csv.ts'
import { readAny, readText } from '../frontier/prices.ts'
import type { Change, Payment, Scene } from './replay.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const INVESTED = 0.8

type Row = Readonly<Record<string, string>>

/** Rows of a CSV file by the names in its first line, in lower case. */
function readRows(path: string): Row[] {
  const file = parseCsv(readText(path))
  assert(file.ok, file.ok ? '' : `${path} ${file.error}`)
  const { header, rows } = file.value
  return rows.map(({ cells }) => Object.fromEntries(header.map((name, k) => [name, cells[k] ?? ''])))
}

export interface IndexTerms {
  /** Largest so many coins. */
  readonly count: number
  /** Weights go with this power of market capitalisation. */
  readonly power: number
  /** Days from when the weights are known to when they are in force. */
  readonly lead: number
}

interface Caps {
  readonly at: number
  readonly cap: ReadonlyMap<string, number>
}

/** Snapshots of market capitalisation: columns Symbol, Market Cap, snapshot_date (20200101). */
export function readSnapshots(path: string): Caps[] {
  const byDate = new Map<string, Map<string, number>>()
  for (const row of readRows(path)) {
    const date = row.snapshot_date ?? ''
    const caps = byDate.get(date) ?? new Map<string, number>()
    const [symbol, cap] = [row.symbol ?? '', Number(row['market cap'])]
    if (cap > 0 && !caps.has(symbol)) caps.set(symbol, cap)
    byDate.set(date, caps)
  }
  return [...byDate].sort().map(([date, cap]) => ({
    at: Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T00:00:00Z`),
    cap,
  }))
}

/** An index of coins with hourly candles, rebuilt from snapshots. */
export function indexOfCandles(snapshots: readonly Caps[], paths: readonly string[], terms: IndexTerms): Scene {
  const { names, time, close } = readAny(paths)
  return makeIndex({ names, time, close, step: 1, warmUp: 720 }, snapshots, terms)
}

/** The same from daily files with Symbol, Date, Close and Marketcap; caps of the first of each month. */
export function indexOfDays(paths: readonly string[], from: number, terms: IndexTerms): Scene {
  const files = paths.map((path) => {
    const rows = readRows(path)
    const days = new Map(rows.map((row) => [Math.floor(Date.parse(`${row.date}Z`) / DAY), row]))
    return { name: rows[0]!.symbol!, days }
  })
  const last = Math.min(...files.map(({ days }) => Math.max(...days.keys())))
  const all = Array.from({ length: last - Math.floor(from / DAY) + 1 }, (_, k) => Math.floor(from / DAY) + k)
  const days = all.filter((day) => files.every((file) => file.days.has(day)))
  const snapshots = days
    .filter((day) => new Date(day * DAY).getUTCDate() === 1)
    .map((day) => ({
      at: day * DAY,
      cap: new Map(files.map(({ name, days: own }) => [name, Number(own.get(day)!.marketcap)])),
    }))
  const close = days.map((day) => Float64Array.from(files, (file) => Number(file.days.get(day)!.close)))
  const time = days.map((day) => day * DAY)
  return makeIndex({ names: files.map(({ name }) => name), time, close, step: 24, warmUp: 60 }, snapshots, terms)
}

interface History extends Pick<Scene, 'names' | 'close' | 'step' | 'warmUp'> {
  readonly time: readonly number[]
}

function makeIndex(history: History, snapshots: readonly Caps[], { count, power, lead }: IndexTerms): Scene {
  const { names, time } = history
  const versions = snapshots.map(({ at, cap }) => {
    const sizes = names.map((name) => cap.get(name) ?? 0)
    const least = [...sizes].sort((a, b) => b - a)[Math.min(count, names.length) - 1]!
    const raw = sizes.map((size) => (size >= least && size > 0 ? size ** power : 0))
    const total = raw.reduce((sum, each) => sum + each, 0)
    return { known: at, from: at + lead * DAY, weight: Float64Array.from(raw, (each) => (INVESTED * each) / total) }
  })
  assert(versions.length > 1, `snapshots must be two at least, was ${versions.length}`)
  const inForce = (at: number): number => versions.findLastIndex(({ from }) => from <= at)
  const target = time.map((at) => versions[Math.max(0, inForce(at))]!.weight)
  const announced = time.map((at, bar): Change | null => {
    const next = versions[inForce(at) + 1]
    if (next === undefined || next.known > at) return null
    return { hours: (next.from - at) / HOUR, shift: next.weight.map((each, i) => each - target[bar]![i]!) }
  })
  const none = time.map(() => null)
  return { ...history, target, announced, funding: none, expected: none }
}

/** An equal book of perps; the next payment is expected to be like the last. */
export function perpBook(prices: readonly string[], funding: readonly string[]): Scene {
  const { time, close, names } = readAny(prices)
  const n = names.length
  const rates = funding.map((path, i) => {
    assert(basename(path).startsWith(names[i]!.split('_')[0]!), `${path} must be the funding of ${names[i]}`)
    return new Map(readRows(path).map((row) => [Math.round(Number(row.time) / HOUR) * HOUR, Number(row.rate)]))
  })
  // A bar is stamped with its open; its close is an hour later.
  const closing = time.map((at) => at + HOUR)
  const paid = closing.map((at) =>
    rates.every((own) => own.has(at)) ? Float64Array.from(rates, (own) => own.get(at)!) : null,
  )
  const equal = new Float64Array(n).fill(INVESTED / n)
  const expected: (Payment | null)[] = closing.map(() => null)
  let [last, next]: [Float64Array | null, number] = [null, 0]
  for (const [bar, rate] of paid.entries()) {
    last = rate ?? last
    while (next < paid.length && (next <= bar || paid[next] === null)) next++
    if (last !== null && next < paid.length) expected[bar] = { hours: next - bar, rate: last }
  }
  return {
    names,
    close,
    step: 1,
    warmUp: 720,
    target: closing.map(() => equal),
    announced: closing.map(() => null),
    // Paid at the close of a bar on what is held through it.
    funding: paid,
    expected,
  }
}
