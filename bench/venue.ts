/** The bench of the simulated venue: ten perps in one account, quotes, orders, ranges, and a fed order book. */
import { type Decimal, decimal, decimalOfNumber, ZERO } from '../src/core/base/decimal.ts'
import { RATIO_ZERO, ratio } from '../src/core/base/ratio.ts'
import type { Perp } from '../src/core/domain/instrument.ts'
import { makeUniverse } from '../src/core/domain/universe.ts'
import { moveVenue, openVenue, type Venue } from '../src/core/sim/venue.ts'
import type { Snapshot } from '../src/core/sim/venue-book.ts'
import type { VenueInput, VenueTerms } from '../src/core/sim/venue-types.ts'
import { answered, measure, report, section } from './measure.ts'

const COUNT = 10
const PERPS = Array.from({ length: COUNT }, (_, k): Perp => {
  const underlying = String.fromCharCode(65 + k)
  return {
    id: `${underlying}-PERP`,
    underlying,
    venue: null,
    quote: 'USDT',
    settle: 'USDT',
    multiplier: decimal('1'),
    grid: { lot: decimal('0.001'), quantityMin: ZERO, notionalMin: null, tick: decimal('0.01') },
    fee: { taker: decimal('0.0005'), maker: decimal('0.0002') },
    spread: decimal('0.0001'),
    kind: 'perp',
    contract: 'linear',
  }
})
const UNIVERSE = makeUniverse({ numeraire: 'USDT', instruments: PERPS })
const termsOf = (mode: 'cross' | 'isolated'): VenueTerms => ({
  universe: UNIVERSE,
  account: 'main',
  margin: {
    mode,
    leverageMax: PERPS.map(() => ratio(10n, 1n)),
    maintenance: PERPS.map(() => ratio(1n, 50n)),
    liquidationFee: ratio(1n, 100n),
  },
  impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: 3_600_000, decayMs: 86_400_000 } },
  queue: 'proportional',
  resting: { participation: ratio(1n, 10n), touch: RATIO_ZERO },
  orderFee: ZERO,
})

const every = (x: number): Float64Array => new Float64Array(COUNT).fill(x)
/** Prices of a cent, as venues quote them. */
const QUOTES = Array.from({ length: 1_000 }, (_, k): VenueInput => {
  const price = Math.round(10_000 + 100 * Math.sin(k)) / 100
  const rate = Float64Array.of(1)
  return {
    kind: 'quoted',
    at: 0,
    mid: every(price),
    mark: every(price),
    rate,
    volumePerDay: every(1e8),
    vol: every(0.6),
  }
})
const RANGE: VenueInput = { kind: 'ranged', at: 0, high: every(101.5), low: every(98.5), volume: every(1e6) }

let orders = 0
const order = (
  k: number,
  terms: { readonly side: 'buy' | 'sell'; readonly quantity: string; readonly price?: Decimal },
): VenueInput => {
  orders++
  const { side, quantity, price = null } = terms
  const id = `order ${orders}`
  const intent = {
    id,
    plan: 'plan',
    instrument: PERPS[k % COUNT]!.id,
    side,
    quantity: decimal(quantity),
    price,
    reduceOnly: false,
  }
  return { kind: 'submit', at: 0, intent }
}
const sideOf = (k: number): 'buy' | 'sell' => (Math.floor(k / COUNT) % 2 === 0 ? 'buy' : 'sell')

function started(mode: 'cross' | 'isolated'): Venue {
  const deposit: VenueInput = {
    kind: 'endow',
    at: 0,
    fact: {
      kind: 'deposited',
      at: 0,
      account: 'main',
      id: 'start',
      asset: { kind: 'cash', currency: 'USDT' },
      amount: decimal('10000000'),
      price: null,
    },
  }
  return [deposit, QUOTES[0]!].reduce(moved, answered(openVenue(termsOf(mode))))
}
const moved = (venue: Venue, input: VenueInput): Venue => answered(moveVenue(venue, input)).venue

function benchQuotes(what: string, start: Venue): void {
  let venue = start
  const quote = (k: number): void => {
    venue = moved(venue, QUOTES[k % QUOTES.length]!)
  }
  report(what, measure(quote, { warm: 50_000, runs: 200, batch: 500 }))
}

const SNAPSHOT: Snapshot = {
  kind: 'snapshot',
  seq: 0,
  depthMax: null,
  bids: {
    tick: Float64Array.from({ length: 500 }, (_, k) => 9_999 - k),
    lots: new Float64Array(500).fill(4_000),
    count: 500,
  },
  asks: {
    tick: Float64Array.from({ length: 500 }, (_, k) => 10_001 + k),
    lots: new Float64Array(500).fill(4_000),
    count: 500,
  },
}
const level = (tick: number, lots: number) => ({ tick: Float64Array.of(tick), lots: Float64Array.of(lots), count: 1 })

export function benchVenue(): void {
  section('simulated venue, 10 perps')
  const flat = started('cross')
  benchQuotes('a quote, nothing held', flat)
  for (const mode of ['cross', 'isolated'] as const) {
    const held = PERPS.reduce((venue, _, k) => moved(venue, order(k, { side: 'buy', quantity: '100' })), started(mode))
    benchQuotes(`a quote, all held, margin ${mode === 'cross' ? 'crossed' : 'isolated'}`, held)
  }
  let venue = flat
  const trade = (k: number): void => {
    venue = moved(venue, order(k, { side: sideOf(k), quantity: '1' }))
  }
  report('a market order, fill and facts', measure(trade, { warm: 2_000, runs: 100, batch: 50 }))
  venue = flat
  const rest = (k: number): void => {
    venue = moved(
      venue,
      order(k, { side: sideOf(k), quantity: '1', price: decimalOfNumber(sideOf(k) === 'buy' ? 99 : 101) }),
    )
    venue = moved(venue, RANGE)
  }
  report('a limit order and the range that fills it', measure(rest, { warm: 2_000, runs: 100, batch: 50 }))
  benchBook(flat)
}

function benchBook(flat: Venue): void {
  let venue = moved(flat, { kind: 'book', at: 0, instrument: 0, update: SNAPSHOT })
  const resting = order(0, { side: 'buy', quantity: '1', price: decimal('99.5') })
  venue = moved(venue, resting)
  let seq = 0
  const change = (k: number): void => {
    const update = {
      kind: 'delta' as const,
      previousSeq: seq,
      lastSeq: ++seq,
      bids: level(9_999 - (k % 50), 1 + (k % 900)),
      asks: level(10_001 + (k % 50), 1 + (k % 700)),
    }
    venue = moved(venue, { kind: 'book', at: 0, instrument: 0, update })
  }
  report('a change of a fed book, one order resting', measure(change, { warm: 20_000, runs: 200, batch: 500 }))
}
