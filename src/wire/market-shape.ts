/** The shape of the market of a book: prices and volumes, and risk that is stated or estimated from candle files. */
import { estimateShape, estimatorShape } from './estimate-shape.ts'
import { duration, fraction, instant, money, number, path } from './leaf.ts'
import { either, listOf, mapOf, optional, section, underlyings } from './shape.ts'

const price = number('price', 'positive', { what: 'a price in its quote currency', example: '64000' })
export const marketShape = section('prices and risk: given here, or estimated from candle files', {
  prices: optional(
    mapOf(
      'price per instrument, and per currency other than the book currency',
      either(
        'a price such as 64000, or {price, at}',
        price,
        section('a price and its time', {
          price,
          at: instant({ what: 'the time of the price', example: '2026-03-01T00:00:00Z' }),
        }),
      ),
    ),
  ),
  markAgeMax: optional(
    duration({
      what: 'the greatest age of a price (older ones freeze their instrument)',
      example: '10m',
    }),
  ),
  vols: optional(
    underlyings('annual volatility', fraction('vol', 'positive', { what: 'an annual volatility', example: '55%' })),
  ),
  correlations: optional(
    mapOf(
      'correlation per pair of underlyings, such as BTC/ETH',
      fraction('correlation', 'any', { what: 'a correlation from -1 to 1', example: '0.8' }),
    ),
  ),
  volumes: optional(
    mapOf(
      'traded volume per day and instrument',
      money('volume', 'positive', { what: 'a traded value per day', example: '12e6 USD' }),
    ),
  ),
  depths: optional(
    mapOf(
      'what can be traded at once, per instrument',
      money('depth', 'positive', { what: 'the value that its book can take at once', example: '250000 USD' }),
    ),
  ),
  books: optional(
    mapOf(
      'order book per instrument: a file of what ccxt’s fetchOrderBook returned, relative to the book',
      path({ what: 'a file with an order book', example: 'books/BTC.json' }),
    ),
  ),
  pools: optional(
    mapOf(
      'constant-product pool per spot instrument, instead of an order book',
      section('what the pool holds, and its fee', {
        base: number('reserve', 'positive', { what: 'units of the coin it holds', example: '1200' }),
        quote: number('reserve', 'positive', { what: 'units of the quote currency it holds', example: '3840000' }),
        fee: fraction('fee', 'nonNegative', { what: 'its fee on what goes in', example: '30bp' }),
      }),
    ),
  ),
  candles: optional(
    mapOf(
      'candle file per underlying, relative to the book',
      path({ what: 'a candle file', example: '../data/BTC.csv.gz' }),
    ),
  ),
  interval: optional(duration({ what: 'the time from one candle to the next', example: '1h' })),
  estimate: optional(estimateShape),
  compare: optional(listOf('estimators that `equipoise risk --score` judges beside it', estimatorShape)),
})
