/** Targets that move: exact. */
import { describe, expect, test } from 'vitest'
import { type Ratio, ratioCompare, ratioOfText } from '../../../../src/core/base/ratio.ts'
import { glidePathWeights } from '../../../../src/core/sizing/targets/moving-target.ts'
import { codesOf, unwrap } from './markets.ts'

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
