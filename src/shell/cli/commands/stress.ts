/**
 * `stress`: the book's backtest where other things happen: scenarios of the book, crashes that happened, laid over its history
 * from where it begins, and histories drawn again in blocks; under its policy and those it compares with, over the same.
 */
import { basename } from 'node:path'
import { closedAt } from '../../../core/sim/history.ts'
import { finishBacktest } from '../../../wire/backtest.ts'
import { sortIssues, withLines } from '../../../wire/book.ts'
import { readStress } from '../../../wire/stress.ts'
import { readBacktest } from '../../files/backtest.ts'
import { bookPath, type Outcome, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { makeProgress, type Progress } from '../progress.ts'
import { chooseStress, type StressRequest } from '../stress-choice.ts'
import { runStress, type StressTask } from '../stress-runs.ts'

interface Opened extends StressTask {
  readonly file: string
  readonly title: string
}

export async function stress(request: StressRequest, io: Io): Promise<ExitCode> {
  const progress = makeProgress(io)
  const opened = open(request, progress, io)
  progress.clear()
  if (!opened.ok) return opened.code
  const { base, file, title } = opened.value
  const report = runStress(opened.value, progress)
  progress.clear()
  if (!report.ok) return refuse(withLines(base, report.error), file, io).code
  if (request.json) io.stdout(await jsonText(report.value))
  else {
    const { stressScreen } = await import('../stress-screen.ts')
    const { history, from } = base.inputs
    const about = { title, numeraire: history.universe.numeraire, asOf: closedAt(history, from) }
    io.stdout(`${stressScreen(report.value, about, io).join('\n')}\n`)
  }
  return EXIT.answered
}

function open(request: StressRequest, progress: Progress, io: Io): Outcome<Opened> {
  const named = bookPath(request.book, io)
  if (!named.ok) return named
  const { file, path } = named.value
  const read = readBacktest(path, {
    from: null,
    to: null,
    now: io.now(),
    onFile: (share, name) => progress.update(share, `reading ${name}`),
  })
  progress.clear()
  if (!read.ok) return refuse(asCalled(read.error, path, file), file, io)
  const book = read.value
  const asked = readStress(book.draft.book)
  const base = finishBacktest(book.draft, book.loaded)
  const issues = sortIssues([...(asked.ok ? [] : asked.error), ...(base.ok ? [] : base.error)])
  if (!asked.ok || !base.ok) return refuse(asCalled(issues, path, file), file, io)
  const chosen = chooseStress(request, asked.value, base.value, io)
  if (!chosen.ok) {
    printIssues(chosen.error, null, io)
    return { ok: false, code: EXIT.wrongUse }
  }
  return {
    ok: true,
    value: { book, base: base.value, ...chosen.value, file, title: base.value.name ?? basename(file) },
  }
}
