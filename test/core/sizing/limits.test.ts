/** Every limit on a book so small that what it leaves can be said by hand. */
import { describe, expect, it } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { moveLimit } from '../../../src/core/sizing/flip-moves.ts'
import { looser } from '../../../src/core/sizing/limits.ts'
import type { Limit, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { type BookTerms, goldenOne, makeInputs, priced, r, weightBand } from './book.ts'

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const codes = (inputs: PlanInputs): string[] => {
  const result = plan(inputs)
  return result.ok ? [] : result.error.map(({ code, path }) => `${code} ${path}`)
}
const COIN = { price: '1', lot: '1', fee: '0', spread: '0', short: true }
const DAY_MS = 86_400_000

/** 100,000 USD in coins of 1 USD without cost, A held at 30 % and frozen, B at 0 with a target of 20 %; vol 60 % each, no correlation. */
const two = (limits: NonNullable<BookTerms['limits']>, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { A: COIN, B: COIN },
    cash: { USD: '70000' },
    held: { A: '30000' },
    targets: { A: '0.1', B: '0.2' },
    vols: { A: 0.6, B: 0.6 },
    policy: { kind: 'full' },
    limits: { frozen: Uint8Array.of(1, 0), ...limits },
    ...changes,
  })
/** A short instead of long. */
const short = { cash: { USD: '130000' }, held: { A: '-30000' }, targets: { A: '-0.1', B: '0.2' } }
const BOTH = { name: 'both', members: [0, 1] }
const NO_GROUP = { group: BOTH, netMin: null, netMax: null, grossMax: null }
const NO_FACTOR = { name: 'beta', loading: [r('2'), r('1')], min: null, max: null }
const tail = (measure: 'valueAtRisk' | 'expectedShortfall', method: 'normal' | 'historical', max: Limit) => ({
  tails: [{ measure, method, confidence: r('0.75'), horizonMs: DAY_MS, max }],
})
const hard = (text: string): Limit => ({ value: r(text), price: null })
const bought = (inputs: PlanInputs): string =>
  planned(inputs)
    .legs.map((leg) => `${leg.side} ${toText(leg.quantity)} ${leg.instrument}`)
    .join(', ')
const bounds = (sizePlan: SizePlan): Extract<Reason, { kind: 'bound' }>[] =>
  sizePlan.lines.flatMap(({ because }) => because.flatMap((each) => (each.kind === 'bound' ? [each] : [])))

