/**
 * What an input of the venue must be. Whatever is wrong is refused by name, all of it at once, and the venue stays as it was: a
 * backtest on bad data stops where the data is bad.
 */
import { add, signOf, toText, ZERO } from '../base/decimal.ts'
import { isInstant } from '../base/instant.ts'
import { assert, assertNever, type Issue, quoted } from '../base/result.ts'
import { lotsOf, openOrderBook, ticksOf } from '../flow/index.ts'
import { checkEvent } from '../ledger/check.ts'
import type { LedgerEvent } from '../ledger/ledger-event.ts'
import { needsMargin } from '../margin/margin-model.ts'
import { faultOfWithdrawal } from './venue-accept.ts'
import { heldOf, instrumentAt, isTrading, rateOf } from './venue-draft.ts'
import type { Venue } from './venue-state.ts'
import type { Endowment, Quoted, Ranged, VenueInput } from './venue-types.ts'

const NONE: readonly Issue[] = []

const issue = (code: string, path: string, [message, hint]: readonly [string, string]): Issue => ({
  code,
  path,
  message,
  hint,
})

export function checkInput(venue: Venue, input: VenueInput): readonly Issue[] {
  if (!(input.at >= venue.at && isInstant(input.at)))
    return [
      issue('venue.time', 'at', [
        `time must be whole milliseconds${venue.at === Number.NEGATIVE_INFINITY ? '' : ` and not before ${venue.at}`}, was ${input.at}`,
        'feed the venue in order of time',
      ]),
    ]
  switch (input.kind) {
    case 'quoted':
      return isSoundQuote(venue, input) ? NONE : faultsOfQuote(venue, input)
    case 'ranged':
      return faultsOfRange(venue, input)
    case 'book':
      return faultsOfBook(venue, input)
    case 'print':
      return faultsOfPrint(venue, input)
    case 'funding':
    case 'ended':
      return faultsOfInstrument(venue, input)
    case 'endow':
      return faultsOfEndowment(venue, input.fact)
    case 'submit':
    case 'cancel':
    case 'query':
      return idOf(input) === ''
        ? [issue('venue.order', 'id', ['id of an order must say something, was empty', 'name every order'])]
        : NONE
    case 'report':
      return NONE
    default:
      return assertNever(input)
  }
}

const idOf = (input: Extract<VenueInput, { kind: 'submit' | 'cancel' | 'query' }>): string =>
  input.kind === 'submit' ? input.intent.id : input.id

/** What a decimal can hold. */
const MAX = 1e30
/** > 0, or NaN where there is none. */
const isPrice = (x: number): boolean => (x > 0 && x < MAX) || Number.isNaN(x)
/** ≥ 0, or NaN where it is not known. */
const isAmount = (x: number): boolean => (x >= 0 && x < MAX) || Number.isNaN(x)

/** The same as no fault, without a list: this is asked at every quote. */
function isSoundQuote({ columns, rules }: Venue, { mid, mark, rate, volumePerDay, vol }: Quoted): boolean {
  const { instruments, currencies, settleOf } = rules.terms.universe
  const n = instruments.length
  assert(
    mid.length === n && mark.length === n && volumePerDay.length === n && vol.length === n,
    'every column must be aligned to the instruments',
  )
  assert(rate.length === currencies.length, 'rates must be aligned to the currencies')
  for (let j = 0; j < n; j++)
    if (!(isPrice(mid[j]!) && isPrice(mark[j]!) && isAmount(volumePerDay[j]!) && isAmount(vol[j]!))) return false
  for (let c = 0; c < rate.length; c++) if (!isPrice(rate[c]!)) return false
  if (rate[rules.numeraire] !== 1) return false
  const { margined, money } = columns
  if (margined.length === 0) return true
  for (const j of margined) if (!(mark[j]! > 0 && rate[settleOf[j]!]! > 0)) return false
  for (const c of money) if (!(rate[c]! > 0)) return false
  return true
}

