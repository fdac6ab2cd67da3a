/**
 * Exact decimals for money and quantity: a `Decimal` is a bigint counting units of 10⁻¹⁸. Sums are exact; products and
 * quotients round once, by a mode the caller names. Mathematics uses `number`; the two types meet only through
 * `toNumber` (into the columns) and the quantizer (out of them).
 */
import { assert, quoted, type Result } from './result.ts'

declare const decimalBrand: unique symbol
export type Decimal = bigint & { readonly [decimalBrand]: true }

/** down: towards zero. up: away from zero. floor, ceiling: towards −∞, +∞. halfUp: ties away from zero. halfEven: ties to even. */
export type Rounding = 'down' | 'up' | 'floor' | 'ceiling' | 'halfUp' | 'halfEven'

/** Digits after the point that every Decimal carries. */
export const PLACES = 18
const UNIT = 10n ** 18n

const brand = (units: bigint): Decimal => units as Decimal

export const ZERO = brand(0n)
export const ONE = brand(UNIT)

/** The integer quotient n/d rounded by `mode`. d ≠ 0. */
export function divideInteger(n: bigint, d: bigint, mode: Rounding): bigint {
  assert(d !== 0n, 'division by zero')
  const numerator = d < 0n ? -n : n
  const denominator = d < 0n ? -d : d
  const quotient = numerator / denominator
  const remainder = numerator % denominator
  if (remainder === 0n) return quotient
  const away = numerator < 0n ? -1n : 1n
  switch (mode) {
    case 'down':
      return quotient
    case 'up':
      return quotient + away
    case 'floor':
      return numerator < 0n ? quotient - 1n : quotient
    case 'ceiling':
      return numerator < 0n ? quotient : quotient + 1n
    case 'halfUp':
    case 'halfEven': {
      const twice = 2n * (remainder < 0n ? -remainder : remainder)
      if (twice > denominator) return quotient + away
      if (twice < denominator) return quotient
      return mode === 'halfUp' || quotient % 2n !== 0n ? quotient + away : quotient
    }
  }
}

/** Digits before the point that text may name. Exact arithmetic on what was read then stays small whoever wrote it. */
const WHOLE_DIGITS_MAX = 30
const FRACTION_DIGITS_MAX = 120
const PATTERN = /^([+-]?)(?:(\d{1,30})(?:\.(\d{1,120}))?|\.(\d{1,120}))(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Splits decimal text ("-12.5", ".5", "+1", "1e-7") into an integer and a power of ten, or null where it is no plain
 * decimal number of at most 30 digits before the point and 120 after it.
 */
export function splitDecimalText(text: string): { readonly digits: bigint; readonly exponent: number } | null {
  const match = PATTERN.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = match[4] ?? '', , power = '0'] = match
  const magnitude = BigInt(whole + fraction)
  if (magnitude === 0n) return { digits: 0n, exponent: 0 }
  const exponent = Number(power) - fraction.length
  if (exponent < -FRACTION_DIGITS_MAX) return null
  if (exponent > 0 && magnitude * 10n ** BigInt(exponent) >= 10n ** BigInt(WHOLE_DIGITS_MAX)) return null
  return { digits: sign === '-' ? -magnitude : magnitude, exponent }
}

/** Reads decimal text exactly. Refuses text that is no number and text with more than 18 places: nothing is rounded here. */
export function parseDecimal(text: string): Result<Decimal, string> {
  const split = splitDecimalText(text)
  if (split === null)
    return {
      ok: false,
      error: `must be a decimal number of at most ${WHOLE_DIGITS_MAX} digits before the point, was ${quoted(text)}`,
    }
  const shift = split.exponent + PLACES
  if (shift >= 0) return { ok: true, value: brand(split.digits * 10n ** BigInt(shift)) }
  const unit = 10n ** BigInt(-shift)
  if (split.digits % unit !== 0n)
    return { ok: false, error: `must have at most ${PLACES} decimal places, was ${quoted(text)}` }
  return { ok: true, value: brand(split.digits / unit) }
}

/** Reads decimal text written by a programmer; throws on anything `parseDecimal` refuses. `decimal('0.1')` */
export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text)
  assert(parsed.ok, parsed.ok ? '' : `decimal ${parsed.error}`)
  return parsed.value
}

export const fromUnits = (units: bigint): Decimal => brand(units)
export const fromInteger = (integer: number): Decimal => {
  assert(Number.isSafeInteger(integer), `integer expected, was ${integer}`)
  return brand(BigInt(integer) * UNIT)
}

