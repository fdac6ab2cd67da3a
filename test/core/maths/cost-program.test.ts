/** The cost-aware program against closed forms, a slow independent method, HiGHS, and its own certificate. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { makeCostProgram } from '../../../src/core/maths/cost-program.ts'
import type { CostProgram, CostRow } from '../../../src/core/maths/cost-program-types.ts'
import { computeCurvature, proportionalCosts } from '../../../src/core/sizing/curvature.ts'
import { expectOptimal, fill, row as hard, program, solve } from './cost-program-examples.ts'
import { minimiseSlowly, objectiveAt, objectiveByHighs } from './cost-program-oracles.ts'
import { randomProgram } from './cost-program-problems.ts'

const SHARED = fileURLToPath(new URL('../../../../shared/reference/frontier/', import.meta.url))
const absent = !existsSync(SHARED) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${SHARED}`)

describe('one trade', () => {
  const one = (part: Partial<CostProgram>): number =>
    solve(program({ n: 1, quadratic: Float64Array.of(2), deviation: Float64Array.of(0.5), ...part })).trade[0]!

  test.each([
    ['no cost: all of it', {}, -0.5],
    ['to the edge a/M of the no-trade region', { proportional: Float64Array.of(0.4) }, -0.3],
    ['on the edge: nothing', { proportional: Float64Array.of(1) }, 0],
    ['an infinite cost: nothing', { proportional: Float64Array.of(Infinity) }, 0],
    ['its bound', { lower: Float64Array.of(-0.2) }, -0.2],
    ['a box without width', { lower: Float64Array.of(0.1), upper: Float64Array.of(0.1) }, 0.1],
    ['a turnover of 0', { rows: [hard(1, { bend: Float64Array.of(1), bound: 0 })] }, 0],
    [
      'gross |0.5 + z| ≤ 0.4',
      {
        proportional: Float64Array.of(0.9),
        rows: [hard(1, { bend: Float64Array.of(1), kink: Float64Array.of(-0.5), bound: 0.4 })],
      },
      -0.1,
    ],
  ] as const)('[CONVEX-2] %s', (_, part, expected) => {
    expect(one(part)).toBeCloseTo(expected, 12)
  })

  test('[CONVEX-2] with the 3/2 power the trade is the closed form of sizing one trade', () => {
    const [force, m, c] = [2 * 0.5 - 0.1, 2, 0.3]
    const q = ((-1.5 * c + Math.sqrt(2.25 * c * c + 4 * m * force)) / (2 * m)) ** 2
    expect(one({ proportional: Float64Array.of(0.1), power: Float64Array.of(c) })).toBeCloseTo(-q, 14)
  })

  test.each([0.2, 0.37, 0.8, 1])('[CONVEX-2] with power 1 + %s the marginal values meet', (exponent) => {
    const q = -one({ proportional: Float64Array.of(0.1), power: Float64Array.of(0.3), exponent })
    expect(0.1 + (1 + exponent) * 0.3 * q ** exponent + 2 * q).toBeCloseTo(1, 13)
  })

  test.each([
    [0.5, 0.04],
    [0.5, 4],
    [0.37, 0.04],
    [0.8, 1],
    [1, 0.04],
  ])('[CONVEX-10] with power 1 + %s after %s of the same side the marginal values meet', (exponent, before) => {
    const felt = { buy: Float64Array.of(9), sell: Float64Array.of(before) }
    const q = -one({ proportional: Float64Array.of(0.1), power: Float64Array.of(0.2), exponent, felt })
    expect(q).toBeGreaterThan(0)
    expect(0.1 + (1 + exponent) * 0.2 * (before + q) ** exponent + 2 * q).toBeCloseTo(1, 13)
  })

  test('[CONVEX-10] what is felt of a side widens its half of the no-trade region', () => {
    // Selling costs .1 + 1.5·.4·√.49 = .52 at its first unit, buying .1 + 1.5·.4·√.01 = .16; the pull is 2d.
    const part = { proportional: Float64Array.of(0.1), power: Float64Array.of(0.4) }
    const felt = { buy: Float64Array.of(0.01), sell: Float64Array.of(0.49) }
    const at = (d: number): number => one({ ...part, felt, deviation: Float64Array.of(d) })
    expect([at(0.259), at(-0.079)]).toEqual([0, 0])
    expect(at(0.261)).toBeLessThan(0)
    expect(at(-0.081)).toBeGreaterThan(0)
  })
})

test('[CONVEX-2] golden no. 2: the trade of three underlyings, to the printed digits', () => {
  const vols = [0.55, 0.7, 0.95]
  const covariance = Float64Array.from([1, 0.8, 0.6, 0.8, 1, 0.65, 0.6, 0.65, 1], (correlation, k) => {
    return correlation * vols[Math.floor(k / 3)]! * vols[k % 3]!
  })
  const target = Float64Array.of(0.5, 0.3, 0.1)
  const cost = proportionalCosts(fill(3, 5e-4))
  const curvature = computeCurvature({ n: 3, covariance, target, cost, aversion: 10, interval: 1 / 8760 })
  if (!curvature.ok) throw new Error(JSON.stringify(curvature.error))
  const deviation = Float64Array.of(0.2, -0.1, -0.1)
  const quadratic = curvature.value.matrix
  const optimum = solve(program({ n: 3, quadratic, deviation, proportional: fill(3, 5e-4) }))
  expectOptimal(optimum)
  expect(Array.from(optimum.trade, (z) => z.toFixed(6))).toEqual(['-0.176513', '0.083481', '0.093150'])
})

describe('random programs', () => {
  test('[CONVEX-1] all residuals are below 1e-9 on 300 programs of every kind', () => {
    const random = makeRandom('certificates')
    for (let k = 0; k < 300; k++) {
      const each = randomProgram(random, { nMax: 60, power: k % 2 === 1, caps: false })
      const optimum = solve(each)
      expectOptimal(optimum)
      const plain = objectiveAt(each, optimum.trade)
      expect(Math.abs(optimum.certificate.objective - plain)).toBeLessThan(1e-12 * (1 + Math.abs(plain)))
    }
  })

  test('[CONVEX-3] the objective is that of HiGHS to 1e-7 of its terms, and never above by 1e-9 on 300 quadratic programs', () => {
    const random = makeRandom('highs')
    let refused = 0
    for (let k = 0; k < 300; k++) {
      const each = randomProgram(random, { nMax: k % 10 === 0 ? 60 : 16, power: false, caps: false })
      const optimum = solve(each)
      expectOptimal(optimum)
      const oracle = highsOrNull(each)
      if (oracle === null) refused++
      else {
        const size = 1 + Math.abs(objectiveAt({ ...each, rows: [] }, fill(each.n, 0)))
        expect(optimum.certificate.objective).toBeLessThanOrEqual(oracle + 1e-9 * size)
        expect(optimum.certificate.objective).toBeGreaterThanOrEqual(oracle - 1e-7 * size)
      }
    }
    expect(refused).toBeLessThan(15)
  })

  test('[CONVEX-3] the clear, slow version ends at the same objective, power costs included', () => {
    const random = makeRandom('slow')
    for (let k = 0; k < 12; k++) {
      const each = randomProgram(random, { nMax: 3, power: true, caps: false })
      const optimum = solve(each)
      const slow = minimiseSlowly(each)
      expectOptimal(optimum)
      expect(slow.excess).toBeLessThan(1e-3)
      const tolerance = 1e-5 * (1 + Math.abs(optimum.certificate.objective))
      expect(optimum.certificate.objective).toBeLessThanOrEqual(
        objectiveAt(each, slow.z) + 10 * slow.excess + tolerance,
      )
      expect(optimum.certificate.objective).toBeGreaterThanOrEqual(
        objectiveAt(each, slow.z) - tolerance - 10 * slow.excess,
      )
    }
  })

  test('[CONVEX-4] a start changes neither the optimum nor the certificate, and the same start gives the same bits', () => {
    const random = makeRandom('warm')
    for (let k = 0; k < 100; k++) {
      const each = randomProgram(random, { nMax: 30, power: k % 2 === 1, caps: false })
      const solver = makeCostProgram(each.n, each.rows.length)
      const cold = solver.solve(each).certificate.objective
      const moved = { ...each, deviation: each.deviation.map((d) => d + 0.05 * random.normal()) }
      const fresh = solve(moved).certificate.objective
      const warm = solver.solve(moved, solver.solve(each))
      expectOptimal(warm)
      expect(Math.abs(warm.certificate.objective - fresh)).toBeLessThan(1e-8 * (1 + Math.abs(fresh)))
      const bits = Array.from(warm.trade)
      expect(Array.from(makeCostProgram(each.n, each.rows.length).solve(moved, solve(each)).trade)).toEqual(bits)
      expect(solver.solve(each).certificate.objective).toBe(cold)
    }
  })
})

/** It gives up on some programs with flat directions. */
const highsOrNull = (each: CostProgram): number | null => {
  try {
    const oracle = objectiveByHighs(each)
    return Number.isFinite(oracle) ? oracle : null
  } catch {
    return null
  }
}

