/** What of a folded account foots and what does not, as text: every residual exactly, with what explains it. */
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  multiply,
  subtract,
  toText,
  ZERO,
} from '../../src/core/base/decimal.ts'
import { formatInstant } from '../../src/core/base/instant.ts'
import { type Ratio, ratioOf, ratioSubtract, ratioToDecimal } from '../../src/core/base/ratio.ts'
import { tradeValue } from '../../src/core/domain/valuation.ts'
import { balanceLines, feesByCurrency, openProfits, positionLines } from '../../src/core/ledger/statement.ts'
import { ACCOUNT, type Batch, type FoldedAccount, type Footing } from './fold.ts'
import type { AccountStatement, WalletRow } from './statement.ts'

const FOOTINGS: Readonly<Record<Footing, string>> = {
  eachRow: 'every row states the balance after it',
  atEnd: 'every row states the balance after the last row of its moment',
  reordered: 'rows of one moment are listed in another order than they were booked in; the last balance is there',
  off: 'no row states it',
}

export function reportAccount(statement: AccountStatement, folded: FoldedAccount): string[] {
  return [
    ...reportWallet(statement, folded),
    ...reportMargins(statement, folded),
    ...reportPositions(statement, folded),
    ...reportCauses(folded),
    ...reportInstruments(statement, folded),
  ]
}

const describeRow = ({ line, kind, status, amount, currency }: WalletRow): string =>
  `    row ${line} ${kind} ${status} ${toText(amount)} ${currency}`

function reportWallet({ rows }: AccountStatement, { wallet, batches, unbooked, unnamed }: FoldedAccount): string[] {
  const count = (footing: Footing): number => batches.filter((batch) => batch.footing === footing).length
  const off = batches.filter(({ footing }) => footing === 'off')
  return [
    `Wallet: ${rows.length} rows, ${wallet.seq} events, ${batches.length} balances stated for a moment and currency`,
    ...(Object.keys(FOOTINGS) as Footing[]).map((footing) => `  ${count(footing)}: ${FOOTINGS[footing]}`),
    ...batches.filter(({ footing }) => footing === 'reordered').map(describeBatch),
    ...off.map((batch) => `${describeBatch(batch)}, residual ${toText(batch.residual)}`),
    `  ${unbooked.length} rows are not booked, for nothing was paid`,
    ...unbooked.map(describeRow),
    `  ${unnamed.length} rows are paid and no file says for which instrument: reconciled differences`,
    ...unnamed.map(describeRow),
  ]
}

const describeBatch = ({ at, currency, rows }: Batch): string => {
  const [first, last] = [rows[0]!.line, rows.at(-1)!.line]
  return `    ${first === last ? `row ${first}` : `rows ${first}–${last}`} ${formatInstant(at)} ${currency}`
}

const verdict = (residual: Decimal): string => (residual === ZERO ? 'foots' : `residual ${toText(residual)}`)

function reportMargins({ margins }: AccountStatement, { wallet }: FoldedAccount): string[] {
  const amounts = new Map(
    balanceLines(wallet).flatMap(({ account, currency, balance }) =>
      account === ACCOUNT ? [[currency, balance.amount] as const] : [],
    ),
  )
  return [
    'Margin snapshot: wallet balance against the fold; margin balance against wallet and unrealised profit',
    ...margins.map(({ currency, wallet: stated, margin, unrealised }) => {
      const amount = amounts.get(currency) ?? ZERO
      const sum = subtract(margin, add(stated, unrealised))
      return `  ${currency} ${toText(stated)}: ${verdict(subtract(stated, amount))}; margin ${toText(margin)}: ${verdict(sum)}`
    }),
  ]
}

/** The venue values a contract in steps of a hundredth of its smallest unit, to the nearest. */
const VALUE_STEP = decimal('0.0000000001')
const HALF_STEP = decimal('0.00000000005')
const explains = (bound: Decimal, residuals: readonly Decimal[]): string =>
  residuals.every((residual) => absolute(residual) <= bound) ? 'both explained' : 'NOT explained'

function reportPositions({ positions }: AccountStatement, { ledger }: FoldedAccount): string[] {
  const held = positions.filter(({ quantity }) => quantity !== ZERO)
  const marks = new Map(held.map(({ symbol, mark }) => [symbol, mark!]))
  const profits = openProfits(ledger, marks)
  if (!profits.ok) throw new Error(profits.error.map(({ message }) => message).join('; '))
  const exact = (value: Ratio): Decimal => ratioToDecimal(value, 'halfEven')
  const lines = held.flatMap(({ symbol, quantity, entry, mark, unrealised, cost, markValue }) => {
    const instrument = ledger.scope.universe.instruments.find(({ id }) => id === symbol)!
    const { profit, currency } = profits.value.find((each) => each.instrument === symbol)!
    // What is stated as a cost is + for a short, the value of a trade + for a long: the other way round.
    const atEntry = exact(ratioSubtract(ratioOf(cost), negated(tradeValue(instrument, quantity, entry!))))
    const atMark = exact(ratioSubtract(ratioOf(markValue), negated(tradeValue(instrument, quantity, mark!))))
    const bound = multiply(absolute(quantity), HALF_STEP, 'up')
    return [
      `  ${symbol} ${toText(quantity)} at ${toText(entry!)}, mark ${toText(mark!)}: no fills in the statement, a reconciled difference`,
      `    unrealised ${toText(unrealised)} ${currency}, by the ledger ${toText(exact(profit))}: residual ${toText(subtract(unrealised, exact(profit)))}`,
      `      value at entry ${toText(cost)}: residual ${toText(atEntry)}; value at mark ${toText(markValue)}: residual ${toText(atMark)}`,
      `      the venue rounds the value of one contract to ${toText(VALUE_STEP)}, which explains up to ${toText(bound)} each way: ${explains(bound, [atEntry, atMark])}`,
      `      unrealised is stated as value at mark − value at entry: ${verdict(subtract(unrealised, subtract(markValue, cost)))}`,
    ]
  })
  return ['Position snapshot', ...lines]
}

const negated = ({ n, d }: Ratio): Ratio => ({ n: -n, d })

function reportCauses({ wallet }: FoldedAccount): string[] {
  const lines = balanceLines(wallet).flatMap(({ account, currency, balance }) => {
    const changes = Object.entries(balance.changes).filter(([, change]) => change !== ZERO)
    return [
      `  ${account} ${currency} ${toText(balance.amount)}`,
      ...changes.map(([cause, change]) => `    ${cause} ${toText(change)}`),
    ]
  })
  const fees = feesByCurrency(wallet).map(({ amount, currency }) => `${toText(amount)} ${currency}`)
  return ['Balances by cause', ...lines, `Fees: ${fees.join(', ')}`]
}

function reportInstruments({ relisted }: AccountStatement, { wallet }: FoldedAccount): string[] {
  const lines = positionLines(wallet)
    .sort((a, b) => compare(b.realised, a.realised))
    .map(({ instrument: { id, settle }, realised, position: { funding } }) =>
      [
        `  ${id} realised ${toText(realised)} ${settle}`,
        ...(funding === ZERO ? [] : [`funding ${toText(funding)}`]),
      ].join(', '),
    )
  return [
    `Realised profit after fees by instrument (${lines.length}); funding + paid`,
    ...lines,
    `Listed anew since, settling in another currency today: ${relisted.length === 0 ? 'none' : relisted.join(' ')}`,
  ]
}
