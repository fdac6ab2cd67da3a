/** Venues for tests: three instruments on two coins, inputs written as short as a table, and what a venue said as text. */
import { add, type Decimal, decimal, toText } from '../../../src/core/base/decimal.ts'
import { RATIO_ZERO, type Ratio, ratio } from '../../../src/core/base/ratio.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeUniverse, type Universe } from '../../../src/core/domain/universe.ts'
import type { Intent } from '../../../src/core/session/order.ts'
import { type Moved, moveVenue, openVenue } from '../../../src/core/sim/venue.ts'
import type { FillDetail, VenueInput, VenueMessage, VenueTerms } from '../../../src/core/sim/venue-types.ts'
import { inverse, perp, spot, unwrap } from '../cost/reference.ts'

export const T0 = 1_772_323_200_000
export const SPOT = spot({ short: false, grid: { ...spot().grid, tick: decimal('0.01') } })
export const PERP = perp({ grid: { ...perp().grid, tick: decimal('0.01') } })
export const COIN = inverse({ grid: { lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null } })

/** BTC-COIN, BTC-PERP, BTC-USDT over BTC, USD, USDT. */
export const universeOf = (instruments: readonly Instrument[]): Universe =>
  makeUniverse({ numeraire: 'USDT', instruments })
const UNIVERSE = universeOf([SPOT, PERP, COIN])

export const termsOf = (over: Partial<VenueTerms> = {}): VenueTerms => {
  const universe = over.universe ?? UNIVERSE
  return {
    universe,
    account: 'main',
    margin: {
      mode: 'cross',
      leverageMax: universe.instruments.map(({ kind }) => (kind === 'spot' ? null : ratio(10n, 1n))),
      maintenance: universe.instruments.map(() => ratio(1n, 20n)),
      liquidationFee: ratio(1n, 100n),
    },
    impact: null,
    queue: 'proportional',
    resting: { participation: ratio(1n, 10n), touch: RATIO_ZERO },
    orderFee: decimal('0'),
    ...over,
  }
}

export interface Market {
  /** Of every instrument; NaN: not trading. */
  readonly mid: number
  readonly mark?: number
  readonly volumePerDay?: number
  readonly vol?: number
}

/** The same price for every instrument of a coin. */
export const quoted = (
  at: number,
  { mid, mark = mid, volumePerDay = 1e9, vol = 0.5 }: Market,
  universe = UNIVERSE,
): VenueInput => {
  const every = (x: number): Float64Array => new Float64Array(universe.instruments.length).fill(x)
  const rate = Float64Array.from(universe.currencies, (name) => (name === 'BTC' ? mid : 1))
  return {
    kind: 'quoted',
    at,
    mid: every(mid),
    mark: every(mark),
    rate,
    volumePerDay: every(volumePerDay),
    vol: every(vol),
  }
}
export const ranged = (
  at: number,
  [low, high, volume]: readonly [number, number, number],
  universe = UNIVERSE,
): VenueInput => {
  const every = (x: number): Float64Array => new Float64Array(universe.instruments.length).fill(x)
  return { kind: 'ranged', at, high: every(high), low: every(low), volume: every(volume) }
}
/** `100 USDT` comes in, `-5 USDT` leaves. */
export function deposit(text: string, at = T0): VenueInput {
  const [amount = '', currency = ''] = text.replace('-', '').split(' ')
  const common = {
    at,
    account: 'main',
    id: `${text} at ${at}`,
    asset: { kind: 'cash', currency },
    amount: decimal(amount),
  } as const
  return text.startsWith('-')
    ? { kind: 'endow', at, fact: { ...common, kind: 'withdrawn', fee: decimal('0') } }
    : { kind: 'endow', at, fact: { ...common, kind: 'deposited', price: null } }
}
/** `2 BTC-USDT at 100` is deposited, `-3 BTC-PERP at 90` entered. */
export function holding(text: string, at = T0): VenueInput {
  const [quantity = '', instrument = '', , entry = ''] = text.split(' ')
  const common = { at, account: 'main', id: `${text} at ${at}`, price: decimal(entry) }
  const spot = UNIVERSE.instruments.find(({ id }) => id === instrument)?.kind === 'spot'
  return spot && !quantity.startsWith('-')
    ? {
        kind: 'endow',
        at,
        fact: { ...common, kind: 'deposited', asset: { kind: 'spot', instrument }, amount: decimal(quantity) },
      }
    : { kind: 'endow', at, fact: { ...common, kind: 'positionReconciled', instrument, difference: decimal(quantity) } }
}

