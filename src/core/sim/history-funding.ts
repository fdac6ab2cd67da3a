/**
 * What the funding payments of one instrument must be: in order of time, at the venue's own interval from its first one,
 * to the minute that venues are late, and rates that are rates. Missing payments are said; none is made up.
 */
import { formatAmount, formatDuration, formatInstantShort, formatPercent } from '../base/format.ts'
import { isInstant, MINUTE_MS } from '../base/instant.ts'
import type { Issue } from '../base/result.ts'
import type { FundingHistory } from './history.ts'
import type { Checked } from './history-bars.ts'

export interface FundingTerms {
  readonly name: string
  readonly path: string
  /** Time from one payment to the next, as the venue states it. */
  readonly intervalMs: number
}

/** Venues pay some seconds after the hour. */
const LATE_MS = MINUTE_MS
/** No venue charges this much of the notional at once; a rate in percent is often read as a fraction. */
const RATE_MAX = 0.1

/** Codes: funding.order, funding.interval, funding.rate. */
export function checkFunding({ time, rate }: FundingHistory, { name, path, intervalMs }: FundingTerms): Checked {
  const first = { order: -1, interval: -1, rate: -1 }
  let [missing, longest] = [0, 0]
  for (let k = 0; k < time.length; k++) {
    const step = k === 0 ? intervalMs : time[k]! - time[k - 1]!
    if (!(step > 0) && first.order < 0) first.order = k
    const since = time[k]! - time[0]!
    const payments = Math.round(since / intervalMs)
    if (!(Math.abs(since - payments * intervalMs) <= LATE_MS) && first.interval < 0) first.interval = k
    if (!(Math.abs(rate[k]!) < RATE_MAX) && first.rate < 0) first.rate = k
    const passed = Math.round(step / intervalMs) - 1
    if (passed > 0) [missing, longest] = [missing + passed, Math.max(longest, step)]
  }
  const issue = (code: keyof typeof first, message: (k: number) => string, hint: string): Issue[] =>
    first[code] < 0 ? [] : [{ code: `funding.${code}`, path, message: message(first[code]), hint }]
  const at = (k: number): string => (isInstant(time[k]!) ? formatInstantShort(time[k]!) : `payment ${k + 1}`)
  return {
    issues: [
      ...issue(
        'order',
        (k) => `the payments of ${name} must be in order of time and one per time, was another at ${at(k)}`,
        'sort them, and keep one per time',
      ),
      ...issue(
        'interval',
        (k) =>
          `the payments of ${name} must be a whole number of ${formatDuration(intervalMs)} after the first (${at(0)}), was ${at(k)}`,
        'state the interval that the venue has, and split a file where it changed',
      ),
      ...issue(
        'rate',
        (k) =>
          `the rates of ${name} must be fractions of notional below ${formatPercent(RATE_MAX, 0)}, was ${rate[k]} at ${at(k)}`,
        'write fractions: 0.0001 is 1 bp',
      ),
    ],
    notes:
      missing === 0
        ? []
        : [
            `${formatAmount(missing, 0)} ${missing === 1 ? 'payment' : 'payments'} of ${name} missing, the longest time without one ${formatDuration(longest)}; nothing is paid there.`,
          ],
  }
}
