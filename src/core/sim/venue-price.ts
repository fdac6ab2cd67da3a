/**
 * What an order pays that takes at once where no order book is fed: price = mid·(1 ± (half the spread + own impact)), both as
 * the cost terms have them (`cost-terms.ts`: one truth with the plan's estimate), rounded to the tick against the trader, to
 * the 18th place where the instrument has no tick. Impact is the average of the step of a metaorder, whose notional is
 * felt per instrument and side and decays. Terms are taken for an equity of 1, so that weights are notional: a power law in
 * the share of the day's volume does not depend on the equity it is written in.
 */
import { type Decimal, ONE, smaller, toText, ZERO } from '../base/decimal.ts'
import {
  RATIO_ONE,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioOfNumber,
  ratioRoundTo,
  ratioSubtract,
  ratioToDecimal,
  ratioToNumber,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { type CostTerms, costParts, makeCostTerms } from '../cost/cost-terms.ts'
import { orderFee } from '../cost/fees.ts'
import { sizeAtEdge } from '../cost/impact.ts'
import { extendMetaorder } from '../cost/metaorder.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { type Side, signOfSide } from '../domain/portfolio.ts'
import { unitNotional } from '../domain/valuation.ts'
import { type Draft, instrumentAt, pricedAt, quoteOf, rateOf } from './venue-draft.ts'
import type { Market, Venue } from './venue-state.ts'

export interface Order {
  readonly instrument: number
  readonly side: Side
  /** > 0 */
  readonly quantity: Decimal
}

export interface Priced {
  readonly quantity: Decimal
  readonly price: Decimal
  readonly mid: Decimal
  /** In the numeraire. */
  readonly impact: Decimal
}

/** @param order of what is trading @returns refused with a reason for the trader: no volume to count impact with, no price left */
export function priceTaker(venue: Venue, order: Order): Result<Priced, string> {
  const terms = termsOf(venue, order.instrument)
  return terms.ok ? priceWith(terms.value, venue, order) : terms
}

/** The largest part of an order whose last unit and whose price are within a limit; nothing of it is quantity 0. */
export function priceWithin(venue: Venue, order: Order, limit: Decimal): Result<Priced, string> {
  const terms = termsOf(venue, order.instrument)
  if (!terms.ok) return terms
  const whole = priceWith(terms.value, venue, order)
  const within = (priced: Priced): boolean => (order.side === 'buy' ? priced.price <= limit : priced.price >= limit)
  if (whole.ok && within(whole.value)) return whole
  const { costs, mid, notional } = terms.value
  const nothing = { quantity: ZERO, price: limit, mid, impact: ZERO }
  const power = costs.power[0]!
  if (power === 0) return succeed(nothing)
  const distance = ratioSubtract(ratioDivide(ratioOf(limit), ratioOf(mid)), RATIO_ONE)
  const edge = signOfSide(order.side) * ratioToNumber(distance) - costs.halfSpread[0]!
  const step = { coefficient: power, exponent: costs.powerExponent, traded: costs.traded[order.side][0]! }
  const size = sizeAtEdge(step, { edge, quadratic: 0 })
  if (!size.ok) return fail(sentenceOf(size.error))
  const { lot } = instrumentAt(venue, order.instrument).grid
  const quantity = smaller(order.quantity, ratioRoundTo(ratioDivide(ratioOfNumber(size.value), notional), lot, 'down'))
  if (quantity === ZERO) return succeed(nothing)
  const part = priceWith(terms.value, venue, { ...order, quantity })
  // Between the closed form and the rounded price lies the last bit of a float64.
  return part.ok && !within(part.value) ? succeed({ ...part.value, price: limit }) : part
}

interface Terms {
  readonly costs: CostTerms
  readonly mid: Decimal
  /** Of one unit at mid, in the numeraire. */
  readonly notional: Ratio
}

function termsOf(venue: Venue, j: number): Result<Terms, string> {
  const instrument = instrumentAt(venue, j)
  const seen = quoteOf(venue)
  const [mid, rate] = [pricedAt(seen.mid, j)!, rateOf(venue, instrument.quote)!]
  const costs = venue.rules.terms.impact === null ? lastingCosts(venue, j) : costsAt(venue, j, mid)
  if (!costs.ok) return fail(sentenceOf(costs.error))
  return succeed({
    costs: costs.value,
    mid,
    notional: inNumeraire(unitNotional(instrument, mid), rate),
  })
}

const costsKept = new WeakMap<Market, Result<CostTerms>>()

/** Without impact nothing of them moves with a quote: they are made once. */
function lastingCosts(venue: Venue, j: number): Result<CostTerms> {
  const market = venue.rules.markets[j]!
  const kept = costsKept.get(market)
  if (kept !== undefined) return kept
  const costs = costsAt(venue, j, pricedAt(quoteOf(venue).mid, j)!)
  costsKept.set(market, costs)
  return costs
}

function costsAt(venue: Venue, j: number, mid: Decimal): Result<CostTerms> {
  const seen = quoteOf(venue)
  const { universe, execution, carry } = venue.rules.markets[j]!
  const rates = universe.currencies.map((currency) => rateOf(venue, currency) ?? ONE)
  return makeCostTerms({
    universe,
    market: {
      asOf: venue.at,
      price: [mid],
      priceAgeMs: new Float64Array(1),
      stale: new Uint8Array(1),
      rate: rates,
      volumePerDay: Float64Array.of(seen.volumePerDay[j]!),
      depth: Float64Array.of(Number.NaN),
    },
    vol: Float64Array.of(seen.vol[j]!),
    equity: ONE,
    execution,
    carry,
    metaorders: [venue.metaorders[j]!],
    impact: venue.rules.terms.impact,
    horizonMs: 0,
  })
}

/** Most quote currencies are the numeraire, and digits that say 1 are carried on. */
const inNumeraire = (amount: Ratio, rate: Decimal): Ratio =>
  rate === ONE ? amount : ratioMultiply(amount, ratioOf(rate))

const sentenceOf = (issues: readonly Issue[]): string => issues.map(({ message }) => message).join('; ')

function priceWith({ costs, mid, notional }: Terms, venue: Venue, order: Order): Result<Priced, string> {
  const { side, quantity } = order
  const sign = signOfSide(side)
  const instrument = instrumentAt(venue, order.instrument)
  const traded = ratioMultiply(ratioOf(quantity), notional)
  const weight = ratioToNumber(traded)
  const average = weight === 0 ? 0 : costParts(costs, 0, sign * weight).impact / weight
  const impact = ratioOfNumber(average)
  const distance = ratioAdd(costs.exact[0]!.halfSpread, impact)
  const exact = ratioMultiply(ratioOf(mid), (sign > 0 ? ratioAdd : ratioSubtract)(RATIO_ONE, distance))
  const price = onTick(instrument, exact, side)
  if (price <= ZERO)
    return fail(`price of ${toText(quantity)} ${instrument.id} must be above 0, was used up by its impact`)
  return succeed({ quantity, price, mid, impact: ratioToDecimal(ratioMultiply(traded, impact), 'ceiling') })
}

/** Against the trader. */
function onTick({ grid: { tick } }: Instrument, exact: Ratio, side: Side): Decimal {
  const mode = side === 'buy' ? 'ceiling' : 'floor'
  return tick === undefined ? ratioToDecimal(exact, mode) : ratioRoundTo(exact, tick, mode)
}

/** The trade is felt by the next ones of its side. */
export function feelTrade(draft: Draft, { instrument: j, side, quantity }: Order): void {
  const { impact } = draft.rules.terms
  if (impact === null) return
  const instrument = instrumentAt(draft, j)
  const [mid, rate] = [pricedAt(quoteOf(draft).mid, j)!, rateOf(draft, instrument.quote)!]
  const notional = inNumeraire(ratioMultiply(ratioOf(quantity), unitNotional(instrument, mid)), rate)
  const weight = signOfSide(side) * ratioToNumber(notional)
  const metaorder = extendMetaorder(draft.metaorders[j]!, { weight, at: draft.at }, impact.decay)
  draft.metaorders = draft.metaorders.with(j, metaorder)
}

/** What the venue charges for a trade: the fee of its notional, and with the first fill of an order the fee per order. */
export function feesOf(
  venue: Venue,
  order: Order & { readonly price: Decimal; readonly liquidity: 'maker' | 'taker'; readonly first: boolean },
): Money[] {
  const { schedule, tier } = venue.rules.markets[order.instrument]!
  const instrument = instrumentAt(venue, order.instrument)
  const fee = orderFee({ ...order, schedule, tier, instrument, tokenRate: null })
  if (!fee.ok) throw new Error(`invariant: ${sentenceOf(fee.error)}`)
  const { proportional, fixed } = fee.value
  return order.first && fixed !== null && fixed.amount !== ZERO ? [proportional, fixed] : [proportional]
}

/** A fraction of the value of a trade at a price, in the settle currency, rounded up. */
export function shareOfValue(instrument: Instrument, value: Ratio, share: Ratio): Money {
  return { amount: ratioToDecimal(ratioMultiply(ratioAbsolute(value), share), 'ceiling'), currency: instrument.settle }
}
