/** Laws of the guard over random books under every policy that can have one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toNumber, ZERO } from '../../../src/core/base/decimal.ts'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { glanceAt, openGlance } from '../../../src/core/sizing/glance.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, makeInputs, r, type TrendTerms } from './book.ts'

const RUNS = { seed: 20_261_125, numRuns: 200 }
const NAMES = ['AAA', 'BBB', 'CCC', 'DDD']
const MEASURE = { kind: 'efficiencyRatio', windowMs: 30 * DAY_MS } as const
const IMPACT = { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: 3_600_000, decayMs: DAY_MS } }
const fraction = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((k) => String(k / 1000))

/** Policies without their guard, and how wide it makes their bands. */
const policies = (n: number): fc.Arbitrary<{ readonly policy: Policy; readonly hasBand: boolean }> =>
  fc.oneof(
    fc.constant({ policy: { kind: 'full' } as Policy, hasBand: false }),
    fraction(0.1, 1).map((rate) => ({ policy: { kind: 'proportional', rate: r(rate) } as Policy, hasBand: false })),
    fc
      .tuple(fc.constantFrom('weight', 'volatility', 'relative'), fraction(0, 0.1), fc.constantFrom('edge', 'target'))
      .map(([unit, width, to]) => {
        const shared = { kind: 'band', unit, width: Array.from({ length: n }, () => r(width)), to }
        return { policy: (unit === 'relative' ? { ...shared, floor: r('0.05') } : shared) as Policy, hasBand: true }
      }),
    fc.constantFrom('0.5', '20', '500').map((aversion) => ({
      policy: {
        kind: 'costAware',
        knob: { kind: 'aversion', aversion: r(aversion) },
        intervalMs: 3_600_000,
      } as Policy,
      hasBand: true,
    })),
  )

interface Drawn {
  readonly n: number
  readonly policy: Policy
  readonly hasBand: boolean
  readonly widen: string
  readonly slow: string
  readonly confidence: readonly number[]
  readonly change: readonly number[]
  readonly terms: Omit<BookTerms, 'policy'>
}

const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 4 }).chain((n) => {
  const each = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: n, maxLength: n })
  return fc
    .record({
      policy: policies(n),
      widen: fraction(0, 3),
      slow: fraction(0, 0.999),
      confidence: each(fc.double({ min: 0, max: 1, noNaN: true })),
      change: each(fc.double({ min: -1, max: 1, noNaN: true })),
      held: each(fraction(-0.3, 0.6)),
      targets: each(fraction(-0.2, 0.5)),
      vols: each(fc.double({ min: 0.2, max: 1.2, noNaN: true })),
      loading: each(fc.double({ min: -0.6, max: 0.9, noNaN: true })),
      cash: fraction(0.2, 2),
      gross: fraction(0.3, 3),
      turnover: fraction(0, 0.5),
      limited: fc.boolean(),
      hasImpact: fc.boolean(),
    })
    .map((draw): Drawn => {
      const names = NAMES.slice(0, n)
      const of = <T>(list: readonly T[]): Record<string, T> =>
        Object.fromEntries(names.map((name, k) => [name, list[k]!]))
      const gross = draw.targets.reduce((sum, weight) => sum + Math.abs(Number(weight)), 0)
      return {
        n,
        ...draw.policy,
        widen: draw.widen,
        slow: draw.slow,
        confidence: draw.confidence,
        change: draw.change,
        terms: {
          spot: of(names.map(() => ({ price: '100', lot: '0.0001', short: true }))),
          cash: { USD: String(Number(draw.cash) * 100_000) },
          held: of(draw.held.map((weight) => String(Number(weight) * 1000))),
          targets: of(draw.targets),
          vols: of(draw.vols),
          ...(draw.hasImpact ? { costs: { impact: IMPACT }, volumes: of(names.map(() => 1e6)) } : {}),
          correlation: (a, b) => draw.loading[NAMES.indexOf(a)]! * draw.loading[NAMES.indexOf(b)]!,
          limits: draw.limited
            ? { grossMax: r(String(Math.max(Number(draw.gross), gross + 0.001))), turnoverMax: r(draw.turnover) }
            : {},
        },
      }
    })
})

/** The book under its guard, or null where it has no equity. @param confidence of each trend; the guard asks for ½ */
function guarded(draw: Drawn, confidence: readonly number[] = draw.confidence): PlanInputs | null {
  const names = NAMES.slice(0, draw.n)
  const of = (list: readonly number[]) => Object.fromEntries(names.map((name, k) => [name, list[k]!]))
  const trends: TrendTerms[] = [{ measure: MEASURE, confidence: of(confidence), change: of(draw.change) }]
  const widen = r(draw.hasBand ? draw.widen : '0')
  const guard = { measure: MEASURE, confidence: r('0.5'), widen, slow: r(draw.slow) }
  const inputs = makeInputs({ ...draw.terms, policy: { ...draw.policy, guard } as Policy, trends })
  return plan(inputs).ok ? inputs : null
}
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const wantedOf = (inputs: PlanInputs): number[] => planned(inputs).lines.map(({ wanted }) => wanted)
const isOfGuard = ({ kind }: Reason): boolean => kind === 'guarded' || kind === 'unguarded'
/** A plan without what its guard said, and without the policy that has it. */
const silent = ({ policy: _, ...rest }: SizePlan) => ({
  ...rest,
  lines: rest.lines.map((line) => ({ ...line, because: line.because.filter((each) => !isOfGuard(each)) })),
  legs: rest.legs.map((leg) => ({ ...leg, because: leg.because.filter((each) => !isOfGuard(each)) })),
})
/** Optima differ by the rounding of two solves. */
const noise = ({ policy }: Drawn): number => (policy.kind === 'costAware' ? 1e-9 : 0)
const over = (law: (draw: Drawn, inputs: PlanInputs) => void): void => {
  fc.assert(
    fc.property(drawn, (draw) => {
      const inputs = guarded(draw)
      if (inputs !== null) law(draw, inputs)
    }),
    RUNS,
  )
}

