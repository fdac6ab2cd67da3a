/**
 * Returns of several assets as one matrix without holes, which the estimators of `estimators/` need: from the bar at which
 * the last of the histories starts to the last bar of any. What a missing close means is for somebody to say: nothing
 * (refused), the last close before (held), or that the returns it is part of are left out of every asset. A close is held
 * for at most 7 days; longer gaps are left out as they are in `ewma.ts`.
 */
import { formatDuration } from '../base/format.ts'
import type { Issue, Result } from '../base/result.ts'
import type { Returns } from './estimators/returns.ts'
import { type BarSeries, barsBridged, historyPath, RETURNS_MIN } from './price-history.ts'

export type MissingCloses = 'refuse' | 'hold' | 'leaveOut'

export interface CompleteReturns {
  readonly returns: Returns
  /** What was done to get here, one sentence each. */
  readonly notes: readonly string[]
}

/** Codes: risk.return-missing, risk.too-short; each names its asset. */
export function completeReturns(
  series: readonly BarSeries[],
  { missing, intervalMs }: { readonly missing: MissingCloses; readonly intervalMs: number },
): Result<CompleteReturns> {
  const first = series.reduce((latest, each) => Math.max(latest, each.bar[0] ?? 0), 0)
  const last = series.reduce((latest, each) => Math.max(latest, each.bar.at(-1) ?? 0), 0)
  const rows = Math.max(0, last - first)
  const columns = series.map((each) => columnOf(each, { first, rows, missing, longest: barsBridged(intervalMs) }))
  const issues = missing === 'refuse' ? series.flatMap(({ name }, i) => missingIssue(name, columns[i]!.missing)) : []
  if (issues.length > 0) return { ok: false, error: issues }
  const n = series.length
  const values = new Float64Array(rows * n)
  let kept = 0
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < n; i++) values[kept * n + i] = columns[i]!.change[t]!
    if (columns.every(({ change }) => !Number.isNaN(change[t]!))) kept++
  }
  if (kept < RETURNS_MIN) return { ok: false, error: [tooFew(series, kept)] }
  return {
    ok: true,
    value: {
      returns: { names: series.map(({ name }) => name), values: values.slice(0, kept * n) },
      notes: [
        ...startNotes(series, { first, last, intervalMs }),
        ...columns.flatMap(({ held }, i) => heldNote(series[i]!.name, held)),
        ...(kept === rows
          ? []
          : [
              leftOutNote(
                rows - kept,
                series.filter((_, i) => columns[i]!.missing > 0),
              ),
            ]),
      ],
    },
  }
}

interface Column {
  /** Return of each row; NaN where there is none. */
  readonly change: Float64Array
  /** Bars without a close, and those of them that have the one before. */
  readonly missing: number
  readonly held: number
}

function columnOf(
  { bar, close }: BarSeries,
  grid: { readonly first: number; readonly rows: number; readonly missing: MissingCloses; readonly longest: number },
): Column {
  const { first, rows, longest } = grid
  const change = new Float64Array(rows).fill(Number.NaN)
  let start = 0
  while (start + 1 < bar.length && bar[start + 1]! <= first) start++
  let [missing, held] = [bar.length > 0 && bar[start] === first ? 0 : 1, 0]
  for (let k = start + 1; k <= bar.length; k++) {
    const before = bar[k - 1]!
    const end = k < bar.length ? bar[k]! : first + rows + 1
    const bars = end - before
    missing += bars - 1
    const holds = grid.missing === 'hold' && bars > 1 && bars <= longest
    if (holds) {
      held += bars - 1
      for (let t = before + 1; t < end; t++) if (t > first) change[t - first - 1] = 0
    }
    if (k < bar.length && (bars === 1 || holds)) change[end - first - 1] = close[k]! / close[k - 1]! - 1
  }
  return { change, missing, held }
}

const missingIssue = (name: string, missing: number): Issue[] =>
  missing === 0
    ? []
    : [
        {
          code: 'risk.return-missing',
          path: historyPath(name),
          message: `${name} must have a close at every bar since the last history starts, was without ${missing}`,
          hint: 'say what a missing close means: hold the last one, or leave its returns out',
        },
      ]

function tooFew(series: readonly BarSeries[], kept: number): Issue {
  const shortest = series.reduce((least, each) => (each.bar.length < least.bar.length ? each : least))
  return {
    code: 'risk.too-short',
    path: historyPath(shortest.name),
    message: `${shortest.name} must have at least ${RETURNS_MIN} returns in common with all others, was ${kept}`,
    hint: 'use histories that overlap, shorter bars, or correlations estimated pair by pair',
  }
}

function startNotes(
  series: readonly BarSeries[],
  { first, last, intervalMs }: { readonly first: number; readonly last: number; readonly intervalMs: number },
): string[] {
  if (series.every(({ bar }) => bar[0] === first)) return []
  const late = series.find(({ bar }) => bar[0] === first)?.name ?? ''
  return [`The covariance uses the ${formatDuration((last - first) * intervalMs)} since ${late} has a history.`]
}

const closes = (count: number): string => (count === 1 ? 'close' : 'closes')

const heldNote = (name: string, held: number): string[] =>
  held === 0 ? [] : [`${held} missing ${closes(held)} of ${name} held at the last one.`]

const leftOutNote = (rows: number, holed: readonly BarSeries[]): string =>
  `${rows} ${rows === 1 ? 'row' : 'rows'} of returns left out because closes are missing (${holed.map(({ name }) => name).join(', ')}).`
