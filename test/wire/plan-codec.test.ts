import { readFileSync } from 'node:fs'
import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Decimal, fromUnits } from '../../src/core/base/decimal.ts'
import { hashOf } from '../../src/core/base/hash.ts'
import type { Ratio } from '../../src/core/base/ratio.ts'
import type { CarryTerms } from '../../src/core/cost/carry.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { TrendMeasure } from '../../src/core/domain/market.ts'
import { makeUniverse } from '../../src/core/domain/universe.ts'
import { LIMIT_NAMES } from '../../src/core/sizing/limit-names.ts'
import type { Knob, Policy } from '../../src/core/sizing/mandate.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import type { Blame, Imbalance, PlanInputs, Reason, SizePlan } from '../../src/core/sizing/plan-types.ts'
import { planInputs } from '../../src/wire/book.ts'
import { canonicalText } from '../../src/wire/codec.ts'
import { decodeInputs, encodeInputs } from '../../src/wire/inputs-codec.ts'
import { decodePlan, encodePlan } from '../../src/wire/plan-codec.ts'
import { bookOf, FULL } from './books.ts'

/** Maps as literals make them, with their prototype. */
const record = <T extends object>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as Arbitrary<T>

const decimals: Arbitrary<Decimal> = fc.bigInt({ min: -(10n ** 42n), max: 10n ** 42n }).map(fromUnits)
const ratios: Arbitrary<Ratio> = record({
  n: fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  d: fc.bigInt({ min: 1n, max: 2n ** 200n }),
})
/** Every float64 there is: NaN, infinities, −0 and subnormal numbers too. */
const reals = fc.double()
const columns: Arbitrary<Float64Array> = fc.array(reals, { maxLength: 6 }).map((items) => Float64Array.from(items))
const flags: Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 4 })
const names = fc.string({ maxLength: 8 })
const unit = fc.constantFrom('weight', 'relative', 'volatility', 'risk')
const to = fc.constantFrom('edge', 'target')
const limits = fc.constantFrom(...LIMIT_NAMES)

/** One arbitrary per kind: a kind that is missing here does not compile. */
type PerKind<T extends { readonly kind: string }> = {
  readonly [K in T['kind']]: Arbitrary<Omit<Extract<T, { kind: K }>, 'kind'>>
}
const oneOf = <T extends { readonly kind: string }>(table: PerKind<T>): Arbitrary<T> =>
  fc.oneof(
    ...Object.entries<Arbitrary<object>>(table).map(([kind, rest]) =>
      rest.map((fields) => ({ kind, ...fields }) as unknown as T),
    ),
  )

const measures: Arbitrary<TrendMeasure> = fc.oneof(
  record({ kind: fc.constantFrom('drift', 'efficiencyRatio'), windowMs: reals }),
  record({ kind: fc.constant('varianceRatio' as const), windowMs: reals, periodMs: reals }),
)
const guard = record({ measure: measures, confidence: ratios, widen: ratios, slow: ratios })
/** With a guard or without. */
const guarded = <T extends object>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> =>
  fc.oneof(record(model), record({ ...model, guard })) as Arbitrary<T>

const policies: Arbitrary<Policy> = oneOf<Policy>({
  full: guarded({}),
  proportional: guarded({ rate: ratios }),
  band: fc.oneof(
    guarded({ unit: fc.constantFrom('weight', 'volatility'), width: fc.array(ratios, { maxLength: 3 }), to }),
    guarded({ unit: fc.constant('relative' as const), width: fc.array(ratios, { maxLength: 3 }), floor: ratios, to }),
    record({ unit: fc.constant('risk' as const), width: ratios, to }),
  ) as PerKind<Policy>['band'],
  riskCap: record({ trackingErrorMax: ratios }),
  costAware: fc.record(
    {
      knob: oneOf<Knob>({
        aversion: record({ aversion: ratios }),
        trackingError: record({ trackingError: ratios }),
        widths: record({ width: fc.array(fc.option(ratios), { maxLength: 3 }) }),
      }),
      intervalMs: reals,
      drift: fc.constant('held' as const),
      lastingMs: reals,
      tilt: record({
        edges: fc.array(fc.option(record({ annual: ratios, decayMs: fc.option(reals) })), { maxLength: 3 }),
        carry: fc.boolean(),
      }),
      guard,
    },
    { noNullPrototype: true, requiredKeys: ['knob', 'intervalMs'] },
  ) as PerKind<Policy>['costAware'],
})

