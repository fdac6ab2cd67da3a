import { describe, expect, test } from 'vitest'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { forwardAt, makeForwardCurve, parityForward } from '../../../src/core/pricing/forward-curve.ts'
import { butterflyMargin, calendarMargin } from '../../../src/core/pricing/smile-arbitrage.ts'
import { type OptionQuote, type SmilePoints, smilePoints } from '../../../src/core/pricing/smile-quotes.ts'
import { rawOfSsvi, type SsviSlice, totalVarianceAt } from '../../../src/core/pricing/svi.ts'
import { fitSurface, surfaceVol } from '../../../src/core/pricing/vol-surface.ts'
import { absent, CHAINS, chainQuotes, median, type Quote } from './reference.ts'

const answered = <T>(answer: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

/** Quotes two percent wide around a slice, in and out of the money, of which some lack a side. */
function quotesOf(slice: SsviSlice, years: number): SmilePoints {
  const forward = 100
  const quotes: OptionQuote[] = Array.from({ length: 25 }, (_, n) => {
    const k = (n - 12) / 20
    const strike = forward * Math.exp(k)
    const deviation = Math.sqrt(totalVarianceAt(rawOfSsvi(slice), k))
    const right = n % 2 === 0 ? 'call' : 'put'
    const at = (factor: number): number => undiscountedValue(right, { forward, strike, deviation: deviation * factor })
    return { right, strike, bid: at(0.99), ask: n === 20 ? null : at(1.01) } as const
  })
  const both = quotes.flatMap((quote) => [quote, mirrored(quote, forward)])
  return answered(smilePoints({ forward, years, quotes: both }))
}

/** The other right of the strike, by parity. */
const mirrored = ({ right, strike, bid, ask }: OptionQuote, forward: number): OptionQuote => {
  const apart = right === 'call' ? strike - forward : forward - strike
  const shifted = (price: number | null): number | null => (price === null ? null : price + apart)
  return { right: right === 'call' ? 'put' : 'call', strike, bid: shifted(bid), ask: shifted(ask) }
}

const SLICES: readonly (readonly [years: number, slice: SsviSlice])[] = [
  [0.1, { theta: 0.04, psi: 0.25, rho: -0.2 }],
  [0.3, { theta: 0.11, psi: 0.45, rho: -0.3 }],
  [0.9, { theta: 0.3, psi: 0.8, rho: -0.35 }],
]

describe('a fitted surface', () => {
  test('[PRICE-16] quotes of an SSVI surface give it back; what has no two sides is counted by why', () => {
    const points = SLICES.map(([years, slice]) => quotesOf(slice, years))
    expect(points[0]!.leftOut).toEqual({ 'pricing.price': 1 })
    for (const model of ['ssvi', 'svi'] as const) {
      const { slices } = answered(fitSurface(points.toReversed(), model))
      for (const [n, { svi, error }] of slices.entries()) {
        expect(error.vol).toBeLessThanOrEqual(1e-4)
        expect(error.inside).toBe(1)
        const truth = rawOfSsvi(SLICES[n]![1])
        for (const k of [-0.5, 0, 0.5]) {
          expect(Math.abs(totalVarianceAt(svi, k) / totalVarianceAt(truth, k) - 1)).toBeLessThanOrEqual(2e-3)
        }
      }
    }
  })

  test('[PRICE-16] quotes that cross in time are fitted as near as no arbitrage allows, and the error says how far that is', () => {
    const falling = quotesOf({ theta: 0.02, psi: 0.2, rho: 0.1 }, 0.5)
    const { slices } = answered(fitSurface([quotesOf(SLICES[0]![1], 0.1), falling], 'ssvi'))
    expect(slices[1]!.calendar).toBeGreaterThanOrEqual(0)
    expect(slices[1]!.error.inside).toBeLessThan(0.5)
    expect(slices[1]!.error.spreads).toBeGreaterThan(1)
  })

  test('[PRICE-17] between expiries total variance is linear at the same ln(K/F); outside the surface is refused', () => {
    const surface = answered(
      fitSurface(
        SLICES.map(([years, slice]) => quotesOf(slice, years)),
        'ssvi',
      ),
    )
    const variance = (k: number, years: number): number => answered(surfaceVol(surface, k, years)) ** 2 * years
    expect(variance(0.2, 0.2)).toBeCloseTo(0.5 * (variance(0.2, 0.1) + variance(0.2, 0.3)), 12)
    expect(variance(0.2, 0.05)).toBeCloseTo(0.5 * variance(0.2, 0.1), 12)
    for (const years of [0, 0.91, Number.NaN]) {
      const answer = surfaceVol(surface, 0, years)
      expect(answer.ok ? [] : answer.error.map(({ code }) => code)).toEqual(['pricing.outside-surface'])
    }
  })

  const smilesOf = (quotes: readonly Quote[]): SmilePoints[] =>
    [...new Set(quotes.map(({ expiry }) => expiry))].toSorted().flatMap((expiry) => {
      const rows = quotes.filter((each) => each.expiry === expiry)
      const { forward, years } = rows[0]!
      const inQuote = (price: number | null): number | null => (price === null ? null : price * forward)
      const points = smilePoints({
        forward,
        years,
        quotes: rows.map(({ right, strike, bid, ask }) => ({ right, strike, bid: inQuote(bid), ask: inQuote(ask) })),
      })
      return points.ok ? [points.value] : []
    })

  test.skipIf(absent).each(CHAINS)(
    '[PRICE-18] the chains of %s are fitted without arbitrage, near their quotes',
    (name) => {
      for (const currency of ['BTC', 'ETH']) {
        const points = smilesOf(chainQuotes(name).filter((each) => each.currency === currency))
        expect(points.length).toBeGreaterThanOrEqual(10)
        const { slices } = answered(fitSurface(points, 'ssvi'))
        for (const [n, { svi, butterfly, calendar }] of slices.entries()) {
          expect(butterfly).toBeGreaterThanOrEqual(0)
          expect(butterflyMargin(svi).margin).toBe(butterfly)
          if (n > 0) expect(calendar).toBeGreaterThanOrEqual(-1e-12)
          if (n > 1) expect(calendarMargin(slices[n - 2]!.svi, svi).margin).toBeGreaterThanOrEqual(-1e-12)
        }
        expect(median(slices.map(({ error }) => error.spreads))).toBeLessThan(1.6)
      }
    },
  )

  test.skipIf(absent)(
    '[PRICE-18] freed to raw SVI no slice fits worse, and the surface stays without arbitrage',
    () => {
      const points = smilesOf(chainQuotes(CHAINS[0]).filter(({ currency }) => currency === 'BTC'))
      const [ssvi, svi] = (['ssvi', 'svi'] as const).map((model) => answered(fitSurface(points, model)).slices)
      for (const [n, slice] of svi!.entries()) {
        expect(slice.error.spreads).toBeLessThanOrEqual(ssvi![n]!.error.spreads)
        expect(slice.butterfly).toBeGreaterThanOrEqual(0)
        if (n > 0) expect(slice.calendar).toBeGreaterThanOrEqual(0)
      }
      expect(median(svi!.map(({ error }) => error.spreads))).toBeLessThan(0.5)
    },
  )
})

describe('forwards', () => {
  const pairs = (terms: { forward: number; discount: number; coin: boolean }) =>
    [80, 95, 100, 120].map((strike) => {
      const { forward, discount, coin } = terms
      const scale = coin ? 1 / forward : discount
      const value = (right: 'call' | 'put'): number =>
        scale * undiscountedValue(right, { forward, strike, deviation: 0.3 })
      const half = 0.001 * strike * scale
      const [call, put] = [value('call'), value('put')]
      return { strike, callBid: call - half, callAsk: call + half, putBid: put - half, putAsk: put + half }
    })

  test('[PRICE-19] put-call parity gives forward and discount, in the quote currency and in coin', () => {
    const quote = answered(parityForward(pairs({ forward: 103, discount: 0.97, coin: false }), 'quote'))
    expect(quote.forward).toBeCloseTo(103, 9)
    expect(quote.discount).toBeCloseTo(0.97, 11)
    expect(quote.spreads).toBeLessThan(1e-9)
    expect(answered(parityForward(pairs({ forward: 103, discount: 1, coin: true }), 'coin')).forward).toBeCloseTo(
      103,
      9,
    )
  })

  test.skipIf(absent).each(CHAINS)(
    '[PRICE-19] the chain of %s gives the forwards of its expiries to a tenth of a percent',
    (name) => {
      const quotes = chainQuotes(name)
      const expiries = [...new Set(quotes.map(({ currency, expiry }) => `${currency} ${expiry}`))].toSorted()
      for (const each of expiries) {
        const rows = quotes.filter(({ currency, expiry }) => `${currency} ${expiry}` === each)
        const both = rows.flatMap((call) => {
          const put = rows.find((other) => other.right === 'put' && other.strike === call.strike)
          const { bid, ask } = call
          if (call.right === 'put' || !put || bid === null || ask === null || put.bid === null || put.ask === null)
            return []
          return [{ strike: call.strike, callBid: bid, callAsk: ask, putBid: put.bid, putAsk: put.ask }]
        })
        const { forward } = answered(parityForward(both, 'coin'))
        expect(Math.abs(forward / median(rows.map((row) => row.forward)) - 1)).toBeLessThan(1e-3)
      }
    },
  )

  test('[PRICE-20] a curve passes through its nodes, with a constant annual basis between them, and ends at the last', () => {
    const curve = answered(
      makeForwardCurve(100, [
        { years: 1, forward: 121 },
        { years: 0.5, forward: 110 },
      ]),
    )
    expect(answered(forwardAt(curve, 0))).toBe(100)
    expect(answered(forwardAt(curve, 0.5))).toBe(110)
    expect(answered(forwardAt(curve, 0.25))).toBeCloseTo(Math.sqrt(100 * 110), 10)
    expect(answered(forwardAt(curve, 0.75))).toBeCloseTo(Math.sqrt(110 * 121), 10)
    for (const years of [-0.1, 1.01, Number.NaN]) expect(forwardAt(curve, years).ok).toBe(false)
    expect(makeForwardCurve(100, [{ years: 0, forward: 121 }]).ok).toBe(false)
  })
})
