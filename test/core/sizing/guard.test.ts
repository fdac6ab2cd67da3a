import { describe, expect, it, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { explainBook } from '../../../src/core/sizing/explain.ts'
import { findPriceFlips } from '../../../src/core/sizing/flip.ts'
import { movePrice } from '../../../src/core/sizing/flip-moves.ts'
import type { Guard, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { type BookTerms, goldenOne, makeInputs, r, type TrendTerms } from './book.ts'

const MEASURE = { kind: 'drift', windowMs: 30 * DAY_MS } as const
const GUARD: Guard = { measure: MEASURE, confidence: r('0.9'), widen: r('1'), slow: r('0.5') }
const SLOWING: Guard = { ...GUARD, widen: r('0') }
/** In golden no. 1: BTC 20 % too much and up, ETH 10 % too little and down, SOL 10 % too little and up. */
const TRENDS: TrendTerms = {
  measure: MEASURE,
  confidence: { BTC: 0.95, ETH: 0.95, SOL: 0.99 },
  change: { BTC: 0.4, ETH: -0.2, SOL: 0.3 },
}
const band = (width: string, to: 'edge' | 'target', n = 3): Policy => ({
  kind: 'band',
  unit: 'weight',
  width: Array.from({ length: n }, () => r(width)),
  to,
})
const costAware = (aversion: string): Policy => ({
  kind: 'costAware',
  knob: { kind: 'aversion', aversion: r(aversion) },
  intervalMs: 3_600_000,
})
const golden = (policy: Policy, trends: TrendTerms = TRENDS): PlanInputs => goldenOne(policy, { trends: [trends] })
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const wantedOf = (inputs: PlanInputs): number[] => planned(inputs).lines.map(({ wanted }) => wanted)
const guardReason = (because: readonly Reason[]): Reason | undefined =>
  because.find(({ kind }) => kind === 'guarded' || kind === 'unguarded')
const guardsOf = (inputs: PlanInputs) => planned(inputs).lines.map(({ because }) => guardReason(because))

/** One coin at 70 %, wanted at 50 %, whose price rose by `change`. */
const alone = (policy: Policy, of: { confidence?: number; change?: number } & Partial<BookTerms> = {}): PlanInputs => {
  const { confidence = 0.95, change = 0.4, ...terms } = of
  return makeInputs({
    spot: { BTC: { price: '100', lot: '0.00000001', short: true } },
    cash: { USD: '30000' },
    held: { BTC: '700' },
    targets: { BTC: '0.5' },
    vols: { BTC: 0.6 },
    trends: [{ measure: MEASURE, confidence: { BTC: confidence }, change: { BTC: change } }],
    policy,
    ...terms,
  })
}

describe('what a guard holds back', () => {
  // w'ρ = .7·.4 − .2·.2 = .24. BTC: m = .7·(.4 − .24) = .112 of .2; ETH: m = .2·(−.2 − .24) = −.088 of −.1. Strength
  // (.95 − .9)/.1 = ½ of both, so e = .28 and .44.
  it('[GUARD-1] by hand: strength is what a trend is surer of than asked, share what Jρ made of the deviation', () => {
    const [btc, eth, sol] = guardsOf(golden({ ...band('0.05', 'edge'), guard: GUARD } as Policy))
    const shown = (reason: Reason | undefined) =>
      reason?.kind === 'guarded'
        ? [reason.direction, ...[reason.strength, reason.share, reason.widen, reason.slow].map((x) => x.toFixed(9))]
        : reason
    expect(shown(btc)).toEqual(['up', '0.500000000', '0.560000000', '1.280000000', '0.860000000'])
    expect(shown(eth)).toEqual(['down', '0.500000000', '0.880000000', '1.440000000', '0.780000000'])
    expect(sol).toMatchObject({ kind: 'unguarded', why: 'withTrend', direction: 'up' })
  })

  test.each([
    ['no trend is as sure as that', { confidence: 0.9 }, 'noTrend'],
    ['the price has not moved', { confidence: 1, change: 0 }, 'noTrend'],
    ['the target is 0', { targets: { BTC: '0' } }, 'closing'],
    ['the price fell', { change: -0.4 }, 'withTrend'],
    // A short grows as the price rises; covering it goes with the trend.
    ['a short that grew', { held: { BTC: '-200' }, cash: { USD: '120000' }, targets: { BTC: '-0.1' } }, 'withTrend'],
    // It shrinks as the price falls; selling more goes with the trend too.
    [
      'a short that shrank',
      { held: { BTC: '-100' }, cash: { USD: '120000' }, targets: { BTC: '-0.2' }, change: -0.4 },
      'withTrend',
    ],
    // With leverage a rise lowers the weight: equity grows faster than the position.
    ['a leveraged long', { held: { BTC: '1500' }, cash: { USD: '-50000' }, targets: { BTC: '1.2' } }, 'notMade'],
  ] as const)('[GUARD-2] nothing where %s', (_, terms, why) => {
    const inputs = alone({ kind: 'full', guard: SLOWING }, terms)
    expect(guardsOf(inputs)).toEqual([expect.objectContaining({ kind: 'unguarded', why })])
    expect(wantedOf(inputs)).toEqual(wantedOf(alone({ kind: 'full' }, terms)))
  })

  it('[GUARD-2] what rose less than the book has not become too much by its rise', () => {
    const both = makeInputs({
      spot: { AAA: { price: '100' }, BBB: { price: '100' } },
      cash: { USD: '10000' },
      held: { AAA: '500', BBB: '400' },
      targets: { AAA: '0.4', BBB: '0.4' },
      vols: { AAA: 0.5, BBB: 0.5 },
      trends: [{ measure: MEASURE, confidence: { AAA: 1, BBB: 1 }, change: { AAA: 0.1, BBB: 0.6 } }],
      policy: { kind: 'full', guard: SLOWING },
    })
    expect(guardsOf(both)).toEqual([expect.objectContaining({ kind: 'unguarded', why: 'notMade' }), undefined])
  })

  it('[GUARD-2] in a guard of several measures only its own counts', () => {
    const inputs = alone({ kind: 'full', guard: SLOWING })
    const [own] = inputs.risk.trends!
    const sure = { ...own!, confidence: Float64Array.of(1) }
    const trends = [
      { ...sure, measure: { ...MEASURE, windowMs: DAY_MS } },
      { ...sure, measure: { ...MEASURE, kind: 'efficiencyRatio' as const } },
      own!,
    ]
    expect(planned({ ...inputs, risk: { ...inputs.risk, trends } })).toEqual(planned(inputs))
  })
})

describe('what it does to each policy', () => {
  // Deviations +.2, −.1, −.1; BTC: widen 1.28, slow .86; ETH: 1.44, .78.
  test.each([
    ['full', { kind: 'full', guard: SLOWING }, [-0.2 * 0.86, 0.1 * 0.78, 0.1]],
    ['proportional', { kind: 'proportional', rate: r('0.5'), guard: SLOWING }, [-0.1 * 0.86, 0.05 * 0.78, 0.05]],
    ['band, to edge', { ...band('0.05', 'edge'), guard: GUARD }, [-(0.2 - 0.064) * 0.86, (0.1 - 0.072) * 0.78, 0.05]],
    ['band, to target', { ...band('0.07', 'target'), guard: GUARD }, [-0.2 * 0.86, 0, 0.1]],
    [
      'relative band',
      {
        kind: 'band',
        unit: 'relative',
        width: ['0.2', '0.3', '0.5'].map(r),
        floor: r('0.01'),
        to: 'edge',
        guard: GUARD,
      },
      // Half-widths .2·.5·1.28, .3·.3·1.44 and .5·.1.
      [-(0.2 - 0.128) * 0.86, 0, 0.05],
    ],
    [
      'band in volatility',
      { kind: 'band', unit: 'volatility', width: ['0.055', '0.035', '0.095'].map(r), to: 'edge', guard: GUARD },
      [-(0.2 - 0.128) * 0.86, (0.1 - 0.072) * 0.78, 0],
    ],
  ] as const)(
    '[GUARD-3] %s: its band 1 + widen·e times as wide, and 1 − slow·e of the trade that is left',
    (_, policy, z) => {
      wantedOf(golden(policy as Policy)).forEach((wanted, u) => {
        expect(wanted).toBeCloseTo(z[u]!, 12)
      })
    },
  )

  it('[GUARD-3] the reason has the trade with the guard and without, and the band is told as wide as it is', () => {
    const sizePlan = planned(golden({ ...band('0.05', 'edge'), guard: GUARD } as Policy))
    const [outside, guarded] = sizePlan.lines[0]!.because
    expect(outside).toMatchObject({ kind: 'outsideBand', width: expect.closeTo(0.064, 12), to: 'edge' })
    if (guarded?.kind !== 'guarded') throw new Error(JSON.stringify(guarded))
    expect(guarded.wanted).toBeCloseTo(-0.15, 12)
    expect(guarded.instead).toBe(sizePlan.lines[0]!.wanted)
  })

  // w'ρ = .28, m = .7·(.4 − .28) = .084 of .2, e = ½·.42 = .21.
  test.each(['0.5', '10', '200'])(
    '[GUARD-4] costAware alone, aversion %s: to the edge of its wider band, and that part of the way',
    (aversion) => {
      const inputs = alone({ ...costAware(aversion), guard: GUARD } as Policy)
      const prepared = prepare(inputs)
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.error))
      const { halfWidth } = prepared.value.curvature!
      const left = Math.max(0, 0.2 - halfWidth[0]! * 1.21)
      expect(wantedOf(inputs)[0]).toBeCloseTo(-left * (1 - 0.5 * 0.21), 12)
      expect(wantedOf(alone(costAware(aversion)))[0]).toBeCloseTo(-Math.max(0, 0.2 - halfWidth[0]!), 12)
    },
  )

  it('[GUARD-4] a stated width is as much wider', () => {
    const width: Policy = {
      kind: 'costAware',
      knob: { kind: 'widths', width: [r('0.1')] },
      intervalMs: 3_600_000,
      guard: SLOWING,
    }
    expect(wantedOf(alone({ ...width, guard: { ...GUARD, slow: r('0') } }))[0]).toBeCloseTo(-(0.2 - 0.121), 9)
    expect(wantedOf(alone(width))[0]).toBeCloseTo(-0.1 * (1 - 0.5 * 0.21), 9)
  })

  it('[GUARD-4] the reason of a cost-aware trade counts what the guard asks beside the cost', () => {
    const inputs = alone({ ...costAware('10'), guard: GUARD } as Policy)
    const judged = (each: PlanInputs) => {
      const found = planned(each).lines[0]!.because.find(({ kind }) => kind === 'worthItsCost')
      if (found?.kind !== 'worthItsCost') throw new Error('a trade was expected')
      return found
    }
    const [guarded, free] = [judged(inputs), judged(alone(costAware('10')))]
    expect(guarded.cost).toBeCloseTo(1.21 * free.cost, 12)
    expect(guarded.band).toBeCloseTo(1.21 * free.band!, 12)
    expect(guarded.pays.fee / free.pays.fee).toBeCloseTo(wantedOf(inputs)[0]! / wantedOf(alone(costAware('10')))[0]!, 9)
  })

  it('[GUARD-4] in a book of many, what restrained trades leave is weighed anew and the rest goes on', () => {
    const [guarded, free] = [{ ...costAware('10'), guard: GUARD } as Policy, costAware('10')].map((policy) =>
      wantedOf(golden(policy)),
    ) as [number[], number[]]
    expect(Math.abs(guarded[0]!)).toBeLessThan(Math.abs(free[0]!))
    expect(Math.abs(guarded[1]!)).toBeLessThan(Math.abs(free[1]!))
    expect(guarded.map(Math.sign)).toEqual(free.map(Math.sign))
  })

  it('[GUARD-4] two instruments of one coin are slowed as one trade', () => {
    const perp = {
      kind: 'perp',
      contract: 'linear',
      id: 'BTC-PERP',
      underlying: 'BTC',
      venue: null,
      quote: 'USD',
      settle: 'USD',
      multiplier: 1_000_000_000_000_000_000n,
      grid: { lot: 10_000_000_000n, quantityMin: 10_000_000_000n, notionalMin: null },
      fee: { taker: 500_000_000_000_000n, maker: null },
      spread: 200_000_000_000_000n,
    } as unknown as NonNullable<BookTerms['contracts']>[number]
    const two = (policy: Policy): number => {
      const inputs = alone(policy, { contracts: [perp], contractPrices: { 'BTC-PERP': '100' } })
      return wantedOf(inputs)[0]!
    }
    expect(
      two({ ...costAware('10'), guard: { ...GUARD, widen: r('0') } } as Policy) / two(costAware('10')),
    ).toBeCloseTo(1 - 0.5 * 0.21, 3)
  })
})

