/**
 * What an order must be for the venue to take it, asked in the order in which a venue would: an instrument that trades, whole
 * lots, least sizes and prices on the tick, something to reduce, coins to sell, money to pay with, margin to open with. The
 * answer is the first thing that is wrong. Open orders count: money, coins and margin that they would need are not free, and
 * of each instrument the worse side stands for both. What only reduces is never blocked by margin.
 */
import { absolute, add, type Decimal, negate, signOf, subtract, toNumber, toText, ZERO } from '../base/decimal.ts'
import { formatAmount } from '../base/format.ts'
import { ratioCompare, ratioDivide, ratioMultiply, ratioNegate, ratioOf, ratioToDecimal } from '../base/ratio.ts'
import { quoted } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { type Side, signOfSide } from '../domain/portfolio.ts'
import { isReciprocal, tradeValue, unitNotional } from '../domain/valuation.ts'
import { needsMargin } from '../margin/margin-model.ts'
import type { Intent } from '../session/order.ts'
import { cashOf, heldOf, initialOf, instrumentAt, pricedAt, quoteOf, rateOf } from './venue-draft.ts'
import { collateralOf } from './venue-margin.ts'
import { feesOf } from './venue-price.ts'
import type { Resting, Venue } from './venue-state.ts'

/** A trade that is asked for: an order, or the part of one that is about to fill. */
export interface Asked {
  readonly instrument: number
  readonly signed: Decimal
  /** At most this to a buyer, at least this to a seller. */
  readonly price: Decimal
  /** Whether what other orders would need is taken as spent. */
  readonly claims: boolean
  /** Of an order that is itself open. */
  readonly order: string
  readonly first: boolean
}

/** The first reason against the form of an order; null where there is none. The market is open. */
export function faultOfForm(venue: Venue, j: number, intent: Intent, mid: Decimal): string | null {
  const { id, grid, fee } = instrumentAt(venue, j)
  const { quantity, price, side } = intent
  const at = price ?? mid
  const held = heldOf(venue, j).quantity
  if (quantity <= ZERO) return `quantity must be above 0, was ${toText(quantity)}`
  const closes = quantity === absolute(held) && signOf(held) === -signOfSide(side)
  if ((!closes || venue.books[j] !== null) && quantity % grid.lot !== 0n)
    return `quantity must be whole lots of ${toText(grid.lot)}, or all that is held, was ${toText(quantity)}`
  if (quantity < grid.quantityMin)
    return `quantity must be at least ${toText(grid.quantityMin)}, was ${toText(quantity)}`
  if (at <= ZERO) return `price must be above 0, was ${toText(at)}`
  if (price !== null && grid.tick !== undefined && price % grid.tick !== 0n)
    return `price must be whole ticks of ${toText(grid.tick)}, was ${toText(price)}`
  if (price !== null && fee.maker === null)
    return `maker fee of ${id} must be known for an order that may rest, was missing`
  return faultOfNotional(venue, instrumentAt(venue, j), { quantity, price: at })
}

function faultOfNotional(
  venue: Venue,
  instrument: Instrument,
  { quantity, price }: { readonly quantity: Decimal; readonly price: Decimal },
): string | null {
  const least = instrument.grid.notionalMin
  if (least === null) return null
  const [rate, other] = [rateOf(venue, instrument.quote), rateOf(venue, least.currency)]
  if (rate === null || other === null)
    return `${rate === null ? instrument.quote : least.currency} must have a rate, was without one`
  const notional = ratioMultiply(ratioMultiply(ratioOf(quantity), unitNotional(instrument, price)), ratioOf(rate))
  const was = ratioDivide(notional, ratioOf(other))
  if (ratioCompare(was, ratioOf(least.amount)) >= 0) return null
  return `notional must be at least ${toText(least.amount)} ${least.currency}, was ${toText(ratioToDecimal(was, 'floor'))}`
}

/** The first reason why the account cannot bear a trade; null where it can. */
export function faultOfMeans(venue: Venue, asked: Asked): string | null {
  return faultOfSpot(venue, asked) ?? faultOfMargin(venue, asked)
}

/** An order that may only reduce needs something to reduce. */
export function faultOfReduction(
  venue: Venue,
  { instrument, side, reduceOnly }: { readonly instrument: number; readonly side: Side; readonly reduceOnly: boolean },
): string | null {
  const { quantity } = heldOf(venue, instrument)
  if (!reduceOnly || (quantity !== ZERO && signOf(quantity) !== signOfSide(side))) return null
  return `an order that may only reduce must be against what is held, was a ${side} with ${toText(quantity)} held`
}

const restOf = ({ intent, filled }: Resting): Decimal => subtract(intent.quantity, filled)

/** Open on one side of an instrument, besides an order. */
const openOn = (venue: Venue, j: number, { sign, but }: { readonly sign: 1 | -1; readonly but: string }): Decimal =>
  venue.orders.reduce(
    (sum, order) =>
      order.instrument === j && signOfSide(order.intent.side) === sign && order.intent.id !== but
        ? add(sum, restOf(order))
        : sum,
    ZERO,
  )