const blames = oneOf<Blame>({
  policy: record({
    policy: fc.constantFrom('full', 'proportional', 'band', 'riskCap', 'costAware'),
    unit: fc.option(unit),
  }),
  limit: record({ limit: limits }),
  backInside: record({ limit: limits }),
  rounding: record({}),
})

const reasons = oneOf<Reason>({
  atTarget: record({}),
  insideBand: record({ unit, imbalance: reals, width: reals }),
  outsideBand: record({ unit, imbalance: reals, width: reals, to }),
  toTarget: record({}),
  part: record({ rate: reals }),
  underCap: record({ trackingError: reals, cap: reals }),
  cheapestToCap: record({ cap: reals }),
  notNeededForCap: record({ cap: reals }),
  bound: record({
    limit: limits,
    name: fc.option(names),
    limitValue: reals,
    wanted: reals,
    allowed: reals,
    price: fc.option(reals),
    errorPrice: fc.option(reals),
  }),
  backInside: record({
    limit: limits,
    name: fc.option(names),
    limitValue: reals,
    from: reals,
    to: reals,
    wanted: reals,
    allowed: reals,
    price: fc.option(reals),
    errorPrice: fc.option(reals),
  }),
  outsideLimit: record({ limit: limits, name: fc.option(names), limitValue: reals, from: reals, to: reals }),
  movedWithOthers: record({ wanted: reals, allowed: reals }),
  worthItsCost: record({
    gain: reals,
    cost: reals,
    band: fc.option(reals),
    worth: reals,
    pays: record({ fee: reals, spread: reals, impact: reals, fixed: reals, carry: reals }),
  }),
  tilted: record({ target: reals, aim: reals, rate: reals, atBand: fc.boolean() }),
  guarded: record({
    strength: reals,
    direction: fc.constantFrom('up', 'down'),
    share: reals,
    widen: reals,
    slow: reals,
    wanted: reals,
    instead: reals,
  }),
  unguarded: record({
    why: fc.constantFrom('noTrend', 'closing', 'withTrend', 'notMade'),
    strength: reals,
    direction: fc.constantFrom('up', 'down'),
  }),
  notWorthItsCost: record({ gain: reals, cost: reals, band: fc.option(reals) }),
  target: record({ note: names }),
  forecast: record({ note: names }),
  instrument: record({ instrument: names, cost: reals, instead: fc.array(names, { maxLength: 3 }) }),
  fullClose: record({}),
  lot: record({ lot: decimals, leftover: reals }),
  belowMinimum: record({
    minimum: decimals,
    of: fc.constantFrom('quantity', 'notional'),
    was: decimals,
    currency: fc.option(names),
  }),
  remainderUnsellable: record({ remainder: decimals }),
  limitAfterRounding: record({ limit: limits }),
  roundedTogether: record({ lot: decimals, alone: decimals, quantity: decimals, leftover: reals }),
  mostRisk: record({ underlying: names, part: reals, trackingError: reals }),
  hedges: record({ underlying: names, part: reals }),
  raisesTrackingError: record({ before: reals, after: reals, blame: blames }),
  aboveCap: record({ cap: reals, after: reals }),
  staleMark: record({ instrument: names, ageMs: reals }),
  feesWithImpact: record({}),
  replaces: record({ order: names }),
  nothingToDo: record({}),
})
const because = fc.array(reasons, { maxLength: 3 })

