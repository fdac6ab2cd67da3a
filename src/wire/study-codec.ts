/**
 * The results of a study ↔ lines of JSON, lossless: a first line that says of what data, book and program they are, then a line
 * for each cell. A cell is known by its number, which with the hashes says everything about it.
 */
import { z } from 'zod'
import type { Result } from '../core/base/result.ts'
import { type CellOutcome, FIGURES, type Figures } from '../core/sim/study-periods.ts'
import type { CellRun } from '../core/sim/study-types.ts'
import { canonicalText, columnCodec, decodeText, realCodec } from './codec.ts'

/** What results depend on. */
export interface StudyHashes {
  /** Prices, payments and lives. */
  readonly data: string
  /** Everything that is written in the book. */
  readonly book: string
  /** The program. */
  readonly code: string
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const headSchema = z.strictObject({ study: z.literal(1), data: hash, book: hash, code: hash })

const issue = z.strictObject({ code: z.string(), path: z.string(), message: z.string(), hint: z.string() })
const measure = z.union([realCodec, z.strictObject({ because: z.string() })])
type Measures = Record<keyof Figures, typeof measure>
const outcome = z.strictObject({
  figures: z.strictObject(Object.fromEntries(FIGURES.map((name) => [name, measure])) as Measures),
  periods: z.strictObject({ returns: columnCodec, active: columnCodec, cost: columnCodec }),
}) satisfies z.ZodType<CellOutcome>
const cellSchema = z.strictObject({
  cell: z.int().min(0),
  texts: z.array(z.string()),
  outcome: z.union([
    z.strictObject({ ok: z.literal(true), value: outcome }),
    z.strictObject({ ok: z.literal(false), error: z.array(issue) }),
  ]),
})

/** What a line keeps: the point follows from the number. */
export type StoredCell = Omit<CellRun, 'point'>

export const encodeStudyHead = (hashes: StudyHashes): string => canonicalText({ study: 1, ...hashes })
export function decodeStudyHead(text: string): Result<StudyHashes> {
  const read = decodeText(headSchema, text)
  if (!read.ok) return read
  const { study: _, ...hashes } = read.value
  return { ok: true, value: hashes }
}

export const encodeStudyCell = (cell: StoredCell): string =>
  canonicalText(cellSchema.encode(plain(cell) as z.output<typeof cellSchema>, { jitless: true }))
export const decodeStudyCell = (text: string): Result<StoredCell> => decodeText(cellSchema, text)

/** Issues of a book have lines, which mean nothing beside another text. */
const plain = ({ cell, texts, outcome: found }: StoredCell) => ({
  cell,
  texts: [...texts],
  outcome: found.ok
    ? { ok: true as const, value: found.value }
    : {
        ok: false as const,
        error: found.error.map(({ code, path, message, hint }) => ({ code, path, message, hint })),
      },
})
