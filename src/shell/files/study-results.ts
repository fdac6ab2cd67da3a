/**
 * The results of a study on disk: lines that are only ever added, whole and on the disk before a batch counts as done. What a
 * kill leaves behind is a last line without its end, which is taken away; anything else that is not as it was written is refused.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type Result, refuse, succeed } from '../../core/base/result.ts'
import {
  decodeStudyCell,
  decodeStudyHead,
  encodeStudyCell,
  encodeStudyHead,
  type StoredCell,
  type StudyHashes,
} from '../../wire/study-codec.ts'

export interface StudyResults {
  /** By number, as far as they were run. */
  readonly cells: ReadonlyMap<number, StoredCell>
  /** Adds cells; they are on the disk when it returns. */
  readonly append: (cells: readonly StoredCell[]) => void
  readonly close: () => void
}

/** Codes: study.other, study.broken. @param path of a file that is made where there is none */
export function openStudyResults(path: string, hashes: StudyHashes): Result<StudyResults> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const [head, ...lines] = whole.split('\n').slice(0, -1)
  const cells = new Map<number, StoredCell>()
  if (head !== undefined) {
    const read = readLines(path, { head, lines, hashes })
    if (!read.ok) return read
    for (const cell of read.value) cells.set(cell.cell, cell)
  }
  const file = openSync(path, 'a')
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole))
  const write = (added: readonly string[]): void => {
    if (added.length === 0) return
    const bytes = Buffer.from(added.map((line) => `${line}\n`).join(''))
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    fsyncSync(file)
  }
  if (head === undefined) write([encodeStudyHead(hashes)])
  return succeed({
    cells,
    append: (added) => write(added.map(encodeStudyCell)),
    close: () => closeSync(file),
  })
}

function readLines(
  path: string,
  { head, lines, hashes }: { readonly head: string; readonly lines: readonly string[]; readonly hashes: StudyHashes },
): Result<StoredCell[]> {
  const read = decodeStudyHead(head)
  if (!read.ok) return refuseBroken(path, 1)
  const others = (['data', 'book', 'code'] as const).filter((name) => read.value[name] !== hashes[name])
  if (others.length > 0) return refuseOther(path, others)
  const cells: StoredCell[] = []
  for (const [index, line] of lines.entries()) {
    const cell = decodeStudyCell(line)
    if (!cell.ok) return refuseBroken(path, index + 2)
    cells.push(cell.value)
  }
  return succeed(cells)
}

const WHAT = { data: 'data', book: 'book', code: 'version of this program' } as const

const refuseOther = (path: string, others: readonly (keyof typeof WHAT)[]): Result<never> =>
  refuse(
    'study.other',
    path,
    `results must be of the same data, book and program, was of another ${others.map((name) => WHAT[name]).join(' and another ')}`,
    'name another file with --results, or remove this one',
  )

const refuseBroken = (path: string, line: number): Result<never> =>
  refuse(
    'study.broken',
    path,
    `a line must be one that a study wrote, was another: line ${line}`,
    'name another file with --results; results are not edited',
  )