const hashes = record({ mandate: names, portfolio: names, market: names, risk: names, costs: names })
const cost = record({ fee: decimals, spread: decimals, impact: decimals, fixed: decimals, total: decimals })
const imbalances: Arbitrary<Imbalance> = record({
  weight: columns,
  relative: fc.array(fc.option(reals), { maxLength: 4 }),
  volatility: columns,
  risk: columns,
  trackingError: reals,
  riskContribution: columns,
  volatilityOfBook: reals,
})
const balances = record({ cash: reals, gross: reals, net: reals, weight: columns, imbalance: imbalances })
const side = fc.constantFrom('buy', 'sell')
const orders = record({
  id: names,
  instrument: fc.nat({ max: 9 }),
  side,
  quantity: decimals,
  price: fc.option(decimals),
  reduceOnly: fc.boolean(),
  replaced: fc.boolean(),
})
const lines = record({
  underlying: names,
  held: reals,
  target: reals,
  aim: reals,
  wanted: reals,
  allowed: reals,
  traded: reals,
  after: reals,
  because,
})
const legs = record({
  instrument: names,
  underlying: names,
  side,
  held: decimals,
  quantity: decimals,
  after: decimals,
  price: decimals,
  notional: decimals,
  wanted: reals,
  allowed: reals,
  traded: reals,
  cost,
  because,
})
const plans: Arbitrary<SizePlan> = record({
  id: names,
  asOf: fc.integer(),
  numeraire: names,
  inputs: hashes,
  status: fc.constantFrom('ready', 'balanced', 'infeasible'),
  relaxations: fc.array(record({ limit: limits, name: fc.option(names), limitValue: reals, needed: reals }), {
    maxLength: 2,
  }),
  policy: policies,
  equity: decimals,
  before: balances,
  after: balances,
  lines: fc.array(lines, { maxLength: 3 }),
  legs: fc.array(legs, { maxLength: 3 }),
  replaced: fc.array(orders, { maxLength: 2 }),
  turnover: reals,
  traded: decimals,
  cost,
  rounding: record({ trackingError: reals, proven: fc.boolean() }),
  forecast: fc.option(record({ trackingError: reals, turnover: reals, cost: reals, aversion: reals })),
  because,
})

