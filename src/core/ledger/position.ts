/**
 * One position at average cost. Every trade is worth −q·m·P in the settle currency (inverse: +q·m/P, in coin), rounded down
 * once at the 18th place. What is open carries the sum of that as its `basis`; closing a part r of a quantity Q releases
 * basis·r/Q, rounded down, and realises the trade's value plus what is released. So traded value = gross + basis to the last
 * digit, whatever was rounded, and a flat position has a basis of exactly 0. The average entry follows from the basis:
 * |basis|/(|Q|·m), inverse |Q|·m/|basis|, the harmonic mean, which is the one that profit in coin is linear in.
 */
import { absolute, add, type Decimal, divideInteger, fromUnits, negate, subtract, ZERO } from '../base/decimal.ts'
import { type Ratio, ratio, ratioAdd, ratioOf, ratioToDecimal } from '../base/ratio.ts'
import { type Instrument, isFunded, type Money } from '../domain/instrument.ts'
import { byId } from '../domain/universe.ts'
import { isReciprocal, tradeValue } from '../domain/valuation.ts'

const UNIT = 10n ** 18n

export interface Position {
  /** + long */
  readonly quantity: Decimal
  /** Value traded for what is open, in the settle currency: − spent on a long, + received for a short; inverse the other way. */
  readonly basis: Decimal
  /** Realised profit before fees, in the settle currency. */
  readonly gross: Decimal
  /** Profit a statement booked without listing its fills, before fees, in the settle currency. */
  readonly booked: Decimal
  /** + paid, in the settle currency. */
  readonly funding: Decimal
  /** + paid, per currency, sorted by it. */
  readonly fees: readonly Money[]
  /** Part of gross and basis that was no cash: fees in the coin, spot that came or left, reconciled quantities. */
  readonly offCash: Decimal
  /** What was closed since the position was last opened; null before the first close. */
  readonly closed: Closed | null
  readonly expired: boolean
}

export interface Closed {
  readonly quantity: Decimal
  /** Σ |value| of the closing trades. */
  readonly value: Decimal
  /** Average entry price of what the last of them closed; null where `averageEntry` is. */
  readonly entry: Ratio | null
}

export const FLAT: Position = {
  quantity: ZERO,
  basis: ZERO,
  gross: ZERO,
  booked: ZERO,
  funding: ZERO,
  fees: [],
  offCash: ZERO,
  closed: null,
  expired: false,
}

/** Value of a signed quantity of one trade, additive up to rounding. */
export type Worth = (quantity: Decimal) => Decimal

export const worthAt =
  (instrument: Instrument, price: Decimal): Worth =>
  (quantity) =>
    ratioToDecimal(tradeValue(instrument, quantity, price), 'floor')

/** Parts of a whole that has a known value. */
export const worthOfPart =
  (whole: Decimal, value: Decimal): Worth =>
  (quantity) =>
    fromUnits(divideInteger(value * quantity, whole, 'floor'))

export interface Traded {
  readonly position: Position
  /** What it does to the balance in the settle currency. */
  readonly cash: Decimal
}

/** Adds a signed quantity: opens, adds, reduces, closes, or closes and opens again on the other side. */
export function trade(position: Position, instrument: Instrument, quantity: Decimal, worth: Worth): Traded {
  const held = position.quantity
  const opposite = (held > ZERO && quantity < ZERO) || (held < ZERO && quantity > ZERO)
  const closing = !opposite ? ZERO : absolute(quantity) <= absolute(held) ? quantity : negate(held)
  const opening = subtract(quantity, closing)
  const funded = isFunded(instrument)
  let cash = ZERO
  let after = position
  if (closing !== ZERO) {
    const value = worth(closing)
    const released = basisOf(position, closing)
    const profit = add(value, released)
    after = {
      ...after,
      quantity: add(held, closing),
      basis: subtract(after.basis, released),
      gross: add(after.gross, profit),
      closed: {
        quantity: add(after.closed?.quantity ?? ZERO, absolute(closing)),
        value: add(after.closed?.value ?? ZERO, absolute(value)),
        entry: averageEntry(position, instrument),
      },
    }
    cash = funded ? value : profit
  }
  if (opening !== ZERO) {
    const value = worth(opening)
    const closed = after.quantity === ZERO ? null : after.closed
    after = { ...after, quantity: add(after.quantity, opening), basis: add(after.basis, value), closed }
    if (funded) cash = add(cash, value)
  }
  return { position: after, cash }
}

/** The same without cash moving. */
export function tradeOffCash(position: Position, instrument: Instrument, quantity: Decimal, worth: Worth): Position {
  const traded = trade(position, instrument, quantity, worth)
  return { ...traded.position, offCash: add(traded.position.offCash, traded.cash) }
}

/** Takes a part of what is held out at its average cost. @param quantity signed as what is held, at most all of it */
export function takeOut(position: Position, quantity: Decimal): { position: Position; basis: Decimal } {
  const basis = basisOf(position, quantity)
  const after = {
    ...position,
    quantity: subtract(position.quantity, quantity),
    basis: subtract(position.basis, basis),
    offCash: subtract(position.offCash, basis),
  }
  return { position: after, basis }
}

/** Realises everything at a price and goes on from there. */
export function markTo(position: Position, worth: Worth): Traded {
  if (position.quantity === ZERO) return { position, cash: ZERO }
  const value = worth(negate(position.quantity))
  const profit = add(position.basis, value)
  return { position: { ...position, basis: negate(value), gross: add(position.gross, profit) }, cash: profit }
}

/** The basis of a part of what is held, rounded down; of all of it exactly. */
function basisOf({ basis, quantity }: Position, part: Decimal): Decimal {
  const [size, whole] = [absolute(part), absolute(quantity)]
  return size === whole ? basis : fromUnits(divideInteger(basis * size, whole, 'floor'))
}

export function addFee(position: Position, { amount, currency }: Money): Position {
  if (amount === ZERO) return position
  const paid = { amount: add(feeIn(position, currency), amount), currency }
  const others = position.fees.filter((fee) => fee.currency !== currency)
  const fees = others.length === 0 ? [paid] : [...others, paid].sort((a, b) => byId(a.currency, b.currency))
  return { ...position, fees }
}

/** Fees paid in one currency. */
export const feeIn = (position: Position, currency: string): Decimal =>
  position.fees.find((fee) => fee.currency === currency)?.amount ?? ZERO

/** Average entry price, exactly what the basis says; null where flat, and where coin rounded to 0 would make it infinite. */
export function averageEntry(position: Pick<Position, 'quantity' | 'basis'>, instrument: Instrument): Ratio | null {
  const size = absolute(position.quantity) * instrument.multiplier
  const basis = absolute(position.basis)
  if (size === 0n) return null
  if (!isReciprocal(instrument)) return ratio(basis * UNIT, size)
  return basis === 0n ? null : ratio(size, basis * UNIT)
}

/** Profit at a price, not realised, in the settle currency: exactly what closing there would realise. */
export const unrealisedAt = (position: Position, instrument: Instrument, price: Decimal): Ratio =>
  ratioAdd(ratioOf(position.basis), tradeValue(instrument, negate(position.quantity), price))
