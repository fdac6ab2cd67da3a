/**
 * Random books that are often left alone: near their targets, with wide limits around them, any policy, spot beside contracts in
 * several currencies, open orders, stale marks, order fees, impact. One seed, one book.
 */
import { type Decimal, decimal, multiply, toNumber } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import type { Perp } from '../../../src/core/domain/instrument.ts'
import type { MarketState } from '../../../src/core/domain/market.ts'
import type { Moment } from '../../../src/core/sizing/glance.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { type BookTerms, makeInputs, r } from './book.ts'

const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF']
const EQUITY = 100_000

export const POLICY_NAMES = [
  'full',
  'proportional',
  'weight band',
  'relative band',
  'volatility band',
  'risk band',
  'riskCap',
  'costAware',
  'costAware, order fees',
  'costAware, impact',
] as const
export type PolicyName = (typeof POLICY_NAMES)[number]

export interface Drawn {
  readonly policy: PolicyName
  readonly inputs: PlanInputs
  readonly random: Random
}

const text = (x: number): string => x.toFixed(9)
const pick = <T>(random: Random, of: readonly T[]): T => of[random.integer(of.length)]!

function policyNamed(name: PolicyName, n: number, { random, plain }: { random: Random; plain: boolean }): Policy {
  const width = r(text(0.005 + 0.1 * random.uniform()))
  const each = Array.from({ length: n }, () => width)
  const to = pick(random, ['edge', 'target'] as const)
  switch (name) {
    case 'full':
      return { kind: 'full' }
    case 'proportional':
      return { kind: 'proportional', rate: r('0.5') }
    case 'weight band':
      return { kind: 'band', unit: 'weight', width: each, to }
    case 'relative band':
      return {
        kind: 'band',
        unit: 'relative',
        width: each.map(() => r(text(0.05 + 0.5 * random.uniform()))),
        floor: r('0.05'),
        to,
      }
    case 'volatility band':
      return { kind: 'band', unit: 'volatility', width: each, to }
    case 'risk band':
      return { kind: 'band', unit: 'risk', width, to }
    case 'riskCap':
      return { kind: 'riskCap', trackingErrorMax: width }
    case 'costAware':
    case 'costAware, order fees':
    case 'costAware, impact':
      return {
        kind: 'costAware',
        knob: { kind: 'aversion', aversion: r(pick(random, ['0.2', '2', '20'])) },
        intervalMs: HOUR_MS,
        ...(!plain && random.uniform() < 0.2
          ? { tilt: { edges: Array.from({ length: n }, () => null), carry: true } }
          : {}),
      }
  }
}

const perp = (name: string, contract: 'linear' | 'inverse', lot: string): Perp => ({
  kind: 'perp',
  contract,
  id: `${name}-${contract === 'linear' ? 'LIN' : 'INV'}`,
  underlying: name,
  venue: null,
  quote: contract === 'linear' ? 'USDT' : 'USD',
  settle: contract === 'linear' ? 'USDT' : name,
  multiplier: decimal(contract === 'linear' ? '0.01' : '10'),
  grid: { lot: decimal(lot), quantityMin: decimal(lot), notionalMin: null },
  fee: { taker: decimal('0.0004'), maker: null },
  spread: decimal('0.0001'),
})

