import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import {
  type CarryTerms,
  expectedCarry,
  expectedFunding,
  type Funding,
  fundingPayment,
  fundingTimes,
} from '../../../src/core/cost/carry.ts'
import { codesOf, inverse, messagesOf, perp, relativeGap, unwrap } from './reference.ts'

const FUNDING: Funding = { intervalMs: 8 * HOUR_MS, anchor: 0, next: 0.0001, reversion: null, cap: null }
const carry = (terms: CarryTerms, weight: number, to: number, from = 0) =>
  unwrap(expectedCarry(terms, { instrument: 'X', weight, from, to }))

describe('funding', () => {
  test.each([
    [8 * HOUR_MS, 0, 0, DAY_MS, [8, 16, 24]],
    [HOUR_MS, 0, 22 * HOUR_MS, DAY_MS, [23, 24]],
    [4 * HOUR_MS, 2 * HOUR_MS, HOUR_MS, 11 * HOUR_MS, [2, 6, 10]],
    [8 * HOUR_MS, 40 * HOUR_MS, 0, 9 * HOUR_MS, [8]],
    [8 * HOUR_MS, 0, 8 * HOUR_MS, 15 * HOUR_MS, []],
    [8 * HOUR_MS, 0, 0, 0, []],
  ])('[COST-21] every %d ms from %d, in (%d, %d]: the hours %j', (intervalMs, anchor, from, to, hours) => {
    expect(unwrap(fundingTimes('X', { intervalMs, anchor }, { from, to }))).toEqual(hours.map((hour) => hour * HOUR_MS))
  })

  test('[COST-21] a missing interval is refused by the name of the instrument, wherever carry is asked for', () => {
    const terms: CarryTerms = { kind: 'perp', funding: { ...FUNDING, intervalMs: null } }
    const refused = expectedCarry(terms, { instrument: 'SOL-PERP', weight: 0.1, from: 0, to: DAY_MS })
    expect(codesOf(refused)).toEqual(['cost.funding-interval'])
    expect(messagesOf(refused)).toEqual(['SOL-PERP: funding interval must be known for SOL-PERP, was missing'])
    expect(codesOf(expectedFunding('X', { ...FUNDING, intervalMs: 0 }, { from: 0, to: 1 }))).toEqual([
      'cost.funding-interval',
    ])
  })

  test('[COST-22] longs pay a positive rate and shorts are paid it, at each payment', () => {
    const terms: CarryTerms = { kind: 'perp', funding: FUNDING }
    expect(carry(terms, 0.5, DAY_MS).total).toBeCloseTo(0.5 * 3 * 0.0001, 18)
    expect(carry(terms, -0.5, DAY_MS).total).toBeCloseTo(-0.5 * 3 * 0.0001, 18)
    // The same rate paid every hour costs eight times as much: 8 h must not be assumed.
    const hourly: CarryTerms = { kind: 'perp', funding: { ...FUNDING, intervalMs: HOUR_MS } }
    expect(carry(hourly, 0.5, DAY_MS).total / carry(terms, 0.5, DAY_MS).total).toBeCloseTo(8, 12)
  })

  test('[COST-22] later rates revert by half in a half-life from the next payment on, and none exceeds the cap', () => {
    const reverting = { ...FUNDING, next: 0.0009, reversion: { mean: 0.0001, halfLifeMs: 8 * HOUR_MS } }
    const span = { from: 0, to: DAY_MS }
    expect(unwrap(expectedFunding('X', reverting, span))).toBeCloseTo(0.0009 + 0.0005 + 0.0003, 16)
    expect(unwrap(expectedFunding('X', { ...reverting, cap: 0.0004 }, span))).toBeCloseTo(0.0004 + 0.0004 + 0.0003, 16)
    expect(unwrap(expectedFunding('X', { ...FUNDING, next: -0.0009, cap: 0.0004 }, span))).toBeCloseTo(-0.0012, 16)
  })

  test('[COST-22] carry is additive over time and proportional to the weight', () => {
    const rate = fc.double({ min: -0.001, max: 0.001, noNaN: true })
    const time = fc.integer({ min: 0, max: 30 * 24 }).map((hours) => hours * HOUR_MS)
    fc.assert(
      fc.property(rate, time, time, fc.double({ min: -2, max: 2, noNaN: true }), (next, a, b, weight) => {
        const terms: CarryTerms = { kind: 'perp', funding: { ...FUNDING, next, anchor: HOUR_MS } }
        const [middle, end] = [Math.min(a, b), Math.max(a, b)]
        const parts = carry(terms, weight, middle).total + carry(terms, weight, end, middle).total
        expect(Math.abs(parts - carry(terms, weight, end).total)).toBeLessThan(1e-14)
        expect(carry(terms, -weight, end).total + carry(terms, weight, end).total).toBe(0)
      }),
      { seed: 20, numRuns: 200 },
    )
  })

  test.each([
    ['linear, long', perp(), '2', '60000', '0.0001', '12 USDT'],
    ['linear, short', perp(), '-2', '60000', '0.0001', '-12 USDT'],
    ['negative rate', perp(), '2', '60000', '-0.0001', '-12 USDT'],
    ['inverse, in coin', inverse(), '600', '60000', '0.0001', '0.0001 BTC'],
    ['rounded against us', inverse(), '1', '70000', '0.0001', '0.000000142857142858 BTC'],
    ['and a receipt too', inverse(), '-1', '70000', '0.0001', '-0.000000142857142857 BTC'],
  ])('[COST-23] one payment: %s', (_, instrument, quantity, mark, rate, expected) => {
    const paid = fundingPayment(instrument, { quantity: decimal(quantity), mark: decimal(mark), rate: decimal(rate) })
    expect(`${toText(paid.amount)} ${paid.currency}`).toBe(expected)
  })

  test('[COST-22] numbers that are none are refused', () => {
    const bad: Funding = { ...FUNDING, next: Number.NaN, reversion: { mean: 0, halfLifeMs: 0 }, cap: -1 }
    expect(codesOf(expectedFunding('X', bad, { from: 0, to: 1 }))).toEqual(new Array(3).fill('cost.range'))
    expect(codesOf(expectedCarry({ kind: 'none' }, { instrument: 'X', weight: Number.NaN, from: 1, to: 0 }))).toEqual(
      new Array(2).fill('cost.range'),
    )
  })
})

