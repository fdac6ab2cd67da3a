/** Widths by name and widths made from targets: exact. */
import { describe, expect, test } from 'vitest'
import { RATIO_ZERO, type Ratio, ratioCompare, ratioOfText, ratioToNumber } from '../../../../src/core/base/ratio.ts'
import {
  hybridWidth,
  hybridWidthOfTarget,
  widthPerUnderlying,
} from '../../../../src/core/sizing/targets/band-widths.ts'
import { codesOf, messageOf, unwrap } from './markets.ts'

const r = (text: string): Ratio => ratioOfText(text)!

describe('hybrid widths', () => {
  const width = { part: r('0.2'), least: r('0.01') }

  test.each([
    ['0.4', '0.08'],
    ['0.05', '0.01'],
    ['0.03', '0.01'],
    ['0', '0.01'],
    ['-0.3', '0.06'],
  ])('[TARGET-8] the larger of 20 %% of the target %s and one point is exactly %s', (target, expected) => {
    expect(ratioCompare(hybridWidth(width, r(target)), r(expected))).toBe(0)
  })

  test.each([
    ['0.4', '0.05', 0.2],
    ['0.05', '0.05', 0.2],
    ['0.02', '0.05', 0.2],
    ['0.02', '0.01', 0.5],
    ['0', '0.04', 0.25],
  ])(
    '[TARGET-8] of a target %s with floor %s the same band is %d of max(|target|, floor)',
    (target, floor, expected) => {
      expect(ratioToNumber(hybridWidthOfTarget(width, r(target), r(floor)))).toBe(expected)
    },
  )
})

describe('widths by name', () => {
  const underlyings = ['BTC', 'DOGE', 'ETH', 'SOL']
  const groups = [
    { name: 'all', members: [0, 1, 2, 3] },
    { name: 'majors', members: [0, 2] },
  ]
  const widths = (width: Readonly<Record<string, number>>) =>
    widthPerUnderlying({ underlyings, groups, width: new Map(Object.entries(width)) })

  test('[TARGET-8] an underlying has its own width, else that of its group', () => {
    expect(unwrap(widths({ majors: 2, SOL: 3, DOGE: 4 }))).toEqual([2, 4, 2, 3])
    expect(unwrap(widths({ majors: 2, ETH: 1, SOL: 3, DOGE: 4 }))).toEqual([2, 4, 1, 3])
    expect(unwrap(widths({ all: 5 }))).toEqual([5, 5, 5, 5])
  })

  test('[TARGET-8] who has no width, or two by its groups, is refused by name', () => {
    const none = widths({ majors: 2, SOL: 3 })
    expect(codesOf(none)).toEqual(['width.missing'])
    expect(messageOf(none)).toContain('DOGE must have a width')
    const two = widths({ all: 5, majors: 2, BTC: 1 })
    expect(codesOf(two)).toEqual(['width.twice'])
    expect(messageOf(two)).toContain('ETH must have one width, was given one by all and one by majors')
  })

  test('[TARGET-8] a width of 0 is a width', () => {
    const none = hybridWidth({ part: RATIO_ZERO, least: RATIO_ZERO }, r('0.5'))
    expect(none.n).toBe(0n)
  })
})
