/** Refusals of scenarios, crashes and histories drawn again: twenty hours of ten coins with one thing wrong. */
import type { Issue } from '../../src/core/base/result.ts'
import { crashPath } from '../../src/core/sim/crash.ts'
import { redrawHistory } from '../../src/core/sim/redraw.ts'
import { applyScenario, type ScenarioEvent } from '../../src/core/sim/scenario.ts'
import { readCrash } from '../../src/shell/files/crash.ts'
import { T0, tenCoins, walk } from '../core/sim/runs.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const HOUR = 3_600_000
const history = walk(tenCoins({ kind: 'full' }), { rows: 20, seed: 'stress' })
const broken = { ...history, close: history.close.map((x, k) => (k === 30 ? Number.NaN : x)) }
const laid = (event: ScenarioEvent, over = history): readonly Issue[] =>
  issuesOf(applyScenario(over, 1, { name: 'test', events: [event] }))
const bars = {
  time: Float64Array.of(T0),
  open: Float64Array.of(1),
  high: Float64Array.of(1),
  low: Float64Array.of(1),
  close: Float64Array.of(1),
  volume: null,
}
const crash = { name: 'test', from: T0 + HOUR, to: T0 + 3 * HOUR, what: '' }
const paths = (candleMs: number): readonly Issue[] =>
  issuesOf(crashPath(bars, crash, { candleMs, intervalMs: HOUR, name: 'AAA' }))

export const STRESS_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'stress.gaps': {
    refused: () => issuesOf(redrawHistory(broken, 1, { scheme: { kind: 'stationary', length: 2 }, seed: 1 })),
    reads:
      'backtest.history.AAA: every bar of AAA, with its mark, must be there to draw rows again, was missing in 1 of 20; begin when all instruments are listed, or leave those with gaps out',
  },
  'scenario.underlying': {
    refused: () => laid({ kind: 'halt', of: ['XRP'], atMs: 0, overMs: HOUR }),
    reads:
      'events.0.of: must be underlyings of the run, was XRP; name some of AAA, BBB, CCC, DDD, EEE, FFF, GGG, HHH, III, JJJ',
  },
  'scenario.range': {
    refused: () => laid({ kind: 'move', of: null, atMs: 0, overMs: HOUR, change: -1 }),
    reads: 'events.0.change: must be above −100 %, was -1; see docs/stress.md',
  },
  'scenario.late': {
    refused: () => laid({ kind: 'move', of: null, atMs: 20 * HOUR, overMs: HOUR, change: 0 }),
    reads:
      'events.0.at: must lie in the run, which lasts 18 h from there, was 20 h; let the run end later, or the event come sooner',
  },
  'scenario.short': {
    refused: () => laid({ kind: 'together', of: ['AAA'], atMs: 0, overMs: HOUR }),
    reads: 'events.0.of: AAA must have 20 returns before the scenario, was fewer; begin later, or leave it out',
  },
  'scenario.delisted': {
    refused: () => laid({ kind: 'delisting', of: ['AAA'], atMs: HOUR, change: 0 }, broken),
    reads: 'events.0.of: AAA must have a bar when it is delisted, was without one; move the event to a bar that it has',
  },
  'crash.interval': {
    refused: () => paths(7 * 60_000),
    reads:
      'data.AAA: candles must fit a whole number of times into a bar of the run, was 7 min in 60 min; use candles of a finer interval, or a run of a coarser one',
  },
  'crash.uncovered': {
    refused: () => paths(60_000),
    reads:
      'data.AAA: candles of AAA must reach from before 2026-01-01T01:00:00.000Z to 2026-01-01T03:00:00.000Z, was otherwise; use a file that covers the crash, or map the name to one that has it with --as',
  },
  'crash.missing': {
    refused: () =>
      issuesOf(readCrash(crash, { files: new Map(), stands: new Map() }, { underlyings: ['AAA'], intervalMs: HOUR })),
    reads:
      'data.AAA: every underlying of the run must have candles of the crash, was none for AAA; give --data AAA=FILE, or let another stand in for it: --as AAA=NAME',
  },
}
