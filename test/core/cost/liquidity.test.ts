import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import { type DepthLevel, makeDepthLadder, walkBook } from '../../../src/core/cost/book-walk.ts'
import { productSlippage } from '../../../src/core/cost/constant-product.ts'
import {
  estimateCost,
  makeCostTerms,
  marginalCost,
  orderCost,
  takerCosts,
  tradeCost,
} from '../../../src/core/cost/cost-terms.ts'
import { liquidityOfBook, rungsOfCurve, takeFrom } from '../../../src/core/cost/liquidity.ts'
import type { Liquidity } from '../../../src/core/domain/market.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { codesOf, perp, relativeGap, unwrap } from './reference.ts'

const levels = (mid: number, side: 1 | -1): DepthLevel[] =>
  [1, 2, 4, 9, 20].map((step) => ({ price: mid + side * step, quantity: 0.5 * step }))
const LADDER = unwrap(makeDepthLadder('BTC-PERP', { bids: levels(60_000, -1), asks: levels(60_000, 1) }))
const REACH = 18 * 60_000

function termsOf(liquidity: Liquidity | null, makerShare = ratio(0n, 1n)) {
  const universe = makeUniverse({ numeraire: 'USDT', instruments: [perp()] })
  return makeCostTerms({
    ...takerCosts(universe),
    execution: [{ makerShare, fixed: decimal('2') }],
    impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR_MS, decayMs: DAY_MS } },
    universe,
    market: {
      asOf: 0,
      price: [decimal('60000')],
      priceAgeMs: new Float64Array(1),
      stale: new Uint8Array(1),
      rate: universe.currencies.map(() => decimal('1')),
      volumePerDay: Float64Array.of(Number.NaN),
      depth: Float64Array.of(),
      liquidity: [liquidity],
    },
    vol: Float64Array.of(0.6),
    equity: decimal('1000000'),
  })
}

describe('liquidity to take', () => {
  const part = fc.double({ min: 0.0001, max: 0.99, noNaN: true })
  const side = fc.constantFrom<1 | -1>(1, -1)

  test('[COST-33] a trade against an order book costs its walk and the fee, in the estimate, to the optimiser and in money', () => {
    const terms = unwrap(termsOf(liquidityOfBook(LADDER, 1)))
    const fee = 0.0005
    fc.assert(
      fc.property(part, side, (share, direction) => {
        const quantity = share * 18
        const walked = unwrap(walkBook(LADDER, direction > 0 ? 'buy' : 'sell', quantity))
        const z = (direction * quantity * 60_000) / 1e6
        const expected = walked.cost / 1e6 + fee * Math.abs(z) + 2e-6
        expect(relativeGap(tradeCost(terms, 0, z), expected)).toBeLessThan(1e-12)
        expect(relativeGap(estimateCost(terms, Float64Array.of(z)).total, expected)).toBeLessThan(1e-12)
        expect(relativeGap(marginalCost(terms, 0, z * (1 - 1e-12)), walked.marginal + fee)).toBeLessThan(1e-9)
        const lots = direction * Number(quantity.toFixed(3))
        if (lots === 0) return
        const order = {
          index: 0,
          instrument: perp(),
          quantity: decimal(String(lots)),
          price: decimal('60000'),
          rate: decimal('1'),
        }
        const money = toNumber(orderCost(terms, order).total)
        expect(relativeGap(money, tradeCost(terms, 0, (lots * 60_000) / 1e6) * 1e6)).toBeLessThan(1e-9)
      }),
      { seed: 41, numRuns: 200 },
    )
  })

  test('[COST-33] it needs no volume, and half the spread is its first rung', () => {
    const terms = unwrap(termsOf(liquidityOfBook(LADDER, 1)))
    expect(terms.halfSpread[0]).toBeCloseTo(1 / 60_000, 15)
    expect(terms.power[0]).toBe(0)
    expect(codesOf(termsOf(null))).toEqual(['cost.volume'])
  })

  test('[COST-34] the rungs of a pool lie nowhere below its curve and touch it at their ends; twice as many are nearer', () => {
    const pool = { reserveIn: 5_000_000, reserveOut: 80, fee: 0.003 }
    const cost = (taken: number): number => taken * unwrap(productSlippage(pool, taken))
    const gapAt = (count: number, share: number): number => {
      const rungs = unwrap(rungsOfCurve('POOL', { cost, reach: 1_000_000 }, count))
      for (const end of rungs.reach) expect(relativeGap(takeFrom(rungs, end), cost(end))).toBeLessThan(1e-12)
      const gap = takeFrom(rungs, share * 1_000_000) - cost(share * 1_000_000)
      expect(gap).toBeGreaterThanOrEqual(-1e-9 * cost(1_000_000))
      return gap
    }
    fc.assert(
      fc.property(part, (share) => {
        gapAt(4, share)
        gapAt(8, share)
      }),
      { seed: 42, numRuns: 100 },
    )
    const worst = (count: number): number =>
      Math.max(...Array.from({ length: 200 }, (_, k) => gapAt(count, (k + 1) / 200)))
    expect(worst(8)).toBeLessThan(worst(4))
  })

  test('[COST-35] empty, unsorted and bending rungs are refused, and so is a share that rests beside them', () => {
    const side = (reach: number[], slippage: number[]) => ({
      reach: Float64Array.from(reach),
      slippage: Float64Array.from(slippage),
    })
    const good = side([1, 2], [0.001, 0.002])
    for (const bad of [
      side([], []),
      side([2, 1], [0.001, 0.002]),
      side([1, 2], [0.002, 0.001]),
      side([1, Number.NaN], [0, 1]),
    ])
      expect(codesOf(termsOf({ buy: good, sell: bad }))).toEqual(['cost.liquidity'])
    expect(codesOf(termsOf({ buy: good, sell: good }, ratio(1n, 2n)))).toEqual(['cost.liquidity'])
    const falling = rungsOfCurve('POOL', { cost: (taken) => Math.sqrt(taken), reach: 100 }, 4)
    expect(codesOf(falling)).toEqual(['cost.liquidity'])
  })

  test('[COST-33] the whole book reaches as far as it shows', () => {
    expect(liquidityOfBook(LADDER, 1).buy.reach.at(-1)).toBeCloseTo(REACH, 6)
  })
})
