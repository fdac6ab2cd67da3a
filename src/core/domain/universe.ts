/**
 * The universe of one book: which underlyings, instruments and currencies there are, and the only place where names turn
 * into indices. Everything is sorted by id, so permuting an input changes no byte of an answer.
 */
import { assert } from '../base/result.ts'
import type { Instrument } from './instrument.ts'

export interface Universe {
  readonly numeraire: string
  readonly instruments: readonly Instrument[]
  readonly underlyings: readonly string[]
  readonly currencies: readonly string[]
  /** instrument index → underlying index */
  readonly underlyingOf: Int32Array
  /** underlying index → indices of its instruments */
  readonly instrumentsOf: readonly (readonly number[])[]
  /** currency index → index of the underlying of the same name (coin collateral is exposure), or −1 */
  readonly exposureOf: Int32Array
  readonly quoteOf: Int32Array
  readonly settleOf: Int32Array
}

/** Underlyings that a book names together, for limits and widths. */
export interface Group {
  readonly name: string
  /** Underlying indices, increasing, at least one. */
  readonly members: readonly number[]
}

/** Code-unit order: the same on every machine and in every locale. */
export const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sortedSet = (names: Iterable<string>): string[] => [...new Set(names)].sort(byId)

/**
 * @param parts.underlyings further underlyings, such as targets without an instrument
 * @param parts.currencies further currencies, such as cash balances
 */
export function makeUniverse(parts: {
  readonly numeraire: string
  readonly instruments: readonly Instrument[]
  readonly underlyings?: readonly string[]
  readonly currencies?: readonly string[]
}): Universe {
  const instruments = [...parts.instruments].sort((a, b) => byId(a.id, b.id))
  for (let index = 1; index < instruments.length; index++)
    assert(instruments[index - 1]!.id !== instruments[index]!.id, `duplicate instrument ${instruments[index]!.id}`)
  const underlyings = sortedSet([...instruments.map((each) => each.underlying), ...(parts.underlyings ?? [])])
  const currencies = sortedSet([
    parts.numeraire,
    ...instruments.flatMap((each) => [each.quote, each.settle]),
    ...(parts.currencies ?? []),
  ])
  const indexIn = (names: readonly string[], picked: readonly string[]): Int32Array => {
    const index = new Map(names.map((name, position) => [name, position]))
    return Int32Array.from(picked, (name) => index.get(name) ?? -1)
  }
  return {
    numeraire: parts.numeraire,
    instruments,
    underlyings,
    currencies,
    underlyingOf: indexIn(
      underlyings,
      instruments.map((each) => each.underlying),
    ),
    instrumentsOf: underlyings.map((name) =>
      instruments.flatMap((each, index) => (each.underlying === name ? [index] : [])),
    ),
    exposureOf: indexIn(underlyings, currencies),
    quoteOf: indexIn(
      currencies,
      instruments.map((each) => each.quote),
    ),
    settleOf: indexIn(
      currencies,
      instruments.map((each) => each.settle),
    ),
  }
}

/** Index of an instrument, −1 where there is none. */
export const instrumentIndex = (universe: Universe, id: string): number =>
  universe.instruments.findIndex((each) => each.id === id)
