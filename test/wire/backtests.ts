/** Backtests made of text and of bars in memory, for the tests of this folder. */
import { DAY_MS } from '../../src/core/base/instant.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { closedAt, type FundingHistory } from '../../src/core/sim/history.ts'
import type { Bars } from '../../src/core/sim/history-bars.ts'
import type { Membership } from '../../src/core/sim/membership.ts'
import { type Backtest, barsKey, finishBacktest, type Kept, type LoadedBacktest } from '../../src/wire/backtest.ts'
import { draftBacktest } from '../../src/wire/backtest-needs.ts'
import { draftBook } from '../../src/wire/book.ts'
import { issueLine } from './books.ts'

/** 2025-01-01T00:00:00Z */
const START = 1_735_689_600_000
export const day = (k: number): number => START + k * DAY_MS

/** A walk of daily bars that open on the days [from, to), the same for the same name. */
export function walk(name: string, from: number, to: number): Bars {
  const random = makeRandom(name)
  const rows = Array.from({ length: to }, () => ({
    move: random.normal(),
    up: random.uniform(),
    down: random.uniform(),
    traded: random.uniform(),
  }))
  let price = 100
  const bars = rows.map(({ move, up, down, traded }) => {
    const open = price
    price = Number((open * Math.exp(0.03 * move)).toPrecision(6))
    return {
      open,
      close: price,
      high: Math.max(open, price) * (1 + 0.01 * up),
      low: Math.min(open, price) * (1 - 0.01 * down),
      volume: 1000 * (1 + traded),
    }
  })
  const kept = bars.slice(from)
  const column = (of: (bar: (typeof bars)[number], k: number) => number): Float64Array => Float64Array.from(kept, of)
  return {
    time: column((_, k) => day(from + k)),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  }
}

export interface Files {
  readonly history: Readonly<Record<string, Bars>>
  readonly marks?: Readonly<Record<string, Bars>>
  readonly rates?: Readonly<Record<string, Bars>>
  readonly funding?: Readonly<Record<string, FundingHistory>>
  readonly members?: Membership['dates']
}

export function loadedOf({ history, marks = {}, rates = {}, funding = {}, members }: Files): LoadedBacktest {
  const bars = Object.entries({ history, marks, rates }).flatMap(([of, entries]) =>
    Object.entries(entries).map(
      ([id, each]) => [barsKey({ of: of as 'history', id }), { bars: each, notes: [] }] as const,
    ),
  )
  return {
    bars: new Map(bars),
    funding: new Map(Object.entries(funding)),
    members: members ?? null,
    positions: [],
    cash: [],
    issues: [],
  }
}

/** The backtest of a text, or the mistakes, one line each. */
export function backtestOf(text: string, files: Files, kept?: Kept): Backtest | string[] {
  const book = draftBook(text)
  if (!book.ok) return book.error.map(issueLine)
  const draft = draftBacktest(book.value, { from: null, to: null })
  if (!draft.ok) return draft.error.map(issueLine)
  const made = finishBacktest(draft.value, loadedOf(files), kept)
  return made.ok ? made.value : made.error.map(issueLine)
}

export function soundBacktest(text: string, files: Files, kept?: Kept): Backtest {
  const made = backtestOf(text, files, kept)
  if (Array.isArray(made)) throw new Error(made.join('\n'))
  return made
}

