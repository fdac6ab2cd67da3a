/**
 * Stage 6: exact quantities on each instrument's lot grid, rounded once and towards no trade. Where a trade ends on a
 * weight that somebody wrote down (a target, the edge of a band, a limit), the quantity is computed from that exact
 * ratio and not from its float64 image: a target 2.9e-26 of a lot below 1685 lots gives 1684. No order is below the venue's
 * minimum, no remainder is left that could never be sold, and a limit that rounding one leg would break takes lots off
 * the others.
 */
import { absolute, add, type Decimal, negate, ONE, roundTo, signOf, subtract, toNumber, ZERO } from '../base/decimal.ts'
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
  ratioSign,
  ratioSubtract,
  ratioToDecimal,
  ratioToNumber,
} from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import { unitDelta } from '../domain/valuation.ts'
import { anchorsOf } from './anchors.ts'
import { exceeds, limitRows, measureRow, slopeRow } from './limits.ts'
import type { Allowed, LimitName, PlanInputs, Quantized, Reason, Valued } from './plan-types.ts'

/** A float64 weight this near an exact one is its image. */
const IMAGE = 1e-12

export function quantize(inputs: PlanInputs, held: Valued, allowed: Allowed): Quantized {
  const { universe } = inputs.mandate
  const because: Reason[][] = universe.instruments.map(() => [])
  const quantity = universe.instruments.map((_, j): Decimal => {
    const weight = allowed.byInstrument[j]!
    if (weight === 0) return ZERO
    const exact = exactTrade(inputs, held, { allowed, j })
    return roundLeg(inputs, held, { j, exact, because: because[j]! })
  })
  shrinkToLimits(inputs, held, { quantity, because })
  return { quantity, because }
}

