/** Books for tests, written as short as a table: numbers as text, everything else spelled out. */
import { type Decimal, decimal } from '../../../src/core/base/decimal.ts'
import { type Ratio, ratioOfText } from '../../../src/core/base/ratio.ts'
import { type CostModel, takerCosts } from '../../../src/core/cost/cost-terms.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { TrendMeasure } from '../../../src/core/domain/market.ts'
import type { OpenOrder } from '../../../src/core/domain/portfolio.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import type { Constraints, Limit, Policy } from '../../../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'

export const r = (text: string): Ratio => {
  const parsed = ratioOfText(text)
  if (parsed === null) throw new Error(`test ratio ${text}`)
  return parsed
}

/** Limits as terms of a book: a ratio is one that holds. */
type Terse<T> = T extends Limit
  ? Limit | Ratio
  : T extends readonly (infer E)[]
    ? readonly Terse<E>[]
    : T extends Uint8Array
      ? T
      : T extends object
        ? { readonly [K in keyof T]: Terse<T[K]> }
        : T

/** A limit that what is beyond it costs `price` a unit. */
export const priced = (value: string, price: string): Limit => ({ value: r(value), price: r(price) })

/** Ratios that are no limits. */
const NO_LIMITS = ['loading', 'confidence']
/** Every ratio that stands for a limit as the limit that it is. */
function spellOut(each: unknown, key: string): unknown {
  if (typeof each !== 'object' || each === null || each instanceof Uint8Array || NO_LIMITS.includes(key)) return each
  if (Array.isArray(each)) return each.map((item) => spellOut(item, key))
  if ('value' in each) return each
  if ('n' in each) return { value: each, price: null }
  return Object.fromEntries(Object.entries(each).map(([name, item]) => [name, spellOut(item, name)]))
}

export interface SpotTerms {
  readonly price: string
  readonly lot?: string
  readonly min?: string
  readonly fee?: string
  readonly spread?: string
  readonly short?: boolean
}

export interface BookTerms {
  readonly spot?: Readonly<Record<string, SpotTerms>>
  readonly contracts?: readonly Instrument[]
  readonly contractPrices?: Readonly<Record<string, string>>
  readonly rates?: Readonly<Record<string, string>>
  readonly cash?: Readonly<Record<string, string>>
  readonly held?: Readonly<Record<string, string>>
  readonly entry?: Readonly<Record<string, string>>
  readonly targets: Readonly<Record<string, string>>
  readonly vols: Readonly<Record<string, number>>
  readonly correlation?: (a: string, b: string) => number
  readonly policy: Policy
  readonly limits?: Readonly<{ [K in keyof Constraints]?: Terse<Constraints[K]> }>
  readonly trade?: Readonly<Record<string, readonly string[]>>
  readonly orders?: readonly (Omit<OpenOrder, 'instrument'> & { readonly on: string })[]
  readonly stale?: readonly string[]
  readonly volumes?: Readonly<Record<string, number>>
  readonly depths?: Readonly<Record<string, number>>
  /** Returns of days, a row of all underlyings each. */
  readonly scenarios?: readonly (readonly number[])[]
  readonly costs?: Partial<CostModel>
  readonly trends?: readonly TrendTerms[]
}

/** A trend as terms: per underlying how sure it is, and the log change of its price. */
export interface TrendTerms {
  readonly measure: TrendMeasure
  readonly confidence: Readonly<Record<string, number>>
  readonly change: Readonly<Record<string, number>>
}

export const spotInstrument = (id: string, terms: SpotTerms): Instrument => ({
  kind: 'spot',
  id,
  underlying: id,
  venue: null,
  quote: 'USD',
  settle: 'USD',
  multiplier: decimal('1'),
  grid: {
    lot: decimal(terms.lot ?? '0.00001'),
    quantityMin: decimal(terms.lot ?? '0.00001'),
    notionalMin: terms.min === undefined ? null : { amount: decimal(terms.min), currency: 'USD' },
  },
  fee: { taker: decimal(terms.fee ?? '0.0005'), maker: null },
  spread: decimal(terms.spread ?? '0.0002'),
  short: terms.short ?? false,
})

