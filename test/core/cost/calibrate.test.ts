import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { calibrateImpact, type Fill, IMPACT_PRIORS, type ImpactFit } from '../../../src/core/cost/calibrate.ts'
import { averageImpact } from '../../../src/core/cost/impact.ts'
import { codesOf, messagesOf, relativeGap, unwrap } from './reference.ts'

interface Truth {
  readonly scale: number
  readonly exponent: number
  readonly noise: number
}

/** Metaorders of 1e-5 to 1e-1 of a day's volume that follow the law, with log-normal noise. */
function simulateFills(seed: string, count: number, { scale, exponent, noise }: Truth): Fill[] {
  const random = makeRandom(seed)
  return Array.from({ length: count }, () => {
    const participation = 10 ** (-5 + 4 * random.uniform())
    const volPerDay = 0.02 + 0.04 * random.uniform()
    const average = averageImpact({ scale, exponent }, { participation, vol: volPerDay * Math.sqrt(365) })
    return { participation, volPerDay, slippage: average * Math.exp(noise * random.normal()) }
  })
}

const covers = (estimate: { low: number; high: number }, truth: number): boolean =>
  estimate.low <= truth && truth <= estimate.high

/** Log posterior up to a constant, with the width of the noise at its own best: an independent way to the mode. */
function posterior(fills: readonly Fill[], logScale: number, exponent: number): number {
  const { noise } = IMPACT_PRIORS
  const at = (variance: number): number => {
    const tails = fills.map(({ slippage, volPerDay, participation }) => {
      const residual =
        Math.log(slippage / volPerDay) - logScale - exponent * Math.log(participation) + Math.log(1 + exponent)
      return -2.5 * Math.log(1 + residual ** 2 / (4 * variance)) - 0.5 * Math.log(variance)
    })
    const width = -(noise.fills / 2) * Math.log(variance) - (noise.fills * noise.width ** 2) / (2 * variance)
    return tails.reduce((a, b) => a + b, width)
  }
  let [low, high] = [Math.log(1e-4), Math.log(10)]
  for (let k = 0; k < 100; k++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3]
    if (at(Math.exp(a)) < at(Math.exp(b))) low = a
    else high = b
  }
  return at(Math.exp((low + high) / 2)) - logScale ** 2 / 0.5 - (exponent - 0.5) ** 2 / 0.02
}

