/**
 * The cost of taking liquidity from a depth ladder: an order of size Q eats level after level, and pays
 * cost(Q) = Σ_k min(rest_k, q_k)·|p_k − mid| against the mid price, so slippage(Q) = cost(Q)/(Q·mid) = Σ fill_k p_k/(Q·mid) − 1
 * for a buy. Cost is convex and piecewise linear in Q, slippage never falls; it starts at half the spread. The inverse is
 * the largest size within a slippage budget. Books of liquid perpetuals are near linear (log-log slope .8–.95): a walk is
 * not a metaorder, whose square root is in `impact.ts`. Prices and quantities in any one unit; slippage is a fraction.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Side } from '../domain/portfolio.ts'

export interface DepthLevel {
  readonly price: number
  readonly quantity: number
}

/** One side, best price first, with what it costs to take everything up to and including each level. */
export interface DepthSide {
  readonly price: Float64Array
  /** Running total of quantity. */
  readonly quantity: Float64Array
  /** Running total of quantity × distance from mid, in quote currency. */
  readonly cost: Float64Array
}

export interface DepthLadder {
  readonly mid: number
  readonly bids: DepthSide
  readonly asks: DepthSide
}

/**
 * A ladder from raw levels, best first on each side.
 * @returns refused: an empty side, prices that do not get worse, a price or quantity that is not above 0, a best bid at or
 * above the best ask.
 */
export function makeDepthLadder(
  instrument: string,
  levels: { readonly bids: readonly DepthLevel[]; readonly asks: readonly DepthLevel[] },
): Result<DepthLadder> {
  const issues: Issue[] = []
  const add = (message: string, hint: string): void => {
    issues.push({ code: 'cost.book', path: instrument, message, hint })
  }
  for (const [name, worse] of [['bids', -1] as const, ['asks', 1] as const]) {
    const side = levels[name]
    if (side.length === 0) add(`${name} must have at least one level, was empty`, 'wait for a whole book')
    side.forEach(({ price, quantity }, k) => {
      const where = `level ${k + 1} of ${name}`
      if (!(price > 0 && Number.isFinite(price) && quantity > 0 && Number.isFinite(quantity)))
        add(`price and quantity of ${where} must be above 0, was ${price} and ${quantity}`, 'drop empty levels first')
      const before = side[k - 1]
      if (before !== undefined && !((price - before.price) * worse > 0))
        add(`price of ${where} must be worse than ${before.price}, was ${price}`, 'sort levels, best price first')
    })
  }
  const [bid, ask] = [levels.bids[0]?.price, levels.asks[0]?.price]
  if (bid !== undefined && ask !== undefined && bid >= ask)
    add(`best bid must be below the best ask ${ask}, was ${bid}`, 'a crossed book is stale: take a new snapshot')
  if (issues.length > 0) return fail(issues)
  const mid = bid! / 2 + ask! / 2
  return succeed({ mid, bids: accumulate(levels.bids, mid), asks: accumulate(levels.asks, mid) })
}

function accumulate(levels: readonly DepthLevel[], mid: number): DepthSide {
  const side = {
    price: Float64Array.from(levels, (level) => level.price),
    quantity: new Float64Array(levels.length),
    cost: new Float64Array(levels.length),
  }
  let [quantity, cost] = [0, 0]
  levels.forEach((level, k) => {
    side.quantity[k] = quantity += level.quantity
    side.cost[k] = cost += level.quantity * Math.abs(level.price - mid)
  })
  return side
}

const taken = (ladder: DepthLadder, side: Side): DepthSide => (side === 'buy' ? ladder.asks : ladder.bids)

export interface Walk {
  /** Against mid, in quote currency, ≥ 0. */
  readonly cost: number
  /** cost ÷ (quantity · mid) */
  readonly slippage: number
  readonly averagePrice: number
  /** Price of the last level touched. */
  readonly worstPrice: number
  /** Slippage of the next unit: the distance of that level from mid, as a fraction. */
  readonly marginal: number
}

/** Walks the book with a quantity > 0. @returns refused where the ladder is shorter than the order. */
export function walkBook(ladder: DepthLadder, side: Side, quantity: number): Result<Walk> {
  if (!(quantity > 0))
    return refuse('cost.range', '', `quantity must be above 0, was ${quantity}`, 'give the size and the side apart')
  const { price, quantity: total, cost } = taken(ladder, side)
  const k = total.findIndex((each) => each >= quantity)
  if (k < 0)
    return refuse(
      'cost.depth',
      '',
      `quantity must be at most the ${total.at(-1)} the book shows, was ${quantity}`,
      'trade less, or over time: what lies behind the last level is not known',
    )
  const distance = Math.abs(price[k]! - ladder.mid)
  const paid = (k === 0 ? 0 : cost[k - 1]!) + (quantity - (k === 0 ? 0 : total[k - 1]!)) * distance
  const slippage = paid / (quantity * ladder.mid)
  return succeed({
    cost: paid,
    slippage,
    averagePrice: ladder.mid * (side === 'buy' ? 1 + slippage : 1 - slippage),
    worstPrice: price[k]!,
    marginal: distance / ladder.mid,
  })
}

export interface SizeWithin {
  /** Largest quantity whose average slippage is within the budget; 0 where half the spread is above it. */
  readonly quantity: number
  /** The whole ladder is within the budget: the true answer is at least this. */
  readonly exhausted: boolean
}

/** The inverse of `walkBook`: size at a budget of average slippage, a fraction ≥ 0 of mid. */
export function sizeAtSlippage(ladder: DepthLadder, side: Side, budget: number): Result<SizeWithin> {
  if (!(budget >= 0))
    return refuse(
      'cost.range',
      '',
      `slippage budget must be 0 or more, was ${budget}`,
      'give a fraction such as 0.0005',
    )
  const { price, quantity: total, cost } = taken(ladder, side)
  const allowed = budget * ladder.mid
  const k = total.findIndex((each, level) => cost[level]! > allowed * each)
  if (k < 0) return succeed({ quantity: total.at(-1)!, exhausted: true })
  if (k === 0) return succeed({ quantity: 0, exhausted: false })
  // Within level k: cost_{k−1} + (Q − q_{k−1})·distance = allowed·Q, where allowed < distance because slippage crosses here.
  const distance = Math.abs(price[k]! - ladder.mid)
  const quantity = (total[k - 1]! * distance - cost[k - 1]!) / (distance - allowed)
  return succeed({ quantity: Math.max(total[k - 1]!, Math.min(quantity, total[k]!)), exhausted: false })
}
