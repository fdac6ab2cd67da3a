/**
 * The study of a book: its section read and checked before anything is run. The book as it is must be sound, and so must every
 * parameter at both ends of its range; the splits must fit the history. `docs/study.md` has every key.
 */

import { toNumber } from '../core/base/decimal.ts'
import { formatDuration } from '../core/base/format.ts'
import type { Instant } from '../core/base/instant.ts'
import { assertNever, type Issue, type Result } from '../core/base/result.ts'
import type { History } from '../core/sim/history.ts'
import { closedAt } from '../core/sim/history.ts'
import { studyFolds } from '../core/sim/study-folds.ts'
import { countPeriods } from '../core/sim/study-periods.ts'
import type { Score } from '../core/sim/study-score.ts'
import { studySearch } from '../core/sim/study-search.ts'
import type { StudySearch, StudySplits, StudyTerms } from '../core/sim/study-types.ts'
import { type Backtest, finishBacktest, type LoadedBacktest } from './backtest.ts'
import type { BacktestDraft, Between } from './backtest-needs.ts'
import { sortIssues } from './book.ts'
import { makeReport, type Report } from './book-names.ts'
import { accepted, readDelay, readDuration, readFraction, readNumber } from './scalar.ts'
import { type CellTask, readCell } from './study-cell.ts'
import { readParameters, type StudyParameters, type StudySection, textsAt } from './study-parameters.ts'
import type { BookIssue } from './tree.ts'

export interface Study {
  readonly terms: StudyTerms
  readonly parameters: StudyParameters
  /** The book as it is. */
  readonly base: Backtest
  /** What a thread needs to run a cell. */
  readonly task: CellTask
  /** At most; a search may end earlier. */
  readonly cells: number
}

/** @returns the study, or all mistakes sorted by line. */
export function finishStudy(
  draft: BacktestDraft,
  loaded: LoadedBacktest,
  between: Between,
): Result<Study, readonly BookIssue[]> {
  const { source, draft: book } = draft.book
  const report = makeReport(source, [])
  const section = book.study
  if (section === undefined && !('study' in book))
    report.add(
      'study.missing',
      ['study'],
      'the book must say what is studied, was without `study`',
      'write the section; docs/study.md shows one',
    )
  const base = finishBacktest(draft, loaded, { shared: true, history: null, forecasts: null })
  const refused = (): Result<never, readonly BookIssue[]> => ({
    ok: false,
    error: sortIssues([...report.issues, ...(base.ok ? [] : base.error)]),
  })
  if (section === undefined || !base.ok) return refused()
  const { history } = base.value.inputs
  const read = readTerms(section, { draft, history, report })
  if (read === null || report.issues.length > 0) return refused()
  const { terms, parameters } = read
  const search = studySearch(terms)
  const folds = studyFolds(terms)
  for (const { error } of [search, folds].flatMap((each) => (each.ok ? [] : [each])))
    for (const issue of error) report.addIssue(placed(issue))
  if (!search.ok || report.issues.length > 0) return refused()
  const { bars: _, ...rest } = loaded
  const rowsPerPeriod = terms.periodMs / history.intervalMs
  const { reads } = draft.span
  const task: CellTask = { source, between, places: parameters.places, reads, history, loaded: rest, rowsPerPeriod }
  checkEnds(task, parameters, report)
  if (report.issues.length > 0) return refused()
  return { ok: true, value: { terms, parameters, base: base.value, task, cells: search.value.cells } }
}

/** The middle of every range, and its ends one by one: a book that cannot be read there is found before hours are spent. */
function checkEnds(task: CellTask, parameters: StudyParameters, report: Report): void {
  const n = parameters.space.length
  const middle = new Float64Array(n).fill(0.5)
  const points = [
    middle,
    ...parameters.space.flatMap((_, k) => [0, 1].map((end) => middle.map((u, i) => (i === k ? end : u)))),
  ]
  for (const point of points) {
    const cell = readCell(task, textsAt(parameters, point), null)
    if (!cell.ok) for (const issue of cell.error) report.addIssue(issue)
  }
}

/** Issues of core name their own terms. */
const placed = (issue: Issue): Issue => ({
  ...issue,
  path: /^(parameters|steps)\b/.test(issue.path)
    ? issue.path.replace(/^(parameters|steps)\b/, 'study.parameters')
    : issue.path.startsWith('study')
      ? issue.path
      : 'study.splits',
})

