/**
 * Expected failures as values. Whatever a user can get wrong (a bad book, stale data, a refused size) is an `Issue`;
 * issues are collected, never thrown. Programmer's errors go through `assert`.
 */

/**
 * One thing that is wrong, in the grammar "<what> must <be>, was <found>; <what to do>".
 * `path` is the place in the input, dotted (`targets.SOL`), empty for the whole.
 */
export interface Issue {
  readonly code: string
  readonly path: string
  readonly message: string
  readonly hint: string
}

export type Result<T, E = readonly Issue[]> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export const succeed = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const fail = <E>(error: E): Result<never, E> => ({ ok: false, error })
/** The common failure: one issue. */
export const refuse = (code: string, path: string, message: string, hint: string): Result<never> =>
  fail([{ code, path, message, hint }])

/** What was found, as a message shows it: quoted, and cut where somebody pasted a file. */
export const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** An invariant of this program, not of its input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`)
}

/** The end of a switch on `kind`: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`invariant: unhandled case ${String((value as { kind?: unknown })?.kind ?? value)}`)
}
