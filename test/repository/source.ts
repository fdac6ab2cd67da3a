/**
 * Reads TypeScript as text, far enough for the guards: what is code, what is comment, what is inside quotes, and which
 * files a file imports. A scanner over characters; positions never move, so a finding can name its line.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A quoted text: where its opening quote is, and what it says. Templates with `${…}` keep the braces in `text`. */
export interface Literal {
  readonly at: number
  readonly text: string
}

export interface Scanned {
  /** The source with comments and the inside of quotes and regular expressions blanked; line breaks stay. */
  readonly code: string
  readonly comments: readonly Literal[]
  readonly literals: readonly Literal[]
}

const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[\]+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|await|yield|throw|else|do))\s*$/

/** Splits a source into code, comments and quoted texts. */
export function scan(source: string): Scanned {
  const code: string[] = source.split('')
  const comments: Literal[] = []
  const literals: Literal[] = []
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at++) if (code[at] !== '\n') code[at] = ' '
  }
  /** Braces open at each level of template nesting. */
  const depth: number[] = []
  const starts: number[] = []
  let at = 0
  const endOfTemplatePart = (from: number): number => {
    let end = from
    while (end < source.length && source[end] !== '`' && !(source[end] === '$' && source[end + 1] === '{'))
      end += source[end] === '\\' ? 2 : 1
    return end
  }
  const template = (from: number): void => {
    const end = endOfTemplatePart(from)
    blank(from, end)
    if (source[end] === '`') {
      const start = starts.pop()!
      literals.push({ at: start, text: source.slice(start + 1, end) })
      at = end + 1
    } else {
      depth.push(0)
      at = end + 2
    }
  }
  while (at < source.length) {
    const two = source.slice(at, at + 2)
    const one = source[at]!
    if (two === '//' || two === '/*') {
      const close = two === '//' ? source.indexOf('\n', at) : source.indexOf('*/', at + 2)
      const end = close < 0 ? source.length : two === '//' ? close : close + 2
      comments.push({ at, text: source.slice(at, end) })
      blank(at, end)
      at = end
    } else if (one === "'" || one === '"') {
      let end = at + 1
      while (end < source.length && source[end] !== one && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1
      literals.push({ at, text: source.slice(at + 1, end) })
      blank(at + 1, end)
      at = end + 1
    } else if (one === '`') {
      starts.push(at)
      template(at + 1)
    } else if (one === '{' && depth.length > 0) {
      depth[depth.length - 1]!++
      at++
    } else if (one === '}' && depth.length > 0) {
      if (depth.at(-1) === 0) {
        depth.pop()
        template(at + 1)
      } else {
        depth[depth.length - 1]!--
        at++
      }
    } else if (one === '/' && BEFORE_REGEX.test(code.slice(Math.max(0, at - 40), at).join(''))) {
      const end = endOfRegex(source, at)
      blank(at + 1, end - 1)
      at = end
    } else at++
  }
  return { code: code.join(''), comments, literals: literals.sort((a, b) => a.at - b.at) }
}

function endOfRegex(source: string, from: number): number {
  let inClass = false
  for (let at = from + 1; at < source.length; at++) {
    const one = source[at]
    if (one === '\n') return from + 1
    if (one === '\\') at++
    else if (one === '[') inClass = true
    else if (one === ']') inClass = false
    else if (one === '/' && !inClass) return at + 1
  }
  return from + 1
}

export const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length

/** An import, a re-export, a dynamic import, or a worker's URL. `specifier` is null where it is computed. */
export interface Import {
  readonly line: number
  readonly specifier: string | null
}

const STATIC = /\b(?:import|export)\b(?:[^'"`;()=]*?\bfrom)?\s*(?=['"])/g
const DYNAMIC = /\b(?:import|require)\s*\(\s*/g
const ADDRESS = /\bnew\s+URL\s*\(\s*/g

/** Everything a file loads, in order. */
export function importsOf(source: string): Import[] {
  const { code, literals } = scan(source)
  const textAt = new Map(literals.map(({ at, text }) => [at, text]))
  const found: { at: number; specifier: string | null }[] = []
  for (const match of code.matchAll(STATIC)) {
    const quote = match.index + match[0].length
    // `export const a = 'text'` has an equals sign before its quote; `export default 'text'` imports nothing.
    if (!/^export\s*$|^export\s+default/.test(match[0])) found.push({ at: match.index, specifier: textAt.get(quote)! })
  }
  for (const match of code.matchAll(DYNAMIC)) {
    const text = textAt.get(match.index + match[0].length)
    found.push({ at: match.index, specifier: text === undefined || text.includes('${') ? null : text })
  }
  for (const match of code.matchAll(ADDRESS)) {
    const text = textAt.get(match.index + match[0].length)
    if (text !== undefined && /^\.{1,2}\/.*\.[tj]s$/.test(text)) found.push({ at: match.index, specifier: text })
  }
  return found.sort((a, b) => a.at - b.at).map(({ at, specifier }) => ({ line: lineOf(source, at), specifier }))
}

export interface SourceFile {
  /** From the root, with slashes: `src/core/base/decimal.ts`. */
  readonly path: string
  readonly text: string
}

/** The files under a folder of this repository with one of the endings, sorted by path. */
export function filesUnder(folder: string, endings: readonly string[]): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(ROOT.length).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Snippets of sources in tests write `@{x}` for a template's hole, which a linter would take for a mistake. */
export const withHoles = (snippet: string): string => snippet.replaceAll('@{', '${')

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
