import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { ratio, ratioToNumber } from '../../../src/core/base/ratio.ts'
import { quadraticForm } from '../../../src/core/maths/matrix.ts'
import type { Mandated, OutlookChanged } from '../../../src/core/session/session-event.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../../../src/core/sim/backtest-types.ts'
import { measureRun } from '../../../src/core/sim/metrics.ts'
import type { RunRecord } from '../../../src/core/sim/run-record.ts'
import { assessTargetRisk } from '../../../src/core/sim/target-risk.ts'
import { type Variation, varyTargets } from '../../../src/core/sim/target-variation.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { unwrap } from '../cost/reference.ts'
import { outlookOf } from '../session/desk.ts'
import { runOf, T0, tenCoins, walk } from './runs.ts'

const WEIGHTS = [0.3, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, -0.1, 0]
const exact = (weight: number) => ratio(BigInt(Math.round(weight * 1000)), 1000n)
const book = (weights: readonly number[]): PlanInputs => {
  const inputs = tenCoins({ kind: 'full' })
  return { ...inputs, mandate: { ...inputs.mandate, target: { weight: weights.map(exact), notes: [] } } }
}

const mandated = (inputs: PlanInputs, at: number): Mandated => ({
  kind: 'mandated',
  at,
  mandate: inputs.mandate,
  hash: `mandate ${at}`,
  outlook: outlookOf(inputs),
})
const outlook = (inputs: PlanInputs, at: number): OutlookChanged => ({
  kind: 'outlook',
  at,
  outlook: outlookOf(inputs),
})

/** What a variation makes of events, as time, kind and weights. */
function told(
  events: readonly (Mandated | OutlookChanged)[],
  variation: Variation,
): [number, string, number[] | null][] {
  const schedule = events.map((value) => ({ ok: true, value }) as const)
  const inputs = { schedule } as unknown as BacktestInputs
  return [...varyTargets(inputs, variation).schedule].map((each) => {
    const event = unwrap(each)
    const hour = (event.at - T0) / HOUR_MS
    return [hour, event.kind, event.kind === 'mandated' ? event.mandate.target.weight.map(ratioToNumber) : null]
  })
}
const gross = (weights: readonly number[]): number => weights.reduce((sum, each) => sum + Math.abs(each), 0)

