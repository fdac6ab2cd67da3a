/**
 * How far and how long an equity curve stands below its highest point so far: depth 1 − E_t/max_{s ≤ t} E_s, ≥ 0, as a fraction of
 * that peak. Time under water counts the periods from a peak to the first that is at least as high, or to the end.
 */
import { fail, type Result, refuse, succeed } from '../base/result.ts'
import { checkSeries } from './check.ts'

export interface Drawdown {
  /** The deepest, above 1 where equity fell below 0; 0 where it never fell. */
  readonly depth: number
  /** Places of the peak before it and of its lowest point; both 0 where equity never fell. */
  readonly peak: number
  readonly trough: number
  /** Where its peak was reached again, or equity never left it; null where it was not. */
  readonly recovery: number | null
  /** Periods of the longest stay under water, which need not be the deepest. */
  readonly longest: number
  /** Share of the periods after the first that end under water. */
  readonly underWater: number
}

/** Depth at every point. @param equity the first above 0 */
export function drawdownsOf(equity: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY
  return equity.map((each) => {
    highest = Math.max(highest, each)
    return 1 - each / highest
  })
}

/** @param equity at least one point, the first above 0 */
export function worstDrawdown(equity: Float64Array): Drawdown {
  const depths = drawdownsOf(equity)
  let [top, under, longest] = [0, 0, 0]
  let deepest = { depth: 0, peak: 0, trough: 0 }
  for (const [t, depth] of depths.entries()) {
    if (depth === 0) {
      top = t
      continue
    }
    under++
    // A stay ends where its peak is reached again, one period after the last that is below it.
    longest = Math.max(longest, t < depths.length - 1 && depths[t + 1] === 0 ? t + 1 - top : t - top)
    if (depth > deepest.depth) deepest = { depth, peak: top, trough: t }
  }
  const back = depths.findIndex((depth, t) => t >= deepest.trough && depth === 0)
  return {
    ...deepest,
    recovery: back < 0 ? null : back,
    longest,
    underWater: under / Math.max(1, equity.length - 1),
  }
}

/** The same of equity that may be anything. Codes: evidence.too-short, evidence.number, evidence.equity. */
export function measureDrawdown(equity: Float64Array): Result<Drawdown> {
  const issues = checkSeries('equity', equity, 2)
  if (issues.length > 0) return fail(issues)
  if (equity[0]! > 0) return succeed(worstDrawdown(equity))
  return refuse(
    'evidence.equity',
    'equity.0',
    `equity must start above 0, was ${equity[0]}`,
    'give equity itself, not profit, from the first period on',
  )
}
