/**
 * Choosing again and again on a part of the history, and what the choice was worth on the part that it had not seen: walk-forward,
 * which trains on the past of each test, and combinatorial purged cross-validation, whose tests make paths through the whole
 * history. The splits and their purging are those of `core/evidence/splits.ts`.
 */
import { fail, type Result, succeed } from '../base/result.ts'
import { groupBounds } from '../evidence/groups.ts'
import {
  type CombinatorialFolds,
  combinatorialPurged,
  type Fold,
  type Observations,
  walkForward,
} from '../evidence/splits.ts'
import { quantileOfSorted } from '../maths/quantile.ts'
import { measuredScore, type Summary, scoreAt } from './study-score.ts'
import type { CrossValidation, StudyTerms, WalkForwardResult } from './study-types.ts'

export interface StudyFolds {
  readonly walkForward: readonly Fold[]
  readonly combinatorial: CombinatorialFolds
}

/** Known before anything is run. Codes: those of `walkForward` and `combinatorialPurged`. */
export function studyFolds({
  from,
  periodMs,
  periods,
  splits,
}: Pick<StudyTerms, 'from' | 'periodMs' | 'periods' | 'splits'>): Result<StudyFolds> {
  const starts = Float64Array.from({ length: periods }, (_, k) => from + k * periodMs)
  const observations: Observations = { from: starts, until: starts.map((each) => each + periodMs + splits.purgeMs) }
  const embargo = splits.embargoMs
  const walk = walkForward(observations, { ...splits.walkForward, step: splits.walkForward.test, embargo })
  const combined = combinatorialPurged(observations, { ...splits.combinatorial, embargo })
  if (walk.ok && combined.ok) return succeed({ walkForward: walk.value, combinatorial: combined.value })
  return fail([...(walk.ok ? [] : walk.error), ...(combined.ok ? [] : combined.error)])
}

/** What is chosen among: a column of scores of periods for each cell, and its number. */
export interface Contest {
  readonly columns: readonly Float64Array[]
  readonly cells: readonly number[]
  readonly summary: Summary
  readonly periodsPerYear: number
}

/** The place of the first column that is best at these periods, with its score there. */
export function bestAt(contest: Contest, places: Uint32Array): { readonly place: number; readonly score: number } {
  let best = { place: 0, score: Number.NEGATIVE_INFINITY }
  for (const [place, column] of contest.columns.entries()) {
    const score = scoreAt(column, places, contest)
    if (score > best.score) best = { place, score }
  }
  return best
}

export function walkAhead(
  contest: Contest,
  base: Float64Array,
  { folds, from, periodMs }: { readonly folds: readonly Fold[] } & Pick<StudyTerms, 'from' | 'periodMs'>,
): WalkForwardResult {
  const chosen = folds.map(({ train }) => bestAt(contest, train))
  const tested = joined(folds.map(({ test }) => test))
  const followed = Float64Array.from(
    folds.flatMap(({ test }, k) => Array.from(test, (place) => contest.columns[chosen[k]!.place]![place]!)),
  )
  const all = Uint32Array.from(followed.keys())
  return {
    steps: folds.map(({ test }, k) => {
      const { place, score } = chosen[k]!
      return {
        from: from + test[0]! * periodMs,
        to: from + (test.at(-1)! + 1) * periodMs,
        cell: contest.cells[place]!,
        trained: measuredScore(score),
        tested: measuredScore(scoreAt(contest.columns[place]!, test, contest)),
      }
    }),
    score: measuredScore(scoreAt(followed, all, contest)),
    base: measuredScore(scoreAt(base, tested, contest)),
  }
}

const joined = (parts: readonly Uint32Array[]): Uint32Array => Uint32Array.from(parts.flatMap((part) => [...part]))

/** null where a path does not vary, so that it has no score. */
export function crossValidate(contest: Contest, { folds, paths }: CombinatorialFolds): CrossValidation | null {
  const chosen = folds.map(({ train }) => bestAt(contest, train).place)
  const bounds = groupBounds(contest.columns[0]!.length, paths[0]!.length)
  const scores = Float64Array.from(paths, (foldOfGroup) => {
    const path = foldOfGroup.flatMap((fold, group) => [
      ...contest.columns[chosen[fold]!]!.subarray(bounds[group]!, bounds[group + 1]!),
    ])
    return scoreAt(Float64Array.from(path), Uint32Array.from(path.keys()), contest)
  })
  if (!scores.every(Number.isFinite)) return null
  const sorted = scores.toSorted()
  return {
    paths: scores,
    low: quantileOfSorted(sorted, 0.05),
    middle: quantileOfSorted(sorted, 0.5),
    high: quantileOfSorted(sorted, 0.95),
    chosen: new Set(chosen).size,
  }
}
