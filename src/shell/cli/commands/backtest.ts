/** `backtest`: a book run over history. `--check` reads everything that a run would read and be told, and runs nothing. */
import { basename } from 'node:path'
import type { Instant } from '../../../core/base/instant.ts'
import type { Issue } from '../../../core/base/result.ts'
import { withLines } from '../../../wire/book.ts'
import { readInstant } from '../../../wire/scalar.ts'
import { openBacktest } from '../../files/backtest.ts'
import { checkRun, checkScreen } from '../backtest-check.ts'
import { bookPath, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, printIssues } from '../issues.ts'
import { jsonText } from '../output.ts'
import { makeProgress } from '../progress.ts'

export interface BacktestRequest {
  readonly book: string | undefined
  /** As typed, instead of the book's own. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly check: boolean
  readonly json: boolean
}

export async function backtest(request: BacktestRequest, io: Io): Promise<ExitCode> {
  const issues: Issue[] = []
  const between = { from: instantOf('--from', request.from, issues), to: instantOf('--to', request.to, issues) }
  if (issues.length > 0) {
    printIssues(issues, null, io)
    return EXIT.wrongUse
  }
  const named = bookPath(request.book, io)
  if (!named.ok) return named.code
  const { file, path } = named.value
  const progress = makeProgress(io)
  const read = openBacktest(path, {
    ...between,
    now: io.now(),
    shared: false,
    onFile: (share, name) => progress.update(share, `reading ${name}`),
  })
  if (!read.ok) {
    progress.clear()
    return refuse(asCalled(read.error, path, file), file, io).code
  }
  const checked = checkRun(read.value.inputs, progress)
  progress.clear()
  if (!checked.ok) return refuse(withLines(read.value, checked.error), file, io).code
  const title = read.value.name ?? basename(file)
  io.stdout(request.json ? await jsonText(checked.value) : `${checkScreen(checked.value, title, io).join('\n')}\n`)
  return EXIT.answered
}

function instantOf(flag: string, text: string | undefined, issues: Issue[]): Instant | null {
  if (text === undefined) return null
  const read = readInstant(text)
  if (read.ok) return read.value
  issues.push({ ...read.error, path: flag })
  return null
}
