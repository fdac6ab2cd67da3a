import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  absolute,
  add,
  type Decimal,
  decimal,
  fromUnits,
  roundTo,
  toNumber,
  toText,
  ZERO,
} from '../../../src/core/base/decimal.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import { aimAt } from '../../../src/core/sizing/aim.ts'
import { constrain } from '../../../src/core/sizing/constrain.ts'
import { measureImbalance } from '../../../src/core/sizing/imbalance.ts'
import { limitRows } from '../../../src/core/sizing/limit-rows.ts'
import { measureRow } from '../../../src/core/sizing/limits.ts'
import type { Limit, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { quantize } from '../../../src/core/sizing/quantize.ts'
import { size } from '../../../src/core/sizing/size.ts'
import { value } from '../../../src/core/sizing/value.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, makeInputs, r } from './book.ts'

const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF']
const RUNS = { seed: 20_260_301, numRuns: 300 }

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

const optional = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(each, { nil: null, freq: 1 })

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

const bookTerms: fc.Arbitrary<BookTerms> = fc.integer({ min: 1, max: 6 }).chain((n) => {
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

const stagesOf = (asked: PlanInputs) => {
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

const planned = (inputs: PlanInputs): SizePlan | null => {
  const result = plan(inputs)
  return result.ok ? result.value : null
}

/** Runs a property over random books that can be planned; a draw of negative equity is no case. */
const overBooks = (law: (terms: BookTerms, inputs: PlanInputs) => void): void => {
  fc.assert(
    fc.property(bookTerms, (terms) => {
      const inputs = makeInputs(terms)
      const tried = plan(inputs)
      if (!tried.ok) {
        expect(tried.error.map(({ code }) => code)).toEqual(['equity.not-positive'])
        return
      }
      law(terms, inputs)
    }),
    RUNS,
  )
}

describe('laws of plan()', () => {
  it('[LAW-1] risk parts sum to the whole', () => {
    overBooks((_, inputs) => {
      const { imbalance } = stagesOf(inputs)!
      expect(imbalance.risk.reduce((sum, part) => sum + part, 0)).toBeCloseTo(imbalance.trackingError, 12)
      expect(imbalance.riskContribution.reduce((sum, part) => sum + part, 0)).toBeCloseTo(
        imbalance.volatilityOfBook,
        12,
      )
    })
  })

  it('[LAW-2] scaling equity scales the plan before quantize', () => {
    overBooks((terms, inputs) => {
      const times = (text: string): string => toText(decimal(text) === ZERO ? ZERO : fromUnits(decimal(text) * 8n))
      const scaled = makeInputs({
        ...terms,
        cash: { USD: times(terms.cash!.USD!) },
        held: Object.fromEntries(Object.entries(terms.held!).map(([name, text]) => [name, times(text)])),
      })
      const [one, eight] = [stagesOf(inputs)!, stagesOf(scaled)!]
      one.allowed.trade.forEach((z, u) => {
        expect(eight.allowed.trade[u]).toBeCloseTo(z, 9)
        expect(eight.wanted.trade[u]).toBeCloseTo(one.wanted.trade[u]!, 9)
      })
    })
  })

  it('[LAW-3] permuting the input changes no number', () => {
    overBooks((terms, inputs) => {
      const flip = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(record).reverse())
      const flipped = makeInputs({
        ...terms,
        spot: flip(terms.spot!),
        held: flip(terms.held!),
        targets: flip(terms.targets),
      })
      expect(plan(flipped)).toEqual(plan(inputs))
    })
  })

  it('[LAW-4] a book at its target and inside its limits plans nothing', () => {
    overBooks((terms, inputs) => {
      const { held } = stagesOf(inputs)!
      // Targets on the float64 image of what is held: the deviation is rounding noise, below any lot.
      const targets = Object.fromEntries(
        inputs.mandate.universe.underlyings.map((name, u) => [name, held.weight[u]!.toFixed(15)]),
      )
      const still = planned(makeInputs({ ...terms, targets, limits: {} }))!
      expect(still.legs).toEqual([])
      expect(still.status).toBe('balanced')
    })
  })

  it('[LAW-5] allowed obeys every limit it was inside of and goes no further out of the others', () => {
    overBooks((_, inputs) => {
      const { held, wanted, allowed } = stagesOf(inputs)!
      checkLimits(inputs, held, allowed.byInstrument)
      if (inputs.mandate.policy.kind === 'costAware') return
      allowed.trade.forEach((z, u) => {
        expect(Math.abs(z)).toBeLessThanOrEqual(Math.abs(wanted.trade[u]!) + 1e-15)
        expect(z * wanted.trade[u]!).toBeGreaterThanOrEqual(0)
      })
    })
  })

  it('[LAW-6] rounding exceeds no limit, and what was allowed only where costAware gains by it', () => {
    overBooks((_, inputs) => {
      const { held, allowed, imbalance, quantized } = stagesOf(inputs)!
      const traded = Float64Array.from(quantized.quantity, (each, j) => toNumber(each) * held.unitWeight[j]!)
      checkLimits(inputs, held, traded)
      const objective = objectiveOf(inputs, { imbalance, allowed })
      expect(objective(traded)).toBeLessThanOrEqual(objective(new Float64Array(traded.length)))
      if (inputs.mandate.policy.kind === 'costAware') return
      traded.forEach((t, j) => {
        expect(Math.abs(t)).toBeLessThanOrEqual(Math.abs(allowed.byInstrument[j]!) + 1e-12)
        expect(t * allowed.byInstrument[j]!).toBeGreaterThanOrEqual(0)
      })
    })
  })

  it('[LAW-7] every leg is on its grid, above the minimum, and leaves nothing that could never be sold', () => {
    overBooks((_, inputs) => {
      const { held, quantized } = stagesOf(inputs)!
      quantized.quantity.forEach((quantity, j) => {
        if (quantity === ZERO) return
        const { grid } = inputs.mandate.universe.instruments[j]!
        const after = add(held.quantity[j]!, quantity)
        const price = toNumber(inputs.market.price[j]!)
        const least = grid.notionalMin === null ? 0 : toNumber(grid.notionalMin.amount)
        if (after !== ZERO) expect(roundTo(quantity, grid.lot, 'down')).toBe(quantity)
        expect(toNumber(absolute(quantity)) * price).toBeGreaterThanOrEqual(least - 1e-9)
        if (after !== ZERO) {
          expect(absolute(after) >= grid.quantityMin).toBe(true)
          expect(toNumber(absolute(after)) * price).toBeGreaterThanOrEqual(least - 1e-9)
        }
      })
    })
  })

  it('[LAW-8] weights and cash of a spot book sum to 1, before and after', () => {
    overBooks((_, inputs) => {
      const { before, after } = planned(inputs)!
      expect(before.net + before.cash).toBeCloseTo(1, 9)
      expect(after.net + after.cash).toBeCloseTo(1, 9)
    })
  })

  it('[LAW-9] no number of a plan is NaN or infinite', () => {
    overBooks((_, inputs) => {
      const walk = (each: unknown): void => {
        if (typeof each === 'number') expect(Number.isFinite(each)).toBe(true)
        else if (typeof each === 'object' && each !== null) Object.values(each).forEach(walk)
      }
      walk(planned(inputs))
    })
  })

  it('[LAW-10] a plan that leaves more tracking error than it found says so and names what is to blame', () => {
    overBooks((_, inputs) => {
      const sizePlan = planned(inputs)!
      const raised = sizePlan.after.imbalance.trackingError > sizePlan.before.imbalance.trackingError
      expect(sizePlan.because.some((each) => each.kind === 'raisesTrackingError')).toBe(raised)
    })
  })
})

/**
 * What rounding makes least, in so many words, spot books having one instrument for each underlying: the objective of costAware,
 * or half the squared distance in risk to what was allowed. A billionth of its terms is rounding.
 */
function objectiveOf(
  inputs: PlanInputs,
  { imbalance, allowed }: Pick<NonNullable<ReturnType<typeof stagesOf>>, 'imbalance' | 'allowed'>,
): (traded: Float64Array) => number {
  const prepared = prepare(inputs)
  const curvature = prepared.ok ? prepared.value.curvature : undefined
  const form = (x: Float64Array, matrix: Float64Array): number => {
    let total = 0
    x.forEach((a, i) => {
      x.forEach((b, j) => {
        total += 0.5 * a * matrix[i * x.length + j]! * b
      })
    })
    return total
  }
  return (traded) => {
    const moved = traded.some((t) => t !== 0)
    if (curvature === undefined)
      return (
        form(
          traded.map((t, u) => t - allowed.trade[u]!),
          inputs.risk.covariance,
        ) * (moved ? 1 - 1e-9 : 1)
      )
    const cost = traded.reduce((sum, t, u) => sum + curvature.threshold[u]! * Math.abs(t), 0)
    const risk = form(
      traded.map((t, u) => t + imbalance.weight[u]!),
      curvature.matrix,
    )
    return (risk + cost) * (moved ? 1 - 1e-9 : 1)
  }
}

/** Independent of the code under test: every limit that holds, measured by hand on traded weights. */
function checkLimits(
  inputs: PlanInputs,
  held: { weight: Float64Array; cashTotal: number; equity: Decimal; coinExposure: readonly unknown[] },
  traded: Float64Array,
): void {
  const { constraints, universe, policy, target } = inputs.mandate
  const { market, risk } = inputs
  const n = universe.underlyings.length
  const before = held.weight
  const after = before.slice()
  let spent = 0
  traded.forEach((t, j) => {
    after[universe.underlyingOf[j]!]! += t
    spent += t + 0.0006 * Math.abs(t)
  })
  /** A limit with a price only holds where prices are not weighed. */
  const check = (limit: Limit | null | undefined, measure: number, was: number, side = 1): void => {
    if (limit === null || limit === undefined || (limit.price !== null && policy.kind === 'costAware')) return
    expect(side * measure).toBeLessThanOrEqual(Math.max(side * ratioToNumber(limit.value), side * was) + 1e-11)
  }
  const both = (limit: Limit | null, of: (w: Float64Array) => number, side = 1): void =>
    check(limit, of(after), of(before), side)
  const total = (of: (u: number) => number): number => before.reduce((sum, _, u) => sum + of(u), 0)
  const each = (of: (w: number, u: number) => number) => (w: Float64Array) => total((u) => of(w[u]!, u))
  const norm = (of: (u: number, w: Float64Array) => number) => (w: Float64Array) => {
    const square = total((u) => total((v) => of(u, w) * of(v, w) * risk.covariance[u * n + v]!))
    return Math.sqrt(Math.max(0, square))
  }

  both(constraints.grossMax, each(Math.abs))
  // One spot per underlying, without kept orders: leverage is gross.
  both(constraints.leverageMax, each(Math.abs))
  both(
    constraints.netMax,
    each((w) => w),
  )
  both(
    constraints.netMin,
    each((w) => w),
    -1,
  )
  for (const { group, netMin, netMax, grossMax } of constraints.groups) {
    const own = (of: (w: number) => number) => each((w, u) => (group.members.includes(u) ? of(w) : 0))
    both(
      netMax,
      own((w) => w),
    )
    both(
      netMin,
      own((w) => w),
      -1,
    )
    both(grossMax, own(Math.abs))
  }
  for (const { loading, min, max } of constraints.factors) {
    both(
      max,
      each((w, u) => ratioToNumber(loading[u]!) * w),
    )
    both(
      min,
      each((w, u) => ratioToNumber(loading[u]!) * w),
      -1,
    )
  }
  const volatility = norm((u, w) => w[u]!)
  both(constraints.volatilityMax, volatility)
  both(
    constraints.trackingErrorMax,
    norm((u, w) => w[u]! - ratioToNumber(target.weight[u]!)),
  )
  for (const { measure, method, max } of constraints.tails) {
    // 99 % in one day: N⁻¹(.99) = 2.326…, φ(2.326…)/.01 = 2.665…
    const multiple = (measure === 'valueAtRisk' ? 2.3263478740408408 : 2.6652142203457996) / Math.sqrt(365)
    if (method === 'normal') both(max, (w) => multiple * volatility(w))
    else
      both(max, (w) => {
        const { returns } = risk.scenarios!
        const losses = Array.from({ length: returns.length / n }, (_, s) => -total((u) => returns[s * n + u]! * w[u]!))
        // 1 % of fewer than 100 scenarios is part of the worst one.
        return Math.max(...losses)
      })
  }
  check(
    constraints.turnoverMax,
    traded.reduce((sum, t) => sum + Math.abs(t), 0),
    0,
  )
  check(constraints.cashMin, held.cashTotal - spent, held.cashTotal, -1)
  expect(held.cashTotal - spent).toBeGreaterThanOrEqual(Math.min(0, held.cashTotal, debt(constraints)) - 1e-11)
  const equity = toNumber(held.equity)
  const volume = market.volumePerDay.map((each) => each / 2 / equity)
  traded.forEach((t, j) => {
    check(constraints.orderMax, Math.abs(t), 0)
    check(constraints.turnoverOfMax[universe.underlyingOf[j]!], Math.abs(t), 0)
    if (volume[j]! > 0) check(constraints.participation!.share, Math.abs(t) / volume[j]!, 0)
    else if (constraints.participation!.share !== null) expect(t).toBe(0)
    const depth = market.depth[j]! / equity
    if (constraints.depthShareMax === null) return
    if (depth > 0) check(constraints.depthShareMax, Math.abs(t) / depth, 0)
    else expect(t).toBe(0)
  })
  const ofBook = traded.reduce((sum, t) => sum + Math.abs(t), 0) / volume.reduce((sum, each) => sum + each, 0)
  if (traded.some((t) => t !== 0)) check(constraints.participation!.ofBook, ofBook, 0)
  after.forEach((w, u) => {
    const was = before[u]!
    check(constraints.weightMax[u], w, was)
    check(constraints.weightMin[u], w, was, -1)
    if (constraints.frozen[u] === 1) expect(w).toBe(was)
    if (constraints.reduceOnly[u] === 1) {
      expect(Math.abs(w)).toBeLessThanOrEqual(Math.abs(was) + 1e-12)
      expect(w * was).toBeGreaterThanOrEqual(-1e-12)
    }
  })
  // The rows themselves must agree with the arithmetic above.
  for (const row of limitRows(inputs, held as never))
    if (row.price === Number.POSITIVE_INFINITY || policy.kind !== 'costAware')
      expect(measureRow(universe, row, traded)).toBeLessThanOrEqual(row.bound + 1e-11)
}

/** Money that may be owed. */
const debt = ({ cashMin }: { readonly cashMin: Limit | null }): number =>
  cashMin === null ? 0 : Math.min(0, ratioToNumber(cashMin.value))
