import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import {
  applyDelta,
  applySnapshot,
  bestAsk,
  bestBid,
  copyOrderBook,
  hashOfBook,
  isSameBook,
  lotsAtTick,
  type OrderBook,
  openOrderBook,
} from '../../../src/core/flow/order-book.ts'
import { messagesOf } from '../cost/reference.ts'
import {
  changedBy,
  changeOf,
  cut,
  feed,
  isPlainCrossed,
  levels,
  NO_LEVELS,
  openBook,
  type PlainBook,
  picture,
  type Row,
  rowsOn,
  type Step,
  snap,
  sorted,
  steps,
  TERMS,
} from './plain-book.ts'

const seeded = { seed: 20261125, numRuns: 300 }

/** Feeds steps to a book and to the oracle, one number of the sequence each, and looks after each. */
function run(
  feedSteps: readonly Step[],
  { depthMax }: { readonly depthMax: number | null },
  look: (book: OrderBook, plain: PlainBook, before: OrderBook) => void,
): OrderBook {
  const book = openBook({ depthMax })
  let plain = NO_LEVELS
  let seq = 0
  for (const step of feedSteps) {
    seq++
    const change = changeOf(step, plain)
    const before = copyOrderBook(book)
    const [bids, asks] = [levels(change.bids), levels(change.asks)]
    // A live book is what a delta needs; the one before the first snapshot, and after a crossing, has none.
    const renews = step.kind === 'snapshot' || book.status !== 'live'
    const next = changedBy(renews ? NO_LEVELS : plain, change)
    const crossed = isPlainCrossed(next)
    const outcome = renews
      ? applySnapshot(book, { seq, bids, asks })
      : applyDelta(book, { previousSeq: seq - 1, lastSeq: seq, bids, asks })
    expect(outcome).toBe(crossed ? 'crossed' : 'applied')
    expect(book.status).toBe(crossed ? 'stale' : 'live')
    if (!crossed) plain = depthMax === null ? next : cut(next, depthMax)
    look(book, plain, before)
  }
  return book
}

function expectLevels(book: OrderBook, plain: PlainBook): void {
  for (const side of ['bids', 'asks'] as const) {
    const expected = sorted(plain, side)
    expect(rowsOn(book, side)).toEqual(expected)
    expect(book[side].count).toBe(expected.length)
    for (const [tick, lots] of expected) {
      expect(lotsAtTick(book, side, tick)).toBe(lots)
      expect(lotsAtTick(book, side, tick + 1)).toBe(plain[side].get(tick + 1) ?? 0)
    }
    if (book.status === 'live') {
      expect(bestBid(book)).toBe(sorted(plain, 'bids')[0]?.[0] ?? null)
      expect(bestAsk(book)).toBe(sorted(plain, 'asks')[0]?.[0] ?? null)
    } else expect([bestBid(book), bestAsk(book)]).toEqual([null, null])
  }
}

