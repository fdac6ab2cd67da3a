/** Caps on risk in the cost-aware program: closed forms, the cheapest way to a cap, prices, relaxations, and degenerate ones. */
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { makeCostProgram } from '../../../src/core/maths/cost-program.ts'
import type { CostProgram } from '../../../src/core/maths/cost-program-types.ts'
import { minimiseCost } from '../../../src/core/maths/least-cost.ts'
import { quadraticForm } from '../../../src/core/maths/matrix.ts'
import { cap, expectOptimal, fill, program, row, solve } from './cost-program-examples.ts'
import { objectiveAt } from './cost-program-oracles.ts'
import { randomProgram } from './cost-program-problems.ts'
import { drawGram } from './draws.ts'

const riskAt = (each: CostProgram, k: number, z: Float64Array): number => {
  const { matrix, point } = each.caps[k]!
  const left = point.map((p, i) => p + z[i]!)
  return Math.sqrt(Math.max(0, quadraticForm(left, matrix, each.n)))
}

describe('one trade of volatility 2, held .5', () => {
  // Curvature 2 and cost .9: the no-trade region ends at .45, so nothing but the cap makes it trade.
  const one = (radius: number, price = Infinity) => {
    const optimum = solve(
      program({
        n: 1,
        quadratic: Float64Array.of(2),
        deviation: Float64Array.of(0.4),
        proportional: Float64Array.of(0.9),
        caps: [cap({ matrix: Float64Array.of(4), point: Float64Array.of(0.5), radius, price })],
      }),
    )
    expectOptimal(optimum)
    return [optimum.trade[0]!, optimum.capMultipliers[0]!, optimum.capExcess[0]!]
  }
  test.each([
    ['inside its cap stays', 1.2, Infinity, [0, 0, 0]],
    ['on its cap stays', 1, Infinity, [0, 0, 0]],
    // 2(.4 + z) − .9 + 2λ = 0
    ['is sold to .6/2, which costs .35 per unit of the cap', 0.6, Infinity, [-0.2, 0.25, 0]],
    ['is sold altogether where nothing is allowed', 0, Infinity, [-0.5, 0.55, 0]],
    ['pays for its excess where that is cheaper', 0.6, 0.1, [-0.05, 0.1, 0.3]],
    ['stays where the excess costs next to nothing', 0.6, 0.01, [0, 0.01, 0.4]],
  ])('[CONVEX-11] %s', (_, radius, price, expected) => {
    one(radius, price).forEach((each, k) => {
      expect(each).toBeCloseTo(expected[k]!, 12)
    })
  })
})

