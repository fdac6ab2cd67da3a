/** Synthetic inputs from the project's own seeded generator: a spot book of n underlyings near its target. */

import { type Decimal, decimal, fromUnits, multiply, ONE } from '../src/core/base/decimal.ts'
import { makeRandom, type Random } from '../src/core/base/random.ts'
import { type Ratio, ratio } from '../src/core/base/ratio.ts'
import { takerCosts } from '../src/core/cost/cost-terms.ts'
import type { Instrument } from '../src/core/domain/instrument.ts'
import { makeUniverse } from '../src/core/domain/universe.ts'
import type { PriceHistory } from '../src/core/risk/price-history.ts'
import type { Policy } from '../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../src/core/sizing/plan-types.ts'

const AS_OF = 1_772_323_200_000 // 2026-03-01T00:00:00Z
const EQUITY = 1_000_000

const nameOf = (index: number): string => `A${String(index).padStart(3, '0')}`
/** A Decimal of 8 places near x. */
const near = (x: number): Decimal => decimal(x.toFixed(8))

const spot = (id: string): Instrument => ({
  kind: 'spot',
  id,
  underlying: id,
  venue: null,
  quote: 'USD',
  settle: 'USD',
  multiplier: ONE,
  grid: {
    lot: decimal('0.0001'),
    quantityMin: decimal('0.0001'),
    notionalMin: { amount: decimal('5'), currency: 'USD' },
  },
  fee: { taker: decimal('0.0005'), maker: null },
  spread: decimal('0.0004'),
  short: false,
})

/** One factor: Σ_ij = σ_i σ_j b_i b_j off the diagonal. */
function covarianceOf(vol: Float64Array, loading: Float64Array): Float64Array {
  const n = vol.length
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return vol[i]! * vol[j]! * (i === j ? 1 : loading[i]! * loading[j]!)
  })
}

const shares = (n: number, random: Random): number[] => {
  const raw = Array.from({ length: n }, () => 0.5 + random.uniform())
  const total = raw.reduce((sum, each) => sum + each, 0)
  return raw.map((each) => (0.9 * each) / total)
}

/** A share of equity as an exact ratio of 6 places. */
const fraction = (x: number): Ratio => ratio(BigInt(Math.round(x * 1e6)), 1_000_000n)

/** A book of n underlyings whose weights are up to 30 % off their targets, gross and cash limited. */
export function makeBook(n: number, policyOf: (n: number) => Policy, seed: number): PlanInputs {
  const random = makeRandom(seed)
  const names = Array.from({ length: n }, (_, index) => nameOf(index))
  const universe = makeUniverse({ numeraire: 'USD', instruments: names.map(spot) })
  const target = shares(n, random)
  const price = names.map(() => 10 ** (3 * random.uniform()))
  const vol = Float64Array.from(names, () => 0.4 + 0.6 * random.uniform())
  const loading = Float64Array.from(names, () => 0.6 + 0.3 * random.uniform())
  const none = names.map(() => null)
  return {
    mandate: {
      universe,
      target: { weight: target.map(fraction), notes: [] },
      policy: policyOf(n),
      constraints: {
        weightMin: none,
        weightMax: none,
        grossMax: { value: ratio(1n, 1n), price: null },
        leverageMax: null,
        groups: [],
        factors: [],
        volatilityMax: null,
        trackingErrorMax: null,
        tails: [],
        turnoverOfMax: none,
        tradedMax: none,
        depthShareMax: null,
        netMin: null,
        netMax: null,
        turnoverMax: null,
        participation: null,
        cashMin: { value: ratio(0n, 1n), price: null },
        orderMax: null,
        frozen: new Uint8Array(n),
        frozenInstrument: new Uint8Array(n),
        reduceOnly: new Uint8Array(n),
      },
      tradeable: names.map((_, index) => [index]),
    },
    portfolio: {
      cash: [decimal(String(EQUITY / 10))],
      quantity: target.map((share, index) => near((EQUITY * share * (0.7 + 0.6 * random.uniform())) / price[index]!)),
      entry: none,
      orders: [],
    },
    market: {
      asOf: AS_OF,
      price: price.map(near),
      priceAgeMs: new Float64Array(n),
      stale: new Uint8Array(n),
      rate: [ONE],
      volumePerDay: new Float64Array(n).fill(Number.NaN),
      depth: new Float64Array(n).fill(Number.NaN),
    },
    risk: { asOf: AS_OF, vol, covariance: covarianceOf(vol, loading), notes: [] },
    costs: takerCosts(universe),
    hashes: { mandate: 'm', portfolio: 'p', market: 'k', risk: 'r', costs: 'c' },
  }
}

/** The same book where every trade moves its price by the square root law, each instrument trading `volumePerDay`. */
export const withImpact = (inputs: PlanInputs, volumePerDay: number): PlanInputs => ({
  ...inputs,
  market: { ...inputs.market, volumePerDay: inputs.market.volumePerDay.map(() => volumePerDay) },
  costs: {
    ...inputs.costs,
    impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR_MS, decayMs: 24 * HOUR_MS } },
  },
})

/** The same book at `count` new sets of prices, each up to 2 % from the first. */
export function reprice(inputs: PlanInputs, count: number, seed: number): PlanInputs[] {
  const random = makeRandom(seed)
  const factor = (): Decimal => near(0.98 + 0.04 * random.uniform())
  return Array.from({ length: count }, () => ({
    ...inputs,
    market: { ...inputs.market, price: inputs.market.price.map((price) => multiply(price, factor(), 'halfEven')) },
  }))
}

/** Hourly closes of n underlyings with one common factor. */
export function makeHistories(n: number, bars: number, seed: number): PriceHistory[] {
  const random = makeRandom(seed)
  const step = 0.7 / Math.sqrt(24 * 365)
  const common = Float64Array.from({ length: bars }, () => random.normal())
  const time = Float64Array.from({ length: bars }, (_, k) => AS_OF - (bars - k) * HOUR_MS)
  return Array.from({ length: n }, (_, index) => {
    let price = 100
    const close = Float64Array.from(common, (factor) => {
      price *= Math.exp(step * (0.8 * factor + 0.6 * random.normal()))
      return price
    })
    return { name: nameOf(index), time, close }
  })
}
export const HOUR_MS = 3_600_000
export const HISTORY_END = AS_OF

/** A symmetric positive definite n × n matrix, row-major. */
export function makePositiveDefinite(n: number, seed: number): Float64Array {
  const random = makeRandom(seed)
  const vol = Float64Array.from({ length: n }, () => 0.4 + 0.6 * random.uniform())
  return covarianceOf(
    vol,
    Float64Array.from({ length: n }, () => 0.6 + 0.3 * random.uniform()),
  )
}

/** Amounts of at most 8 places. */
export function makeAmounts(count: number, seed: number): Decimal[] {
  const random = makeRandom(seed)
  return Array.from({ length: count }, () => fromUnits(BigInt(random.integer(10 ** 15)) * 10n ** 10n))
}
