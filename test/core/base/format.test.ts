import { Decimal as DecimalJs } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, fromUnits, ZERO } from '../../../src/core/base/decimal.ts'
import {
  formatAmount,
  formatBp,
  formatDuration,
  formatInstantShort,
  formatPercent,
} from '../../../src/core/base/format.ts'
import { DAY_MS, HOUR_MS, parseDuration, YEAR_MS } from '../../../src/core/base/instant.ts'
import { ratio, ratioOfText } from '../../../src/core/base/ratio.ts'

const seeded = { seed: 20260301, numRuns: 1000 }
const Oracle = DecimalJs.clone({ precision: 700, toExpNeg: -2000, toExpPos: 2000, rounding: DecimalJs.ROUND_HALF_UP })
/** decimal.js prints "-0.00". */
const unsigned = (text: string): string => (/[1-9]/.test(text) ? text : text.replace('-', ''))

describe('amounts', () => {
  test.each([
    [64000, 2, '64,000.00'],
    [5177.6, 2, '5,177.60'],
    [100000, 0, '100,000'],
    [999.995, 2, '1,000.00'],
    [0, 2, '0.00'],
    [-0, 2, '0.00'],
    [-0.004, 2, '0.00'],
    [-0.005, 2, '-0.01'],
    [-1234567.891, 1, '-1,234,567.9'],
    [-123, 0, '-123'],
    [-1000, 0, '-1,000'],
    [2.675, 2, '2.68'],
    [1.005, 2, '1.01'],
    [0.5, 0, '1'],
    [-0.5, 0, '-1'],
    [2.5, 0, '3'],
    [1e21, 0, '1,000,000,000,000,000,000,000'],
    [1.5e-7, 8, '0.00000015'],
    [5e-324, 2, '0.00'],
    [0.1 + 0.2, 17, '0.30000000000000004'],
  ])('[BASE-19] %d with %d places is %s', (x, places, text) => {
    expect(formatAmount(x, places)).toBe(text)
  })

  test('[BASE-19] a number prints as its shortest text rounded once, ties away from zero', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }), (x, places) => {
        expect(formatAmount(x, places, { grouping: false })).toBe(unsigned(new Oracle(String(x)).toFixed(places)))
      }),
      seeded,
    )
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 3 }), (thousandths, places) => {
        const x = thousandths / 1000
        expect(formatAmount(x, places, { grouping: false })).toBe(unsigned(new Oracle(String(x)).toFixed(places)))
      }),
      seeded,
    )
  })

  test('[BASE-19] a Decimal and a Ratio print from their exact value, rounded once', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }),
        fc.integer({ min: 0, max: 20 }),
        (units, places) => {
          const theirs = unsigned(new Oracle(units.toString()).div('1e18').toFixed(places))
          expect(formatAmount(fromUnits(units), places, { grouping: false })).toBe(theirs)
          expect(formatAmount(ratio(units, 10n ** 18n), places, { grouping: false })).toBe(theirs)
        },
      ),
      seeded,
    )
    expect(formatAmount(decimal('0.000000000000000001'), 18)).toBe('0.000000000000000001')
    expect(formatAmount(decimal('9007199254740993.005'), 2)).toBe('9,007,199,254,740,993.01')
    expect(formatAmount(decimal('0.004999999999999999'), 2)).toBe('0.00')
    expect(formatAmount(ZERO, 2)).toBe('0.00')
    expect(formatAmount(ratio(2n, 3n), 3)).toBe('0.667')
    expect(formatAmount(ratio(-1n, 1000n), 2)).toBe('0.00')
  })

  test('[BASE-19] grouping adds commas in threes and nothing else', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.integer({ min: 0, max: 6 }),
        (units, places) => {
          const grouped = formatAmount(fromUnits(units), places)
          expect(grouped).toMatch(/^-?\d{1,3}(,\d{3})*(\.\d+)?$/)
          expect(grouped.replaceAll(',', '')).toBe(formatAmount(fromUnits(units), places, { grouping: false }))
        },
      ),
      seeded,
    )
  })

  test('[BASE-19] a sign in front of what is above zero after rounding', () => {
    expect(formatAmount(20, 0, { sign: true })).toBe('+20')
    expect(formatAmount(-20, 0, { sign: true })).toBe('-20')
    expect(formatAmount(0.004, 2, { sign: true })).toBe('0.00')
    expect(formatAmount(-0.004, 2, { sign: true })).toBe('0.00')
  })

  test('[BASE-20] NaN, infinity and impossible places throw', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const format of [formatAmount, formatPercent, formatBp])
        expect(() => format(x, 2)).toThrow('invariant: a printed number must be finite')
      expect(() => formatDuration(x)).toThrow('invariant: a printed duration must be')
      expect(() => formatInstantShort(x)).toThrow('invariant: instant must be')
    }
    for (const places of [-1, 0.5, Number.NaN])
      expect(() => formatAmount(1, places)).toThrow('invariant: places must be')
  })
})

