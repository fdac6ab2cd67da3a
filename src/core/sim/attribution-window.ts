/**
 * One window of an attribution: the formulas of `attribution.ts` between two moments, in amounts of 18 places that sum exactly.
 * Prices are worths of a unit in the currency a trade settles in, and what they made is converted at the rate of the window's
 * end: that is exactly what a trade made against not trading. What a rate did to money that was held is `held`.
 */
import { add, type Decimal, negate, subtract, ZERO } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { type Ratio, ratioAdd, ratioMultiply, ratioOf, ratioSubtract } from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import type { Asset, LedgerEvent } from '../ledger/ledger-event.ts'
import { type Marks, marksAt, rounded, sumWorth, unitWorth, worthByCurrency } from './book-worth.ts'
import { closedAt } from './history.ts'
import { type PricePath, rowClosedBy } from './price-path.ts'
import type { RunRecord, TradeRecord } from './run-record.ts'

export const PARTS = [
  'held',
  'built',
  'rebalancingPremium',
  'trendCost',
  'fee',
  'spread',
  'impact',
  'carry',
  'rest',
] as const
export type Part = (typeof PARTS)[number]
/** Gains in the numeraire: what costs is below 0. */
export type Parts = Readonly<Record<Part, Decimal>>

export interface Attribution {
  readonly from: Instant
  readonly to: Instant
  readonly startEquity: Decimal
  readonly endEquity: Decimal
  /** Deposits less withdrawals. */
  readonly flows: Decimal
  /** endEquity − startEquity − flows: the sum of the parts. */
  readonly gain: Decimal
  readonly parts: Parts
  /** One per underlying, in the order of the universe, then one for money: currencies held, and the rest. They sum to `parts`. */
  readonly lines: readonly AttributionLine[]
}

export interface AttributionLine {
  /** Of an underlying; null for money. */
  readonly name: string | null
  readonly gain: Decimal
  readonly parts: Parts
}

/** What happened after `after` and not after `until`, between two books and the marks of two rows of the path. */
export interface Window {
  readonly from: Instant
  readonly to: Instant
  readonly after: Instant
  readonly until: Instant
  readonly start: Portfolio
  readonly end: Portfolio
  readonly startRow: number
  readonly endRow: number
  /** What traded before this was the first decision. */
  readonly builtBefore: Instant
}

type Sums = Record<Part, Decimal>

/** A window with what is read over and over, and the sums that are being made. */
interface Frame {
  readonly record: RunRecord
  readonly path: PricePath
  readonly window: Window
  readonly first: Marks
  readonly last: Marks
  /** One per underlying, then money. */
  readonly sums: readonly Sums[]
}

export function attributeWindow(
  record: RunRecord,
  path: PricePath,
  { window, events }: { readonly window: Window; readonly events: readonly LedgerEvent[] },
): Attribution {
  const { universe } = record.history
  const first = marksAt(path, window.startRow)
  const last = marksAt(path, window.endRow)
  const sums = Array.from({ length: universe.underlyings.length + 1 }, noSums)
  const frame: Frame = { record, path, window, first, last, sums }

  const startWorth = worthByCurrency(window.start, universe, first)
  const startEquity = rounded(sumWorth(startWorth, first))
  const endEquity = rounded(sumWorth(worthByCurrency(window.end, universe, last), last))
  const flows = sumOf(within(window, record.flows).map(({ amount }) => amount))
  const gain = subtract(subtract(endEquity, startEquity), flows)

  tallyCurrencies(frame, startWorth)
  tallyPrices(frame)
  tallyFlows(frame, events)
  tallyPayments(frame)
  addTo(moneyOf(frame), 'rest', subtract(gain, sumOf(sums.map(total))))

  const lines = sums.map((parts, line) => ({ name: universe.underlyings[line] ?? null, gain: total(parts), parts }))
  const parts = noSums()
  for (const line of lines) for (const part of PARTS) addTo(parts, part, line.parts[part])
  return { from: window.from, to: window.to, startEquity, endEquity, flows, gain, parts, lines }
}

/** What the rate alone made of money held at the start, with the open profit and the spot that stand in it. */
function tallyCurrencies(frame: Frame, worth: readonly Ratio[]): void {
  worth.forEach((each, c) => {
    if (each.n === 0n) return
    const change = ratioSubtract(known(frame.last.rate[c]!), known(frame.first.rate[c]!))
    addTo(ofCurrency(frame, c), 'held', rounded(ratioMultiply(each, change)))
  })
}

/** Held, built, premium and trend of each instrument. */
function tallyPrices(frame: Frame): void {
  const { record, window, last } = frame
  const { instruments, settleOf } = record.history.universe
  const traded = sumTrades(within(window, record.trades), frame)
  instruments.forEach((instrument, j) => {
    const held = window.start.quantity[j]!
    const trades = traded[j]!
    if (held === ZERO && trades === null) return
    const start = unitWorth(instrument, startPrice(frame, j))
    const end = unitWorth(instrument, known(last.price[j]!))
    const half = ratioMultiply(ratioSubtract(end, start), HALF)
    const middle = ratioMultiply(ratioAdd(start, end), HALF)
    const toNumeraire = (amount: Ratio): Decimal => rounded(ratioMultiply(amount, known(last.rate[settleOf[j]!]!)))
    const sums = ofInstrument(frame, j)
    addTo(sums, 'held', toNumeraire(ratioMultiply(ratioOf(held), ratioSubtract(end, start))))
    if (trades === null) return
    const { built, later } = trades
    addTo(sums, 'built', toNumeraire(ratioSubtract(ratioMultiply(ratioOf(built.net), end), ratioOf(built.worth))))
    addTo(sums, 'trendCost', toNumeraire(ratioMultiply(ratioOf(later.net), half)))
    const premium = ratioSubtract(ratioMultiply(ratioOf(later.net), middle), ratioOf(later.worth))
    addTo(sums, 'rebalancingPremium', toNumeraire(premium))
  })
}

