import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Decimal,
  decimal,
  decimalOfNumber,
  fromUnits,
  ONE,
  toNumber,
  toText,
  ZERO,
} from '../../../src/core/base/decimal.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import type { Result } from '../../../src/core/base/result.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { unrealised } from '../../../src/core/domain/valuation.ts'
import {
  type LiquidationPrice,
  liquidationPrice,
  type PriceReached,
  type TieredPosition,
} from '../../../src/core/margin/liquidation-price.ts'
import { type TierTerms, tierMargin } from '../../../src/core/margin/tiers.ts'
import { absent, inverse, messagesOf, perp, readJson, relativeGap, spot, unwrap } from '../cost/reference.ts'
import { held, LADDER, termsOf, twoTiers } from './tiered.ts'

interface Isolated {
  readonly exchange: string
  readonly side: 'long' | 'short'
  readonly leverage: number
  readonly entry: number
  readonly amount: number
  readonly expected: number
}
interface Leg {
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly amount: string
  readonly entry: string
  readonly mark: string
  readonly mmr: string
  readonly cum: string
}
interface Published {
  readonly wallet: string
  readonly position: Leg
  readonly others: readonly Leg[]
  readonly expected: string
}
interface Live {
  readonly coin: string
  readonly max_leverage: number
  readonly side: 'long' | 'short'
  readonly entry: string
  readonly size: string
  readonly collateral: string
  readonly liquidation_price: string
}
const reference = absent
  ? null
  : readJson<{
      isolated: { rows: readonly Isolated[] }
      binance_published_example: { rows: readonly Published[] }
      hyperliquid_live_positions: { rows: readonly Live[]; synthetic: readonly Live[] }
    }>('engines/freqtrade_liquidation.json')

const signed = (side: 'long' | 'short', size: Decimal): Decimal => (side === 'long' ? size : (-size as Decimal))
const priceOf = (reached: PriceReached): number => (reached.kind === 'at' ? toNumber(reached.price) : Number.NaN)
const alone = (position: TieredPosition, collateral: string): Result<LiquidationPrice> =>
  liquidationPrice(position, { collateral: decimal(collateral), others: [] })
const text = (reached: PriceReached): string => (reached.kind === 'at' ? toText(reached.price) : reached.kind)

/** The rate of 1 % that all rows have; what each venue adds to it. */
const VENUES: Readonly<Record<string, TierTerms>> = {
  // .01 is taken off: two tiers at half the rate below a value of 2.
  binance: termsOf(['0 0.005 50', '2 0.01 50']),
  gate: termsOf(['0 0.01 50'], { closingFee: decimal('0.0006') }),
  okx: termsOf(['0 0.01 50'], { closingFee: decimal('0.0006') }),
  bybit: termsOf(['0 0.01 50'], { maintainedAt: 'entry' }),
}

