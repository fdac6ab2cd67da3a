/**
 * Order books and pools of a book's market: what may be taken of each instrument, and at what distance from mid. An order
 * book is a file as ccxt's fetchOrderBook returned it; a pool is its two reserves and its fee.
 */
import { toNumber, toText } from '../core/base/decimal.ts'
import { fail, type Result, succeed } from '../core/base/result.ts'
import { type DepthLevel, makeDepthLadder } from '../core/cost/book-walk.ts'
import { type ConstantProduct, productIn, productOut } from '../core/cost/constant-product.ts'
import { liquidityOfBook, rungsOfCurve } from '../core/cost/liquidity.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Liquidity, MarketState } from '../core/domain/market.ts'
import type { Universe } from '../core/domain/universe.ts'
import type { Prices } from './book-market.ts'
import { checkInstrument, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readFraction, readNumber } from './scalar.ts'
import type { Path } from './tree.ts'

/** A file that holds an order book. */
export interface DepthNeed {
  readonly instrument: string
  readonly path: string
  readonly line: number
}

export interface Levels {
  readonly bids: readonly DepthLevel[]
  readonly asks: readonly DepthLevel[]
}

interface Context {
  readonly draft: Draft
  readonly names: Names
  readonly prices: Prices
  readonly report: Report
}

export const depthNeeds = (draft: Draft, line: (path: string) => number): DepthNeed[] =>
  Object.entries(draft.market?.books ?? {}).flatMap(([instrument, path]) =>
    path === undefined ? [] : [{ instrument, path, line: line(`market.books.${instrument}`) }],
  )

/** Per instrument in order of id; undefined where the book has neither. */
export function readLiquidity(
  context: Context,
  universe: Universe,
  books: ReadonlyMap<string, Levels>,
): MarketState['liquidity'] {
  const { books: files = {}, pools = {} } = context.draft.market ?? {}
  if (Object.keys(files).length + Object.keys(pools).length === 0) return undefined
  for (const id of Object.keys(files)) checkInstrument(context, ['market', 'books', id], id)
  for (const id of Object.keys(pools)) checkInstrument(context, ['market', 'pools', id], id)
  return universe.instruments.map((instrument): Liquidity | null => {
    const { id } = instrument
    const inBook = id in files
    if (inBook && id in pools)
      context.report.add(
        'market.liquidity-twice',
        ['market', 'pools', id],
        `${id} must have an order book or a pool, was given both`,
        'make the pool an instrument of its own',
      )
    const levels = books.get(id)
    if (levels !== undefined) return readBook(context, instrument, levels)
    return inBook ? null : readPool(context, instrument)
  })
}

/** What a quantity of 1 at a price of 1 is worth in the book currency. */
function unitOf({ prices }: Context, { kind, quote, multiplier }: Instrument): number {
  return toNumber(prices.rate(quote)!) * (kind === 'spot' ? 1 : toNumber(multiplier))
}

function readBook(context: Context, instrument: Instrument, levels: Levels): Liquidity | null {
  const { report, prices } = context
  const path = ['market', 'books', instrument.id]
  if (instrument.kind === 'option' || (instrument.kind !== 'spot' && instrument.contract === 'inverse')) {
    report.add(
      'market.liquidity-kind',
      path,
      `order books must be of spot or linear contracts, was of ${instrument.kind === 'option' ? 'an option' : 'an inverse contract'}`,
      'leave the book out: its spread and impact stand for it',
    )
    return null
  }
  if (prices.rate(instrument.quote) === null) return null
  const ladder = makeDepthLadder(instrument.id, levels)
  if (ladder.ok)
    return isNearMark(context, instrument, { mid: ladder.value.mid, path })
      ? liquidityOfBook(ladder.value, unitOf(context, instrument))
      : null
  for (const { code, message, hint } of ladder.error) report.add(code, path, message, hint)
  return null
}

/** Distance between mid and mark beyond which one of them is of another time. */
const APART_MAX = 0.05

function isNearMark(
  { prices, report }: Context,
  { id }: Instrument,
  { mid, path }: { readonly mid: number; readonly path: Path },
): boolean {
  const mark = prices.mark(id)
  if (mark === null) return false
  const apart = mid / toNumber(mark.price) - 1
  if (Math.abs(apart) <= APART_MAX) return true
  report.add(
    'market.liquidity-price',
    path,
    `mid must be within 5 % of the price ${toText(mark.price)}, was ${Number(mid.toPrecision(9))}`,
    'take both at one time',
  )
  return false
}

/** Rungs of a pool's curve, and the share of what it holds that they reach. */
const RUNGS = 8
const REACH = 0.5

function readPool(context: Context, instrument: Instrument): Liquidity | null {
  const { draft, report, prices } = context
  const text = draft.market?.pools?.[instrument.id]
  if (text?.base === undefined || text.quote === undefined || text.fee === undefined) return null
  const path = ['market', 'pools', instrument.id]
  if (instrument.kind !== 'spot') {
    report.add(
      'market.liquidity-kind',
      path,
      `a pool must be of spot, was of a ${instrument.kind}`,
      'name the spot pair',
    )
    return null
  }
  const rate = prices.rate(instrument.quote)
  if (rate === null) return null
  const [base, quote] = [number(text.base), number(text.quote)]
  const fee = toNumber(accepted(readFraction(text.fee, 'fee', 'nonNegative')))
  const buy = { reserveIn: quote, reserveOut: base, fee }
  const sell = { reserveIn: base, reserveOut: quote, fee }
  if (!isNearMark(context, instrument, { mid: quote / base, path })) return null
  const sides = poolSides({ buy, sell, mid: quote / base, rate: toNumber(rate) }, instrument.id)
  if (sides.ok) return sides.value
  for (const { code, message, hint } of sides.error) report.add(code, path, message, hint)
  return null
}

const number = (text: string): number => toNumber(accepted(readNumber(text, 'reserve', 'positive')))

/** A buy pays quote for what leaves the pool; a sale receives quote for what enters it. Both against the pool's own mid. */
function poolSides(
  pool: { readonly buy: ConstantProduct; readonly sell: ConstantProduct; readonly mid: number; readonly rate: number },
  id: string,
): Result<Liquidity> {
  const { mid, rate } = pool
  const worth = (taken: number): number => taken / rate / mid
  const reach = REACH * pool.buy.reserveOut * mid * rate
  const orNaN = (result: Result<number>): number => (result.ok ? result.value : Number.NaN)
  const buy = rungsOfCurve(
    id,
    { cost: (taken) => orNaN(productIn(pool.buy, worth(taken))) * rate - taken, reach },
    RUNGS,
  )
  const sell = rungsOfCurve(
    id,
    { cost: (taken) => taken - orNaN(productOut(pool.sell, worth(taken))) * rate, reach },
    RUNGS,
  )
  if (!buy.ok) return fail(buy.error)
  return sell.ok ? succeed({ buy: buy.value, sell: sell.value }) : sell
}