/** Trades of an instrument, those of the first decision apart. */
interface Traded {
  readonly built: Bundle
  readonly later: Bundle
}
interface Bundle {
  /** Σ q */
  readonly net: Decimal
  /** Σ q·U(mid), in the settle currency, each rounded to 18 places: inverse prices have no common denominator. */
  readonly worth: Decimal
}

const NOTHING: Bundle = { net: ZERO, worth: ZERO }

/** Per instrument; null where nothing was traded. What ends with its instrument trades where the path ends: it gains nothing. */
function sumTrades(trades: readonly TradeRecord[], { record, window }: Frame): (Traded | null)[] {
  const { instruments } = record.history.universe
  const traded: (Traded | null)[] = instruments.map(() => null)
  for (const { at, instrument: j, quantity, mid, because } of trades) {
    if (because === 'delisting') continue
    const worth = rounded(ratioMultiply(ratioOf(quantity), unitWorth(instruments[j]!, ratioOf(mid))))
    const { built, later } = traded[j] ?? { built: NOTHING, later: NOTHING }
    const more = ({ net, worth: before }: Bundle): Bundle => ({ net: add(net, quantity), worth: add(before, worth) })
    traded[j] = at < window.builtBefore ? { built: more(built), later } : { built, later: more(later) }
  }
  return traded
}

/** The mark at the window's start, or the first one in it of what is listed later. */
function startPrice({ path, window, first }: Frame, instrument: number): Ratio {
  const price = first.price[instrument]!
  if (price !== null) return price
  const width = path.history.universe.instruments.length
  let row = window.startRow
  while (row < window.endRow && Number.isNaN(path.price[row * width + instrument]!)) row++
  return known(marksAt(path, row).price[instrument]!)
}

/** A deposit is no gain; what it came to be worth since then was held. A withdrawal likewise. */
function tallyFlows(frame: Frame, events: readonly LedgerEvent[]): void {
  const { path, window, last, record } = frame
  const { currencies, instruments, settleOf } = record.history.universe
  const start = closedAt(path.history, path.from)
  for (const event of within(window, events)) {
    const moved = movedBy(event)
    // What the book began with is in its start.
    if (moved === null || event.at <= start) continue
    const then = marksAt(path, rowClosedBy(path, event.at))
    const { asset, amount } = moved
    if (asset.kind === 'cash') {
      const c = currencies.indexOf(asset.currency)
      const change = ratioSubtract(known(last.rate[c]!), known(then.rate[c]!))
      addTo(ofCurrency(frame, c), 'held', rounded(ratioMultiply(ratioOf(amount), change)))
    } else {
      const j = instruments.findIndex(({ id }) => id === asset.instrument)
      const worth = (marks: Marks): Ratio => ratioMultiply(known(marks.price[j]!), known(marks.rate[settleOf[j]!]!))
      const change = ratioSubtract(worth(last), worth(then))
      addTo(ofInstrument(frame, j), 'held', rounded(ratioMultiply(ratioOf(amount), change)))
    }
  }
}

/** What a deposit brought or a withdrawal took, signed. */
function movedBy(event: LedgerEvent): { readonly asset: Asset; readonly amount: Decimal } | null {
  if (event.kind === 'deposited') return { asset: event.asset, amount: event.amount }
  if (event.kind === 'withdrawn') return { asset: event.asset, amount: negate(event.amount) }
  return null
}

/** What trading and holding cost. */
function tallyPayments(frame: Frame): void {
  const { record, window } = frame
  for (const { instrument, fee, spread, impact } of within(window, record.trades)) {
    const sums = ofInstrument(frame, instrument)
    addTo(sums, 'fee', negate(fee))
    addTo(sums, 'spread', negate(spread))
    addTo(sums, 'impact', negate(impact))
  }
  for (const { instrument, paid } of within(window, record.payments))
    addTo(instrument === null ? moneyOf(frame) : ofInstrument(frame, instrument), 'carry', negate(paid))
}

const HALF: Ratio = { n: 1n, d: 2n }
const within = <T extends { readonly at: Instant }>({ after, until }: Window, all: readonly T[]): T[] =>
  all.filter(({ at }) => at > after && at <= until)
const noSums = (): Sums => Object.fromEntries(PARTS.map((part) => [part, ZERO])) as Sums
function addTo(sums: Sums, part: Part, amount: Decimal): void {
  sums[part] = add(sums[part], amount)
}
const sumOf = (amounts: readonly Decimal[]): Decimal => amounts.reduce(add, ZERO)
const total = (parts: Parts): Decimal => sumOf(PARTS.map((part) => parts[part]))
const moneyOf = ({ sums }: Frame): Sums => sums.at(-1)!
const ofInstrument = ({ record, sums }: Frame, j: number): Sums => sums[record.history.universe.underlyingOf[j]!]!
/** Coin collateral counts for its underlying. */
function ofCurrency(frame: Frame, c: number): Sums {
  const underlying = frame.record.history.universe.exposureOf[c]!
  return underlying < 0 ? moneyOf(frame) : frame.sums[underlying]!
}

function known(price: Ratio | null): Ratio {
  assert(price !== null, 'what is held or traded has a price')
  return price
}
