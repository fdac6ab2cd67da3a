/** Numbers of a cost model outside their range, as issues with their path. */
import { type Range, violationsOf } from '../base/range.ts'
import type { Issue } from '../base/result.ts'

/** An issue for each value outside its range. Keys of `values` are the names a reader sees. */
export const outOfRange = (path: string, values: Readonly<Record<string, readonly [number, Range]>>): Issue[] =>
  violationsOf(values).map((message) => ({
    code: 'cost.range',
    path,
    message,
    hint: 'correct the input: nothing is guessed in its place',
  }))
