/**
 * Text to a tree that remembers lines: YAML (JSON is part of it) read by the `yaml` library's parser, without its schema,
 * so that every scalar is the text that was written. What a hostile file can do is limited here, before anything is built:
 * size, nesting, number of values (aliases counted as what they expand to), tags, merge keys, duplicate keys.
 */
import {
  Alias,
  Composer,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type Document as YamlDocument,
} from 'yaml'
import type { Issue, Result } from '../core/base/result.ts'

/** An issue and the line of the file it is about, from 1. */
export interface BookIssue extends Issue {
  readonly line: number
}

export type Path = readonly (string | number)[]

export interface ScalarNode {
  readonly kind: 'scalar'
  /** As written; empty where nothing was written. */
  readonly text: string
  readonly quoted: boolean
  readonly line: number
}
export interface MapNode {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Entry>
  readonly line: number
}
export interface Entry {
  readonly line: number
  readonly value: Tree
}
export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Tree[]
  readonly line: number
}
export type Tree = ScalarNode | MapNode | ListNode

export const BOOK_BYTES_MAX = 8 * 1024 * 1024
export const NODES_MAX = 200_000
const DEPTH_MAX = 32

/** A document and the mistakes of form that do not keep the rest of it from being read. */
export interface Document {
  readonly tree: Tree
  readonly issues: readonly BookIssue[]
}

/** Reads one document. Fails where nothing more can be said: not text, no YAML or JSON, too large, too deep. */
export function parseTree(text: string): Result<Document, readonly BookIssue[]> {
  const refused = refuseText(text) ?? refuseNesting(text)
  if (refused !== null) return { ok: false, error: [refused] }
  const lines = new LineCounter()
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const directive = tokens.find((token) => token.type === 'directive')
  if (directive !== undefined)
    return {
      ok: false,
      error: [
        issue(
          'book.directive',
          lineAt(directive.offset),
          '',
          'the file must have no % directive, was one',
          'remove the line',
        ),
      ],
    }
  if (tokensTooDeep(tokens)) return { ok: false, error: [tooDeep(1)] }
  // Duplicate keys are found below: the library compares every pair of keys of a map.
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const documents = [...composer.compose(tokens, true, text.length)]
  const document = documents[0]!
  const broken = documents.flatMap((each) => each.errors)
  const second = documents[1]
  if (second !== undefined && broken.length === 0)
    return {
      ok: false,
      error: [
        issue(
          'book.documents',
          lineAt(second.range[0]),
          '',
          `the file must hold one document, was ${documents.length}`,
          'remove the line `---` and what does not belong to this book',
        ),
      ],
    }
  if (broken.length > 0) {
    const issues = broken.map((error) =>
      issue(
        'book.syntax',
        lineAt(error.pos[0]),
        '',
        `the file must be YAML or JSON, was broken here: ${error.message}`,
        'check indentation, quotes and brackets',
      ),
    )
    return { ok: false, error: issues }
  }
  return walk(document, lineAt)
}

const issue = (code: string, line: number, path: string, message: string, hint: string): BookIssue => ({
  code,
  path,
  message,
  hint,
  line,
})

const tooDeep = (line: number): BookIssue =>
  issue(
    'book.too-deep',
    line,
    '',
    `the file must nest at most ${DEPTH_MAX} levels, was deeper`,
    'this is not a book file',
  )

/** Tab, newline and carriage return are text. */
const isControl = (code: number): boolean => (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127

function refuseText(text: string): BookIssue | null {
  if (text.length > BOOK_BYTES_MAX)
    return issue(
      'book.too-large',
      1,
      '',
      `the file must have at most ${BOOK_BYTES_MAX} characters, was ${text.length}`,
      'keep candles and long position lists in files of their own',
    )
  let line = 1
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 10) line++
    else if (isControl(code))
      return issue(
        'book.binary',
        line,
        '',
        `the file must be text, was binary (character ${code})`,
        'give a YAML or JSON file in UTF-8',
      )
  }
  if (text.trim() === '')
    return issue(
      'book.empty',
      1,
      '',
      'the file must hold a book, was empty',
      'start from examples/golden-1.yaml or run `equipoise init`',
    )
  return null
}

/** Nesting and length by lexer tokens alone: the parser's own time grows with the square of the flow depth. */
function refuseNesting(text: string): BookIssue | null {
  let [depth, tokens, line] = [0, 0, 1]
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (token.includes('\n')) line += token.split('\n').length - 1
    if (depth > DEPTH_MAX) return tooDeep(line)
    // A value is at most a handful of tokens: key, colon, spaces, scalar mark, scalar, newline.
    if (++tokens > 12 * NODES_MAX) return tooMany(line)
  }
  return null
}

const tooMany = (line: number): BookIssue =>
  issue(
    'book.too-many',
    line,
    '',
    `the file must hold at most ${NODES_MAX} values with aliases written out, was more`,
    'keep long lists in files of their own',
  )

/** The composer recurses, so what block nesting there is gets measured first, without recursion. */
function tokensTooDeep(tokens: readonly object[]): boolean {
  const open: { token: object; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    if (top.depth > DEPTH_MAX + 1) return true
    const { value, items } = top.token as { value?: unknown; items?: readonly { key?: unknown; value?: unknown }[] }
    if (typeof value === 'object' && value !== null) open.push({ token: value, depth: top.depth })
    for (const item of items ?? [])
      for (const part of [item.key, item.value])
        if (typeof part === 'object' && part !== null) open.push({ token: part, depth: top.depth + 1 })
  }
  return false
}

