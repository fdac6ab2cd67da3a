/**
 * `backtest`: a book run over history, through the same `step` that decides live: the result on a screen, as JSON, as a page, and
 * the journal. `--check` reads all that a run would read and be told, and runs nothing. A file appears whole, at the end, or
 * not at all, and never over another.
 */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { formatInstantShort } from '../../../core/base/format.ts'
import type { Instant } from '../../../core/base/instant.ts'
import type { Issue, Result } from '../../../core/base/result.ts'
import { runBacktest } from '../../../core/sim/backtest.ts'
import { closedAt } from '../../../core/sim/history.ts'
import type { RunRecord } from '../../../core/sim/run-record.ts'
import { type RunReport, reportRun } from '../../../core/sim/run-report.ts'
import { assessTargetRisk, type TargetRisk, type TargetRiskTerms } from '../../../core/sim/target-risk.ts'
import type { Backtest } from '../../../wire/backtest.ts'
import { withLines } from '../../../wire/book.ts'
import { readInstant } from '../../../wire/scalar.ts'
import { settingsIn } from '../../../wire/settings.ts'
import { openBacktest } from '../../files/backtest.ts'
import { checkRun, checkScreen } from '../backtest-check.ts'
import { bookPath, type Outcome, refuse } from '../book-access.ts'
import { writeNewFile } from '../file-write.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { policyLabel } from '../policy-label.ts'
import { makeProgress, type Progress } from '../progress.ts'
import { targetRiskTerms } from '../target-risk-words.ts'

export interface BacktestRequest {
  readonly book: string | undefined
  /** As typed, instead of the book's own. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly check: boolean
  readonly json: boolean
  /** The columns of the run. */
  readonly csv: boolean
  /** Files to write. */
  readonly report: string | undefined
  readonly journal: string | undefined
  /** Sizes of noise and delays, as typed. */
  readonly targetRisk: string | undefined
}

interface Opened {
  readonly backtest: Backtest
  readonly targetRisk: TargetRiskTerms | null
  readonly file: string
  readonly title: string
}

export async function backtest(request: BacktestRequest, io: Io): Promise<ExitCode> {
  for (const out of [request.report, request.journal])
    if (out !== undefined && existsSync(resolve(io.cwd, out))) return refuseOverwrite(out, io)
  const progress = makeProgress(io)
  const opened = open(request, progress, io)
  progress.clear()
  if (!opened.ok) return opened.code
  return await (request.check ? checkBook : runBook)(opened.value, request, io)
}

function open(request: BacktestRequest, progress: Progress, io: Io): Outcome<Opened> {
  const issues: Issue[] = []
  const between = { from: instantOf('--from', request.from, issues), to: instantOf('--to', request.to, issues) }
  const terms = request.targetRisk === undefined ? null : targetRiskTerms(request.targetRisk)
  if (terms?.ok === false) issues.push(...terms.error)
  if (issues.length > 0) {
    printIssues(issues, null, io)
    return { ok: false, code: EXIT.wrongUse }
  }
  const named = bookPath(request.book, io)
  if (!named.ok) return named
  const { file, path } = named.value
  const read = openBacktest(path, {
    ...between,
    now: io.now(),
    shared: false,
    onFile: (share, name) => progress.update(share, `reading ${name}`),
  })
  if (!read.ok) {
    progress.clear()
    return refuse(asCalled(read.error, path, file), file, io)
  }
  const targetRisk = terms?.ok === true ? terms.value : null
  return { ok: true, value: { backtest: read.value, targetRisk, file, title: read.value.name ?? basename(file) } }
}

function instantOf(flag: string, text: string | undefined, issues: Issue[]): Instant | null {
  if (text === undefined) return null
  const read = readInstant(text)
  if (read.ok) return read.value
  issues.push({ ...read.error, path: flag })
  return null
}

function refuseOverwrite(out: string, io: Io): ExitCode {
  io.stderr(`equipoise: ${out} is there already and is never overwritten; name another file\n`)
  return EXIT.wrongUse
}

async function checkBook({ backtest, file, title }: Opened, { json }: BacktestRequest, io: Io): Promise<ExitCode> {
  const progress = makeProgress(io)
  const checked = checkRun(backtest.inputs, progress)
  progress.clear()
  if (!checked.ok) return refuse(withLines(backtest, checked.error), file, io).code
  io.stdout(json ? await jsonText(checked.value) : `${checkScreen(checked.value, title, io).join('\n')}\n`)
  return EXIT.answered
}

async function runBook(
  { backtest, targetRisk, file, title }: Opened,
  request: BacktestRequest,
  io: Io,
): Promise<ExitCode> {
  const progress = makeProgress(io)
  const { record, journal } = await run(backtest, request.journal !== undefined, progress)
  progress.clear()
  if (!record.ok) return refuse(withLines(backtest, record.error), file, io).code
  const varied = targetRisk === null ? null : assess(backtest, record.value, { terms: targetRisk, progress })
  progress.clear()
  if (varied?.ok === false) return refuse(withLines(backtest, varied.error), file, io).code
  const report = reportRun(record.value, varied?.value ?? null)
  const written = [
    { out: request.report, text: () => page(report, backtest, title) },
    { out: request.journal, text: async () => journal.join('') },
  ]
  for (const { out, text } of written)
    if (out !== undefined && !(await writeNewFile(resolve(io.cwd, out), await text()))) return refuseOverwrite(out, io)
  const names = written.flatMap(({ out }) => (out === undefined ? [] : [out]))
  if (request.json) {
    const { encodeRunReport } = await import('../../../wire/run-codec.ts')
    io.stdout(`${encodeRunReport(report)}\n`)
    return EXIT.answered
  }
  if (request.csv) {
    const { backtestCsv } = await import('../backtest-csv.ts')
    io.stdout(backtestCsv(report))
    return EXIT.answered
  }
  const { backtestScreen } = await import('../backtest-screen.ts')
  io.stdout(`${backtestScreen(report, title, io).join('\n')}\n`)
  if (names.length > 0) io.stdout(`\nWrote ${names.join(' and ')}.\n`)
  return EXIT.answered
}

/** The run again, told other targets. */
const assess = (
  { inputs }: Backtest,
  record: RunRecord,
  { terms, progress }: { readonly terms: TargetRiskTerms; readonly progress: Progress },
): Result<TargetRisk> =>
  assessTargetRisk(inputs, record, {
    terms,
    onRun: (share) => progress.update(share, 'the same run with other targets'),
  })

/** The run, with the lines of its journal where they are asked for. */
async function run(
  { inputs }: Backtest,
  journalled: boolean,
  progress: Progress,
): Promise<{ readonly record: Result<RunRecord>; readonly journal: readonly string[] }> {
  const { history, from, to } = inputs
  const journal: string[] = []
  const codec = journalled ? await import('../../../wire/session-codec.ts') : null
  const record = runBacktest(inputs, {
    onRow: (row) => {
      progress.update((row + 1 - from) / (to - from), formatInstantShort(closedAt(history, row)))
      return false
    },
    ...(codec === null
      ? {}
      : {
          onStep: (event, effects) => {
            journal.push(`${codec.encodeJournalLine({ seq: journal.length + 1, event, effects })}\n`)
          },
        }),
  })
  return { record, journal }
}

async function page(report: RunReport, backtest: Backtest, title: string): Promise<string> {
  const { renderReport } = await import('../../report/page.ts')
  return renderReport(report, { title, policy: policyLabel(report.policy), settings: settingsIn(backtest.source) })
}