function faultsOfQuote({ columns, rules }: Venue, quote: Quoted): Issue[] {
  const { instruments, currencies, settleOf } = rules.terms.universe
  const issues: Issue[] = []
  const must = (holds: boolean, path: string, words: readonly [string, string]): void => {
    if (!holds) issues.push(issue('venue.quote', path, words))
  }
  const clean = 'repair the data, or say NaN where there is none'
  instruments.forEach(({ id }, j) => {
    for (const name of ['mid', 'mark'] as const)
      must(isPrice(quote[name][j]!), `${name}.${id}`, [
        `${name} of ${id} must be above 0 and below 1e30, was ${quote[name][j]}`,
        clean,
      ])
    for (const name of ['volumePerDay', 'vol'] as const)
      must(isAmount(quote[name][j]!), `${name}.${id}`, [
        `${name} of ${id} must be 0 or more and below 1e30, was ${quote[name][j]}`,
        clean,
      ])
  })
  currencies.forEach((currency, c) => {
    const rate = quote.rate[c]!
    must(isPrice(rate), `rate.${currency}`, [`rate of ${currency} must be above 0 and below 1e30, was ${rate}`, clean])
    must(c !== rules.numeraire || rate === 1, `rate.${currency}`, [
      `rate of ${currency}, in which all is measured, must be 1, was ${rate}`,
      'state every rate in it',
    ])
    const { margined } = columns
    const needed = margined.length > 0 && (columns.money.includes(c) || margined.some((j) => settleOf[j] === c))
    must(!needed || !Number.isNaN(rate), `rate.${currency}`, [
      `rate of ${currency} must be known while positions stand on it, was NaN`,
      'carry the last rate on, or close the positions before',
    ])
  })
  for (const j of columns.margined) {
    const { id } = instruments[j]!
    must(!Number.isNaN(quote.mark[j]!), `mark.${id}`, [
      `mark of ${id} must be known while its position has margin, was NaN`,
      'carry the last mark on, or end the instrument at its last price',
    ])
  }
  return issues
}

function faultsOfRange({ rules }: Venue, { high, low, volume }: Ranged): Issue[] {
  const { instruments } = rules.terms.universe
  return instruments.flatMap(({ id }, j): Issue[] => {
    const [top, bottom, traded] = [high[j]!, low[j]!, volume[j]!]
    const issues: Issue[] = []
    const must = (holds: boolean, message: string): void => {
      if (!holds) issues.push(issue('venue.range', id, [message, 'repair the data, or say NaN where there is no bar']))
    }
    must(isAmount(traded), `volume of ${id} must be 0 or more and below 1e30, was ${traded}`)
    must(
      isPrice(top) && isPrice(bottom),
      `high and low of ${id} must be above 0 and below 1e30, was ${top} and ${bottom}`,
    )
    must(!(bottom > top), `low of ${id} must be at most its high, was ${bottom} above ${top}`)
    const priced = !Number.isNaN(top) && !Number.isNaN(bottom)
    must(priced || !(traded > 0), `high and low of ${id} must be known where it traded, was ${top} and ${bottom}`)
    return issues
  })
}

function faultsOfTick(venue: Venue, j: number): Issue[] {
  const instrument = venue.rules.terms.universe.instruments[j]
  assert(instrument !== undefined, `instrument must be an index of the universe, was ${j}`)
  const { id, grid } = instrument
  if (grid.tick !== undefined) return []
  return [
    issue('venue.book', id, [`tick of ${id} must be known for its book, was missing`, 'give it with the instrument']),
  ]
}

function faultsOfBook(
  venue: Venue,
  { instrument: j, update }: Extract<VenueInput, { kind: 'book' }>,
): readonly Issue[] {
  const untickable = faultsOfTick(venue, j)
  if (untickable.length > 0 || update.kind === 'delta') return untickable
  const { id, grid } = instrumentAt(venue, j)
  const opened = openOrderBook({ id, tick: grid.tick!, lot: grid.lot, depthMax: update.depthMax })
  return opened.ok ? [] : opened.error
}

function faultsOfPrint(
  venue: Venue,
  { instrument: j, price, quantity }: Extract<VenueInput, { kind: 'print' }>,
): Issue[] {
  const untickable = faultsOfTick(venue, j)
  if (untickable.length > 0) return untickable
  const { id, grid } = instrumentAt(venue, j)
  const lattice = { tick: grid.tick!, lot: grid.lot }
  return [ticksOf(lattice, price), lotsOf(lattice, quantity)].flatMap((steps) =>
    steps.ok ? [] : steps.error.map((each) => ({ ...each, path: id })),
  )
}

type OfInstrument = Extract<VenueInput, { kind: 'funding' | 'ended' }>

