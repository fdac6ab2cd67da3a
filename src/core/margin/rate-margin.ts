/**
 * Margin by one rate, as venues without tiers state it: |value|·rate, or, where the rate is of what an account's leverage leaves
 * to be covered, |value|/leverage·rate. Value is that of the position in its settle currency at a price: q·m·P, inverse
 * q·m/P in coin. Exact, and rounded up once at the 18th place.
 */
import { type Decimal, toText, ZERO } from '../base/decimal.ts'
import { ratioAbsolute, ratioDivide, ratioMultiply, ratioOf, ratioToDecimal } from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { tradeValue } from '../domain/valuation.ts'

export interface MarginRate {
  /** Fraction of the value, ≥ 0. */
  readonly rate: Decimal
  /** That the value is divided by first, > 0; null for the plain rate. */
  readonly leverage: Decimal | null
}

/**
 * @param held quantity + long, and the price > 0 it is margined at
 * @returns margin in the settle currency, ≥ 0; refused where a rate, leverage or price cannot be
 */
export function rateMargin(
  instrument: Instrument,
  held: { readonly quantity: Decimal; readonly price: Decimal },
  { rate, leverage }: MarginRate,
): Result<Money> {
  const issues = [
    ...(held.price > ZERO ? [] : outOfRange(instrument, 'price', 'above 0', held.price)),
    ...(rate >= ZERO ? [] : outOfRange(instrument, 'rate', '0 or more', rate)),
    ...(leverage === null || leverage > ZERO ? [] : outOfRange(instrument, 'leverage', 'above 0', leverage)),
  ]
  if (issues.length > 0) return fail(issues)
  const value = ratioAbsolute(tradeValue(instrument, held.quantity, held.price))
  const covered = leverage === null ? value : ratioDivide(value, ratioOf(leverage))
  return succeed({
    amount: ratioToDecimal(ratioMultiply(covered, ratioOf(rate)), 'ceiling'),
    currency: instrument.settle,
  })
}

const outOfRange = (instrument: Instrument, name: string, must: string, was: Decimal): Issue[] => [
  {
    code: 'margin.range',
    path: instrument.id,
    message: `${name} must be ${must}, was ${toText(was)}`,
    hint: 'copy the terms of the venue: nothing is guessed in their place',
  },
]
