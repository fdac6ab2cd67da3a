import { Decimal as DecimalJs } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absolute, decimal, fromUnits, type Rounding, roundTo, toText, ZERO } from '../../../src/core/base/decimal.ts'
import {
  RATIO_ONE,
  RATIO_ZERO,
  type Ratio,
  ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioOfNumber,
  ratioOfText,
  ratioRoundTo,
  ratioSign,
  ratioSubtract,
  ratioToDecimal,
  ratioToNumber,
  reduce,
} from '../../../src/core/base/ratio.ts'

const seeded = { seed: 20260301, numRuns: 500 }
const MODES: readonly Rounding[] = ['down', 'up', 'floor', 'ceiling', 'halfUp', 'halfEven']

const anyInteger = fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }))
const anyRatio: fc.Arbitrary<Ratio> = fc
  .tuple(
    anyInteger,
    anyInteger.filter((d) => d !== 0n),
  )
  .map(([n, d]) => ratio(n, d))
const equal = (a: Ratio, b: Ratio): boolean => a.n * b.d === b.n * a.d

describe('ratio arithmetic', () => {
  test('[BASE-7] the laws of a field', () => {
    fc.assert(
      fc.property(anyRatio, anyRatio, anyRatio, (a, b, c) => {
        expect(equal(ratioAdd(a, b), ratioAdd(b, a))).toBe(true)
        expect(equal(ratioMultiply(a, b), ratioMultiply(b, a))).toBe(true)
        expect(equal(ratioAdd(ratioAdd(a, b), c), ratioAdd(a, ratioAdd(b, c)))).toBe(true)
        expect(equal(ratioMultiply(ratioMultiply(a, b), c), ratioMultiply(a, ratioMultiply(b, c)))).toBe(true)
        expect(equal(ratioMultiply(a, ratioAdd(b, c)), ratioAdd(ratioMultiply(a, b), ratioMultiply(a, c)))).toBe(true)
        expect(equal(ratioAdd(a, RATIO_ZERO), a) && equal(ratioMultiply(a, RATIO_ONE), a)).toBe(true)
        expect(equal(ratioAdd(a, ratioNegate(a)), RATIO_ZERO)).toBe(true)
        expect(equal(ratioSubtract(a, b), ratioAdd(a, ratioNegate(b)))).toBe(true)
        if (ratioSign(b) !== 0) expect(equal(ratioMultiply(ratioDivide(a, b), b), a)).toBe(true)
        for (const each of [ratioAdd(a, b), ratioSubtract(a, b), ratioMultiply(a, b), reduce(a)])
          expect(each.d > 0n).toBe(true)
      }),
      seeded,
    )
  })

  test('[BASE-7] the order is total and goes with addition, and a sign is the order against zero', () => {
    fc.assert(
      fc.property(anyRatio, anyRatio, anyRatio, (a, b, c) => {
        const forwards = ratioCompare(a, b)
        expect(ratioCompare(b, a) + forwards).toBe(0)
        expect(forwards === 0).toBe(equal(a, b))
        expect(ratioCompare(ratioAdd(a, c), ratioAdd(b, c))).toBe(forwards)
        if (forwards <= 0 && ratioCompare(b, c) <= 0) expect(ratioCompare(a, c)).toBeLessThanOrEqual(0)
        expect(ratioSign(a)).toBe(ratioCompare(a, RATIO_ZERO))
        expect(ratioSign(ratioAbsolute(a))).toBe(Math.abs(ratioSign(a)))
        expect(equal(ratioAbsolute(a), ratioSign(a) < 0 ? ratioNegate(a) : a)).toBe(true)
      }),
      seeded,
    )
  })

  test('[BASE-7] known sums', () => {
    expect(reduce(ratioAdd(ratio(1n, 3n), ratio(1n, 6n)))).toEqual({ n: 1n, d: 2n })
    expect(reduce(ratioSubtract(ratio(1n, 3n), ratio(4n, 3n)))).toEqual({ n: -1n, d: 1n })
    expect(ratioCompare(ratio(-1n, 3n), ratio(-333n, 1000n))).toBe(-1)
    expect(ratio(1n, -2n)).toEqual({ n: -1n, d: 2n })
    expect(reduce(ratio(0n, 12n))).toEqual({ n: 0n, d: 1n })
    expect(ratioOf(decimal('0.25'))).toEqual({ n: 25n * 10n ** 16n, d: 10n ** 18n })
  })

  test('[BASE-7] a long sum over one denominator does not grow', () => {
    let sum = RATIO_ZERO
    const weight = ratioOf(decimal('0.001'))
    for (let index = 0; index < 1000; index++) sum = ratioAdd(sum, weight)
    expect(equal(sum, RATIO_ONE)).toBe(true)
    expect(sum.d).toBe(10n ** 18n)
  })

  test('a denominator of zero is the programmer’s error', () => {
    expect(() => ratio(1n, 0n)).toThrow('invariant: ratio with denominator 0')
    expect(() => ratioDivide(RATIO_ONE, RATIO_ZERO)).toThrow('invariant: ratio with denominator 0')
  })
})

