/**
 * One move of the venue while it is being made: the parts of a state that change, and what is said meanwhile. A draft lives
 * inside `moveVenue` alone and writes to nothing of the state before.
 */
import {
  absolute,
  add,
  type Decimal,
  decimalOfNumber,
  divideInteger,
  fromUnits,
  negate,
  ONE,
  signOf,
  subtract,
  toNumber,
  ZERO,
} from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { type Ratio, ratioDivide, ratioMultiply, ratioOf, ratioSubtract, ratioToDecimal } from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { type Side, signOfSide } from '../domain/portfolio.ts'
import { tradeValue } from '../domain/valuation.ts'
import type { Fact } from '../ledger/ledger-event.ts'
import type { Position } from '../ledger/position.ts'
import { needsMargin } from '../margin/margin-model.ts'
import type { Booked, OrderSeen } from '../session/session-event.ts'
import { type Accounts, balanceAt, bookOnAllSides, positionAt } from './venue-accounts.ts'
import { bookOf, twiceMid } from './venue-book.ts'
import { endOrder, type PastOrder } from './venue-past.ts'
import type { Columns, Resting, Venue, VenueRules } from './venue-state.ts'
import type { FillDetail, Quoted, VenueMessage } from './venue-types.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export interface Draft extends Mutable<Venue> {
  readonly messages: VenueMessage[]
  readonly fills: FillDetail[]
}

export interface Moved {
  readonly venue: Venue
  /** In the order in which the venue says them. */
  readonly messages: readonly VenueMessage[]
  /** Of each fact that is a fill, and of each end of a contract that is held. */
  readonly fills: readonly FillDetail[]
}

export const openDraft = (venue: Venue, at: Instant): Draft => ({ ...venue, at, messages: [], fills: [] })

export const closeDraft = (draft: Draft): Moved => ({
  venue: venueAt(draft, draft.at, draft.quote),
  messages: draft.messages,
  fills: draft.fills,
})

/** The state of a venue at a time and its quote: one shape, whatever it comes from. */
export const venueAt = (venue: Venue, at: Instant, quote: Quoted | null): Venue => ({
  rules: venue.rules,
  at,
  quote,
  accounts: venue.accounts,
  columns: venue.columns,
  books: venue.books,
  posted: venue.posted,
  orders: venue.orders,
  past: venue.past,
  metaorders: venue.metaorders,
  endowed: venue.endowed,
  ended: venue.ended,
})

export const instrumentAt = ({ rules }: { readonly rules: VenueRules }, j: number): Instrument =>
  rules.terms.universe.instruments[j]!
/** What the trader holds of an instrument. */
export const heldOf = ({ rules, accounts }: Pick<Venue, 'rules' | 'accounts'>, j: number): Position =>
  positionAt(rules.parties, accounts.books, 'trader', j)
/** Money of the trader. */
export const cashOf = ({ rules, accounts }: Pick<Venue, 'rules' | 'accounts'>, c: number): Decimal =>
  balanceAt(rules.parties, accounts.books, 'trader', c).amount

const isPrice = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY

/** A column's number as a decimal; null where it is none above 0. */
export const pricedAt = (column: Float64Array | undefined, index: number): Decimal | null => {
  const value = column?.[index]
  return isPrice(value) ? decimalOfNumber(value) : null
}

/** Numeraire per unit of a currency by name; 1 of the numeraire; null where it is not known. */
export function rateOf({ rules, quote }: Pick<Venue, 'rules' | 'quote'>, currency: string): Decimal | null {
  const { universe } = rules.terms
  if (currency === universe.numeraire) return ONE
  return pricedAt(quote?.rate, rules.parties.scope.currency.get(currency)!)
}

type Stated<T> = T extends unknown ? Omit<T, 'seq' | 'at' | 'account' | 'id'> : never

/** Books a fact on all sides and tells it. @returns its id */
export function book(draft: Draft, stated: Stated<Fact>): string {
  const { parties } = draft.rules
  const id = `${parties.trader}-${draft.accounts.facts + 1}`
  bookFact(draft, { ...stated, at: draft.at, account: parties.trader, id })
  return id
}