/** The composed document as a tree: aliases expanded, every mistake of form collected. */
function walk(
  document: YamlDocument.Parsed,
  lineAt: (offset: number) => number,
): Result<Document, readonly BookIssue[]> {
  const issues: BookIssue[] = []
  const anchors = new Map<string, Node>()
  let nodes = 0
  let line = 1
  let stopped = false

  const stop = (reason: BookIssue): void => {
    issues.push(reason)
    stopped = true
  }
  const nothing = (): ScalarNode => ({ kind: 'scalar', text: '', quoted: false, line })

  const read = (node: Node | null, depth: number, path: string): Tree => {
    if (stopped) return nothing()
    if (++nodes > NODES_MAX) stop(tooMany(line))
    else if (depth > DEPTH_MAX) stop(tooDeep(line))
    if (node === null || stopped) return nothing()
    if (node.range !== null && node.range !== undefined) line = lineAt(node.range[0])
    if (node instanceof Alias) {
      const target = anchors.get(node.source)
      if (target !== undefined) return read(target, depth + 1, path)
      // An alias of nobody leaves a hole in the tree.
      stop(
        issue(
          'book.alias',
          line,
          path,
          `the alias must name an anchor above it, was *${node.source}`,
          'write the value itself',
        ),
      )
      return nothing()
    }
    const tag = (node as { tag?: string }).tag
    if (tag !== undefined)
      issues.push(
        issue('book.tag', line, path, `a value must have no tag, was ${shown(tag)}`, 'write the value without the tag'),
      )
    const anchor = (node as { anchor?: string }).anchor
    if (anchor !== undefined) anchors.set(anchor, node)
    if (isMap(node)) return readMap(node.items as Pair<Node, Node | null>[], depth, path)
    if (isSeq(node)) {
      const at = line
      return {
        kind: 'list',
        items: node.items.map((item, index) => read(item as Node | null, depth + 1, `${path}[${index}]`)),
        line: at,
      }
    }
    if (isScalar(node)) return { kind: 'scalar', text: String(node.value), quoted: node.type !== 'PLAIN', line }
    return nothing()
  }

  const readMap = (items: readonly Pair<Node, Node | null>[], depth: number, path: string): MapNode => {
    const entries = new Map<string, Entry>()
    const at = line
    for (const { key, value } of items) {
      if (stopped) break
      if (key?.range !== null && key?.range !== undefined) line = lineAt(key.range[0])
      const keyLine = line
      const name = isScalar(key) ? String(key.value) : null
      const printed = name === null || KEY.test(name) ? name : shown(name)
      const place = printed === null ? path : path === '' ? printed : `${path}.${printed}`
      const wrong = refuseKey(name, entries)
      if (wrong !== null) issues.push(issue(wrong.code, keyLine, place, wrong.message, wrong.hint))
      const tree = read(value, depth + 1, place)
      if (wrong === null) entries.set(name!, { line: keyLine, value: tree })
    }
    return { kind: 'map', entries, line: at }
  }

  const tree = read(document.contents, 0, '')
  return stopped ? { ok: false, error: issues } : { ok: true, value: { tree, issues } }
}

const KEY = /^[\p{L}\p{N}._:/@+#-]{1,64}$/u

function refuseKey(
  name: string | null,
  entries: ReadonlyMap<string, Entry>,
): { code: string; message: string; hint: string } | null {
  if (name === null)
    return {
      code: 'key.invalid',
      message: 'a key must be a plain name, was a map, a list or an alias',
      hint: 'write `name: value`',
    }
  if (name === '<<')
    return { code: 'book.merge', message: 'a key must be a name, was the merge key <<', hint: 'write the entries out' }
  // A name every object inherits would be found where nobody wrote it.
  if (name in {} || !KEY.test(name))
    return {
      code: 'key.invalid',
      message: `a key must be a name of at most 64 letters, digits and . _ : / @ + # -, was ${shown(name)}`,
      hint: 'rename it',
    }
  const first = entries.get(name)
  if (first === undefined) return null
  return {
    code: 'key.duplicate',
    message: `a key must appear once, was already on line ${first.line}`,
    hint: 'keep one of the two',
  }
}

/** A text as it may be printed in a message: quoted, short, without control characters. */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What stands at a path, or the nearest thing above it that does. */
export function lineOf(tree: Tree, path: Path): number {
  let node: Tree = tree
  let line = tree.line
  for (const step of path) {
    const next: Entry | Tree | undefined =
      node.kind === 'map' ? node.entries.get(String(step)) : node.kind === 'list' ? node.items[Number(step)] : undefined
    if (next === undefined) return line
    line = next.line
    node = 'value' in next ? next.value : next
  }
  return line
}

export const pathText = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('')

/** The line of a dotted path; keys may hold dots themselves. */
export function lineOfPath(tree: Tree, path: string): number {
  let [node, rest, line]: [Tree, string, number] = [tree, path, tree.line]
  while (rest !== '') {
    const next = stepInto(node, rest)
    if (next === null) return line
    ;({ node, rest, line } = next)
  }
  return line
}

function stepInto(node: Tree, path: string): { node: Tree; rest: string; line: number } | null {
  if (node.kind === 'scalar') return null
  if (node.kind === 'list') {
    const [whole, index] = /^\[(\d+)\]\.?/.exec(path) ?? []
    const item = index === undefined ? undefined : node.items[Number(index)]
    return item === undefined ? null : { node: item, rest: path.slice(whole!.length), line: item.line }
  }
  for (const [key, { line, value }] of node.entries) {
    if (path === key) return { node: value, rest: '', line }
    if (path.startsWith(`${key}.`)) return { node: value, rest: path.slice(key.length + 1), line }
    if (path.startsWith(`${key}[`)) return { node: value, rest: path.slice(key.length), line }
  }
  return null
}
