import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Decimal,
  decimal,
  decimalOfNumber,
  fromInteger,
  fromUnits,
  ONE,
  toNumber,
  toText,
  ZERO,
} from '../../../src/core/base/decimal.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { checkTiers, type TierTerms, tierMargin, tierPieces } from '../../../src/core/margin/tiers.ts'
import { absent, inverse, messagesOf, perp, readJson, unwrap } from '../cost/reference.ts'
import { LADDER, termsOf } from './tiered.ts'

const TERMS = termsOf(LADDER, { valueMax: decimal('2000000') })
const marginText = (instrument: Instrument, row: string, terms: TierTerms = TERMS): string => {
  const [quantity = '', price = '', leverage] = row.split(' ')
  const { initial, maintenance, tier } = unwrap(
    tierMargin(
      instrument,
      { quantity: decimal(quantity), price: decimal(price) },
      { terms, leverage: leverage === undefined ? null : decimal(leverage) },
    ),
  )
  return `${tier}: ${toText(initial.amount)} ${toText(maintenance.amount)} ${maintenance.currency}`
}

type Rows = readonly (readonly [number, number, number, number, number])[]
const published: Readonly<Record<string, Rows>> = absent
  ? {}
  : readJson<{ tiers: Readonly<Record<string, Rows>> }>('engines/binance_leverage_tiers_2024-10.json').tiers
const asTerms = (rows: Rows): TierTerms => ({
  ...termsOf([]),
  tiers: rows.map(([from, , maintenance, leverageMax]) => ({
    from: decimalOfNumber(from),
    maintenance: decimalOfNumber(maintenance),
    leverageMax: decimalOfNumber(leverageMax),
  })),
  valueMax: decimalOfNumber(rows.at(-1)![1]),
})

