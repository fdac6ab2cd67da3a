/**
 * Recorded sessions of venues, which lie beside the project and never in it, as streams of one instrument each: snapshots
 * and deltas in the order of arrival, and what the venue itself says the book then is (best prices, checksums).
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { decimal } from '../../../src/core/base/decimal.ts'
import type { BookSideName, BookTerms } from '../../../src/core/flow/order-book.ts'

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
const linesOf = (name: string): string[] => {
  const bytes = readFileSync(`${DATA}${name}`)
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n')
}

/** Price and size as text. */
export type TextRow = readonly [price: string, size: string]

export type Message =
  | {
      readonly kind: 'snapshot'
      readonly seq: number
      readonly bids: readonly TextRow[]
      readonly asks: readonly TextRow[]
    }
  | {
      readonly kind: 'delta'
      readonly previousSeq: number | null
      readonly lastSeq: number
      readonly bids: readonly TextRow[]
      readonly asks: readonly TextRow[]
    }
  /** Best price and size of each side, null where the side is empty; sizes are null where the venue does not say. */
  | { readonly kind: 'touch'; readonly bid: Touch | null; readonly ask: Touch | null }
  /** The same from a stream that runs ahead of this one or behind it. */
  | { readonly kind: 'quote'; readonly bid: Touch | null; readonly ask: Touch | null }
  /** Levels that the next message says are there (it changes or removes them), or are not (it inserts them). */
  | { readonly kind: 'claim'; readonly side: BookSideName; readonly price: string; readonly held: boolean }
  /** CRC-32 of the best levels; Kraken's is over the digits with as many places as it prints. */
  | { readonly kind: 'checksum'; readonly of: 'okx'; readonly value: number }
  | {
      readonly kind: 'checksum'
      readonly of: 'kraken'
      readonly value: number
      readonly places: readonly [price: number, size: number]
    }
export interface Touch {
  readonly price: string
  readonly size: string | null
}

export interface Recording {
  readonly terms: BookTerms
  readonly messages: readonly Message[]
}

