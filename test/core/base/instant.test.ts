import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DAY_MS,
  formatInstant,
  HOUR_MS,
  HOURS_PER_YEAR,
  MINUTE_MS,
  parseDuration,
  parseInstant,
  SECOND_MS,
  YEAR_MS,
} from '../../../src/core/base/instant.ts'

const FIRST = Date.parse('0001-01-01T00:00:00.000Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')
const anyInstant = fc.integer({ min: FIRST, max: LAST })
const seeded = { seed: 20260301, numRuns: 1000 }
const value = (text: string): number | string => {
  const parsed = parseInstant(text)
  return parsed.ok ? parsed.value : parsed.error
}

describe('instants', () => {
  test('[BASE-11] reading and writing agree with the calendar of ISO 8601, years 0001 to 9999', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        const text = new Date(instant).toISOString()
        expect(formatInstant(instant)).toBe(text)
        expect(value(text)).toBe(instant)
        expect(value(text.slice(0, 10))).toBe(Date.parse(text.slice(0, 10)))
        expect(value(`${text.slice(0, 16)}Z`)).toBe(Date.parse(`${text.slice(0, 16)}Z`))
        expect(value(`${text.slice(0, 10)} ${text.slice(11, 19)}Z`)).toBe(Math.floor(instant / 1000) * 1000)
      }),
      seeded,
    )
  })

  test('[BASE-11] the ends of months around leap years', () => {
    for (const year of [
      '0001',
      '0004',
      '0100',
      '0400',
      '1600',
      '1900',
      '1970',
      '2000',
      '2024',
      '2026',
      '2100',
      '9996',
      '9999',
    ])
      for (let month = 1; month <= 12; month++)
        for (const day of [1, 28, 29, 30, 31]) {
          const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
          const theirs = new Date(`${text}T00:00:00Z`)
          const exists = !Number.isNaN(theirs.getTime()) && theirs.toISOString().startsWith(text)
          expect(value(text), text).toEqual(
            exists ? theirs.getTime() : expect.stringContaining('must be a day that exists'),
          )
          if (exists) expect(formatInstant(theirs.getTime())).toBe(theirs.toISOString())
        }
  })

  test('[BASE-11] zones are taken off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST + DAY_MS, max: LAST - DAY_MS }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.constantFrom(':', ''),
        (instant, minutes, colon) => {
          const two = (part: number): string => String(part).padStart(2, '0')
          const size = Math.abs(minutes)
          const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`
          const local = new Date(instant + minutes * MINUTE_MS).toISOString().slice(0, -1)
          expect(value(`${local}${zone}`)).toBe(instant)
        },
      ),
      seeded,
    )
  })

  test.each([
    ['1970-01-01', 0],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2026-03-01T00:00:00Z', 1_772_323_200_000],
    ['2026-03-01 01:00+01:00', 1_772_323_200_000],
    ['2026-02-28T20:15-0345', 1_772_323_200_000],
    ['2026-03-01T00:00:00.5Z', 1_772_323_200_500],
    ['2026-03-01T00:00:00.123000Z', 1_772_323_200_123],
    ['2026-03-01T00:00:00.000000000+00:00', 1_772_323_200_000],
  ])('[BASE-11] %s', (text, instant) => {
    expect(value(text)).toBe(instant)
  })

  test.each([
    ['', 'a time such as'],
    ['yesterday', 'a time such as'],
    ['2026-3-1', 'a time such as'],
    ['20260301', 'a time such as'],
    ['1772323200000', 'a time such as'],
    ['2026-03-01T', 'a time such as'],
    ['2026-03-01Z', 'a time such as'],
    [' 2026-03-01', 'a time such as'],
    ['2026-03-01\n', 'a time such as'],
    ['２０２６-03-01', 'a time such as'],
    ['+002026-03-01', 'a time such as'],
    ['2026-03-01T00:00', 'a time with its zone'],
    ['2026-03-01 00:00:00', 'a time with its zone'],
    ['2026-02-29', 'a day that exists'],
    ['2026-00-01', 'a day that exists'],
    ['2026-13-01', 'a day that exists'],
    ['2026-03-00', 'a day that exists'],
    ['2026-03-01T24:00Z', 'a time of day that exists'],
    ['2026-03-01T00:60Z', 'a time of day that exists'],
    ['2026-12-31T23:59:60Z', 'a time of day that exists'],
    ['2026-03-01T00:00:00.0001Z', 'a time in whole milliseconds'],
    ['2026-03-01T00:00+14:01', 'a time in a zone from'],
    ['2026-03-01T00:00+99:99', 'a time in a zone from'],
    ['2026-03-01T00:00+01:60', 'a time in a zone from'],
    ['0000-12-31', 'a time between the years 0001 and 9999'],
    ['0001-01-01T00:00+01:00', 'a time between the years 0001 and 9999'],
    ['9999-12-31T23:59-01:00', 'a time between the years 0001 and 9999'],
    ['9'.repeat(500), 'a time such as'],
  ])('[BASE-12] %j is refused', (text, what) => {
    const message = value(text)
    expect(message).toContain(`must be ${what}`)
    expect(message).toMatch(/, was ".*"$/)
    expect(String(message).length).toBeLessThan(140)
  })

  test('[BASE-12] what is no instant is not written', () => {
    for (const instant of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, FIRST - 1, LAST + 1])
      expect(() => formatInstant(instant)).toThrow('invariant: instant must be whole milliseconds')
  })
})

describe('durations', () => {
  test('[BASE-13] the units', () => {
    expect([SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS, YEAR_MS]).toEqual([1e3, 6e4, 36e5, 864e5, 365 * 864e5])
    expect(HOURS_PER_YEAR * HOUR_MS).toBe(YEAR_MS)
  })

  test.each([
    ['250ms', 250],
    ['250 ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['0.1s', 100],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['1y', 31_536_000_000],
    ['1.1y', 34_689_600_000],
  ])('[BASE-13] %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms })
  })

  test.each([
    '',
    '30',
    '0d',
    '0.0001ms',
    '-1h',
    '+1h',
    '1H',
    '1M',
    '1mo',
    'h',
    '1 hour',
    '.5h',
    '1.h',
    '1e3s',
    '1h30m',
    ' 1h',
    '１h',
    '999999999y',
    'constructor',
  ])('[BASE-13] %j is refused', (text) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      error: `must be a duration such as 1h, 30d or 1y, was "${text}"`,
    })
  })
})