describe('infeasible and soft rows', () => {
  const n = 2
  const base = program({
    n,
    quadratic: Float64Array.of(1, 0, 0, 1),
    deviation: fill(n, 0),
    lower: fill(n, 0),
    upper: fill(n, 1),
  })
  const atLeast = (bound: number): CostRow => hard(n, { slope: fill(n, -1), bound: -bound })

  test('[CONVEX-5] contradicting rows give the least relaxation and the rows it is of', () => {
    const atMost = hard(n, { slope: fill(n, 1), bound: 0.5, weight: 3 })
    const optimum = solve({ ...base, rows: [atLeast(1), atMost, hard(n, { slope: fill(n, 1), bound: 2 })] })
    expect(optimum.status).toBe('infeasible')
    // Half a unit is missing: it costs .5/1 on the first row and 3 × .5/.5 on the second.
    expect(optimum.relaxation).toBeCloseTo(0.5, 9)
    expect(Array.from(optimum.excess, (excess) => Number(excess.toFixed(9)))).toEqual([0.5, 0, 0])
  })

  test('[CONVEX-5] a row that the box cannot meet is infeasible', () => {
    const optimum = solve({ ...base, rows: [atLeast(3)] })
    expect([optimum.status, optimum.excess[0]]).toEqual(['infeasible', 1])
    expect(optimum.relaxation).toBeCloseTo(1 / 3, 9)
  })

  test('[CONVEX-6] a soft row is exceeded where its price is below its multiplier, and only there', () => {
    for (const [price, held] of [
      [0.2, 0.4],
      [0.7, 1],
      [1, 1],
    ] as const) {
      const optimum = solve({ ...base, rows: [{ ...atLeast(1), price }] })
      expectOptimal(optimum)
      // z = 1/2 each has the multiplier 1/2.
      expect(optimum.trade[0]! + optimum.trade[1]!).toBeCloseTo(held, 10)
      expect(optimum.multipliers[0]).toBeCloseTo(Math.min(price, 0.5), 10)
    }
  })
})

