/** Recorded books of real venues walked by orders of the simulated one. */
import { describe, expect, test } from 'vitest'
import { absolute, ZERO } from '../../../src/core/base/decimal.ts'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import {
  type BookTerms,
  bestAsk,
  bestBid,
  levelsOf,
  type OrderBook,
  priceOf,
  sizeOf,
  take,
} from '../../../src/core/flow/index.ts'
import { foldEvents, openLedger } from '../../../src/core/ledger/ledger.ts'
import type { LedgerEvent } from '../../../src/core/ledger/ledger-event.ts'
import { type Moved, moveVenue, openVenue, type Venue } from '../../../src/core/sim/venue.ts'
import { auditVenue } from '../../../src/core/sim/venue-audit.ts'
import { type BookUpdate, bookOf } from '../../../src/core/sim/venue-book.ts'
import type { VenueInput, VenueMessage } from '../../../src/core/sim/venue-types.ts'
import { absent, perp, unwrap } from '../cost/reference.ts'
import { type Message, RECORDINGS, type Recording } from '../flow/recordings.ts'
import { deposit, quoted, T0, termsOf, universeOf } from './venue-market.ts'

const NAMES = ['Binance USD-M BTCUSDT', 'Deribit', 'Kraken', 'Bybit linear']

const DEPOSIT = deposit('100000000000 USDT') as Extract<VenueInput, { kind: 'endow' }>

function started({ tick, lot }: BookTerms, price: number): Venue {
  const universe = universeOf([perp({ grid: { tick, lot, quantityMin: ZERO, notionalMin: null } })])
  const inputs = [DEPOSIT, quoted(T0, { mid: price }, universe)]
  return inputs.reduce(
    (venue, input) => unwrap(moveVenue(venue, input)).venue,
    unwrap(openVenue(termsOf({ universe }))),
  )
}

const inputOf = (message: Extract<Message, { kind: 'snapshot' | 'delta' }>, terms: BookTerms): VenueInput => {
  const { bids, asks, ...sequence } = message
  const levels = { bids: unwrap(levelsOf(terms, bids)), asks: unwrap(levelsOf(terms, asks)) }
  const update = { ...sequence, ...levels, depthMax: terms.depthMax } as BookUpdate
  return { kind: 'book', at: T0, instrument: 0, update }
}

const submit = (
  id: string,
  order: { readonly side: 'buy' | 'sell'; readonly lots: number; readonly tick: number | null },
  terms: BookTerms,
): VenueInput => ({
  kind: 'submit',
  at: T0,
  intent: {
    id,
    plan: 'plan',
    instrument: 'BTC-PERP',
    side: order.side,
    quantity: sizeOf(terms, order.lots),
    price: order.tick === null ? null : priceOf(terms, order.tick),
    reduceOnly: false,
  },
})

const MESSAGES_MAX = 1_500

/** Plays a recording and has every state with a live book looked at, from which it goes on. @returns the last of them */
function play(
  { terms, messages }: Recording,
  hear: (moved: Moved) => Venue,
  look: (venue: Venue, book: OrderBook) => Venue,
): Venue {
  const first = messages.find((each) => each.kind === 'snapshot')
  let venue = started(terms, Number(first?.kind === 'snapshot' ? (first.bids[0]?.[0] ?? 1) : 1))
  for (const message of messages.slice(0, MESSAGES_MAX)) {
    if (message.kind !== 'snapshot' && message.kind !== 'delta') continue
    venue = hear(unwrap(moveVenue(venue, inputOf(message, terms))))
    const book = bookOf(venue.books[0]!)
    if (bestBid(book) !== null && bestAsk(book) !== null) venue = look(venue, book)
  }
  return venue
}

const drawn = (random: Random) => ({
  side: random.integer(2) === 0 ? ('buy' as const) : ('sell' as const),
  lots: 1 + random.integer(5_000),
})

describe.skipIf(absent).each(RECORDINGS.filter(([name]) => NAMES.includes(name)))('%s', (_, read) => {
  const recordings = absent ? [] : read()

  test('[VENUE-4] an order pays for each level what the book says, to the last digit', () => {
    const random = makeRandom('probes')
    let probes = 0
    for (const recording of recordings) {
      const { terms } = recording
      const probe = (venue: Venue, book: OrderBook): Venue => {
        if (random.integer(10) > 0) return venue
        const order = { ...drawn(random), tick: null }
        const { fills } = unwrap(moveVenue(venue, submit('probe', order, terms)))
        const walked = unwrap(take(book, order.side, { lots: order.lots, limitTick: null }))
        const value = fills.reduce((sum, { quantity, price }) => sum + absolute(quantity) * price, 0n)
        expect([fills.length, value]).toEqual([walked.levels, walked.tickLots * terms.tick * terms.lot])
        probes++
        return venue
      }
      play(recording, ({ venue }) => venue, probe)
    }
    expect(probes).toBeGreaterThan(3)
  })

  test('[VENUE-1] [VENUE-2] orders that take and rest all along leave accounts that add up and are those of a ledger', () => {
    const random = makeRandom('orders')
    let placed = 0
    for (const recording of recordings) {
      const { terms } = recording
      const messages: VenueMessage[] = []
      const hear = ({ venue, messages: said }: Moved): Venue => {
        messages.push(...said)
        return venue
      }
      const trade = (venue: Venue, book: OrderBook): Venue => {
        if (random.integer(5) > 0) return venue
        const { side, lots } = drawn(random)
        const touch = side === 'buy' ? bestBid(book)! : bestAsk(book)!
        const tick = random.integer(3) === 0 ? null : touch + random.integer(5) - 2
        placed++
        return hear(unwrap(moveVenue(venue, submit(`order ${placed}`, { side, lots, tick }, terms))))
      }
      const last = play(recording, hear, trade)
      const { accounts, rules } = last
      expect(auditVenue(last).faults).toEqual([])
      const { scope, place } = rules.parties
      const facts = [DEPOSIT.fact, ...messages.flatMap((each) => (each.kind === 'booked' ? [each.fact] : []))]
      const events = facts.map((fact, k) => ({ ...fact, seq: k + 1 }) as LedgerEvent)
      const { books } = unwrap(foldEvents(openLedger(scope.universe, ['main']), events))
      expect(books.positions[0]).toEqual(accounts.books.positions[place.trader])
      const count = scope.universe.currencies.length
      expect(books.balances).toEqual(accounts.books.balances.slice(place.trader * count, (place.trader + 1) * count))
    }
    expect(placed).toBeGreaterThan(5)
  })
})
