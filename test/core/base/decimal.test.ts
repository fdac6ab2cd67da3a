import { Decimal as DecimalJs } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  decimalOfNumber,
  divide,
  divideInteger,
  divideToNumber,
  fromInteger,
  fromUnits,
  larger,
  multiply,
  negate,
  ONE,
  parseDecimal,
  type Rounding,
  roundTo,
  signOf,
  smaller,
  subtract,
  toNumber,
  toText,
  ZERO,
} from '../../../src/core/base/decimal.ts'

/** The oracle: decimal.js with more digits than any operand here, so that only the one rounding under test happens. */
const Oracle = DecimalJs.clone({ precision: 200, toExpNeg: -1000, toExpPos: 1000 })
const MODES: readonly (readonly [Rounding, DecimalJs.Rounding])[] = [
  ['down', DecimalJs.ROUND_DOWN],
  ['up', DecimalJs.ROUND_UP],
  ['floor', DecimalJs.ROUND_FLOOR],
  ['ceiling', DecimalJs.ROUND_CEIL],
  ['halfUp', DecimalJs.ROUND_HALF_UP],
  ['halfEven', DecimalJs.ROUND_HALF_EVEN],
]
const seeded = { seed: 20260301, numRuns: 500 }

/** Decimals of every size: near zero, of the size of money, at the limit of what is read, and ones that make ties. */
const anyDecimal: fc.Arbitrary<Decimal> = fc
  .oneof(
    fc.bigInt({ min: -50n, max: 50n }),
    fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
    fc.bigInt({ min: -(10n ** 48n) + 1n, max: 10n ** 48n - 1n }),
    fc.integer({ min: -2000, max: 2000 }).map((half) => BigInt(half) * 5n * 10n ** 17n),
    fc.integer({ min: -2_000_000, max: 2_000_000 }).map((cents) => BigInt(cents) * 10n ** 16n),
  )
  .map(fromUnits)
const anyNonZero = anyDecimal.filter((a) => a !== 0n)
const oracle = (a: Decimal): DecimalJs => new Oracle(a.toString()).div('1e18')
const places = (a: DecimalJs, mode: DecimalJs.Rounding): string => a.toDecimalPlaces(18, mode).plus(0).toFixed()
/** decimal.js keeps the sign of a zero. */
const unsigned = (text: string): string => (text === '-0' ? '0' : text)

describe('decimal text', () => {
  test('[BASE-1] printing and reading a decimal gives it back', () => {
    fc.assert(
      fc.property(anyDecimal, (a) => {
        expect(parseDecimal(toText(a))).toEqual({ ok: true, value: a })
        expect(toText(a)).toBe(unsigned(oracle(a).toFixed()))
      }),
      seeded,
    )
  })

  test('[BASE-1] text is read exactly, in every notation JSON and people use', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', '-', '+'),
        fc.stringMatching(/^\d{1,18}$/),
        fc.stringMatching(/^\d{1,10}$/),
        fc.integer({ min: -8, max: 12 }),
        (sign, whole, fraction, power) => {
          for (const body of [whole, `${whole}.${fraction}`, `.${fraction}`])
            for (const text of [`${sign}${body}`, `${sign}${body}e${power}`, `${sign}${body}E${power}`]) {
              const parsed = parseDecimal(text)
              expect(parsed.ok && toText(parsed.value), text).toBe(unsigned(new Oracle(text).toFixed()))
            }
        },
      ),
      seeded,
    )
  })

  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['+1', 10n ** 18n],
    ['1e5', 10n ** 23n],
    ['.5', 5n * 10n ** 17n],
    ['-.5', -5n * 10n ** 17n],
    ['0e999', 0n],
    ['1e-18', 1n],
    ['10e-19', 1n],
    ['1.500000000000000000000', 15n * 10n ** 17n],
    ['0.000000000000000001', 1n],
    ['999999999999999999999999999999.999999999999999999', 10n ** 48n - 1n],
    ['1e29', 10n ** 47n],
  ])('[BASE-1] %j is read', (text, units) => {
    expect(parseDecimal(text)).toEqual({ ok: true, value: units })
  })

  test.each([
    '',
    '.',
    '-',
    '1.',
    '.e5',
    '0x10',
    '0b1',
    '1_000',
    '1,000',
    '１',
    '٣',
    'NaN',
    'Infinity',
    ' 1',
    '1 ',
    '1\n',
    '--1',
    '1e',
    '1e1.5',
    '1e30',
    '1e999',
    '1e1000',
    '1e-999',
    '1000000000000000000000000000000',
    '7'.repeat(200),
    `0.${'7'.repeat(200)}`,
  ])('[BASE-2] %j is refused as no number', (text) => {
    const parsed = parseDecimal(text)
    expect(parsed.ok ? '' : parsed.error).toMatch(/^must be a decimal number of at most 30 digits .*, was "/)
    expect(parsed.ok ? 0 : parsed.error.length).toBeLessThan(160)
    expect(() => decimal(text)).toThrow('invariant: decimal must be')
  })

  test.each(['0.0000000000000000001', '1.0000000000000000005', '1e-19', '-15e-19'])(
    '[BASE-2] %j has more than 18 places and is refused, not rounded',
    (text) => {
      expect(parseDecimal(text)).toEqual({ ok: false, error: `must have at most 18 decimal places, was "${text}"` })
    },
  )

  test('[BASE-3] zero has no sign', () => {
    for (const zero of [ZERO, negate(ZERO), decimal('-0'), decimal('-0.00'), fromInteger(-0)]) {
      expect(toText(zero)).toBe('0')
      expect(Object.is(toNumber(zero), 0)).toBe(true)
      expect(signOf(zero)).toBe(0)
    }
    expect(toText(multiply(fromUnits(-1n), fromUnits(1n), 'halfEven'))).toBe('0')
  })
})

