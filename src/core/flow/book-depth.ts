/**
 * What an order book offers to an order that takes: filled lots, Σ tick·lots exactly and levels touched, for a size and a
 * limit price; everything within a distance from mid; and both sides as rungs, the form in which a plan counts what
 * trading costs. Nothing is removed: the next delta says what is left. Only a live book answers.
 */
import { type Decimal, divideInteger } from '../base/decimal.ts'
import { type Ratio, ratio, ratioMultiply, ratioOf, ratioToNumber } from '../base/ratio.ts'
import { assert, fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Liquidity, Rungs } from '../domain/market.ts'
import type { Side } from '../domain/portfolio.ts'
import { tradedValue } from './book-grid.ts'
import { type BookSide, bestPlace, END, keyAtPlace, lotsAtPlace, nextPlace } from './book-side.ts'
import { bestAsk, bestBid, levelsOn, type OrderBook } from './order-book.ts'

export interface Taken {
  /** Filled, at most what was asked for. */
  readonly lots: number
  /** Σ tick·lots of what is filled; `tradedValue` makes money of it. */
  readonly tickLots: bigint
  /** Levels touched, the last perhaps in part. */
  readonly levels: number
  /** Of the worst level touched; null where nothing fills. */
  readonly lastTick: number | null
}

const notLive = ({ terms, status }: OrderBook): Result<never> =>
  refuse('flow.not-live', terms.id, `order book must be live, was ${status}`, 'take a snapshot of it first')

/**
 * What an order fills against the book as it stands.
 * @param order.lots whole, above 0
 * @param order.limitTick the worst price that is accepted; null for a market order
 */
export function take(
  book: OrderBook,
  side: Side,
  { lots, limitTick }: { readonly lots: number; readonly limitTick: number | null },
): Result<Taken> {
  assert(Number.isSafeInteger(lots) && lots > 0, `lots must be whole and above 0, was ${lots}`)
  assert(limitTick === null || Number.isSafeInteger(limitTick), `limit must be a whole tick, was ${limitTick}`)
  return book.status === 'live' ? succeed(walk(book, side, { lots, limitTick })) : notLive(book)
}

function walk(
  { bids, asks }: OrderBook,
  side: Side,
  { lots, limitTick }: { readonly lots: number; readonly limitTick: number | null },
): Taken {
  const [levels, sign]: readonly [BookSide, 1 | -1] = side === 'buy' ? [asks, -1] : [bids, 1]
  const worst = limitTick === null ? Number.NEGATIVE_INFINITY : sign * limitTick
  let [rest, touched, lastTick]: [number, number, number | null] = [lots, 0, null]
  // Whole numbers add exactly up to 2⁵³ − 1; what is beyond goes on in a bigint.
  let [sum, carried] = [0, 0n]
  for (let place = bestPlace(levels); place !== END && rest > 0; place = nextPlace(levels, place)) {
    const key = keyAtPlace(levels, place)
    if (key < worst) break
    const filled = Math.min(rest, lotsAtPlace(levels, place))
    lastTick = sign * key
    const value = lastTick * filled
    if (sum + value <= Number.MAX_SAFE_INTEGER) sum += value
    else {
      carried += BigInt(sum) + BigInt(lastTick) * BigInt(filled)
      sum = 0
    }
    rest -= filled
    touched++
  }
  return { lots: lots - rest, tickLots: carried + BigInt(sum), levels: touched, lastTick }
}

/** Exact ticks and both sides are what a distance from mid needs. */
function touchOf(book: OrderBook): Result<{ readonly bid: number; readonly ask: number }> {
  const [bid, ask] = [bestBid(book), bestAsk(book)]
  if (bid !== null && ask !== null) return succeed({ bid, ask })
  if (book.status !== 'live') return notLive(book)
  return refuse(
    'flow.one-sided',
    book.terms.id,
    `order book must have bids and asks, was without ${bid === null ? 'bids' : 'asks'}`,
    'there is no mid to measure from: wait for both sides',
  )
}

/**
 * Everything within a distance from mid, which includes a level exactly on it.
 * @param slippage fraction of mid ≥ 0, of the price of the last unit, not of the average
 * @returns refused where a side is empty
 */
export function depthTo(book: OrderBook, side: Side, slippage: Ratio): Result<Taken> {
  assert(slippage.n >= 0n, 'slippage must be 0 or more')
  const touch = touchOf(book)
  if (!touch.ok) return touch
  const twiceMid = BigInt(touch.value.bid + touch.value.ask)
  const { n, d } = slippage
  const limit =
    side === 'buy'
      ? divideInteger(twiceMid * (d + n), 2n * d, 'floor')
      : divideInteger(twiceMid * (d - n), 2n * d, 'ceiling')
  return succeed(walk(book, side, { lots: Number.MAX_SAFE_INTEGER, limitTick: Number(limit) }))
}

/**
 * Both sides as rungs in the numeraire, all levels the book has.
 * @param rate numeraire per unit of the quote currency
 * @returns refused: a book that is not live or lacks a side, an option or an inverse contract, whose value does not go
 * with the price.
 */
export function liquidityOf(book: OrderBook, instrument: Instrument, rate: Decimal): Result<Liquidity> {
  const issues: Issue[] = []
  if (instrument.kind === 'option' || (instrument.kind !== 'spot' && instrument.contract === 'inverse'))
    issues.push({
      code: 'flow.kind',
      path: instrument.id,
      message: `order book must be of spot or a linear contract, was of ${instrument.kind === 'option' ? 'an option' : 'an inverse contract'}`,
      hint: 'leave the book out: its spread and impact stand for it',
    })
  const touch = touchOf(book)
  if (!touch.ok) issues.push(...touch.error)
  if (!touch.ok || issues.length > 0) return fail(issues)
  const twiceMid = touch.value.bid + touch.value.ask
  const multiplier = instrument.kind === 'spot' ? ratio(1n, 1n) : ratioOf(instrument.multiplier)
  const atMid = ratioMultiply(tradedValue(book.terms, BigInt(twiceMid)), ratio(1n, 2n))
  const worth = ratioToNumber(ratioMultiply(ratioMultiply(atMid, multiplier), ratioOf(rate)))
  const rungs = (name: 'bids' | 'asks'): Rungs => {
    const { tick, lots } = levelsOn(book, name)
    let total = 0
    return {
      reach: lots.map((each) => {
        total += each
        return total * worth
      }),
      slippage: tick.map((each) => Math.abs(2 * each - twiceMid) / twiceMid),
    }
  }
  return succeed({ buy: rungs('asks'), sell: rungs('bids') })
}