describe('degenerate programs', () => {
  test.each([
    ['M = 0', fill(9, 0)],
    ['one risk in all', fill(9, 1)],
    ['one without risk', Float64Array.of(1, 0.5, 0, 0.5, 1, 0, 0, 0, 0)],
  ])('[CONVEX-7] %s', (_, quadratic) => {
    for (const a of [0, 0.01, 1e9]) {
      const row = hard(3, { bend: fill(3, 1), bound: 0.3 })
      const rows = [row, row, hard(3, { slope: fill(3, 1), bound: 0 }), hard(3, { slope: fill(3, -1), bound: 0 })]
      const optimum = solve(
        program({ n: 3, quadratic, deviation: Float64Array.of(0.4, -0.1, 0.2), proportional: fill(3, a), rows }),
      )
      expectOptimal(optimum)
      expect(Array.from(optimum.trade).every(Number.isFinite)).toBe(true)
      if (a > 1) expect(Array.from(optimum.trade)).toEqual([0, 0, 0])
    }
  })

  test('[CONVEX-7] what is not traded is exactly 0 and what is bounded exactly on its bound', () => {
    const optimum = solve(
      program({
        n: 3,
        quadratic: Float64Array.of(1, 0.2, 0.1, 0.2, 1, 0.3, 0.1, 0.3, 1),
        deviation: Float64Array.of(1, 0.001, -1),
        proportional: Float64Array.of(0.05, 0.5, 0.05),
        lower: fill(3, -0.3),
      }),
    )
    expect([optimum.trade[0], optimum.trade[1]]).toEqual([-0.3, 0])
    expect(optimum.boundMultipliers[0]).toBeLessThan(0)
  })

  test('[CONVEX-8] a program that is none is refused', () => {
    const base = { n: 1, quadratic: Float64Array.of(1), deviation: fill(1, 0) }
    expect(() => solve(program({ ...base, deviation: fill(1, Number.NaN) }))).toThrow('must be finite')
    expect(() => solve(program({ ...base, lower: fill(1, 1), upper: fill(1, 0) }))).toThrow('ordered')
    expect(() => solve(program({ ...base, exponent: 0 }))).toThrow('exponent must be in (0, 1], was 0')
  })
})

describe.skipIf(absent)('reference instances', () => {
  const read = (name: string) => {
    const bytes = readFileSync(SHARED + name)
    return JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
  }
  test.each(['w1_instances_n10.json', 'w1_instances_n50.json', 'w1_instances_n200.json.gz'])(
    '[CONVEX-9] %s',
    (name) => {
      const file = read(name)
      const n: number = file.n
      const quadratic = Float64Array.from(file.Sigma.flat() as number[], (s) => 2 * file.gamma * s)
      const solver = makeCostProgram(n, 2)
      file.w0.forEach((held: number[], k: number) => {
        const gross = hard(n, { slope: fill(n, 1), bound: file.max_gross - held.reduce((sum, w) => sum + w, 0) })
        const turnover = hard(n, { bend: fill(n, 1), bound: file.turnover_limit_sum_abs })
        const instance = program({
          n,
          quadratic,
          deviation: Float64Array.from(held, (w, i) => w - file.target[i]),
          proportional: fill(n, file.linear_cost),
          lower: Float64Array.from(held, (w) => -w),
          rows: [gross, turnover],
        })
        for (const [power, reference] of [
          [fill(n, 0), file.obj_qp[k]],
          [Float64Array.from(file.b32), file.obj_p32[k]],
        ]) {
          const optimum = solver.solve({ ...instance, power })
          expectOptimal(optimum)
          expect(optimum.certificate.objective).toBeLessThanOrEqual(reference + 1e-9)
          expect(optimum.certificate.objective).toBeGreaterThanOrEqual(reference - 1e-9)
        }
      })
    },
  )
})
