/** What somebody wrote about how a book is run, as names and values in the order of the file, for whoever reads a report of it. */
import { assertNever } from '../core/base/result.ts'
import { type Path, pathText, type Tree } from './tree.ts'

/** Sections that say how a book decides, trades and is run; who it may hold and what it holds are elsewhere in a report. */
const SECTIONS = ['targets', 'policy', 'limits', 'costs', 'trade', 'market', 'backtest', 'study', 'stress']

export const settingsIn = (source: Tree): (readonly [string, string])[] =>
  source.kind === 'map'
    ? SECTIONS.flatMap((name) => {
        const entry = source.entries.get(name)
        return entry === undefined ? [] : settingsAt(entry.value, [name])
      })
    : []

function settingsAt(node: Tree, path: Path): (readonly [string, string])[] {
  switch (node.kind) {
    case 'scalar':
      return [[pathText(path), node.text]]
    case 'list':
      return node.items.every(({ kind }) => kind === 'scalar')
        ? [[pathText(path), node.items.map((item) => (item.kind === 'scalar' ? item.text : '')).join(', ')]]
        : node.items.flatMap((item, index) => settingsAt(item, [...path, index]))
    case 'map':
      return [...node.entries].flatMap(([key, { value }]) => settingsAt(value, [...path, key]))
    default:
      return assertNever(node)
  }
}
