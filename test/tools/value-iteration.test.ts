import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../src/core/base/random.ts'
import { factorise } from '../../src/core/maths/cholesky.ts'
import { makeCostProgram } from '../../src/core/maths/cost-program.ts'
import {
  AVERSION,
  CASES,
  type Case,
  excess,
  labelOf,
  makeModel,
  parametersHash,
  RESOLUTIONS,
  solveCase,
  type Table,
} from '../../tools/value-iteration.ts'
import { deviationAt, makeLattice, minimise, move, quadratic } from '../../tools/value-iteration-lattice.ts'

/** Written by `node tools/value-iteration.ts test/tools/value-iteration.json`. */
const STORED = new URL('value-iteration.json', import.meta.url)
const table: Table = JSON.parse(readFileSync(STORED, 'utf8'))

describe('the program against value iteration', () => {
  test('[OPTIMAL-5] the stored table is that of the cases and parameters of the script', () => {
    expect(table.parameters).toBe(parametersHash())
    expect(table.rows.map((row) => row.label)).toEqual(CASES.map(labelOf))
  })

  test.each(table.rows)('[OPTIMAL-1] at most 2 % above the optimum: $label', ({ program }) => {
    expect(program).toHaveLength(2)
    for (const share of program) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(0.02)
    }
  })

  test('[OPTIMAL-2] a common horizon costs more than the program, and so do bands of their own for correlated assets', () => {
    for (const [k, row] of table.rows.entries()) {
      const program = Math.max(...row.program)
      expect(row.commonHorizon, row.label).toBeGreaterThan(program)
      if (CASES[k]!.correlation !== 0) expect(row.ownBands, row.label).toBeGreaterThan(program)
    }
    expect(Math.max(...table.rows.map((row) => row.commonHorizon))).toBeGreaterThan(0.2)
    expect(Math.max(...table.rows.map((row) => row.ownBands))).toBeGreaterThan(0.2)
  })

  test('[OPTIMAL-3] a finer lattice changes no optimal cost by 1 %', () => {
    for (const { optimum, label } of table.rows)
      expect(Math.abs(optimum[0]! / optimum[1]! - 1), label).toBeLessThan(0.01)
  })

  test.each(['correlated, equal cost', 'uncorrelated, unequal cost'])(
    '[OPTIMAL-5] the code gives the stored numbers: %s',
    (name) => {
      const [rho, kind] = name.startsWith('correlated') ? [0.5, 'equal'] : [0, 'unequal']
      const label = `2 assets, Δ/T 0.1, ρ ${rho}, ${kind} cost, drift and noise`
      const k = table.rows.findIndex((row) => row.label === label)
      const [row, each] = [table.rows[k]!, CASES[k]!]
      const { optimum, program } = solveCase(each, RESOLUTIONS[2]![0])
      expect(Math.abs(optimum.lower / row.optimum[0]! - 1)).toBeLessThan(1e-7)
      expect(Math.abs(excess(program, optimum) - row.program[0]!)).toBeLessThan(2e-6)
    },
  )
})

