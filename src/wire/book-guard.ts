/** The guard of a policy as a book states it, and the trends that the guards of a book ask its candles for. */

import { RATIO_ZERO } from '../core/base/ratio.ts'
import type { TrendMeasure } from '../core/domain/market.ts'
import type { Guard } from '../core/sizing/mandate.ts'
import type { Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, fractionOf, readDuration } from './scalar.ts'
import type { Path } from './tree.ts'

type PolicyDraft = NonNullable<Draft['policy']>
type GuardDraft = NonNullable<Extract<PolicyDraft, { readonly kind?: 'full' | undefined }>['guard']>

export interface GuardContext {
  readonly report: Report
  /** Whether the book has candle files. */
  readonly hasCandles: boolean
}

/** @returns what of a policy is its guard; nothing where there is none, or an issue says why not. */
export function readGuard(
  { report, hasCandles }: GuardContext,
  policy: PolicyDraft,
  path: Path,
): { readonly guard?: Guard } {
  const text = policy.guard
  if (!('guard' in policy) || text === undefined) return {}
  const place = [...path, 'guard']
  const promised = promiseOf(policy)
  if (promised !== null) {
    report.add(
      'guard.promise',
      place,
      `must not be given with ${promised}, which promises a tracking error whatever prices do, was given`,
      'remove it, or use costAware or a band per underlying',
    )
    return {}
  }
  if (!hasCandles)
    report.add(
      'guard.candles',
      place,
      'must have candle files to measure trends from, was given beside stated vols',
      'give market.candles, interval and estimate, or remove the guard',
    )
  checkWiden(report, policy, place)
  const measure = readMeasure(text, { report, place })
  const { confidence, widen, slow } = text
  if (measure === null || confidence === undefined || slow === undefined) return {}
  return {
    guard: {
      measure,
      confidence: fractionOf(confidence),
      widen: widen === undefined ? RATIO_ZERO : fractionOf(widen),
      slow: fractionOf(slow),
    },
  }
}

/** What a policy promises for the book as a whole; null where it judges each underlying, or its cost. */
function promiseOf(policy: PolicyDraft): string | null {
  if (policy.kind === 'riskCap') return 'riskCap'
  return policy.kind === 'band' && policy.unit === 'risk' ? 'a band in risk' : null
}

/** How much wider is stated where there are bands, and nowhere else. */
function checkWiden(report: Report, policy: PolicyDraft, place: Path): void {
  const hasBand = policy.kind === 'band' || policy.kind === 'costAware'
  const given = 'widen' in policy.guard!
  if (hasBand === given) return
  report.add(
    'guard.band',
    [...place, 'widen'],
    hasBand
      ? `must be given with ${policy.kind}, was missing`
      : `must only be given with a policy that has bands, was given with ${policy.kind}`,
    hasBand ? 'write such as `widen: 100%`, or 0%' : 'remove it: what is traded is slowed alone',
  )
}

function readMeasure(
  text: GuardDraft,
  { report, place }: { readonly report: Report; readonly place: Path },
): TrendMeasure | null {
  const { measure: kind, window, period } = text
  if (kind !== undefined && (kind === 'varianceRatio') !== 'period' in text)
    report.add(
      'guard.period',
      [...place, 'period'],
      kind === 'varianceRatio'
        ? 'must be given with varianceRatio, was missing'
        : `must only be given with varianceRatio, was given with ${kind}`,
      kind === 'varianceRatio'
        ? 'write the moves to compare with those of one candle, such as `period: 1d`'
        : 'remove it',
    )
  return measureOf({ measure: kind, window, period })
}

/** null while something of it is missing. */
function measureOf({
  measure: kind,
  window,
  period,
}: Pick<GuardDraft, 'measure' | 'window' | 'period'>): TrendMeasure | null {
  if (kind === undefined || window === undefined) return null
  const windowMs = accepted(readDuration(window))
  if (kind !== 'varianceRatio') return { kind, windowMs }
  return period === undefined ? null : { kind, windowMs, periodMs: accepted(readDuration(period)) }
}

/** A measure that a guard asks for, and where. */
export interface AskedTrend {
  readonly measure: TrendMeasure
  readonly path: string
}

/** What the guards of a book, its own policy's and those it compares with, ask its candles for; each measure once. */
export function askedTrends({ policy, compare }: Pick<Draft, 'policy' | 'compare'>): AskedTrend[] {
  const guards = [policy, ...(compare ?? [])].flatMap((each, k) => {
    const measure = each?.guard === undefined || promiseOf(each) !== null ? null : measureOf(each.guard)
    return measure === null ? [] : [{ measure, path: k === 0 ? 'policy.guard' : `compare.${k - 1}.guard` }]
  })
  const key = ({ measure }: AskedTrend): string => JSON.stringify(measure)
  return guards.filter((each, k) => guards.findIndex((other) => key(other) === key(each)) === k)
}

/** How far back the guard of the book's own policy looks; 0 where it has none. */
export const trendWindow = ({ policy }: Draft): number =>
  Math.max(0, ...askedTrends(policy === undefined ? {} : { policy }).map(({ measure }) => measure.windowMs))