describe('tiers', () => {
  test.skipIf(absent)('[MARGIN-4] every published deduction comes out of rates and values alone, to the digit', () => {
    let boundaries = 0
    for (const rows of Object.values(published)) {
      const terms = asTerms(rows)
      expect(checkTiers('', terms)).toEqual([])
      const deductions = tierPieces(terms).map(({ deduction }) => toText(deduction))
      expect(deductions).toEqual(rows.map((row) => toText(decimalOfNumber(row[4]))))
      boundaries += rows.length - 1
    }
    expect(boundaries).toBeGreaterThan(0)
  })

  test.each([
    ['1 50000', '0: 500 250 USDT'],
    ['-2 50000', '0: 1000 500 USDT'],
    ['2.00002 50000', '1: 2000.02 500.01 USDT'],
    ['8 50000', '1: 8000 3500 USDT'],
    ['20 50000', '2: 50000 11000 USDT'],
    ['-30 50000', '3: 300000 61000 USDT'],
    ['1 50000 10', '0: 5000 250 USDT'],
    ['0 50000', '0: 0 0 USDT'],
  ])('[MARGIN-4] [MARGIN-5] quantity, price and leverage %s need %s', (row, needs) => {
    expect(marginText(perp(), row)).toBe(needs)
  })

  test('[MARGIN-4] an inverse contract has its value, and so its tier, in coin', () => {
    const terms = termsOf(['0 0.005 100', '10 0.01 50'])
    expect(marginText(inverse(), '4000 40000', terms)).toBe('0: 0.1 0.05 BTC')
    expect(marginText(inverse(), '-8000 40000', terms)).toBe('1: 0.4 0.15 BTC')
    expect(marginText(inverse({ multiplier: ONE }), '1 3', terms)).toBe(
      '0: 0.003333333333333334 0.001666666666666667 BTC',
    )
  })

  test('[MARGIN-4] a fee kept for closing is a part of what is maintained', () => {
    expect(marginText(perp(), '1 50000', { ...TERMS, closingFee: decimal('0.0006') })).toBe('0: 500 280 USDT')
  })

  test('[MARGIN-4] what is maintained never falls as value rises, and has no step where a tier begins', () => {
    const ladder = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 10 ** 6 }), fc.integer({ min: 1, max: 90 })), {
        minLength: 1,
        maxLength: 9,
      })
      .map((steps) => {
        let [from, rate] = [0, 1]
        return steps.map(([width, rise], k) => {
          if (k > 0) [from, rate] = [from + width, rate + rise]
          return `${from} ${rate / 1000} 1`
        })
      })
    const kept = (terms: TierTerms, value: Decimal): bigint =>
      unwrap(tierMargin(perp(), { quantity: ONE, price: value }, { terms, leverage: null })).maintenance.amount
    fc.assert(
      fc.property(
        ladder,
        fc.integer({ min: 1, max: 10 ** 7 }),
        fc.integer({ min: 0, max: 10 ** 6 }),
        (rows, value, more) => {
          const terms = termsOf(rows)
          expect(checkTiers('', terms)).toEqual([])
          expect(kept(terms, fromInteger(value + more))).toBeGreaterThanOrEqual(kept(terms, fromInteger(value)))
          for (const { from } of terms.tiers.slice(1))
            expect(toNumber(fromUnits(kept(terms, fromUnits(from + 1n)) - kept(terms, from)))).toBeLessThanOrEqual(
              2e-18,
            )
        },
      ),
      { seed: 20260401 },
    )
  })

  test.each([
    ['41 50000', 'value of BTC-PERP must be at most 2000000 USDT, the largest its tiers have, was 2050000'],
    ['4 50000 51', 'leverage of BTC-PERP must be above 0 and at most 50 in the tier from 100000 USDT on, was 51'],
    ['4 50000 0', 'leverage of BTC-PERP must be above 0 and at most 50 in the tier from 100000 USDT on, was 0'],
    ['4 0', 'price must be above 0, was 0'],
  ])('[MARGIN-5] quantity, price and leverage %s are refused', (row, message) => {
    const [quantity = '', price = '', leverage] = row.split(' ')
    const refused = tierMargin(
      perp(),
      { quantity: decimal(quantity), price: decimal(price) },
      { terms: TERMS, leverage: leverage === undefined ? null : decimal(leverage) },
    )
    expect(messagesOf(refused)).toEqual([`BTC-PERP: ${message}`])
  })

  test.each<[string, readonly string[], Partial<TierTerms>, readonly string[]]>([
    ['no tier', [], {}, ['tiers must begin with the one from 0, was an empty list']],
    ['no beginning', ['5 0.1 1'], {}, ['the first tier must begin at 0, was 5']],
    [
      'another order',
      ['0 0.1 5', '0 0.05 6'],
      {},
      [
        'from must rise from tier to tier (above 0), was 0',
        'maintenance must not fall from tier to tier (from 0.1), was 0.05',
        'leverageMax must not rise from tier to tier (from 5), was 6',
      ],
    ],
    [
      'a rate and a leverage',
      ['0 0 0'],
      { closingFee: decimal('1') },
      [
        'closingFee must be from 0 to below 1, was 1',
        'maintenance must be above 0 and with the closing fee below 1, was 0',
        'leverageMax must be above 0 and its initial margin no less than maintenance 0, was 0',
      ],
    ],
    [
      'less to open than to keep',
      ['0 0.1 20'],
      {},
      ['leverageMax must be above 0 and its initial margin no less than maintenance 0.1, was 20'],
    ],
    [
      'a largest value',
      ['0 0.1 5', '10 0.2 5'],
      { valueMax: decimal('10') },
      ['valueMax must be above where the last tier begins (10), was 10'],
    ],
  ])('[MARGIN-7] tiers with %s wrong are refused, all at once', (_, rows, over, messages) => {
    expect(checkTiers('tiers.X', termsOf(rows, over)).map(({ message }) => message)).toEqual(messages)
  })

  test('[MARGIN-4] nothing is needed of nothing', () => {
    expect(tierPieces(termsOf(['0 0.1 5']))).toEqual([{ from: ZERO, rate: decimal('0.1'), deduction: ZERO }])
  })
})
