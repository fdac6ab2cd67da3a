/**
 * The shape of a book file: every section and key, as data. The reader, the JSON Schema for editors and the documentation of
 * a key are this one thing. What sections mean together is checked in `book-*.ts`.
 */

import { backtestShape } from './backtest-shape.ts'
import { limits } from './book-limits-shape.ts'
import { cash, positions } from './holdings-shape.ts'
import { base, choice, duration, flag, fraction, instant, kind, money, name, number, title, version } from './leaf.ts'
import { marketShape } from './market-shape.ts'
import { policyShape, widths } from './policy-shape.ts'
import { type DraftOf, either, type Leaf, listOf, mapOf, optional, section, variants } from './shape.ts'
import { stressShape } from './stress-shape.ts'
import { studyShape } from './study-shape.ts'
import { targetsShape } from './target-shape.ts'

const fee = either(
  'a fraction of traded notional such as 5bp, or {taker, maker}',
  fraction('fee', 'any', { what: 'the taker fee as a fraction of traded notional', example: '5bp' }),
  section('fees as fractions of traded notional', {
    taker: fraction('fee', 'any', { what: 'the fee for taking liquidity (negative for a rebate)', example: '5bp' }),
    maker: fraction('fee', 'any', { what: 'the fee for making liquidity (negative for a rebate)', example: '-1bp' }),
  }),
)

const terms = {
  venue: optional(name({ what: 'the venue it trades on', example: 'deribit' })),
  symbol: optional(name({ what: 'its symbol in imported files (ccxt unified)', example: 'BTC/USDT:USDT' })),
  quote: optional(name({ what: 'the currency its price is in (the book currency unless given)', example: 'USDT' })),
  lot: number('lot', 'positive', {
    what: 'the smallest step of a quantity',
    example: '0.00001',
    hint: 'write the step the venue lists for it, such as `lot: 0.00001`',
  }),
  tick: optional(
    number('tick', 'positive', {
      what: 'the smallest step of a price, which simulated orders keep to',
      example: '0.1',
      hint: 'write the step the venue lists for it, or leave it out',
    }),
  ),
  quantityMin: optional(
    number('minimum', 'nonNegative', {
      what: 'the least quantity of an order (the lot unless given)',
      example: '0.001',
    }),
  ),
  notionalMin: optional(money('minimum', 'nonNegative', { what: 'the least value of an order', example: '5 USD' })),
  fee,
  spread: fraction('spread', 'nonNegative', {
    what: 'the full bid-ask spread as a fraction of the price',
    example: '2bp',
  }),
}
const contractTerms = {
  ...terms,
  underlying: name({ what: 'the underlying that targets and risk are about', example: 'BTC' }),
  contract: choice('linear: settled in money; inverse: settled in the coin', ['linear', 'inverse']),
  settle: optional(
    name({
      what: 'the currency of profit and loss (unless given: the quote for linear, the underlying for inverse)',
      example: 'USDT',
    }),
  ),
  multiplier: number('multiplier', 'positive', {
    what: 'units of the underlying per contract (for inverse, of the quote currency)',
    example: '0.001',
  }),
}
const expiry = instant({ what: 'the time it expires', example: '2026-06-26T08:00:00Z' })

const instrument = variants(
  {
    form: 'write its terms, such as { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }',
    kind: 'write `kind: spot` or what it is',
  },
  [
    section('a spot pair', {
      kind: kind('spot'),
      underlying: optional(name({ what: 'its underlying (its own id unless given)', example: 'BTC' })),
      short: optional(flag('whether the venue lends it, so that it may be sold below zero')),
      ...terms,
    }),
    section('a perpetual', { kind: kind('perp'), ...contractTerms }),
    section('a dated future', { kind: kind('future'), ...contractTerms, expiry }),
    section('an option', {
      kind: kind('option'),
      ...contractTerms,
      expiry,
      strike: number('strike', 'positive', { what: 'the strike price', example: '100000' }),
      right: choice('the right it gives', ['call', 'put']),
    }),
  ],
)

const order = section('an open order of your own', {
  id: name({ what: 'its id at the venue', example: '8a1f' }),
  instrument: name({ what: 'its instrument', example: 'BTC' }),
  side: choice('buy or sell', ['buy', 'sell']),
  quantity: number('quantity', 'positive', { what: 'what is still open', example: '0.5' }),
  price: optional(
    number('price', 'positive', {
      what: 'its limit price (none for a market order)',
      example: '63000',
    }),
  ),
  reduceOnly: optional(flag('whether it can only reduce the position')),
  replace: flag('whether the plan replaces it: true cancels it first, false counts it as filled'),
})

const sizing = section('how one trade and quotes are sized; read by size and quotes', {
  curve: choice('how size falls as the imbalance grows', [
    'linear',
    'exponential',
    'logistic',
    'power',
    'inverse',
    'optimal',
  ]),
  unit: choice('the unit the imbalance is measured in', ['weight', 'volatility', 'risk']),
  aversion: optional(
    number('aversion', 'positive', {
      what: 'risk aversion (required by unit risk and curve optimal)',
      example: '10',
    }),
  ),
  interval: optional(
    duration({
      what: 'the time from one decision to the next (required by unit risk and curve optimal)',
      example: '1h',
    }),
  ),
  steepness: optional(
    number('steepness', 'positive', {
      what: 'how fast the curve falls (1 unless given)',
      example: '1',
    }),
  ),
  gMax: optional(
    number('multiple', 'positive', {
      what: 'the greatest factor on the base size, at least 1 (2 unless given)',
      example: '2',
    }),
  ),
  width: optional(widths('the half-width the imbalance is divided by')),
  base: optional(
    mapOf(
      'base size per instrument, a quantity or a share of equity',
      base({ what: 'a quantity such as 0.5, or a share of equity such as 5%', example: '0.5' }),
    ),
  ),
})

