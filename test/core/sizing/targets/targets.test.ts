/** Targets computed from risk: their defining conditions, their laws and their refusals. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { projectOnto } from '../../../../src/core/maths/quadratic-program.ts'
import { pivotToOptimum } from '../../../../src/core/sizing/targets/block-pivoting.ts'
import { hierarchicalWeights } from '../../../../src/core/sizing/targets/hierarchical.ts'
import {
  maximumDiversificationWeights,
  minimumVarianceWeights,
} from '../../../../src/core/sizing/targets/minimum-variance.ts'
import { riskBudgetWeights } from '../../../../src/core/sizing/targets/risk-budget.ts'
import { type RiskTarget, riskTargetWeights } from '../../../../src/core/sizing/targets/risk-target.ts'
import { multiplySymmetric } from '../../../../src/core/sizing/targets/symmetric-product.ts'
import { type Bounds, longOnly, type TargetInputs } from '../../../../src/core/sizing/targets/target-inputs.ts'
import {
  codesOf,
  contributions,
  inputsOf,
  messageOf,
  namesOf,
  randomMarket,
  sumOf,
  timesCovariance,
  unwrap,
  varianceOf,
} from './markets.ts'

const markets = fc
  .record({
    n: fc.integer({ min: 1, max: 14 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    common: fc.constantFrom(0, 0.5, 2),
  })
  .map(({ n, seed, common }) => randomMarket(n, seed, common))

/** Bounds that hold 1/n well inside or just so, and sum to either side of 1. */
const boundsOf = (n: number): Bounds => ({
  lower: Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0.5 / n : 0)),
  upper: Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1.5 / n : 1)),
})
const targetsOf = (n: number): RiskTarget[] => [
  { kind: 'riskBudget', budget: null, bounds: null },
  { kind: 'riskBudget', budget: Float64Array.from({ length: n }, (_, i) => 1 + i), bounds: null },
  { kind: 'riskBudget', budget: null, bounds: boundsOf(n) },
  { kind: 'minimumVariance', bounds: longOnly(n) },
  { kind: 'minimumVariance', bounds: boundsOf(n) },
  { kind: 'maximumDiversification', bounds: longOnly(n) },
  { kind: 'maximumDiversification', bounds: boundsOf(n) },
  { kind: 'inverseVolatility' },
  { kind: 'hierarchical' },
]
const weightsOf = (inputs: TargetInputs, target: RiskTarget): Float64Array =>
  unwrap(riskTargetWeights(inputs, target)).weight
const label = (target: RiskTarget): string =>
  `${target.kind}${'bounds' in target && target.bounds !== null ? ' in bounds' : ''}`