describe('target risk', () => {
  test('[VARY-1] gross stays, what is not wanted stays so; noise keeps signs, a permutation leaves no name its own weight', () => {
    const first = [mandated(book(WEIGHTS), T0)]
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const [[, , noisy]] = told(first, { kind: 'noise', size: 0.2, seed }) as [[number, string, number[]]]
      expect(gross(noisy)).toBeCloseTo(1, 8)
      expect(noisy.map(Math.sign)).toEqual(WEIGHTS.map(Math.sign))
      expect(noisy).not.toEqual(WEIGHTS)
      const distinct = [0.3, 0.2, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04, -0.05, 0]
      const [[, , permuted]] = told([mandated(book(distinct), T0)], { kind: 'permutation', seed }) as [
        [number, string, number[]],
      ]
      expect([...permuted].sort()).toEqual([...distinct].sort())
      expect(permuted[9]).toBe(0)
      permuted.slice(0, 9).forEach((each, u) => {
        expect(each).not.toBe(distinct[u])
      })
      expect(told(first, { kind: 'noise', size: 0.2, seed })).toEqual(told(first, { kind: 'noise', size: 0.2, seed }))
    }
    const [[, , equal]] = told(first, { kind: 'equal' }) as [[number, string, number[]]]
    expect(equal).toEqual(WEIGHTS.map((each) => Math.sign(each) / 9))
  })

  test('[VARY-1] noise is of its size: the deviation of the logarithm of a weight', () => {
    const logs = Array.from({ length: 400 }, (_, k) => {
      const [[, , [a, b]]] = told([mandated(book([0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0]), T0)], {
        kind: 'noise',
        size: 0.2,
        seed: `${k}`,
      }) as unknown as [[number, string, [number, number]]]
      return Math.log(a / b)
    })
    const deviation = Math.sqrt(logs.reduce((sum, each) => sum + each * each, 0) / 400)
    expect(deviation / (0.2 * Math.SQRT2)).toBeGreaterThan(0.9)
    expect(deviation / (0.2 * Math.SQRT2)).toBeLessThan(1.1)
  })

  test('[VARY-7] an estimate is off by (γΣ)⁻¹ of the error of a mean: its covariance over draws is Σ⁻¹/(γ²T), γ = Sharpe/√(w′Σw)', () => {
    const inputs = book(WEIGHTS)
    const { covariance } = inputs.risk
    const n = WEIGHTS.length
    const wanted = WEIGHTS.flatMap((weight, u) => (weight === 0 ? [] : [u]))
    const inner = Float64Array.from({ length: wanted.length ** 2 }, (_, k) => {
      const [i, j] = [wanted[Math.floor(k / wanted.length)]!, wanted[k % wanted.length]!]
      return covariance[i * n + j]!
    })
    const exact = Float64Array.from(wanted, (u) => WEIGHTS[u]!)
    const variance = quadraticForm(exact, inner, exact.length)
    // So many years that the scale back to the gross hardly matters.
    const [years, sharpe, draws] = [1e6, 2, 4000]
    const errors = Array.from({ length: draws }, (_, k) => {
      const [[, , weights]] = told([mandated(inputs, T0)], { kind: 'estimate', years, sharpe, seed: `s${k}` }) as [
        [number, string, number[]],
      ]
      expect(weights[9]).toBe(0)
      return wanted.map((u) => weights[u]! - WEIGHTS[u]!)
    })
    // (error)'Σ(error) has the mean n·w'Σw/(Sharpe²T), less what keeping the gross takes out of it.
    const mean =
      errors.reduce((sum, each) => sum + quadraticForm(Float64Array.from(each), inner, exact.length), 0) / draws
    const expected = (exact.length * variance) / (sharpe ** 2 * years)
    expect(mean / expected).toBeGreaterThan(0.8)
    expect(mean / expected).toBeLessThan(1.35)
    const once = told([mandated(inputs, T0), outlook(inputs, T0 + HOUR_MS)], {
      kind: 'estimate',
      years: 3,
      sharpe: 1,
      seed: 'a',
    })
    expect(once.map(([, kind]) => kind)).toEqual(['mandated', 'outlook'])
    expect(gross(once[0]![2]!)).toBeCloseTo(1, 8)
  })

  test('[VARY-7] where names move as one there is no best target, and the run is refused by name', () => {
    const inputs = book(WEIGHTS)
    const flat = { ...inputs, risk: { ...inputs.risk, covariance: inputs.risk.covariance.map(() => 0.04) } }
    const variation = { kind: 'estimate', years: 3, sharpe: 1, seed: 'a' } as const
    const schedule = [{ ok: true, value: mandated(flat, T0) } as const]
    const [first] = [...varyTargets({ schedule } as unknown as BacktestInputs, variation).schedule]
    expect(first!.ok ? [] : first!.error.map(({ code }) => code)).toEqual(['target-risk.covariance'])
  })

  test('[VARY-2] a late target comes with the next event that is late enough, a mandate in place of an outlook', () => {
    const [a, b] = [book(WEIGHTS), book([...WEIGHTS].reverse())]
    const events = [
      mandated(a, T0),
      outlook(a, T0 + HOUR_MS),
      mandated(b, T0 + 2 * HOUR_MS),
      outlook(b, T0 + 4 * HOUR_MS),
      outlook(b, T0 + 5 * HOUR_MS),
    ]
    const reversed = [...WEIGHTS].reverse()
    expect(told(events, { kind: 'delay', delayMs: 2 * HOUR_MS })).toEqual([
      [0, 'mandated', WEIGHTS],
      [1, 'outlook', null],
      [2, 'mandated', WEIGHTS],
      [4, 'mandated', reversed],
      [5, 'outlook', null],
    ])
    expect(told(events, { kind: 'delay', delayMs: 0 }).map(([, kind]) => kind)).toEqual(events.map(({ kind }) => kind))
  })

  const small = book([0.3, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0])
  /** The largest weights on what rises most. */
  const drift = [1.5, 1, 0.5, 0, -0.5, -0.5, -0.5, -1, -1, 0]
  const inputs = runOf(small, { history: walk(small, { rows: 24 * 60, seed: 'vary', drift }), everyMs: DAY_MS })
  const ran: RunRecord = unwrap(runBacktest(inputs))

  test.each<[string, Variation]>([
    ['no noise', { kind: 'noise', size: 0, seed: 'x' }],
    ['no delay', { kind: 'delay', delayMs: 0 }],
  ])('[VARY-3] with %s the run is the run, digit by digit', (_, variation) => {
    const same = unwrap(runBacktest(varyTargets(inputs, variation)))
    expect(same.equity).toEqual(ran.equity)
    expect(same.trades).toEqual(ran.trades)
  })

  test('[VARY-4] the run stands first, then each variation with the least, middle and greatest of its draws', () => {
    const shares: number[] = []
    const terms = { seed: 'rows', draws: 3, noise: [0.1], delaysMs: [7 * DAY_MS], estimates: [{ years: 2, sharpe: 1 }] }
    const risk = unwrap(assessTargetRisk(inputs, ran, { terms, onRun: (share) => void shares.push(share) }))
    expect(risk.rows.map(({ kind, size, runs }) => [kind, size, runs])).toEqual([
      ['asItWas', null, 1],
      ['noise', 0.1, 3],
      ['delay', 7 * DAY_MS, 1],
      ['estimate', 2, 3],
      ['permutation', null, 3],
      ['equal', null, 1],
    ])
    expect(shares.at(-1)).toBe(1)
    const [was, , , , permuted, equal] = risk.rows.map(({ figures }) => figures.annualReturn!)
    expect(was!.middle).toBe(measureRun(ran).metrics.annualReturn)
    // The target of this market was right: any other order of its weights earns less.
    expect(permuted!.most).toBeLessThan(was!.middle)
    expect(equal!.middle).toBeLessThan(was!.middle)
    for (const { figures } of risk.rows)
      for (const spread of Object.values(figures))
        if (spread !== null)
          expect([spread.least, spread.middle, spread.most]).toEqual(
            [spread.least, spread.middle, spread.most].sort((x, y) => x - y),
          )
    expect(unwrap(assessTargetRisk(inputs, ran, { terms }))).toEqual(risk)
  })
})
