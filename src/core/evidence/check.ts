/** What every judgement asks of its numbers: settings in their range, series that are long enough, finite and of one length. */
import { type Range, violationsOf } from '../base/range.ts'
import { type Issue, refuse } from '../base/result.ts'

/** An issue for each setting outside its range. Keys of `values` are the names a reader sees. */
export const outOfRange = (path: string, values: Readonly<Record<string, readonly [number, Range]>>): Issue[] =>
  violationsOf(values).map((message) => ({
    code: 'evidence.range',
    path,
    message,
    hint: 'correct the setting: nothing is guessed in its place',
  }))

/** Squares of such numbers, and sums of them, stay finite. */
const SIZE_MAX = 1e100

/** Too few numbers, or one that is not finite or too large to square. Codes: evidence.too-short, evidence.number. */
export function checkSeries(path: string, values: Float64Array, countMin: number): Issue[] {
  const issues: Issue[] = []
  if (values.length < countMin)
    issues.push({
      code: 'evidence.too-short',
      path,
      message: `the series must have at least ${countMin} numbers, was ${values.length}`,
      hint: 'use a longer history or shorter periods',
    })
  const bad = values.findIndex((value) => !(Math.abs(value) <= SIZE_MAX))
  if (bad >= 0)
    issues.push({
      code: 'evidence.number',
      path: `${path}.${bad}`,
      message: `the series must be finite numbers up to ${SIZE_MAX} in size, was ${values[bad]}`,
      hint: 'find where the number comes from; leave out the period only where it did not happen',
    })
  return issues
}

/** Series that do not go together: none at all, or of different length. Codes: evidence.shape and those of `checkSeries`. */
export function checkColumns(
  path: string,
  columns: readonly Float64Array[],
  least: { readonly columns: number; readonly rows: number },
): Issue[] {
  if (columns.length < least.columns)
    return [
      {
        code: 'evidence.shape',
        path,
        message: `there must be at least ${least.columns} series, was ${columns.length}`,
        hint: 'give every series that was tried, also those that were not chosen',
      },
    ]
  const rows = columns[0]!.length
  return columns.flatMap((column, k) =>
    column.length === rows
      ? checkSeries(`${path}.${k}`, column, least.rows)
      : [
          {
            code: 'evidence.shape',
            path: `${path}.${k}`,
            message: `series must be of one length, was ${column.length} beside ${rows}`,
            hint: 'put all series on the same periods first',
          },
        ],
  )
}

export const refuseFlat = (path: string, value: number): ReturnType<typeof refuse> =>
  refuse(
    'evidence.flat',
    path,
    `the series must vary, was ${value} throughout`,
    'a ratio to its deviation says nothing about it: judge it by its mean, or leave it out',
  )