/** Books a fact that has its name already. */
export function bookFact(draft: Draft, fact: Booked['fact']): void {
  const { parties } = draft.rules
  const before = draft.accounts
  draft.accounts = bookOnAllSides(before, parties, { ...fact, seq: before.facts + 1 } as Fact)
  draft.messages.push({ kind: 'booked', at: draft.at, fact })
  draft.columns = columnsOf(draft, before)
}

/** Says what is known of an order. */
export function tell(draft: Draft, order: Omit<OrderSeen, 'kind' | 'at'>): void {
  draft.messages.push({ kind: 'order', at: draft.at, ...order })
}

/** An order has ended: it rests no more, and is said to. */
export function end(draft: Draft, order: PastOrder): void {
  draft.orders = draft.orders.filter(({ intent }) => intent.id !== order.id)
  draft.past = endOrder(draft.past, order)
  tell(draft, order)
}

export const cancelOrder = (draft: Draft, { intent, filled }: Resting, reason: string | null): void =>
  end(draft, { id: intent.id, state: 'canceled', filled, reason })

export interface Trade {
  readonly instrument: number
  readonly side: Side
  /** > 0 */
  readonly quantity: Decimal
  readonly price: Decimal
  readonly mid: Decimal
  /** Of own impact, in the numeraire. */
  readonly impact: Decimal
  readonly fees: readonly Money[]
  readonly order: string | null
  readonly because: FillDetail['because']
}

/** Trades against the counterparties: one fact, and what it cost. */
export function fill(draft: Draft, trade: Trade): void {
  const { instrument: j, side, quantity, price, fees, order } = trade
  const before = heldOf(draft, j)
  const signed = signOfSide(side) > 0 ? quantity : negate(quantity)
  repost(draft, j, { before: before.quantity, signed, price })
  const id = book(draft, {
    kind: 'filled',
    instrument: instrumentAt(draft, j).id,
    side,
    quantity,
    price,
    fees: fees.filter(({ amount }) => amount !== ZERO),
    order,
  })
  draft.fills.push(detailOf(draft, trade, { id, signed }))
}

/** What a trade cost against mid, in the numeraire: the fees, what impact made of its price, and spread as all the rest. */
export function detailOf(
  draft: Draft,
  { instrument: j, price, mid, impact, fees, because }: Trade,
  { id, signed }: { readonly id: string; readonly signed: Decimal },
): FillDetail {
  const instrument = instrumentAt(draft, j)
  const inNumeraire = (amount: Ratio, currency: string): Decimal => {
    if (amount.n === 0n) return ZERO
    const rate = rateOf(draft, currency)
    assert(rate !== null, `a trade is made only where ${currency} has a rate`)
    return ratioToDecimal(ratioMultiply(amount, ratioOf(rate)), 'ceiling')
  }
  const worse = ratioSubtract(tradeValue(instrument, signed, mid), tradeValue(instrument, signed, price))
  const slippage = inNumeraire(worse, instrument.settle)
  const fee = fees.reduce((sum, { amount, currency }) => add(sum, inNumeraire(ratioOf(amount), currency)), ZERO)
  return { id, instrument: j, quantity: signed, price, mid, fee, spread: subtract(slippage, impact), impact, because }
}

/** Margin of an isolated position: what opens posts its initial margin, what closes takes its share back. */
export function repost(
  draft: Draft,
  j: number,
  { before, signed, price }: { readonly before: Decimal; readonly signed: Decimal; readonly price: Decimal },
): void {
  if (draft.rules.terms.margin.mode !== 'isolated') return
  const opposite = signOf(before) === -signOf(signed)
  const closing = !opposite ? ZERO : absolute(signed) <= absolute(before) ? absolute(signed) : absolute(before)
  const posted = draft.posted[j]!
  // What stays is rounded up: never less margin than its share.
  const left =
    closing === ZERO
      ? posted
      : fromUnits(divideInteger(posted * subtract(absolute(before), closing), absolute(before), 'ceiling'))
  const opening = subtract(absolute(signed), closing)
  const after = add(left, initialOf(draft, j, { quantity: signed < ZERO ? negate(opening) : opening, price }))
  draft.posted = draft.posted.with(j, after)
}

