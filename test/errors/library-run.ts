/** Refusals of a backtest: a sound run of ten coins with one thing wrong. */
import type { Issue } from '../../src/core/base/result.ts'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../../src/core/sim/backtest-types.ts'
import { varyTargets } from '../../src/core/sim/target-variation.ts'
import { runOf, tenCoins, walk } from '../core/sim/runs.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const inputs = tenCoins({ kind: 'full' })
const history = walk(inputs, { rows: 3, seed: 'errors' })
const run = (changes: Partial<BacktestInputs>): readonly Issue[] =>
  issuesOf(runBacktest({ ...runOf(inputs, { history }), ...changes }))

/** All names move as one. */
const alike = { ...inputs, risk: { ...inputs.risk, covariance: inputs.risk.covariance.map(() => 0.04) } }

export const RUN_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'backtest.rows': {
    refused: () => run({ to: 4 }),
    reads:
      'backtest: the rows must lie in the history of 3 rows and be in order, was 0 to 4; give dates inside the history',
  },
  'backtest.latency': {
    refused: () => run({ orderMs: -1 }),
    reads: 'orderMs: latency must be 0 ms or more, was -1; write a duration such as 0s or 250ms',
  },
  'backtest.universe': {
    refused: () => run({ history: { ...history, universe: { ...history.universe } } }),
    reads:
      'config.universe: session and history must be of one universe, was another; open both with the same universe',
  },
  'backtest.schedule': {
    refused: () => run({ schedule: [] }),
    reads:
      'schedule: a mandate must be known by the close of the first row, was none; begin later, or give the forecast a longer history',
  },
  'target-risk.covariance': {
    refused: () => {
      const variation = { kind: 'estimate', years: 3, sharpe: 1, seed: 'a' } as const
      return issuesOf(runBacktest(varyTargets(runOf(alike, { history }), variation)))
    },
    reads:
      'targetRisk: the forecast at 2026-01-01 00:00 UTC must be positive definite over the names of the target, was not; leave out names that move as one, or the variation `estimate`',
  },
}
