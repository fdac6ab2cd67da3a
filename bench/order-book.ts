/** The bench of order books, and the feeds it runs on: deltas around a price that walks, most of them near the touch, as venues send them. */
import { decimal } from '../src/core/base/decimal.ts'
import { makeRandom } from '../src/core/base/random.ts'
import { take } from '../src/core/flow/book-depth.ts'
import type { BookLevels } from '../src/core/flow/book-grid.ts'
import {
  applyDelta,
  applySnapshot,
  type BookDelta,
  type BookSnapshot,
  type BookTerms,
  openOrderBook,
} from '../src/core/flow/order-book.ts'
import { answered, measure, report, section } from './measure.ts'

const BOOK_TERMS: BookTerms = { id: 'BTC-PERP', tick: decimal('0.1'), lot: decimal('0.001'), depthMax: null }

interface Feed {
  readonly snapshot: BookSnapshot
  readonly deltas: readonly BookDelta[]
  /** Levels set in all of them. */
  readonly updates: number
}

const START = 618_000
const LEVELS = 1_000
/** Level changes a delta: what a perp of Binance sends 20 times a second. */
const PER_SIDE = 32

/**
 * @param count of deltas
 * @param thickness mean distance from the touch, in ticks, of what changes
 */
function makeFeed(count: number, thickness: number, seed: number): Feed {
  const random = makeRandom(seed)
  const levels = (size: number, row: (k: number) => readonly [number, number]): BookLevels => {
    const each = Array.from({ length: size }, (_, k) => row(k))
    return {
      tick: Float64Array.from(each, ([tick]) => tick),
      lots: Float64Array.from(each, ([, lots]) => lots),
      count: size,
    }
  }
  const lots = (): number => 1 + random.integer(5_000)
  const held = { bids: new Set<number>(), asks: new Set<number>() }
  const side = (name: 'bids' | 'asks', mid: number): BookLevels => {
    const sign = name === 'bids' ? -1 : 1
    // What the price has passed goes first, as on a venue.
    const passed = [...held[name]].filter((tick) => sign * (tick - mid) <= 0)
    return levels(passed.length + PER_SIDE, (k) => {
      if (k < passed.length) {
        held[name].delete(passed[k]!)
        return [passed[k]!, 0]
      }
      const tick = mid + sign * (1 + Math.floor(-thickness * Math.log(1 - random.uniform())))
      if (random.uniform() < 0.45) {
        held[name].delete(tick)
        return [tick, 0]
      }
      held[name].add(tick)
      return [tick, lots()]
    })
  }
  const start = (sign: 1 | -1): BookLevels => levels(LEVELS, (k) => [START + sign * (1 + k), lots()])
  const snapshot = { seq: 0, bids: start(-1), asks: start(1) }
  for (const name of ['bids', 'asks'] as const) for (const tick of snapshot[name].tick) held[name].add(tick)
  let mid = START
  const deltas = Array.from({ length: count }, (_, k): BookDelta => {
    mid += Math.round(2 * random.normal())
    return { previousSeq: k, lastSeq: k + 1, bids: side('bids', mid), asks: side('asks', mid) }
  })
  return { snapshot, deltas, updates: deltas.reduce((sum, { bids, asks }) => sum + bids.count + asks.count, 0) }
}

export function benchOrderBook(): void {
  section('order book, deltas of 64 levels and more, with their changes')
  const count = 5_000
  for (const [name, thickness] of [
    ['near the touch', 20],
    ['over 1,000 ticks', 500],
    ['over 50,000 ticks', 20_000],
  ] as const) {
    const feed = makeFeed(count, thickness, 1)
    const book = answered(openOrderBook(BOOK_TERMS))
    const replay = (): number => {
      applySnapshot(book, feed.snapshot)
      let changed = 0
      for (const delta of feed.deltas) {
        if (applyDelta(book, delta) !== 'applied') throw new Error('the feed must apply')
        changed += book.changes.count
      }
      return changed
    }
    const timing = measure(replay, { warm: 3, runs: 15 })
    const perSecond = feed.updates / timing.median / 1_000
    report(`${count} deltas, ${name}`, timing, `${feed.updates} levels, ${perSecond.toPrecision(3)} M/s`)
  }
  const book = answered(openOrderBook(BOOK_TERMS))
  applySnapshot(book, makeFeed(1, 20, 1).snapshot)
  const order = { lots: 100_000, limitTick: null }
  report(
    'taking 100 coins',
    measure(() => answered(take(book, 'buy', order)), { warm: 1000, runs: 200, batch: 50 }),
    `${answered(take(book, 'buy', order)).levels} levels`,
  )
}