describe('what would change a guarded plan', () => {
  test.each([
    ['band', { ...band('0.1', 'edge'), guard: GUARD }],
    ['cost-aware', { ...costAware('0.3'), guard: GUARD }],
  ])('[GUARD-8] %s: just before a flip the trades are the plan’s, from it on they are others', (_, policy) => {
    const inputs = golden(policy as Policy)
    const tradesOf = ({ legs }: SizePlan): string[] =>
      legs.map(({ side, instrument }) => `${side} ${instrument}`).sort()
    const now = planned(inputs)
    const prepared = prepare(inputs)
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.error))
    const at = (underlying: string, move: number): string[] => {
      const { universe } = inputs.mandate
      const market = movePrice(inputs.market, universe, universe.underlyings.indexOf(underlying), move)
      return tradesOf(planned({ ...prepared.value, market }))
    }
    const flips = findPriceFlips(inputs, now, 0.5)
    expect(flips.length).toBeGreaterThan(0)
    for (const { underlying, move, trades } of flips) {
      expect(at(underlying, move * (1 - 1e-4))).toEqual(tradesOf(now))
      expect(at(underlying, move)).toEqual(trades)
      expect(trades).not.toEqual(tradesOf(now))
    }
    const free = golden({ ...policy, guard: undefined } as unknown as Policy)
    expect(findPriceFlips(free, planned(free), 0.5)).not.toEqual(flips)
  })
})

