/**
 * Target risk: how much of a result hangs on the target being right. The run is repeated with targets that are noisy, late,
 * estimated anew, permuted and equal (`target-variation.ts`), everything else alike, and what came out stands beside what did. A result that
 * other targets give as well is not theirs; one that small errors of the target undo is not the policy's.
 */
import type { Issue, Result } from '../base/result.ts'
import { succeed } from '../base/result.ts'
import { quantileOfSorted } from '../maths/quantile.ts'
import { runBacktest } from './backtest.ts'
import type { BacktestInputs } from './backtest-types.ts'
import { type Metrics, measureRun } from './metrics.ts'
import { isMissing, type Measure } from './metrics-growth.ts'
import type { RunRecord } from './run-record.ts'
import { type Variation, varyTargets } from './target-variation.ts'

/** What is varied, and how often. Nothing of it has a default: how wrong a target may be is the reader's judgement. */
export interface TargetRiskTerms {
  readonly seed: string
  /** Repetitions of what is drawn, at least 1. */
  readonly draws: number
  /** Standard deviations of the logarithm of each weight. */
  readonly noise: readonly number[]
  readonly delaysMs: readonly number[]
  /** Years of data that expected returns are estimated from, and the Sharpe ratio that the target is believed to have. */
  readonly estimates: readonly { readonly years: number; readonly sharpe: number }[]
}

export const TARGET_FIGURES = ['annualReturn', 'volatility', 'sharpe', 'maxDrawdown', 'turnover', 'cost'] as const
export type TargetFigure = (typeof TARGET_FIGURES)[number]

/** Least, median and greatest over the draws. */
export interface Spread {
  readonly least: number
  readonly middle: number
  readonly most: number
}

export interface TargetRiskRow {
  readonly kind: 'asItWas' | Variation['kind']
  /** Of noise: its size; of a delay: ms; of an estimate: years; null otherwise. */
  readonly size: number | null
  readonly runs: number
  /** null where no run has the figure. */
  readonly figures: Readonly<Record<TargetFigure, Spread | null>>
}

export interface TargetRisk {
  readonly terms: TargetRiskTerms
  /** The run itself first. */
  readonly rows: readonly TargetRiskRow[]
}

/**
 * @param run what the inputs gave
 * @param onRun called after each further run with the share that is done
 * @returns refused where a run is
 */
export function assessTargetRisk(
  inputs: BacktestInputs,
  run: RunRecord,
  { terms, onRun }: { readonly terms: TargetRiskTerms; readonly onRun?: (share: number) => void },
): Result<TargetRisk, readonly Issue[]> {
  const groups = variationsOf(terms)
  const total = groups.reduce((sum, { variations }) => sum + variations.length, 0)
  const rows: TargetRiskRow[] = [
    { kind: 'asItWas', size: null, runs: 1, figures: spreadsOf([measureRun(run).metrics]) },
  ]
  let done = 0
  for (const { kind, size, variations } of groups) {
    const metrics: Metrics[] = []
    for (const variation of variations) {
      const varied = runBacktest(varyTargets(inputs, variation))
      if (!varied.ok) return varied
      metrics.push(measureRun(varied.value).metrics)
      onRun?.(++done / total)
    }
    rows.push({ kind, size, runs: metrics.length, figures: spreadsOf(metrics) })
  }
  return succeed({ terms, rows })
}

interface Group {
  readonly kind: Variation['kind']
  readonly size: number | null
  readonly variations: readonly Variation[]
}

function variationsOf({ seed, draws, noise, delaysMs, estimates }: TargetRiskTerms): Group[] {
  const drawn = <T>(of: (seed: string) => T): T[] => Array.from({ length: draws }, (_, k) => of(`${seed} ${k + 1}`))
  return [
    ...noise.map(
      (size): Group => ({
        kind: 'noise',
        size,
        variations: drawn((each) => ({ kind: 'noise', size, seed: each })),
      }),
    ),
    ...delaysMs.map((delayMs): Group => ({ kind: 'delay', size: delayMs, variations: [{ kind: 'delay', delayMs }] })),
    ...estimates.map(
      ({ years, sharpe }): Group => ({
        kind: 'estimate',
        size: years,
        variations: drawn((each) => ({ kind: 'estimate', years, sharpe, seed: each })),
      }),
    ),
    { kind: 'permutation', size: null, variations: drawn((each) => ({ kind: 'permutation', seed: each })) },
    { kind: 'equal', size: null, variations: [{ kind: 'equal' }] },
  ]
}

function spreadsOf(metrics: readonly Metrics[]): TargetRiskRow['figures'] {
  const entries = TARGET_FIGURES.map((name) => {
    const found = metrics.map((each): Measure => each[name]).filter((each) => !isMissing(each))
    return [name, found.length === 0 ? null : spreadOf(found as number[])] as const
  })
  return Object.fromEntries(entries) as TargetRiskRow['figures']
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { least: sorted[0]!, middle: quantileOfSorted(sorted, 0.5), most: sorted.at(-1)! }
}