describe('calibration of the power law', () => {
  test.each<[Truth]>([
    [{ scale: 1, exponent: 0.5, noise: 0.5 }],
    [{ scale: 0.4, exponent: 0.62, noise: 0.8 }],
    [{ scale: 2.2, exponent: 0.38, noise: 0.3 }],
    [{ scale: 0.7, exponent: 0.5, noise: 1.5 }],
  ])('[COST-28] 2,000 fills of %j are found again within the intervals', (truth) => {
    const fit = unwrap(calibrateImpact(simulateFills('many', 2000, truth)))
    expect(covers(fit.scale, truth.scale)).toBe(true)
    expect(covers(fit.exponent, truth.exponent)).toBe(true)
    expect(relativeGap(fit.law.scale, truth.scale)).toBeLessThan(0.35)
    expect(Math.abs(fit.law.exponent - truth.exponent)).toBeLessThan(0.05)
    expect(fit.exponent.priorShare).toBeLessThan(0.15)
    expect([fit.used, fit.gained, fit.exponentAtBound]).toEqual([2000, 0, false])
  })

  test('[COST-28] intervals of 95 % hold the truth in 90 to 99 of 100 repetitions', () => {
    const random = makeRandom('truths')
    let [scales, exponents] = [0, 0]
    const repetitions = 400
    for (let k = 0; k < repetitions; k++) {
      // Truths drawn from the priors, so that intervals with few fills are honest too.
      const truth = { scale: Math.exp(0.5 * random.normal()), exponent: 0.5 + 0.1 * random.normal(), noise: 0.7 }
      const fit = unwrap(calibrateImpact(simulateFills(`coverage ${k}`, 40, truth)))
      if (covers(fit.scale, truth.scale)) scales++
      if (covers(fit.exponent, truth.exponent)) exponents++
    }
    for (const share of [scales / repetitions, exponents / repetitions]) {
      expect(share).toBeGreaterThan(0.9)
      expect(share).toBeLessThan(0.995)
    }
  })

  test('[COST-28] the fit is the mode of the posterior: no step away from it is better', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 1000 }), (count, seed) => {
        const fills = simulateFills(`mode ${seed}`, count, { scale: 1.5, exponent: 0.45, noise: 0.6 })
        const { law } = unwrap(calibrateImpact(fills))
        const best = posterior(fills, Math.log(law.scale), law.exponent)
        for (const [a, b] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
          [1, 0.1],
          [-1, -0.1],
        ] as const)
          expect(posterior(fills, Math.log(law.scale) + 0.01 * a, law.exponent + 0.01 * b)).toBeLessThan(best)
      }),
      { seed: 24, numRuns: 40 },
    )
  })

  test('[COST-28] units of volume do not matter, nor the order of fills, and the price of the noise is reported', () => {
    const fills = simulateFills('units', 100, { scale: 1, exponent: 0.5, noise: 0.4 })
    const fit = unwrap(calibrateImpact(fills))
    const scaled = unwrap(
      calibrateImpact(fills.map((fill) => ({ ...fill, slippage: fill.slippage * 4, volPerDay: fill.volPerDay * 4 }))),
    )
    expect(scaled).toEqual(fit)
    const turned = unwrap(calibrateImpact([...fills].reverse()))
    expect(relativeGap(turned.law.scale, fit.law.scale)).toBeLessThan(1e-9)
    expect(fit.noise).toBeGreaterThan(0.25)
    expect(fit.noise).toBeLessThan(0.55)
  })

  test('[COST-29] without fills the answer is the prior, named, with its wide interval', () => {
    const fit = unwrap(calibrateImpact([]))
    expect(fit.law).toEqual({ scale: 1, exponent: 0.5 })
    expect(fit.priors).toEqual({
      logScale: { mean: 0, deviation: 0.5 },
      exponent: { mean: 0.5, deviation: 0.1 },
      noise: { width: 1, fills: 4 },
    })
    expect([fit.scale.low, fit.scale.high].map((each) => Number(each.toFixed(3)))).toEqual([0.375, 2.664])
    expect([fit.exponent.low, fit.exponent.high].map((each) => Number(each.toFixed(3)))).toEqual([0.304, 0.696])
    expect([fit.scale.priorShare, fit.exponent.priorShare].map((each) => Number(each.toFixed(12)))).toEqual([1, 1])
  })

  test('[COST-29] few fills stay near the prior; every further fill narrows the interval', () => {
    const fills = simulateFills('few', 200, { scale: 1, exponent: 0.5, noise: 0.7 })
    const widths = [0, 3, 20, 200].map((count) => unwrap(calibrateImpact(fills.slice(0, count))))
    const width = (fit: ImpactFit): number => fit.exponent.high - fit.exponent.low
    widths.slice(1).forEach((fit, k) => {
      expect(width(fit)).toBeLessThan(width(widths[k]!))
    })
    // Three fills leave an interval of more than half the width of the prior's.
    expect(width(widths[1]!)).toBeGreaterThan(width(widths[0]!) / 2)
    expect(Math.abs(widths[1]!.law.exponent - 0.5)).toBeLessThan(0.1)
  })

  test('[COST-30] one fill in ten that is a hundred times off moves the answer by less than its error, and is counted', () => {
    const clean = simulateFills('wild', 300, { scale: 1, exponent: 0.5, noise: 0.3 })
    const wild = clean.map((fill, k) => (k % 10 === 0 ? { ...fill, slippage: fill.slippage * 100 } : fill))
    const [before, after] = [unwrap(calibrateImpact(clean)), unwrap(calibrateImpact(wild))]
    expect(Math.abs(Math.log(after.law.scale / before.law.scale))).toBeLessThan(before.scale.standardError * 2)
    expect(Math.abs(after.law.exponent - before.law.exponent)).toBeLessThan(before.exponent.standardError * 2)
    expect(after.outliers).toBe(30)
    expect(before.outliers).toBeLessThan(10)
    expect(covers(after.exponent, 0.5)).toBe(true)
  })

  test('[COST-30] fills that follow no root at all stop δ at what is allowed, and say so', () => {
    const fills = simulateFills('steep', 3000, { scale: 1, exponent: 1.6, noise: 0.1 })
    const fit = unwrap(calibrateImpact(fills))
    expect([fit.law.exponent, fit.exponentAtBound, fit.exponent.high]).toEqual([1, true, 1])
    const best = posterior(fills, Math.log(fit.law.scale), 1)
    for (const step of [-0.01, 0.01]) expect(posterior(fills, Math.log(fit.law.scale) + step, 1)).toBeLessThan(best)
  })

  test('[COST-31] fills that gained are counted; too many of them are refused', () => {
    const fills = simulateFills('gained', 100, { scale: 1, exponent: 0.5, noise: 0.3 })
    const turn = (count: number): Fill[] =>
      fills.map((fill, k) => (k < count ? { ...fill, slippage: -fill.slippage } : fill))
    expect(unwrap(calibrateImpact(turn(20)))).toMatchObject({ used: 80, gained: 20 })
    expect(messagesOf(calibrateImpact(turn(21)))).toEqual([
      'fills: fills that gained must be at most a fifth, was 21 of 100',
    ])
  })

  test('[COST-31] nonsense is refused, each fill by its place', () => {
    const sound = { participation: 0.01, slippage: 0.001, volPerDay: 0.03 }
    expect(
      messagesOf(
        calibrateImpact([
          sound,
          { ...sound, participation: 0 },
          { ...sound, participation: 1.5, slippage: Number.NaN },
          { ...sound, volPerDay: -1 },
          { ...sound, slippage: 31 },
        ]),
      ),
    ).toEqual([
      'fills.1: participation must be above 0 and at most 1, was 0',
      'fills.2: participation must be above 0 and at most 1, was 1.5',
      'fills.2: slippage must be a finite number, was NaN',
      'fills.3: volatility of a day must be above 0, was -1',
      `fills.4: slippage must be at most 1000 times the volatility of a day, was ${31 / 0.03}`,
    ])
    const priors = { ...IMPACT_PRIORS, exponent: { mean: 0, deviation: 0 } }
    expect(codesOf(calibrateImpact([], priors))).toEqual(['cost.range', 'cost.range'])
  })
})
