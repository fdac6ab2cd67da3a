/**
 * Command lines with what they print, kept as text and reviewed by diff. A transcript is, in this order:
 *
 *   # [ID] a title                      optional, one or more lines
 *   --- book.yaml                       a file of the folder the commands run in, up to the next marker
 *   --- book.yaml like sound.yaml       the same as a file beside the cases, with changes, one a line: `old => new`
 *   --- book.yaml hex                   bytes
 *   --- book.yaml times 1000            the text repeated
 *   --- book.yaml sparse 1000000        zeros that take no place
 *   $ equipoise plan --book book.yaml   a command; below it what it prints
 *   >>> stderr                          where that went to stderr, from here on
 *   >>> exit 0                          the exit code, after each command
 *
 * The commands run in a folder of their own, with the repository's `examples/`; a transcript without files and without
 * reference data (`shared/`) runs in the repository itself and must write nothing. UPDATE=1 writes what was printed into
 * the file instead of comparing.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run } from '../../src/shell/cli/run.ts'
import { ROOT } from '../repository/source.ts'

interface FileBlock {
  readonly name: string
  /** What follows the name: nothing, `like <file>`, `hex`, `gzip`, `times <n>` or `sparse <bytes>`. */
  readonly made: string
  readonly body: string
}

export interface Transcript {
  readonly title: string
  /** Everything above the first command, as written. */
  readonly head: string
  readonly files: readonly FileBlock[]
  readonly commands: readonly string[]
}

/** 2026-03-02T09:30:00Z: the time every transcript runs at. */
const NOW = 1_772_443_800_000
const MARKER = /^(?:--- |\$ |>>> )/

/** Reads a transcript; what the commands printed is not kept. */
export function parseTranscript(text: string): Transcript {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('$ '))
  if (first < 0) throw new Error('a transcript must have a command, was without a line "$ equipoise …"')
  const head = lines.slice(0, first)
  const files: { name: string; made: string; body: string }[] = []
  for (const line of head) {
    const block = /^--- (\S+) ?(.*)$/.exec(line)
    if (block !== null) files.push({ name: block[1]!, made: block[2]!, body: '' })
    else if (files.length > 0) files.at(-1)!.body += `${line}\n`
    else if (line !== '' && !line.startsWith('# ')) throw new Error(`a title must start with "# ", was ${line}`)
  }
  return {
    title: head.find((line) => line.startsWith('# '))?.slice(2) ?? '',
    head: head.map((line) => `${line}\n`).join(''),
    files,
    commands: lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)),
  }
}

/** The arguments of `equipoise a 'b c' "d e"`. */
export function splitCommand(command: string): string[] {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  )
  if (words[0] !== 'equipoise') throw new Error(`a command must start with equipoise, was ${command}`)
  return words.slice(1)
}

function contentOf({ name, made, body }: FileBlock, folder: string): string | Uint8Array {
  const [how = '', what = ''] = made.split(' ')
  if (how === '' || how === 'sparse') return body
  if (how === 'hex') return Buffer.from(body.replace(/\s+/g, ''), 'hex')
  if (how === 'gzip') return gzipSync(body)
  if (how === 'times') return body.repeat(Number(what))
  if (how !== 'like')
    throw new Error(`a file must be made by like, hex, gzip, times or sparse, was --- ${name} ${made}`)
  return body
    .split('\n')
    .filter((line) => line !== '')
    .reduce(
      (text, change) => {
        const [, from = '', to = ''] = /^(.+?) =>(?: (.*))?$/.exec(change) ?? []
        if (from === '' || text.split(from).length !== 2) throw new Error(`${name}: ${what} must have "${from}" once`)
        return text.replace(from, () => to.replaceAll('\\n', '\n'))
      },
      readFileSync(join(folder, what), 'utf8'),
    )
}

/** Runs the commands of a transcript; returns the whole transcript as it should read. */
export async function play(transcript: Transcript, folder: string): Promise<string> {
  const own = transcript.files.length > 0 || needsShared(transcript)
  const here = own ? realpathSync(mkdtempSync(join(tmpdir(), 'equipoise-'))) : ROOT
  const before = process.cwd()
  try {
    if (own && transcript.commands.some((command) => command.includes('examples/')))
      cpSync(join(ROOT, 'examples'), join(here, 'examples'), { recursive: true })
    if (needsShared(transcript)) symlinkSync(SHARED, join(here, 'shared'))
    for (const file of transcript.files) {
      mkdirSync(dirname(join(here, file.name)), { recursive: true })
      writeFileSync(join(here, file.name), contentOf(file, folder))
      const bytes = /^sparse (\d+)$/.exec(file.made)?.[1]
      if (bytes !== undefined) truncateSync(join(here, file.name), Number(bytes))
    }
    process.chdir(here)
    let text = transcript.head
    for (const command of transcript.commands) text += `$ ${command}\n${await printed(command, here)}`
    return text
  } finally {
    process.chdir(before)
    if (own) rmSync(here, { recursive: true, force: true })
  }
}

async function printed(command: string, here: string): Promise<string> {
  let [out, err] = ['', '']
  const code = await run(splitCommand(command), {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    isTerminal: false,
    columns: 80,
    color: false,
    cwd: here,
    now: () => NOW,
  })
  for (const stream of [out, err]) {
    if (stream !== '' && !stream.endsWith('\n')) throw new Error(`${command}: the output must end its last line`)
    if (stream.includes(here)) throw new Error(`${command}: paths must be printed as they were written, was ${stream}`)
    if (stream.split('\n').some((line) => MARKER.test(line))) throw new Error(`${command}: the output has a marker`)
  }
  return `${out}${err === '' ? '' : `>>> stderr\n${err}`}>>> exit ${code}\n`
}

const SHARED = join(ROOT, '../shared')
/** Reference data lies beside a checkout; in a user's clone it is not there. */
export const sharedIsHere = (): boolean => existsSync(SHARED)
export const needsShared = ({ head, commands }: Transcript): boolean =>
  [head, ...commands].some((text) => text.includes('shared/'))

/** Whether expectations are rewritten instead of compared; never on the machine that decides. */
export const updating = (): boolean => process.env.UPDATE === '1' && process.env.CI === undefined
