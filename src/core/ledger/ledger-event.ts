/**
 * What a ledger is made of: facts about accounts, exact and append-only. Their order is `seq`, never time. A venue's own id
 * names a fact, so that a message that comes twice is counted once. Amounts are + where the name says (`paid` is + paid, a
 * fee is + paid and a rebate −); quantities of fills carry no sign, their side does.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { assertNever } from '../base/result.ts'
import type { Money } from '../domain/instrument.ts'
import type { Side } from '../domain/portfolio.ts'

/** Money, or units of a spot instrument: a coin is one or the other, whichever the book counts it as. */
export type Asset =
  | { readonly kind: 'cash'; readonly currency: string }
  | { readonly kind: 'spot'; readonly instrument: string }

interface Entry {
  /** Place in the ledger: 1, 2, … */
  readonly seq: number
  /** When the venue says that it happened. */
  readonly at: Instant
  readonly account: string
  /** The venue's own id of the fact, unique for its kind, account and instrument. */
  readonly id: string
}

/** Part or all of an order was traded. */
export interface Filled extends Entry {
  readonly kind: 'filled'
  readonly instrument: string
  readonly side: Side
  /** > 0 */
  readonly quantity: Decimal
  /** In the quote currency, > 0. */
  readonly price: Decimal
  /** In any currencies; in the coin of a spot instrument they come out of what is held. */
  readonly fees: readonly Money[]
  /** The order that was filled; null where the source does not say. */
  readonly order: string | null
}

/** Funding of a perp, in its settle currency. */
export interface Funded extends Entry {
  readonly kind: 'funded'
  readonly instrument: string
  readonly paid: Decimal
}

export interface Deposited extends Entry {
  readonly kind: 'deposited'
  readonly asset: Asset
  readonly amount: Decimal
  /** What a unit of spot is taken to have cost, in its quote currency; null for cash. */
  readonly price: Decimal | null
}

/** What left, and what the venue kept of the same asset for it. Spot leaves at its average cost. */
export interface Withdrawn extends Entry {
  readonly kind: 'withdrawn'
  readonly asset: Asset
  readonly amount: Decimal
  readonly fee: Decimal
}

/** From `account` to another account of this ledger; spot takes its average cost along. */
export interface Transferred extends Entry {
  readonly kind: 'transferred'
  readonly to: string
  readonly asset: Asset
  readonly amount: Decimal
}

/** Money exchanged for other money at once. */
export interface Converted extends Entry {
  readonly kind: 'converted'
  readonly sold: Money
  readonly bought: Money
  readonly fees: readonly Money[]
}

/** Interest, borrowing, subscriptions and the like. */
export interface Charged extends Entry {
  readonly kind: 'charged'
  readonly currency: string
  readonly paid: Decimal
  readonly reason: string
}

/** Profit a venue's statement books on a contract without listing the fills; the position stays as it is. */
export interface Booked extends Entry {
  readonly kind: 'booked'
  readonly instrument: string
  /** Before fees, in the settle currency. */
  readonly profit: Decimal
  readonly fees: readonly Money[]
}

/** A contract is marked to a price: its profit becomes cash and its entry that price. */
export interface Settled extends Entry {
  readonly kind: 'settled'
  readonly instrument: string
  readonly price: Decimal
}

/** A contract ends at its final price, by expiry or because it is delisted; 0 for a worthless option. */
export interface Expired extends Entry {
  readonly kind: 'expired'
  readonly instrument: string
  readonly price: Decimal
  readonly fees: readonly Money[]
}

/** A balance differs from the venue's and nobody knows why: from here on it is the venue's. */
export interface BalanceReconciled extends Entry {
  readonly kind: 'balanceReconciled'
  readonly currency: string
  /** Venue − ledger. */
  readonly difference: Decimal
}

/** A position differs from the venue's. The missing quantity enters at a price; no cash moves, that is reconciled apart. */
export interface PositionReconciled extends Entry {
  readonly kind: 'positionReconciled'
  readonly instrument: string
  /** Venue − ledger. */
  readonly difference: Decimal
  readonly price: Decimal
}

/** The event `reverses` counts as if it had never been; where that is a correction, what it had reversed counts again. */
export interface Corrected extends Entry {
  readonly kind: 'corrected'
  readonly reverses: number
  readonly reason: string
}

/** What changes the books; a correction changes which of these count. */
export type Fact =
  | Filled
  | Funded
  | Deposited
  | Withdrawn
  | Transferred
  | Converted
  | Charged
  | Booked
  | Settled
  | Expired
  | BalanceReconciled
  | PositionReconciled
export type LedgerEvent = Fact | Corrected

/** The instrument an event is about; null where it is about money. */
export function instrumentOf(event: LedgerEvent): string | null {
  switch (event.kind) {
    case 'filled':
    case 'funded':
    case 'booked':
    case 'settled':
    case 'expired':
    case 'positionReconciled':
      return event.instrument
    case 'deposited':
    case 'withdrawn':
    case 'transferred':
      return event.asset.kind === 'spot' ? event.asset.instrument : null
    case 'converted':
    case 'charged':
    case 'balanceReconciled':
    case 'corrected':
      return null
    default:
      return assertNever(event)
  }
}