export function makeInputs(terms: BookTerms): PlanInputs {
  const instruments = [
    ...Object.entries(terms.spot ?? {}).map(([id, spot]) => spotInstrument(id, spot)),
    ...(terms.contracts ?? []),
  ]
  const universe = makeUniverse({
    numeraire: 'USD',
    instruments,
    underlyings: Object.keys(terms.targets),
    currencies: Object.keys(terms.cash ?? {}),
  })
  const n = universe.underlyings.length
  const vol = Float64Array.from(universe.underlyings, (name) => terms.vols[name]!)
  const rho = terms.correlation ?? (() => 0)
  const perInstrument = <T>(of: (id: string) => T): T[] => universe.instruments.map(({ id }) => of(id))
  const perUnderlying = <T>(of: (id: string) => T): T[] => universe.underlyings.map(of)
  const priceOf = (id: string): Decimal => decimal(terms.spot?.[id]?.price ?? terms.contractPrices?.[id] ?? '0')
  const indexOf = (id: string): number => universe.instruments.findIndex((each) => each.id === id)
  return {
    mandate: {
      universe,
      target: { weight: perUnderlying((name) => r(terms.targets[name] ?? '0')), notes: [] },
      policy: terms.policy,
      constraints: {
        weightMin: perUnderlying(() => null),
        weightMax: perUnderlying(() => null),
        grossMax: null,
        netMin: null,
        netMax: null,
        leverageMax: null,
        groups: [],
        factors: [],
        volatilityMax: null,
        trackingErrorMax: null,
        tails: [],
        turnoverMax: null,
        turnoverOfMax: perUnderlying(() => null),
        tradedMax: perInstrument(() => null),
        participation: null,
        depthShareMax: null,
        cashMin: null,
        orderMax: null,
        frozen: new Uint8Array(n),
        frozenInstrument: new Uint8Array(instruments.length),
        reduceOnly: new Uint8Array(n),
        ...(spellOut(terms.limits ?? {}, 'limits') as Partial<Constraints>),
      },
      tradeable: perUnderlying((name) =>
        (
          terms.trade?.[name] ?? universe.instruments.filter((each) => each.underlying === name).map(({ id }) => id)
        ).map(indexOf),
      ),
    },
    portfolio: {
      cash: universe.currencies.map((name) => decimal(terms.cash?.[name] ?? '0')),
      quantity: perInstrument((id) => decimal(terms.held?.[id] ?? '0')),
      entry: perInstrument((id) => (terms.entry?.[id] === undefined ? null : decimal(terms.entry[id]!))),
      orders: (terms.orders ?? []).map(({ on, ...order }) => ({ ...order, instrument: indexOf(on) })),
    },
    market: {
      asOf: 1_772_323_200_000,
      price: perInstrument(priceOf),
      priceAgeMs: Float64Array.from(instruments, () => 0),
      stale: Uint8Array.from(perInstrument((id) => (terms.stale?.includes(id) ? 1 : 0))),
      rate: universe.currencies.map((name) =>
        name === 'USD' ? decimal('1') : decimal(terms.rates?.[name] ?? terms.spot?.[name]?.price ?? '0'),
      ),
      volumePerDay: Float64Array.from(perInstrument((id) => terms.volumes?.[id] ?? Number.NaN)),
      depth: Float64Array.from(perInstrument((id) => terms.depths?.[id] ?? Number.NaN)),
    },
    risk: {
      asOf: 1_772_323_200_000,
      vol,
      covariance: Float64Array.from({ length: n * n }, (_, k) => {
        const [i, j] = [Math.floor(k / n), k % n]
        const [a, b] = [universe.underlyings[i]!, universe.underlyings[j]!]
        return vol[i]! * vol[j]! * (i === j ? 1 : a < b ? rho(a, b) : rho(b, a))
      }),
      ...(terms.scenarios === undefined
        ? {}
        : { scenarios: { horizonMs: 86_400_000, returns: Float64Array.from(terms.scenarios.flat()) } }),
      ...(terms.trends === undefined
        ? {}
        : {
            trends: terms.trends.map(({ measure, confidence, change }) => ({
              measure,
              confidence: Float64Array.from(universe.underlyings, (name) => confidence[name] ?? 0),
              change: Float64Array.from(universe.underlyings, (name) => change[name] ?? 0),
            })),
          }),
      notes: [],
    },
    costs: { ...takerCosts(universe), ...terms.costs },
    hashes: { mandate: 'm', portfolio: 'p', market: 'k', risk: 'r', costs: 'c' },
  }
}

/** Golden no. 1: vols .55 .70 .95, correlations .8 .6 .65, held 70/20/0 of 100,000, target 50/30/10. */
export const goldenOne = (policy: Policy, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: {
      BTC: { price: '64000', lot: '0.00001', min: '5' },
      ETH: { price: '3200', lot: '0.0001', min: '5' },
      SOL: { price: '160', lot: '0.01', min: '5' },
    },
    cash: { USD: '10000' },
    held: { BTC: '1.09375', ETH: '6.25' },
    targets: { BTC: '0.5', ETH: '0.3', SOL: '0.1' },
    vols: { BTC: 0.55, ETH: 0.7, SOL: 0.95 },
    correlation: (a, b) => ({ BTCETH: 0.8, BTCSOL: 0.6, ETHSOL: 0.65 })[a + b] ?? Number.NaN,
    policy,
    ...changes,
  })

export const weightBand = (width: string, to: 'edge' | 'target' = 'edge', n = 3): Policy => ({
  kind: 'band',
  unit: 'weight',
  width: Array.from({ length: n }, () => r(width)),
  to,
})
