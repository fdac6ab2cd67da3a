import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { butterflyMarginOfSabr, type Sabr, type SabrExpiry, sabrVol } from '../../../src/core/pricing/sabr.ts'
import { butterflyMargin, calendarMargin, durrleman } from '../../../src/core/pricing/smile-arbitrage.ts'
import { fitSabr } from '../../../src/core/pricing/smile-fit.ts'
import type { SmilePoints } from '../../../src/core/pricing/smile-quotes.ts'
import {
  bendOfSvi,
  isSsviSound,
  naturalOfRaw,
  type RawSvi,
  rawOfNatural,
  rawOfSsvi,
  slopeOfSvi,
  totalVarianceAt,
} from '../../../src/core/pricing/svi.ts'
import { bendOf, slopeOf } from './options.ts'
import { absent, REFERENCE, referenceRows } from './reference.ts'

const answered = <T>(answer: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const volOf = (sabr: Sabr, expiry: SabrExpiry, strike: number): number => answered(sabrVol(sabr, expiry, strike))
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const sviArbitrary: fc.Arbitrary<RawSvi> = fc.record({
  a: between(0.001, 0.2),
  b: between(0.01, 0.8),
  rho: between(-0.95, 0.95),
  m: between(-0.4, 0.4),
  s: between(0.05, 1),
})
/** Published as free of calendar arbitrage with a butterfly (Gatheral and Jacquier, after Axel Vogt). */
const VOGT: RawSvi = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, s: 0.4153 }

/** The density at k from call prices, whose second derivative in the strike it is. */
function densityAt(slice: RawSvi, k: number): number {
  const call = (strike: number): number =>
    undiscountedValue('call', { forward: 1, strike, deviation: Math.sqrt(totalVarianceAt(slice, Math.log(strike))) })
  const strike = Math.exp(k)
  return bendOf(call, strike, 2e-3 * strike)
}

describe('SVI', () => {
  test.skipIf(absent)('[PRICE-13] the published slice, and SABR fitted where it is hard', () => {
    const row = JSON.parse(readFileSync(`${REFERENCE}quantlib/svi_and_sabr_single.json`, 'utf8'))
    const slice = { a: row.a, b: row.b, rho: row.rho, m: row.m, s: row.sigma }
    expect(Math.abs(totalVarianceAt(slice, row.m) / row.totalVariance - 1)).toBeLessThanOrEqual(1e-12)
    const { strikes, vols, tte, forward, betaFixed, maxErrorBelow } = row.sabrSingleCase
    const sabr = answered(fitSabr(pointsOf({ strikes, vols, forward, years: tte }), betaFixed))
    for (const [k, strike] of strikes.entries()) {
      expect(Math.abs(volOf(sabr, { forward, years: tte }, strike) - vols[k])).toBeLessThan(maxErrorBelow)
    }
  })

  test('[PRICE-13] slope and bend are derivatives; raw and natural form are one slice', () => {
    const property = fc.property(sviArbitrary, between(-1, 1), (slice, k) => {
      const at = (x: number): number => totalVarianceAt(slice, x)
      expect(slopeOf(at, k, 0.01 * slice.s)).toBeCloseTo(slopeOfSvi(slice, k), 7)
      expect(bendOf(at, k, 0.02 * slice.s)).toBeCloseTo(bendOfSvi(slice, k), 5)
      expect(totalVarianceAt(rawOfNatural(naturalOfRaw(slice)), k)).toBeCloseTo(at(k), 12)
    })
    fc.assert(property, { seed: 13, numRuns: 200 })
  })

  test('[PRICE-13] an SSVI slice has θ at the money and θ/2·(1 + ρφk + √((φk + ρ)² + 1 − ρ²)) elsewhere', () => {
    const [theta, psi, rho] = [0.09, 0.5, -0.4]
    const slice = rawOfSsvi({ theta, psi, rho })
    const phi = psi / theta
    for (const k of [-0.7, 0, 0.3]) {
      const ssvi = 0.5 * theta * (1 + rho * phi * k + Math.sqrt((phi * k + rho) ** 2 + 1 - rho * rho))
      expect(totalVarianceAt(slice, k)).toBeCloseTo(ssvi, 14)
    }
  })
})

