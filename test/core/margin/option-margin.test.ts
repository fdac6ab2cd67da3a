import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber, toText, ZERO } from '../../../src/core/base/decimal.ts'
import type { Option } from '../../../src/core/domain/instrument.ts'
import { checkOptionTerms, type OptionMarginTerms, optionMargin } from '../../../src/core/margin/option-margin.ts'
import { absent, messagesOf, readJson, readReference, relativeGap, unwrap } from '../cost/reference.ts'
import { BYBIT, DERIBIT, DERIVE, EXPIRY, heldOption, inCoin, NOW, OKX, option } from './optional.ts'

/** "quantity mark underlying entry" */
function marginOf(instrument: Option, row: string, terms: OptionMarginTerms): readonly [number, number] {
  const [quantity = '', mark = '', underlying = '', entry] = row.split(' ')
  const held = heldOption(instrument, { quantity, mark, underlying, ...(entry === undefined ? {} : { entry }) })
  const { initial, maintenance } = unwrap(optionMargin(held, { terms, at: NOW }))
  return [toNumber(initial.amount), toNumber(maintenance.amount)]
}

interface Worked {
  readonly bybitOptions: { spot: number; strike: number; entry: number; mark: number; mm: number; im: number }
  readonly bitcomOptions: {
    strike: number
    underlying: number
    mark: number
    qty: number
    mm: number
    im: number
    mmTotal: number
    imTotal: number
  }
  readonly deribitStyleStandard: { underlying: number; mark: number; shortCallUsd: number }
}

describe('published numbers of short options', () => {
  test.skipIf(absent)('[MARGIN-13] worked examples of Bybit and Bit.com, and a short call in coin', () => {
    const {
      bybitOptions: y,
      bitcomOptions: b,
      deribitStyleStandard: d,
    } = readJson<Worked>('options/exchange/worked_examples.json')
    expect(marginOf(option('put', `${y.strike}`), `-1 ${y.mark} ${y.spot} ${y.entry}`, BYBIT)).toEqual([y.im, y.mm])
    expect(marginOf(option('put', `${b.strike}`), `-1 ${b.mark} ${b.underlying}`, DERIBIT)).toEqual([b.im, b.mm])
    expect(marginOf(option('put', `${b.strike}`), `-${b.qty} ${b.mark} ${b.underlying}`, DERIBIT)).toEqual([
      b.imTotal,
      b.mmTotal,
    ])
    const [coin] = marginOf(option('call', `${d.underlying}`, inCoin), `-1 ${d.mark} ${d.underlying}`, DERIBIT)
    expect(coin * d.underlying).toBe(d.shortCallUsd)
  })

  test.skipIf(absent)(
    '[MARGIN-13] short options of one block of a chain, calls and puts from deep in to far out of the money',
    () => {
      const [, ...rows] = readReference('options/exchange/derive_sm_onchain_rows.csv').trim().split('\n')
      expect(rows.length).toBeGreaterThan(0)
      for (const row of rows) {
        const [, , spot = '', , , right = '', strike = '', , mark = '', initial = '', maintenance = ''] = row.split(',')
        const [im, mm] = marginOf(option(right as 'call' | 'put', strike), `-1 ${mark} ${spot}`, DERIVE)
        expect(relativeGap(im, -Number(initial))).toBeLessThan(1e-14)
        expect(relativeGap(mm, -Number(maintenance))).toBeLessThan(1e-14)
      }
    },
  )
})