function faultOfSpot(venue: Venue, asked: Asked): string | null {
  const { instrument: j, signed, price, claims, order, first } = asked
  const instrument = instrumentAt(venue, j)
  if (instrument.kind !== 'spot') return null
  const held = heldOf(venue, j).quantity
  if (signed < ZERO) {
    const free = subtract(held, claims ? openOn(venue, j, { sign: -1, but: order }) : ZERO)
    if (instrument.short || negate(signed) <= free) return null
    return `${instrument.id} that is sold must be held, was ${toText(negate(signed))} with ${toText(free)} free`
  }
  const needed = costOf(venue, { instrument: j, quantity: signed, price, first })
  for (const { amount, currency } of needed) {
    const c = venue.rules.parties.scope.currency.get(currency)!
    const free = freeMoney(venue, c, claims ? order : null)
    if (amount > ZERO && amount > free)
      return `${currency} must be at least ${toText(amount)} to buy ${toText(signed)} ${instrument.id}, fees included, was ${toText(free)}`
  }
  return null
}

/** What buying spot takes, per currency, with the dearer of both fees. */
function costOf(
  venue: Venue,
  buy: { readonly instrument: number; readonly quantity: Decimal; readonly price: Decimal; readonly first: boolean },
): Money[] {
  const instrument = instrumentAt(venue, buy.instrument)
  const value = ratioToDecimal(ratioNegate(tradeValue(instrument, buy.quantity, buy.price)), 'ceiling')
  const taker = feesOf(venue, { ...buy, side: 'buy', liquidity: 'taker' })
  const maker = instrument.fee.maker === null ? taker : feesOf(venue, { ...buy, side: 'buy', liquidity: 'maker' })
  const dearer = maker[0]!.amount > taker[0]!.amount ? maker : taker
  return together([{ amount: value, currency: instrument.settle }, ...dearer])
}

function together(money: readonly Money[]): Money[] {
  const sums: Money[] = []
  for (const { amount, currency } of money) {
    const index = sums.findIndex((each) => each.currency === currency)
    if (index < 0) sums.push({ amount, currency })
    else sums[index] = { amount: add(sums[index]!.amount, amount), currency }
  }
  return sums
}

/**
 * Money of a currency that nothing stands on: less what isolated positions have posted and what short sales brought, and, where
 * an order is named, less what all others would take.
 */
function freeMoney(venue: Venue, c: number, but: string | null): Decimal {
  const { terms } = venue.rules
  const { instruments, settleOf, currencies } = terms.universe
  let free = cashOf(venue, c)
  if (terms.margin.mode === 'isolated')
    instruments.forEach((instrument, j) => {
      if (settleOf[j] !== c) return
      free = subtract(free, venue.posted[j]!)
      const { quantity, basis } = heldOf(venue, j)
      if (instrument.kind === 'spot' && quantity < ZERO) free = subtract(free, basis)
    })
  if (but === null) return free
  for (const order of venue.orders) {
    if (order.intent.id === but) continue
    for (const { amount, currency } of claimOf(venue, order))
      if (currency === currencies[c] && amount > ZERO) free = subtract(free, amount)
  }
  return free
}

/** What an open order would take: the price of spot, and in an isolated account the margin that it would post. */
function claimOf(venue: Venue, order: Resting): Money[] {
  const { instrument: j, intent, filled } = order
  const instrument = instrumentAt(venue, j)
  const trade = { instrument: j, quantity: restOf(order), price: intent.price!, first: filled === ZERO }
  if (instrument.kind === 'spot') return intent.side === 'buy' ? costOf(venue, trade) : []
  if (venue.rules.terms.margin.mode !== 'isolated' || intent.reduceOnly) return []
  const signed = intent.side === 'buy' ? trade.quantity : negate(trade.quantity)
  return [{ amount: initialOf(venue, j, { quantity: signed, price: trade.price }), currency: instrument.settle }]
}

/** Why money, > 0, may not leave; null where it may. */
export function faultOfWithdrawal(venue: Venue, { amount, currency }: Money): string | null {
  const free = freeMoney(venue, venue.rules.parties.scope.currency.get(currency)!, '')
  if (amount > free)
    return `a withdrawal must be at most the ${toText(free)} ${currency} that are free, was ${toText(amount)}`
  if (venue.rules.terms.margin.mode === 'isolated' || venue.columns.margined.length === 0) return null
  if (venue.quote === null) return 'positions must have marks before money leaves, was without a quote'
  const { initial } = venue.rules.margin(venue.columns.quantity, venue.quote)
  const left = collateralOf(venue, venue.quote) - inNumeraire(venue, amount, currency)
  return left >= initial
    ? null
    : `collateral must stay at least ${formatAmount(initial, 2)}, was ${formatAmount(left, 2)}`
}

/** As sums over the book are compared elsewhere. */
const SLACK = 1e-12

