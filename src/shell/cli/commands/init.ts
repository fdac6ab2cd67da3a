/** `init`: writes a book that works, from questions at a terminal or from flags. Nothing is written until it plans. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { formatInstant } from '../../../core/base/instant.ts'
import { type Answers, bookText, FIELDS, type Field, type Known, QUESTIONS, type Question } from '../book-draft.ts'
import { writeNewFile } from '../file-write.ts'
import { EXIT, type ExitCode, type Io, type Prompts } from '../io.ts'
import { type LocatedIssue, printIssues } from '../issues.ts'

export interface InitFlags extends Known {
  readonly out: string
}

export async function init(flags: InitFlags, io: Io): Promise<ExitCode> {
  const path = resolve(io.cwd, flags.out)
  if (existsSync(path)) return refuseOverwrite(flags.out, io)
  const answers =
    io.isTerminal && io.prompts !== undefined ? await ask(flags, await io.prompts(), io) : fromFlags(flags, io)
  if (typeof answers === 'number') return answers
  const text = bookText(answers)
  const { tryBook } = await import('../book-trial.ts')
  const issues = tryBook(text)
  if (issues.length > 0) return fail(issues, io)
  if (!(await writeNewFile(path, text))) return refuseOverwrite(flags.out, io)
  io.stdout(`Wrote ${flags.out}.\n\nNext  equipoise plan${flags.out === 'book.yaml' ? '' : ` --book ${flags.out}`}\n`)
  return EXIT.answered
}

function fail(issues: readonly LocatedIssue[], io: Io): ExitCode {
  printIssues(issues, null, io)
  io.stderr('Nothing was written.\n')
  return EXIT.wrongUse
}

function refuseOverwrite(out: string, io: Io): ExitCode {
  io.stderr(`equipoise: ${out} is there already and is never overwritten; name another with --out FILE\n`)
  return EXIT.wrongUse
}

const issueOf = (question: Question, message: string, known: Known): LocatedIssue => ({
  code: 'init.answer',
  path: question.flag,
  message,
  hint: `for example ${question.flag} "${question.example(known)}"`,
})

/** Answers of flags alone: what is missing is named, all at once; then what is wrong. */
function fromFlags(flags: Known, io: Io): Answers | ExitCode {
  const settled = QUESTIONS.map((question) => flags[question.field] ?? question.settled?.(flags))
  const missing = QUESTIONS.flatMap((question, index) =>
    settled[index] === undefined
      ? [issueOf(question, 'must be given where nobody can be asked, was missing', flags)]
      : [],
  )
  if (missing.length > 0) return fail(missing, io)
  const answers = Object.fromEntries(FIELDS.map((field, index) => [field, settled[index]!.trim()])) as Answers
  const wrong = QUESTIONS.flatMap((question) => {
    const message = question.check(answers[question.field], answers)
    return message === undefined || question.settled?.(answers) !== undefined
      ? []
      : [issueOf(question, message, answers)]
  })
  return wrong.length > 0 ? fail(wrong, io) : answers
}

/** Asks what no flag answers. Breaking off leaves nothing behind. */
async function ask(flags: Known, prompts: Prompts, io: Io): Promise<Answers | ExitCode> {
  const known: Partial<Record<Field, string>> = {}
  for (const question of QUESTIONS) {
    const given = flags[question.field]
    const wrong = given === undefined ? undefined : question.check(given, known)
    if (wrong !== undefined) return fail([issueOf(question, wrong, known)], io)
    const answer = given ?? question.settled?.(known) ?? (await askOne(question, known, { prompts, io }))
    if (answer === null) {
      io.stderr('Nothing was written.\n')
      return EXIT.noAnswer
    }
    known[question.field] = answer.trim()
  }
  return known as Answers
}

function askOne(
  question: Question,
  known: Known,
  { prompts, io }: { prompts: Prompts; io: Io },
): Promise<string | null> {
  if (question.field === 'policy') return askPolicy(question, prompts)
  const check = (answer: string): string | undefined => question.check(answer, known)
  if (question.field === 'asOf') {
    const now = `${formatInstant(io.now()).slice(0, 16)}Z`
    return prompts.text({ message: question.message, initial: now, check })
  }
  return prompts.text({ message: question.message, placeholder: question.example(known), check })
}

/** The kind by choice, then its number. */
async function askPolicy(question: Question, prompts: Prompts): Promise<string | null> {
  const kind = await prompts.choose({
    message: question.message,
    options: [
      { value: 'cap', label: 'cap on tracking error', hint: 'the cheapest trades back to the cap' },
      { value: 'band risk', label: 'one band on tracking error', hint: 'part of every deviation, back to the edge' },
      { value: 'band weight', label: 'band around each weight', hint: 'only what left its band, back to the edge' },
      { value: 'full', label: 'always to the target', hint: 'trades most, costs most' },
    ],
  })
  if (kind === null || kind === 'full') return kind
  const words = (width: string): string => (kind === 'cap' ? `cap ${width}` : `${kind} ${width} edge`)
  const width = await prompts.text({
    message: kind === 'band weight' ? 'Half-width of the band, in weight' : 'Largest tracking error a year',
    placeholder: kind === 'band weight' ? '5%' : '7%',
    check: (answer) =>
      answer.trim() === '' ? 'must be a fraction such as 7%, was empty' : question.check(words(answer.trim()), {}),
  })
  return width === null ? null : words(width.trim())
}
