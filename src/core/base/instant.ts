/** Time: integer milliseconds UTC since 1970-01-01, always passed in, never read from a clock. Year = 365 × 24 h. */
import { assert, quoted, type Result } from './result.ts'

export type Instant = number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const YEAR_MS = 365 * DAY_MS
export const HOURS_PER_YEAR = 8_760

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of a year can write. */
const INSTANT_MIN = -62_135_596_800_000
const INSTANT_MAX = 253_402_300_799_999

/**
 * Reads ISO 8601 ("2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01 01:00+01:00"), years 0001 to 9999. A time of day must
 * name its zone: a local clock is never guessed. Nothing is rounded: a part of a millisecond is refused.
 */
export function parseInstant(text: string): Result<Instant, string> {
  const match = ISO.exec(text)
  const bad = (what: string): Result<Instant, string> => ({
    ok: false,
    error: `must be ${what}, was ${quoted(text)}`,
  })
  if (match === null) return bad('a time such as 2026-03-01T00:00:00Z')
  const [, year, month, day, hour, minute = '0', second = '0', fraction = '', zone] = match
  if (hour !== undefined && zone === undefined) return bad('a time with its zone, such as 2026-03-01T00:00:00Z')
  const days = daysFromCivil(Number(year), Number(month), Number(day))
  if (days === null) return bad('a day that exists')
  const [h, m, s] = [Number(hour ?? '0'), Number(minute), Number(second)]
  if (h > 23 || m > 59 || s > 59) return bad('a time of day that exists')
  if (/[1-9]/.test(fraction.slice(3))) return bad('a time in whole milliseconds')
  const offset = zoneMs(zone)
  if (offset === null) return bad('a time in a zone from -14:00 to +14:00')
  const clock = h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS + Number(fraction.slice(0, 3).padEnd(3, '0'))
  const instant = days * DAY_MS + clock - offset
  if (instant < INSTANT_MIN || instant > INSTANT_MAX) return bad('a time between the years 0001 and 9999')
  return { ok: true, value: instant }
}

/** What the clocks of a zone are ahead of UTC; null where no zone is that far away. */
function zoneMs(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.replace(/\D/g, '')
  const minutes = Number(digits.slice(2))
  const offset = Number(digits.slice(0, 2)) * HOUR_MS + minutes * MINUTE_MS
  if (minutes > 59 || offset > 14 * HOUR_MS) return null
  return zone.startsWith('-') ? -offset : offset
}

/** Days since 1970-01-01 of a day in the proleptic Gregorian calendar; null where there is no such day. */
function daysFromCivil(year: number, month: number, day: number): number | null {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const length = lengths[month - 1]
  if (length === undefined || day < 1 || day > length) return null
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  let days = before * 365 + leaps - 719_162
  for (let index = 0; index < month - 1; index++) days += lengths[index]!
  return days + day - 1
}

/** Whether a number is whole milliseconds in the years 0001 to 9999. */
export const isInstant = (instant: Instant): boolean =>
  Number.isInteger(instant) && instant >= INSTANT_MIN && instant <= INSTANT_MAX

/** "2026-03-01T00:00:00.000Z". Throws unless the instant is an integer in the years 0001 to 9999. */
export function formatInstant(instant: Instant): string {
  assert(isInstant(instant), `instant must be whole milliseconds in the years 0001 to 9999, was ${instant}`)
  const day = Math.floor(instant / DAY_MS)
  const clock = instant - day * DAY_MS
  const { year, month, date } = civilFromDays(day)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const time = `${two(clock / HOUR_MS)}:${two((clock / MINUTE_MS) % 60)}:${two((clock / SECOND_MS) % 60)}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}T${time}.${String(clock % SECOND_MS).padStart(3, '0')}Z`
}

/** Midnight UTC of the first day of the month after the one that an instant lies in. */
export function startOfNextMonth(instant: Instant): Instant {
  const { year, month } = civilFromDays(Math.floor(instant / DAY_MS))
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)
  return next! * DAY_MS
}

function civilFromDays(day: number): { year: number; month: number; date: number } {
  let year = 1970 + Math.floor(day / 365.2425)
  while (daysFromCivil(year, 1, 1)! > day) year--
  while (daysFromCivil(year + 1, 1, 1)! <= day) year++
  let month = 12
  while (daysFromCivil(year, month, 1)! > day) month--
  return { year, month, date: day - daysFromCivil(year, month, 1)! + 1 }
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: YEAR_MS,
}

/**
 * Reads "30d", "1h", "90s", "1.5h", "250 ms", "2w", "1y" into ms, to the nearest one. m is minutes. A bare number is
 * refused: its unit would be a guess.
 */
export function parseDuration(text: string): Result<number, string> {
  const match = /^(\d{1,9}(?:\.\d{1,9})?) *(ms|s|m|h|d|w|y)$/.exec(text)
  const ms = match === null ? 0 : Math.round(Number(match[1]) * DURATION_UNITS[match[2]!]!)
  if (ms > 0 && ms <= INSTANT_MAX) return { ok: true, value: ms }
  return { ok: false, error: `must be a duration such as 1h, 30d or 1y, was ${quoted(text)}` }
}