describe('decimal arithmetic', () => {
  test('[BASE-4] sums, differences and comparisons are exact', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        expect(toText(add(a, b))).toBe(unsigned(oracle(a).plus(oracle(b)).toFixed()))
        expect(toText(subtract(a, b))).toBe(unsigned(oracle(a).minus(oracle(b)).toFixed()))
        expect(compare(a, b)).toBe(oracle(a).cmp(oracle(b)))
        expect(smaller(a, b)).toBe(compare(a, b) <= 0 ? a : b)
        expect(larger(a, b)).toBe(compare(a, b) >= 0 ? a : b)
        expect(toText(absolute(a))).toBe(oracle(a).abs().toFixed())
        expect(signOf(a)).toBe(oracle(a).cmp(0))
      }),
      seeded,
    )
  })

  test.each(MODES)('[BASE-5] products, quotients and steps round once, %s', (mode, theirs) => {
    fc.assert(
      fc.property(anyDecimal, anyNonZero, (a, b) => {
        expect(toText(multiply(a, b, mode))).toBe(unsigned(places(oracle(a).times(oracle(b)), theirs)))
        // Whether a quotient is a tie needs the remainder: 200 digits are enough for operands of 48.
        expect(toText(divide(a, b, mode))).toBe(unsigned(places(oracle(a).div(oracle(b)), theirs)))
        const step = absolute(b)
        const steps = oracle(a).div(oracle(step)).toDecimalPlaces(0, theirs)
        expect(toText(roundTo(a, step, mode))).toBe(unsigned(steps.times(oracle(step)).toFixed()))
      }),
      seeded,
    )
  })

  test.each([
    // mode       −2.5  −1.5  −0.5   0.5   1.5   2.5  −0.4   0.4   0.6
    ['down', [-2, -1, 0, 0, 1, 2, 0, 0, 0]],
    ['up', [-3, -2, -1, 1, 2, 3, -1, 1, 1]],
    ['floor', [-3, -2, -1, 0, 1, 2, -1, 0, 0]],
    ['ceiling', [-2, -1, 0, 1, 2, 3, 0, 1, 1]],
    ['halfUp', [-3, -2, -1, 1, 2, 3, 0, 0, 1]],
    ['halfEven', [-2, -2, 0, 0, 2, 2, 0, 0, 1]],
  ] as const)('[BASE-5] the modes at their ties: %s', (mode, expected) => {
    const inputs = ['-2.5', '-1.5', '-0.5', '0.5', '1.5', '2.5', '-0.4', '0.4', '0.6']
    expect(inputs.map((text) => toNumber(roundTo(decimal(text), ONE, mode)))).toEqual(expected)
    expect(inputs.map((text) => Number(divideInteger(-decimal(text), -(10n ** 18n), mode)))).toEqual(expected)
  })

  test('[BASE-5] a step that is no power of ten is still exact', () => {
    expect(toText(roundTo(decimal('1'), decimal('0.3'), 'down'))).toBe('0.9')
    expect(toText(roundTo(decimal('-1'), decimal('0.3'), 'floor'))).toBe('-1.2')
    expect(toText(roundTo(decimal('0.29'), decimal('0.01'), 'down'))).toBe('0.29')
  })

  test('division by zero and a step that is not positive are the programmer’s errors', () => {
    expect(() => divide(ONE, ZERO, 'down')).toThrow('invariant: division by zero')
    expect(() => roundTo(ONE, ZERO, 'down')).toThrow('invariant: step must be positive')
    expect(() => roundTo(ONE, decimal('-1'), 'down')).toThrow('invariant: step must be positive')
    expect(() => fromInteger(0.5)).toThrow('invariant: integer expected')
    expect(() => fromInteger(2 ** 53)).toThrow('invariant: integer expected')
  })

  test('integers', () => {
    expect(toText(fromInteger(-190))).toBe('-190')
    expect(toText(fromInteger(Number.MAX_SAFE_INTEGER))).toBe('9007199254740991')
  })
})

