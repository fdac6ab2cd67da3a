/** What numbers of a cost model must be, checked the same way everywhere; every violation becomes an issue with its path. */
import type { Issue } from '../base/result.ts'

/** positive: > 0. nonNegative: ≥ 0. share: 0 to 1. fee: 0 to below 1. exponent: above 0 and at most 1. count: 1, 2, … All finite. */
export type Range = 'finite' | 'positive' | 'nonNegative' | 'share' | 'fee' | 'exponent' | 'count'

const HOLDS: Readonly<Record<Range, (x: number) => boolean>> = {
  finite: () => true,
  positive: (x) => x > 0,
  nonNegative: (x) => x >= 0,
  share: (x) => x >= 0 && x <= 1,
  fee: (x) => x >= 0 && x < 1,
  exponent: (x) => x > 0 && x <= 1,
  count: (x) => Number.isSafeInteger(x) && x >= 1,
}

const WORDS: Readonly<Record<Range, string>> = {
  finite: 'a finite number',
  positive: 'above 0',
  nonNegative: '0 or more',
  share: 'from 0 to 1',
  fee: 'from 0 to below 1',
  exponent: 'above 0 and at most 1',
  count: 'a whole number from 1 on',
}

/** An issue for each value outside its range. Keys of `values` are the names a reader sees. */
export const outOfRange = (path: string, values: Readonly<Record<string, readonly [number, Range]>>): Issue[] =>
  Object.entries(values).flatMap(([name, [value, range]]) =>
    Number.isFinite(value) && HOLDS[range](value)
      ? []
      : [
          {
            code: 'cost.range',
            path,
            message: `${name} must be ${WORDS[range]}, was ${value}`,
            hint: 'correct the input: nothing is guessed in its place',
          },
        ],
  )
