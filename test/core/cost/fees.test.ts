import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Decimal, decimal, fromUnits, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { checkFeeSchedule, type FeeOrder, type FeeSchedule, feeTier, orderFee } from '../../../src/core/cost/fees.ts'
import type { Side } from '../../../src/core/domain/portfolio.ts'
import { codesOf, inverse, messagesOf, perp, relativeGap, spot, unwrap } from './reference.ts'

const tier = (volumeMin: string, maker: string, taker: string) => ({
  volumeMin: decimal(volumeMin),
  maker: decimal(maker),
  taker: decimal(taker),
})
const SCHEDULE: FeeSchedule = {
  venue: 'north',
  volumeCurrency: 'USD',
  tiers: [tier('0', '0.0002', '0.0005'), tier('1000000', '0.0001', '0.0004'), tier('25000000', '-0.00005', '0.0003')],
  fixed: null,
  paidIn: { kind: 'settle' },
}
const order = (over: Partial<FeeOrder> = {}): FeeOrder => ({
  schedule: SCHEDULE,
  tier: SCHEDULE.tiers[0]!,
  instrument: perp(),
  side: 'buy',
  liquidity: 'taker',
  quantity: decimal('0.5'),
  price: decimal('60000'),
  tokenRate: null,
  ...over,
})
const paid = (over: Partial<FeeOrder>): string => {
  const { proportional } = unwrap(orderFee(order(over)))
  return `${toText(proportional.amount)} ${proportional.currency}`
}

describe('fees', () => {
  test.each([
    ['0', '0.0005'],
    ['999999.999999999999999999', '0.0005'],
    ['1000000', '0.0004'],
    ['24999999', '0.0004'],
    ['25000000', '0.0003'],
    ['9e12', '0.0003'],
  ])('[COST-1] a 30-day volume of %s pays the taker rate %s', (volume, taker) => {
    expect(toText(feeTier(SCHEDULE, decimal(volume)).taker)).toBe(taker)
  })

  const received: FeeSchedule = { ...SCHEDULE, paidIn: { kind: 'received' } }
  const token: FeeSchedule = { ...SCHEDULE, paidIn: { kind: 'token', currency: 'NOR', discount: decimal('0.25') } }
  const rebate = SCHEDULE.tiers[2]!
  test.each<[string, Partial<FeeOrder>, string]>([
    ['taker of a linear contract', {}, '15 USDT'],
    ['maker', { liquidity: 'maker' }, '6 USDT'],
    ['rebate', { liquidity: 'maker', tier: rebate }, '-1.5 USDT'],
    ['inverse contract, in coin', { instrument: inverse(), quantity: decimal('600') }, '0.0005 BTC'],
    ['out of the coin a buy brings', { schedule: received, instrument: spot() }, '0.00025 BTC'],
    ['out of the money a sale brings', { schedule: received, instrument: spot(), side: 'sell' }, '15 USDT'],
    ['in a token at a discount', { schedule: token, tokenRate: decimal('2.5') }, '4.5 NOR'],
    ['a rebate is not paid in the token', { schedule: token, liquidity: 'maker', tier: rebate }, '-1.5 USDT'],
    ['rounded up once', { quantity: decimal('1e-18'), price: decimal('1') }, '0.000000000000000001 USDT'],
    [
      'a rebate rounded down',
      { quantity: decimal('1e-18'), price: decimal('1'), liquidity: 'maker', tier: rebate },
      '0 USDT',
    ],
  ])('[COST-2] %s', (_, over, expected) => {
    expect(paid(over)).toBe(expected)
  })

  test('[COST-2] the fixed fee comes on top, in its own currency', () => {
    const fixed = { amount: decimal('0.003'), currency: 'ETH' }
    expect(unwrap(orderFee(order({ schedule: { ...SCHEDULE, fixed } }))).fixed).toEqual(fixed)
    expect(unwrap(orderFee(order())).fixed).toBeNull()
  })

  test('[COST-2] a fee is the same for both sides and grows with the order', () => {
    const quantity = fc.bigInt({ min: 1n, max: 10n ** 24n }).map((units) => fromUnits(units))
    fc.assert(
      fc.property(quantity, quantity, (a, b) => {
        const amount = (q: Decimal, side: Side): bigint =>
          unwrap(orderFee(order({ quantity: q, side }))).proportional.amount
        expect(amount(a, 'buy')).toBe(amount(a, 'sell'))
        expect(amount(a > b ? a : b, 'buy') >= amount(a > b ? b : a, 'buy')).toBe(true)
        expect(
          relativeGap(toNumber(fromUnits(amount(a, 'buy')) as Decimal), toNumber(a) * 30) < 1e-9 || a < 10n ** 12n,
        ).toBe(true)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('[COST-3] a schedule with faults is refused with all of them', () => {
    const bad: FeeSchedule = {
      ...SCHEDULE,
      tiers: [tier('10', '0', '1'), tier('10', '-1', '0')],
      fixed: { amount: decimal('-1'), currency: 'USD' },
      paidIn: { kind: 'token', currency: 'NOR', discount: decimal('1') },
    }
    expect(messagesOf(checkFeeSchedule(bad))).toEqual([
      'north: first tier must start at 0, was 10',
      'north: taker rate of tier 1 must be between -1 and 1, was 1',
      'north: tier 2 must start above 10, was 10',
      'north: maker rate of tier 2 must be between -1 and 1, was -1',
      'north: discount must be from 0 to below 1, was 1',
      'north: fixed fee must be 0 or more, was -1',
    ])
    expect(codesOf(checkFeeSchedule({ ...SCHEDULE, tiers: [] }))).toEqual(['cost.fee-schedule'])
    expect(unwrap(checkFeeSchedule(SCHEDULE))).toBe(SCHEDULE)
  })

  test('[COST-3] a token without a price, and a contract that would pay out of what it brings, are refused', () => {
    expect(codesOf(orderFee(order({ schedule: token })))).toEqual(['cost.fee-currency'])
    expect(codesOf(orderFee(order({ schedule: token, tokenRate: decimal('0') })))).toEqual(['cost.fee-currency'])
    expect(codesOf(orderFee(order({ schedule: received })))).toEqual(['cost.fee-currency'])
  })
})
