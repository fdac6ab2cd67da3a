import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, type Decimal, multiply, toText, ZERO } from '../../../src/core/base/decimal.ts'
import type { Result } from '../../../src/core/base/result.ts'
import { hashOfBook } from '../../../src/core/flow/index.ts'
import { foldLedger, type Ledger, openLedger } from '../../../src/core/ledger/ledger.ts'
import type { LedgerEvent } from '../../../src/core/ledger/ledger-event.ts'
import { type Moved, moveVenue, openVenue, type Venue } from '../../../src/core/sim/venue.ts'
import { auditVenue } from '../../../src/core/sim/venue-audit.ts'
import { bookOf } from '../../../src/core/sim/venue-book.ts'
import { isKept } from '../../../src/core/sim/venue-margin.ts'
import type { VenueInput, VenueMessage } from '../../../src/core/sim/venue-types.ts'
import { unwrap } from '../cost/reference.ts'
import { HISTORY_UNIVERSE, type VenueHistory, venueHistories } from './venue-histories.ts'
import { linesOf } from './venue-market.ts'

/** Each input with the venue before it and what came of it. */
function* walk({ terms, inputs }: VenueHistory): Generator<{
  readonly before: Venue
  readonly input: VenueInput
  readonly moved: Result<Moved>
}> {
  let venue = unwrap(openVenue(terms))
  for (const input of inputs) {
    const moved = moveVenue(venue, input)
    yield { before: venue, input, moved }
    if (moved.ok) venue = moved.value.venue
  }
}

const fold = (ledger: Ledger, messages: readonly VenueMessage[]): Ledger =>
  messages.reduce(
    (folded, message) =>
      message.kind === 'booked'
        ? unwrap(foldLedger(folded, { ...message.fact, seq: folded.seq + 1 } as LedgerEvent))
        : folded,
    ledger,
  )

/** Balances and positions of the trader. */
const accountOf = ({ rules, accounts: { books } }: Venue) => {
  const { scope, trader } = rules.parties
  const a = scope.account.get(trader)!
  const [c, n] = [scope.universe.currencies.length, scope.universe.instruments.length]
  return { balances: books.balances.slice(a * c, (a + 1) * c), positions: books.positions.slice(a * n, (a + 1) * n) }
}

/** Logs that states share, by what they say. */
const seenOf = ({ venue: { past, rules: _, books, ...venue }, messages, fills }: Moved) => ({
  ...venue,
  books: books.map((feed) => feed && [hashOfBook(bookOf(feed)), feed.taken]),
  past: past.count,
  messages,
  fills,
})

const RUNS = { numRuns: 200, seed: 20260301 }

describe('whatever happens', () => {
  test('[VENUE-1] after every input cash and quantities of all parties add up to the last digit', () => {
    fc.assert(
      fc.property(venueHistories, (history) => {
        for (const { moved } of walk(history)) if (moved.ok) expect(auditVenue(moved.value.venue).faults).toEqual([])
      }),
      RUNS,
    )
  })

  test('[VENUE-2] the ledger folded from what the venue says, each thing twice, is the account of the venue', () => {
    fc.assert(
      fc.property(venueHistories, (history) => {
        let ledger = openLedger(HISTORY_UNIVERSE, ['main'])
        for (const { moved } of walk(history)) {
          if (!moved.ok) continue
          ledger = fold(fold(ledger, moved.value.messages), moved.value.messages)
          expect(ledger.books).toEqual(accountOf(moved.value.venue))
        }
      }),
      RUNS,
    )
  })

  test('[VENUE-3] a venue that was kept says the same again, whatever happened to those after it', () => {
    fc.assert(
      fc.property(venueHistories, (history) => {
        const walked = [...walk(history)]
        for (const { before, input, moved } of walked.reverse()) {
          const again = moveVenue(before, input)
          expect(again.ok).toBe(moved.ok)
          if (!again.ok || !moved.ok) expect(again).toEqual(moved)
          else expect(seenOf(again.value)).toEqual(seenOf(moved.value))
        }
      }),
      { ...RUNS, numRuns: 100 },
    )
  })

  test('[VENUE-6] the parts of what a fill cost are what was paid against mid', () => {
    fc.assert(
      fc.property(venueHistories, (history) => {
        for (const { moved } of walk(history)) {
          if (!moved.ok) continue
          for (const { quantity, price, mid, fee, spread, impact, instrument, id } of moved.value.fills) {
            // Of spot in the numeraire both sides are decimals.
            if (HISTORY_UNIVERSE.instruments[instrument]!.kind !== 'spot') continue
            const fact = moved.value.messages.find((each) => each.kind === 'booked' && each.fact.id === id)
            const fees = fact?.kind === 'booked' && fact.fact.kind === 'filled' ? fact.fact.fees : []
            const paid = fees.reduce((sum, { amount }) => add(sum, amount), ZERO)
            const worse = multiply(quantity, (price - mid) as Decimal, 'ceiling')
            expect([fee, add(spread, impact)].map(toText)).toEqual([paid, worse].map(toText))
          }
        }
      }),
      RUNS,
    )
  })

  test('[VENUE-15] after a quote every position that is left may be kept, and where none is left no money is missing', () => {
    fc.assert(
      fc.property(venueHistories, (history) => {
        for (const { moved, input } of walk(history)) {
          if (!moved.ok || input.kind !== 'quoted') continue
          const { venue } = moved.value
          expect(isKept(venue, input)).toBe(true)
          if (venue.columns.margined.length === 0) expect(Math.min(0, ...venue.columns.cash)).toBe(0)
        }
      }),
      RUNS,
    )
  })

  test('the histories reach what they are about', () => {
    const seen = new Set<string>()
    for (const history of fc.sample(venueHistories, RUNS))
      for (const { moved } of walk(history))
        if (!moved.ok) for (const { code } of moved.error) seen.add(code)
        else for (const line of linesOf(moved.value)) seen.add(patternOf(line))
    expect([...seen]).toEqual(expect.arrayContaining(REACHED))
  })
})

/** Without the order and with every number a `#`. */
const patternOf = (line: string): string =>
  line.replace(/^order \d+: /, '').replace(/(?<![A-Z])-?\d[\d,]*(\.\d+)?/g, '#')

const REACHED = [
  'buy # BTC-PERP @ # fee # USDT fee # USDT',
  'buy # BTC-PERP @ # fee # USDT',
  'sell # BTC-COIN @ # fee # BTC fee # USDT',
  'buy # BTC-USDT @ # fee # USDT',
  'sell # BTC-USDT @ #',
  'expired BTC-COIN @ #',
  'funding BTC-PERP #',
  'funding BTC-COIN #',
  'deposited # BTC-USDT',
  'entered # BTC-COIN @ #',
  'entered # BTC-USDT @ #',
  'withdrawn # USDT',
  'converted # USDT into # BTC',
  'charged # USDT: bankruptcy, paid by the house',
  'charged # BTC: bankruptcy, paid by the house',
  'canceled # (the account was liquidated)',
  'canceled # (the position was liquidated)',
  'canceled # (nothing is left to reduce)',
  'canceled #',
  'open #',
  'absent',
  'reported',
  'rejected # (collateral must be at least # USDT to open with, was #)',
  'rejected # (USDT must be at least # for margin and fees, was #)',
  'rejected # (USDT must be at least # to buy # BTC-USDT, fees included, was #)',
  'canceled # (nothing more is offered)',
  'venue.quote',
  'venue.range',
  'venue.time',
  'venue.endowment',
  'venue.ended',
  'venue.instrument',
]