/** The allowed trade of one instrument as an exact quantity. */
function exactTrade(inputs: PlanInputs, held: Valued, { allowed, j }: { allowed: Allowed; j: number }): Ratio {
  const { universe } = inputs.mandate
  const u = universe.underlyingOf[j]!
  const heldQuantity = held.quantity[j]!
  const weight = allowed.byInstrument[j]!
  if (Math.abs(toNumber(heldQuantity) * held.unitWeight[j]! + weight) <= IMAGE)
    return ratioNegate(ratioOf(heldQuantity))
  const perUnit = exactUnitDelta(inputs, j)
  const alone = universe.instrumentsOf[u]!.every((k) => k === j || allowed.byInstrument[k] === 0)
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

/** One leg on its grid: whole lots towards zero, a full close exactly what is held, minimums, no unsellable remainder. */
function roundLeg(
  inputs: PlanInputs,
  held: Valued,
  { j, exact, because }: { j: number; exact: Ratio; because: Reason[] },
): Decimal {
  const instrument = inputs.mandate.universe.instruments[j]!
  const { lot } = instrument.grid
  const heldQuantity = held.quantity[j]!
  // Only an opposite sign can close, which is quicker to see.
  const closes =
    heldQuantity !== ZERO &&
    signOf(heldQuantity) === -ratioSign(exact) &&
    ratioCompare(ratioNegate(ratioOf(heldQuantity)), exact) === 0
  let quantity = closes ? negate(heldQuantity) : ratioRoundTo(exact, lot, 'down')
  if (closes) because.push({ kind: 'fullClose' })
  else quantity = keepSellable(inputs, { j, quantity, heldQuantity, because })
  const small = quantity === ZERO && !closes ? null : belowMinimum(inputs, j, absolute(quantity))
  if (small !== null) {
    because.push(small)
    return ZERO
  }
  const leftover = ratioToNumber(ratioSubtract(exact, ratioOf(quantity))) * held.unitWeight[j]!
  if (leftover !== 0) because.push({ kind: 'lot', lot, leftover })
  return quantity
}

/** Takes lots off a reduction that would leave something too small to be sold later. */
function keepSellable(
  inputs: PlanInputs,
  leg: { j: number; quantity: Decimal; heldQuantity: Decimal; because: Reason[] },
): Decimal {
  const { j, quantity, heldQuantity, because } = leg
  const reduces = signOf(quantity) * signOf(heldQuantity) < 0
  const remainder = absolute(add(heldQuantity, quantity))
  if (!reduces || remainder === ZERO || absolute(quantity) > absolute(heldQuantity)) return quantity
  if (belowMinimum(inputs, j, remainder) === null) return quantity
  const least = leastOrder(inputs, j)
  const most = roundTo(
    subtract(absolute(heldQuantity), least),
    inputs.mandate.universe.instruments[j]!.grid.lot,
    'floor',
  )
  because.push({ kind: 'remainderUnsellable', remainder })
  return signOf(most) <= 0 ? ZERO : signOf(quantity) < 0 ? negate(most) : most
}

/** The minimum an order of this size falls short of, or null. */
function belowMinimum(inputs: PlanInputs, j: number, size: Decimal): Extract<Reason, { kind: 'belowMinimum' }> | null {
  const { grid } = inputs.mandate.universe.instruments[j]!
  if (size < grid.quantityMin)
    return { kind: 'belowMinimum', minimum: grid.quantityMin, of: 'quantity', was: size, currency: null }
  if (grid.notionalMin === null) return null
  const { amount, currency } = grid.notionalMin
  const notional = ratioMultiply(ratioOf(size), exactNotionalIn(inputs, j, currency))
  if (ratioCompare(notional, ratioOf(amount)) >= 0) return null
  return { kind: 'belowMinimum', minimum: amount, of: 'notional', was: ratioToDecimal(notional, 'floor'), currency }
}

/** Exact notional of one unit in a currency. */
function exactNotionalIn(inputs: PlanInputs, j: number, currency: string): Ratio {
  const rate = inputs.market.rate[inputs.mandate.universe.currencies.indexOf(currency)]!
  const inNumeraire = exactUnitDelta(inputs, j)
  return rate === ONE ? inNumeraire : ratioDivide(inNumeraire, ratioOf(rate))
}

/** The smallest quantity on the grid that the venue accepts. */
function leastOrder(inputs: PlanInputs, j: number): Decimal {
  const { grid } = inputs.mandate.universe.instruments[j]!
  const byQuantity = roundTo(grid.quantityMin, grid.lot, 'ceiling')
  if (grid.notionalMin === null) return byQuantity
  const byNotional = ratioRoundTo(
    ratioDivide(ratioOf(grid.notionalMin.amount), exactNotionalIn(inputs, j, grid.notionalMin.currency)),
    grid.lot,
    'ceiling',
  )
  return byNotional > byQuantity ? byNotional : byQuantity
}

/**
 * Rounding one leg down can break a limit that it was paying for (a smaller sale brings less cash). Takes the excess off
 * the legs that add to it, in proportion, and rounds again. Sizes only fall and no trade at all obeys every row, so it ends.
 */
function shrinkToLimits(
  inputs: PlanInputs,
  held: Valued,
  { quantity, because }: { quantity: Decimal[]; because: Reason[][] },
): void {
  const { universe } = inputs.mandate
  const direction = new Int8Array(quantity.length)
  for (let j = 0; j < quantity.length; j++) direction[j] = signOf(quantity[j]!)
  if (direction.every((sign) => sign === 0)) return
  const rows = limitRows(inputs, held)
  const traded = (): Float64Array => held.unitWeight.map((weight, j) => toNumber(quantity[j]!) * weight)
  for (let now = traded(); ; now = traded()) {
    const broken = rows.find((row) => exceeds(universe, row, now))
    if (broken === undefined) return
    const slope = slopeRow(universe, broken, now, direction)
    const adds = now.map((t, j) => Math.max(0, t * slope[j]!))
    const excess = measureRow(universe, broken, now) - broken.bound
    const added = adds.reduce((sum, each) => sum + each, 0)
    if (!(added > 0)) {
      dropSmallest(now, { quantity, because, limit: broken.limit })
      continue
    }
    const keep = Math.max(0, 1 - excess / added)
    for (let j = 0; j < quantity.length; j++)
      if (adds[j]! > 0)
        shrinkLeg(inputs, {
          j,
          keep,
          quantity,
          heldQuantity: held.quantity[j]!,
          because: because[j]!,
          limit: broken.limit,
        })
  }
}

/** Where no size adds to a row it is the fee of having an order at all that breaks it: the least of them goes. */
function dropSmallest(
  traded: Float64Array,
  { quantity, because, limit }: { quantity: Decimal[]; because: Reason[][]; limit: LimitName },
): void {
  let least = -1
  traded.forEach((t, j) => {
    if (t !== 0 && (least < 0 || Math.abs(t) < Math.abs(traded[least]!))) least = j
  })
  assert(least >= 0, 'no trade at all obeys every row')
  quantity[least] = ZERO
  because[least]!.push({ kind: 'limitAfterRounding', limit })
}

/** Leaves `keep` of one leg, at least one lot less than it was. */
function shrinkLeg(
  inputs: PlanInputs,
  leg: { j: number; keep: number; quantity: Decimal[]; heldQuantity: Decimal; because: Reason[]; limit: LimitName },
): void {
  const { j, keep, quantity, heldQuantity, because, limit } = leg
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const before = quantity[j]!
  const kept = ratioRoundTo(ratioMultiply(ratioOf(before), ratioOfNumber(keep)), lot, 'down')
  const stepped = kept === before ? subtract(absolute(before), lot) : absolute(kept)
  const sized = signOf(stepped) <= 0 ? ZERO : signOf(before) < 0 ? negate(stepped) : stepped
  const sellable = keepSellable(inputs, { j, quantity: sized, heldQuantity, because })
  quantity[j] = sellable === ZERO || belowMinimum(inputs, j, absolute(sellable)) !== null ? ZERO : sellable
  because.push({ kind: 'limitAfterRounding', limit })
}

/** Exact traded notional of a quantity in the numeraire, unsigned. */
export const tradedNotional = (inputs: PlanInputs, j: number, quantity: Decimal): Ratio =>
  ratioAbsolute(ratioMultiply(ratioOf(quantity), exactUnitDelta(inputs, j)))
