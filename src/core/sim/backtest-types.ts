/** What a backtest is made of. The schedule is pulled as time passes, so it can be as long as the history. */
import type { Decimal } from '../base/decimal.ts'
import type { Result } from '../base/result.ts'
import type { SessionConfig } from '../session/session.ts'
import type { Mandated, OutlookChanged } from '../session/session-event.ts'
import type { History } from './history.ts'
import type { VenueTerms } from './venue-types.ts'

export interface BacktestInputs {
  readonly history: History
  /** Rows that are run, [from, to). Decisions are made when a row has closed. */
  readonly from: number
  readonly to: number
  readonly config: SessionConfig
  /**
   * By `at`, which is when each becomes known; the first is a mandate not after the close of the row before `from`. What
   * cannot be computed at its time ends the run with its issues.
   */
  readonly schedule: Iterable<Result<Mandated | OutlookChanged>>
  readonly venue: VenueTerms
  /** What the book begins with, per instrument and currency of the universe. */
  readonly start: Holdings
  /** From a decision to the venue, and back. 0: orders meet the close that they were decided on. */
  readonly orderMs: number
  readonly messageMs: number
}

export interface Holdings {
  readonly cash: readonly Decimal[]
  readonly quantity: readonly Decimal[]
  /** In quote currency; null where flat or spot, whose cost is the first row's mark. */
  readonly entry: readonly (Decimal | null)[]
}
