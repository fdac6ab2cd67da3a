import { describe, expect, test } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { levelsOf } from '../../../src/core/flow/index.ts'
import { moveVenue } from '../../../src/core/sim/venue.ts'
import { auditVenue } from '../../../src/core/sim/venue-audit.ts'
import type { VenueInput, VenueTerms } from '../../../src/core/sim/venue-types.ts'
import { codesOf, perp, spot, unwrap } from '../cost/reference.ts'
import { deposit, linesOf, order, quoted, ranged, T0, tell, termsOf, totalOf, universeOf } from './venue-market.ts'

const GRID = { lot: decimal('0.5'), quantityMin: decimal('0'), tick: decimal('1'), notionalMin: null }
const FREE = { fee: { taker: decimal('0'), maker: decimal('0') }, grid: GRID }
const UNIVERSE = universeOf([perp(FREE), spot({ fee: FREE.fee })])
const terms = (queue: VenueTerms['queue'] = 'back'): VenueTerms => termsOf({ universe: UNIVERSE, queue })

/** `101:2 102:3`, price and size. */
const levels = (text: string) =>
  unwrap(
    levelsOf(
      GRID,
      text.split(' ').flatMap((level) => (level === '' ? [] : [level.split(':') as [string, string]])),
    ),
  )
const snapshot = (seq: number, bids: string, asks: string): VenueInput => ({
  kind: 'book',
  at: T0,
  instrument: 0,
  update: { kind: 'snapshot', seq, bids: levels(bids), asks: levels(asks), depthMax: null },
})
const delta = (lastSeq: number, bids: string, asks: string): VenueInput => ({
  kind: 'book',
  at: T0,
  instrument: 0,
  update: { kind: 'delta', previousSeq: lastSeq - 1, lastSeq, bids: levels(bids), asks: levels(asks) },
})
/** `sell 2 at 99`: somebody who took. */
function print(text: string): VenueInput {
  const [taker = '', quantity = '', , price = ''] = text.split(' ')
  return {
    kind: 'print',
    at: T0,
    instrument: 0,
    taker: taker as 'buy' | 'sell',
    quantity: decimal(quantity),
    price: decimal(price),
  }
}
const started = [
  deposit('100000 USDT'),
  quoted(T0, { mid: 100 }, UNIVERSE),
  snapshot(1, '99:4 98:6 97:10', '101:2 102:3 105:10'),
]
const story = (inputs: readonly VenueInput[], queue?: VenueTerms['queue']) =>
  tell(terms(queue), [...started, ...inputs])
const said = (inputs: readonly VenueInput[], queue?: VenueTerms['queue']): string[] =>
  linesOf(story(inputs, queue)).slice(1)

describe('orders that take from a book', () => {
  test('[VENUE-4] an order walks the levels, a fill at the price of each; impact is what lies beyond the best', () => {
    const { fills, venue } = story([order('buy 6 BTC-PERP')])
    expect(
      fills.map(({ quantity, price, mid, spread, impact }) => [quantity, price, mid, spread, impact].map(toText)),
    ).toEqual([
      ['2', '101', '100', '2', '0'],
      ['3', '102', '100', '3', '3'],
      ['1', '105', '100', '1', '4'],
    ])
    expect(fills.map(totalOf).map(toText)).toEqual(['2', '6', '5'])
    expect(auditVenue(venue).faults).toEqual([])
  })

  test('[VENUE-4] what own orders have taken is not there again until the feed sets its level', () => {
    const twice = [order('buy 1 BTC-PERP', T0, 'a'), order('buy 2 BTC-PERP', T0, 'b')]
    const walked = (inputs: readonly VenueInput[]): string[] => said(inputs).filter((line) => line.startsWith('buy'))
    expect(walked(twice)).toEqual(['buy 1 BTC-PERP @ 101', 'buy 1 BTC-PERP @ 101', 'buy 1 BTC-PERP @ 102'])
    expect(walked([...twice, delta(2, '', '101:1'), order('buy 2 BTC-PERP', T0, 'c')]).slice(3)).toEqual([
      'buy 1 BTC-PERP @ 101',
      'buy 1 BTC-PERP @ 102',
    ])
    expect(walked([...twice, snapshot(9, '99:1', '101:2'), order('buy 2 BTC-PERP', T0, 'c')]).slice(3)).toEqual([
      'buy 2 BTC-PERP @ 101',
    ])
  })

  test('[VENUE-4] a limit stops the walk and what is left rests; a market order ends where the book does', () => {
    expect(said([order('buy 6 BTC-PERP at 102'), order('sell 30 BTC-PERP')])).toEqual([
      'buy 2 BTC-PERP @ 101',
      'buy 3 BTC-PERP @ 102',
      'buy 6 BTC-PERP at 102: open 5',
      'sell 4 BTC-PERP @ 99',
      'sell 6 BTC-PERP @ 98',
      'sell 10 BTC-PERP @ 97',
      'sell 30 BTC-PERP: canceled 20 (nothing more is offered)',
    ])
  })

  test('[VENUE-4] a book that is not whole is not traded on: gaps wait for the next snapshot', () => {
    const gapped = [delta(5, '99:1', '')]
    const closed = 'BTC-PERP must be trading, was without a price, a mark or a rate'
    expect(said([...gapped, order('buy 1 BTC-PERP')])).toEqual([`buy 1 BTC-PERP: rejected 0 (${closed})`])
    expect(said([...gapped, snapshot(6, '99:1', '100:3'), order('buy 1 BTC-PERP')])[0]).toBe('buy 1 BTC-PERP @ 100')
    expect(said([snapshot(2, '99:1', ''), order('buy 1 BTC-PERP')])).toEqual([`buy 1 BTC-PERP: rejected 0 (${closed})`])
    expect(said([order('buy 1.25 BTC-PERP')])).toEqual([
      'buy 1.25 BTC-PERP: rejected 0 (quantity must be whole lots of 0.5, or all that is held, was 1.25)',
    ])
  })
})

