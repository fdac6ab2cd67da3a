/**
 * Histories that might have been: after the row at which a run begins, rows of the whole history drawn again in blocks
 * (`evidence/bootstrap.ts`), the same rows for all instruments, so that what they have in common in each bar, ranges, volumes,
 * currencies and payments too, and within a block over time, is kept. What the run knew before it began stays what it was.
 */
import { makeRandom } from '../base/random.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { type BlockScheme, checkScheme, drawRows } from '../evidence/bootstrap.ts'
import type { History } from './history.ts'
import { rebuild } from './rebuild.ts'

export interface RedrawTerms {
  readonly scheme: BlockScheme
  readonly seed: number | string
}

/**
 * @param from the last row that stays. @returns path k of it, or why none can be drawn: every instrument must have every bar
 * and mark, every currency its rate, since a row is drawn whole. Codes: stress.gaps, evidence.range, evidence.too-short.
 */
export function redrawHistory(
  history: History,
  from: number,
  { scheme, seed }: RedrawTerms,
): Result<(path: number) => History> {
  const count = history.time.length - 1
  const issues = [...checkScheme(scheme, count), ...findGaps(history)]
  if (issues.length > 0) return fail(issues)
  const follow = history.time.length - from - 1
  return succeed((path) => {
    const drawn = drawRows(new Uint32Array(follow), {
      count,
      scheme,
      random: makeRandom(`${typeof seed}:${seed}#${path}`),
    })
    // A row of returns is one that has a row before it.
    return rebuild(history, { from, sources: drawn.map((row) => row + 1) })
  })
}

/** Of bars, marks and rates: what is missing in one row would be missing from there on. */
function findGaps({ universe, close, mark, rate, time }: History): Issue[] {
  const rows = time.length
  const missing = (column: Float64Array, width: number, k: number): number => {
    let count = 0
    for (let row = 0; row < rows; row++) if (Number.isNaN(column[row * width + k]!)) count++
    return count
  }
  const n = universe.instruments.length
  const columns = [
    ...universe.instruments.map(({ id }, j) => ({
      path: `backtest.history.${id}`,
      what: `bar of ${id}`,
      count: Math.max(missing(close, n, j), mark === null ? 0 : missing(mark, n, j)),
    })),
    ...universe.currencies.map((name, c) => ({
      path: `backtest.rates.${name}`,
      what: `rate of ${name}`,
      count: missing(rate, universe.currencies.length, c),
    })),
  ]
  return columns.flatMap(({ path, what, count }): Issue[] =>
    count === 0
      ? []
      : [
          {
            code: 'stress.gaps',
            path,
            message: `every ${what}, with its mark, must be there to draw rows again, was missing in ${count} of ${rows}`,
            hint: 'begin when all instruments are listed, or leave those with gaps out',
          },
        ],
  )
}
