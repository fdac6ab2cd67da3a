/** Mistakes as they are printed: where, what must be, what was, and below it what to do. */
import type { Issue } from '../../core/base/result.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { printable, wrap } from './text.ts'

/** An issue, with the line of its file where that is known. */
export type LocatedIssue = Issue & { readonly line?: number }

/** All issues sorted by line and path, then how many there were. `file` is how the user calls the input, or null. */
export function printIssues(issues: readonly LocatedIssue[], file: string | null, io: Io): void {
  const [only, ...others] = issues
  if (only !== undefined && others.length === 0 && ofTheWorld(only)) {
    io.stderr(`equipoise: ${printable(`${only.message}; ${only.hint}`)}\n`)
    return
  }
  const sorted = [...issues].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  )
  for (const issue of sorted) {
    const lines = wrap(printable(`${placeOf(issue, file)}${issue.message}`), io.columns, '  ')
    if (issue.hint !== '') lines.push(...wrap(printable(`    ${issue.hint}`), io.columns, '    '))
    io.stderr(`${lines.join('\n')}\n`)
  }
  io.stderr(`${issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`}; nothing was computed.\n`)
}

function placeOf({ line, path, message }: LocatedIssue, file: string | null): string {
  const where = file === null ? '' : line === undefined ? file : `${file}:${line}`
  const place = [where, path].filter((part) => part !== '').join(' ')
  return place === '' || message.startsWith(place) ? '' : `${place}: `
}

/** A sound book that cannot be answered now. */
const NO_ANSWER = new Set(['market.stale'])

/** A file that is not there or cannot be read. */
const ofTheWorld = ({ code }: Issue): boolean => /\.(unreadable|not-found|not-a-file)$/.test(code)

/** Files that cannot be read are the world's failure; a stale market is no answer; all else is the book's mistake. */
export function exitCodeOf(issues: readonly Issue[]): ExitCode {
  if (issues.some(ofTheWorld)) return EXIT.worldFailed
  return issues.length > 0 && issues.every(({ code }) => NO_ANSWER.has(code)) ? EXIT.noAnswer : EXIT.wrongUse
}

/** The issues of a file that was opened by its full path, with the path as the user wrote it. */
export const asCalled = <T extends Issue>(issues: readonly T[], full: string, called: string): T[] =>
  issues.map((issue) => ({
    ...issue,
    path: issue.path.replaceAll(full, called),
    message: issue.message.replaceAll(full, called),
    hint: issue.hint.replaceAll(full, called),
  }))
