/**
 * What a book holds: money and positions, exact, aligned to a universe. Held is what is filled; an open order this plan
 * replaces does not count, any other counts as filled for imbalance, and each side counts alone for limits.
 */
import type { Decimal } from '../base/decimal.ts'

export interface Portfolio {
  /** Settled balance per currency, without unrealised profit. */
  readonly cash: readonly Decimal[]
  /** Signed quantity per instrument, + long. */
  readonly quantity: readonly Decimal[]
  /** Average entry price per instrument in its quote currency; null where flat or spot. */
  readonly entry: readonly (Decimal | null)[]
  readonly orders: readonly OpenOrder[]
}

export interface OpenOrder {
  readonly id: string
  /** Index into the universe's instruments. */
  readonly instrument: number
  readonly side: Side
  /** What is still open, > 0. */
  readonly quantity: Decimal
  /** Limit price in the quote currency; null for a market order. */
  readonly price: Decimal | null
  readonly reduceOnly: boolean
  /** Cancelled before the plan is carried out, so it does not count. */
  readonly replaced: boolean
}

export type Side = 'buy' | 'sell'
export const signOfSide = (side: Side): 1 | -1 => (side === 'buy' ? 1 : -1)
