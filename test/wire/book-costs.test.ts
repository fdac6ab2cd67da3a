import { describe, expect, test } from 'vitest'
import { toText } from '../../src/core/base/decimal.ts'
import { ratioToNumber } from '../../src/core/base/ratio.ts'
import { instrumentIndex } from '../../src/core/domain/universe.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { draftBook, finishBook, NOTHING_LOADED, planInputs, readBook } from '../../src/wire/book.ts'
import { bookOf, FULL, issuesOf } from './books.ts'

const HOUR_MS = 3_600_000
const COSTS = `costs:
  makerShare: { BTC: 50% }
  orderFee: { BTC: 0.10 USDT, SOL: 0.25 USD }
  impact: { scale: 0.8, exponent: 0.6, join: 1h, decay: 1d }
  traded: { SOL: { buy: 5%, at: 2026-02-28T23:00:00Z } }
  horizon: 7d
  carry:
    BTC: { borrow: 4% }
    ETH-PERP: { funding: 1bp, every: 8h, at: 2026-03-01T00:00:00Z, mean: 0.5bp, halfLife: 1d, cap: 75bp }
    BTC-INV: { basis: 1.2%, roll: { basis: 8%, cost: 10bp, life: 90d } }
`
/** The option has no volume of its own in the full book. */
const BOOK = FULL.replace('SOL: 1e6 USD }', 'SOL: 1e6 USD, BTC-CALL: 1e6 USD }')
const withCosts = (costs: string): string => BOOK.replace('instruments:\n', `${costs}instruments:\n`)

