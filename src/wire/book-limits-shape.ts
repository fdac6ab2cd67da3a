/**
 * The shape of the limits section of a book. A limit is a fraction, which holds, or {max, price}, beyond which every unit of
 * what it measures costs the price, as a fraction of equity.
 */
import { choice, duration, fraction, name, number } from './leaf.ts'
import { either, listOf, mapOf, openSection, optional, section } from './shape.ts'

const price = optional(
  fraction('price', 'positive', {
    what: 'what a unit beyond costs, as a fraction of equity; without it the limit holds',
    example: '50bp',
  }),
)

const atMost = (what: string, example: string) => fraction('limit', 'nonNegative', { what, example })
const greatest = (what: string, example: string) =>
  either(
    `${what}: a fraction, which holds, or {max, price}`,
    atMost(what, example),
    section(`${what}, or its price`, { max: atMost(what, example), price }),
  )
const positive = (limit: string, what: string, example: string) =>
  either(
    `${what}: a fraction, which holds, or {max, price}`,
    fraction(limit, 'positive', { what, example }),
    section(`${what}, or its price`, { max: fraction(limit, 'positive', { what, example }), price }),
  )
const cashMin = fraction('limit', 'any', { what: 'the least settled money', example: '0%' })

const range = {
  min: optional(fraction('weight', 'any', { what: 'the least', example: '50%' })),
  max: optional(fraction('weight', 'any', { what: 'the greatest', example: '50%' })),
  price,
}

const tail = (what: string) =>
  section(what, {
    max: atMost(`the greatest ${what}, as a fraction of equity`, '5%'),
    price,
    confidence: fraction('limit', 'positive', { what: 'the confidence, between 50% and 100%', example: '99%' }),
    over: duration({ what: 'the time the loss is made in', example: '1d' }),
    method: choice('normal: from the forecast; historical: from past returns of the candles', ['normal', 'historical']),
  })

export const limits = section('limits, as fractions of equity; what is not named is not limited', {
  weight: optional(
    openSection(
      'least and greatest weight: {min, max} for all, or one {min, max} per underlying',
      range,
      section('limits of one underlying', range),
    ),
  ),
  gross: optional(greatest('the greatest Σ |weight|', '100%')),
  leverage: optional(greatest('the greatest Σ |value| over positions and coin balances', '200%')),
  net: optional(section('limits of Σ weight', range)),
  groups: optional(
    mapOf(
      'limits per group of the book',
      section('limits of Σ weight over a group, and of Σ |weight|', {
        ...range,
        gross: optional(greatest('the greatest Σ |weight| of the group', '70%')),
      }),
    ),
  ),
  factors: optional(
    mapOf(
      'limits per factor, such as beta',
      section('limits of Σ loading·weight', {
        loadings: mapOf(
          'loading per underlying; 0 where none is given',
          number('loading', 'any', { what: 'a loading', example: '1.2' }),
        ),
        ...range,
      }),
    ),
  ),
  turnover: optional(greatest('the greatest Σ |traded weight| of one plan', '20%')),
  turnoverOf: optional(
    mapOf('turnover per underlying or instrument', greatest('the greatest traded weight of one plan', '5%')),
  ),
  volatility: optional(greatest('the greatest volatility of the book, annual', '40%')),
  trackingError: optional(greatest('the greatest tracking error, annual', '7%')),
  valueAtRisk: optional(tail('value at risk')),
  expectedShortfall: optional(tail('expected shortfall')),
  participation: optional(
    section('share of traded volume, of each instrument and of all together', {
      share: optional(positive('share', "the greatest share of an instrument's own volume", '5%')),
      book: optional(positive('share', 'the greatest share of the volume of all that may be traded', '2%')),
      over: duration({ what: 'the time the volume is counted over', example: '1h' }),
    }),
  ),
  depthShare: optional(positive('share', "the greatest share of an instrument's own depth", '10%')),
  cashMin: optional(
    either(
      'the least settled money: a fraction, which holds, or {min, price} (unless given, 0 or where it is)',
      cashMin,
      section('the least settled money, or its price', { min: cashMin, price }),
    ),
  ),
  orderMax: optional(positive('limit', 'the largest single order', '10%')),
  frozen: optional(
    listOf(
      'underlyings or instruments that may not be traded',
      name({ what: 'an underlying or an instrument', example: 'ETH' }),
    ),
  ),
  reduceOnly: optional(
    listOf('underlyings whose |weight| may only fall', name({ what: 'an underlying', example: 'SOL' })),
  ),
})
