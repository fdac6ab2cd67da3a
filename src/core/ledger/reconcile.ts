/**
 * The events that bring one account of a ledger to what its venue says: differences of balances, and missing quantities at a
 * price. What is missing on top of a position, or opens one, enters at the price that gives the venue's average entry,
 * P = −(value at that entry − basis)/(d·m), inverse d·m/(…); without an entry it enters at the mark. What is too much leaves at
 * the ledger's own average, so no profit is made up; a position on the other side is closed so and opened anew. Average cost
 * does not move when a position is reduced: of a reduced position the venue's entry is not looked at.
 */
import { absolute, type Decimal, negate, signOf, subtract, toText, ZERO } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { type Ratio, ratioDivide, ratioMultiply, ratioOf, ratioSubtract, ratioToDecimal } from '../base/ratio.ts'
import { fail, type Issue, quoted, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import { byId } from '../domain/universe.ts'
import { isReciprocal, tradeValue } from '../domain/valuation.ts'
import { balanceIndex, positionIndex } from './books.ts'
import { foldLedger, type Ledger } from './ledger.ts'
import type { LedgerEvent } from './ledger-event.ts'
import { averageEntry, type Position } from './position.ts'

export interface VenuePosition {
  /** + long */
  readonly quantity: Decimal
  /** Average entry price; null where the venue states none, as for spot. */
  readonly entry: Decimal | null
  /** null where it is not known. */
  readonly mark: Decimal | null
}

/** What a venue says an account holds. What the ledger holds in it must be listed, with 0 where the venue has none. */
export interface VenueSnapshot {
  readonly account: string
  readonly at: Instant
  /** Of the snapshot; its events are named after it. */
  readonly id: string
  readonly balances: ReadonlyMap<string, Decimal>
  readonly positions: ReadonlyMap<string, VenuePosition>
}

type Difference =
  | { readonly kind: 'balanceReconciled'; readonly currency: string; readonly difference: Decimal }
  | {
      readonly kind: 'positionReconciled'
      readonly instrument: string
      readonly difference: Decimal
      readonly price: Decimal
    }

/**
 * @returns the ledger with the differences folded into it, and the events of them, in order of instrument and currency; none
 * where the two agree. Refused where something held is not listed, and where no price can be found for what is missing.
 */
export function reconcile(
  ledger: Ledger,
  snapshot: VenueSnapshot,
): Result<{ readonly ledger: Ledger; readonly events: readonly LedgerEvent[] }> {
  const compared = compareSnapshot(ledger, snapshot)
  if (!compared.ok) return compared
  let reconciled = ledger
  const events: LedgerEvent[] = []
  for (const difference of compared.value) {
    const { account, at, id } = snapshot
    const event = { ...difference, seq: reconciled.seq + 1, at, account, id: `${id} ${events.length + 1}` }
    const next = foldLedger(reconciled, event)
    if (!next.ok) return next
    if (next.value === reconciled)
      return refuse(
        'ledger.snapshot',
        'snapshot.id',
        `id of a snapshot must be new, was ${quoted(id)}, whose differences the ledger has`,
        'give every snapshot an id of its own, such as its time',
      )
    reconciled = next.value
    events.push(event)
  }
  return succeed({ ledger: reconciled, events })
}

function compareSnapshot(ledger: Ledger, snapshot: VenueSnapshot): Result<Difference[]> {
  const { scope, books } = ledger
  const { account } = snapshot
  const issues: Issue[] = []
  const differences: Difference[] = []
  if (!scope.account.has(account)) return fail([unknown('account', account)])
  for (const id of [...snapshot.positions.keys()].sort(byId))
    if (!scope.instrument.has(id)) issues.push(unknown('instrument', id))
  for (const currency of [...snapshot.balances.keys()].sort(byId))
    if (!scope.currency.has(currency)) issues.push(unknown('currency', currency))
  for (const instrument of scope.universe.instruments) {
    const { id } = instrument
    const position = books.positions[positionIndex(scope, account, id)]!
    const stated = snapshot.positions.get(id)
    if (stated === undefined && position.quantity !== ZERO) issues.push(unlisted(`positions.${id}`, position.quantity))
    if (stated === undefined || stated.quantity === position.quantity) continue
    for (const { difference, price } of stepsTo(position, stated, instrument))
      if (price === null || price <= ZERO) issues.push(unpriced(id, stated, price))
      else differences.push({ kind: 'positionReconciled', instrument: id, difference, price })
  }
  for (const currency of scope.universe.currencies) {
    const { amount } = books.balances[balanceIndex(scope, account, currency)]!
    const stated = snapshot.balances.get(currency)
    if (stated === undefined && amount !== ZERO) issues.push(unlisted(`balances.${currency}`, amount))
    if (stated === undefined || stated === amount) continue
    differences.push({ kind: 'balanceReconciled', currency, difference: subtract(stated, amount) })
  }
  return issues.length > 0 ? fail(issues) : succeed(differences)
}

interface Step {
  readonly difference: Decimal
  /** null where none is known or none gives the venue's entry */
  readonly price: Decimal | null
}

/** One step where the side stays, two through zero. */
function stepsTo(position: Position, stated: VenuePosition, instrument: Instrument): Step[] {
  const [held, target] = [position.quantity, stated.quantity]
  const sameSide = signOf(held) === signOf(target)
  if (held === ZERO || (sameSide && absolute(target) > absolute(held)))
    return [{ difference: subtract(target, held), price: enteringPrice(position, stated, instrument) }]
  const entry = averageEntry(position, instrument)
  const own = entry === null ? null : ratioToDecimal(entry, 'halfEven')
  if (sameSide || target === ZERO) return [{ difference: subtract(target, held), price: own }]
  const flat = { quantity: ZERO, basis: ZERO }
  return [
    { difference: negate(held), price: own },
    { difference: target, price: enteringPrice(flat, stated, instrument) },
  ]
}

function enteringPrice(
  position: Pick<Position, 'quantity' | 'basis'>,
  { quantity, entry, mark }: VenuePosition,
  instrument: Instrument,
): Decimal | null {
  if (entry === null) return mark
  if (entry <= ZERO) return entry
  const missing = ratioMultiply(ratioOf(subtract(quantity, position.quantity)), ratioOf(instrument.multiplier))
  const value = ratioSubtract(tradeValue(instrument, quantity, entry), ratioOf(position.basis))
  if (value.n === 0n) return null
  const price: Ratio = isReciprocal(instrument)
    ? ratioDivide(missing, value)
    : ratioDivide({ n: -value.n, d: value.d }, missing)
  return ratioToDecimal(price, 'halfEven')
}

const unknown = (what: string, name: string): Issue => ({
  code: 'ledger.unknown',
  path: `snapshot.${name}`,
  message: `${what} must be one of this ledger, was ${quoted(name)}`,
  hint: 'open the ledger with everything that the venue reports',
})
const unlisted = (place: string, held: Decimal): Issue => ({
  code: 'ledger.unlisted',
  path: `snapshot.${place}`,
  message: `what the ledger holds must be listed, was missing while ${toText(held)} is held`,
  hint: 'list it with 0 where the venue says that there is none',
})
const unpriced = (id: string, { quantity, entry }: VenuePosition, price: Decimal | null): Issue => ({
  code: 'ledger.no-price',
  path: `snapshot.positions.${id}`,
  message: `what is missing to ${toText(quantity)} must have a price above 0, was ${price === null ? 'none' : toText(price)}${entry === null ? '' : ` for an entry of ${toText(entry)}`}`,
  hint: 'give the mark, and leave out an entry that the position cannot have',
})
