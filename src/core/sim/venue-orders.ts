/**
 * What a trader asks of the venue. A market order takes at once, all of it or nothing. A limit order takes what is within its
 * limit and rests with what is left. An id that the venue has had is answered with what became of it and places nothing, so
 * asking twice is harmless.
 */
import { absolute, add, type Decimal, negate, signOf, smaller, subtract, ZERO } from '../base/decimal.ts'
import { type Side, signOfSide } from '../domain/portfolio.ts'
import { instrumentIndex } from '../domain/universe.ts'
import type { Intent } from '../session/order.ts'
import { faultOfForm, faultOfMeans, faultOfReduction, unknownInstrument } from './venue-accept.ts'
import { cancelOrder, type Draft, end, fill, heldOf, instrumentAt, isTrading, midOf, tell } from './venue-draft.ts'
import { offered, queueFor, takeOffered } from './venue-offer.ts'
import { pastOrder } from './venue-past.ts'
import { feelTrade, feesOf, type Priced, priceTaker, priceWithin } from './venue-price.ts'
import type { Resting } from './venue-state.ts'

export function submit(draft: Draft, intent: Intent): void {
  const { id } = intent
  if (answer(draft, id)) return
  const j = instrumentIndex(draft.rules.terms.universe, intent.instrument)
  const taken = j < 0 ? unknownInstrument(intent.instrument) : accept(draft, j, intent)
  if (typeof taken === 'string') end(draft, { id, state: 'rejected', filled: ZERO, reason: taken })
  else execute(draft, j, { intent, taken })
}

/** What of an order takes at once, or why the venue does not take the order. */
function accept(draft: Draft, j: number, intent: Intent): readonly Priced[] | string {
  const closed = faultOfMarket(draft, j)
  if (closed !== null) return closed
  const fault = faultOfForm(draft, j, intent, midOf(draft, j)!)
  if (fault !== null) return fault
  const { id, price, side, reduceOnly } = intent
  // What may only reduce never opens, whatever it asks for.
  const quantity = reduceOnly ? smaller(intent.quantity, reducible(draft, j, side)) : intent.quantity
  const signed = side === 'buy' ? quantity : negate(quantity)
  const irreducible = faultOfReduction(draft, { instrument: j, side, reduceOnly })
  if (irreducible !== null) return irreducible
  const taken = takeable(draft, j, { ...intent, quantity })
  if (typeof taken === 'string') return taken
  const worst = price ?? taken.at(-1)?.price
  if (worst === undefined) return `something must be offered to a market order, was nothing`
  return faultOfMeans(draft, { instrument: j, signed, price: worst, claims: true, order: id, first: true }) ?? taken
}

/** Says what became of an id that the venue has had. @returns whether it has */
function answer(draft: Draft, id: string): boolean {
  const past = pastOrder(draft.past, id)
  if (past !== null) {
    tell(draft, past)
    return true
  }
  const open = draft.orders.find(({ intent }) => intent.id === id)
  if (open === undefined) return false
  tell(draft, { id, state: 'open', filled: open.filled, reason: null })
  return true
}

function faultOfMarket(draft: Draft, j: number): string | null {
  const { id, kind } = instrumentAt(draft, j)
  if (kind === 'option') return `${id} must be spot, a perp or a future, was an option, whose margin has no model here`
  if (draft.ended[j]!) return `${id} must still be listed, was ended`
  return isTrading(draft, j) ? null : `${id} must be trading, was without a price, a mark or a rate`
}

/** What of an order takes at once, in parts. */
function takeable(draft: Draft, j: number, intent: Intent): readonly Priced[] | string {
  const { side, price, quantity } = intent
  if (draft.books[j] !== null) return offered(draft, j, intent)
  const order = { instrument: j, side, quantity }
  const priced = price === null ? priceTaker(draft, order) : priceWithin(draft, order, price)
  return priced.ok ? (priced.value.quantity === ZERO ? [] : [priced.value]) : priced.error
}

