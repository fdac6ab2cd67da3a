import { describe, expect, test } from 'vitest'
import { edit, FULL, issuesOf, SMALL } from './books.ts'

type Row = readonly [
  title: string,
  base: string,
  edits: readonly (readonly [string, string])[],
  issues: readonly string[],
]

const KEYS =
  'book, name, currency, asOf, cash, equity, positions, targets, policy, compare, limits, costs, instruments, groups, trade, market, orders, sizing, backtest, study or stress'
const ids = '(BTC, BTC-CALL, BTC-INV, ETH-PERP, SOL)'
const checkMinimum = 'check the minimum of the instrument, or leave the order out'

const SHAPE: readonly Row[] = [
  [
    'a misspelt section',
    SMALL,
    [['targets:', 'tragets:']],
    [
      '1 key.missing targets: must be a map (target weight per underlying, or how they are computed; what is left is cash), was missing; write its entries as `name: value`',
      `6 key.unknown tragets: the key must be ${KEYS}, was tragets; did you mean targets?`,
    ],
  ],
  [
    'a misspelt term',
    SMALL,
    [['fee: 5bp, spread: 2bp }\n  ETH', 'fees: 5bp, spread: 2bp }\n  ETH']],
    [
      '10 key.missing instruments.BTC.fee: must be a fraction of traded notional such as 5bp, or {taker, maker}, was missing; write one of these',
      '10 key.unknown instruments.BTC.fees: the key must be kind, underlying, short, venue, symbol, quote, lot, tick, quantityMin, notionalMin, fee or spread, was fees; did you mean fee?',
    ],
  ],
  [
    'a term of another kind',
    FULL,
    [['expiry: 2026-06-26T08:00:00Z, lot: 1', 'strike: 5, lot: 1']],
    [
      '28 key.missing instruments.BTC-INV.expiry: must be the time it expires, was missing; write it, such as 2026-06-26T08:00:00Z',
      '28 key.unknown instruments.BTC-INV.strike: the key must be kind, venue, symbol, quote, lot, tick, quantityMin, notionalMin, fee, spread, underlying, contract, settle, multiplier or expiry, was strike; remove it',
    ],
  ],
  [
    'no lot, no fee, no spread',
    SMALL,
    [['lot: 0.00001, fee: 5bp, spread: 2bp', 'venue: kraken']],
    [
      '10 key.missing instruments.BTC.fee: must be a fraction of traded notional such as 5bp, or {taker, maker}, was missing; write one of these',
      '10 key.missing instruments.BTC.lot: must be the smallest step of a quantity, was missing; write the step the venue lists for it, such as `lot: 0.00001`',
      '10 key.missing instruments.BTC.spread: must be the full bid-ask spread as a fraction of the price, was missing; write it, such as 2bp',
    ],
  ],
  [
    'no currency and no time',
    SMALL,
    [['currency: USD\nasOf: 2026-03-01T00:00:00Z\n', '']],
    [
      '1 key.missing asOf: must be the time the book and its prices are of, was missing; write it, such as 2026-03-01T00:00:00Z',
      '1 key.missing currency: must be the currency every weight is measured in, was missing; write it, such as USD',
    ],
  ],
  [
    'another version',
    SMALL,
    [['book: 1', 'book: 2']],
    ['1 value.invalid book: must be 1, was "2"; write `book: 1`, the version of this format'],
  ],
  [
    'an empty section',
    SMALL,
    [['cash: { USD: 10000 }', 'cash:']],
    [
      '4 value.form cash: must be a map (settled balance per currency, or {file: balance.json, from: ccxt, unrealised: excluded}), was empty; write its entries as `name: value`',
    ],
  ],
  [
    'a number where a map belongs',
    SMALL,
    [['BTC: { kind: spot, lot: 0.00001, fee: 5bp, spread: 2bp }', 'BTC: 5']],
    [
      '10 value.invalid instruments.BTC: must be a map, was "5"; write its terms, such as { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }',
    ],
  ],
  [
    'an unknown kind hides no other section',
    SMALL,
    [
      ['kind: spot, lot: 0.00001', 'kind: spt, lot: 0'],
      ['ETH: 3200', 'ETH: -1'],
    ],
    [
      '10 value.invalid instruments.BTC.kind: must be spot, perp, future or option, was "spt"; write `kind: spot` or what it is',
      '13 price.not-positive market.prices.ETH: must be above 0, was -1; write the price as a positive number',
    ],
  ],
  [
    'an unknown policy',
    SMALL,
    [['kind: full', 'kind: constructor']],
    [
      '7 value.invalid policy.kind: must be full, proportional, band, riskCap or costAware, was "constructor"; write `kind: costAware` or another',
    ],
  ],
  [
    'a word that is no choice',
    FULL,
    [['side: buy', 'side: byu']],
    ['45 value.invalid orders[0].side: must be buy or sell, was "byu"; choose one (buy or sell)'],
  ],
  [
    'yes is not true',
    FULL,
    [['short: true', 'short: yes']],
    [
      '26 value.invalid instruments.BTC.short: must be true or false, was "yes"; say whether the venue lends it, so that it may be sold below zero',
    ],
  ],
  [
    'a list where one belongs',
    FULL,
    [['reduceOnly: [SOL]', 'reduceOnly: SOL']],
    [
      '24 value.invalid limits.reduceOnly: must be a list (underlyings whose |weight| may only fall), was "SOL"; write [a, b], or - a on a line each',
    ],
  ],
]