/** `buy 2 BTC-PERP`, `sell 0.5 BTC-USDT at 101`, `sell 1 BTC-PERP reduce`; the text is the id too, where none is given. */
function intentOf(text: string, id = text): Intent {
  const [side = '', quantity = '', instrument = '', ...rest] = text.split(' ')
  const at = rest.indexOf('at')
  return {
    id,
    plan: 'plan',
    instrument,
    side: side as 'buy' | 'sell',
    quantity: decimal(quantity),
    price: at < 0 ? null : decimal(rest[at + 1]!),
    reduceOnly: rest.includes('reduce'),
  }
}
export const order = (text: string, at = T0, id = text): VenueInput => ({
  kind: 'submit',
  at,
  intent: intentOf(text, id),
})

/** A venue that something has happened to, with all it said. */
export type Story = Moved

export function tell(terms: VenueTerms, inputs: readonly VenueInput[]): Story {
  let venue = unwrap(openVenue(terms))
  const [messages, fills]: [VenueMessage[], FillDetail[]] = [[], []]
  for (const input of inputs) {
    const moved = unwrap(moveVenue(venue, input))
    venue = moved.venue
    messages.push(...moved.messages)
    fills.push(...moved.fills)
  }
  return { venue, messages, fills }
}

/** What a venue said, a line each. */
export const linesOf = ({ messages }: Pick<Story, 'messages'>): string[] => messages.map(lineOf)

function lineOf(message: VenueMessage): string {
  if (message.kind === 'reported') return 'reported'
  if (message.kind === 'order') {
    const { id, state, filled, reason } = message
    return `${id}: ${state}${filled === null ? '' : ` ${toText(filled)}`}${reason === null ? '' : ` (${reason})`}`
  }
  const { fact } = message
  const fees =
    'fees' in fact ? fact.fees.map(({ amount, currency }) => ` fee ${toText(amount)} ${currency}`).join('') : ''
  switch (fact.kind) {
    case 'filled':
      return `${fact.side} ${toText(fact.quantity)} ${fact.instrument} @ ${toText(fact.price)}${fees}`
    case 'funded':
      return `funding ${fact.instrument} ${toText(fact.paid)}`
    case 'charged':
      return `charged ${toText(fact.paid)} ${fact.currency}: ${fact.reason}`
    case 'expired':
      return `expired ${fact.instrument} @ ${toText(fact.price)}${fees}`
    case 'deposited':
    case 'withdrawn':
      return `${fact.kind} ${toText(fact.amount)} ${fact.asset.kind === 'cash' ? fact.asset.currency : fact.asset.instrument}`
    case 'converted':
      return `converted ${toText(fact.sold.amount)} ${fact.sold.currency} into ${toText(fact.bought.amount)} ${fact.bought.currency}`
    case 'positionReconciled':
      return `entered ${toText(fact.difference)} ${fact.instrument} @ ${toText(fact.price)}`
    default:
      return fact.kind
  }
}

export const cashOf = ({ venue }: Pick<Story, 'venue'>, currency: string, account = 'main'): string => {
  const { scope } = venue.rules.parties
  const index = scope.account.get(account)! * scope.universe.currencies.length + scope.currency.get(currency)!
  return toText(venue.accounts.books.balances[index]!.amount)
}
export const heldOf = ({ venue }: Pick<Story, 'venue'>, instrument: string): string => {
  const { scope } = venue.rules.parties
  const index = scope.account.get('main')! * scope.universe.instruments.length + scope.instrument.get(instrument)!
  return toText(venue.accounts.books.positions[index]!.quantity)
}
export const share = (percent: number): Ratio => ratio(BigInt(percent), 100n)
export const totalOf = ({ fee, spread, impact }: FillDetail): Decimal => add(add(fee, spread), impact)