describe('borrow and basis', () => {
  test('[COST-22] a short spot position pays its borrow rate for the time held; a long one and cash settled kinds pay nothing', () => {
    const terms: CarryTerms = { kind: 'spot', borrowPerYear: 0.1 }
    expect(carry(terms, -0.4, YEAR_MS / 4)).toEqual({
      funding: 0,
      borrow: 0.4 * 0.1 * 0.25,
      basis: 0,
      total: 0.4 * 0.1 * 0.25,
    })
    expect(carry(terms, 0.4, YEAR_MS).total).toBe(0)
    expect(carry({ kind: 'none' }, -3, YEAR_MS).total).toBe(0)
    const unknown: CarryTerms = { kind: 'spot', borrowPerYear: null }
    expect(codesOf(expectedCarry(unknown, { instrument: 'X', weight: -0.1, from: 0, to: 1 }))).toEqual(['cost.borrow'])
    expect(carry(unknown, 0.1, 1).total).toBe(0)
  })

  const future: CarryTerms = { kind: 'future', expiry: 90 * DAY_MS, basis: 0.02, roll: null }
  test.each([
    ['a third of its life', 1, 30, 0.02 / 3],
    ['short: receives it', -1, 30, -0.02 / 3],
    ['to expiry', 1, 90, 0.02],
    ['past expiry without a roll', 1, 400, 0.02],
  ])('[COST-22] the basis of a dated future melts evenly: %s', (_, weight, days, expected) => {
    expect(carry(future, weight, days * DAY_MS).basis).toBeCloseTo(expected, 16)
  })

  test('[COST-22] a roll costs its trades on both sides and then the basis of the next contracts', () => {
    const rolled: CarryTerms = { ...future, roll: { basisPerYear: 0.073, cost: 0.001, lifeMs: 90 * DAY_MS } }
    expect(carry(rolled, 1, 90 * DAY_MS).basis).toBeCloseTo(0.02, 16)
    expect(carry(rolled, 1, 100 * DAY_MS).basis).toBeCloseTo(0.02 + 0.001 + 0.002, 16)
    expect(carry(rolled, -1, 100 * DAY_MS).basis).toBeCloseTo(-0.02 + 0.001 - 0.002, 16)
    expect(carry(rolled, 1, 190 * DAY_MS).basis).toBeCloseTo(0.02 + 0.002 + 0.02, 16)
    const holding = { instrument: 'X', weight: 1, from: 91 * DAY_MS, to: 92 * DAY_MS }
    expect(codesOf(expectedCarry(rolled, holding))).toEqual(['cost.range'])
    expect(relativeGap(carry(rolled, 2, 190 * DAY_MS).total, 2 * carry(rolled, 1, 190 * DAY_MS).total)).toBeLessThan(
      1e-14,
    )
  })
})
