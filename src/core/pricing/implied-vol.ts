/**
 * The volatility that a price implies (`implied-deviation.ts`), with how sure the price's own digits make it: half a unit in the last
 * place of the price, divided by vega. What implies none is refused by name; a column says it by a code and leaves 0.
 */
import { assert, assertNever, type Issue, type Result, succeed } from '../base/result.ts'
import { intrinsicOf, logMoneyness, signOf } from './black76.ts'
import { impliedDeviation, slopeAt } from './implied-deviation.ts'
import { checkTerms, isComputable, isRate, type OptionTerms } from './option-terms.ts'
import type { OptionColumns } from './value-columns.ts'

export interface ImpliedVol {
  readonly vol: number
  /** No vol nearer than this can be told from it by the price. */
  readonly resolution: number
}

/** What became of a row, by number. */
export const IMPLIED_STATUS = {
  implied: 0,
  terms: 1,
  price: 2,
  belowIntrinsic: 3,
  aboveMaximum: 4,
  unidentified: 5,
} as const
export type ImpliedStatus = (typeof IMPLIED_STATUS)[keyof typeof IMPLIED_STATUS]

/** @param price discounted as the terms say, in the currency of the strike */
export function impliedVol(option: OptionTerms & { readonly price: number }, path = ''): Result<ImpliedVol> {
  const { right, forward, strike, years, rate, price } = option
  const issues = checkTerms(option, path)
  if (issues.length > 0) return { ok: false, error: issues }
  const sign = signOf(right)
  const grown = price * Math.exp(rate * years)
  const status = statusOf(sign, forward, strike, grown)
  if (status !== IMPLIED_STATUS.implied) return { ok: false, error: [issueOf(status, option, path)] }
  const deviation = deviationOf(sign, forward, strike, grown)
  const slope = Math.sqrt(forward) * Math.sqrt(strike) * slopeAt(logMoneyness(forward, strike), deviation)
  const root = Math.sqrt(years)
  const ulp = Math.max(grown * Number.EPSILON, Number.MIN_VALUE)
  return succeed({
    vol: deviation / root,
    resolution: Math.max((0.5 * ulp) / slope, 0.5 * Number.EPSILON * deviation) / root,
  })
}

/** Fills vol and status, row by row. @returns how many rows have no vol; theirs is 0 */
export function impliedVolColumns(
  options: Omit<OptionColumns, 'vol'>,
  { price, vol, status }: { readonly price: Float64Array; readonly vol: Float64Array; readonly status: Uint8Array },
): number {
  const { sign, forward, strike, years, rate } = options
  assert(vol.length === sign.length && price.length === sign.length, `columns must have ${sign.length} rows`)
  let refused = 0
  for (let k = 0; k < sign.length; k++) {
    const [f, strikeAt, t, r] = [forward[k]!, strike[k]!, years[k]!, rate[k]!]
    const computable = isComputable(f, strikeAt, t) && isRate(r, t)
    const grown = r === 0 ? price[k]! : price[k]! * Math.exp(r * t)
    const found = computable ? statusOf(sign[k]!, f, strikeAt, grown) : IMPLIED_STATUS.terms
    status[k] = found
    vol[k] = found === IMPLIED_STATUS.implied ? deviationOf(sign[k]!, f, strikeAt, grown) / Math.sqrt(t) : 0
    if (found !== IMPLIED_STATUS.implied) refused++
  }
  return refused
}

function statusOf(sign: number, forward: number, strike: number, price: number): ImpliedStatus {
  if (!(price >= 0 && price < Number.POSITIVE_INFINITY)) return IMPLIED_STATUS.price
  const intrinsic = intrinsicOf(sign, forward, strike)
  if (price < intrinsic) return IMPLIED_STATUS.belowIntrinsic
  if (price >= (sign > 0 ? forward : strike)) return IMPLIED_STATUS.aboveMaximum
  return price - intrinsic > 0 ? IMPLIED_STATUS.implied : IMPLIED_STATUS.unidentified
}

function deviationOf(sign: number, forward: number, strike: number, price: number): number {
  const scale = Math.sqrt(forward) * Math.sqrt(strike)
  const value = (price - intrinsicOf(sign, forward, strike)) / scale
  const missing = ((sign > 0 ? forward : strike) - price) / scale
  return impliedDeviation({ x: -Math.abs(logMoneyness(forward, strike)), value, missing })
}

function issueOf(
  status: Exclude<ImpliedStatus, 0>,
  { right, forward, strike, price, rate, years }: OptionTerms & { readonly price: number },
  path: string,
): Issue {
  const at = path === '' ? 'price' : `${path}.price`
  const discount = Math.exp(-rate * years)
  const intrinsic = discount * intrinsicOf(signOf(right), forward, strike)
  const most = discount * (right === 'call' ? forward : strike)
  switch (status) {
    case IMPLIED_STATUS.terms:
    case IMPLIED_STATUS.price:
      return {
        code: 'pricing.price',
        path: at,
        message: `price must be a finite number of at least 0, was ${price}`,
        hint: 'a side without a quote has no price: leave it out',
      }
    case IMPLIED_STATUS.belowIntrinsic:
      return {
        code: 'pricing.below-intrinsic',
        path: at,
        message: `price must be at least the intrinsic value ${intrinsic}, was ${price}`,
        hint: 'no volatility gives it: check that forward, strike and price are of one currency, time and expiry',
      }
    case IMPLIED_STATUS.aboveMaximum:
      return {
        code: 'pricing.above-maximum',
        path: at,
        message: `price must be below ${most}, what the ${right} is worth at infinite volatility, was ${price}`,
        hint: 'a premium in coin is multiplied by the forward first',
      }
    case IMPLIED_STATUS.unidentified:
      return {
        code: 'pricing.unidentified',
        path: at,
        message: `price must differ from the intrinsic value ${intrinsic} in float64, was ${price}`,
        hint: 'every small volatility gives it: take the option out of the money of the same strike',
      }
    default:
      return assertNever(status)
  }
}
