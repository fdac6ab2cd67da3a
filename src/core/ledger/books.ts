/**
 * The books: what all facts so far add up to, as columns over accounts × currencies and accounts × instruments. A balance
 * keeps its changes by cause, so it is the sum of them at every moment.
 */
import { add, type Decimal, ZERO } from '../base/decimal.ts'
import { byId, type Universe } from '../domain/universe.ts'
import { FLAT, type Position } from './position.ts'

export const CAUSES = [
  'traded',
  'fees',
  'funding',
  'booked',
  'deposited',
  'withdrawn',
  'transferred',
  'converted',
  'charged',
  'reconciled',
] as const
export type Cause = (typeof CAUSES)[number]

export interface CashBalance {
  readonly amount: Decimal
  /** What each cause did to it, + in. They sum to the amount. */
  readonly changes: Readonly<Record<Cause, Decimal>>
}

export interface Books {
  /** account · currencies + currency */
  readonly balances: readonly CashBalance[]
  /** account · instruments + instrument */
  readonly positions: readonly Position[]
}

/** Which accounts, instruments and currencies there are, and the only place where names of a ledger turn into indices. */
export interface Scope {
  readonly universe: Universe
  /** Sorted. */
  readonly accounts: readonly string[]
  readonly account: ReadonlyMap<string, number>
  readonly instrument: ReadonlyMap<string, number>
  readonly currency: ReadonlyMap<string, number>
}

const indexOf = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, index) => [name, index]))

export function makeScope(universe: Universe, names: Iterable<string>): Scope {
  const accounts = [...new Set(names)].sort(byId)
  return {
    universe,
    accounts,
    account: indexOf(accounts),
    instrument: indexOf(universe.instruments.map(({ id }) => id)),
    currency: indexOf(universe.currencies),
  }
}

const EMPTY: CashBalance = {
  amount: ZERO,
  changes: {
    traded: ZERO,
    fees: ZERO,
    funding: ZERO,
    booked: ZERO,
    deposited: ZERO,
    withdrawn: ZERO,
    transferred: ZERO,
    converted: ZERO,
    charged: ZERO,
    reconciled: ZERO,
  },
}

export const emptyBooks = ({ universe, accounts }: Scope): Books => ({
  balances: accounts.flatMap(() => universe.currencies.map(() => EMPTY)),
  positions: accounts.flatMap(() => universe.instruments.map(() => FLAT)),
})

/** Names are known ones: `checkEvent` has refused all others. */
export const balanceIndex = (scope: Scope, account: string, currency: string): number =>
  scope.account.get(account)! * scope.universe.currencies.length + scope.currency.get(currency)!
export const positionIndex = (scope: Scope, account: string, instrument: string): number =>
  scope.account.get(account)! * scope.universe.instruments.length + scope.instrument.get(instrument)!

export function changeBalance(balance: CashBalance, cause: Cause, change: Decimal): CashBalance {
  if (change === ZERO) return balance
  return {
    amount: add(balance.amount, change),
    changes: { ...balance.changes, [cause]: add(balance.changes[cause], change) },
  }
}
