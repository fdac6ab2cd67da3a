import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { toText } from '../../../src/core/base/decimal.ts'
import { instrumentIndex } from '../../../src/core/domain/universe.ts'
import type { Book } from '../../../src/wire/book.ts'
import { edit, SMALL } from '../../wire/books.ts'
import { bookIn, issuesIn } from './files.ts'

const REFERENCE = fileURLToPath(new URL('../../../../shared/reference/engines/ccxt_unified/', import.meta.url))
/** Without the folder these tests are skipped, but never where CI runs. */
const absent = !existsSync(REFERENCE) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${REFERENCE}`)

const held = (book: Book, id: string): string =>
  toText(book.portfolio.quantity[instrumentIndex(book.terms.universe, id)]!)
const entry = (book: Book, id: string): string =>
  toText(book.portfolio.entry[instrumentIndex(book.terms.universe, id)]!)
const money = (book: Book): Record<string, string> =>
  Object.fromEntries(book.terms.universe.currencies.map((name, c) => [name, toText(book.portfolio.cash[c]!)]))

/** SMALL with positions from a file, and ETH as a perp with a ccxt symbol. */
const withFile = (positions: string): string =>
  edit(SMALL, [
    ['{ BTC: 1.09375, ETH: 6.25 }', positions],
    [
      'ETH: { kind: spot, lot: 0.0001, notionalMin: 5 USD,',
      'ETH: { kind: perp, underlying: ETH, symbol: ETH/USDT:USDT, contract: linear, multiplier: 0.1, lot: 1,',
    ],
  ])
const CSV = withFile('{ file: p.csv }')
const CCXT = withFile('{ file: p.json, from: ccxt }')

describe('positions from CSV', () => {
  test('[BOOK-18] ids or symbols, exact digits, entries', () => {
    const book = bookIn({
      'book.yaml': CSV,
      'p.csv': '\ufeffinstrument,quantity,entry\r\nBTC,1.000000000000000001,\r\n"ETH/USDT:USDT", -30 ,3000.5\r\n\r\n',
    })
    expect([held(book, 'BTC'), held(book, 'ETH'), entry(book, 'ETH')]).toEqual([
      '1.000000000000000001',
      '-30',
      '3000.5',
    ])
  })

  const at = '5 '
  test.each<[string, string, readonly string[]]>([
    [
      'an unknown instrument and a bad number',
      'instrument,quantity\nBTC,1\nXRP,1\nBTC,1e\n',
      [
        `${at}instrument.unknown positions.file: p.csv line 3: must be an instrument of this book or its symbol, was "XRP"; add an instrument with \`symbol: XRP\`, or take the row out`,
        `${at}number.invalid positions.file: p.csv line 4: quantity must be a number such as 1.5, was "1e"; write digits and a point, without separators or units`,
      ],
    ],
    [
      'one twice',
      'instrument,quantity\nBTC,1\nBTC,2\n',
      [
        `${at}position.duplicate positions.file: p.csv BTC: an instrument must appear once, was listed twice; add the two up, or give a hedged account as its net position`,
      ],
    ],
    [
      'another header',
      'symbol,amount\nBTC,1\n',
      [
        `${at}csv.header positions.file: p.csv line 1: the header must be instrument,quantity or instrument,quantity,entry, was "symbol,amount"; rename or remove columns`,
      ],
    ],
    [
      'a short row',
      'instrument,quantity,entry\nBTC,1\n',
      [`${at}csv.columns positions.file: p.csv line 2: must have 3 columns, was 2; check its commas`],
    ],
    [
      'an open quote',
      'instrument,quantity\n"BTC,1\n',
      [expect.stringMatching(/^5 csv\.syntax positions\.file: p\.csv as a whole: must be CSV, was broken: /)],
    ],
    ['nothing', '', [expect.stringMatching(/^5 csv\.header /)]],
    [
      'a perp without entry',
      'instrument,quantity\nETH/USDT:USDT,1\n',
      [expect.stringMatching(/^5 position\.entry positions\.file: must have an entry price, was missing/)],
    ],
    [
      'a negative entry',
      'instrument,quantity,entry\nETH,1,-5\n',
      [
        `${at}entry.not-positive positions.file: p.csv line 2: entry must be above 0, was -5; write the entry as a positive number`,
        expect.stringMatching(/^5 position\.entry /),
      ],
    ],
  ])('[BOOK-18] %s is refused with its line', (_, csv, issues) => {
    expect(issuesIn({ 'book.yaml': CSV, 'p.csv': csv })).toEqual(issues)
  })

  test('[BOOK-18] a file that is not there is refused at the line that names it', () => {
    expect(issuesIn({ 'book.yaml': CSV })[0]).toMatch(
      /^5 file\.not-found positions\.file: p\.csv must be a file, was not there/,
    )
  })
})