describe('caps', () => {
  test('[CONVEX-11] without curvature the optimum is the cheapest way to the cap', () => {
    const random = makeRandom('cheapest')
    for (let k = 0; k < 60; k++) {
      const n = 1 + random.integer(12)
      const matrix = drawGram(random, n, n)
      const deviation = Float64Array.from({ length: n }, random.normal)
      const cost = Float64Array.from({ length: n }, () => 0.1 + random.uniform())
      const radius = 0.7 * random.uniform() * Math.sqrt(quadraticForm(deviation, matrix, n))
      const cheapest = minimiseCost({ n, deviation, covariance: matrix, cost, cap: radius })
      const each = program({
        n,
        quadratic: fill(n * n, 0),
        deviation,
        proportional: cost,
        caps: [cap({ matrix, point: deviation, radius })],
      })
      const optimum = solve(each)
      expectOptimal(optimum)
      const least = objectiveAt(each, cheapest.trade)
      expect(Math.abs(optimum.certificate.objective - least)).toBeLessThan(1e-9 * (1 + least))
    }
  })

  test('[CONVEX-11] certified on 300 random programs, rows and power costs included, and every hard cap is kept', () => {
    const random = makeRandom('caps')
    let held = 0
    for (let k = 0; k < 300; k++) {
      const each = randomProgram(random, { nMax: k % 10 === 0 ? 60 : 20, power: k % 2 === 1, caps: true })
      const optimum = solve(each)
      expectOptimal(optimum)
      each.caps.forEach(({ radius, price }, c) => {
        const risk = riskAt(each, c, optimum.trade)
        if (price === Infinity) expect(risk).toBeLessThanOrEqual(radius * (1 + 1e-8))
        expect(optimum.capExcess[c]!).toBeCloseTo(Math.max(0, risk - radius), 6)
        expect(optimum.capMultipliers[c]!).toBeLessThanOrEqual(price)
        if (optimum.capMultipliers[c]! > 0) held++
      })
      const plain = objectiveAt(each, optimum.trade)
      expect(Math.abs(optimum.certificate.objective - plain)).toBeLessThan(1e-11 * (1 + Math.abs(plain)))
    }
    expect(held).toBeGreaterThan(100)
  })

  test.each([
    ['a free trade on a kink that it has no reason to leave', 'capsx2', 1873],
    ['a search along the bend of a hard cap', 'capsx1', 942],
    ['rows that falter just below what is visible', 'felt1', 2359],
  ])('[CONVEX-1] once not solved: %s', (_, seed, index) => {
    const random = makeRandom(seed)
    for (let k = 0; ; k++) {
      const each = randomProgram(random, { nMax: 60, power: k % 2 === 1, caps: k % 4 >= 2 })
      // The stream of tools/check-cost-program.ts, which moves every deviation once.
      for (let i = 0; i < each.n; i++) random.normal()
      if (k < index) continue
      expectOptimal(solve(each))
      return
    }
  })

  test('[CONVEX-12] a multiplier is what the optimum falls by for a unit of the radius', () => {
    const random = makeRandom('prices')
    for (let k = 0; k < 20; k++) {
      const each = randomProgram(random, { nMax: 8, power: false, caps: true })
      const { capMultipliers } = solve(each)
      const price = capMultipliers[0]!
      if (price === 0) continue
      const by = 1e-5 * each.caps[0]!.radius
      const at = (more: number): number => {
        const [first, ...others] = each.caps
        return solve({ ...each, caps: [{ ...first!, radius: first!.radius + more }, ...others] }).certificate.objective
      }
      // Convex: the price lies between what less and more radius is worth.
      expect(price).toBeLessThan((at(-by) - at(0)) / by + 1e-3 * (1 + price))
      expect(price).toBeGreaterThan((at(0) - at(by)) / by - 1e-3 * (1 + price))
    }
  })

  test('[CONVEX-13] a cap that cannot be reached gives the least relaxation, of rows and caps together', () => {
    const n = 2
    const base = program({
      n,
      quadratic: Float64Array.of(1, 0, 0, 1),
      deviation: fill(n, 1),
      lower: fill(n, -0.5),
      upper: fill(n, 0),
      caps: [cap({ matrix: Float64Array.of(1, 0, 0, 1), point: fill(n, 1), radius: 0.5 })],
    })
    // Half of each remains: √½ = .7071 is .2071 too much.
    const alone = solve(base)
    expect([alone.status, Array.from(alone.trade)]).toEqual(['infeasible', [-0.5, -0.5]])
    expect(alone.relaxation).toBeCloseTo((Math.SQRT1_2 - 0.5) / 0.5, 9)
    expect(alone.capExcess[0]).toBeCloseTo(Math.SQRT1_2 - 0.5, 9)
    // No turnover allowed, of a bound 1e-3 that is dear to relax: the cap gives way as far as the row lets nothing trade.
    const turnover = row(n, { bend: fill(n, 1), bound: 1e-3 })
    const both = solve({ ...base, rows: [turnover] })
    expect(both.status).toBe('infeasible')
    expect(both.excess[0]).toBeCloseTo(0, 9)
    expect(both.capExcess[0]).toBeCloseTo(Math.hypot(1 - 5e-4, 1 - 5e-4) - 0.5, 6)
    // A row that is cheap to relax gives way altogether.
    const cheap = solve({ ...base, rows: [{ ...turnover, weight: 1e-6 }] })
    expect(cheap.excess[0]).toBeCloseTo(1 - 1e-3, 9)
    expect(cheap.capExcess[0]).toBeCloseTo(Math.SQRT1_2 - 0.5, 9)
  })

  test('[CONVEX-11] caps without risk, of one risk in all, twice the same, and of radius 0 are solved like any other', () => {
    const n = 3
    const quadratic = Float64Array.of(1, 0.2, 0.1, 0.2, 1, 0.3, 0.1, 0.3, 1)
    const deviation = Float64Array.of(0.5, -0.4, 0.8)
    for (const matrix of [fill(9, 0), fill(9, 1), quadratic, Float64Array.of(1, 1, 0, 1, 1, 0, 0, 0, 0)]) {
      for (const radius of [0, 1e-9, 0.1, 2]) {
        const once = cap({ matrix, point: deviation, radius })
        const each = program({ n, quadratic, deviation, proportional: fill(n, 0.3), caps: [once, once] })
        const optimum = solve(each)
        expectOptimal(optimum)
        expect(riskAt(each, 0, optimum.trade)).toBeLessThan(radius + 1e-7)
      }
    }
  })

  test('[CONVEX-4] a start changes neither the optimum nor its certificate, and the same start gives the same bits', () => {
    const random = makeRandom('warm caps')
    for (let k = 0; k < 40; k++) {
      const each = randomProgram(random, { nMax: 30, power: k % 2 === 1, caps: true })
      const solver = makeCostProgram(each.n, each.rows.length)
      const cold = solver.solve(each).certificate.objective
      const warm = solver.solve(each, solver.solve(each))
      expectOptimal(warm)
      expect(Math.abs(warm.certificate.objective - cold)).toBeLessThan(1e-8 * (1 + Math.abs(cold)))
      const bits = Array.from(warm.trade)
      expect(Array.from(makeCostProgram(each.n, each.rows.length).solve(each, solve(each)).trade)).toEqual(bits)
      expect(solver.solve(each).certificate.objective).toBe(cold)
    }
  })

  test('[CONVEX-8] caps that are none are refused', () => {
    const base = { n: 1, quadratic: Float64Array.of(1), deviation: fill(1, 0) }
    const one = cap({ matrix: Float64Array.of(1), point: fill(1, 0), radius: 1 })
    expect(() => solve(program({ ...base, caps: new Array(9).fill(one) }))).toThrow('caps must be at most 8, were 9')
    expect(() => solve(program({ ...base, caps: [{ ...one, radius: -1 }] }))).toThrow('at least 0, was -1')
    expect(() => solve(program({ ...base, caps: [{ ...one, point: fill(1, Number.NaN) }] }))).toThrow('finite')
  })
})
