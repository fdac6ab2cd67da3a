import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, ONE } from '../../../src/core/base/decimal.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import { makeDepthLadder, walkBook } from '../../../src/core/cost/book-walk.ts'
import { checkLiquidity, liquidityOfBook, takeFrom } from '../../../src/core/cost/liquidity.ts'
import { depthTo, liquidityOf, take } from '../../../src/core/flow/book-depth.ts'
import { applySnapshot, type OrderBook } from '../../../src/core/flow/order-book.ts'
import { codesOf, inverse, messagesOf, perp, relativeGap, spot, unwrap } from '../cost/reference.ts'
import { feed, levels, openBook, type Row, snap } from './plain-book.ts'

const seeded = { seed: 20261125, numRuns: 300 }
const bookOf = (text: string): OrderBook => {
  const book = openBook()
  snap(book, 1, text)
  return book
}
const stale = (): OrderBook => {
  const book = bookOf('99×2 | 101×1')
  feed(book, '4→5', '')
  return book
}

/** Both sides of a book around a pivot, each with one level at least. */
const books = fc
  .record({
    pivot: fc.constantFrom(5_000, 618_000, 2 ** 40),
    bids: fc.array(fc.tuple(fc.integer({ min: 1, max: 4_900 }), fc.integer({ min: 1, max: 10 ** 9 })), {
      minLength: 1,
      maxLength: 30,
    }),
    asks: fc.array(fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 10 ** 9 })), {
      minLength: 1,
      maxLength: 30,
    }),
  })
  .map(({ pivot, bids, asks }) => {
    const rows = (side: readonly Row[], sign: 1 | -1): Row[] =>
      [...new Map(side.map(([distance, lots]) => [pivot + sign * distance, lots] as const))].sort(
        ([a], [b]) => sign * (a - b),
      )
    return { bids: rows(bids, -1), asks: rows(asks, 1) }
  })
const opened = ({ bids, asks }: { readonly bids: readonly Row[]; readonly asks: readonly Row[] }): OrderBook => {
  const book = openBook()
  applySnapshot(book, { seq: 1, bids: levels(bids), asks: levels(asks) })
  return book
}

/** Lot by level, in bigints. */
function takePlainly(rows: readonly Row[], asked: bigint, accepts: (tick: number) => boolean) {
  let [lots, tickLots, touched] = [0n, 0n, 0]
  for (const [tick, size] of rows) {
    if (lots === asked || !accepts(tick)) break
    const filled = BigInt(size) < asked - lots ? BigInt(size) : asked - lots
    lots += filled
    tickLots += filled * BigInt(tick)
    touched++
  }
  return { lots: Number(lots), tickLots, levels: touched }
}

describe('taking', () => {
  const picture = '97×5 98×3 100×2 | 101×1 103×4 108×6'
  test.each([
    ['buy', 1, null, 1, 101n, 1, 101],
    ['buy', 4, null, 4, 101n + 3n * 103n, 2, 103],
    ['buy', 99, null, 11, 101n + 4n * 103n + 6n * 108n, 3, 108],
    ['buy', 99, 107, 5, 101n + 4n * 103n, 2, 103],
    ['buy', 99, 103, 5, 101n + 4n * 103n, 2, 103],
    ['buy', 99, 100, 0, 0n, 0, null],
    ['sell', 3, null, 3, 2n * 100n + 98n, 2, 98],
    ['sell', 99, 98, 5, 2n * 100n + 3n * 98n, 2, 98],
    ['sell', 99, 101, 0, 0n, 0, null],
  ] as const)('[FLOW-8] %s %i at %s: %i lots for %i', (side, lots, limitTick, filled, tickLots, touched, lastTick) => {
    expect(unwrap(take(bookOf(picture), side, { lots, limitTick }))).toEqual({
      lots: filled,
      tickLots,
      levels: touched,
      lastTick,
    })
  })

  test('[FLOW-8] a walk is exact, level by level, and removes nothing', () => {
    fc.assert(
      fc.property(
        books,
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.option(fc.integer({ min: -200, max: 5_000 })),
        (plain, side, lots, distance) => {
          const book = opened(plain)
          const rows = side === 'buy' ? plain.asks : plain.bids
          const limitTick = distance === null ? null : rows[0]![0] + (side === 'buy' ? distance : -distance)
          const accepts = (tick: number): boolean =>
            limitTick === null || (side === 'buy' ? tick <= limitTick : tick >= limitTick)
          const taken = unwrap(take(book, side, { lots, limitTick }))
          expect(taken).toMatchObject(takePlainly(rows, BigInt(lots), accepts))
          expect(unwrap(take(book, side, { lots, limitTick }))).toEqual(taken)
        },
      ),
      seeded,
    )
  })

  test('[FLOW-8] also where the sum is beyond what float64 counts', () => {
    const [big, bigger] = [2 ** 53 - 1, 2 ** 53 - 3]
    const book = opened({
      bids: [
        [7, big],
        [5, 3],
      ],
      asks: [
        [bigger, 2],
        [big, bigger],
      ],
    })
    expect(unwrap(take(book, 'buy', { lots: big, limitTick: null })).tickLots).toBe(
      2n * BigInt(bigger) + BigInt(big) * BigInt(big - 2),
    )
    expect(unwrap(take(book, 'sell', { lots: big, limitTick: null })).tickLots).toBe(7n * BigInt(big))
  })
})