describe('laws of all targets', () => {
  test('[TARGET-1] weights are not negative, sum to the total and scale with it; each says what it needed', () => {
    fc.assert(
      fc.property(markets, (market) => {
        for (const target of targetsOf(market.names.length)) {
          const { weight, needed } = unwrap(riskTargetWeights(market, target))
          expect(Math.abs(sumOf(weight) - 1), label(target)).toBeLessThan(1e-13)
          expect(Math.min(...weight), label(target)).toBeGreaterThanOrEqual(0)
          expect(needed).toContain('vol')
          expect(needed.includes('correlation')).toBe(target.kind !== 'inverseVolatility')
          const bounds = 'bounds' in target ? target.bounds : null
          const scaled =
            bounds === null
              ? target
              : {
                  ...target,
                  bounds: { lower: bounds.lower.map((w) => w * 2.5), upper: bounds.upper.map((w) => w * 2.5) },
                }
          weightsOf({ ...market, total: 2.5 }, scaled as RiskTarget).forEach((value, i) => {
            expect(Math.abs(value / 2.5 - weight[i]!), label(target)).toBeLessThan(1e-9)
          })
          if (bounds === null) continue
          weight.forEach((value, i) => {
            expect(value, label(target)).toBeGreaterThanOrEqual(bounds.lower[i]! - 1e-15)
            expect(value, label(target)).toBeLessThanOrEqual(bounds.upper[i]! + 1e-15)
          })
        }
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  test('[TARGET-1] the unit of risk changes nothing', () => {
    fc.assert(
      fc.property(markets, fc.constantFrom(1e-6, 0.3, 365, 1e5), (market, factor) => {
        for (const target of targetsOf(market.names.length)) {
          const scaled = { ...market, covariance: market.covariance.map((value) => value * factor) }
          const before = weightsOf(market, target)
          weightsOf(scaled, target).forEach((value, i) => {
            expect(Math.abs(value - before[i]!), label(target)).toBeLessThan(1e-9)
          })
        }
      }),
      { numRuns: 30, seed: 2 },
    )
  })

  test('[TARGET-1] permuting the assets permutes the weights', () => {
    fc.assert(
      fc.property(markets, fc.integer({ min: 1, max: 13 }), (market, shift) => {
        const n = market.names.length
        const order = Array.from({ length: n }, (_, i) => (n - 1 - i + shift) % n)
        const turned = {
          names: order.map((i) => market.names[i]!),
          covariance: market.covariance.map(
            (_, k) => market.covariance[order[Math.floor(k / n)]! * n + order[k % n]!]!,
          ),
          total: 1,
        }
        for (const target of targetsOf(n)) {
          const turn = (values: Float64Array): Float64Array => Float64Array.from(order, (i) => values[i]!)
          const moved = { ...target } as { budget?: Float64Array | null; bounds?: Bounds | null }
          if (moved.budget) moved.budget = turn(moved.budget)
          if (moved.bounds) moved.bounds = { lower: turn(moved.bounds.lower), upper: turn(moved.bounds.upper) }
          const before = weightsOf(market, target)
          weightsOf(turned, moved as RiskTarget).forEach((value, k) => {
            expect(Math.abs(value - before[order[k]!]!), label(target)).toBeLessThan(1e-9)
          })
        }
      }),
      { numRuns: 30, seed: 3 },
    )
  })

  test('[TARGET-6] what is missing is refused by name', () => {
    const holed = inputsOf([
      [0.04, 0.01, Number.NaN],
      [0.01, 0.09, 0],
      [Number.NaN, 0, 0.16],
    ])
    const named = { ...holed, names: ['BTC', 'ETH', 'SOL'] }
    for (const target of targetsOf(3)) {
      if (target.kind === 'inverseVolatility') expect(riskTargetWeights(named, target).ok).toBe(true)
      else
        expect(messageOf(riskTargetWeights(named, target))).toBe(
          'the covariance of BTC and SOL must be a finite number, was NaN',
        )
      const dead = { ...named, covariance: Float64Array.of(0.04, 0, 0, 0, 0, 0, 0, 0, Number.NaN) }
      expect(messageOf(riskTargetWeights(dead, target))).toBe(
        'the variance of ETH must be a number above 0, was 0; the variance of SOL must be a number above 0, was NaN',
      )
      expect(codesOf(riskTargetWeights({ ...named, covariance: new Float64Array(4) }, target))).toContain(
        'target.no-covariance',
      )
      expect(
        codesOf(
          riskTargetWeights({ ...named, covariance: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), total: 0 }, target),
        ),
      ).toEqual(['target.total'])
    }
    const none = { names: [], covariance: new Float64Array(0), total: 1 }
    expect(codesOf(riskTargetWeights(none, { kind: 'hierarchical' }))).toEqual(['target.missing'])
  })

  test('[TARGET-6] bounds that cannot hold are refused by name', () => {
    const market = {
      ...inputsOf([
        [0.04, 0],
        [0, 0.09],
      ]),
      names: ['BTC', 'ETH'],
    }
    const refusal = (
      kind: 'riskBudget' | 'minimumVariance' | 'maximumDiversification',
      lower: number[],
      upper: number[],
    ): string => {
      const bounds = { lower: Float64Array.from(lower), upper: Float64Array.from(upper) }
      return messageOf(riskTargetWeights(market, { kind, bounds, budget: null } as RiskTarget))
    }
    for (const kind of ['riskBudget', 'minimumVariance', 'maximumDiversification'] as const) {
      expect(refusal(kind, [0.2, 0.5], [0.3, 0.4])).toContain('the bounds of ETH must be')
      expect(refusal(kind, [0.6, 0.7], [1, 1])).toContain(
        'must sum to at most 1, was 1.2999999999999998 (ETH the largest)',
      )
      expect(refusal(kind, [0, 0], [0.2, 0.3])).toContain('must sum to at least 1, was 0.5 (BTC the smallest)')
      expect(refusal(kind, [0, Number.NaN], [1, 1])).toContain('the bounds of ETH must be')
    }
    expect(refusal('maximumDiversification', [-0.1, 0], [1, 1])).toContain('the bounds of BTC must be at least 0')
    expect(refusal('minimumVariance', [-0.1, 0], [1, 1])).toBe('')
    expect(codesOf(riskBudgetWeights({ ...market, budget: Float64Array.of(1, 0), bounds: null }))).toEqual([
      'target.budget',
    ])
  })
})

describe('risk budgets', () => {
  test('[TARGET-2] risk contributions are the budgets to 1e-12', () => {
    fc.assert(
      fc.property(
        fc.record({ n: fc.integer({ min: 1, max: 40 }), seed: fc.nat(1e6), common: fc.constantFrom(0, 0.2, 1, 3) }),
        ({ n, seed, common }) => {
          const market = randomMarket(n, seed, common)
          const budget = Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7 + seed) % 5))
          const whole = sumOf(budget)
          const { weight } = unwrap(riskBudgetWeights({ ...market, budget, bounds: null }))
          contributions(market, weight).forEach((share, i) => {
            expect(Math.abs(share - budget[i]! / whole)).toBeLessThan(1e-12)
          })
        },
      ),
      { numRuns: 150, seed: 4 },
    )
  })

  test('[TARGET-2] one factor and 100 assets, hedges among them, perfect correlation and vols from 1e-4 to 1e4', () => {
    const build = (rho: (i: number, j: number) => number, vol: (i: number) => number): TargetInputs => ({
      names: namesOf(100),
      covariance: Float64Array.from({ length: 10_000 }, (_, k) => {
        const [i, j] = [Math.floor(k / 100), k % 100]
        return (i === j ? 1 : rho(i, j)) * vol(i) * vol(j)
      }),
      total: 1,
    })
    const beta = (i: number): number => -0.5 + (1.4 * ((i * 37) % 100)) / 100
    for (const market of [
      build(
        (i, j) => Math.abs(beta(i) * beta(j)),
        (i) => 0.2 + i / 100,
      ),
      build(
        (i, j) => beta(i) * beta(j),
        (i) => 0.2 + i / 100,
      ),
      build(
        () => 1,
        (i) => 0.2 + i / 100,
      ),
      build(
        () => 0.6,
        (i) => 10 ** ((i % 9) - 4),
      ),
    ]) {
      const { weight } = unwrap(riskBudgetWeights({ ...market, budget: null, bounds: null }))
      contributions(market, weight).forEach((share) => {
        expect(Math.abs(share - 0.01)).toBeLessThan(1e-12)
      })
    }
  })

  test('[TARGET-2] a budget near 0 is met to 1e-12 of the whole risk, for a hedge as well', () => {
    const market = randomMarket(21, 20, 0)
    const budget = Float64Array.from({ length: 21 }, (_, i) => (i === 0 ? 1e-6 : 1))
    const { weight } = unwrap(riskBudgetWeights({ ...market, budget, bounds: null }))
    contributions(market, weight).forEach((share, i) => {
      expect(Math.abs(share - budget[i]! / sumOf(budget))).toBeLessThan(1e-12)
    })
  })

  test('[TARGET-3] inside bounds the free assets keep the proportions of their budgets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(1e6), (n, seed) => {
        const market = randomMarket(n, seed, 1)
        const bounds = boundsOf(n)
        const { weight } = unwrap(riskBudgetWeights({ ...market, budget: null, bounds }))
        const pull = timesCovariance(market, weight).map((value, i) => value * weight[i]!)
        const free = [...weight.keys()].filter(
          (i) => weight[i]! > bounds.lower[i]! + 1e-12 && weight[i]! < bounds.upper[i]! - 1e-12,
        )
        const price = free.length > 0 ? pull[free[0]!]! : 0
        for (const i of free) expect(Math.abs(pull[i]! / price - 1)).toBeLessThan(1e-9)
        if (free.length === 0) return
        // At a bound the pull away from it: above the price at the lower, below at the upper.
        weight.forEach((value, i) => {
          if (value <= bounds.lower[i]! + 1e-12) expect(pull[i]!).toBeGreaterThan(price * (1 - 1e-9))
          if (value >= bounds.upper[i]! - 1e-12) expect(pull[i]!).toBeLessThan(price * (1 + 1e-9))
        })
      }),
      { numRuns: 100, seed: 5 },
    )
  })

  test('[TARGET-3] wide bounds change nothing', () => {
    const market = randomMarket(9, 77, 1)
    const free = unwrap(riskBudgetWeights({ ...market, budget: null, bounds: null })).weight
    const bounded = unwrap(riskBudgetWeights({ ...market, budget: null, bounds: longOnly(9) })).weight
    bounded.forEach((value, i) => {
      expect(Math.abs(value - free[i]!)).toBeLessThan(1e-14)
    })
  })

  test('[TARGET-6] a book that can be hedged to no risk has no shares of it', () => {
    const opposite = inputsOf([
      [0.04, -0.04],
      [-0.04, 0.04],
    ])
    expect(codesOf(riskBudgetWeights({ ...opposite, budget: null, bounds: null }))).toEqual(['target.no-risk'])
    const indefinite = inputsOf([
      [1, -0.9, -0.9],
      [-0.9, 1, -0.9],
      [-0.9, -0.9, 1],
    ])
    expect(codesOf(riskBudgetWeights({ ...indefinite, budget: null, bounds: null }))).toEqual(['target.no-risk'])
  })

  test('[TARGET-2] the symmetric product is the product, whatever the size', () => {
    for (let n = 1; n <= 13; n++) {
      const market = randomMarket(n, n, 1)
      const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i))
      const y = new Float64Array(n).fill(9)
      multiplySymmetric(market.covariance, x, y, n)
      timesCovariance(market, x).forEach((value, i) => {
        expect(y[i]).toBeCloseTo(value, 13)
      })
    }
  })
})

