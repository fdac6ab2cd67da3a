/**
 * What cells of a study are compared by: a column of their periods, and its annual mean or its annual ratio to its deviation, so
 * that every part of the history has a score of its own and every test of `core/evidence` asks about the same thing. Greater is
 * better. costAndRisk is what `costAware` minimises, cost a year plus ½·aversion·tracking error² (the long-run objective of the
 * curvature), of realised costs and realised returns beyond the target, whose mean square stands for the squared error: a
 * deviation from their mean would know the mean ahead of time.
 */
import { assertNever } from '../base/result.ts'
import { type Measure, missing } from './metrics-growth.ts'
import type { Periods } from './study-periods.ts'

export type Score =
  | { readonly kind: 'sharpe' | 'growth' | 'informationRatio' | 'trackingDifference' | 'cost' }
  | { readonly kind: 'costAndRisk'; readonly aversion: number }

export type Summary = 'mean' | 'sharpe'

/** What a score is, in words. */
export function scoreLabel(score: Score): string {
  switch (score.kind) {
    case 'sharpe':
      return 'Sharpe ratio'
    case 'growth':
      return 'logarithmic growth a year'
    case 'informationRatio':
      return 'information ratio against the frictionless target'
    case 'trackingDifference':
      return 'return a year beyond the frictionless target'
    case 'cost':
      return 'trading cost a year, as a loss'
    case 'costAndRisk':
      return `cost a year plus half of ${score.aversion} times the mean square beyond the frictionless target, as a loss`
    default:
      return assertNever(score)
  }
}

export const summaryOf = ({ kind }: Score): Summary =>
  kind === 'sharpe' || kind === 'informationRatio' ? 'sharpe' : 'mean'

/** One number a period, of that period alone: nothing of another one may count before it has come. */
export function scoreColumn({ returns, active, cost }: Periods, score: Score): Float64Array {
  switch (score.kind) {
    case 'sharpe':
      return returns
    case 'growth':
      return returns.map(Math.log1p)
    case 'informationRatio':
    case 'trackingDifference':
      return active
    case 'cost':
      return cost.map((each) => 0 - each)
    case 'costAndRisk':
      return cost.map((each, k) => 0 - each - (score.aversion / 2) * active[k]! ** 2)
    default:
      return assertNever(score)
  }
}

/** Below this part of the mean a deviation is rounding. */
const NEGLIGIBLE = 1e-12

/**
 * Of the periods at these places, annual. @returns −∞ where there is no ratio: what does not vary is chosen last
 */
export function scoreAt(
  column: Float64Array,
  places: Uint32Array,
  { summary, periodsPerYear }: { readonly summary: Summary; readonly periodsPerYear: number },
): number {
  let mean = 0
  for (const place of places) mean += column[place]!
  mean /= places.length
  if (summary === 'mean') return mean * periodsPerYear
  let squares = 0
  for (const place of places) squares += (column[place]! - mean) ** 2
  const deviation = Math.sqrt(squares / (places.length - 1))
  return deviation > NEGLIGIBLE * Math.abs(mean)
    ? (mean / deviation) * Math.sqrt(periodsPerYear)
    : Number.NEGATIVE_INFINITY
}

export const measuredScore = (score: number): Measure =>
  Number.isFinite(score) ? score : missing('its periods do not vary')
