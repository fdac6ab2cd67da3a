/**
 * Numbers, durations and times as people read them, the same in every locale: `64,000.00`, `9.9 %`, `25 bp`, `30d`,
 * `2026-03-01 00:00 UTC`. A number is read as its shortest decimal text (what JSON prints), a Decimal and a Ratio
 * exactly; each is rounded once, ties away from zero, so that rounding the machine's output by hand gives the printed
 * digits. Nothing prints "-0" or "NaN": a number that is not finite throws, because its reader must be told why instead.
 */
import { type Decimal, divideInteger, PLACES } from './decimal.ts'
import { DAY_MS, formatInstant, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from './instant.ts'
import type { Ratio } from './ratio.ts'
import { assert } from './result.ts'

/** What can be printed as a number. A bigint is a Decimal. */
export type Printable = number | Decimal | Ratio

export interface FormatOptions {
  /** Commas between thousands; true unless told otherwise. */
  readonly grouping?: boolean
  /** A plus in front of what is above zero after rounding; false unless told otherwise. */
  readonly sign?: boolean
}

/** `formatAmount(64000, 2)` → `64,000.00`. places: digits after the point, 0 or more. */
export const formatAmount = (x: Printable, places: number, options: FormatOptions = {}): string =>
  formatScaled(x, { places, power: 0 }, options)

/** A fraction in percent: `formatPercent(0.0987, 1)` → `9.9 %`, with sign `+9.9 %`. */
export const formatPercent = (x: Printable, places: number, options: FormatOptions = {}): string =>
  `${formatScaled(x, { places, power: 2 }, options)} %`

/** A fraction in basis points: `formatBp(0.0025, 0)` → `25 bp`. */
export const formatBp = (x: Printable, places: number, options: FormatOptions = {}): string =>
  `${formatScaled(x, { places, power: 4 }, options)} bp`

/** x · 10^power with `places` digits after the point. */
function formatScaled(
  x: Printable,
  { places, power }: { readonly places: number; readonly power: number },
  { grouping = true, sign = false }: FormatOptions,
): string {
  assert(Number.isSafeInteger(places) && places >= 0, `places must be an integer from 0 on, was ${places}`)
  const exact = exactValue(x)
  const units = divideInteger(exact.n * 10n ** BigInt(places + power), exact.d, 'halfUp')
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const point = places === 0 ? '' : `.${digits.slice(digits.length - places)}`
  const prefix = units < 0n ? '-' : units > 0n && sign ? '+' : ''
  return `${prefix}${grouping ? whole.replace(/\B(?=(?:\d{3})+$)/g, ',') : whole}${point}`
}

function exactValue(x: Printable): Ratio {
  if (typeof x === 'bigint') return { n: x, d: 10n ** BigInt(PLACES) }
  if (typeof x === 'object') return x
  assert(Number.isFinite(x), `a printed number must be finite, was ${x}`)
  const [significand = '', exponent = '0'] = String(x).split('e')
  const [whole = '', fraction = ''] = significand.split('.')
  const digits = BigInt(whole + fraction)
  const power = Number(exponent) - fraction.length
  return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : { n: digits, d: 10n ** BigInt(-power) }
}

const UNITS = [
  { ms: SECOND_MS, short: 's', long: 'seconds', tenthsEnd: 600 },
  { ms: MINUTE_MS, short: 'm', long: 'minutes', tenthsEnd: 600 },
  { ms: HOUR_MS, short: 'h', long: 'hours', tenthsEnd: 240 },
  { ms: DAY_MS, short: 'd', long: 'days', tenthsEnd: Number.POSITIVE_INFINITY },
] as const

/**
 * A length of time. A whole number of days, or fewer than 1,000 hours, minutes or seconds, prints exactly and as
 * `parseDuration` reads it: `30d`, `36h`, `90s`. Anything else prints with one digit after the point in the largest unit
 * it fills: `6.0 days`, `1.5 seconds`; below a second, whole milliseconds: `250 ms`.
 */
export function formatDuration(ms: number): string {
  assert(Math.abs(ms) <= Number.MAX_SAFE_INTEGER, `a printed duration must be below 2^53 ms, was ${ms}`)
  if (Math.abs(ms) < 0.5) return '0s'
  if (ms < 0) return `-${formatDuration(-ms)}`
  const exact = UNITS.findLast((unit) => ms % unit.ms === 0 && (unit.short === 'd' || ms < 1000 * unit.ms))
  if (exact !== undefined) return `${ms / exact.ms}${exact.short}`
  if (ms < SECOND_MS - 0.5) return `${formatAmount(ms, 0)} ms`
  const tenths = (unitMs: number): number => Math.round((10 * ms) / unitMs)
  // The first unit that does not round up to one of the next: 59.96 minutes are 1.0 hours.
  const unit = UNITS.find((each) => tenths(each.ms) < each.tenthsEnd)!
  return `${formatAmount({ n: BigInt(tenths(unit.ms)), d: 10n }, 1)} ${unit.long}`
}

/** `2026-03-01 00:00 UTC`; seconds are cut off, not rounded. */
export function formatInstantShort(instant: Instant): string {
  const text = formatInstant(instant)
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
}
