/**
 * The first step of a backtest: what its section says about time, checked, and the files it needs, each with the bars that
 * matter. Bars are read from far enough before the run that its first forecast, its volumes and its warm-up have theirs.
 */
import { formatDuration, formatInstantShort } from '../core/base/format.ts'
import type { Instant } from '../core/base/instant.ts'
import type { Result } from '../core/base/result.ts'
import type { Accepted } from '../core/sim/history-bars.ts'
import { type BookDraft, holdingNeeds, type Needs } from './book.ts'
import { trendWindow } from './book-guard.ts'
import { makeReport, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDelay, readDuration, readInstant } from './scalar.ts'
import { type BookIssue, lineOf, lineOfPath } from './tree.ts'

export type BacktestSection = NonNullable<Draft['backtest']>

/** When things happen in a run; all in ms. */
export interface Span {
  /** The open of the first bar that is read; the book begins at `from`, when a bar has closed; `to` is the last close. */
  readonly reads: Instant
  readonly from: Instant
  readonly to: Instant
  readonly intervalMs: number
  readonly everyMs: number
  readonly refreshMs: number
  readonly warmupMs: number
  /** Of the forecast; null where the book states its risk. */
  readonly windowMs: number | null
  /** Over which volume is averaged; null where nothing needs it. */
  readonly volumeMs: number | null
}

/** A candle file: bars that open in [from, to), in the interval. */
export interface BarsNeed {
  readonly of: 'history' | 'marks' | 'rates'
  /** The instrument or the currency. */
  readonly id: string
  /** As written, relative to the book. */
  readonly path: string
  readonly line: number
  readonly accept: readonly Accepted[]
}
export interface FundingNeed {
  readonly id: string
  readonly path: string
  readonly line: number
  readonly intervalMs: number
  /** Of times that name none; null: they must name it. */
  readonly zone: string | null
}
export interface MembersNeed {
  readonly path: string
  readonly line: number
  /** The column a row needs beside date and name. */
  readonly value: 'weight' | 'capitalisation'
  /** Names that are left out. */
  readonly except: readonly string[]
}

export interface BacktestDraft {
  readonly book: BookDraft
  readonly section: BacktestSection
  readonly span: Span
  /** The book with what the run begins with in the place of what it holds. */
  readonly start: Draft
  /** Files that say what the run begins with. */
  readonly holdings: Pick<Needs, 'positions' | 'cash'>
  readonly bars: readonly BarsNeed[]
  readonly funding: readonly FundingNeed[]
  readonly members: MembersNeed | null
  /** What is wrong with the text. */
  readonly issues: readonly BookIssue[]
}

/** Another time of the run than its section says. */
export interface Between {
  readonly from: Instant | null
  readonly to: Instant | null
}

/** @returns what a run of the book needs, or every mistake that keeps this from being known. */
export function draftBacktest(book: BookDraft, between: Between): Result<BacktestDraft, readonly BookIssue[]> {
  const { draft, source } = book
  const report = makeReport(source, book.issues)
  const section = draft.backtest
  if (section === undefined) {
    if (!('backtest' in draft))
      report.add(
        'backtest.missing',
        ['backtest'],
        'the book must say how it is run over history, was without `backtest`',
        'write the section; docs/backtest.md shows one',
      )
    return { ok: false, error: report.issues }
  }
  const span = readSpan(draft, section, { between, report })
  if (span === null) return { ok: false, error: report.issues }
  const start = startDraft(draft, section)
  const place = section.start === 'book' ? '' : 'backtest.start.'
  const needs = {
    ...needsOf(section, (path) => lineOf(source, path)),
    start,
    holdings: holdingNeeds(start, (path) => lineOfPath(source, `${place}${path}`)),
  }
  return { ok: true, value: { book, section, span, ...needs, issues: report.issues } }
}

