/**
 * What a trader asks of the venue. A market order takes at once, all of it or nothing. A limit order takes what is within its
 * limit and rests with what is left. An id that the venue has had is answered with what became of it and places nothing, so
 * asking twice is harmless.
 */
import { absolute, add, type Decimal, negate, smaller, subtract, ZERO } from '../base/decimal.ts'
import { signOfSide } from '../domain/portfolio.ts'
import { instrumentIndex } from '../domain/universe.ts'
import type { Intent } from '../session/order.ts'
import { faultOfForm, faultOfMeans, unknownInstrument } from './venue-accept.ts'
import { cancelOrder, type Draft, end, fill, heldOf, instrumentAt, isTrading, pricedAt, tell } from './venue-draft.ts'
import { pastOrder } from './venue-past.ts'
import { feelTrade, feesOf, type Priced, priceTaker, priceWithin } from './venue-price.ts'

export function submit(draft: Draft, intent: Intent): void {
  const { id } = intent
  if (answer(draft, id)) return
  const j = instrumentIndex(draft.rules.terms.universe, intent.instrument)
  const taken = j < 0 ? unknownInstrument(intent.instrument) : accept(draft, j, intent)
  if (typeof taken === 'string') end(draft, { id, state: 'rejected', filled: ZERO, reason: taken })
  else execute(draft, j, { intent, taken })
}

/** What of an order takes at once, or why the venue does not take the order. */
function accept(draft: Draft, j: number, intent: Intent): Priced | string {
  const closed = faultOfMarket(draft, j)
  if (closed !== null) return closed
  const fault = faultOfForm(draft, j, intent, pricedAt(draft.quote?.mid, j)!)
  if (fault !== null) return fault
  const taken = takeable(draft, j, intent)
  if (typeof taken === 'string') return taken
  const signed = signOfSide(intent.side) > 0 ? intent.quantity : negate(intent.quantity)
  const price = intent.price ?? taken.price
  const { id, reduceOnly } = intent
  return (
    faultOfMeans(draft, { instrument: j, signed, price, reduceOnly, claims: true, order: id, first: true }) ?? taken
  )
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

/** What of an order takes at once, no more than there is to reduce where it may only reduce. */
function takeable(draft: Draft, j: number, intent: Intent): Priced | string {
  const { side, price, reduceOnly } = intent
  const held = absolute(heldOf(draft, j).quantity)
  const quantity = reduceOnly && held !== ZERO ? smaller(intent.quantity, held) : intent.quantity
  const order = { instrument: j, side, quantity }
  const priced = price === null ? priceTaker(draft, order) : priceWithin(draft, order, price)
  return priced.ok ? priced.value : priced.error
}

function execute(
  draft: Draft,
  j: number,
  { intent, taken }: { readonly intent: Intent; readonly taken: Priced },
): void {
  const { id, side } = intent
  if (taken.quantity !== ZERO) {
    const order = { instrument: j, side, quantity: taken.quantity }
    const fees = feesOf(draft, { ...order, price: taken.price, liquidity: 'taker', first: true })
    fill(draft, { ...taken, instrument: j, side, fees, order: id, because: 'plan' })
    feelTrade(draft, order)
  }
  const filled = taken.quantity
  const resting = { intent, instrument: j, filled }
  if (filled === intent.quantity) end(draft, { id, state: 'filled', filled, reason: null })
  else if (intent.reduceOnly && heldOf(draft, j).quantity === ZERO) cancelOrder(draft, resting, NOTHING_LEFT)
  else {
    draft.orders = [...draft.orders, resting]
    tell(draft, { id, state: 'open', filled, reason: null })
  }
}

const NOTHING_LEFT = 'nothing is left to reduce'

/** Part of a resting order trades at its limit. @returns what did: less than was asked for where the account cannot bear it */
export function fillResting(draft: Draft, id: string, quantity: Decimal): Decimal {
  const order = draft.orders.find(({ intent }) => intent.id === id)!
  const { intent, instrument: j, filled } = order
  const held = heldOf(draft, j).quantity
  const part = intent.reduceOnly ? smaller(quantity, absolute(held)) : quantity
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
          reduceOnly: intent.reduceOnly,
          claims: false,
          order: id,
          first,
        })
  if (poor !== null) {
    cancelOrder(draft, order, poor)
    return ZERO
  }
  const fees = feesOf(draft, { instrument: j, side: intent.side, quantity: part, price, liquidity: 'maker', first })
  // Where the market came to the limit, the limit is what is known of its middle.
  fill(draft, {
    instrument: j,
    side: intent.side,
    quantity: part,
    price,
    mid: price,
    impact: ZERO,
    fees,
    order: id,
    because: 'plan',
  })
  const total = add(filled, part)
  if (total === intent.quantity) end(draft, { id, state: 'filled', filled: total, reason: null })
  else draft.orders = draft.orders.map((each) => (each === order ? { ...order, filled: total } : each))
  return part
}

export const restOf = (order: Draft['orders'][number]): Decimal => subtract(order.intent.quantity, order.filled)

export function cancel(draft: Draft, id: string): void {
  const open = draft.orders.find(({ intent }) => intent.id === id)
  if (open !== undefined) cancelOrder(draft, open, null)
  else query(draft, id)
}

/** What is known of an id: absent where the venue has never had it. */
export function query(draft: Draft, id: string): void {
  if (!answer(draft, id)) tell(draft, { id, state: 'absent', filled: null, reason: null })
}
