import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, fromUnits, multiply, toText } from '../../../src/core/base/decimal.ts'
import { ratioCompare, ratioOf } from '../../../src/core/base/ratio.ts'
import {
  type BookGrid,
  levelsOf,
  lotsOf,
  priceOf,
  sizeOf,
  ticksOf,
  tradedValue,
} from '../../../src/core/flow/book-grid.ts'
import { codesOf, messagesOf, unwrap } from '../cost/reference.ts'
import { rowsOf } from './plain-book.ts'

const grid = (tick: string, lot: string): BookGrid => ({ tick: decimal(tick), lot: decimal(lot) })
const BTC = grid('0.1', '0.001')

describe('ticks and lots', () => {
  test.each([
    [BTC, '61800.2', 618_002],
    [BTC, '0.1', 1],
    [grid('0.00000001', '1'), '0.00000637', 637],
    [grid('0.25', '1'), '4500.75', 18_003],
    [grid('0.000000000000000001', '1'), '0.009007199254740991', 2 ** 53 - 1],
  ])('[FLOW-1] in %o the price %s is %i ticks', ({ tick, lot }, price, ticks) => {
    expect(unwrap(ticksOf({ tick, lot }, decimal(price)))).toBe(ticks)
    expect(toText(priceOf({ tick, lot }, ticks))).toBe(price)
  })

  test('[FLOW-1] every whole number of ticks and lots has a price and a size that give it back', () => {
    const whole = fc.maxSafeInteger().map(Math.abs)
    const step = fc.bigInt({ min: 1n, max: 10n ** 20n }).map(fromUnits)
    fc.assert(
      fc.property(step, step, whole, (tick, lot, count) => {
        const each = { tick, lot }
        expect(unwrap(lotsOf(each, sizeOf(each, count)))).toBe(count)
        if (count > 0) expect(unwrap(ticksOf(each, priceOf(each, count)))).toBe(count)
      }),
      { seed: 20261125, numRuns: 500 },
    )
  })

  test.each([
    ['price', '61800.25', 'flow.off-grid', 'price must be a multiple of the tick 0.1, was 61800.25'],
    ['price', '0', 'flow.range', 'price must be from 1 to 2^53 − 1 times the tick 0.1, was 0'],
    ['price', '-5', 'flow.range', 'price must be from 1 to 2^53 − 1 times the tick 0.1, was -5'],
    [
      'price',
      '900719925474099.2',
      'flow.range',
      'price must be from 1 to 2^53 − 1 times the tick 0.1, was 900719925474099.2',
    ],
    ['size', '0.0015', 'flow.off-grid', 'size must be a multiple of the lot 0.001, was 0.0015'],
    ['size', '-0.001', 'flow.range', 'size must be from 0 to 2^53 − 1 times the lot 0.001, was -0.001'],
    [
      'size',
      '9007199254740.992',
      'flow.range',
      'size must be from 0 to 2^53 − 1 times the lot 0.001, was 9007199254740.992',
    ],
  ])('[FLOW-1] a %s of %s is refused: %s', (what, text, code, message) => {
    const refused = what === 'price' ? ticksOf(BTC, decimal(text)) : lotsOf(BTC, decimal(text))
    expect([codesOf(refused), messagesOf(refused)]).toEqual([[code], [`: ${message}`]])
  })

  test('[FLOW-1] value is exact: the sum of prices times sizes', () => {
    const value = tradedValue(BTC, 618_002n * 1_234n + 618_003n)
    const sum = fromUnits(
      multiply(decimal('61800.2'), decimal('1.234'), 'down') + multiply(decimal('61800.3'), decimal('0.001'), 'down'),
    )
    expect(ratioCompare(value, ratioOf(sum))).toBe(0)
  })
})

describe('levels of a feed', () => {
  test('[FLOW-1] texts become levels as they are, zeros and exponents too', () => {
    const read = levelsOf(BTC, [
      ['61800.20', '2.909'],
      ['6.18003e4', '0.000'],
    ])
    expect(rowsOf(unwrap(read))).toEqual([
      [618_002, 2_909],
      [618_003, 0],
    ])
    expect(rowsOf(unwrap(levelsOf(BTC, [])))).toEqual([])
  })

  test('[FLOW-1] every text that is none is named, and nothing is read', () => {
    const read = levelsOf(BTC, [
      ['61800.2', '1'],
      ['NaN', '1'],
      ['61800.25', '0.0001'],
      ['61800.3', ''],
    ])
    expect(codesOf(read)).toEqual(['flow.number', 'flow.off-grid', 'flow.off-grid', 'flow.number'])
    expect(messagesOf(read)).toEqual([
      '1.price: price must be a decimal number of at most 30 digits before the point, was "NaN"',
      '2.price: price must be a multiple of the tick 0.1, was 61800.25',
      '2.size: size must be a multiple of the lot 0.001, was 0.0001',
      '3.size: size must be a decimal number of at most 30 digits before the point, was ""',
    ])
  })
})
