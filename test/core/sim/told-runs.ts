/** Runs for tests: prices by row and what was traded, paid and deposited; books, ledger and columns follow from them. */
import { type Decimal, decimal as dec, negate, subtract, ZERO } from '../../../src/core/base/decimal.ts'
import { HOUR_MS, type Instant } from '../../../src/core/base/instant.ts'
import type { Random } from '../../../src/core/base/random.ts'
import { ratio, ratioMultiply, ratioOf, ratioSubtract, ratioToDecimal } from '../../../src/core/base/ratio.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeUniverse, type Universe } from '../../../src/core/domain/universe.ts'
import { tradeValue } from '../../../src/core/domain/valuation.ts'
import { foldLedger, type Ledger, openLedger } from '../../../src/core/ledger/ledger.ts'
import type { LedgerEvent } from '../../../src/core/ledger/ledger-event.ts'
import { portfolioOf } from '../../../src/core/ledger/statement.ts'
import { closedAt, type History, type Life } from '../../../src/core/sim/history.ts'
import type { FlowRecord, PaymentRecord, RunRecord, TradeRecord } from '../../../src/core/sim/run-record.ts'
import type { Mandate } from '../../../src/core/sizing/mandate.ts'
import { unwrap } from '../cost/reference.ts'

export const START: Instant = 1_767_225_600_000 // 2026-01-01

const TERMS = {
  venue: null,
  quote: 'USD',
  settle: 'USD',
  multiplier: dec('1'),
  grid: { lot: dec('0.000001'), quantityMin: dec('0'), notionalMin: null },
  fee: { taker: dec('0.0005'), maker: null },
  spread: dec('0.0002'),
}
export const coin = (id: string, over: Partial<Instrument> = {}): Instrument =>
  ({ ...TERMS, kind: 'spot', id, underlying: id, short: true, ...over }) as Instrument
export const perpetual = (id: string, underlying: string, over: Partial<Instrument> = {}): Instrument =>
  ({ ...TERMS, kind: 'perp', contract: 'linear', id, underlying, ...over }) as Instrument

/** A random walk of prices, 1 % a step. */
export function walk(
  random: Random,
  { from, rows, digits }: { readonly from: number; readonly rows: number; readonly digits: number },
): number[] {
  const prices: number[] = []
  for (let price = from; prices.length < rows; price *= Math.exp(0.01 * random.normal()))
    prices.push(Number(price.toPrecision(digits)))
  return prices
}

export interface Told {
  readonly instruments: readonly Instrument[]
  /** Closes by instrument id, one a row; null is no bar. */
  readonly closes: Readonly<Record<string, readonly (number | null)[]>>
  /** Numeraire per unit by currency, one a row; 1 where not told. */
  readonly rates?: Readonly<Record<string, readonly number[]>>
  readonly intervalMs?: number
  readonly time?: Instant
  readonly lives?: Readonly<Record<string, Partial<Life>>>
  readonly cash?: Readonly<Record<string, string>>
  /** Held at the start; contracts entered at the price after the @: '2 @ 100'. */
  readonly held?: Readonly<Record<string, string>>
  readonly trades?: readonly ToldTrade[]
  readonly payments?: readonly { readonly row: number; readonly instrument: string; readonly paid: string }[]
  readonly deposits?: readonly { readonly row: number; readonly what: string; readonly amount: string }[]
  readonly columns?: Partial<RunRecord>
}
export interface ToldTrade {
  readonly row: number
  readonly instrument: string
  readonly quantity: string
  /** The close of the row where not told. */
  readonly mid?: string
  readonly price?: string
  /** In the settle currency. */
  readonly fee?: string
  /** Of what the price is off the mid, in the numeraire; the rest is spread. */
  readonly impact?: string
  readonly because?: TradeRecord['because']
}

function historyOf(told: Told): History {
  const universe = makeUniverse({
    numeraire: 'USD',
    instruments: told.instruments,
    currencies: Object.keys(told.cash ?? {}),
  })
  const rows = Object.values(told.closes)[0]!.length
  const intervalMs = told.intervalMs ?? HOUR_MS
  const { instruments, currencies } = universe
  const close = Float64Array.from({ length: rows * instruments.length }, (_, at) => {
    const row = Math.floor(at / instruments.length)
    return told.closes[instruments[at % instruments.length]!.id]![row] ?? Number.NaN
  })
  const rate = Float64Array.from({ length: rows * currencies.length }, (_, at) => {
    const row = Math.floor(at / currencies.length)
    return told.rates?.[currencies[at % currencies.length]!]?.[row] ?? 1
  })
  return {
    universe,
    intervalMs,
    time: Float64Array.from({ length: rows }, (_, row) => (told.time ?? START) + row * intervalMs),
    open: close,
    high: close,
    low: close,
    close,
    volume: close,
    mark: null,
    rate,
    lives: instruments.map(({ id }) => ({ from: 0, to: rows, last: null, ...told.lives?.[id] })),
    funding: instruments.map(() => null),
    notes: [],
  }
}

type Draft = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'seq' | 'account' | 'id'> : never) : never