export const add = (a: Decimal, b: Decimal): Decimal => brand(a + b)
export const subtract = (a: Decimal, b: Decimal): Decimal => brand(a - b)
export const negate = (a: Decimal): Decimal => brand(-a)
export const absolute = (a: Decimal): Decimal => (a < 0n ? brand(-a) : a)
export const smaller = (a: Decimal, b: Decimal): Decimal => (a < b ? a : b)
export const larger = (a: Decimal, b: Decimal): Decimal => (a > b ? a : b)
export const signOf = (a: Decimal): -1 | 0 | 1 => (a < 0n ? -1 : a > 0n ? 1 : 0)
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0)

export const multiply = (a: Decimal, b: Decimal, mode: Rounding): Decimal => brand(divideInteger(a * b, UNIT, mode))
export const divide = (a: Decimal, b: Decimal, mode: Rounding): Decimal => brand(divideInteger(a * UNIT, b, mode))

/** The multiple of `step` next to a in the direction of `mode`. step > 0. */
export function roundTo(a: Decimal, step: Decimal, mode: Rounding): Decimal {
  assert(step > 0n, 'step must be positive')
  return brand(divideInteger(a, step, mode) * step)
}

const EIGHT_PLACES = 10n ** 10n
const EXACT_MAX = 2 ** 53
/** From here on the last bit of an integer is beyond what float64 keeps and beyond what decides its rounding. */
const ROUNDED_ONCE = 2 ** 55

/** The nearest float64, ties to even: what `Number` makes of the same text. Throws beyond the range of a float64. */
export function toNumber(a: Decimal): number {
  // Two integers that float64 holds, 10¹⁸ is one, so one division rounds once.
  const units = Number(a)
  if (units < EXACT_MAX && units > -EXACT_MAX) return units / 1e18
  // The same with the 8 places that most prices and quantities have at most.
  const coarse = a / EIGHT_PLACES
  const coarseUnits = Number(coarse)
  const held = coarseUnits < EXACT_MAX && coarseUnits > -EXACT_MAX
  return held && coarse * EIGHT_PLACES === a ? coarseUnits / 1e8 : divideToNumber(a, UNIT)
}

/** The float64 nearest to n/d, ties to even. d > 0. Throws where that is beyond the range of a float64. */
export function divideToNumber(n: bigint, d: bigint): number {
  assert(d > 0n, 'denominator must be positive')
  const [numerator, denominator] = [Number(n), Number(d)]
  // Two integers that float64 holds: one division rounds once.
  if (numerator < EXACT_MAX && numerator > -EXACT_MAX && denominator < EXACT_MAX) return numerator / denominator
  const magnitude = n < 0n ? -n : n
  // Scaled by 2^shift the quotient has at least 57 bits, or counts units of 2⁻¹⁰⁷⁴, the least step of float64.
  const shift = Math.min(1074, Math.max(0, 61 + bitsOf(d, denominator) - bitsOf(magnitude, Math.abs(numerator))))
  const scaled = magnitude << BigInt(shift)
  const quotient = scaled / d
  let rounded = Number(quotient)
  if (rounded < EXACT_MAX) rounded = Number(divideInteger(scaled, d, 'halfEven'))
  else if (rounded < ROUNDED_ONCE) rounded = Number((quotient << 4n) | (quotient * d === scaled ? 0n : 1n)) / 16
  // A last bit that says whether something was cut off lets Number() round once and in the right direction.
  else if (quotient * d !== scaled) rounded = Number(quotient | 1n)
  const result = rounded * 2 ** -shift
  assert(Number.isFinite(result), 'number must be within the range of a float64')
  return n < 0n ? -result : result
}

/** The length of a in bits, up to three too many. @param near a as float64, which may be ∞ */
const bitsOf = (a: bigint, near: number): number =>
  near < Number.POSITIVE_INFINITY ? Math.ceil(Math.log2(near)) + 1 : a.toString(16).length * 4

/** Shortest exact text: no exponent, no trailing zeros, no "-0". */
export function toText(a: Decimal): string {
  const units = a < 0n ? -a : a
  const fraction = (units % UNIT).toString().padStart(PLACES, '0').replace(/0+$/, '')
  return `${a < 0n ? '-' : ''}${units / UNIT}${fraction === '' ? '' : `.${fraction}`}`
}
