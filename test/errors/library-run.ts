/** Refusals of a backtest: a sound run of ten coins with one thing wrong. */
import type { Issue } from '../../src/core/base/result.ts'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../../src/core/sim/backtest-types.ts'
import { runOf, tenCoins, walk } from '../core/sim/runs.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const inputs = tenCoins({ kind: 'full' })
const history = walk(inputs, { rows: 3, seed: 'errors' })
const run = (changes: Partial<BacktestInputs>): readonly Issue[] =>
  issuesOf(runBacktest({ ...runOf(inputs, { history }), ...changes }))

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
}
