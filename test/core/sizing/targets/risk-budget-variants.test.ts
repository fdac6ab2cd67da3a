/** Risk budgets where published rows are few: bounds of every kind, hedges that nearly cancel, and what no bound allows. */
import { describe, expect, test } from 'vitest'
import { makeRandom, type Random } from '../../../../src/core/base/random.ts'
import {
  maximumDiversificationWeights,
  minimumVarianceWeights,
} from '../../../../src/core/sizing/targets/minimum-variance.ts'
import { riskBudgetWeights } from '../../../../src/core/sizing/targets/risk-budget.ts'
import { type Bounds, longOnly, type TargetInputs } from '../../../../src/core/sizing/targets/target-inputs.ts'
import { codesOf, inputsOf, namesOf, randomMarket, sumOf, timesCovariance, unwrap, varianceOf } from './markets.ts'

/** Of two assets the share of the first in closed form (Bruder and Roncalli 2012, p. 6), as a ratio to keep its digits. */
function twoAssets([a, b]: readonly [number, number], rho: number, budget: number): number {
  const [p, q, k] = [(1 - budget) * a * a, (1 - 2 * budget) * rho * a * b, -budget * b * b]
  const root = Math.sqrt(q * q - 4 * p * k)
  const ratio = q > 0 ? (-2 * k) / (q + root) : (root - q) / (2 * p)
  return ratio / (1 + ratio)
}

/** XX' whose null vector has positive weights only, its variances raised by a part: a book that hedges itself nearly away. */
function hedged(random: Random, n: number, part: number): TargetInputs {
  const nothing = Array.from({ length: n }, () => 0.2 + random.uniform())
  const length = nothing.reduce((sum, each) => sum + each * each, 0)
  const columns = Array.from({ length: n + 2 }, () => {
    const x = Array.from({ length: n }, random.normal)
    const along = x.reduce((sum, each, i) => sum + each * nothing[i]!, 0) / length
    return x.map((each, i) => each - along * nothing[i]!)
  })
  const covariance = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.max(Math.floor(k / n), k % n), Math.min(Math.floor(k / n), k % n)]
    return (i === j ? 1 + part : 1) * columns.reduce((sum, x) => sum + x[i]! * x[j]!, 0)
  })
  return { names: namesOf(n), covariance, total: 1 }
}

/** Correlations of any sign and vols over `decades` powers of ten. */
function scattered(random: Random, n: number, decades: number): TargetInputs {
  const draws = Array.from({ length: n + 3 }, () => Array.from({ length: n }, random.normal))
  const vol = Array.from({ length: n }, () => 10 ** (decades * (random.uniform() - 1)))
  const covariance = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.max(Math.floor(k / n), k % n), Math.min(Math.floor(k / n), k % n)]
    return vol[i]! * vol[j]! * draws.reduce((sum, x) => sum + x[i]! * x[j]!, 0)
  })
  return { names: namesOf(n), covariance, total: 1 }
}

/** Narrow, wide, from 0 or not, some of no room at all. */
function drawBounds(random: Random, n: number): Bounds {
  const kind = Math.floor(4 * random.uniform())
  const lower = Float64Array.from({ length: n }, () =>
    kind === 0 ? 0 : (random.uniform() * (kind === 1 ? 1 : 0.6)) / n,
  )
  const upper = lower.map((least) =>
    random.uniform() < 0.1
      ? Math.max(least, 0.5 / n)
      : least + ((0.2 + 2 * random.uniform()) * (kind === 3 ? 0.7 : 1)) / n,
  )
  return { lower, upper }
}

/**
 * How far weights are from the conditions that define them: for one price of risk λ, w_i(Σw)_i/b_i is λ where free, at
 * least λ at a lower bound, at most λ at an upper one. As a part of the largest.
 */
function imbalanceOf(
  market: TargetInputs,
  { weight, budget, bounds }: { weight: Float64Array; budget: Float64Array; bounds: Bounds },
): number {
  const price = timesCovariance(market, weight).map((pull, i) => (pull * weight[i]!) / budget[i]!)
  const size = Math.max(...price.map(Math.abs))
  let [low, high] = [0, Number.POSITIVE_INFINITY]
  price.forEach((each, i) => {
    const [down, up] = [weight[i]! <= bounds.lower[i]! * (1 + 1e-13), weight[i]! >= bounds.upper[i]! * (1 - 1e-13)]
    if (!down) low = Math.max(low, each)
    if (!up) high = Math.min(high, each)
  })
  return Math.max(0, low - high) / size
}

/** Σ w of the bounded book of least variance, by coordinate descent: what the bounds come to where risk has no price. */
function leastSum(market: TargetInputs, { lower, upper }: Bounds): number {
  const n = market.names.length
  const w = lower.slice()
  for (let sweep = 0; sweep < 100_000; sweep++) {
    let moved = 0
    for (let i = 0; i < n; i++) {
      let pull = 0
      for (let j = 0; j < n; j++) if (j !== i) pull += market.covariance[i * n + j]! * w[j]!
      const next = Math.min(upper[i]!, Math.max(lower[i]!, -pull / market.covariance[i * n + i]!))
      moved = Math.max(moved, Math.abs(next - w[i]!))
      w[i] = next
    }
    if (moved < 1e-15) break
  }
  return sumOf(w)
}

