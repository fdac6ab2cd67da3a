import fc from 'fast-check'
import { inverse, Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import {
  type Curvature,
  type CurvatureInputs,
  computeCurvature,
  driftRate,
  proportionalCosts,
} from '../../../src/core/sizing/curvature.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { standAt } from '../../../src/core/sizing/standing-curvature.ts'
import { goldenOne, r } from './book.ts'

const HOUR = 1 / 8760
const YEAR_MS = 365 * 24 * 3_600_000

function covarianceOf(vol: readonly number[], correlation: readonly number[]): Float64Array {
  const n = vol.length
  return Float64Array.from(correlation, (rho, k) => rho * vol[Math.floor(k / n)]! * vol[k % n]!)
}

const GOLDEN: CurvatureInputs = {
  n: 3,
  covariance: covarianceOf([0.55, 0.7, 0.95], [1, 0.8, 0.6, 0.8, 1, 0.65, 0.6, 0.65, 1]),
  target: Float64Array.of(0.5, 0.3, 0.1),
  cost: proportionalCosts(new Float64Array(3).fill(5e-4)),
  aversion: 10,
  interval: HOUR,
}

function curvatureOf(inputs: CurvatureInputs): Curvature {
  const computed = computeCurvature(inputs)
  if (!computed.ok) throw new Error(JSON.stringify(computed.error))
  return computed.value
}

const matrixOf = (values: Float64Array, n: number): Matrix => Matrix.from1DArray(n, n, Array.from(values))
const diag = (values: Float64Array): Matrix => Matrix.diag(Array.from(values))

/** X of KX + XK' = Q, as one dense system. */
function lyapunov(k: Matrix, q: Matrix): Matrix {
  const n = k.rows
  const eye = Matrix.eye(n)
  const system = Matrix.add(k.kroneckerProduct(eye), eye.kroneckerProduct(k))
  const x = solve(system, Matrix.columnVector(q.to1DArray()))
  return Matrix.from1DArray(n, n, x.to1DArray())
}

describe('deviations that lapse', () => {
  /** The width of one asset whose future counts e^(−ρt): γσ²(h − tanh(κh)/κ) = ρa, κ² = 2ρ/Q. */
  function exactWidth({ aversion, covariance, cost, lapse = 0 }: CurvatureInputs, q: number): number {
    const kappa = Math.sqrt((2 * lapse) / q)
    let [low, high] = [0, 100]
    for (let round = 0; round < 200; round++) {
      const h = (low + high) / 2
      if (aversion * covariance[0]! * (h - Math.tanh(kappa * h) / kappa) < lapse * cost.proportional[0]!) low = h
      else high = h
    }
    return low
  }

  test.each([
    // γ, widest error where T, the horizon without lapse, is so many years
    [100, 0.001],
    [1, 0.005],
    [0.1, 0.02],
    [0.03, 0.03],
    [0.01, 0.06],
  ])('[CURVE-28] one asset at γ = %f is within %f of the width of the discounted problem', (aversion, most) => {
    const inputs = {
      n: 1,
      covariance: Float64Array.of(0.64),
      target: Float64Array.of(0.5),
      cost: proportionalCosts(Float64Array.of(5e-4)),
      aversion,
      interval: 0,
      lapse: 1,
    }
    const { halfWidth } = curvatureOf(inputs)
    const exact = exactWidth(inputs, driftRate(inputs)[0]!)
    expect(Math.abs(halfWidth[0]! / exact - 1)).toBeLessThan(most)
    expect(halfWidth[0]!).toBeGreaterThan(curvatureOf({ ...inputs, lapse: 0 }).halfWidth[0]!)
  })

  test('[CURVE-28] A, K, X and s satisfy AΛ⁻¹A + ρA = γΣ and the rest of their definition by dense linear algebra', () => {
    for (const lapse of [0, 0.5, 4, 100]) {
      const inputs = { ...GOLDEN, aversion: 0.5, lapse }
      const { continuous, lambda, forecast } = curvatureOf(inputs)
      const a = matrixOf(continuous, 3)
      const k = inverse(diag(lambda)).mmul(a)
      const risk = Matrix.add(a.mmul(k), Matrix.mul(a, lapse))
      risk.to1DArray().forEach((each, at) => {
        expect(each / (inputs.aversion * inputs.covariance[at]!)).toBeCloseTo(1, 9)
      })
      const x = lyapunov(k, matrixOf(driftRate(inputs), 3))
      const speed = k.mmul(x).mmul(k.transpose()).diagonal().map(Math.sqrt)
      speed.forEach((s, i) => {
        expect(5e-4 / (Math.sqrt(3) * s) / lambda[i]!).toBeCloseTo(1, 8)
        expect(forecast.turnover[i]! / (s / Math.sqrt(3))).toBeCloseTo(1, 8)
      })
      const error = Math.sqrt(matrixOf(inputs.covariance, 3).mmul(x).trace())
      expect(forecast.trackingError / error).toBeCloseTo(1, 8)
    }
  })

  test('[CURVE-28] where every cost is quadratic, M is the solution of the discounted Riccati equation', () => {
    for (const [interval, lapse] of [
      [1 / 12, 3],
      [1 / 365, 1],
      [HOUR, 0.2],
      [1 / 52, 0],
    ] as const) {
      const power = Float64Array.of(0.02, 0.01, 0.03)
      const cost = { ...GOLDEN.cost, proportional: new Float64Array(3), power, powerExponent: 1 }
      const { matrix } = curvatureOf({ ...GOLDEN, cost, interval, lapse })
      const m = matrixOf(matrix, 3)
      const each = diag(power.map((c) => 2 * c))
      // z = −(Λ_Δ + M)⁻¹Md leaves ½d'Ad, of which e^(−ρΔ) counts one interval earlier.
      const after = Matrix.sub(each, each.mmul(inverse(Matrix.add(each, m))).mmul(each))
      const again = Matrix.add(
        Matrix.mul(after, Math.exp(-lapse * interval)),
        Matrix.mul(matrixOf(GOLDEN.covariance, 3), interval * GOLDEN.aversion),
      )
      again.to1DArray().forEach((value, at) => {
        expect(value / matrix[at]!).toBeCloseTo(1, 11)
      })
    }
  })

  test('[CURVE-28] nothing that lapses is the same, bit for bit; the faster it lapses, the wider is every band', () => {
    expect(curvatureOf({ ...GOLDEN, lapse: 0 })).toEqual(curvatureOf(GOLDEN))
    const widths = [0, 0.3, 1, 10, 100].map((lapse) => curvatureOf({ ...GOLDEN, lapse }).halfWidth)
    for (let i = 0; i < 3; i++)
      for (let k = 1; k < widths.length; k++) expect(widths[k]![i]!).toBeGreaterThan(widths[k - 1]![i]!)
  })
})

describe('drift where the book stands', () => {
  const WEIGHT = fc.array(fc.double({ min: 0.01, max: 0.6, noNaN: true }), { minLength: 3, maxLength: 3 })

  test('[CURVE-29] Q is JΣJ′ at the weights given; at the target it is the same, bit for bit', () => {
    fc.assert(
      fc.property(WEIGHT, (weights) => {
        const w = Matrix.columnVector(weights)
        const j = Matrix.sub(Matrix.diag(weights), w.mmul(w.transpose()))
        const expected = j.mmul(matrixOf(GOLDEN.covariance, 3)).mmul(j.transpose()).to1DArray()
        driftRate({ ...GOLDEN, weight: Float64Array.from(weights) }).forEach((each, k) => {
          expect(each).toBeCloseTo(expected[k]!, 12)
        })
      }),
      { seed: 1, numRuns: 50 },
    )
    expect(curvatureOf({ ...GOLDEN, weight: GOLDEN.target })).toEqual(curvatureOf(GOLDEN))
  })

  test('[CURVE-29] a weight above its target has a wider band, one below a narrower one', () => {
    const longRun = curvatureOf(GOLDEN)
    const stand = (deviation: readonly number[]): Curvature => {
      const weight = GOLDEN.target.map((each, i) => each + deviation[i]!)
      const standing = standAt(longRun, GOLDEN, weight)
      if (!standing.ok) throw new Error(JSON.stringify(standing.error))
      return standing.value
    }
    expect(stand([0, 0, 0]).matrix).toEqual(longRun.matrix)
    const [up, down] = [stand([0, 0, 0.006]), stand([0, 0, -0.006])]
    expect(up.halfWidth[2]!).toBeGreaterThan(longRun.halfWidth[2]!)
    expect(down.halfWidth[2]!).toBeLessThan(longRun.halfWidth[2]!)
    // What the policy promises in the long run does not depend on where the book is today.
    expect(up.forecast).toEqual(longRun.forecast)
    expect(up.aversion).toBe(longRun.aversion)
  })

  test('[CURVE-29] whatever is held, short and levered included, gives finite bands', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true })), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(0.01, 1, 100, 10_000),
        fc.constantFrom(0, 1, 12),
        (weights, aversion, lapse) => {
          const inputs = { ...GOLDEN, aversion, lapse }
          const standing = standAt(curvatureOf(inputs), inputs, Float64Array.from(weights))
          if (!standing.ok) throw new Error(JSON.stringify(standing.error))
          for (const width of standing.value.halfWidth) expect(width! > 0 && Number.isFinite(width)).toBe(true)
          expect(standing.value.matrix.every(Number.isFinite)).toBe(true)
        },
      ),
      { seed: 2, numRuns: 300 },
    )
  })

  test('[CURVE-29] a book far away is judged where its trade leaves it, not where it is', () => {
    const longRun = curvatureOf(GOLDEN)
    // Nothing held: at these weights there is no drift at all, and every trade would be counted to last a year.
    const standing = standAt(longRun, GOLDEN, new Float64Array(3))
    if (!standing.ok) throw new Error(JSON.stringify(standing.error))
    expect(standing.value.notes).toEqual([])
    standing.value.halfWidth.forEach((width, i) => {
      expect(Math.abs(width! / longRun.halfWidth[i]! - 1)).toBeLessThan(0.1)
    })
  })
})

