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
  if (mode === 'down') return quotient
  const remainder = numerator - quotient * denominator
  if (remainder === 0n) return quotient
  const away = numerator < 0n ? -1n : 1n
  switch (mode) {
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

/** A number whose text has at most so many places takes no text to read. */
const QUICK = 1e8
const QUICK_UNIT = UNIT / BigInt(QUICK)
/** Below it neighbouring numbers are further apart than the quick places, so only one text of them means the number. */
const QUICK_MAX = 2 ** 50

/**
 * The decimal that a number's shortest text says, rounded half-even where that has more than 18 places. @param x finite and
 * below 10³⁰ in size
 */
export function decimalOfNumber(x: number): Decimal {
  const quick = Math.round(x * QUICK)
  if (Math.abs(quick) < QUICK_MAX && quick / QUICK === x) return brand(BigInt(quick) * QUICK_UNIT)
  if (Math.abs(x) < 1e-19) return ZERO
  const split = splitDecimalText(String(x))
  assert(split !== null, `finite number of at most ${WHOLE_DIGITS_MAX} digits expected, was ${x}`)
  const shift = split.exponent + PLACES
  if (shift >= 0) return brand(split.digits * 10n ** BigInt(shift))
  return brand(divideInteger(split.digits, 10n ** BigInt(-shift), 'halfEven'))
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

const EXACT_MAX = 2 ** 53

/** The nearest float64, ties to even: what `Number` makes of the same text. Throws beyond the range of a float64. */
export const toNumber = (a: Decimal): number => divideToNumber(a, UNIT)

/** Columns are never written to, so their images are made once and kept for as long as they are. */
const imagesKept = new WeakMap<readonly Decimal[], Float64Array>()

/** The nearest float64 of every decimal of a column; not to be written to. */
export function toNumbers(column: readonly Decimal[]): Float64Array {
  const kept = imagesKept.get(column)
  if (kept !== undefined) return kept
  const images = Float64Array.from(column, toNumber)
  imagesKept.set(column, images)
  return images
}

/** The float64 nearest to n/d, ties to even. d > 0. Throws where that is beyond the range of a float64. */
export function divideToNumber(n: bigint, d: bigint): number {
  assert(d > 0n, 'denominator must be positive')
  if (n === 0n) return 0
  const numerator = Number(n)
  const denominator = Number(d)
  // Two integers that float64 holds: one division rounds once.
  if (numerator < EXACT_MAX && numerator > -EXACT_MAX && (denominator < EXACT_MAX || d === UNIT))
    return numerator / denominator
  if (numerator < CORRECTED_MAX && numerator > -CORRECTED_MAX && denominator < CORRECTED_MAX) {
    const rest = d === UNIT ? 0 : Number(d - BigInt(denominator))
    const corrected = divideNear(numerator, Number(n - BigInt(numerator)), denominator, rest)
    if (corrected !== null) return corrected
  }
  return divideExactly(n, d)
}

/** Numbers up to here neither overflow nor underflow in `divideNear`. */
const CORRECTED_MAX = 2 ** 480
/** Splits a float64 into two of 26 bits. */
const SPLITTER = 2 ** 27 + 1

/**
 * (a + b)/(c + d) with |b|, |d| below the last bit of a, c: the float64 quotient q = a/c and a correction from its remainder,
 * which float64 products of half length give exactly (Dekker, Numerische Mathematik 18, 1971). Null where the error left in the
 * correction, under 2⁻⁴⁰ of it, could decide the rounding.
 */
function divideNear(a: number, b: number, c: number, d: number): number | null {
  const q = a / c
  const product = q * c
  const [wideQ, wideC] = [SPLITTER * q, SPLITTER * c]
  const [highQ, highC] = [wideQ - (wideQ - q), wideC - (wideC - c)]
  const [lowQ, lowC] = [q - highQ, c - highC]
  const cut = highQ * highC - product + highQ * lowC + lowQ * highC + lowQ * lowC
  const correction = (a - product - cut + (b - q * d)) / c
  const error = Math.abs(correction) * 2 ** -40 + Math.abs(q) * 2 ** -100
  const rounded = q + (correction + error)
  return rounded === q + (correction - error) ? rounded : null
}

/** The same by integers alone. */
function divideExactly(n: bigint, d: bigint): number {
  const magnitude = n < 0n ? -n : n
  // Scaled by 2^shift the quotient has at least 60 bits, or counts units of 2⁻¹⁰⁷⁴, the least step of float64.
  const shift = Math.min(1074, Math.max(0, 64 + hexDigits(d) * 4 - hexDigits(magnitude) * 4))
  const scaled = magnitude << BigInt(shift)
  const quotient = scaled / d
  let rounded: number
  if (quotient < 2n ** 53n) rounded = Number(divideInteger(scaled, d, 'halfEven'))
  else {
    // A last bit that says whether something was cut off lets Number() round once and in the right direction.
    const cut = quotient * d === scaled ? 0n : 1n
    rounded = quotient < 2n ** 60n ? Number((quotient << 2n) | cut) / 4 : Number(quotient | cut)
  }
  const result = rounded * 2 ** -shift
  assert(Number.isFinite(result), 'number must be within the range of a float64')
  return n < 0n ? -result : result
}

const hexDigits = (a: bigint): number => a.toString(16).length

/** Shortest exact text: no exponent, no trailing zeros, no "-0". */
export function toText(a: Decimal): string {
  const units = a < 0n ? -a : a
  const fraction = (units % UNIT).toString().padStart(PLACES, '0').replace(/0+$/, '')
  return `${a < 0n ? '-' : ''}${units / UNIT}${fraction === '' ? '' : `.${fraction}`}`
}
