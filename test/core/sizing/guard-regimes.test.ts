/** What a guard brings where prices trend, where they come back and where they do neither, by planning day after day. */
import { describe, expect, test } from 'vitest'
import { toNumber, toText } from '../../../src/core/base/decimal.ts'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { measureTrend } from '../../../src/core/risk/trend.ts'
import type { Guard, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { unwrap } from '../cost/reference.ts'
import { makeInputs, r } from './book.ts'

const [WINDOW, DAYS] = [40, 200]
const NAMES = ['AAA', 'BBB'] as const
const MEASURE = { kind: 'drift', windowMs: WINDOW * DAY_MS } as const
const GUARD: Guard = { measure: MEASURE, confidence: r('0.8'), widen: r('2'), slow: r('0.8') }
const RULE = { kind: 'band', unit: 'weight', width: [r('0.02'), r('0.02')], to: 'edge' } as const

/** Closes whose changes go on (momentum > 0), come back (< 0) or do neither, of one volatility all the same. */
function closesOf(seed: string, momentum: number): number[] {
  const random = makeRandom(seed)
  let [log, change] = [0, 0]
  return Array.from({ length: WINDOW + DAYS + 1 }, () => {
    change = momentum * change + Math.sqrt(1 - momentum ** 2) * random.normal()
    log += (0.02 * change) / Math.sqrt((1 + momentum) / (1 - momentum))
    return 100 * Math.exp(log)
  })
}

/** Log growth of a book of two coins at 40 % each, planned every day. */
function grow(closes: readonly (readonly number[])[], policy: Policy): number {
  let [cash, held] = ['20000', ['400', '400']]
  for (let day = WINDOW; day <= WINDOW + DAYS; day++) {
    const histories = NAMES.map((name, k) => ({
      name,
      time: Float64Array.from(closes[k]!.slice(day - WINDOW, day + 1), (_, at) => (day - WINDOW + at) * DAY_MS),
      close: Float64Array.from(closes[k]!.slice(day - WINDOW, day + 1)),
    }))
    const { trend } = unwrap(measureTrend(histories, { asOf: (day + 1) * DAY_MS, intervalMs: DAY_MS }, MEASURE))
    const of = (values: ArrayLike<number>) => Object.fromEntries(NAMES.map((name, k) => [name, values[k]!]))
    const planned = unwrap(
      plan(
        makeInputs({
          spot: Object.fromEntries(
            NAMES.map((name, k) => [name, { price: closes[k]![day]!.toFixed(9), lot: '0.000001' }]),
          ),
          cash: { USD: cash },
          held: Object.fromEntries(NAMES.map((name, k) => [name, held[k]!])),
          targets: { AAA: '0.4', BBB: '0.4' },
          vols: { AAA: 0.4, BBB: 0.4 },
          trends: [{ measure: MEASURE, confidence: of(trend.confidence), change: of(trend.change) }],
          policy,
        }),
      ),
    )
    if (day === WINDOW + DAYS) return Math.log(toNumber(planned.equity) / 100_000)
    let money = Number(cash)
    for (const { instrument, after, quantity, price, cost } of planned.legs) {
      held = held.map((each, k) => (NAMES[k] === instrument ? toText(after) : each))
      money -= toNumber(quantity) * toNumber(price) + toNumber(cost.total)
    }
    cash = money.toFixed(9)
  }
  throw new Error('the last day returns')
}

/** Mean and standard error, over paths, of what the guard adds. */
function addedBy(momentum: number, paths: number): { readonly mean: number; readonly error: number } {
  const added = Array.from({ length: paths }, (_, seed) => {
    const closes = NAMES.map((name) => closesOf(`${name} ${seed}`, momentum))
    return grow(closes, { ...RULE, guard: GUARD }) - grow(closes, RULE)
  })
  const mean = added.reduce((sum, each) => sum + each, 0) / paths
  const variance = added.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (paths - 1)
  return { mean, error: Math.sqrt(variance / paths) }
}
describe('what a guard is worth', () => {
  // In percent over 200 days; docs/guard.md has this table.
  test.each([
    ['changes go on', 0.95, '+0.50', '0.09'],
    ['changes are independent', 0, '-0.16', '0.08'],
    ['changes come back', -0.5, '-0.18', '0.06'],
  ])('[GUARD-13] where %s', (_, momentum, mean, error) => {
    const added = addedBy(momentum, 20)
    const percent = (x: number): string => (100 * x).toFixed(2)
    expect([`${added.mean > 0 ? '+' : ''}${percent(added.mean)}`, percent(added.error)]).toEqual([mean, error])
  })
})
