/** What parts of a result and benchmarks are called, on screens and pages alike. */
import type { Part } from '../../core/sim/attribution-window.ts'
import type { BenchmarkKind } from '../../core/sim/benchmark.ts'

export const PART_LABELS: Readonly<Record<Part, string>> = {
  held: 'held at the start',
  built: 'bought at the start',
  rebalancingPremium: 'rebalancing premium',
  trendCost: 'trend cost',
  fee: 'fees',
  spread: 'spread',
  impact: 'impact',
  carry: 'carry',
  rest: 'rest',
}

/** Headings of many narrow columns. */
export const SHORT_LABELS: Readonly<Record<Part, string>> = {
  ...PART_LABELS,
  held: 'held',
  built: 'bought',
  rebalancingPremium: 'premium',
  trendCost: 'trend',
}

export const BENCHMARK_LABELS: Readonly<Record<BenchmarkKind, string>> = {
  frictionless: 'frictionless target',
  untouched: 'start, untouched',
  boughtOnce: 'target bought once',
}
