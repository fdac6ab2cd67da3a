/**
 * An account statement as ledger events, folded, and compared with every balance that the venue states on the way. What a
 * statement does not say is not made up: rows without a symbol and positions without fills enter as reconciled differences.
 */
import { add, type Decimal, negate, subtract, ZERO } from '../../src/core/base/decimal.ts'
import type { Instant } from '../../src/core/base/instant.ts'
import { assert, type Result } from '../../src/core/base/result.ts'
import { makeUniverse } from '../../src/core/domain/universe.ts'
import { balanceIndex } from '../../src/core/ledger/books.ts'
import { foldLedger, type Ledger, openLedger } from '../../src/core/ledger/ledger.ts'
import type { LedgerEvent } from '../../src/core/ledger/ledger-event.ts'
import type { AccountStatement, WalletRow } from './statement.ts'

export const ACCOUNT = 'bitmex'
/** Where transfers whose other side the statement hides come from and go to. */
export const ELSEWHERE = 'elsewhere'

/**
 * How the balances stated for the rows of one moment and currency compare with the fold. eachRow: every row states its own.
 * atEnd: every row states the last. reordered: one states the last, the others those of another order. off: none does.
 */
export type Footing = 'eachRow' | 'atEnd' | 'reordered' | 'off'

export interface Batch {
  readonly at: Instant
  readonly currency: string
  readonly rows: readonly WalletRow[]
  readonly footing: Footing
  /** What the last row states − the fold. */
  readonly residual: Decimal
}

export interface FoldedAccount {
  /** As the wallet history leaves it. */
  readonly wallet: Ledger
  /** With the positions of the snapshot, whose fills are not in the statement. */
  readonly ledger: Ledger
  readonly batches: readonly Batch[]
  /** Rows that were not booked: nothing was paid. */
  readonly unbooked: readonly WalletRow[]
  /** Rows that are paid, and no file says for which instrument. */
  readonly unnamed: readonly WalletRow[]
}

type Draft = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'seq' | 'account'> : never) : never

const unwrap = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.map(({ path, message }) => `${path}: ${message}`).join('; '))
  return result.value
}

function foldDraft(ledger: Ledger, draft: Draft, account = ACCOUNT): Ledger {
  return unwrap(foldLedger(ledger, { ...draft, account, seq: ledger.seq + 1 } as LedgerEvent))
}

const balanceOf = ({ scope, books }: Ledger, currency: string): Decimal =>
  books.balances[balanceIndex(scope, ACCOUNT, currency)]!.amount

export function foldAccount(statement: AccountStatement): FoldedAccount {
  const { rows, instruments, positions } = statement
  const currencies = rows.map(({ currency }) => currency)
  const universe = makeUniverse({ numeraire: rows[0]?.currency ?? 'XBT', instruments, currencies })
  let wallet = openLedger(universe, [ACCOUNT, ELSEWHERE])
  const [batches, unbooked, unnamed]: [Batch[], WalletRow[], WalletRow[]] = [[], [], []]
  const done = new Set<WalletRow>()
  for (let first = 0; first < rows.length; ) {
    let next = first
    const running = new Map<WalletRow, Decimal>()
    for (; next < rows.length && rows[next]!.at === rows[first]!.at; next++) {
      const row = rows[next]!
      if (row.status !== 'Completed') unbooked.push(row)
      else if (!done.has(row)) {
        if (needsSymbol(row) && row.symbol === null) unnamed.push(row)
        wallet = foldRow(wallet, row, partnerOf(rows, next, done))
      }
      running.set(row, balanceOf(wallet, row.currency))
    }
    batches.push(...compare(running, wallet))
    first = next
  }
  let ledger = wallet
  for (const { symbol, quantity, entry } of positions) {
    if (quantity === ZERO) continue
    assert(entry !== null, `${symbol} is held and has no entry price`)
    const at = rows.at(-1)?.at ?? 0
    ledger = foldDraft(ledger, {
      kind: 'positionReconciled',
      at,
      id: `snapshot-${symbol}`,
      instrument: symbol,
      difference: quantity,
      price: entry,
    })
  }
  return { wallet, ledger, batches, unbooked, unnamed }
}

