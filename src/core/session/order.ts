/**
 * An order of a session: what was intended, and what is known about it. An intent is named by the plan and the leg it comes
 * from, so the same decision has the same ids wherever it is made, and a venue that is asked twice places it once.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Side } from '../domain/portfolio.ts'

export interface Intent {
  /** Of plan and instrument: also the client's order id at the venue. */
  readonly id: string
  readonly plan: string
  readonly instrument: string
  readonly side: Side
  /** > 0, on the lot grid. */
  readonly quantity: Decimal
  /** Limit in the quote currency; null for a market order. */
  readonly price: Decimal | null
  readonly reduceOnly: boolean
}

/**
 * sent: handed over, no answer yet. open: the venue has it. unknown: no answer came in time, or none that decides; it may be
 * open, filled or nowhere, and nothing is traded in its instrument until that is known. closing: it has ended at the venue
 * with more filled than has been seen; its fills are still on their way.
 */
export type OrderState = 'sent' | 'open' | 'unknown' | 'closing'

export interface Order {
  readonly intent: Intent
  readonly state: OrderState
  /** Seen as fills. */
  readonly filled: Decimal
  /** What the venue says was filled when it ended; null before. */
  readonly filledAtEnd: Decimal | null
  /** When the last request about it left: its submission, its cancellation or a query. */
  readonly askedAt: Instant
  /** Queries in a row that decided nothing; each waits twice as long as the one before. */
  readonly asks: number
  /** A cancellation has been sent. */
  readonly canceling: boolean
}

/** Whether what became of it is open: nothing is traded in its instrument meanwhile. */
export const isUncertain = ({ state }: Order): boolean => state === 'unknown' || state === 'closing'
