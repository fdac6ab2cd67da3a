/**
 * What happens to a session, in the order of the journal. Nothing else reaches a decision: replaying the events gives the
 * same effects. Market columns are aligned to the session's universe, float64 of the decimals they were read from (the
 * shortest text of the number is the decimal), so that an hour without a trade costs no exact arithmetic.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { CostModel } from '../cost/cost-terms.ts'
import type { RiskModel } from '../domain/market.ts'
import type { Fact } from '../ledger/ledger-event.ts'
import type { VenueSnapshot } from '../ledger/reconcile.ts'
import type { Mandate } from '../sizing/mandate.ts'

/** Marks at a moment. NaN: nothing new is known of it, the last mark ages. */
export interface MarketSeen {
  readonly kind: 'market'
  readonly at: Instant
  /** Per instrument, in its quote currency. */
  readonly price: Float64Array
  /** Numeraire per unit of each currency. */
  readonly rate: Float64Array
}

/** What is expected: changes seldom. Aligned to the mandate's universe; `metaorders` are the session's own business. */
export interface Outlook {
  readonly risk: RiskModel
  readonly costs: Omit<CostModel, 'metaorders'>
  /** Per instrument, in numeraire; NaN where not known. */
  readonly volumePerDay: Float64Array
  readonly depth: Float64Array
  /** Of all of the above, made when they were made. */
  readonly hash: string
}
export interface OutlookChanged {
  readonly kind: 'outlook'
  readonly at: Instant
  readonly outlook: Outlook
}

/**
 * Another target, policy, limit or set of instruments, whose universe is part of the session's: what is not in it is not
 * traded. What is held must be in it. It brings its outlook, which is aligned to it.
 */
export interface Mandated {
  readonly kind: 'mandated'
  readonly at: Instant
  readonly mandate: Mandate
  readonly hash: string
  readonly outlook: Outlook
}

/** Time has passed to where the session asked to be woken. */
export interface Woken {
  readonly kind: 'woken'
  readonly at: Instant
}

/** active: plans and trades. reducing: trades that reduce, alone. halted: none; cancellations always pass. */
export type Mode = 'active' | 'reducing' | 'halted'
export interface Commanded {
  readonly kind: 'commanded'
  readonly at: Instant
  readonly mode: Mode
}

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never
/** A fact from the venue; the session numbers it. `at` is when it was seen, the fact has its own time. */
export interface Booked {
  readonly kind: 'booked'
  readonly at: Instant
  readonly fact: WithoutSeq<Fact>
}

/** What the venue says about an order of ours. */
export interface OrderSeen {
  readonly kind: 'order'
  readonly at: Instant
  readonly id: string
  /**
   * unknown: the request ended without an answer that decides. absent: asked for by its id, the venue has never had it.
   */
  readonly state: 'open' | 'filled' | 'canceled' | 'rejected' | 'unknown' | 'absent'
  /** Filled so far by the venue's count; null where it does not say. */
  readonly filled: Decimal | null
  /** The venue's words, for the reader. */
  readonly reason: string | null
}

/** All that a venue says an account holds: differences become explicit events of the ledger. */
export interface Reported {
  readonly kind: 'reported'
  readonly at: Instant
  readonly snapshot: VenueSnapshot
}

export type SessionEvent = MarketSeen | OutlookChanged | Mandated | Woken | Commanded | Booked | OrderSeen | Reported