describe('the costs section', () => {
  test('[BOOK-40] every key reads to the digit, per instrument; money in another currency is rounded up', () => {
    const book = bookOf(withCosts(COSTS))
    const { costs, terms } = book
    const at = (id: string): number => instrumentIndex(terms.universe, id)
    const executed = (id: string) => [
      ratioToNumber(costs.execution[at(id)]!.makerShare),
      toText(costs.execution[at(id)]!.fixed),
    ]
    expect(executed('BTC')).toEqual([0.5, '0.09998'])
    expect(executed('SOL')).toEqual([0, '0.25'])
    expect(executed('ETH-PERP')).toEqual([0, '0'])
    expect(costs.impact).toEqual({
      law: { scale: 0.8, exponent: 0.6 },
      decay: { joinMs: HOUR_MS, decayMs: 24 * HOUR_MS },
    })
    expect(costs.metaorders[at('SOL')]).toEqual({ buy: { weight: 0.05, at: Date.UTC(2026, 1, 28, 23) }, sell: null })
    expect(costs.horizonMs).toBe(7 * 24 * HOUR_MS)
    expect(costs.carry[at('BTC')]).toEqual({ kind: 'spot', borrowPerYear: 0.04 })
    expect(costs.carry[at('ETH-PERP')]).toEqual({
      kind: 'perp',
      funding: {
        intervalMs: 8 * HOUR_MS,
        anchor: Date.UTC(2026, 2, 1),
        next: 0.0001,
        reversion: { mean: 0.00005, halfLifeMs: 24 * HOUR_MS },
        cap: 0.0075,
      },
    })
    expect(costs.carry[at('BTC-INV')]).toEqual({
      kind: 'future',
      expiry: Date.UTC(2026, 5, 26, 8),
      basis: 0.012,
      roll: { basisPerYear: 0.08, cost: 0.001, lifeMs: 90 * 24 * HOUR_MS },
    })
    expect(costs.carry[at('SOL')]).toEqual({ kind: 'none' })
  })

  test('[BOOK-40] what is not stated is not counted: without the section fee and half spread are all there is', () => {
    const { costs } = bookOf(BOOK)
    expect(costs.impact).toBeNull()
    expect(costs.horizonMs).toBe(0)
    expect(costs.execution.every(({ makerShare, fixed }) => makerShare.n === 0n && fixed === 0n)).toBe(true)
    expect(costs.carry.every(({ kind }) => kind === 'none')).toBe(true)
  })

  test('[BOOK-40] one maker share and one order fee may be for all', () => {
    const one = BOOK.replaceAll('fee: 5bp', 'fee: { taker: 5bp, maker: 1bp }').replace(
      'fee: 3bp',
      'fee: { taker: 3bp, maker: 1bp }',
    )
    const { costs } = bookOf(
      one.replace('instruments:\n', 'costs: { makerShare: 25%, orderFee: 1 USD }\ninstruments:\n'),
    )
    expect(costs.execution.map(({ makerShare, fixed }) => [ratioToNumber(makerShare), toText(fixed)])).toEqual(
      costs.execution.map(() => [0.25, '1']),
    )
  })

  test('[BOOK-40] a plan counts them', () => {
    const bare = bookOf(BOOK.replace('reduceOnly: [SOL]', 'reduceOnly: []').replace('markAgeMax: 1m', 'markAgeMax: 1h'))
    const book = bookOf(
      withCosts(COSTS).replace('reduceOnly: [SOL]', 'reduceOnly: []').replace('markAgeMax: 1m', 'markAgeMax: 1h'),
    )
    const legOf = (each: typeof book) => {
      const planned = plan(planInputs(each, { kind: 'full' }))
      if (!planned.ok) throw new Error(JSON.stringify(planned.error))
      return planned.value.legs.find(({ instrument }) => instrument === 'SOL')!
    }
    expect(toText(legOf(book).cost.fixed)).toBe('0.25')
    expect(legOf(book).cost.impact).toBeGreaterThan(0n)
    expect(legOf(bare).cost.impact + legOf(bare).cost.fixed).toBe(0n)
  })

  test('[BOOK-41] what cannot be counted is refused where it stands', () => {
    const codes = (costs: string, book = BOOK): string[] =>
      issuesOf(book.replace('instruments:\n', `${costs}\ninstruments:\n`)).map((line) => line.split(': ')[0]!)
    const first = (costs: string, book = BOOK): string =>
      issuesOf(book.replace('instruments:\n', `${costs}\ninstruments:\n`)).join('\n')
    expect(first('costs: { carry: { BTC: { borrow: 4% } } }')).toContain('costs.horizon')
    expect(first('costs: { horizon: 7d, carry: { ETH-PERP: { funding: 1bp, at: 2026-03-01T00:00:00Z } } }')).toContain(
      'not always 8h',
    )
    expect(first('costs: { horizon: 7d, carry: { BTC: { funding: 1bp } } }')).toContain(
      'must be one of borrow for a spot',
    )
    expect(first('costs: { makerShare: { SOL: 50% } }')).toContain('maker fee of SOL must be known')
    expect(first('costs: { makerShare: { BTC: 150% } }')).toContain('must be from 0 to 1')
    expect(first('costs: { impact: { scale: 1, exponent: 1.5, join: 1h, decay: 1d } }')).toContain('at most 1')
    expect(first('costs: { impact: { scale: 1, exponent: 0.5, join: 1h, decay: 1d } }', FULL)).toContain(
      'under costs.impact',
    )
    expect(codes('costs: { orderFee: { NOPE: 1 USD } }')).toHaveLength(1)
  })

  test('[BOOK-42] an order book and a pool stand for spread and impact, in the book currency', () => {
    const text = BOOK.replace(
      '  volumes:',
      '  pools: { SOL: { base: 50000, quote: 8000000, fee: 30bp } }\n  books: { ETH-PERP: e.json }\n  volumes:',
    )
    const drafted = draftBook(text)
    if (!drafted.ok) throw new Error(JSON.stringify(drafted.error))
    expect(drafted.value.needs.books.map(({ instrument, path }) => [instrument, path])).toEqual([
      ['ETH-PERP', 'e.json'],
    ])
    const levels = {
      bids: [{ price: 3199, quantity: 10 }],
      asks: [
        { price: 3201, quantity: 10 },
        { price: 3204, quantity: 20 },
      ],
    }
    const finished = finishBook(drafted.value, { ...NOTHING_LOADED, books: new Map([['ETH-PERP', levels]]) })
    if (!finished.ok) throw new Error(JSON.stringify(finished.error))
    const { market, terms } = finished.value
    const of = (id: string) => market.liquidity![instrumentIndex(terms.universe, id)]!
    // 10 contracts of 0.1 at a mid of 3200 USDT, each 0.9998 USD.
    expect([...of('ETH-PERP').buy.reach].map((each) => each.toFixed(2))).toEqual(['3199.36', '9598.08'])
    expect([...of('ETH-PERP').buy.slippage]).toEqual([1 / 3200, 4 / 3200])
    const { buy, sell } = of('SOL')
    expect(buy.reach.at(-1)).toBeCloseTo(4_000_000, 3)
    expect(buy.slippage[0]).toBeGreaterThan(0.003)
    expect(buy.slippage[0]).toBeLessThan(0.006)
    expect(sell.slippage[0]).toBeGreaterThan(0.003)
    expect(market.liquidity![instrumentIndex(terms.universe, 'BTC')]).toBeNull()
    const asText = readBook(text)
    expect(asText.ok ? [] : asText.error.map(({ path }) => path)).toContain('market.books.ETH-PERP')
  })
})