describe('published liquidation prices', () => {
  test.skipIf(absent)('[MARGIN-9] isolated positions of four venues', () => {
    expect(reference!.isolated.rows.length).toBeGreaterThan(0)
    for (const { exchange, side, leverage, entry, amount, expected } of reference!.isolated.rows) {
      const position: TieredPosition = {
        instrument: perp(),
        quantity: signed(side, decimalOfNumber(amount)),
        entry: decimalOfNumber(entry),
        terms: VENUES[exchange]!,
      }
      const collateral = decimalOfNumber((amount * entry) / leverage)
      const { liquidation } = unwrap(liquidationPrice(position, { collateral, others: [] }))
      // Bybit's are printed to seven places, one of Binance's to eleven.
      expect(relativeGap(priceOf(liquidation), expected)).toBeLessThan(exchange === 'bybit' ? 1e-7 : 1e-11)
    }
  })

  test.skipIf(absent)('[MARGIN-9] an account of two positions, each alone and crossed, to the cent', () => {
    const rows = reference!.binance_published_example.rows
    expect(rows.length).toBeGreaterThan(0)
    for (const { wallet, position, others, expected } of rows) {
      const [asked, ...beside] = [position, ...others].map((leg) => ({
        instrument: perp({ id: leg.symbol }),
        quantity: signed(leg.side, decimal(leg.amount)),
        entry: decimal(leg.entry),
        mark: decimal(leg.mark),
        terms: twoTiers(decimal(leg.mmr), decimal(leg.cum)),
      }))
      const { liquidation } = unwrap(liquidationPrice(asked!, { collateral: decimal(wallet), others: beside }))
      expect(priceOf(liquidation).toFixed(2)).toBe(expected)
    }
  })

  test.skipIf(absent)('[MARGIN-9] live positions of a venue whose maintenance is half the initial margin', () => {
    const { rows: live, synthetic } = reference!.hyperliquid_live_positions
    const rows = [...live, ...synthetic]
    expect(rows.length).toBeGreaterThan(0)
    for (const { coin, max_leverage, side, entry, size, collateral, liquidation_price } of rows) {
      const rate = decimalOfNumber(1 / (2 * max_leverage))
      const position: TieredPosition = {
        instrument: perp({ id: coin }),
        quantity: signed(side, decimal(size)),
        entry: decimal(entry),
        terms: {
          ...termsOf([]),
          tiers: [{ from: ZERO, maintenance: rate, leverageMax: decimalOfNumber(max_leverage) }],
        },
      }
      const { liquidation } = unwrap(alone(position, collateral))
      const [found, expected] = [priceOf(liquidation), Number(liquidation_price)]
      // A position without leverage is liquidated next to 0, where collateral of six places says little.
      if (expected < Number(entry) / 1000) expect(Math.abs(found - expected)).toBeLessThan(0.01)
      else expect(relativeGap(found, expected)).toBeLessThan(1e-4)
    }
  })

  test.skipIf(absent)('[MARGIN-10] the tier is that of the value, not of the collateral', () => {
    type Rows = readonly (readonly [number, number, number, number, number])[]
    const rows = readJson<{ tiers: Readonly<Record<string, Rows>> }>(
      'engines/binance_leverage_tiers_2024-10.json',
    ).tiers
    const terms: TierTerms = {
      ...termsOf([]),
      tiers: rows['BTC/USDT:USDT']!.map(([from, , maintenance, leverageMax]) => ({
        from: decimalOfNumber(from),
        maintenance: decimalOfNumber(maintenance),
        leverageMax: decimalOfNumber(leverageMax),
      })),
    }
    const position = held(perp(), { quantity: '149.253731343283582', entry: '67000', terms })
    expect(Math.round(priceOf(unwrap(alone(position, '500000')).liquidation))).toBe(64_215)
  })
})

const ONE_RATE = termsOf(['0 0.004 50'])