describe('what is refused', () => {
  const codesOf = (inputs: PlanInputs): string[] => {
    const answer = plan(inputs)
    return answer.ok ? [] : answer.error.map(({ code, path }) => `${code} ${path}`)
  }
  test.each([
    ['a confidence of 1', { ...SLOWING, confidence: r('1') }, 'policy.range policy.guard.confidence'],
    ['a negative widening', { ...SLOWING, widen: r('-0.1') }, 'policy.range policy.guard.widen'],
    ['a slowing to nothing', { ...SLOWING, slow: r('1') }, 'policy.range policy.guard.slow'],
    ['a widening where there is no band', GUARD, 'guard.band policy.guard.widen'],
    ['a trend nobody measured', { ...SLOWING, measure: { ...MEASURE, windowMs: 1 } }, 'guard.trend policy.guard'],
  ] as const)('[GUARD-9] %s', (_, guard, issue) => {
    expect(codesOf(alone({ kind: 'full', guard }))).toEqual([issue])
  })

  test.each([[{ confidence: 1.5 }], [{ confidence: Number.NaN }], [{ change: Number.POSITIVE_INFINITY }]])(
    '[GUARD-9] a trend of %j',
    (terms) => {
      expect(codesOf(alone({ kind: 'full', guard: SLOWING }, terms))).toEqual(['risk.trend market'])
    },
  )
})

