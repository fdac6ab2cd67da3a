/**
 * Exact rationals. Weights, widths and limits are read from text as ratios, and the quantizer compares ratios, so that a
 * target 2.9e-26 of a lot below 1685 lots gives 1684 (a float64 and a 28-digit decimal both say 1685).
 */
import { type Decimal, divideInteger, divideToNumber, fromUnits, type Rounding, splitDecimalText } from './decimal.ts'
import { assert } from './result.ts'

/** n/d with d > 0; not necessarily in lowest terms. */
export interface Ratio {
  readonly n: bigint
  readonly d: bigint
}

const UNIT = 10n ** 18n

export const RATIO_ZERO: Ratio = { n: 0n, d: 1n }
export const RATIO_ONE: Ratio = { n: 1n, d: 1n }

export function ratio(n: bigint, d: bigint): Ratio {
  assert(d !== 0n, 'ratio with denominator 0')
  return d < 0n ? { n: -n, d: -d } : { n, d }
}

export const ratioOf = (a: Decimal): Ratio => ({ n: a, d: UNIT })

/** The exact value of a finite float64. */
export function ratioOfNumber(x: number): Ratio {
  assert(Number.isFinite(x), `finite number expected, was ${x}`)
  let scaled = x
  let power = 0
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    power++
  }
  return { n: BigInt(scaled), d: 1n << BigInt(power) }
}

/** Exact value of decimal text such as "0.25" or "1e-4"; null where it is no number. */
export function ratioOfText(text: string): Ratio | null {
  const split = splitDecimalText(text)
  if (split === null) return null
  return split.exponent >= 0
    ? { n: split.digits * 10n ** BigInt(split.exponent), d: 1n }
    : reduce({ n: split.digits, d: 10n ** BigInt(-split.exponent) })
}

export function reduce(a: Ratio): Ratio {
  let x = a.n < 0n ? -a.n : a.n
  let y = a.d
  while (y !== 0n) [x, y] = [y, x % y]
  return x <= 1n ? a : { n: a.n / x, d: a.d / x }
}

// Sums over a book mostly share one denominator, or have one that is a multiple of the others; without the short cuts
// their size would grow with every term.
export function ratioAdd(a: Ratio, b: Ratio): Ratio {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d }
  if (a.d > b.d ? a.d % b.d === 0n : b.d % a.d === 0n)
    return a.d > b.d ? { n: a.n + b.n * (a.d / b.d), d: a.d } : { n: a.n * (b.d / a.d) + b.n, d: b.d }
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d }
}
export const ratioSubtract = (a: Ratio, b: Ratio): Ratio => ratioAdd(a, ratioNegate(b))
export const ratioMultiply = (a: Ratio, b: Ratio): Ratio => ({ n: a.n * b.n, d: a.d * b.d })
export const ratioDivide = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d, a.d * b.n)
export const ratioNegate = (a: Ratio): Ratio => ({ n: -a.n, d: a.d })
export const ratioAbsolute = (a: Ratio): Ratio => (a.n < 0n ? { n: -a.n, d: a.d } : a)
export const ratioSign = (a: Ratio): -1 | 0 | 1 => (a.n < 0n ? -1 : a.n > 0n ? 1 : 0)
export function ratioCompare(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const left = a.d === b.d ? a.n : a.n * b.d
  const right = a.d === b.d ? b.n : b.n * a.d
  return left < right ? -1 : left > right ? 1 : 0
}

const UNIT_SQUARED = UNIT ** 2n
const UNIT_CUBED = UNIT ** 3n

/** The Decimal next to a in the direction of `mode`. */
export function ratioToDecimal({ n, d }: Ratio, mode: Rounding): Decimal {
  // Denominators of decimals and of their products need no longer numerator.
  if (d === UNIT) return fromUnits(n)
  if (d === UNIT_SQUARED) return fromUnits(divideInteger(n, UNIT, mode))
  if (d === UNIT_CUBED) return fromUnits(divideInteger(n, UNIT_SQUARED, mode))
  return fromUnits(divideInteger(n * UNIT, d, mode))
}

/** The multiple of `step` (> 0) next to a in the direction of `mode`, exactly. */
export const ratioRoundTo = (a: Ratio, step: Decimal, mode: Rounding): Decimal =>
  fromUnits(divideInteger(a.n * UNIT, a.d * step, mode) * step)

/** The nearest float64, ties to even. Throws beyond the range of a float64. */
export const ratioToNumber = (a: Ratio): number => divideToNumber(a.n, a.d)