export function runOf(told: Told): RunRecord {
  const history = historyOf(told)
  const { universe } = history
  const rows = history.time.length
  let ledger = openLedger(universe, ['main'])
  const fold = (draft: Draft): void => {
    const seq = ledger.seq + 1
    ledger = unwrap(foldLedger(ledger, { ...draft, seq, account: 'main', id: `id ${seq}` } as LedgerEvent))
  }
  const book = () => unwrap(portfolioOf(ledger, { accounts: ['main'], orders: [] }))
  const at = closedAt(history, 0)
  for (const [currency, amount] of Object.entries(told.cash ?? { USD: '1000' }))
    fold({ kind: 'deposited', at, asset: { kind: 'cash', currency }, amount: dec(amount), price: null })
  for (const [id, text] of Object.entries(told.held ?? {})) fold(endowment(history, id, text))
  const start = book()
  const records: Records = { trades: [], payments: [], flows: [] }
  for (let row = 0; row < rows; row++) playRow(told, row, { history, fold, records })
  const n = universe.underlyings.length
  return {
    history,
    mandate: mandateOf(universe),
    from: 0,
    to: rows,
    equity: new Float64Array(rows).fill(1000),
    weight: new Float64Array(rows * n),
    target: new Float64Array(rows * n),
    trackingError: new Float64Array(rows),
    gross: new Float64Array(rows),
    volatility: new Float64Array(rows),
    turnover: new Float64Array(rows),
    outside: new Uint8Array(rows),
    ...records,
    decisions: [],
    start,
    end: book(),
    ledger: ledger as Ledger,
    ...told.columns,
  }
}

interface Records {
  readonly trades: TradeRecord[]
  readonly payments: PaymentRecord[]
  readonly flows: FlowRecord[]
}

function endowment(history: History, id: string, text: string): Draft {
  const at = closedAt(history, 0)
  const [quantity = '', entry] = text.split(' @ ')
  const j = indexOf(history.universe, id)
  const mark = entry ?? String(history.close[j]!)
  if (history.universe.instruments[j]!.kind === 'spot')
    return { kind: 'deposited', at, asset: { kind: 'spot', instrument: id }, amount: dec(quantity), price: dec(mark) }
  return { kind: 'positionReconciled', at, instrument: id, difference: dec(quantity), price: dec(mark) }
}

const indexOf = (universe: Universe, id: string): number => universe.instruments.findIndex((each) => each.id === id)

function playRow(
  told: Told,
  row: number,
  { history, fold, records }: { history: History; fold: (draft: Draft) => void; records: Records },
): void {
  const { universe } = history
  const at = closedAt(history, row)
  const rateOf = (currency: string): Decimal =>
    dec(String(history.rate[row * universe.currencies.length + universe.currencies.indexOf(currency)]!))
  const worth = (amount: Decimal, currency: string): Decimal =>
    ratioToDecimal(ratioMultiply(ratioOf(amount), ratioOf(rateOf(currency))), 'halfEven')
  for (const { what, amount } of (told.deposits ?? []).filter((each) => each.row === row)) {
    const j = indexOf(universe, what)
    const close = j < 0 ? null : dec(String(history.close[row * universe.instruments.length + j]!))
    const asset = j < 0 ? { kind: 'cash' as const, currency: what } : { kind: 'spot' as const, instrument: what }
    const size = dec(amount)
    if (size > ZERO) fold({ kind: 'deposited', at, asset, amount: size, price: close })
    else fold({ kind: 'withdrawn', at, asset, amount: negate(size), fee: ZERO })
    const inQuote = close === null ? size : ratioToDecimal(ratioMultiply(ratioOf(size), ratioOf(close)), 'halfEven')
    records.flows.push({ row, at, amount: worth(inQuote, j < 0 ? what : universe.instruments[j]!.settle) })
  }
  for (const trade of (told.trades ?? []).filter((each) => each.row === row)) {
    const j = indexOf(universe, trade.instrument)
    const instrument = universe.instruments[j]!
    const quantity = dec(trade.quantity)
    const mid = dec(trade.mid ?? String(history.close[row * universe.instruments.length + j]!))
    const price = trade.price === undefined ? mid : dec(trade.price)
    const fee = dec(trade.fee ?? '0')
    fold({
      kind: 'filled',
      at,
      instrument: trade.instrument,
      side: quantity > ZERO ? 'buy' : 'sell',
      quantity: quantity > ZERO ? quantity : negate(quantity),
      price,
      fees: fee === ZERO ? [] : [{ amount: fee, currency: instrument.settle }],
      order: null,
    })
    const slipped = ratioToDecimal(
      ratioMultiply(
        ratioSubtract(tradeValue(instrument, quantity, mid), tradeValue(instrument, quantity, price)),
        ratioOf(rateOf(instrument.settle)),
      ),
      'halfEven',
    )
    const impact = dec(trade.impact ?? '0')
    records.trades.push({
      row,
      at,
      instrument: j,
      quantity,
      price,
      mid,
      fee: worth(fee, instrument.settle),
      spread: subtract(slipped, impact),
      impact,
      because: trade.because ?? 'plan',
    })
  }
  for (const { instrument, paid } of (told.payments ?? []).filter((each) => each.row === row)) {
    const j = indexOf(universe, instrument)
    fold({ kind: 'funded', at, instrument, paid: dec(paid) })
    records.payments.push({ row, at, instrument: j, paid: worth(dec(paid), universe.instruments[j]!.settle) })
  }
}

function mandateOf(universe: Universe): Mandate {
  const none = universe.underlyings.map(() => null)
  return {
    universe,
    target: { weight: universe.underlyings.map(() => ratio(0n, 1n)), notes: [] },
    policy: { kind: 'full' },
    constraints: {
      weightMin: none,
      weightMax: none,
      grossMax: null,
      leverageMax: null,
      netMin: null,
      netMax: null,
      groups: [],
      factors: [],
      volatilityMax: null,
      trackingErrorMax: null,
      tails: [],
      turnoverMax: null,
      turnoverOfMax: none,
      tradedMax: universe.instruments.map(() => null),
      participation: null,
      depthShareMax: null,
      cashMin: null,
      orderMax: null,
      frozen: new Uint8Array(universe.underlyings.length),
      frozenInstrument: new Uint8Array(universe.instruments.length),
      reduceOnly: new Uint8Array(universe.underlyings.length),
    },
    tradeable: universe.instrumentsOf,
  }
}
