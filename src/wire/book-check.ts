/**
 * The structural pass: a tree against the schema of a book. Every mistake becomes an issue with its line, and what the
 * schema refused is cut off, so that the semantic pass still sees the rest: one bad section hides no mistake of another.
 */
import type { z } from 'zod'
import { bookShape, type Draft } from './book-shape.ts'
import { alternatives } from './leaf.ts'
import { nearest } from './scalar.ts'
import { type BookIssue, lineOf, type Path, pathText, shown, type Tree } from './tree.ts'

export interface Shaped {
  readonly draft: Draft
  readonly issues: readonly BookIssue[]
}

type Plain = string | Plain[] | { [key: string]: Plain | undefined } | undefined

/** @returns what of the book has the right shape, and what has not. */
export function checkShape(tree: Tree): Shaped {
  const plain = toPlain(tree)
  const parsed = bookShape.safeParse(plain, { jitless: true })
  if (parsed.success) return { draft: parsed.data, issues: [] }
  const issues: BookIssue[] = []
  const cuts: Path[] = []
  for (const each of flatten(parsed.error.issues, [])) {
    const { found, cut } = translate(each, tree)
    issues.push(...found)
    cuts.push(...cut)
  }
  // What is left was accepted by the schema branch by branch; what is missing is optional in `Draft`.
  return { draft: prune(plain, cuts) as Draft, issues }
}

function toPlain(tree: Tree): Plain {
  switch (tree.kind) {
    case 'scalar':
      return tree.text
    case 'list':
      return tree.items.map(toPlain)
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, toPlain(entry.value)]))
  }
}

interface Flat {
  readonly issue: z.core.$ZodIssue
  readonly path: Path
}

/** A union fails with the mistakes of all its branches: keep those of the branch that has the form that was written. */
function flatten(issues: readonly z.core.$ZodIssue[], above: Path): Flat[] {
  return issues.flatMap((issue) => {
    const path: Path = [...above, ...(issue.path as (string | number)[])]
    if (issue.code !== 'invalid_union') return [{ issue, path }]
    const meant = issue.errors.filter(
      (branch) => !branch.some((each) => each.path.length === 0 && each.code === 'invalid_type'),
    )
    return meant.length === 1 ? flatten(meant[0]!, path) : [{ issue, path }]
  })
}

function translate({ issue, path }: Flat, tree: Tree): { found: BookIssue[]; cut: Path[] } {
  const line = lineOf(tree, path)
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ')
    const unknown = issue.keys.map((key) => unknownKey({ key, known, path: [...path, key], tree }))
    return { found: unknown, cut: issue.keys.map((key) => [...path, key]) }
  }
  const at = { path: pathText(path), line }
  if (issue.code === 'custom') {
    const { code, hint } = issue.params as { code: string; hint: string }
    return { found: [{ code, message: issue.message, hint, ...at }], cut: [path] }
  }
  const [must = '', hint = ''] = issue.message.split('\n')
  const node = nodeAt(tree, path)
  const code =
    node === null ? 'key.missing' : node.kind === 'scalar' && node.text !== '' ? 'value.invalid' : 'value.form'
  return {
    found: [{ code, message: `${must}, was ${describe(node)}`, hint, ...at }],
    cut: issue.code === 'invalid_union' && 'discriminator' in issue ? [path.slice(0, -1)] : node === null ? [] : [path],
  }
}

function unknownKey({
  key,
  known,
  path,
  tree,
}: {
  key: string
  known: readonly string[]
  path: Path
  tree: Tree
}): BookIssue {
  const meant = nearest(key, known)
  return {
    code: 'key.unknown',
    path: pathText(path),
    message: `the key must be ${alternatives(known)}, was ${key}`,
    hint: meant === null ? 'remove it' : `did you mean ${meant}?`,
    line: lineOf(tree, path),
  }
}

function nodeAt(tree: Tree, path: Path): Tree | null {
  let node: Tree = tree
  for (const step of path) {
    const next: Tree | undefined =
      node.kind === 'map'
        ? node.entries.get(String(step))?.value
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined
    if (next === undefined) return null
    node = next
  }
  return node
}

const describe = (node: Tree | null): string =>
  node === null
    ? 'missing'
    : node.kind === 'map'
      ? 'a map'
      : node.kind === 'list'
        ? 'a list'
        : node.text === ''
          ? 'empty'
          : shown(node.text)

function prune(plain: Plain, cuts: readonly Path[]): Plain {
  let root = plain
  for (const cut of cuts) {
    const last = cut.at(-1)
    if (last === undefined) {
      root = {}
      continue
    }
    let holder: Plain = root
    for (const step of cut.slice(0, -1))
      holder = typeof holder === 'object' ? (holder as { [key: string]: Plain })[step] : undefined
    // The name stays: what is written wrongly is not missing, and what refers to it is not unknown.
    if (typeof holder === 'object') (holder as { [key: string]: Plain })[last] = undefined
  }
  return typeof root === 'object' && !Array.isArray(root) ? root : {}
}
