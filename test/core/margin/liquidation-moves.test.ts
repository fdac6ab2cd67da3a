import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, decimalOfNumber, toNumber } from '../../../src/core/base/decimal.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { excessAlong, type LiquidationMoves, liquidationMoves } from '../../../src/core/margin/liquidation-moves.ts'
import { liquidationPrice } from '../../../src/core/margin/liquidation-price.ts'
import { tierModel } from '../../../src/core/margin/tier-model.ts'
import { inverse, messagesOf, perp, spot, unwrap } from '../cost/reference.ts'
import { option } from './optional.ts'
import { LADDER, profileOf, termsOf } from './tiered.ts'

const SPAN = { low: -0.99, high: 9, steps: 400 }
const universe = makeUniverse({
  numeraire: 'USDT',
  instruments: [spot({ short: false }), perp(), perp({ id: 'ETH-PERP', underlying: 'ETH' }), inverse()],
})
const profile = profileOf({ tiers: { ...profileOf().tiers, 'ETH-PERP': termsOf(LADDER) } })
const model = unwrap(tierModel(universe, { profile, leverage: [null, null, null, null] }))

/** BTC-COIN, BTC-PERP, BTC-USDT, ETH-PERP, entered at the marks; money in BTC, USD, USDT. */
const movesOf = (quantity: readonly number[], money: readonly number[], beta: readonly number[]): LiquidationMoves =>
  unwrap(
    liquidationMoves(
      unwrap(
        excessAlong(
          {
            universe,
            quantity: Float64Array.from(quantity),
            entry: Float64Array.of(50_000, 50_000, 0, 2_000),
            money: Float64Array.from(money),
            marks: { mark: Float64Array.of(50_000, 50_000, 50_000, 2_000), rate: Float64Array.of(50_000, 1, 1) },
          },
          { model, beta: Float64Array.from(beta) },
        ),
      ),
      SPAN,
    ),
  )

describe('moves to liquidation', () => {
  test('[MARGIN-18] of one position it is the move to its liquidation price, in whatever tier', () => {
    const lots = fc.integer({ min: -400, max: 400 }).filter((x) => Math.abs(x) > 2)
    fc.assert(
      fc.property(lots, fc.integer({ min: 2, max: 90 }), (size, posted) => {
        const quantity = size / 10
        const collateral = (Math.abs(quantity) * 50_000 * posted) / 100
        const { isLiquidated, below, above } = movesOf([0, quantity, 0, 0], [0, 0, collateral], [1, 1])
        const { liquidation } = unwrap(
          liquidationPrice(
            {
              instrument: perp(),
              quantity: decimalOfNumber(quantity),
              entry: decimal('50000'),
              terms: profile.tiers['BTC-PERP']!,
            },
            { collateral: decimalOfNumber(collateral), others: [] },
          ),
        )
        const move = liquidation.kind === 'at' ? toNumber(liquidation.price) / 50_000 - 1 : null
        if (isLiquidated) return
        const [found, other] = quantity > 0 ? [below, above] : [above, below]
        expect(other).toBeNull()
        if (found === null) expect(move === null || move < SPAN.low).toBe(true)
        else expect(Math.abs(found - move!)).toBeLessThan(1e-12)
      }),
      { seed: 20260406 },
    )
  })

  test('[MARGIN-18] coin that backs its own contracts falls with them', () => {
    // 1 BTC, 100,000 USD long from 50,000: (1 + 2 − 2·50,000/P) = 100,000/P·rate − deduction
    const { below, above } = movesOf([1000, 0, 0, 0], [1, 0, 0], [1, 1])
    expect(above).toBeNull()
    expect(below).toBeCloseTo((100_000 * 1.005) / 3 / 50_000 - 1, 12)
  })

  test('[MARGIN-18] a hedge between two coins is liquidated on either side, by how much of it each move is', () => {
    const { below, above, all } = movesOf([0, 1, 0, -50], [0, 0, 8000], [1, 2])
    expect(below).toBeNull()
    expect(above).toBeGreaterThan(0)
    const both = movesOf([0, 2, 0, -25], [0, 0, 4000], [1, 2])
    expect([both.below! < 0, both.above! > 0, both.all.length]).toEqual([true, true, 2])
    expect(all).toHaveLength(1)
  })

  test.each<[string, (x: number) => number, readonly [number | null, number | null, boolean]]>([
    ['a short strangle has two', (x) => 0.04 - x * x, [-0.2, 0.2, false]],
    ['nothing to lose', () => 1, [null, null, false]],
    ['liquidated where it stands', (x) => x - 0.5, [null, 0.5, true]],
    ['exactly at it', (x) => x, [0, null, false]],
  ])('[MARGIN-18] %s', (_, excess, expected) => {
    const { below, above, isLiquidated } = unwrap(liquidationMoves(excess, SPAN))
    const near = (x: number | null): number | null => (x === null ? null : Math.round(x * 1e12) / 1e12 + 0)
    expect([near(below), near(above), isLiquidated]).toEqual(expected)
  })

  test('[MARGIN-18] an option has no price along a move, and is refused where one is held', () => {
    const held = makeUniverse({ numeraire: 'USDT', instruments: [option('call', '100')] })
    const columns = {
      entry: Float64Array.of(1),
      money: new Float64Array(1),
      marks: { mark: Float64Array.of(1), rate: Float64Array.of(1) },
    }
    const refused = excessAlong(
      { universe: held, quantity: Float64Array.of(-1), ...columns },
      { model, beta: Float64Array.of(1) },
    )
    expect(messagesOf(refused)).toEqual([
      'BTC-100-C: BTC-100-C must have a price that moves with its underlying alone, was an option',
    ])
  })

  test('[MARGIN-18] a span that does not hold 0, and an account without its marks, are refused', () => {
    expect(messagesOf(liquidationMoves(() => 1, { low: -1, high: 0, steps: 0.5 }))).toEqual([
      'span: low, as a fall, must be above 0 and below 1, was 1',
      'span: high must be above 0, was 0',
      'span: steps must be a whole number from 1 on, was 0.5',
    ])
    expect(messagesOf(liquidationMoves(() => Number.NaN, { low: -0.5, high: 1, steps: 1 }))).toEqual([
      'excess: equity less maintenance must be a number at every move, was NaN at -0.5',
    ])
  })
})