const terms = {
  underlying: names,
  venue: fc.option(names),
  quote: names,
  settle: names,
  multiplier: decimals,
  spread: decimals,
}
const lattice = {
  lot: decimals,
  quantityMin: decimals,
  notionalMin: fc.option(record({ amount: decimals, currency: names })),
}
const grid = fc.oneof(record(lattice), record({ ...lattice, tick: decimals }))
const fee = record({ taker: decimals, maker: fc.option(decimals) })
const contract = fc.constantFrom('linear', 'inverse')
const common = { ...terms, grid, fee, id: fc.uuid() }
const instruments = oneOf<Instrument>({
  spot: record({ ...common, short: fc.boolean() }),
  perp: record({ ...common, contract }),
  future: record({ ...common, contract, expiry: fc.integer() }),
  option: record({
    ...common,
    contract,
    expiry: fc.integer(),
    strike: decimals,
    right: fc.constantFrom('call', 'put'),
  }),
})
const optional = fc.option(ratios)
const rungs = record({ reach: columns, slippage: columns })
const sideTraded = record({ weight: reals, at: fc.integer() })
const carries = oneOf<CarryTerms>({
  none: record({}),
  perp: record({
    funding: record({
      intervalMs: fc.option(reals),
      anchor: fc.integer(),
      next: reals,
      reversion: fc.option(record({ mean: reals, halfLifeMs: reals })),
      cap: fc.option(reals),
    }),
  }),
  spot: record({ borrowPerYear: fc.option(reals) }),
  future: record({
    expiry: fc.integer(),
    basis: reals,
    roll: fc.option(record({ basisPerYear: reals, cost: reals, lifeMs: reals })),
  }),
})
const stated = record({ value: ratios, price: optional })
const maybeLimit = fc.option(stated)
const inputs: Arbitrary<PlanInputs> = record({
  mandate: record({
    universe: record({ numeraire: names, instruments: fc.array(instruments, { maxLength: 3 }) }).map(makeUniverse),
    target: record({ weight: fc.array(ratios, { maxLength: 3 }), notes: fc.array(names, { maxLength: 2 }) }),
    policy: policies,
    constraints: record({
      weightMin: fc.array(maybeLimit, { maxLength: 3 }),
      weightMax: fc.array(maybeLimit, { maxLength: 3 }),
      grossMax: maybeLimit,
      leverageMax: maybeLimit,
      netMin: maybeLimit,
      netMax: maybeLimit,
      groups: fc.array(
        record({
          group: record({ name: names, members: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }) }),
          netMin: maybeLimit,
          netMax: maybeLimit,
          grossMax: maybeLimit,
        }),
        { maxLength: 2 },
      ),
      factors: fc.array(
        record({ name: names, loading: fc.array(ratios, { maxLength: 3 }), min: maybeLimit, max: maybeLimit }),
        { maxLength: 2 },
      ),
      volatilityMax: maybeLimit,
      trackingErrorMax: maybeLimit,
      tails: fc.array(
        record({
          measure: fc.constantFrom('valueAtRisk' as const, 'expectedShortfall' as const),
          method: fc.constantFrom('normal' as const, 'historical' as const),
          confidence: ratios,
          horizonMs: reals,
          max: stated,
        }),
        { maxLength: 2 },
      ),
      turnoverMax: maybeLimit,
      turnoverOfMax: fc.array(maybeLimit, { maxLength: 3 }),
      tradedMax: fc.array(maybeLimit, { maxLength: 3 }),
      participation: fc.option(record({ share: maybeLimit, ofBook: maybeLimit, horizonMs: reals })),
      depthShareMax: maybeLimit,
      cashMin: maybeLimit,
      orderMax: maybeLimit,
      frozen: flags,
      frozenInstrument: flags,
      reduceOnly: flags,
    }),
    tradeable: fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), { maxLength: 3 }),
  }),
  portfolio: record({
    cash: fc.array(decimals, { maxLength: 3 }),
    quantity: fc.array(decimals, { maxLength: 3 }),
    entry: fc.array(fc.option(decimals), { maxLength: 3 }),
    orders: fc.array(orders, { maxLength: 2 }),
  }),
  market: fc.record(
    {
      asOf: fc.integer(),
      price: fc.array(decimals, { maxLength: 3 }),
      priceAgeMs: columns,
      stale: flags,
      rate: fc.array(decimals, { maxLength: 3 }),
      volumePerDay: columns,
      depth: columns,
      liquidity: fc.array(fc.option(record({ buy: rungs, sell: rungs })), { maxLength: 2 }),
    },
    { requiredKeys: ['asOf', 'price', 'priceAgeMs', 'stale', 'rate', 'volumePerDay', 'depth'], noNullPrototype: true },
  ),
  risk: fc.record(
    {
      asOf: fc.integer(),
      vol: columns,
      covariance: columns,
      basisVol: columns,
      scenarios: record({ horizonMs: reals, returns: columns }),
      trends: fc.array(record({ measure: measures, confidence: columns, change: columns }), { maxLength: 2 }),
      notes: fc.array(names, { maxLength: 2 }),
    },
    { requiredKeys: ['asOf', 'vol', 'covariance', 'notes'], noNullPrototype: true },
  ),
  costs: record({
    execution: fc.array(record({ makerShare: ratios, fixed: decimals }), { maxLength: 2 }),
    carry: fc.array(carries, { maxLength: 3 }),
    metaorders: fc.array(record({ buy: fc.option(sideTraded), sell: fc.option(sideTraded) }), { maxLength: 2 }),
    impact: fc.option(
      record({
        law: record({ scale: reals, exponent: reals }),
        decay: record({ joinMs: reals, decayMs: reals }),
      }),
    ),
    horizonMs: reals,
  }),
  hashes,
})

