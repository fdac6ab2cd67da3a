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
 * @param from the last row that stays. @returns path k of it, or why none can be drawn: every instrument must have every bar,
 * since a row is drawn whole. Codes: stress.gaps, evidence.range, evidence.too-short.
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

function findGaps({ universe, close, time }: History): Issue[] {
  const n = universe.instruments.length
  return universe.instruments.flatMap(({ id }, j): Issue[] => {
    let missing = 0
    for (let row = 0; row < time.length; row++) if (Number.isNaN(close[row * n + j]!)) missing++
    if (missing === 0) return []
    return [
      {
        code: 'stress.gaps',
        path: `backtest.history.${id}`,
        message: `every bar must be there to draw rows again, was ${missing} of ${time.length} without ${id}`,
        hint: 'begin when all instruments are listed, or leave those with gaps out',
      },
    ]
  })
}
