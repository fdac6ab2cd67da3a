import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../../../src/core/base/random.ts'
import { resumeSearch, runSearch, type Search } from '../../../../src/core/evidence/search/ask-tell.ts'
import {
  type EvolutionMinimum,
  type EvolutionTerms,
  evolutionSearch,
} from '../../../../src/core/evidence/search/evolution.ts'
import { evolutionRates } from '../../../../src/core/evidence/search/evolution-rates.ts'
import { simplexSearch } from '../../../../src/core/evidence/search/simplex-search.ts'
import { answered, codesOf } from '../series.ts'
import { corner, ellipsoid, rastrigin, rosenbrock, sphere, type TestFunction } from './functions.ts'

const termsOf = (n: number, change: Partial<EvolutionTerms> = {}): EvolutionTerms => ({
  start: new Float64Array(n).fill(0.5),
  step: 0.3,
  seed: 1,
  evaluationsMax: 100_000,
  restartsMax: 0,
  tolerance: 1e-12,
  goal: null,
  ...change,
})
const search = (n: number, change: Partial<EvolutionTerms> = {}): Search<EvolutionMinimum> =>
  answered(evolutionSearch(termsOf(n, change)))

describe('CMA-ES', () => {
  // The most that ten-dimensional runs of the strategy usually need to 1e-10, a third more than the median of ours.
  it.each([
    ['sphere', sphere, 10, 2400],
    ['ellipsoid of condition 10⁶', ellipsoid, 10, 6000],
    ['Rosenbrock', rosenbrock, 10, 8000],
    ['Rosenbrock', rosenbrock, 2, 700],
    ['sphere', sphere, 1, 300],
  ] as const)('[EVID-16] %s in %i dimensions to 1e-10', (_, f, n, evaluations) => {
    const counts = [1, 2, 3, 4, 5].map((seed) => {
      const found = runSearch(search(n, { seed, goal: 1e-10, restartsMax: 3 }), f)
      expect(found.value).toBeLessThanOrEqual(1e-10)
      expect(f(found.x)).toBe(found.value)
      return found.evaluations
    })
    expect(counts.toSorted((a, b) => a - b)[2]).toBeLessThan(evaluations)
  })

  it('[EVID-16] Rastrigin in five dimensions, which has thousands of minima, by restarts with twice the population', () => {
    for (const seed of [1, 2, 3]) {
      const found = runSearch(search(5, { seed, goal: 1e-10, restartsMax: 9, evaluationsMax: 200_000 }), rastrigin)
      expect(found.value).toBeLessThanOrEqual(1e-10)
      expect(found.runs.length).toBeGreaterThan(1)
      found.runs.forEach(({ population }, run) => {
        expect(population).toBe(8 * 2 ** run)
      })
    }
  })

  it('[EVID-16] an optimum in a corner is found to 1e-10, and no point leaves the cube', () => {
    let outside = 0
    const watched: TestFunction = (u) => {
      if (u.some((each) => each < 0 || each > 1)) outside++
      return corner(u)
    }
    expect(runSearch(search(5), watched).value).toBeLessThan(1e-10)
    expect(outside).toBe(0)
  })

  it('[EVID-16] only the order of values counts', () => {
    const logarithm = runSearch(search(4, { evaluationsMax: 800 }), (u) => Math.log(sphere(u)) - 1e6)
    const plain = runSearch(search(4, { evaluationsMax: 800 }), sphere)
    expect(logarithm.x).toEqual(plain.x)
  })

  it('[EVID-17] the order in which a batch is completed, and breaking off, change no bit', () => {
    const [straight, shuffled] = [search(3, { evaluationsMax: 700 }), search(3, { evaluationsMax: 700 })]
    const random = makeRandom('completion')
    const told: Float64Array[] = []
    let step = shuffled.next()
    while (step.done !== true) {
      const batch = step.value
      const values = new Float64Array(batch.length)
      const waiting = Array.from(batch.keys())
      while (waiting.length > 0) {
        const [place] = waiting.splice(random.integer(waiting.length), 1)
        values[place!] = rosenbrock(batch[place!]!)
      }
      told.push(values)
      step = shuffled.next(values)
    }
    expect(step.value).toEqual(runSearch(straight, rosenbrock))
    const again = search(3, { evaluationsMax: 700 })
    const due = resumeSearch(again, told.slice(0, 40))
    const ahead = search(3, { evaluationsMax: 700 })
    let expected = ahead.next()
    for (const values of told.slice(0, 40)) expected = ahead.next(values)
    expect(due).toEqual(expected)
    expect(resumeSearch(search(3, { evaluationsMax: 700 }), told)).toEqual(step)
  })

  it('[EVID-17] values that are not finite are worst; where none is finite there is none', () => {
    const walled: TestFunction = (u) => (u[0]! < 0.4 ? Number.NaN : sphere(u))
    expect(runSearch(search(3, { goal: 1e-9, evaluationsMax: 5000 }), walled).value).toBeLessThan(1e-9)
    expect(runSearch(search(2, { evaluationsMax: 600 }), () => Number.NaN).value).toBe(Number.POSITIVE_INFINITY)
  })

  it('[EVID-17] another seed walks another way, and it never evaluates more than it may', () => {
    const [one, two] = [runSearch(search(3), sphere), runSearch(search(3, { seed: 2 }), sphere)]
    expect(one.x).not.toEqual(two.x)
    let evaluations = 0
    const found = runSearch(search(3, { evaluationsMax: 100 }), (u) => {
      evaluations++
      return sphere(u)
    })
    expect(evaluations).toBe(98)
    expect(found.evaluations).toBe(98)
    expect(found.runs.map(({ end }) => end)).toEqual(['evaluations'])
  })

  it('[EVID-16] weights and rates are the defaults of the tutorial', () => {
    const rates = evolutionRates(10, 10)
    // By hand from table 1: μ_eff 3.1672992814107, c_σ and c_c of n = 10.
    expect(rates.mass).toBeCloseTo(3.1672992814107, 12)
    expect(rates.stepRate).toBeCloseTo((3.1672992814107 + 2) / 18.1672992814107, 12)
    expect(rates.pathRate).toBeCloseTo((4 + 0.31672992814107) / (14 + 0.63345985628214), 12)
    expect(rates.weights.subarray(0, 5).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 14)
    for (const n of [1, 2, 5, 30])
      for (const population of [4, 16, 256]) {
        const { weights, rankOneRate, rankManyRate } = evolutionRates(n, population)
        const sum = weights.reduce((total, each) => total + each, 0)
        // The covariance keeps a share of itself, and its negative part cannot outweigh that.
        expect(1 - rankOneRate - rankManyRate * sum).toBeGreaterThan(0)
        expect(weights.toSorted((a, b) => b - a)).toEqual(weights)
      }
  })

  it('[EVID-10] a start outside the cube and impossible settings are refused', () => {
    expect(codesOf(evolutionSearch(termsOf(2, { start: Float64Array.of(0.5, 1.1), tolerance: 0 })))).toEqual([
      'evidence.range search',
      'evidence.range search',
    ])
    expect(codesOf(evolutionSearch(termsOf(0)))).toEqual(['evidence.range search'])
  })
})

describe('simplex, asked and told', () => {
  const simplex = { start: Float64Array.of(0.2, 0.7), step: 0.1, tolerance: 1e-14, evaluationsMax: 3000 }

  it('[EVID-18] finds the minimum of a valley, and one on a bound', () => {
    const valley = runSearch(answered(simplexSearch(simplex)), rosenbrock)
    expect(valley.converged).toBe(true)
    expect(valley.value).toBeLessThan(1e-12)
    const edge = runSearch(answered(simplexSearch(simplex)), corner)
    expect(edge.value).toBeLessThan(1e-6)
    expect(Array.from(edge.x).every((each) => each >= 0 && each <= 1)).toBe(true)
  })

  it('[EVID-18] first the start, then its neighbours together, then one point after another', () => {
    const steps = answered(simplexSearch(simplex))
    const sizes: number[] = []
    let step = steps.next()
    while (step.done !== true && sizes.length < 6) {
      sizes.push(step.value.length)
      step = steps.next(Float64Array.from(step.value, sphere))
    }
    expect(sizes).toEqual([1, 2, 1, 1, 1, 1])
    expect(codesOf(simplexSearch({ ...simplex, step: 0 }))).toEqual(['evidence.range search'])
  })
})
