/** Refusals of option pricing: one sound call, with one thing changed. */
import { strikeOfDelta } from '../../src/core/pricing/delta-convention.ts'
import { forwardAt, makeForwardCurve, parityForward } from '../../src/core/pricing/forward-curve.ts'
import { impliedVol } from '../../src/core/pricing/implied-vol.ts'
import type { OptionWithVol } from '../../src/core/pricing/option-terms.ts'
import { valueOption } from '../../src/core/pricing/option-value.ts'
import { sabrVol } from '../../src/core/pricing/sabr.ts'
import { fitSabr } from '../../src/core/pricing/smile-fit.ts'
import { type SmilePoints, smilePoints } from '../../src/core/pricing/smile-quotes.ts'
import { fitSurface, surfaceVol } from '../../src/core/pricing/vol-surface.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const CALL: OptionWithVol = { right: 'call', forward: 110, strike: 90, years: 0.25, rate: 0, vol: 0.6 }
const valued = (change: Partial<OptionWithVol>) => issuesOf(valueOption({ ...CALL, ...change }, 'BTC-C'))
const implied = (price: number) => issuesOf(impliedVol({ ...CALL, price }, 'BTC-C'))

const PAIR = { strike: 100, callBid: 5, callAsk: 6, putBid: 4, putAsk: 5 }
const SMILE: SmilePoints = {
  forward: 100,
  years: 0.5,
  k: Float64Array.of(-0.3, -0.1, 0, 0.1, 0.3),
  vol: Float64Array.of(0.7, 0.62, 0.6, 0.59, 0.61),
  halfSpread: new Float64Array(5).fill(0.01),
  leftOut: {},
}
/** Volatilities that are no numbers, as a program that skips `smilePoints` may hand over. */
const EMPTY: SmilePoints = { ...SMILE, years: 1, vol: new Float64Array(5).fill(Number.NaN) }

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
  'pricing.few-quotes': {
    refused: () => issuesOf(smilePoints({ forward: 100, years: 0.5, quotes: [] }, 'BTC-26JUN')),
    reads:
      'BTC-26JUN.quotes: quotes of an expiry must be at least 5 out of the money with a volatility on both sides, was 0; leave the expiry out, or take quotes of a quieter moment',
  },
  'pricing.expiries': {
    refused: () => issuesOf(fitSurface([SMILE, SMILE], 'ssvi')),
    reads:
      'expiries: expiries must be at least one, each once, was two at 0.5 years; gather the quotes of an expiry in one',
  },
  'pricing.no-slice': {
    refused: () => issuesOf(fitSurface([SMILE, EMPTY], 'ssvi')),
    reads:
      'expiries.1: quotes at 1 years must allow a slice above the one before it, was none; leave out quotes that are stale, or the expiry',
  },
  'pricing.outside-surface': {
    refused: () => {
      const surface = fitSurface([SMILE], 'ssvi')
      return surface.ok ? issuesOf(surfaceVol(surface.value, 0, 2)) : surface.error
    },
    reads:
      'years: years must be above 0 and at most the last expiry of the surface 0.5, was 2 (k 0); fit the surface to later expiries too',
  },
  'pricing.quote': {
    refused: () => issuesOf(parityForward([{ ...PAIR, callAsk: 5 }], 'quote')),
    reads:
      '0: call and put must have bids of at least 0 below their asks, and a strike above 0, was {"strike":100,"callBid":5,"callAsk":5,"putBid":4,"putAsk":5}; leave out strikes that lack a side',
  },
  'pricing.parity': {
    refused: () => issuesOf(parityForward([PAIR], 'quote')),
    reads:
      'quotes: calls less puts must fall with the strike, of two strikes at least (in coin of one), was 1 of slope NaN; check that calls and puts are of one expiry, and the currency premium is paid in',
  },
  'pricing.curve': {
    refused: () => issuesOf(makeForwardCurve(100, [{ years: 0, forward: 101 }])),
    reads: '0: forward and years must be above 0, each time once, was forward 101 at 0 years; one price an expiry',
  },
  'pricing.outside-curve': {
    refused: () => {
      const curve = makeForwardCurve(100, [{ years: 0.5, forward: 101 }])
      return curve.ok ? issuesOf(forwardAt(curve.value, 1)) : curve.error
    },
    reads: 'years: years must be from 0 to the last of the curve 0.5, was 1; add a later future or expiry to the curve',
  },
  'pricing.sabr': {
    refused: () => issuesOf(sabrVol({ alpha: 0.3, beta: 0.5, nu: 0.4, rho: 1 }, { forward: 100, years: 1 }, 120)),
    reads:
      'sabr: SABR must have α > 0, β from 0 to 1, ν ≥ 0, |ρ| < 1, and a volatility above 0 at strike 120, was α 0.3, β 0.5, ν 0.4, ρ 1; the expansion holds for short expiries and strikes near the forward',
  },
  'pricing.sabr-fit': {
    refused: () => issuesOf(fitSabr(SMILE, 2)),
    reads:
      'points: volatilities and β must be of a smile that SABR can follow, with β from 0 to 1, was β 2; state β from 0 to 1, and take the volatilities of `smilePoints`',
  },
  'pricing.delta-terms': {
    refused: () =>
      issuesOf(strikeOfDelta({ right: 'call', forward: 110, deviation: 0, yieldDiscount: 1, delta: 0.25 }, 'forward')),
    reads:
      ': forward and yieldDiscount must be above 0 and deviation between 0 and 38, was 110, 1 and 0; deviation is vol·√years; without any every strike has the delta of its exercise',
  },
}
