/** What an option is, as its price needs it, and what of that can be computed with: everything wrong is said at once. */
import type { Issue } from '../base/result.ts'
import type { OptionRight } from './black76.ts'

/** One option on the forward of its expiry. */
export interface OptionTerms {
  readonly right: OptionRight
  /** Of the underlying at the option's own expiry, > 0. */
  readonly forward: number
  readonly strike: number
  /** To expiry, of 365 days, > 0. */
  readonly years: number
  /** Continuous, of the discount e^(−rate·years); 0 where premium is paid in the measure of the forward, as coin options do. */
  readonly rate: number
}

export interface OptionWithVol extends OptionTerms {
  /** Annual, > 0. */
  readonly vol: number
}

/** Amounts and times between which nothing over- or underflows on the way to any Greek. */
const AMOUNT = { least: 1e-100, most: 1e100 }
const TIME = { least: 1e-20, most: 1e20 }
const isWithin = (value: number, { least, most }: typeof AMOUNT): boolean => value >= least && value <= most

export const isComputable = (forward: number, strike: number, years: number): boolean =>
  isWithin(forward, AMOUNT) && isWithin(strike, AMOUNT) && isWithin(years, TIME)
export const isVol = (vol: number, years: number): boolean =>
  isWithin(vol, TIME) && vol * vol * years <= DEVIATION_MAX * DEVIATION_MAX
export const isRate = (rate: number, years: number): boolean => Math.abs(rate * years) <= DISCOUNT_MAX

/** Beyond it every option is worth its maximum in float64. */
const DEVIATION_MAX = 77
/** e^700 is the largest discount in float64. */
const DISCOUNT_MAX = 700

export function checkTerms({ forward, strike, years, rate }: OptionTerms, path: string): Issue[] {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const issues: Issue[] = [
    {
      code: 'pricing.forward',
      key: 'forward',
      range: AMOUNT,
      value: forward,
      hint: 'give the forward of the expiry itself, from a future or from put-call parity',
    },
    {
      code: 'pricing.strike',
      key: 'strike',
      range: AMOUNT,
      value: strike,
      hint: 'give the strike in the currency of the forward',
    },
    {
      code: 'pricing.expired',
      key: 'years',
      range: TIME,
      value: years,
      hint: 'an option at or after its expiry is worth its settlement: leave it out',
    },
  ]
    .filter(({ value, range }) => !isWithin(value, range))
    .map(({ code, key, value, range, hint }) => {
      const bound = value > 0 ? `between ${range.least} and ${range.most}` : 'above 0'
      return { code, path: at(key), message: `${key} must be ${bound}, was ${value}`, hint }
    })
  if (!isRate(rate, years)) {
    const message = `rate must be a continuous annual fraction with |rate·years| at most ${DISCOUNT_MAX}, was ${rate}`
    issues.push({ code: 'pricing.rate', path: at('rate'), message, hint: '0 where premium is not discounted' })
  }
  return issues
}

export function checkVol({ vol, years }: { readonly vol: number; readonly years: number }, path: string): Issue[] {
  if (isVol(vol, years)) return []
  const message = `vol must be an annual fraction above 0 with vol·√years at most ${DEVIATION_MAX}, was ${vol}`
  const hint = 'an option without volatility has no Greeks: give its mark volatility'
  return [{ code: 'pricing.vol', path: path === '' ? 'vol' : `${path}.vol`, message, hint }]
}
