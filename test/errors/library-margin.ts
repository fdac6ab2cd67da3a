/** Refusals of margin: a sound profile of tiers, and one question that has no answer. */
import { decimal } from '../../src/core/base/decimal.ts'
import { makeUniverse } from '../../src/core/domain/universe.ts'
import { excessAlong, liquidationMoves } from '../../src/core/margin/liquidation-moves.ts'
import { liquidationPrice } from '../../src/core/margin/liquidation-price.ts'
import { optionMargin } from '../../src/core/margin/option-margin.ts'
import { checkProfile, profileAt, tiersOf } from '../../src/core/margin/profile.ts'
import { riskMatrix } from '../../src/core/margin/risk-matrix.ts'
import { standardMargin } from '../../src/core/margin/standard-account.ts'
import { tierModel } from '../../src/core/margin/tier-model.ts'
import { tierMargin } from '../../src/core/margin/tiers.ts'
import { touchingProbability } from '../../src/core/margin/touching.ts'
import { inverse, perp } from '../core/cost/reference.ts'
import { DERIBIT, EXPIRY, heldOption, MATRIX, option, STANDARD } from '../core/margin/optional.ts'
import { held, profileOf, termsOf } from '../core/margin/tiered.ts'
import { termsOf as venueTerms } from '../core/sim/venue-market.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const profile = profileOf()
const terms = termsOf(['0 0.005 100'], { valueMax: decimal('1000') })
const position = held(perp(), { quantity: '1', entry: '100', terms })

export const MARGIN_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'margin.profile': {
    refused: () => checkProfile(profileOf({ source: '' })),
    reads:
      'source: source must say where the numbers were read, was empty; a profile says of which venue, when and from where its numbers are',
  },
  'margin.profile-unknown': {
    refused: () => issuesOf(profileAt([profile], { venue: 'other', at: profile.from })),
    reads:
      'other: venue must be one that a profile is of (example), was "other"; add a profile with the venue\'s own terms',
  },
  'margin.profile-date': {
    refused: () => issuesOf(profileAt([profile], { venue: 'example', at: profile.until! })),
    reads:
      'example: 2026-07-01T00:00:00.000Z must be in the validity of one profile of example (2026-01-01T00:00:00.000Z to 2026-07-01T00:00:00.000Z), was in 0 of them; add the profile of that time, or end one where the next begins',
  },
  'margin.profile-instrument': {
    refused: () => issuesOf(tiersOf(profile, 'ETH-PERP')),
    reads:
      'ETH-PERP: ETH-PERP must be in the profile of example of 2026-01-01T00:00:00.000Z, was missing; add its terms to the profile, or leave it out of the book',
  },
  'margin.tiers': {
    refused: () => checkProfile(profileOf({ tiers: { 'BTC-PERP': termsOf(['1 0.005 100']) } })),
    reads:
      "tiers.BTC-PERP.tiers.0: the first tier must begin at 0, was 1; copy the venue's table: values rise, rates do not fall, leverage does not rise",
  },
  'margin.tier': {
    refused: () =>
      issuesOf(tierMargin(perp(), { quantity: decimal('11'), price: decimal('100') }, { terms, leverage: null })),
    reads:
      'BTC-PERP: value of BTC-PERP must be at most 1000 USDT, the largest its tiers have, was 1100; hold less of it, or split it over accounts',
  },
  'margin.leverage': {
    refused: () =>
      issuesOf(
        tierMargin(perp(), { quantity: decimal('1'), price: decimal('100') }, { terms, leverage: decimal('101') }),
      ),
    reads:
      'BTC-PERP: leverage of BTC-PERP must be above 0 and at most 100 in the tier from 0 USDT on, was 101; choose less leverage, or hold less of it',
  },
  'margin.model': {
    refused: () => {
      const entries = profileOf({
        tiers: { ...profile.tiers, 'BTC-PERP': termsOf(['0 0.005 100'], { maintainedAt: 'entry' }) },
      })
      return issuesOf(tierModel(venueTerms().universe, { profile: entries, leverage: [null, null, null] }))
    },
    reads:
      'BTC-PERP: maintenance of BTC-PERP must be of its value at the mark, was at its entry, which a model of quantities and marks does not know; ask tierMargin and liquidationPrice, which take the entry',
  },
  'margin.option': {
    refused: () => {
      const held = heldOption(option('put', '100'), { quantity: '-1', mark: '1', underlying: '100' })
      return issuesOf(optionMargin(held, { terms: DERIBIT, at: EXPIRY }))
    },
    reads:
      'BTC-100-P: BTC-100-P must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z; settle what has expired; take marks and underlyings from the venue at one moment',
  },
  'margin.option-terms': {
    refused: () =>
      checkProfile(
        profileOf({ options: { BTC: { ...DERIBIT, call: { ...DERIBIT.call, maintenance: decimal('0') } } } }),
      ),
    reads:
      "options.BTC.call.maintenance: maintenance must be above 0, was 0; copy the venue's rule: fractions of the underlying's price, not percent",
  },
  'margin.account': {
    refused: () =>
      issuesOf(
        standardMargin({ cash: decimal('0'), stable: decimal('0'), markets: [] }, { terms: STANDARD, at: EXPIRY }),
      ),
    reads:
      "stable: price of the cash must be above 0, was 0; take positions, prices and the venue's numbers of one moment",
  },
  'margin.direction': {
    refused: () => {
      const universe = makeUniverse({ numeraire: 'USDT', instruments: [option('call', '100')] })
      const one = Float64Array.of(1)
      const account = { universe, quantity: one, entry: one, money: one, marks: { mark: one, rate: one } }
      return issuesOf(excessAlong(account, { model: () => ({ initial: 0, maintenance: 0 }), beta: one }))
    },
    reads:
      'BTC-100-C: BTC-100-C must have a price that moves with its underlying alone, was an option; give a function that prices options along the move to liquidationMoves',
  },
  'margin.span': {
    refused: () => issuesOf(liquidationMoves(() => 1, { low: -0.5, high: 0, steps: 1 })),
    reads: 'span: high must be above 0, was 0; look from a fall to a rise',
  },
  'margin.excess': {
    refused: () => issuesOf(liquidationMoves(() => Number.NaN, { low: -0.5, high: 1, steps: 1 })),
    reads:
      'excess: equity less maintenance must be a number at every move, was NaN at -0.5; give marks, entries and rates of all that is held',
  },
  'margin.touching': {
    refused: () => issuesOf(touchingProbability({ price: 0, level: 1, vol: 1, drift: 0, horizon: 1 })),
    reads: 'touching: price must be above 0, was 0; say all of it a year',
  },
  'margin.matrix': {
    refused: () => {
      const perp = { quantity: 0, price: 0, profit: 0 }
      const account = { cash: 0, stable: 1, index: 0, confidence: 1, coins: 0, perp, expiries: [] }
      return issuesOf(riskMatrix(account, { terms: MATRIX, at: EXPIRY }))
    },
    reads: "account: index must be above 0, was 0; take positions, prices and the venue's numbers of one moment",
  },
  'margin.liquidation': {
    refused: () => {
      const other = { ...held(inverse(), { quantity: '1', entry: '100', terms }), mark: decimal('100') }
      return issuesOf(liquidationPrice(position, { collateral: decimal('1'), others: [other] }))
    },
    reads:
      'BTC-COIN: BTC-COIN must settle in USDT as BTC-PERP does, was in BTC; a liquidation price is of one held perp or future among positions that share its collateral',
  },
}