const SCALARS: readonly Row[] = [
  [
    'price 0',
    SMALL,
    [['ETH: 3200', 'ETH: 0']],
    ['13 price.not-positive market.prices.ETH: must be above 0, was 0; write the price as a positive number'],
  ],
  [
    'negative price',
    SMALL,
    [['ETH: 3200', 'ETH: -3200']],
    ['13 price.not-positive market.prices.ETH: must be above 0, was -3200; write the price as a positive number'],
  ],
  [
    'NaN',
    SMALL,
    [['ETH: 3200', 'ETH: .nan']],
    ['13 number.not-finite market.prices.ETH: must be a finite number, was ".nan"; write the number'],
  ],
  [
    'Infinity',
    SMALL,
    [['USD: 10000', 'USD: -Infinity']],
    ['4 number.not-finite cash.USD: must be a finite number, was "-Infinity"; write the number'],
  ],
  [
    'a separator',
    SMALL,
    [['ETH: 6.25', 'ETH: 1_000']],
    [
      '5 number.invalid positions.ETH: must be a number such as 1.5, was "1_000"; write digits and a point, without separators or units',
    ],
  ],
  [
    '19 places',
    SMALL,
    [['ETH: 6.25', 'ETH: 6.2500000000000000001']],
    [
      '5 number.places positions.ETH: must have at most 18 decimal places, was "6.2500000000000000001"; leave out the digits nobody can trade',
    ],
  ],
  [
    'an absurd number',
    SMALL,
    [['ETH: 6.25', 'ETH: 1e400']],
    ['5 number.too-large positions.ETH: must be below 1e24, was "1e400"; check the exponent'],
  ],
  [
    'a bare percentage',
    SMALL,
    [['BTC: 50%', 'BTC: 25']],
    ['6 fraction.bare targets.BTC: must be a fraction such as 25% or 0.25, was 25; did you mean 25%?'],
  ],
  [
    'a bare negative percentage',
    SMALL,
    [['BTC: 50%', 'BTC: -25']],
    ['6 fraction.bare targets.BTC: must be a fraction such as 25% or 0.25, was -25; did you mean -25%?'],
  ],
  [
    'a bare volatility',
    SMALL,
    [['BTC: 55%', 'BTC: 55']],
    ['14 fraction.bare market.vols.BTC: must be a fraction such as 25% or 0.25, was 55; did you mean 55%?'],
  ],
  [
    'lot 0',
    SMALL,
    [['lot: 0.00001', 'lot: 0']],
    ['10 lot.not-positive instruments.BTC.lot: must be above 0, was 0; write the lot as a positive number'],
  ],
  [
    'equity 0',
    SMALL,
    [['cash: { USD: 10000 }', 'equity: 0']],
    ['4 equity.not-positive equity: must be above 0, was 0; write the equity as a positive number'],
  ],
  [
    'money without currency',
    SMALL,
    [['5 USD', '5']],
    [
      '11 money.invalid instruments.ETH.notionalMin: must be an amount and its currency such as 5 USD, was "5"; write 5 USD, or the currency it is in',
    ],
  ],
  [
    'a local time',
    SMALL,
    [['2026-03-01T00:00:00Z', '2026-03-01T00:00:00']],
    [
      '3 instant.invalid asOf: must be a time with its zone, such as 2026-03-01T00:00:00Z, was "2026-03-01T00:00:00"; write the time in UTC with a Z behind it',
    ],
  ],
  [
    'a duration without unit',
    FULL,
    [['over: 1h', 'over: 60']],
    [
      '20 duration.invalid limits.participation.over: must be a duration such as 1h, 30d or 1y, was "60"; write a number and s, m, h, d, w or y',
    ],
  ],
]

