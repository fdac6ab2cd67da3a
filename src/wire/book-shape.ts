/**
 * The shape of a book file: every section and key, as a zod schema over text. The reader, the JSON Schema for editors and
 * the documentation of a key are this one thing. What sections mean together is checked in `book-*.ts`.
 */
import { z } from 'zod'
import {
  base,
  choice,
  duration,
  either,
  flag,
  fraction,
  instant,
  listOf,
  mapOf,
  money,
  name,
  number,
  openSection,
  path,
  section,
  title,
} from './leaf.ts'

const underlyings = (what: string, entry: ReturnType<typeof fraction>) => mapOf(`${what}, per underlying`, entry)

const fee = either(
  'a fraction of traded notional such as 5bp, or {taker, maker}',
  fraction('fee', 'any', { what: 'the taker fee as a fraction of traded notional', example: '5bp' }),
  section('fees as fractions of traded notional', {
    taker: fraction('fee', 'any', { what: 'the fee for taking liquidity (negative for a rebate)', example: '5bp' }),
    maker: fraction('fee', 'any', { what: 'the fee for making liquidity (negative for a rebate)', example: '-1bp' }),
  }),
)

const terms = {
  venue: name({ what: 'the venue it trades on', example: 'deribit' }).optional(),
  symbol: name({ what: 'its symbol in imported files (ccxt unified)', example: 'BTC/USDT:USDT' }).optional(),
  quote: name({ what: 'the currency its price is in (the book currency unless given)', example: 'USDT' }).optional(),
  lot: number('lot', 'positive', {
    what: 'the smallest step of a quantity',
    example: '0.00001',
    hint: 'write the step the venue lists for it, such as `lot: 0.00001`',
  }),
  quantityMin: number('minimum', 'nonNegative', {
    what: 'the least quantity of an order (the lot unless given)',
    example: '0.001',
  }).optional(),
  notionalMin: money('minimum', 'nonNegative', { what: 'the least value of an order', example: '5 USD' }).optional(),
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
  settle: name({
    what: 'the currency of profit and loss (unless given: the quote for linear, the underlying for inverse)',
    example: 'USDT',
  }).optional(),
  multiplier: number('multiplier', 'positive', {
    what: 'units of the underlying per contract (for inverse, of the quote currency)',
    example: '0.001',
  }),
}
const expiry = instant({ what: 'the time it expires', example: '2026-06-26T08:00:00Z' })
const kinds = ['spot', 'perp', 'future', 'option'] as const

