/** Closed forms that the curvature must reproduce, each against a computation of its own, and the traps beside them. */
import { inverse, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { toNumber } from '../../../src/core/base/decimal.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import {
  type Curvature,
  type CurvatureInputs,
  computeCurvature,
  proportionalCosts,
  type TradeCosts,
} from '../../../src/core/sizing/curvature.ts'
import type { Knob } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { costRate } from '../cost/reference.ts'
import { goldenOne, makeInputs, r } from './book.ts'

const HOUR = 1 / 8760
const HOUR_MS = 3_600_000

function curvatureOf(inputs: CurvatureInputs): Curvature {
  const computed = computeCurvature(inputs)
  if (!computed.ok) throw new Error(JSON.stringify(computed.error))
  return computed.value
}

/** c|z|^{1+δ} an order, alone. */
const powerCosts = (power: Float64Array, powerExponent: number, a = 0): TradeCosts => ({
  ...proportionalCosts(new Float64Array(power.length).fill(a)),
  power,
  powerExponent,
})

/** A market of n coins with vols from 30 to 130 % and correlations of a random kind, and costs that differ tenfold. */
function quadraticMarket(n: number, seed: number): Omit<CurvatureInputs, 'interval'> {
  const random = makeRandom(seed)
  const factor = Array.from({ length: n }, () => Array.from({ length: n + 2 }, random.normal))
  const vol = Array.from({ length: n }, () => 0.3 + random.uniform())
  const dot = (i: number, j: number): number => factor[i]!.reduce((sum, each, k) => sum + each * factor[j]![k]!, 0)
  return {
    n,
    covariance: Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.max(Math.floor(k / n), k % n), Math.min(Math.floor(k / n), k % n)]
      return i === j ? vol[i]! ** 2 : (vol[i]! * vol[j]! * dot(i, j)) / Math.sqrt(dot(i, i) * dot(j, j))
    }),
    target: Float64Array.from({ length: n }, () => (0.2 + random.uniform()) / (2 * n)),
    cost: powerCosts(
      Float64Array.from({ length: n }, () => 10 ** (random.uniform() - 2)),
      1,
    ),
    aversion: 2 + 20 * random.uniform(),
  }
}

const SIZES = [1, 2, 3, 5, 8]

/** V(d) = ½d'Ad of min_z ½γΔ(d+z)'Σ(d+z) + Σ c z² + V(d+z), by iterating the Riccati equation to its end; returns ΔγΣ + A. */
function riccati({ n, covariance, cost, aversion, interval }: CurvatureInputs): Matrix {
  const held = Matrix.from1DArray(n, n, [...covariance]).mul(aversion * interval)
  const friction = Matrix.diag(Array.from(cost.power, (c) => 2 * c))
  let value = Matrix.zeros(n, n)
  for (let round = 0; round < 200_000; round++) {
    const next = Matrix.sub(
      friction,
      friction.mmul(inverse(Matrix.add(friction, Matrix.add(held, value)))).mmul(friction),
    )
    const moved = Matrix.sub(next, value).abs().max()
    value = next
    if (moved < 1e-17) break
  }
  return Matrix.add(held, value)
}

