import fc from 'fast-check'
import { inverse, Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import {
  type Curvature,
  type CurvatureInputs,
  computeCurvature,
  driftRate,
  HORIZON_MAX,
  proportionalCosts,
  type TradeCosts,
} from '../../../src/core/sizing/curvature.ts'
import { aversionForTrackingError, aversionForWidth } from '../../../src/core/sizing/curvature-aversion.ts'

const HOUR = 1 / 8760

function covarianceOf(vol: readonly number[], correlation: readonly number[]): Float64Array {
  const n = vol.length
  return Float64Array.from(correlation, (rho, k) => rho * vol[Math.floor(k / n)]! * vol[k % n]!)
}

const VOL = [0.55, 0.7, 0.95]
const GOLDEN: CurvatureInputs = {
  n: 3,
  covariance: covarianceOf(VOL, [1, 0.8, 0.6, 0.8, 1, 0.65, 0.6, 0.65, 1]),
  target: Float64Array.of(0.5, 0.3, 0.1),
  cost: proportionalCosts(new Float64Array(3).fill(5e-4)),
  aversion: 10,
  interval: HOUR,
}
const DEVIATION = Float64Array.of(0.2, -0.1, -0.1)

function curvatureOf(inputs: CurvatureInputs): Curvature {
  const computed = computeCurvature(inputs)
  if (!computed.ok) throw new Error(JSON.stringify(computed.error))
  return computed.value
}

const matrixOf = (values: Float64Array, n: number): Matrix => Matrix.from1DArray(n, n, Array.from(values))
const diagonal = (values: Float64Array, n: number): number[] => Array.from({ length: n }, (_, i) => values[i * n + i]!)
const quadratic = (x: ArrayLike<number>, a: Float64Array): number => {
  const n = x.length
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += x[i]! * a[i * n + j]! * x[j]!
  return sum
}

/** min ½(d+z)'M(d+z) + Σa|z| by coordinate descent: each step is the closed form of one trade. */
function descend(d: Float64Array, matrix: Float64Array, a: number): Float64Array {
  const n = d.length
  const z = new Float64Array(n)
  for (let sweep = 0; sweep < 20_000; sweep++)
    for (let i = 0; i < n; i++) {
      const own = matrix[i * n + i]!
      let pressure = -own * z[i]!
      for (let j = 0; j < n; j++) pressure += matrix[i * n + j]! * (d[j]! + z[j]!)
      z[i] = (-Math.sign(pressure) * Math.max(0, Math.abs(pressure) - a)) / own
    }
  return z
}

/** Λ_i the definition asks for, computed from Λ by dense linear algebra: a Kronecker solve of KX + XK' = Q. */
function requiredLambda(inputs: CurvatureInputs, curvature: Curvature): number[] {
  const { n, cost, interval } = inputs
  const lambda = Matrix.diag(Array.from(curvature.lambda))
  const k = inverse(lambda).mmul(matrixOf(curvature.continuous, n))
  const eye = Matrix.eye(n)
  const drift = matrixOf(driftRate(inputs), n)
  const system = k.kroneckerProduct(eye).add(eye.kroneckerProduct(k))
  const x = new Matrix(n, n)
  const flat = solve(system, Matrix.columnVector(drift.to1DArray()))
  for (let i = 0; i < n * n; i++) x.set(Math.floor(i / n), i % n, flat.get(i, 0))
  const speeds = k.mmul(x).mmul(k.transpose())
  const p = 1 + cost.powerExponent
  return Array.from({ length: n }, (_, i) => {
    const s = Math.sqrt(speeds.get(i, i))
    const spread = cost.power[i]! * Math.max(interval, cost.impactDecay[i]!) ** cost.powerExponent
    const kappa = (2 * Math.sqrt(3)) ** (p - 1) / Math.sqrt(3)
    return (
      cost.proportional[i]! / (Math.sqrt(3) * s) +
      kappa * spread * s ** (p - 2) +
      cost.fixed[i]! / (3 * drift.get(i, i))
    )
  })
}

describe('golden no. 2', () => {
  const golden = curvatureOf(GOLDEN)

  test('[CURVE-1] golden no. 2: horizons, curvature, widths and forecasts to the printed digits', () => {
    const days = Array.from(golden.horizon, (years) => (years * 365).toFixed(3))
    expect(days).toEqual(['6.016', '4.434', '3.139'])
    const own = diagonal(golden.continuous, 3)
    expect(own.map((each) => each.toFixed(6))).toEqual(['0.040845', '0.051341', '0.073429'])
    expect(own.map((each) => ((5e-4 / each) * 100).toFixed(3))).toEqual(['1.224', '0.974', '0.681'])
    expect((golden.forecast.trackingError * 100).toFixed(3)).toBe('0.584')
    expect((golden.forecast.costPerYear * 1e4).toFixed(3)).toBe('3.416')
    expect(golden.notes).toEqual([])
  })

  test('[CURVE-1] the joint optimum under M is the golden trade', () => {
    const z = descend(DEVIATION, golden.matrix, 5e-4)
    expect(Array.from(z, (each) => each.toFixed(6))).toEqual(['-0.176513', '0.083481', '0.093150'])
    const before = Math.sqrt(quadratic(DEVIATION, GOLDEN.covariance))
    const after = Math.sqrt(
      quadratic(
        DEVIATION.map((each, i) => each + z[i]!),
        GOLDEN.covariance,
      ),
    )
    expect([(before * 100).toFixed(3), (after * 100).toFixed(3)]).toEqual(['9.905', '1.004'])
  })

  test('[CURVE-2] the fixed point settles to 1e-12 and says in how many rounds', () => {
    expect(golden.residual).toBeLessThanOrEqual(1e-12)
    expect(golden.rounds).toBeGreaterThan(1)
    expect(golden.rounds).toBeLessThan(20)
  })

  test('[CURVE-3] M is the geometric mean plus one interval of risk; widths are a/M', () => {
    golden.matrix.forEach((each, k) => {
      expect(each).toBeCloseTo(golden.continuous[k]! + 10 * HOUR * GOLDEN.covariance[k]!, 15)
    })
    golden.halfWidth.forEach((each, i) => {
      expect(each).toBeCloseTo(5e-4 / golden.matrix[i * 4]!, 15)
    })
    expect(Array.from(golden.threshold)).toEqual([5e-4, 5e-4, 5e-4])
  })
})

describe('one asset', () => {
  const one = (terms: {
    vol: number
    target: number
    a: number
    aversion: number
    interval?: number
  }): CurvatureInputs => ({
    n: 1,
    covariance: Float64Array.of(terms.vol ** 2),
    target: Float64Array.of(terms.target),
    cost: proportionalCosts(Float64Array.of(terms.a)),
    aversion: terms.aversion,
    interval: terms.interval ?? 0,
  })

  test('[CURVE-4] the width obeys the cube law h³ = 3aQ/(2γσ²), and Q is θ²(1−θ)²σ²', () => {
    fc.assert(
      fc.property(
        fc.record({
          vol: fc.double({ min: 0.2, max: 2, noNaN: true }),
          target: fc.double({ min: -0.8, max: 0.8, noNaN: true }).filter((each) => Math.abs(each) > 0.05),
          a: fc.double({ min: 1e-5, max: 2e-3, noNaN: true }),
          aversion: fc.double({ min: 2, max: 100, noNaN: true }),
        }),
        (terms) => {
          const q = (terms.target * (1 - terms.target) * terms.vol) ** 2
          const h = Math.cbrt((3 * terms.a * q) / (2 * terms.aversion * terms.vol ** 2))
          fc.pre((2 / 3) * (h * h) < 0.99 * q)
          const curvature = curvatureOf(one(terms))
          expect(curvature.halfWidth[0]! / h).toBeCloseTo(1, 11)
          expect(curvature.horizon[0]! / ((2 / 3) * ((h * h) / q))).toBeCloseTo(1, 11)
        },
      ),
      { seed: 11, numRuns: 300 },
    )
  })

  test('[CURVE-5] fixed cost alone: h⁴ = 12FQ/(γσ²) with h² = 6QT', () => {
    const vol = 0.8
    const inputs = { ...one({ vol, target: 0.4, a: 0, aversion: 5 }), cost: costs(1, { fixed: 1e-5 }) }
    const curvature = curvatureOf(inputs)
    const q = (0.4 * 0.6 * vol) ** 2
    const h2 = 6 * q * curvature.horizon[0]!
    expect(h2 ** 2 / ((12 * 1e-5 * q) / (5 * vol * vol))).toBeCloseTo(1, 11)
    // From ±h to the centre: the density is a triangle, E d² = h²/6, and a trade of h comes every h²/Q.
    expect(curvature.forecast.trackingError ** 2 / ((vol * vol * h2) / 6)).toBeCloseTo(1, 11)
    expect(curvature.forecast.costPerYear / ((1e-5 * q) / h2)).toBeCloseTo(1, 11)
    expect(curvature.forecast.turnover[0]! / (q / Math.sqrt(h2))).toBeCloseTo(1, 11)
  })

  test.each([1e-8, 1e-7, 1e-6, 1e-5, 1e-4])(
    '[CURVE-19] order fee %s with fee and spread: forecasts near those of the best band',
    (fixed) => {
      const [vol, a, aversion] = [0.7, 5e-4, 10]
      const q = (0.3 * 0.7 * vol) ** 2
      // Trading from ±h back to ±b: density flat inside b and falling to 0 at h.
      const bandOf = (h: number, b: number): { spread: number; cost: number } => ({
        spread: ((2 * b ** 3) / 3 + (2 * (h ** 4 / 12 - (h * b ** 3) / 3 + b ** 4 / 4)) / (h - b)) / (h + b),
        cost: (fixed * q) / (h * h - b * b) + (a * q) / (h + b),
      })
      let best = { total: Number.POSITIVE_INFINITY, spread: 0, cost: 0 }
      for (let h = 0.01; h < 0.15; h *= 1.01)
        for (let part = 0; part < 0.999; part += 0.005) {
          const band = bandOf(h, part * h)
          const total = 0.5 * aversion * vol * vol * band.spread + band.cost
          if (total < best.total) best = { total, ...band }
        }
      const { forecast } = curvatureOf({
        ...one({ vol, target: 0.3, a, aversion }),
        cost: costs(1, { a, fixed }),
      })
      expect(forecast.trackingError ** 2 / (vol * vol * best.spread)).toBeGreaterThan(0.96)
      expect(forecast.trackingError ** 2 / (vol * vol * best.spread)).toBeLessThan(1.04)
      expect(forecast.costPerYear / best.cost).toBeGreaterThan(0.9)
      expect(forecast.costPerYear / best.cost).toBeLessThan(1.03)
    },
  )

  test('[CURVE-5] a purely quadratic cost c·z² a decision has Λ = 2cΔ', () => {
    const inputs = {
      ...one({ vol: 0.8, target: 0.4, a: 0, aversion: 5, interval: HOUR }),
      cost: costs(1, { power: 0.2, exponent: 1 }),
    }
    const { lambda, continuous } = curvatureOf(inputs)
    expect(lambda[0]! / (2 * 0.2 * HOUR)).toBeCloseTo(1, 12)
    expect(continuous[0]! / Math.sqrt(lambda[0]! * 5 * 0.64)).toBeCloseTo(1, 12)
  })
})

function costs(
  n: number,
  of: { a?: number; power?: number; exponent?: number; fixed?: number; decay?: number },
): TradeCosts {
  const fill = (value = 0): Float64Array => new Float64Array(n).fill(value)
  return {
    proportional: fill(of.a),
    power: fill(of.power),
    powerExponent: of.exponent ?? 0.5,
    fixed: fill(of.fixed),
    impactDecay: fill(of.decay),
  }
}

/** Books of 2 to 5 underlyings, correlations of a random factor model, long and short targets, all kinds of cost. */
const BOOK = fc
  .integer({ min: 2, max: 5 })
  .chain((n) => {
    const column = (min: number, max: number): fc.Arbitrary<number[]> =>
      fc.array(
        fc.double({ min, max, noNaN: true }).map((each) => Math.round(each * 1e9) / 1e9),
        { minLength: n, maxLength: n },
      )
    return fc.record({
      n: fc.constant(n),
      load: column(-0.9, 0.9),
      vol: column(0.3, 1.4),
      target: column(-0.6, 0.9).map((weights) => weights.map((each) => (Math.abs(each) < 0.05 ? 0.05 : each))),
      a: column(1e-4, 1e-3),
      power: fc.oneof(fc.constant(new Array<number>(n).fill(0)), column(1e-3, 5e-2)),
      fixed: fc.oneof(fc.constant(new Array<number>(n).fill(0)), column(1e-8, 1e-6)),
      exponent: fc.constantFrom(0.4, 0.5, 0.7, 1),
      aversion: fc.double({ min: 5, max: 60, noNaN: true }),
    })
  })
  .map((book): CurvatureInputs => {
    const rho = Array.from({ length: book.n ** 2 }, (_, k) => {
      const [i, j] = [Math.floor(k / book.n), k % book.n]
      return i === j ? 1 : book.load[i]! * book.load[j]!
    })
    return {
      n: book.n,
      covariance: covarianceOf(book.vol, rho),
      target: Float64Array.from(book.target),
      cost: {
        proportional: Float64Array.from(book.a),
        power: Float64Array.from(book.power),
        powerExponent: book.exponent,
        fixed: Float64Array.from(book.fixed),
        impactDecay: new Float64Array(book.n).fill(1 / 365),
      },
      aversion: book.aversion,
      interval: HOUR,
    }
  })

describe('many assets', () => {
  test('[CURVE-6] Λ, K, X and s satisfy their definition by dense linear algebra', () => {
    fc.assert(
      fc.property(BOOK, (inputs) => {
        const curvature = curvatureOf(inputs)
        fc.pre(curvature.notes.every((note) => note.kind === 'fixedWithImpact'))
        const { n } = inputs
        // G = Λ#γΣ is the one positive definite solution of GΛ⁻¹G = γΣ.
        const mean = matrixOf(curvature.continuous, n)
        const squared = mean.mmul(inverse(Matrix.diag(Array.from(curvature.lambda)))).mmul(mean)
        squared.to1DArray().forEach((each, k) => {
          expect(Math.abs(each - inputs.aversion * inputs.covariance[k]!)).toBeLessThan(1e-9 * inputs.aversion)
        })
        requiredLambda(inputs, curvature).forEach((each, i) => {
          expect(each / curvature.lambda[i]!).toBeCloseTo(1, 7)
        })
      }),
      { seed: 5, numRuns: 150 },
    )
  })

  test('[CURVE-7] drift of the deviation is JΣJ′ plus what the target itself adds', () => {
    fc.assert(
      fc.property(BOOK, (inputs) => {
        const { n } = inputs
        const w = Matrix.columnVector(Array.from(inputs.target))
        const j = Matrix.sub(Matrix.diag(Array.from(inputs.target)), w.mmul(w.transpose()))
        const expected = j.mmul(matrixOf(inputs.covariance, n)).mmul(j.transpose()).to1DArray()
        const extra = Float64Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) === k % n ? 0.01 : 0))
        driftRate({ ...inputs, targetRate: extra }).forEach((each, k) => {
          expect(each - extra[k]!).toBeCloseTo(expected[k]!, 12)
        })
      }),
      { seed: 6, numRuns: 50 },
    )
  })

  test('[CURVE-8] with proportional cost the yearly cost is ½tr(M₁Q) = γTE² = Σ a·turnover; TE goes with γ^(−1/3)', () => {
    fc.assert(
      fc.property(BOOK, (book) => {
        const inputs = { ...book, cost: proportionalCosts(book.cost.proportional) }
        const at = curvatureOf(inputs)
        const dearer = curvatureOf({ ...inputs, aversion: 8 * inputs.aversion })
        fc.pre(at.notes.length === 0 && dearer.notes.length === 0)
        const half =
          0.5 *
          matrixOf(at.continuous, at.n)
            .mmul(matrixOf(driftRate(inputs), at.n))
            .trace()
        const paid = at.forecast.turnover.reduce((sum, each, i) => sum + each * inputs.cost.proportional[i]!, 0)
        expect(at.forecast.costPerYear / half).toBeCloseTo(1, 9)
        expect(at.forecast.costPerYear / (inputs.aversion * at.forecast.trackingError ** 2)).toBeCloseTo(1, 9)
        expect(at.forecast.costPerYear / paid).toBeCloseTo(1, 9)
        expect(at.forecast.trackingError / dearer.forecast.trackingError).toBeCloseTo(2, 8)
        const product = (each: Curvature): number => each.forecast.costPerYear * each.forecast.trackingError
        expect(product(at) / product(dearer)).toBeCloseTo(1, 8)
      }),
      { seed: 7, numRuns: 100 },
    )
  })

  test('[CURVE-9] permuting the underlyings permutes the answer', () => {
    const order = [2, 0, 1]
    const permuted = curvatureOf({
      ...GOLDEN,
      covariance: Float64Array.from(
        { length: 9 },
        (_, k) => GOLDEN.covariance[order[Math.floor(k / 3)]! * 3 + order[k % 3]!]!,
      ),
      target: Float64Array.from(order, (i) => GOLDEN.target[i]!),
    })
    const plain = curvatureOf(GOLDEN)
    permuted.horizon.forEach((each, i) => {
      expect(each / plain.horizon[order[i]!]!).toBeCloseTo(1, 11)
    })
  })

  test('[CURVE-10] impact widens horizons; an order fee with impact is noted', () => {
    const impact = {
      ...GOLDEN.cost,
      power: Float64Array.of(0.01, 0.02, 0.03),
      impactDecay: new Float64Array(3).fill(1 / 365),
    }
    const wide = curvatureOf({ ...GOLDEN, cost: impact })
    wide.horizon.forEach((each, i) => {
      expect(each).toBeGreaterThan(curvatureOf(GOLDEN).horizon[i]!)
    })
    const both = curvatureOf({ ...GOLDEN, cost: { ...impact, fixed: new Float64Array(3).fill(1e-7) } })
    expect(both.notes).toEqual([{ kind: 'fixedWithImpact' }])
  })
})

