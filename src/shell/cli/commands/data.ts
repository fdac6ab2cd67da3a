/** `data import`: says what candle files hold and writes them as one kind of CSV; one refused file stops all. */
import { mkdirSync, realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { formatAmount, formatDuration, formatInstantShort } from '../../../core/base/format.ts'
import type { Issue } from '../../../core/base/result.ts'
import { inspectCandles } from '../../files/candle-findings.ts'
import { writeCandles } from '../../files/candle-output.ts'
import { type CandleFile, readCandles } from '../../files/candles.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { asCalled, exitCodeOf, printIssues } from '../issues.ts'
import { paint, printable, wrap } from '../text.ts'

export interface ImportRequest {
  readonly files: readonly string[]
  readonly out: string | undefined
  readonly check: boolean
}

export async function importCandles({ files, out, check }: ImportRequest, io: Io): Promise<ExitCode> {
  if (check === (out !== undefined)) {
    io.stderr('equipoise: data import must have either --out FOLDER or --check; give one of them\n')
    return EXIT.wrongUse
  }
  const issues: Issue[] = []
  const read: Source[] = []
  for (const name of files) {
    const path = resolve(io.cwd, name)
    const file = readCandles(path)
    if (file.ok) {
      const source = { name, file: file.value }
      read.push(source)
      io.stdout(`${describe(source, io).join('\n')}\n`)
    } else issues.push(...asCalled(file.error, path, name))
  }
  if (out !== undefined) issues.push(...refuseTargets(read, resolve(io.cwd, out)))
  if (issues.length > 0) {
    printIssues(issues, null, io)
    if (out !== undefined) io.stderr('Nothing was written.\n')
    return exitCodeOf(issues)
  }
  if (out === undefined) return EXIT.answered
  const folder = resolve(io.cwd, out)
  mkdirSync(folder, { recursive: true })
  for (const { file } of read) {
    writeCandles(join(folder, targetOf(file)), file)
    io.stdout(`wrote ${printable(join(out, targetOf(file)))}\n`)
  }
  return EXIT.answered
}

/** A file, and what the user calls it. */
interface Source {
  readonly name: string
  readonly file: CandleFile
}

/** What was found in one file, for a reader who wants to know whether to trust it. */
function describe({ name, file }: Source, io: Io): string[] {
  const { time } = file.columns
  const rows = `${formatAmount(time.length, 0)} bars of ${formatDuration(file.intervalMs)}`
  const span = `${formatInstantShort(time[0]!)} to ${formatInstantShort(time.at(-1)! + file.intervalMs)}`
  const findings = inspectCandles(file, io.now())
  return [
    paint(printable(name), 'strong', io.color),
    ...wrap(printable(`  ${file.description}`), io.columns, '  '),
    ...wrap(`  ${rows}, ${span}, last close ${file.lastCloseText}`, io.columns, '  '),
    ...(findings.length === 0 ? ['  no gaps, no duplicates, no absurd prices'] : []),
    ...findings.flatMap(({ severity, message, path }) => {
      const place = path === file.path ? '' : ` (line ${path.slice(file.path.length + 1)})`
      return wrap(printable(`  ${severity}: ${message}${place}`), io.columns, '    ')
    }),
  ]
}

/** The name a file gets: its own, as CSV, packed where it was packed. */
function targetOf({ path }: CandleFile): string {
  const packed = /\.gz$/i.test(path)
  const stem = basename(path)
    .replace(/\.gz$/i, '')
    .replace(/\.(csv|json|txt)$/i, '')
  return `${stem}.csv${packed ? '.gz' : ''}`
}

/** Two files that would become one, or a file that would replace its own source. */
function refuseTargets(sources: readonly Source[], folder: string): Issue[] {
  const taken = new Map<string, string>()
  return sources.flatMap(({ name, file }) => {
    const target = join(folder, targetOf(file))
    const other = taken.get(target)
    taken.set(target, name)
    const own = realpathSync(file.path) === target
    if (other === undefined && !own) return []
    const message = own
      ? 'must not be written over itself, was in the folder of --out'
      : `must have a name of its own, was named as ${other}`
    return [{ code: 'data.target', path: name, message, hint: 'import into another folder' }]
  })
}
