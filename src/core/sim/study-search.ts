/**
 * The cells of a study as a search that asks and is told: a grid, random points and a Latin hypercube are one batch; CMA-ES and
 * the simplex ask batch by batch and are told the scores in the order of the batch, whatever order they were completed in.
 */
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Search } from '../evidence/search/ask-tell.ts'
import { latinHypercube, makeGrid, randomPoint } from '../evidence/search/designs.ts'
import { evolutionSearch } from '../evidence/search/evolution.ts'
import { simplexSearch } from '../evidence/search/simplex-search.ts'
import { checkSpace, type Space, unitOf } from '../evidence/search/space.ts'
import type { StudySearch, StudyTerms } from './study-types.ts'

/** More cells than anybody waits for; their results are held in memory. */
const CELLS_MAX = 100_000

/** Of CMA-ES: a third of the cube; of a simplex, a quarter. Both begin in its middle. */
const FIRST_STEP = { cmaEs: 0.3, simplex: 0.25 } as const
/** Texts of cells have four digits. */
const TOLERANCE = 1e-4

/** Whether later cells depend on the scores of earlier ones. */
export const isAdaptive = ({ kind }: Pick<StudySearch, 'kind'>): boolean => kind === 'cmaEs' || kind === 'simplex'

/** Told values: less is better. Codes: evidence.parameter, evidence.range, study.cells. */
export function studySearch({ space, search, seed }: Pick<StudyTerms, 'space' | 'search' | 'seed'>): Result<{
  readonly cells: number
  readonly search: Search<unknown>
}> {
  const issues = checkSpace(space)
  if (issues.length > 0) return fail(issues)
  const made = makeSearch(space, search, seed)
  if (!made.ok) return made
  return made.value.cells <= CELLS_MAX ? made : fail([tooMany(made.value.cells)])
}

function makeSearch(
  space: Space,
  search: StudySearch,
  seed: string,
): Result<{ readonly cells: number; readonly search: Search<unknown> }> {
  const n = space.length
  if (search.kind === 'grid') {
    const grid = makeGrid(space, search.steps)
    if (!grid.ok) return grid
    const { count, at } = grid.value
    if (count > CELLS_MAX) return fail([tooMany(count)])
    return succeed(design(Array.from({ length: count }, (_, index) => unitOf(space, at(index)).unit)))
  }
  const { kind, cells } = search
  if (cells > CELLS_MAX) return fail([tooMany(cells)])
  if (kind === 'random')
    return succeed(design(Array.from({ length: cells }, (_, index) => randomPoint(n, { seed, index }))))
  if (kind === 'latinHypercube') {
    const points = latinHypercube(n, { count: cells, seed })
    return points.ok ? succeed(design(points.value)) : points
  }
  const start = new Float64Array(n).fill(0.5)
  const terms = { start, step: FIRST_STEP[kind], evaluationsMax: cells, tolerance: TOLERANCE }
  const made = kind === 'cmaEs' ? evolutionSearch({ ...terms, seed, restartsMax: 9, goal: null }) : simplexSearch(terms)
  return made.ok ? succeed({ cells, search: made.value }) : made
}

const design = (points: readonly Float64Array[]) => ({ cells: points.length, search: once(points) })

function* once(points: readonly Float64Array[]): Search<null> {
  yield points
  return null
}

const tooMany = (cells: number): Issue => ({
  code: 'study.cells',
  path: 'study.search',
  message: `a study must have at most ${CELLS_MAX} cells, was ${cells}`,
  hint: 'take fewer steps, or another search than a grid',
})
