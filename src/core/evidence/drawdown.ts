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
  /** Where its peak was reached again; null where it was not. */
  readonly recovery: number | null
  /** Periods of the longest stay under water, which need not be the deepest. */
  readonly longest: number
  /** Share of the periods after the first that end under water. */
  readonly underWater: number
}

/** @param equity from its start on, the start above 0. Codes: evidence.too-short, evidence.number, evidence.equity. */
export function measureDrawdown(equity: Float64Array): Result<Drawdown> {
  const issues = checkSeries('equity', equity, 2)
  if (issues.length > 0) return fail(issues)
  if (!(equity[0]! > 0)) return refuseStart(equity[0]!)
  let [top, under] = [0, 0]
  let longest = 0
  let deepest: { depth: number; peak: number; trough: number } = { depth: 0, peak: 0, trough: 0 }
  for (let t = 1; t < equity.length; t++) {
    if (equity[t]! >= equity[top]!) {
      if (t - top > 1) longest = Math.max(longest, t - top)
      top = t
      continue
    }
    under++
    const depth = 1 - equity[t]! / equity[top]!
    if (depth > deepest.depth) deepest = { depth, peak: top, trough: t }
  }
  if (top < equity.length - 1) longest = Math.max(longest, equity.length - 1 - top)
  const back = equity.findIndex((value, t) => t > deepest.trough && value >= equity[deepest.peak]!)
  return succeed({
    ...deepest,
    recovery: deepest.depth === 0 || back < 0 ? null : back,
    longest,
    underWater: under / (equity.length - 1),
  })
}

const refuseStart = (start: number): Result<never> =>
  refuse(
    'evidence.equity',
    'equity.0',
    `equity must start above 0, was ${start}`,
    'give equity itself, not profit, from the first period on',
  )
