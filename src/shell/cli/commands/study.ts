/**
 * `study`: the book run with other parameters over the same history, on all cores, and what the best of them is worth. Results
 * are kept as they come, so that whoever breaks off loses next to nothing and goes on with the same command.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, extname, resolve } from 'node:path'
import { formatAmount } from '../../../core/base/format.ts'
import { judgeStudy } from '../../../core/sim/study.ts'
import type { CellRun, StudyReport } from '../../../core/sim/study-types.ts'
import { withLines } from '../../../wire/book.ts'
import { settingsIn } from '../../../wire/settings.ts'
import { runCell } from '../../../wire/study-cell.ts'
import { type OpenedStudy, openStudy } from '../../files/study.ts'
import { openStudyResults, type StudyResults } from '../../files/study-results.ts'
import { bookPath, type Outcome, refuse } from '../book-access.ts'
import { writeNewFile } from '../file-write.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { makeProgress } from '../progress.ts'

export interface StudyRequest {
  readonly book: string | undefined
  readonly results: string | undefined
  readonly report: string | undefined
  /** As typed. */
  readonly threads: string | undefined
  readonly json: boolean
}

interface Opened extends OpenedStudy {
  readonly file: string
  readonly title: string
  /** As it is called. */
  readonly out: string
}

const THREADS_MAX = 256

export async function study(request: StudyRequest, io: Io): Promise<ExitCode> {
  const threads = request.threads === undefined ? availableParallelism() : Number(request.threads)
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= THREADS_MAX))
    return wrongUse(`threads must be a whole number from 1 to ${THREADS_MAX}, was ${request.threads}`, io)
  if (request.report !== undefined && existsSync(resolve(io.cwd, request.report)))
    return wrongUse(`${request.report} is there already and is never overwritten; name another file`, io)
  const opened = open(request, io)
  if (!opened.ok) return opened.code
  const { study: asked, hashes, file, out } = opened.value
  const base = runCell(asked.task, [], null)
  if (!base.ok) return refuse(withLines(asked.base, base.error), file, io).code
  const results = openStudyResults(resolve(io.cwd, out), hashes)
  if (!results.ok) {
    printIssues(asCalled(results.error, resolve(io.cwd, out), out), null, io)
    return EXIT.wrongUse
  }
  const runs = await runCells(opened.value, { results: results.value, threads }, io)
  results.value.close()
  if (runs === null) {
    io.stderr(`equipoise: broken off; what was done is kept in ${out}, and the same command goes on from there\n`)
    return EXIT.noAnswer
  }
  const report = judgeStudy(asked.terms, base.value, runs)
  if (!report.ok) return refuse(withLines(asked.base, report.error), file, io).code
  return await tell(report.value, opened.value, request, io)
}

function wrongUse(message: string, io: Io): ExitCode {
  io.stderr(`equipoise: ${message}\n`)
  return EXIT.wrongUse
}

function open({ book, results }: StudyRequest, io: Io): Outcome<Opened> {
  const named = bookPath(book, io)
  if (!named.ok) return named
  const { file, path } = named.value
  const progress = makeProgress(io)
  const read = openStudy(path, {
    from: null,
    to: null,
    now: io.now(),
    onFile: (share, name) => progress.update(share, `reading ${name}`),
  })
  progress.clear()
  if (!read.ok) return refuse(asCalled(read.error, path, file), file, io)
  const out = results ?? `${basename(file, extname(file))}.study.jsonl`
  const title = read.value.study.base.name ?? basename(file)
  return { ok: true, value: { ...read.value, file, title, out } }
}

/** null where somebody broke off. */
async function runCells(
  { study: asked }: Opened,
  { results, threads }: { readonly results: StudyResults; readonly threads: number },
  io: Io,
): Promise<readonly CellRun[] | null> {
  const { openThreads } = await import('../../workers/cell-queue.ts')
  const { runStudy } = await import('../../workers/study-run.ts')
  const progress = makeProgress(io)
  const stop = new AbortController()
  const takeBack = io.onInterrupt?.(() => stop.abort())
  const queue = openThreads(asked.task, Math.min(threads, asked.cells))
  try {
    return await runStudy(asked, {
      queue,
      results,
      watch: {
        signal: stop.signal,
        onCell: (done) =>
          progress.update(done / asked.cells, `${formatAmount(done, 0)} of ${formatAmount(asked.cells, 0)} books`),
      },
    })
  } finally {
    progress.clear()
    takeBack?.()
    await queue.close()
  }
}

async function tell(report: StudyReport, opened: Opened, request: StudyRequest, io: Io): Promise<ExitCode> {
  const { title, study: asked, hashes, out } = opened
  if (request.report !== undefined) {
    const { renderStudy } = await import('../../report/study-page.ts')
    const page = renderStudy(report, {
      title,
      settings: settingsIn(asked.task.source),
      hashes,
      space: asked.terms.space,
    })
    if (!(await writeNewFile(resolve(io.cwd, request.report), page)))
      return wrongUse(`${request.report} is there already and is never overwritten; name another file`, io)
  }
  if (request.json) {
    io.stdout(await jsonText({ ...report, hashes }))
    return EXIT.answered
  }
  const { studyScreen } = await import('../study-screen.ts')
  io.stdout(`${studyScreen(report, title, io).join('\n')}\n`)
  const written = [out, ...(request.report === undefined ? [] : [request.report])]
  io.stdout(`\nWrote ${written.join(' and ')}.\n`)
  return EXIT.answered
}
