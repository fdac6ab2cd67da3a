/** Targets that move and widths made from targets: exact. */
import { describe, expect, test } from 'vitest'
import { type Ratio, ratioCompare, ratioOfText } from '../../../../src/core/base/ratio.ts'
import { glidePathWeights, groupWidths, hybridWidths } from '../../../../src/core/sizing/targets/moving-target.ts'
import { codesOf, messageOf, unwrap } from './markets.ts'

const ratios = (...texts: string[]): Ratio[] => texts.map((text) => ratioOfText(text)!)
const expectExact = (found: readonly Ratio[], ...texts: string[]): void => {
  expect(found).toHaveLength(texts.length)
  ratios(...texts).forEach((value, i) => {
    expect(ratioCompare(found[i]!, value)).toBe(0)
  })
}

describe('glide path', () => {
  const path = { from: ratios('0.6', '0.4'), to: ratios('0.2', '0.8'), start: 1_000_000, end: 1_000_400 }

  test.each([
    [0, '0.6', '0.4'],
    [1_000_000, '0.6', '0.4'],
    [1_000_100, '0.5', '0.5'],
    [1_000_399, '0.201', '0.799'],
    [1_000_400, '0.2', '0.8'],
    [2_000_000, '0.2', '0.8'],
  ])('[TARGET-7] at %d the target is exactly %s and %s', (asOf, first, second) => {
    expectExact(unwrap(glidePathWeights(path, asOf)), first, second)
  })

  test('[TARGET-7] a path that ends before it starts is refused', () => {
    expect(codesOf(glidePathWeights({ ...path, end: 1_000_000 }, 0))).toEqual(['target.glide'])
  })
})

describe('widths', () => {
  test('[TARGET-8] hybrid: the larger of 20 % of the target and one point, exactly', () => {
    const [relative, least] = ratios('0.2', '0.01') as [Ratio, Ratio]
    const widths = unwrap(hybridWidths(ratios('0.4', '0.05', '0.03', '0', '-0.3'), { relative, least }))
    expectExact(widths, '0.08', '0.01', '0.01', '0.01', '0.06')
    expect(codesOf(hybridWidths([], { relative, least: ratioOfText('-0.01')! }))).toEqual(['target.width'])
  })

  test('[TARGET-8] each asset has the width of its group; who has none is refused by name', () => {
    const groupOf = new Map([
      ['BTC', 'majors'],
      ['ETH', 'majors'],
      ['DOGE', 'memes'],
      ['PEPE', 'memes'],
    ])
    const width = new Map([['majors', ratioOfText('0.02')!]])
    expectExact(unwrap(groupWidths({ names: ['ETH', 'BTC'], groupOf, width })), '0.02', '0.02')
    const refused = groupWidths({ names: ['DOGE', 'BTC', 'PEPE', 'SOL'], groupOf, width })
    expect(codesOf(refused)).toEqual(['target.no-width', 'target.no-group'])
    expect(messageOf(refused)).toContain('"memes"')
    expect(messageOf(refused)).toContain('SOL must be in a group')
    const below = groupWidths({ names: ['BTC'], groupOf, width: new Map([['majors', ratioOfText('-1')!]]) })
    expect(messageOf(below)).toContain('was below 0')
  })
})
