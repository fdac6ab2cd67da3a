/** What public tools get wrong about the cost of trading, one case each; the title says the defect. */
import { describe, expect, test } from 'vitest'
import { decimal, toNumber } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { fundingTimes } from '../../../src/core/cost/carry.ts'
import { estimateCost, makeCostTerms, orderCost } from '../../../src/core/cost/cost-terms.ts'
import { averageImpact, impactCoefficient, metaorderCost, peakImpact } from '../../../src/core/cost/impact.ts'
import { NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { codesOf, perp, relativeGap, unwrap } from './reference.ts'

describe('impact', () => {
  const law = { scale: 1, exponent: 0.5 }

  test('[PEER-22] shares outstanding and other constants of the equity market: 1 BTC of 20,000 a day costs 1.4 bp, 100 cost 14', () => {
    const order = (coins: number) => ({ participation: coins / 20_000, vol: 0.55 })
    expect(1e4 * averageImpact(law, order(1))).toBeCloseTo(1.357, 3)
    expect(1e4 * averageImpact(law, order(100))).toBeCloseTo(13.571, 3)
    // Prices, coins and the age of the market are not in it: only the share of the volume and the volatility are.
    expect(averageImpact(law, { participation: 0.04, vol: 1.1 })).toBeCloseTo(
      4 * averageImpact(law, { participation: 0.01, vol: 0.55 }),
      15,
    )
  })

  test('[PEER-23] the peak of the square root taken for the price paid: the average is two thirds of it, 1/(1+δ) in general', () => {
    for (const exponent of [0.3, 0.5, 0.6, 1]) {
      const terms = { scale: 0.8, exponent }
      const order = { participation: 0.02, vol: 0.6 }
      const slices = 20_000
      let paid = 0
      for (let k = 0; k < slices; k++)
        paid += peakImpact(terms, { ...order, participation: (0.02 * (k + 0.5)) / slices }) / slices
      expect(relativeGap(averageImpact(terms, order), paid)).toBeLessThan(1e-5)
      expect(averageImpact(terms, order) / peakImpact(terms, order)).toBeCloseTo(1 / (1 + exponent), 14)
    }
  })

  test('[PEER-24] a volatility of another period than the volume: σ of a day of 365, with the volume of a day', () => {
    const c = unwrap(impactCoefficient('BTC', law, { vol: Math.sqrt(365) * 0.03, equity: 1e6, volumePerDay: 1e8 }))
    expect(relativeGap(c, 0.03 * 0.1 * (2 / 3))).toBeLessThan(1e-14)
  })

  test('[PEER-25] a large order cut into small ones to look cheap: slices on one side cost what the block costs', () => {
    const step = { coefficient: 0.02, exponent: 0.5 }
    let [traded, paid] = [0, 0]
    for (let k = 0; k < 24; k++) {
      paid += metaorderCost({ ...step, traded, trade: 0.01 })
      traded += 0.01
    }
    expect(relativeGap(paid, metaorderCost({ ...step, traded: 0, trade: 0.24 }))).toBeLessThan(1e-13)
  })

  test('[PEER-26] an unknown or thin volume filled in by a constant: it is asked for', () => {
    const market = (volumePerDay: number) => ({ vol: 0.6, equity: 1e6, volumePerDay })
    for (const volume of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(codesOf(impactCoefficient('BTC', law, market(volume)))).toEqual(['cost.range'])
  })
})

describe('one object of cost', () => {
  test('[PEER-27] optimiser and estimate with different costs: they are one object, and money never falls below it', () => {
    const universe = makeUniverse({ numeraire: 'USDT', instruments: [perp()] })
    const terms = unwrap(
      makeCostTerms({
        universe,
        market: {
          asOf: 0,
          price: [decimal('60000')],
          priceAgeMs: new Float64Array(1),
          stale: new Uint8Array(1),
          rate: [decimal('1')],
          volumePerDay: Float64Array.of(1e9),
          depth: Float64Array.of(),
        },
        vol: Float64Array.of(0.6),
        equity: decimal('1000000'),
        execution: [{ makerShare: { n: 0n, d: 1n }, fixed: decimal('1') }],
        carry: [{ kind: 'none' }],
        metaorders: [NO_METAORDER],
        impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR_MS, decayMs: DAY_MS } },
        horizonMs: 0,
      }),
    )
    for (const lots of [1, 37, 1009, -4001]) {
      const quantity = decimal(String(lots / 1000))
      const money = orderCost(terms, {
        index: 0,
        instrument: perp(),
        quantity,
        price: decimal('60000'),
        rate: decimal('1'),
      })
      const fraction = estimateCost(terms, Float64Array.of((lots / 1000) * 0.06))
      expect(relativeGap(toNumber(money.total), 1e6 * fraction.total)).toBeLessThan(1e-12)
      // The multiplier and the fee count once each: 5 bp of notional.
      expect(relativeGap(toNumber(money.fee), Math.abs(lots / 1000) * 60_000 * 5e-4)).toBeLessThan(1e-15)
    }
  })

  test('[PEER-28] funding every eight hours at every venue: the interval is the instrument’s own, and a missing one is refused', () => {
    const span = { from: 0, to: DAY_MS }
    const times = (intervalMs: number | null): number =>
      unwrap(fundingTimes('BTC-PERP', { intervalMs, anchor: 0 }, span)).length
    expect([1, 4, 8].map((hours) => times(hours * HOUR_MS))).toEqual([24, 6, 3])
    expect(codesOf(fundingTimes('BTC-PERP', { intervalMs: null, anchor: 0 }, span))).toEqual(['cost.funding-interval'])
  })
})