describe('levels', () => {
  test('[FLOW-2] after any snapshots and deltas a book holds what two plain tables hold, wherever prices jump', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (each) => void run(each, { depthMax: null }, expectLevels)),
      seeded,
    )
  })

  test('[FLOW-2] also where thousands of levels lie behind the window and come into it', () => {
    const book = openBook()
    let plain = NO_LEVELS
    const rows = Array.from({ length: 4_000 }, (_, k) => [1_000_000 - 37 * k, 1 + (k % 7)] as const)
    const asks = [[1_000_001, 1]] as const
    applySnapshot(book, { seq: 0, bids: levels(rows), asks: levels(asks) })
    plain = changedBy(plain, { bids: rows, asks })
    // Levels in the middle of what is far, until the window has grown, then the best ones go one by one.
    for (let seq = 1; seq <= 6_000; seq++) {
      const tick = seq <= 3_000 ? 999_999 - 41 * ((seq * 733) % 3_000) : sorted(plain, 'bids')[0]![0]
      const bids = [[tick, seq <= 3_000 ? seq : 0]] as const
      expect(applyDelta(book, { previousSeq: seq - 1, lastSeq: seq, bids: levels(bids), asks: levels([]) })).toBe(
        'applied',
      )
      plain = changedBy(plain, { bids, asks: [] })
      if (seq % 500 === 0) expectLevels(book, plain)
    }
    expect(book.bids.lots.length).toBeGreaterThan(2 ** 10)
  })

  test('[FLOW-2] at every edge of a window that is put lower after its best has come down', () => {
    for (let distance = 240; distance < 1_100; distance++) {
      const book = openBook()
      const plain: Row[] = [[4_700, 3]]
      snap(book, 0, '4700×3 5000×1 | 5001×1')
      feed(book, '0→1', '5000×0 |')
      for (const [k, tick] of [4_700 - distance, 4_700 - distance + 1, 4_700 - distance - 1].entries()) {
        feed(book, `${k + 1}→${k + 2}`, `${tick}×${k + 1} |`)
        plain.push([tick, k + 1])
      }
      expect(rowsOn(book, 'bids')).toEqual(plain.toSorted(([a], [b]) => b - a))
      for (const [tick, lots] of plain) expect(lotsAtTick(book, 'bids', tick)).toBe(lots)
    }
  })

  test('[FLOW-2] a snapshot in any order, with a tick named twice: the last one holds', () => {
    const book = openBook()
    expect(snap(book, 1, '98×4 100×1 99×2 100×3 97×0 | 103×1 101×9 102×5 101×0')).toBe('applied')
    expect(picture(book)).toBe('98×4 99×2 100×3 | 102×5 103×1')
  })

  test('[FLOW-2] a delta that names a level twice ends with the last, and a size of −0 is none', () => {
    const book = openBook()
    snap(book, 1, '99×2 100×1 | 101×1')
    expect(feed(book, '1→2', '100×0 100×8 99×-0 |')).toBe('applied')
    expect(picture(book)).toBe('100×8 | 101×1')
    expect(Object.is(lotsAtTick(book, 'bids', 99), 0)).toBe(true)
  })

  test('[FLOW-2] what is no whole tick or size is a mistake of the program, and changes nothing', () => {
    for (const row of [
      [0, 1],
      [100.5, 1],
      [100, -1],
      [100, 0.5],
      [Number.NaN, 1],
      [100, Number.NaN],
      [2 ** 53, 1],
    ] as const) {
      const book = openBook()
      snap(book, 1, '99×2 | 101×1')
      const delta = { previousSeq: 1, lastSeq: 2, bids: levels([[98, 1], row]), asks: levels([]) }
      expect(() => applyDelta(book, delta), String(row)).toThrow('invariant')
      expect(() => applySnapshot(book, { seq: 2, bids: delta.bids, asks: delta.asks }), String(row)).toThrow(
        'invariant',
      )
      expect(picture(book)).toBe('99×2 | 101×1')
    }
  })

  test('[FLOW-2] ticks, lots and depths that are not above 0 open no book', () => {
    for (const terms of [{ tick: decimal('0') }, { lot: decimal('-1') }, { depthMax: 0 }, { depthMax: 2.5 }])
      expect(messagesOf(openOrderBook({ ...TERMS, ...terms }))[0]).toMatch(
        /^BTC-PERP: tick, lot and depth .* must be above 0/,
      )
  })
})

