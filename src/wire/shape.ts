/**
 * Shapes of what people write, as plain data: a text, one of a few words, a map, a list, or a choice among those. The
 * checker of a book (`book-check.ts`), its JSON Schema (`book-schema.ts`) and its type (`DraftOf`) are read off the same
 * shape. Messages are in two parts, what must be and what to do; the checker adds what was found.
 */
import type { Refusal } from './scalar.ts'

/** What must be, without the words "must be", and what to do where it is not. */
interface Rule {
  readonly must: string
  readonly hint: string
}

/** A part of a JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A text with one reader, which says what is wrong with it. */
export interface Leaf extends Rule {
  readonly kind: 'leaf'
  readonly refuse: (text: string) => Refusal | null
  readonly json: JsonSchema
}

/** One of a few words. */
export interface Choice<W extends string = string> extends Rule {
  readonly kind: 'choice'
  readonly words: readonly W[]
  readonly json: JsonSchema
}

/** A key that may be left out. */
export interface Optional<S extends Shape = Shape> {
  readonly kind: 'optional'
  readonly shape: S
}
export type Fields = Readonly<Record<string, Shape | Optional>>

/** A map with exactly these keys. */
export interface Section<F extends Fields = Fields> extends Rule {
  readonly kind: 'section'
  readonly what: string
  readonly fields: F
}

/** A map with these keys, and entries of one shape under any other name. */
export interface OpenSection<F extends Fields = Fields, S extends Shape = Shape> extends Rule {
  readonly kind: 'openSection'
  readonly what: string
  readonly fields: F
  readonly entry: S
}

/** A list of items of one shape. */
export interface List<S extends Shape = Shape> extends Rule {
  readonly kind: 'list'
  readonly what: string
  readonly item: S
}

/** A short form, a text, or a long form, a map or a list, of the same thing. */
export interface Either<L extends Shape = Shape> extends Rule {
  readonly kind: 'either'
  readonly what: string
  readonly short: Leaf
  readonly long: L
}

/** Sections told apart by their word under `kind`. */
export interface Variants<V extends readonly Variant[] = readonly Variant[]> extends Rule {
  readonly kind: 'variants'
  readonly variants: V
  readonly unknown: Rule
}
/** A map told by one of its keys: `marked` where it has it, else `plain`. */
export interface Keyed<M extends Shape = Shape, P extends Shape = Shape> extends Rule {
  readonly kind: 'keyed'
  readonly key: string
  readonly what: string
  readonly marked: M
  readonly plain: P
}
export type Variant = Section<Fields & { readonly kind: Choice }>

export type Shape = Leaf | Choice | Section | OpenSection | List | Either | Variants | Keyed

/** What is left of a shape's value once all that it refuses is taken away: any part may be absent. */
export type DraftOf<S> = S extends Leaf
  ? string
  : S extends Choice<infer W>
    ? W
    : S extends Section<infer F>
      ? DraftOfFields<F>
      : S extends OpenSection<infer F, infer E>
        ? ([keyof F] extends [never] ? unknown : DraftOfFields<F>) & DraftOfEntries<E>
        : S extends List<infer I>
          ? readonly (DraftOf<I> | undefined)[]
          : S extends Either<infer L>
            ? string | DraftOf<L>
            : S extends Variants<infer V>
              ? DraftOf<V[number]>
              : S extends Keyed<infer M, infer P>
                ? DraftOf<M> | DraftOf<P>
                : never
type DraftOfFields<F extends Fields> = {
  readonly [K in keyof F]?: DraftOf<F[K] extends Optional<infer S> ? S : F[K]> | undefined
}

interface DraftOfEntries<S> {
  readonly [name: string]: DraftOf<S> | undefined
}

const ENTRIES = 'write its entries as `name: value`'
const mapOfThese = (what: string): Rule => ({ must: `a map (${what})`, hint: ENTRIES })

export const optional = <S extends Shape>(shape: S): Optional<S> => ({ kind: 'optional', shape })

export const section = <const F extends Fields>(what: string, fields: F): Section<F> => ({
  kind: 'section',
  what,
  fields,
  ...mapOfThese(what),
})

export const openSection = <const F extends Fields, S extends Shape>(
  what: string,
  fields: F,
  entry: S,
): OpenSection<F, S> => ({ kind: 'openSection', what, fields, entry, ...mapOfThese(what) })

type NoFields = Readonly<Record<never, Leaf>>

/** A map from names to values. */
export const mapOf = <S extends Shape>(what: string, entry: S): OpenSection<NoFields, S> => openSection(what, {}, entry)

/** The same for the underlyings of a book. */
export const underlyings = (what: string, entry: Leaf) => mapOf(`${what}, per underlying`, entry)

export const listOf = <S extends Shape>(what: string, item: S): List<S> => ({
  kind: 'list',
  what,
  item,
  must: `a list (${what})`,
  hint: 'write [a, b], or - a on a line each',
})

export const either = <L extends Section | OpenSection | List>(what: string, short: Leaf, long: L): Either<L> => ({
  kind: 'either',
  what,
  short,
  long,
  must: what,
  hint: 'write one of these',
})

/** @param key the key that only `marked` has */
export const keyed = <M extends Shape, P extends Section | OpenSection>(
  what: string,
  key: string,
  { marked, plain }: { readonly marked: M; readonly plain: P },
): Keyed<M, P> => ({ kind: 'keyed', what, key, marked, plain, ...mapOfThese(what) })

/** @param hints.form what to do where it is no map; hints.kind where its kind is none of these */
export const variants = <const V extends readonly Variant[]>(
  hints: { readonly form: string; readonly kind: string },
  among: V,
): Variants<V> => ({
  kind: 'variants',
  variants: among,
  must: 'a map',
  hint: hints.form,
  unknown: { must: alternatives(among.map(({ fields }) => fields.kind.words[0]!)), hint: hints.kind },
})

export const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
