import { describe, expect, test } from 'vitest'
import { BOOK_BYTES_MAX, lineOf, lineOfPath, NODES_MAX, parseTree, type Tree } from '../../src/wire/tree.ts'
import { edit, issuesOf, SMALL } from './books.ts'

const treeOf = (text: string): Tree => {
  const parsed = parseTree(text)
  if (!parsed.ok) throw new Error(parsed.error[0]!.message)
  return parsed.value.tree
}

const textAt = (tree: Tree, ...path: (string | number)[]): string => {
  let node = tree
  for (const step of path)
    node =
      node.kind === 'map'
        ? node.entries.get(String(step))!.value
        : node.kind === 'list'
          ? node.items[Number(step)]!
          : node
  return node.kind === 'scalar' ? node.text : node.kind
}

/** Nine levels of ten aliases each: a kilobyte that says a billion values. */
const BOMB = [...'abcdefghi'].reduce(
  (text, name, level) =>
    `${text}${name}: &${name} [${Array(10)
      .fill(level === 0 ? 'x' : `*${'abcdefghi'[level - 1]}`)
      .join(', ')}]\n`,
  '',
)

describe('reading text into a tree', () => {
  test('[BOOK-2] scalars are the text that was written', () => {
    const tree = treeOf(
      'a: 1.09375\nb: 0x10\nc: 1_000\nd: 0.1000\ne: yes\nf: ~\ng: "1.0"\nh: 2026-03-01\ni: 1e-8\nj: .5\nk:\n',
    )
    const texts = [...'abcdefghijk'].map((key) => textAt(tree, key))
    expect(texts).toEqual(['1.09375', '0x10', '1_000', '0.1000', 'yes', '~', '1.0', '2026-03-01', '1e-8', '.5', ''])
  })

  test('[BOOK-2] JSON reads as YAML does, digit for digit', () => {
    const tree = treeOf('{\n\t"a": 0.30000000000000004,\n\t"b": [1.10, "\\u0041\\/"],\n\t"c": null\n}')
    expect([textAt(tree, 'a'), textAt(tree, 'b', 0), textAt(tree, 'b', 1), textAt(tree, 'c')]).toEqual([
      '0.30000000000000004',
      '1.10',
      'A/',
      'null',
    ])
  })

  test('[BOOK-3] every node knows its line, and a path that is not there the line of what is nearest', () => {
    const tree = treeOf('a: 1\nb:\n  c: 2\n  d:\n    - 3\n    - e.f: 4\n')
    const lines = [
      ['a'],
      ['b'],
      ['b', 'c'],
      ['b', 'd', 1],
      ['b', 'd', 1, 'e.f'],
      ['b', 'nothing'],
      ['nothing', 'at', 'all'],
    ].map((path) => lineOf(tree, path))
    expect(lines).toEqual([1, 2, 3, 6, 6, 2, 1])
    expect(['a', 'b.c', 'b.d[1]', 'b.d[1].e.f', 'b.nothing', ''].map((path) => lineOfPath(tree, path))).toEqual([
      1, 3, 6, 6, 2, 1,
    ])
  })

  test('[BOOK-3] an anchor and its aliases are one value', () => {
    const tree = treeOf('a: &x { b: 1.10 }\nc: *x\n')
    expect(textAt(tree, 'c', 'b')).toBe('1.10')
  })

  const big = (size: number): string => `a: ${'x'.repeat(size - 3)}`
  test.each<[string, string, string]>([
    ['empty', '', '1 book.empty'],
    ['blank', ' \n\t\n', '1 book.empty'],
    ['NUL', 'a: 1\nb: \u0000', '2 book.binary'],
    ['an image', '\u0089PNG\r\n\u001a\n', '2 book.binary'],
    ['100 MB', big(100 * 1024 * 1024), '1 book.too-large'],
    ['one byte too many', big(BOOK_BYTES_MAX + 1), '1 book.too-large'],
    ['brackets without end', '['.repeat(1_000_000), '1 book.too-deep'],
    ['33 maps', Array.from({ length: 34 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), '1 book.too-deep'],
    ['4,000 dashes', '- '.repeat(4_000), '1 book.too-deep'],
    ['a YAML bomb', BOMB, '1 book.too-many'],
    ['an alias inside its anchor', 'a: &x [*x, *x]', '1 book.too-deep'],
    ['many values', `[${'1,'.repeat(NODES_MAX)}]`, '1 book.too-many'],
    ['an unknown alias', 'a: 1\nb: *nobody', '2 book.alias'],
    ['two documents', 'a: 1\n---\nb: 2\n', '2 book.documents'],
    ['a directive', '%YAML 1.1\n---\na: 1\n', '1 book.directive'],
    ['an open bracket', 'a: [1, 2\nb: 3\n', '2 book.syntax'],
  ])('[BOOK-4] %s is refused', (_, text, expected) => {
    const parsed = parseTree(text)
    expect(parsed.ok ? 'read' : `${parsed.error[0]!.line} ${parsed.error[0]!.code}`).toBe(expected)
  })

  test('[BOOK-4] what is just within the limits is read', () => {
    expect(parseTree(big(BOOK_BYTES_MAX)).ok).toBe(true)
    expect(parseTree(`[${'1,'.repeat(NODES_MAX - 2)}1]`).ok).toBe(true)
    expect(parseTree(`${'['.repeat(32)}1${']'.repeat(32)}`).ok).toBe(true)
    expect(parseTree('\ufeffa: 1\r\nb: 2\r\n').ok).toBe(true)
  })

  test.each<[string, string, string]>([
    ['a tag', 'a: !!float 1', '1 book.tag a: a value must have no tag, was "tag:yaml.org,2002:float"'],
    ['binary', 'a: !!binary aGk=', '1 book.tag a: a value must have no tag, was "tag:yaml.org,2002:binary"'],
    ['a merge key', 'a: 1\n<<: { b: 2 }', '2 book.merge "<<": a key must be a name, was the merge key <<'],
    ['a map as key', '? [a, b]\n: 1', '1 key.invalid : a key must be a plain name, was a map, a list or an alias'],
    ['a key twice', 'a: 1\nb: 2\na: 3', '3 key.duplicate a: a key must appear once, was already on line 1'],
    [
      'an inherited name',
      'toString: 1',
      '1 key.invalid toString: a key must be a name of at most 64 letters, digits and . _ : / @ + # -, was "toString"',
    ],
    [
      'an escape',
      '"\\u001b[31mBTC": 1',
      '1 key.invalid "\\u001b[31mBTC": a key must be a name of at most 64 letters, digits and . _ : / @ + # -, was "\\u001b[31mBTC"',
    ],
  ])('[BOOK-5] %s is named and the rest is still read', (_, text, expected) => {
    const parsed = parseTree(text)
    expect(
      parsed.ok && parsed.value.issues.map(({ line, code, path, message }) => `${line} ${code} ${path}: ${message}`),
    ).toEqual([expected])
  })

  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('')
  test.each<[string, string, string]>([
    [
      '501 instruments',
      edit(SMALL, [['instruments:\n', `instruments:\n${many(499, (index) => `  I${index}: { kind: spot }\n`)}`]]),
      'book.too-many-instruments instruments',
    ],
    [
      '10,000 unknown positions',
      edit(SMALL, [['{ BTC: 1.09375, ETH: 6.25 }', `{ ${many(10_000, (index) => `X${index}: 1, `)}}`]]),
      'instrument.unknown positions.X0',
    ],
    [
      '10,000 tags',
      edit(SMALL, [['{ BTC: 1.09375, ETH: 6.25 }', `{ ${many(10_000, (index) => `X${index}: !x 1, `)}}`]]),
      'book.tag positions.X0',
    ],
  ])('[BOOK-4] %s are answered in bounded time and space', (_, text, expected) => {
    const found = issuesOf(text)
    expect(found.some((line) => line.includes(` ${expected}:`))).toBe(true)
  })

  test('[BOOK-5] a mistake of form hides no other', () => {
    const found = issuesOf(
      edit(SMALL, [
        ['ETH: 6.25', 'BTC: 6.25'],
        ['gross: 100%', 'grss: 100%'],
        ['ETH: 3200', 'ETH: 0'],
      ]),
    )
    expect(found.map((line) => line.split(':')[0])).toEqual([
      '5 key.duplicate positions.BTC',
      '8 key.unknown limits.grss',
      '13 price.not-positive market.prices.ETH',
    ])
  })
})