describe('what each limit leaves of a buy of 20 % of B beside A of 30 % that cannot be sold', () => {
  it.each<readonly [string, string, PlanInputs]>([
    ['nothing limits it', 'buy 20000 B', two({})],
    ['[LIMIT-4] Σ weight of a group', 'buy 10000 B', two({ groups: [{ ...NO_GROUP, netMax: r('0.4') }] })],
    [
      '[LIMIT-4] Σ weight of a group, at least',
      'sell -5000 B',
      two({ groups: [{ ...NO_GROUP, netMin: r('0.25') }] }, { held: { A: '30000' }, targets: { A: '0.5', B: '-0.2' } }),
    ],
    ['[LIMIT-4] Σ |weight| of a group', 'buy 5000 B', two({ groups: [{ ...NO_GROUP, grossMax: r('0.35') }] }, short)],
    [
      '[LIMIT-4] of its members alone',
      'buy 20000 B',
      two({ groups: [{ ...NO_GROUP, group: { name: 'a', members: [0] }, netMax: r('0.1') }] }),
    ],
    ['[LIMIT-5] Σ loading·weight', 'buy 10000 B', two({ factors: [{ ...NO_FACTOR, max: r('0.7') }] })],
    [
      '[LIMIT-5] Σ loading·weight, at least',
      'sell -10000 B',
      two({ factors: [{ ...NO_FACTOR, min: r('0.5') }] }, { targets: { A: '0.5', B: '-0.2' } }),
    ],
    ['[LIMIT-6] turnover of one underlying', 'buy 5000 B', two({ turnoverOfMax: [null, r('0.05')] })],
    ['[LIMIT-6] turnover of one instrument', 'buy 4000 B', two({ tradedMax: [null, r('0.04')] })],
    [
      '[LIMIT-7] share of all volume, A and B together 100,000 a day',
      'buy 2000 B',
      two(
        { participation: { share: null, ofBook: r('0.04'), horizonMs: DAY_MS / 2 } },
        { volumes: { A: 90_000, B: 10_000 } },
      ),
    ],
    [
      '[LIMIT-7] share of its own volume',
      'buy 1000 B',
      two(
        { participation: { share: r('0.2'), ofBook: null, horizonMs: DAY_MS / 2 } },
        { volumes: { A: 90_000, B: 10_000 } },
      ),
    ],
    ['[LIMIT-8] share of depth', 'buy 3000 B', two({ depthShareMax: r('0.1') }, { depths: { A: 0, B: 30_000 } })],
    // .6·√(.3² + b²) = .3 → b = .4, so the limit does not bind; at .2 ≥ .18 it leaves √(.2²/.36 − .09) = .1453.
    ['[LIMIT-9] volatility that is not reached', 'buy 20000 B', two({ volatilityMax: r('0.3') })],
    ['[LIMIT-9] volatility', 'buy 14529 B', two({ volatilityMax: r('0.2') })],
    // N⁻¹(.75) = .67449; a volatility of .2 is .67449·.2/√365 = .706088 % in a day.
    ['[LIMIT-10] normal value at risk', 'buy 14529 B', two(tail('valueAtRisk', 'normal', hard('0.00706088')))],
    // φ(.67449)/.25 = 1.27111: 1.33065 %.
    [
      '[LIMIT-10] normal expected shortfall',
      'buy 14529 B',
      two(tail('expectedShortfall', 'normal', hard('0.0133065'))),
    ],
    // Losses .03 + .1b, .01b, −.03 − .2b, 0: the worst quarter is the first, ≤ .04 at b = .1.
    [
      '[LIMIT-11] expected shortfall over scenarios',
      'buy 10000 B',
      two(tail('expectedShortfall', 'historical', hard('0.04')), {
        scenarios: [
          [-0.1, -0.1],
          [0, -0.01],
          [0.1, 0.2],
          [0, 0],
        ],
      }),
    ],
    // Of six the worst 1.5: .5b and half of .03 + .1b, over 1.5; ≤ .04 → b = .045/.55 = .081818.
    [
      '[LIMIT-11] the last scenario counts in part',
      'buy 8181 B',
      two(tail('expectedShortfall', 'historical', hard('0.04')), {
        scenarios: [
          [-0.1, -0.1],
          [0, -0.5],
          [0.1, 0.2],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      }),
    ],
  ])('%s: %s', (_, expected, inputs) => {
    expect(bought(inputs)).toBe(expected)
  })
})

const perp: Instrument = {
  kind: 'perp',
  id: 'A-PERP',
  underlying: 'A',
  venue: null,
  quote: 'USD',
  settle: 'USD',
  multiplier: decimal('1'),
  grid: { lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null },
  fee: { taker: decimal('0'), maker: null },
  spread: decimal('0'),
  contract: 'linear',
}

it('[LIMIT-12] leverage counts a coin and its short perp, gross counts their difference', () => {
  const hedged = (limits: NonNullable<BookTerms['limits']>): PlanInputs =>
    makeInputs({
      spot: { A: COIN },
      contracts: [perp],
      contractPrices: { 'A-PERP': '1' },
      cash: { USD: '50000' },
      held: { A: '50000', 'A-PERP': '-20000' },
      entry: { 'A-PERP': '1' },
      targets: { A: '0.2' },
      vols: { A: 0.6 },
      trade: { A: ['A-PERP'] },
      policy: { kind: 'full' },
      limits,
    })
  // 50 % + 20 %: 10 % more of the short is 80 %, and gross falls from 30 to 20 %.
  expect(bought(hedged({ grossMax: r('0.3') }))).toBe('sell -10000 A-PERP')
  expect(bought(hedged({ leverageMax: r('0.75') }))).toBe('sell -5000 A-PERP')
  // Outside at 70 %, it comes back to 60 %, away from the target: the limit holds.
  expect(bought(hedged({ leverageMax: r('0.6') }))).toBe('buy 10000 A-PERP')
})

it('[LIMIT-9] a tracking error limit stops a band that raises it: golden no. 1 sells BTC up to 10 %', () => {
  const sizePlan = planned(goldenOne(weightBand('0.1'), { limits: { trackingErrorMax: r('0.1') } }))
  expect(sizePlan.legs.map(({ instrument }) => instrument)).toEqual(['BTC'])
  expect(sizePlan.after.imbalance.trackingError).toBeCloseTo(0.1, 5)
  expect(sizePlan.after.imbalance.trackingError).toBeLessThanOrEqual(0.1 + 1e-9)
  expect(bounds(sizePlan)).toMatchObject([{ limit: 'trackingError', limitValue: 0.1 }])
})

it('[LIMIT-4] the reason names the group', () => {
  const sizePlan = planned(two({ groups: [{ ...NO_GROUP, netMax: r('0.4') }] }))
  expect(bounds(sizePlan)[1]).toMatchObject({ limit: 'groupMax', name: 'both', limitValue: 0.4, wanted: 0.2 })
  expect(sizePlan.lines[1]!.allowed).toBeCloseTo(0.1, 12)
})

describe('limits with a price', () => {
  const aware: Policy = { kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: 3_600_000 }
  const golden = (limits: NonNullable<BookTerms['limits']>, policy: Policy = aware): SizePlan =>
    planned(goldenOne(policy, { limits }))
  const turnover = (sizePlan: SizePlan): number =>
    sizePlan.lines.reduce((sum, { allowed }) => sum + Math.abs(allowed), 0)

  it('[LIMIT-13] is held where its price is above what more room would save, and exceeded where it is below', () => {
    const held = golden({ turnoverMax: r('0.2') })
    const multiplier = bounds(held)[0]!.price!
    expect(turnover(held)).toBeCloseTo(0.2, 12)
    const dear = golden({ turnoverMax: priced('0.2', (multiplier * 1.01).toFixed(12)) })
    expect(dear.lines.map(({ allowed }) => allowed)).toEqual(
      held.lines.map(({ allowed }) => expect.closeTo(allowed, 12)),
    )
    expect(bounds(dear)[0]!.price).toBeCloseTo(multiplier, 9)
    const cheap = golden({ turnoverMax: priced('0.2', (multiplier * 0.9).toFixed(12)) })
    expect(turnover(cheap)).toBeGreaterThan(0.2)
    expect(turnover(cheap)).toBeLessThan(turnover(golden({})))
    expect(bounds(cheap)[0]!.price).toBeCloseTo(multiplier * 0.9, 9)
  })

  it('[LIMIT-13] the price of more room is what a plan with more room saves', () => {
    const multiplier = (limit: string): number => bounds(golden({ turnoverMax: r(limit) }))[0]!.price!
    // The objective is quadratic while the same trades are free, so a mean of two slopes is the slope between.
    expect(multiplier('0.2')).toBeCloseTo((multiplier('0.199') + multiplier('0.201')) / 2, 12)
  })

  it('[LIMIT-14] policies that weigh no cost hold a priced limit like any other', () => {
    const free = golden({ turnoverMax: priced('0.2', '0.0001') }, { kind: 'full' })
    expect(free.lines.map(({ allowed }) => allowed)).toEqual(
      golden({ turnoverMax: r('0.2') }, { kind: 'full' }).lines.map(({ allowed }) => allowed),
    )
  })

  it('[LIMIT-14] a target beyond a priced limit is a wish, beyond one that holds a contradiction', () => {
    const of = (max: Limit) => goldenOne(aware, { limits: { weightMax: [max, null, null] } })
    expect(codes(of(hard('0.4')))).toEqual(['target.outside-limit targets.BTC'])
    expect(codes(of(priced('0.4', '0.01')))).toEqual([])
  })
})

describe('[LIMIT-22] the price of a limit in tracking error', () => {
  const Z = Math.sqrt(0.04 / 0.36 - 0.09)
  const errorPrices = (inputs: PlanInputs): (number | null)[] =>
    bounds(planned(inputs)).flatMap(({ limit, errorPrice }) => (limit === 'frozen' ? [] : [errorPrice]))
  // A is 20 % too much and frozen, B is missing 20 %: TE = .6·√(.04 + b²) with b what is still missing, dTE/db = .6·b/√(.04 + b²).
  it.each<readonly [string, number, PlanInputs]>([
    [
      '[LIMIT-22] a row over both: b = .1',
      (0.6 * 0.1) / Math.sqrt(0.05),
      two({ groups: [{ ...NO_GROUP, netMax: r('0.4') }] }),
    ],
    ['[LIMIT-22] a cap on one trade: b = .15', (0.6 * 0.15) / 0.25, two({ tradedMax: [null, r('0.05')] })],
    [
      '[LIMIT-22] a share of 5,000: b = .19, and a unit of it is 5 % of equity',
      (0.05 * 0.6 * 0.19) / Math.sqrt(0.04 + 0.19 ** 2),
      two(
        { participation: { share: r('0.2'), ofBook: null, horizonMs: DAY_MS / 2 } },
        { volumes: { A: 90_000, B: 10_000 } },
      ),
    ],
    // Volatility .6·√(.09 + z²) = .2, z = .14530: dz/dv = v/(.36 z).
    [
      '[LIMIT-22] a risk',
      (0.2 / (0.36 * Z)) * ((0.6 * (0.2 - Z)) / Math.sqrt(0.04 + (0.2 - Z) ** 2)),
      two({ volatilityMax: r('0.2') }),
    ],
  ])('%s', (_, expected, inputs) => {
    expect(errorPrices(inputs)).toEqual([expect.closeTo(expected, 8)])
  })

  const aware: Policy = { kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: 3_600_000 }
  it.each<readonly [string, PlanInputs]>([
    ['turnover', goldenOne(aware, { limits: { turnoverMax: r('0.2') } })],
    ['gross', goldenOne(aware, { limits: { grossMax: r('0.92'), frozen: Uint8Array.of(1, 0, 0) } })],
    ['cash', goldenOne(aware, { limits: { cashMin: r('0.08'), frozen: Uint8Array.of(1, 0, 0) } })],
    [
      'a largest weight',
      goldenOne(aware, {
        targets: { BTC: '0.9', ETH: '0.22', SOL: '0.1' },
        cash: { USD: '50000' },
        limits: { weightMax: [null, r('0.23'), null], frozen: Uint8Array.of(1, 0, 0) },
      }),
    ],
    ['a largest order', goldenOne(aware, { limits: { orderMax: r('0.07') } })],
    ['volatility', goldenOne(aware, { limits: { volatilityMax: r('0.5') } })],
    ['tracking error, a unit of which is one', goldenOne(aware, { limits: { trackingErrorMax: r('0.005') } })],
    ['value at risk', goldenOne(aware, { limits: tail('valueAtRisk', 'normal', hard('0.0175')) })],
    [
      'a limit of a group',
      goldenOne(aware, {
        limits: {
          groups: [{ group: { name: 'both', members: [1, 2] }, netMin: null, netMax: null, grossMax: r('0.33') }],
          frozen: Uint8Array.of(1, 0, 0),
        },
        cash: { USD: '50000' },
        targets: { BTC: '0.9', ETH: '0.22', SOL: '0.1' },
      }),
    ],
    ['a limit with a price that holds', goldenOne(aware, { limits: { turnoverMax: priced('0.2', '1') } })],
    ['a price that is paid', goldenOne(aware, { limits: { turnoverMax: priced('0.2', '0.003') } })],
    ['turnover under a policy without cost', goldenOne({ kind: 'full' }, { limits: { turnoverMax: r('0.2') } })],
    ['two limits at once', goldenOne({ kind: 'full' }, { limits: { turnoverMax: r('0.2'), orderMax: r('0.07') } })],
    [
      'a band that raises what it should lower',
      goldenOne(weightBand('0.1'), { limits: { trackingErrorMax: r('0.1') } }),
    ],
    [
      'a limit that the book was outside of',
      goldenOne(aware, {
        limits: { grossMax: r('0.82'), frozen: Uint8Array.of(1, 0, 0) },
        targets: { BTC: '0.5', ETH: '0.2', SOL: '0.1' },
      }),
    ],
    [
      'one that is outside under a band',
      goldenOne(weightBand('0.3'), {
        limits: { grossMax: r('0.8') },
        targets: { BTC: '0.5', ETH: '0.15', SOL: '0.1' },
      }),
    ],
  ])('[LIMIT-22] is what the tracking error of the optimum falls by where the limit moves: %s', (_, inputs) => {
    const errorAt = (moved: PlanInputs): number => {
      const { before, lines } = planned(moved)
      const left = before.imbalance.weight.map((each, u) => each + lines[u]!.allowed)
      let square = 0
      left.forEach((a, i) => {
        left.forEach((b, j) => {
          square += a * b * moved.risk.covariance[i * left.length + j]!
        })
      })
      return Math.sqrt(square)
    }
    const held = planned(inputs).lines.flatMap(({ because }) =>
      because.filter((each) => each.kind === 'bound' || each.kind === 'backInside'),
    )
    const valued = held.filter(({ limit }) => limit !== 'frozen')
    expect(valued.length).toBeGreaterThan(0)
    for (const { limit, name, limitValue, errorPrice } of valued) {
      const by = 1e-6 * Math.max(0.1, Math.abs(limitValue))
      const at = (change: number): number =>
        errorAt(moveLimit(inputs, { limit, name }, limitValue + looser(limit) * change)!)
      const room = (at(-by) - at(by)) / (2 * by)
      expect(errorPrice).toBeCloseTo(room, 5)
    }
  })
})

describe('limits that cannot be', () => {
  it.each<readonly [string, PlanInputs, readonly string[]]>([
    [
      'targets beyond a group or a factor',
      two({ groups: [{ ...NO_GROUP, netMax: r('0.2') }], factors: [{ ...NO_FACTOR, max: r('0.3') }] }),
      ['target.outside-limit targets', 'target.outside-limit targets'],
    ],
    [
      'a least above its greatest',
      two({ factors: [{ ...NO_FACTOR, min: r('0.5'), max: r('0.4') }] }),
      ['limit.contradiction limits.factors.beta', 'target.outside-limit targets'],
    ],
    ['an amount below 0', two({ volatilityMax: r('-0.1') }), ['limit.negative limits.volatility']],
    ['a price of nothing', two({ turnoverMax: priced('0.1', '0') }), ['limit.price limits.turnover']],
    [
      'historical value at risk',
      two(tail('valueAtRisk', 'historical', hard('0.1'))),
      ['limit.method limits.valueAtRisk.method', 'limit.scenarios limits.valueAtRisk'],
    ],
    [
      'past returns that are not there',
      two(tail('expectedShortfall', 'historical', hard('0.1'))),
      ['limit.scenarios limits.expectedShortfall'],
    ],
    [
      'a depth that is not known',
      two({ depthShareMax: r('0.1') }),
      ['market.depth market.depths.A', 'market.depth market.depths.B'],
    ],
  ])('[LIMIT-15] %s', (_, inputs, expected) => {
    expect(codes(inputs)).toEqual(expected)
  })

  it('[LIMIT-15] a confidence that is none, and one limit twice', () => {
    const sure = { ...tail('valueAtRisk', 'normal', hard('0.1')).tails[0]!, confidence: r('1') }
    expect(codes(two({ tails: [sure] }))).toEqual(['limit.confidence limits.valueAtRisk.confidence'])
    const usual = { ...sure, confidence: r('0.99') }
    expect(codes(two({ tails: [usual, usual] }))).toEqual(['limit.twice limits.valueAtRisk'])
  })
})
