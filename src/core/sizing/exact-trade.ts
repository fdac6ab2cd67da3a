/**
 * From float64 weights back to exact quantities. Where a trade ends on a weight that somebody wrote down (a target, the edge of
 * a band, a limit), the quantity is computed from that exact ratio and not from its float64 image: a target 2.9e-26 of a lot
 * below 1685 lots gives 1684.
 */
import { type Decimal, fromUnits, toNumber, toNumbers, ZERO } from '../base/decimal.ts'
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
} from '../base/ratio.ts'
import type { Universe } from '../domain/universe.ts'
import { unitDelta } from '../domain/valuation.ts'
import { anchorsOf } from './anchors.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** A float64 weight this near an exact one is its image. */
const IMAGE = 1e-12

/** A trade of one instrument: exact, or a weight of which float64 tells between which lots it lies. */
export type Sized =
  | { readonly exact: Ratio }
  | { readonly exact: null; readonly weight: number /** Whole lots towards no trade. */; readonly floor: Decimal }

/** The side of a trade, which is not 0. */
export const directionOf = (sized: Sized): 1 | -1 =>
  (sized.exact === null ? sized.weight < 0 : sized.exact.n < 0n) ? -1 : 1

interface Traded {
  readonly j: number
  readonly weight: number
  /** No other instrument of its underlying trades, so that the underlying ends where the trade does. */
  readonly alone: boolean
}

/** A traded weight of one instrument as an exact quantity. */
export function exactTrade(inputs: PlanInputs, held: Valued, traded: Traded): Ratio {
  const anchored = anchoredTrade(inputs, held, traded)
  if (anchored !== null) return anchored
  const { j, weight } = traded
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const quantity = ratioDivide(ratioMultiply(ratioOfNumber(weight), held.equityExact), exactUnitDelta(inputs, j))
  return isBetweenLots(weight / held.unitWeight[j]! / toNumber(lot)) ? quantity : wholeLots(quantity, lot)
}

/** The same, exact only where float64 cannot tell its whole lots: a weight and the exact one that it may stand for are that near. */
export function sizeExactly(inputs: PlanInputs, held: Valued, traded: Traded): Sized {
  const { j, weight } = traded
  if (isClose(held, j, weight)) return { exact: ratioNegate(ratioOf(held.quantity[j]!)) }
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const perLot = held.unitWeight[j]! * lotsOf(inputs.mandate.universe)[j]!
  const lots = weight / perLot
  const room = Math.abs(lots - Math.round(lots)) - 2 * Math.abs(IMAGE / perLot)
  return room > NOISE * Math.abs(lots) && Math.abs(lots) < COUNT_MAX
    ? { exact: null, weight, floor: fromUnits(BigInt(Math.trunc(lots)) * lot) }
    : { exact: exactTrade(inputs, held, traded) }
}

/** A universe never changes, so its lots are read once and kept for as long as it is. */
const lotsKept = new WeakMap<Universe, Float64Array>()

/** Per instrument: the lot in float64. */
function lotsOf(universe: Universe): Float64Array {
  const kept = lotsKept.get(universe)
  if (kept !== undefined) return kept
  const lots = Float64Array.from(universe.instruments, ({ grid }) => toNumber(grid.lot))
  lotsKept.set(universe, lots)
  return lots
}

/** Whole numbers that float64 counts exactly. */
const COUNT_MAX = 2 ** 53

/** Whether a trade leaves nothing of what is held. */
const isClose = (held: Valued, j: number, weight: number): boolean =>
  Math.abs(toNumbers(held.quantity)[j]! * held.unitWeight[j]! + weight) <= IMAGE

/** Exactly what is held, or to an exact weight; null where the trade ends on neither. */
function anchoredTrade(inputs: PlanInputs, held: Valued, { j, weight, alone }: Traded): Ratio | null {
  if (isClose(held, j, weight)) return ratioNegate(ratioOf(held.quantity[j]!))
  if (!alone) return null
  const u = inputs.mandate.universe.underlyingOf[j]!
  const end = held.weight[u]! + weight
  const anchor = anchorsOf(inputs.mandate, u).find(({ image }) => Math.abs(image - end) <= IMAGE)
  if (anchor === undefined) return null
  const missing = ratioSubtract(ratioMultiply(anchor.exact, held.equityExact), exactExposure(inputs, held, u))
  return ratioDivide(missing, exactUnitDelta(inputs, j))
}

/** Float64 noise of a number of lots, as a part of it: far more than the 10⁻¹⁴ that it is off by. */
const NOISE = 1.1e-12

/** Whether a float64 number of lots is surely further than its noise from a whole one. */
const isBetweenLots = (lots: number): boolean => Math.abs(lots - Math.round(lots)) > NOISE * Math.abs(lots)

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
