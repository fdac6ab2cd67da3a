import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  productArbitrage,
  productIn,
  productOut,
  productSlippage,
  splitPools,
} from '../../../src/core/cost/constant-product.ts'
import { absent, codesOf, readJson, relativeGap, unwrap } from './reference.ts'

const pools = fc.record({
  reserveIn: fc.double({ min: 1, max: 1e6, noNaN: true }),
  reserveOut: fc.double({ min: 1, max: 1e6, noNaN: true }),
  fee: fc.double({ min: 0, max: 0.05, noNaN: true }),
})
const share = fc.double({ min: 1e-6, max: 1, noNaN: true })

interface Split {
  readonly pools: readonly (readonly number[])[]
  readonly in: number
  readonly d: readonly number[]
  readonly out: number
  readonly marginal_price: number
  readonly single?: readonly number[]
  readonly out_best_single?: number
}

describe('constant product', () => {
  test.skipIf(absent)('[COST-17] the two-token pools of a published optimal routing give what they gave there', () => {
    type Routing = {
      two_asset: { amounts: readonly number[]; net_by_market: readonly (readonly (readonly number[])[])[] }
    }
    const { two_asset } = readJson<Routing>('micro/cfmm/angeris_examples_expected.json')
    // Markets 2 to 4 of that example: reserves and fee factors of its published problem.
    const problem = [
      { market: 1, reserves: [10, 1], fee: 0.01 },
      { market: 2, reserves: [1, 10], fee: 0.04 },
      { market: 3, reserves: [20, 50], fee: 0.03 },
    ]
    let traded = 0
    for (const { market, reserves, fee } of problem)
      for (const net of two_asset.net_by_market[market]!) {
        const into = net[0]! < 0 ? 0 : 1
        const pool = { reserveIn: reserves[into]!, reserveOut: reserves[1 - into]!, fee }
        const found = unwrap(productOut(pool, Math.max(0, -net[into]!)))
        // That solver stops within about 1e-4.
        expect(Math.abs(found - net[1 - into]!)).toBeLessThan(2e-4)
        if (found > 0.01) traded++
      }
    expect(traded).toBeGreaterThan(60)
  })

  test.skipIf(absent)('[COST-17] the published arbitrage of a pool (1, 1) at prices 2 and 1', () => {
    type Published = { cfmmrouter_tests: { v: readonly number[]; Delta: readonly number[]; Lambda: readonly number[] } }
    const { cfmmrouter_tests: expected } = readJson<Published>('micro/closed_form_oracles.json')
    const found = unwrap(
      productArbitrage({ reserveIn: 1, reserveOut: 1, fee: 0 }, { in: expected.v[1]!, out: expected.v[0]! }),
    )
    expect(relativeGap(found.amountIn, expected.Delta[1]!)).toBeLessThan(1e-14)
    expect(relativeGap(found.amountOut, expected.Lambda[0]!)).toBeLessThan(1e-14)
  })

  test('[COST-17] the invariant holds net of the fee; in undoes out; slippage rises from the fee', () => {
    fc.assert(
      fc.property(pools, share, (pool, part) => {
        const amount = part * pool.reserveIn
        const out = unwrap(productOut(pool, amount))
        const product = (pool.reserveIn + (1 - pool.fee) * amount) * (pool.reserveOut - out)
        expect(relativeGap(product, pool.reserveIn * pool.reserveOut)).toBeLessThan(1e-12)
        expect(relativeGap(unwrap(productIn(pool, out)), amount)).toBeLessThan(1e-9)
        const slippage = unwrap(productSlippage(pool, amount))
        expect(slippage).toBeGreaterThanOrEqual(pool.fee - 1e-9)
        expect(unwrap(productSlippage(pool, amount * 1.5))).toBeGreaterThan(slippage)
        const scaled = { ...pool, reserveIn: pool.reserveIn * 16, reserveOut: pool.reserveOut * 4 }
        expect(unwrap(productOut(scaled, amount * 16))).toBeCloseTo(out * 4, 6)
        expect(out).toBeLessThan(pool.reserveOut)
      }),
      { seed: 13, numRuns: 300 },
    )
    expect(unwrap(productSlippage({ reserveIn: 1, reserveOut: 1, fee: 0.003 }, 0))).toBe(0)
  })

  test('[COST-17] an arbitrage earns more than any amount near it, and nothing inside the fee', () => {
    fc.assert(
      fc.property(
        pools,
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (pool, away, factor) => {
          const price = { in: pool.reserveOut / pool.reserveIn, out: away }
          const best = unwrap(productArbitrage(pool, price))
          const profit = (amount: number): number => price.out * unwrap(productOut(pool, amount)) - price.in * amount
          const other = best.amountIn === 0 ? factor * 1e-3 * pool.reserveIn : best.amountIn * factor
          expect(profit(other)).toBeLessThanOrEqual(profit(best.amountIn) + 1e-9 * pool.reserveOut)
          if (away * (1 - pool.fee) <= 1) expect(best.amountIn).toBe(0)
        },
      ),
      { seed: 14, numRuns: 300 },
    )
  })

  test('[COST-17] more than a pool holds, and what is no pool, are refused', () => {
    expect(codesOf(productIn({ reserveIn: 1, reserveOut: 2, fee: 0 }, 2))).toEqual(['cost.depth'])
    expect(codesOf(productOut({ reserveIn: 0, reserveOut: -1, fee: 1 }, -1))).toEqual(new Array(4).fill('cost.range'))
    expect(codesOf(splitPools([], 1))).toEqual(['cost.range'])
    expect(codesOf(productSlippage({ reserveIn: 1, reserveOut: 1, fee: 0 }, Number.NaN))).toEqual(['cost.range'])
    expect(codesOf(productArbitrage({ reserveIn: 1, reserveOut: 1, fee: 0 }, { in: 0, out: 1 }))).toEqual([
      'cost.range',
    ])
  })
})

