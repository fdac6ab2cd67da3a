/** Refusals of option pricing: one sound call, with one thing changed. */
import { strikeOfDelta } from '../../src/core/pricing/delta-convention.ts'
import { impliedVol } from '../../src/core/pricing/implied-vol.ts'
import type { OptionWithVol } from '../../src/core/pricing/option-terms.ts'
import { valueOption } from '../../src/core/pricing/option-value.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const CALL: OptionWithVol = { right: 'call', forward: 110, strike: 90, years: 0.25, rate: 0, vol: 0.6 }
const valued = (change: Partial<OptionWithVol>) => issuesOf(valueOption({ ...CALL, ...change }, 'BTC-C'))
const implied = (price: number) => issuesOf(impliedVol({ ...CALL, price }, 'BTC-C'))

export const PRICING_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'pricing.forward': {
    refused: () => valued({ forward: Number.NaN }),
    reads:
      'BTC-C.forward: forward must be above 0, was NaN; give the forward of the expiry itself, from a future or from put-call parity',
  },
  'pricing.strike': {
    refused: () => valued({ strike: -1 }),
    reads: 'BTC-C.strike: strike must be above 0, was -1; give the strike in the currency of the forward',
  },
  'pricing.expired': {
    refused: () => valued({ years: 0 }),
    reads:
      'BTC-C.years: years must be above 0, was 0; an option at or after its expiry is worth its settlement: leave it out',
  },
  'pricing.rate': {
    refused: () => valued({ rate: 5000 }),
    reads:
      'BTC-C.rate: rate must be a continuous annual fraction with |rate·years| at most 700, was 5000; 0 where premium is not discounted',
  },
  'pricing.vol': {
    refused: () => valued({ vol: 0 }),
    reads:
      'BTC-C.vol: vol must be an annual fraction above 0 with vol·√years at most 77, was 0; an option without volatility has no Greeks: give its mark volatility',
  },
  'pricing.price': {
    refused: () => implied(-1),
    reads:
      'BTC-C.price: price must be a finite number of at least 0, was -1; a side without a quote has no price: leave it out',
  },
  'pricing.below-intrinsic': {
    refused: () => implied(19),
    reads:
      'BTC-C.price: price must be at least the intrinsic value 20, was 19; no volatility gives it: check that forward, strike and price are of one currency, time and expiry',
  },
  'pricing.above-maximum': {
    refused: () => implied(110),
    reads:
      'BTC-C.price: price must be below 110, what the call is worth at infinite volatility, was 110; a premium in coin is multiplied by the forward first',
  },
  'pricing.unidentified': {
    refused: () => implied(20),
    reads:
      'BTC-C.price: price must differ from the intrinsic value 20 in float64, was 20; every small volatility gives it: take the option out of the money of the same strike',
  },
  'pricing.delta': {
    refused: () =>
      issuesOf(
        strikeOfDelta({ right: 'call', forward: 110, deviation: 0.3, yieldDiscount: 1, delta: -0.25 }, 'forward'),
      ),
    reads:
      'delta: delta must be between 0 and 1 in this convention, was -0.25; no strike has it: check the sign, and whether the delta is of the forward or of spot and less the premium',
  },
}
