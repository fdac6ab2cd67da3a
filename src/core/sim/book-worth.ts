/**
 * What a book is worth, exactly: per unit and currency. A unit of spot is worth its price, of a linear contract m·P and of an
 * inverse one −m/P, in the settle currency, up to a constant that the entry brings: so what is worth most moves P&L linearly,
 * q·(U_T − U_0). Marks are float64 of the decimals they were read from: the shortest text of the number is the decimal.
 */
import { type Decimal, decimalOfNumber, ONE, toNumber, ZERO } from '../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratio,
  ratioAdd,
  ratioMultiply,
  ratioOf,
  ratioToDecimal,
  reduce,
} from '../base/ratio.ts'
import { assert } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import { isReciprocal, tradeValue } from '../domain/valuation.ts'
import type { PricePath } from './price-path.ts'

/** Exact marks and rates of a moment; null where none is known yet. */
export interface Marks {
  readonly price: readonly (Ratio | null)[]
  readonly rate: readonly (Ratio | null)[]
}

/** @param row counted from the beginning of the path */
export function marksAt({ history: { universe }, price, rate }: PricePath, row: number): Marks {
  const [n, m] = [universe.instruments.length, universe.currencies.length]
  return {
    price: Array.from(price.subarray(row * n, (row + 1) * n), exactOf),
    rate: Array.from(rate.subarray(row * m, (row + 1) * m), exactOf),
  }
}

const exactOf = (x: number): Ratio | null => (Number.isFinite(x) ? ratioOf(decimalOfNumber(x)) : null)

/** Worth of one unit in the settle currency, up to a constant of the instrument. */
export function unitWorth(instrument: Instrument, price: Ratio): Ratio {
  const multiplier = ratioOf(instrument.kind === 'spot' ? ONE : instrument.multiplier)
  if (!isReciprocal(instrument)) return ratioMultiply(multiplier, price)
  assert(price.n > 0n, `price of ${instrument.id} must be above 0`)
  return ratio(-multiplier.n * price.d, multiplier.d * price.n)
}

/** The same in float64. */
export function unitWorthNumber(instrument: Instrument, price: number): number {
  if (instrument.kind === 'spot') return price
  const multiplier = toNumber(instrument.multiplier)
  return isReciprocal(instrument) ? -multiplier / price : multiplier * price
}

/** What is held in each currency: settled money, open profit and spot. */
export function worthByCurrency(
  portfolio: Portfolio,
  { instruments, settleOf }: { readonly instruments: readonly Instrument[]; readonly settleOf: Int32Array },
  marks: Marks,
): Ratio[] {
  const worth = portfolio.cash.map(ratioOf)
  instruments.forEach((instrument, j) => {
    const quantity = portfolio.quantity[j]!
    if (quantity === ZERO) return
    const price = marks.price[j]!
    assert(price !== null, `held ${instrument.id} has no mark`)
    const position = ratioMultiply(ratioOf(quantity), unitWorth(instrument, price))
    const currency = settleOf[j]!
    worth[currency] = reduce(ratioAdd(worth[currency]!, ratioAdd(position, entryWorth(instrument, portfolio, j))))
  })
  return worth
}

/** What was given for a contract when it was entered; spot was paid for out of cash. */
function entryWorth(instrument: Instrument, portfolio: Portfolio, j: number): Ratio {
  if (instrument.kind === 'spot') return RATIO_ZERO
  const entry = portfolio.entry[j]!
  assert(entry !== null, `held ${instrument.id} has no entry price`)
  return tradeValue(instrument, portfolio.quantity[j]!, entry)
}

/** Σ worth × rate, in the numeraire. */
export function sumWorth(worth: readonly Ratio[], marks: Marks): Ratio {
  return worth.reduce((sum, each, c) => {
    if (each.n === 0n) return sum
    const rate = marks.rate[c]!
    assert(rate !== null, 'a currency that is held has no rate')
    return reduce(ratioAdd(sum, ratioMultiply(each, rate)))
  }, RATIO_ZERO)
}

/** To the 18th place, ties to even: amounts of an attribution. */
export const rounded = (amount: Ratio): Decimal => ratioToDecimal(amount, 'halfEven')