describe('quadratic cost', () => {
  test('[CURVE-25] M is the Riccati solution of Gârleanu-Pedersen to 1e-12, where Λ and Σ do not commute, at any interval', () => {
    for (const [k, interval] of [10 * HOUR, 1 / 52, 0.25, 2].entries())
      for (const n of SIZES) {
        const inputs = { ...quadraticMarket(n, 100 * k + n), interval }
        const { matrix } = curvatureOf(inputs)
        const expected = riccati(inputs).to1DArray()
        const size = Math.max(...expected.map(Math.abs))
        expected.forEach((each, at) => {
          expect(Math.abs(matrix[at]! - each) / size).toBeLessThan(1e-12)
        })
      }
  })

  test('[CURVE-25] its decision is the optimum: z = −(Λ_Δ + M)⁻¹Md, and no other gain lowers the cost of the first orders', () => {
    const inputs = { ...quadraticMarket(3, 7), interval: 1 / 52 }
    const { matrix } = curvatureOf(inputs)
    const m = Matrix.from1DArray(3, 3, [...matrix])
    const friction = Matrix.diag(Array.from(inputs.cost.power, (c) => 2 * c))
    const held = Matrix.from1DArray(3, 3, [...inputs.covariance]).mul(inputs.aversion * inputs.interval)
    const gain = inverse(Matrix.add(friction, m)).mmul(m)
    /** What the rule z = −Gd pays from d on, for ever. */
    const paid = (g: Matrix, d: Matrix): number => {
      let [state, total] = [d, 0]
      for (let step = 0; step < 20_000; step++) {
        const z = g.mmul(state).mul(-1)
        state = Matrix.add(state, z)
        total +=
          0.5 * (z.transpose().mmul(friction).mmul(z).get(0, 0) + state.transpose().mmul(held).mmul(state).get(0, 0))
      }
      return total
    }
    const d = Matrix.columnVector([0.1, -0.05, 0.02])
    const best = paid(gain, d)
    const random = makeRandom(8)
    for (let trial = 0; trial < 6; trial++) {
      const away = Matrix.from1DArray(
        3,
        3,
        Array.from({ length: 9 }, () => 0.01 * random.normal()),
      )
      expect(paid(Matrix.add(gain, away), d)).toBeGreaterThan(best)
    }
  }, 60_000)

  test('[CURVE-26] between proportional and quadratic cost M changes without a jump', () => {
    const market = { ...quadraticMarket(3, 9), interval: 1 / 12 }
    const power = market.cost.power
    const at = (exponent: number, a: number): Float64Array =>
      curvatureOf({ ...market, cost: powerCosts(power, exponent, a) }).matrix
    const gap = (x: Float64Array, y: Float64Array): number =>
      x.reduce((most, each, k) => Math.max(most, Math.abs(each - y[k]!)), 0)
    for (const exponent of [0.4, 0.5, 0.7, 1]) {
      expect(gap(at(exponent, 1e-9), at(exponent, 0))).toBeLessThan(1e-6)
      expect(gap(at(exponent, 1e-12), at(exponent, 0))).toBeLessThan(1e-9)
    }
    expect(gap(at(1 - 1e-9, 0), at(1, 0))).toBeLessThan(1e-6)
    // Positive definite in between: no deviation is worth having.
    for (const a of [0, 1e-4, 1e-2]) {
      const m = Matrix.from1DArray(3, 3, [...at(0.5, a)])
      const random = makeRandom(10)
      for (let trial = 0; trial < 100; trial++) {
        const d = Matrix.columnVector([random.normal(), random.normal(), random.normal()])
        expect(d.transpose().mmul(m).mmul(d).get(0, 0)).toBeGreaterThan(0)
      }
    }
  })

  test('[PEER-34] the solution for commuting costs used for others: M is symmetric, and Λ^½(γΣ)^½ is not it', () => {
    const inputs = { ...quadraticMarket(2, 4), covariance: Float64Array.of(0.16, 0.3, 0.3, 1), interval: 1e-6 }
    const { matrix } = curvatureOf(inputs)
    expect(matrix[1]).toBe(matrix[2])
    // As Δ → 0, MΛ⁻¹M = γΣ with Λ = 2cΔ; the product of the roots satisfies it for commuting matrices only.
    const [a, b, c] = [0.16 * inputs.aversion, 0.3 * inputs.aversion, inputs.aversion]
    const determinant = Math.sqrt(a * c - b * b)
    const trace = Math.sqrt(a + c + 2 * determinant)
    const root = [(a + determinant) / trace, b / trace, b / trace, (c + determinant) / trace]
    const lambda = Array.from(inputs.cost.power, (each) => Math.sqrt(2 * each * inputs.interval))
    const naive = lambda[0]! * root[1]!
    expect(Math.abs(naive / matrix[1]! - 1)).toBeGreaterThan(0.1)
    const solves = Matrix.from1DArray(2, 2, [...matrix])
      .mmul(Matrix.diag(lambda.map((each) => 1 / each ** 2)))
      .mmul(Matrix.from1DArray(2, 2, [...matrix]))
    expect(Math.abs(solves.get(0, 1) / b - 1)).toBeLessThan(1e-2)
  })
})

