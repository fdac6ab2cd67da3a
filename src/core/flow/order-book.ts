/**
 * An order book by price (L2) from a venue's feed: a snapshot replaces it, a delta sets the sizes of levels (0 removes one)
 * and takes it from one number of the feed's sequence to another. Whatever cannot be trusted is not used: a delta after a
 * gap, or one that would leave the best bid at or above the best ask, changes no level, and the book is stale until the
 * next snapshot. All forms of sequence are one here, "this delta holds every change after `previousSeq`, up to `lastSeq`":
 *
 * | feed | previousSeq | lastSeq |
 * |---|---|---|
 * | Binance spot (U, u) | U − 1 | u |
 * | Binance futures (U, u, pu) | pu | u |
 * | Deribit (prev_change_id, change_id) | prev_change_id | change_id |
 * | a plain counter (n) | n − 1 | n |
 * | numbers that rise with gaps (Bybit cross_seq), or times | null | n |
 *
 * A delta that reaches beyond the book and begins at or before it applies: levels are whole sizes, not changes, so what it
 * repeats is the same. That is also the rule by which Binance has the first delta after a snapshot chosen. With null
 * only what is old is recognised; what is missing is not.
 */
import { toText } from '../base/decimal.ts'
import { hashOf } from '../base/hash.ts'
import { assert, type Result, refuse, succeed } from '../base/result.ts'
import type { BookGrid, BookLevels } from './book-grid.ts'
import {
  type BookSide,
  bestPlace,
  centre,
  clearSide,
  copySide,
  END,
  keyAtPlace,
  lotsAt,
  lotsAtPlace,
  makeSide,
  nextPlace,
  setLevel,
  worstKey,
} from './book-side.ts'
import { copyChanges, type LevelChanges, makeChanges, reserveChanges } from './level-changes.ts'

export interface BookTerms extends BookGrid {
  /** Of the instrument. */
  readonly id: string
  /**
   * Levels a side that the feed keeps up to date, null where it is all of them: a feed cut at a depth never says that a
   * level left it, so what is deeper is dropped.
   */
  readonly depthMax: number | null
}

export type BookSideName = 'bids' | 'asks'

/** empty: no snapshot yet. stale: deltas are missing or contradict it; its levels are those before. */
export type BookStatus = 'empty' | 'live' | 'stale'

export interface OrderBook {
  readonly terms: BookTerms
  status: BookStatus
  /** Number of the last snapshot or delta that was applied; 0 before. */
  seq: number
  /** By key: tick of a bid, −tick of an ask. */
  readonly bids: BookSide
  readonly asks: BookSide
  /** What the last delta changed, in its order; nothing after a snapshot, or where it was not applied. */
  readonly changes: LevelChanges
}

export interface BookSnapshot {
  readonly seq: number
  /** In any order; of a tick named twice the last one holds. */
  readonly bids: BookLevels
  readonly asks: BookLevels
}

export interface BookDelta {
  readonly previousSeq: number | null
  readonly lastSeq: number
  readonly bids: BookLevels
  readonly asks: BookLevels
}

/**
 * applied: the book is live at the number named. ignored: an old delta or a repeated one, nothing of it is new. gap: deltas are
 * missing, or no snapshot has come since some were. crossed: the best bid would be at or above the best ask.
 */
export type BookOutcome = 'applied' | 'ignored' | 'gap' | 'crossed'

/** A book before its first snapshot. @returns refused: a tick, lot or depth that is not above 0. */
export function openOrderBook(terms: BookTerms): Result<OrderBook> {
  const { id, tick, lot, depthMax } = terms
  const depth = depthMax === null || (Number.isSafeInteger(depthMax) && depthMax > 0)
  const wrong =
    tick <= 0n ? `tick ${toText(tick)}` : lot <= 0n ? `lot ${toText(lot)}` : depth ? null : `depth ${depthMax}`
  if (wrong !== null)
    return refuse(
      'flow.terms',
      id,
      `tick, lot and depth of an order book must be above 0, was ${wrong}`,
      'copy them from the venue; the depth is whole, or null where the feed has every level',
    )
  return succeed({ terms, status: 'empty', seq: 0, bids: makeSide(), asks: makeSide(), changes: makeChanges() })
}

