/** What a guard against trends must say, and what the forecast must hold for it. */
import { formatDuration } from '../base/format.ts'
import { type Ratio, ratioCompare, ratioToNumber } from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import type { Trend } from '../domain/market.ts'
import { guardOf, trendOf } from './guard.ts'
import type { Policy } from './mandate.ts'
import type { PlanInputs } from './plan-types.ts'

const ONE: Ratio = { n: 1n, d: 1n }
const belowOne = (value: Ratio): boolean => value.n >= 0n && ratioCompare(value, ONE) < 0

/** Codes: policy.range, guard.band. */
export function checkGuardTerms(policy: Policy): Issue[] {
  const guard = guardOf(policy)
  if (guard === undefined) return []
  const { confidence, widen, slow } = guard
  const range = (key: string, must: string, was: Ratio): Issue => ({
    code: 'policy.range',
    path: `policy.guard.${key}`,
    message: `must be ${must}, was ${ratioToNumber(was)}`,
    hint: 'write a fraction such as 50%',
  })
  const hasBand = policy.kind === 'band' || policy.kind === 'costAware'
  return [
    ...(belowOne(confidence) ? [] : [range('confidence', 'from 0 to below 1', confidence)]),
    ...(widen.n >= 0n ? [] : [range('widen', '0 or more', widen)]),
    ...(belowOne(slow) ? [] : [range('slow', 'from 0 to below 1', slow)]),
    ...(hasBand || widen.n <= 0n ? [] : [noBand(policy.kind)]),
  ]
}

const noBand = (kind: Policy['kind']): Issue => ({
  code: 'guard.band',
  path: 'policy.guard.widen',
  message: `must only be given with a policy that has bands, was given with ${kind}`,
  hint: 'remove it: what is traded is slowed alone',
})

/** Codes: guard.trend, risk.trend. */
export function checkTrends({ mandate: { policy, universe }, risk }: PlanInputs): Issue[] {
  const trends = risk.trends ?? []
  const guard = guardOf(policy)
  const { underlyings } = universe
  const issues = trends.flatMap((trend) =>
    underlyings.flatMap((name, u) => (isSound(trend, u, underlyings.length) ? [] : [unsound(trend, name, u)])),
  )
  if (guard === undefined || trendOf(trends, guard.measure) !== undefined) return issues
  const { kind, windowMs } = guard.measure
  return [
    ...issues,
    {
      code: 'guard.trend',
      path: 'policy.guard',
      message: `the trends by ${kind} over ${formatDuration(windowMs)} must be part of the forecast, was without`,
      hint: 'measure them (measureTrend) and add them to the trends of the forecast; a book with candle files does so',
    },
  ]
}

const isSound = ({ confidence, change }: Trend, u: number, n: number): boolean =>
  confidence.length === n &&
  change.length === n &&
  confidence[u]! >= 0 &&
  confidence[u]! <= 1 &&
  Number.isFinite(change[u]!)

const unsound = ({ measure, confidence, change }: Trend, name: string, u: number): Issue => ({
  code: 'risk.trend',
  path: 'market',
  message: `the trend of ${name} by ${measure.kind} must have a confidence from 0 to 1 and a finite change, was ${confidence[u] ?? 'missing'} and ${change[u] ?? 'missing'}`,
  hint: 'measure it again from closes that are positive numbers',
})