function faultOfMargin(venue: Venue, asked: Asked): string | null {
  const { instrument: j, signed } = asked
  const held = heldOf(venue, j).quantity
  const after = add(held, signed)
  const instrument = instrumentAt(venue, j)
  // Between nothing and what is held nothing opens; spot that is bought takes money which others may stand on.
  const reduces = signOf(after) !== -signOf(held) && absolute(after) < absolute(held)
  if (reduces || (instrument.kind === 'spot' && after >= ZERO && venue.columns.margined.length === 0)) return null
  return venue.rules.terms.margin.mode === 'isolated' ? faultOfPosting(venue, asked) : faultOfCross(venue, asked)
}

/** Isolated: what opens must be postable, beside fees and what the price takes beyond the mark. */
function faultOfPosting(venue: Venue, { instrument: j, signed, price, claims, order, first }: Asked): string | null {
  const instrument = instrumentAt(venue, j)
  if (!needsMargin(instrument, signOf(signed))) return null
  const held = heldOf(venue, j).quantity
  const opening = signOf(held) === -signOf(signed) ? add(held, signed) : signed
  const quantity = absolute(signed)
  const fees = feesOf(venue, {
    instrument: j,
    side: signed > ZERO ? 'buy' : 'sell',
    quantity,
    price,
    liquidity: 'taker',
    first,
  })
  const posting = { amount: initialOf(venue, j, { quantity: opening, price }), currency: instrument.settle }
  for (const { amount, currency } of together([posting, ...fees])) {
    const free = freeMoney(venue, venue.rules.parties.scope.currency.get(currency)!, claims ? order : null)
    if (amount > ZERO && amount > free)
      return `${currency} must be at least ${toText(amount)} for margin and fees, was ${toText(free)}`
  }
  return null
}

/** Crossed: collateral after the trade must reach the initial margin of everything, open orders on their worse side included. */
function faultOfCross(venue: Venue, asked: Asked): string | null {
  const { instrument: j, signed, price, claims, order, first } = asked
  const { universe } = venue.rules.terms
  const marks = quoteOf(venue)
  const unmarked = [...venue.columns.margined, j].find((each) => pricedAt(marks.mark, each) === null)
  if (unmarked !== undefined)
    return `${universe.instruments[unmarked]!.id} must have a mark for its margin, was without one`
  const unrated = venue.columns.money.find((c) => pricedAt(marks.rate, c) === null)
  if (unrated !== undefined)
    return `${universe.currencies[unrated]} must have a rate while positions stand on it, was without one`
  const quantity = Float64Array.from(universe.instruments, (_, i) => {
    const held = i === j ? add(heldOf(venue, i).quantity, signed) : heldOf(venue, i).quantity
    if (!claims) return toNumber(held)
    const most = add(held, openOn(venue, i, { sign: 1, but: order }))
    const least = subtract(held, openOn(venue, i, { sign: -1, but: order }))
    return toNumber(worse(universe.instruments[i]!, least, most))
  })
  const { initial } = venue.rules.margin(quantity, marks)
  const spent = claims ? claimed(venue, order) : 0
  const left = collateralOf(venue, marks) + gained(venue, { instrument: j, signed, price, first }) - spent
  if (left >= initial * (1 - SLACK)) return null
  return `collateral must be at least ${formatAmount(initial, 2)} ${universe.numeraire} to open with, was ${formatAmount(left, 2)}`
}

const worse = (instrument: Instrument, least: Decimal, most: Decimal): Decimal =>
  instrument.kind === 'spot' || absolute(least) > absolute(most) ? least : most

/** Money that other open orders would take, in the numeraire. */
const claimed = (venue: Venue, but: string): number =>
  venue.orders.reduce((sum, order) => {
    if (order.intent.id === but) return sum
    return claimOf(venue, order).reduce((all, { amount, currency }) => all + inNumeraire(venue, amount, currency), sum)
  }, 0)

const inNumeraire = (venue: Venue, amount: Decimal, currency: string): number =>
  toNumber(amount) * toNumber(rateOf(venue, currency)!)

/** What a trade does to the collateral at the marks, in the numeraire. */
function gained(
  venue: Venue,
  { instrument: j, signed, price, first }: Pick<Asked, 'instrument' | 'signed' | 'price' | 'first'>,
): number {
  const instrument = instrumentAt(venue, j)
  const mark = quoteOf(venue).mark[j]!
  const side = signed > ZERO ? 'buy' : 'sell'
  const fees = feesOf(venue, { instrument: j, side, quantity: absolute(signed), price, liquidity: 'taker', first })
  const fee = fees.reduce((sum, { amount, currency }) => sum + inNumeraire(venue, amount, currency), 0)
  const size = toNumber(signed) * toNumber(instrument.multiplier)
  const at = toNumber(price)
  const rate = toNumber(rateOf(venue, instrument.settle)!)
  if (instrument.kind !== 'spot')
    return (isReciprocal(instrument) ? size / at - size / mark : size * (mark - at)) * rate - fee
  const held = toNumber(heldOf(venue, j).quantity)
  const owed = Math.min(0, held + size) - Math.min(0, held)
  return (owed * mark - size * at) * rate - fee
}

export const unknownInstrument = (id: string): string => `instrument must be one of this venue, was ${quoted(id)}`
