import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { YEAR_MS } from '../../../src/core/base/instant.ts'
import type { Curvature } from '../../../src/core/sizing/curvature.ts'
import type { Knob, Policy, Tilt } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { type BookTerms, goldenOne, makeInputs, r } from './book.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const GAMMA = 10
const knob: Knob = { kind: 'aversion', aversion: r(String(GAMMA)) }
const tilting = (tilt?: Tilt): Policy => ({
  kind: 'costAware',
  knob,
  intervalMs: HOUR_MS,
  ...(tilt === undefined ? {} : { tilt }),
})
const edges = (...annual: readonly (string | null)[]): Tilt => ({
  edges: annual.map((each) => (each === null ? null : { annual: r(each), decayMs: null })),
  carry: false,
})
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const curvatureOf = (inputs: PlanInputs): Curvature => {
  const prepared = prepare(inputs)
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error))
  return prepared.value.curvature!
}
const tiltOf = (sizePlan: SizePlan): number[] => sizePlan.lines.map(({ aim, target }) => aim - target)
const reasonOf = (sizePlan: SizePlan, u: number): Extract<Reason, { kind: 'tilted' }> | undefined =>
  sizePlan.lines[u]!.because.find((reason) => reason.kind === 'tilted')

const VOL = 0.6
/** One asset, 50 % held, 40 % wanted; trading costs 6 bp. */
const alone = (policy: Policy, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { BTC: { price: '100' } },
    cash: { USD: '50000' },
    held: { BTC: '500' },
    targets: { BTC: '0.4' },
    vols: { BTC: VOL },
    policy,
    ...changes,
  })

