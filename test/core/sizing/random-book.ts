/** Random books and their plans stage by stage, for the properties that hold for all of them. */
import fc from 'fast-check'
import { aimAt } from '../../../src/core/sizing/aim.ts'
import { constrain } from '../../../src/core/sizing/constrain.ts'
import { measureImbalance } from '../../../src/core/sizing/imbalance.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { quantize } from '../../../src/core/sizing/quantize.ts'
import { size } from '../../../src/core/sizing/size.ts'
import { value } from '../../../src/core/sizing/value.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, r } from './book.ts'

const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF']

/** A factor for correlations keeps every drawn matrix positive semidefinite. */
const loadings = fc.array(fc.double({ min: -0.95, max: 0.95, noNaN: true }), { minLength: 6, maxLength: 6 })
const fraction = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((k) => String(k / 1000))

const policyOf = (n: number): fc.Arbitrary<Policy> =>
  fc.oneof(
    fc.constant<Policy>({ kind: 'full' }),
    fraction(0.05, 1).map((rate): Policy => ({ kind: 'proportional', rate: r(rate) })),
    fc.tuple(fc.constantFrom('weight', 'volatility'), fraction(0, 0.2), fc.constantFrom('edge', 'target')).map(
      ([unit, width, to]): Policy => ({
        kind: 'band',
        unit: unit as 'weight' | 'volatility',
        width: Array.from({ length: n }, () => r(width)),
        to: to as 'edge' | 'target',
      }),
    ),
    fc.tuple(fraction(0, 0.5), fc.constantFrom('edge', 'target')).map(
      ([width, to]): Policy => ({
        kind: 'band',
        unit: 'relative',
        floor: r('0.05'),
        width: Array.from({ length: n }, () => r(width)),
        to: to as 'edge' | 'target',
      }),
    ),
    fc
      .tuple(fraction(0, 0.2), fc.constantFrom('edge', 'target'))
      .map(([width, to]): Policy => ({ kind: 'band', unit: 'risk', width: r(width), to: to as 'edge' | 'target' })),
    fraction(0, 0.2).map((cap): Policy => ({ kind: 'riskCap', trackingErrorMax: r(cap) })),
    fc.constantFrom('0.5', '20', '500').map(
      (aversion): Policy => ({
        kind: 'costAware',
        knob: { kind: 'aversion', aversion: r(aversion) },
        intervalMs: 3_600_000,
      }),
    ),
  )

const optional = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(each, { nil: null, freq: 2 })

/** Limits beyond the plain ones: a book has few of them at once. */
const moreLimits = (n: number) =>
  fc.record({
    leverage: optional(fraction(0, 3)),
    group: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
    groupMin: optional(fraction(-0.5, 0.5)),
    groupMax: optional(fraction(-0.5, 1)),
    groupGross: optional(fraction(0, 1)),
    loading: fc.array(fraction(-1, 2), { minLength: n, maxLength: n }),
    factorMin: optional(fraction(-1, 0)),
    factorMax: optional(fraction(0, 1)),
    volatility: optional(fraction(0, 1)),
    trackingError: optional(fraction(0, 0.5)),
    valueAtRisk: optional(fraction(0, 0.1)),
    shortfall: optional(fraction(0, 0.1)),
    historical: optional(fraction(0, 0.1)),
    turnoverOf: fc.array(optional(fraction(0, 0.3)), { minLength: n, maxLength: n }),
    share: optional(fraction(0, 0.2)),
    ofBook: optional(fraction(0, 0.2)),
    depthShare: optional(fraction(0, 0.2)),
    volumes: fc.array(fc.constantFrom(0, 10_000, 1e6), { minLength: n, maxLength: n }),
    scenarios: fc.array(fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: 5,
      maxLength: 30,
    }),
    price: optional(fraction(0.001, 2)),
  })
type MoreLimits = ReturnType<typeof moreLimits> extends fc.Arbitrary<infer T> ? T : never

/** A target outside its own limit is refused, so limits are drawn around it. Some of them have a price. */
function limitsAround(
  more: MoreLimits,
  names: readonly string[],
  targets: Readonly<Record<string, string>>,
): NonNullable<BookTerms['limits']> {
  const weights = names.map((name) => Number(targets[name]))
  const members = names.flatMap((_, u) => (more.group[u] ? [u] : []))
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0)
  const rounded = (x: number): string => (Math.round(x * 1e6) / 1e6).toFixed(6)
  const limit = (text: string | null, hold: (x: number) => number = (x) => x) => {
    if (text === null) return null
    return { value: r(rounded(hold(Number(text)))), price: more.price === null ? null : r(more.price) }
  }
  const atLeast = (measure: number) => (x: number) => Math.max(x, measure)
  const atMost = (measure: number) => (x: number) => Math.min(x, measure)
  const own = members.map((u) => weights[u]!)
  const factor = sum(weights.map((w, u) => w * Number(more.loading[u])))
  const gross = sum(weights.map(Math.abs))
  const day = { horizonMs: 86_400_000, confidence: r('0.99') }
  const tail = (measure: 'valueAtRisk' | 'expectedShortfall', method: 'normal' | 'historical', text: string | null) =>
    text === null ? [] : [{ ...day, measure, method, max: limit(text)! }]
  return {
    leverageMax: limit(more.leverage, atLeast(gross)),
    groups:
      members.length === 0
        ? []
        : [
            {
              group: { name: 'some', members },
              netMin: limit(more.groupMin, atMost(sum(own))),
              netMax: limit(more.groupMax, atLeast(sum(own))),
              grossMax: limit(more.groupGross, atLeast(sum(own.map(Math.abs)))),
            },
          ],
    factors: [
      {
        name: 'beta',
        loading: more.loading.map(r),
        min: limit(more.factorMin, atMost(factor)),
        max: limit(more.factorMax, atLeast(factor)),
      },
    ],
    volatilityMax: limit(more.volatility),
    trackingErrorMax: limit(more.trackingError),
    tails: [
      ...tail('valueAtRisk', 'normal', more.valueAtRisk),
      ...tail('expectedShortfall', 'normal', more.shortfall),
      ...tail('expectedShortfall', 'historical', more.historical),
    ],
    turnoverOfMax: more.turnoverOf.map((each) => limit(each)),
    participation: { share: limit(more.share), ofBook: limit(more.ofBook), horizonMs: 43_200_000 },
    depthShareMax: limit(more.depthShare),
  }
}

