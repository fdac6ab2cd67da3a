import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DepthLevel, makeDepthLadder, sizeAtSlippage, walkBook } from '../../../src/core/cost/book-walk.ts'
import type { Side } from '../../../src/core/domain/portfolio.ts'
import { codesOf, messagesOf, relativeGap, unwrap } from './reference.ts'

const levels = (...rows: readonly (readonly [number, number])[]): DepthLevel[] =>
  rows.map(([price, quantity]) => ({ price, quantity }))
const BOOK = { bids: levels([99, 2], [98, 3]), asks: levels([101, 1], [102, 4], [105, 5]) }
const ladder = unwrap(makeDepthLadder('BTC', BOOK))

/** Random books in whole ticks: steps away from a touch. */
const side = fc.array(
  fc.record({ step: fc.integer({ min: 1, max: 20 }), quantity: fc.double({ min: 0.01, max: 50, noNaN: true }) }),
  {
    minLength: 1,
    maxLength: 12,
  },
)
const books = fc
  .record({ bid: fc.integer({ min: 500, max: 5000 }), bids: side, asks: side })
  .map(({ bid, bids, asks }) => {
    const place = (from: number, sign: number, steps: typeof bids): DepthLevel[] => {
      let price = from - sign
      return steps.map(({ step, quantity }) => {
        price += sign * step
        return { price, quantity }
      })
    }
    return { bids: place(bid, -1, bids), asks: place(bid + 2, 1, asks) }
  })
const sides = fc.constantFrom<Side>('buy', 'sell')

/** What the definition says: fill level by level, then average price against mid. */
function bruteSlippage(book: typeof BOOK, which: Side, quantity: number): number {
  let [rest, money] = [quantity, 0]
  for (const level of which === 'buy' ? book.asks : book.bids) {
    const fill = Math.min(rest, level.quantity)
    money += fill * level.price
    rest -= fill
  }
  const mid = (book.bids[0]!.price + book.asks[0]!.price) / 2
  return (which === 'buy' ? 1 : -1) * (money / quantity / mid - 1)
}

