/**
 * One cell of a study, pure: the book with other scalars, read and run over a history that all cells share. Everything it is
 * told is plain data, so that it can be sent to another thread, or to another machine.
 */
import { formatInstantShort } from '../core/base/format.ts'
import type { Instant } from '../core/base/instant.ts'
import { fail, type Result } from '../core/base/result.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { runBacktest } from '../core/sim/backtest.ts'
import type { History } from '../core/sim/history.ts'
import { type CellOutcome, summariseRun } from '../core/sim/study-periods.ts'
import { type Backtest, finishBacktest, type LoadedBacktest } from './backtest.ts'
import { type Between, draftBacktest } from './backtest-needs.ts'
import { draftTree } from './book.ts'
import type { BookIssue, Path, Tree } from './tree.ts'
import { withScalar } from './tree-scalar.ts'

/** The same for all cells. */
export interface CellTask {
  readonly source: Tree
  readonly between: Between
  /** Of the scalars that differ. */
  readonly places: readonly Path[]
  /** The open of the first bar of the history. */
  readonly reads: Instant
  readonly history: History
  readonly loaded: Omit<LoadedBacktest, 'bars'>
  readonly rowsPerPeriod: number
}

/** Forecasts of this history that are kept for the cells to come. */
export type Forecasts = Map<string, RiskModel>
/** Where there are more, they are forgotten before the next cell, so that memory stays flat. */
const FORECASTS_MAX = 4096

/** @param texts in the order of the places; none: the book as it is */
export function readCell(
  { source, between, places, reads, history, loaded }: CellTask,
  texts: readonly string[],
  forecasts: Forecasts | null,
): Result<Backtest, readonly BookIssue[]> {
  const tree = texts.reduce((changed, text, k) => withScalar(changed, places[k]!, text), source)
  const book = draftTree({ tree, issues: [] })
  if (!book.ok) return book
  const draft = draftBacktest(book.value, between)
  if (!draft.ok) return draft
  const { span } = draft.value
  if (span.reads < reads) return { ok: false, error: [refuseEarlier(span.reads, reads)] }
  const same = { ...draft.value, span: { ...span, reads } }
  return finishBacktest(same, { ...loaded, bars: new Map() }, { shared: false, history, forecasts })
}

const refuseEarlier = (wanted: Instant, reads: Instant): BookIssue => ({
  code: 'study.span',
  path: 'study.parameters',
  message: `a cell must read no earlier bars than the book as it is (from ${formatInstantShort(reads)}), was one from ${formatInstantShort(wanted)}`,
  hint: 'write the longest window into the book itself; shorter ones may then be tried',
  line: 1,
})

/** @returns what a study keeps of the run, or why there is none; every refusal names what it is about */
export function runCell(task: CellTask, texts: readonly string[], forecasts: Forecasts | null): Result<CellOutcome> {
  if (forecasts !== null && forecasts.size > FORECASTS_MAX) forecasts.clear()
  const cell = readCell(task, texts, forecasts)
  if (!cell.ok) return fail(cell.error)
  const record = runBacktest(cell.value.inputs)
  return record.ok ? summariseRun(record.value, task.rowsPerPeriod) : record
}