describe('two assets', () => {
  test.each([0.99, 0.5, 0, -0.5, -0.99, -0.9999, -1 + 1e-6, -1 + 1e-8])(
    '[TARGET-30] in closed form at a correlation of %s, any budget',
    (rho) => {
      const random = makeRandom(`two ${rho}`)
      for (let trial = 0; trial < 50; trial++) {
        const vol = [0.1 + random.uniform(), 0.1 + random.uniform()] as const
        const share = trial % 2 === 0 ? 0.5 : 0.02 + 0.96 * random.uniform()
        const covariance = Float64Array.of(vol[0] ** 2, rho * vol[0] * vol[1], rho * vol[0] * vol[1], vol[1] ** 2)
        const { weight } = unwrap(
          riskBudgetWeights({
            names: ['A', 'B'],
            covariance,
            total: 1,
            budget: Float64Array.of(share, 1 - share),
            bounds: null,
          }),
        )
        // Half and half depends on the vols alone, whatever cancels.
        const accuracy = share === 0.5 ? 1e-13 : 2e-13 / (1 + rho + 1e-3)
        expect(Math.abs(weight[0]! - twoAssets(vol, rho, share))).toBeLessThan(accuracy)
      }
    },
  )

  test('[TARGET-30] a perfect hedge has no risk to share, and says so', () => {
    const opposite = inputsOf([
      [0.04, -0.06],
      [-0.06, 0.09],
    ])
    expect(codesOf(riskBudgetWeights({ ...opposite, budget: null, bounds: null }))).toEqual(['target.no-risk'])
    // Bounds that keep away from the hedge have an answer: the second at its upper bound, the first takes the rest.
    const bounds = { lower: Float64Array.of(0, 0), upper: Float64Array.of(1, 0.3) }
    expect(
      [...unwrap(riskBudgetWeights({ ...opposite, budget: null, bounds })).weight].map((w) => w.toFixed(12)),
    ).toEqual(['0.700000000000', '0.300000000000'])
  })
})

describe('books that hedge themselves nearly away', () => {
  test.each([1e-2, 1e-4, 1e-6, 1e-8])(
    '[TARGET-30] variances a part %s above no risk: contributions to the rounding of their sums',
    (part) => {
      const random = makeRandom(`hedged ${part}`)
      for (const n of [3, 6, 20])
        for (let trial = 0; trial < 10; trial++) {
          const market = hedged(random, n, part)
          const { weight } = unwrap(riskBudgetWeights({ ...market, budget: null, bounds: null }))
          const variance = varianceOf(market, weight)
          timesCovariance(market, weight).forEach((pull, i) => {
            expect(Math.abs((pull * weight[i]!) / variance - 1 / n)).toBeLessThan(1e-12 + 1e-14 / part)
          })
        }
    },
  )
})

describe('bounds', () => {
  test('[TARGET-31] what is free shares one price of risk, what is at a bound is held by it, at every kind of bounds and budgets', () => {
    const random = makeRandom('bounds')
    let [solved, refused] = [0, 0]
    for (let trial = 0; trial < 600; trial++) {
      const n = 2 + Math.floor(12 * random.uniform())
      const market = trial % 3 === 0 ? hedged(random, n, 0.01) : scattered(random, n, trial % 3 === 1 ? 1 : 3)
      const bounds = drawBounds(random, n)
      const budget = Float64Array.from({ length: n }, () => 0.05 + random.uniform())
      const answer = riskBudgetWeights({ ...market, budget, bounds })
      if (answer.ok) {
        const { weight } = answer.value
        solved++
        expect(Math.abs(sumOf(weight) - 1)).toBeLessThan(1e-12)
        weight.forEach((w, i) => {
          expect(w >= bounds.lower[i]! && w <= bounds.upper[i]!).toBe(true)
        })
        expect(imbalanceOf(market, { weight, budget, bounds })).toBeLessThan(1e-10)
      } else {
        refused++
        const least = leastSum(market, bounds)
        const [low, high] = [sumOf(bounds.lower), sumOf(bounds.upper)]
        // Refused only where the bounds cannot sum to 1, or sum to more even where risk has no price.
        expect(least > 1 - 1e-9 || low > 1 || high < 1).toBe(true)
      }
    }
    expect(solved).toBeGreaterThan(400)
    expect(refused).toBeGreaterThan(10)
  })

  test('[TARGET-31] bounds scale with the total, and a bound without room is met to the last bit', () => {
    for (let trial = 0; trial < 40; trial++) {
      const market = randomMarket(5, trial, 1)
      const bounds = { lower: new Float64Array(5), upper: Float64Array.of(0.1, 0.5, 0.5, 0.5, 0.5) }
      const fixed = { lower: bounds.lower.with(1, 0.25), upper: bounds.upper.with(1, 0.25) }
      const one = unwrap(riskBudgetWeights({ ...market, budget: null, bounds: fixed })).weight
      expect(one[1]).toBe(0.25)
      const scaled = { lower: fixed.lower.map((w) => 0.8 * w), upper: fixed.upper.map((w) => 0.8 * w) }
      const part = unwrap(riskBudgetWeights({ ...market, total: 0.8, budget: null, bounds: scaled })).weight
      part.forEach((w, i) => {
        expect(Math.abs(w - 0.8 * one[i]!)).toBeLessThan(1e-13)
      })
    }
  })
})

describe('covariances that are none', () => {
  test('[TARGET-32] a covariance that promises a negative variance is refused where the optimum would use it, never thrown at', () => {
    const printed = inputsOf([
      [0.04, 0.01, 0.0225],
      [0.01, 0.01, 0.0075],
      [0.0225, 0.0075, 0.0131],
    ])
    expect(codesOf(maximumDiversificationWeights({ ...printed, bounds: longOnly(3) }))).toEqual(['risk.covariance'])
    const contradicting = inputsOf([
      [1, -0.9, -0.9],
      [-0.9, 1, -0.9],
      [-0.9, -0.9, 1],
    ])
    for (const build of [minimumVarianceWeights, maximumDiversificationWeights])
      expect(codesOf(build({ ...contradicting, bounds: longOnly(3) }))).toEqual(['risk.covariance'])
  })
})
