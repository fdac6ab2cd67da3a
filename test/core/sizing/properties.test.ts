import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absolute, add, decimal, fromUnits, roundTo, toNumber, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import { aimAt } from '../../../src/core/sizing/aim.ts'
import { constrain } from '../../../src/core/sizing/constrain.ts'
import { measureImbalance } from '../../../src/core/sizing/imbalance.ts'
import { limitRows, measureRow } from '../../../src/core/sizing/limits.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { quantize } from '../../../src/core/sizing/quantize.ts'
import { size } from '../../../src/core/sizing/size.ts'
import { value } from '../../../src/core/sizing/value.ts'
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

const bookTerms: fc.Arbitrary<BookTerms> = fc.integer({ min: 1, max: 6 }).chain((n) => {
  const names = NAMES.slice(0, n)
  const perName = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
    fc
      .array(each, { minLength: n, maxLength: n })
      .map((list) => Object.fromEntries(names.map((name, i) => [name, list[i]!])))
  const optional = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(each, { nil: null, freq: 2 })
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
      cashMin: fraction(-0.5, 0.3),
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
          cashMin: r(draw.cashMin),
        },
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
  const aim = aimAt(inputs, held)
  const imbalance = measureImbalance(held.weight, aim.weight, inputs.risk)
  const wanted = size(inputs, held, { aim, imbalance })
  const allowed = constrain(inputs, held, { wanted, imbalance })
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

/** Independent of the code under test: every limit measured by hand on traded weights. */
function checkLimits(
  inputs: PlanInputs,
  held: { weight: Float64Array; cashTotal: number },
  traded: Float64Array,
): void {
  const { constraints, universe } = inputs.mandate
  const after = held.weight.slice()
  let [turnover, spent] = [0, 0]
  traded.forEach((t, j) => {
    after[universe.underlyingOf[j]!]! += t
    turnover += Math.abs(t)
    spent += t + 0.0006 * Math.abs(t)
    if (constraints.orderMax !== null)
      expect(Math.abs(t)).toBeLessThanOrEqual(ratioToNumber(constraints.orderMax) + 1e-12)
  })
  const within = (measure: number, limit: number, was: number): void => {
    expect(measure).toBeLessThanOrEqual(Math.max(limit, was) + 1e-11)
  }
  const gross = (w: Float64Array): number => w.reduce((sum, each) => sum + Math.abs(each), 0)
  const net = (w: Float64Array): number => w.reduce((sum, each) => sum + each, 0)
  if (constraints.grossMax !== null) within(gross(after), ratioToNumber(constraints.grossMax), gross(held.weight))
  if (constraints.netMax !== null) within(net(after), ratioToNumber(constraints.netMax), net(held.weight))
  if (constraints.turnoverMax !== null) within(turnover, ratioToNumber(constraints.turnoverMax), 0)
  within(spent, held.cashTotal - ratioToNumber(constraints.cashMin), 0)
  after.forEach((w, u) => {
    const was = held.weight[u]!
    const [min, max] = [constraints.weightMin[u], constraints.weightMax[u]]
    if (max != null) within(w, ratioToNumber(max), was)
    if (min != null) within(-w, -ratioToNumber(min), -was)
    if (constraints.frozen[u] === 1) expect(w).toBe(was)
    if (constraints.reduceOnly[u] === 1) {
      expect(Math.abs(w)).toBeLessThanOrEqual(Math.abs(was) + 1e-12)
      expect(w * was).toBeGreaterThanOrEqual(-1e-12)
    }
  })
  // The rows themselves must agree with the arithmetic above.
  for (const row of limitRows(inputs, held as never))
    expect(measureRow(universe, row, traded)).toBeLessThanOrEqual(row.bound + 1e-11)
}
