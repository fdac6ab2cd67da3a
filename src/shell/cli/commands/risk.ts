/** `risk`: the forecast behind a book; with `--score`, how good its estimator and others would have been on its history. */
import { ratioToNumber } from '../../../core/base/ratio.ts'
import type { Issue } from '../../../core/base/result.ts'
import { withLines } from '../../../wire/book.ts'
import { openBook, planOpen, refuse } from '../book-access.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { printIssues } from '../issues.ts'
import { jsonText, type Output } from '../output.ts'
import { makeProgress } from '../progress.ts'
import { judgeEstimators } from '../risk-score.ts'
import { riskData, riskScreen } from '../risk-screen.ts'

export interface RiskRequest {
  readonly book: string | undefined
  readonly score: boolean
  /** As typed. */
  readonly over: string | undefined
  readonly every: string | undefined
  readonly output: Output
}

export async function risk({ book: name, score, over, every, output }: RiskRequest, io: Io): Promise<ExitCode> {
  const issues: Issue[] = []
  const overMs = await durationOf('--over', over, issues)
  const everyMs = await durationOf('--every', every, issues)
  if (issues.length > 0) {
    printIssues(issues, null, io)
    return EXIT.wrongUse
  }
  const opened = openBook(name, io, { earlierMs: score ? (overMs ?? 0) : 0 })
  if (!opened.ok) return opened.code
  const { book, file, title } = opened.value
  const planned = planOpen(opened.value, { kind: 'full' }, io)
  if (!planned.ok) return planned.code
  const plan = planned.value
  const progress = makeProgress(io)
  const held = Float64Array.from(plan.lines, (line) => line.held)
  const target = Float64Array.from(book.terms.target.weight, ratioToNumber)
  const judged = score ? judgeEstimators(book, { held, target, overMs, everyMs }, progress) : null
  progress.clear()
  if (judged !== null && !judged.ok) return refuse(withLines(book, judged.error), file, io).code
  const view = { book, title, plan, judgement: judged === null ? null : judged.value }
  if (output.form === 'json') io.stdout(await jsonText(riskData(view)))
  else io.stdout(`${riskScreen(view, io).join('\n')}\n`)
  return EXIT.answered
}

async function durationOf(flag: string, text: string | undefined, issues: Issue[]): Promise<number | null> {
  if (text === undefined) return null
  const { readDuration } = await import('../../../wire/scalar.ts')
  const read = readDuration(text)
  if (read.ok) return read.value
  issues.push({ ...read.error, path: flag })
  return null
}