/** Whole, above 0 and exact; sizes whole and 0 or more. What `levelsOf` gives is. */
function checkLevels({ tick, lots, count }: BookLevels): void {
  assert(count <= tick.length && count <= lots.length, 'levels must be as many as they say')
  for (let k = 0; k < count; k++) {
    const [t, q] = [tick[k]!, lots[k]!]
    const sound = t >= 1 && t <= Number.MAX_SAFE_INTEGER && q >= 0 && q <= Number.MAX_SAFE_INTEGER
    assert(sound && Math.floor(t) === t && Math.floor(q) === q, 'ticks and lots must be whole, see levelsOf')
  }
}

/** Replaces everything. A snapshot that is crossed changes no level and leaves the book stale. */
export function applySnapshot(
  book: OrderBook,
  { seq, bids, asks }: BookSnapshot,
): Extract<BookOutcome, 'applied' | 'crossed'> {
  assert(Number.isSafeInteger(seq), `seq must be whole, was ${seq}`)
  checkLevels(bids)
  checkLevels(asks)
  book.changes.count = 0
  const fresh = { bids: ranked(bids, 1), asks: ranked(asks, -1) }
  const [bid, ask] = [fresh.bids.at(-1), fresh.asks.at(-1)]
  if (bid !== undefined && ask !== undefined && bid.key >= -ask.key) {
    book.status = 'stale'
    return 'crossed'
  }
  for (const name of ['bids', 'asks'] as const) {
    const side = book[name]
    clearSide(side)
    const levels = fresh[name]
    if (levels.length > 0) centre(side, levels.at(-1)!.key)
    // From the worst on, so that far levels are appended.
    for (const { key, lots } of levels) setLevel(side, key, lots)
    trim(book, name)
  }
  book.changes.count = 0
  book.seq = seq
  book.status = 'live'
  return 'applied'
}

interface Ranked {
  readonly key: number
  readonly lots: number
}

/** The levels that are there, worst first, each key once. */
function ranked({ tick, lots, count }: BookLevels, sign: 1 | -1): Ranked[] {
  const all = Array.from({ length: count }, (_, k): Ranked => ({ key: sign * tick[k]!, lots: lots[k]! }))
  // The sort is stable: of one key the last one named stays last.
  all.sort((a, b) => a.key - b.key)
  return all.filter((each, k) => each.key !== all[k + 1]?.key && each.lots > 0)
}

/** Sets the levels of a delta, all of them or none. Allocates nothing unless it is larger than all before. */
export function applyDelta(book: OrderBook, delta: BookDelta): BookOutcome {
  const { previousSeq, lastSeq, bids, asks } = delta
  assert(
    Number.isSafeInteger(lastSeq) && (previousSeq === null || previousSeq < lastSeq),
    `numbers of a delta must be whole and rise, was ${previousSeq} and ${lastSeq}`,
  )
  book.changes.count = 0
  if (book.status !== 'live') return 'gap'
  if (lastSeq <= book.seq) return 'ignored'
  if (previousSeq !== null && previousSeq > book.seq) {
    book.status = 'stale'
    return 'gap'
  }
  checkLevels(bids)
  checkLevels(asks)
  setLevels(book, 'bids', bids)
  setLevels(book, 'asks', asks)
  if (isCrossed(book)) {
    undo(book)
    book.status = 'stale'
    return 'crossed'
  }
  trim(book, 'bids')
  trim(book, 'asks')
  book.seq = lastSeq
  return 'applied'
}

function setLevels(book: OrderBook, name: BookSideName, { tick, lots, count }: BookLevels): void {
  const { changes } = book
  const side = book[name]
  const [sign, code] = name === 'bids' ? [1, 0] : [-1, 1]
  reserveChanges(changes, count)
  for (let k = 0; k < count; k++) {
    const ticks = tick[k]!
    // A size of −0 is none.
    const after = lots[k]! + 0
    const before = setLevel(side, sign * ticks, after)
    if (before === after) continue
    const at = changes.count++
    changes.side[at] = code
    changes.tick[at] = ticks
    changes.before[at] = before
    changes.after[at] = after
  }
}

