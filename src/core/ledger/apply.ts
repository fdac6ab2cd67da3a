/**
 * What one fact does to the books. Every amount that reaches a balance is one of the event's own or comes out of the
 * position's rounding rules (`position.ts`); nothing else is computed here.
 */
import { add, type Decimal, negate, toText, ZERO } from '../base/decimal.ts'
import { assertNever, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { signOfSide } from '../domain/portfolio.ts'
import { type Books, balanceIndex, type Cause, changeBalance, positionIndex, type Scope } from './books.ts'
import type { Deposited, Expired, Fact, Filled, Transferred, Withdrawn } from './ledger-event.ts'
import {
  addFee,
  markTo,
  type Position,
  type Traded,
  takeOut,
  trade,
  tradeOffCash,
  type Worth,
  worthAt,
  worthOfPart,
} from './position.ts'

/** @param event checked. @returns the books after it, or why it cannot have happened; `books` stay as they were. */
export function applyFact(books: Books, event: Fact, scope: Scope): Result<Books> {
  const { account } = event
  const pay = (from: Books, cause: Cause, currency: string, paid: Decimal): Books =>
    moveCash(from, scope, { account, cause, currency, change: negate(paid) })
  switch (event.kind) {
    case 'filled':
      return applyFill(books, event, scope)
    case 'funded':
      return onPosition(books, event, scope, 'funding', (position) => ({
        position: { ...position, funding: add(position.funding, event.paid) },
        cash: negate(event.paid),
      }))
    case 'booked':
      return onPosition(books, event, scope, 'booked', (position) => ({
        position: { ...position, booked: add(position.booked, event.profit) },
        cash: event.profit,
        fees: event.fees,
      }))
    case 'settled':
      return onPosition(books, event, scope, 'traded', (position, instrument) =>
        markTo(position, worthAt(instrument, event.price)),
      )
    case 'expired':
      return applyExpiry(books, event, scope)
    case 'positionReconciled':
      return onPosition(books, event, scope, 'reconciled', (position, instrument) => ({
        position: tradeOffCash(position, instrument, event.difference, worthAt(instrument, event.price)),
        cash: ZERO,
      }))
    case 'deposited':
      return applyDeposit(books, event, scope)
    case 'withdrawn':
      return applyWithdrawal(books, event, scope)
    case 'transferred':
      return applyTransfer(books, event, scope)
    case 'converted': {
      const sold = pay(books, 'converted', event.sold.currency, event.sold.amount)
      const bought = pay(sold, 'converted', event.bought.currency, negate(event.bought.amount))
      return succeed(event.fees.reduce((after, fee) => pay(after, 'fees', fee.currency, fee.amount), bought))
    }
    case 'charged':
      return succeed(pay(books, 'charged', event.currency, event.paid))
    case 'balanceReconciled':
      return succeed(pay(books, 'reconciled', event.currency, negate(event.difference)))
    default:
      return assertNever(event)
  }
}

interface CashMove {
  readonly account: string
  readonly cause: Cause
  readonly currency: string
  readonly change: Decimal
}

const moveCash = (books: Books, scope: Scope, move: CashMove): Books => ({
  positions: books.positions,
  balances: balancesAfter(books.balances, scope, move),
})

function balancesAfter(
  balances: Books['balances'],
  scope: Scope,
  { account, cause, currency, change }: CashMove,
): Books['balances'] {
  if (change === ZERO) return balances
  const index = balanceIndex(scope, account, currency)
  return balances.with(index, changeBalance(balances[index]!, cause, change))
}

interface Change extends Traded {
  /** Out of the balances of their currencies, and remembered by the instrument that they were for. */
  readonly fees?: readonly Money[]
}

interface Place {
  readonly kind: Fact['kind']
  readonly seq: number
  readonly account: string
  readonly instrument: string
}

/**
 * Changes one position, and moves what cash that brings in its settle currency, and its fees. What has expired is held no more; money of it
 * that a venue books late, such as its last funding, still counts.
 */
function onPosition(
  books: Books,
  { kind, seq, account, instrument: id }: Place,
  scope: Scope,
  cause: Cause,
  change: (position: Position, instrument: Instrument) => Change,
): Result<Books> {
  const instrument = scope.universe.instruments[scope.instrument.get(id)!]!
  const index = positionIndex(scope, account, id)
  const position = books.positions[index]!
  const traded = change(position, instrument)
  if (position.expired && (kind === 'expired' || traded.position.quantity !== position.quantity))
    return refuse(
      'ledger.expired',
      `ledger.${seq}.instrument`,
      `${id} must not have expired, was expired by an earlier event`,
      'correct that event first if it came too early',
    )
  let after = traded.position
  let balances = balancesAfter(books.balances, scope, {
    account,
    cause,
    currency: instrument.settle,
    change: traded.cash,
  })
  for (const fee of traded.fees ?? []) {
    after = addFee(after, fee)
    const paid = { account, cause: 'fees', currency: fee.currency, change: negate(fee.amount) } as const
    balances = balancesAfter(balances, scope, paid)
  }
  return succeed({ balances, positions: books.positions.with(index, after) })
}

function applyFill(books: Books, event: Filled, scope: Scope): Result<Books> {
  const quantity = signOfSide(event.side) > 0 ? event.quantity : negate(event.quantity)
  return onPosition(books, event, scope, 'traded', (position, instrument) => {
    const inCoin = (fee: Money): boolean => instrument.kind === 'spot' && fee.currency === instrument.underlying
    const worth = worthAt(instrument, event.price)
    const { position: traded, cash } = trade(position, instrument, quantity, worth)
    if (!event.fees.some(inCoin)) return { position: traded, cash, fees: event.fees }
    return {
      position: event.fees.filter(inCoin).reduce(payInCoin(instrument, worth), traded),
      cash,
      fees: event.fees.filter((fee) => !inCoin(fee)),
    }
  })
}

/** A fee in the coin leaves at the price of its fill: it is worth that much, and brings no cash. */
const payInCoin =
  (instrument: Instrument, worth: Worth) =>
  (position: Position, fee: Money): Position =>
    addFee(tradeOffCash(position, instrument, negate(fee.amount), worth), fee)

function applyExpiry(books: Books, event: Expired, scope: Scope): Result<Books> {
  return onPosition(books, event, scope, 'traded', (position, instrument) => {
    const traded = trade(position, instrument, negate(position.quantity), worthAt(instrument, event.price))
    return { position: { ...traded.position, expired: true }, cash: traded.cash, fees: event.fees }
  })
}

function applyDeposit(books: Books, event: Deposited, scope: Scope): Result<Books> {
  const { asset, account, amount, price } = event
  if (asset.kind === 'cash')
    return succeed(moveCash(books, scope, { account, cause: 'deposited', currency: asset.currency, change: amount }))
  return onPosition(books, { ...event, instrument: asset.instrument }, scope, 'deposited', (position, instrument) => ({
    position: tradeOffCash(position, instrument, amount, worthAt(instrument, price!)),
    cash: ZERO,
  }))
}

function applyWithdrawal(books: Books, event: Withdrawn, scope: Scope): Result<Books> {
  const { asset, account, amount, fee } = event
  if (asset.kind === 'cash') {
    const { currency } = asset
    const left = moveCash(books, scope, { account, cause: 'withdrawn', currency, change: negate(amount) })
    return succeed(moveCash(left, scope, { account, cause: 'fees', currency, change: negate(fee) }))
  }
  const place = { ...event, instrument: asset.instrument }
  const total = add(amount, fee)
  const short = shortOf(books, place, total, scope)
  if (short !== null) return short
  return onPosition(books, place, scope, 'withdrawn', (position, instrument) => ({
    position: addFee(takeOut(position, total).position, { amount: fee, currency: instrument.underlying }),
    cash: ZERO,
  }))
}

function applyTransfer(books: Books, event: Transferred, scope: Scope): Result<Books> {
  const { asset, account, to, amount } = event
  if (asset.kind === 'cash') {
    const { currency } = asset
    const left = moveCash(books, scope, { account, cause: 'transferred', currency, change: negate(amount) })
    return succeed(moveCash(left, scope, { account: to, cause: 'transferred', currency, change: amount }))
  }
  const place = { ...event, instrument: asset.instrument }
  const short = shortOf(books, place, amount, scope)
  if (short !== null) return short
  let basis = ZERO
  const left = onPosition(books, place, scope, 'transferred', (position) => {
    const taken = takeOut(position, amount)
    basis = taken.basis
    return { position: taken.position, cash: ZERO }
  })
  if (!left.ok) return left
  return onPosition(left.value, { ...place, account: to }, scope, 'transferred', (position, instrument) => ({
    position: tradeOffCash(position, instrument, amount, worthOfPart(amount, basis)),
    cash: ZERO,
  }))
}

/** Spot leaves at its average cost, so only what is held can leave. */
function shortOf(books: Books, place: Place, amount: Decimal, scope: Scope): Result<never> | null {
  const held = books.positions[positionIndex(scope, place.account, place.instrument)]!.quantity
  if (held >= amount) return null
  return refuse(
    'ledger.not-held',
    `ledger.${place.seq}.amount`,
    `${place.instrument} leaving ${place.account} must be held, was ${toText(amount)} out of ${toText(held)}`,
    'enter what is missing first: fills, deposits, or a reconciled difference',
  )
}
