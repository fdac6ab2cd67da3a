/**
 * Orders against an order book that is fed. What takes walks the levels, a fill for each, no further than its limit and never
 * what own orders have taken before. What rests joins the queue of its price behind all that is shown there
 * (`flow/queue-position.ts`): trades at the price serve it once those ahead are served, trades past it at once, cancellations
 * move it up by the venue's stated rule. Where the other side comes to the limit, what it shows there serves the order. Of
 * own orders the better price is first, of equals the earlier, and what of a trade one takes the next ones do not have.
 */
import {
  bestAsk,
  bestBid,
  lotsAtTick,
  onLevelChange,
  onTrade,
  type Print,
  type QueuedOrder,
  sizeOf,
} from '../flow/index.ts'
import { byPriority } from './matching.ts'
import { type BookUpdate, bookOf, feedBook, openFeed, takeFrom, walkFeed } from './venue-book.ts'
import { type Draft, instrumentAt, isTrading } from './venue-draft.ts'
import { gridOf, offeredTo, queueFor, restsOn, steps } from './venue-offer.ts'
import { fillResting, restOf } from './venue-orders.ts'
import type { Resting } from './venue-state.ts'

const ownOrders = (draft: Draft, j: number): Resting[] =>
  draft.orders.filter(({ instrument }) => instrument === j).sort(byPriority)

/** The position of an order with what is left of it. */
function standing(draft: Draft, order: Resting): QueuedOrder {
  const lots = steps(restOf(order), gridOf(draft, order.instrument).lot)
  return { ...order.queue!, lots }
}

function standAt(draft: Draft, id: string, queue: QueuedOrder): void {
  draft.orders = draft.orders.map((order) => (order.intent.id === id ? { ...order, queue } : order))
}

/** The book changes: orders move up, and those that the other side has come to are served. */
export function moveBook(draft: Draft, j: number, update: BookUpdate): void {
  const grid = gridOf(draft, j)
  const before = draft.books[j] ?? openFeed({ id: instrumentAt(draft, j).id, ...grid, depthMax: null })
  const feed = feedBook(before, update)
  draft.books = draft.books.with(j, feed)
  const book = bookOf(feed)
  if (book.status !== 'live') return
  for (const order of ownOrders(draft, j)) {
    const { id, side } = order.intent
    const level = lotsAtTick(book, restsOn(side), steps(order.intent.price!, grid.tick))
    if (order.queue === null) standAt(draft, id, queueFor(draft, order)!)
    else if (update.kind === 'snapshot' || level !== order.queue.level)
      standAt(draft, id, onLevelChange(standing(draft, order), level))
  }
  if (isTrading(draft, j)) for (const order of ownOrders(draft, j)) serveFromOtherSide(draft, order)
}

function serveFromOtherSide(draft: Draft, order: Resting): void {
  const { instrument: j, intent } = order
  const grid = gridOf(draft, j)
  const book = bookOf(draft.books[j]!)
  const best = intent.side === 'buy' ? bestAsk(book) : bestBid(book)
  const [lots, limitTick] = [steps(restOf(order), grid.lot), steps(intent.price!, grid.tick)]
  if (best === null || (intent.side === 'buy' ? best > limitTick : best < limitTick)) return
  const rungs = walkFeed(draft.books[j]!, offeredTo(intent.side), { lots, limitTick })
  const served = rungs.reduce((sum, rung) => sum + rung.lots, 0)
  if (served === 0) return
  draft.books = draft.books.with(j, takeFrom(draft.books[j]!, rungs))
  fillResting(draft, intent.id, sizeOf(grid, served))
}

/** A trade of others serves what rests. */
export function matchPrint(draft: Draft, j: number, print: Print): void {
  if (draft.books[j] === null || !isTrading(draft, j)) return
  const grid = gridOf(draft, j)
  let { lots } = print
  for (const order of ownOrders(draft, j)) {
    if (lots === 0) return
    const { order: queue, filled } = onTrade(standing(draft, order), { ...print, lots })
    standAt(draft, order.intent.id, queue)
    if (filled === 0) continue
    lots -= filled
    fillResting(draft, order.intent.id, sizeOf(grid, filled))
  }
}
