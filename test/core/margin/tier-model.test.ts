import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, decimalOfNumber, toNumber, ZERO } from '../../../src/core/base/decimal.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { liquidationPrice } from '../../../src/core/margin/liquidation-price.ts'
import { tierModel } from '../../../src/core/margin/tier-model.ts'
import { tierMargin } from '../../../src/core/margin/tiers.ts'
import { moveVenue, openVenue } from '../../../src/core/sim/venue.ts'
import { inverse, messagesOf, perp, relativeGap, spot, unwrap } from '../cost/reference.ts'
import { deposit, holding, quoted, T0, termsOf as venueTerms } from '../sim/venue-market.ts'
import { held, LADDER, profileOf, termsOf } from './tiered.ts'

const universe = makeUniverse({ numeraire: 'USDT', instruments: [spot({ short: false }), perp(), inverse()] })
/** BTC-COIN, BTC-PERP, BTC-USDT */
const CHOSEN = [decimal('20'), null, null]
const model = unwrap(tierModel(universe, { profile: profileOf(), leverage: CHOSEN }))

describe('tiers of a book', () => {
  test('[MARGIN-8] a book needs the sum of what each position does in exact money, in the numeraire', () => {
    const lots = fc.integer({ min: -4000, max: 4000 })
    fc.assert(
      fc.property(
        lots,
        lots,
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 2000, max: 90_000 }),
        (coin, contracts, own, price) => {
          const quantity = [coin * 10, contracts / 100, own]
          const marks = { mark: new Float64Array(3).fill(price), rate: Float64Array.of(price, 1, 1) }
          const needed = model(Float64Array.from(quantity), marks)
          let [initial, maintenance] = [0, 0]
          for (const j of [0, 1]) {
            const instrument = universe.instruments[j]!
            const terms = profileOf().tiers[instrument.id]!
            const position = { quantity: decimalOfNumber(quantity[j]!), price: decimalOfNumber(price) }
            const free = unwrap(tierMargin(instrument, position, { terms, leverage: null }))
            const allowed = terms.tiers[free.tier]!.leverageMax
            const chosen = CHOSEN[j] ?? allowed
            const exact = unwrap(
              tierMargin(instrument, position, { terms, leverage: chosen < allowed ? chosen : allowed }),
            )
            initial += toNumber(exact.initial.amount) * marks.rate[universe.settleOf[j]!]!
            maintenance += toNumber(exact.maintenance.amount) * marks.rate[universe.settleOf[j]!]!
          }
          expect(relativeGap(needed.initial, initial)).toBeLessThan(1e-11)
          expect(relativeGap(needed.maintenance, maintenance)).toBeLessThan(1e-11)
        },
      ),
      { seed: 20260403 },
    )
  })

  test('[MARGIN-8] what is given for the instruments of a book must be theirs', () => {
    const shortable = makeUniverse({ numeraire: 'USDT', instruments: [spot(), perp(), inverse()] })
    const profile = profileOf({
      tiers: { 'BTC-PERP': termsOf(LADDER, { maintainedAt: 'entry' }), 'BTC-COIN': termsOf(LADDER) },
    })
    expect(messagesOf(tierModel(shortable, { profile, leverage: [ZERO, null, null] }))).toEqual([
      'BTC-COIN: leverage of BTC-COIN must be above 0, was 0',
      'BTC-PERP: maintenance of BTC-PERP must be of its value at the mark, was at its entry, which a model of quantities and marks does not know',
      'BTC-USDT: BTC-USDT must be in the profile of example of 2026-01-01T00:00:00.000Z, was missing',
    ])
    const option = { ...perp(), kind: 'option', expiry: 0, strike: decimal('1'), right: 'call' } as const
    const options = makeUniverse({ numeraire: 'USDT', instruments: [option] })
    expect(messagesOf(tierModel(options, { profile, leverage: [null] }))).toEqual([
      'BTC-PERP: BTC-PERP must be spot, a perp or a future to have tiers, was an option',
    ])
  })

  test.each([
    ['20', '100000'],
    ['-20', '100000'],
    ['0.5', '3000'],
    ['-0.5', '3000'],
  ])(
    '[MARGIN-8] [MARGIN-9] the simulated venue liquidates %s at the price that is named for it, in whatever tier that is',
    (quantity, collateral) => {
      const position = held(perp(), { quantity, entry: '50000', terms: profileOf().tiers['BTC-PERP']! })
      const { liquidation } = unwrap(liquidationPrice(position, { collateral: decimal(collateral), others: [] }))
      const price = liquidation.kind === 'at' ? toNumber(liquidation.price) : Number.NaN
      const terms = venueTerms()
      const isLiquidatedAt = (mark: number): boolean => {
        let venue = unwrap(
          openVenue(terms, unwrap(tierModel(terms.universe, { profile: profileOf(), leverage: [null, null, null] }))),
        )
        const inputs = [
          deposit(`${collateral} USDT`),
          quoted(T0, { mid: 50_000 }),
          holding(`${quantity} BTC-PERP at 50000`),
          quoted(T0 + 1, { mid: mark }),
        ]
        const fills = inputs.flatMap((input) => {
          const moved = unwrap(moveVenue(venue, input))
          venue = moved.venue
          return moved.fills
        })
        return fills.length > 0
      }
      const step = quantity.startsWith('-') ? 1e-6 : -1e-6
      expect([isLiquidatedAt(price * (1 - step)), isLiquidatedAt(price * (1 + step))]).toEqual([false, true])
    },
  )
})
