/**
 * Whether positions may be kept, and what happens when not. Crossed: all money at its rates, plus the open profit of
 * contracts, less spot that is owed, must reach the maintenance of everything; spot that is held is no collateral.
 * Isolated: what a position has posted, plus its open profit, must reach its own maintenance. Where it does not, orders are
 * cancelled, positions closed at the mark, and a fee taken of what is closed; money that is then missing is exchanged from
 * other money, raised by selling spot, and what still is missing the house pays: an equity is never silently negative.
 */
import { add, type Decimal, fromUnits, negate, signOf, smaller, subtract, ZERO } from '../base/decimal.ts'
import { ratioDivide, ratioMultiply, ratioOf, ratioToDecimal } from '../base/ratio.ts'
import { tradeValue } from '../domain/valuation.ts'
import type { MarginMarks } from '../margin/margin-model.ts'
import {
  book,
  cancelOrder,
  cashOf,
  type Draft,
  fill,
  heldOf,
  instrumentAt,
  pricedAt,
  quoteOf,
  rateOf,
} from './venue-draft.ts'
import { shareOfValue } from './venue-price.ts'
import type { Columns, Venue } from './venue-state.ts'

type Books = Pick<Venue, 'rules' | 'columns'>

/** Whether no position has to be closed at these marks. Asked at every quote. */
export function isKept(venue: Books, marks: MarginMarks): boolean {
  const { columns, rules } = venue
  const { margined } = columns
  if (margined.length === 0) return !owesMoney(columns)
  if (rules.terms.margin.mode === 'cross')
    return collateralOf(venue, marks) >= rules.margin(columns.quantity, marks).maintenance
  for (let k = 0; k < margined.length; k++) if (!isKeptAlone(venue, k, marks)) return false
  return true
}

function owesMoney({ cash, money }: Columns): boolean {
  for (const c of money) if (cash[c]! < 0) return true
  return false
}

/** Of a margined position, in the settle currency: what closing it at the mark brings, before fees. */
function openProfit({ columns, rules }: Books, j: number, mark: Float64Array): number {
  const size = columns.quantity[j]! * rules.unit[j]!
  return columns.basis[j]! + (rules.reciprocal[j] === 1 ? -size / mark[j]! : size * mark[j]!)
}

/** In the numeraire. */
export function collateralOf(venue: Books, { mark, rate }: MarginMarks): number {
  const { columns, rules } = venue
  const { settleOf, instruments } = rules.terms.universe
  let sum = 0
  for (const c of columns.money) sum += columns.cash[c]! * rate[c]!
  for (const j of columns.margined) {
    // The proceeds of spot that is owed are in the money already.
    const proceeds = instruments[j]!.kind === 'spot' ? columns.basis[j]! : 0
    sum += (openProfit(venue, j, mark) - proceeds) * rate[settleOf[j]!]!
  }
  return sum
}

/** @param k place among the margined positions */
function isKeptAlone(venue: Books, k: number, marks: MarginMarks): boolean {
  const { columns, rules } = venue
  const j = columns.margined[k]!
  const { posted, alone } = columns.isolated[k]!
  const equity = (posted + openProfit(venue, j, marks.mark)) * marks.rate[rules.terms.universe.settleOf[j]!]!
  return equity >= rules.margin(alone, marks).maintenance
}

const lostAlone = (venue: Books, marks: MarginMarks): number[] =>
  venue.columns.margined.filter((_, k) => !isKeptAlone(venue, k, marks))

/** Closes what may not be kept at the marks of the draft's quote. */
export function liquidate(draft: Draft): void {
  const marks = quoteOf(draft)
  if (isKept(draft, marks)) return
  if (draft.rules.terms.margin.mode === 'isolated') for (const j of lostAlone(draft, marks)) closeIsolated(draft, j)
  else {
    for (const order of draft.orders) cancelOrder(draft, order, 'the account was liquidated')
    for (const j of draft.columns.margined) closeAtMark(draft, j)
  }
  if (draft.columns.margined.length === 0) settleDebts(draft)
}

function closeAtMark(draft: Draft, j: number): void {
  const { quantity } = heldOf(draft, j)
  const instrument = instrumentAt(draft, j)
  const price = pricedAt(quoteOf(draft).mark, j)!
  const value = tradeValue(instrument, quantity, price)
  const fee = shareOfValue(instrument, value, draft.rules.terms.margin.liquidationFee)
  fill(draft, {
    instrument: j,
    side: signOf(quantity) > 0 ? 'sell' : 'buy',
    quantity: signOf(quantity) > 0 ? quantity : negate(quantity),
    price,
    mid: price,
    impact: ZERO,
    fees: [fee],
    order: null,
    because: 'liquidation',
  })
}

/** A position of its own loses what it has posted and no more: the house pays the rest. */
function closeIsolated(draft: Draft, j: number): void {
  for (const order of draft.orders) if (order.instrument === j) cancelOrder(draft, order, 'the position was liquidated')
  const { settle, kind } = instrumentAt(draft, j)
  const c = draft.rules.terms.universe.settleOf[j]!
  const [posted, basis, before] = [draft.posted[j]!, heldOf(draft, j).basis, cashOf(draft, c)]
  closeAtMark(draft, j)
  const brought = add(subtract(cashOf(draft, c), before), kind === 'spot' ? basis : ZERO)
  const left = add(posted, brought)
  if (left < ZERO) cover(draft, settle, left)
}

/** The house pays what a bankrupt trader cannot. */
const cover = (draft: Draft, currency: string, debt: Decimal): void => {
  book(draft, { kind: 'charged', currency, paid: debt, reason: 'bankruptcy, paid by the house' })
}

/** Money that is missing comes from other money, then from spot, then from the house. */
function settleDebts(draft: Draft): void {
  exchangeForDebts(draft)
  if (!owesMoney(draft.columns)) return
  for (const j of draft.columns.held) {
    if (instrumentAt(draft, j).kind !== 'spot' || pricedAt(quoteOf(draft).mark, j) === null) continue
    for (const order of draft.orders)
      if (order.instrument === j) cancelOrder(draft, order, 'the account was liquidated')
    closeAtMark(draft, j)
    exchangeForDebts(draft)
    if (!owesMoney(draft.columns)) return
  }
  draft.rules.terms.universe.currencies.forEach((currency, c) => {
    const amount = cashOf(draft, c)
    if (amount < ZERO) cover(draft, currency, amount)
  })
}

function exchangeForDebts(draft: Draft): void {
  const { currencies } = draft.rules.terms.universe
  currencies.forEach((currency, c) => {
    currencies.forEach((other, o) => {
      const debt = negate(cashOf(draft, c))
      const [rate, otherRate] = [rateOf(draft, currency), rateOf(draft, other)]
      const owned = cashOf(draft, o)
      if (debt <= ZERO || owned <= ZERO || rate === null || otherRate === null) return
      const perUnit = ratioDivide(ratioOf(rate), ratioOf(otherRate))
      const wanted = ratioToDecimal(ratioMultiply(ratioOf(debt), perUnit), 'ceiling')
      const sold = smaller(owned, wanted)
      const bought = wanted <= owned ? debt : ratioToDecimal(ratioDivide(ratioOf(sold), perUnit), 'floor')
      if (bought < fromUnits(1n)) return
      book(draft, {
        kind: 'converted',
        sold: { amount: sold, currency: other },
        bought: { amount: bought, currency },
        fees: [],
      })
    })
  })
}