describe('static arbitrage', () => {
  test('[PRICE-14] the example of Vogt has a butterfly, and prices of calls show it where g says', () => {
    const { k, margin } = butterflyMargin(VOGT)
    expect(margin).toBeLessThan(-0.01)
    expect(densityAt(VOGT, k)).toBeLessThan(0)
    expect(densityAt(VOGT, 0)).toBeGreaterThan(0)
  })

  test('[PRICE-14] g has the sign of the density, for any slice', () => {
    const property = fc.property(sviArbitrary, between(-1, 1), (slice, k) => {
      const g = durrleman(k, totalVarianceAt(slice, k), slopeOfSvi(slice, k), bendOfSvi(slice, k))
      const w = totalVarianceAt(slice, k)
      const d2 = -k / Math.sqrt(w) - 0.5 * Math.sqrt(w)
      const density = (g * Math.exp(-0.5 * d2 * d2 - k)) / Math.sqrt(2 * Math.PI * w)
      expect(Math.abs(densityAt(slice, k) - density)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(density)))
      expect(butterflyMargin(slice).margin).toBeLessThanOrEqual(g + 1e-12)
    })
    fc.assert(property, { seed: 14, numRuns: 300 })
  })

  test('[PRICE-14] slices within the conditions of SSVI have no butterfly', () => {
    const arbitrary = fc.record({ theta: between(0.001, 4), psi: between(0.01, 3.9), rho: between(-0.95, 0.95) })
    const property = fc.property(arbitrary.filter(isSsviSound), (slice) => {
      expect(butterflyMargin(rawOfSsvi(slice)).margin).toBeGreaterThanOrEqual(-1e-12)
    })
    fc.assert(property, { seed: 141, numRuns: 300 })
  })

  test('[PRICE-14] steep tails, total variance of 0 and crossings are found wherever they are', () => {
    expect(butterflyMargin({ a: 0.1, b: 1.5, rho: -0.5, m: 0, s: 0.3 }).margin).toBeLessThan(0)
    expect(butterflyMargin({ a: -0.1, b: 0.1, rho: 0, m: 0, s: 0.3 }).margin).toBe(Number.NEGATIVE_INFINITY)
    const slice: RawSvi = { a: 0.02, b: 0.1, rho: -0.3, m: 0, s: 0.2 }
    expect(calendarMargin(slice, { ...slice, a: 0.03 }).margin).toBeCloseTo(0.01, 12)
    expect(calendarMargin(slice, { ...slice, a: 0.03, b: 0.09 }).margin).toBe(Number.NEGATIVE_INFINITY)
    // Above at the money and in both tails, below between.
    const bent = { ...slice, a: 0.0005, b: 0.2, s: 0.2 }
    expect(calendarMargin(slice, { ...bent, m: 0.6 }).margin).toBeLessThan(0)
  })
})

const pointsOf = (smile: {
  readonly strikes: readonly number[]
  readonly vols: readonly number[]
  readonly forward: number
  readonly years: number
}): SmilePoints => ({
  forward: smile.forward,
  years: smile.years,
  k: Float64Array.from(smile.strikes, (strike) => Math.log(strike / smile.forward)),
  vol: Float64Array.from(smile.vols),
  halfSpread: new Float64Array(smile.vols.length).fill(1),
  leftOut: {},
})

describe('SABR', () => {
  const SABR = { alpha: 0.3, beta: 0.6, nu: 0.02, rho: 0.01 }
  const EXPIRY = { forward: 0.039, years: 1 }

  test.skipIf(absent)(
    '[PRICE-15] published volatilities by the expansion of Hagan, and the parameters back from them',
    () => {
      const rows = referenceRows('quantlib/sabr_hagan.csv')
      expect(rows).toHaveLength(31)
      for (const { strike, vol } of rows) {
        expect(Math.abs(volOf(SABR, EXPIRY, Number(strike)) - Number(vol))).toBeLessThanOrEqual(1e-12)
      }
      const [strikes, vols] = [rows.map(({ strike }) => Number(strike)), rows.map(({ vol }) => Number(vol))]
      const found = answered(fitSabr(pointsOf({ strikes, vols, ...EXPIRY }), SABR.beta))
      for (const key of ['alpha', 'beta', 'nu', 'rho'] as const) {
        expect(Math.abs(found[key] - SABR[key]), key).toBeLessThanOrEqual(2e-7)
      }
    },
  )

  test('[PRICE-15] it is smooth through the money, and without volatility of volatility and β = 1 it is flat', () => {
    const sabr = { alpha: 0.5, beta: 0.7, nu: 0.8, rho: -0.4 }
    const at = (k: number): number => volOf(sabr, { forward: 1, years: 0.3 }, Math.exp(k))
    const slope = slopeOf(at, 0, 1e-2)
    for (const k of [1e-9, 1e-6, 1.2e-5, 2e-5, 1e-4])
      expect(Math.abs((at(k) - at(-k)) / (2 * k) - slope)).toBeLessThan(2e-6)
    const flat = { alpha: 0.5, beta: 1, nu: 0, rho: 0 }
    expect(volOf(flat, { forward: 100, years: 2 }, 160)).toBe(0.5)
  })

  test('[PRICE-15] where its expansion allows arbitrage at low strikes, that is found', () => {
    expect(
      butterflyMarginOfSabr({ alpha: 0.5, beta: 1, nu: 0.3, rho: -0.2 }, { forward: 1, years: 0.1 }, 1).margin,
    ).toBeGreaterThan(0)
    const long = butterflyMarginOfSabr({ alpha: 0.1, beta: 0.5, nu: 0.6, rho: -0.5 }, { forward: 0.05, years: 20 }, 3)
    expect(long.margin).toBeLessThan(0)
    expect(long.k).toBeLessThan(0)
  })
})
