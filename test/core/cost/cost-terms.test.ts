import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import type { CarryTerms } from '../../../src/core/cost/carry.ts'
import {
  type CostInputs,
  estimateCarry,
  estimateCost,
  makeCostTerms,
  marginalCost,
  orderCost,
  tradeCost,
} from '../../../src/core/cost/cost-terms.ts'
import { sizeAtEdge } from '../../../src/core/cost/impact.ts'
import { type Metaorder, NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { computeCurvature } from '../../../src/core/sizing/curvature.ts'
import { codesOf, costRate, messagesOf, perp, relativeGap, spot, unwrap } from './reference.ts'

const BTC = perp()
const ETH = perp({ id: 'ETH-PERP', underlying: 'ETH', spread: decimal('0.0002') })
const TAKER = { makerShare: ratio(0n, 1n), fixed: decimal('0') }
const HOURLY: CarryTerms = {
  kind: 'perp',
  funding: { intervalMs: HOUR_MS, anchor: 0, next: 0.00001, reversion: null, cap: null },
}

function inputs(over: Partial<CostInputs> = {}, instruments: readonly Instrument[] = [BTC, ETH]): CostInputs {
  const universe = makeUniverse({ numeraire: 'USDT', instruments })
  const n = universe.instruments.length
  return {
    universe,
    market: {
      asOf: 0,
      price: universe.instruments.map(() => decimal('60000')),
      priceAgeMs: new Float64Array(n),
      stale: new Uint8Array(n),
      rate: universe.currencies.map(() => decimal('1')),
      volumePerDay: new Float64Array(n).fill(1e9),
      depth: Float64Array.of(),
    },
    vol: new Float64Array(universe.underlyings.length).fill(0.6),
    equity: decimal('1000000'),
    execution: universe.instruments.map(() => TAKER),
    carry: universe.instruments.map(() => HOURLY),
    metaorders: universe.instruments.map(() => NO_METAORDER),
    impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR_MS, decayMs: DAY_MS } },
    horizonMs: DAY_MS,
    ...over,
  }
}
const terms = unwrap(makeCostTerms(inputs()))

