/** From `--book FILE` to a book that can be planned with, or to its printed mistakes and an exit code. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Issue } from '../../core/base/result.ts'
import type { Policy } from '../../core/sizing/mandate.ts'
import { plan } from '../../core/sizing/plan.ts'
import type { SizePlan } from '../../core/sizing/plan-types.ts'
import { type Book, planInputs, policyMissing, withLines } from '../../wire/book.ts'
import { openBook as openFile } from '../files/book.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { asCalled, exitCodeOf, printIssues } from './issues.ts'

/** A value, or the exit code of a refusal that is printed already. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ExitCode }

export interface OpenBook {
  readonly book: Book
  /** What the user calls the file. */
  readonly file: string
  readonly title: string
}

const DEFAULT = 'book.yaml'

/** The book the flag names, or `book.yaml` here: as the user calls it, and where it is. */
export function bookPath(flag: string | undefined, io: Io): Outcome<{ readonly file: string; readonly path: string }> {
  if (flag === undefined && !existsSync(resolve(io.cwd, DEFAULT))) {
    io.stderr(
      `equipoise: a book must be given, was none: ${DEFAULT} is not here; name one with --book FILE, or write one with equipoise init\n`,
    )
    return { ok: false, code: EXIT.wrongUse }
  }
  const file = flag ?? DEFAULT
  // A path is kept as it was written where that names the same file, so that messages show it so.
  return { ok: true, value: { file, path: resolve(file) === resolve(io.cwd, file) ? file : resolve(io.cwd, file) } }
}

/** Opens the book the flag names, or `book.yaml` here, with candles from `earlierMs` before its window. */
export function openBook(
  flag: string | undefined,
  io: Io,
  { earlierMs }: { readonly earlierMs: number } = { earlierMs: 0 },
): Outcome<OpenBook> {
  const named = bookPath(flag, io)
  if (!named.ok) return named
  const { file, path } = named.value
  const read = openFile(path, earlierMs)
  if (!read.ok) return refuse(asCalled(read.error, path, file), file, io)
  return { ok: true, value: { book: read.value, file, title: read.value.name ?? basename(file) } }
}

/** Prints the issues; nothing was computed. */
export function refuse(
  issues: readonly Issue[],
  file: string,
  io: Io,
): { readonly ok: false; readonly code: ExitCode } {
  printIssues(issues, file, io)
  return { ok: false, code: exitCodeOf(issues) }
}

/** The plan of an open book under its own policy or another, or the printed refusal. */
export function planOpen({ book, file }: OpenBook, policy: Policy | null, io: Io): Outcome<SizePlan> {
  if (policy === null) return refuse([policyMissing(book)], file, io)
  const answer = plan(planInputs(book, policy))
  return answer.ok ? answer : refuse(withLines(book, answer.error), file, io)
}