function faultsOfInstrument(venue: Venue, input: OfInstrument): Issue[] {
  const j = input.instrument
  const instrument = venue.rules.terms.universe.instruments[j]
  assert(instrument !== undefined, `instrument must be an index of the universe, was ${j}`)
  const { id, kind } = instrument
  const [name, price] = input.kind === 'funding' ? ['mark', input.mark] : ['price', input.price]
  const issues: Issue[] = []
  if (price <= ZERO)
    issues.push(
      issue('venue.price', id, [
        `${name} of ${id} must be above 0, was ${toText(price)}`,
        'give the price at which the venue says it happened',
      ]),
    )
  if (input.kind === 'funding' && kind !== 'perp')
    issues.push(
      issue('venue.instrument', id, [`${id} must be a perp to pay funding, was a ${kind}`, 'leave its funding out']),
    )
  if (input.kind === 'ended' && venue.ended[j]!)
    issues.push(issue('venue.ended', id, [`${id} must still be listed, was ended before`, 'an instrument ends once']))
  return issues
}

/** What a ledger would refuse, and what a venue cannot stand on. */
function faultsOfEndowment(venue: Venue, fact: Endowment): readonly Issue[] {
  const { parties } = venue.rules
  const unsound = checkEvent(parties.scope, { ...fact, seq: venue.accounts.facts + 1 } as LedgerEvent)
  if (unsound.length > 0) return unsound
  const refused = (message: string, hint: string): Issue[] => [issue('venue.endowment', fact.id, [message, hint])]
  if (fact.account !== parties.trader)
    return refused(`account must be ${parties.trader}, was ${quoted(fact.account)}`, 'a venue has one trader')
  if (venue.endowed.includes(fact.id))
    return refused(`id must be new, was ${quoted(fact.id)} before`, 'name everything that comes or leaves')
  if (fact.kind !== 'positionReconciled' && fact.asset.kind === 'cash')
    return fact.kind === 'withdrawn' ? faultsOfWithdrawal(venue, fact) : faultsOfRate(venue, fact.asset.currency)
  if (fact.kind === 'withdrawn') return refused('what is withdrawn must be money, was spot', 'sell it first')
  return faultsOfHolding(venue, fact)
}

type Holding = Exclude<Endowment, { kind: 'withdrawn' }>

function faultsOfHolding(venue: Venue, fact: Holding): Issue[] {
  const { scope } = venue.rules.parties
  const id =
    fact.kind === 'positionReconciled' ? fact.instrument : fact.asset.kind === 'spot' ? fact.asset.instrument : ''
  const j = scope.instrument.get(id)!
  const refused = (message: string, hint: string): Issue[] => [issue('venue.endowment', fact.id, [message, hint])]
  const instrument = instrumentAt(venue, j)
  if (instrument.kind === 'option')
    return refused(
      `${id} must be spot, a perp or a future, was an option`,
      'leave options out: their margin has no model here',
    )
  if (venue.ended[j]!) return refused(`${id} must still be listed, was ended before`, 'leave it out')
  const { quantity } = heldOf(venue, j)
  if (quantity !== ZERO)
    return refused(`${id} must be flat before a position comes in, was ${toText(quantity)}`, 'bring it in once')
  const owed = fact.kind === 'positionReconciled' && needsMargin(instrument, signOf(fact.difference))
  if (fact.kind === 'positionReconciled' && !owed)
    return refused(`${id} that is held must be deposited, was entered`, 'deposit it at what it cost')
  const needed = owed && (venue.quote !== null || venue.rules.terms.margin.mode === 'isolated')
  if (needed && !isTrading(venue, j))
    return refused(`${id} must have a mark and a rate before it is held, was without`, 'quote it first')
  return []
}

function faultsOfRate(venue: Venue, currency: string): Issue[] {
  if (venue.columns.margined.length === 0 || venue.quote === null || rateOf(venue, currency) !== null) return []
  return [
    issue('venue.endowment', currency, [
      `${currency} must have a rate while positions stand on it, was without one`,
      'quote its rate first',
    ]),
  ]
}

function faultsOfWithdrawal(venue: Venue, fact: Extract<Endowment, { kind: 'withdrawn' }>): Issue[] {
  if (fact.asset.kind !== 'cash') return []
  const money = { amount: add(fact.amount, fact.fee), currency: fact.asset.currency }
  const fault = faultOfWithdrawal(venue, money)
  return fault === null
    ? []
    : [issue('venue.endowment', money.currency, [fault, 'close positions and cancel orders first'])]
}
