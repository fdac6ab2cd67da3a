import { describe, expect, test } from 'vitest'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import { dot, multiplyVector, quadraticForm } from '../../../src/core/maths/matrix.ts'
import {
  type LinearRow,
  type Projected,
  type Projection,
  projectOnto,
  type Weighted,
} from '../../../src/core/maths/quadratic-program.ts'
import { drawConditioned, drawGram, drawVector, largest, largestGap } from './draws.ts'
import { solveWithHighs } from './highs-oracle.ts'

type Optimal = Extract<Projected, { status: 'optimal' }>

/** a and b of a constraint a·x ≤ b. */
function constraintOf(
  problem: Projection,
  rows: readonly LinearRow[],
  { by }: Weighted,
): { a: Float64Array; b: number } {
  if (by.kind === 'row') {
    const { coefficients, bound } = rows.find(({ id }) => id === by.id)!
    return { a: coefficients, b: bound }
  }
  const a = new Float64Array(problem.n)
  const sign = by.kind === 'upper' ? 1 : -1
  a[by.index] = sign
  return { a, b: sign * (by.kind === 'upper' ? problem.upper : problem.lower)[by.index]! }
}

/** Asserts the optimality conditions relative to the terms in them, and that active constraints hold with equality. */
function expectOptimal(problem: Projection, solution: Optimal, rows = problem.rows, tolerance = 1e-10): void {
  const { n, metric, point, lower, upper } = problem
  const { x, active } = solution
  const away = x.map((value, i) => value - point[i]!)
  const balance = multiplyVector(metric, away, n)
  const terms = multiplyVector(metric.map(Math.abs), away.map(Math.abs), n)
  const magnitude = Math.max(largest(x), largest(point))
  const slackUnit = ({ a, b }: { a: Float64Array; b: number }): number =>
    Math.abs(b) + magnitude * a.reduce((total, each) => total + Math.abs(each), 0)
  for (const each of active) {
    expect(each.multiplier).toBeGreaterThan(0)
    const { a, b } = constraintOf(problem, rows, each)
    if (each.by.kind === 'row') expect(Math.abs(dot(a, x) - b)).toBeLessThanOrEqual(1e-11 * slackUnit({ a, b }))
    else expect(x[each.by.index]).toBe((each.by.kind === 'upper' ? upper : lower)[each.by.index])
    for (let i = 0; i < n; i++) {
      balance[i]! += each.multiplier * a[i]!
      terms[i]! += each.multiplier * Math.abs(a[i]!)
    }
  }
  expect(largest(balance)).toBeLessThanOrEqual(tolerance * largest(terms))
  for (let i = 0; i < n; i++) expect(x[i]! >= lower[i]! && x[i]! <= upper[i]!).toBe(true)
  for (const { coefficients: a, bound: b } of rows)
    expect(dot(a, x) - b).toBeLessThanOrEqual(1e-11 * (slackUnit({ a, b }) || 1))
}

/** Asserts Farkas' certificate: no x can obey these constraints. */
function expectContradiction(problem: Projection, conflict: readonly Weighted[]): void {
  const total = new Float64Array(problem.n)
  const terms = new Float64Array(problem.n)
  let [bound, boundTerms] = [0, 0]
  for (const each of conflict) {
    expect(each.multiplier).toBeGreaterThan(0)
    const { a, b } = constraintOf(problem, problem.rows, each)
    for (let i = 0; i < problem.n; i++) {
      total[i]! += each.multiplier * a[i]!
      terms[i]! += each.multiplier * Math.abs(a[i]!)
    }
    bound += each.multiplier * b
    boundTerms += each.multiplier * Math.abs(b)
  }
  expect(largest(total)).toBeLessThanOrEqual(1e-9 * largest(terms))
  expect(bound).toBeLessThan(-1e-12 * boundTerms)
}

interface Shape {
  readonly n: number
  readonly metric: Float64Array
  /** Small integers make ties. */
  readonly grid: boolean
}

function drawProblem(random: Random, { n, metric, grid }: Shape): Projection {
  const number = (): number => (grid ? random.integer(5) - 2 : random.normal())
  const side = (sign: number): Float64Array =>
    Float64Array.from(
      { length: n },
      () => sign * (random.uniform() < 0.2 ? Number.POSITIVE_INFINITY : Math.abs(number())),
    )
  const lower = side(-1)
  const upper = side(1)
  for (let i = 0; i < n; i++) if (random.uniform() < 0.1 && Number.isFinite(lower[i]!)) upper[i] = lower[i]!
  const rows: LinearRow[] = []
  for (let id = 0, count = random.integer(2 * n + 2); id < count; id++) {
    const copied = id > 0 && random.uniform() < 0.2 ? rows[random.integer(id)] : undefined
    const factor = [1, 3, 0.1, -1][random.integer(4)]!
    const looser = random.uniform() < 0.5 ? 0 : Math.abs(number())
    rows.push(
      copied === undefined
        ? {
            id,
            coefficients: Float64Array.from({ length: n }, () => (random.uniform() < 0.5 ? 0 : number())),
            bound: number() + (random.uniform() < 0.7 ? 1 : 0),
          }
        : { id, coefficients: copied.coefficients.map((a) => factor * a), bound: factor * copied.bound + looser },
    )
  }
  return { n, metric, point: Float64Array.from({ length: n }, number), lower, upper, rows }
}