function readTerms(
  section: StudySection,
  { draft, history, report }: { readonly draft: BacktestDraft; readonly history: History; readonly report: Report },
): { readonly terms: StudyTerms; readonly parameters: StudyParameters } | null {
  const { search, score, period, seed, draws, reach, splits } = section
  const { source } = draft.book
  const parameters = readParameters(section, { source, report, stepped: search?.kind === 'grid' })
  const periodMs = period === undefined ? null : periodOf(period, history, report)
  const found = {
    search: search === undefined ? null : readSearch(search, parameters, report),
    score: score === undefined ? null : readScore(score),
    draws: whole(draws, ['draws'], report),
    splits: splits === undefined || periodMs === null ? null : readSplits(splits, periodMs, report),
  }
  if (periodMs === null || seed === undefined || reach === undefined) return null
  if (found.search === null || found.score === null || found.draws === null || found.splits === null) return null
  const first = (draft.span.from - draft.span.reads) / draft.span.intervalMs - 1
  const from: Instant = closedAt(history, first)
  return {
    parameters,
    terms: {
      space: parameters.space,
      search: found.search,
      score: found.score,
      from,
      periodMs,
      periods: countPeriods(history.time.length - first, periodMs / history.intervalMs),
      splits: found.splits,
      reach: toNumber(accepted(readFraction(reach, 'reach', 'positive'))),
      seed,
      draws: found.draws,
    },
  }
}

function periodOf(text: string, { intervalMs }: History, report: Report): number | null {
  const periodMs = accepted(readDuration(text))
  if (periodMs % intervalMs === 0) return periodMs
  report.add(
    'study.period',
    ['study', 'period'],
    `must be a whole number of ${formatDuration(intervalMs)} bars, was ${formatDuration(periodMs)}`,
    'periods end where a bar closes',
  )
  return null
}

function readSearch(
  search: NonNullable<StudySection['search']>,
  { steps }: StudyParameters,
  report: Report,
): StudySearch | null {
  if (search.kind === undefined) return null
  if (!('cells' in search)) return search.kind === 'grid' ? { kind: search.kind, steps } : null
  const cells = whole(search.cells, ['search', 'cells'], report)
  return cells === null ? null : { kind: search.kind, cells }
}

function readScore(score: NonNullable<StudySection['score']>): Score | null {
  switch (score.kind) {
    case undefined:
      return null
    case 'costAndRisk':
      return score.aversion === undefined
        ? null
        : { kind: score.kind, aversion: toNumber(accepted(readNumber(score.aversion, 'aversion', 'positive'))) }
    case 'sharpe':
    case 'growth':
    case 'informationRatio':
    case 'trackingDifference':
    case 'cost':
      return { kind: score.kind }
    default:
      return assertNever(score)
  }
}

function readSplits(
  { walkForward, combinatorial, purge, embargo, blocks }: NonNullable<StudySection['splits']>,
  periodMs: number,
  report: Report,
): StudySplits | null {
  const periods = (text: string | undefined, key: string): number | null => {
    if (text === undefined) return null
    const count = accepted(readDuration(text)) / periodMs
    if (Number.isInteger(count)) return count
    report.add(
      'study.period',
      ['study', 'splits', 'walkForward', key],
      `must be a whole number of periods of ${formatDuration(periodMs)}, was ${text}`,
      'a split lies between two periods',
    )
    return null
  }
  const [train, test] = [periods(walkForward?.train, 'train'), periods(walkForward?.test, 'test')]
  const groups = whole(combinatorial?.groups, ['splits', 'combinatorial', 'groups'], report)
  const testGroups = whole(combinatorial?.test, ['splits', 'combinatorial', 'test'], report)
  const parts = whole(blocks, ['splits', 'blocks'], report)
  const kind = walkForward?.kind
  if (train === null || test === null || kind === undefined || purge === undefined || embargo === undefined) return null
  if (groups === null || testGroups === null || parts === null) return null
  return {
    walkForward: { kind, train, test },
    combinatorial: { groups, testGroups },
    purgeMs: accepted(readDelay(purge)),
    embargoMs: accepted(readDelay(embargo)),
    blocks: parts,
  }
}

/** null where it is missing, which the shape says, or not whole. */
function whole(text: string | undefined, path: readonly string[], report: Report): number | null {
  if (text === undefined) return null
  const value = toNumber(accepted(readNumber(text, 'number', 'positive')))
  if (Number.isSafeInteger(value)) return value
  report.add('study.whole', ['study', ...path], `must be a whole number, was ${text}`, 'count in whole numbers')
  return null
}
