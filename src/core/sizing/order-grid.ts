/**
 * What a venue lets one order be: whole lots, at least a minimum of quantity and of notional, and for us never an order that
 * leaves what could not be sold later. `roundLeg` rounds one trade alone, towards no trade; `makeLots` lists every order there
 * may be, for rounding trades together.
 */
import {
  absolute,
  add,
  type Decimal,
  divideInteger,
  fromUnits,
  larger,
  negate,
  ONE,
  type Rounding,
  roundTo,
  signOf,
  subtract,
  toNumber,
  ZERO,
} from '../base/decimal.ts'
import {
  type Ratio,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioRoundTo,
  ratioSign,
  ratioSubtract,
  ratioToDecimal,
  ratioToNumber,
} from '../base/ratio.ts'
import { exactUnitDelta, type Sized } from './exact-trade.ts'
import type { PlanInputs, Reason, Valued } from './plan-types.ts'

/** The least that may be traded or left, off the lot grid or on it. */
export function leastQuantity(inputs: PlanInputs, j: number): Decimal {
  const { grid } = inputs.mandate.universe.instruments[j]!
  const least = larger(grid.quantityMin, fromUnits(1n))
  if (grid.notionalMin === null) return least
  const { amount, currency } = grid.notionalMin
  return larger(least, ratioToDecimal(ratioDivide(ratioOf(amount), exactNotionalIn(inputs, j, currency)), 'ceiling'))
}

/** Exact notional of one unit in a currency. */
function exactNotionalIn(inputs: PlanInputs, j: number, currency: string): Ratio {
  const rate = inputs.market.rate[inputs.mandate.universe.currencies.indexOf(currency)]!
  const inNumeraire = exactUnitDelta(inputs, j)
  return rate === ONE ? inNumeraire : ratioDivide(inNumeraire, ratioOf(rate))
}

/** One trade rounded alone. */
export interface RoundedLeg {
  readonly sized: Sized
  /** Whole lots towards zero, before any minimum. */
  readonly floor: Decimal
  readonly quantity: Decimal
  /** `leastQuantity` */
  readonly least: Decimal
  readonly closes: boolean
  readonly because: readonly Reason[]
}

/** One leg on its grid: whole lots towards zero, a full close exactly what is held, minimums, no unsellable remainder. */
export function roundLeg(inputs: PlanInputs, held: Valued, { j, sized }: { j: number; sized: Sized }): RoundedLeg {
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const heldQuantity = held.quantity[j]!
  const because: Reason[] = []
  const closes = isClose(sized, heldQuantity)
  const floor = closes
    ? negate(heldQuantity)
    : sized.exact === null
      ? sized.floor
      : ratioRoundTo(sized.exact, lot, 'down')
  const least = leastQuantity(inputs, j)
  if (closes) because.push({ kind: 'fullClose' })
  const quantity = closes ? floor : keepSellable({ quantity: floor, heldQuantity, least, lot }, because)
  if ((quantity !== ZERO || closes) && absolute(quantity) < least) {
    because.push(belowMinimum(inputs, j, absolute(quantity)))
    return { sized, floor, quantity: ZERO, least, closes, because }
  }
  const leftover = leftoverOf(held, { j, sized, quantity })
  if (leftover !== 0) because.push({ kind: 'lot', lot, leftover })
  return { sized, floor, quantity, least, closes, because }
}

/** Whether a trade is exactly what is held. Only an opposite sign can be, which is quicker to see. */
const isClose = ({ exact }: Sized, held: Decimal): boolean =>
  exact !== null &&
  held !== ZERO &&
  signOf(held) === -ratioSign(exact) &&
  ratioCompare(ratioNegate(ratioOf(held)), exact) === 0

/** Weight that is allowed and not traded. */
export function leftoverOf(
  held: Valued,
  { j, sized, quantity }: { readonly j: number; readonly sized: Sized; readonly quantity: Decimal },
): number {
  const unit = held.unitWeight[j]!
  return sized.exact === null
    ? sized.weight - toNumber(quantity) * unit
    : ratioToNumber(ratioSubtract(sized.exact, ratioOf(quantity))) * unit
}

/** Takes lots off an order that would leave something too small to be sold later, on this side of 0 or beyond. */
function keepSellable(
  leg: { quantity: Decimal; heldQuantity: Decimal; least: Decimal; lot: Decimal },
  because: Reason[],
): Decimal {
  const { quantity, heldQuantity, least, lot } = leg
  const after = add(heldQuantity, quantity)
  const reduces = signOf(quantity) * signOf(heldQuantity) < 0
  if (!reduces || after === ZERO || absolute(after) >= least) return quantity
  because.push({ kind: 'remainderUnsellable', remainder: absolute(after) })
  const most = roundTo(subtract(absolute(heldQuantity), roundTo(least, lot, 'ceiling')), lot, 'floor')
  // Beyond 0 a whole close is nearer, where it is a whole number of lots.
  const closes = absolute(quantity) > absolute(heldQuantity) && absolute(heldQuantity) >= least
  const kept = closes ? absolute(heldQuantity) : signOf(most) <= 0 ? ZERO : most
  return signOf(quantity) < 0 ? negate(kept) : kept
}

