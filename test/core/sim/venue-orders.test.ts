import { describe, expect, test } from 'vitest'
import { add, decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { makeCostTerms, orderCost, takerCosts } from '../../../src/core/cost/cost-terms.ts'
import { extendMetaorder, NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import type { FillDetail, VenueInput } from '../../../src/core/sim/venue-types.ts'
import { perp, relativeGap, spot, unwrap } from '../cost/reference.ts'
import {
  COIN,
  deposit,
  holding,
  linesOf,
  order,
  PERP,
  quoted,
  ranged,
  SPOT,
  share,
  T0,
  tell,
  termsOf,
  universeOf,
} from './venue-market.ts'

const HOUR = 3_600_000
const started = [deposit('100000 USDT'), deposit('10 BTC'), quoted(T0, { mid: 100 })]
/** What the venue says after the start. */
const said = (inputs: readonly VenueInput[], terms = termsOf()): string[] =>
  linesOf(tell(terms, [...started, ...inputs])).slice(2)
const parts = ({ fee, spread, impact }: FillDetail): string[] => [fee, spread, impact].map(toText)

describe('orders that take', () => {
  test.each([
    ['buy 2 BTC-PERP', 'buy 2 BTC-PERP @ 100.01 fee 0.10001 USDT'],
    ['sell 2 BTC-PERP', 'sell 2 BTC-PERP @ 99.99 fee 0.09999 USDT'],
    ['buy 1 BTC-USDT', 'buy 1 BTC-USDT @ 100.01 fee 0.050005 USDT'],
    ['buy 3 BTC-COIN', 'buy 3 BTC-COIN @ 100.005 fee 0.001499925003749813 BTC'],
    ['sell 3 BTC-COIN', 'sell 3 BTC-COIN @ 99.995 fee 0.001500075003750188 BTC'],
  ])(
    '[VENUE-7] %s pays half the spread, to the tick against the trader, and the fee of what it traded',
    (text, filled) => {
      expect(said([order(text)])).toEqual([filled, `${text}: filled ${text.split(' ')[1]}`])
    },
  )

  const impact = { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR, decayMs: 24 * HOUR } }
  const plain = universeOf([spot({ short: false }), perp()])
  const conditions = { mid: 100, volumePerDay: 1e6, vol: 0.6 }
  const rich = [deposit('1000000 USDT'), quoted(T0, conditions, plain)]
  const trades = (inputs: readonly VenueInput[]): readonly FillDetail[] =>
    tell(termsOf({ universe: plain, impact, orderFee: decimal('0.1') }), [...rich, ...inputs]).fills

  /** What a plan of an equity would count for the same trade, after others. */
  const planned = (equity: string, traded: number) => {
    const metaorder = extendMetaorder(NO_METAORDER, { weight: traded / Number(equity), at: T0 }, impact.decay)
    const model = takerCosts(plain)
    const execution = model.execution.map((each) => ({ ...each, fixed: decimal('0.1') }))
    const column = (x: number): Float64Array => new Float64Array(2).fill(x)
    const terms = unwrap(
      makeCostTerms({
        ...model,
        execution,
        impact,
        universe: plain,
        metaorders: [metaorder, metaorder],
        market: {
          asOf: T0,
          price: [decimal('100'), decimal('100')],
          priceAgeMs: column(0),
          stale: new Uint8Array(2),
          rate: plain.currencies.map(() => decimal('1')),
          volumePerDay: column(1e6),
          depth: column(Number.NaN),
        },
        vol: Float64Array.of(0.6),
        equity: decimal(equity),
      }),
    )
    const quantity = decimal('50')
    return orderCost(terms, {
      index: 0,
      instrument: plain.instruments[0]!,
      quantity,
      price: decimal('100'),
      rate: decimal('1'),
    })
  }

  test('[VENUE-8] a plan counts for a trade what the venue takes, and the fee is of the price that is paid', () => {
    const first = trades([order('buy 50 BTC-PERP')])[0]!
    const plan = planned('1000000', 0)
    expect(relativeGap(toNumber(first.spread), toNumber(plan.spread))).toBeLessThan(1e-15)
    expect(relativeGap(toNumber(first.impact), toNumber(plan.impact))).toBeLessThan(1e-14)
    const slipped = toNumber(add(first.spread, first.impact))
    expect(relativeGap(toNumber(first.fee), toNumber(plan.fee) + toNumber(plan.fixed) + 0.0005 * slipped)).toBeLessThan(
      1e-15,
    )
  })

  test('[VENUE-8] slices cost what their block costs, each side alone, and a pause lets impact decay', () => {
    const sliced = trades([order('buy 50 BTC-PERP', T0, 'a'), order('buy 50 BTC-PERP', T0 + HOUR, 'b')])
    const block = trades([order('buy 100 BTC-PERP')])[0]!
    expect(relativeGap(toNumber(add(sliced[0]!.impact, sliced[1]!.impact)), toNumber(block.impact))).toBeLessThan(1e-14)
    expect(relativeGap(toNumber(sliced[1]!.impact), toNumber(planned('1000000', 5000).impact))).toBeLessThan(1e-13)
    const other = trades([order('buy 50 BTC-PERP', T0, 'a'), order('sell 50 BTC-PERP', T0, 'b')])
    expect(parts(other[1]!)[2]).toBe(parts(other[0]!)[2])
    const late = trades([order('buy 50 BTC-PERP', T0, 'a'), order('buy 50 BTC-PERP', T0 + 1000 * HOUR, 'b')])
    expect(relativeGap(toNumber(late[1]!.impact), toNumber(late[0]!.impact))).toBeLessThan(1e-9)
  })

  test('[VENUE-7] what impact cannot be counted for, or would take the whole price, is rejected', () => {
    const unknown = [...started.slice(0, 1), quoted(T0, { mid: 100, volumePerDay: Number.NaN })]
    expect(linesOf(tell(termsOf({ impact }), [...unknown, order('buy 1 BTC-PERP')])).at(-1)).toBe(
      'buy 1 BTC-PERP: rejected 0 (volume per day of BTC-PERP must be known for its impact, was missing)',
    )
    const thin = [deposit('1000000 USDT'), quoted(T0, { mid: 100, volumePerDay: 1, vol: 5 })]
    expect(linesOf(tell(termsOf({ impact }), [...thin, order('sell 1 BTC-PERP')])).at(-1)).toBe(
      'sell 1 BTC-PERP: rejected 0 (price of 1 BTC-PERP must be above 0, was used up by its impact)',
    )
  })

  test('[VENUE-7] the order fee comes once, with the first fill', () => {
    const terms = termsOf({ orderFee: decimal('0.25') })
    expect(
      said(
        [order('buy 2 BTC-PERP'), order('buy 2 BTC-PERP at 99'), ranged(T0, [98, 100, 10]), ranged(T0, [98, 100, 90])],
        terms,
      ),
    ).toEqual([
      'buy 2 BTC-PERP @ 100.01 fee 0.10001 USDT fee 0.25 USDT',
      'buy 2 BTC-PERP: filled 2',
      'buy 2 BTC-PERP at 99: open 0',
      'buy 1 BTC-PERP @ 99 fee 0.0198 USDT fee 0.25 USDT',
      'buy 1 BTC-PERP @ 99 fee 0.0198 USDT',
      'buy 2 BTC-PERP at 99: filled 2',
    ])
  })
})

describe('orders that rest', () => {
  const touchy = termsOf({ resting: { participation: share(50), touch: share(10) } })

  test.each([
    // limit, low, high, volume → filled
    ['buy 4 BTC-PERP at 99', 99.01, 101, 100, '0'],
    ['buy 4 BTC-PERP at 99', 99, 101, 20, '2'],
    ['buy 4 BTC-PERP at 99', 98.995, 101, 20, '2'],
    ['buy 4 BTC-PERP at 99', 98.99, 101, 6, '3'],
    ['buy 4 BTC-PERP at 99', 98.99, 101, 100, '4'],
    ['buy 4 BTC-PERP at 99', 98.99, 101, 0, '0'],
    ['buy 4 BTC-PERP at 99', Number.NaN, Number.NaN, Number.NaN, '0'],
    ['sell 4 BTC-PERP at 101', 99, 101.01, 6, '3'],
    ['sell 4 BTC-PERP at 101', 99, 101, 20, '2'],
    ['sell 4 BTC-PERP at 101', 99, 100.99, 100, '0'],
    // Without a tick any price past the limit is through it.
    ['buy 4 BTC-COIN at 99', 98.999_999, 101, 6, '3'],
    ['buy 4 BTC-COIN at 99', 99, 101, 30, '3'],
  ])('[VENUE-9] %s in a range of %d to %d with volume %d fills %s at its limit', (text, low, high, volume, filled) => {
    const story = tell(touchy, [...started, order(text), ranged(T0 + HOUR, [low, high, volume])])
    const sum = story.fills.reduce((total, { quantity }) => add(total, quantity), decimal('0'))
    expect(toText(sum).replace('-', '')).toBe(filled)
    for (const { price, mid } of story.fills)
      expect([price, mid].map(toText)).toEqual([text.split(' at ')[1], text.split(' at ')[1]])
  })

  test('[VENUE-9] price before time, and what one order takes of the volume the next ones do not have', () => {
    const orders = ['buy 2 BTC-PERP at 98', 'buy 3 BTC-PERP at 99', 'buy 2 BTC-PERP at 99']
    expect(said([...orders.map((text) => order(text)), ranged(T0, [97, 100, 8])], touchy)).toEqual([
      ...orders.map((text) => `${text}: open 0`),
      'buy 3 BTC-PERP @ 99 fee 0.0594 USDT',
      'buy 3 BTC-PERP at 99: filled 3',
      'buy 1 BTC-PERP @ 99 fee 0.0198 USDT',
    ])
  })

  test('[VENUE-9] a limit that is within the price takes at once, and quotes alone fill nothing that rests', () => {
    expect(said([order('buy 2 BTC-PERP at 100.01'), order('buy 2 BTC-PERP at 100'), quoted(T0, { mid: 90 })])).toEqual([
      'buy 2 BTC-PERP @ 100.01 fee 0.10001 USDT',
      'buy 2 BTC-PERP at 100.01: filled 2',
      'buy 2 BTC-PERP at 100: open 0',
    ])
  })

  test('[VENUE-9] with impact an order takes until its last unit is at the limit and rests with what is left', () => {
    const impact = { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR, decayMs: HOUR } }
    const inputs = [
      ...started.slice(0, 2),
      quoted(T0, { mid: 100, volumePerDay: 1e6, vol: 0.6 }),
      order('buy 100 BTC-PERP at 100.1'),
    ]
    const { fills, venue } = tell(termsOf({ impact }), inputs)
    // Half a spread of 0.005 and Yσ_day√(q·100/1e6)·100 of impact at the end: 0.095 at q.
    const sigma = 0.6 / Math.sqrt(365)
    const q = ((0.1 - 0.005) / (100 * sigma)) ** 2 * 1e4
    expect(toNumber(fills[0]!.quantity)).toBe(Math.floor(q * 1000) / 1000)
    expect(toNumber(fills[0]!.price)).toBe(Math.ceil((100.005 + (2 / 3) * 0.095) * 100) / 100)
    expect(venue.orders.map(({ filled }) => filled)).toEqual([fills[0]!.quantity])
  })

  test('[VENUE-9] what may only reduce takes and fills no more than is held', () => {
    const held = [order('buy 3 BTC-PERP')]
    const lines = said([...held, order('sell 5 BTC-PERP reduce')])
    expect(lines.slice(2)).toEqual([
      'sell 3 BTC-PERP @ 99.99 fee 0.149985 USDT',
      'sell 5 BTC-PERP reduce: canceled 3 (nothing is left to reduce)',
    ])
    const resting = said([
      ...held,
      order('sell 5 BTC-PERP at 102 reduce'),
      order('sell 2 BTC-PERP'),
      ranged(T0, [100, 103, 100]),
      ranged(T0, [100, 103, 100]),
    ])
    expect(resting.slice(5)).toEqual([
      'sell 1 BTC-PERP @ 102 fee 0.0204 USDT',
      'sell 5 BTC-PERP at 102 reduce: canceled 1 (nothing is left to reduce)',
    ])
  })

  test('[VENUE-10] an id that comes again is answered with what became of it and places nothing', () => {
    const inputs = [
      order('buy 2 BTC-PERP', T0, 'a'),
      order('buy 9 BTC-PERP', T0, 'a'),
      order('buy 1 BTC-PERP at 90', T0, 'b'),
    ]
    const again: VenueInput[] = [
      order('buy 1 BTC-PERP at 90', T0, 'b'),
      { kind: 'query', at: T0, id: 'b' },
      { kind: 'cancel', at: T0, id: 'b' },
      { kind: 'cancel', at: T0, id: 'b' },
      order('buy 1 BTC-PERP', T0, 'b'),
      { kind: 'query', at: T0, id: 'c' },
      { kind: 'cancel', at: T0, id: 'c' },
    ]
    expect(said([...inputs, ...again]).slice(1)).toEqual([
      'a: filled 2',
      'a: filled 2',
      'b: open 0',
      'b: open 0',
      'b: open 0',
      'b: canceled 0',
      'b: canceled 0',
      'b: canceled 0',
      'c: absent',
      'c: absent',
    ])
  })
})