const NAMES: readonly Row[] = [
  [
    'an unknown instrument',
    SMALL,
    [['BTC: 1.09375', 'BTCC: 1.09375']],
    ['5 instrument.unknown positions.BTCC: must be an instrument of this book (BTC, ETH), was BTCC; did you mean BTC?'],
  ],
  [
    'ids that differ by case',
    FULL,
    [
      ['ETH-PERP: { kind: perp', 'btc: { kind: perp'],
      ['ETH-PERP: { quantity: -2', 'btc: { quantity: -2'],
      ['ETH: ETH-PERP', 'ETH: btc'],
      ['ETH-PERP: { price', 'btc: { price'],
      ['ETH-PERP: 4e6', 'btc: 4e6'],
    ],
    [
      '27 instrument.case instruments.btc: an id must differ from others by more than case, was btc beside BTC; rename one of the two',
    ],
  ],
  [
    'a price of nothing',
    FULL,
    [['USDT: 0.9998', 'USTD: 0.9998']],
    [
      '33 price.missing market.prices.USDT: the price of USDT in USD must be given, was missing; write `USDT: <price in USD>` under market.prices; one currency is never taken for another',
      '39 price.unknown market.prices.USTD: a price must belong to an instrument or a currency of this book, was USTD; did you mean USD?',
    ],
  ],
  [
    'frozen nothing',
    FULL,
    [['frozen: [ETH]', 'frozen: [ETHX, XRP]']],
    [
      '23 name.unknown limits.frozen[0]: must be an underlying or an instrument of this book, was ETHX; did you mean ETH?',
      '23 name.unknown limits.frozen[1]: must be an underlying or an instrument of this book, was XRP; remove it',
    ],
  ],
  [
    'trade of another underlying',
    FULL,
    [['ETH: ETH-PERP', 'ETH: SOL, XRP: SOL']],
    [
      '31 trade.other-underlying trade.ETH: must be an instrument of ETH (ETH-PERP), was SOL, which is SOL; name an instrument of the same underlying',
      '31 underlying.unknown trade.XRP: must be an underlying of this book (BTC, ETH, SOL), was XRP; add an instrument for it',
    ],
  ],
  [
    'an unknown name in an order, a width, a volume and a base',
    FULL,
    [
      ['instrument: SOL', 'instrument: SLO'],
      ['ETH: 15%', 'ETHH: 15%'],
      ['ETH-PERP: 4e6', 'ETH-PRP: 4e6'],
      ['SOL: 5%', 'SLO: 5%'],
    ],
    [
      '11 width.missing policy.width.ETH: ETH must have a width, was missing; write one width for all, or one per underlying or group',
      '11 name.unknown policy.width.ETHH: must be an underlying or a group of this book (BTC, ETH, SOL), was ETHH; did you mean ETH?',
      '43 market.volume market.volumes.ETH-PERP: daily volume must be known under limits.participation, was missing; write `ETH-PERP: 12e6 USD` under market.volumes, or drop the limit',
      `43 instrument.unknown market.volumes.ETH-PRP: must be an instrument of this book ${ids}, was ETH-PRP; did you mean ETH-PERP?`,
      `46 instrument.unknown orders[1].instrument: must be an instrument of this book ${ids}, was SLO; did you mean SOL?`,
      `47 instrument.unknown sizing.base.SLO: must be an instrument of this book ${ids}, was SLO; did you mean SOL?`,
    ],
  ],
  [
    'no instruments at all',
    SMALL,
    [['instruments:', 'instrument:']],
    [
      '1 key.missing instruments: must be a map (every instrument that is held or may be traded, by its id), was missing; write its entries as `name: value`',
      `9 key.unknown instrument: the key must be ${KEYS}, was instrument; did you mean instruments?`,
    ],
  ],
]

