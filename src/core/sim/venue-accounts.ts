/**
 * Who holds what at the simulated venue: the trader, the counterparties of all its trades taken together, and the house, which
 * takes fees and pays for what a bankrupt trader cannot. Each is an account of one set of books (`ledger`), and every fact is
 * booked on both sides, so that per currency Σ cash is what came in, and per contract Σ quantity is 0, to the last digit.
 * Both sides of a trade are rounded down by the ledger; what that leaves goes to the house and is counted apart, because
 * it must stay a few units of the 18th place a fact: anything more would be money that came from nowhere.
 */
import { add, type Decimal, negate, subtract, ZERO } from '../base/decimal.ts'
import { assert } from '../base/result.ts'
import type { Money } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import { applyFact } from '../ledger/apply.ts'
import { type Books, type CashBalance, emptyBooks, makeScope, type Scope } from '../ledger/books.ts'
import type { Fact } from '../ledger/ledger-event.ts'
import type { Position } from '../ledger/position.ts'

export type Party = 'trader' | 'counterparty' | 'house'
export const PARTIES: readonly Party[] = ['trader', 'counterparty', 'house']

export interface Parties extends Readonly<Record<Party, string>> {
  readonly scope: Scope
  /** Index of each account in the scope. */
  readonly place: Readonly<Record<Party, number>>
}

export interface Accounts {
  readonly books: Books
  /** Facts of the trader so far. */
  readonly facts: number
  /** Per currency: what came in from outside, less what left. */
  readonly deposited: readonly Decimal[]
  /** Per instrument: spot that came in from outside. */
  readonly arrived: readonly Decimal[]
  /** Per currency: what rounding left to the house. */
  readonly rounded: readonly Decimal[]
}

export function makeParties(universe: Universe, trader: string): Parties {
  const [counterparty, house] = [`${trader}/counterparty`, `${trader}/house`]
  const scope = makeScope(universe, [trader, counterparty, house])
  const placeOf = (account: string): number => scope.account.get(account)!
  return {
    scope,
    trader,
    counterparty,
    house,
    place: { trader: placeOf(trader), counterparty: placeOf(counterparty), house: placeOf(house) },
  }
}

export const emptyAccounts = ({ scope }: Parties): Accounts => ({
  books: emptyBooks(scope),
  facts: 0,
  deposited: scope.universe.currencies.map(() => ZERO),
  arrived: scope.universe.instruments.map(() => ZERO),
  rounded: scope.universe.currencies.map(() => ZERO),
})

export const balanceAt = ({ scope, place }: Parties, books: Books, party: Party, currency: number): CashBalance =>
  books.balances[place[party] * scope.universe.currencies.length + currency]!
export const positionAt = ({ scope, place }: Parties, books: Books, party: Party, instrument: number): Position =>
  books.positions[place[party] * scope.universe.instruments.length + instrument]!

/** Books one fact of the trader on all sides. */
export function bookOnAllSides(accounts: Accounts, parties: Parties, fact: Fact): Accounts {
  let { books } = accounts
  let { deposited, arrived } = accounts
  for (const each of [fact, ...otherSides(fact, parties)]) {
    const applied = applyFact(books, each, parties.scope)
    assert(applied.ok, applied.ok ? '' : `the venue books only what can be: ${applied.error[0]!.message}`)
    books = applied.value
  }
  if (fact.kind === 'deposited' || fact.kind === 'withdrawn') {
    const amount = fact.kind === 'deposited' ? fact.amount : negate(fact.amount)
    if (fact.asset.kind === 'cash')
      deposited = added(deposited, parties.scope.currency.get(fact.asset.currency)!, amount)
    else arrived = added(arrived, parties.scope.instrument.get(fact.asset.instrument)!, amount)
  }
  const settled = keepRounding({ before: accounts, deposited }, parties, { books, fact })
  return { ...settled, facts: accounts.facts + 1, deposited, arrived }
}

const added = (column: readonly Decimal[], index: number, amount: Decimal): readonly Decimal[] =>
  column.with(index, add(column[index]!, amount))

/** What the same fact is to the counterparties and to the house; their rounding is their own. */
function otherSides(fact: Fact, { counterparty, house }: Parties): Fact[] {
  const charge = ({ amount, currency }: Money, index: number): Fact[] =>
    amount === ZERO
      ? []
      : [{ ...ofHouse(fact, house), id: `${fact.id} fee ${index}`, currency, paid: negate(amount), reason: 'fee' }]
  switch (fact.kind) {
    case 'filled': {
      const side = fact.side === 'buy' ? 'sell' : 'buy'
      return [{ ...fact, account: counterparty, side, fees: [] }, ...fact.fees.flatMap(charge)]
    }
    case 'expired':
      return [{ ...fact, account: counterparty, fees: [] }, ...fact.fees.flatMap(charge)]
    case 'funded':
      return [{ ...fact, account: counterparty, paid: negate(fact.paid) }]
    case 'positionReconciled':
      return [{ ...fact, account: counterparty, difference: negate(fact.difference) }]
    case 'converted':
      return [{ ...fact, account: house, sold: fact.bought, bought: fact.sold }]
    case 'charged':
      return [{ ...ofHouse(fact, house), currency: fact.currency, paid: negate(fact.paid), reason: fact.reason }]
    case 'deposited':
    case 'withdrawn':
      return []
    case 'transferred':
    case 'booked':
    case 'settled':
    case 'balanceReconciled':
      return assert(false, `the venue books no fact of kind ${fact.kind}`) as never
  }
}

const ofHouse = ({ seq, at, id }: Fact, house: string) => ({ kind: 'charged' as const, seq, at, id, account: house })

/** Gives the house what no other party was credited with. */
function keepRounding(
  { before, deposited }: { readonly before: Accounts; readonly deposited: readonly Decimal[] },
  parties: Parties,
  after: { readonly books: Books; readonly fact: Fact },
): Pick<Accounts, 'books' | 'rounded'> {
  let { books } = after
  let { rounded } = before
  parties.scope.universe.currencies.forEach((currency, c) => {
    const left = subtract(deposited[c]!, cashOfAll(parties, books, c))
    if (left === ZERO) return
    const { seq, at, id } = after.fact
    const fact: Fact = {
      kind: 'charged',
      seq,
      at,
      id,
      account: parties.house,
      currency,
      paid: negate(left),
      reason: 'rounding',
    }
    const applied = applyFact(books, fact, parties.scope)
    assert(applied.ok, 'the house takes any amount')
    books = applied.value
    rounded = added(rounded, c, left)
  })
  return { books, rounded }
}

export const cashOfAll = (parties: Parties, books: Books, currency: number): Decimal =>
  PARTIES.reduce((sum, party) => add(sum, balanceAt(parties, books, party, currency).amount), ZERO)
