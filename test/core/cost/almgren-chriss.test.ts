import fc from 'fast-check'
import { Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import {
  type ExecutionOrder,
  efficientFrontier,
  evenPaceCost,
  optimalTrajectory,
} from '../../../src/core/cost/almgren-chriss.ts'
import { absent, codesOf, messagesOf, readJson, relativeGap, unwrap } from './reference.ts'

const PAPER: ExecutionOrder = {
  quantity: 1e6,
  duration: 5,
  slices: 5,
  vol: 0.95,
  halfSpread: 0.0625,
  permanent: 2.5e-7,
  temporary: 2.5e-6,
  aversion: 0,
}

/** The optimum without any closed form: the stationary point of E + λV over the inner holdings, a tridiagonal system. */
function bruteHoldings({ quantity, duration, slices, vol, permanent, temporary, aversion }: ExecutionOrder): number[] {
  const tau = duration / slices
  const eta = temporary - (permanent * tau) / 2
  const n = slices - 1
  const matrix = Matrix.zeros(n, n)
  const right = Matrix.zeros(n, 1)
  for (let i = 0; i < n; i++) {
    matrix.set(i, i, (4 * eta) / tau + 2 * aversion * vol ** 2 * tau)
    if (i > 0) matrix.set(i, i - 1, (-2 * eta) / tau)
    if (i < n - 1) matrix.set(i, i + 1, (-2 * eta) / tau)
  }
  right.set(0, 0, (2 * eta * quantity) / tau)
  return [quantity, ...solve(matrix, right).to1DArray(), 0]
}

const orders = fc.record({
  quantity: fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((each) => Math.abs(each) > 1),
  duration: fc.double({ min: 0.1, max: 20, noNaN: true }),
  slices: fc.integer({ min: 2, max: 12 }),
  vol: fc.double({ min: 0.1, max: 2, noNaN: true }),
  halfSpread: fc.double({ min: 0, max: 1, noNaN: true }),
  permanent: fc.double({ min: 0, max: 1e-7, noNaN: true }),
  temporary: fc.double({ min: 2e-6, max: 1e-4, noNaN: true }),
  aversion: fc.double({ min: 0, max: 1e-5, noNaN: true }),
})

describe('Almgren-Chriss', () => {
  test.skipIf(absent)('[COST-10] every published trajectory of the paper parameters', () => {
    type Case = { kappa_per_day: number; holdings: number[]; E_cost: number; V: number; sd: number }
    const { almgren_chriss_2001: published } = readJson<{ almgren_chriss_2001: { cases: Record<string, Case> } }>(
      'micro/closed_form_oracles.json',
    )
    expect(Object.keys(published.cases)).toHaveLength(6)
    for (const [aversion, expected] of Object.entries(published.cases)) {
      const found = unwrap(optimalTrajectory({ ...PAPER, aversion: Number(aversion) }))
      expect(relativeGap(found.kappa, Math.abs(expected.kappa_per_day))).toBeLessThan(1e-12)
      expect(relativeGap(found.expectedCost, expected.E_cost)).toBeLessThan(1e-12)
      expect(relativeGap(found.variance, expected.V)).toBeLessThan(1e-12)
      expect(relativeGap(found.deviation, expected.sd)).toBeLessThan(1e-12)
      expected.holdings.forEach((held, j) => {
        expect(Math.abs(found.holdings[j]! - held)).toBeLessThan(1e-6)
      })
      expect(found.branch).toBe(
        Number(aversion) === 0 ? 'straight' : Number(aversion) > 0 ? 'hyperbolic' : 'trigonometric',
      )
    }
  })

  test('[COST-10] the trajectory is the stationary point of E + λV, whatever the side', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const found = unwrap(optimalTrajectory(order))
        bruteHoldings(order).forEach((held, j) => {
          expect(Math.abs(found.holdings[j]! - held)).toBeLessThan(1e-9 * Math.abs(order.quantity))
        })
        const mirrored = unwrap(optimalTrajectory({ ...order, quantity: -order.quantity }))
        expect(mirrored.expectedCost).toBe(found.expectedCost)
        expect(mirrored.variance).toBe(found.variance)
        expect(found.expectedCost).toBeGreaterThan(0)
        expect(
          relativeGap(
            found.trades.reduce((a, b) => a + b, 0),
            order.quantity,
          ),
        ).toBeLessThan(1e-12)
      }),
      { seed: 9, numRuns: 200 },
    )
  })

  test('[COST-10] ten times the unit of quantity gives the same money', () => {
    const scaled = {
      ...PAPER,
      aversion: 1e-6,
      quantity: 1e5,
      vol: 9.5,
      halfSpread: 0.625,
      permanent: 2.5e-5,
      temporary: 2.5e-4,
    }
    const [a, b] = [unwrap(optimalTrajectory(scaled)), unwrap(optimalTrajectory({ ...PAPER, aversion: 1e-6 }))]
    expect(relativeGap(a.expectedCost, b.expectedCost)).toBeLessThan(1e-12)
    expect(relativeGap(a.deviation, b.deviation)).toBeLessThan(1e-12)
  })

  test('[COST-11] λ = 0 is a straight line, and small λ of either sign is next to it', () => {
    const line = unwrap(optimalTrajectory(PAPER))
    for (const aversion of [-1e-18, -1e-30, 1e-30, 1e-18]) {
      const found = unwrap(optimalTrajectory({ ...PAPER, aversion }))
      line.holdings.forEach((held, j) => {
        expect(Math.abs(found.holdings[j]! - held)).toBeLessThan(1e-5)
      })
    }
  })

  test('[COST-11] λ < 0 is the sine branch down to where waiting for ever looks best, which is refused', () => {
    const eta = 2.5e-6 - 1.25e-7
    const limit = (-4 * Math.sin(Math.PI / 10) ** 2 * eta) / 0.95 ** 2
    const brute = (aversion: number): number[] => bruteHoldings({ ...PAPER, aversion })
    const inside = unwrap(optimalTrajectory({ ...PAPER, aversion: limit * 0.99 }))
    brute(limit * 0.99).forEach((held, j) => {
      expect(relativeGap(inside.holdings[j]!, held)).toBeLessThan(1e-9)
    })
    expect(inside.branch).toBe('trigonometric')
    for (const aversion of [limit * 1.001, limit * 100, -1]) {
      expect(codesOf(optimalTrajectory({ ...PAPER, aversion }))).toEqual(['cost.execution'])
    }
    expect(messagesOf(optimalTrajectory({ ...PAPER, aversion: -1 }))[0]).toContain(
      `must be above ${limit}`.slice(0, 24),
    )
  })

  test('[COST-11] an immense aversion sells at once and stays finite', () => {
    const found = unwrap(optimalTrajectory({ ...PAPER, aversion: 1e30, slices: 500 }))
    expect(found.trades[0]).toBeCloseTo(1e6, 6)
    expect([...found.holdings].every(Number.isFinite)).toBe(true)
    expect(codesOf(optimalTrajectory({ ...PAPER, aversion: 1e308, vol: 1e3 }))).toEqual(['cost.range'])
    expect(codesOf(optimalTrajectory({ ...PAPER, quantity: 1e200 }))).toEqual(['cost.range', 'cost.range'])
  })

  test('[COST-11] slices too long for their impact and numbers out of range are refused', () => {
    expect(codesOf(optimalTrajectory({ ...PAPER, permanent: 1e-5 }))).toEqual(['cost.execution'])
    const bad = { ...PAPER, duration: 0, slices: 1.5, vol: -1, aversion: Number.NaN }
    expect(codesOf(optimalTrajectory(bad))).toEqual(new Array(4).fill('cost.range'))
  })

  test('[COST-12] along the frontier cost rises, deviation falls, and the slope dE/dV is −λ', () => {
    const aversions = Array.from({ length: 40 }, (_, k) => k * 1e-7)
    const points = unwrap(efficientFrontier(PAPER, [...aversions].reverse()))
    points.slice(1).forEach((point, k) => {
      expect(point.expectedCost).toBeGreaterThan(points[k]!.expectedCost)
      expect(point.deviation).toBeLessThan(points[k]!.deviation)
    })
    for (const aversion of [1e-7, 1e-6, 2e-6, 1e-5]) {
      const [before, after] = unwrap(efficientFrontier(PAPER, [aversion * 0.9999, aversion * 1.0001]))
      const slope = (after!.expectedCost - before!.expectedCost) / (after!.deviation ** 2 - before!.deviation ** 2)
      expect(relativeGap(-slope, aversion)).toBeLessThan(1e-6)
    }
    expect(codesOf(efficientFrontier(PAPER, [-1e-7]))).toEqual(['cost.range'])
  })

  test.skipIf(absent)('[COST-12] the published cost of a block at an even pace', () => {
    type Case = {
      model: string
      alpha: number
      beta: number
      epsilon: number
      q: number
      p: number
      V: number
      sigma: number
      cost: number
    }
    const { cases } = readJson<{ cases: Case[] }>('sizing/bt/cost_models.json')
    const blocks = cases.filter(({ model }) => model === 'almgren_chriss')
    expect(blocks).toHaveLength(2)
    for (const { alpha, beta, epsilon, q, p, V, sigma, cost } of blocks) {
      const move = (sigma * p) / V
      const impact = { halfSpread: epsilon * p, permanent: alpha * move, temporary: beta * move }
      expect(relativeGap(evenPaceCost(impact, { quantity: q, duration: 1 }), cost)).toBeLessThan(1e-14)
      expect(evenPaceCost(impact, { quantity: -q, duration: 1 })).toBe(
        evenPaceCost(impact, { quantity: q, duration: 1 }),
      )
    }
  })

  test('[COST-12] the even pace is what many slices tend to', () => {
    const sliced = unwrap(optimalTrajectory({ ...PAPER, slices: 100_000 }))
    expect(relativeGap(sliced.expectedCost, evenPaceCost(PAPER, PAPER))).toBeLessThan(1e-5)
  })
})