/** The coarsest power of ten that all texts are multiples of. */
function gridStep(texts: readonly string[]): string {
  let places = 0
  for (const text of new Set(texts)) {
    const units = decimal(text) as bigint
    while (units % 10n ** BigInt(18 - places) !== 0n) places++
  }
  return places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`
}

function recording(id: string, messages: readonly Message[], depthMax: number | null = null): Recording {
  const rows = messages.flatMap((each) => ('bids' in each ? [...each.bids, ...each.asks] : []))
  const tick = decimal(gridStep(rows.map(([price]) => price)))
  const lot = decimal(gridStep(rows.map(([, size]) => size)))
  return { terms: { id, tick, lot, depthMax }, messages }
}

/** Messages by instrument, in the order in which instruments first appear. */
class Streams {
  readonly #streams = new Map<string, Message[]>()
  of(id: string): Message[] {
    const found = this.#streams.get(id) ?? []
    this.#streams.set(id, found)
    return found
  }
  recordings(depthMax: number | null = null): Recording[] {
    return [...this.#streams]
      .filter(([, messages]) => messages.some(({ kind }) => kind === 'snapshot'))
      .map(([id, messages]) => recording(id, messages, depthMax))
  }
}

/** What a session received: `time: json`, or `url -> time: json`. What it sent, and its configuration, are other lines. */
function received<T>(name: string): { readonly url: string; readonly json: T }[] {
  return linesOf(`ws_recordings/${name}`).flatMap((line) => {
    const match = /^(?:(\S+) -> )?\d+(?:\.\d+)?: ([[{].*)$/.exec(line)
    return match === null ? [] : [{ url: match[1] ?? '', json: JSON.parse(match[2]!) as T }]
  })
}

interface BinanceDepth {
  readonly e: 'depthUpdate'
  readonly s: string
  readonly U: number
  readonly u: number
  readonly pu?: number
  readonly b: TextRow[]
  readonly a: TextRow[]
}
interface BinanceTicker {
  readonly e?: 'bookTicker'
  readonly s: string
  readonly u: number
  readonly b: string
  readonly B: string
  readonly a: string
  readonly A: string
}
interface BinanceSnapshot {
  readonly lastUpdateId: number
  readonly bids: TextRow[]
  readonly asks: TextRow[]
}

/**
 * One instrument of Binance: the deltas come after the snapshot, those before it too, as it wants them buffered; each is
 * followed by the touch that the venue's stream of best prices had by its number.
 */
function binanceStream(
  snapshot: BinanceSnapshot,
  { depth, tickers }: { readonly depth: readonly BinanceDepth[]; readonly tickers: readonly BinanceTicker[] },
): Message[] {
  const { lastUpdateId, bids, asks } = snapshot
  const messages: Message[] = [{ kind: 'snapshot', seq: lastUpdateId, bids, asks }]
  let [next, latest]: [number, BinanceTicker | null] = [0, null]
  for (const { U, u, pu, b, a } of depth) {
    messages.push({ kind: 'delta', previousSeq: pu ?? U - 1, lastSeq: u, bids: b, asks: a })
    while (next < tickers.length && tickers[next]!.u <= u) latest = tickers[next++]!
    if (u < lastUpdateId || latest === null) continue
    messages.push({
      kind: 'touch',
      bid: { price: latest.b, size: latest.B },
      ask: { price: latest.a, size: latest.A },
    })
  }
  return messages
}

type BinanceEvent = { readonly stream: string; readonly data: BinanceDepth | BinanceTicker } | BinanceSnapshot

function binanceOf2024(name: string): Recording {
  const events = linesOf(`book_binance_2024_08_08/${name}_20240808.gz`).map(
    (line) => JSON.parse(line.slice(line.indexOf(' '))) as BinanceEvent,
  )
  const streamed = events.flatMap((each) => ('data' in each ? [each] : []))
  const snapshot = events.find((each) => 'lastUpdateId' in each)!
  return recording(
    name,
    binanceStream(snapshot, {
      depth: streamed.flatMap(({ data }) => (data.e === 'depthUpdate' ? [data] : [])),
      tickers: streamed.flatMap(({ stream, data }) =>
        stream.endsWith('@bookTicker') && data.e !== 'depthUpdate' ? [data] : [],
      ),
    }),
  )
}

function binanceOf2020(): Recording {
  const read = <T>(name: string): T =>
    JSON.parse(linesOf(`book_binance_ethbtc_2020/ETHBTC_2020-11-01T09-00-00_${name}.json.gz`).join('\n')) as T
  const depth = read<BinanceDepth[]>('update')
  return recording('ETHBTC', binanceStream(read('snapshot'), { depth, tickers: [] }))
}

/** @param name of the session; a snapshot was asked for over HTTP for each instrument. */
function binanceSession(name: string): Recording[] {
  const streamed = received<{ stream: string; data: BinanceDepth | BinanceTicker }>(`${name}.ws.1.0.gz`).map(
    ({ json }) => json,
  )
  return received<BinanceSnapshot>(`${name}.http.0.0.gz`).flatMap(({ url, json }) => {
    const symbol = /symbol=(\w+)/.exec(url)?.[1]
    if (symbol === undefined || !('lastUpdateId' in json)) return []
    const own = streamed.filter(({ data }) => data?.s === symbol)
    return recording(
      symbol,
      binanceStream(json, {
        depth: own.flatMap(({ data }) => (data.e === 'depthUpdate' ? [data] : [])),
        tickers: own.flatMap(({ stream, data }) =>
          stream.endsWith('@bookTicker') && data.e !== 'depthUpdate' ? [data] : [],
        ),
      }),
    )
  })
}

type DeribitRow = readonly [action: string, price: number, amount: number]
interface DeribitMessage {
  readonly params?: {
    readonly channel: string
    readonly data: {
      readonly type: 'snapshot' | 'change'
      readonly instrument_name: string
      readonly best_bid_price: number
      readonly best_bid_amount: number
      readonly best_ask_price: number
      readonly best_ask_amount: number
      readonly change_id: number
      readonly prev_change_id: number
      readonly bids: DeribitRow[]
      readonly asks: DeribitRow[]
    }
  }
}

function deribit(): Recording[] {
  const streams = new Streams()
  const rows = (side: readonly DeribitRow[]): TextRow[] => side.map(([, price, amount]) => [`${price}`, `${amount}`])
  for (const { json } of received<DeribitMessage>('DERIBIT.ws.1.0.gz')) {
    if (json.params === undefined) continue
    if (json.params.channel.startsWith('ticker.')) {
      const { data } = json.params
      const touch = (price: number, amount: number): Touch | null =>
        price === 0 ? null : { price: `${price}`, size: `${amount}` }
      streams.of(data.instrument_name).push({
        kind: 'quote',
        bid: touch(data.best_bid_price, data.best_bid_amount),
        ask: touch(data.best_ask_price, data.best_ask_amount),
      })
    }
    if (!json.params.channel.startsWith('book.')) continue
    const { type, instrument_name, change_id, prev_change_id, bids, asks } = json.params.data
    const levels = { bids: rows(bids), asks: rows(asks) }
    streams
      .of(instrument_name)
      .push(
        type === 'snapshot'
          ? { kind: 'snapshot', seq: change_id, ...levels }
          : { kind: 'delta', previousSeq: prev_change_id, lastSeq: change_id, ...levels },
      )
  }
  return streams.recordings()
}

interface OkxMessage {
  readonly arg?: { readonly channel: string; readonly instId: string }
  readonly action?: 'snapshot' | 'update'
  readonly data?: readonly {
    readonly bids: string[][]
    readonly asks: string[][]
    readonly ts: string
    readonly checksum: number
  }[]
}

/** Each message says what checksum the book then has. They are not numbered: arrival counts. */
function okx(): Recording[] {
  const streams = new Streams()
  const rows = (side: readonly string[][]): TextRow[] => side.map(([price, size]) => [price!, size!])
  received<OkxMessage>('OKX.ws.1.0.gz').forEach(({ json: { arg, action, data } }, seq) => {
    if (arg?.channel !== 'books' || data === undefined) return
    const { bids, asks, checksum } = data[0]!
    const levels = { bids: rows(bids), asks: rows(asks) }
    streams
      .of(arg.instId)
      .push(
        action === 'snapshot'
          ? { kind: 'snapshot', seq, ...levels }
          : { kind: 'delta', previousSeq: null, lastSeq: seq, ...levels },
        { kind: 'checksum', of: 'okx', value: checksum },
      )
  })
  return streams.recordings(400)
}

type KrakenBook = Partial<Record<'as' | 'bs' | 'a' | 'b', string[][]>> & { readonly c?: string }

/** Each update says what checksum the book then has; the feed is cut at 1,000 levels a side. */
function kraken(): Recording[] {
  const streams = new Streams()
  const rows = (side: readonly string[][] = []): TextRow[] => side.map(([price, size]) => [price!, size!])
  received<unknown>('KRAKEN.ws.50.0.gz').forEach(({ json }, seq) => {
    if (!Array.isArray(json)) return
    const pair = json.at(-1) as string
    const book: KrakenBook = Object.assign({}, ...(json.slice(1, -2) as KrakenBook[]))
    if (book.as !== undefined || book.bs !== undefined) {
      streams.of(pair).push({ kind: 'snapshot', seq, bids: rows(book.bs), asks: rows(book.as) })
      return
    }
    streams.of(pair).push({ kind: 'delta', previousSeq: null, lastSeq: seq, bids: rows(book.b), asks: rows(book.a) })
    const [row] = [...rows(book.b), ...rows(book.a)]
    if (book.c === undefined || row === undefined) return
    const [price, size] = row.map((text) => text.length - text.indexOf('.') - 1) as [number, number]
    streams.of(pair).push({ kind: 'checksum', of: 'kraken', value: Number(book.c), places: [price, size] })
  })
  return streams.recordings(1_000)
}

const claims = (sides: Readonly<Record<BookSideName, readonly TextRow[]>>, held: boolean): Message[] =>
  (['bids', 'asks'] as const).flatMap((side) =>
    sides[side].map(([price]): Message => ({ kind: 'claim', side, price, held })),
  )

interface BitmexMessage {
  readonly table?: string
  readonly action?: 'partial' | 'insert' | 'update' | 'delete'
  readonly data?: readonly (BitmexLevel | BitmexQuote)[]
}
interface BitmexLevel {
  readonly symbol: string
  readonly id: number
  readonly side: 'Buy' | 'Sell'
  readonly size?: number
  readonly price?: number
}
interface BitmexQuote {
  readonly symbol: string
  readonly bidPrice: number
  readonly bidSize: number
  readonly askPrice: number
  readonly askSize: number
}

/** Levels are named by id, whose price the venue says once; quotes are its own best prices. */
function bitmex(): Recording[] {
  const streams = new Streams()
  const priceOfId = new Map<string, string>()
  received<BitmexMessage>('BITMEX.ws.1.0.gz').forEach(({ json: { table, action, data = [] } }, seq) => {
    if (table === 'quote')
      for (const { symbol, bidPrice, bidSize, askPrice, askSize } of data as readonly BitmexQuote[])
        streams.of(symbol).push({
          kind: 'quote',
          bid: { price: `${bidPrice}`, size: `${bidSize}` },
          ask: { price: `${askPrice}`, size: `${askSize}` },
        })
    if (table !== 'orderBookL2') return
    const levels = data as readonly BitmexLevel[]
    for (const symbol of new Set(levels.map((each) => each.symbol))) {
      const own = levels.filter((each) => each.symbol === symbol)
      for (const { id, price } of own) if (price !== undefined) priceOfId.set(`${symbol} ${id}`, `${price}`)
      const rows = (side: 'Buy' | 'Sell'): TextRow[] =>
        own
          .filter((each) => each.side === side)
          .map(({ id, size }) => [priceOfId.get(`${symbol} ${id}`)!, action === 'delete' ? '0' : `${size}`])
      const sides = { bids: rows('Buy'), asks: rows('Sell') }
      if (action !== 'partial') streams.of(symbol).push(...claims(sides, action !== 'insert'))
      streams
        .of(symbol)
        .push(
          action === 'partial'
            ? { kind: 'snapshot', seq, ...sides }
            : { kind: 'delta', previousSeq: null, lastSeq: seq, ...sides },
        )
    }
  })
  return streams.recordings()
}

interface BybitLevel {
  readonly price: string
  readonly side: 'Buy' | 'Sell'
  readonly size?: number
}
interface BybitMessage {
  readonly topic?: string
  readonly type?: 'snapshot' | 'delta'
  readonly cross_seq?: string | number
  readonly data?:
    | readonly BybitLevel[]
    | { readonly order_book: readonly BybitLevel[] }
    | Readonly<Record<'delete' | 'update' | 'insert', readonly BybitLevel[]>>
}

/** 25 levels a side; numbers rise with gaps. */
function bybit(name: string): Recording[] {
  const streams = new Streams()
  const rows = (levels: readonly BybitLevel[], side: 'Buy' | 'Sell'): TextRow[] =>
    levels.filter((each) => each.side === side).map(({ price, size = 0 }) => [price, `${size}`])
  for (const { json } of received<BybitMessage>(name)) {
    const { topic, type, data, cross_seq } = json
    if (topic === undefined || data === undefined || !topic.startsWith('orderBookL2_25.')) continue
    const seq = Number(cross_seq)
    const levels =
      'delete' in data
        ? [...data.delete, ...data.update, ...data.insert]
        : 'order_book' in data
          ? data.order_book
          : (data as readonly BybitLevel[])
    const sides = { bids: rows(levels, 'Buy'), asks: rows(levels, 'Sell') }
    if ('delete' in data)
      for (const part of ['delete', 'update', 'insert'] as const) {
        const named = { bids: rows(data[part], 'Buy'), asks: rows(data[part], 'Sell') }
        streams.of(topic.slice(topic.indexOf('.') + 1)).push(...claims(named, part !== 'insert'))
      }
    streams
      .of(topic.slice(topic.indexOf('.') + 1))
      .push(
        type === 'snapshot'
          ? { kind: 'snapshot', seq, ...sides }
          : { kind: 'delta', previousSeq: null, lastSeq: seq, ...sides },
      )
  }
  return streams.recordings()
}

interface CoinbaseMessage {
  readonly type: string
  readonly product_id: string
  readonly bids: TextRow[]
  readonly asks: TextRow[]
  readonly changes: readonly (readonly [side: 'buy' | 'sell', price: string, size: string])[]
  readonly best_bid: string
  readonly best_ask: string
}

/** The first ticker of each product is about the last trade before the session. */
function coinbase(): Recording[] {
  const streams = new Streams()
  const past = new Set<string>()
  received<CoinbaseMessage>('COINBASE.ws.28.0.gz').forEach(({ json }, seq) => {
    const { type, product_id, bids, asks, changes, best_bid, best_ask } = json
    const stream = streams.of(product_id)
    const rows = (side: 'buy' | 'sell'): TextRow[] =>
      changes.filter((each) => each[0] === side).map(([, price, size]) => [price, size])
    if (type === 'snapshot') stream.push({ kind: 'snapshot', seq, bids, asks })
    if (type === 'ticker' && past.has(product_id))
      stream.push({ kind: 'quote', bid: { price: best_bid, size: null }, ask: { price: best_ask, size: null } })
    if (type === 'ticker') past.add(product_id)
    if (type === 'l2update')
      stream.push({ kind: 'delta', previousSeq: null, lastSeq: seq, bids: rows('buy'), asks: rows('sell') })
  })
  return streams.recordings()
}

interface BitstampBook {
  readonly microtimestamp: string
  readonly bids: TextRow[]
  readonly asks: TextRow[]
}

/** Deltas are numbered by time alone; the snapshots over HTTP have times of the same clock. */
function bitstamp(): Recording[] {
  const streamed = received<{ channel: string; event: string; data: BitstampBook }>('BITSTAMP.ws.1.0.gz')
  return received<BitstampBook>('BITSTAMP.http.0.0.gz').map(({ url, json }) => {
    const pair = url.slice(url.lastIndexOf('/') + 1)
    const deltas = streamed.flatMap(({ json: { channel, event, data } }): Message[] =>
      channel === `diff_order_book_${pair}` && event === 'data'
        ? [{ kind: 'delta', previousSeq: null, lastSeq: Number(data.microtimestamp), bids: data.bids, asks: data.asks }]
        : [],
    )
    const { microtimestamp, bids, asks } = json
    return recording(pair, [{ kind: 'snapshot', seq: Number(microtimestamp), bids, asks }, ...deltas])
  })
}

interface DydxMessage {
  readonly type: string
  readonly channel?: string
  readonly id: string
  readonly message_id: number
  readonly contents: {
    readonly bids: readonly (TextRow | { readonly price: string; readonly size: string })[]
    readonly asks: readonly (TextRow | { readonly price: string; readonly size: string })[]
  }
}

function dydx(): Recording[] {
  const streams = new Streams()
  const rows = (side: DydxMessage['contents']['bids']): TextRow[] =>
    side.map((each) => ('price' in each ? [each.price, each.size] : each))
  for (const { json } of received<DydxMessage>('DYDX.ws.1.0.gz')) {
    if (json.channel !== 'v3_orderbook' || json.contents === undefined) continue
    const { type, id, message_id: seq, contents } = json
    const sides = { bids: rows(contents.bids), asks: rows(contents.asks) }
    streams
      .of(id)
      .push(
        type === 'subscribed'
          ? { kind: 'snapshot', seq, ...sides }
          : { kind: 'delta', previousSeq: null, lastSeq: seq, ...sides },
      )
  }
  return streams.recordings()
}

type BitfinexRow = readonly [price: number, count: number, amount: number]
type BitfinexMessage =
  | { readonly event: string; readonly channel?: string; readonly chanId: number; readonly symbol: string }
  | readonly [channel: number, data: BitfinexRow | readonly BitfinexRow[] | 'hb', seq: number]

/** One number for the whole connection. A count of 0 removes; the sign of the amount is the side. */
function bitfinex(): Recording[] {
  const streams = new Streams()
  const symbols = new Map<number, string>()
  const rows = (levels: readonly BitfinexRow[], sign: 1 | -1): TextRow[] =>
    levels
      .filter(([, , amount]) => sign * amount > 0)
      .map(([price, count, amount]) => [`${price}`, count === 0 ? '0' : `${Math.abs(amount)}`])
  for (const { json } of received<BitfinexMessage>('BITFINEX.ws.11.0.gz')) {
    if ('event' in json) {
      if (json.event === 'subscribed' && json.channel === 'book') symbols.set(json.chanId, json.symbol)
      continue
    }
    const [channel, data, seq] = json
    const symbol = symbols.get(channel)
    if (symbol === undefined || data === 'hb') continue
    const isSnapshot = Array.isArray(data[0])
    const levels = (isSnapshot ? data : [data]) as readonly BitfinexRow[]
    const sides = { bids: rows(levels, 1), asks: rows(levels, -1) }
    if (isSnapshot) streams.of(symbol).push({ kind: 'snapshot', seq, ...sides })
    else {
      if ((data as BitfinexRow)[1] === 0) streams.of(symbol).push(...claims(sides, true))
      streams.of(symbol).push({ kind: 'delta', previousSeq: null, lastSeq: seq, ...sides })
    }
  }
  return streams.recordings()
}

/** Whole books of options at one moment, with the best prices beside them; an empty side has 0 there. */
function deribitOptions(coin: string): Recording[] {
  const text = linesOf(`options_depth_2021_02_11/${coin}_option_data.csv.gz`).join('\n')
  const books = parse(text, { columns: true }) as Readonly<Record<string, string>>[]
  const rows = (list: string): TextRow[] =>
    (JSON.parse(list) as [number, number][]).map(([price, amount]) => [`${price}`, `${amount}`])
  const touch = (price: string, size: string): Touch | null => (Number(price) === 0 ? null : { price, size })
  return books.map((book) =>
    recording(book.instrument_name!, [
      { kind: 'snapshot', seq: Number(book.change_id), bids: rows(book.bids!), asks: rows(book.asks!) },
      {
        kind: 'touch',
        bid: touch(book.best_bid_price!, book.best_bid_amount!),
        ask: touch(book.best_ask_price!, book.best_ask_amount!),
      },
    ]),
  )
}

export const RECORDINGS: readonly (readonly [name: string, read: () => readonly Recording[]])[] = [
  ['Binance USD-M BTCUSDT', () => [binanceOf2024('usdm_btcusdt')]],
  ['Binance USD-M ETHUSDT', () => [binanceOf2024('usdm_ethusdt')]],
  ['Binance COIN-M BTCUSD_PERP', () => [binanceOf2024('cm_btcusd_perp')]],
  ['Binance spot BTCUSDT', () => [binanceOf2024('spot_btcusdt')]],
  ['Binance spot ETHBTC, an hour', () => [binanceOf2020()]],
  ['Binance spot', () => binanceSession('BINANCE')],
  ['Binance USD-M', () => binanceSession('BINANCE_FUTURES')],
  ['Binance COIN-M', () => binanceSession('BINANCE_DELIVERY')],
  ['Deribit', deribit],
  ['Deribit options on BTC', () => deribitOptions('btc')],
  ['Deribit options on ETH', () => deribitOptions('eth')],
  ['OKX', okx],
  ['Kraken', kraken],
  ['BitMEX', bitmex],
  ['Bybit linear', () => bybit('BYBIT.ws.25.0.gz')],
  ['Bybit inverse', () => bybit('BYBIT.ws.26.0.gz')],
  ['Bitfinex', bitfinex],
  ['Coinbase', coinbase],
  ['Bitstamp', bitstamp],
  ['dYdX', dydx],
]
