/** An order book as ccxt's fetchOrderBook returned it: `{ "bids": [[price, quantity], …], "asks": [[price, quantity], …] }`. */
import type { DepthLevel } from '../../core/cost/book-walk.ts'
import type { DepthNeed, Levels } from '../../wire/book-liquidity.ts'
import type { BookIssue } from '../../wire/tree.ts'

/** @returns the levels as they stand, or null and what is wrong with the file, at the line of the book that names it. */
export function readOrderBook(text: string, need: DepthNeed, issues: BookIssue[]): Levels | null {
  const refuse = (message: string): null => {
    issues.push({
      code: 'ccxt.book',
      path: `market.books.${need.instrument}`,
      message: `${need.path} ${message}`,
      hint: 'save what fetchOrderBook returned, as JSON',
      line: need.line,
    })
    return null
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return refuse('must be JSON, was not')
  }
  const { bids, asks } = (parsed ?? {}) as { readonly bids?: unknown; readonly asks?: unknown }
  const sides = [bids, asks].map(levelsOf)
  if (sides[0] === null || sides[1] === null)
    return refuse('must have bids and asks as lists of [price, quantity], was otherwise')
  return { bids: sides[0]!, asks: sides[1]! }
}

function levelsOf(side: unknown): DepthLevel[] | null {
  if (!Array.isArray(side)) return null
  const levels = side.map((level: unknown) =>
    Array.isArray(level) && typeof level[0] === 'number' && typeof level[1] === 'number'
      ? { price: level[0], quantity: level[1] }
      : null,
  )
  return levels.every((level) => level !== null) ? levels : null
}
