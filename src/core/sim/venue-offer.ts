/**
 * What a fed order book offers to an order and where an order stands that comes to rest in it. Parts are exact: each level
 * that is taken is a part at its own price, which the ledger books as a fill; impact is what lies beyond the best level.
 */
import { type Decimal, negate, subtract } from '../base/decimal.ts'
import { ratioMultiply, ratioOf, ratioSubtract, ratioToDecimal } from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import type { Side } from '../domain/portfolio.ts'
import { tradeValue } from '../domain/valuation.ts'
import {
  type BookGrid,
  type BookSideName,
  joinQueue,
  levelsOn,
  lotsAtTick,
  priceOf,
  type QueuedOrder,
  sizeOf,
} from '../flow/index.ts'
import type { Intent } from '../session/order.ts'
import { bookOf, takeFrom, walkFeed } from './venue-book.ts'
import { type Draft, instrumentAt, midOf, rateOf } from './venue-draft.ts'
import type { Priced } from './venue-price.ts'
import type { Resting, Venue } from './venue-state.ts'

/** The lattice of an instrument that has a book. */
export function gridOf(venue: Venue, j: number): BookGrid {
  const { tick, lot } = instrumentAt(venue, j).grid
  assert(tick !== undefined, 'a book is fed where there is a tick')
  return { tick, lot }
}

export const offeredTo = (side: Side): BookSideName => (side === 'buy' ? 'asks' : 'bids')
export const restsOn = (side: Side): BookSideName => (side === 'buy' ? 'bids' : 'asks')
/** Of what is on the lattice, which is checked before. */
export const steps = (amount: Decimal, step: Decimal): number => Number(amount / step)

/** What of an order takes at once, a part for each level, best first. */
export function offered(venue: Venue, j: number, { side, quantity, price }: Intent): Priced[] {
  const feed = venue.books[j]!
  const grid = gridOf(venue, j)
  const instrument = instrumentAt(venue, j)
  const name = offeredTo(side)
  const limitTick = price === null ? null : steps(price, grid.tick)
  const best = priceOf(grid, levelsOn(bookOf(feed), name, 1).tick[0]!)
  const [mid, rate] = [midOf(venue, j)!, rateOf(venue, instrument.settle)!]
  return walkFeed(feed, name, { lots: steps(quantity, grid.lot), limitTick }).map(({ tick, lots }) => {
    const [at, part] = [priceOf(grid, tick), sizeOf(grid, lots)]
    const signed = side === 'buy' ? part : negate(part)
    const beyond = ratioSubtract(tradeValue(instrument, signed, best), tradeValue(instrument, signed, at))
    return { quantity: part, price: at, mid, impact: ratioToDecimal(ratioMultiply(beyond, ratioOf(rate)), 'ceiling') }
  })
}

/** Parts that were taken are there no more, until the feed says otherwise. */
export function takeOffered(
  draft: Draft,
  j: number,
  { side, taken }: { readonly side: Side; readonly taken: readonly Priced[] },
): void {
  const { tick, lot } = gridOf(draft, j)
  const rungs = taken.map(({ price, quantity }) => ({
    side: offeredTo(side),
    tick: steps(price, tick),
    lots: steps(quantity, lot),
  }))
  draft.books = draft.books.with(j, takeFrom(draft.books[j]!, rungs))
}

/** Where an order that comes to rest stands; null where no book is fed. */
export function queueFor(venue: Venue, { instrument: j, intent, filled }: Omit<Resting, 'queue'>): QueuedOrder | null {
  const feed = venue.books[j]!
  if (feed === null) return null
  const { tick: step, lot } = gridOf(venue, j)
  const { side, price } = intent
  const tick = steps(price!, step)
  const level = lotsAtTick(bookOf(feed), restsOn(side), tick)
  const lots = steps(subtract(intent.quantity, filled), lot)
  return joinQueue({ side, tick, cancels: venue.rules.terms.queue, lots, level })
}