function execute(
  draft: Draft,
  j: number,
  { intent, taken }: { readonly intent: Intent; readonly taken: readonly Priced[] },
): void {
  const { id, side } = intent
  const booked = draft.books[j] !== null
  let filled = ZERO
  for (const part of taken) {
    const order = { instrument: j, side, quantity: part.quantity }
    const fees = feesOf(draft, { ...order, price: part.price, liquidity: 'taker', first: filled === ZERO })
    fill(draft, { ...part, instrument: j, side, fees, order: id, because: 'plan' })
    if (!booked) feelTrade(draft, order)
    filled = add(filled, part.quantity)
  }
  if (booked) takeOffered(draft, j, { side, taken })
  const rest = { intent, instrument: j, filled }
  if (filled === intent.quantity) end(draft, { id, state: 'filled', filled, reason: null })
  else if (intent.reduceOnly && reducible(draft, j, side) === ZERO) stop(draft, rest, NOTHING_LEFT)
  else if (intent.price === null) stop(draft, rest, NOTHING_OFFERED)
  else {
    draft.orders = [...draft.orders, { ...rest, queue: queueFor(draft, rest) }]
    tell(draft, { id, state: 'open', filled, reason: null })
  }
}

const stop = (draft: Draft, { intent, filled }: Omit<Resting, 'queue'>, reason: string): void =>
  end(draft, { id: intent.id, state: 'canceled', filled, reason })

const NOTHING_OFFERED = 'nothing more is offered'
/** What an order of a side could close. */
function reducible(draft: Draft, j: number, side: Side): Decimal {
  const { quantity } = heldOf(draft, j)
  return signOf(quantity) === -signOfSide(side) ? absolute(quantity) : ZERO
}

const NOTHING_LEFT = 'nothing is left to reduce'

/** Part of a resting order trades at its limit. @returns what did: less than was asked for where the account cannot bear it */
export function fillResting(draft: Draft, id: string, quantity: Decimal): Decimal {
  const order = draft.orders.find(({ intent }) => intent.id === id)!
  const { intent, instrument: j, filled } = order
  const part = intent.reduceOnly ? smaller(quantity, reducible(draft, j, intent.side)) : quantity
  const signed = signOfSide(intent.side) > 0 ? part : negate(part)
  const first = filled === ZERO
  const price = intent.price!
  const poor =
    part === ZERO
      ? NOTHING_LEFT
      : faultOfMeans(draft, {
          instrument: j,
          signed,
          price,
          claims: false,
          order: id,
          first,
        })
  if (poor !== null) {
    cancelOrder(draft, order, poor)
    return ZERO
  }
  const fees = feesOf(draft, { instrument: j, side: intent.side, quantity: part, price, liquidity: 'maker', first })
  // Without a book the limit, to which the market came, is what is known of its middle.
  const mid = draft.books[j] === null ? price : (midOf(draft, j) ?? price)
  fill(draft, {
    instrument: j,
    side: intent.side,
    quantity: part,
    price,
    mid,
    impact: ZERO,
    fees,
    order: id,
    because: 'plan',
  })
  const total = add(filled, part)
  if (total === intent.quantity) end(draft, { id, state: 'filled', filled: total, reason: null })
  else if (intent.reduceOnly && reducible(draft, j, intent.side) === ZERO)
    cancelOrder(draft, { ...order, filled: total }, NOTHING_LEFT)
  else draft.orders = draft.orders.map((each) => (each.intent.id === id ? { ...each, filled: total } : each))
  return part
}

export const restOf = (order: Resting): Decimal => subtract(order.intent.quantity, order.filled)

export function cancel(draft: Draft, id: string): void {
  const open = draft.orders.find(({ intent }) => intent.id === id)
  if (open !== undefined) cancelOrder(draft, open, null)
  else query(draft, id)
}

/** What is known of an id: absent where the venue has never had it. */
export function query(draft: Draft, id: string): void {
  if (!answer(draft, id)) tell(draft, { id, state: 'absent', filled: null, reason: null })
}
