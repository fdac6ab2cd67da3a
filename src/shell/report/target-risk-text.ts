/** What hangs on the target, in words: a row for each way in which it may have been wrong, a cell for each figure. */
import { formatAmount, formatDuration } from '../../core/base/format.ts'
import { assertNever } from '../../core/base/result.ts'
import { METRICS } from '../../core/sim/metrics-definitions.ts'
import {
  type Spread,
  TARGET_FIGURES,
  type TargetFigure,
  type TargetRisk,
  type TargetRiskRow,
} from '../../core/sim/target-risk.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { metricText, NONE } from './measure-text.ts'

export const targetRiskHeadings: readonly string[] = TARGET_FIGURES.map(
  (name) => METRICS.find((each) => each.name === name)!.label,
)

/** The median of the draws, and its ends where they differ in print. */
export interface SpreadText {
  readonly middle: string
  readonly ends: string | null
}

export interface TargetRiskLine {
  readonly label: string
  readonly cells: readonly SpreadText[]
}

export const targetRiskLines = ({ rows }: TargetRisk): TargetRiskLine[] =>
  rows.map((row) => ({
    label: rowLabel(row),
    cells: TARGET_FIGURES.map((name) => spreadText(name, row.figures[name])),
  }))

function rowLabel({ kind, size, runs }: TargetRiskRow): string {
  const draws = runs === 1 ? 'one draw' : `${runs} draws`
  switch (kind) {
    case 'asItWas':
      return 'as it was'
    case 'noise':
      return `weights off by ${percent(size!).replace('.0 %', ' %')}, ${draws}`
    case 'delay':
      return `known ${formatDuration(size!)} later`
    case 'estimate':
      return `estimated from ${formatAmount(size!, size! % 1 === 0 ? 0 : 1)} years, ${draws}`
    case 'permutation':
      return `weights of other names, ${draws}`
    case 'equal':
      return 'equal weights'
    default:
      return assertNever(kind)
  }
}

function spreadText(name: TargetFigure, spread: Spread | null): SpreadText {
  if (spread === null) return { middle: NONE, ends: null }
  const [least, middle, most] = [spread.least, spread.middle, spread.most].map((each) => metricText(name, each))
  return { middle: middle!, ends: least === most ? null : `${least!.replace(/ (%|bp)$/, '')} to ${most}` }
}