const perInstrument = (what: string, entry: Leaf) =>
  either(`${what}, one for all or one per instrument`, entry, mapOf(`${what}, per instrument`, entry))
const costs = section('what trading and holding cost beyond fee and spread; what is not stated is not counted', {
  makerShare: optional(
    perInstrument(
      'the share of an order that rests and pays the maker fee',
      fraction('share', 'nonNegative', { what: 'the share of an order that rests', example: '50%' }),
    ),
  ),
  orderFee: optional(
    perInstrument(
      'what an order costs whatever its size',
      money('fee', 'nonNegative', { what: 'a fee per order', example: '0.10 USD' }),
    ),
  ),
  impact: optional(
    section('impact of own trades, a power of their share of daily volume', {
      scale: number('scale', 'positive', {
        what: 'Y: peak move in daily volatilities at a whole day’s volume',
        example: '1',
      }),
      exponent: number('exponent', 'positive', { what: 'δ, above 0 and at most 1', example: '0.5' }),
      join: duration({ what: 'the longest pause inside one metaorder', example: '1h' }),
      decay: duration({ what: 'the time in which impact falls to 1/e after its end', example: '1d' }),
    }),
  ),
  traded: optional(
    mapOf(
      'what was traded lately and is still felt, per instrument',
      section('own trades of each side, as shares of equity', {
        buy: optional(fraction('weight', 'nonNegative', { what: 'bought', example: '5%' })),
        sell: optional(fraction('weight', 'nonNegative', { what: 'sold', example: '5%' })),
        at: instant({ what: 'the time of the last of them', example: '2026-02-28T23:00:00Z' }),
      }),
    ),
  ),
  horizon: optional(duration({ what: 'how long carry is counted', example: '7d' })),
  carry: optional(
    mapOf(
      'what holding costs, per instrument',
      section('funding of a perp, borrow of a short spot position, or basis of a future', {
        funding: optional(fraction('rate', 'any', { what: 'next funding payment, + longs pay', example: '1bp' })),
        every: optional(duration({ what: 'time between funding payments', example: '8h' })),
        at: optional(instant({ what: 'any one funding time', example: '2026-03-01T00:00:00Z' })),
        mean: optional(fraction('rate', 'any', { what: 'the payment that later ones revert to', example: '0.5bp' })),
        halfLife: optional(duration({ what: 'how fast they do', example: '1d' })),
        cap: optional(fraction('rate', 'nonNegative', { what: 'the largest |payment|', example: '75bp' })),
        borrow: optional(fraction('rate', 'any', { what: 'what a short of spot pays a year', example: '5%' })),
        basis: optional(fraction('rate', 'any', { what: 'price over the underlying’s, less 1', example: '1.2%' })),
        roll: optional(
          section('how the next contracts are held after expiry', {
            basis: fraction('rate', 'any', { what: 'their basis a year', example: '8%' }),
            cost: fraction('rate', 'nonNegative', { what: 'cost of one roll', example: '10bp' }),
            life: duration({ what: 'life of each', example: '90d' }),
          }),
        ),
      }),
    ),
  ),
})

export const bookShape = section('a book of Equipoise', {
  book: version('1'),
  name: optional(title({ what: 'a title', example: 'Example book (round numbers, not a market)' })),
  currency: name({ what: 'the currency every weight is measured in', example: 'USD' }),
  asOf: instant({ what: 'the time the book and its prices are of', example: '2026-03-01T00:00:00Z' }),
  cash: optional(cash),
  equity: optional(
    number('equity', 'positive', {
      what: 'equity in the book currency, instead of cash',
      example: '100000',
    }),
  ),
  positions: optional(positions),
  targets: targetsShape,
  policy: optional(policyShape),
  compare: optional(listOf('policies to compare with the one above', policyShape)),
  limits: optional(limits),
  costs: optional(costs),
  instruments: mapOf('every instrument that is held or may be traded, by its id', instrument),
  groups: optional(
    mapOf(
      'underlyings that limits and widths name together',
      listOf('underlyings', name({ what: 'an underlying', example: 'BTC' })),
    ),
  ),
  trade: optional(
    mapOf(
      'instruments that may be traded, per underlying; all of them unless given',
      either(
        'an instrument or a list of them',
        name({ what: 'an instrument', example: 'BTC-PERP' }),
        listOf('instruments', name({ what: 'an instrument', example: 'BTC-PERP' })),
      ),
    ),
  ),
  market: marketShape,
  orders: optional(listOf('open orders of your own', order)),
  sizing: optional(sizing),
  backtest: optional(backtestShape),
  study: optional(studyShape),
  stress: optional(stressShape),
})

/** The part of a book that has the right shape: whatever the shape refused is absent. */
export type Draft = DraftOf<typeof bookShape>
