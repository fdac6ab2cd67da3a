/**
 * What `init` asks, and the book file its answers make. Every question can also be answered by a flag, and every answer
 * is checked the same way; the whole book is read and planned with before it is written.
 */
import { parseDecimal } from '../../core/base/decimal.ts'
import { parseInstant } from '../../core/base/instant.ts'
import { policyForm } from './policy-words.ts'

export const FIELDS = [
  'currency',
  'cash',
  'hold',
  'target',
  'price',
  'vol',
  'correlation',
  'lot',
  'fee',
  'spread',
  'policy',
  'gross',
  'asOf',
] as const
export type Field = (typeof FIELDS)[number]
export type Answers = Readonly<Record<Field, string>>
/** Answers given so far, in the order of FIELDS. */
export type Known = Partial<Answers>

export interface Question {
  readonly field: Field
  readonly flag: string
  readonly message: string
  /** An example answer for what is known so far. */
  readonly example: (known: Known) => string
  /** What is wrong with an answer; undefined where nothing is. */
  readonly check: (answer: string, known: Known) => string | undefined
  /** The question does not arise and has this answer. */
  readonly settled?: (known: Known) => string | undefined
}

/** "BTC=1.5, ETH=6.25" or "BTC 1.5, ETH 6.25" as pairs; null where it is neither. */
export function readPairs(text: string): readonly (readonly [string, string])[] | null {
  const parts = text.split(/[,;]/).map((part) => part.trim())
  if (parts.length === 1 && parts[0] === '') return []
  const pairs = parts.map((part): readonly [string, string] | null => {
    const match = /^([\p{L}\p{N}._/@+#-]{1,64})(?:\s*[=:]\s*|\s+)(\S+(?:\s*%)?)$/u.exec(part)
    return match === null ? null : [match[1]!, match[2]!.replace(/\s+/, '')]
  })
  if (pairs.some((pair) => pair === null)) return null
  const found = pairs as (readonly [string, string])[]
  return new Set(found.map(([name]) => name)).size === found.length ? found : null
}

/** Underlyings of the draft: what is held, then what is wanted and not held. */
const underlyingsOf = (known: Known): string[] => [
  ...new Set([...(readPairs(known.hold ?? '') ?? []), ...(readPairs(known.target ?? '') ?? [])].map(([name]) => name)),
]

const isNumber = (text: string): boolean => parseDecimal(text).ok
const isFraction = (text: string): boolean => isNumber(text.replace(/\s*(%|bp)$/, ''))
const isPositive = (text: string): boolean => isNumber(text) && !/^-/.test(text) && /[1-9]/.test(text)

const examplePairs = (names: readonly string[], values: readonly string[]): string =>
  names.map((name, index) => `${name}=${values[index % values.length]}`).join(', ')

/** A list that must have a value of one kind for each of `names`. */
function checkPairs(
  answer: string,
  { names, valid, kind }: { names: readonly string[] | null; valid: (value: string) => boolean; kind: string },
): string | undefined {
  const pairs = readPairs(answer)
  if (pairs === null) return `must be a list such as BTC=…, ETH=… with each name once, was ${JSON.stringify(answer)}`
  const bad = pairs.find(([, value]) => !valid(value))
  if (bad !== undefined) return `${bad[0]} must be ${kind}, was ${JSON.stringify(bad[1])}`
  const given = new Set(pairs.map(([name]) => name))
  const missing = names?.filter((name) => !given.has(name)) ?? []
  if (missing.length > 0) return `must have a value for each underlying, was without ${missing.join(', ')}`
  const unknown = names === null ? undefined : pairs.find(([name]) => !names.includes(name))
  return unknown === undefined ? undefined : `must name what is held or wanted, was ${unknown[0]}`
}

const pairsOf = (names: readonly string[]): string[] =>
  names.flatMap((a, i) => names.slice(i + 1).map((b) => (a < b ? `${a}/${b}` : `${b}/${a}`)))

/** Each pair once, under its sorted name; one number stands for all pairs. */
export function correlationsOf(known: Known): readonly (readonly [string, string])[] {
  const names = pairsOf(underlyingsOf(known))
  const answer = (known.correlation ?? '').trim()
  if (isNumber(answer)) return names.map((name) => [name, answer] as const)
  return (readPairs(answer) ?? []).map(([name, value]) => [name.split('/').sort().join('/'), value] as const)
}

function checkCorrelation(answer: string, known: Known): string | undefined {
  const valid = (value: string): boolean => isNumber(value) && Math.abs(Number(value)) <= 1
  if (isNumber(answer.trim())) return valid(answer.trim()) ? undefined : `must be between -1 and 1, was ${answer}`
  const sorted = correlationsOf({ ...known, correlation: answer }).map(([name, value]) => `${name}=${value}`)
  if (readPairs(answer) === null) return checkPairs(answer, { names: null, valid, kind: 'a number from -1 to 1' })
  return checkPairs(sorted.join(','), { names: pairsOf(underlyingsOf(known)), valid, kind: 'a number from -1 to 1' })
}

const forEach = (values: readonly string[], valid: (value: string) => boolean, kind: string) => ({
  example: (known: Known): string => examplePairs(underlyingsOf(known), values),
  check: (answer: string, known: Known): string | undefined =>
    checkPairs(answer, { names: underlyingsOf(known), valid, kind }),
})

const single = (example: string, valid: (value: string) => boolean, kind: string) => ({
  example: (): string => example,
  check: (answer: string): string | undefined =>
    valid(answer.trim()) ? undefined : `must be ${kind}, was ${JSON.stringify(answer)}`,
})

/** The questions in the order they are asked. */
export const QUESTIONS: readonly Question[] = [
  {
    field: 'currency',
    flag: '--currency',
    message: 'Currency every weight is measured in',
    ...single('USD', (text) => /^[A-Z][A-Z0-9]{1,11}$/.test(text), 'a currency such as USD, in capitals'),
  },
  {
    field: 'cash',
    flag: '--cash',
    message: 'Cash you have in it',
    ...single('10000', isNumber, 'an amount such as 10000, without commas'),
  },
  {
    field: 'hold',
    flag: '--hold',
    message: 'Coins you hold, with quantities (empty if none)',
    example: () => 'BTC=1.09375, ETH=6.25',
    check: (answer) => checkPairs(answer, { names: null, valid: isPositive, kind: 'a quantity above 0' }),
  },
  {
    field: 'target',
    flag: '--target',
    message: 'Weights you want; what is left stays cash',
    example: (known) =>
      examplePairs(
        (readPairs(known.hold ?? '') ?? [['BTC']]).map(([name]) => name!),
        ['50%', '30%', '10%'],
      ),
    check: (answer) =>
      answer.trim() === ''
        ? 'must name at least one coin, such as BTC=50%'
        : checkPairs(answer, { names: null, valid: isFraction, kind: 'a weight such as 25%' }),
  },
  {
    field: 'price',
    flag: '--price',
    message: 'Prices now',
    ...forEach(['64000', '3200', '160'], isPositive, 'a price above 0'),
  },
  {
    field: 'vol',
    flag: '--vol',
    message: 'Volatility of each, a year',
    ...forEach(['55%', '70%', '95%'], isFraction, 'a volatility such as 60%'),
  },
  {
    field: 'correlation',
    flag: '--correlation',
    message: 'Correlation: one number for every pair, or pair by pair',
    example: (known) => examplePairs(pairsOf(underlyingsOf(known)), ['0.8', '0.6', '0.65']),
    check: checkCorrelation,
    settled: (known) => (underlyingsOf(known).length < 2 ? '0' : undefined),
  },
  {
    field: 'lot',
    flag: '--lot',
    message: 'Smallest step of quantity of each (the venue states it)',
    ...forEach(['0.00001', '0.0001', '0.01'], isPositive, 'a step above 0'),
  },
  {
    field: 'fee',
    flag: '--fee',
    message: 'Taker fee you pay',
    ...single('5bp', isFraction, 'a fraction such as 5bp or 0.05%'),
  },
  {
    field: 'spread',
    flag: '--spread',
    message: 'Bid-ask spread, full width',
    ...single('2bp', isFraction, 'a fraction such as 2bp'),
  },
  {
    field: 'policy',
    flag: '--policy',
    message: 'When and how far to trade',
    example: () => 'cap 7%',
    check: (answer) => {
      const form = policyForm(answer)
      return form.ok ? undefined : form.error[0]!.message
    },
  },
  {
    field: 'gross',
    flag: '--gross',
    message: 'Limit on the sum of all weights',
    ...single('100%', isFraction, 'a fraction such as 100%'),
  },
  {
    field: 'asOf',
    flag: '--as-of',
    message: 'Time of these prices',
    ...single('2026-03-01T00:00:00Z', (text) => parseInstant(text).ok, 'a time such as 2026-03-01T00:00:00Z'),
  },
]

/** A name YAML takes for what it is, or the same in quotes. */
const name = (text: string): string =>
  /^[A-Za-z][A-Za-z0-9-]*$/.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text)
const inline = (pairs: readonly (readonly [string, string])[]): string =>
  `{ ${pairs.map(([key, value]) => `${name(key)}: ${value}`).join(', ')} }`

/** The text of the book file. */
export function bookText(answers: Answers): string {
  const pairs = (field: Field): readonly (readonly [string, string])[] => readPairs(answers[field]) ?? []
  const policy = policyForm(answers.policy)
  const form: [string, string][] = policy.ok ? Object.entries<string>(policy.value) : []
  const lots = new Map(pairs('lot'))
  const names = underlyingsOf(answers)
  const held = pairs('hold')
  const correlations = correlationsOf(answers)
  const lines = [
    '# A book: what is held, what is wanted, and what may be done about it.',
    '# `equipoise plan` answers what to trade now; `equipoise schema book` describes every key.',
    'book: 1',
    `currency: ${answers.currency}`,
    `asOf: ${answers.asOf.trim()}`,
    `cash: ${inline([[answers.currency, answers.cash.trim()]])}`,
    ...(held.length === 0
      ? ['positions: {}']
      : ['positions:', ...held.map(([coin, amount]) => `  ${name(coin)}: ${amount}`)]),
    `targets: ${inline(pairs('target'))}`,
    `policy: ${inline(form)}`,
    `limits: { gross: ${answers.gross.trim()}, cashMin: 0% }`,
    'instruments:',
    ...names.map(
      (coin) =>
        `  ${name(coin)}: { kind: spot, lot: ${lots.get(coin)}, fee: ${answers.fee.trim()}, spread: ${answers.spread.trim()} }`,
    ),
    'market:',
    `  prices: ${inline(pairs('price'))}`,
    `  vols: ${inline(pairs('vol'))}`,
    ...(correlations.length === 0 ? [] : [`  correlations: ${inline(correlations)}`]),
  ]
  return `${lines.join('\n')}\n`
}
