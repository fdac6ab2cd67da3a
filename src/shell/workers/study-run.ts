/**
 * Runs the cells of a study through a queue. Many are under way at once; results are kept in the order of the cells, so what is
 * on the disk after any end is a beginning of what a whole run would have written. What is there already is not run again. The
 * search is told each batch in its own order, so the outcome does not depend on which thread was first.
 */
import { assert } from '../../core/base/result.ts'
import { toldValue } from '../../core/sim/study.ts'
import { studySearch } from '../../core/sim/study-search.ts'
import type { CellRun } from '../../core/sim/study-types.ts'
import type { Study } from '../../wire/study.ts'
import { textsAt } from '../../wire/study-parameters.ts'
import type { StudyResults } from '../files/study-results.ts'
import type { CellQueue } from './cell-queue.ts'

/** Cells that are written and synced together. */
const BATCH = 16
/** Cells under way for each that runs, so that no thread waits for the slowest one. */
const AHEAD = 4

export interface StudyWatch {
  /** Called with each cell that is known. */
  readonly onCell: (done: number) => void
  /** Whether to end, at once. */
  readonly signal: AbortSignal
}

/** @returns every cell in order, or null where it was stopped: what is done by then is kept */
export async function runStudy(
  { terms, parameters }: Pick<Study, 'terms' | 'parameters'>,
  { queue, results, watch }: { readonly queue: CellQueue; readonly results: StudyResults; readonly watch: StudyWatch },
): Promise<readonly CellRun[] | null> {
  const made = studySearch(terms)
  assert(made.ok, 'the search was checked when the study was read')
  const { search } = made.value
  const runs: CellRun[] = []
  let step = search.next()
  while (step.done !== true) {
    const first = runs.length
    const points = step.value
    const batch = await runBatch(points, first, {
      queue,
      results,
      watch,
      textsOf: (point) => textsAt(parameters, point),
    })
    runs.push(...batch)
    if (batch.length < points.length) return null
    step = search.next(Float64Array.from(batch, (run) => toldValue(run, terms)))
  }
  return runs
}

/** Shorter than the points where it was stopped. */
async function runBatch(
  points: readonly Float64Array[],
  first: number,
  parts: {
    readonly queue: CellQueue
    readonly results: StudyResults
    readonly watch: StudyWatch
    readonly textsOf: (point: Float64Array) => string[]
  },
): Promise<CellRun[]> {
  const { queue, results, watch, textsOf } = parts
  const waiting: Promise<CellRun>[] = []
  const kept: CellRun[] = []
  let unwritten: CellRun[] = []
  const flush = (): void => {
    results.append(unwritten.map(({ point: _, ...stored }) => stored))
    unwritten = []
  }
  const start = (index: number): Promise<CellRun> => {
    const point = points[index]!
    const [cell, texts] = [first + index, textsOf(point)]
    const stored = results.cells.get(cell)
    if (stored !== undefined) return Promise.resolve({ ...stored, point })
    return queue.submit(texts).then((outcome) => ({ cell, point, texts, outcome }))
  }
  const stop = stopOf(watch.signal)
  for (let next = 0; kept.length < points.length; ) {
    while (next < points.length && waiting.length < AHEAD * queue.width) {
      const under = start(next++)
      // One that is ended with its queue, after somebody stopped, is nobody's failure.
      under.catch(() => undefined)
      waiting.push(under)
    }
    const run = await Promise.race([stop, waiting.shift()!])
    if (run === null) break
    kept.push(run)
    if (!results.cells.has(run.cell)) unwritten.push(run)
    if (unwritten.length >= BATCH) flush()
    watch.onCell(first + kept.length)
  }
  flush()
  return kept
}

const stopOf = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
