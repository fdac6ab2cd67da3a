import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioOfText,
} from '../../../../src/core/base/ratio.ts'
import { indexWeights } from '../../../../src/core/sizing/targets/index-weights.ts'

const r = (text: string): Ratio => ratioOfText(text)!
const sizes = (...texts: string[]): Ratio[] => texts.map(r)
const same = (a: Ratio, b: Ratio): boolean => ratioCompare(a, b) === 0
const weights = (size: readonly Ratio[], total: string, max: string | null): Ratio[] => {
  const found = indexWeights(size, { total: r(total), max: max === null ? null : r(max) })
  if (!found.ok) throw new Error(found.error[0]!.message)
  return found.value
}

test('[TARGET-40] index weights are in proportion to size, none above the greatest; what is cut off goes to the others in proportion', () => {
  expect(weights(sizes('6', '3', '1'), '1', null).map(({ n, d }) => [n, d])).toEqual([
    [3n, 5n],
    [3n, 10n],
    [1n, 10n],
  ])
  // 60 % is cut to 50 %; 30 and 10 share 50 % as 3 to 1, and 37.5 % stays below 50 %.
  expect(weights(sizes('6', '3', '1'), '1', '0.5').map(({ n, d }) => [n, d])).toEqual([
    [1n, 2n],
    [3n, 8n],
    [1n, 8n],
  ])
  // The second is above only once the first has been cut.
  expect(weights(sizes('6', '3', '1'), '1', '0.35').map(({ n, d }) => [n, d])).toEqual([
    [7n, 20n],
    [7n, 20n],
    [3n, 10n],
  ])
  expect(indexWeights(sizes('6', '3'), { total: r('1'), max: r('0.4') })).toMatchObject({
    ok: false,
    error: [{ code: 'target.bounds-total' }],
  })
})

test('[TARGET-40] index weights sum to exactly the total, keep the order of sizes, and are in proportion among those not cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 1, max: 150 }),
      (caps, above, percent) => {
        const size = caps.map((n): Ratio => ({ n, d: 1n }))
        const total = { n: BigInt(percent), d: 100n }
        // From just enough for all to be equal up to no greatest weight at all.
        const max = ratioMultiply(total, { n: BigInt(100 + above), d: BigInt(100 * size.length) })
        const found = indexWeights(size, { total, max })
        if (!found.ok) return false
        const weight = found.value
        const free = weight.flatMap((w, i) => (same(w, max) ? [] : [i]))
        return (
          same(weight.reduce(ratioAdd, RATIO_ZERO), total) &&
          weight.every((w) => ratioCompare(w, max) <= 0) &&
          weight.every((w, i) => weight.every((v, j) => caps[i]! <= caps[j]! || ratioCompare(w, v) >= 0)) &&
          free.every((i) =>
            same(ratioMultiply(weight[i]!, size[free[0]!]!), ratioMultiply(weight[free[0]!]!, size[i]!)),
          )
        )
      },
    ),
    { seed: 31 },
  )
})
