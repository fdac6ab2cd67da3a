/**
 * What would change the answer: for each underlying, the nearest move of its price, up and down, at which the plan trades
 * something else (another instrument or another side). Every answer is a `plan()` at a moved price, everything else as it
 * is: the moves up to `reach` are tried on a grid that is finer near zero, and the first that changes is bisected.
 */
import { type Decimal, decimal, multiply, ZERO } from '../base/decimal.ts'
import type { MarketState } from '../domain/market.ts'
import type { Universe } from '../domain/universe.ts'
import { plan } from './plan.ts'
import type { PlanInputs, SizePlan } from './plan-types.ts'
import { prepare } from './prepare.ts'

export interface Flip {
  readonly underlying: string
  /** Fraction the price moves by, + up. The trades differ from here on. */
  readonly move: number
  /** What is traded beyond it, as `buy SOL`; empty where nothing is. */
  readonly trades: readonly string[]
}

const STEPS = 16
/** Halvings of a grid step: the move is then exact to a millionth of it. */
const HALVINGS = 20

/**
 * @param reach the largest move tried, above 0 and below 1
 * @returns at most two flips an underlying, nearest first, ties by name; none where no move within reach changes the trades.
 */
export function findFlips(asked: PlanInputs, planned: SizePlan, reach: number): Flip[] {
  const prepared = prepare(asked)
  if (!prepared.ok) return []
  const inputs = prepared.value
  const now = tradesOf(planned).join()
  const flips = inputs.mandate.universe.underlyings.flatMap((underlying, u) =>
    [1, -1].flatMap((side): Flip[] => {
      const at = (size: number): string[] | null => tradesAt(inputs, u, side * size)
      const differs = (size: number): boolean => {
        const trades = at(size)
        return trades !== null && trades.join() !== now
      }
      const grid = Array.from({ length: STEPS + 1 }, (_, k) => reach * (k / STEPS) ** 2)
      const beyond = grid.findIndex((size, k) => k > 0 && differs(size))
      if (beyond < 0) return []
      let [same, other] = [grid[beyond - 1]!, grid[beyond]!]
      for (let halving = 0; halving < HALVINGS; halving++) {
        const middle = (same + other) / 2
        if (differs(middle)) other = middle
        else same = middle
      }
      return [{ underlying, move: side * other, trades: at(other) ?? [] }]
    }),
  )
  return flips.sort((a, b) => Math.abs(a.move) - Math.abs(b.move))
}

/** Sorted, so that only what is traded counts and not how much. */
const tradesOf = ({ legs }: SizePlan): string[] => legs.map(({ side, instrument }) => `${side} ${instrument}`).sort()

/** The trades with the price of one underlying moved; null where there is no plan then. */
function tradesAt(inputs: PlanInputs, u: number, move: number): string[] | null {
  const moved = plan({ ...inputs, market: movePrice(inputs.market, inputs.mandate.universe, u, move) })
  return moved.ok ? tradesOf(moved.value) : null
}

/** The market with every instrument of one underlying, and the coin of its name, at a moved price. */
export function movePrice(market: MarketState, universe: Universe, u: number, move: number): MarketState {
  const factor = decimal((1 + move).toFixed(15))
  const moveOne = (price: Decimal): Decimal => (price === ZERO ? price : multiply(price, factor, 'halfEven'))
  return {
    ...market,
    price: market.price.map((price, j) => (universe.underlyingOf[j] === u ? moveOne(price) : price)),
    rate: market.rate.map((rate, c) => (universe.exposureOf[c] === u ? moveOne(rate) : rate)),
  }
}