describe('a policy that says so', () => {
  const policy = { kind: 'costAware', knob: { kind: 'trackingError', trackingError: r('0.03') } } as const
  const golden = (changes: { drift?: 'held'; lastingMs?: number }): PlanInputs =>
    goldenOne({ ...policy, intervalMs: 3_600_000, ...changes })
  const curved = (inputs: PlanInputs): Curvature => {
    const prepared = prepare(inputs)
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.error))
    return prepared.value.curvature!
  }

  test('[AWARE-20] the curvature is that of its own words, and the tracking error asked for is the one forecast', () => {
    const both = curved(golden({ drift: 'held', lastingMs: YEAR_MS / 2 }))
    expect(both.forecast.trackingError).toBeCloseTo(0.03, 10)
    const inputs = { ...GOLDEN, cost: both.cost, aversion: both.aversion, lapse: 2 }
    const standing = standAt(curvatureOf(inputs), inputs, Float64Array.of(0.7, 0.2, 0))
    if (!standing.ok) throw new Error(JSON.stringify(standing.error))
    both.matrix.forEach((each, k) => {
      expect(each / standing.value.matrix[k]!).toBeCloseTo(1, 12)
    })
    expect(curved(golden({}))).not.toEqual(curved(golden({ drift: 'held' })))
    expect(curved(golden({ lastingMs: YEAR_MS })).aversion).not.toBe(curved(golden({})).aversion)
  })

  test('[AWARE-20] bands that follow what is held have no stated width; no time at all is not a time', () => {
    const widths = { kind: 'widths', width: [null, null, r('0.02')] } as const
    const refused = (inputs: PlanInputs): string[] => {
      const planned = plan(inputs)
      return planned.ok ? [] : planned.error.map(({ code }) => code)
    }
    expect(refused(goldenOne({ ...policy, knob: widths, intervalMs: 3_600_000, drift: 'held' }))).toEqual([
      'policy.drift',
    ])
    expect(refused(golden({ lastingMs: 0 }))).toEqual(['policy.range'])
    expect(refused(golden({ drift: 'held', lastingMs: YEAR_MS }))).toEqual([])
  })
})