describe('cost terms', () => {
  test('[COST-24] one object holds fee, half spread, impact, fixed fee and carry of each instrument', () => {
    const execution = [
      { makerShare: ratio(1n, 4n), fixed: decimal('2') },
      { makerShare: ratio(1n, 1n), fixed: decimal('0') },
    ]
    const mixed = unwrap(makeCostTerms(inputs({ execution })))
    const parts = (column: Float64Array): number[] => [...column].map((each) => Number(each.toPrecision(12)))
    expect(parts(mixed.fee)).toEqual([0.000425, 0.0002])
    expect(parts(mixed.halfSpread)).toEqual([0.0000375, 0])
    expect(parts(mixed.proportional)).toEqual([0.0004625, 0.0002])
    expect(parts(mixed.fixed)).toEqual([0.000002, 0])
    // c = Yσ_day √(E/V) ⅔
    expect(mixed.power[0]).toBeCloseTo(((0.6 / Math.sqrt(365)) * Math.sqrt(1e6 / 1e9) * 2) / 3, 15)
    expect(parts(mixed.carryLong)).toEqual([0.00024, 0.00024])
    expect(mixed.carryShort.map((each) => Number(each!.toPrecision(12)))).toEqual([-0.00024, -0.00024])
    expect(relativeGap(mixed.impactDecay[0]!, 1 / 365)).toBeLessThan(1e-15)
    expect([...terms.proportional]).toEqual([BTC, ETH].map(costRate))
  })

  const trades = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }))
  test('[COST-24] the estimate is the sum of what the optimiser counts', () => {
    fc.assert(
      fc.property(trades, (pair) => {
        const estimate = estimateCost(terms, Float64Array.from(pair))
        const counted = tradeCost(terms, 0, pair[0]) + tradeCost(terms, 1, pair[1])
        expect(relativeGap(estimate.total, counted)).toBeLessThan(1e-12)
        expect(estimate.total).toBe(estimate.fee + estimate.spread + estimate.impact + estimate.fixed)
        const carry = estimateCarry(terms, Float64Array.from(pair))!
        expect(Math.abs(carry - 0.00024 * (pair[0] + pair[1]))).toBeLessThan(1e-15)
      }),
      { seed: 21, numRuns: 200 },
    )
  })

  test('[COST-24] exact money agrees with the fractions and is never below them', () => {
    const rate = decimal('0.9991')
    fc.assert(
      fc.property(
        fc.integer({ min: -20_000, max: 20_000 }).filter((each) => each !== 0),
        (lots) => {
          const quantity = decimal(`${lots / 1000}`)
          const money = orderCost(terms, { index: 0, instrument: BTC, quantity, price: decimal('60000'), rate })
          const z = (lots / 1000) * 60000 * 0.9991 * 1e-6
          const estimate = estimateCost(terms, Float64Array.of(z, 0))
          for (const part of ['fee', 'spread', 'impact', 'total'] as const)
            expect(relativeGap(toNumber(money[part]), estimate[part] * 1e6)).toBeLessThan(1e-12)
          expect(money.total).toBe(money.fee + money.spread + money.impact + money.fixed)
        },
      ),
      { seed: 22, numRuns: 200 },
    )
    const exact = orderCost(unwrap(makeCostTerms(inputs({ impact: null }))), {
      index: 0,
      instrument: BTC,
      quantity: decimal('-0.001'),
      price: decimal('60001'),
      rate: decimal('1'),
    })
    expect([exact.fee, exact.spread, exact.impact, exact.total].map(toText)).toEqual([
      '0.0300005',
      '0.00300005',
      '0',
      '0.03300055',
    ])
  })

  test('[COST-25] cost is 0 for no trade, never negative, convex, rising, the same for both sides, and its slope is the marginal', () => {
    const point = fc.double({ min: 1e-6, max: 1, noNaN: true })
    fc.assert(
      fc.property(point, point, (a, b) => {
        const cost = (z: number): number => tradeCost(terms, 0, z)
        expect(cost((a + b) / 2)).toBeLessThanOrEqual(((cost(a) + cost(b)) / 2) * (1 + 1e-12))
        expect(cost(Math.max(a, b))).toBeGreaterThanOrEqual(cost(Math.min(a, b)))
        expect(cost(-a)).toBe(cost(a))
        const h = a * 1e-5
        expect(relativeGap((cost(a + h) - cost(a - h)) / (2 * h), marginalCost(terms, 0, a))).toBeLessThan(1e-6)
      }),
      { seed: 23, numRuns: 200 },
    )
    expect([tradeCost(terms, 0, 0), tradeCost(terms, 0, -0)]).toEqual([0, 0])
    expect(marginalCost(terms, 0, 0)).toBe(terms.proportional[0])
  })

  test('[COST-25] twice the equity in twice the market is the same cost; in the same market it costs √2 as much impact', () => {
    const market = inputs().market
    const both = unwrap(
      makeCostTerms(
        inputs({ equity: decimal('2000000'), market: { ...market, volumePerDay: new Float64Array(2).fill(2e9) } }),
      ),
    )
    expect([...both.power]).toEqual([...terms.power])
    const larger = unwrap(makeCostTerms(inputs({ equity: decimal('2000000') })))
    expect(larger.power[0]! / terms.power[0]!).toBeCloseTo(Math.SQRT2, 14)
  })

  test('[COST-25] a rebate above half the spread is shown in the estimate and counts as 0 for the optimiser', () => {
    const rebated = perp({ fee: { taker: decimal('0.0005'), maker: decimal('-0.0001') } })
    const execution = [{ makerShare: ratio(1n, 1n), fixed: decimal('0') }]
    const found = unwrap(makeCostTerms(inputs({ execution, impact: null }, [rebated])))
    expect([found.proportional[0], tradeCost(found, 0, 0.5)]).toEqual([0, 0])
    expect(estimateCost(found, Float64Array.of(0.5)).total).toBe(-0.00005)
    const order = { index: 0, instrument: rebated, quantity: decimal('1'), price: decimal('60000'), rate: decimal('1') }
    expect(toText(orderCost(found, order).total)).toBe('-6')
  })

  test('[COST-25] what was already traded on one side makes that side dearer and not the other', () => {
    const bought: Metaorder = { buy: { weight: 0.3, at: 0 }, sell: null }
    const after = unwrap(makeCostTerms(inputs({ metaorders: [bought, NO_METAORDER] })))
    const fresh = terms
    expect(tradeCost(after, 0, 0.1)).toBeGreaterThan(tradeCost(fresh, 0, 0.1))
    expect(tradeCost(after, 0, -0.1)).toBe(tradeCost(fresh, 0, -0.1))
    const impact = (z: number, from = fresh): number => estimateCost(from, Float64Array.of(z, 0)).impact
    expect(relativeGap(impact(0.3) + impact(0.1, after), impact(0.4))).toBeLessThan(1e-12)
  })

  test('[COST-26] a missing volume, maker fee or funding interval and bad numbers are refused, all at once, by name', () => {
    const bare = perp({ fee: { taker: decimal('0.0005'), maker: null } })
    const base = inputs()
    const refused = makeCostTerms(
      inputs(
        {
          market: { ...base.market, volumePerDay: Float64Array.of(Number.NaN, 1e9) },
          execution: [{ makerShare: ratio(1n, 2n), fixed: decimal('-1') }, TAKER],
          carry: [HOURLY, { ...HOURLY, funding: { ...HOURLY.funding, intervalMs: null } }],
          horizonMs: -1,
        },
        [bare, ETH],
      ),
    )
    expect(messagesOf(refused)).toEqual([
      ': carry horizon must be 0 or more, was -1',
      'BTC-PERP: fixed fee must be 0 or more, was -1',
      'BTC-PERP: maker fee must be known where a share of an order rests, was missing',
      'BTC-PERP: time to the horizon must be 0 or more, was -1',
      'ETH-PERP: time to the horizon must be 0 or more, was -1',
      'BTC-PERP: volume per day of BTC-PERP must be known for its impact, was missing',
    ])
    const carry = [HOURLY, { ...HOURLY, funding: { ...HOURLY.funding, intervalMs: null } }]
    expect(codesOf(makeCostTerms(inputs({ carry })))).toEqual(['cost.funding-interval'])
    const decay = { joinMs: -1, decayMs: 0 }
    expect(codesOf(makeCostTerms(inputs({ impact: { law: { scale: 1, exponent: 0.5 }, decay } })))).toEqual([
      'cost.range',
      'cost.range',
    ])
    // Without impact the volume is not needed.
    const quiet = { ...base.market, volumePerDay: new Float64Array(2).fill(Number.NaN) }
    expect([...unwrap(makeCostTerms(inputs({ impact: null, market: quiet }))).power]).toEqual([0, 0])
  })

  test('[COST-26] a spot position that cannot be borrowed has no carry short, and none is made up', () => {
    const found = unwrap(makeCostTerms(inputs({ carry: [{ kind: 'spot', borrowPerYear: null }] }, [spot()])))
    expect([found.carryLong[0], found.carryShort[0]]).toEqual([0, null])
    expect(estimateCarry(found, Float64Array.of(0.5))).toBe(0)
    expect(estimateCarry(found, Float64Array.of(-0.5))).toBeNull()
  })
})

