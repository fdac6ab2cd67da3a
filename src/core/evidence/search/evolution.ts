/**
 * CMA-ES, the evolution strategy that learns the covariance of good steps (N. Hansen, The CMA Evolution Strategy: A Tutorial,
 * arXiv:1604.00772, 2016), started again with twice the population where a run ends (IPOP: Auger and Hansen, CEC 2005). It
 * minimises over the unit cube: draws outside are mirrored into it, which makes a function without edges that the strategy
 * sees, so bounds need no penalty. It reads only the order of values, equal ones by their place in the batch.
 */
import { makeRandom, type Random } from '../../base/random.ts'
import { assert, fail, type Result, succeed } from '../../base/result.ts'
import { outOfRange } from '../check.ts'
import type { Search } from './ask-tell.ts'
import { type EvolutionEnd, endOf } from './evolution-end.ts'
import { evolutionRates } from './evolution-rates.ts'
import { advance, drawMoves, firstState } from './evolution-state.ts'
import { checkStart, fold } from './space.ts'

export interface EvolutionTerms {
  /** In the unit cube. */
  readonly start: Float64Array
  /** σ of the first generation; a third of the cube is usual. */
  readonly step: number
  readonly seed: number | string
  /** No generation begins that would exceed it. */
  readonly evaluationsMax: number
  /** How often a run that ended is started again, elsewhere and with twice the population. */
  readonly restartsMax: number
  /** A run ends where values, or the distribution in first steps, are this near to each other. */
  readonly tolerance: number
  /** The search ends at a value not above it; null: it goes on. */
  readonly goal: number | null
}

export interface EvolutionRun {
  readonly population: number
  readonly evaluations: number
  /** The best of the run. */
  readonly value: number
  readonly end: EvolutionEnd
}

export interface EvolutionMinimum {
  /** The best point, in the unit cube. */
  readonly x: Float64Array
  /** Infinity where no value was finite. */
  readonly value: number
  readonly evaluations: number
  readonly runs: readonly EvolutionRun[]
}

/** Codes: evidence.range. */
export function evolutionSearch(terms: EvolutionTerms): Result<Search<EvolutionMinimum>> {
  const issues = [
    ...checkStart(terms.start),
    ...outOfRange('search', {
      'the first step': [terms.step, 'exponent'],
      'the number of evaluations': [terms.evaluationsMax, 'count'],
      'the number of restarts': [terms.restartsMax, 'whole'],
      'the tolerance': [terms.tolerance, 'positive'],
      'the goal': [terms.goal ?? 0, 'finite'],
    }),
  ]
  return issues.length > 0 ? fail(issues) : succeed(evolve(terms))
}

/** Another run would have nothing to do. */
const isOver = (last: EvolutionRun | undefined): boolean => last?.end === 'evaluations' || last?.end === 'goal'

interface Best {
  readonly x: Float64Array
  readonly value: number
}

function* evolve(terms: EvolutionTerms): Search<EvolutionMinimum> {
  const { start, seed, evaluationsMax, restartsMax } = terms
  const n = start.length
  let best: Best = { x: start, value: Number.POSITIVE_INFINITY }
  let evaluations = 0
  const runs: EvolutionRun[] = []
  for (let run = 0; run <= restartsMax && !isOver(runs.at(-1)); run++) {
    const random = makeRandom(`${typeof seed}:${seed}#${run}`)
    const mean = run === 0 ? start : Float64Array.from(start, random.uniform)
    const population = (4 + Math.floor(3 * Math.log(n))) * 2 ** run
    const found = yield* evolveOnce(terms, { mean, population, random, evaluationsMax: evaluationsMax - evaluations })
    evaluations += found.evaluations
    runs.push({
      population,
      evaluations: found.evaluations,
      value: found.best?.value ?? Number.POSITIVE_INFINITY,
      end: found.end,
    })
    if (found.best !== null && found.best.value < best.value) best = found.best
  }
  return { ...best, evaluations, runs }
}

function* evolveOnce(
  { step, tolerance, goal }: EvolutionTerms,
  run: {
    readonly mean: Float64Array
    readonly population: number
    readonly random: Random
    readonly evaluationsMax: number
  },
): Search<{ readonly best: Best | null; readonly evaluations: number; readonly end: EvolutionEnd }> {
  const { mean, population, random, evaluationsMax } = run
  const rates = evolutionRates(mean.length, population)
  const history = { best: [] as number[], median: [] as number[] }
  let state = firstState(mean, step)
  let best: Best | null = null
  let evaluations = 0
  while (evaluations + population <= evaluationsMax) {
    const moves = drawMoves(state, population, random)
    const points = moves.map((y) => state.mean.map((value, k) => fold(value + state.step * y[k]!)))
    const told = yield points
    assert(told.length === population, `must be told ${population} values, was ${told.length}`)
    evaluations += population
    const values = told.map((value) => (Number.isFinite(value) ? value : Number.POSITIVE_INFINITY))
    const order = Array.from(values.keys()).sort((a, b) => (values[a] === values[b] ? a - b : values[a]! - values[b]!))
    const first = order[0]!
    if (values[first]! < (best?.value ?? Number.POSITIVE_INFINITY)) best = { x: points[first]!, value: values[first]! }
    if (best !== null && goal !== null && best.value <= goal) return { best, evaluations, end: 'goal' }
    const sorted = Float64Array.from(order, (i) => values[i]!)
    history.best.push(sorted[0]!)
    history.median.push(sorted[Math.floor(population / 2)]!)
    state = advance(
      state,
      order.map((i) => moves[i]!),
      rates,
    )
    const end = endOf(state, { history, values: sorted, firstStep: step, tolerance }, rates)
    if (end !== null) return { best, evaluations, end }
  }
  return { best, evaluations, end: 'evaluations' }
}
