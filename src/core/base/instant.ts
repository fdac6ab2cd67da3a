/** Time: integer milliseconds UTC since 1970-01-01, always passed in, never read from a clock. Year = 365 × 24 h. */
import type { Result } from './result.ts'

export type Instant = number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const YEAR_MS = 365 * DAY_MS
export const HOURS_PER_YEAR = 8_760

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:?\d\d)?)?$/

/**
 * Reads ISO 8601 ("2026-03-01", "2026-03-01T00:00:00Z"). A time of day must name its zone: a local clock is never guessed.
 */
export function parseInstant(text: string): Result<Instant, string> {
  const match = ISO.exec(text)
  const bad = (why: string): Result<Instant, string> => ({ ok: false, error: `must be ${why}, was ${JSON.stringify(text)}` })
  if (match === null) return bad('a time such as 2026-03-01T00:00:00Z')
  const [, year, month, day, hour, minute = '0', second = '0', fraction = '', zone] = match
  if (hour !== undefined && zone === undefined) return bad('a time with its zone, such as 2026-03-01T00:00:00Z')
  const days = daysFromCivil(Number(year), Number(month), Number(day))
  if (days === null) return bad('a day that exists')
  const [h, m, s] = [Number(hour ?? '0'), Number(minute), Number(second)]
  if (h > 23 || m > 59 || s > 59) return bad('a time of day that exists')
  const clock = h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS + Number(fraction.padEnd(3, '0'))
  return { ok: true, value: days * DAY_MS + clock - zoneMs(zone) }
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.replace(/\D/g, '')
  const offset = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * MINUTE_MS
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

/** "2026-03-01T00:00:00.000Z" */
export function formatInstant(instant: Instant): string {
  const day = Math.floor(instant / DAY_MS)
  const clock = instant - day * DAY_MS
  const { year, month, date } = civilFromDays(day)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const time = `${two(clock / HOUR_MS)}:${two((clock / MINUTE_MS) % 60)}:${two((clock / SECOND_MS) % 60)}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}T${time}.${String(clock % SECOND_MS).padStart(3, '0')}Z`
}

function civilFromDays(day: number): { year: number; month: number; date: number } {
  let year = 1970 + Math.floor(day / 365.2425)
  while (daysFromCivil(year, 1, 1)! > day) year--
  while (daysFromCivil(year + 1, 1, 1)! <= day) year++
  let month = 12
  while (daysFromCivil(year, month, 1)! > day) month--
  return { year, month, date: day - daysFromCivil(year, month, 1)! + 1 }
}

const DURATION_UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS, y: YEAR_MS }

/** Reads "30d", "1h", "90s", "2w", "1y" into ms. A bare number is refused: its unit would be a guess. */
export function parseDuration(text: string): Result<number, string> {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|h|d|w|y)$/.exec(text)
  const ms = match === null ? 0 : Math.round(Number(match[1]) * DURATION_UNITS[match[2]!]!)
  return ms > 0 ? { ok: true, value: ms } : { ok: false, error: `must be a duration such as 1h, 30d or 1y, was ${JSON.stringify(text)}` }
}
