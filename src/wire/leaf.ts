/**
 * The leaves of the book's schema. A leaf is a text in the file (a number, for editors) with one reader, which says what
 * is wrong with it. Messages are "must be …; what to do": the checker adds what was found.
 */
import { z } from 'zod'
import {
  type Parsed,
  readBase,
  readDuration,
  readFraction,
  readInstant,
  readMoney,
  readNumber,
  type Sign,
} from './scalar.ts'

export type Leaf = z.ZodString

interface Words {
  /** What it is, in the JSON Schema and after "must be". */
  readonly what: string
  readonly example: string
  readonly hint?: string
}

/** JSON Schema types an editor accepts; the reader sees the text either way. */
const TEXT = ['string']
const NUMERIC = ['string', 'number']

function leaf(words: Words, read: (text: string) => Parsed<unknown>, type: readonly string[], more: object = {}): Leaf {
  const hint = words.hint ?? `write it, such as ${words.example}`
  return z
    .string({ error: `must be ${words.what}\n${hint}` })
    .superRefine((text, context) => {
      const parsed = read(text)
      if (!parsed.ok)
        context.addIssue({
          code: 'custom',
          message: parsed.error.message,
          params: { code: parsed.error.code, hint: parsed.error.hint },
        })
    })
    .meta({ description: words.what, examples: [words.example], type, ...more })
}

export const number = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readNumber(text, name, sign), NUMERIC)
export const fraction = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readFraction(text, name, sign), NUMERIC)
export const base = (words: Words): Leaf => leaf(words, readBase, NUMERIC)
export const money = (name: string, sign: Sign, words: Words): Leaf =>
  leaf(words, (text) => readMoney(text, name, sign), TEXT)
export const duration = (words: Words): Leaf => leaf(words, readDuration, TEXT)
export const instant = (words: Words): Leaf => leaf(words, readInstant, TEXT)

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
export const flag = (what: string) =>
  z
    .enum(['true', 'false'], { error: `must be true or false\nsay ${what}` })
    .meta({ description: what, enum: undefined, type: 'boolean' })

/** One of a few words. */
export const choice = <const T extends readonly [string, ...string[]]>(what: string, words: T) =>
  z.enum(words, { error: `must be ${alternatives(words)}\nchoose one (${what})` }).meta({ description: what })

export const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const ENTRIES = 'write its entries as `name: value`'

/** A map with exactly these keys; its error carries them, so that an unknown key can be told what it may have meant. */
export const section = <T extends z.ZodRawShape>(what: string, shape: T) =>
  z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : `must be a map (${what})\n${ENTRIES}`,
    })
    .meta({ description: what })

/** A map with these keys and further entries named by the reader of the book. */
export const openSection = <T extends z.ZodRawShape, V extends z.ZodType>(what: string, shape: T, entry: V) =>
  z
    .object(shape, { error: `must be a map (${what})\n${ENTRIES}` })
    .catchall(entry)
    .meta({ description: what })

/** A map from names to values. */
export const mapOf = <V extends z.ZodType>(what: string, entry: V) =>
  z.record(z.string(), entry, { error: `must be a map (${what})\n${ENTRIES}` }).meta({ description: what })

export const listOf = <V extends z.ZodType>(what: string, item: V) =>
  z.array(item, { error: `must be a list (${what})\nwrite [a, b], or - a on a line each` }).meta({ description: what })

/** A short form or a long form of the same thing. */
export const either = <A extends z.ZodType, B extends z.ZodType>(what: string, short: A, long: B) =>
  z.union([short, long], { error: `must be ${what}\nwrite one of these` }).meta({ description: what })