describe('ratio text', () => {
  test('[BASE-8] text becomes the number it says, however many places it has', () => {
    const Oracle = DecimalJs.clone({ precision: 400 })
    fc.assert(
      fc.property(
        fc.stringMatching(/^-?\d{1,20}(\.\d{1,60})?$/),
        fc.integer({ min: -9, max: 9 }),
        (significand, power) => {
          const text = `${significand}e${power}`
          const read = ratioOfText(text)
          expect(read).not.toBeNull()
          const theirs = new Oracle(text).times(new Oracle(read!.d.toString()))
          expect(theirs.toFixed().replace(/^-0$/, '0')).toBe(read!.n.toString())
        },
      ),
      seeded,
    )
  })

  test.each(['', '.', '1.', 'NaN', '25%', '1/3', ' 1', '1e31', '1e-999', '-'])('[BASE-8] %j is no ratio', (text) => {
    expect(ratioOfText(text)).toBeNull()
  })
})

describe('rounding a ratio', () => {
  test('[BASE-9] floor to a lot is the largest multiple that is not above', () => {
    fc.assert(
      fc.property(
        anyRatio,
        fc.bigInt({ min: 1n, max: 10n ** 24n }).map((units) => fromUnits(units)),
        (a, lot) => {
          const below = ratioRoundTo(a, lot, 'floor')
          expect(below % lot).toBe(0n)
          expect(ratioCompare(ratioOf(below), a)).toBeLessThanOrEqual(0)
          expect(ratioCompare(ratioOf(fromUnits(below + lot)), a)).toBe(1)
        },
      ),
      seeded,
    )
  })

  test('[BASE-9] on decimals it is the rounding of decimals, in every mode', () => {
    fc.assert(
      fc.property(
        anyInteger,
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        fc.constantFrom(...MODES),
        (units, step, mode) => {
          const [a, lot] = [fromUnits(units), fromUnits(step)]
          expect(ratioRoundTo(ratioOf(a), lot, mode)).toBe(roundTo(a, lot, mode))
          expect(ratioToDecimal(ratioOf(a), mode)).toBe(a)
        },
      ),
      seeded,
    )
    expect(MODES.map((mode) => toText(ratioToDecimal(ratio(-2n, 3n), mode)).slice(-2))).toEqual([
      '66',
      '67',
      '67',
      '66',
      '67',
      '67',
    ])
  })

  test('[BASE-9] a target 2.9e-26 of a lot below 1685 lots gives 1684, where float64 and 28 digits say 1685', () => {
    const [price, held, cash] = ['66.5', '-190', '112302.5']
    const target = '0.9974916597687310306770010284'
    const exact = (text: string): Ratio => ratioOfText(text)!
    const equity = ratioAdd(exact(cash), ratioMultiply(exact(held), exact(price)))
    const wanted = ratioSubtract(ratioDivide(ratioMultiply(exact(target), equity), exact(price)), exact(held))
    expect(toText(ratioRoundTo(wanted, decimal('1'), 'floor'))).toBe('1684')

    const missing = ratioSubtract(ratio(1685n, 1n), wanted)
    expect(ratioToNumber(missing)).toBeCloseTo(2.9218e-26, 29)
    const floats = Math.floor(
      (Number(target) * (Number(cash) + Number(held) * Number(price))) / Number(price) - Number(held),
    )
    expect(floats).toBe(1685)
    const Short = DecimalJs.clone({ precision: 28 })
    const shortEquity = new Short(held).times(price).plus(cash)
    expect(new Short(target).times(shortEquity).div(price).minus(held).floor().toNumber()).toBe(1685)
  })

  test('a lot of zero is the programmer’s error', () => {
    expect(() => ratioRoundTo(RATIO_ONE, ZERO, 'floor')).toThrow('invariant:')
  })
})

