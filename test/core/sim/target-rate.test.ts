import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import type { Mandated, OutlookChanged } from '../../../src/core/session/session-event.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../../../src/core/sim/backtest-types.ts'
import { measureRun } from '../../../src/core/sim/metrics.ts'
import { withTargetRate } from '../../../src/core/sim/target-rate.ts'
import { driftRate, proportionalCosts } from '../../../src/core/sizing/curvature.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { openBacktest } from '../../../src/shell/files/backtest.ts'
import { decodeInputs, encodeInputs } from '../../../src/wire/inputs-codec.ts'
import { ROOT, readText } from '../../repository/source.ts'
import { emptyFolder } from '../../shell/cli/terminal.ts'
import { unwrap } from '../cost/reference.ts'
import { outlookOf } from '../session/desk.ts'
import { runOf, T0, tenCoins, walk } from './runs.ts'

const policy = {
  kind: 'costAware',
  knob: { kind: 'trackingError', trackingError: ratio(2n, 100n) },
  intervalMs: HOUR_MS,
} as const
const book = (first: number): PlanInputs => {
  const inputs = tenCoins(policy)
  const weight = Array.from({ length: 10 }, (_, k) =>
    k === 0 ? ratio(BigInt(first), 100n) : k === 1 ? ratio(BigInt(18 - first), 100n) : ratio(9n, 100n),
  )
  return { ...inputs, mandate: { ...inputs.mandate, target: { weight, notes: [] } } }
}
const mandated = (inputs: PlanInputs, at: number): Mandated => ({
  kind: 'mandated',
  at,
  mandate: inputs.mandate,
  hash: `mandate ${at}`,
  outlook: outlookOf(inputs),
})

const rateOf = (events: readonly (Mandated | OutlookChanged)[], windowMs: number): (Float64Array | undefined)[] => {
  const schedule = events.map((value) => ({ ok: true, value }) as const)
  return [...withTargetRate(schedule, windowMs)].map((each) => unwrap(each).outlook.risk.targetRate)
}

describe('how the target moves', () => {
  test('[VARY-6] the rate is Σ ΔwΔw′ of the changes in the window by its length, and nothing before there is a past', () => {
    const events = [mandated(book(9), T0), mandated(book(11), T0 + 10 * DAY_MS), mandated(book(8), T0 + 20 * DAY_MS)]
    const [first, second, third] = rateOf(events, 365 * DAY_MS)
    expect(first).toBeUndefined()
    const block = (rate: Float64Array): number[] => [rate[0]!, rate[1]!, rate[10]!, rate[11]!]
    const expected = (squares: number, days: number): number[] => {
      const rate = (squares * 1e-4 * 365) / days
      return [rate, -rate, -rate, rate].map((each) => expect.closeTo(each, 12))
    }
    expect(block(second!)).toEqual(expected(4, 10))
    expect(block(third!)).toEqual(expected(4 + 9, 20))
    expect(third!.reduce((sum, each) => sum + Math.abs(each), 0)).toBeCloseTo(4 * third![0]!, 12)
    // Of a window of ten days the first change is no longer in it.
    const [, , short] = rateOf(events, 10 * DAY_MS)
    expect(block(short!)).toEqual(expected(9, 10))
  })

  test('[VARY-6] the curvature counts it as drift: bands are wider, and the forecast of error and cost knows it', () => {
    const inputs = book(9)
    const n = 10
    const targetRate = new Float64Array(n * n)
    for (const [i, j, sign] of [
      [0, 0, 1],
      [0, 1, -1],
      [1, 0, -1],
      [1, 1, 1],
    ] as const)
      targetRate[i * n + j] = sign * 0.05
    const with_ = { ...inputs, risk: { ...inputs.risk, targetRate } }
    const aversion = { ...policy, knob: { kind: 'aversion', aversion: ratio(100n, 1n) } } as const
    const prepared = (each: PlanInputs) =>
      unwrap(prepare({ ...each, mandate: { ...each.mandate, policy: aversion } })).curvature!
    const [still, moving] = [prepared(inputs), prepared(with_)]
    expect(moving.halfWidth[0]!).toBeGreaterThan(still.halfWidth[0]! * 1.05)
    expect(moving.forecast.trackingError).toBeGreaterThan(still.forecast.trackingError)
    expect(moving.forecast.costPerYear).toBeGreaterThan(still.forecast.costPerYear)
    const target = new Float64Array(n).fill(0.09)
    const parts = {
      n,
      covariance: inputs.risk.covariance,
      target,
      cost: proportionalCosts(target),
      aversion: 1,
      interval: 0,
    }
    expect(driftRate({ ...parts, targetRate })[0]! - driftRate(parts)[0]!).toBeCloseTo(0.05, 12)
    expect(unwrap(decodeInputs(encodeInputs(with_))).risk.targetRate).toEqual(targetRate)
  })

  test('[VARY-6] a book asks for it by a window', () => {
    const text = readText('examples/backtest.yaml')
    const open = (extra: string): BacktestInputs => {
      const folder = emptyFolder()
      cpSync(join(ROOT, 'examples/history'), join(folder, 'history'), { recursive: true })
      writeFileSync(join(folder, 'book.yaml'), `${text}  ${extra}\n`)
      const options = { from: null, to: null, now: Date.UTC(2026, 2, 2), shared: false, onFile: () => {} }
      const read = openBacktest(join(folder, 'book.yaml'), options)
      if (!read.ok) throw new Error(JSON.stringify(read.error))
      return read.value.inputs
    }
    const known = (inputs: BacktestInputs): boolean[] =>
      [...inputs.schedule].map((each) => unwrap(each).outlook.risk.targetRate !== undefined)
    expect(known(open(''))).not.toContain(true)
    const watched = known(open('targetChanges: 1y'))
    expect([watched[0], new Set(watched.slice(1))]).toEqual([false, new Set([true])])
  })

  test('[VARY-6] a run whose target moves knows its error better beforehand', () => {
    const inputs = book(9)
    const history = walk(inputs, { rows: 24 * 120, seed: 'moving target' })
    const schedule = Array.from({ length: 120 }, (_, day) => ({
      ok: true as const,
      value: mandated(book(9 + Math.round(4 * Math.sin(day / 3))), T0 + day * DAY_MS),
    }))
    const run = runOf(inputs, { history, schedule })
    const forecastOf = (each: BacktestInputs): number => {
      const { trackingErrorForecast } = measureRun(unwrap(runBacktest(each))).metrics
      if (typeof trackingErrorForecast !== 'number') throw new Error(trackingErrorForecast.because)
      return trackingErrorForecast
    }
    // The knob asks for 2 % a year.
    const [still, moving] = [
      forecastOf(run),
      forecastOf({ ...run, schedule: withTargetRate(run.schedule, 60 * DAY_MS) }),
    ]
    expect(Math.abs(moving - 0.02)).toBeLessThan(Math.abs(still - 0.02))
  })
})
