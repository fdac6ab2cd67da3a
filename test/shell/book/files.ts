/** A folder of its own for each test, removed at the end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { openBook } from '../../../src/shell/files/book.ts'
import type { Book } from '../../../src/wire/book.ts'
import { issueLine } from '../../wire/books.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Writes the files and returns their folder. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'equipoise-book-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** The issues of `book.yaml` among the files, one line each. */
export function issuesIn(files: Readonly<Record<string, string | Uint8Array>>): string[] {
  const opened = openBook(join(folderOf(files), 'book.yaml'))
  return opened.ok ? [] : opened.error.map(issueLine)
}

export function bookIn(files: Readonly<Record<string, string | Uint8Array>>): Book {
  const opened = openBook(join(folderOf(files), 'book.yaml'))
  if (!opened.ok) throw new Error(opened.error.map(issueLine).join('\n'))
  return opened.value
}
