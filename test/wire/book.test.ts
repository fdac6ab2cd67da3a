import { readFileSync } from 'node:fs'
import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toText, ZERO } from '../../src/core/base/decimal.ts'
import { hashOf } from '../../src/core/base/hash.ts'
import { parseInstant } from '../../src/core/base/instant.ts'
import { ratioToDecimal, ratioToNumber } from '../../src/core/base/ratio.ts'
import { instrumentIndex } from '../../src/core/domain/universe.ts'
import type { Limit } from '../../src/core/sizing/mandate.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { value } from '../../src/core/sizing/value.ts'
import { type Book, planInputs, policyMissing, withLines } from '../../src/wire/book.ts'
import { bookOf, edit, FULL, issuesOf, SMALL } from './books.ts'

const golden = readFileSync(new URL('../../examples/golden-1.yaml', import.meta.url), 'utf8')

const held = (book: Book, id: string): string =>
  toText(book.portfolio.quantity[instrumentIndex(book.terms.universe, id)]!)
const money = (book: Book, currency: string): string =>
  toText(book.portfolio.cash[book.terms.universe.currencies.indexOf(currency)]!)
const rateOf = (book: Book, currency: string): string =>
  toText(book.market.rate[book.terms.universe.currencies.indexOf(currency)]!)
const equityOf = (book: Book): string => {
  const valued = value(planInputs(book, { kind: 'full' }))
  if (!valued.ok) throw new Error(valued.error[0]!.message)
  return toText(valued.value.equity)
}

describe('the example book', () => {
  test('[BOOK-1] golden no. 1 reads to the digit', () => {
    const book = bookOf(golden)
    const { universe, target, constraints } = book.terms
    expect(universe.instruments.map((each) => each.id)).toEqual(['BTC', 'ETH', 'SOL'])
    expect(['BTC', 'ETH', 'SOL'].map((id) => held(book, id))).toEqual(['1.09375', '6.25', '0'])
    expect([money(book, 'USD'), equityOf(book)]).toEqual(['10000', '100000'])
    expect(book.market.price.map(toText)).toEqual(['64000', '3200', '160'])
    expect(target.weight).toEqual([
      { n: 1n, d: 2n },
      { n: 3n, d: 10n },
      { n: 1n, d: 10n },
    ])
    expect([constraints.grossMax, constraints.cashMin]).toEqual([
      { value: { n: 1n, d: 1n }, price: null },
      { value: { n: 0n, d: 1n }, price: null },
    ])
    expect(
      universe.instruments.map(({ grid, fee, spread }) =>
        [grid.lot, grid.notionalMin?.amount, fee.taker, spread].map((each) => toText(each ?? ZERO)),
      ),
    ).toEqual([
      ['0.00001', '5', '0.0005', '0.0002'],
      ['0.0001', '5', '0.0005', '0.0002'],
      ['0.01', '5', '0.0005', '0.0002'],
    ])
    expect(Array.from(book.risk.vol)).toEqual([0.55, 0.7, 0.95])
    expect(book.risk.covariance[1]).toBeCloseTo(0.8 * 0.55 * 0.7, 15)
    expect(book.policy).toEqual({ kind: 'riskCap', trackingErrorMax: { n: 7n, d: 100n } })
    expect(book.compare.map((each) => each.kind)).toEqual(['band', 'band', 'full', 'costAware'])
    expect(book.sizing).toMatchObject({ curve: { kind: 'optimal' }, unit: 'risk', aversion: 10, intervalMs: 3_600_000 })
    expect(book.asOf).toBe(Date.UTC(2026, 2, 1))
  })

  test('[BOOK-1] it can be planned with', () => {
    const book = bookOf(golden)
    const answer = plan(planInputs(book, book.policy!))
    expect(
      answer.ok && answer.value.legs.map((leg) => `${leg.side} ${toText(leg.quantity)} ${leg.instrument}`),
    ).toEqual(['buy 32.36 SOL'])
  })
})

