/**
 * Opens a book file with everything it refers to: positions and balances (`positions.ts`), order books (`order-book.ts`)
 * and candles (`candles.ts`),
 * each relative to the book. What a person can get wrong is an issue with the book's line; a disk that fails throws.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Result } from '../../core/base/result.ts'
import {
  type Book,
  type BookDraft,
  draftBook,
  finishBook,
  type Loaded,
  type Needs,
  NOTHING_LOADED,
} from '../../wire/book.ts'
import type { LoadedCandles } from '../../wire/book-candles.ts'
import type { Levels } from '../../wire/book-liquidity.ts'
import type { Names } from '../../wire/book-names.ts'
import { BOOK_BYTES_MAX, type BookIssue } from '../../wire/tree.ts'
import { readCandles } from './candles.ts'
import { readOrderBook } from './order-book.ts'
import { importBalances, importPositions } from './positions.ts'

/**
 * @param earlierMs candles are read from that much before the window of the forecast, which they do not change
 * @returns the book, or every mistake in it and in its files, by line.
 */
export function openBook(path: string, earlierMs = 0): Result<Book, readonly BookIssue[]> {
  const text = readText(path, 'the book')
  if (!text.ok) return { ok: false, error: [{ ...text.error, path: '', line: 1 }] }
  const drafted = draftBook(text.value)
  return drafted.ok ? finishBook(drafted.value, loadNeeds(drafted.value, dirname(path), earlierMs)) : drafted
}

/** Paths in a book are relative to it; messages show them as a person would write them. */
export const besideBook = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

interface Refused {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** Text of a file in UTF-8, refused by size before it is read. `what` names it in messages. */
export function readText(path: string, what: string): Result<string, Refused> {
  const refuse = (code: string, message: string, hint: string): Result<string, Refused> => ({
    ok: false,
    error: { code, message: `${what} ${message}`, hint },
  })
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return refuse('file.not-found', `must be a file, was not there: ${path}`, 'check the path')
  if (!stat.isFile())
    return refuse(
      'file.not-a-file',
      `must be a file, was ${stat.isDirectory() ? 'a directory' : 'a device'}: ${path}`,
      'name the file itself',
    )
  if (stat.size > BOOK_BYTES_MAX)
    return refuse(
      'file.too-large',
      `must have at most ${BOOK_BYTES_MAX} bytes, was ${stat.size}`,
      'keep candles and long position lists in files of their own',
    )
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return refuse('file.not-utf8', 'must be text in UTF-8, was not', 'save it as UTF-8')
  }
}

/** Positions and balances that the book keeps in files; what is wrong with them is added to `issues`. */
export function loadHoldings(
  { needs, names }: { readonly needs: Pick<Needs, 'positions' | 'cash'>; readonly names: Names },
  folder: string,
  issues: BookIssue[],
): Pick<Loaded, 'positions' | 'cash'> {
  let loaded: Pick<Loaded, 'positions' | 'cash'> = { positions: [], cash: [] }
  if (needs.positions !== null) {
    const text = textOf(needs.positions, { folder, place: 'positions.file', issues })
    if (text !== null) loaded = { ...loaded, positions: importPositions(text, needs.positions, names, issues) }
  }
  if (needs.cash !== null) {
    const text = textOf(needs.cash, { folder, place: 'cash.file', issues })
    if (text !== null) {
      const { positions, cash } = importBalances(text, needs.cash, names, issues)
      loaded = { positions: [...loaded.positions, ...positions], cash }
    }
  }
  return loaded
}

function textOf(
  need: { readonly path: string; readonly line: number },
  { folder, place, issues }: { readonly folder: string; readonly place: string; readonly issues: BookIssue[] },
): string | null {
  const text = readText(besideBook(folder, need.path), need.path)
  if (text.ok) return text.value
  issues.push({ ...text.error, path: place, line: need.line })
  return null
}

function loadNeeds(draft: BookDraft, folder: string, earlierMs: number): Loaded {
  const { needs } = draft
  const issues: BookIssue[] = []
  const held = loadHoldings(draft, folder, issues)
  const books = new Map<string, Levels>()
  for (const need of needs.books) {
    const text = textOf(need, { folder, place: `market.books.${need.instrument}`, issues })
    const levels = text === null ? null : readOrderBook(text, need, issues)
    if (levels !== null) books.set(need.instrument, levels)
  }
  const candles = new Map<string, LoadedCandles>()
  for (const { underlying, path, line, ...window } of needs.candles) {
    const file = readCandles(besideBook(folder, path), {
      from: window.from - earlierMs,
      to: window.to,
      asOf: window.to,
      intervalMs: window.intervalMs,
    })
    if (file.ok)
      candles.set(underlying, {
        ...file.value.columns,
        lastCloseText: file.value.lastCloseText,
        lastCloseAt: file.value.lastCloseAt,
        notes: file.value.findings.map(({ message }) => message),
      })
    else
      for (const { path: place, message, ...issue } of file.error)
        issues.push({
          ...issue,
          path: `market.candles.${underlying}`,
          message: /:\d+$/.test(place) ? `${place}: ${message}` : message,
          line,
        })
  }
  return { ...NOTHING_LOADED, ...held, candles, books, issues }
}