const HOLDINGS: readonly Row[] = [
  [
    'cash and equity',
    SMALL,
    [['cash: { USD: 10000 }', 'cash: { USD: 10000 }\nequity: 100000']],
    [
      '5 equity.and-cash equity: must not be given together with cash, was given; keep `cash`, or keep `equity` and let cash follow from it',
    ],
  ],
  [
    'neither',
    SMALL,
    [['cash: { USD: 10000 }\n', '']],
    ['1 cash.missing cash: the book must say `cash` or `equity`, was missing; write `cash: { USD: 10000 }`'],
  ],
  [
    'money without a price',
    SMALL,
    [['USD: 10000', 'USD: 10000, USDT: 5']],
    [
      '13 price.missing market.prices.USDT: the price of USDT in USD must be given, was missing; write `USDT: <price in USD>` under market.prices; one currency is never taken for another',
    ],
  ],
  [
    'a weight without equity',
    SMALL,
    [['ETH: 6.25', 'ETH: { weight: 20% }']],
    [
      '5 position.weight-needs-equity positions.ETH.weight: a weight must have `equity` to be a share of, was without; state `equity` instead of cash, or write a quantity',
    ],
  ],
  [
    'two forms at once',
    SMALL,
    [['ETH: 6.25', 'ETH: { quantity: 1, weight: 20% }']],
    [
      '5 position.form positions.ETH: must have one of quantity, value or weight, was quantity and weight; write one of them',
    ],
  ],
  [
    'no form',
    SMALL,
    [['ETH: 6.25', 'ETH: { entry: 3000 }']],
    ['5 position.form positions.ETH: must have one of quantity, value or weight, was none; write one of them'],
  ],
  [
    'spot below zero',
    SMALL,
    [['ETH: 6.25', 'ETH: -1']],
    [
      '5 position.short positions.ETH: a spot holding must be at least 0, was -1; write `short: true` on the instrument if the venue lends it',
    ],
  ],
  [
    'a perp without entry',
    FULL,
    [['{ quantity: -2, entry: 3000 }', '-2']],
    [
      '8 position.entry positions.ETH-PERP: must have an entry price, was missing; cash excludes unrealised profit, which needs it: write `ETH-PERP: { quantity: ..., entry: ... }`, or state `equity` instead of cash',
    ],
  ],
  [
    'an option held',
    FULL,
    [['  BTC: 1.09375\n', '  BTC: 1.09375\n  BTC-CALL: 1\n']],
    [
      '8 option.unpriced positions.BTC-CALL: must not be an option yet: options have no pricing here, was BTC-CALL; leave it out of the book and size it elsewhere',
    ],
  ],
  [
    'a file and entries',
    SMALL,
    [
      ['{ BTC: 1.09375, ETH: 6.25 }', '{ file: p.csv, BTC: 1 }'],
      ['{ USD: 10000 }', '{ file: b.json, USD: 1 }'],
    ],
    [
      '4 cash.file-and-entries cash.file: cash must be a file or entries, was both; put all of it in one place',
      '5 positions.file-and-entries positions.file: positions must be a file or entries, was both; put all of them in one place',
    ],
  ],
  [
    'a format without a file',
    SMALL,
    [
      ['{ BTC: 1.09375, ETH: 6.25 }', '{ from: csv }'],
      ['{ USD: 10000 }', '{ unrealised: excluded }'],
    ],
    [
      '4 cash.file-missing cash.file: must be a path beside `from`, was missing; write `file: balance.json`',
      '5 positions.file-missing positions.file: must be a path beside `from`, was missing; write `file: positions.csv`',
    ],
  ],
  [
    'an order below its minimum',
    FULL,
    [
      ['quantity: 0.01,', 'quantity: 0.00005,'],
      ['quantity: 1,', 'quantity: 0.001,'],
    ],
    [
      `45 order.below-minimum orders[0].quantity: must be at least 0.0001, the minimum of BTC, was 0.00005; ${checkMinimum}`,
      `46 order.below-minimum orders[1].quantity: must be at least 0.01, the minimum of SOL, was 0.001; ${checkMinimum}`,
    ],
  ],
  [
    'an order worth too little',
    FULL,
    [['quantity: 0.01, price: 63000', 'quantity: 0.0001, price: 49999']],
    [
      `45 order.below-minimum orders[0].quantity: must be worth at least 5 USD, the minimum of BTC, was 4.9999 USD; ${checkMinimum}`,
    ],
  ],
  [
    'an order twice',
    FULL,
    [['id: a2', 'id: a1']],
    ['46 order.duplicate orders[1].id: an order must be listed once, was listed before as a1; remove one of the two'],
  ],
]

