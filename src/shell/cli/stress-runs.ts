/** The runs of a stress, under all policies of the book: over its history, over scenarios laid on it, over it drawn again. */
import type { Issue, Result } from '../../core/base/result.ts'
import type { RiskModel } from '../../core/domain/market.ts'
import { runBacktest } from '../../core/sim/backtest.ts'
import type { History } from '../../core/sim/history.ts'
import { redrawHistory } from '../../core/sim/redraw.ts'
import type { RunRecord } from '../../core/sim/run-record.ts'
import { applyScenario, type Scenario } from '../../core/sim/scenario.ts'
import { assessPaths, outcomeOf, type PathsOutcome, type StressOutcome } from '../../core/sim/stress.ts'
import type { Backtest } from '../../wire/backtest.ts'
import type { PathsTerms } from '../../wire/stress.ts'
import { policiesOf, type StressBook, stressRun } from '../../wire/stress-run.ts'
import { policyLabel } from './policy-label.ts'
import type { Progress } from './progress.ts'

export interface StressTask {
  readonly book: StressBook
  readonly base: Backtest
  readonly scenarios: readonly Scenario[]
  readonly paths: PathsTerms | null
}

export interface ScenarioResult {
  readonly name: string
  /** Per policy. */
  readonly outcomes: readonly StressOutcome[]
}
export interface StressReport {
  readonly policies: readonly string[]
  /** The history as it was first. */
  readonly scenarios: readonly ScenarioResult[]
  readonly paths: {
    readonly count: number
    /** Falls that are counted. */
    readonly depths: readonly number[]
    readonly ruin: number
    readonly confidence: number
    readonly outcomes: readonly PathsOutcome[]
  } | null
}

/** Shown of distributions. */
const QUANTILES = [0.05, 0.5, 0.95]
const DEPTHS = [0.25, 0.5]

export function runStress({ book, base, scenarios, paths }: StressTask, progress: Progress): Result<StressReport> {
  const { history, from } = base.inputs
  const policies = policiesOf(book)
  const draw = paths === null ? null : redrawHistory(history, from, schemeOf(paths, history))
  if (draw?.ok === false) return draw
  const total = (1 + scenarios.length + (paths?.count ?? 0)) * policies.length
  let done = 0
  /** The records of all policies over one history. */
  const over = (other: History, what: string): Result<readonly RunRecord[]> => {
    const forecasts = new Map<string, RiskModel>()
    const records: RunRecord[] = []
    for (const policy of policies) {
      progress.update(done++ / total, what)
      const inputs = stressRun(book, policy, { history: other, forecasts })
      if (!inputs.ok) return inputs
      const record = runBacktest(inputs.value.inputs)
      if (!record.ok) return record
      records.push(record.value)
    }
    return { ok: true, value: records }
  }
  const results: ScenarioResult[] = []
  let labels: readonly string[] = []
  for (const scenario of [null, ...scenarios]) {
    const other = scenario === null ? { ok: true as const, value: history } : applyScenario(history, from, scenario)
    if (!other.ok) return placed(other.error, scenario!.name)
    const records = over(other.value, scenario?.name ?? 'the history as it was')
    if (!records.ok) return records
    labels = records.value.map(({ mandate }) => policyLabel(mandate.policy))
    results.push({ name: scenario?.name ?? 'as it was', outcomes: records.value.map(outcomeOf) })
  }
  if (paths === null || draw === null) return { ok: true, value: { policies: labels, scenarios: results, paths: null } }
  const equity: Float64Array[][] = policies.map(() => [])
  for (let k = 0; k < paths.count; k++) {
    const records = over(draw.value(k), `path ${k + 1} of ${paths.count}`)
    if (!records.ok) return records
    for (const [p, record] of records.value.entries()) equity[p]!.push(record.equity)
  }
  const { count, ruin, confidence } = paths
  const outcomes = assessPaths(equity, { quantiles: QUANTILES, depths: DEPTHS, ruin, confidence })
  return outcomes.ok
    ? {
        ok: true,
        value: {
          policies: labels,
          scenarios: results,
          paths: { count, depths: DEPTHS, ruin, confidence, outcomes: outcomes.value },
        },
      }
    : outcomes
}

const schemeOf = ({ blockMs, seed }: PathsTerms, { intervalMs }: History) => ({
  scheme: { kind: 'stationary', length: Math.max(1, blockMs / intervalMs) } as const,
  seed,
})

/** Issues of a scenario, at its place in the book. */
const placed = (issues: readonly Issue[], name: string): Result<never> => ({
  ok: false,
  error: issues.map((issue) => ({ ...issue, path: `stress.scenarios.${name}.${issue.path.replace(/^events\./, '')}` })),
})
