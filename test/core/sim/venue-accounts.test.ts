import { describe, expect, test } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import { reconcile } from '../../../src/core/ledger/reconcile.ts'
import { moveVenue, openVenue, type Venue } from '../../../src/core/sim/venue.ts'
import { auditVenue } from '../../../src/core/sim/venue-audit.ts'
import type { VenueInput, VenueTerms } from '../../../src/core/sim/venue-types.ts'
import { codesOf, inverse, messagesOf, perp, spot, unwrap } from '../cost/reference.ts'
import {
  cashOf,
  deposit,
  heldOf,
  holding,
  linesOf,
  order,
  quoted,
  ranged,
  T0,
  tell,
  termsOf,
  totalOf,
  universeOf,
} from './venue-market.ts'

/** No fee and no spread, so that margin alone is seen. */
const FREE = { fee: { taker: decimal('0'), maker: decimal('0') }, spread: decimal('0') }
const UNIVERSE = universeOf([
  spot({ ...FREE }),
  perp(FREE),
  inverse({ ...FREE, grid: { lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null } }),
])
const free = (mode: 'cross' | 'isolated' = 'cross', over: Partial<VenueTerms> = {}): VenueTerms => {
  const terms = termsOf({ universe: UNIVERSE, ...over })
  return { ...terms, margin: { ...terms.margin, mode } }
}
const at = (price: number): VenueInput => quoted(T0, { mid: price }, UNIVERSE)
const story = (terms: VenueTerms, inputs: readonly VenueInput[]) =>
  tell(terms, [deposit('1000 USDT'), at(100), ...inputs])
const lines = (terms: VenueTerms, inputs: readonly VenueInput[]): string[] => linesOf(story(terms, inputs)).slice(1)
const funding = (instrument: number, rate: string, mark: string): VenueInput => ({
  kind: 'funding',
  at: T0,
  instrument,
  rate: decimal(rate),
  mark: decimal(mark),
})

describe('payments and ends', () => {
  test('[VENUE-12] funding is quantity · notional at the mark · rate in the settle currency, coin for inverse contracts', () => {
    const inputs = [
      deposit('1 BTC'),
      order('buy 3 BTC-PERP'),
      order('sell 2 BTC-COIN'),
      funding(1, '0.0001', '110'),
      funding(1, '-0.0002', '110'),
      funding(0, '0.0003', '160'),
    ]
    expect(lines(free(), inputs).slice(5)).toEqual([
      'funding BTC-PERP 0.033',
      'funding BTC-PERP -0.066',
      'funding BTC-COIN -0.000375',
    ])
    const { venue } = story(free(), inputs)
    expect(auditVenue(venue).money.map(({ counterparty }) => toText(counterparty))).toEqual([
      '-0.000375',
      '0',
      '-0.033',
    ])
    expect(lines(free(), [funding(1, '0.0001', '110')])).toEqual([])
  })

  test('[VENUE-13] what is held ends at the last price without a fee: contracts expire, spot is sold or bought back', () => {
    const end = (instrument: number): VenueInput => ({ kind: 'ended', at: T0, instrument, price: decimal('90') })
    const told = (inputs: readonly VenueInput[]): readonly string[] => lines(free(), inputs)
    expect(told([order('buy 3 BTC-PERP'), order('buy 1 BTC-PERP at 80'), end(1)]).slice(3)).toEqual([
      'buy 1 BTC-PERP at 80: canceled 0 (BTC-PERP has ended)',
      'expired BTC-PERP @ 90',
    ])
    expect(told([order('buy 3 BTC-USDT'), end(2)]).at(-1)).toBe('sell 3 BTC-USDT @ 90')
    expect(told([order('sell 3 BTC-USDT'), end(2)]).at(-1)).toBe('buy 3 BTC-USDT @ 90')
    expect(told([end(1), quoted(T0, { mid: Number.NaN }, UNIVERSE), ranged(T0, [80, 90, 5], UNIVERSE)])).toEqual([])
    const { fills, venue } = story(free(), [order('buy 3 BTC-PERP'), end(1)])
    expect([fills[1]!.because, toText(fills[1]!.quantity), toText(totalOf(fills[1]!))]).toEqual([
      'delisting',
      '-3',
      '0',
    ])
    expect(cashOf({ venue }, 'USDT')).toBe('970')
  })

  test('[VENUE-14] what a book begins with enters as its facts say; what leaves must be free', () => {
    const start = [holding('2 BTC-USDT at 80'), holding('-4 BTC-PERP at 90')]
    const begun = story(free(), start)
    expect(linesOf(begun).slice(1)).toEqual(['deposited 2 BTC-USDT', 'entered -4 BTC-PERP @ 90'])
    expect(auditVenue(begun.venue).quantities.map(({ counterparty }) => toText(counterparty))).toEqual(['0', '4', '0'])
    expect(cashOf(story(free(), [...start, order('buy 4 BTC-PERP')]), 'USDT')).toBe('960')
    expect(lines(free(), [deposit('-300 USDT')])).toEqual(['withdrawn 300 USDT'])
    const margined = story(free(), [order('buy 50 BTC-PERP')]).venue
    expect(messagesOf(moveVenue(margined, deposit('-501 USDT')))).toEqual([
      'USDT: collateral must stay at least 500.00, was 499.00',
    ])
    expect(messagesOf(moveVenue(margined, deposit('-1001 USDT')))).toEqual([
      'USDT: a withdrawal must be at most the 1000 USDT that are free, was 1001',
    ])
  })
})