const instrument = z.discriminatedUnion(
  'kind',
  [
    section('a spot pair', {
      kind: z.literal('spot'),
      underlying: name({ what: 'its underlying (its own id unless given)', example: 'BTC' }).optional(),
      short: flag('whether the venue lends it, so that it may be sold below zero').optional(),
      ...terms,
    }),
    section('a perpetual', { kind: z.literal('perp'), ...contractTerms }),
    section('a dated future', { kind: z.literal('future'), ...contractTerms, expiry }),
    section('an option', {
      kind: z.literal('option'),
      ...contractTerms,
      expiry,
      strike: number('strike', 'positive', { what: 'the strike price', example: '100000' }),
      right: choice('the right it gives', ['call', 'put']),
    }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? `must be spot, perp, future or option\nwrite \`kind: ${kinds[0]}\` or what it is`
        : 'must be a map\nwrite its terms, such as { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }',
  },
)

const to = choice('edge: trade back to the edge of the band; target: all the way', ['edge', 'target'])
const width = (what: string) => fraction('width', 'nonNegative', { what, example: '10%' })
const widths = (what: string) =>
  either(`${what}, one or one per underlying`, width(what), underlyings(what, width(what)))
const policyKinds = ['full', 'proportional', 'band', 'riskCap', 'costAware'] as const

const policy = z.discriminatedUnion(
  'kind',
  [
    section('trade every deviation away', { kind: z.literal('full') }),
    section('trade a part of each deviation', {
      kind: z.literal('proportional'),
      rate: fraction('rate', 'positive', { what: 'the part of each deviation that is traded', example: '50%' }),
    }),
    section('leave deviations inside a width alone', {
      kind: z.literal('band'),
      unit: choice('what the width is measured in', ['weight', 'relative', 'volatility', 'risk']),
      width: widths('the half-width of the band'),
      to,
      floor: fraction('floor', 'positive', {
        what: 'the least |target| a relative deviation is divided by',
        example: '1%',
      }).optional(),
    }),
    section('the cheapest trades back to a tracking error', {
      kind: z.literal('riskCap'),
      trackingErrorMax: fraction('tracking-error', 'positive', {
        what: 'the greatest tracking error, annual',
        example: '7%',
      }),
    }),
    section('trade what is worth its cost until drift would undo it; one of aversion, trackingError and width', {
      kind: z.literal('costAware'),
      aversion: number('aversion', 'positive', { what: 'risk aversion', example: '10' }).optional(),
      trackingError: fraction('tracking-error', 'positive', {
        what: 'the tracking error to show in the long run, annual',
        example: '3%',
      }).optional(),
      width: underlyings(
        'how far one underlying may drift, the others at their targets',
        fraction('width', 'positive', { what: 'the half-width', example: '2%' }),
      ).optional(),
      interval: duration({ what: 'the time from one decision to the next', example: '1h' }),
    }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? `must be full, proportional, band, riskCap or costAware\nwrite \`kind: ${policyKinds[4]}\` or another`
        : 'must be a map\nwrite such as { kind: riskCap, trackingErrorMax: 7% }',
  },
)

const importFormat = choice('csv: instrument,quantity[,entry]; ccxt: what fetchPositions or fetchBalance returned', [
  'csv',
  'ccxt',
])

const positions = openSection(
  'what is held: a quantity per instrument, or {file: positions.csv}',
  {
    file: path({ what: 'a file of positions, relative to the book', example: 'positions.csv' }).optional(),
    from: importFormat.optional(),
  },
  either(
    'a quantity such as 1.5, or {quantity, entry}, {value: 70000 USD} or {weight: 70%}',
    number('quantity', 'any', { what: 'a signed quantity, + long', example: '1.09375' }),
    section('a position', {
      quantity: number('quantity', 'any', { what: 'the signed quantity, + long', example: '-2' }).optional(),
      value: money('value', 'any', { what: 'its signed value instead of a quantity', example: '70000 USD' }).optional(),
      weight: fraction('weight', 'any', {
        what: 'its signed share of `equity` instead of a quantity',
        example: '70%',
      }).optional(),
      entry: number('entry', 'positive', { what: 'the average entry price', example: '61000' }).optional(),
    }),
  ),
)

const cash = openSection(
  'settled balance per currency, or {file: balance.json, from: ccxt, unrealised: excluded}',
  {
    file: path({ what: 'a file with balances, relative to the book', example: 'balance.json' }).optional(),
    from: choice('ccxt: what fetchBalance returned', ['ccxt']).optional(),
    unrealised: choice("whether the venue's totals include unrealised profit", ['excluded', 'included']).optional(),
  },
  number('cash', 'any', { what: 'the settled balance', example: '10000' }),
)

const weightOf = (what: string) => fraction('weight', 'any', { what, example: '50%' })
const range = {
  min: weightOf('the least weight').optional(),
  max: weightOf('the greatest weight').optional(),
}
const limits = section('limits, as fractions of equity; what is not named is not limited', {
  weight: openSection(
    'least and greatest weight: {min, max} for all, or one {min, max} per underlying',
    range,
    section('limits of one underlying', range),
  ).optional(),
  gross: fraction('limit', 'nonNegative', { what: 'the greatest Σ |weight|', example: '100%' }).optional(),
  net: section('limits of Σ weight', range).optional(),
  turnover: fraction('limit', 'nonNegative', {
    what: 'the greatest Σ |traded weight| of one plan',
    example: '20%',
  }).optional(),
  participation: section("share of an instrument's own volume", {
    share: fraction('share', 'positive', { what: 'the greatest share of the volume', example: '5%' }),
    over: duration({ what: 'the time the volume is counted over', example: '1h' }),
  }).optional(),
  cashMin: fraction('limit', 'any', { what: 'the least settled money (0 unless given)', example: '0%' }).optional(),
  orderMax: fraction('limit', 'positive', { what: 'the largest single order', example: '10%' }).optional(),
  frozen: listOf(
    'underlyings or instruments that may not be traded',
    name({ what: 'an underlying or an instrument', example: 'ETH' }),
  ).optional(),
  reduceOnly: listOf(
    'underlyings whose |weight| may only fall',
    name({ what: 'an underlying', example: 'SOL' }),
  ).optional(),
})

const price = number('price', 'positive', { what: 'a price in its quote currency', example: '64000' })
const ewma = (what: string) =>
  section(what, { ewma: duration({ what: 'the half-life of the weights', example: '30d' }) })
const market = section('prices and risk: given here, or estimated from candle files', {
  prices: mapOf(
    'price per instrument, and per currency other than the book currency',
    either(
      'a price such as 64000, or {price, at}',
      price,
      section('a price and its time', {
        price,
        at: instant({ what: 'the time of the price', example: '2026-03-01T00:00:00Z' }),
      }),
    ),
  ).optional(),
  markAgeMax: duration({
    what: 'the greatest age of a price (older ones freeze their instrument)',
    example: '10m',
  }).optional(),
  vols: underlyings(
    'annual volatility',
    fraction('vol', 'positive', { what: 'an annual volatility', example: '55%' }),
  ).optional(),
  correlations: mapOf(
    'correlation per pair of underlyings, such as BTC/ETH',
    fraction('correlation', 'any', { what: 'a correlation from -1 to 1', example: '0.8' }),
  ).optional(),
  volumes: mapOf(
    'traded volume per day and instrument',
    money('volume', 'positive', { what: 'a traded value per day', example: '12e6 USD' }),
  ).optional(),
  candles: mapOf(
    'candle file per underlying, relative to the book',
    path({ what: 'a candle file', example: '../data/BTC.csv.gz' }),
  ).optional(),
  interval: duration({ what: 'the time from one candle to the next', example: '1h' }).optional(),
  estimate: section('how vols and correlations are estimated from the candles', {
    vol: ewma('volatility'),
    correlation: ewma('correlation'),
    window: duration({ what: 'how far back candles are read', example: '1y' }),
  }).optional(),
})

const order = section('an open order of your own', {
  id: name({ what: 'its id at the venue', example: '8a1f' }),
  instrument: name({ what: 'its instrument', example: 'BTC' }),
  side: choice('buy or sell', ['buy', 'sell']),
  quantity: number('quantity', 'positive', { what: 'what is still open', example: '0.5' }),
  price: number('price', 'positive', {
    what: 'its limit price (none for a market order)',
    example: '63000',
  }).optional(),
  reduceOnly: flag('whether it can only reduce the position').optional(),
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
  aversion: number('aversion', 'positive', {
    what: 'risk aversion (required by unit risk and curve optimal)',
    example: '10',
  }).optional(),
  interval: duration({
    what: 'the time from one decision to the next (required by unit risk and curve optimal)',
    example: '1h',
  }).optional(),
  steepness: number('steepness', 'positive', {
    what: 'how fast the curve falls (1 unless given)',
    example: '1',
  }).optional(),
  gMax: number('multiple', 'positive', {
    what: 'the greatest factor on the base size, at least 1 (2 unless given)',
    example: '2',
  }).optional(),
  width: widths('the half-width the imbalance is divided by').optional(),
  base: mapOf(
    'base size per instrument, a quantity or a share of equity',
    base({ what: 'a quantity such as 0.5, or a share of equity such as 5%', example: '0.5' }),
  ).optional(),
})

export const bookShape = section('a book of Equipoise', {
  book: z
    .literal('1', { error: 'must be 1\nwrite `book: 1`, the version of this format' })
    .meta({ description: 'version of the format', type: ['number', 'string'], const: undefined, enum: [1, '1'] }),
  name: title({ what: 'a title', example: 'Example book (round numbers, not a market)' }).optional(),
  currency: name({ what: 'the currency every weight is measured in', example: 'USD' }),
  asOf: instant({ what: 'the time the book and its prices are of', example: '2026-03-01T00:00:00Z' }),
  cash: cash.optional(),
  equity: number('equity', 'positive', {
    what: 'equity in the book currency, instead of cash',
    example: '100000',
  }).optional(),
  positions: positions.optional(),
  targets: openSection(
    'target weight per underlying; what is left is cash',
    { rest: name({ what: 'the underlying that gets what is left', example: 'ETH' }).optional() },
    weightOf('a target weight'),
  ),
  policy: policy.optional(),
  compare: listOf('policies to compare with the one above', policy).optional(),
  limits: limits.optional(),
  instruments: mapOf('every instrument that is held or may be traded, by its id', instrument),
  trade: mapOf(
    'instruments that may be traded, per underlying; all of them unless given',
    either(
      'an instrument or a list of them',
      name({ what: 'an instrument', example: 'BTC-PERP' }),
      listOf('instruments', name({ what: 'an instrument', example: 'BTC-PERP' })),
    ),
  ).optional(),
  market,
  orders: listOf('open orders of your own', order).optional(),
  sizing: sizing.optional(),
})

export type BookText = z.infer<typeof bookShape>

/** The part of a book that has the right shape: whatever the schema refused is absent. */
export type Draft = Partially<BookText>
export type Partially<T> = T extends string
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Partially<Item> | undefined)[]
    : T extends object
      ? { readonly [K in keyof T]?: Partially<T[K]> | undefined }
      : T
