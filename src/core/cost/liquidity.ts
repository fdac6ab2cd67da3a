/**
 * What taking liquidity costs as rungs, one form for order books and pools: on each side the next unit costs slippage_k of
 * mid until reach_k is taken, both rising, so that the cost of a trade q is Σ_k slippage_k·(min(q, reach_k) − reach_{k−1})₊,
 * convex and piecewise linear. A book is its own rungs (`book-walk.ts`). A pool's curve (`constant-product.ts`, `swap.ts`) is
 * bent through points of it: the chord of a convex curve lies above it, so the rungs never count too little.
 */
import { type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Liquidity, Rungs } from '../domain/market.ts'
import type { DepthLadder, DepthSide } from './book-walk.ts'

/** @param rate what one unit of the ladder's quantity at a price of 1 is worth in the numeraire: quote rate × contract size */
export function liquidityOfBook({ mid, bids, asks }: DepthLadder, rate: number): Liquidity {
  const rungs = ({ price, quantity }: DepthSide): Rungs => ({
    reach: quantity.map((each) => each * mid * rate),
    slippage: price.map((each) => Math.abs(each - mid) / mid),
  })
  return { buy: rungs(asks), sell: rungs(bids) }
}

/**
 * Rungs of any convex cost curve, such as a pool's: `count` of them, each twice as long as the one before.
 * @param curve.cost what taking a value costs beyond its worth at mid, in the numeraire, convex, 0 at 0
 * @param curve.reach the largest value that can be taken, > 0
 * @returns refused where the curve is not convex or not finite on the way
 */
export function rungsOfCurve(
  instrument: string,
  curve: { readonly cost: (taken: number) => number; readonly reach: number },
  count: number,
): Result<Rungs> {
  const reach = Float64Array.from({ length: count }, (_, k) => (curve.reach * (2 ** (k + 1) - 1)) / (2 ** count - 1))
  const slippage = new Float64Array(count)
  let [before, paid] = [0, 0]
  for (let k = 0; k < count; k++) {
    const cost = curve.cost(reach[k]!)
    slippage[k] = (cost - paid) / (reach[k]! - before)
    if (!(Number.isFinite(cost) && slippage[k]! >= (k === 0 ? 0 : slippage[k - 1]!)))
      return refuse(
        'cost.liquidity',
        instrument,
        `what liquidity costs must rise ever faster, was ${slippage[k]} a unit after ${k === 0 ? 0 : slippage[k - 1]}`,
        'give the curve of one pool, fee included, from its price now',
      )
    ;[before, paid] = [reach[k]!, cost]
  }
  return succeed({ reach, slippage })
}

/** @returns an issue for each side that is empty, unsorted or not finite. */
export function checkLiquidity(instrument: string, liquidity: Liquidity): Issue[] {
  return (['buy', 'sell'] as const).flatMap((side): Issue[] => {
    const { reach, slippage } = liquidity[side]
    const rises = (column: Float64Array, from: number): boolean =>
      column.every((each, k) => Number.isFinite(each) && (k === 0 ? each >= from : each >= column[k - 1]!))
    if (reach.length > 0 && reach.length === slippage.length && reach[0]! > 0 && rises(reach, 0) && rises(slippage, 0))
      return []
    return [
      {
        code: 'cost.liquidity',
        path: instrument,
        message: `rungs to ${side} must rise in reach and slippage, with one at least, was otherwise`,
        hint: 'sort them from mid outwards',
      },
    ]
  })
}

/** Distance from mid of the unit after a value taken. */
export function nextSlippage({ reach, slippage }: Rungs, taken: number): number {
  let k = 0
  while (k < reach.length - 1 && taken >= reach[k]!) k++
  return slippage[k]!
}

/** Cost of taking a value ≥ 0 from a side, in its own units; what lies behind the last rung costs what that does. */
export function takeFrom({ reach, slippage }: Rungs, taken: number): number {
  let [cost, before] = [0, 0]
  for (let k = 0; k < reach.length; k++) {
    const end = k === reach.length - 1 ? Number.POSITIVE_INFINITY : reach[k]!
    if (taken <= before) break
    cost += slippage[k]! * (Math.min(taken, end) - before)
    before = end
  }
  return cost
}

/** The same rungs in weight of an equity. */
export const inWeight = (liquidity: Liquidity, equity: number): Liquidity => ({
  buy: { ...liquidity.buy, reach: liquidity.buy.reach.map((each) => each / equity) },
  sell: { ...liquidity.sell, reach: liquidity.sell.reach.map((each) => each / equity) },
})