test('[VENUE-1] an audit says what does not add up', () => {
  const { venue } = story(free(), [order('buy 3 BTC-PERP'), at(90)])
  const { accounts, columns } = venue
  const faults = (change: Partial<Venue>): readonly string[] => auditVenue({ ...venue, ...change }).faults
  expect(faults({})).toEqual([])
  const lost = { ...accounts, deposited: accounts.deposited.map(() => decimal('7')) }
  expect(faults({ accounts: lost })).toEqual([
    'cash of all parties must be 7 BTC, was 0',
    'cash of all parties must be 7 USD, was 0',
    'cash of all parties must be 7 USDT, was 1000',
  ])
  const dusty = { ...accounts, rounded: accounts.rounded.map(() => decimal('0.000001')) }
  expect(faults({ accounts: dusty })[0]).toBe('rounding in BTC must be at most 0.000000000000000012, was 0.000001')
  const moved = { ...accounts, arrived: accounts.arrived.map(() => decimal('1')) }
  expect(faults({ accounts: moved })).toContain('BTC-PERP of all parties must be 1, was 0')
  expect(faults({ posted: venue.posted.map(() => decimal('1')) })).toContain(
    'margin of BTC-USDT must be 0 while it is flat, was 1',
  )
  expect(faults({ columns: { ...columns, cash: columns.cash.map(() => 1) } })).toContain(
    'the column of USDT must be that of the books',
  )
})

