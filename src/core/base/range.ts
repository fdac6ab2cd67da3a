/** What numbers that somebody states must be, checked the same way everywhere; each area makes issues of its own code of it. */

/**
 * positive: > 0. nonNegative: ≥ 0. share: 0 to 1. inside: above 0 and below 1. fee: 0 to below 1. exponent: above 0 and at
 * most 1. count: 1, 2, … whole: 0, 1, … All finite.
 */
export type Range = 'finite' | 'positive' | 'nonNegative' | 'share' | 'inside' | 'fee' | 'exponent' | 'count' | 'whole'

const HOLDS: Readonly<Record<Range, (x: number) => boolean>> = {
  finite: () => true,
  positive: (x) => x > 0,
  nonNegative: (x) => x >= 0,
  share: (x) => x >= 0 && x <= 1,
  inside: (x) => x > 0 && x < 1,
  fee: (x) => x >= 0 && x < 1,
  exponent: (x) => x > 0 && x <= 1,
  count: (x) => Number.isSafeInteger(x) && x >= 1,
  whole: (x) => Number.isSafeInteger(x) && x >= 0,
}

const WORDS: Readonly<Record<Range, string>> = {
  finite: 'a finite number',
  positive: 'above 0',
  nonNegative: '0 or more',
  share: 'from 0 to 1',
  inside: 'above 0 and below 1',
  fee: 'from 0 to below 1',
  exponent: 'above 0 and at most 1',
  count: 'a whole number from 1 on',
  whole: 'a whole number from 0 on',
}

/** "<name> must be <range>, was <value>" for each value outside its range. Keys of `values` are the names a reader sees. */
export const violationsOf = (values: Readonly<Record<string, readonly [number, Range]>>): string[] =>
  Object.entries(values).flatMap(([name, [value, range]]) =>
    Number.isFinite(value) && HOLDS[range](value) ? [] : [`${name} must be ${WORDS[range]}, was ${value}`],
  )
