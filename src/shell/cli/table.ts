/**
 * Aligned tables that fit a width. Where the columns do not fit, the least important are dropped first, then names are
 * shortened with "…", and at last each row is printed as a list; a number is never cut.
 */
import { padEnd, padStart, paint, printable, type Tone, truncate, widthOf, wrap } from './text.ts'

export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
  /** 0 = stays; of the others the highest is dropped first. */
  readonly drop?: number
  /** A name that may be shortened to this width. */
  readonly shortenTo?: number
}

export type Cell = string | { readonly text: string; readonly tone: Tone }

export interface Sheet {
  readonly columns: number
  readonly color: boolean
  /** Blanks before each row; 2 unless told otherwise. */
  readonly indent?: number
}

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)
const toneOf = (cell: Cell): Tone => (typeof cell === 'string' ? 'plain' : cell.tone)

const GAP = 2
/** A name up to this wide is worth a column; a wider one is shortened first. */
const NAME_ENOUGH = 20
const indentOf = (sheet: Sheet): number => sheet.indent ?? 2

/** Lines of a table; each row has a cell for each column. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], sheet: Sheet): string[] {
  const clean = rows.map((row) => row.map((cell) => ({ text: printable(textOf(cell)), tone: toneOf(cell) })))
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.heading), ...clean.map((row) => widthOf(row[index]!.text))),
  )
  const room = sheet.columns - indentOf(sheet)
  const shown = keepColumns(columns, widths, room)
  let spare = room - totalWidth(shown.map((index) => widths[index]!))
  for (const index of shown) {
    const least = columns[index]!.shortenTo
    if (spare >= 0 || least === undefined) continue
    const cut = Math.min(-spare, Math.max(0, widths[index]! - Math.max(least, widthOf(columns[index]!.heading))))
    widths[index]! -= cut
    spare += cut
  }
  if (spare < 0) return renderList(columns, clean, sheet)
  const line = (cells: readonly { text: string; tone: Tone }[]): string =>
    ' '.repeat(indentOf(sheet)) +
    shown
      .map((index, position) => {
        const { text, tone } = cells[index]!
        const short = truncate(text, Math.max(1, widths[index]!))
        const isLast = position === shown.length - 1
        const padded =
          columns[index]!.align === 'right'
            ? padStart(short, widths[index]!)
            : isLast
              ? short
              : padEnd(short, widths[index]!)
        return paint(padded, tone, sheet.color)
      })
      .join(' '.repeat(GAP))
  const heading = columns.map(({ heading: text }) => ({ text, tone: 'dim' as const }))
  const hasHeading = shown.some((index) => columns[index]!.heading !== '')
  return [...(hasHeading ? [heading] : []), ...clean].map((cells) => trimEnd(line(cells)))
}

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1)

function keepColumns(columns: readonly Column[], widths: readonly number[], room: number): number[] {
  let shown = columns.map((_, index) => index)
  const droppable = shown
    .filter((index) => (columns[index]!.drop ?? 0) > 0)
    .sort((a, b) => columns[b]!.drop! - columns[a]!.drop! || b - a)
  const least = (index: number): number => {
    const { heading, shortenTo } = columns[index]!
    return shortenTo === undefined ? widths[index]! : Math.min(widths[index]!, Math.max(widthOf(heading), NAME_ENOUGH))
  }
  for (const index of droppable) {
    if (totalWidth(shown.map(least)) <= room) break
    shown = shown.filter((each) => each !== index)
  }
  return shown
}

/** The shape of a table that fits no other way: each row its name, then one "heading  value" a line below it. */
function renderList(
  columns: readonly Column[],
  rows: readonly (readonly { text: string; tone: Tone }[])[],
  sheet: Sheet,
): string[] {
  const [first, ...others] = columns
  const label = Math.max(0, ...others.map(({ heading }) => widthOf(heading)))
  const margin = ' '.repeat(indentOf(sheet))
  const title = first === undefined || first.heading === '' ? [] : wrap(first.heading, sheet.columns)
  const lines = rows.flatMap(([name, ...cells]) => [
    ...wrap(margin + (name?.text ?? ''), sheet.columns, margin),
    ...cells.flatMap(({ text }, index) => {
      const lead = `${margin}    ${padEnd(others[index]!.heading, label)}${' '.repeat(GAP)}`
      return text === '' ? [] : wrap(lead + text, sheet.columns, `${margin}    `)
    }),
  ])
  return [...title, ...lines]
}

/** Trailing blanks say nothing. */
const trimEnd = (line: string): string => line.replace(/ +$/, '')
