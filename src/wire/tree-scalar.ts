/** Scalars of a tree by dotted paths, and the same tree with other texts in their places or without a part; lines stay. */
import { assert, assertNever } from '../core/base/result.ts'
import type { Path, Tree } from './tree.ts'

/** Where a dotted path leads; keys may hold dots themselves. null where nothing stands there. */
export function placeOf(node: Tree, path: string): Path | null {
  if (path === '') return []
  if (node.kind === 'scalar') return null
  if (node.kind === 'list') {
    const [whole, index] = /^\[(\d+)\]\.?/.exec(path) ?? []
    const item = index === undefined ? undefined : node.items[Number(index)]
    const rest = item === undefined ? null : placeOf(item, path.slice(whole!.length))
    return rest === null ? null : [Number(index), ...rest]
  }
  for (const [key, { value }] of node.entries) {
    if (path !== key && !path.startsWith(`${key}.`) && !path.startsWith(`${key}[`)) continue
    const rest = placeOf(value, path.slice(key.length).replace(/^\./, ''))
    if (rest !== null) return [key, ...rest]
  }
  return null
}

export function nodeAt(tree: Tree, path: Path): Tree {
  const [step, ...rest] = path
  if (step === undefined) return tree
  const next =
    tree.kind === 'map'
      ? tree.entries.get(String(step))?.value
      : tree.kind === 'list'
        ? tree.items[Number(step)]
        : undefined
  assert(next !== undefined, `nothing stands at ${String(step)}`)
  return nodeAt(next, rest)
}

/** @param path of a scalar */
export function withScalar(tree: Tree, path: Path, text: string): Tree {
  const [step, ...rest] = path
  if (step === undefined) {
    assert(tree.kind === 'scalar', 'a scalar must stand there')
    return { ...tree, text }
  }
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((item, index) => (index === step ? withScalar(item, rest, text) : item)) }
  assert(tree.kind === 'map', 'a scalar has no parts')
  const entries = [...tree.entries].map(
    ([key, entry]) => [key, key === step ? { ...entry, value: withScalar(entry.value, rest, text) } : entry] as const,
  )
  return { ...tree, entries: new Map(entries) }
}

/** The tree without what stands under these keys. */
export function without(tree: Tree, [key, ...rest]: readonly string[]): Tree {
  if (tree.kind !== 'map' || key === undefined) return tree
  const entries = [...tree.entries].flatMap(([name, entry]) => {
    if (name !== key) return [[name, entry] as const]
    return rest.length === 0 ? [] : [[name, { ...entry, value: without(entry.value, rest) }] as const]
  })
  return { ...tree, entries: new Map(entries) }
}

/** A tree as plain data, without its lines: what it says, whatever its comments and its layout. */
export function treeData(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.text
    case 'list':
      return tree.items.map(treeData)
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, treeData(value)]))
    default:
      return assertNever(tree)
  }
}