describe('sequence', () => {
  test.each([
    // Plain counters, and what Binance and Deribit chain by.
    ['the next one', '5→6', 'applied', 'live', 6],
    ['the next one, numbers with gaps', '5→900', 'applied', 'live', 900],
    ['a repeated one', '4→5', 'ignored', 'live', 5],
    ['an old one', '2→3', 'ignored', 'live', 5],
    ['one that begins before the book and ends after it', '3→7', 'applied', 'live', 7],
    ['one is missing', '6→7', 'gap', 'stale', 5],
    ['a feed that does not chain, newer', '→8', 'applied', 'live', 8],
    ['a feed that does not chain, old', '→5', 'ignored', 'live', 5],
  ])('[FLOW-3] %s', (_, link, outcome, status, seq) => {
    const book = openBook()
    snap(book, 5, '99×2 | 101×1')
    expect(feed(book, link, '100×1 |')).toBe(outcome)
    expect(book).toMatchObject({ status, seq })
    expect(picture(book)).toBe(outcome === 'applied' ? '99×2 100×1 | 101×1' : '99×2 | 101×1')
  })

  test('[FLOW-3] a book is stale from a gap to the next snapshot, whatever comes between, and keeps its levels', () => {
    const book = openBook()
    expect(feed(book, '0→1', '99×1 |')).toBe('gap')
    expect(book.status).toBe('empty')
    snap(book, 5, '99×2 | 101×1')
    const outcomes = ['7→8', '5→6', '6→7', '8→9', '3→4'].map((link) => feed(book, link, '100×1 |'))
    expect(outcomes).toEqual(['gap', 'gap', 'gap', 'gap', 'gap'])
    expect([book.status, bestBid(book), picture(book)]).toEqual(['stale', null, '99×2 | 101×1'])
    expect(snap(book, 8, '99×4 | 101×1')).toBe('applied')
    expect(feed(book, '8→9', '100×1 |')).toBe('applied')
    expect(picture(book)).toBe('99×4 100×1 | 101×1')
  })

  test('[FLOW-3] the first delta after a snapshot of Binance futures: U ≤ lastUpdateId ≤ u, then pu chains', () => {
    const book = openBook()
    snap(book, 160, '99×2 | 101×1')
    // As (pu, u): dropped, dropped, first, next, next again, one lost.
    const outcomes = [
      [120, 140],
      [140, 159],
      [159, 165],
      [165, 172],
      [165, 172],
      [180, 190],
    ].map(([pu, u]) => feed(book, `${pu}→${u}`, ''))
    expect(outcomes).toEqual(['ignored', 'ignored', 'applied', 'applied', 'ignored', 'gap'])
  })

  test('[FLOW-3] a snapshot replaces the book, also one with a lower number: a venue that starts again is followed', () => {
    const book = openBook()
    snap(book, 500, '99×2 | 101×1')
    expect(snap(book, 3, '9×1 | 11×1')).toBe('applied')
    expect([book.status, book.seq, picture(book)]).toEqual(['live', 3, '9×1 | 11×1'])
    expect(feed(book, '3→4', '10×1 |')).toBe('applied')
  })

  test('[FLOW-3] numbers that do not rise are a mistake of the program', () => {
    const book = openBook()
    snap(book, 5, '99×2 | 101×1')
    for (const link of ['6→6', '7→6', '→NaN', 'NaN→6']) expect(() => feed(book, link, ''), link).toThrow('invariant')
  })
})

describe('crossing', () => {
  test.each([
    ['a bid at the best ask', '101×1 |'],
    ['a bid through the asks', '150×1 |'],
    ['an ask through the bids, far beyond the window', '| 2×1'],
    ['both, after levels that would have been fine', '98×7 99×0 102×1 | 101×0 105×1 102×3'],
  ])('[FLOW-4] %s: no level changes and the book is stale', (_, text) => {
    const book = openBook()
    snap(book, 5, '98×1 99×2 | 101×1 103×4')
    expect(feed(book, '5→6', text)).toBe('crossed')
    expect([book.status, book.seq, book.changes.count, picture(book)]).toEqual([
      'stale',
      5,
      0,
      '98×1 99×2 | 101×1 103×4',
    ])
    expect(feed(book, '5→6', '')).toBe('gap')
  })

  test('[FLOW-4] bids may pass the old best ask where the same delta takes it away', () => {
    const book = openBook()
    snap(book, 5, '99×2 | 101×1 103×4')
    expect(feed(book, '5→6', '102×1 | 101×0')).toBe('applied')
    expect(picture(book)).toBe('99×2 102×1 | 103×4')
  })

  test('[FLOW-4] a crossed snapshot changes no level and leaves the book stale', () => {
    const book = openBook()
    snap(book, 5, '99×2 | 101×1')
    expect(snap(book, 6, '99×2 100×1 | 100×1')).toBe('crossed')
    expect([book.status, book.seq, picture(book)]).toEqual(['stale', 5, '99×2 | 101×1'])
  })
})

describe('changes', () => {
  test('[FLOW-5] the changes of a delta lead from the levels before to the levels after, one by one', () => {
    const look = (book: OrderBook, _: PlainBook, before: OrderBook): void => {
      const { count, side, tick, before: was, after } = book.changes
      if (count === 0) return
      const tables = { bids: new Map(rowsOn(before, 'bids')), asks: new Map(rowsOn(before, 'asks')) }
      for (let k = 0; k < count; k++) {
        const table = side[k] === 0 ? tables.bids : tables.asks
        expect(was[k]).not.toBe(after[k])
        expect(was[k]).toBe(table.get(tick[k]!) ?? 0)
        if (after[k] === 0) table.delete(tick[k]!)
        else table.set(tick[k]!, after[k]!)
      }
      for (const name of ['bids', 'asks'] as const) expect(rowsOn(book, name)).toEqual(sorted(tables, name))
    }
    fc.assert(
      fc.property(
        fc.array(steps, { maxLength: 40 }),
        fc.constantFrom(null, 3),
        (each, depthMax) => void run(each, { depthMax }, look),
      ),
      seeded,
    )
  })

  test('[FLOW-5] in the order of the delta; a size that stays is none; a snapshot and a repeated delta have none', () => {
    const book = openBook()
    snap(book, 5, '98×1 99×2 | 101×1')
    expect(book.changes.count).toBe(0)
    feed(book, '5→6', '99×2 98×0 100×7 100×8 | 101×3')
    const { count, side, tick, before, after } = book.changes
    expect(Array.from({ length: count }, (_, k) => [side[k], tick[k], before[k], after[k]])).toEqual([
      [0, 98, 1, 0],
      [0, 100, 0, 7],
      [0, 100, 7, 8],
      [1, 101, 1, 3],
    ])
    feed(book, '5→6', '98×9 |')
    expect(book.changes.count).toBe(0)
  })
})