const MANDATE: readonly Row[] = [
  [
    'targets above gross',
    SMALL,
    [['ETH: 30%', 'ETH: 65%']],
    [
      '6 target.gross targets: weights must sum to at most 1 with gross limit 1, was 1.15; lower a target or raise limits.gross',
    ],
  ],
  [
    'targets outside net',
    FULL,
    [['max: 100%', 'max: 10%']],
    ['10 target.net targets: the sum of weights must be inside the net limit, was 0.55; change a target or limits.net'],
  ],
  [
    'targets outside their own limits',
    SMALL,
    [['gross: 100%', 'weight: { BTC: { max: 40% }, ETH: { min: 35% } }']],
    [
      '6 target.outside-limit targets.BTC: must be at most 0.4, its own limit, was 0.5; change the target or limits.weight.BTC',
      '6 target.outside-limit targets.ETH: must be at least 0.35, its own limit, was 0.3; change the target or limits.weight.ETH',
    ],
  ],
  [
    'held without a target',
    SMALL,
    [[', ETH: 30%', '']],
    [
      '6 target.missing targets.ETH: ETH must have a target because it is held, was missing; write `ETH: 0%` to close it',
    ],
  ],
  [
    'collateral without a target',
    FULL,
    [
      ['BTC: 1.09375\n', 'SOL: 1\n'],
      ['  BTC-INV: { value: -3200 USD, entry: 61000 }\n', ''],
      ['targets: { BTC: 50%, ', 'targets: { '],
      ['instrument: BTC,', 'instrument: SOL,'],
    ],
    [
      '9 target.missing targets.BTC: BTC must have a target because it is held, was missing; write `BTC: 0%` to close it',
    ],
  ],
  [
    'an open order without a target',
    SMALL,
    [
      [
        'positions: { BTC: 1.09375, ETH: 6.25 }',
        'orders: [{ id: a, instrument: ETH, side: buy, quantity: 1, replace: false }]',
      ],
      [', ETH: 30%', ''],
    ],
    [
      '6 target.missing targets.ETH: ETH must have a target because it is held, was missing; write `ETH: 0%` to close it',
    ],
  ],
  [
    'rest to somebody with a weight',
    SMALL,
    [['ETH: 30%', 'ETH: 30%, rest: ETH']],
    [
      '6 target.rest-twice targets.rest: must be an underlying without a weight of its own, was ETH; remove `ETH` or `rest`',
    ],
  ],
  [
    'nothing left for rest',
    SMALL,
    [
      ['BTC: 50%, ETH: 30%', 'BTC: 120%, rest: ETH'],
      ['gross: 100%', 'gross: 200%'],
    ],
    [
      '6 target.rest-negative targets.rest: the other weights must sum to at most 1 so that something is left, was 1.2; lower one or remove `rest`',
    ],
  ],
  [
    'rest to nobody',
    SMALL,
    [['ETH: 30%', 'ETH: 30%, rest: ETHH']],
    ['6 underlying.unknown targets.rest: must be an underlying of this book (BTC, ETH), was ETHH; did you mean ETH?'],
  ],
  [
    'limits that contradict',
    SMALL,
    [['gross: 100%', 'net: { min: 90%, max: 10% }, gross: -1%']],
    [
      '6 target.net targets: the sum of weights must be inside the net limit, was 0.8; change a target or limits.net',
      '8 limit.negative limits.gross: must be at least 0, was -1%; write the limit without a sign',
      '8 limit.contradiction limits.net: min must be at most max, was min 0.9 and max 0.1; swap them or widen one',
    ],
  ],
  [
    'more than all of it',
    SMALL,
    [['kind: full', 'kind: proportional, rate: 150%']],
    ['7 policy.range policy.rate: must be above 0 and at most 1, was 150%; write a fraction such as 50%'],
  ],
  [
    'a relative band without a floor',
    FULL,
    [['floor: 1%, ', '']],
    [
      '11 policy.floor policy.floor: must be given with unit relative, was missing; write the least |target| a deviation is divided by, such as `floor: 1%`',
    ],
  ],
  [
    'a risk band per underlying, with a floor',
    FULL,
    [['unit: relative', 'unit: risk']],
    [
      '11 policy.floor policy.floor: must only be given with unit relative, was given with risk; remove it',
      '11 policy.width policy.width: must be one number with unit risk, was a map; a risk band is one band on the tracking error of the book: write `width: 7%`',
    ],
  ],
  [
    'a mistake in a policy to compare',
    FULL,
    [['rate: 50%', 'rate: 0']],
    ['13 rate.not-positive compare[0].rate: must be above 0, was 0; write the rate as a positive number'],
  ],
  [
    'an option to trade',
    FULL,
    [['[BTC, BTC-INV]', 'BTC-CALL']],
    [
      '31 option.unpriced trade.BTC: must not be an option yet: options have no pricing here, was BTC-CALL; trade spot, a perp or a future',
    ],
  ],
  [
    'sizing that lacks what its unit asks for',
    FULL,
    [
      ['curve: power, unit: weight, aversion: 10, interval: 1h', 'curve: optimal, unit: risk'],
      ['gMax: 3', 'gMax: 0.5'],
    ],
    [
      '47 sizing.aversion sizing.aversion: must be given with curve optimal, was missing; write such as `aversion: 10`',
      '47 sizing.multiple sizing.gMax: must be at least 1, was 0.5; a healing trade is at least its base',
      '47 sizing.interval sizing.interval: must be given with curve optimal, was missing; write such as `interval: 1h`',
      '47 sizing.steepness sizing.steepness: must not be given with curve optimal, was given; remove it',
      '47 sizing.width sizing.width: must not be given with unit risk, was given; aversion, costs and risk give the width: remove it',
    ],
  ],
  [
    'sizing by weight without a width',
    FULL,
    [['width: 10%, base', 'base']],
    [
      '47 sizing.width sizing.width: must be given with unit weight, was missing; write the half-width of the band, such as `width: 10%`',
    ],
  ],
]