describe('optimal targets', () => {
  /** No transfer between two assets that the bounds allow makes it better. */
  const expectOptimal = (w: Float64Array, { lower, upper }: Bounds, loss: (w: Float64Array) => number): void => {
    const best = loss(w)
    for (let i = 0; i < w.length; i++)
      for (let j = 0; j < w.length; j++)
        for (const step of [1e-3, 1e-2, 0.1]) {
          const moved = w.slice()
          moved[i]! += step
          moved[j]! -= step
          if (moved[i]! > upper[i]! || moved[j]! < lower[j]!) continue
          expect(loss(moved)).toBeGreaterThanOrEqual(best * (1 - 1e-12))
        }
  }

  test('[TARGET-4] no allowed transfer lowers the minimum variance or raises the maximum diversification', () => {
    fc.assert(
      fc.property(markets, (market) => {
        const n = market.names.length
        for (const bounds of [longOnly(n), boundsOf(n)]) {
          const minimum = unwrap(minimumVarianceWeights({ ...market, bounds })).weight
          expectOptimal(minimum, bounds, (w) => varianceOf(market, w))
          const diverse = unwrap(maximumDiversificationWeights({ ...market, bounds })).weight
          const ratio = (w: Float64Array): number =>
            varianceOf(market, w) /
            w.reduce((total, value, i) => total + value * Math.sqrt(market.covariance[i * n + i]!), 0) ** 2
          expectOptimal(diverse, bounds, ratio)
        }
      }),
      { numRuns: 60, seed: 6 },
    )
  })

  test('[TARGET-4] without correlation: inverse variance, and inverse volatility', () => {
    const market = inputsOf([
      [0.04, 0, 0],
      [0, 0.16, 0],
      [0, 0, 0.64],
    ])
    const weights = (target: RiskTarget): number[] => [...weightsOf(market, target)]
    const close = (found: number[], wanted: number[]): void =>
      wanted.forEach((value, i) => {
        expect(found[i]).toBeCloseTo(value, 14)
      })
    close(weights({ kind: 'minimumVariance', bounds: longOnly(3) }), [16 / 21, 4 / 21, 1 / 21])
    for (const kind of ['inverseVolatility', 'riskBudget', 'maximumDiversification'] as const)
      close(weights({ kind, budget: null, bounds: kind === 'riskBudget' ? null : longOnly(3) } as RiskTarget), [
        4 / 7,
        2 / 7,
        1 / 7,
      ])
  })

  test('[TARGET-4] the two ways to the optimum agree, singular markets included', () => {
    let found = 0
    for (let seed = 0; seed < 40; seed++) {
      const market = randomMarket(25, seed, 1)
      const ones = new Float64Array(25).fill(1)
      const bounds = { lower: new Float64Array(25), upper: new Float64Array(25).fill(0.2) }
      const problem = { n: 25, metric: market.covariance, ...bounds }
      const pivoted = pivotToOptimum({ ...problem, coefficients: ones, bound: 1 })
      const projected = projectOnto({
        ...problem,
        point: new Float64Array(25),
        rows: [{ id: 0, coefficients: ones.map((one) => -one), bound: -1 }],
      })
      if (projected.status === 'infeasible') throw new Error('there is an optimum')
      // It may give up where upper bounds bind; the builder then asks the other.
      if (pivoted === null) continue
      found++
      pivoted.forEach((value, i) => {
        expect(Math.abs(value - projected.x[i]!)).toBeLessThan(1e-9)
      })
    }
    expect(found).toBeGreaterThan(20)
    const twins = inputsOf([
      [0.04, 0.04, 0],
      [0.04, 0.04, 0],
      [0, 0, 0.04],
    ])
    const { weight } = unwrap(minimumVarianceWeights({ ...twins, bounds: longOnly(3) }))
    expect(weight[0]! + weight[1]!).toBeCloseTo(0.5, 9)
  })

  test('[TARGET-4] shorts where the bounds allow them', () => {
    const market = inputsOf([
      [0.04, 0.054],
      [0.054, 0.09],
    ])
    const bounds = { lower: new Float64Array(2).fill(-1), upper: new Float64Array(2).fill(2) }
    const { weight } = unwrap(minimumVarianceWeights({ ...market, bounds }))
    expect(weight[0]).toBeCloseTo((0.09 - 0.054) / (0.13 - 0.108), 12)
    expect(weight[1]).toBeCloseTo(1 - (0.09 - 0.054) / (0.13 - 0.108), 12)
  })
})