const isCrossed = ({ bids, asks }: OrderBook): boolean =>
  bids.best >= 0 && asks.best >= 0 && bids.base + bids.best >= -(asks.base + asks.best)

function undo({ bids, asks, changes }: OrderBook): void {
  for (let k = changes.count - 1; k >= 0; k--)
    if (changes.side[k] === 0) setLevel(bids, changes.tick[k]!, changes.before[k]!)
    else setLevel(asks, -changes.tick[k]!, changes.before[k]!)
  changes.count = 0
}

/** Drops what is deeper than the feed. */
function trim(book: OrderBook, name: BookSideName): void {
  const { depthMax } = book.terms
  const side = book[name]
  if (depthMax === null || side.count <= depthMax) return
  const { changes } = book
  reserveChanges(changes, side.count - depthMax)
  while (side.count > depthMax) {
    const key = worstKey(side)
    const at = changes.count++
    changes.side[at] = name === 'bids' ? 0 : 1
    changes.tick[at] = Math.abs(key)
    changes.before[at] = setLevel(side, key, 0)
    changes.after[at] = 0
  }
}

/** Tick of the best bid; null where there is none, or where the book is not live. */
export const bestBid = ({ status, bids }: OrderBook): number | null =>
  status === 'live' && bids.best >= 0 ? bids.base + bids.best : null
/** Tick of the best ask; null where there is none, or where the book is not live. */
export const bestAsk = ({ status, asks }: OrderBook): number | null =>
  status === 'live' && asks.best >= 0 ? -(asks.base + asks.best) : null

/** Lots at a tick of one side, also of a book that is stale; 0 where there is no level. */
export const lotsAtTick = (book: OrderBook, side: BookSideName, tick: number): number =>
  side === 'bids' ? lotsAt(book.bids, tick) : lotsAt(book.asks, -tick)

/** The levels of one side, best first, also of a book that is stale. */
export function levelsOn(book: OrderBook, name: BookSideName, countMax = Number.POSITIVE_INFINITY): BookLevels {
  const side = book[name]
  const count = Math.min(side.count, countMax)
  const levels = { tick: new Float64Array(count), lots: new Float64Array(count), count }
  let place = bestPlace(side)
  for (let k = 0; k < count && place !== END; k++, place = nextPlace(side, place)) {
    levels.tick[k] = Math.abs(keyAtPlace(side, place))
    levels.lots[k] = lotsAtPlace(side, place)
  }
  return levels
}

/** An independent book in the same state. */
export const copyOrderBook = (book: OrderBook): OrderBook => ({
  ...book,
  bids: copySide(book.bids),
  asks: copySide(book.asks),
  changes: copyChanges(book.changes),
})

/** The identity of a book: terms, status, number and levels, whatever way it got there. */
export function hashOfBook(book: OrderBook): string {
  const { terms, status, seq } = book
  return hashOf({ terms, status, seq, bids: levelsOn(book, 'bids'), asks: levelsOn(book, 'asks') })
}

/** The same terms, status, number and levels; cheaper than two hashes. */
export function isSameBook(a: OrderBook, b: OrderBook): boolean {
  const [one, other] = [a.terms, b.terms]
  return (
    a.status === b.status &&
    a.seq === b.seq &&
    one.id === other.id &&
    one.tick === other.tick &&
    one.lot === other.lot &&
    one.depthMax === other.depthMax &&
    isSameSide(a.bids, b.bids) &&
    isSameSide(a.asks, b.asks)
  )
}

function isSameSide(a: BookSide, b: BookSide): boolean {
  if (a.count !== b.count) return false
  let [one, other] = [bestPlace(a), bestPlace(b)]
  while (one !== END) {
    if (keyAtPlace(a, one) !== keyAtPlace(b, other) || lotsAtPlace(a, one) !== lotsAtPlace(b, other)) return false
    one = nextPlace(a, one)
    other = nextPlace(b, other)
  }
  return true
}
