/** The oracle of order books: two maps from tick to lots, sorted and searched whole each time; and random feeds for both. */
import fc, { type Arbitrary } from 'fast-check'
import { decimal } from '../../../src/core/base/decimal.ts'
import type { BookLevels } from '../../../src/core/flow/book-grid.ts'
import {
  applyDelta,
  applySnapshot,
  type BookOutcome,
  type BookSideName,
  type BookTerms,
  levelsOn,
  type OrderBook,
  openOrderBook,
} from '../../../src/core/flow/order-book.ts'
import { unwrap } from '../cost/reference.ts'

export type Row = readonly [tick: number, lots: number]

export const TERMS: BookTerms = { id: 'BTC-PERP', tick: decimal('0.1'), lot: decimal('0.001'), depthMax: null }
export const openBook = (terms: Partial<BookTerms> = {}): OrderBook => unwrap(openOrderBook({ ...TERMS, ...terms }))

export const levels = (rows: readonly Row[]): BookLevels => ({
  tick: Float64Array.from(rows, ([tick]) => tick),
  lots: Float64Array.from(rows, ([, lots]) => lots),
  count: rows.length,
})
export const rowsOf = ({ tick, lots, count }: BookLevels): Row[] =>
  Array.from({ length: count }, (_, k): Row => [tick[k]!, lots[k]!])
export const rowsOn = (book: OrderBook, side: BookSideName): Row[] => rowsOf(levelsOn(book, side))

/** The picture of a book: bids, worst first, a bar, asks. `99×5 100×2 | 101×7` */
export function picture(book: OrderBook): string {
  const row = ([tick, lots]: Row): string => `${tick}×${lots}`
  return [...rowsOn(book, 'bids').toReversed().map(row), '|', ...rowsOn(book, 'asks').map(row)].join(' ')
}

/** Rows of one side of such a picture, `99×5 100×2`. */
const rows = (text: string): Row[] =>
  text === '' ? [] : text.split(' ').map((each) => each.split('×').map(Number) as [number, number])

export const snap = (book: OrderBook, seq: number, text: string): BookOutcome => {
  const [bids = '', asks = ''] = text.split('|').map((each) => each.trim())
  return applySnapshot(book, { seq, bids: levels(rows(bids)), asks: levels(rows(asks)) })
}
/** @param link `5→6`: after 5, up to 6; `→6` where the feed does not say what came before */
export const feed = (book: OrderBook, link: string, text: string): BookOutcome => {
  const [bids = '', asks = ''] = text.split('|').map((each) => each.trim())
  const [previous, last] = link.split('→') as [string, string]
  return applyDelta(book, {
    previousSeq: previous === '' ? null : Number(previous),
    lastSeq: Number(last),
    bids: levels(rows(bids)),
    asks: levels(rows(asks)),
  })
}

export interface PlainBook {
  readonly bids: ReadonlyMap<number, number>
  readonly asks: ReadonlyMap<number, number>
}
export const NO_LEVELS: PlainBook = { bids: new Map(), asks: new Map() }

export interface Change {
  readonly bids: readonly Row[]
  readonly asks: readonly Row[]
}

function withRows(side: ReadonlyMap<number, number>, changed: readonly Row[]): Map<number, number> {
  const next = new Map(side)
  for (const [tick, lots] of changed)
    if (lots > 0) next.set(tick, lots)
    else next.delete(tick)
  return next
}
export const changedBy = ({ bids, asks }: PlainBook, change: Change): PlainBook => ({
  bids: withRows(bids, change.bids),
  asks: withRows(asks, change.asks),
})
export const sorted = (plain: PlainBook, side: BookSideName): Row[] =>
  [...plain[side]].sort(([a], [b]) => (side === 'bids' ? b - a : a - b))
export const isPlainCrossed = (plain: PlainBook): boolean => {
  const [bid, ask] = [sorted(plain, 'bids')[0], sorted(plain, 'asks')[0]]
  return bid !== undefined && ask !== undefined && bid[0] >= ask[0]
}
export const cut = (plain: PlainBook, depth: number): PlainBook => ({
  bids: new Map(sorted(plain, 'bids').slice(0, depth)),
  asks: new Map(sorted(plain, 'asks').slice(0, depth)),
})

/**
 * A step of a feed. clear and sweep are about what the book holds when it comes: all of a side, or its best levels, go.
 */
export type Step =
  | { readonly kind: 'snapshot' | 'delta'; readonly pivot: number; readonly change: Change }
  | { readonly kind: 'clear'; readonly side: BookSideName }
  | { readonly kind: 'sweep'; readonly side: BookSideName; readonly count: number }

/** Where prices are: beside each other, beyond any window, at the first tick and near the last that float64 counts. */
const PIVOTS = [1_000, 1_200, 1_900, 60_000, 70_000, 1_000_000, 2 ** 40, 2 ** 53 - 1_000_000]
/** Distances from there: a thick touch, the edges of windows of 2¹⁰ and 2¹⁶, and beyond. */
const distances = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 200, max: 900 }) },
  { weight: 1, arbitrary: fc.integer({ min: 740, max: 790 }) },
  { weight: 1, arbitrary: fc.integer({ min: 49_000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(999_999, 500_000) },
)
const sizes = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, 10 ** 12) },
)
const changes = (maxLength: number): Arbitrary<{ pivot: number; change: Change }> =>
  fc.constantFrom(...PIVOTS).chain((pivot) => {
    const side = (sign: 1 | -1): Arbitrary<Row[]> =>
      fc.array(
        fc.tuple(distances, sizes).map(([distance, lots]): Row => [Math.max(1, pivot + sign * distance), lots]),
        { maxLength },
      )
    return fc.record({ pivot: fc.constant(pivot), change: fc.record({ bids: side(-1), asks: side(1) }) })
  })
const sides = fc.constantFrom<BookSideName[]>('bids', 'asks')

export const steps: Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: changes(30).map((each): Step => ({ kind: 'snapshot', ...each })) },
  { weight: 8, arbitrary: changes(12).map((each): Step => ({ kind: 'delta', ...each })) },
  { weight: 1, arbitrary: sides.map((side): Step => ({ kind: 'clear', side })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(sides, fc.integer({ min: 1, max: 9 }))
      .map(([side, count]): Step => ({ kind: 'sweep', side, count })),
  },
)

/** The change a step makes to a book. */
export function changeOf(step: Step, plain: PlainBook): Change {
  if ('change' in step) return step.change
  const gone = sorted(plain, step.side)
    .slice(0, step.kind === 'sweep' ? step.count : undefined)
    .map(([tick]): Row => [tick, 0])
  return { bids: [], asks: [], [step.side]: gone }
}