describe('hierarchical risk parity', () => {
  test('[TARGET-5] four assets by hand: pairs first, then halves by inverse variance', () => {
    // A and C, B and D move together.
    const rho = [
      [1, 0.1, 0.9, 0],
      [0.1, 1, 0.2, 0.8],
      [0.9, 0.2, 1, 0.1],
      [0, 0.8, 0.1, 1],
    ]
    const vol = [0.2, 0.3, 0.4, 0.5]
    const market = inputsOf(rho.map((row, i) => row.map((value, j) => value * vol[i]! * vol[j]!)))
    const inverse = (a: number, b: number, c: number): number => {
      const share = 1 / a ** 2 / (1 / a ** 2 + 1 / b ** 2)
      return share ** 2 * a ** 2 + (1 - share) ** 2 * b ** 2 + 2 * share * (1 - share) * c * a * b
    }
    const [ac, bd] = [inverse(0.2, 0.4, 0.9), inverse(0.3, 0.5, 0.8)]
    const first = bd / (ac + bd)
    const { weight } = unwrap(hierarchicalWeights(market))
    expect(weight[0]).toBeCloseTo(first * (0.16 / 0.2), 14)
    expect(weight[2]).toBeCloseTo(first * (0.04 / 0.2), 14)
    expect(weight[1]).toBeCloseTo((1 - first) * (0.25 / 0.34), 14)
    expect(weight[3]).toBeCloseTo((1 - first) * (0.09 / 0.34), 14)
  })

  /** Single linkage by merging the nearest two clusters again and again, and halving: the algorithm written out. */
  function plainHierarchy({ names: { length: n }, covariance }: TargetInputs): number[] {
    const at = (i: number, j: number): number => covariance[i * n + j]!
    const distance = (i: number, j: number): number => Math.sqrt((1 - at(i, j) / Math.sqrt(at(i, i) * at(j, j))) / 2)
    let clusters = Array.from({ length: n }, (_, i) => ({ id: i, leaves: [i] }))
    for (let id = n; clusters.length > 1; id++) {
      const pairs = clusters.flatMap((a, k) => clusters.slice(k + 1).map((b) => ({ a, b })))
      const gap = ({ a, b }: (typeof pairs)[number]): number =>
        Math.min(...a.leaves.flatMap((i) => b.leaves.map((j) => distance(i, j))))
      const { a, b } = pairs.reduce((best, pair) => (gap(pair) < gap(best) ? pair : best))
      const [x, y] = a.id < b.id ? [a, b] : [b, a]
      clusters = [...clusters.filter((each) => each !== a && each !== b), { id, leaves: [...x.leaves, ...y.leaves] }]
    }
    const weight = new Array<number>(n).fill(1)
    const variance = (leaves: number[]): number => {
      const whole = leaves.reduce((total, i) => total + 1 / at(i, i), 0)
      return (
        leaves.flatMap((i) => leaves.map((j) => at(i, j) / at(i, i) / at(j, j))).reduce((p, q) => p + q) / whole ** 2
      )
    }
    const halve = (leaves: number[]): void => {
      if (leaves.length < 2) return
      const [left, right] = [leaves.slice(0, leaves.length >> 1), leaves.slice(leaves.length >> 1)]
      const share = 1 - variance(left) / (variance(left) + variance(right))
      for (const i of left) weight[i]! *= share
      for (const i of right) weight[i]! *= 1 - share
      halve(left)
      halve(right)
    }
    halve(clusters[0]!.leaves)
    return weight
  }

  test('[TARGET-5] equals the algorithm written out', () => {
    fc.assert(
      fc.property(markets, (market) => {
        const { weight } = unwrap(hierarchicalWeights(market))
        plainHierarchy(market).forEach((value, i) => {
          expect(Math.abs(weight[i]! - value)).toBeLessThan(1e-13)
        })
      }),
      { numRuns: 80, seed: 7 },
    )
  })

  test('[TARGET-5] equal distances are ordered by name, so the order given changes nothing', () => {
    const market = inputsOf([
      [0.04, 0.02, 0.02],
      [0.02, 0.04, 0.02],
      [0.02, 0.02, 0.04],
    ])
    const by = (names: string[]): Map<string, number> =>
      new Map(
        Array.from(
          unwrap(hierarchicalWeights({ ...market, names })).weight,
          (weight, i) => [names[i]!, weight] as const,
        ),
      )
    const first = by(['BTC', 'ETH', 'SOL'])
    expect(by(['SOL', 'BTC', 'ETH'])).toEqual(first)
    expect(by(['ETH', 'SOL', 'BTC'])).toEqual(first)
  })
})