describe('every key', () => {
  const book = bookOf(FULL)
  const { universe, constraints } = book.terms
  const term = (id: string) => universe.instruments[instrumentIndex(universe, id)]!

  test('[BOOK-12] terms of instruments, and what is filled in: quantityMin is the lot, quote the book currency, settle the quote or the coin', () => {
    expect(term('BTC')).toMatchObject({
      kind: 'spot',
      venue: 'kraken',
      quote: 'USD',
      settle: 'USD',
      multiplier: decimal('1'),
      short: true,
      fee: { taker: decimal('0.0005'), maker: decimal('-0.0001') },
    })
    expect(term('BTC').grid).toEqual({
      lot: decimal('0.00001'),
      quantityMin: decimal('0.0001'),
      notionalMin: { amount: decimal('5'), currency: 'USD' },
      tick: decimal('0.1'),
    })
    expect(term('ETH-PERP')).toMatchObject({
      kind: 'perp',
      contract: 'linear',
      quote: 'USDT',
      settle: 'USDT',
      multiplier: decimal('0.1'),
      fee: { taker: decimal('0.0005'), maker: null },
    })
    expect(term('ETH-PERP').grid).toEqual({ lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null })
    expect(term('BTC-INV')).toMatchObject({
      kind: 'future',
      contract: 'inverse',
      quote: 'USD',
      settle: 'BTC',
      expiry: Date.UTC(2026, 5, 26, 8),
    })
    expect(term('BTC-CALL')).toMatchObject({ kind: 'option', settle: 'BTC', strike: decimal('100000'), right: 'call' })
    expect(term('SOL')).toMatchObject({ kind: 'spot', underlying: 'SOL', short: false, venue: null })
  })

  test('[BOOK-12] holdings, orders and rates', () => {
    expect(['BTC', 'ETH-PERP', 'BTC-INV', 'SOL'].map((id) => held(book, id))).toEqual(['1.09375', '-2', '-32', '0'])
    expect(book.portfolio.entry[instrumentIndex(universe, 'ETH-PERP')]).toBe(decimal('3000'))
    expect(['USD', 'USDT', 'BTC'].map((currency) => money(book, currency))).toEqual(['10000', '5000', '0.5'])
    expect(['USD', 'USDT', 'BTC'].map((currency) => rateOf(book, currency))).toEqual(['1', '0.9998', '64000'])
    expect(book.portfolio.orders).toEqual([
      {
        id: 'a1',
        instrument: instrumentIndex(universe, 'BTC'),
        side: 'buy',
        quantity: decimal('0.01'),
        price: decimal('63000'),
        reduceOnly: false,
        replaced: false,
      },
      {
        id: 'a2',
        instrument: instrumentIndex(universe, 'SOL'),
        side: 'sell',
        quantity: decimal('1'),
        price: null,
        reduceOnly: true,
        replaced: true,
      },
    ])
  })

  test('[BOOK-12] limits, per underlying where one is named', () => {
    const asNumbers = (limits: readonly (Limit | null)[]) =>
      limits.map((each) => (each === null ? null : ratioToNumber(each.value)))
    expect(universe.underlyings).toEqual(['BTC', 'ETH', 'SOL'])
    expect(asNumbers(constraints.weightMin)).toEqual([-0.5, -0.5, -0.5])
    expect(asNumbers(constraints.weightMax)).toEqual([0.6, 0.6, 0.2])
    expect(
      asNumbers([
        constraints.grossMax,
        constraints.netMin,
        constraints.netMax,
        constraints.turnoverMax,
        constraints.cashMin,
        constraints.orderMax,
      ]),
    ).toEqual([1.5, -1, 1, 0.8, 0.01, 0.3])
    expect(constraints.participation).toEqual({
      share: { value: { n: 1n, d: 20n }, price: null },
      ofBook: null,
      horizonMs: 3_600_000,
    })
    expect([...constraints.frozen, ...constraints.reduceOnly, ...constraints.frozenInstrument]).toEqual([
      0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0,
    ])
  })

  test('[BOOK-12] what may be traded: what `trade` names, else every instrument that is no option', () => {
    const names = (indices: readonly number[]): string[] => indices.map((j) => universe.instruments[j]!.id)
    expect(book.terms.tradeable.map(names)).toEqual([['BTC', 'BTC-INV'], ['ETH-PERP'], ['SOL']])
    const free = bookOf(
      edit(FULL, [
        ['trade: { BTC: [BTC, BTC-INV], ETH: ETH-PERP }\n', ''],
        ['SOL: 1e6 USD', 'SOL: 1e6 USD'],
      ]),
    )
    expect(free.terms.tradeable.map(names)).toEqual([['BTC', 'BTC-INV'], ['ETH-PERP'], ['SOL']])
  })

  test('[BOOK-12] policies with a width per underlying, fractions in %, bp and bare', () => {
    expect(book.policy).toEqual({
      kind: 'band',
      unit: 'relative',
      width: [
        { n: 1n, d: 10n },
        { n: 3n, d: 20n },
        { n: 1n, d: 5n },
      ],
      floor: { n: 1n, d: 100n },
      to: 'target',
    })
    expect(book.compare).toEqual([
      { kind: 'proportional', rate: { n: 1n, d: 2n } },
      { kind: 'riskCap', trackingErrorMax: { n: 7n, d: 100n } },
    ])
    expect(book.sizing).toMatchObject({
      curve: { kind: 'power', steepness: 2 },
      unit: 'weight',
      multipleMax: 3,
      width: [
        { n: 1n, d: 10n },
        { n: 1n, d: 10n },
        { n: 1n, d: 10n },
      ],
    })
    expect(book.sizing!.base.get('BTC')).toEqual({ kind: 'quantity', quantity: decimal('0.05') })
    expect(book.sizing!.base.get('SOL')).toEqual({ kind: 'weight', weight: { n: 1n, d: 20n } })
  })

  test('[BOOK-13] a mark older than markAgeMax is stale, and its age is kept', () => {
    const j = instrumentIndex(universe, 'ETH-PERP')
    expect([book.market.priceAgeMs[j], book.market.stale[j], book.market.stale[0]]).toEqual([120_000, 1, 0])
    const fresh = bookOf(edit(FULL, [['markAgeMax: 1m', 'markAgeMax: 2m']]))
    expect(fresh.market.stale[j]).toBe(0)
  })

  test('[BOOK-13] volumes are in the book currency, and unknown ones are not 0', () => {
    const volume = (id: string) => book.market.volumePerDay[instrumentIndex(universe, id)]
    expect(volume('ETH-PERP')).toBeCloseTo(4e6 * 0.9998, 6)
    expect(volume('BTC-CALL')).toBeNaN()
  })

  test('[BOOK-14] sections and entries may stand in any order', () => {
    const [head, ...sections] = FULL.trimEnd().split(/\n(?=\S)/)
    const instruments = /instruments:\n((?: {2}.*\n)+)/.exec(FULL)![1]!
    const turned = `${[head, ...sections].reverse().join('\n')}\n`.replace(
      instruments,
      () => `${instruments.trimEnd().split('\n').reverse().join('\n')}\n`,
    )
    expect(turned).not.toBe(FULL)
    const one = planInputs(book, book.policy!)
    const other = bookOf(turned)
    expect(planInputs(other, other.policy!).hashes).toEqual(one.hashes)
  })

  test('[BOOK-14] hashes change with what they are of, and with nothing else', () => {
    const one = planInputs(book, book.policy!).hashes
    const renamed = bookOf(edit(FULL, [['Every key', 'Another title']]))
    const richer = bookOf(edit(FULL, [['USD: 10000', 'USD: 10000.000000000000000001']]))
    expect(planInputs(renamed, renamed.policy!).hashes).toEqual(one)
    expect(planInputs(richer, richer.policy!).hashes).toEqual({ ...one, portfolio: hashOf(richer.portfolio) })
    expect(hashOf(richer.portfolio)).not.toBe(one.portfolio)
    expect(planInputs(book, { kind: 'full' }).hashes).toMatchObject({
      portfolio: one.portfolio,
      market: one.market,
      risk: one.risk,
    })
  })
})