/** Three coins, risk parity on a path, a forecast from the last 60 days; CCC is listed on day 40, DDD leaves on day 102. */
export const PARITY = `book: 1
name: Parity
currency: USD
asOf: 2026-01-01T00:00:00Z
equity: 100000
positions: { AAA: 100 }
groups: { large: [AAA, BBB], late: [CCC, DDD] }
targets:
  kind: riskParity
  of: [AAA, BBB, CCC, DDD]
  total: 90%
  glide: { from: 2025-03-01T00:00:00Z, to: 2025-05-01T00:00:00Z, start: { AAA: 50%, BBB: 20% } }
policy: { kind: band, unit: weight, width: { large: 5%, late: 2% }, to: edge }
limits: { gross: 100%, groups: { late: { max: 60% } }, weight: { CCC: { max: 50% } } }
instruments:
  AAA: { kind: spot, lot: 0.001, fee: 5bp, spread: 2bp }
  BBB: { kind: spot, lot: 0.001, fee: 5bp, spread: 2bp }
  CCC: { kind: spot, lot: 0.001, fee: 5bp, spread: 4bp }
  DDD: { kind: spot, lot: 0.001, fee: 5bp, spread: 4bp }
costs: { impact: { scale: 1, exponent: 0.5, join: 1d, decay: 1d }, orderFee: 0.5 USD }
trade: { AAA: AAA, CCC: [CCC] }
market:
  interval: 1d
  markAgeMax: 1d
  estimate: { vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 60d }
backtest:
  from: 2025-02-15T00:00:00Z
  to: 2025-05-31T00:00:00Z
  every: 1d
  refresh: 5d
  warmup: 10d
  latency: { order: 1s, message: none }
  start: book
  volume: 20d
  history: { AAA: a, BBB: b, CCC: c, DDD: { file: d, ends: delisted } }
`
export const PARITY_FILES: Files = {
  history: { AAA: walk('AAA', 0, 150), BBB: walk('BBB', 0, 150), CCC: walk('CCC', 40, 150), DDD: walk('DDD', 0, 102) },
}

/** One perpetual held at the start, with payments that grow. */
export const PERP = `book: 1
currency: USDT
asOf: 2026-01-01T00:00:00Z
cash: { USDT: 10000 }
positions: { BTC-PERP: { quantity: 5, entry: 90 } }
targets: { BTC: 80% }
policy: { kind: full }
instruments:
  BTC-PERP: { kind: perp, underlying: BTC, contract: linear, multiplier: 1, lot: 0.001, fee: 5bp, spread: 1bp }
costs: { horizon: 7d, carry: { BTC-PERP: { funding: 1bp, every: 8h, at: 2025-01-01T00:00:00Z } } }
market: { interval: 1d, markAgeMax: 1d, vols: { BTC: 50% }, correlations: {} }
backtest:
  from: 2025-01-11T00:00:00Z
  to: 2025-01-21T00:00:00Z
  every: 1d
  refresh: 1d
  warmup: none
  latency: 250ms
  start: book
  margin: { mode: isolated, leverage: { BTC-PERP: 5 }, maintenance: 1%, liquidationFee: 50bp }
  funding: { BTC-PERP: { file: paid.csv, every: 8h } }
  history: { BTC-PERP: p }
`
export const PAID = Array.from({ length: 60 }, (_, k) => ({ at: day(0) + k * 8 * 3_600_000, rate: (k + 1) / 1e6 }))
export const PERP_FILES: Files = {
  history: { 'BTC-PERP': walk('BTC-PERP', 0, 20) },
  funding: {
    'BTC-PERP': { time: Float64Array.from(PAID, ({ at }) => at), rate: Float64Array.from(PAID, ({ rate }) => rate) },
  },
}

/** Everything after a row is replaced; `put` gives the new number. */
export function replaced(made: Backtest, row: number, put: (value: number) => number, check: () => void): void {
  const { history } = made.inputs
  const [n, m] = [history.universe.instruments.length, history.universe.currencies.length]
  const columns = [
    history.open,
    history.high,
    history.low,
    history.close,
    history.volume,
    ...(history.mark === null ? [] : [history.mark]),
  ].map((column) => [column, n] as const)
  const before = [...columns, [history.rate, m] as const].map(([column, width]) => ({
    column,
    width,
    copy: column.slice(),
  }))
  const paid = history.funding.flatMap((funding) =>
    funding === null ? [] : [{ ...funding, copy: funding.rate.slice() }],
  )
  for (const { column, width } of before)
    for (let k = (row + 1) * width; k < column.length; k++)
      column[k] = column === history.rate ? put(column[k]!) || 1 : put(column[k]!)
  for (const { time, rate } of paid)
    for (let k = 0; k < rate.length; k++) if (time[k]! > closedAt(history, row)) rate[k] = put(rate[k]!)
  try {
    check()
  } finally {
    for (const { column, copy } of before) column.set(copy)
    for (const { rate, copy } of paid) rate.set(copy)
  }
}
