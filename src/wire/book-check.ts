/**
 * The structural pass: a tree against the shape of a book. Every mistake becomes an issue with its line, and what the
 * shape refused is cut off, so that the semantic pass still sees the rest: one bad section hides no mistake of another.
 */
import { assertNever } from '../core/base/result.ts'
import { bookShape, type Draft } from './book-shape.ts'
import { nearest } from './scalar.ts'
import { alternatives, type Fields, type Shape, type Variants } from './shape.ts'
import { type BookIssue, lineOf, type MapNode, type Path, pathText, shown, type Tree } from './tree.ts'

export interface Shaped {
  readonly draft: Draft
  readonly issues: readonly BookIssue[]
}

/** What has the right shape; undefined where nothing has. */
type Plain = string | readonly Plain[] | { readonly [key: string]: Plain } | undefined

/** @returns what of the book has the right shape, and what has not. */
export function checkShape(tree: Tree): Shaped {
  const issues: BookIssue[] = []
  const plain = makeChecker(tree, issues)(bookShape, tree, [])
  // What is left was accepted branch by branch; any part may be absent in `Draft`.
  return { draft: (plain ?? {}) as Draft, issues }
}

type Check = (shape: Shape, node: Tree, path: Path) => Plain

/** A check of any part of `tree` that collects issues; its value is what the shape accepts. */
function makeChecker(tree: Tree, issues: BookIssue[]): Check {
  const report = (path: Path, issue: Omit<BookIssue, 'path' | 'line'>): undefined => {
    issues.push({ ...issue, path: pathText(path), line: lineOf(tree, path) })
  }
  const refuse = ({ must, hint }: { must: string; hint: string }, node: Tree | null, path: Path): undefined =>
    report(path, { code: codeOf(node), message: `must be ${must}, was ${describe(node)}`, hint })

  const check: Check = (shape, node, path) => {
    switch (shape.kind) {
      case 'leaf': {
        if (node.kind !== 'scalar') return refuse(shape, node, path)
        const refusal = shape.refuse(node.text)
        return refusal === null ? node.text : report(path, refusal)
      }
      case 'choice':
        return node.kind === 'scalar' && shape.words.includes(node.text) ? node.text : refuse(shape, node, path)
      case 'section':
        return node.kind === 'map' ? checkSection(shape.fields, node, path) : refuse(shape, node, path)
      case 'openSection':
        return node.kind === 'map' ? checkFields(shape.fields, shape.entry, node, path) : refuse(shape, node, path)
      case 'list':
        return node.kind === 'list'
          ? node.items.map((item, index) => check(shape.item, item, [...path, index]))
          : refuse(shape, node, path)
      case 'either':
        if (node.kind === 'scalar') return check(shape.short, node, path)
        return (node.kind === 'list') === (shape.long.kind === 'list')
          ? check(shape.long, node, path)
          : refuse(shape, node, path)
      case 'keyed':
        if (node.kind !== 'map') return refuse(shape, node, path)
        return check(node.entries.has(shape.key) ? shape.marked : shape.plain, node, path)
      case 'variants':
        return node.kind === 'map' ? checkVariants(shape, node, path) : refuse(shape, node, path)
      default:
        return assertNever(shape)
    }
  }

  const checkVariants = ({ variants, unknown }: Variants, node: MapNode, path: Path): Plain => {
    const written = node.entries.get('kind')?.value ?? null
    const meant = variants.find(({ fields }) => written?.kind === 'scalar' && fields.kind.words.includes(written.text))
    return meant === undefined ? refuse(unknown, written, [...path, 'kind']) : checkSection(meant.fields, node, path)
  }

  const checkSection = (fields: Fields, node: MapNode, path: Path): Plain => checkFields(fields, null, node, path)

  /** Keys that are not among the fields are checked as entries, or refused where there is no shape of an entry. */
  const checkFields = (fields: Fields, entry: Shape | null, node: MapNode, path: Path): Plain => {
    for (const [key, field] of Object.entries(fields))
      if (field.kind !== 'optional' && !node.entries.has(key)) refuse(field, null, [...path, key])
    const accepted = [...node.entries].map(([key, { value }]): [string, Plain] => {
      const field = fields[key] ?? entry
      const place = [...path, key]
      if (field === null) return [key, report(place, unknownKey(key, Object.keys(fields)))]
      // The name stays: what is written wrongly is not missing, and what refers to it is not unknown.
      return [key, check(field.kind === 'optional' ? field.shape : field, value, place)]
    })
    return Object.fromEntries(accepted)
  }
  return check
}

function unknownKey(key: string, known: readonly string[]): Omit<BookIssue, 'path' | 'line'> {
  const meant = nearest(key, known)
  return {
    code: 'key.unknown',
    message: `the key must be ${alternatives(known)}, was ${key}`,
    hint: meant === null ? 'remove it' : `did you mean ${meant}?`,
  }
}

const codeOf = (node: Tree | null): string =>
  node === null ? 'key.missing' : node.kind === 'scalar' && node.text !== '' ? 'value.invalid' : 'value.form'

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