export const bookTerms: fc.Arbitrary<BookTerms> = fc.integer({ min: 1, max: 6 }).chain((n) => {
  const names = NAMES.slice(0, n)
  const perName = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
    fc
      .array(each, { minLength: n, maxLength: n })
      .map((list) => Object.fromEntries(names.map((name, i) => [name, list[i]!])))
  return fc
    .record({
      price: perName(fc.constantFrom('64000', '3200.5', '160', '1.07', '0.0003')),
      lot: perName(fc.constantFrom('0.00001', '0.01', '1', '37')),
      min: perName(fc.constantFrom('0', '5', '900')),
      short: perName(fc.boolean()),
      heldWeight: perName(fraction(-0.3, 0.9)),
      targets: perName(fraction(-0.2, 0.6)),
      vols: perName(fc.double({ min: 0, max: 1.5, noNaN: true })),
      loading: loadings,
      cash: fraction(0.2, 3),
      policy: policyOf(n),
      gross: optional(fraction(0, 3)),
      netMax: optional(fraction(-0.5, 2)),
      turnover: optional(fraction(0, 1)),
      orderMax: optional(fraction(0, 0.5)),
      weightMax: fc.array(optional(fraction(0, 0.6)), { minLength: n, maxLength: n }),
      weightMin: fc.array(optional(fraction(-0.6, 0)), { minLength: n, maxLength: n }),
      frozen: fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: n, maxLength: n }),
      reduceOnly: fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: n, maxLength: n }),
      cashMin: optional(fraction(-0.5, 0.3)),
      more: moreLimits(n),
    })
    .map((draw): BookTerms => {
      const gross = names.reduce((sum, name) => sum + Math.abs(Number(draw.targets[name])), 0)
      const net = names.reduce((sum, name) => sum + Number(draw.targets[name]), 0)
      const heldOf = (name: string): string => {
        const raw = draw.short[name] ? Number(draw.heldWeight[name]) : Math.abs(Number(draw.heldWeight[name]))
        return ((raw * 100_000) / Number(draw.price[name])).toFixed(9)
      }
      return {
        spot: Object.fromEntries(
          names.map((name) => [
            name,
            {
              price: draw.price[name]!,
              lot: draw.lot[name]!,
              short: draw.short[name]!,
              ...(draw.min[name] === '0' ? {} : { min: draw.min[name]! }),
            },
          ]),
        ),
        cash: { USD: String(Number(draw.cash) * 100_000) },
        held: Object.fromEntries(names.map((name) => [name, heldOf(name)])),
        targets: draw.targets,
        vols: draw.vols,
        correlation: (a, b) => draw.loading[NAMES.indexOf(a)]! * draw.loading[NAMES.indexOf(b)]!,
        policy: draw.policy,
        limits: {
          // A target outside its own limits is refused, so limits are drawn around it.
          grossMax:
            draw.gross === null ? null : r(String(Math.round(1000 * Math.max(Number(draw.gross), gross)) / 1000)),
          netMax: draw.netMax === null ? null : r(String(Math.round(1000 * Math.max(Number(draw.netMax), net)) / 1000)),
          turnoverMax: draw.turnover === null ? null : r(draw.turnover),
          orderMax: draw.orderMax === null ? null : r(draw.orderMax),
          weightMax: names.map((name, i) =>
            draw.weightMax[i] === null
              ? null
              : r(String(Math.max(Number(draw.weightMax[i]), Number(draw.targets[name])))),
          ),
          weightMin: names.map((name, i) =>
            draw.weightMin[i] === null
              ? null
              : r(String(Math.min(Number(draw.weightMin[i]), Number(draw.targets[name])))),
          ),
          frozen: Uint8Array.from(draw.frozen),
          reduceOnly: Uint8Array.from(draw.reduceOnly),
          cashMin: draw.cashMin === null ? null : r(draw.cashMin),
          ...limitsAround(draw.more, names, draw.targets),
        },
        volumes: Object.fromEntries(names.map((name, i) => [name, draw.more.volumes[i]!])),
        depths: Object.fromEntries(names.map((name, i) => [name, draw.more.volumes[n - 1 - i]!])),
        scenarios: draw.more.scenarios,
      }
    })
})

/** Every stage of a plan; null where the book has none. */
export const stagesOf = (asked: PlanInputs) => {
  const prepared = prepare(asked)
  if (!prepared.ok) return null
  const inputs = prepared.value
  const valued = value(inputs)
  if (!valued.ok) return null
  const held = valued.value
  const aim = unwrap(aimAt(inputs, held))
  const imbalance = measureImbalance(held.weight, aim.weight, inputs.risk)
  const wanted = unwrap(size(inputs, held, { aim, imbalance }))
  const allowed = unwrap(constrain(inputs, held, { wanted, imbalance }))
  return { inputs, held, aim, imbalance, wanted, allowed, quantized: quantize(inputs, held, { allowed, imbalance }) }
}
