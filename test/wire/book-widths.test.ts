/** Groups of a book, and the widths of bands by underlying, by group and as a part of the target. */
import { describe, expect, test } from 'vitest'
import { ratioToNumber } from '../../src/core/base/ratio.ts'
import { planInputs } from '../../src/wire/book.ts'
import { bookOf, edit, FULL, issuesOf, SMALL } from './books.ts'

const GROUPS = 'groups: { majors: [ETH, BTC], rest: [SOL] }\n'
/** FULL has the targets BTC 50 %, ETH −5 %, SOL 10 %. */
const banded = (unit: string, width: string, floor = ''): string =>
  edit(FULL + GROUPS, [
    [
      'policy: { kind: band, unit: relative, width: { BTC: 10%, ETH: 15%, SOL: 20% }, floor: 1%, to: target }',
      `policy: { kind: band, unit: ${unit}, width: ${width}, ${floor}to: target }`,
    ],
  ])

describe('widths of bands', () => {
  test.each([
    ['weight', '10%', '', [0.1, 0.1, 0.1]],
    ['weight', '{ BTC: 10%, ETH: 5%, SOL: 0% }', '', [0.1, 0.05, 0]],
    ['weight', '{ majors: 10%, rest: 2% }', '', [0.1, 0.1, 0.02]],
    ['volatility', '{ majors: 10%, ETH: 4%, SOL: 2% }', '', [0.1, 0.04, 0.02]],
    ['weight', '{ part: 20%, least: 2% }', '', [0.1, 0.02, 0.02]],
    ['weight', '{ majors: { part: 20%, least: 2% }, SOL: 7% }', '', [0.1, 0.02, 0.07]],
    ['relative', '{ majors: 20%, SOL: 30% }', 'floor: 1%, ', [0.2, 0.2, 0.3]],
    ['relative', '{ part: 20%, least: 2% }', 'floor: 1%, ', [0.2, 0.4, 0.2]],
    [
      'relative',
      '{ majors: { part: 20%, least: 2% }, rest: { part: 0%, least: 2% } }',
      'floor: 20%, ',
      [0.2, 0.1, 0.1],
    ],
  ])('[BOOK-22] unit %s, width %s', (unit, width, floor, expected) => {
    const { policy } = bookOf(banded(unit, width, floor))
    expect(policy).toMatchObject({ kind: 'band', unit })
    if (policy?.kind === 'band' && policy.unit !== 'risk') expect(policy.width.map(ratioToNumber)).toEqual(expected)
  })

  test.each([
    ['weight', '{ part: 20% }', 'policy.width policy.width: must have part and least and nothing else, was part'],
    ['weight', '{ part: 20%, least: 1%, BTC: 2% }', 'must have part and least and nothing else, was BTC, least, part'],
    ['volatility', '{ part: 20%, least: 1% }', 'must be a plain width with unit volatility'],
    ['risk', '{ part: 20%, least: 1% }', 'must be one number with unit risk'],
    ['weight', '{ majors: 10% }', 'width.missing policy.width.SOL: SOL must have a width'],
    [
      'weight',
      '{ majors: 10%, memes: 1%, SOL: 1% }',
      'name.unknown policy.width.memes: must be an underlying or a group',
    ],
    ['weight', '{ majors: { part: 20% }, SOL: 1% }', 'key.missing policy.width.majors.least'],
  ])('[BOOK-22] unit %s, width %s is refused: %s', (unit, width, message) => {
    const found = issuesOf(banded(unit, width))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})

describe('groups', () => {
  const grouped = (groups: string): string => `${SMALL}groups: ${groups}\n`

  test.each([
    ['{ BTC: [ETH] }', 'group.name groups.BTC'],
    ['{ majors: [] }', 'group.empty groups.majors'],
    ['{ majors: [BTC, ETH, BTC] }', 'group.duplicate groups.majors[2]'],
    ['{ majors: [BTC, DOGE] }', 'underlying.unknown groups.majors[1]'],
    ['{ majors: BTC }', 'value.invalid groups.majors'],
  ])('[BOOK-22] groups %s are refused: %s', (groups, message) => {
    const found = issuesOf(grouped(groups))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('[BOOK-22] what refers to a group that was refused is not unknown as well', () => {
    const text = edit(grouped('{ majors: BTC }'), [
      ['{ kind: full }', '{ kind: band, unit: weight, width: { majors: 5%, BTC: 5%, ETH: 5% }, to: edge }'],
    ])
    expect(issuesOf(text)).toHaveLength(1)
  })

  test('[BOOK-14] the order of groups and of their members changes no hash', () => {
    const policy: [string, string] = [
      '{ kind: full }',
      '{ kind: band, unit: weight, width: { a: 5%, b: 4% }, to: edge }',
    ]
    const hash = (groups: string): string => {
      const book = bookOf(edit(grouped(groups), [policy]))
      return planInputs(book, book.policy!).hashes.mandate
    }
    expect(hash('{ a: [BTC], b: [ETH] }')).toBe(hash('{ b: [ETH], a: [BTC] }'))
  })
})
