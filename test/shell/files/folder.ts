/** A folder of its own for each test file, removed at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Issue } from '../../../src/core/base/result.ts'
import { type CandleFile, type CandleOptions, readCandles } from '../../../src/shell/files/candles.ts'

const folder = mkdtempSync(join(tmpdir(), 'equipoise-'))
afterAll(() => rmSync(folder, { recursive: true }))

export const pathOf = (name: string): string => join(folder, name)

/** Writes a file and gives its path. */
export function put(name: string, content: string | Uint8Array): string {
  writeFileSync(pathOf(name), content)
  return pathOf(name)
}

let count = 0
/** The candles of a text, or an error that lists the issues. */
export function candlesOf(content: string | Uint8Array, options?: CandleOptions): CandleFile {
  const result = readCandles(put(`${count++}`, content), options)
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1))
  return result.value
}

/** The issues of a text, paths without their folder. */
export function issuesOf(content: string | Uint8Array, options?: CandleOptions): Issue[] {
  const name = `${count++}`
  const result = readCandles(put(name, content), options)
  if (result.ok) throw new Error(`expected issues, was ${result.value.description}`)
  const plain = (text: string): string => text.replaceAll(pathOf(name), 'FILE')
  return result.error.map((issue) => ({
    ...issue,
    path: plain(issue.path),
    message: plain(issue.message),
    hint: plain(issue.hint),
  }))
}

export const HEADER = 'time,open,high,low,close,volume\n'
export const T0 = Date.UTC(2026, 1, 1)
export const HOUR = 3_600_000

/** Hourly rows with these closes; open, high and low are the close. */
export const rowsOf = (closes: readonly (number | string)[]): string =>
  closes.map((close, k) => `${T0 + k * HOUR},${close},${close},${close},${close},1\n`).join('')
