import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { ratioOf, ratioToDecimal, ratioToNumber } from '../../../src/core/base/ratio.ts'
import { computeCurvature, proportionalCosts } from '../../../src/core/sizing/curvature.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { type QuoteRequest, type Quotes, quotes } from '../../../src/core/sizing/quotes.ts'
import { ladderSizes, type SkewedSizes, skewSizes, totalOrderSize } from '../../../src/core/sizing/quotes-skew.ts'
import { type BookTerms, goldenOne, makeInputs, r } from './book.ts'

interface Row {
  readonly case: string
  readonly base: number
  readonly quote: number
  readonly price: number
  readonly target: number
  readonly range_base: number
  readonly bid: number
  readonly ask: number
}

interface Orders {
  readonly case: string
  readonly base: number | string
  readonly quote: number | string
  readonly mid_price: number
  readonly target: number
  readonly levels?: number
  readonly range_base: string
  readonly expect?: readonly { readonly side: 'buy' | 'sell'; readonly size: string }[]
  readonly expect_first?: readonly { readonly side: 'buy' | 'sell'; readonly size: string }[]
  readonly expect_last?: readonly { readonly side: 'buy' | 'sell'; readonly size: string }[]
}

interface Published {
  readonly calculator: readonly Row[]
  readonly pure_market_making_orders: readonly Orders[]
  readonly total_order_size: readonly { start: string; step: string; levels: number; total: string }[]
}

const FILE = fileURLToPath(
  new URL('../../../../shared/reference/engines/hummingbot_inventory_skew.json', import.meta.url),
)
const present = existsSync(FILE)
if (!present && process.env.CI !== undefined)
  throw new Error('reference data ../shared must be there in CI, was absent')
const published: Published = present
  ? JSON.parse(readFileSync(FILE, 'utf8'))
  : { calculator: [], pure_market_making_orders: [], total_order_size: [] }

const number = (x: number | string): ReturnType<typeof decimal> => decimal(String(x))