describe('degenerate books', () => {
  const withTarget = (...target: number[]): Curvature => curvatureOf({ ...GOLDEN, target: Float64Array.from(target) })
  const withCost = (...a: number[]): Curvature =>
    curvatureOf({ ...GOLDEN, cost: proportionalCosts(Float64Array.from(a)) })

  test('[CURVE-11] a target of 0 does not drift: its horizon is the longest, so less than a basis point of it stays', () => {
    const { horizon, halfWidth, notes } = withTarget(0.5, 0.3, 0)
    expect(horizon[2]).toBe(HORIZON_MAX)
    expect(notes).toEqual([{ kind: 'horizonCapped', underlying: 2 }])
    expect(halfWidth[2]!).toBeLessThan(1e-4)
    expect(horizon[0]! * 365).toBeCloseTo(5.841, 3)
  })

  test('[CURVE-11] a book that does not drift at all is capped everywhere and forecasts nothing', () => {
    for (const target of [
      [0, 0, 0],
      [1, 0, 0],
    ]) {
      const { horizon, forecast, notes } = withTarget(...target)
      expect(Array.from(horizon)).toEqual([1, 1, 1])
      expect([forecast.trackingError, forecast.costPerYear]).toEqual([0, 0])
      expect(notes).toHaveLength(3)
    }
  })

  test('[CURVE-12] free trading has no band, and is the limit of ever cheaper trading', () => {
    const free = withCost(0, 5e-4, 5e-4)
    expect(free.notes).toEqual([{ kind: 'noCost', underlying: 0 }])
    expect(free.halfWidth[0]).toBe(0)
    expect(free.horizon[0]).toBe(0)
    const nearly = [1e-6, 1e-9, 1e-12].map((a) => withCost(a, 5e-4, 5e-4))
    const gap = (each: Curvature): number =>
      each.matrix.reduce((most, m, k) => Math.max(most, Math.abs(m - free.matrix[k]!)), 0)
    expect(gap(nearly[1]!)).toBeLessThan(gap(nearly[0]!) / 10)
    expect(gap(nearly[2]!)).toBeLessThan(2e-6)
    expect(nearly[2]!.forecast.trackingError / free.forecast.trackingError).toBeCloseTo(1, 5)
  })

  test('[CURVE-13] an underlying without variance has no curvature and disturbs no other', () => {
    const covariance = GOLDEN.covariance.slice()
    for (let k = 0; k < 3; k++) covariance[6 + k] = covariance[k * 3 + 2] = 0
    const three = curvatureOf({ ...GOLDEN, covariance })
    expect(three.notes).toEqual([{ kind: 'noRisk', underlying: 2 }])
    expect(three.halfWidth[2]).toBeNull()
    expect(Array.from(three.matrix.slice(6))).toEqual([0, 0, 0])
    const two = curvatureOf({
      n: 2,
      covariance: Float64Array.of(covariance[0]!, covariance[1]!, covariance[3]!, covariance[4]!),
      target: Float64Array.of(0.5, 0.3),
      cost: proportionalCosts(Float64Array.of(5e-4, 5e-4)),
      aversion: 10,
      interval: HOUR,
    })
    expect(three.matrix[4]! / two.matrix[3]!).toBeCloseTo(1, 9)
  })

  test('[CURVE-14] perfectly correlated underlyings have a singular M, and every number stays finite', () => {
    const covariance = covarianceOf([0.55, 0.66, 0.95], [1, 1, 0.6, 1, 1, 0.6, 0.6, 0.6, 1])
    const curvature = curvatureOf({ ...GOLDEN, covariance })
    for (const column of [curvature.matrix, curvature.lambda, curvature.horizon, curvature.forecast.turnover])
      expect(column.every(Number.isFinite)).toBe(true)
    // Long one and short the other in equal risk deviates by nothing, so it costs nothing.
    expect(Math.abs(quadratic([1 / 0.55, -1 / 0.66, 0], curvature.matrix))).toBeLessThan(1e-9)
    expect(curvature.residual).toBeLessThanOrEqual(1e-12)
  })

  test('[CURVE-14] free of underlyings or all of them free', () => {
    const all = withCost(0, 0, 0)
    expect(Array.from(all.continuous)).toEqual(new Array(9).fill(0))
    expect(all.forecast.costPerYear).toBe(0)
    const none = curvatureOf({
      n: 0,
      covariance: new Float64Array(0),
      target: new Float64Array(0),
      cost: proportionalCosts(new Float64Array(0)),
      aversion: 1,
      interval: 0,
    })
    expect(none.matrix).toHaveLength(0)
  })

  test.each([
    ['curvature.aversion', { aversion: 0 }],
    ['curvature.aversion', { aversion: Number.NaN }],
    ['curvature.interval', { interval: -1 }],
    ['curvature.interval', { interval: 0, cost: proportionalCosts(Float64Array.of(0, 1e-4, 1e-4)) }],
    ['curvature.cost', { cost: proportionalCosts(Float64Array.of(-1e-4, 1e-4, 1e-4)) }],
    ['curvature.exponent', { cost: costs(3, { a: 1e-4, exponent: 0 }) }],
    ['curvature.shape', { target: Float64Array.of(1) }],
    ['curvature.not-finite', { target: Float64Array.of(Number.NaN, 0, 0) }],
    ['curvature.not-finite', { weight: Float64Array.of(0, Number.POSITIVE_INFINITY, 0) }],
    ['curvature.shape', { weight: Float64Array.of(1) }],
    ['curvature.lapse', { lapse: -1 }],
    ['curvature.lapse', { lapse: Number.POSITIVE_INFINITY }],
    ['curvature.covariance', { covariance: covarianceOf(VOL, [1, 1.2, 0, 1.2, 1, 0, 0, 0, 1]) }],
    ['curvature.covariance', { covariance: covarianceOf(VOL, [1, 0.5, 0, 0.4, 1, 0, 0, 0, 1]) }],
    ['curvature.covariance', { covariance: new Float64Array(9).fill(Number.NaN) }],
    ['curvature.covariance', { covariance: covarianceOf(VOL, [1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1]) }],
  ] as const)('[CURVE-15] refuses with %s: %o', (code, change) => {
    const computed = computeCurvature({ ...GOLDEN, ...change })
    expect(computed.ok ? [] : computed.error.map((each) => each.code)).toContain(code)
  })
})

