import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { type DeltaConvention, deltaAt, strikeOfDelta } from '../../../src/core/pricing/delta-convention.ts'
import { optionArbitrary } from './options.ts'
import { absent, referenceRows } from './reference.ts'

const CONVENTIONS: Readonly<Record<string, DeltaConvention>> = {
  Spot: 'spot',
  Fwd: 'forward',
  PaSpot: 'spotPremiumAdjusted',
  PaFwd: 'forwardPremiumAdjusted',
}

describe('delta conventions', () => {
  test.skipIf(absent)('[PRICE-9] published pairs of strike and delta, both ways', () => {
    for (const row of referenceRows('quantlib/black_delta_values.csv')) {
      const [yieldDiscount, deviation] = [Number(row.foreignDf), Number(row.stdDev)]
      const forward = (Number(row.spot) * yieldDiscount) / Number(row.domesticDf)
      const terms = { right: row.type as 'call' | 'put', forward, deviation, yieldDiscount }
      const convention = CONVENTIONS[row.deltaType!]!
      const delta = deltaAt({ ...terms, strike: Number(row.strike) }, convention)
      expect(Math.abs(delta - Number(row.delta))).toBeLessThanOrEqual(Number(row.tolDelta))
      const strike = strikeOfDelta({ ...terms, delta: Number(row.delta) }, convention)
      expect(strike.ok && Math.abs(strike.value - Number(row.strike))).toBeLessThanOrEqual(Number(row.tolStrike))
    }
  })

  test.skipIf(absent)(
    '[PRICE-9] the adjusted delta is the delta less the premium, at deviation and strike 0 too',
    () => {
      for (const row of referenceRows('quantlib/premium_adjusted_consistency_inputs.csv')) {
        const [spot, years, strike] = [Number(row.spot), Number(row.timeYears), Number(row.strike)]
        const yieldDiscount = Math.exp(-Number(row.rateForeign) * years)
        const discount = Math.exp(-Number(row.rateDomestic) * years)
        const forward = (spot * yieldDiscount) / discount
        const right = row.type as 'call' | 'put'
        const terms = { right, forward, strike, deviation: Number(row.vol) * Math.sqrt(years), yieldDiscount }
        const premium = (discount * undiscountedValue(right, terms)) / spot
        const plain = deltaAt(terms, 'spot')
        expect(Math.abs(deltaAt(terms, 'spotPremiumAdjusted') - (plain - premium))).toBeLessThanOrEqual(1e-13)
        const ofForward = deltaAt(terms, 'forward') - undiscountedValue(right, terms) / forward
        expect(Math.abs(deltaAt(terms, 'forwardPremiumAdjusted') - ofForward)).toBeLessThanOrEqual(1e-13)
      }
    },
  )

  test('[PRICE-9] the strike of the delta of a strike is that strike; of an adjusted call, the one beyond the top', () => {
    const property = fc.property(
      optionArbitrary(2.5),
      fc.constantFrom(...Object.values(CONVENTIONS)),
      (option, convention) => {
        const { right, forward, strike, vol, years } = option
        const terms = { right, forward, deviation: vol * Math.sqrt(years), yieldDiscount: 0.98 }
        const delta = deltaAt({ ...terms, strike }, convention)
        const found = strikeOfDelta({ ...terms, delta }, convention)
        if (!found.ok) throw new Error(JSON.stringify(found.error))
        expect(Math.abs(deltaAt({ ...terms, strike: found.value }, convention) - delta)).toBeLessThanOrEqual(1e-11)
        const isAdjustedCall = right === 'call' && convention.endsWith('Adjusted')
        if (isAdjustedCall) expect(found.value).toBeGreaterThanOrEqual(strike * (1 - 1e-6))
        else expect(Math.abs(found.value / strike - 1)).toBeLessThanOrEqual(1e-8)
      },
    )
    fc.assert(property, { seed: 9, numRuns: 400 })
  })
})