describe('standard margin of options', () => {
  test.each<[string, Option, string, OptionMarginTerms, readonly [number, number]]>([
    ['a long needs nothing', option('call', '100'), '5 7 100', DERIBIT, [0, 0]],
    ['at the money, in coin', option('call', '100', inCoin), '-1 0.025 100', DERIBIT, [0.175, 0.1]],
    ['4 % out', option('call', '104', inCoin), '-1 0.01 100', DERIBIT, [0.12, 0.085]],
    ['far out', option('call', '200', inCoin), '-1 0.001 100', DERIBIT, [0.101, 0.076]],
    ['in the money', option('call', '50', inCoin), '-1 0.5 100', DERIBIT, [0.65, 0.575]],
    ['a put', option('put', '96', inCoin), '-1 0.01 100', DERIBIT, [0.12, 0.085]],
    ['a put worth more than two coins', option('put', '400', inCoin), '-1 3 100', DERIBIT, [3.225, 3.225]],
    ['a put of another venue', option('put', '400', inCoin), '-1 3 100', OKX, [3.4, 3.075]],
    ['sold for more than its mark', option('call', '100'), '-1 2 100 5', BYBIT, [20, 5.2]],
    ['sold for less', option('call', '100'), '-1 2 100 1', BYBIT, [17, 5.2]],
    ['contracts of a tenth', option('call', '100', { multiplier: decimal('0.1') }), '-20 2.5 100', DERIBIT, [35, 20]],
  ])('[MARGIN-13] %s', (_, instrument, row, terms, needs) => {
    expect(marginOf(instrument, row, terms)).toEqual(needs)
  })

  test('[MARGIN-13] in coin and in quote currency it is the same margin, and twice the options need twice as much', () => {
    const cents = fc.integer({ min: 1, max: 10 ** 6 })
    const terms = fc.constantFrom(DERIBIT, OKX, DERIVE)
    fc.assert(
      fc.property(
        fc.constantFrom<'call' | 'put'>('call', 'put'),
        cents,
        cents,
        cents,
        terms,
        (right, strike, mark, price, rule) => {
          const [k, u] = [`${strike / 100}`, `${price / 100}`]
          const coin = marginOf(option(right, k, inCoin), `-1 ${mark / 1e6} ${u}`, rule)
          const quote = marginOf(option(right, k), `-1 ${((mark / 1e6) * (price / 100)).toFixed(8)} ${u}`, rule)
          const twice = marginOf(option(right, k), `-2 ${((mark / 1e6) * (price / 100)).toFixed(8)} ${u}`, rule)
          for (const k of [0, 1] as const) {
            expect(relativeGap(coin[k] * (price / 100), quote[k])).toBeLessThan(1e-6)
            expect(relativeGap(2 * quote[k], twice[k])).toBeLessThan(1e-14)
          }
        },
      ),
      { seed: 20260404 },
    )
  })

  test('[MARGIN-13] margin is rounded up once', () => {
    const held = heldOption(option('call', '104'), { quantity: '-1', mark: '0', underlying: '103' })
    const { initial } = unwrap(
      optionMargin({ ...held, quantity: decimal('-0.000000000000000001') }, { terms: DERIBIT, at: NOW }),
    )
    expect(toText(initial.amount)).toBe('0.000000000000000015')
  })

  test('[MARGIN-14] an option that has expired, and marks that cannot be, are refused, naming the leg', () => {
    const held = heldOption(option('put', '100'), { quantity: '-1', mark: '-1', underlying: '0', entry: '-2' })
    expect(messagesOf(optionMargin(held, { terms: DERIBIT, at: EXPIRY }))).toEqual([
      'BTC-100-P: BTC-100-P must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z',
      'BTC-100-P: mark of BTC-100-P must be 0 or more, was -1',
      'BTC-100-P: underlying of BTC-100-P must be above 0, was 0',
      'BTC-100-P: entry of BTC-100-P must be 0 or more, was -2',
    ])
    const unknown = heldOption(option('put', '100'), { quantity: '-1', mark: '1', underlying: '100' })
    expect(messagesOf(optionMargin(unknown, { terms: BYBIT, at: NOW }))).toEqual([
      'BTC-100-P: entry of BTC-100-P must be known where the larger of it and the mark counts, was missing',
    ])
  })

  test('[MARGIN-14] terms that cannot be are refused, all at once', () => {
    expect(checkOptionTerms('options.BTC', DERIBIT)).toEqual([])
    const wrong = {
      ...DERIBIT,
      put: { ...DERIBIT.put, initial: decimal('0.05'), maintenance: ZERO, closing: decimal('-1') },
    }
    expect(checkOptionTerms('options.BTC', wrong).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'options.BTC.put.closing: closing must be 0 or more, was -1',
      'options.BTC.put.maintenance: maintenance must be above 0, was 0',
      'options.BTC.put.initial: initial must be at least initialLeast 0.1, was 0.05',
    ])
  })
})
