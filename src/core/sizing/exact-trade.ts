/**
 * From float64 weights back to exact quantities. Where a trade ends on a weight that somebody wrote down (a target, the edge of
 * a band, a limit), the quantity is computed from that exact ratio and not from its float64 image: a target 2.9e-26 of a lot
 * below 1685 lots gives 1684.
 */
import { type Decimal, toNumber, ZERO } from '../base/decimal.ts'
import {
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioOfNumber,
  ratioRoundTo,
  ratioSubtract,
  ratioToNumber,
} from '../base/ratio.ts'
import { unitDelta } from '../domain/valuation.ts'
import { anchorsOf } from './anchors.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** A float64 weight this near an exact one is its image. */
const IMAGE = 1e-12

/**
 * A traded weight of one instrument as an exact quantity.
 * @param alone no other instrument of its underlying trades, so that the underlying ends where the trade does
 */
export function exactTrade(
  inputs: PlanInputs,
  held: Valued,
  { j, weight, alone }: { readonly j: number; readonly weight: number; readonly alone: boolean },
): Ratio {
  const { universe } = inputs.mandate
  const u = universe.underlyingOf[j]!
  const heldQuantity = held.quantity[j]!
  if (Math.abs(toNumber(heldQuantity) * held.unitWeight[j]! + weight) <= IMAGE)
    return ratioNegate(ratioOf(heldQuantity))
  const perUnit = exactUnitDelta(inputs, j)
  const end = held.weight[u]! + weight
  const anchor = alone
    ? anchorsOf(inputs.mandate, u).find((each) => Math.abs(ratioToNumber(each) - end) <= IMAGE)
    : undefined
  if (anchor === undefined) {
    const { lot } = universe.instruments[j]!.grid
    const quantity = ratioDivide(ratioMultiply(ratioOfNumber(weight), held.equityExact), perUnit)
    return isBetweenLots(weight / held.unitWeight[j]! / toNumber(lot)) ? quantity : wholeLots(quantity, lot)
  }
  const missing = ratioSubtract(ratioMultiply(anchor, held.equityExact), exactExposure(inputs, held, u))
  return ratioDivide(missing, perUnit)
}

/** Whether a float64 number of lots, off by less than 10⁻¹⁴ of itself, is surely further than float64 noise from a whole one. */
const isBetweenLots = (lots: number): boolean => Math.abs(lots - Math.round(lots)) > 1.1e-12 * Math.abs(lots)

/** A quantity whose distance to a whole number of lots is float64 noise is that number of lots. */
function wholeLots(quantity: Ratio, lot: Decimal): Ratio {
  const nearest = ratioOf(ratioRoundTo(quantity, lot, 'halfEven'))
  const noise = ratioMultiply(ratioAbsolute(quantity), { n: 1n, d: 10n ** 12n })
  return ratioCompare(ratioAbsolute(ratioSubtract(quantity, nearest)), noise) <= 0 ? nearest : quantity
}

/** Exact delta notional of one unit in the numeraire. */
export const exactUnitDelta = ({ mandate: { universe }, market }: PlanInputs, j: number): Ratio =>
  unitDelta(universe.instruments[j]!, market.price[j]!, market.rate[universe.quoteOf[j]!]!)

/** Exact delta notional held of an underlying, kept open orders counted as filled. */
export function exactExposure(inputs: PlanInputs, held: Valued, u: number): Ratio {
  const { universe } = inputs.mandate
  return universe.instrumentsOf[u]!.reduce(
    (sum, j) =>
      held.quantity[j] === ZERO
        ? sum
        : ratioAdd(sum, ratioMultiply(ratioOf(held.quantity[j]!), exactUnitDelta(inputs, j))),
    held.coinExposure[u]!,
  )
}

/** Exact traded notional of a quantity in the numeraire, unsigned. */
export const tradedNotional = (inputs: PlanInputs, j: number, quantity: Decimal): Ratio =>
  ratioAbsolute(ratioMultiply(ratioOf(quantity), exactUnitDelta(inputs, j)))
