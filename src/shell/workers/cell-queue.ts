/**
 * Where cells of a study go to be run. A queue is all that a study knows: threads of this machine now, other machines later. The
 * history lies once in memory that all threads share; each thread keeps the forecasts that it has made for the cells after.
 */
import { Piscina } from 'piscina'
import type { Result } from '../../core/base/result.ts'
import type { CellOutcome } from '../../core/sim/study-periods.ts'
import type { CellTask } from '../../wire/study-cell.ts'

export interface CellQueue {
  /** How many run at once. */
  readonly width: number
  /** @param texts of the cell, in the order of the task's places; none is the book as it is */
  readonly submit: (texts: readonly string[]) => Promise<Result<CellOutcome>>
  /** Ends what is running; what was submitted and not finished is rejected. */
  readonly close: () => Promise<void>
}

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './cell-worker.ts' : './cell-worker.js', import.meta.url)

/** A thread that has finished a cell has the next one already, however busy this thread is. */
const WAITING = 2

export function openThreads(task: CellTask, threads: number): CellQueue {
  const pool = new Piscina<readonly string[], Result<CellOutcome>>({
    filename: WORKER.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: WAITING,
    workerData: task,
  })
  return {
    width: threads,
    submit: (texts) => pool.run(texts),
    close: () => pool.destroy(),
  }
}
