/**
 * Instruments: what is held and traded. Each has exactly one underlying, which is what targets, bands and risk are about.
 * Plain data; the terms of one contract never depend on a market or a book.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'

/** An amount in a named currency. */
export interface Money {
  readonly amount: Decimal
  readonly currency: string
}

/** The lattice of sizes and prices a venue accepts. Quantities are in units of the instrument (coins, contracts). */
export interface Grid {
  readonly lot: Decimal
  readonly quantityMin: Decimal
  /** Least traded value per order; null where the venue has none. */
  readonly notionalMin: Money | null
  /** Step of prices, > 0; absent where it is not known. */
  readonly tick?: Decimal
}

/** Fractions of traded notional, exact because they become money; a rebate is negative. */
export interface Fee {
  readonly taker: Decimal
  readonly maker: Decimal | null
}

interface Terms {
  readonly id: string
  readonly underlying: string
  readonly venue: string | null
  /** Currency the price is quoted in. */
  readonly quote: string
  /** Currency profit, loss and fees are settled in. For spot: the quote currency. */
  readonly settle: string
  /** linear: underlying per contract. inverse: quote currency per contract. spot: 1. */
  readonly multiplier: Decimal
  readonly grid: Grid
  readonly fee: Fee
  /** Full bid-ask spread as a fraction of the mid price. */
  readonly spread: Decimal
}

export interface Spot extends Terms {
  readonly kind: 'spot'
  /** May be sold below zero (the venue lends it). */
  readonly short: boolean
}
/** inverse: quoted in `quote`, margined and settled in the coin (`settle`). */
export type Contract = 'linear' | 'inverse'
export interface Perp extends Terms {
  readonly kind: 'perp'
  readonly contract: Contract
}
export interface Future extends Terms {
  readonly kind: 'future'
  readonly contract: Contract
  readonly expiry: Instant
}
export interface Option extends Terms {
  readonly kind: 'option'
  readonly contract: Contract
  readonly expiry: Instant
  readonly strike: Decimal
  readonly right: 'call' | 'put'
}
export type Instrument = Spot | Perp | Future | Option
export type InstrumentKind = Instrument['kind']

/** Spot and premium are paid for out of settled cash; the others only post margin. */
export const isFunded = (instrument: Instrument): boolean => instrument.kind === 'spot' || instrument.kind === 'option'