describe('depth', () => {
  test('[FLOW-6] a feed cut at a depth: what is deeper is dropped, and is among the changes', () => {
    const book = openBook({ depthMax: 2 })
    snap(book, 5, '97×1 98×1 99×1 | 101×1 102×1 103×1')
    expect(picture(book)).toBe('98×1 99×1 | 101×1 102×1')
    feed(book, '5→6', '100×4 |')
    expect(picture(book)).toBe('99×1 100×4 | 101×1 102×1')
    expect([book.changes.count, book.changes.tick[1], book.changes.after[1]]).toEqual([2, 98, 0])
  })

  test('[FLOW-6] as the plain tables cut at the depth, on any feed', () => {
    fc.assert(
      fc.property(
        fc.array(steps, { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        (each, depthMax) => void run(each, { depthMax }, expectLevels),
      ),
      seeded,
    )
  })
})

describe('copies', () => {
  test('[FLOW-7] a copy is the same book until one of them changes', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (each) => {
        const book = run(each, { depthMax: null }, () => {})
        const copy = copyOrderBook(book)
        expect(isSameBook(copy, book)).toBe(true)
        const rows = [rowsOn(book, 'bids'), rowsOn(book, 'asks')]
        applySnapshot(copy, { seq: 999, bids: levels([[5, 1]]), asks: levels([[7, 1]]) })
        feed(copy, '999→1000', '4×1 6×1 |')
        expect([rowsOn(book, 'bids'), rowsOn(book, 'asks')]).toEqual(rows)
      }),
      seeded,
    )
  })

  test('[FLOW-7] books with the same levels are the same and have the same hash, however they got there', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 40 }), (each) => {
        const book = run(each, { depthMax: null }, () => {})
        fc.pre(book.status === 'live')
        const fresh = openBook()
        const [bids, asks] = [rowsOn(book, 'bids'), rowsOn(book, 'asks')]
        applySnapshot(fresh, { seq: book.seq, bids: levels(bids), asks: levels(asks) })
        expect(isSameBook(fresh, book)).toBe(true)
        expect(hashOfBook(fresh)).toBe(hashOfBook(book))
      }),
      seeded,
    )
  })

  test.each([
    ['a size', 5, '99×3 | 101×1', {}],
    ['a price', 5, '98×2 | 101×1', {}],
    ['a level', 5, '98×1 99×2 | 101×1', {}],
    ['a side', 5, '99×2 |', {}],
    ['the number', 6, '99×2 | 101×1', {}],
    ['the tick', 5, '99×2 | 101×1', { tick: decimal('0.2') }],
    ['the lot', 5, '99×2 | 101×1', { lot: decimal('1') }],
    ['the depth', 5, '99×2 | 101×1', { depthMax: 9 }],
    ['the instrument', 5, '99×2 | 101×1', { id: 'ETH-PERP' }],
  ])('[FLOW-7] %s makes a difference', (_, seq, text, terms) => {
    const [one, other] = [openBook(), openBook(terms)]
    snap(one, 5, '99×2 | 101×1')
    snap(other, seq, text)
    expect(isSameBook(one, other)).toBe(false)
    expect(hashOfBook(one)).not.toBe(hashOfBook(other))
  })

  test('[FLOW-7] so does the status', () => {
    const [one, other] = [openBook(), openBook()]
    for (const book of [one, other]) snap(book, 5, '99×2 | 101×1')
    feed(other, '7→8', '')
    expect(isSameBook(one, other)).toBe(false)
    expect(hashOfBook(one)).not.toBe(hashOfBook(other))
  })
})