describe('laws of the guard', () => {
  it('[GUARD-5] without a trend as sure as asked it changes no number and no byte but its reason', () => {
    over((draw) => {
      const unsure = guarded(
        draw,
        draw.confidence.map((each) => each / 2),
      )!
      const free = makeInputs({ ...draw.terms, policy: draw.policy })
      expect(silent(planned(unsure))).toEqual(silent(planned(free)))
    })
  })

  it('[GUARD-6] the surer a trend the less is traded against it, and never the other way', () => {
    over((draw, inputs) => {
      for (let u = 0; u < draw.n; u++) {
        const at = (confidence: number): number => wantedOf(guarded(draw, draw.confidence.with(u, confidence))!)[u]!
        const trades = [0.5, 0.7, 0.9, 1].map(at)
        for (const [k, trade] of trades.slice(1).entries()) {
          expect(Math.abs(trade)).toBeLessThanOrEqual(Math.abs(trades[k]!) + noise(draw))
          if (Math.abs(trade) > noise(draw)) expect(Math.sign(trade)).toBe(Math.sign(trades[k]!))
        }
      }
      for (const { because } of planned(inputs).lines)
        for (const reason of because) if (reason.kind === 'guarded') expect(reason.slow).toBeGreaterThan(0)
    })
  })

  it('[GUARD-6] a policy that looks at each underlying alone trades the others as without', () => {
    over((draw, inputs) => {
      if (draw.policy.kind === 'costAware') return
      const free = wantedOf(makeInputs({ ...draw.terms, policy: draw.policy }))
      planned(inputs).lines.forEach(({ wanted, because }, u) => {
        const own = because.find(({ kind }) => kind === 'guarded')
        if (own === undefined) expect(wanted).toBe(free[u])
        else expect(Math.abs(wanted)).toBeLessThanOrEqual(Math.abs(free[u]!))
      })
    })
  })

  it('[GUARD-6] a book at its target trades nothing and has nothing to guard', () => {
    over((draw, inputs) => {
      const { before } = planned(inputs)
      const targets = Object.fromEntries(NAMES.slice(0, draw.n).map((name, u) => [name, before.weight[u]!.toFixed(15)]))
      const still = guarded({ ...draw, terms: { ...draw.terms, targets, limits: {} } })!
      expect(planned(still).legs).toEqual([])
    })
  })

  it('[GUARD-6] permuting the book changes no byte', () => {
    over((draw, inputs) => {
      const flip = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(record).reverse())
      const { spot, held, targets } = draw.terms
      const terms = { ...draw.terms, spot: flip(spot!), held: flip(held!), targets: flip(targets) }
      expect(plan(guarded({ ...draw, terms })!)).toEqual(plan(inputs))
    })
  })

  it('[GUARD-7] no limit gives way to it', () => {
    over((_, inputs) => {
      const { before, after, turnover, legs } = planned(inputs)
      const { grossMax, turnoverMax } = inputs.mandate.constraints
      if (grossMax === null || turnoverMax === null) return
      const most = Number(grossMax.value.n) / Number(grossMax.value.d)
      // Costs are paid out of equity.
      expect(after.gross).toBeLessThanOrEqual((Math.max(most, before.gross) + 1e-9) * 1.01)
      expect(turnover).toBeLessThanOrEqual(Number(turnoverMax.value.n) / Number(turnoverMax.value.d) + 1e-9)
      for (const { quantity } of legs) expect(quantity).not.toBe(ZERO)
    })
  })

  it('[GUARD-12] a glance is no surer than a guarded plan', () => {
    let idle = 0
    over((draw, inputs) => {
      const { before } = planned(inputs)
      // Targets a little beside what is held, so that guards decide.
      const targets = Object.fromEntries(
        NAMES.slice(0, draw.n).map((name, u) => [name, (before.weight[u]! + draw.change[u]! / 30).toFixed(12)]),
      )
      const near = guarded({ ...draw, terms: { ...draw.terms, targets, limits: {} } })!
      const { asOf, price, rate, stale } = near.market
      const moment = { asOf, price: Float64Array.from(price, toNumber), rate: Float64Array.from(rate, toNumber), stale }
      if (!glanceAt(unwrap(openGlance(near)), moment)) return
      idle++
      expect(planned(near).legs).toEqual([])
    })
    expect(idle).toBeGreaterThan(20)
  })
})