/** Every finite double: the bits are drawn, not the value. */
const anyDouble = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0]!)
  .filter(Number.isFinite)
/** Below 2⁻¹⁰²⁰: the subnormal numbers and the first few binades above them. */
const anyTiny = fc
  .bigInt({ min: 1n, max: 3n * 2n ** 52n })
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0]!)

/** Independent decoding of IEEE 754 binary64: (−1)^s · m · 2^e. */
function decode(x: number): Ratio {
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!
  const field = (bits >> 52n) & 0x7ffn
  const mantissa = (bits & (2n ** 52n - 1n)) + (field === 0n ? 0n : 2n ** 52n)
  const signed = bits >> 63n === 1n ? -mantissa : mantissa
  const exponent = (field === 0n ? 1n : field) - 1075n
  return exponent >= 0n ? { n: signed << exponent, d: 1n } : { n: signed, d: 1n << -exponent }
}

describe('ratio and number', () => {
  test('[BASE-10] a float64 becomes its exact value and comes back the same', () => {
    fc.assert(
      fc.property(fc.oneof(anyDouble, anyTiny, fc.double({ noNaN: true, noDefaultInfinity: true })), (x) => {
        const exact = ratioOfNumber(x)
        expect(equal(exact, decode(x))).toBe(true)
        expect(ratioToNumber(exact)).toBe(x + 0)
      }),
      { ...seeded, numRuns: 2000 },
    )
  })

  test.each([
    0,
    -0,
    1,
    -1,
    0.1,
    1 / 3,
    5e-324,
    -5e-324,
    2 ** -1022 - 2 ** -1074,
    2 ** -1022,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
  ])('[BASE-10] %d', (x) => {
    expect(equal(ratioOfNumber(x), decode(x))).toBe(true)
    expect(ratioToNumber(ratioOfNumber(x))).toBe(x + 0)
  })

  test('[BASE-10] a quotient becomes the nearest float64: no neighbour is closer, and a tie goes to the even one', () => {
    const twice = (a: Ratio): Ratio => ({ n: 2n * a.n, d: a.d })
    fc.assert(
      fc.property(
        fc.oneof(anyDouble, anyTiny).filter((x) => Math.abs(x) < Number.MAX_VALUE),
        fc.constantFrom(-1n, 0n, 1n),
        (x, nudge) => {
          // The middle of x and its upper neighbour, and the points a hair below and above it.
          const bits = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer)[0]!
          const [low, high] = [bits, bits + 1n].map((each) => new Float64Array(BigInt64Array.of(each).buffer)[0]!) as [
            number,
            number,
          ]
          const middle = ratioAdd(decode(low), decode(high))
          const hair = ratio(nudge, 2n ** 1300n)
          const expected = nudge < 0n ? low : nudge > 0n ? high : bits % 2n === 0n ? low : high
          const point = ratioAdd({ n: middle.n, d: 2n * middle.d }, hair)
          expect(ratioToNumber(point)).toBe(expected)
          expect(ratioToNumber(ratioNegate(twice({ n: point.n, d: 2n * point.d })))).toBe(
            expected === 0 ? -0 : -expected,
          )
        },
      ),
      { ...seeded, numRuns: 2000 },
    )
  })

  test('[BASE-10] quotients of integers that float64 holds are float64 division', () => {
    const exactInteger = fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })
    fc.assert(
      fc.property(
        exactInteger,
        exactInteger.filter((d) => d !== 0n),
        (n, d) => {
          expect(ratioToNumber(ratio(n, d))).toBe(n === 0n ? 0 : Number(n) / Number(d))
        },
      ),
      { ...seeded, numRuns: 2000 },
    )
  })

  test('[BASE-10] NaN and infinity neither go in nor come out', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(() => ratioOfNumber(x)).toThrow('invariant: finite number expected')
    expect(() => ratioToNumber(ratio(10n ** 400n, 3n))).toThrow('invariant: number must be within the range')
    expect(ratioToNumber(ratio(absolute(decimal('-3')), 10n ** 700n))).toBe(0)
  })
})