describe('orders that are rejected', () => {
  const grid = {
    lot: decimal('0.001'),
    quantityMin: decimal('0.01'),
    notionalMin: { amount: decimal('5'), currency: 'USDT' },
  }
  const strict = termsOf({
    universe: universeOf([
      { ...SPOT, grid: { ...SPOT.grid, ...grid } },
      { ...PERP, grid: { ...PERP.grid, ...grid } },
      { ...COIN, fee: { ...COIN.fee, maker: null } },
    ]),
  })
  test.each([
    ['buy 1 ETH-PERP', 'instrument must be one of this venue, was "ETH-PERP"'],
    ['buy 1.0005 BTC-PERP', 'quantity must be whole lots of 0.001, or all that is held, was 1.0005'],
    ['buy 0 BTC-PERP', 'quantity must be above 0, was 0'],
    ['buy 0.009 BTC-PERP', 'quantity must be at least 0.01, was 0.009'],
    ['buy 0.049 BTC-PERP', 'notional must be at least 5 USDT, was 4.9'],
    ['buy 0.1 BTC-PERP at 49', 'notional must be at least 5 USDT, was 4.9'],
    ['buy 1 BTC-PERP at 99.995', 'price must be whole ticks of 0.01, was 99.995'],
    ['buy 1 BTC-PERP at 0', 'price must be above 0, was 0'],
    ['buy 1 BTC-COIN at 99', 'maker fee of BTC-COIN must be known for an order that may rest, was missing'],
    ['sell 1 BTC-USDT', 'BTC-USDT that is sold must be held, was 1 with 0 free'],
    ['buy 1000 BTC-USDT', 'USDT must be at least 100060.005 to buy 1000 BTC-USDT, fees included, was 100000'],
    ['buy 1 BTC-PERP reduce', 'an order that may only reduce must be against what is held, was a buy with 0 held'],
    ['buy 20000 BTC-PERP', 'collateral must be at least 200,000.00 USDT to open with, was 99,799.90'],
  ])('[VENUE-11] %s: %s', (text, reason) => {
    expect(said([order(text)], strict)).toEqual([`${text}: rejected 0 (${reason})`])
  })

  test('[VENUE-11] what is held may be closed exactly, off the lots', () => {
    const lines = said([holding('0.0123456789 BTC-USDT at 100'), order('sell 0.0123456789 BTC-USDT')], termsOf())
    expect(lines.at(-1)).toBe('sell 0.0123456789 BTC-USDT: filled 0.0123456789')
  })

  test('[VENUE-11] open orders count: coins and money they would take are not free, and each side of margin alone', () => {
    const open = [order('buy 600 BTC-USDT at 99'), order('buy 600 BTC-USDT at 98')]
    expect(said(open).at(-1)).toMatch(/^buy 600 BTC-USDT at 98: rejected 0 \(USDT must be at least 58829.4 to buy/)
    const coins = [holding('2 BTC-USDT at 100'), order('sell 2 BTC-USDT at 110'), order('sell 1 BTC-USDT')]
    expect(said(coins).at(-1)).toBe(
      'sell 1 BTC-USDT: rejected 0 (BTC-USDT that is sold must be held, was 1 with 0 free)',
    )
    const both = ['buy 9000 BTC-PERP at 99', 'sell 9000 BTC-PERP at 101', 'buy 9000 BTC-PERP at 98'].map((text) =>
      order(text),
    )
    expect(said(both).map((line) => line.split(' (')[0])).toEqual([
      'buy 9000 BTC-PERP at 99: open 0',
      'sell 9000 BTC-PERP at 101: open 0',
      'buy 9000 BTC-PERP at 98: rejected 0',
    ])
  })

  test('[VENUE-11] what cannot be borne any more when it is to be filled is cancelled', () => {
    const lines = said([
      order('buy 900 BTC-USDT at 99'),
      deposit('-10000 USDT', T0 + 1),
      deposit('100 BTC', T0 + 1),
      order('buy 800 BTC-PERP', T0 + 1),
      { kind: 'funding', at: T0 + 2, instrument: 1, rate: decimal('0.2'), mark: decimal('100') },
      ranged(T0 + 3, [98, 100, 1e6]),
    ])
    expect(lines.at(-1)).toMatch(/^buy 900 BTC-USDT at 99: canceled 0 \(USDT must be at least 89144.55/)
  })

  test('[VENUE-11] nothing trades before a quote, without a price, or after its end', () => {
    const unquoted = linesOf(tell(termsOf(), [deposit('100 USDT'), order('buy 0.1 BTC-PERP')]))
    expect(unquoted[1]).toBe(
      'buy 0.1 BTC-PERP: rejected 0 (BTC-PERP must be trading, was without a price, a mark or a rate)',
    )
    expect(said([quoted(T0, { mid: Number.NaN }), order('buy 1 BTC-PERP')])[0]).toMatch(/must be trading/)
    const ended: VenueInput = { kind: 'ended', at: T0, instrument: 1, price: decimal('90') }
    expect(said([ended, order('buy 1 BTC-PERP')])[0]).toBe(
      'buy 1 BTC-PERP: rejected 0 (BTC-PERP must still be listed, was ended)',
    )
  })
})
