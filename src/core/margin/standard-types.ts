/** What standard margin of an account is computed from: the numbers of the venue, and positions with their prices. */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Instrument, Perp } from '../domain/instrument.ts'
import type { HeldOption, OptionMarginTerms } from './option-margin.ts'

/** Fractions ≥ 0. */
export interface StandardTerms {
  readonly options: OptionMarginTerms
  /** Of the forward, for calls sold beyond calls bought. */
  readonly unpaired: { readonly initial: Decimal; readonly maintenance: Decimal }
  /** Of a perpetual's value. */
  readonly perp: { readonly initial: Decimal; readonly maintenance: Decimal }
  /** Share of their value by which coins count, and what of it counts for initial margin. */
  readonly coins: { readonly share: Decimal; readonly initial: Decimal }
  readonly depeg: { readonly below: Decimal; readonly factor: Decimal }
  readonly confidence: { readonly below: Decimal; readonly factor: Decimal }
}

export interface Held {
  readonly instrument: Instrument
  /** + long */
  readonly quantity: Decimal
}

/** The forward of an expiry; within its settlement window what of it is fixed already is part of it. */
export interface ExpiryPrice {
  readonly expiry: Instant
  readonly forward: Decimal
  /** From 0 to 1, 1 where the venue has none. */
  readonly forwardConfidence: Decimal
  readonly volConfidence: Decimal
}

export interface HeldPerp extends Held {
  readonly instrument: Perp
  readonly entry: Decimal
  readonly price: Decimal
  readonly confidence: Decimal
  /** Received and not yet in the cash; − is owed. */
  readonly funding: Decimal
}

/** All that an account holds in one underlying. */
export interface StandardMarket {
  readonly underlying: string
  readonly index: Decimal
  readonly indexConfidence: Decimal
  readonly options: readonly Omit<HeldOption, 'underlying'>[]
  readonly expiries: readonly ExpiryPrice[]
  readonly perp: HeldPerp | null
  /** The coin itself, ≥ 0. */
  readonly coins: Decimal
}

export interface StandardAccount {
  readonly cash: Decimal
  /** What one unit of the cash is worth; 1 where it stands at its peg. */
  readonly stable: Decimal
  readonly markets: readonly StandardMarket[]
}
