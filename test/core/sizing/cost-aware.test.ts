import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toText } from '../../../src/core/base/decimal.ts'
import type { Knob } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { quotes } from '../../../src/core/sizing/quotes.ts'
import { sizeTrade } from '../../../src/core/sizing/trade.ts'
import { goldenOne, makeInputs, r } from './book.ts'

const HOUR_MS = 3_600_000
const FREE_SPREAD = {
  BTC: { price: '64000', lot: '0.00001', spread: '0' },
  ETH: { price: '3200', lot: '0.0001', spread: '0' },
  SOL: { price: '160', lot: '0.01', spread: '0' },
}
const golden = (knob: Knob, changes: Parameters<typeof goldenOne>[1] = {}): PlanInputs =>
  goldenOne({ kind: 'costAware', knob, intervalMs: HOUR_MS }, { spot: FREE_SPREAD, ...changes })
const aversion = (text: string): Knob => ({ kind: 'aversion', aversion: r(text) })
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const allowedOf = (sizePlan: SizePlan): number[] => sizePlan.lines.map((line) => line.allowed)

/** ½(d+z)'M(d+z) + Σ a|z|, by hand. */
function objective(inputs: PlanInputs, deviation: Float64Array, trade: readonly number[]): number {
  const prepared = prepare(inputs)
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error))
  const { matrix, threshold, n } = prepared.value.curvature!
  let total = 0
  for (let i = 0; i < n; i++) {
    total += threshold[i]! * Math.abs(trade[i]!)
    for (let j = 0; j < n; j++)
      total += 0.5 * matrix[i * n + j]! * (deviation[i]! + trade[i]!) * (deviation[j]! + trade[j]!)
  }
  return total
}