const MARKET: readonly Row[] = [
  [
    'a missing price',
    SMALL,
    [[', ETH: 3200', '']],
    [
      '13 price.missing market.prices.ETH: the price of ETH must be given, was missing; write `ETH: <price in USD>` under market.prices',
    ],
  ],
  [
    'a minimum in money without a price',
    SMALL,
    [['5 USD', '5 EUR']],
    [
      '13 price.missing market.prices.EUR: the price of EUR in USD must be given, was missing; write `EUR: <price in USD>` under market.prices; one currency is never taken for another',
    ],
  ],
  [
    'a price from the future, and no age',
    FULL,
    [
      ['2026-02-28T23:58:00Z', '2026-03-02'],
      ['  markAgeMax: 1m\n', ''],
    ],
    [
      '32 market.mark-age-missing market.markAgeMax: must be a duration where prices have a time, was missing; write the age at which a price is too old to trade on, such as `markAgeMax: 10m`',
      '35 price.from-future market.prices.ETH-PERP.at: the time of a price must not be after asOf, was 2026-03-02; move asOf to the latest price',
    ],
  ],
  [
    'a missing volatility',
    SMALL,
    [[', ETH: 70%', '']],
    [
      '14 vol.missing market.vols.ETH: the annual volatility of ETH must be given, was missing; write `ETH: 60%` under market.vols, or give candles',
    ],
  ],
  [
    'a missing correlation',
    SMALL,
    [['BTC/ETH: 0.8', '']],
    [
      '15 correlation.missing market.correlations.BTC/ETH: the correlation of BTC and ETH must be given, was missing; write `BTC/ETH: 0.7` under market.correlations, or give candles',
    ],
  ],
  [
    'a correlation twice',
    SMALL,
    [['BTC/ETH: 0.8', 'BTC/ETH: 0.8, ETH/BTC: 0.8']],
    [
      '15 correlation.duplicate market.correlations.ETH/BTC: a pair must be stated once, was stated as BTC/ETH too; remove one of the two',
    ],
  ],
  [
    'correlations of nothing',
    SMALL,
    [['BTC/ETH: 0.8', 'BTC/ETH: 0.8, BTC/BTC: 1, BTCETH: 0.8']],
    [
      '15 correlation.pair market.correlations.BTC/BTC: must name two underlyings of this book (BTC, ETH) as A/B, was BTC/BTC; leave it out: it is always 1',
      '15 correlation.pair market.correlations.BTCETH: must name two underlyings of this book (BTC, ETH) as A/B, was BTCETH; check the names',
    ],
  ],
  [
    'a correlation above 1',
    SMALL,
    [['BTC/ETH: 0.8', 'BTC/ETH: 1.2']],
    [
      '15 risk.correlation-range market.correlations.BTC/ETH: the correlation BTC/ETH must be between -1 and 1, was 1.2; state it as a fraction, such as 0.8',
    ],
  ],
  [
    'candles and vols, and no estimate',
    SMALL,
    [['  vols: { BTC: 55%, ETH: 70% }\n', '  candles: { BTC: a.csv }\n']],
    [
      '12 candles.estimate market.estimate: how to estimate must be given beside candles, was missing; write `estimate: { vol: { ewma: 30d }, correlation: { ewma: 90d }, window: 1y }`',
      '12 candles.interval market.interval: the interval must be given beside candles, was missing; write the time from one candle to the next, such as `interval: 1h`',
      '14 candles.missing market.candles.ETH: ETH must have a candle file, was missing; add its file, or state all vols and correlations',
      '15 market.risk-twice market.correlations: must not be given beside candles, was given; keep the candles and how to estimate from them, or state vols and correlations',
    ],
  ],
  [
    'no market',
    edit(SMALL, [[SMALL.slice(SMALL.indexOf('market:')), '']]),
    [],
    [
      '1 key.missing market: must be a map (prices and risk: given here, or estimated from candle files), was missing; write its entries as `name: value`',
    ],
  ],
]