describe('proportional cost', () => {
  const book = (aversion: number, held: string) => {
    const terms = { spot: { BTC: { price: '10000', lot: '0.00000001', fee: '0.0004', spread: '0.0002' } } }
    const knob: Knob = { kind: 'aversion', aversion: r(String(aversion)) }
    return makeInputs({
      ...terms,
      cash: { USD: String(100_000 - 10_000 * Number(held)) },
      held: { BTC: held },
      targets: { BTC: '0.4' },
      vols: { BTC: 0.7 },
      policy: { kind: 'costAware', knob, intervalMs: 1 },
    })
  }

  test('[CURVE-27] the plan trades to the edges w* ± h of Davis-Norman and Janeček-Shreve, h³ = 3aw*²(1−w*)²/(2γ), a = fee + half spread', () => {
    for (const aversion of [2, 10, 50]) {
      const h = Math.cbrt((3 * 5e-4 * (0.4 * 0.6) ** 2) / (2 * aversion))
      for (const [held, edge] of [
        ['6', 0.4 + h],
        ['1', 0.4 - h],
      ] as const) {
        const sized = plan(book(aversion, held))
        if (!sized.ok) throw new Error(JSON.stringify(sized.error))
        const { held: was, traded } = sized.value.lines[0]!
        expect(Math.abs(was + traded - edge)).toBeLessThan(1e-6)
      }
      const inside = plan(book(aversion, (10 * (0.4 + 0.99 * h)).toFixed(8)))
      expect(inside.ok && inside.value.legs).toEqual([])
    }
  })

  test('[PEER-35] half the width from a full spread read as a one-way cost: h is the least of ½γσ²h²/3 + aQ/(2h) with a one-way', () => {
    const [aversion, vol] = [10, 0.7]
    const q = (0.4 * 0.6 * vol) ** 2
    const a = costRate(book(aversion, '4').mandate.universe.instruments[0]!)
    expect(a).toBeCloseTo(5e-4, 15)
    const { halfWidth } = curvatureOf({
      n: 1,
      covariance: Float64Array.of(vol ** 2),
      target: Float64Array.of(0.4),
      cost: proportionalCosts(Float64Array.of(a)),
      aversion,
      interval: 0,
    })
    const yearly = (h: number): number => (aversion * vol ** 2 * h * h) / 6 + (a * q) / (2 * h)
    const best = yearly(halfWidth[0]!)
    for (const factor of [0.9, 0.99, 1.01, 1.1, Math.cbrt(1 / 2)])
      expect(yearly(factor * halfWidth[0]!)).toBeGreaterThan(best)
    // The factor 3/4 with a one-way cost: a band a fifth too narrow, 4.8 % dearer.
    expect(yearly(Math.cbrt(1 / 2) * halfWidth[0]!) / best).toBeCloseTo((2 ** (-2 / 3) + 2 * 2 ** (1 / 3)) / 3, 9)
  })

  test('[PEER-36] γΣ used for what a deviation costs, as if it lasted a year: it lasts days, and such bands cost 17 times the best', () => {
    const golden = goldenOne({ kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: HOUR_MS })
    const { covariance, vol } = golden.risk
    const curvature = curvatureOf({
      n: 3,
      covariance,
      target: Float64Array.of(0.5, 0.3, 0.1),
      cost: proportionalCosts(new Float64Array(3).fill(5e-4)),
      aversion: 10,
      interval: HOUR,
    })
    const ratios = Array.from(vol, (each, i) => curvature.matrix[4 * i]! / (10 * each * each))
    for (const years of ratios) {
      expect(years).toBeGreaterThan(2 / 365)
      expect(years).toBeLessThan(8 / 365)
    }
    // The long-run cost of a band s times the best is (s² + 2/s)/3 of the least: bands a/(γσ²) are that much too narrow.
    const narrow = Array.from(vol, (each, i) => 5e-4 / (10 * each * each) / curvature.halfWidth[i]!)
    for (const s of narrow) expect((s * s + 2 / s) / 3).toBeGreaterThan(17)
  })

  test('[CURVE-27] what the plan forecasts for a year is what its edges cost: γTE² = a·turnover', () => {
    const sized = plan(book(10, '6'))
    if (!sized.ok) throw new Error(JSON.stringify(sized.error))
    const { trackingError, turnover, cost, aversion } = sized.value.forecast!
    expect(cost / (aversion * trackingError ** 2)).toBeCloseTo(1, 6)
    expect(cost / (5e-4 * turnover)).toBeCloseTo(1, 9)
    expect(toNumber(sized.value.cost.total) / toNumber(sized.value.traded)).toBeCloseTo(5e-4, 9)
  })
})
