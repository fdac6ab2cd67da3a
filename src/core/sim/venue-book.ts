/**
 * The order book of one instrument as the venue is fed it, inside states that stay valid. A book is updated in place
 * (`flow/order-book.ts`), so states that grow out of each other share one log of updates and one book that has them all; the
 * newest state reads that book, an older one makes its own from the log when it is asked. A snapshot begins a log, and so
 * does every so-manieth update, so that memory does not grow with history.
 *
 * What an order takes stays in the feed until the feed says otherwise; it is remembered and not taken twice.
 */
import { assert } from '../base/result.ts'
import {
  applyDelta,
  applySnapshot,
  type BookDelta,
  type BookSideName,
  type BookSnapshot,
  type BookTerms,
  bestAsk,
  bestBid,
  copyOrderBook,
  levelsOn,
  type OrderBook,
  openOrderBook,
} from '../flow/index.ts'

export type BookUpdate = Snapshot | ({ readonly kind: 'delta' } & BookDelta)
export interface Snapshot extends BookSnapshot {
  readonly kind: 'snapshot'
  /** Levels a side that the feed keeps up to date from here on; null where it is all of them. */
  readonly depthMax: number | null
}

interface Log {
  /** Before the updates; never changed. */
  readonly base: OrderBook
  readonly updates: BookUpdate[]
  /** After all of them. */
  readonly head: OrderBook
}

export interface BookFeed {
  readonly log: Log
  readonly count: number
  /** Own orders took them, and the feed has not set their level since. */
  readonly taken: readonly Rung[]
}

export interface Rung {
  readonly side: BookSideName
  readonly tick: number
  readonly lots: number
}

/** Updates that an old state may have to replay. */
const LOG_MAX = 4096

/** A feed before its first snapshot. @param terms that have been checked */
export const openFeed = (terms: BookTerms): BookFeed => ({ log: beginLog(emptyBook(terms)), count: 0, taken: [] })

function emptyBook(terms: BookTerms): OrderBook {
  const book = openOrderBook(terms)
  assert(book.ok, 'terms of a book are checked')
  return book.value
}

const beginLog = (base: OrderBook): Log => ({ base, updates: [], head: copyOrderBook(base) })

/** The book of a state. To be read at once: the next update may change it. */
export function bookOf({ log, count }: BookFeed): OrderBook {
  if (log.updates.length === count) return log.head
  const book = copyOrderBook(log.base)
  for (const update of log.updates.slice(0, count)) apply(book, update)
  return book
}

/** The feed after an update; what cannot be applied leaves the book stale, and what is old changes nothing. */
export function feedBook(feed: BookFeed, update: BookUpdate): BookFeed {
  const { log, count } = feed
  const own =
    update.kind === 'snapshot'
      ? beginLog(emptyBook({ ...log.base.terms, depthMax: update.depthMax }))
      : count >= LOG_MAX || log.updates.length !== count
        ? beginLog(copyOrderBook(bookOf(feed)))
        : log
  apply(own.head, update)
  own.updates.push(update)
  return { log: own, count: own.updates.length, taken: leftTaken(feed.taken, update, own.head) }
}

function apply(book: OrderBook, update: BookUpdate): void {
  if (update.kind === 'snapshot') applySnapshot(book, update)
  else applyDelta(book, update)
}

/** A level that the feed has set is as it says. */
function leftTaken(taken: readonly Rung[], update: BookUpdate, { changes }: OrderBook): readonly Rung[] {
  if (taken.length === 0) return taken
  if (update.kind === 'snapshot') return []
  return taken.filter(({ side, tick }) => {
    for (let k = 0; k < changes.count; k++)
      if (changes.tick[k] === tick && (changes.side[k] === 0 ? 'bids' : 'asks') === side) return false
    return true
  })
}

/** Twice the middle of both bests, in ticks; null where the book is not live or lacks a side. */
export function twiceMid(book: OrderBook): number | null {
  const [bid, ask] = [bestBid(book), bestAsk(book)]
  return bid === null || ask === null ? null : bid + ask
}

/** What is there to take from one side, best first, up to a size and a worst price. */
export function walkFeed(
  feed: BookFeed,
  name: BookSideName,
  { lots, limitTick }: { readonly lots: number; readonly limitTick: number | null },
): Rung[] {
  const levels = levelsOn(bookOf(feed), name)
  const found: Rung[] = []
  let rest = lots
  for (let k = 0; k < levels.count && rest > 0; k++) {
    const tick = levels.tick[k]!
    if (limitTick !== null && (name === 'asks' ? tick > limitTick : tick < limitTick)) break
    const before = feed.taken.find((each) => each.side === name && each.tick === tick)?.lots ?? 0
    const part = Math.min(rest, Math.max(0, levels.lots[k]! - before))
    if (part > 0) found.push({ side: name, tick, lots: part })
    rest -= part
  }
  return found
}

/** The feed after an order has taken them. */
export function takeFrom(feed: BookFeed, rungs: readonly Rung[]): BookFeed {
  let taken = [...feed.taken]
  for (const rung of rungs) {
    const before = taken.find(({ side, tick }) => side === rung.side && tick === rung.tick)
    taken = [...taken.filter((each) => each !== before), { ...rung, lots: rung.lots + (before?.lots ?? 0) }]
  }
  return { ...feed, taken }
}