const objectiveAt = ({ n, metric, point }: Projection, x: Float64Array): number =>
  0.5 *
  quadraticForm(
    x.map((value, i) => value - point[i]!),
    metric,
    n,
  )

describe('projection onto bounds and rows', () => {
  test('[MATH-9] 300 problems agree with an independent solver, feasible and not', () => {
    let [optimal, infeasible, agreed] = [0, 0, 0]
    for (let seed = 0; seed < 300; seed++) {
      const random = makeRandom(`highs ${seed}`)
      const n = 1 + random.integer(seed % 3 === 0 ? 30 : 8)
      const problem = drawProblem(random, { n, metric: drawConditioned(random, n, 100), grid: seed % 4 === 0 })
      const { metric, point, lower, upper, rows } = problem
      const linear = multiplyVector(metric, point, n).map((each) => -each)
      const least = solveWithHighs({ quadratic: metric, linear, lower, upper, rows })
      const solution = projectOnto(problem)
      if (solution.status === 'infeasible') {
        infeasible++
        expect(least).toBeNull()
        expectContradiction(problem, solution.conflict)
        continue
      }
      optimal++
      expectOptimal(problem, solution)
      const shifted = least! + 0.5 * quadraticForm(point, metric, n)
      const gap = objectiveAt(problem, solution.x) - shifted
      expect(gap).toBeLessThan(1e-6 * (1 + Math.abs(least!)))
      if (gap > -1e-6 * (1 + Math.abs(least!))) agreed++
    }
    expect(optimal).toBeGreaterThan(100)
    // On seed 59 the peer stops at a feasible point 40 % above the optimum that the conditions prove.
    expect(agreed).toBeGreaterThanOrEqual(optimal - 1)
    expect(infeasible).toBeGreaterThan(50)
  })

  test('[MATH-9] the optimality conditions hold up to a condition of 10¹⁰, with ties, duplicates and fixed coordinates', () => {
    for (let seed = 0; seed < 600; seed++) {
      const random = makeRandom(`kkt ${seed}`)
      const n = 1 + random.integer(seed % 20 === 0 ? 40 : 9)
      const metric = drawConditioned(random, n, [1, 1e3, 1e6, 1e10][seed % 4]!)
      const problem = drawProblem(random, { n, metric, grid: seed % 3 === 0 })
      const solution = projectOnto(problem)
      if (solution.status === 'optimal') expectOptimal(problem, solution)
      else expectContradiction(problem, solution.conflict)
    }
  })

  test('[MATH-10] a singular metric gets a ridge: the conditions hold and no coordinate moves without need', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(`flat ${seed}`)
      const n = 2 + random.integer(9)
      const problem = drawProblem(random, {
        n,
        metric: drawGram(random, n, 1 + random.integer(n - 1)),
        grid: seed % 2 === 0,
      })
      const solution = projectOnto(problem)
      if (solution.status === 'optimal') expectOptimal(problem, solution)
      else expectContradiction(problem, solution.conflict)
    }
    // Two identical assets held under one cap: the shortest way shares.
    const solution = projectOnto({
      n: 2,
      metric: Float64Array.of(1, 1, 1, 1),
      point: Float64Array.of(1, 1),
      lower: Float64Array.of(0, 0),
      upper: Float64Array.of(5, 5),
      rows: [{ id: 7, coefficients: Float64Array.of(1, 1), bound: 1 }],
    }) as Optimal
    expect(largestGap(solution.x, [0.5, 0.5])).toBeLessThan(1e-4)
    expect(solution.x[0]! + solution.x[1]!).toBeCloseTo(1, 14)
    // No metric at all: whatever is allowed is as good, and the nearest is taken.
    const none = projectOnto({ ...free(2), metric: new Float64Array(4), upper: Float64Array.of(0.5, 9) }) as Optimal
    expect(none.x).toEqual(Float64Array.of(0.5, 1))
    expect(() => projectOnto({ ...free(1), metric: Float64Array.of(-1) })).toThrow('semidefinite')
  })
})

const free = (n: number): Projection => ({
  n,
  metric: Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0)),
  point: new Float64Array(n).fill(1),
  lower: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
  upper: new Float64Array(n).fill(Number.POSITIVE_INFINITY),
  rows: [],
})