describe('an aim that is tilted', () => {
  it('[TILT-1] one underlying: α/(γσ²), and no further than its band', () => {
    const half = curvatureOf(alone(tilting())).halfWidth[0]!
    // 2 % a year is a tilt of 56 bp of weight, inside the band; 50 % is not.
    const cases: [string, number][] = [
      ['0.01', 0.01 / (GAMMA * VOL ** 2)],
      ['-0.02', -0.02 / (GAMMA * VOL ** 2)],
      ['0.5', half],
      ['-0.5', -half],
    ]
    for (const [annual, tilt] of cases) {
      const sizePlan = planned(alone(tilting(edges(annual))))
      expect(tiltOf(sizePlan)[0]).toBeCloseTo(tilt, 12)
      expect(reasonOf(sizePlan, 0)).toMatchObject({
        target: 0.4,
        rate: Number(annual),
        atBand: Math.abs(tilt) === half,
      })
    }
  })

  it('[TILT-2] an edge that decays is worth 1/(1 + φT) of one that stays, T the horizon of its underlying', () => {
    const { horizon } = curvatureOf(alone(tilting()))
    for (const days of [1, 10, 300]) {
      const tilt: Tilt = { edges: [{ annual: r('0.02'), decayMs: days * DAY_MS }], carry: false }
      const worth = 0.02 / (1 + (YEAR_MS / (days * DAY_MS)) * horizon[0]!)
      expect(tiltOf(planned(alone(tilting(tilt))))[0]).toBeCloseTo(worth / (GAMMA * VOL ** 2), 12)
    }
  })

  it('[TILT-3] several: (γΣ)⁻¹α where no band is reached, and else no change inside the bands is worth more', () => {
    const inputs = goldenOne(tilting())
    const { halfWidth } = curvatureOf(inputs)
    const { covariance } = inputs.risk
    const pull = (t: readonly number[], rate: readonly number[]): number[] =>
      rate.map((each, i) => each - GAMMA * t.reduce((sum, own, j) => sum + covariance[i * 3 + j]! * own, 0))
    const small = tiltOf(planned(goldenOne(tilting(edges('0.005', null, '-0.002')))))
    for (const left of pull(small, [0.005, 0, -0.002])) expect(left).toBeCloseTo(0, 10)
    // ETH is expected to bring nothing and hedges BTC.
    expect(small[1]).toBeLessThan(0)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 3, maxLength: 3 }), (thousandths) => {
        const rate = thousandths.map((each) => each / 1000)
        const tilt = tiltOf(planned(goldenOne(tilting(edges(...rate.map(String))))))
        pull(tilt, rate).forEach((left, u) => {
          const room = halfWidth[u]! - Math.abs(tilt[u]!)
          expect(room).toBeGreaterThanOrEqual(-1e-12)
          if (room > 1e-10) expect(left).toBeCloseTo(0, 9)
          else expect(left * Math.sign(tilt[u]!)).toBeGreaterThanOrEqual(-1e-10)
        })
      }),
      { seed: 3, numRuns: 100 },
    )
  })

  it('[TILT-4] the decision is that of a book with the aim as its target; imbalance and tracking error are about the target', () => {
    const sizePlan = planned(alone(tilting(edges('0.03'))))
    const { matrix, halfWidth } = curvatureOf(alone(tilting()))
    const [line] = sizePlan.lines
    expect(line!.target).toBe(0.4)
    expect(sizePlan.before.imbalance.weight[0]).toBeCloseTo(0.1, 12)
    expect(sizePlan.before.imbalance.trackingError).toBeCloseTo(0.1 * VOL, 12)
    // Sold down to the upper edge of the band around the aim.
    expect(line!.held + line!.wanted).toBeCloseTo(line!.aim + halfWidth[0]!, 9)
    expect(line!.because.map(({ kind }) => kind).slice(0, 2)).toEqual(['tilted', 'worthItsCost'])
    const judged = line!.because[1]!
    if (judged.kind === 'worthItsCost') expect(judged.gain).toBeCloseTo(matrix[0]! * (line!.held - line!.aim), 12)
  })

  it('[TILT-5] nothing tilts an aim unless asked for: carry alone does not, and aims are targets', () => {
    const perp = {
      ...alone(tilting()).mandate.universe.instruments[0]!,
      kind: 'perp',
      id: 'BTC-PERP',
      contract: 'linear',
    } as const
    const funded = (tilt?: Tilt, next = 0.0001): SizePlan =>
      planned(
        alone(tilting(tilt), {
          spot: {},
          contracts: [perp],
          contractPrices: { 'BTC-PERP': '100' },
          cash: { USD: '100000' },
          held: { 'BTC-PERP': '500' },
          entry: { 'BTC-PERP': '100' },
          costs: {
            horizonMs: 10 * DAY_MS,
            carry: [
              {
                kind: 'perp',
                funding: { intervalMs: 8 * HOUR_MS, anchor: 1_772_323_200_000, next, reversion: null, cap: null },
              },
            ],
          },
        }),
      )
    expect(tiltOf(funded())).toEqual([0])
    expect(funded().lines[0]!.because.map(({ kind }) => kind)).not.toContain('tilted')
    // A basis point every 8 hours is 10.95 % a year that a long pays; a thirtieth of it is 3.65 ‰.
    const carrying = { edges: [null], carry: true }
    const slight = funded(carrying, 0.0001 / 30)
    expect(reasonOf(slight, 0)!.rate).toBeCloseTo(-0.1095 / 30, 12)
    expect(tiltOf(slight)[0]).toBeCloseTo(-0.1095 / 30 / (GAMMA * VOL ** 2), 12)
    expect(tiltOf(funded(carrying, -0.0001 / 30))[0]).toBeCloseTo(0.1095 / 30 / (GAMMA * VOL ** 2), 12)
    expect(tiltOf(funded({ edges: [{ annual: r('0.1095'), decayMs: null }], carry: true }))[0]).toBeCloseTo(0, 12)
  })

  it('[TILT-6] what has no risk keeps its target', () => {
    const flat = planned(goldenOne(tilting(edges(null, null, '0.05')), { vols: { BTC: 0.55, ETH: 0.7, SOL: 0 } }))
    expect(tiltOf(flat)).toEqual([0, 0, 0])
  })

  it('[TILT-7] golden no. 1 with γ = 10 and 1 % a year expected of SOL', () => {
    const sizePlan = planned(goldenOne(tilting(edges(null, null, '0.01'))))
    // (γΣ)⁻¹(0, 0, .01), inside all three bands.
    expect(tiltOf(sizePlan).map((each) => each.toFixed(6))).toEqual(['-0.000760', '-0.001269', '0.001980'])
  })
})
