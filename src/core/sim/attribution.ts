/**
 * Where the result of a run came from, exactly: change of equity − flows = held + built + rebalancing premium + trend cost + fee
 * + spread + impact + carry + rest, each a gain (what costs is below 0), over the whole run and over each calendar month (UTC).
 * `held` is what the book of the start makes untouched, `built` what the trades of the first decision make when they are kept.
 *
 * Of all others, a trade q_k at the mid price p_k, held to the end P_T, gained q_k(P_T − p_k). With N = Σ q_k that sums to
 *
 *     N(P_T − P_0)/2  +  Σ q_k((P_0 + P_T)/2 − p_k)        the trend, and the premium of the path
 *
 * Contrarian trading q_k = −κ(p_k − p_{k−1}) makes the first exactly −κ(P_T − P_0)²/2, what standing against a trend costs, and
 * the second exactly +κ/2·Σ(p_k − p_{k−1})², what the path gives back on its way. `docs/attribution.md` derives it and says
 * where it ends: what follows a changed target is in both too, and both depend on the horizon.
 */
import { type Instant, startOfNextMonth } from '../base/instant.ts'
import { assert } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import { foldLedger, ledgerEvents, openLedger } from '../ledger/ledger.ts'
import type { LedgerEvent } from '../ledger/ledger-event.ts'
import { portfolioOf } from '../ledger/statement.ts'
import { type Attribution, attributeWindow } from './attribution-window.ts'
import { closedAt } from './history.ts'
import { makePricePath, rowClosedBy } from './price-path.ts'
import type { RunRecord } from './run-record.ts'

export interface RunAttribution {
  readonly whole: Attribution
  /** By calendar month, each from its own start. Their gains sum to that of the whole; trend and premium need not. */
  readonly months: readonly Attribution[]
}

export function attributeRun(record: RunRecord): RunAttribution {
  const { history, from, to } = record
  const path = makePricePath(history, { from, to })
  const events = ledgerEvents(record.ledger)
  const start = closedAt(history, from)
  const end = closedAt(history, to - 1)
  const between = (bounds: readonly Instant[]): Attribution[] => {
    const times = [start, ...bounds, end]
    const books = [record.start, ...portfoliosAt(record, bounds, events), record.end]
    return times.slice(1).map((until, index) => {
      const window = {
        from: times[index]!,
        to: until,
        // What happens at the start itself belongs to the first window, what is seen late to the last.
        after: index === 0 ? Number.NEGATIVE_INFINITY : times[index]!,
        until: index === bounds.length ? Number.POSITIVE_INFINITY : until,
        start: books[index]!,
        end: books[index + 1]!,
        startRow: rowClosedBy(path, times[index]!),
        endRow: rowClosedBy(path, until),
        builtBefore: index === 0 ? builtBefore(record) : Number.NEGATIVE_INFINITY,
      }
      return attributeWindow(record, path, { window, events })
    })
  }
  return { whole: between([])[0]!, months: between(monthsBetween(start, end)) }
}

/**
 * The time of the second decision: what trades before it builds the book that the others rebalance. A book that is left as it is
 * at first was built before. What trades may be infeasible too: limits that cannot all be met are then approached.
 */
function builtBefore({ decisions }: RunRecord): Instant {
  const first = decisions.findIndex(({ status }) => status !== 'refused')
  if (!((decisions[first]?.turnover ?? 0) > 0)) return Number.NEGATIVE_INFINITY
  return decisions[first + 1]?.at ?? Number.POSITIVE_INFINITY
}

/** The moments at which months begin, strictly between. */
function monthsBetween(start: Instant, end: Instant): Instant[] {
  const bounds: Instant[] = []
  for (let at = startOfNextMonth(start); at < end; at = startOfNextMonth(at)) bounds.push(at)
  return bounds
}

/** What was held at each of some moments, ascending, when everything up to then had happened. */
function portfoliosAt(record: RunRecord, times: readonly Instant[], events: readonly LedgerEvent[]): Portfolio[] {
  const { scope } = record.ledger
  const portfolios: Portfolio[] = []
  let ledger = openLedger(scope.universe, scope.accounts)
  const keep = (): void => {
    const portfolio = portfolioOf(ledger, { accounts: scope.accounts, orders: [] })
    assert(portfolio.ok, 'the books of a run give a portfolio at every moment')
    portfolios.push(portfolio.value)
  }
  for (const event of events) {
    while (portfolios.length < times.length && event.at > times[portfolios.length]!) keep()
    if (portfolios.length === times.length) break
    const next = foldLedger(ledger, event)
    assert(next.ok, 'the events of a ledger fold again')
    ledger = next.value
  }
  while (portfolios.length < times.length) keep()
  return portfolios
}