describe('edges of a projection', () => {
  test('[MATH-11] a point that obeys everything is returned as it is', () => {
    const random = makeRandom('inside')
    const point = drawVector(random, 12)
    const problem = { ...free(12), point, lower: point.slice(), upper: point.slice() }
    const touching = { id: 1, coefficients: new Float64Array(12).fill(1), bound: point.reduce((a, b) => a + b, 0) }
    expect(projectOnto({ ...problem, rows: [touching, { ...touching, id: 2 }] })).toEqual({
      status: 'optimal',
      x: point,
      active: [],
    })
    expect(projectOnto(free(0))).toEqual({ status: 'optimal', x: new Float64Array(0), active: [] })
  })

  test('[MATH-11] one coordinate stops on its bound, with the price of it', () => {
    const problem = { ...free(1), metric: Float64Array.of(4), upper: Float64Array.of(0.1) }
    const solution = projectOnto(problem) as Optimal
    expect(solution.x).toEqual(Float64Array.of(0.1))
    expect(solution.active).toEqual([{ by: { kind: 'upper', index: 0 }, multiplier: expect.closeTo(3.6, 14) }])
  })

  test('[MATH-11] a violation of a part in 10¹¹ is a violation', () => {
    const row = { id: 0, coefficients: Float64Array.of(1, 1), bound: 2 * (1 - 1e-11) }
    const solution = projectOnto({ ...free(2), rows: [row] }) as Optimal
    expect(solution.active).toHaveLength(1)
    expect(solution.x[0]! + solution.x[1]!).toBeCloseTo(row.bound, 15)
    const upper = Float64Array.of(1 - 1e-11, 2)
    expect(projectOnto({ ...free(2), upper })).toMatchObject({ x: Float64Array.of(1 - 1e-11, 1), active: [{}] })
  })

  test('[MATH-11] bounds come back to the last bit whatever the scale of the metric', () => {
    for (const scale of [1e-300, 1e-12, 0.3, 7e11, 1e200]) {
      const upper = Float64Array.of(0.1, 1 / 3, 2)
      const solution = projectOnto({ ...free(3), metric: free(3).metric.map((h) => scale * h), upper }) as Optimal
      expect(solution.x).toEqual(Float64Array.of(0.1, 1 / 3, 1))
    }
  })

  test('[MATH-12] contradictions are named: crossed bounds, a row beyond the box, an empty row, two rows', () => {
    const crossed = { ...free(2), lower: Float64Array.of(0, 2), upper: Float64Array.of(3, 1) }
    expect(projectOnto(crossed)).toEqual({
      status: 'infeasible',
      conflict: [
        { by: { kind: 'lower', index: 1 }, multiplier: 1 },
        { by: { kind: 'upper', index: 1 }, multiplier: 1 },
      ],
    })
    const named = (rows: LinearRow[], box: Partial<Projection> = {}): unknown[] => {
      const problem = { ...free(2), ...box, rows }
      const solution = projectOnto(problem)
      if (solution.status === 'optimal') return ['optimal']
      expectContradiction(problem, solution.conflict)
      return solution.conflict.map(({ by }) => (by.kind === 'row' ? by.id : `${by.kind} ${by.index}`)).sort()
    }
    const row = (id: number, coefficients: number[], bound: number): LinearRow => ({
      id,
      coefficients: Float64Array.from(coefficients),
      bound,
    })
    expect(named([row(9, [-1, -1], -5)], { upper: Float64Array.of(2, 2) })).toEqual([9, 'upper 0', 'upper 1'])
    expect(named([row(3, [0, 0], -1)])).toEqual([3])
    expect(named([row(1, [1, 2], 0), row(2, [-2, -4], -1)])).toEqual([1, 2])
    expect(named([row(1, [1, 2], 0), row(2, [-2, -4], 0), row(3, [0, 0], 0)])).toEqual(['optimal'])
  })

  test('[MATH-12] what cannot be read is refused', () => {
    expect(() => projectOnto({ ...free(1), point: Float64Array.of(Number.NaN) })).toThrow('finite')
    expect(() => projectOnto({ ...free(1), lower: Float64Array.of(Number.NaN) })).toThrow('lower bound of 0')
    expect(() => projectOnto({ ...free(1), lower: Float64Array.of(Number.POSITIVE_INFINITY) })).toThrow()
    expect(() => projectOnto({ ...free(2), rows: [{ id: 1, coefficients: Float64Array.of(1), bound: 1 }] })).toThrow(
      '2',
    )
    const endless = { id: 1, coefficients: Float64Array.of(1), bound: Number.POSITIVE_INFINITY }
    expect(() => projectOnto({ ...free(1), rows: [endless] })).toThrow('finite')
  })
})

describe('determinism of a projection', () => {
  test('[MATH-11] the same problem gives the same bits and is left as it was', () => {
    const random = makeRandom('same')
    const problem = drawProblem(random, { n: 20, metric: drawConditioned(random, 20, 1e4), grid: false })
    const copy = structuredClone(problem)
    expect(projectOnto(problem)).toEqual(projectOnto(copy))
    expect(problem).toEqual(copy)
  })
})