const golden = bookOf(readFileSync(new URL('../../examples/golden-1.yaml', import.meta.url), 'utf8'))
const planned = plan(planInputs(golden, golden.policy!))

/** The same JSON value with the keys of every map the other way round. */
const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, each]) => [key, reversed(each)]),
        )
      : value

describe('plans as JSON', () => {
  test('[CODEC-2] a plan survives encoding, whatever is in it', () => {
    fc.assert(
      fc.property(plans, (each) => {
        const decoded = decodePlan(encodePlan(each))
        expect(decoded.ok && decoded.value).toStrictEqual(each)
      }),
      { numRuns: 200, seed: 3 },
    )
  })

  test('[CODEC-2] the inputs of a plan survive encoding, and so do their hashes', () => {
    fc.assert(
      fc.property(inputs, (each) => {
        const decoded = decodeInputs(encodeInputs(each))
        expect(decoded.ok && decoded.value).toStrictEqual(each)
        expect(decoded.ok && hashOf(decoded.value)).toBe(hashOf(each))
      }),
      { numRuns: 200, seed: 4 },
    )
  })

  test('[CODEC-2] a book that came back plans the same plan', () => {
    const decoded = decodeInputs(encodeInputs(planInputs(golden, golden.policy!)))
    const again = decoded.ok ? plan(decoded.value) : decoded
    expect(again).toStrictEqual(planned)
    const every = planInputs(bookOf(FULL), bookOf(FULL).policy!)
    const back = decodeInputs(encodeInputs(every))
    expect(back.ok && back.value).toStrictEqual(every)
  })

  test('[CODEC-3] the order of keys changes no byte', () => {
    const text = planned.ok ? encodePlan(planned.value) : ''
    const turned = decodePlan(JSON.stringify(reversed(JSON.parse(text))))
    expect(turned.ok && encodePlan(turned.value)).toBe(text)
    expect(canonicalText({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
  })

  test('[CODEC-3] money is text, exact', () => {
    const json = JSON.parse(planned.ok ? encodePlan(planned.value) : '{}') as {
      equity: string
      cost: { total: string }
      policy: { trackingErrorMax: string }
    }
    expect([json.equity, json.cost.total, json.policy.trackingErrorMax]).toEqual(['100000', '3.10656', '7/100'])
  })

  const text = planned.ok ? encodePlan(planned.value) : ''
  test.each<[string, (text: string) => string, string]>([
    ['no JSON', (it) => it.slice(0, -1), 'json.syntax'],
    ['a decimal as a number', (it) => it.replace('"equity":"100000"', '"equity":100000'), 'json.value equity'],
    [
      'a decimal with 19 places',
      (it) => it.replace('"equity":"100000"', '"equity":"1.0000000000000000001"'),
      'json.value equity',
    ],
    ['a denominator of 0', (it) => it.replace('"7/100"', '"7/0"'), 'json.value policy.trackingErrorMax'],
    ['an unknown status', (it) => it.replace('"ready"', '"done"'), 'json.value status'],
    ['a further key', (it) => it.replace('"equity"', '"more":1,"equity"'), 'json.value '],
    ['a missing key', (it) => it.replace('"equity":"100000",', ''), 'json.value equity'],
  ])('[CODEC-4] %s is refused by place', (_, change, expected) => {
    expect(change(text)).not.toBe(text)
    const decoded = decodePlan(change(text))
    expect(
      !decoded.ok && decoded.error.map(({ code, path }) => (code === 'json.syntax' ? code : `${code} ${path}`)),
    ).toEqual([expected])
  })
})
