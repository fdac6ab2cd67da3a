/**
 * Exact decimals for money and quantity: a `Decimal` is a bigint counting units of 10⁻¹⁸. Sums are exact; products and
 * quotients round once, by a mode the caller names. Mathematics uses `number`; the two types meet only through
 * `toNumber` (into the columns) and the quantizer (out of them).
 */
import { assert, type Result } from './result.ts'

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

const PATTERN = /^([+-]?)(\d{1,30})(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** Splits decimal text into an integer and a power of ten, or null where it is no plain decimal number. */
export function splitDecimalText(text: string): { readonly digits: bigint; readonly exponent: number } | null {
  const match = PATTERN.exec(text.startsWith('.') ? `0${text}` : text)
  if (match === null) return null
  const [, sign, whole, fraction = '', exponent = '0'] = match
  if (fraction.length > 120) return null
  const digits = BigInt(whole! + fraction)
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length }
}

/** Reads decimal text exactly. Refuses text that is no number and text with more than 18 places: nothing is rounded here. */
export function parseDecimal(text: string): Result<Decimal, string> {
  const split = splitDecimalText(text)
  if (split === null) return { ok: false, error: `must be a decimal number, was ${JSON.stringify(text)}` }
  const shift = split.exponent + PLACES
  if (shift >= 0) return { ok: true, value: brand(split.digits * 10n ** BigInt(shift)) }
  const unit = 10n ** BigInt(-shift)
  if (split.digits % unit !== 0n) return { ok: false, error: `must have at most ${PLACES} decimal places, was ${text}` }
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

/** The nearest float64, ties to even. */
export function toNumber(a: Decimal): number {
  const units = Number(a)
  // 10¹⁸ is a float64, so one division of an exact numerator is correctly rounded.
  return BigInt(units) === a ? units / 1e18 : Number(toText(a))
}

/** Shortest exact text: no exponent, no trailing zeros, no "-0". */
export function toText(a: Decimal): string {
  const units = a < 0n ? -a : a
  const fraction = (units % UNIT).toString().padStart(PLACES, '0').replace(/0+$/, '')
  return `${a < 0n ? '-' : ''}${units / UNIT}${fraction === '' ? '' : `.${fraction}`}`
}