/** Limits that the target is inside of, and the book mostly. */
function limitsAround(names: readonly string[], target: readonly number[], random: Random): BookTerms['limits'] {
  const gross = target.reduce((sum, each) => sum + Math.abs(each), 0)
  const net = target.reduce((sum, each) => sum + each, 0)
  const room = (): number => 0.002 + pick(random, [0, 0.02, 0.2]) * random.uniform()
  const sometimes = <T>(of: () => T): T | null => (random.uniform() < 0.25 ? of() : null)
  const limit = (x: number) => ({ value: r(text(x)), price: random.uniform() < 0.2 ? r('0.01') : null })
  const beta = target.map((_, u) => 0.5 + 0.2 * u)
  const factor = target.reduce((sum, each, u) => sum + each * beta[u]!, 0)
  const members = names.flatMap((_, u) => (random.uniform() < 0.5 ? [u] : []))
  const own = (of: (x: number) => number): number => members.reduce((sum, u) => sum + of(target[u]!), 0)
  const tail = { horizonMs: DAY_MS, confidence: r('0.99') } as const
  return {
    grossMax: sometimes(() => limit(gross + room())),
    leverageMax: sometimes(() => limit(2 * gross + 1)),
    netMax: sometimes(() => limit(net + room())),
    netMin: sometimes(() => limit(net - room())),
    weightMax: names.map((_, u) => sometimes(() => limit(target[u]! + room()))),
    weightMin: names.map((_, u) =>
      sometimes(() => limit(Math.min(target[u]!, target[u]! === 0 ? 0 : target[u]! - room()))),
    ),
    groups:
      members.length === 0
        ? []
        : [
            {
              group: { name: 'some', members },
              netMin: sometimes(() => limit(own((x) => x) - room())),
              netMax: sometimes(() => limit(own((x) => x) + room())),
              grossMax: sometimes(() => limit(own(Math.abs) + room())),
            },
          ],
    factors:
      random.uniform() < 0.2
        ? [{ name: 'beta', loading: beta.map((each) => r(text(each))), min: null, max: limit(factor + room()) }]
        : [],
    volatilityMax: sometimes(() => limit(0.2 + random.uniform())),
    trackingErrorMax: sometimes(() => limit(0.02 + 0.2 * random.uniform())),
    tails: [
      ...(random.uniform() < 0.15
        ? [
            {
              ...tail,
              measure: 'valueAtRisk' as const,
              method: 'normal' as const,
              max: limit(0.02 + 0.1 * random.uniform()),
            },
          ]
        : []),
      ...(random.uniform() < 0.05
        ? [{ ...tail, measure: 'expectedShortfall' as const, method: 'historical' as const, max: limit(0.2) }]
        : []),
    ],
    turnoverMax: sometimes(() => limit(0.1)),
    cashMin: sometimes(() => limit(-0.5 + random.uniform() * 0.6)),
    orderMax: sometimes(() => limit(0.1)),
    frozen: Uint8Array.from(names, () => (random.uniform() < 0.1 ? 1 : 0)),
    reduceOnly: Uint8Array.from(names, () => (random.uniform() < 0.1 ? 1 : 0)),
  }
}

/**
 * @param policy which; its book is that of the seed
 * @param plain without limits, orders, stale marks and carry in the aim
 */
