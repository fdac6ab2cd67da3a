/**
 * What the books say: the portfolio that `plan()` takes, profit realised per instrument, fees per currency, and profit that
 * is open at given marks. Entry prices leave as decimals, rounded once so that open profit is never overstated.
 */
import { add, type Decimal, subtract, toText, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioToDecimal } from '../base/ratio.ts'
import { fail, type Issue, quoted, type Result, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import type { OpenOrder, Portfolio } from '../domain/portfolio.ts'
import { byId } from '../domain/universe.ts'
import type { CashBalance } from './books.ts'
import type { Ledger } from './ledger.ts'
import { averageEntry, FLAT, feeIn, type Position, unrealisedAt } from './position.ts'

/** A position of one account with what it has brought so far, in its settle currency unless said otherwise. */
export interface PositionLine {
  readonly account: string
  readonly instrument: Instrument
  readonly position: Position
  /** Average entry price, exact; null where flat. */
  readonly entry: Ratio | null
  /** Profit of what was closed and of what statements booked, less fees in the settle currency. Funding is apart. */
  readonly realised: Decimal
}

/** Every position that something ever happened to, by account and instrument. */
export const positionLines = ({ scope, books }: Ledger): PositionLine[] =>
  books.positions.flatMap((position, index) => {
    if (position === FLAT) return []
    const { instruments } = scope.universe
    const instrument = instruments[index % instruments.length]!
    const account = scope.accounts[Math.floor(index / instruments.length)]!
    const profit = add(position.gross, position.booked)
    const realised = subtract(profit, feeIn(position, instrument.settle))
    return [{ account, instrument, position, entry: averageEntry(position, instrument), realised }]
  })

export interface BalanceLine {
  readonly account: string
  readonly currency: string
  readonly balance: CashBalance
}

/** Every balance that something ever happened to, by account and currency. */
export const balanceLines = ({ scope, books }: Ledger): BalanceLine[] =>
  books.balances.flatMap((balance, index) => {
    const { currencies } = scope.universe
    const account = scope.accounts[Math.floor(index / currencies.length)]!
    const touched = balance.amount !== ZERO || Object.values(balance.changes).some((change) => change !== ZERO)
    return touched ? [{ account, currency: currencies[index % currencies.length]!, balance }] : []
  })

/** Fees over all accounts, + paid, sorted by currency: out of balances, and in coin out of spot. */
export function feesByCurrency(ledger: Ledger): Money[] {
  const fees = new Map<string, Decimal>()
  const pay = (currency: string, paid: Decimal): void => void fees.set(currency, add(fees.get(currency) ?? ZERO, paid))
  for (const { currency, balance } of balanceLines(ledger)) pay(currency, subtract(ZERO, balance.changes.fees))
  for (const { instrument, position } of positionLines(ledger))
    if (instrument.kind === 'spot') pay(instrument.underlying, feeIn(position, instrument.underlying))
  return [...fees]
    .filter(([, amount]) => amount !== ZERO)
    .sort(([a], [b]) => byId(a, b))
    .map(([currency, amount]) => ({ amount, currency }))
}

export interface OpenProfit {
  readonly account: string
  readonly instrument: string
  readonly currency: string
  /** What closing at the mark would realise before fees, exactly. Of spot too: its value less what it cost. */
  readonly profit: Ratio
}

/** @param marks price per instrument, in its quote currency. @returns refused where something held has no mark above 0 */
export function openProfits(ledger: Ledger, marks: ReadonlyMap<string, Decimal>): Result<OpenProfit[]> {
  const issues: Issue[] = []
  const profits = positionLines(ledger).flatMap(({ account, instrument, position }) => {
    if (position.quantity === ZERO) return []
    const mark = marks.get(instrument.id)
    if (mark === undefined || mark <= ZERO) {
      issues.push({
        code: 'ledger.mark',
        path: `marks.${instrument.id}`,
        message: `mark of ${instrument.id} must be above 0, was ${mark === undefined ? 'missing' : toText(mark)}`,
        hint: 'give a price for everything that is held',
      })
      return []
    }
    const profit = unrealisedAt(position, instrument, mark)
    return [{ account, instrument: instrument.id, currency: instrument.settle, profit }]
  })
  return issues.length > 0 ? fail(issues) : succeed(profits)
}

/**
 * The portfolio of some accounts together, aligned to the ledger's universe.
 * @returns refused where accounts are unknown, or hold opposite sides of one contract: no single entry price says both
 */
export function portfolioOf(
  ledger: Ledger,
  parts: { readonly accounts: readonly string[]; readonly orders: readonly OpenOrder[] },
): Result<Portfolio> {
  const { scope, books } = ledger
  const { instruments, currencies } = scope.universe
  const issues: Issue[] = []
  for (const account of parts.accounts)
    if (!scope.account.has(account))
      issues.push({
        code: 'ledger.unknown',
        path: 'accounts',
        message: `account must be one of this ledger, was ${quoted(account)}`,
        hint: `name some of ${scope.accounts.join(', ')}`,
      })
  const chosen = scope.accounts.flatMap((account, index) => (parts.accounts.includes(account) ? [index] : []))
  const cash = currencies.map((_, c) => {
    let sum = ZERO
    for (const a of chosen) sum = add(sum, books.balances[a * currencies.length + c]!.amount)
    return sum
  })
  const quantity: Decimal[] = []
  const entry: (Decimal | null)[] = []
  instruments.forEach((instrument, j) => {
    let [held, basis, isLong, isShort] = [ZERO, ZERO, false, false]
    for (const a of chosen) {
      const position = books.positions[a * instruments.length + j]!
      held = add(held, position.quantity)
      basis = add(basis, position.basis)
      isLong ||= position.quantity > ZERO
      isShort ||= position.quantity < ZERO
    }
    if (instrument.kind !== 'spot' && isLong && isShort) issues.push(opposite(ledger, chosen, j))
    quantity.push(held)
    entry.push(entryPrice({ quantity: held, basis }, instrument))
  })
  return issues.length > 0 ? fail(issues) : succeed({ cash, quantity, entry, orders: parts.orders })
}

/** @param chosen indices of accounts */
function opposite({ scope, books }: Ledger, chosen: readonly number[], j: number): Issue {
  const { instruments } = scope.universe
  const { id } = instruments[j]!
  const held = chosen.map((a) => toText(books.positions[a * instruments.length + j]!.quantity)).join(' and ')
  return {
    code: 'ledger.opposite',
    path: `accounts.${id}`,
    message: `${id} must be held on one side, was ${held} in different accounts`,
    hint: 'plan these accounts one by one',
  }
}

/** A long's entry is rounded up, a short's down. Null where flat or spot. */
function entryPrice(position: Pick<Position, 'quantity' | 'basis'>, instrument: Instrument): Decimal | null {
  const entry = instrument.kind === 'spot' ? null : averageEntry(position, instrument)
  return entry === null ? null : ratioToDecimal(entry, position.quantity > ZERO ? 'ceiling' : 'floor')
}