describe('one knob in three forms', () => {
  const { aversion: _, ...sought } = GOLDEN

  test('[CURVE-16] a tracking error asked for is the one forecast; with no interval it is the cube law', () => {
    for (const wanted of [0.001, 0.00584, 0.02]) {
      const matched = aversionForTrackingError(sought, wanted)
      if (!matched.ok) throw new Error(JSON.stringify(matched.error))
      expect(matched.value.forecast.trackingError / wanted).toBeCloseTo(1, 9)
      expect(matched.value.aversion / (10 * (0.00584429314879626 / wanted) ** 3)).toBeCloseTo(1, 8)
    }
  })

  test('[CURVE-17] a width asked for is the one that comes out, also where the interval or impact bends the law', () => {
    const bent = { ...sought, interval: 1 / 52, cost: { ...GOLDEN.cost, power: Float64Array.of(0.01, 0.02, 0.03) } }
    for (const inputs of [sought, { ...sought, interval: 0 }, bent])
      for (const halfWidth of [0.001, 0.005, 0.02]) {
        const matched = aversionForWidth(inputs, { underlying: 1, halfWidth })
        if (!matched.ok) throw new Error(JSON.stringify(matched.error))
        expect(matched.value.halfWidth[1]! / halfWidth).toBeCloseTo(1, 9)
      }
    const plain = aversionForWidth({ ...sought, interval: 0 }, { underlying: 1, halfWidth: 0.02 })
    expect(plain.ok && plain.value.aversion / (10 * (0.0097387975 / 0.02) ** 3)).toBeCloseTo(1, 6)
  })

  test('[CURVE-18] what no aversion gives is refused', () => {
    const still = { ...sought, target: Float64Array.of(0, 0, 0) }
    for (const refused of [
      aversionForTrackingError(still, 0.01),
      aversionForTrackingError(sought, 0),
      aversionForTrackingError(sought, 5),
      aversionForWidth(sought, { underlying: 0, halfWidth: Number.NaN }),
    ])
      expect(refused.ok ? 'answered' : refused.error[0]!.code).toMatch(/^curvature\.(out-of-reach|aim)$/)
  })
})