describe('split over pools', () => {
  test.skipIf(absent)('[COST-18] the published splits over two pools, with and without fee', () => {
    const oracles = readJson<Record<string, Split>>('micro/closed_form_oracles.json')
    for (const name of ['cpmm_two_pool_split_nofee', 'cpmm_two_pool_split_fee']) {
      const published = oracles[name]!
      const made = published.pools.map(([reserveIn, reserveOut, kept = 1]) => ({
        reserveIn: reserveIn!,
        reserveOut: reserveOut!,
        fee: 1 - kept,
      }))
      const found = unwrap(splitPools(made, published.in))
      published.d.forEach((amount, k) => {
        expect(relativeGap(found.amountIn[k]!, amount)).toBeLessThan(1e-12)
      })
      expect(relativeGap(found.amountOut, published.out)).toBeLessThan(1e-13)
      expect(relativeGap(found.marginal, published.marginal_price)).toBeLessThan(1e-13)
      const singles = made.map((pool) => unwrap(productOut(pool, published.in)))
      for (const [k, single] of (published.single ?? []).entries())
        expect(relativeGap(singles[k]!, single)).toBeLessThan(1e-13)
      if (published.out_best_single !== undefined)
        expect(relativeGap(Math.max(...singles), published.out_best_single)).toBeLessThan(1e-13)
    }
  })

  test('[COST-18] the amounts add up, used pools share one marginal price, idle ones are worse, and no shift helps', () => {
    fc.assert(
      fc.property(fc.array(pools, { minLength: 1, maxLength: 8 }), share, (all, part) => {
        const amount = part * 1e5
        const found = unwrap(splitPools(all, amount))
        const total = found.amountIn.reduce((a, b) => a + b, 0)
        expect(relativeGap(total, amount)).toBeLessThan(1e-9)
        all.forEach((pool, k) => {
          const kept = 1 - pool.fee
          const next = (kept * pool.reserveIn * pool.reserveOut) / (pool.reserveIn + kept * found.amountIn[k]!) ** 2
          if (found.amountIn[k]! > 0) expect(relativeGap(next, found.marginal)).toBeLessThan(1e-9)
          else expect(next).toBeLessThanOrEqual(found.marginal * (1 + 1e-12))
        })
        const out = (amounts: Float64Array): number =>
          all.reduce((sum, pool, k) => sum + unwrap(productOut(pool, amounts[k]!)), 0)
        expect(relativeGap(out(found.amountIn), found.amountOut)).toBeLessThan(1e-11)
        const [from, to] = [found.amountIn.findIndex((each) => each > 0), all.length - 1]
        const shifted = found.amountIn.slice()
        const move = shifted[from]! / 10
        shifted[from]! -= move
        shifted[to]! += move
        expect(out(shifted)).toBeLessThanOrEqual(found.amountOut * (1 + 1e-12))
      }),
      { seed: 15, numRuns: 300 },
    )
  })
})
