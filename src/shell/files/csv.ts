/** Small CSV files as people's spreadsheets write them: quoted fields, a byte order mark, blank lines. Large ones (candles) have a parser of their own. */
import { createRequire } from 'node:module'
import { fail, type Result, succeed } from '../../core/base/result.ts'

export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvFile {
  /** In lower case. */
  readonly header: readonly string[]
  readonly rows: readonly CsvRow[]
}

/** @returns the rows, or what is broken in the parser's words. */
export function parseCsv(text: string): Result<CsvFile, string> {
  const lines: number[] = []
  const keepLine = (record: string[], context: { readonly lines: number }): string[] => {
    lines.push(context.lines)
    return record
  }
  try {
    // Loaded where it is used: most books name no such file, and every start would pay for it.
    const { parse } = createRequire(import.meta.url)('csv-parse/sync') as typeof import('csv-parse/sync')
    const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, on_record: keepLine }
    const [header = [], ...rows]: string[][] = parse(text, options)
    return succeed({
      header: header.map((cell) => cell.toLowerCase()),
      rows: rows.map((cells, index) => ({ line: lines[index + 1]!, cells })),
    })
  } catch (error) {
    return fail((error as Error).message)
  }
}