describe('book walk', () => {
  test.each<[Side, number, number, number]>([
    ['buy', 0.5, 0.01, 101],
    ['buy', 1, 0.01, 101],
    ['buy', 2, 0.015, 102],
    ['buy', 10, 0.034, 105],
    ['sell', 5, 0.016, 98],
  ])('[COST-4] to %s %d slips by %d, the last level at %d', (which, quantity, slippage, worst) => {
    const walk = unwrap(walkBook(ladder, which, quantity))
    expect(walk.slippage).toBeCloseTo(slippage, 14)
    expect(walk.worstPrice).toBe(worst)
    expect(walk.averagePrice).toBeCloseTo(100 * (1 + (which === 'buy' ? slippage : -slippage)), 12)
    expect(walk.cost).toBeCloseTo(slippage * quantity * 100, 11)
  })

  test('[COST-4] a walk is the definition, convex and never cheaper per unit; the next unit costs its level', () => {
    fc.assert(
      fc.property(
        books,
        sides,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (book, which, a, b) => {
          const made = unwrap(makeDepthLadder('X', book))
          const whole = (which === 'buy' ? made.asks : made.bids).quantity.at(-1)!
          const at = (q: number) => unwrap(walkBook(made, which, q))
          const [small, large] = [Math.min(a, b) * whole, Math.max(a, b) * whole]
          const gap = 1e-9 * at(large).cost
          expect(Math.abs(at(large).slippage - bruteSlippage(book, which, large))).toBeLessThan(1e-12)
          expect(at(small / 2 + large / 2).cost).toBeLessThanOrEqual((at(small).cost + at(large).cost) / 2 + gap)
          expect(at(large).slippage).toBeGreaterThanOrEqual(at(small).slippage * (1 - 1e-12))
          expect(at(large).cost).toBeGreaterThanOrEqual(0)
          expect(at(large).marginal).toBeGreaterThanOrEqual(at(large).slippage * (1 - 1e-12))
        },
      ),
      { seed: 2, numRuns: 300 },
    )
  })

  test('[COST-4] mirrored books cost the same on their mirrored sides; units of price and quantity do not matter', () => {
    fc.assert(
      fc.property(books, fc.double({ min: 0.01, max: 1, noNaN: true }), (book, part) => {
        const mid = (book.bids[0]!.price + book.asks[0]!.price) / 2
        const flip = (from: DepthLevel[]): DepthLevel[] =>
          from.map((each) => ({ ...each, price: 2 * mid - each.price }))
        const mirrored = unwrap(makeDepthLadder('X', { bids: flip(book.asks), asks: flip(book.bids) }))
        const scale = (from: DepthLevel[]): DepthLevel[] =>
          from.map(({ price, quantity }) => ({ price: price * 8, quantity: quantity / 4 }))
        const scaled = unwrap(makeDepthLadder('X', { bids: scale(book.bids), asks: scale(book.asks) }))
        const made = unwrap(makeDepthLadder('X', book))
        const quantity = part * made.asks.quantity.at(-1)!
        const walk = unwrap(walkBook(made, 'buy', quantity))
        expect(unwrap(walkBook(mirrored, 'sell', quantity)).cost).toBeCloseTo(walk.cost, 6)
        expect(unwrap(walkBook(scaled, 'buy', quantity / 4)).slippage).toBeCloseTo(walk.slippage, 14)
      }),
      // Prices that mirror to 0 or less are no book.
      { seed: 3, numRuns: 200 },
    )
  })

  test.each([
    [0, 0, false],
    [0.0099, 0, false],
    [0.01, 1, false],
    [0.015, 2, false],
    [0.034, 10, true],
    [1, 10, true],
  ])('[COST-5] a budget of %d buys %d', (budget, quantity, exhausted) => {
    const found = unwrap(sizeAtSlippage(ladder, 'buy', budget))
    expect(found.quantity).toBeCloseTo(quantity, 12)
    expect(found.exhausted).toBe(exhausted)
  })

  test('[COST-5] size at the slippage of a walk is the size of the walk', () => {
    fc.assert(
      fc.property(books, sides, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (book, which, part) => {
        const made = unwrap(makeDepthLadder('X', book))
        const { quantity: total } = which === 'buy' ? made.asks : made.bids
        const quantity = total[0]! + part * (total.at(-1)! - total[0]!)
        if (quantity <= total[0]! * 1.001) return
        const { slippage } = unwrap(walkBook(made, which, quantity))
        const found = unwrap(sizeAtSlippage(made, which, slippage))
        expect(relativeGap(found.quantity, quantity)).toBeLessThan(1e-6)
        const checked = unwrap(walkBook(made, which, found.quantity))
        expect(checked.slippage).toBeLessThanOrEqual(slippage * (1 + 1e-12))
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  test.each<[string, typeof BOOK, string[]]>([
    ['empty', { bids: [], asks: levels([101, 1]) }, ['BTC: bids must have at least one level, was empty']],
    [
      'crossed',
      { bids: levels([101, 1]), asks: levels([101, 1]) },
      ['BTC: best bid must be below the best ask 101, was 101'],
    ],
    [
      'unsorted',
      { bids: levels([99, 1], [99.5, 1]), asks: levels([101, 1]) },
      ['BTC: price of level 2 of bids must be worse than 99, was 99.5'],
    ],
    [
      'without a quantity',
      { bids: levels([99, 0]), asks: levels([101, Number.NaN]) },
      [
        'BTC: price and quantity of level 1 of bids must be above 0, was 99 and 0',
        'BTC: price and quantity of level 1 of asks must be above 0, was 101 and NaN',
      ],
    ],
  ])('[COST-6] a book that is %s is refused', (_, book, messages) => {
    expect(messagesOf(makeDepthLadder('BTC', book))).toEqual(messages)
  })

  test('[COST-6] an order beyond the ladder, no order and no budget are refused', () => {
    expect(codesOf(walkBook(ladder, 'buy', 10.001))).toEqual(['cost.depth'])
    expect(codesOf(walkBook(ladder, 'sell', 0))).toEqual(['cost.range'])
    expect(codesOf(walkBook(ladder, 'sell', Number.NaN))).toEqual(['cost.range'])
    expect(codesOf(sizeAtSlippage(ladder, 'buy', Number.NaN))).toEqual(['cost.range'])
  })
})
