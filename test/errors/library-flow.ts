/** Refusals of order books: one of two levels, with one thing changed or one thing asked of it. */
import { decimal, ONE } from '../../src/core/base/decimal.ts'
import { ratio } from '../../src/core/base/ratio.ts'
import { depthTo, liquidityOf, take } from '../../src/core/flow/book-depth.ts'
import { levelsOf } from '../../src/core/flow/book-grid.ts'
import { type OrderBook, openOrderBook } from '../../src/core/flow/order-book.ts'
import { inverse } from '../core/cost/reference.ts'
import { openBook, snap, TERMS } from '../core/flow/plain-book.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const bookOf = (text: string): OrderBook => {
  const book = openBook()
  snap(book, 1, text)
  return book
}

export const FLOW_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'flow.terms': {
    refused: () => issuesOf(openOrderBook({ ...TERMS, tick: decimal('0') })),
    reads:
      'BTC-PERP: tick, lot and depth of an order book must be above 0, was tick 0; copy them from the venue; the depth is whole, or null where the feed has every level',
  },
  'flow.number': {
    refused: () => issuesOf(levelsOf(TERMS, [['61800.2', '-']])),
    reads:
      '0.size: size must be a decimal number of at most 30 digits before the point, was "-"; give it as the venue sent it',
  },
  'flow.off-grid': {
    refused: () => issuesOf(levelsOf(TERMS, [['61800.25', '1']])),
    reads: '0.price: price must be a multiple of the tick 0.1, was 61800.25; open the book with the tick of this feed',
  },
  'flow.range': {
    refused: () => issuesOf(levelsOf(TERMS, [['0.0', '1']])),
    reads:
      '0.price: price must be from 1 to 2^53 − 1 times the tick 0.1, was 0; a book counts whole ticks above nothing; take a coarser tick where every price of the feed has one',
  },
  'flow.not-live': {
    refused: () => issuesOf(take(openBook(), 'buy', { lots: 1, limitTick: null })),
    reads: 'BTC-PERP: order book must be live, was empty; take a snapshot of it first',
  },
  'flow.one-sided': {
    refused: () => issuesOf(depthTo(bookOf('99×2 |'), 'sell', ratio(1n, 100n))),
    reads:
      'BTC-PERP: order book must have bids and asks, was without asks; there is no mid to measure from: wait for both sides',
  },
  'flow.kind': {
    refused: () => issuesOf(liquidityOf(bookOf('99×2 | 101×1'), inverse(), ONE)),
    reads:
      'BTC-COIN: order book must be of spot or a linear contract, was of an inverse contract; leave the book out: its spread and impact stand for it',
  },
}
