/** What a study found, in words and figures, the same on screens and pages. */
import { formatAmount, formatBp, formatInstantShort, formatPercent } from '../../core/base/format.ts'
import { isMissing, type Measure } from '../../core/sim/metrics-growth.ts'
import { type Score, summaryOf } from '../../core/sim/study-score.ts'
import { isJudged, type StudyReport, type StudyRow } from '../../core/sim/study-types.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { metricText, NONE } from './measure-text.ts'

/** A score in its own unit: a ratio, percent a year, or what is lost in basis points a year. */
export function scoreText(score: Score, measure: Measure): string {
  if (isMissing(measure)) return NONE
  if (summaryOf(score) === 'sharpe') return formatAmount(measure, 2)
  return score.kind === 'cost' || score.kind === 'costAndRisk' ? formatBp(measure, 2) : percent(measure, true)
}

const rowOf = ({ rows }: StudyReport, cell: number): StudyRow => rows.find((each) => each.cell === cell)!

/** Cells beside each other: the book as it is, the winner and the plateau first, then the best. */
export function rowsShown(report: StudyReport, most: number): { readonly label: string; readonly row: StudyRow }[] {
  const { winner, plateau, rows } = report
  const robust = isJudged(plateau) ? plateau.cell : null
  const value = ({ score }: StudyRow): number => (isMissing(score) ? Number.NEGATIVE_INFINITY : score)
  const best = rows.toSorted((a, b) => value(b) - value(a) || a.cell - b.cell)
  const others = best.filter(({ cell }) => cell !== winner && cell !== robust).slice(0, most)
  return [
    { label: robust === winner ? 'winner, plateau' : 'winner', row: rowOf(report, winner) },
    ...(robust === null || robust === winner ? [] : [{ label: 'plateau', row: rowOf(report, robust) }]),
    ...others.map((row) => ({ label: `cell ${row.cell}`, row })),
  ]
}

export const rowFigures = ({ figures }: Pick<StudyRow, 'figures'>): string[] => [
  metricText('annualReturn', figures.annualReturn),
  metricText('sharpe', figures.sharpe),
  metricText('maxDrawdown', figures.maxDrawdown),
  metricText('trackingError', figures.trackingError),
  metricText('cost', figures.cost),
]
export const ROW_HEADINGS = ['return', 'Sharpe', 'drawdown', 'track. error', 'cost'] as const

/** Question, answer, and what it is made of. */
export function judgements(report: StudyReport): (readonly [string, string, string])[] {
  const { score, walkForward, crossValidation, luck, advantage, plateau } = report
  const text = (measure: Measure): string => scoreText(score, measure)
  const span = (low: number, high: number): string => `${text(low)} to ${text(high)}`
  return [
    !isJudged(walkForward)
      ? ['walk-forward', NONE, walkForward.because]
      : [
          'walk-forward',
          text(walkForward.score),
          `chosen ${walkForward.steps.length} times on the past alone; the book as it is ${text(walkForward.base)}`,
        ],
    !isJudged(crossValidation)
      ? ['cross-validation', NONE, crossValidation.because]
      : [
          'cross-validation',
          text(crossValidation.middle),
          `median of ${crossValidation.paths.length} paths, 90 % of them ${span(crossValidation.low, crossValidation.high)}; ${crossValidation.chosen} cells chosen`,
        ],
    !isJudged(advantage)
      ? ['over the book as it is', NONE, advantage.because]
      : [
          'over the book as it is',
          text(advantage.estimate),
          `95 % interval ${span(advantage.percentile.low, advantage.percentile.high)}, drawn in blocks`,
        ],
    ...(!isJudged(luck)
      ? [['not luck', NONE, luck.because] as const]
      : [
          [
            'not luck',
            formatPercent(luck.deflated, 0),
            `deflated Sharpe ratio: ${formatAmount(luck.sharpe, 2)} ± ${formatAmount(luck.standardError, 2)}, of luck alone ${formatAmount(luck.expectedOfLuck, 2)}; ${formatAmount(luck.trials, 0)} trials are worth ${formatAmount(luck.effective, 1)}`,
          ] as const,
          [
            'overfitting',
            formatPercent(luck.overfitting, 0),
            'probability that the best in sample is no better than the median out of sample',
          ] as const,
        ]),
    !isJudged(plateau)
      ? ['plateau', NONE, plateau.because]
      : [
          'plateau',
          plateau.kept === null ? NONE : formatPercent(Math.max(0, plateau.kept), 0),
          'of its advantage over the median cell that the neighbourhood of the winner keeps',
        ],
  ]
}

export const studySpan = ({ from, to, rows, refused }: StudyReport): string => {
  const lost = refused.length === 0 ? '' : `, ${formatAmount(refused.length, 0)} more could not be run`
  return `${formatAmount(rows.length, 0)} books${lost}, ${formatInstantShort(from)} to ${formatInstantShort(to)}`
}