/** null while something of it is missing, and an issue says so. */
function readSpan(
  draft: Draft,
  section: BacktestSection,
  { between, report }: { readonly between: Between; readonly report: Report },
): Span | null {
  const { market } = draft
  if (market !== undefined && !('interval' in market))
    report.add(
      'backtest.interval',
      ['market', 'interval'],
      'the time from one bar to the next must be given for a run, was missing',
      'write it, such as `interval: 1h`',
    )
  const from = between.from ?? instantOf(section.from)
  const to = between.to ?? instantOf(section.to)
  const { every, refresh, warmup } = section
  if (from === null || to === null || market?.interval === undefined) return null
  if (every === undefined || refresh === undefined || warmup === undefined) return null
  const intervalMs = accepted(readDuration(market.interval))
  const durations = { every: accepted(readDuration(every)), refresh: accepted(readDuration(refresh)) }
  const asOf = instantOf(draft.asOf)
  checkTimes({ from, to, asOf, intervalMs, durations }, report)
  if (report.issues.some(({ code }) => code.startsWith('backtest.'))) return null
  const windowMs = market.estimate?.window === undefined ? null : accepted(readDuration(market.estimate.window))
  if (windowMs === null && 'estimate' in market) return null
  const volumeMs = section.volume === undefined ? null : accepted(readDuration(section.volume))
  const warmupMs = accepted(readDelay(warmup))
  const trends = trendWindow(draft)
  const bars = Math.ceil(Math.max(intervalMs, windowMs ?? 0, trends, volumeMs ?? 0, warmupMs) / intervalMs)
  return {
    reads: from - bars * intervalMs,
    from,
    to,
    intervalMs,
    everyMs: durations.every,
    refreshMs: durations.refresh,
    warmupMs,
    windowMs,
    volumeMs,
  }
}

const instantOf = (text: string | undefined): Instant | null =>
  text === undefined ? null : accepted(readInstant(text))

function checkTimes(
  {
    from,
    to,
    asOf,
    intervalMs,
    durations,
  }: {
    readonly from: Instant
    readonly to: Instant
    readonly asOf: Instant | null
    readonly intervalMs: number
    readonly durations: { readonly every: number; readonly refresh: number }
  },
  report: Report,
): void {
  const add = (code: string, key: string, message: string, hint: string): void =>
    report.add(code, ['backtest', key], message, hint)
  const [starts, ends] = [formatInstantShort(from), formatInstantShort(to)]
  if (!(to > from))
    add('backtest.span', 'to', `a run must end after it begins (${starts}), was ${ends}`, 'swap the two times')
  else if ((to - from) % intervalMs !== 0)
    add(
      'backtest.span',
      'to',
      `a run must be a whole number of ${formatDuration(intervalMs)} bars from ${starts}, was up to ${ends}`,
      'begin and end where a bar closes',
    )
  if (asOf !== null && to > asOf)
    add(
      'backtest.after-as-of',
      'to',
      `a run must end by asOf (${formatInstantShort(asOf)}), was ${ends}`,
      'move asOf, or end the run earlier',
    )
  for (const key of ['every', 'refresh'] as const)
    if (durations[key] % intervalMs !== 0)
      add(
        'backtest.bars',
        key,
        `must be a whole number of ${formatDuration(intervalMs)} bars, was ${formatDuration(durations[key])}`,
        'decisions and forecasts are made when a bar has closed',
      )
}

function startDraft(draft: Draft, { start }: BacktestSection): Draft {
  if (start === undefined || typeof start === 'string') return draft
  const { equity: _equity, ...rest } = draft
  return { ...rest, cash: start.cash, positions: start.positions }
}

/** A file alone, or a section that names it. */
type FileDraft =
  | string
  | { readonly file?: string | undefined; readonly accept?: readonly (Accepted | undefined)[] | undefined }

function needsOf(
  section: BacktestSection,
  line: (path: readonly string[]) => number,
): Pick<BacktestDraft, 'bars' | 'funding' | 'members'> {
  const barsOf = (of: BarsNeed['of'], entries: Readonly<Record<string, FileDraft | undefined>>): BarsNeed[] =>
    Object.entries(entries).flatMap(([id, text]) => {
      const path = typeof text === 'string' ? text : text?.file
      if (text === undefined || path === undefined) return []
      const accept = typeof text === 'string' ? [] : (text.accept ?? []).filter((each) => each !== undefined)
      return [{ of, id, path, line: line(['backtest', of, id]), accept }]
    })
  const rates = Object.fromEntries(Object.entries(section.rates ?? {}).filter(([, text]) => typeof text === 'object'))
  const { members } = section
  return {
    bars: [
      ...barsOf('history', section.history ?? {}),
      ...barsOf('marks', section.marks ?? {}),
      ...barsOf('rates', rates as Record<string, FileDraft>),
    ],
    funding: Object.entries(section.funding ?? {}).flatMap(([id, text]): FundingNeed[] =>
      typeof text !== 'object' || text.file === undefined || text.every === undefined
        ? []
        : [
            {
              id,
              path: text.file,
              line: line(['backtest', 'funding', id]),
              intervalMs: accepted(readDuration(text.every)),
              zone: text.zone ?? null,
            },
          ],
    ),
    members:
      members?.file === undefined || members.kind === undefined
        ? null
        : {
            path: members.file,
            line: line(['backtest', 'members', 'file']),
            value: members.kind === 'weights' ? 'weight' : 'capitalisation',
            except: ('except' in members ? (members.except ?? []) : []).filter((name) => name !== undefined),
          },
  }
}