describe('depth', () => {
  // Mid 100: levels at 1 %, 2 % and 4 %.
  const picture = '96×1 98×2 99×4 | 101×8 102×16 104×32'
  test.each([
    ['buy', ratio(1n, 100n), 8],
    ['buy', ratio(199n, 10_000n), 8],
    ['buy', ratio(2n, 100n), 24],
    ['buy', ratio(9n, 1_000n), 0],
    ['buy', ratio(1n, 1n), 56],
    ['sell', ratio(2n, 100n), 6],
    ['sell', ratio(399n, 10_000n), 6],
    ['sell', ratio(4n, 100n), 7],
    ['sell', ratio(3n, 1n), 7],
  ] as const)('[FLOW-9] to %s within %o of mid: %i lots, a level exactly there included', (side, slippage, lots) => {
    expect(unwrap(depthTo(bookOf(picture), side, slippage)).lots).toBe(lots)
  })

  test('[FLOW-9] the rungs of a book are those of its ladder, and walking them costs what walking it does', () => {
    fc.assert(
      fc.property(books, fc.double({ min: 0.001, max: 1, noNaN: true }), (plain, share) => {
        const instrument = perp({ multiplier: decimal('0.01') })
        const book = opened(plain)
        const liquidity = unwrap(liquidityOf(book, instrument, decimal('1.25')))
        const column = (rows: readonly Row[]) =>
          rows.map(([tick, lots]) => ({ price: tick / 10, quantity: lots / 1000 }))
        const ladder = unwrap(makeDepthLadder('BTC-PERP', { bids: column(plain.bids), asks: column(plain.asks) }))
        const expected = liquidityOfBook(ladder, 1.25 * 0.01)
        expect(checkLiquidity('BTC-PERP', liquidity)).toEqual([])
        for (const side of ['buy', 'sell'] as const) {
          const [ours, theirs] = [liquidity[side], expected[side]]
          expect(ours.reach.length).toBe(theirs.reach.length)
          ours.reach.forEach((each, k) => {
            expect(relativeGap(each, theirs.reach[k]!)).toBeLessThan(1e-12)
            // A distance of one tick at 2⁴⁰ is a difference of prices that float64 has to 12 digits.
            expect(Math.abs(ours.slippage[k]! - theirs.slippage[k]!)).toBeLessThan(1e-14)
          })
          const quantity = share * (side === 'buy' ? ladder.asks : ladder.bids).quantity.at(-1)!
          const cost = unwrap(walkBook(ladder, side, quantity)).cost * 1.25 * 0.01
          const value = quantity * ladder.mid * 1.25 * 0.01
          expect(Math.abs(takeFrom(ours, value) - cost)).toBeLessThan(1e-13 * value)
        }
      }),
      seeded,
    )
  })

  test('[FLOW-9] by hand: spot, mid 10, in the currency of the book', () => {
    const { buy, sell } = unwrap(liquidityOf(bookOf('98×2000 99×1000 | 101×500 103×1500'), spot(), ONE))
    expect([...buy.reach]).toEqual([5, 20])
    expect([...buy.slippage]).toEqual([0.01, 0.03])
    expect([...sell.reach]).toEqual([10, 30])
    expect([...sell.slippage]).toEqual([0.01, 0.02])
  })
})

describe('refusals', () => {
  test('[FLOW-10] a book that is not live answers nothing', () => {
    const empty = openBook()
    for (const [book, was] of [
      [empty, 'empty'],
      [stale(), 'stale'],
    ] as const) {
      const answers = [
        take(book, 'buy', { lots: 1, limitTick: null }),
        depthTo(book, 'buy', ratio(1n, 100n)),
        liquidityOf(book, perp(), ONE),
      ]
      for (const answer of answers)
        expect(messagesOf(answer)).toEqual([`BTC-PERP: order book must be live, was ${was}`])
    }
  })

  test('[FLOW-10] a distance from mid needs both sides; taking needs one', () => {
    for (const [text, without] of [
      ['99×2 |', 'asks'],
      ['| 101×1', 'bids'],
    ] as const) {
      const book = bookOf(text)
      for (const answer of [depthTo(book, 'buy', ratio(1n, 100n)), liquidityOf(book, perp(), ONE)])
        expect(messagesOf(answer)).toEqual([`BTC-PERP: order book must have bids and asks, was without ${without}`])
    }
    expect(unwrap(take(bookOf('99×2 |'), 'sell', { lots: 1, limitTick: null })).lots).toBe(1)
    expect(unwrap(take(bookOf('99×2 |'), 'buy', { lots: 1, limitTick: null })).lots).toBe(0)
  })

  test('[FLOW-10] an inverse contract has no rungs in value', () => {
    expect(codesOf(liquidityOf(bookOf('99×2 | 101×1'), inverse(), ONE))).toEqual(['flow.kind'])
    expect(codesOf(liquidityOf(stale(), inverse(), ONE))).toEqual(['flow.kind', 'flow.not-live'])
  })

  test('[FLOW-10] sizes and limits that are not whole, and a slippage below 0, are mistakes of the program', () => {
    const book = bookOf('99×2 | 101×1')
    for (const order of [
      { lots: 0, limitTick: null },
      { lots: 1.5, limitTick: null },
      { lots: 1, limitTick: 0.5 },
    ])
      expect(() => take(book, 'buy', order)).toThrow('invariant')
    expect(() => depthTo(book, 'buy', ratio(-1n, 100n))).toThrow('invariant')
  })
})
