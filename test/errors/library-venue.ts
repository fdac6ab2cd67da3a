/** Refusals of the simulated venue: a trader with a perp, and one input or one term that cannot be. */
import { decimal } from '../../src/core/base/decimal.ts'
import type { Issue } from '../../src/core/base/result.ts'
import { moveVenue, openVenue } from '../../src/core/sim/venue.ts'
import type { VenueInput } from '../../src/core/sim/venue-types.ts'
import { deposit, order, quoted, ranged, T0, tell, termsOf } from '../core/sim/venue-market.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const held = (): readonly VenueInput[] => [deposit('100 USDT'), quoted(T0, { mid: 100 }), order('buy 1 BTC-PERP')]
const moved = (...inputs: readonly VenueInput[]): readonly Issue[] =>
  issuesOf(moveVenue(tell(termsOf(), [...held(), ...inputs.slice(0, -1)]).venue, inputs.at(-1)!))
const ended: VenueInput = { kind: 'ended', at: T0, instrument: 1, price: decimal('90') }

export const VENUE_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'venue.terms': {
    refused: () => issuesOf(openVenue(termsOf({ orderFee: decimal('-1') }))),
    reads: "orderFee: order fee must be 0 or more, was -1; copy the venue's own terms: nothing is guessed",
  },
  'venue.time': {
    refused: () => moved(quoted(T0 - 1, { mid: 100 })),
    reads: `at: time must be whole milliseconds and not before ${T0}, was ${T0 - 1}; feed the venue in order of time`,
  },
  'venue.quote': {
    refused: () => moved(quoted(T0, { mid: 100, mark: Number.NaN })),
    reads:
      'mark.BTC-PERP: mark of BTC-PERP must be known while its position has margin, was NaN; carry the last mark on, or end the instrument at its last price',
  },
  'venue.range': {
    refused: () => moved(ranged(T0, [99, 101, -1])),
    reads:
      'BTC-COIN: volume of BTC-COIN must be 0 or more and below 1e30, was -1; repair the data, or say NaN where there is no bar',
  },
  'venue.price': {
    refused: () => moved({ ...ended, price: decimal('0') }),
    reads: 'BTC-PERP: price of BTC-PERP must be above 0, was 0; give the price at which the venue says it happened',
  },
  'venue.instrument': {
    refused: () => moved({ kind: 'funding', at: T0, instrument: 2, rate: decimal('0.01'), mark: decimal('100') }),
    reads: 'BTC-USDT: BTC-USDT must be a perp to pay funding, was a spot; leave its funding out',
  },
  'venue.ended': {
    refused: () => moved(ended, ended),
    reads: 'BTC-PERP: BTC-PERP must still be listed, was ended before; an instrument ends once',
  },
  'venue.endowment': {
    refused: () => moved(deposit('100 USDT')),
    reads: `100 USDT at ${T0}: id must be new, was "100 USDT at ${T0}" before; name everything that comes or leaves`,
  },
  'venue.book': {
    refused: () =>
      moved({ kind: 'print', at: T0, instrument: 0, taker: 'buy', price: decimal('100'), quantity: decimal('1') }),
    reads: 'BTC-COIN: tick of BTC-COIN must be known for its book, was missing; give it with the instrument',
  },
  'venue.order': {
    refused: () => moved(order('buy 1 BTC-PERP', T0, '')),
    reads: 'id: id of an order must say something, was empty; name every order',
  },
}