describe('the fee decides', () => {
  /** A liquid perpetual: the spread is a tenth of a basis point, the taker fee five. */
  const liquid = perp({ spread: decimal('0.00001') })
  const free = perp({ spread: decimal('0.00001'), fee: { taker: decimal('0'), maker: null } })
  const build = (instrument: Instrument) => unwrap(makeCostTerms(inputs({ impact: null }, [instrument])))

  test('[COST-27] a deviation of .5 % is traded for the spread alone and left alone once the fee counts', () => {
    const halfWidth = (instrument: Instrument): number => {
      const cost = build(instrument)
      const target = Float64Array.of(0.5)
      const found = unwrap(
        computeCurvature({ n: 1, covariance: Float64Array.of(0.36), target, cost, aversion: 10, interval: 1 / 8760 }),
      )
      return found.halfWidth[0]!
    }
    const deviation = 0.005
    expect(halfWidth(free)).toBeLessThan(deviation)
    expect(halfWidth(liquid)).toBeGreaterThan(deviation)
  })

  test('[COST-27] the tighter spread is the cheaper instrument until the fee counts', () => {
    const wide = perp({ id: 'BTC-WIDE', spread: decimal('0.0004'), fee: { taker: decimal('0.0001'), maker: null } })
    const both = unwrap(makeCostTerms(inputs({ impact: null }, [liquid, wide])))
    const [tight, loose] = [estimateCost(both, Float64Array.of(0.1, 0)), estimateCost(both, Float64Array.of(0, 0.1))]
    expect(tight.spread).toBeLessThan(loose.spread)
    expect(tight.total).toBeGreaterThan(loose.total)
  })

  test('[COST-27] an edge of 3 bp is worth a trade after the spread and not after the fee', () => {
    const size = (instrument: Instrument): number => {
      const edge = 0.0003 - build(instrument).proportional[0]!
      return unwrap(sizeAtEdge({ coefficient: 0.01, exponent: 0.5, traded: 0 }, { edge, quadratic: 0 }))
    }
    expect(size(free)).toBeGreaterThan(0)
    expect(size(liquid)).toBe(0)
  })
})
