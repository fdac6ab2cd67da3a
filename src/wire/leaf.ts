/** The texts of a book: each is one shape, read by one reader of `scalar.ts`, and a number where an editor writes one. */
import {
  type Parsed,
  readBase,
  readDelay,
  readDuration,
  readFraction,
  readInstant,
  readMoney,
  readNumber,
  readZone,
  type Sign,
} from './scalar.ts'
import { alternatives, type Choice, type Leaf } from './shape.ts'
import { shown } from './tree.ts'

interface Words {
  /** What it is, in the JSON Schema and after "must be". */
  readonly what: string
  readonly example: string
  readonly hint?: string
}

/** JSON Schema types an editor accepts; the reader sees the text either way. */
const TEXT = ['string']
const NUMERIC = ['string', 'number']

const leaf = (words: Words, read: (text: string) => Parsed<unknown>, type: readonly string[]): Leaf => ({
  kind: 'leaf',
  must: words.what,
  hint: words.hint ?? `write it, such as ${words.example}`,
  refuse: (text) => {
    const parsed = read(text)
    return parsed.ok ? null : parsed.error
  },
  json: { type, description: words.what, examples: [words.example] },
})

export const number = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readNumber(text, name, sign), NUMERIC)
export const fraction = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readFraction(text, name, sign), NUMERIC)
export const base = (words: Words): Leaf => leaf(words, readBase, NUMERIC)
export const money = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readMoney(text, name, sign), TEXT)
export const duration = (words: Words): Leaf => leaf(words, readDuration, TEXT)
/** A time that may be `none`. */
export const delay = (words: Words): Leaf => leaf(words, readDelay, TEXT)
export const instant = (words: Words): Leaf => leaf(words, readInstant, TEXT)
/** A zone as it stands behind a time: `+03:00`, `Z`. */
export const zone = (words: Words): Leaf => leaf(words, readZone, TEXT)

const NAME = /^[\p{L}\p{N}._:/@+#-]{1,64}$/u

/** An id of an instrument, an underlying or a currency. */
export const name = (words: Words): Leaf =>
  leaf(
    words,
    (text) =>
      NAME.test(text)
        ? { ok: true, value: text }
        : {
            ok: false,
            error: {
              code: 'name.invalid',
              message: 'must be a name of letters, digits and . _ : / @ + # -, was something else',
              hint: 'rename it',
            },
          },
    NUMERIC,
  )

/** Free text on one line. */
export const title = (words: Words): Leaf =>
  leaf(
    words,
    (text) =>
      /^[^\p{C}]{1,120}$/u.test(text)
        ? { ok: true, value: text }
        : {
            ok: false,
            error: {
              code: 'text.invalid',
              message: 'must be one line of at most 120 printable characters, was something else',
              hint: 'shorten it',
            },
          },
    NUMERIC,
  )

/** A path, relative to the book. */
export const path = (words: Words): Leaf =>
  leaf(
    words,
    (text) =>
      /^[^\p{Cc}]{1,1024}$/u.test(text)
        ? { ok: true, value: text }
        : {
            ok: false,
            error: {
              code: 'path.invalid',
              message: 'must be a path, was something else',
              hint: 'write it relative to the book file',
            },
          },
    TEXT,
  )

/** `true` or `false`. */
export const flag = (what: string): Choice<'true' | 'false'> => ({
  kind: 'choice',
  words: ['true', 'false'],
  must: 'true or false',
  hint: `say ${what}`,
  json: { type: 'boolean', description: what },
})

/** One word that says what no other form of the same thing says. */
export const word = (only: string, what: string): Leaf =>
  leaf(
    { what, example: only },
    (text) =>
      text === only
        ? { ok: true, value: text }
        : {
            ok: false,
            error: {
              code: 'value.invalid',
              message: `must be ${what}, was ${shown(text)}`,
              hint: `write \`${only}\`, or the other form`,
            },
          },
    TEXT,
  )

/** One of a few words. */
export const choice = <const W extends string>(what: string, words: readonly W[]): Choice<W> => ({
  kind: 'choice',
  words,
  must: alternatives(words),
  hint: `choose one (${what})`,
  json: { type: 'string', enum: words, description: what },
})

/** The word that tells one of several sections from the others. */
export const kind = <const W extends string>(word: W): Choice<W> => ({
  kind: 'choice',
  words: [word],
  must: word,
  hint: `write \`kind: ${word}\``,
  json: { type: 'string', const: word },
})

/** The version of the format: a number or a text. */
export const version = <const W extends string>(number: W): Choice<W> => ({
  kind: 'choice',
  words: [number],
  must: number,
  hint: `write \`book: ${number}\`, the version of this format`,
  json: { type: ['number', 'string'], description: 'version of the format', enum: [Number(number), number] },
})