describe('the cost-aware policy', () => {
  it('[AWARE-1] golden no. 2: z = −.176513, +.083481, +.093150, tracking error 9.905 → 1.004 %, forecast .584 % for 3.416 bp a year', () => {
    const sizePlan = planned(golden(aversion('10')))
    expect(allowedOf(sizePlan).map((z) => z.toFixed(6))).toEqual(['-0.176513', '0.083481', '0.093150'])
    expect((100 * sizePlan.before.imbalance.trackingError).toFixed(3)).toBe('9.905')
    expect((100 * sizePlan.after.imbalance.trackingError).toFixed(2)).toBe('1.00')
    expect((100 * sizePlan.forecast!.trackingError).toFixed(3)).toBe('0.584')
    expect((10_000 * sizePlan.forecast!.cost).toFixed(3)).toBe('3.416')
    expect(sizePlan.legs.map((leg) => `${leg.instrument} ${toText(leg.quantity)}`)).toEqual([
      'BTC -0.2758',
      'SOL 58.22',
      'ETH 2.6088',
    ])
  })

  it('[AWARE-2] one knob in three forms: each gives the aversion of the others', () => {
    const byAversion = prepare(golden(aversion('10')))
    if (!byAversion.ok) throw new Error('golden no. 2 has a curvature')
    const { forecast, halfWidth } = byAversion.value.curvature!
    const error = planned(golden({ kind: 'trackingError', trackingError: r(forecast.trackingError.toFixed(17)) }))
    const width = planned(golden({ kind: 'widths', width: [null, null, r(halfWidth[2]!.toFixed(17))] }))
    expect(error.forecast!.aversion).toBeCloseTo(10, 6)
    expect(width.forecast!.aversion).toBeCloseTo(10, 6)
  })

  it('[AWARE-3] what is left alone says what a trade would be worth and what it costs', () => {
    const inputs = golden(aversion('10'), {
      held: { BTC: '0.79', ETH: '9.375', SOL: '62.5' },
      cash: { USD: '9440' },
    })
    const sizePlan = planned(inputs)
    expect(sizePlan.legs).toEqual([])
    for (const { because } of sizePlan.lines) {
      const [reason] = because
      expect(reason?.kind).toBe('notWorthItsCost')
      if (reason?.kind === 'notWorthItsCost') expect(reason.gain).toBeLessThanOrEqual(reason.cost)
    }
  })

  it('[AWARE-4] under limits it is the best that obeys them: no feasible trade near it is better', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.4, noNaN: true }),
        fc.double({ min: 0, max: 0.25, noNaN: true }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (turnover, cashMin, away) => {
          const inputs = golden(aversion('10'), {
            limits: { turnoverMax: r(turnover.toFixed(6)), cashMin: r(cashMin.toFixed(6)) },
          })
          const sizePlan = planned(inputs)
          const deviation = sizePlan.before.imbalance.weight
          const best = allowedOf(sizePlan)
          const feasible = (trade: readonly number[]): boolean =>
            trade.reduce((sum, z) => sum + Math.abs(z), 0) <= Number(turnover.toFixed(6)) &&
            trade.reduce((sum, z) => sum + z + 0.0005 * Math.abs(z), 0) <= 0.1 - Number(cashMin.toFixed(6)) &&
            [0.7, 0.2, 0].every((held, i) => held + trade[i]! >= 0)
          expect(best.reduce((sum, z) => sum + Math.abs(z), 0)).toBeLessThanOrEqual(turnover + 1e-6)
          for (const step of [1e-2, 1e-3, 1e-4]) {
            const other = best.map((z, i) => z + step * away[i]!)
            if (feasible(other))
              expect(objective(inputs, deviation, other)).toBeGreaterThanOrEqual(
                objective(inputs, deviation, best) - 1e-10,
              )
          }
        },
      ),
      { seed: 7, numRuns: 200 },
    )
  })

  it('[AWARE-5] a prepared plan is the plan; a book without drift or a policy out of reach is refused by name', () => {
    const inputs = golden(aversion('10'))
    const prepared = prepare(inputs)
    if (!prepared.ok) throw new Error('golden no. 2 has a curvature')
    expect(plan(prepared.value)).toEqual(plan(inputs))
    const tooWide = plan(golden({ kind: 'trackingError', trackingError: r('0.5') }))
    expect(tooWide.ok ? [] : tooWide.error.map(({ code }) => code)).toEqual(['curvature.out-of-reach'])
    const never = plan(golden(aversion('0')))
    expect(never.ok ? [] : never.error.map(({ code }) => code)).toEqual(['policy.range'])
  })

  it('[AWARE-6] it plans random books under random limits without a limit broken or a number lost', () => {
    const names = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE']
    const fraction = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((x) => x.toFixed(4))
    const perName = <T>(each: fc.Arbitrary<T>) =>
      fc
        .array(each, { minLength: 5, maxLength: 5 })
        .map((list) => Object.fromEntries(names.map((name, i) => [name, list[i]!])))
    fc.assert(
      fc.property(
        perName(fraction(0, 0.4)),
        perName(fraction(0, 0.2)),
        perName(fc.double({ min: 0.05, max: 1.5, noNaN: true })),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.constantFrom('0.1', '10', '1000'),
        fraction(0.05, 0.6),
        fraction(1, 2),
        (held, targets, vols, rho, gamma, turnover, gross) => {
          const inputs = makeInputs({
            spot: Object.fromEntries(names.map((name) => [name, { price: '100', lot: '0.01', min: '5' }])),
            cash: { USD: '20000' },
            held: Object.fromEntries(names.map((name) => [name, String(1000 * Number(held[name]))])),
            targets,
            vols,
            correlation: () => rho,
            policy: { kind: 'costAware', knob: aversion(gamma), intervalMs: HOUR_MS },
            limits: { turnoverMax: r(turnover), grossMax: r(gross) },
          })
          const sizePlan = planned(inputs)
          expect(sizePlan.turnover).toBeLessThanOrEqual(Number(turnover) + 1e-9)
          expect(sizePlan.after.cash).toBeGreaterThanOrEqual(Math.min(0, sizePlan.before.cash) - 1e-9)
          expect(Number.isFinite(sizePlan.after.imbalance.trackingError)).toBe(true)
        },
      ),
      { seed: 11, numRuns: 200 },
    )
  })

  it('[AWARE-7] one trade and quotes of such a book are sized inside its limits, without its optimum', () => {
    const inputs = golden(aversion('10'), { limits: { turnoverMax: r('0.03') } })
    const gauge = { unit: 'weight', width: r('0.02') } as const
    const base = { kind: 'weight', weight: r('0.05') } as const
    const sized = sizeTrade(inputs, { instrument: 'SOL', side: 'buy', curve: { kind: 'linear' }, gauge, base })
    if (!sized.ok) throw new Error(JSON.stringify(sized.error))
    // 3 % of 100,000 at 160 a coin.
    expect(toText(sized.value.quantity)).toBe('18.75')
    expect(sized.value.because).toContainEqual(expect.objectContaining({ kind: 'bound', limit: 'turnover' }))
    const quoted = quotes(inputs, { instrument: 'SOL', curve: { kind: 'linear' }, gauge, base })
    if (!quoted.ok) throw new Error(JSON.stringify(quoted.error))
    expect(quoted.value.buy.quantity.map(toText)).toEqual(['18.75'])
  })
})
