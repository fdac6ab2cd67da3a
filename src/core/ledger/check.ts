/**
 * What an event must be by itself, whatever the books say: names that exist, amounts of the right sign, instruments of the
 * right kind. Every violation is told at once, with its place `ledger.<seq>.<field>`.
 */
import { type Decimal, toText, ZERO } from '../base/decimal.ts'
import { isInstant } from '../base/instant.ts'
import { assertNever, type Issue, quoted } from '../base/result.ts'
import type { InstrumentKind, Money } from '../domain/instrument.ts'
import type { Scope } from './books.ts'
import type { Asset, LedgerEvent } from './ledger-event.ts'

const CONTRACTS: readonly InstrumentKind[] = ['perp', 'future']
const DERIVATIVES: readonly InstrumentKind[] = ['perp', 'future', 'option']
const ANY: readonly InstrumentKind[] = ['spot', 'perp', 'future', 'option']

/** Where a field of one event is. */
interface Check {
  readonly scope: Scope
  readonly at: (field: string) => string
}

/** @returns no issue where the event may be applied */
export function checkEvent(scope: Scope, event: LedgerEvent): readonly Issue[] {
  const check: Check = { scope, at: (field) => `ledger.${event.seq}.${field}` }
  const issues = [...known(check, 'account', event.account), ...filledIn(check, 'id', event.id)]
  if (!isInstant(event.at))
    issues.push({
      code: 'ledger.time',
      path: check.at('at'),
      message: `time must be whole milliseconds UTC in the years 0001 to 9999, was ${event.at}`,
      hint: 'give the time of the venue in ms since 1970',
    })
  return [...issues, ...checkKind(check, event)]
}

function checkKind(check: Check, event: LedgerEvent): readonly Issue[] {
  switch (event.kind) {
    case 'filled':
      return [
        ...ofKind(check, event.instrument, ANY),
        ...positive(check, 'quantity', event.quantity),
        ...positive(check, 'price', event.price),
        ...checkFees(check, event.fees, coinOf(check, event.instrument)),
      ]
    case 'funded':
      return ofKind(check, event.instrument, ['perp'])
    case 'booked':
      return [...ofKind(check, event.instrument, DERIVATIVES), ...checkFees(check, event.fees)]
    case 'settled':
      return [...ofKind(check, event.instrument, CONTRACTS), ...positive(check, 'price', event.price)]
    case 'expired':
      return [
        ...ofKind(check, event.instrument, DERIVATIVES),
        ...(kindOf(check, event.instrument) === 'option' ? notNegative : positive)(check, 'price', event.price),
        ...checkFees(check, event.fees),
      ]
    case 'positionReconciled':
      return [
        ...ofKind(check, event.instrument, ANY),
        ...notZero(check, event.difference),
        ...positive(check, 'price', event.price),
      ]
    case 'balanceReconciled':
      return [...known(check, 'currency', event.currency), ...notZero(check, event.difference)]
    case 'charged':
      return [...known(check, 'currency', event.currency), ...filledIn(check, 'reason', event.reason)]
    case 'corrected':
      return filledIn(check, 'reason', event.reason)
    case 'deposited':
    case 'withdrawn':
    case 'transferred':
    case 'converted':
      return checkMove(check, event)
    default:
      return assertNever(event)
  }
}

type Move = Extract<LedgerEvent, { kind: 'deposited' | 'withdrawn' | 'transferred' | 'converted' }>

function checkMove(check: Check, event: Move): readonly Issue[] {
  if (event.kind === 'converted')
    return [
      ...(['sold', 'bought'] as const).flatMap((side) => [
        ...known(check, 'currency', event[side].currency, `${side}.currency`),
        ...positive(check, `${side}.amount`, event[side].amount),
      ]),
      ...differ(check, 'bought.currency', [event.sold.currency, event.bought.currency]),
      ...checkFees(check, event.fees),
    ]
  const { asset } = event
  const moved = [
    ...(asset.kind === 'cash'
      ? known(check, 'currency', asset.currency, 'asset.currency')
      : ofKind(check, asset.instrument, ['spot'], 'asset.instrument')),
    ...positive(check, 'amount', event.amount),
  ]
  switch (event.kind) {
    case 'deposited':
      return [...moved, ...checkCost(check, asset, event.price)]
    case 'withdrawn':
      return [...moved, ...notNegative(check, 'fee', event.fee)]
    case 'transferred':
      return [...moved, ...known(check, 'account', event.to, 'to'), ...differ(check, 'to', [event.account, event.to])]
    default:
      return assertNever(event)
  }
}