describe('fractions', () => {
  test.each([
    [0.0987, 1, {}, '9.9 %'],
    [0.2, 0, { sign: true }, '+20 %'],
    [-0.003, 1, { sign: true }, '-0.3 %'],
    [0, 0, { sign: true }, '0 %'],
    [-0.0004, 1, {}, '0.0 %'],
    [0.29, 0, {}, '29 %'],
    [1.1, 20, {}, '110.00000000000000000000 %'],
    [0.0985, 1, {}, '9.9 %'],
    [12.34, 1, {}, '1,234.0 %'],
    [12.34, 1, { grouping: false }, '1234.0 %'],
  ])('[BASE-21] %d in percent with %d places %j is %s', (x, places, options, text) => {
    expect(formatPercent(x, places, options)).toBe(text)
  })

  test('[BASE-21] basis points and exact fractions', () => {
    expect(formatBp(0.0025, 0)).toBe('25 bp')
    expect(formatBp(0.00015, 1)).toBe('1.5 bp')
    expect(formatBp(-0.00005, 0, { sign: true })).toBe('-1 bp')
    expect(formatBp(-0.00001, 0)).toBe('0 bp')
    expect(formatPercent(ratioOfText('0.125')!, 1)).toBe('12.5 %')
    expect(formatPercent(ratio(1n, 3n), 2)).toBe('33.33 %')
    expect(formatPercent(decimal('0.12345'), 2)).toBe('12.35 %')
  })

  test('[BASE-21] a percent is the amount a hundred times as large, with no rounding in between', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 9 }), (x, places) => {
        const scaled = (factor: number): string => unsigned(new Oracle(String(x)).times(factor).toFixed(places))
        expect(formatPercent(x, places, { grouping: false })).toBe(`${scaled(100)} %`)
        expect(formatBp(x, places, { grouping: false })).toBe(`${scaled(10_000)} bp`)
      }),
      seeded,
    )
  })
})

describe('times', () => {
  test.each([
    [0, '0s'],
    [-0, '0s'],
    [0.4, '0s'],
    [-0.4, '0s'],
    [1, '1 ms'],
    [250, '250 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 seconds'],
    [1000, '1s'],
    [1500, '1.5 seconds'],
    [90_000, '90s'],
    [300_000, '5m'],
    [HOUR_MS, '1h'],
    [1.5 * HOUR_MS, '90m'],
    [36 * HOUR_MS, '36h'],
    [DAY_MS, '1d'],
    [30 * DAY_MS, '30d'],
    [YEAR_MS, '365d'],
    [12_345 * DAY_MS, '12345d'],
    [6 * DAY_MS + 437, '6.0 days'],
    [DAY_MS + 1000, '1.0 days'],
    [1234.5 * DAY_MS + 1, '1,234.5 days'],
    [59.96 * 60_000, '1.0 hours'],
    [59.94 * 60_000, '59.9 minutes'],
    [23.96 * HOUR_MS, '1.0 days'],
    [59_949, '59.9 seconds'],
    [59_950, '1.0 minutes'],
    [-1500, '-1.5 seconds'],
    [-HOUR_MS, '-1h'],
  ])('[BASE-22] %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('[BASE-22] a duration without a decimal reads back as it was, any other within the last digit shown', () => {
    const ms = { seconds: 1e3, minutes: 6e4, hours: HOUR_MS, days: DAY_MS }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 1, max: 10 * YEAR_MS }),
          fc.integer({ min: 1, max: 9999 }).map((h) => h * HOUR_MS),
        ),
        (length) => {
          const text = formatDuration(length)
          const [size, unit] = text.split(' ')
          if (unit === undefined || unit === 'ms') expect(parseDuration(text)).toEqual({ ok: true, value: length })
          else {
            const step = ms[unit as keyof typeof ms]
            expect(Math.abs(Number(size!.replaceAll(',', '')) * step - length)).toBeLessThanOrEqual(0.0500001 * step)
          }
        },
      ),
      seeded,
    )
  })

  test.each([
    [Date.UTC(2026, 2, 1), '2026-03-01 00:00 UTC'],
    [Date.UTC(2026, 2, 1, 23, 59, 59, 999), '2026-03-01 23:59 UTC'],
    [-1, '1969-12-31 23:59 UTC'],
  ])('[BASE-22] the instant %d is %s', (instant, text) => {
    expect(formatInstantShort(instant)).toBe(text)
  })
})