describe('what a guarded plan says of itself', () => {
  const summaryOf = (inputs: PlanInputs): string | undefined =>
    explainBook(planned(inputs)).find((each) => each.startsWith('the guard'))
  it('[GUARD-11] one sentence names what is held back, and how much is not traded', () => {
    // Of .2 and .1, .14 and .22 are not traded.
    expect(summaryOf(golden({ kind: 'full', guard: SLOWING }))).toBe(
      'the guard holds back BTC and ETH: 5.0 % of equity less is traded against trends',
    )
    expect(summaryOf(alone({ kind: 'full', guard: SLOWING }))).toMatch(/^the guard holds back BTC: 2\.1 % /)
  })

  it('[GUARD-11] nothing is said where nothing is held back', () => {
    expect(summaryOf(golden({ kind: 'full' }))).toBeUndefined()
    expect(summaryOf(alone({ kind: 'full', guard: SLOWING }, { confidence: 0 }))).toBeUndefined()
    // Inside the band with a guard and without.
    expect(summaryOf(golden({ ...band('0.5', 'edge'), guard: GUARD } as Policy))).toBeUndefined()
  })
})

describe('limits under a guard', () => {
  const STRICT: Guard = { ...GUARD, confidence: r('0'), widen: r('50'), slow: r('0.99') }
  test.each([
    ['full', { kind: 'full', guard: { ...STRICT, widen: r('0') } }, 0.583],
    ['band', { ...band('0.1', 'edge', 1), guard: STRICT }, 0.7],
    ['cost-aware', { ...costAware('10'), guard: STRICT }, 0.7],
  ])('[GUARD-7] %s: a book outside a limit comes back to it, whatever the trend', (_, policy, without) => {
    const most = { weightMax: [r('0.55')] }
    const [limited, free] = [most, {}].map((limits) => planned(alone(policy as Policy, { confidence: 1, limits })))
    expect(limited!.after.weight[0]).toBeCloseTo(0.55, 3)
    expect(free!.after.weight[0]).toBeCloseTo(without, 3)
  })
})