const HINTS = {
  account: 'open the ledger with every account it is about',
  currency: 'open the ledger with a universe that has it',
  instrument: 'open the ledger with a universe that has it',
}

function known(check: Check, what: keyof typeof HINTS, name: string, field: string = what): Issue[] {
  if (check.scope[what].has(name)) return []
  const message = `${what} must be one of this ledger, was ${quoted(name)}`
  return [{ code: 'ledger.unknown', path: check.at(field), message, hint: HINTS[what] }]
}

const kindOf = ({ scope }: Check, id: string): InstrumentKind | null =>
  scope.universe.instruments[scope.instrument.get(id) ?? -1]?.kind ?? null

/** What an instrument must be for an event of this kind. */
function ofKind(check: Check, id: string, kinds: readonly InstrumentKind[], field = 'instrument'): Issue[] {
  const instrument = check.scope.universe.instruments[check.scope.instrument.get(id) ?? -1]
  if (instrument === undefined) return known(check, 'instrument', id, field)
  const issue = (message: string, hint: string): Issue[] => [
    { code: 'ledger.instrument', path: check.at(field), message, hint },
  ]
  const { kind, quote, settle } = instrument
  if (!kinds.includes(kind))
    return issue(`${id} must be a ${kinds.join(' or ')} for this event, was a ${kind}`, 'enter what happened to it')
  if (kind === 'option' && quote !== settle)
    return issue(
      `option ${id} must be priced in what it settles in, was priced in ${quote} and settled in ${settle}`,
      `state its price in ${settle}`,
    )
  return []
}

/** Spot that arrives needs a cost, money has none. */
function checkCost(check: Check, asset: Asset, price: Decimal | null): readonly Issue[] {
  if (asset.kind === 'spot' && price !== null) return positive(check, 'price', price)
  if (asset.kind === 'cash' && price === null) return []
  return [
    {
      code: 'ledger.cost',
      path: check.at('price'),
      message:
        price === null
          ? 'price of spot that is deposited must be stated, was missing'
          : `price of money that is deposited must be null, was ${toText(price)}`,
      hint: 'a coin held as spot needs what it cost a unit; money, and coins held as money, need nothing',
    },
  ]
}

/** @param coin that is no money of the ledger and may be paid all the same */
const checkFees = (check: Check, fees: readonly Money[], coin: string | null = null): readonly Issue[] =>
  fees.flatMap(({ currency }, index) =>
    currency === coin ? [] : known(check, 'currency', currency, `fees.${index}.currency`),
  )

/** A spot fill may be charged in the coin that is traded. */
function coinOf({ scope }: Check, id: string): string | null {
  const instrument = scope.universe.instruments[scope.instrument.get(id) ?? -1]
  return instrument?.kind === 'spot' ? instrument.underlying : null
}

const sign = (check: Check, field: string, must: string, was: Decimal): Issue[] => [
  {
    code: 'ledger.sign',
    path: check.at(field),
    message: `${field} must be ${must}, was ${toText(was)}`,
    hint: 'the kind of event, or the side of a fill, carries the direction',
  },
]
const positive = (check: Check, field: string, amount: Decimal): Issue[] =>
  amount > ZERO ? [] : sign(check, field, 'above 0', amount)
const notNegative = (check: Check, field: string, amount: Decimal): Issue[] =>
  amount >= ZERO ? [] : sign(check, field, '0 or more', amount)
const notZero = (check: Check, difference: Decimal): Issue[] =>
  difference !== ZERO ? [] : sign(check, 'difference', 'other than 0', difference)

function filledIn(check: Check, field: string, text: string): Issue[] {
  if (text !== '') return []
  const message = `${field} must say something, was empty`
  return [{ code: 'ledger.empty', path: check.at(field), message, hint: 'an event without it names nothing' }]
}

function differ(check: Check, field: string, [from, to]: readonly [string, string]): Issue[] {
  if (from !== to) return []
  const message = `${field} must differ from where it comes from, was ${quoted(to)} on both sides`
  return [{ code: 'ledger.same', path: check.at(field), message, hint: 'leave such an event out' }]
}
