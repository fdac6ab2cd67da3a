/**
 * The published inventory skew, exactly: a book of base and quote money, a target share in base, a range around it. It is
 * the linear curve 1 ∓ u with the half-width h = min(range, half the book) and the lower edge at max(target − h, 0):
 * V = B·p + Q, u = (B·p − τV)/min(R·p, V/2) above the target; below it the width is at most τV. Buy 1 − u, sell 1 + u,
 * both in [0, 2]. Source: the inventory skew calculator of hummingbot's pure market making strategy, whose published rows it gives.
 */
import { type Decimal, ONE, signOf, toText, ZERO } from '../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioSign,
  ratioToNumber,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { skewLinear } from './curves.ts'

const HALF: Ratio = { n: 1n, d: 2n }
const TWO: Ratio = { n: 2n, d: 1n }

/** Why neither side is quoted. */
export type NoQuote = 'emptyBook' | 'zeroRange'

export interface SkewedSizes {
  /** Multiples of the order size, exact, in [0, 2]. */
  readonly buy: Ratio
  readonly sell: Ratio
  readonly because: NoQuote | null
}

/** h as a weight: the range, but at most half the book. */
export const rangeWidth = (range: Ratio): Ratio => (ratioCompare(range, HALF) > 0 ? HALF : range)

/**
 * Multiples of the order size for both sides of an inventory.
 * @param inventory.base, quote amounts held ≥ 0; price quote per base > 0; target share of the value in base, 0 to 1;
 * range in base units ≥ 0
 */
export function skewSizes(inventory: {
  readonly base: Decimal
  readonly quote: Decimal
  readonly price: Decimal
  readonly target: Decimal
  readonly range: Decimal
}): Result<SkewedSizes> {
  const { base, quote, price, target, range } = inventory
  const issues = checkInventory(inventory)
  if (issues.length > 0) return fail(issues)
  const baseValue = ratioMultiply(ratioOf(base), ratioOf(price))
  const total = ratioAdd(baseValue, ratioOf(quote))
  if (ratioSign(total) === 0) return succeed({ buy: RATIO_ZERO, sell: RATIO_ZERO, because: 'emptyBook' })
  if (signOf(range) === 0) return succeed({ buy: RATIO_ZERO, sell: RATIO_ZERO, because: 'zeroRange' })
  const { buy, sell } = skewLinear({
    held: ratioDivide(baseValue, total),
    target: ratioOf(target),
    halfWidth: rangeWidth(ratioDivide(ratioMultiply(ratioOf(range), ratioOf(price)), total)),
    floor: RATIO_ZERO,
    multipleMax: TWO,
  })
  return succeed({ buy, sell, because: null })
}

function checkInventory(inventory: Parameters<typeof skewSizes>[0]): Issue[] {
  const issues: Issue[] = []
  for (const path of ['base', 'quote', 'target', 'range'] as const)
    if (inventory[path] < ZERO)
      issues.push({
        code: 'quotes.negative',
        path,
        message: `${path} must be 0 or more, was ${toText(inventory[path])}`,
        hint: 'a skew by share of inventory is about money and coins that are there',
      })
  if (inventory.price <= ZERO)
    issues.push({
      code: 'quotes.price',
      path: 'price',
      message: `price must be above 0, was ${toText(inventory.price)}`,
      hint: 'give the current mid price',
    })
  if (inventory.target > ONE)
    issues.push({
      code: 'quotes.target',
      path: 'target',
      message: `target must be at most 1, was ${toText(inventory.target)}`,
      hint: `did you mean ${ratioToNumber(ratioDivide(ratioOf(inventory.target), { n: 100n, d: 1n }))}?`,
    })
  return issues
}

export interface Ladder {
  /** Orders a side, at least 1. */
  readonly levels: number
  /** What each level is larger than the one before it, in units of the instrument, ≥ 0. */
  readonly step: Decimal
}

/** Base size of each level, before the skew, nearest the mid price first. */
export const ladderSizes = (base: Ratio, { levels, step }: Ladder): readonly Ratio[] =>
  Array.from({ length: levels }, (_, k) => ratioAdd(base, ratioMultiply(ratioOf(step), { n: BigInt(k), d: 1n })))

/** Both sides of a ladder together, which ranges are stated in multiples of: 2(n·s + n(n−1)/2·step). */
export const totalOrderSize = (base: Ratio, ladder: Ladder): Ratio =>
  ratioMultiply(TWO, ladderSizes(base, ladder).reduce(ratioAdd, RATIO_ZERO))