describe('orders that rest in a book', () => {
  const resting = order('buy 2 BTC-PERP at 99')
  test('[VENUE-5] trades serve who is ahead first, and what goes past the price at once', () => {
    expect(said([resting, print('sell 3 at 99')])).toEqual(['buy 2 BTC-PERP at 99: open 0'])
    expect(said([resting, print('sell 3 at 99'), print('sell 1.5 at 99')])[1]).toBe('buy 0.5 BTC-PERP @ 99')
    expect(said([resting, print('sell 1 at 98')])[1]).toBe('buy 1 BTC-PERP @ 99')
    expect(said([resting, print('buy 9 at 99')])).toHaveLength(1)
    expect(said([order('buy 2 BTC-PERP at 100'), print('sell 9 at 100')]).slice(1)).toEqual([
      'buy 2 BTC-PERP @ 100',
      'buy 2 BTC-PERP at 100: filled 2',
    ])
  })

  test.each([
    // 4 ahead, 2 more join behind, 3 cancel: of 6 lots' worth 3 are left; then 3 trade.
    ['front', ['buy 2 BTC-PERP @ 99', 'buy 2 BTC-PERP at 99: filled 2']],
    ['proportional', ['buy 1 BTC-PERP @ 99']],
    ['back', []],
  ] as const)('[VENUE-5] cancellations move it up as the terms say: %s', (queue, filled) => {
    const moves = [resting, delta(2, '99:6', ''), delta(3, '99:3', ''), print('sell 3 at 99')]
    expect(said(moves, queue).slice(1)).toEqual(filled)
  })

  test('[VENUE-5] the other side that comes to the limit serves it with what it shows there, once', () => {
    const crossing = [resting, delta(2, '99:0', '99:1 100:5')]
    expect(said(crossing).slice(1)).toEqual(['buy 1 BTC-PERP @ 99'])
    expect(said([...crossing, delta(3, '97:9', '')]).slice(1)).toEqual(['buy 1 BTC-PERP @ 99'])
    expect(said([...crossing, delta(3, '', '99:1.5')]).slice(2)).toEqual([
      'buy 1 BTC-PERP @ 99',
      'buy 2 BTC-PERP at 99: filled 2',
    ])
  })

  test('[VENUE-5] own orders share what comes, the better price first, then the earlier; ranges fill nothing where a book is fed', () => {
    const two = [order('buy 1 BTC-PERP at 100', T0, 'a'), order('buy 1 BTC-PERP at 100', T0, 'b')]
    expect(said([...two, print('sell 1.5 at 100')]).slice(2)).toEqual([
      'buy 1 BTC-PERP @ 100',
      'a: filled 1',
      'buy 0.5 BTC-PERP @ 100',
    ])
    expect(said([...two, ranged(T0, [90, 110, 1000], UNIVERSE)])).toHaveLength(2)
  })

  test('[VENUE-5] an order that rested before the book was fed joins the queue then', () => {
    const early = [...started.slice(0, 2), resting, ...started.slice(2)]
    const lines = (inputs: readonly VenueInput[]): string[] => linesOf(tell(terms(), [...early, ...inputs])).slice(2)
    expect(lines([print('sell 4 at 99')])).toEqual([])
    expect(lines([print('sell 4.5 at 99')])).toEqual(['buy 0.5 BTC-PERP @ 99'])
  })
})

test('[VENUE-3] states that are kept have their own book, also where another branch went on', () => {
  const { venue } = story([])
  const on = (from: typeof venue, inputs: readonly VenueInput[]): string[] => {
    let now = from
    return inputs.flatMap((input) => {
      const moved = unwrap(moveVenue(now, input))
      now = moved.venue
      return linesOf(moved)
    })
  }
  const buy = order('buy 3 BTC-PERP')
  const first = on(venue, [buy])
  expect(on(venue, [delta(2, '', '101:0'), buy])[0]).toBe('buy 3 BTC-PERP @ 102')
  expect(on(venue, [delta(2, '', '101:9'), buy])[0]).toBe('buy 3 BTC-PERP @ 101')
  expect(on(venue, [buy])).toEqual(first)
  // More updates than one log keeps.
  const many = Array.from({ length: 10_000 }, (_, k) => delta(k + 2, `99:${(k % 7) + 1}`, ''))
  const walked = many.reduce((now, input) => unwrap(moveVenue(now, input)).venue, venue)
  expect(on(walked, [order('sell 9 BTC-PERP')]).slice(0, 2)).toEqual(['sell 4 BTC-PERP @ 99', 'sell 5 BTC-PERP @ 98'])
  expect(on(venue, [buy])).toEqual(first)
})

test('[VENUE-20] books and trades that are not on the lattice are refused', () => {
  const { venue } = story([])
  const refused = (input: VenueInput): string[] => codesOf(moveVenue(venue, input))
  expect(refused({ ...snapshot(2, '', ''), instrument: 1 } as VenueInput)).toEqual(['venue.book'])
  expect(refused(print('sell 0.3 at 99.5'))).toEqual(['flow.off-grid', 'flow.off-grid'])
  const shallow = snapshot(2, '', '') as Extract<VenueInput, { kind: 'book' }>
  expect(refused({ ...shallow, update: { ...shallow.update, depthMax: 0 } as typeof shallow.update })).toEqual([
    'flow.terms',
  ])
})