describe('exact numbers', () => {
  const digits = fc.bigInt({ min: 1n, max: 10n ** 30n })

  test('[BOOK-7] a quantity and a price keep every digit, up to 18 places', () => {
    fc.assert(
      fc.property(digits, fc.nat({ max: 18 }), (units, places) => {
        const text = new Decimal(units.toString()).div(new Decimal(10).pow(places)).toFixed()
        fc.pre(new Decimal(text).lt('1e24'))
        const book = bookOf(
          edit(SMALL, [
            ['ETH: 6.25', `ETH: ${text}`],
            ['ETH: 3200', `ETH: ${text}`],
          ]),
        )
        expect([held(book, 'ETH'), toText(book.market.price[1]!)]).toEqual([text, text])
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  test.each([
    ['1e-8', '0.00000001'],
    ['.5', '0.5'],
    ['0.1', '0.1'],
    ['1.000000000000000001', '1.000000000000000001'],
    ['"6.25"', '6.25'],
    ['+3', '3'],
    ['12e2', '1200'],
    ['0', '0'],
  ])('[BOOK-7] quantity %s is %s', (text, exact) => {
    expect(held(bookOf(edit(SMALL, [['ETH: 6.25', `ETH: ${text}`]])), 'ETH')).toBe(exact)
  })

  test.each([
    ['25%', '0.25'],
    ['0.25', '0.25'],
    ['10', '10'],
    ['1000%', '10'],
    ['10bp', '0.001'],
    ['-12.5 %', '-0.125'],
    ['1bps', '0.0001'],
    ['33.3333333333333333%', '0.333333333333333333'],
    ['0', '0'],
  ])('[BOOK-7] a weight of %s is %s', (text, exact) => {
    const book = bookOf(
      edit(SMALL, [
        ['ETH: 30%', `ETH: ${text}`],
        ['limits: { gross: 100% }\n', ''],
      ]),
    )
    expect(toText(ratioToDecimal(book.terms.target.weight[1]!, 'down'))).toBe(exact)
  })
})

describe('targets', () => {
  test('[BOOK-10] `rest` gets what the others leave', () => {
    const book = bookOf(edit(SMALL, [['ETH: 30%', 'rest: ETH']]))
    expect(book.terms.target.weight).toEqual([
      { n: 1n, d: 2n },
      { n: 1n, d: 2n },
    ])
    const short = bookOf(
      edit(SMALL, [
        ['BTC: 50%, ETH: 30%', 'BTC: -50%, rest: ETH'],
        ['limits: { gross: 100% }\n', ''],
      ]),
    )
    expect(short.terms.target.weight[1]).toEqual({ n: 3n, d: 2n })
  })

  test('[BOOK-10] a target of 0 says that what is held is to be closed', () => {
    expect(issuesOf(edit(SMALL, [['ETH: 30%', 'ETH: 0%']]))).toEqual([])
  })
})

describe('equity instead of cash', () => {
  const EQUITY = edit(SMALL, [['cash: { USD: 10000 }', 'equity: 100000']])

  test('[BOOK-9] cash is what is not held, to the digit', () => {
    const book = bookOf(EQUITY)
    expect([money(book, 'USD'), equityOf(book)]).toEqual(['10000', '100000'])
  })

  test('[BOOK-9] positions by weight and by value', () => {
    const book = bookOf(
      edit(EQUITY, [
        ['BTC: 1.09375', 'BTC: { weight: 70% }'],
        ['ETH: 6.25', 'ETH: { value: 20000 USD }'],
      ]),
    )
    expect([held(book, 'BTC'), held(book, 'ETH'), money(book, 'USD')]).toEqual(['1.09375', '6.25', '10000'])
  })

  test('[BOOK-9] whatever is held, equity is what was stated, less what the 18th place cannot hold', () => {
    const amount = fc.integer({ min: 1, max: 10 ** 9 }).map((n) => new Decimal(n).div(997).toFixed(18))
    fc.assert(
      fc.property(amount, amount, amount, (quantity, price, equity) => {
        const book = bookOf(
          edit(EQUITY, [
            ['equity: 100000', `equity: ${equity}`],
            ['ETH: 6.25', `ETH: ${quantity}`],
            ['ETH: 3200', `ETH: ${price}`],
          ]),
        )
        const short = new Decimal(equity).minus(equityOf(book))
        expect(short.gte(0) && short.lt('2e-18')).toBe(true)
      }),
      { numRuns: 60, seed: 2 },
    )
  })

  test('[BOOK-9] a contract needs no entry price; where it has one, its profit is not cash', () => {
    const perp = (position: string) =>
      edit(EQUITY, [
        ['{ BTC: 1.09375, ETH: 6.25 }', `{ ETH: ${position} }`],
        ['ETH: { kind: spot,', 'ETH: { kind: perp, underlying: ETH, contract: linear, multiplier: 1,'],
      ])
    const [without, withEntry] = [bookOf(perp('-2')), bookOf(perp('{ quantity: -2, entry: 3000 }'))]
    expect([money(without, 'USD'), equityOf(without)]).toEqual(['100000', '100000'])
    expect([money(withEntry, 'USD'), equityOf(withEntry)]).toEqual(['100400', '100000'])
  })

  test('[BOOK-9] money beside the book currency is worth its price', () => {
    expect(
      equityOf(
        bookOf(
          edit(SMALL, [
            ['USD: 10000', 'USD: 10000, USDT: 5000'],
            ['BTC: 64000', 'BTC: 64000, USDT: 0.9998'],
          ]),
        ),
      ),
    ).toBe('104999')
  })

  test('[BOOK-9] a currency with a spot pair of its name is priced through the pair', () => {
    const book = bookOf(
      edit(FULL, [
        ['USDT: 0.9998', 'USDT: 0.9'],
        ['  SOL: { kind: spot, ', '  SOL: { kind: spot, quote: USDT, '],
        ['USDT: 5000', 'USDT: 5000, SOL: 2'],
        ['SOL: 160', 'SOL: 160.5'],
      ]),
    )
    expect(rateOf(book, 'SOL')).toBe('144.45')
  })
})

describe('what the book leaves out', () => {
  test('[BOOK-15] a book without a policy is read; what needs one says so', () => {
    const book = bookOf(edit(SMALL, [['policy: { kind: full }\n', '']]))
    expect(book.policy).toBeNull()
    expect(policyMissing(book)).toMatchObject({
      code: 'policy.missing',
      line: 1,
      message: 'policy must be given, was missing',
    })
  })

  test('[BOOK-15] cash may be less than nothing, and the plan refuses with the line', () => {
    const book = bookOf(edit(SMALL, [['USD: 10000', 'USD: -200000']]))
    const answer = plan(planInputs(book, { kind: 'full' }))
    expect(!answer.ok && withLines(book, answer.error)).toMatchObject([
      { code: 'equity.not-positive', path: 'cash', line: 4 },
    ])
  })

  test('[BOOK-2] a JSON book is the same book', () => {
    const json = `{"book": 1, "currency": "USD", "asOf": "2026-03-01T00:00:00Z", "cash": {"USD": 10000}, "positions": {"BTC": 1.09375, "ETH": "6.25"},
      "targets": {"BTC": "50%", "ETH": 0.3}, "policy": {"kind": "full"}, "limits": {"gross": 1},
      "instruments": {"BTC": {"kind": "spot", "lot": 1e-5, "fee": "5bp", "spread": "2bp", "short": false},
        "ETH": {"kind": "spot", "lot": 0.0001, "notionalMin": "5 USD", "fee": 0.0005, "spread": "2bp"}},
      "market": {"prices": {"BTC": 64000, "ETH": 3200}, "vols": {"BTC": 0.55, "ETH": "70%"}, "correlations": {"ETH/BTC": 0.8}}}`
    const [one, other] = [bookOf(SMALL), bookOf(json)]
    expect(planInputs(other, other.policy!).hashes).toEqual(planInputs(one, one.policy!).hashes)
  })

  test('[BOOK-7] times are read with their zone', () => {
    const moved = bookOf(edit(SMALL, [['2026-03-01T00:00:00Z', '2026-03-01T02:00:00+02:00']]))
    const parsed = parseInstant('2026-03-01')
    expect(parsed.ok && moved.asOf === parsed.value).toBe(true)
  })
})