function skewOf(terms: { base: string; quote: string; price: string; target: string; range: string }): SkewedSizes {
  const answer = skewSizes({
    base: decimal(terms.base),
    quote: decimal(terms.quote),
    price: decimal(terms.price),
    target: decimal(terms.target),
    range: decimal(terms.range),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

/** A book of one coin at a price and money. */
const coinBook = (
  terms: { base: string; quote: string; price: string; target: string },
  changes: Partial<BookTerms> = {},
): PlanInputs =>
  makeInputs({
    spot: { COIN: { price: terms.price, lot: '0.000000000001' } },
    cash: { USD: terms.quote },
    held: { COIN: terms.base },
    targets: { COIN: terms.target },
    vols: { COIN: 0.5 },
    policy: { kind: 'full' },
    ...changes,
  })

function quoted(inputs: PlanInputs, request: QuoteRequest): Quotes {
  const answer = quotes(inputs, request)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

const LINEAR = { kind: 'linear' } as const
const quantity = (text: string) => ({ kind: 'quantity', quantity: decimal(text) }) as const
const texts = ({ buy, sell }: Quotes): (readonly string[])[] => [buy.quantity.map(toText), sell.quantity.map(toText)]

describe.skipIf(!present)('published inventory skew (skipped where ../shared is absent)', () => {
  test('[QUOTE-1] all ten published rows of the inventory skew', () => {
    expect(published.calculator).toHaveLength(10)
    for (const row of published.calculator) {
      const answer = skewSizes({
        base: number(row.base),
        quote: number(row.quote),
        price: number(row.price),
        target: number(row.target),
        range: number(row.range_base),
      })
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      const { buy, sell, because } = answer.value
      expect([row.case, Math.abs(ratioToNumber(buy) - row.bid) < 1e-7]).toEqual([row.case, true])
      expect([row.case, Math.abs(ratioToNumber(sell) - row.ask) < 1e-7]).toEqual([row.case, true])
      expect(because).toBe(
        row.case === 'empty_portfolio' ? 'emptyBook' : row.case === 'zero_range' ? 'zeroRange' : null,
      )
    }
  })

  test('[QUOTE-2] the same rows out of a book, through the whole path', () => {
    for (const row of published.calculator) {
      const inputs = coinBook(
        {
          base: String(row.base),
          quote: String(row.quote),
          price: String(row.price),
          target: String(row.target),
        },
        { limits: { cashMin: r('-1000') } },
      )
      const request: QuoteRequest = {
        instrument: 'COIN',
        base: quantity('1'),
        curve: LINEAR,
        gauge: { unit: 'range', range: quantity(String(row.range_base)) },
      }
      const answer = quotes(inputs, request)
      if (row.case === 'empty_portfolio') {
        expect(answer.ok ? 'answered' : answer.error[0]!.code).toBe('equity.not-positive')
        continue
      }
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      expect(Math.abs(toNumber(answer.value.buy.multiple) - row.bid)).toBeLessThan(1e-7)
      expect(Math.abs(toNumber(answer.value.sell.multiple) - row.ask)).toBeLessThan(1e-7)
      expect(answer.value.because).toBe(row.case === 'zero_range' ? 'zeroRange' : null)
    }
  })

  test('[QUOTE-3] the published orders, one level and five, after the exact decimal correction', () => {
    // Published sizes are cut to six digits from a binary float: 0.651349 for 0.65135 and 1.95404 for 1.95405.
    const exact: Readonly<Record<string, string>> = { '0.651349': '0.65135', '1.95404': '1.95405' }
    expect(published.pure_market_making_orders).toHaveLength(4)
    for (const row of published.pure_market_making_orders) {
      const five = row.case.startsWith('five')
      const terms = {
        base: String(row.base),
        quote: String(row.quote),
        price: String(row.mid_price),
        target: String(row.target),
      }
      const answer = quoted(coinBook(terms), {
        instrument: 'COIN',
        base: quantity('1'),
        curve: LINEAR,
        gauge: { unit: 'range', range: quantity(row.range_base) },
        ladder: { levels: five ? 5 : 1, step: decimal(five ? '0.5' : '0') },
      })
      const expected = (rows: Orders['expect'], level: number): void => {
        for (const { side, size } of rows ?? [])
          expect([row.case, toText(answer[side].quantity[level]!)]).toEqual([row.case, exact[size] ?? size])
      }
      expected(row.expect, 0)
      expected(row.expect_first, 0)
      expected(row.expect_last, 4)
    }
  })

  test('[QUOTE-4] total order sizes, which ranges are multiples of', () => {
    expect(published.total_order_size).toHaveLength(2)
    for (const { start, step, levels, total } of published.total_order_size) {
      const size = totalOrderSize(ratioOf(decimal(start)), { levels, step: decimal(step) })
      expect(toText(ratioToDecimal(size, 'down'))).toBe(total)
    }
  })
})

describe('exact skew', () => {
  const PMM = { base: '498.5', quote: '5151.5', price: '100', target: '0.9' }

  test('[QUOTE-5] exact decimals: 0.65135 and 1.34865, not 0.651349', () => {
    const { buy, sell } = skewOf({ ...PMM, range: '10' })
    expect([toText(ratioToDecimal(buy, 'down')), toText(ratioToDecimal(sell, 'down'))]).toEqual(['0.65135', '1.34865'])
    const answer = quoted(coinBook(PMM), {
      instrument: 'COIN',
      base: quantity('1'),
      curve: LINEAR,
      gauge: { unit: 'range', range: { kind: 'orders', multiple: r('5') } },
    })
    expect(texts(answer)).toEqual([['0.65135'], ['1.34865']])
    expect([toText(answer.buy.multiple), toText(answer.sell.multiple)]).toEqual(['0.65135', '1.34865'])
    expect(answer.u).toBe(0.34865)
  })

  test('[QUOTE-6] buy and sell are 1 − u and 1 + u within [0, 2]; quotes of a book and of an inventory agree', () => {
    const amount = (max: number): fc.Arbitrary<string> => fc.integer({ min: 1, max }).map((each) => String(each / 100))
    fc.assert(
      fc.property(
        amount(1e6),
        amount(1e6),
        amount(1e4),
        fc.integer({ min: 0, max: 100 }),
        amount(1e6),
        (base, quote, price, tau, range) => {
          const target = String(tau / 100)
          const skew = skewOf({ base, quote, price, target, range })
          const [buy, sell] = [ratioToNumber(skew.buy), ratioToNumber(skew.sell)]
          expect(buy + sell).toBeCloseTo(2, 12)
          expect(Math.min(buy, sell)).toBeGreaterThanOrEqual(0)
          // The published rule, in floats.
          const value = Number(base) * Number(price)
          const total = value + Number(quote)
          const width = Math.min(Number(range) * Number(price), total / 2)
          const middle = (tau / 100) * total
          const low = Math.max(middle - width, 0)
          const clamp = (x: number): number => Math.min(2, Math.max(0, x))
          const rule = value < middle ? 2 - (value - low) / (middle - low) : 1 - (value - middle) / width
          expect(buy).toBeCloseTo(clamp(rule), 9)
          const inputs = coinBook({ base, quote, price, target }, { limits: { cashMin: r('-1000') } })
          const answer = quoted(inputs, {
            instrument: 'COIN',
            base: quantity('1'),
            curve: LINEAR,
            gauge: { unit: 'range', range: quantity(range) },
          })
          expect(answer.buy.multiple).toBe(ratioToDecimal(skew.buy, 'down'))
          expect(answer.sell.multiple).toBe(ratioToDecimal(skew.sell, 'down'))
        },
      ),
      { seed: 6, numRuns: 200 },
    )
  })

  test('[QUOTE-7] zero range or empty book: both sides 0, with the reason', () => {
    const zero = skewOf({ ...PMM, range: '0' })
    expect([zero.buy.n, zero.sell.n, zero.because]).toEqual([0n, 0n, 'zeroRange'])
    const empty = skewOf({ ...PMM, base: '0', quote: '0', range: '10' })
    expect([empty.buy.n, empty.sell.n, empty.because]).toEqual([0n, 0n, 'emptyBook'])
    const answer = quoted(coinBook(PMM), {
      instrument: 'COIN',
      base: quantity('1'),
      curve: LINEAR,
      gauge: { unit: 'weight', width: r('0') },
    })
    expect([texts(answer), answer.because]).toEqual([[['0'], ['0']], 'zeroRange'])
  })

  test('[QUOTE-8] the lower edge is at max(target − h, 0): a quarter of a small target short is u = −¾ of it, not of h', () => {
    const { buy, sell } = skewOf({ base: '1', quote: '96', price: '1', target: '0.04', range: '20' })
    // 1 of 97 held, 3.88 wanted: u = −(3.88 − 1)/3.88.
    expect(ratioToNumber(buy)).toBeCloseTo(1 + 2.88 / 3.88, 12)
    expect(ratioToNumber(sell)).toBeCloseTo(1 - 2.88 / 3.88, 12)
    const short = coinBook(
      { base: '1', quote: '96', price: '1', target: '0.04' },
      { spot: { COIN: { price: '1', short: true } } },
    )
    const request = {
      instrument: 'COIN',
      base: quantity('1'),
      curve: LINEAR,
      gauge: { unit: 'range', range: quantity('20') },
    } as const
    expect(quoted(short, request).u).toBeCloseTo(-2.88 / 20, 12)
  })

  test.each([
    ['quotes.price', { price: '0' }],
    ['quotes.price', { price: '-1' }],
    ['quotes.negative', { base: '-1' }],
    ['quotes.negative', { quote: '-1' }],
    ['quotes.negative', { range: '-1' }],
    ['quotes.target', { target: '35' }],
  ])('[QUOTE-9] an inventory that is none is refused: %s', (code, change) => {
    const terms = { ...PMM, range: '10', ...change }
    const answer = skewSizes({
      base: decimal(terms.base),
      quote: decimal(terms.quote),
      price: decimal(terms.price),
      target: decimal(terms.target),
      range: decimal(terms.range),
    })
    expect(answer.ok ? 'answered' : answer.error.map((each) => each.code)).toEqual([code])
  })
})

describe('quotes of a book', () => {
  const GOLDEN = goldenOne({ kind: 'full' }, { cash: { USD: '10000' } })
  const request: QuoteRequest = {
    instrument: 'ETH',
    base: quantity('1'),
    curve: LINEAR,
    gauge: { unit: 'weight', width: r('0.25') },
  }

  test('[QUOTE-10] every curve and unit: buy at g(+u), sell at g(−u)', () => {
    const { risk, mandate } = GOLDEN
    const computed = computeCurvature({
      n: 3,
      covariance: risk.covariance,
      target: Float64Array.of(0.5, 0.3, 0.1),
      cost: proportionalCosts(new Float64Array(3).fill(6e-4)),
      aversion: 0.01,
      interval: 1 / 8760,
    })
    if (!computed.ok) throw new Error(JSON.stringify(computed.error))
    expect(mandate.universe.underlyings).toEqual(['BTC', 'ETH', 'SOL'])
    const u = -0.4
    const shapes = {
      linear: (v: number) => 1 - v,
      exponential: (v: number) => Math.exp(-v),
      logistic: (v: number) => 2 / (1 + Math.exp(v)),
    }
    for (const [kind, shape] of Object.entries(shapes)) {
      const { buy, sell } = quoted(GOLDEN, { ...request, curve: { kind: kind as 'linear' } })
      expect(toNumber(buy.multiple)).toBeCloseTo(shape(u), 12)
      expect(toNumber(sell.multiple)).toBeCloseTo(shape(-u), 12)
    }
    const inRisk = quoted(GOLDEN, { ...request, gauge: { unit: 'risk', curvature: computed.value } })
    expect(toNumber(inRisk.buy.multiple)).toBeCloseTo(Math.min(2, 1 - inRisk.u!), 12)
    expect(toNumber(inRisk.sell.multiple)).toBeCloseTo(Math.max(0, 1 + inRisk.u!), 12)
    const optimal = quoted(GOLDEN, {
      ...request,
      curve: { kind: 'optimal' },
      gauge: { unit: 'risk', curvature: computed.value },
    })
    expect(toNumber(optimal.buy.multiple)).toBeGreaterThan(1)
    expect(toNumber(optimal.sell.multiple)).toBeLessThan(1)
  })

  test('[QUOTE-11] limits hold each side back on its own, and the ladder fills from the mid price outwards', () => {
    const capped = goldenOne({ kind: 'full' }, { limits: { weightMax: [null, r('0.3'), null], cashMin: r('-1') } })
    const answer = quoted(capped, { ...request, ladder: { levels: 3, step: decimal('0.4') } })
    // Linear at u = −0.4: buys 1.4, 1.96, 2.52 wanted; 10 % of 100,000 at 3,200 leaves 3.125.
    expect(texts(answer)).toEqual([
      ['1.4', '1.725', '0'],
      ['0.6', '0.84', '1.08'],
    ])
    expect(answer.buy.because.map((each) => each.kind)).toContain('bound')
    expect(answer.buy.allowed).toBeCloseTo(0.1, 12)
    expect(answer.sell.because.map((each) => each.kind)).not.toContain('bound')
  })

  test('[QUOTE-12] the largest single order holds each level, not the side', () => {
    const capped = goldenOne({ kind: 'full' }, { limits: { orderMax: r('0.032') } })
    expect(texts(quoted(capped, { ...request, ladder: { levels: 3, step: decimal('0') } }))).toEqual([
      ['1', '1', '1'],
      ['0.6', '0.6', '0.6'],
    ])
  })

  test('[QUOTE-13] sizes are on the lot grid, never above what was wanted, and what falls below a minimum is 0', () => {
    const coarse = coinBook(
      { base: '100', quote: '100', price: '1', target: '0.5' },
      { spot: { COIN: { price: '1', lot: '3', min: '6' } } },
    )
    const at = (base: string): (readonly string[])[] =>
      texts(
        quoted(coarse, {
          instrument: 'COIN',
          base: quantity(base),
          curve: LINEAR,
          gauge: { unit: 'weight', width: r('0.1') },
        }),
      )
    expect([at('8'), at('9'), at('5.9')]).toEqual([
      [['6'], ['6']],
      [['9'], ['9']],
      [['0'], ['0']],
    ])
  })

  test('[QUOTE-14] ladder sizes grow by the step', () => {
    expect(ladderSizes(r('1'), { levels: 3, step: decimal('0.5') }).map(ratioToNumber)).toEqual([1, 1.5, 2])
  })

  test.each([
    ['quotes.levels', { ladder: { levels: 0, step: decimal('0') } }],
    ['quotes.levels', { ladder: { levels: 1.5, step: decimal('0') } }],
    ['quotes.step', { ladder: { levels: 2, step: decimal('-1') } }],
    ['quotes.range', { gauge: { unit: 'range', range: quantity('-1') } }],
    ['trade.base', { base: quantity('0') }],
    ['trade.instrument-unknown', { instrument: 'DOGE' }],
  ] as const)('[QUOTE-15] refuses with %s', (code, change) => {
    const answer = quotes(GOLDEN, { ...request, ...change })
    expect(answer.ok ? 'answered' : answer.error.map((each) => each.code)).toEqual([code])
  })
})
