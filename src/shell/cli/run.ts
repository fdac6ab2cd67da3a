/**
 * One run of the command line, in process: arguments in, screens out, an exit code back. Failures of the world (disk,
 * files) are thrown below and caught here; everything a user can get wrong comes back as issues and is printed where it
 * was found.
 */
import { EXIT, type ExitCode, type Io } from './io.ts'
import { printable } from './text.ts'

/** Answers `argv` (without the interpreter and the script). Never throws; never ends the process. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const { answer } = await import('./program.ts')
    return await answer(argv, io)
  } catch (error) {
    io.stderr(`equipoise: ${printable(describeFailure(error))}\n`)
    return EXIT.worldFailed
  }
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be opened: permission denied',
  EPERM: 'may not be changed: not permitted',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'has a file where a folder must be',
  ENOSPC: 'could not be written: the disk is full',
  EROFS: 'could not be written: the disk is read-only',
  EMFILE: 'could not be opened: too many open files',
}

/** One line: what and where. An error without a system code is a defect of this program and keeps its own words. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return `unexpected failure: ${String(error)}`
  const { code, path } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : SYSTEM[code]
  if (known !== undefined && path !== undefined) return `${path} ${known}`
  return code === undefined ? `unexpected failure: ${error.message}` : error.message
}