describe('crossed margin', () => {
  test('[VENUE-15] what opens needs the initial margin of everything; what reduces is never blocked', () => {
    expect(lines(free(), [order('buy 100 BTC-PERP')])[1]).toBe('buy 100 BTC-PERP: filled 100')
    expect(lines(free(), [order('buy 100.001 BTC-PERP')])).toEqual([
      'buy 100.001 BTC-PERP: rejected 0 (collateral must be at least 1,000.01 USDT to open with, was 1,000.00)',
    ])
    // At 95 the collateral of 500 is below the initial margin of 950 and above the maintenance of 475.
    const low = [order('buy 100 BTC-PERP'), at(95)]
    expect(lines(free(), [...low, order('buy 0.001 BTC-PERP')]).at(-1)).toMatch(/rejected 0 \(collateral/)
    expect(lines(free(), [...low, order('sell 60 BTC-PERP')]).at(-1)).toBe('sell 60 BTC-PERP: filled 60')
    expect(lines(free(), [...low, order('sell 160 BTC-PERP')]).at(-1)).toMatch(/rejected 0 \(collateral/)
  })

  test('[VENUE-15] below the maintenance margin orders are cancelled and everything is closed at the mark, with a fee', () => {
    const held = [order('buy 100 BTC-PERP'), order('sell 1 BTC-PERP at 120')]
    expect(lines(free(), [...held, at(94.7)]).slice(3)).toEqual([
      'sell 1 BTC-PERP at 120: canceled 0 (the account was liquidated)',
      'sell 100 BTC-PERP @ 94.7 fee 94.7 USDT',
    ])
    // 1000 − 530 − 94.7
    const closed = story(free(), [...held, at(94.7)])
    expect(cashOf(closed, 'USDT')).toBe('375.3')
    expect(closed.fills.at(-1)).toMatchObject({ because: 'liquidation', fee: decimal('94.7') })
    expect(cashOf(closed, 'USDT', 'main/house')).toBe('94.7')
    // At 94.75 the collateral of 475 is above 473.75; at 94.7 that of 470 is below 473.5.
    expect(lines(free(), [...held, at(94.75)]).slice(3)).toEqual([])
  })

  test('[VENUE-16] what a gap leaves missing comes from other money, then from spot, and the house pays the rest', () => {
    const crash = [order('buy 100 BTC-PERP'), at(80)]
    expect(lines(free(), crash).slice(2)).toEqual([
      'sell 100 BTC-PERP @ 80 fee 80 USDT',
      'charged -1080 USDT: bankruptcy, paid by the house',
    ])
    expect(cashOf(story(free(), crash), 'USDT')).toBe('0')
    expect(cashOf(story(free(), crash), 'USDT', 'main/house')).toBe('-1000')
    expect(lines(free(), [deposit('6 BTC'), holding('4 BTC-USDT at 100'), ...crash]).slice(4)).toEqual([
      'sell 100 BTC-PERP @ 80 fee 80 USDT',
      'converted 6 BTC into 480 USDT',
      'sell 4 BTC-USDT @ 80 fee 3.2 USDT',
      'charged -283.2 USDT: bankruptcy, paid by the house',
    ])
    expect(lines(free(), [deposit('16 BTC'), ...crash]).at(-1)).toBe('converted 13.5 BTC into 1080 USDT')
  })

  test('[VENUE-16] spot that is owed counts against the collateral, spot that is held does not count', () => {
    expect(lines(free(), [order('sell 10 BTC-USDT')]).at(-1)).toBe('sell 10 BTC-USDT: filled 10')
    expect(lines(free(), [order('sell 10.001 BTC-USDT')]).at(-1)).toMatch(
      /rejected 0 \(collateral must be at least 1,000.10 USDT to open with, was 1,000.00\)/,
    )
    // Proceeds 2000 less 10 × 191 is 90, below 5 % of 1910.
    expect(lines(free(), [order('sell 10 BTC-USDT'), at(191)]).at(-1)).toBe('buy 10 BTC-USDT @ 191 fee 19.1 USDT')
    expect(lines(free(), [order('buy 9 BTC-USDT'), order('buy 11 BTC-PERP')]).at(-1)).toMatch(
      /rejected 0 \(collateral must be at least 110.00/,
    )
  })

  test('[VENUE-17] another model of margin takes the place of the rates, and nothing else changes', () => {
    const flat = () => ({ initial: 700, maintenance: 600 })
    const play = (venue: Venue, inputs: readonly VenueInput[]): string[] => {
      let now = venue
      return inputs.flatMap((input) => {
        const moved = unwrap(moveVenue(now, input))
        now = moved.venue
        return linesOf(moved)
      })
    }
    const own = unwrap(openVenue(free(), flat))
    expect(
      play(own, [deposit('1000 USDT'), at(100), order('buy 500 BTC-PERP'), at(99.21), at(99.19)]).slice(1),
    ).toEqual(['buy 500 BTC-PERP @ 100', 'buy 500 BTC-PERP: filled 500', 'sell 500 BTC-PERP @ 99.19 fee 495.95 USDT'])
  })
})

describe('isolated margin', () => {
  const terms = free('isolated')
  test('[VENUE-18] what opens posts its initial margin, what closes takes its share back', () => {
    const posted = (inputs: readonly VenueInput[]): string => toText(story(terms, inputs).venue.posted[1]!)
    expect(posted([order('buy 30 BTC-PERP')])).toBe('300')
    expect(posted([order('buy 30 BTC-PERP'), order('buy 10 BTC-PERP')])).toBe('400')
    expect(posted([order('buy 30 BTC-PERP'), at(110), order('sell 10 BTC-PERP')])).toBe('200')
    expect(posted([order('buy 30 BTC-PERP'), order('sell 50 BTC-PERP')])).toBe('200')
    expect(posted([order('buy 30 BTC-PERP'), funding(1, '0.01', '100')])).toBe('270')
    expect(posted([order('buy 30 BTC-PERP'), order('sell 30 BTC-PERP')])).toBe('0')
    expect(posted([holding('30 BTC-PERP at 90')])).toBe('270')
  })

  test('[VENUE-18] only money that is not posted pays for more, and profit of one position saves no other', () => {
    expect(lines(terms, [order('buy 60 BTC-PERP'), order('buy 40.001 BTC-PERP', T0, 'more')]).at(-1)).toBe(
      'more: rejected 0 (USDT must be at least 400.01 for margin and fees, was 400)',
    )
    expect(lines(terms, [order('buy 60 BTC-PERP'), order('buy 5 BTC-USDT')]).at(-1)).toMatch(
      /rejected 0 \(USDT must be at least 500 to buy 5/,
    )
    expect(lines(terms, [order('buy 60 BTC-PERP at 90'), order('buy 47 BTC-PERP', T0, 'more')]).at(-1)).toBe(
      'more: rejected 0 (USDT must be at least 470 for margin and fees, was 460)',
    )
    const coin = [deposit('1 BTC'), order('sell 9 BTC-COIN'), order('buy 90 BTC-PERP')]
    expect(lines(terms, [...coin, at(94)]).slice(5)).toEqual(['sell 90 BTC-PERP @ 94 fee 84.6 USDT'])
  })

  test('[VENUE-18] a position loses what it has posted and no more', () => {
    const crash = [order('buy 50 BTC-PERP'), order('buy 1 BTC-PERP at 70'), at(80)]
    expect(lines(terms, crash).slice(3)).toEqual([
      'buy 1 BTC-PERP at 70: canceled 0 (the position was liquidated)',
      'sell 50 BTC-PERP @ 80 fee 40 USDT',
      'charged -540 USDT: bankruptcy, paid by the house',
    ])
    expect(cashOf(story(terms, crash), 'USDT')).toBe('500')
    const owed = [order('sell 10 BTC-USDT'), at(230)]
    expect(lines(terms, owed).slice(2)).toEqual([
      'buy 10 BTC-USDT @ 230 fee 23 USDT',
      'charged -323 USDT: bankruptcy, paid by the house',
    ])
    expect(cashOf(story(terms, owed), 'USDT')).toBe('0')
    expect(heldOf(story(terms, owed), 'BTC-USDT')).toBe('0')
  })
})

describe('what a venue is asked and told', () => {
  test('[VENUE-19] a report lists all that is held, and a ledger reconciled with it holds the same', () => {
    const { messages } = story(free(), [
      order('buy 3 BTC-PERP'),
      order('buy 1 BTC-USDT'),
      { kind: 'report', at: T0 + 5 },
    ])
    const reported = messages.at(-1)
    if (reported?.kind !== 'reported') throw new Error('a report was asked for')
    const { ledger } = unwrap(reconcile(openLedger(UNIVERSE, ['main']), reported.snapshot))
    expect(unwrap(reconcile(ledger, { ...reported.snapshot, id: 'again' })).events).toEqual([])
    expect(ledger.books.positions.map(({ quantity }) => toText(quantity))).toEqual(['0', '3', '1'])
  })

  const venue = story(free(), [deposit('1 BTC'), order('buy 3 BTC-PERP')]).venue
  const bad = (input: VenueInput, from: Venue = venue): string[] => messagesOf(moveVenue(from, input))
  const changed = (
    change: Partial<Record<'mid' | 'mark' | 'rate' | 'volumePerDay' | 'vol', Float64Array>>,
  ): VenueInput => ({ ...at(100), ...change }) as VenueInput

  test('[VENUE-20] an input that cannot be is refused by name, all of it at once, and nothing has happened', () => {
    expect(bad(quoted(T0 - 1, { mid: 100 }, UNIVERSE))).toEqual([
      `at: time must be whole milliseconds and not before ${T0}, was ${T0 - 1}`,
    ])
    expect(
      bad(changed({ mid: Float64Array.of(0, -1, Number.POSITIVE_INFINITY), vol: Float64Array.of(-1, 1, 1) })),
    ).toEqual([
      'mid.BTC-COIN: mid of BTC-COIN must be above 0 and below 1e30, was 0',
      'vol.BTC-COIN: vol of BTC-COIN must be 0 or more and below 1e30, was -1',
      'mid.BTC-PERP: mid of BTC-PERP must be above 0 and below 1e30, was -1',
      'mid.BTC-USDT: mid of BTC-USDT must be above 0 and below 1e30, was Infinity',
    ])
    expect(bad(changed({ mark: Float64Array.of(100, Number.NaN, 100) }))).toEqual([
      'mark.BTC-PERP: mark of BTC-PERP must be known while its position has margin, was NaN',
    ])
    expect(bad(changed({ rate: Float64Array.of(Number.NaN, 1, 2) }))).toEqual([
      'rate.BTC: rate of BTC must be known while positions stand on it, was NaN',
      'rate.USDT: rate of USDT, in which all is measured, must be 1, was 2',
    ])
    expect(bad(ranged(T0, [101, 100, -1], UNIVERSE)).slice(0, 2)).toEqual([
      'BTC-COIN: volume of BTC-COIN must be 0 or more and below 1e30, was -1',
      'BTC-COIN: low of BTC-COIN must be at most its high, was 101 above 100',
    ])
    expect(bad(ranged(T0, [Number.NaN, 100, 1], UNIVERSE))[0]).toBe(
      'BTC-COIN: high and low of BTC-COIN must be known where it traded, was 100 and NaN',
    )
    expect(bad(funding(2, '0.1', '0'))).toEqual([
      'BTC-USDT: mark of BTC-USDT must be above 0, was 0',
      'BTC-USDT: BTC-USDT must be a perp to pay funding, was a spot',
    ])
    expect(bad(order('buy 1 BTC-PERP', T0, ''))).toEqual(['id: id of an order must say something, was empty'])
  })

  test('[VENUE-20] an instrument ends once, and what comes in is named once, known and of this trader', () => {
    const ended: VenueInput = { kind: 'ended', at: T0, instrument: 1, price: decimal('90') }
    expect(bad(ended, unwrap(moveVenue(venue, ended)).venue)).toEqual([
      'BTC-PERP: BTC-PERP must still be listed, was ended before',
    ])
    expect(codesOf(moveVenue(venue, deposit('1 DOGE')))).toEqual(['ledger.unknown'])
    expect(bad(deposit('1 BTC'))[0]).toMatch(/id must be new/)
    expect(bad(holding('1 BTC-PERP at 90'))[0]).toMatch(/BTC-PERP must be flat before a position comes in, was 3/)
    const stranger = deposit('5 USDT') as Extract<VenueInput, { kind: 'endow' }>
    expect(bad({ ...stranger, fact: { ...stranger.fact, account: 'main/house' } })[0]).toMatch(
      /account must be main, was "main\/house"/,
    )
  })

  test('[VENUE-21] terms that cannot be are refused, all of them by name', () => {
    const terms = free()
    const { margin } = terms
    expect(
      messagesOf(
        openVenue({
          ...terms,
          orderFee: decimal('-1'),
          resting: { participation: ratio(2n, 1n), touch: ratio(-1n, 1n) },
          margin: { ...margin, leverageMax: [null, ratio(0n, 1n), ratio(100n, 1n)], liquidationFee: ratio(2n, 1n) },
          impact: { law: { scale: 0, exponent: 2 }, decay: { joinMs: -1, decayMs: 0 } },
        }),
      ),
    ).toEqual([
      'orderFee: order fee must be 0 or more, was -1',
      'resting.participation: participation must be from 0 to 1, was 2',
      'resting.touch: touch must be from 0 to 1, was -1',
      'margin.liquidationFee: liquidation fee must be from 0 to 1, was 2',
      'margin.leverageMax.BTC-PERP: leverage of BTC-PERP must be above 0, was 0',
      'margin.maintenance.BTC-USDT: maintenance of BTC-USDT must be at most the initial margin, was above it',
      'impact: impact scale must be above 0, was 0',
      'impact: impact exponent must be above 0 and at most 1, was 2',
      'impact: pause inside a metaorder must be 0 or more, was -1',
      'impact: decay of impact must be above 0, was 0',
    ])
  })
})
