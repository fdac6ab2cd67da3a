import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import {
  averageImpact,
  impactCoefficient,
  metaorderCost,
  metaorderMarginal,
  peakImpact,
  sizeAtEdge,
} from '../../../src/core/cost/impact.ts'
import { extendMetaorder, feltWeight, NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import { absent, codesOf, readJson, readReference, relativeGap, unwrap } from './reference.ts'

const Big = Decimal.clone({ precision: 60 })
const ROOT_YEAR = Math.sqrt(365)
const unit = fc.double({ min: 1e-6, max: 1, noNaN: true })
const exponents = fc.double({ min: 0.05, max: 1, noNaN: true })
const steps = fc.record({
  coefficient: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  exponent: exponents,
  traded: fc.double({ min: 0, max: 1, noNaN: true }),
  trade: fc.double({ min: 1e-9, max: 1, noNaN: true }),
})

describe('power law', () => {
  test('[COST-7] the average of the square root law is two thirds of its peak', () => {
    const order = { participation: 0.01, vol: 0.02 * ROOT_YEAR }
    const law = { scale: 1.3, exponent: 0.5 }
    expect(peakImpact(law, order)).toBeCloseTo(1.3 * 0.02 * 0.1, 15)
    expect(averageImpact(law, order) / peakImpact(law, order)).toBeCloseTo(2 / 3, 15)
  })

  test.skipIf(absent)('[COST-7] the published square root cost (Y 0.6) is 25.298…', () => {
    type Case = { model: string; Y: number; q: number; p: number; V: number; sigma: number; cost: number }
    const { cases } = readJson<{ cases: Case[] }>('sizing/bt/cost_models.json')
    const roots = cases.filter(({ model }) => model === 'sqrt')
    expect(roots).toHaveLength(1)
    for (const { Y, q, p, V, sigma, cost } of roots) {
      const law = { scale: Y, exponent: 0.5 }
      const average = averageImpact(law, { participation: q / V, vol: sigma * ROOT_YEAR })
      expect(relativeGap(q * p * average, cost)).toBeLessThan(1e-14)
      // The same through the coefficient in weights, for a book of ten times the order.
      const equity = 10 * q * p
      const c = unwrap(impactCoefficient('X', law, { vol: sigma * ROOT_YEAR, equity, volumePerDay: V * p }))
      expect(
        relativeGap(equity * metaorderCost({ coefficient: c, exponent: 0.5, traded: 0, trade: 0.1 }), cost),
      ).toBeLessThan(1e-14)
    }
  })

  test.skipIf(absent)(
    '[COST-7] the 3/2-power cost of real volumes and returns, asset by asset (b = 1 without the two thirds)',
    () => {
      const table = (name: string): number[][] =>
        readReference(`sizing/cvxportfolio/${name}.csv`)
          .trim()
          .split('\n')
          .slice(1, 35)
          .map((line) => line.split(',').slice(1).map(Number))
      const [returns, volumes] = [table('returns'), table('volumes')]
      const value = 1e6
      const names = volumes[0]!.length
      expect(names).toBe(28)
      for (let j = 0; j < names; j++) {
        const sigma = Math.sqrt(returns.reduce((sum, row) => sum + row[j]! ** 2, 0) / 34)
        const volume = volumes.reduce((sum, row) => sum + row[j]!, 0) / 34
        const z = (j - 13.7) / 100
        const published = Big(Math.abs(z)).pow(1.5).mul(sigma).mul(Big(value).div(volume).sqrt()).toNumber()
        // Without the factor 2/3 their b = 1 is our Y = 1.5.
        const c = unwrap(
          impactCoefficient(
            'X',
            { scale: 1.5, exponent: 0.5 },
            { vol: sigma * ROOT_YEAR, equity: value, volumePerDay: volume },
          ),
        )
        expect(
          relativeGap(metaorderCost({ coefficient: c, exponent: 0.5, traded: 0, trade: z }), published),
        ).toBeLessThan(1e-13)
      }
    },
  )

  test('[COST-7] c in weights is the money law: scaling equity and volume together changes nothing', () => {
    fc.assert(
      fc.property(
        unit,
        exponents,
        fc.double({ min: 1e3, max: 1e9, noNaN: true }),
        fc.double({ min: 1e3, max: 1e12, noNaN: true }),
        (scale, exponent, equity, volumePerDay) => {
          const law = { scale, exponent }
          const c = unwrap(impactCoefficient('X', law, { vol: 0.6, equity, volumePerDay }))
          const z = 0.037
          const money = z * equity * averageImpact(law, { participation: (z * equity) / volumePerDay, vol: 0.6 })
          expect(
            relativeGap(equity * metaorderCost({ coefficient: c, exponent, traded: 0, trade: z }), money),
          ).toBeLessThan(1e-12)
          const scaled = unwrap(
            impactCoefficient('X', law, { vol: 0.6, equity: equity * 1024, volumePerDay: volumePerDay * 1024 }),
          )
          expect(scaled).toBe(c)
        },
      ),
      { seed: 5, numRuns: 200 },
    )
  })

  test('[COST-7] what is no law, no market or no book is refused', () => {
    const bad = { vol: Number.NaN, equity: 0, volumePerDay: -1 }
    expect(codesOf(impactCoefficient('X', { scale: 0, exponent: 1.2 }, bad))).toEqual(new Array(5).fill('cost.range'))
  })
})

describe('metaorders', () => {
  test('[COST-8] 24 hourly slices cost what one block costs', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 48 }), ({ coefficient, exponent, traded, trade }, slices) => {
        let [felt, paid] = [traded, 0]
        for (let k = 0; k < slices; k++) {
          paid += metaorderCost({ coefficient, exponent, traded: felt, trade: trade / slices })
          felt += trade / slices
        }
        expect(relativeGap(paid, metaorderCost({ coefficient, exponent, traded, trade }))).toBeLessThan(1e-11)
      }),
      { seed: 6, numRuns: 300 },
    )
    const decay = { joinMs: HOUR_MS, decayMs: DAY_MS }
    const law = { coefficient: 0.02, exponent: 0.5 }
    let [metaorder, paid] = [NO_METAORDER, 0]
    for (let hour = 0; hour < 24; hour++) {
      const at = hour * HOUR_MS
      paid += metaorderCost({ ...law, traded: feltWeight(metaorder, 'sell', { at, decay }), trade: -0.01 })
      metaorder = extendMetaorder(metaorder, { weight: -0.01, at }, decay)
    }
    expect(relativeGap(paid, 0.02 * 0.24 ** 1.5)).toBeLessThan(1e-13)
  })

  test('[COST-8] after a longer pause the felt weight falls to 1/e in decayMs; the other side counts alone', () => {
    const decay = { joinMs: HOUR_MS, decayMs: DAY_MS }
    const once = extendMetaorder(NO_METAORDER, { weight: 0.2, at: 0 }, decay)
    const felt = (at: number): number => feltWeight(once, 'buy', { at, decay })
    expect([felt(0), felt(HOUR_MS)]).toEqual([0.2, 0.2])
    expect(felt(HOUR_MS + DAY_MS)).toBeCloseTo(0.2 / Math.E, 15)
    expect(felt(HOUR_MS + 800 * DAY_MS)).toBe(0)
    expect(feltWeight(once, 'sell', { at: DAY_MS, decay })).toBe(0)
    const back = extendMetaorder(once, { weight: -0.1, at: DAY_MS }, decay)
    expect(feltWeight(back, 'buy', { at: 2 * DAY_MS, decay })).toBe(felt(2 * DAY_MS))
    expect(extendMetaorder(once, { weight: 0, at: DAY_MS }, decay)).toBe(once)
    expect(() => felt(-1)).toThrow('backwards')
  })

  test('[COST-8] a step costs the difference of two powers to all digits, is convex, rises, and does not know its side', () => {
    fc.assert(
      fc.property(steps, unit, (step, other) => {
        const cost = metaorderCost(step)
        const big = (x: number): Decimal =>
          Big(step.traded)
            .add(x)
            .pow(1 + step.exponent)
        const exact = big(step.trade).sub(big(0)).mul(step.coefficient).toNumber()
        expect(relativeGap(cost, exact)).toBeLessThan(1e-11)
        expect(cost).toBeGreaterThan(0)
        expect(metaorderCost({ ...step, trade: -step.trade })).toBe(cost)
        const at = (trade: number): number => metaorderCost({ ...step, trade })
        expect(at((step.trade + other) / 2)).toBeLessThanOrEqual(((cost + at(other)) / 2) * (1 + 1e-12))
        const h = 1e-5 * step.trade
        const slope = (at(step.trade + h) - at(step.trade - h)) / (2 * h)
        expect(relativeGap(slope, metaorderMarginal(step))).toBeLessThan(1e-5)
      }),
      { seed: 7, numRuns: 300 },
    )
    expect(metaorderCost({ coefficient: 1, exponent: 0.5, traded: 0, trade: 0 })).toBe(0)
  })
})

