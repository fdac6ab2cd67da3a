/** The float64 nearest to a quotient, against the clear computation of it: integers alone, rounded once. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { divideInteger, divideToNumber, fromUnits, type Rounding, toNumber } from '../../../src/core/base/decimal.ts'
import { type Ratio, ratioAdd, ratioMultiply, ratioSubtract, reduce } from '../../../src/core/base/ratio.ts'

const RUNS = { seed: 20_260_301, numRuns: 4000 }

/** n/d by a quotient of 60 bits or more whose last bit says whether something was cut off. d > 0 */
function divideSlowly(n: bigint, d: bigint): number {
  const magnitude = n < 0n ? -n : n
  const bits = (a: bigint): number => a.toString(2).length
  const shift = BigInt(Math.max(0, 62 + bits(d) - bits(magnitude)))
  const quotient = (magnitude << shift) / d
  const cut = quotient * d === magnitude << shift ? 0n : 1n
  const near = Number((quotient << 3n) | cut) / 8 / 2 ** Number(shift)
  return n < 0n ? -near : near
}

const sized = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 1n, max: 1n << BigInt(bits) })
const magnitude = fc.oneof(...[8, 53, 54, 64, 90, 140, 300, 480, 490].map(sized))

describe('number oracle', () => {
  test('a quotient of integers of any size', () => {
    fc.assert(
      fc.property(magnitude, magnitude, fc.boolean(), (n, d, negative) => {
        const signed = negative ? -n : n
        expect(divideToNumber(signed, d)).toBe(divideSlowly(signed, d))
      }),
      RUNS,
    )
  })

  test('quotients at and next to the middle of two float64', () => {
    const mantissa = fc.bigInt({ min: 1n << 52n, max: (1n << 53n) - 1n })
    fc.assert(
      fc.property(mantissa, magnitude, fc.constantFrom(-1n, 0n, 1n), fc.nat(60), (m, d, off, power) => {
        const n = (((2n * m + 1n) * d) << BigInt(power)) + off
        expect(divideToNumber(n, d)).toBe(divideSlowly(n, d))
        expect(divideToNumber(n, d << BigInt(power))).toBe(divideSlowly(n, d << BigInt(power)))
      }),
      RUNS,
    )
  })

  test('decimals of 8 and of 18 places', () => {
    fc.assert(
      fc.property(sized(110), (units) => {
        for (const each of [units, -units, units * 10n ** 10n, 2n ** 53n + (units & 3n)])
          expect(toNumber(fromUnits(each))).toBe(divideSlowly(each, 10n ** 18n))
      }),
      RUNS,
    )
  })

  test('integer quotients keep n = quotient·d + remainder in every rounding', () => {
    const modes: readonly Rounding[] = ['down', 'up', 'floor', 'ceiling', 'halfUp', 'halfEven']
    fc.assert(
      fc.property(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.bigInt({ min: -50n, max: 50n }), (n, d) => {
        if (d === 0n) return
        const exact = Number(n) / Number(d)
        const floor = Math.floor(exact)
        const part = exact - floor
        const even = floor % 2 === 0 ? floor : floor + 1
        const nearest = part < 0.5 ? floor : floor + 1
        const expected = {
          down: Math.trunc(exact),
          up: exact < 0 ? floor : Math.ceil(exact),
          floor,
          ceiling: Math.ceil(exact),
          halfUp: part === 0.5 ? (exact < 0 ? floor : floor + 1) : nearest,
          halfEven: part === 0.5 ? even : nearest,
        }
        for (const mode of modes) expect(Number(divideInteger(n, d, mode))).toBe(expected[mode] + 0)
      }),
      RUNS,
    )
  })

  test('sums of ratios, whatever their denominators have in common', () => {
    const ratios = fc.record({ n: fc.bigInt({ min: -1000n, max: 1000n }), d: fc.bigInt({ min: 1n, max: 60n }) })
    const slow = (a: Ratio, b: Ratio): Ratio => reduce({ n: a.n * b.d + b.n * a.d, d: a.d * b.d })
    const lowest = (a: Ratio): Ratio => (a.n === 0n ? { n: 0n, d: 1n } : reduce(a))
    fc.assert(
      fc.property(ratios, ratios, (a, b) => {
        expect(lowest(ratioAdd(a, b))).toEqual(lowest(slow(a, b)))
        expect(lowest(ratioSubtract(a, b))).toEqual(lowest(slow(a, ratioMultiply(b, { n: -1n, d: 1n }))))
      }),
      RUNS,
    )
  })
})
