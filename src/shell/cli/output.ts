/** In which form an answer is printed, and the forms that are the same for every command: JSON and CSV. */
import { type Decimal, toText } from '../../core/base/decimal.ts'
import { printable } from './text.ts'

export interface Output {
  readonly form: 'text' | 'json' | 'csv'
  readonly explain: boolean
}

/** JSON of an answer as `--json` prints it: exact amounts as text, columns as lists, keys in order, so equal is equal bytes. */
export async function jsonText(answer: unknown): Promise<string> {
  const { canonicalText } = await import('../../wire/canonical-text.ts')
  return `${canonicalText(plainData(answer))}\n`
}

function plainData(value: unknown): unknown {
  // A bigint in an answer is a Decimal; there is no other.
  if (typeof value === 'bigint') return toText(value as Decimal)
  if (value instanceof Float64Array) return [...value]
  if (Array.isArray(value)) return value.map(plainData)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainData(each)]))
}

/** Rows with a heading, RFC 4180: fields with commas, quotes or line ends are quoted. */
export const csvText = (heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [heading, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('')

function csvField(field: string | number): string {
  const text = typeof field === 'number' ? String(field) : printable(field)
  // A name that a spreadsheet would run as a formula is kept text; a number such as -0.5 is what it is.
  const safe = typeof field === 'string' && /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