const needsSymbol = ({ kind }: WalletRow): boolean => kind === 'RealisedPNL' || kind === 'Funding'
const isExchange = ({ kind }: WalletRow): boolean => kind === 'Conversion' || kind === 'SpotTrade'

/** The other leg of an exchange: the next row of its kind, of another currency and sign, that is not taken yet. */
function partnerOf(rows: readonly WalletRow[], index: number, done: Set<WalletRow>): WalletRow | null {
  const row = rows[index]!
  if (!isExchange(row)) return null
  const partner = rows
    .slice(index + 1, index + 20)
    .find(
      (each) =>
        each.kind === row.kind &&
        each.currency !== row.currency &&
        each.amount > ZERO !== row.amount > ZERO &&
        !done.has(each),
    )
  if (partner === undefined) throw new Error(`row ${row.line}: an exchange must have two legs, was one`)
  done.add(partner)
  return partner
}

function foldRow(ledger: Ledger, row: WalletRow, partner: WalletRow | null): Ledger {
  const { at, kind, currency, amount, symbol } = row
  const id = `row-${row.line}`
  const fee = row.fee ?? ZERO
  const asset = { kind: 'cash', currency } as const
  switch (kind) {
    case 'Deposit':
      return foldDraft(ledger, { kind: 'deposited', at, id, asset, amount, price: null })
    case 'Withdrawal':
      return foldDraft(ledger, { kind: 'withdrawn', at, id, asset, amount: negate(add(amount, fee)), fee })
    case 'Transfer':
      return amount > ZERO
        ? foldDraft(ledger, { kind: 'transferred', at, id, to: ACCOUNT, asset, amount }, ELSEWHERE)
        : foldDraft(ledger, { kind: 'transferred', at, id, to: ELSEWHERE, asset, amount: negate(amount) })
    case 'Conversion':
    case 'SpotTrade': {
      const [sold, bought] = amount < ZERO ? [row, partner!] : [partner!, row]
      return foldDraft(ledger, {
        kind: 'converted',
        at,
        id,
        sold: { amount: negate(sold.amount), currency: sold.currency },
        bought: { amount: bought.amount, currency: bought.currency },
        fees: [],
      })
    }
    case 'RealisedPNL':
    case 'Funding':
      if (symbol === null) return foldDraft(ledger, { kind: 'balanceReconciled', at, id, currency, difference: amount })
      if (kind === 'Funding')
        return foldDraft(ledger, { kind: 'funded', at, id, instrument: symbol, paid: negate(amount) })
      return foldDraft(ledger, {
        kind: 'booked',
        at,
        id,
        instrument: symbol,
        profit: add(amount, fee),
        fees: fee === ZERO ? [] : [{ amount: fee, currency }],
      })
    default:
      throw new Error(`row ${row.line}: kind of row must be one of BitMEX's wallet, was ${kind}`)
  }
}

/** One batch for each currency among the rows of one moment. */
function compare(running: ReadonlyMap<WalletRow, Decimal>, wallet: Ledger): Batch[] {
  const currencies = new Set([...running.keys()].map(({ currency }) => currency))
  return [...currencies].map((currency) => {
    const rows = [...running.keys()].filter((row) => row.currency === currency)
    const end = balanceOf(wallet, currency)
    const footing: Footing = rows.every((row) => row.balance === running.get(row))
      ? 'eachRow'
      : rows.every(({ balance }) => balance === end)
        ? 'atEnd'
        : rows.some(({ balance }) => balance === end)
          ? 'reordered'
          : 'off'
    const residual = footing === 'reordered' ? ZERO : subtract(rows.at(-1)!.balance, end)
    return { at: rows[0]!.at, currency, rows, footing, residual }
  })
}
