/** Random histories of a venue: every kind of input, mostly sound, over three instruments of one coin and four kinds of terms. */
import fc, { type Arbitrary } from 'fast-check'
import { type Decimal, decimalOfNumber, fromUnits, toText } from '../../../src/core/base/decimal.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import type { BookLevels } from '../../../src/core/flow/index.ts'
import type { BookUpdate } from '../../../src/core/sim/venue-book.ts'
import type { VenueInput, VenueTerms } from '../../../src/core/sim/venue-types.ts'
import { inverse, perp, spot } from '../cost/reference.ts'
import { deposit, holding, quoted, ranged, T0, termsOf, universeOf } from './venue-market.ts'

const rebated = { taker: decimalOfNumber(0.0007), maker: decimalOfNumber(-0.0001) }
const SPOT = spot({ fee: rebated })
const GRID = {
  lot: decimalOfNumber(0.5),
  quantityMin: decimalOfNumber(0),
  tick: decimalOfNumber(0.25),
  notionalMin: null,
}
const PERP = perp({ fee: rebated, multiplier: decimalOfNumber(0.3), grid: GRID })
const COIN = inverse({ grid: { lot: decimalOfNumber(1), quantityMin: decimalOfNumber(1), notionalMin: null } })
export const HISTORY_UNIVERSE = universeOf([SPOT, PERP, COIN])

const TERMS: readonly VenueTerms[] = (['cross', 'isolated'] as const).flatMap((mode) =>
  [null, { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: 3_600_000, decayMs: 86_400_000 } }].map((impact) => {
    const terms = termsOf({ universe: HISTORY_UNIVERSE, impact, orderFee: decimalOfNumber(0.05) })
    const leverageMax = HISTORY_UNIVERSE.instruments.map(() => ratio(20n, 1n))
    const resting = { participation: ratio(1n, 3n), touch: ratio(1n, 7n) }
    return { ...terms, margin: { ...terms.margin, mode, leverageMax }, resting }
  }),
)

/** An input without its time, which comes from the steps between them. */
type Draft = (at: number) => VenueInput

const prices = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 160, max: 240 }).map((x) => x / 4) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((x) => x / 4) },
)
const wild = fc.oneof(
  { weight: 12, arbitrary: prices },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 0, -1, 1e9) },
)
/** Mostly whole lots of everything. */
const quantities: Arbitrary<Decimal> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }).map(decimalOfNumber) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9000 }).map((x) => decimalOfNumber(x / 1000)) },
  { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 19n }).map(fromUnits) },
)
const index = fc.integer({ min: 0, max: 2 })
const instruments = fc.constantFrom(...HISTORY_UNIVERSE.instruments.map(({ id }) => id))
const ids = fc.integer({ min: 0, max: 60 }).map((x) => `order ${x}`)

const orders: Arbitrary<Draft> = fc
  .record(
    {
      id: ids,
      instrument: instruments,
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: quantities,
      price: fc.option(prices.map(decimalOfNumber), { freq: 2 }),
      reduceOnly: fc.integer({ min: 0, max: 7 }).map((x) => x === 0),
    },
    { noNullPrototype: true },
  )
  .map((intent) => (at) => ({ kind: 'submit', at, intent: { ...intent, plan: 'plan' } }))
const quotes: Arbitrary<Draft> = fc.tuple(wild, prices).map(
  ([mid, other]) =>
    (at) =>
      quoted(at, { mid, mark: (mid * 3 + other) / 4 }, HISTORY_UNIVERSE),
)
const ranges: Arbitrary<Draft> = fc.tuple(prices, prices, fc.integer({ min: -1, max: 60 })).map(
  ([a, b, volume]) =>
    (at) =>
      ranged(at, [volume % 9 === 1 ? a : Math.min(a, b), Math.max(a, b), volume], HISTORY_UNIVERSE),
)
const fundings: Arbitrary<Draft> = fc
  .tuple(index, fc.integer({ min: -400, max: 400 }), prices)
  .map(([instrument, rate, mark]) => (at) => ({
    kind: 'funding',
    at,
    instrument,
    rate: decimalOfNumber(rate / 1e5),
    mark: decimalOfNumber(mark),
  }))
