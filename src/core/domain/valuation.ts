/**
 * What one unit is worth, exactly: delta notional, settled value and unrealised profit by kind of contract.
 * linear: multiplier is underlying per contract, profit = q·m·(P − entry) in the quote currency.
 * inverse: multiplier is quote currency per contract, profit = q·m·(1/entry − 1/P) in the coin.
 */
import type { Decimal } from '../base/decimal.ts'
import { negate, ONE, ZERO } from '../base/decimal.ts'
import { RATIO_ZERO, type Ratio, ratioAdd, ratioMultiply, ratioOf, reduce } from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import type { Instrument } from './instrument.ts'

const UNIT = 10n ** 18n
/** Of the products of two and of three decimals. */
const UNIT_SQUARED = UNIT ** 2n
const UNIT_CUBED = UNIT ** 3n

/** Traded value of one unit in the quote currency. */
export function unitNotional(instrument: Instrument, price: Decimal): Ratio {
  if (instrument.kind === 'spot') return ratioOf(price)
  if (instrument.contract === 'inverse') return ratioOf(instrument.multiplier)
  return ratioMultiply(ratioOf(instrument.multiplier), ratioOf(price))
}

/** Delta notional of one unit in the numeraire, `rate` being what one unit of the quote currency is worth. */
export function unitDelta(instrument: Instrument, price: Decimal, rate: Decimal): Ratio {
  if (instrument.kind === 'option') assert(false, `option ${instrument.id} has no delta without a pricing model`)
  const notional = unitNotional(instrument, price)
  return rate === ONE ? notional : ratioMultiply(notional, ratioOf(rate))
}

/** Priced by what one unit of the settle currency buys: inverse perps and futures. Options are priced in what they settle in. */
export const isReciprocal = (instrument: Instrument): boolean =>
  (instrument.kind === 'perp' || instrument.kind === 'future') && instrument.contract === 'inverse'

/**
 * What trading a signed quantity at a price is worth in the settle currency: −q·m·P, inverse +q·m/P. Profit is the sum over
 * the trades of a position that ends flat.
 */
export function tradeValue(instrument: Instrument, quantity: Decimal, price: Decimal): Ratio {
  if (instrument.multiplier === ONE && !isReciprocal(instrument)) return { n: -quantity * price, d: UNIT_SQUARED }
  const size = quantity * instrument.multiplier
  return isReciprocal(instrument) ? { n: size, d: price * UNIT } : { n: -size * price, d: UNIT_CUBED }
}

/** Profit not yet settled, in the settle currency; 0 for spot and for flat positions. */
export function unrealised(
  instrument: Instrument,
  position: { readonly quantity: Decimal; readonly entry: Decimal | null; readonly price: Decimal },
): Ratio {
  const { quantity, entry, price } = position
  if (instrument.kind === 'spot' || quantity === ZERO) return RATIO_ZERO
  assert(entry !== null, `held ${instrument.id} has no entry price`)
  return reduce(ratioAdd(tradeValue(instrument, quantity, entry), tradeValue(instrument, negate(quantity), price)))
}