export function drawBook(seed: number, policy: PolicyName, plain = false): Drawn {
  const random = makeRandom(seed)
  const n = 1 + random.integer(6)
  const names = NAMES.slice(0, n)
  const far = pick(random, [0, 0.002, 0.01, 0.03, 0.1])
  const target = names.map(() => pick(random, [0, 0.05, 0.1, 0.3, -0.1]))
  const price = names.map(() => Number((10 ** (4 * random.uniform() - 1)).toPrecision(5)))
  const kinds = names.map(() => pick(random, ['spot', 'spot', 'linear', 'inverse', 'both'] as const))
  const held: Record<string, string> = {}
  const entry: Record<string, string> = {}
  const cash: Record<string, string> = { USD: text(EQUITY * pick(random, [0.3, 0.7, 1.5])), USDT: '20000' }
  names.forEach((name, u) => {
    const weight = target[u] === 0 && random.uniform() < 0.5 ? 0 : target[u]! + far * random.normal()
    const coins = (weight * EQUITY) / price[u]!
    if (kinds[u] === 'spot') held[name] = text(coins)
    else if (kinds[u] === 'inverse') {
      // The coin itself is collateral, and exposure.
      cash[name] = text(Math.abs(coins) + 0.1)
      held[`${name}-INV`] = String(Math.round(((weight - Math.abs(weight)) * EQUITY) / 10))
    } else {
      held[`${name}-LIN`] = String(Math.round(coins / 0.01))
      if (kinds[u] === 'both') held[name] = '0'
    }
    const paid = String(Number((price[u]! * (0.9 + 0.2 * random.uniform())).toPrecision(6)))
    entry[`${name}-LIN`] = paid
    entry[`${name}-INV`] = paid
  })
  const lot = plain ? '0.0001' : '1'
  const contracts = names.flatMap((name, u) =>
    kinds[u] === 'inverse' ? [perp(name, 'inverse', lot)] : kinds[u] === 'spot' ? [] : [perp(name, 'linear', lot)],
  )
  const spots = names.filter((_, u) => kinds[u] === 'spot' || kinds[u] === 'both')
  const count = spots.length + contracts.length
  const loading = names.map(() => 0.9 * random.uniform())
  const fees = policy === 'costAware, order fees'
  const terms: BookTerms = {
    spot: Object.fromEntries(
      spots.map((name) => [
        name,
        {
          price: String(price[names.indexOf(name)]),
          lot: plain ? '0.000001' : '0.0001',
          short: plain || random.uniform() < 0.7,
          spread: '0.0003',
        },
      ]),
    ),
    contracts,
    contractPrices: Object.fromEntries(
      contracts.map(({ id, underlying }) => [id, String(price[names.indexOf(underlying)])]),
    ),
    rates: { USDT: '0.9995', ...Object.fromEntries(names.map((name, u) => [name, String(price[u])])) },
    cash,
    held,
    entry,
    targets: Object.fromEntries(names.map((name, u) => [name, text(target[u]!)])),
    vols: Object.fromEntries(names.map((name) => [name, random.uniform() < 0.05 ? 0 : 0.2 + random.uniform()])),
    correlation: (a, b) => loading[NAMES.indexOf(a)]! * loading[NAMES.indexOf(b)]!,
    policy: policyNamed(policy, n, { random, plain }),
    limits: plain ? {} : (limitsAround(names, target, random) ?? {}),
    volumes: Object.fromEntries([...spots, ...contracts.map(({ id }) => id)].map((id) => [id, 1e6])),
    scenarios: [names.map(() => -0.05), names.map(() => 0.03)],
    stale: !plain && random.uniform() < 0.1 ? [pick(random, [...spots, ...contracts.map(({ id }) => id)])] : [],
    orders:
      !plain && random.uniform() < 0.05
        ? [
            {
              id: 'o',
              on: [...spots, ...contracts.map(({ id }) => id)][0]!,
              side: 'buy',
              quantity: decimal('1'),
              price: null,
              reduceOnly: false,
              replaced: random.uniform() < 0.5,
            },
          ]
        : [],
    costs: {
      ...(fees
        ? {
            execution: Array.from({ length: count }, () => ({
              makerShare: r('0'),
              fixed: decimal(pick(random, ['0.1', '1', '5'])),
            })),
          }
        : {}),
      ...(policy === 'costAware, impact'
        ? { impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: HOUR_MS, decayMs: DAY_MS } } }
        : {}),
    },
  }
  return { policy, inputs: makeInputs(terms), random }
}

/** A later moment: prices moved, a mark gone stale or come back now and then. */
export function drawMoment({ inputs, random }: Drawn): { readonly market: MarketState; readonly moment: Moment } {
  const { market } = inputs
  const step = pick(random, [0, 1e-9, 1e-4, 3e-3, 3e-2])
  const move = (each: Decimal): Decimal => multiply(each, decimal(text(Math.exp(step * random.normal()))), 'halfEven')
  const { underlyingOf, exposureOf } = inputs.mandate.universe
  const coin = Array.from(inputs.mandate.universe.underlyings, () => decimal(text(Math.exp(step * random.normal()))))
  const next: MarketState = {
    ...market,
    asOf: market.asOf + random.integer(100) * HOUR_MS,
    price: market.price.map((each, j) => multiply(move(each), coin[underlyingOf[j]!]!, 'halfEven')),
    rate: market.rate.map((each, c) => (exposureOf[c]! < 0 ? each : multiply(each, coin[exposureOf[c]!]!, 'halfEven'))),
    stale: market.stale.map((each) => (random.uniform() < 0.03 ? 1 - each : each)),
  }
  const { asOf, price, rate, stale } = next
  return {
    market: next,
    moment: { asOf, price: Float64Array.from(price, toNumber), rate: Float64Array.from(rate, toNumber), stale },
  }
}
