/**
 * What people write, read exactly: quantities, fractions (`25%`, `10bp`, `0.25`), money (`5 USD`), durations, instants.
 * Text never passes through a float; what cannot be kept exactly is refused.
 */
import { type Decimal, parseDecimal } from '../core/base/decimal.ts'
import { type Instant, parseDuration, parseInstant } from '../core/base/instant.ts'
import { type Ratio, ratioOf, reduce } from '../core/base/ratio.ts'
import type { Result } from '../core/base/result.ts'
import type { Base } from '../core/sizing/trade-types.ts'
import { shown } from './tree.ts'

/** Why a text was refused; `message` says "must be …, was …". */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly hint: string
}
export type Parsed<T> = Result<T, Refusal>

export type Sign = 'any' | 'positive' | 'nonNegative'

const refuse = (code: string, message: string, hint: string): { ok: false; error: Refusal } => ({
  ok: false,
  error: { code, message, hint },
})

const UNIT = 10n ** 18n
/** Far above any amount in a book, far below where a float64 would overflow when two of them multiply. */
const MAGNITUDE_MAX = 10n ** 24n * UNIT

/** A number of at most 18 places. @param name the thing, for the code: `price` gives `price.not-positive` */
export function readNumber(text: string, name: string, sign: Sign): Parsed<Decimal> {
  if (/^[+-]?\.?(nan|inf|infinity)$/i.test(text))
    return refuse('number.not-finite', `must be a finite number, was ${shown(text)}`, 'write the number')
  const parsed = parseDecimal(text)
  if (!parsed.ok) {
    if (/decimal places/.test(parsed.error))
      return refuse('number.places', parsed.error, 'leave out the digits nobody can trade')
    if (/^[+-]?[\d.]+(e\+?\d+)?$/i.test(text) && !/\..*\./.test(text))
      return refuse('number.too-large', `must be below 1e24, was ${shown(text)}`, 'check the exponent')
    return refuse(
      'number.invalid',
      `must be a number such as 1.5, was ${shown(text)}`,
      'write digits and a point, without separators or units',
    )
  }
  const value = parsed.value
  if (value >= MAGNITUDE_MAX || -value >= MAGNITUDE_MAX)
    return refuse('number.too-large', `must be below 1e24, was ${shown(text)}`, 'check the exponent')
  return checkSign(value, { text, name, sign })
}

function checkSign(value: Decimal, { text, name, sign }: { text: string; name: string; sign: Sign }): Parsed<Decimal> {
  if (sign === 'positive' && value <= 0n)
    return refuse(`${name}.not-positive`, `must be above 0, was ${text}`, `write the ${name} as a positive number`)
  if (sign === 'nonNegative' && value < 0n)
    return refuse(`${name}.negative`, `must be at least 0, was ${text}`, `write the ${name} without a sign`)
  return { ok: true, value }
}

const FRACTION = /^(.*?)\s*(%|bps?)?$/s
/** A bare weight above this is read as a percentage that lost its sign, and refused. */
const BARE_MAX = 10n * UNIT

/** A fraction: `25%`, `10bp` or `0.25`; exact to 18 places. */
export function readFraction(text: string, name: string, sign: Sign): Parsed<Decimal> {
  const [, digits = '', suffix] = FRACTION.exec(text) ?? []
  const number = readNumber(digits, name, 'any')
  if (!number.ok) {
    if (number.error.code !== 'number.invalid') return number
    return refuse(
      'number.invalid',
      `must be a fraction such as 25%, 10bp or 0.25, was ${shown(text)}`,
      'write a number, with % or bp behind it',
    )
  }
  if (suffix === undefined) {
    if (number.value > BARE_MAX || -number.value > BARE_MAX)
      return refuse(
        'fraction.bare',
        `must be a fraction such as 25% or 0.25, was ${digits}`,
        `did you mean ${digits}%?`,
      )
    return checkSign(number.value, { text, name, sign })
  }
  const scale = suffix === '%' ? 100n : 10_000n
  if (number.value % scale !== 0n)
    return refuse(
      'number.places',
      `must have at most 18 decimal places as a fraction, was ${shown(text)}`,
      'leave out the digits nobody can trade',
    )
  return checkSign((number.value / scale) as Decimal, { text, name, sign })
}

/** A base size: a quantity, or with % or bp a share of equity. */
export function readBase(text: string): Parsed<Base> {
  if (!/(%|bps?)$/.test(text)) {
    const quantity = readNumber(text, 'base', 'positive')
    return quantity.ok ? { ok: true, value: { kind: 'quantity', quantity: quantity.value } } : quantity
  }
  const weight = readFraction(text, 'base', 'positive')
  return weight.ok ? { ok: true, value: { kind: 'weight', weight: reduce(ratioOf(weight.value)) } } : weight
}

export interface MoneyText {
  readonly amount: Decimal
  readonly currency: string
}

/** `5 USD`. The currency is never guessed. */
export function readMoney(text: string, name: string, sign: Sign): Parsed<MoneyText> {
  const match = /^(\S+)\s+([\p{L}\p{N}._:/@+#-]{1,64})$/u.exec(text)
  if (match === null)
    return refuse(
      'money.invalid',
      `must be an amount and its currency such as 5 USD, was ${shown(text)}`,
      `write ${/^[\d.]+$/.test(text) ? `${text} USD` : '5 USD'}, or the currency it is in`,
    )
  const amount = readNumber(match[1]!, name, sign)
  return amount.ok ? { ok: true, value: { amount: amount.value, currency: match[2]! } } : amount
}

export function readDuration(text: string): Parsed<number> {
  const parsed = parseDuration(text)
  return parsed.ok
    ? parsed
    : refuse(
        'duration.invalid',
        `must be a duration such as 1h, 30d or 1y, was ${shown(text)}`,
        'write a number and s, m, h, d, w or y',
      )
}

/** A duration, or `none`, which is 0. */
export const readDelay = (text: string): Parsed<number> =>
  text === 'none' ? { ok: true, value: 0 } : readDuration(text)

/** A zone such as `+03:00` or `Z`, as it stands behind a time. */
export const readZone = (text: string): Parsed<string> =>
  parseInstant(`2000-01-01T00:00:00${text}`).ok
    ? { ok: true, value: text }
    : refuse(
        'zone.invalid',
        `must be a zone such as Z or +03:00, was ${shown(text)}`,
        'write what its clocks are ahead of UTC',
      )

export function readInstant(text: string): Parsed<Instant> {
  const parsed = parseInstant(text)
  return parsed.ok ? parsed : refuse('instant.invalid', parsed.error, 'write the time in UTC with a Z behind it')
}

/** The value of a text that the schema has already accepted. */
export function accepted<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`invariant: unchecked text: ${parsed.error.message}`)
  return parsed.value
}

/** The candidate a misspelt name most likely meant; null where none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Insertions, deletions, substitutions and swaps of neighbours (Damerau 1964, optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1)
    }
    before = last
    last = row
  }
  return last[b.length]!
}

/** A fraction that the shape has accepted, exactly. */
export const fractionOf = (text: string): Ratio => reduce(ratioOf(accepted(readFraction(text, 'weight', 'any'))))