/** A requirement is mathematics: as money it is taken to as many digits as float64 is sure of. */
const DIGITS = 14

/** Initial margin of a quantity alone at a price, in the settle currency, rounded up. */
export function initialOf(
  { rules, quote }: Pick<Venue, 'rules' | 'quote'>,
  j: number,
  { quantity, price }: { readonly quantity: Decimal; readonly price: Decimal },
): Decimal {
  const { universe } = rules.terms
  const { settle } = universe.instruments[j]!
  if (quantity === ZERO || !needsMargin(universe.instruments[j]!, signOf(quantity))) return ZERO
  const alone = new Float64Array(universe.instruments.length)
  const mark = new Float64Array(universe.instruments.length)
  alone[j] = toNumber(quantity)
  mark[j] = toNumber(price)
  const rate = rateOf({ rules, quote }, settle)
  assert(rate !== null && quote !== null, 'margin is asked for where the market is known')
  const { initial } = rules.margin(alone, { mark, rate: quote.rate })
  return ratioToDecimal(
    ratioDivide(ratioOf(decimalOfNumber(Number(initial.toPrecision(DIGITS)))), ratioOf(rate)),
    'ceiling',
  )
}

/** The trader's books as float64; what a fact has not touched is as it was. */
function columnsOf(draft: Draft, before: Accounts): Columns {
  const { universe, margin } = draft.rules.terms
  const { instruments } = universe
  const { accounts, columns, rules } = draft
  const place = rules.parties.place.trader
  const [quantity, basis, cash] = [columns.quantity.slice(), columns.basis.slice(), columns.cash.slice()]
  const [margined, held, money]: [number[], number[], number[]] = [[], [], []]
  for (let j = 0; j < instruments.length; j++) {
    const k = place * instruments.length + j
    const position = accounts.books.positions[k]!
    if (position !== before.books.positions[k]) {
      quantity[j] = toNumber(position.quantity)
      basis[j] = toNumber(position.basis)
    }
    if (position.quantity === ZERO) continue
    held.push(j)
    if (needsMargin(instruments[j]!, signOf(position.quantity))) margined.push(j)
  }
  for (let c = 0; c < cash.length; c++) {
    const k = place * cash.length + c
    const { amount } = accounts.books.balances[k]!
    if (amount !== before.books.balances[k]!.amount) cash[c] = toNumber(amount)
    if (amount !== ZERO) money.push(c)
  }
  const isolated = margin.mode === 'cross' ? [] : margined.map((j) => isolate(draft.posted[j]!, quantity, j))
  return { quantity, basis, cash, margined, held, money, isolated }
}

function isolate(posted: Decimal, quantity: Float64Array, j: number): Columns['isolated'][number] {
  const alone = new Float64Array(quantity.length)
  alone[j] = quantity[j]!
  return { posted: toNumber(posted), alone }
}

/** Middle of the book where one is fed, else of the quote; null where there is none. */
export function midOf(venue: Venue, j: number): Decimal | null {
  const feed = venue.books[j]!
  if (feed === null) return pricedAt(venue.quote?.mid, j)
  const twice = twiceMid(bookOf(feed))
  return twice === null
    ? null
    : fromUnits(divideInteger(BigInt(twice) * instrumentAt(venue, j).grid.tick!, 2n, 'halfEven'))
}

/** Whether an instrument can be traded: it is listed, has a price and a mark, and its money has rates. */
export function isTrading(venue: Venue, j: number): boolean {
  const { quoteOf, settleOf } = venue.rules.terms.universe
  const feed = venue.books[j]!
  const hasRate = (c: number): boolean => c === venue.rules.numeraire || isPrice(venue.quote?.rate[c])
  return (
    !venue.ended[j]! &&
    (feed === null ? isPrice(venue.quote?.mid[j]) : twiceMid(bookOf(feed)) !== null) &&
    isPrice(venue.quote?.mark[j]) &&
    hasRate(quoteOf[j]!) &&
    hasRate(settleOf[j]!)
  )
}

export const quoteOf = ({ quote }: Pick<Venue, 'quote'>): Quoted => {
  assert(quote !== null, 'a market is asked for where there is one')
  return quote
}
