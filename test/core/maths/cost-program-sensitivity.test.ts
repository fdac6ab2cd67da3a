/** How optima move with their limits, against the optimum with the limit moved. */
import { expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { measureSensitivity } from '../../../src/core/maths/cost-program-sensitivity.ts'
import type { CostProgram } from '../../../src/core/maths/cost-program-types.ts'
import { cap, fill, program, row, solve } from './cost-program-examples.ts'
import { randomProgram } from './cost-program-problems.ts'

const measure = (each: CostProgram, slope: Float64Array) => measureSensitivity(each, solve(each), slope)
const two = (part: Partial<CostProgram>): CostProgram =>
  program({ n: 2, quadratic: Float64Array.of(1, 0, 0, 1), deviation: Float64Array.of(1, 1), ...part })
const FIRST = Float64Array.of(1, 0)

test('[CONVEX-14] one limit at a time, by hand', () => {
  // z₁ + z₂ ≥ −1: each takes half of a unit of room, downwards.
  expect(measure(two({ rows: [row(2, { slope: fill(2, -1), bound: 1 })] }), FIRST)!.rows[0]).toBeCloseTo(-0.5, 10)
  // With costs of .3 the second stands still at d₂ = .2: the first takes all of it.
  const still = two({
    deviation: Float64Array.of(1, 0.2),
    proportional: fill(2, 0.3),
    rows: [row(2, { bend: fill(2, 1), bound: 0.4 })],
  })
  expect(measure(still, FIRST)!.rows[0]).toBeCloseTo(-1, 10)
  // A bound: the trade moves with it, and drags the other along by −M₂₁/M₂₂.
  const bound = two({ quadratic: Float64Array.of(1, 0.5, 0.5, 1), lower: Float64Array.of(-0.5, -9) })
  expect(measure(bound, FIRST)!.bounds[0]).toBeCloseTo(1, 10)
  expect(measure(bound, Float64Array.of(0, 1))!.bounds[0]).toBeCloseTo(-0.5, 10)
  // |p + z| ≤ 1 towards d = (1, 1) from p = (3, 4): z ends at (.6, .8) − (3, 4), and moves along (.6, .8).
  const away = two({
    deviation: Float64Array.of(3, 4),
    linear: Float64Array.of(-6, -8),
    caps: [cap({ matrix: Float64Array.of(1, 0, 0, 1), point: Float64Array.of(3, 4), radius: 1 })],
  })
  expect(measure(away, FIRST)!.caps[0]).toBeCloseTo(0.6, 9)
})

test('[CONVEX-14] nothing where a limit is exceeded at its price, and no derivative at a cap of 0', () => {
  const exceeded = two({ rows: [row(2, { slope: fill(2, -1), bound: 1, price: 0.1 })] })
  expect(measure(exceeded, FIRST)!.rows[0]).toBe(0)
  const closed = two({
    deviation: Float64Array.of(3, 4),
    linear: Float64Array.of(-6, -8),
    caps: [cap({ matrix: Float64Array.of(1, 0, 0, 1), point: Float64Array.of(3, 4), radius: 0 })],
  })
  expect(measure(closed, FIRST)).toBeNull()
})

test('[CONVEX-14] of random programs it is the slope between optima with the limit moved to and fro', () => {
  const random = makeRandom('sensitivity')
  let compared = 0
  for (let k = 0; k < 300; k++) {
    const drawn = randomProgram(random, { nMax: 10, power: k % 3 === 0, caps: k % 2 === 0 })
    // Strictly convex, so that the optimum is one point.
    const { n } = drawn
    const quadratic = drawn.quadratic.map((each, at) => each + (at % (n + 1) === 0 ? 0.2 : 0))
    const each = { ...drawn, quadratic }
    const slope = Float64Array.from({ length: n }, () => random.normal())
    const optimum = solve(each)
    if (optimum.status !== 'optimal') continue
    const sensitivity = measureSensitivity(each, optimum, slope)
    if (sensitivity === null) continue
    const value = (moved: CostProgram): number => {
      const { trade, status } = solve(moved)
      return status === 'optimal' ? trade.reduce((sum, z, i) => sum + z * slope[i]!, 0) : Number.NaN
    }
    const compare = (claimed: number, move: (by: number) => CostProgram): void => {
      const by = 1e-5
      const [less, now, more] = [value(move(-by)), value(each), value(move(by))]
      const [below, above] = [(now - less) / by, (more - now) / by]
      // On a kink of its path an optimum has two slopes.
      if (!(Math.abs(above - below) < 1e-3 * (1 + Math.abs(above)))) return
      compared++
      expect(Math.abs(claimed - (above + below) / 2)).toBeLessThan(2e-3 * (1 + Math.abs(above)))
    }
    each.rows.forEach((own, at) => {
      if (optimum.multipliers[at]! > 1e-6)
        compare(sensitivity.rows[at]!, (by) => ({
          ...each,
          rows: each.rows.map((other, l) => (l === at ? { ...own, bound: own.bound + by } : other)),
        }))
    })
    each.caps.forEach((own, at) => {
      if (optimum.capMultipliers[at]! > 1e-6 && own.radius > 1e-4)
        compare(sensitivity.caps[at]!, (by) => ({
          ...each,
          caps: each.caps.map((other, l) => (l === at ? { ...own, radius: own.radius + by } : other)),
        }))
    })
    for (let i = 0; i < n; i++) {
      const price = optimum.boundMultipliers[i]!
      if (Math.abs(price) < 1e-6 || each.lower[i] === each.upper[i]) continue
      const key = price > 0 ? 'upper' : 'lower'
      compare(sensitivity.bounds[i]!, (by) => ({ ...each, [key]: each[key].map((b, l) => (l === i ? b + by : b)) }))
    }
  }
  expect(compared).toBeGreaterThan(200)
})
