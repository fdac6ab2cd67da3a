/** Bars and histories for the tests of market history: hourly, from START, flat unless something else is said. */
import { decimal } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeUniverse, type Universe } from '../../../src/core/domain/universe.ts'
import type { Bars } from '../../../src/core/sim/history-bars.ts'
import type { HistoryParts, InstrumentHistory } from '../../../src/core/sim/history-columns.ts'
import type { RateSource } from '../../../src/core/sim/history-rates.ts'

/** 2025-01-01T00:00:00Z */
export const START = 1_735_689_600_000
export const hour = (k: number): number => START + k * HOUR_MS

/** A bar per close, from hour `first` on; null leaves one out. */
export function barsOf(closes: readonly (number | null)[], first = 0): Bars {
  const kept = closes.flatMap((close, k) => (close === null ? [] : [{ time: hour(first + k), close }]))
  const column = (of: (bar: { readonly time: number; readonly close: number }) => number) => Float64Array.from(kept, of)
  return {
    time: column(({ time }) => time),
    open: column(({ close }) => close),
    high: column(({ close }) => close),
    low: column(({ close }) => close),
    close: column(({ close }) => close),
    volume: column(() => 1),
  }
}

/** The bars with one number of one column changed. */
export function changed(bars: Bars, column: keyof Bars, k: number, value: number): Bars {
  const copy = Float64Array.from(bars[column]!)
  copy[k] = value
  return { ...bars, [column]: copy }
}

const grid = { lot: decimal('0.001'), quantityMin: decimal('0.001'), notionalMin: null }
const common = {
  venue: null,
  quote: 'USD',
  grid,
  fee: { taker: decimal('0.0005'), maker: null },
  spread: decimal('0.0002'),
}
export const spot = (id: string, quote = 'USD'): Instrument => ({
  ...common,
  kind: 'spot',
  id,
  underlying: id,
  quote,
  settle: quote,
  multiplier: decimal('1'),
  short: false,
})
export const perp = (underlying: string, contract: 'linear' | 'inverse' = 'linear'): Instrument => ({
  ...common,
  kind: 'perp',
  id: `${underlying}-PERP`,
  underlying,
  settle: contract === 'linear' ? 'USD' : underlying,
  multiplier: decimal(contract === 'linear' ? '0.1' : '100'),
  contract,
})
export const future = (underlying: string, expiry: number): Instrument => ({
  ...common,
  kind: 'future',
  id: `${underlying}-FUT`,
  underlying,
  settle: 'USD',
  multiplier: decimal('1'),
  contract: 'linear',
  expiry,
})

export const plain = (bars: Bars): InstrumentHistory => ({
  bars,
  marks: null,
  funding: null,
  leaves: false,
  accept: [],
  notes: [],
})

/** Parts of a history of `rows` hours; instruments by id, rates stated as 1 unless said otherwise. */
export function partsOf(
  instruments: readonly (readonly [Instrument, InstrumentHistory])[],
  rows: number,
  others: { readonly rates?: Readonly<Record<string, RateSource>>; readonly begins?: number } = {},
): HistoryParts {
  const universe: Universe = makeUniverse({ numeraire: 'USD', instruments: instruments.map(([each]) => each) })
  const own = new Map(instruments.map(([{ id }, history]) => [id, history]))
  return {
    universe,
    intervalMs: HOUR_MS,
    from: START,
    to: hour(rows),
    begins: others.begins ?? hour(1),
    instruments: universe.instruments.map(({ id }) => own.get(id)!),
    rates: universe.currencies.map((name) => others.rates?.[name] ?? { kind: 'stated', rate: decimal('1') }),
    shared: false,
  }
}