const ends: Arbitrary<Draft> = fc.tuple(index, prices).map(([instrument, price]) => (at) => ({
  kind: 'ended',
  at,
  instrument,
  price: decimalOfNumber(price),
}))
/** Levels of the perp around 50, which is tick 200. */
const levels = (best: number, step: 1 | -1, lots: readonly number[]): BookLevels => ({
  tick: Float64Array.from(lots, (_, k) => best + k * step),
  lots: Float64Array.from(lots),
  count: lots.length,
})
const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 })
const books: Arbitrary<Draft> = fc
  .record({
    snapshot: fc.integer({ min: 0, max: 3 }).map((x) => x === 0),
    gap: fc.integer({ min: 0, max: 15 }).map((x) => x === 0),
    bid: fc.integer({ min: 190, max: 205 }),
    spread: fc.integer({ min: -3, max: 8 }),
    bids: sizes,
    asks: sizes,
  })
  .map(({ snapshot, gap, bid, spread, ...drawn }) => (at) => {
    const both = { bids: levels(bid, -1, drawn.bids), asks: levels(bid + spread, 1, drawn.asks) }
    const update: BookUpdate = snapshot
      ? { kind: 'snapshot', seq: at, depthMax: null, ...both }
      : { kind: 'delta', previousSeq: gap ? at - 1 : null, lastSeq: at, ...both }
    return { kind: 'book', at, instrument: 1, update }
  })
const prints: Arbitrary<Draft> = fc
  .tuple(
    fc.constantFrom('buy' as const, 'sell' as const),
    fc.integer({ min: 190, max: 210 }),
    fc.integer({ min: 0, max: 30 }),
  )
  .map(([taker, tick, lots]) => (at) => ({
    kind: 'print',
    at,
    instrument: 1,
    taker,
    price: decimalOfNumber(tick / 4),
    quantity: decimalOfNumber(lots / 2),
  }))
const deposits: Arbitrary<Draft> = fc
  .tuple(fc.constantFrom('USDT', 'BTC', 'USD'), fc.integer({ min: -50, max: 2000 }))
  .map(
    ([currency, amount]) =>
      (at) =>
        deposit(`${amount / 8} ${currency}`, at),
  )
const holdings: Arbitrary<Draft> = fc.tuple(instruments, quantities, fc.boolean(), prices).map(
  ([instrument, quantity, short, price]) =>
    (at) =>
      holding(`${short ? '-' : ''}${toText(quantity)} ${instrument} at ${price}`, at),
)

const drafts: Arbitrary<Draft> = fc.oneof(
  { weight: 16, arbitrary: orders },
  { weight: 10, arbitrary: quotes },
  { weight: 6, arbitrary: ranges },
  { weight: 3, arbitrary: books },
  { weight: 3, arbitrary: prints },
  { weight: 4, arbitrary: fundings },
  { weight: 1, arbitrary: ends },
  { weight: 4, arbitrary: deposits },
  { weight: 2, arbitrary: holdings },
  {
    weight: 2,
    arbitrary: ids.map(
      (id): Draft =>
        (at) => ({ kind: 'cancel', at, id }),
    ),
  },
  {
    weight: 2,
    arbitrary: ids.map(
      (id): Draft =>
        (at) => ({ kind: 'query', at, id }),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Draft>((at) => ({ kind: 'report', at })) },
)
const steps = fc.array(fc.tuple(fc.integer({ min: -1, max: 4_000_000 }), drafts), {
  minLength: 5,
  maxLength: 60,
  size: 'max',
})
const OPENINGS: readonly Draft[] = [
  (at) => quoted(at, { mid: 50 }, HISTORY_UNIVERSE),
  (at) => deposit('1500 USDT', at),
  (at) => deposit('2 BTC', at),
]

export interface VenueHistory {
  readonly terms: VenueTerms
  readonly inputs: readonly VenueInput[]
}

export const venueHistories: Arbitrary<VenueHistory> = fc
  .tuple(fc.constantFrom(...TERMS), steps)
  .map(([terms, drawn]) => {
    let at = T0
    const inputs = OPENINGS.map((draft) => draft(at))
    for (const [ms, draft] of drawn) {
      at += ms
      inputs.push(draft(at))
    }
    return { terms, inputs }
  })