describe('size at an edge', () => {
  test('[COST-9] without a quadratic cost it is the closed form; half the edge of a root law buys a quarter', () => {
    const step = { coefficient: 0.02, exponent: 0.5, traded: 0 }
    const size = unwrap(sizeAtEdge(step, { edge: 0.003, quadratic: 0 }))
    expect(size).toBeCloseTo((0.003 / 0.03) ** 2, 15)
    expect(unwrap(sizeAtEdge(step, { edge: 0.0015, quadratic: 0 }))).toBeCloseTo(size / 4, 15)
    expect(unwrap(sizeAtEdge({ ...step, traded: 0.002 }, { edge: 0.003, quadratic: 0 }))).toBeCloseTo(size - 0.002, 15)
  })

  test('[COST-9] the next unit at that size costs the edge, and the size rises with the edge', () => {
    fc.assert(
      fc.property(steps, unit, fc.double({ min: 0, max: 10, noNaN: true }), ({ trade, ...step }, edge, quadratic) => {
        const size = unwrap(sizeAtEdge(step, { edge, quadratic }))
        const next = metaorderMarginal({ ...step, trade: size }) + quadratic * size
        if (size === 0) expect(metaorderMarginal({ ...step, trade: 0 })).toBeGreaterThanOrEqual(edge)
        else expect(relativeGap(next, edge)).toBeLessThan(1e-12)
        expect(unwrap(sizeAtEdge(step, { edge: edge * 1.5, quadratic }))).toBeGreaterThanOrEqual(size)
      }),
      { seed: 8, numRuns: 300 },
    )
  })

  test('[COST-9] no edge is no size, and an edge that nothing bounds is refused', () => {
    const step = { coefficient: 0, exponent: 0.5, traded: 0 }
    expect(unwrap(sizeAtEdge(step, { edge: -1, quadratic: 0 }))).toBe(0)
    expect(unwrap(sizeAtEdge(step, { edge: 0.01, quadratic: 2 }))).toBeCloseTo(0.005, 15)
    expect(codesOf(sizeAtEdge(step, { edge: 0.01, quadratic: 0 }))).toEqual(['cost.range'])
    expect(codesOf(sizeAtEdge(step, { edge: Number.NaN, quadratic: -1 }))).toEqual(['cost.range', 'cost.range'])
  })
})
