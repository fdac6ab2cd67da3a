/** Exact weights from float64 ones: the sum, the bounds and the distance are checked in rational arithmetic. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioOfText,
  ratioToNumber,
} from '../../../../src/core/base/ratio.ts'
import { exactWeights } from '../../../../src/core/sizing/targets/exact-weights.ts'

const r = (text: string): Ratio => ratioOfText(text)!
const free = (n: number) => ({ lower: new Array<null>(n).fill(null), upper: new Array<null>(n).fill(null) })
const sumOf = (weights: readonly Ratio[]): Ratio => weights.reduce(ratioAdd, RATIO_ZERO)

describe('exact weights', () => {
  test.each<[string, readonly number[], string, readonly string[]]>([
    ['thirds', [1 / 3, 1 / 3, 1 / 3], '1', ['0.333333333334', '0.333333333333', '0.333333333333']],
    ['too much', [2 / 3, 2 / 3], '1.3333333333333333', ['0.6666666666663333', '0.666666666667']],
    ['round ones', [0.5, 0.3], '0.8', ['0.5', '0.3']],
  ])('[TARGET-9] %s: %j with the total %s', (_, weight, total, expected) => {
    const exact = exactWeights(Float64Array.from(weight), r(total), free(weight.length))
    expect(exact.map((each, i) => ratioCompare(each, r(expected[i]!)))).toEqual(expected.map(() => 0))
  })

  test('[TARGET-9] a weight on a bound is the bound, and the rest goes where there is room', () => {
    const upper = [r('0.1'), r('0.4'), null]
    const exact = exactWeights(Float64Array.of(0.1, 0.39999999999999, 0.5), r('1'), {
      lower: [RATIO_ZERO, null, RATIO_ZERO],
      upper,
    })
    expect(ratioCompare(exact[0]!, r('0.1'))).toBe(0)
    expect(ratioCompare(exact[1]!, r('0.4'))).toBeLessThanOrEqual(0)
    expect(ratioCompare(sumOf(exact), r('1'))).toBe(0)
  })

  test('[TARGET-9] the sum is the total, the bounds hold, and weights move by 10⁻¹² a piece at most', () => {
    const part = fc.integer({ min: 0, max: 10 ** 9 })
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part, part), { minLength: 1, maxLength: 12 }), part, (rows, share) => {
        // Bounds are decimals; the weights lie between them, a share of the way each, and the total is their sum.
        const lower = rows.map(([a, b]) => r(`${Math.min(a, b)}e-10`))
        const upper = rows.map(([a, b]) => r(`${Math.max(a, b)}e-10`))
        const t = share / 10 ** 9
        const weight = Float64Array.from(rows, (_, i) => {
          const [from, to] = [ratioToNumber(lower[i]!), ratioToNumber(upper[i]!)]
          return Math.min(to, Math.max(from, from + t * (to - from)))
        })
        const total = sumOf(
          rows.map((_, i) => {
            const [from, to] = [lower[i]!, upper[i]!]
            const way = ratioToNumber(to) - ratioToNumber(from)
            const between = r((ratioToNumber(from) + t * way).toFixed(11))
            return ratioCompare(between, from) < 0 ? from : ratioCompare(between, to) > 0 ? to : between
          }),
        )
        const exact = exactWeights(weight, total, { lower, upper })
        expect(ratioCompare(sumOf(exact), total)).toBe(0)
        exact.forEach((each, i) => {
          expect(ratioCompare(each, lower[i]!)).toBeGreaterThanOrEqual(0)
          expect(ratioCompare(each, upper[i]!)).toBeLessThanOrEqual(0)
          expect(Math.abs(ratioToNumber(each) - weight[i]!)).toBeLessThan(12 * rows.length * 1e-11)
        })
      }),
      { seed: 20261125 },
    )
  })
})
