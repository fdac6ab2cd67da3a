/** In which form an answer is printed, and the forms that are the same for every command: JSON and CSV. */
import { printable } from './text.ts'

export interface Output {
  readonly form: 'text' | 'json' | 'csv'
  readonly explain: boolean
}

/** A value with nothing but JSON in it, two spaces deep. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Rows with a heading, RFC 4180: fields with commas, quotes or line ends are quoted. */
export const csvText = (heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [heading, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('')

function csvField(field: string | number): string {
  const text = typeof field === 'number' ? String(field) : printable(field)
  // A name that a spreadsheet would run as a formula is kept text; a number such as -0.5 is what it is.
  const safe = typeof field === 'string' && /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