/** The minimum that an order below `leastQuantity` falls short of. */
function belowMinimum(inputs: PlanInputs, j: number, size: Decimal): Reason {
  const { grid } = inputs.mandate.universe.instruments[j]!
  if (size < grid.quantityMin || grid.notionalMin === null)
    return { kind: 'belowMinimum', minimum: grid.quantityMin, of: 'quantity', was: size, currency: null }
  const { amount, currency } = grid.notionalMin
  const was = ratioToDecimal(ratioMultiply(ratioOf(size), exactNotionalIn(inputs, j, currency)), 'floor')
  return { kind: 'belowMinimum', minimum: amount, of: 'notional', was, currency }
}

/** Every order of one instrument between two bounds: base + step·lots for whole lots of the ranges, or a point. */
export interface Lots {
  readonly base: Decimal
  readonly step: Decimal
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
  /** Ascending: 0, and what closes the position. */
  readonly points: readonly Decimal[]
}

/** Whole numbers of lots that float64 counts exactly, with room to add. */
const COUNT_MAX = 2 ** 50

/**
 * @param lower ≤ 0 and upper ≥ 0: bounds of the order; null: none
 * @param near an order on the grid: where lots are too fine for float64 to count, steps of many lots lead to and from it
 */
export function makeLots(
  inputs: PlanInputs,
  heldQuantity: Decimal,
  order: {
    readonly j: number
    readonly least: Decimal
    readonly lower: Decimal | null
    readonly upper: Decimal | null
    readonly near: Decimal
  },
): Lots {
  const { j, least, lower, upper, near } = order
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const { base, step } = stepFrom(lot, near, larger(absolute(near), absolute(heldQuantity)))
  const from = lower === null ? -COUNT_MAX : Number(divideInteger(lower - base, step, 'ceiling'))
  const to = upper === null ? COUNT_MAX : Number(divideInteger(upper - base, step, 'floor'))
  const { buys, sells, below, above } = countMinimums({ base, step, least, held: heldQuantity })
  const ranges: { from: number; to: number }[] = []
  const addRange = (first: number, last: number): void => {
    if (first <= last) ranges.push({ from: first, to: last })
  }
  if (heldQuantity === ZERO) {
    addRange(from, Math.min(to, sells))
    addRange(Math.max(from, buys), to)
    return { base, step, ranges, points: [ZERO] }
  }
  // What is left must be nothing, or enough to be sold.
  addRange(from, Math.min(to, sells, below))
  addRange(Math.max(from, above), Math.min(to, sells))
  addRange(Math.max(from, buys), Math.min(to, below))
  addRange(Math.max(from, buys, above), to)
  const close = negate(heldQuantity)
  const closable = absolute(close) >= least && (lower ?? close) <= close && close <= (upper ?? close)
  return { base, step, ranges, points: !closable ? [ZERO] : close < ZERO ? [close, ZERO] : [ZERO, close] }
}

/**
 * The lots from base that are the least buy and the least sale, the last that leave the least of what is held and the first that
 * leave the least beyond 0. Two divisions say them all: of a sum of two numbers, ⌈(a + b)/step⌉ follows from their remainders.
 */
function countMinimums({ base, step, least, held }: Record<'base' | 'step' | 'least' | 'held', bigint>): {
  readonly buys: number
  readonly sells: number
  readonly below: number
  readonly above: number
} {
  if (base !== 0n) {
    const count = (quantity: bigint, mode: Rounding): number => Number(divideInteger(quantity - base, step, mode))
    return {
      buys: count(least, 'ceiling'),
      sells: count(-least, 'floor'),
      below: count(-held - least, 'floor'),
      above: count(least - held, 'ceiling'),
    }
  }
  const [leastLots, leastRest] = [least / step, least % step]
  const [heldLots, heldRest] = [held / step, held % step]
  const ceiling = (lots: bigint, rest: bigint): number => Number(lots) + (rest > step ? 2 : rest > 0n ? 1 : 0)
  const buys = ceiling(leastLots, leastRest)
  return {
    buys,
    sells: -buys,
    below: -ceiling(heldLots + leastLots, heldRest + leastRest),
    above: ceiling(leastLots - heldLots, leastRest - heldRest),
  }
}

/** Lots from 0 where float64 counts them, else steps of a power of ten of lots from an order. */
function stepFrom(lot: Decimal, near: Decimal, most: Decimal): { base: Decimal; step: Decimal } {
  let step: Decimal = lot
  while (Number(most) > Number(step) * COUNT_MAX) step = fromUnits(step * 10n)
  return { base: step === lot ? ZERO : near, step }
}
