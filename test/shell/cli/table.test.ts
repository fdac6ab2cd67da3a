import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawBars } from '../../../src/shell/cli/bars.ts'
import { type Column, renderTable } from '../../../src/shell/cli/table.ts'
import { printable, truncate, widthOf, wrap } from '../../../src/shell/cli/text.ts'

const plain = { columns: 80, color: false }
const COLUMNS: Column[] = [
  { heading: 'name', align: 'left', shortenTo: 6 },
  { heading: 'size', align: 'right' },
  { heading: 'note', align: 'left', drop: 2 },
  { heading: 'cost', align: 'right', drop: 1 },
]
const picture = (lines: readonly string[]): string => `\n${lines.join('\n')}\n`

describe('table', () => {
  it('[CLI-5] aligns names left and numbers right', () => {
    const rows = [
      ['BTC', '1.5', 'held', '12.00'],
      ['SOL', '1,250', '', '3.50'],
    ]
    expect(picture(renderTable(COLUMNS, rows, plain))).toBe(`
  name   size  note   cost
  BTC     1.5  held  12.00
  SOL   1,250         3.50
`)
  })

  it('[CLI-6] drops the least important columns first, then shortens names, then prints lists; numbers stay whole', () => {
    const rows = [['BTC-27MAR26-60000-C', '123,456.789', 'a long note about it', '12.00']]
    expect(picture(renderTable(COLUMNS, rows, { ...plain, columns: 50 }))).toBe(`
  name                        size   cost
  BTC-27MAR26-60000-C  123,456.789  12.00
`)
    expect(picture(renderTable(COLUMNS, rows, { ...plain, columns: 30 }))).toBe(`
  name                    size
  BTC-27MAR26-60…  123,456.789
`)
    expect(picture(renderTable(COLUMNS, rows, { ...plain, columns: 21 }))).toBe(`
  name           size
  BTC-2…  123,456.789
`)
    expect(picture(renderTable(COLUMNS, rows, { ...plain, columns: 20 }))).toBe(`
name
BTC-27MAR26-60000-C
      size
      123,456.789
      note  a long
      note about it
      cost  12.00
`)
  })

  it('[CLI-7] counts display cells: wide characters take two, marks none', () => {
    expect(widthOf('ビットコイン')).toBe(12)
    expect(widthOf('e\u0301')).toBe(1)
    expect(truncate('ビットコイン', 7)).toBe('ビット…')
    expect(
      picture(
        renderTable(
          COLUMNS.slice(0, 2),
          [
            ['比特', '1'],
            ['BTC', '22'],
          ],
          plain,
        ),
      ),
    ).toBe(`
  name  size
  比特     1
  BTC     22
`)
  })

  it('[CLI-8] never lets a control character of a name reach the terminal', () => {
    expect(printable('A\u001b[31mB\u0007C\n')).toBe('AB?C?')
  })

  it('[CLI-6] property: no line is wider than the screen and no number is cut', () => {
    const cell = fc.string({ maxLength: 30, unit: 'grapheme' }).map((text) => text.replace(/\s/g, ''))
    const number = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, number, cell, number), { maxLength: 6 }),
        fc.integer({ min: 40, max: 120 }),
        (rows, columns) => {
          const lines = renderTable(COLUMNS, rows, { columns, color: false })
          expect(Math.max(0, ...lines.map(widthOf))).toBeLessThanOrEqual(columns)
          for (const [, size] of rows) expect(lines.join('\n')).toContain(size)
        },
      ),
      { seed: 7, numRuns: 200 },
    )
  })

  it('[CLI-9] colours only when told to, and colour changes no alignment', () => {
    const rows = [[{ text: 'BTC', tone: 'good' as const }, '1']]
    const colored = renderTable(COLUMNS.slice(0, 2), rows, { columns: 80, color: true })
    expect(colored.join('')).toContain('\u001b[32m')
    expect(colored.map(widthOf)).toEqual(renderTable(COLUMNS.slice(0, 2), rows, plain).map(widthOf))
    expect(renderTable(COLUMNS.slice(0, 2), rows, plain).join('')).not.toContain('\u001b')
  })
})

describe('wrap', () => {
  it('[CLI-6] breaks at blanks, hangs what follows and cuts only a word wider than the line', () => {
    expect(wrap('  because one two three', 14, '    ')).toEqual(['  because one', '    two three'])
    expect(wrap('abcdefgh', 4)).toEqual(['abcd', 'efgh'])
    expect(wrap('', 10)).toEqual([''])
    expect(wrap('inside the band of 10.0 %, so', 23)).toEqual(['inside the band of', '10.0 %, so'])
    expect(wrap('  a    b', 10)).toEqual(['  a    b'])
  })
  it('[CLI-6] property: no line is too wide and no character but blanks is lost', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'b', ' ', '比') }),
        fc.integer({ min: 3, max: 30 }),
        (text, width) => {
          const lines = wrap(text, width, ' ')
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width)
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
        },
      ),
      { seed: 3, numRuns: 300 },
    )
  })
})

describe('bars', () => {
  const draw = (values: number[], bands: number[] | null = null): string =>
    picture(drawBars(values, { width: 12, bands }).map((bar) => bar.trimEnd()))
  it('[CLI-10] draws too much to the right and too little to the left of one zero', () => {
    expect(draw([0.2, -0.1, -0.1])).toBe(`
    |########
####|
####|
`)
    expect(draw([0, 0])).toBe(`
|
|
`)
  })
  it('[CLI-11] marks the edges of the band each value is held against', () => {
    expect(draw([0.2, -0.1, 0.05], [0.1, 0.1, 0.1])).toBe(`
[    |####]####
[####|    ]
[    |##  ]
`)
  })
  it('[CLI-10] property: all bars are equally wide and longer means more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (values, banded) => {
          const bars = drawBars(values, { width: 12, bands: banded ? values.map(() => 0.5) : null })
          expect(new Set(bars.map((bar) => bar.length)).size).toBe(1)
          expect(bars[0]!.length).toBeLessThanOrEqual(12 + 2 + (banded ? 3 : 1))
          const filled = bars.map((bar) => bar.replaceAll(/[^#]/g, '').length)
          values.forEach((a, i) => {
            values.forEach((b, j) => {
              if (Math.sign(a) === Math.sign(b) && Math.abs(a) >= Math.abs(b))
                expect(filled[i]).toBeGreaterThanOrEqual(filled[j]!)
            })
          })
        },
      ),
      { seed: 11, numRuns: 200 },
    )
  })
})
