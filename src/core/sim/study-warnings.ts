/** What a reader must know before the winner of a study is used, in sentences. */
import { formatAmount, formatPercent } from '../base/format.ts'
import type { Space } from '../evidence/search/space.ts'
import { isMissing } from './metrics-growth.ts'
import { isAdaptive } from './study-search.ts'
import { isJudged, type StudyReport } from './study-types.ts'

/** A choice that is no better than a coin out of sample; a probability that is no longer usual to doubt. */
const OVERFITTING_MAX = 0.5
const DEFLATED_MIN = 0.95
/** Less of its advantage than that in its neighbourhood: a peak. */
const KEPT_MIN = 0.5

export function warningsOf(report: Omit<StudyReport, 'warnings'>, space: Space): string[] {
  const { luck, plateau, walkForward, advantage, winner, rows } = report
  const said: string[] = []
  if (isJudged(luck)) {
    if (luck.overfitting > OVERFITTING_MAX)
      said.push(
        `Choosing like this is overfitting: in ${formatPercent(luck.overfitting, 0)} of the splits the best in sample was no better than the median out of sample.`,
      )
    if (luck.deflated < DEFLATED_MIN)
      said.push(
        `The winner may be luck: the best of ${formatAmount(luck.effective, 0)} independent trials without merit would have a ratio of ${formatAmount(luck.expectedOfLuck, 2)}, and the probability that the true one is above that is ${formatPercent(luck.deflated, 0)}, below ${formatPercent(DEFLATED_MIN, 0)}.`,
      )
  } else said.push(`Whether the winner is luck is not known: ${luck.because}.`)
  if (isJudged(walkForward) && !isMissing(walkForward.score) && !isMissing(walkForward.base))
    if (walkForward.score <= walkForward.base)
      said.push('Out of sample, choosing again and again was no better than the book as it is.')
  if (isJudged(advantage) && advantage.percentile.low <= 0)
    said.push('The interval of how much better the winner is than the book as it is holds 0.')
  if (isJudged(plateau) && plateau.kept !== null && plateau.kept < KEPT_MIN)
    said.push(
      `The winner is a peak: its neighbourhood keeps ${formatPercent(Math.max(0, plateau.kept), 0)} of its advantage; prefer the plateau.`,
    )
  const ends = endsOf(space, rows.find(({ cell }) => cell === winner)!.point)
  if (ends.length > 0)
    said.push(`The winner lies at the end of the range of ${ends.join(' and ')}; a better one may lie beyond.`)
  if (isAdaptive({ kind: report.search }))
    said.push(
      'The search has seen the whole history: what it visited was chosen by it, so walk-forward and cross-validation flatter; repeat with a grid or random cells.',
    )
  return said
}

/** Parameters that have no cell beyond the point on one side. */
const endsOf = (space: Space, point: Float64Array): string[] =>
  space.flatMap(({ kind, name }, k) => (kind !== 'choice' && (point[k] === 0 || point[k] === 1) ? [name] : []))