describe('positions from ccxt', () => {
  const row = (change: Readonly<Record<string, unknown>> = {}): string =>
    JSON.stringify([
      {
        symbol: 'ETH/USDT:USDT',
        contracts: 30,
        contractSize: 0.1,
        notional: 9600,
        markPrice: 3200,
        entryPrice: 3000.5,
        side: 'short',
        info: { nested: [1] },
        ...change,
      },
    ])

  test('[BOOK-19] contracts, side and entry, digits from the text', () => {
    const text = row().replace('"contracts":30', '"contracts":30.000000000000000001')
    const book = bookIn({ 'book.yaml': CCXT, 'p.json': text })
    expect([held(book, 'ETH'), entry(book, 'ETH')]).toEqual(['-30.000000000000000001', '3000.5'])
  })

  test('[BOOK-19] closed positions are left out, whatever their symbol', () => {
    const book = bookIn({
      'book.yaml': CCXT,
      'p.json': row({ symbol: 'XRP/USDT:USDT', contracts: 0, side: null, notional: null }),
    })
    expect(held(book, 'ETH')).toBe('0')
  })

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['an unknown symbol', { symbol: 'XRP/USDT:USDT' }, 'instrument.unknown'],
    ['no side', { side: null }, 'ccxt.side'],
    ['no size of a contract', { contractSize: undefined }, 'ccxt.unit'],
    ['no notional', { notional: null }, 'ccxt.unit'],
    ['another size of a contract', { contractSize: 0.01, notional: 960 }, 'ccxt.unit'],
    ['contracts that are money', { notional: 30 }, 'ccxt.unit'],
    ['contracts that are coins', { notional: 96000 }, 'ccxt.unit'],
    ['negative contracts', { contracts: -30 }, 'contracts.negative'],
    ['no contracts', { contracts: null }, 'ccxt.field'],
    ['no symbol', { symbol: null }, 'ccxt.field'],
  ])('[BOOK-19] %s is refused by name', (_, change, code) => {
    const found = issuesIn({ 'book.yaml': CCXT, 'p.json': row(change) })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`5 ${code} positions.file: p.json position 1`)
  })

  test('[BOOK-19] notional at entry, as some venues report it, is the same position', () => {
    expect(held(bookIn({ 'book.yaml': CCXT, 'p.json': row({ notional: 9001.5 }) }), 'ETH')).toBe('-30')
  })

  test('[BOOK-19] a perp is no spot holding', () => {
    const text = edit(CCXT, [['BTC: { kind: spot, ', 'BTC: { kind: spot, symbol: BTC/USD, ']])
    expect(issuesIn({ 'book.yaml': text, 'p.json': row({ symbol: 'BTC/USD', contractSize: 1 }) })[0]).toContain(
      'ccxt.unit positions.file: p.json position 1 (BTC/USD): contractSize must be the multiplier of BTC, was 1',
    )
  })

  test.each([
    ['{"total": {"BTC": 1}}', 'was a balance'],
    ['{"a": 1}', 'was something else'],
    ['[1]', 'must be a map, was something else'],
    ['[', 'the file must be YAML or JSON'],
  ])('[BOOK-19] %s is not positions', (text, expected) => {
    expect(issuesIn({ 'book.yaml': CCXT, 'p.json': text })[0]).toContain(expected)
  })

  test.skipIf(absent)('[BOOK-19] what the library made of Binance is read, what it made of Deribit is refused', () => {
    const rows = (venue: string): string =>
      JSON.stringify(
        (JSON.parse(readFileSync(`${REFERENCE}${venue}.json`, 'utf8')) as { fetchPositions: unknown }).fetchPositions,
      )
    const perp = (symbol: string, terms: string): string =>
      edit(CCXT, [
        [
          'kind: perp, underlying: ETH, symbol: ETH/USDT:USDT, contract: linear, multiplier: 0.1, lot: 1,',
          `kind: perp, underlying: ETH, symbol: ${symbol}, ${terms},`,
        ],
      ])
    const binance = bookIn({
      'book.yaml': perp('BTC/USDT:USDT', 'contract: linear, multiplier: 1, lot: 0.001'),
      'p.json': rows('binanceusdm'),
    })
    expect([held(binance, 'ETH'), entry(binance, 'ETH')]).toEqual(['0.001', '50000'])
    const deribit = perp('BTC/USD:BTC', 'contract: inverse, settle: USD, multiplier: 10, lot: 1')
    expect(issuesIn({ 'book.yaml': deribit, 'p.json': rows('deribit') })).toEqual([
      '5 ccxt.unit positions.file: p.json position 1 (BTC/USD:BTC): notional must be contracts × contractSize at mark or entry, was 0.006687: what this venue calls a contract is not what the file says; write the position as CSV, its quantity in units of the instrument',
    ])
  })
})

