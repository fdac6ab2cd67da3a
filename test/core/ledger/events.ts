/** Ledgers for tests, written as short as a table: numbers as text, everything else spelled out. */
import { type Decimal, decimal, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { ratioToDecimal } from '../../../src/core/base/ratio.ts'
import type { Result } from '../../../src/core/base/result.ts'
import type { Future, Instrument, Money, Option } from '../../../src/core/domain/instrument.ts'
import { makeUniverse, type Universe } from '../../../src/core/domain/universe.ts'
import { foldEvents, foldLedger, type Ledger, openLedger } from '../../../src/core/ledger/ledger.ts'
import type { Asset, LedgerEvent } from '../../../src/core/ledger/ledger-event.ts'
import type { Position } from '../../../src/core/ledger/position.ts'
import { positionLines } from '../../../src/core/ledger/statement.ts'
import { inverse, perp, spot, unwrap } from '../cost/reference.ts'

const future = (over: Partial<Future> = {}): Future => {
  const { kind: _, ...terms } = perp({ id: 'BTC-MAR' })
  return { ...terms, kind: 'future', expiry: 1_774_569_600_000, ...over }
}
export const option = (over: Partial<Option> = {}): Option => {
  const { kind: _, ...terms } = perp({ id: 'BTC-CALL' })
  return { ...terms, kind: 'option', expiry: 1_774_569_600_000, strike: decimal('60000'), right: 'call', ...over }
}

export const INSTRUMENTS: readonly Instrument[] = [spot(), perp(), inverse(), future(), option()]
export const UNIVERSE: Universe = makeUniverse({ numeraire: 'USDT', instruments: INSTRUMENTS, currencies: ['BNB'] })
export const open = (universe: Universe = UNIVERSE): Ledger => openLedger(universe, ['main', 'cold'])

export const T0 = 1_772_323_200_000
export const money = (text: string): Money => {
  const [amount = '', currency = ''] = text.split(' ')
  return { amount: decimal(amount), currency }
}
export const cash = (currency: string): Asset => ({ kind: 'cash', currency })
export const coin = (instrument: string): Asset => ({ kind: 'spot', instrument })

/** An event without what `numbered` gives it. */
export type Draft = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'seq' | 'at' | 'id'> : never) : never

export function numbered(drafts: readonly Draft[], first = 1): LedgerEvent[] {
  return drafts.map((draft, index) => {
    const seq = first + index
    return { seq, at: T0 + 1000 * seq, id: `id-${seq}`, ...draft } as LedgerEvent
  })
}

/** `buy 2 at 100`, `sell 0.5 at 90 fee 0.1 USDT` */
export function fill(instrument: string, text: string, account = 'main'): Draft {
  const [side, quantity = '', , price = '', , ...fee] = text.split(' ')
  return {
    kind: 'filled',
    account,
    instrument,
    side: side as 'buy' | 'sell',
    quantity: decimal(quantity),
    price: decimal(price),
    fees: fee.length === 0 ? [] : [money(fee.join(' '))],
    order: null,
  }
}

export const folded = (drafts: readonly Draft[], universe: Universe = UNIVERSE): Ledger =>
  unwrap(foldEvents(open(universe), numbered(drafts)))
/** One event more. */
export const folding = (ledger: Ledger, draft: Draft): Result<Ledger> =>
  foldLedger(ledger, numbered([draft], ledger.seq + 1)[0]!)

export function positionOf(ledger: Ledger, instrument: string, account = 'main'): Position {
  const line = positionLines(ledger).find((each) => each.instrument.id === instrument && each.account === account)
  if (line === undefined) throw new Error(`nothing happened to ${instrument} of ${account}`)
  return line.position
}

export const balanceOf = (ledger: Ledger, currency: string, account = 'main'): string =>
  toText(amountOf(ledger, currency, account))
export function amountOf({ scope, books }: Ledger, currency: string, account = 'main'): Decimal {
  const index = scope.account.get(account)! * scope.universe.currencies.length + scope.currency.get(currency)!
  return books.balances[index]?.amount ?? ZERO
}

/** A position as one row: quantity @ entry, gross, realised. */
export function row(ledger: Ledger, instrument: string, account = 'main'): string {
  const line = positionLines(ledger).find((each) => each.instrument.id === instrument && each.account === account)
  if (line === undefined) return '-'
  const entry = line.entry === null ? '-' : toText(ratioToDecimal(line.entry, 'halfEven'))
  return `${toText(line.position.quantity)} @ ${entry} realised ${toText(line.realised)}`
}
