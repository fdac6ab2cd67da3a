/** Books the tests of this folder start from, and how they write issues: one line each. */
import { type Book, draftBook, finishBook, NOTHING_LOADED } from '../../src/wire/book.ts'
import type { BookIssue } from '../../src/wire/tree.ts'

/** Every kind of instrument, several currencies, every section. Line numbers in tests are those of this text. */
export const FULL = `book: 1
name: Every key
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 10000, USDT: 5000, BTC: 0.5 }
positions:
  BTC: 1.09375
  ETH-PERP: { quantity: -2, entry: 3000 }
  BTC-INV: { value: -3200 USD, entry: 61000 }
targets: { BTC: 50%, ETH: -5%, SOL: 0.1 }
policy: { kind: band, unit: relative, width: { BTC: 10%, ETH: 15%, SOL: 20% }, floor: 1%, to: target }
compare:
  - { kind: proportional, rate: 50% }
  - { kind: riskCap, trackingErrorMax: 700bp }
limits:
  weight: { min: -50%, max: 60%, SOL: { max: 20% } }
  gross: 150%
  net: { min: -100%, max: 100% }
  turnover: 80%
  participation: { share: 5%, over: 1h }
  cashMin: 1%
  orderMax: 30%
  frozen: [ETH]
  reduceOnly: [SOL]
instruments:
  BTC: { kind: spot, underlying: BTC, venue: kraken, lot: 0.00001, tick: 0.1, quantityMin: 0.0001, notionalMin: 5 USD, fee: { taker: 5bp, maker: -1bp }, spread: 2bp, short: true }
  ETH-PERP: { kind: perp, underlying: ETH, symbol: ETH/USDT:USDT, quote: USDT, contract: linear, multiplier: 0.1, lot: 1, fee: 5bp, spread: 1bp }
  BTC-INV: { kind: future, underlying: BTC, contract: inverse, settle: BTC, multiplier: 100, expiry: 2026-06-26T08:00:00Z, lot: 1, fee: 5bp, spread: 1bp }
  BTC-CALL: { kind: option, underlying: BTC, contract: inverse, multiplier: 1, expiry: 2026-06-26T08:00:00Z, strike: 100000, right: call, lot: 0.1, fee: 3bp, spread: 1% }
  SOL: { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }
trade: { BTC: [BTC, BTC-INV], ETH: ETH-PERP }
market:
  prices:
    BTC: 64000
    ETH-PERP: { price: 3200, at: 2026-02-28T23:58:00Z }
    BTC-INV: 64100.5
    BTC-CALL: 0.05
    SOL: 160
    USDT: 0.9998
  markAgeMax: 1m
  vols: { BTC: 55%, ETH: 70%, SOL: 95% }
  correlations: { BTC/ETH: 0.8, SOL/BTC: 0.6, ETH/SOL: 0.65 }
  volumes: { BTC: 12e6 USD, BTC-INV: 5000000 USD, ETH-PERP: 4e6 USDT, SOL: 1e6 USD }
orders:
  - { id: a1, instrument: BTC, side: buy, quantity: 0.01, price: 63000, replace: false }
  - { id: a2, instrument: SOL, side: sell, quantity: 1, reduceOnly: true, replace: true }
sizing: { curve: power, unit: weight, aversion: 10, interval: 1h, steepness: 2, gMax: 3, width: 10%, base: { BTC: 0.05, SOL: 5% } }
`

/** The smallest book that has two of everything that matters. */
export const SMALL = `book: 1
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 10000 }
positions: { BTC: 1.09375, ETH: 6.25 }
targets: { BTC: 50%, ETH: 30% }
policy: { kind: full }
limits: { gross: 100% }
instruments:
  BTC: { kind: spot, lot: 0.00001, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0001, notionalMin: 5 USD, fee: 5bp, spread: 2bp }
market:
  prices: { BTC: 64000, ETH: 3200 }
  vols: { BTC: 55%, ETH: 70% }
  correlations: { BTC/ETH: 0.8 }
`

/** Replaces each `from` by its `to`; a test whose edit finds nothing tests nothing. */
export function edit(text: string, edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`nothing to edit: ${from}`)
    return current.replace(from, () => to)
  }, text)
}

export const issueLine = ({ line, code, path, message, hint }: BookIssue): string =>
  `${line} ${code} ${path}: ${message}; ${hint}`

/** The issues of a book without files, one line each. */
export function issuesOf(text: string): string[] {
  const draft = draftBook(text)
  const book = draft.ok ? finishBook(draft.value, NOTHING_LOADED) : draft
  return book.ok ? [] : book.error.map(issueLine)
}

/** The book, which must be free of mistakes. */
export function bookOf(text: string): Book {
  const draft = draftBook(text)
  const book = draft.ok ? finishBook(draft.value, NOTHING_LOADED) : draft
  if (!book.ok) throw new Error(book.error.map(issueLine).join('\n'))
  return book.value
}
