/**
 * The simulated venue: `moveVenue(venue, input)` gives the venue after one input, what it says, and what each fill cost. Pure
 * and deterministic: the venue before stays valid, and the same inputs give the same messages. Its account is an exact
 * ledger of its own, and every change of it is told as a fact, so that a ledger folded from the messages is the same; its
 * parts are accounts with both sides booked (`venue-accounts.ts`), prices (`venue-price.ts`), acceptance
 * (`venue-accept.ts`), matching of what rests (`matching.ts`) and margin (`venue-margin.ts`).
 */
import { absolute, negate, signOf, subtract, ZERO } from '../base/decimal.ts'
import { ratioToDecimal } from '../base/ratio.ts'
import { assertNever, fail, type Result, succeed } from '../base/result.ts'
import { fundingPayment } from '../cost/carry.ts'
import type { Print } from '../flow/index.ts'
import { averageEntry } from '../ledger/position.ts'
import type { VenuePosition } from '../ledger/reconcile.ts'
import { matchRange } from './matching.ts'
import { matchPrint, moveBook } from './matching-book.ts'
import { checkInput } from './venue-check.ts'
import {
  book,
  bookFact,
  cancelOrder,
  cashOf,
  closeDraft,
  type Draft,
  detailOf,
  fill,
  heldOf,
  instrumentAt,
  type Moved,
  openDraft,
  pricedAt,
  repost,
  venueAt,
} from './venue-draft.ts'
import { isKept, liquidate } from './venue-margin.ts'
import { cancel, query, submit } from './venue-orders.ts'
import type { Venue } from './venue-state.ts'
import type { FillDetail, VenueInput, VenueMessage } from './venue-types.ts'

export type { Moved } from './venue-draft.ts'
export { openVenue, type Venue } from './venue-state.ts'

const SILENT: readonly VenueMessage[] = []
const UNFILLED: readonly FillDetail[] = []

/** @returns the venue after the input, or everything that is wrong with the input; the venue before stays what it was */
export function moveVenue(venue: Venue, input: VenueInput): Result<Moved> {
  const issues = checkInput(venue, input)
  if (issues.length > 0) return fail(issues)
  // A quote that closes nothing changes two fields.
  if (input.kind === 'quoted' && isKept(venue, input))
    return succeed({ venue: venueAt(venue, input.at, input), messages: SILENT, fills: UNFILLED })
  const draft = openDraft(venue, input.at)
  react(draft, input)
  return succeed(closeDraft(draft))
}

function react(draft: Draft, input: VenueInput): void {
  switch (input.kind) {
    case 'quoted':
      draft.quote = input
      liquidate(draft)
      return
    case 'ranged':
      matchRange(draft, input)
      return
    case 'book':
      moveBook(draft, input.instrument, input.update)
      return
    case 'print':
      matchPrint(draft, input.instrument, printOf(draft, input))
      return
    case 'funding':
      payFunding(draft, input)
      return
    case 'ended':
      endInstrument(draft, input)
      return
    case 'endow':
      endow(draft, input)
      return
    case 'submit':
      submit(draft, input.intent)
      return
    case 'cancel':
      cancel(draft, input.id)
      return
    case 'query':
      query(draft, input.id)
      return
    case 'report':
      report(draft)
      return
    default:
      assertNever(input)
  }
}

type Input<K extends VenueInput['kind']> = Extract<VenueInput, { kind: K }>

/** On the lattice of the instrument, which is checked before. */
function printOf(draft: Draft, { instrument: j, taker, price, quantity }: Input<'print'>): Print {
  const { tick, lot } = instrumentAt(draft, j).grid
  return { taker, tick: Number(price / tick!), lots: Number(quantity / lot) }
}

/** Out of the margin of an isolated position, where there is one. */
function payFunding(draft: Draft, { instrument: j, rate, mark }: Input<'funding'>): void {
  const { quantity } = heldOf(draft, j)
  const instrument = instrumentAt(draft, j)
  const { amount: paid } = fundingPayment(instrument, { quantity, mark, rate })
  if (paid === ZERO) return
  if (draft.rules.terms.margin.mode === 'isolated')
    draft.posted = draft.posted.with(j, subtract(draft.posted[j]!, paid))
  book(draft, { kind: 'funded', instrument: instrument.id, paid })
  if (draft.quote !== null) liquidate(draft)
}

/** What is held ends at the last price and pays no fee: contracts expire, spot is sold, or bought back where it is owed. */
function endInstrument(draft: Draft, { instrument: j, price }: Input<'ended'>): void {
  const instrument = instrumentAt(draft, j)
  for (const order of draft.orders) if (order.instrument === j) cancelOrder(draft, order, `${instrument.id} has ended`)
  draft.ended = draft.ended.with(j, true)
  const { quantity } = heldOf(draft, j)
  if (quantity === ZERO) return
  const side = signOf(quantity) > 0 ? 'sell' : 'buy'
  const closing = {
    instrument: j,
    side,
    quantity: absolute(quantity),
    price,
    mid: price,
    impact: ZERO,
    fees: [],
    order: null,
    because: 'delisting',
  } as const
  if (instrument.kind === 'spot') {
    fill(draft, closing)
    return
  }
  draft.posted = draft.posted.with(j, ZERO)
  const id = book(draft, { kind: 'expired', instrument: instrument.id, price, fees: [] })
  draft.fills.push(detailOf(draft, closing, { id, signed: negate(quantity) }))
}

/** Spot comes from outside at its cost; contracts, and spot that is owed, are taken over from the counterparties. */
function endow(draft: Draft, { fact }: Input<'endow'>): void {
  if (fact.kind === 'positionReconciled') {
    const j = draft.rules.parties.scope.instrument.get(fact.instrument)!
    repost(draft, j, { before: ZERO, signed: fact.difference, price: fact.price })
  }
  bookFact(draft, fact)
  draft.endowed = [...draft.endowed, fact.id]
}

/** All that the account holds, 0 included. */
function report(draft: Draft): void {
  const { universe } = draft.rules.terms
  const positions = universe.instruments.map((instrument, j): [string, VenuePosition] => {
    const position = heldOf(draft, j)
    const entry = instrument.kind === 'spot' ? null : averageEntry(position, instrument)
    return [
      instrument.id,
      {
        quantity: position.quantity,
        entry: entry === null ? null : ratioToDecimal(entry, 'halfEven'),
        mark: pricedAt(draft.quote?.mark, j),
      },
    ]
  })
  draft.messages.push({
    kind: 'reported',
    at: draft.at,
    snapshot: {
      account: draft.rules.parties.trader,
      at: draft.at,
      id: `report at ${draft.at} after ${draft.accounts.facts}`,
      balances: new Map(universe.currencies.map((currency, c) => [currency, cashOf(draft, c)])),
      positions: new Map(positions),
    },
  })
}
