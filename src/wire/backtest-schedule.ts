/**
 * What a run is told as time passes: at each refresh the book as it would have been read then (`backtest-book.ts`), and no
 * other. Instruments join at a refresh, once they have enough history, and leave when they have ended. A refresh that
 * changes nothing but expectations is an outlook, any other a mandate. What cannot be computed ends the run, with the time.
 */
import { formatInstantShort } from '../core/base/format.ts'
import { hashOf } from '../core/base/hash.ts'
import type { Instant } from '../core/base/instant.ts'
import { type Result, refuse, succeed } from '../core/base/result.ts'
import { instrumentIndex } from '../core/domain/universe.ts'
import type { Mandated, OutlookChanged } from '../core/session/session-event.ts'
import { historyUntil, isAlive, type Known, lastMark } from '../core/sim/history-known.ts'
import { membershipTarget, membersSince } from '../core/sim/membership.ts'
import { readBookAt, type ScheduleTerms, sourceOf } from './backtest-book.ts'

type Scheduled = Mandated | OutlookChanged

/** Pulled as time passes: whatever reads it anew computes it anew. */
export const scheduleOf = (terms: ScheduleTerms): Iterable<Result<Scheduled>> => ({
  [Symbol.iterator]: () => schedule(terms),
})

function* schedule(terms: ScheduleTerms): Generator<Result<Scheduled>, void, undefined> {
  const { history, span } = terms
  const first = (span.from - span.reads) / span.intervalMs - 1
  let [traded, mandateHash]: [readonly string[], string | null] = [[], null]
  for (let row = first; row < history.time.length; row++) {
    const passed = (row - first) * span.intervalMs
    const known = historyUntil(history, row)
    const refreshes = passed % span.refreshMs === 0
    if (!refreshes && traded.every((id) => isAliveById(known, id))) continue
    const now = tradedNow(known, terms)
    traded = refreshes ? now : now.filter((id) => traded.includes(id))
    if (traded.length === 0) {
      if (row > first) continue
      yield nothingTraded(known.asOf, terms)
      return
    }
    const read = readBookAt(terms, known, traded)
    if (!read.ok) {
      yield read
      return
    }
    const { mandate, outlook } = read.value
    const hash = hashOf(mandate)
    const at = known.asOf
    yield succeed(
      hash === mandateHash ? { kind: 'outlook', at, outlook } : { kind: 'mandated', at, mandate, hash, outlook },
    )
    mandateHash = hash
  }
}

/** Why nothing can be traded when the run begins. */
function nothingTraded(asOf: Instant, { membership }: ScheduleTerms): Result<never> {
  const members = membership === null ? null : membershipTarget(membership, [], asOf)
  return members !== null && !members.ok
    ? members
    : refuse(
        'backtest.nothing',
        'backtest.from',
        `an instrument must have a mark, enough returns and its warm-up when the run begins (${formatInstantShort(asOf)}), was none`,
        'begin later, shorten `warmup`, or use longer histories',
      )
}

const isAliveById = (known: Known, id: string): boolean => isAlive(known, instrumentIndex(known.universe, id))

/**
 * Ids of the instruments that a book of the moment would list: alive, seen, and long enough in the market. Under a file of
 * members, of those that have been one since the run began, or that it began with: who has left is sold and stays listed.
 */
export function tradedNow(
  known: Known,
  { span, membership, held }: Pick<ScheduleTerms, 'span' | 'membership' | 'held'>,
): string[] {
  const { universe, lives, time, asOf } = known
  const members = membership === null ? null : membersSince(membership, span.from, asOf)
  const ready = universe.instruments.map(
    ({ id, underlying }, j) =>
      (members === null || members.has(underlying) || held.has(id)) &&
      isAlive(known, j) &&
      lastMark(known, j) !== null &&
      asOf - time[lives[j]!.from]! >= span.warmupMs,
  )
  const forecast = universe.underlyings.map(
    (_, u) => span.windowMs === null || sourceOf(known, u, span.windowMs) !== null,
  )
  return universe.instruments.flatMap(({ id }, j) =>
    ready[j] === true && forecast[universe.underlyingOf[j]!] === true ? [id] : [],
  )
}