describe('mistakes in a book', () => {
  test('[BOOK-6] the books of this table have none', () => {
    expect([issuesOf(SMALL), issuesOf(FULL)]).toEqual([[], []])
  })

  test.each(SHAPE)('[BOOK-6] shape: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })
  test.each(SCALARS)('[BOOK-7] scalar: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })
  test.each(NAMES)('[BOOK-8] name: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })
  test.each(HOLDINGS)('[BOOK-9] holding: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })
  test.each(MANDATE)('[BOOK-10] mandate: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })
  test.each(MARKET)('[BOOK-11] market: %s', (_, base, edits, issues) => {
    expect(issuesOf(edit(base, edits))).toEqual(issues)
  })

  test('[BOOK-11] correlations that contradict each other are refused with the pair to blame, as it was written', () => {
    const found = issuesOf(
      edit(FULL, [
        ['SOL/BTC: 0.6', 'SOL/BTC: 0.9'],
        ['ETH/SOL: 0.65', 'ETH/SOL: -0.9'],
      ]),
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(
      /^42 risk\.not-psd market\.correlations\.(BTC\/ETH|SOL\/BTC|ETH\/SOL): the correlations must be positive semidefinite, was a smallest eigenvalue of -0\.7/,
    )
  })

  test('[BOOK-6] all mistakes come at once, in the order of their lines', () => {
    const found = issuesOf(
      edit(FULL, [
        ['USD: 10000', 'USD: x'],
        ['BTC: 50%', 'BTC: 50'],
        ['ETH: -5%', 'ETHH: -5%'],
        ['gross: 150%', 'gros: 150%'],
        ['lot: 0.01', 'lot: 0'],
        ['SOL: 160', 'SOL: nan'],
        ['side: sell', 'side: hold'],
      ]),
    )
    expect(found.map((line) => line.split(':')[0])).toEqual([
      '5 number.invalid cash.USD',
      '10 fraction.bare targets.BTC',
      '10 target.missing targets.ETH',
      '10 underlying.unknown targets.ETHH',
      '17 key.unknown limits.gros',
      '30 lot.not-positive instruments.SOL.lot',
      '38 number.not-finite market.prices.SOL',
      '46 value.invalid orders[1].side',
    ])
  })
})
