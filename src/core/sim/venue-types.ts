/** The simulated venue's terms, what moves it and what it says. Its words are a session's own events, dated by the venue. */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Ratio } from '../base/ratio.ts'
import type { PowerLaw } from '../cost/impact.ts'
import type { ImpactDecay } from '../cost/metaorder.ts'
import type { Side } from '../domain/portfolio.ts'
import type { Universe } from '../domain/universe.ts'
import type { Intent } from '../session/order.ts'
import type { Booked, SessionEvent } from '../session/session-event.ts'
import type { BookUpdate } from './venue-book.ts'

export interface VenueTerms {
  readonly universe: Universe
  readonly account: string
  readonly margin: MarginTerms
  /** Own impact on later prices, decaying; null: own orders leave no trace. */
  readonly impact: { readonly law: PowerLaw; readonly decay: ImpactDecay } | null
  /** Where in the queue of its level a resting order's neighbours cancel. */
  readonly queue: 'front' | 'proportional' | 'back'
  /** What of the traded volume of a range reaches a resting order: where it went through the limit, and at the touch. */
  readonly resting: { readonly participation: Ratio; readonly touch: Ratio }
  /** Charge per order that trades, in the numeraire. */
  readonly orderFee: Decimal
}

export interface MarginTerms {
  /** cross: all money stands for all positions. isolated: each position has its own margin, posted when it opens. */
  readonly mode: 'cross' | 'isolated'
  /** Per instrument: initial margin is notional ÷ leverage; null for what is paid for in full. */
  readonly leverageMax: readonly (Ratio | null)[]
  /** Per instrument, a fraction of notional. */
  readonly maintenance: readonly Ratio[]
  /** Charged on what a liquidation closes, a fraction of notional. */
  readonly liquidationFee: Ratio
}

/** Spot that is owed enters as a contract does. Money that leaves must be free. */
export type Endowment = Extract<Booked['fact'], { kind: 'deposited' | 'withdrawn' | 'positionReconciled' }>

export type VenueInput =
  /** Best prices: mark ± half the instrument's spread where no book is fed. NaN: not trading. Columns per instrument. */
  | {
      readonly kind: 'quoted'
      readonly at: Instant
      readonly mid: Float64Array
      readonly mark: Float64Array
      /** Numeraire per unit of each currency. */
      readonly rate: Float64Array
      /** In the numeraire; NaN where it is not known. */
      readonly volumePerDay: Float64Array
      /** Annual, per instrument, for impact. */
      readonly vol: Float64Array
    }
  /** What traded since the last quote: resting limit orders fill where the range went through them, but where a book is fed. */
  | {
      readonly kind: 'ranged'
      readonly at: Instant
      readonly high: Float64Array
      readonly low: Float64Array
      /** In units of the instrument. */
      readonly volume: Float64Array
    }
  /** An order book in whole ticks and lots of the instrument, which from then on stands for its price. */
  | { readonly kind: 'book'; readonly at: Instant; readonly instrument: number; readonly update: BookUpdate }
  /** A trade of others: told before the change of the book that it makes. */
  | {
      readonly kind: 'print'
      readonly at: Instant
      readonly instrument: number
      readonly taker: Side
      readonly price: Decimal
      readonly quantity: Decimal
    }
  | {
      readonly kind: 'funding'
      readonly at: Instant
      readonly instrument: number
      readonly rate: Decimal
      readonly mark: Decimal
    }
  /** The end of an instrument's life, at its last price. */
  | { readonly kind: 'ended'; readonly at: Instant; readonly instrument: number; readonly price: Decimal }
  /** What the book begins with, or gets later: deposits of cash and spot, and contracts that enter at their entry price. */
  | { readonly kind: 'endow'; readonly at: Instant; readonly fact: Endowment }
  | { readonly kind: 'submit'; readonly at: Instant; readonly intent: Intent }
  | { readonly kind: 'cancel'; readonly at: Instant; readonly id: string }
  | { readonly kind: 'query'; readonly at: Instant; readonly id: string }
  | { readonly kind: 'report'; readonly at: Instant }

export type Quoted = Extract<VenueInput, { kind: 'quoted' }>
export type Ranged = Extract<VenueInput, { kind: 'ranged' }>

export type VenueMessage = Extract<SessionEvent, { kind: 'booked' | 'order' | 'reported' }>

/** What a fill cost, in the numeraire, + paid: for attribution. */
export interface FillDetail {
  /** Id of the fact. */
  readonly id: string
  readonly instrument: number
  /** Signed. */
  readonly quantity: Decimal
  readonly price: Decimal
  readonly mid: Decimal
  readonly fee: Decimal
  readonly spread: Decimal
  readonly impact: Decimal
  readonly because: 'plan' | 'liquidation' | 'delisting'
}