describe('balances from ccxt', () => {
  const text = (cash: string): string =>
    edit(SMALL, [
      ['{ USD: 10000 }', cash],
      ['positions: { BTC: 1.09375, ETH: 6.25 }\n', ''],
      ['BTC: 64000', 'BTC: 64000, USDT: 0.9998'],
    ])
  const BALANCE = text('{ file: b.json, from: ccxt, unrealised: excluded }')
  const totals =
    '{"info": {"any": []}, "BTC": {"free": 1, "used": 0, "total": 1.09375}, "free": {"BTC": 1}, "total": {"BTC": 1.093750000000000001, "USDT": 23.72469206, "ETH": 0}}'

  test('[BOOK-20] coins of a spot instrument are positions, other currencies are cash, total and not free', () => {
    const book = bookIn({ 'book.yaml': BALANCE, 'b.json': totals })
    expect([held(book, 'BTC'), held(book, 'ETH')]).toEqual(['1.093750000000000001', '0'])
    expect(money(book)).toEqual({ USD: '0', USDT: '23.72469206' })
  })

  test.each<[string, string, string, string]>([
    [
      'silence about unrealised profit',
      text('{ file: b.json, from: ccxt }'),
      totals,
      '4 cash.unrealised cash.file: b.json as a whole: the book must say whether its totals include unrealised profit, was silent',
    ],
    [
      'totals that include it',
      text('{ file: b.json, unrealised: included }'),
      totals,
      '4 cash.unrealised cash.file: b.json as a whole: totals must exclude unrealised profit, was included',
    ],
    [
      'a currency without a price',
      BALANCE,
      '{"total": {"DUST": 1}}',
      '12 price.missing market.prices.DUST: the price of DUST in USD must be given, was missing',
    ],
    [
      'a total that is no number',
      BALANCE,
      '{"total": {"USDT": null}}',
      '4 number.invalid cash.file: b.json USDT: total must be a number such as 1.5, was ""',
    ],
    [
      'no totals',
      BALANCE,
      '[]',
      '4 ccxt.form cash.file: b.json as a whole: must be the map fetchBalance returned, with `total`, was something else',
    ],
    [
      'two pairs of one coin',
      edit(BALANCE, [
        ['  ETH: { kind: spot, ', '  ETH: { kind: spot, underlying: BTC, '],
        [', ETH: 30%', ''],
        [', ETH: 70%', ''],
        ['BTC/ETH: 0.8', ''],
      ]),
      totals,
      '4 balance.ambiguous cash.file: b.json BTC: must belong to one spot instrument, was BTC and ETH',
    ],
  ])('[BOOK-20] %s is refused', (_, book, balance, expected) => {
    const found = issuesIn({ 'book.yaml': book, 'b.json': balance })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(expected)
  })
})