describe('the decision process of the script', () => {
  test('[OPTIMAL-4] costs what the program costs in a simulation with normal noise and no lattice', () => {
    const each = CASES.find(
      ({ correlation, intervals, noise, target }) =>
        target.length === 2 && correlation === 0.5 && intervals === 0.3 && noise > 0,
    )!
    const { cost, error } = simulate(each, 300_000)
    const { program } = solveCase(each, 16)
    expect(error / cost).toBeLessThan(0.005)
    expect(Math.abs(program.upper - cost)).toBeLessThan(4 * error)
  })

  test('[OPTIMAL-4] has for independent assets the optimum of the cube law, each on its own', () => {
    const each: Case = {
      target: [0, 0],
      volatility: [0.6, 0.9],
      correlation: 0,
      proportional: [5e-4, 1e-3],
      noise: 0.15,
      intervals: 0.03,
    }
    const { interval } = makeModel(each)
    const rate = each.noise ** 2
    const alone = each.volatility.map((volatility, i) => {
      const [risk, a] = [AVERSION * volatility ** 2, each.proportional[i]!]
      const width = Math.cbrt((3 * a * rate) / (2 * risk))
      // Uniform within ±h; the script counts the deviation at the start of an interval, half an interval of noise less.
      return (risk * width ** 2) / 6 + (a * rate) / (2 * width) - (risk * rate * interval) / 4
    })
    const { optimum } = solveCase(each, 16)
    expect(Math.abs(optimum.lower / (alone[0]! + alone[1]!) - 1)).toBeLessThan(0.01)
  })

  test('[OPTIMAL-4] moves with mean 0 and exactly the covariance asked for', () => {
    const entry = fc.double({ min: -1, max: 1, noNaN: true })
    const square = (n: number) => fc.array(entry, { minLength: n * n, maxLength: n * n })
    fc.assert(
      fc.property(fc.oneof(square(2), square(3)), (root) => {
        const n = Math.sqrt(root.length)
        const moved = Float64Array.from({ length: n * n }, (_, k) => {
          const [i, j] = [Math.floor(k / n), k % n]
          let sum = i === j ? 0.05 : 0
          for (let l = 0; l < n; l++) sum += root[i * n + l]! * root[j * n + l]!
          return sum
        })
        const spacing = [1, 0.8, 1.3].slice(0, n)
        const lattice = makeLattice({ half: spacing.map(() => 1), spacing, proportional: spacing, moved })
        const got = new Float64Array(n * n)
        for (const { vector, weights } of lattice.steps) {
          const variance = weights.reduce((sum, weight, k) => sum + 2 * weight * k * k, 0)
          expect(2 * weights.reduce((sum, weight) => sum + weight, 0) - weights[0]!).toBeCloseTo(1, 12)
          for (let k = 0; k < n * n; k++) {
            const [i, j] = [Math.floor(k / n), k % n]
            got[k]! += variance * vector[i]! * spacing[i]! * vector[j]! * spacing[j]!
          }
        }
        for (let k = 0; k < n * n; k++) expect(Math.abs(got[k]! - moved[k]!)).toBeLessThan(1e-5)
      }),
      { seed: 7, numRuns: 200 },
    )
  })

  test('[OPTIMAL-4] moves values by their expectation: ½d′Bd grows by ½tr(B·covariance) far from the faces', () => {
    const moved = Float64Array.of(0.6, 0.3, 0.1, 0.3, 0.7, 0.2, 0.1, 0.2, 0.5)
    const bend = Float64Array.of(2, 0.5, 0.1, 0.5, 1, 0.3, 0.1, 0.3, 3)
    const lattice = makeLattice({ half: [24, 24, 24], spacing: [1, 1, 1], proportional: [0, 0, 0], moved })
    const before = quadratic(lattice, bend)
    const after = lattice.steps.reduce((values, step) => move(lattice, step, values), before)
    const middle = lattice.size >> 1
    const trace = moved.reduce((sum, each, k) => sum + each * bend[k]!, 0)
    expect(Math.abs(after[middle]! - before[middle]! - trace / 2)).toBeLessThan(1e-5)
    expect(Math.abs(after[middle + 3]! - before[middle + 3]! - trace / 2)).toBeLessThan(1e-5)
  })

  test('[OPTIMAL-4] finds the cheapest of all trades', () => {
    const random = makeRandom('cheapest trade')
    const proportional = [0.3, 0.5, 0.2]
    const spacing = [1, 0.7, 1.4]
    const moved = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)
    const lattice = makeLattice({ half: [2, 3, 1], spacing, proportional, moved })
    const values = Float64Array.from({ length: lattice.size }, () => 2 * random.normal())
    const cheapest = values.slice()
    minimise(lattice, cheapest)
    const places = Array.from(values, (_, index) => deviationAt(lattice, index))
    cheapest.forEach((found, from) => {
      const all = places.map((place, to) =>
        place.reduce((sum, each, i) => sum + proportional[i]! * Math.abs(each - places[from]![i]!), values[to]!),
      )
      expect(found).toBeCloseTo(Math.min(...all), 12)
    })
  })
})

/** Average cost a year of the program over `steps` intervals of normal noise, with its standard error from 100 batches. */
function simulate(each: Case, steps: number): { cost: number; error: number } {
  const { n, covariance, drift, interval, matrix, proportional } = makeModel(each)
  const random = makeRandom('value iteration')
  const root = factorise(
    drift.map((q) => q * interval),
    n,
  )!
  const solver = makeCostProgram(n, 0)
  const nothing = new Float64Array(n)
  const deviation = new Float64Array(n)
  const program = {
    n,
    quadratic: matrix,
    deviation,
    linear: nothing,
    proportional: Float64Array.from(proportional),
    power: nothing,
    exponent: 0.5,
    felt: null,
    lower: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
    upper: new Float64Array(n).fill(Number.POSITIVE_INFINITY),
    rows: [],
    caps: [],
  }
  const batches = new Float64Array(100)
  for (let step = 0; step < steps; step++) {
    const { trade } = solver.solve(program)
    let cost = 0
    for (let i = 0; i < n; i++) {
      cost += proportional[i]! * Math.abs(trade[i]!)
      deviation[i]! += trade[i]!
    }
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        cost += (AVERSION * interval * deviation[i]! * covariance[i * n + j]! * deviation[j]!) / 2
    batches[Math.floor((step * batches.length) / steps)]! += (cost * batches.length) / steps / interval
    const draw = Float64Array.from({ length: n }, () => random.normal())
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) deviation[i]! += root[i * n + j]! * draw[j]!
  }
  const mean = batches.reduce((sum, batch) => sum + batch, 0) / batches.length
  const spread = batches.reduce((sum, batch) => sum + (batch - mean) ** 2, 0) / (batches.length - 1)
  return { cost: mean, error: Math.sqrt(spread / batches.length) }
}