describe('liquidation prices', () => {
  test('[MARGIN-10] what others need, and what they have won or lost with its sign, is not there for this one', () => {
    const long = held(perp(), { quantity: '1', entry: '100', terms: ONE_RATE })
    const other = (quantity: string, mark: string): TieredPosition & { mark: Decimal } => ({
      ...held(perp({ id: 'ETH-PERP' }), { quantity, entry: '1000', terms: ONE_RATE }),
      mark: decimal(mark),
    })
    const crossed = (...others: readonly (TieredPosition & { mark: Decimal })[]): string =>
      priceOf(unwrap(liquidationPrice(long, { collateral: decimal('5'), others })).liquidation).toFixed(4)
    expect(crossed()).toBe('95.3815')
    // 5 + (P − 100) = .004·P + 4
    expect(crossed(other('1', '1000'))).toBe('99.3976')
    expect(crossed(other('-1', '999'))).toBe('98.3896')
    expect(crossed(other('1', '1001'))).toBe('98.3976')
    expect(crossed(other('-1', '1001'))).toBe('100.4056')
  })

  test('[MARGIN-10] money posted beyond the least counts', () => {
    const entryBased = held(perp(), {
      quantity: '1',
      entry: '10',
      terms: termsOf(['0 0.01 50'], { maintainedAt: 'entry' }),
    })
    expect(text(unwrap(alone(entryBased, '2')).liquidation)).toBe('8.1')
    expect(text(unwrap(alone(entryBased, '3')).liquidation)).toBe('7.1')
  })

  test.each<[string, Instrument, string, string, string, string]>([
    ['a long', perp(), '1', '20', '80.40201005025125', '80'],
    ['a short', perp(), '-1', '20', '119.402985074626865671', '120'],
    ['a long that is paid for', perp(), '1', '100', 'never', 'never'],
    ['a short that owes more than it is worth', perp(), '-1', '-101', 'always', 'always'],
    ['a long in coin', inverse(), '1', '0.5', '67', '66.666666666666666667'],
    ['a short in coin', inverse(), '-1', '0.5', '199', '200'],
    ['a short in coin that is hedged', inverse(), '-1', '1', 'never', 'never'],
  ])('[MARGIN-9] [MARGIN-11] %s', (_, instrument, quantity, collateral, liquidated, bankrupt) => {
    const position = held(instrument, { quantity, entry: '100', terms: termsOf(['0 0.005 50']) })
    const { liquidation, bankruptcy } = unwrap(alone(position, collateral))
    expect([text(liquidation).slice(0, liquidated.length), text(bankruptcy)]).toEqual([liquidated, bankrupt])
  })

  test('[MARGIN-9] [MARGIN-11] at the price equity is maintenance, at the bankruptcy price nothing, whatever tier that is in', () => {
    const contract = fc.constantFrom(perp(), perp({ multiplier: decimal('0.1') }), inverse())
    const rows = fc.constantFrom(LADDER, ['0 0.01 10', '50 0.02 10', '700 0.3 2'], ['0 0.4 2'])
    const over = fc.record({
      closingFee: fc.constantFrom(ZERO, decimal('0.0006')),
      maintainedAt: fc.constantFrom<'mark' | 'entry'>('mark', 'entry'),
    })
    const parts = fc.tuple(
      contract,
      rows,
      over,
      fc.integer({ min: -4000, max: 4000 }),
      fc.integer({ min: -99, max: 300 }),
    )
    const tried = { at: 0 }
    fc.assert(
      fc.property(parts, ([instrument, ladder, terms, lots, posted]) => {
        fc.pre(lots !== 0)
        const position: TieredPosition = {
          instrument,
          quantity: fromUnits(BigInt(lots) * 10n ** 16n * 50n),
          entry: decimal('250'),
          terms: termsOf(ladder, terms),
        }
        const value = Math.abs(toNumber(position.quantity)) * toNumber(instrument.multiplier)
        const collateral = decimalOfNumber((value * (instrument.settle === 'BTC' ? 1 / 250 : 250) * posted) / 100)
        const { liquidation, bankruptcy } = unwrap(liquidationPrice(position, { collateral, others: [] }))
        const equityAt = (price: Decimal): number =>
          toNumber(collateral) + ratioToNumber(unrealised(instrument, { ...position, price }))
        const keptAt = (price: Decimal): number => {
          const counted = position.terms.maintainedAt === 'entry' ? position.entry : price
          const held = { quantity: position.quantity, price: counted }
          return toNumber(
            unwrap(tierMargin(instrument, held, { terms: position.terms, leverage: null })).maintenance.amount,
          )
        }
        const scale = Math.abs(toNumber(collateral)) + value * 250
        if (liquidation.kind === 'at') {
          tried.at++
          expect(Math.abs(equityAt(liquidation.price) - keptAt(liquidation.price))).toBeLessThan(
            1e-9 * (scale + keptAt(liquidation.price)),
          )
        } else
          for (const price of ['0.000001', '1', '250', '1000000000'])
            expect(equityAt(decimal(price)) >= keptAt(decimal(price))).toBe(liquidation.kind === 'never')
        if (bankruptcy.kind === 'at') expect(Math.abs(equityAt(bankruptcy.price))).toBeLessThan(1e-9 * scale)
      }),
      { seed: 20260402, numRuns: 400 },
    )
    expect(tried.at).toBeGreaterThan(200)
  })

  test('[MARGIN-9] a question that has no such price is refused, naming the position', () => {
    const asked = { ...held(spot(), { quantity: '0', entry: '0', terms: ONE_RATE }) }
    const other = { ...held(inverse(), { quantity: '1', entry: '10', terms: ONE_RATE }), mark: ZERO }
    expect(messagesOf(liquidationPrice(asked, { collateral: ONE, others: [other] }))).toEqual([
      'BTC-USDT: BTC-USDT must be a perp or a future, was spot',
      'BTC-USDT: quantity of BTC-USDT must be held, was 0',
      'BTC-USDT: entry of BTC-USDT must be above 0, was 0',
      'BTC-COIN: mark of BTC-COIN must be above 0, was 0',
      'BTC-COIN: BTC-COIN must settle in USDT as BTC-USDT does, was in BTC',
    ])
    const same = { ...held(perp(), { quantity: '1', entry: '10', terms: ONE_RATE }), mark: ONE }
    expect(messagesOf(liquidationPrice(same, { collateral: ONE, others: [same] }))).toEqual([
      'BTC-PERP: BTC-PERP must be another than the one that is asked about, was the same',
    ])
  })
})
