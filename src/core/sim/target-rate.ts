/**
 * Q_target: how much the target itself moves, as the yearly covariance of its changes, Σ Δw Δw' over a window by its length in
 * years. With it the curvature of `costAware` knows that a deviation also comes and goes with the target (Q = JΣJ' + Q_target,
 * `curvature.ts`). Changes are taken to be independent of prices, as those of signals and forecasts mostly are; a weight by
 * capitalisation moves with its price and has no such changes, but here counts as if.
 */
import { hashOf } from '../base/hash.ts'
import { type Instant, YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { assert, type Result, succeed } from '../base/result.ts'
import type { Mandated, OutlookChanged } from '../session/session-event.ts'

type Scheduled = Result<Mandated | OutlookChanged>

/** The same schedule whose outlooks know how the target has moved in the window before them. */
export const withTargetRate = (schedule: Iterable<Scheduled>, windowMs: number): Iterable<Scheduled> => ({
  [Symbol.iterator]: () => watchTargets(schedule, windowMs),
})

/** A change of the target, by name. */
interface Change {
  readonly at: Instant
  readonly by: ReadonlyMap<string, number>
}

function* watchTargets(schedule: Iterable<Scheduled>, windowMs: number): Generator<Scheduled, void, undefined> {
  let mandated: Mandated | null = null
  let since: Instant | null = null
  let changes: Change[] = []
  for (const scheduled of schedule) {
    if (!scheduled.ok) {
      yield scheduled
      return
    }
    const event = scheduled.value
    if (event.kind === 'mandated') {
      if (mandated !== null) changes.push({ at: event.at, by: changeBetween(mandated, event) })
      mandated = event
    }
    assert(mandated !== null, 'a schedule begins with a mandate')
    since ??= event.at
    const from = Math.max(since, event.at - windowMs)
    changes = changes.filter(({ at }) => at > from)
    yield succeed(event.at > from ? withRate(event, mandated, { changes, years: (event.at - from) / YEAR_MS }) : event)
  }
}

function changeBetween(before: Mandated, after: Mandated): ReadonlyMap<string, number> {
  const by = new Map(weightsOf(after))
  for (const [name, weight] of weightsOf(before)) by.set(name, (by.get(name) ?? 0) - weight)
  return by
}

const weightsOf = ({ mandate: { universe, target } }: Mandated): [string, number][] =>
  universe.underlyings.map((name, u) => [name, ratioToNumber(target.weight[u]!)])

function withRate<E extends Mandated | OutlookChanged>(
  event: E,
  { mandate: { universe } }: Mandated,
  { changes, years }: { readonly changes: readonly Change[]; readonly years: number },
): E {
  const names = universe.underlyings
  const n = names.length
  const targetRate = new Float64Array(n * n)
  for (const { by } of changes) {
    const moved = names.map((name) => by.get(name) ?? 0)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) targetRate[i * n + j]! += (moved[i]! * moved[j]!) / years
  }
  const { outlook } = event
  const hash = hashOf({ outlook: outlook.hash, targetRate })
  return { ...event, outlook: { ...outlook, risk: { ...outlook.risk, targetRate }, hash } }
}