describe('decimal to number', () => {
  test('[BASE-6] the nearest float64, as the platform reads the same text', () => {
    fc.assert(
      fc.property(anyDecimal, (a) => {
        expect(toNumber(a)).toBe(Number(toText(a)))
      }),
      { ...seeded, numRuns: 3000 },
    )
  })

  test('[BASE-6] right at and next to the middle between two floats', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }),
        fc.integer({ min: -17, max: 40 }),
        fc.constantFrom(-1n, 0n, 1n),
        (mantissa, power, nudge) => {
          // (mantissa + ½)·2^power has at most 18 places, so it and its neighbours are Decimals.
          const twice = (2n * mantissa + 1n) * 10n ** 18n
          const units = (power >= 1 ? twice << BigInt(power - 1) : twice / 2n ** BigInt(1 - power)) + nudge
          for (const a of [fromUnits(units), fromUnits(-units)]) expect(toNumber(a)).toBe(Number(toText(a)))
        },
      ),
      { ...seeded, numRuns: 2000 },
    )
  })

  test.each(['0.1', '0.3', '66.5', '64000', '3200.5', '112302.5', '0.00000001', '9007199254740993', '1e29'])(
    '[BASE-6] %s',
    (text) => {
      expect(toNumber(decimal(text))).toBe(Number(text))
      expect(toNumber(decimal(`-${text}`))).toBe(-Number(text))
    },
  )

  test('[BASE-24] the decimal that the shortest text of a number says', () => {
    const prices = fc.oneof(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
      fc.integer({ min: -1e9, max: 1e9 }).map((ticks) => ticks / 100),
      fc.bigInt({ min: 0n, max: 2n ** 53n }).map((units) => Number(units) / 1e8),
    )
    fc.assert(
      fc.property(prices, (x) => {
        const text = String(x)
        const exact = new Oracle(text).toDecimalPlaces(18, DecimalJs.ROUND_HALF_EVEN)
        expect(toText(decimalOfNumber(x))).toBe(exact.isZero() ? '0' : exact.toFixed())
      }),
      { ...seeded, numRuns: 3000 },
    )
    expect(() => decimalOfNumber(Number.NaN)).toThrow('invariant: finite number')
  })

  test('[BASE-6] a number beyond float64 throws, never Infinity', () => {
    expect(() => toNumber(fromUnits(10n ** 400n))).toThrow('invariant: number must be within the range')
    expect(toNumber(fromUnits(10n ** 326n))).toBe(1e308)
    expect(() => divideToNumber(1n, 0n)).toThrow('invariant: denominator must be positive')
  })
})
