/** Books that begin outside their limits: how they come back, how far, and what would have to give where they cannot. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toNumber, toText } from '../../../src/core/base/decimal.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeSpace } from '../../../src/core/sizing/decision.ts'
import { explainRelaxations } from '../../../src/core/sizing/explain.ts'
import { standsBeyond } from '../../../src/core/sizing/limit-breach.ts'
import { limitRows } from '../../../src/core/sizing/limit-rows.ts'
import { isBreached, measureRow, mustHold, type Row } from '../../../src/core/sizing/limits.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { boxOf } from '../../../src/core/sizing/optimum-rows.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, Reason, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { listTradeable } from '../../../src/core/sizing/tradeable.ts'
import { solveWithHighs } from '../maths/highs-oracle.ts'
import { type BookTerms, makeInputs, priced, r, spotInstrument, weightBand } from './book.ts'
import { bookTerms, stagesOf } from './random-book.ts'

const COIN = { price: '1', lot: '1', fee: '0', spread: '0', short: true }
const BAND = weightBand('0.5', 'edge', 2)
const FULL: Policy = { kind: 'full' }
const CAP: Policy = { kind: 'riskCap', trackingErrorMax: r('0.9') }
const AWARE: Policy = { kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: 3_600_000 }

/** 100,000 USD: 70 % A, 50 % B, 20 % borrowed; targets 50 % each; vol 60 % each, no correlation, no cost, lots of 1 USD. */
const two = (policy: Policy, limits: NonNullable<BookTerms['limits']>, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { A: COIN, B: COIN },
    cash: { USD: '-20000' },
    held: { A: '70000', B: '50000' },
    targets: { A: '0.5', B: '0.5' },
    vols: { A: 0.6, B: 0.6 },
    policy,
    ...changes,
    limits: { cashMin: r('-1'), ...limits },
  })

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const trades = ({ legs }: SizePlan): string =>
  [...legs]
    .sort((a, b) => (a.instrument < b.instrument ? -1 : 1))
    .map((leg) => `${toText(leg.quantity)} ${leg.instrument}`)
    .join(', ')
const reasons = (sizePlan: SizePlan): Reason[] => sizePlan.lines.flatMap(({ because }) => because)
const frozen = (a: 0 | 1, b: 0 | 1): { readonly frozen: Uint8Array } => ({ frozen: Uint8Array.of(a, b) })
const HALVES = { name: 'halves', loading: [r('1'), r('0.5')], min: null, max: r('0.9') }

describe('a book outside a limit comes back to it, by the trades nearest to those that were wanted', () => {
  it.each<readonly [string, string, PlanInputs]>([
    // Inside their bands nothing is wanted; gross 120 % has to lose 20 points, and equal risks lose as much each.
    ['[LIMIT-17] gross, under a band', '-10000 A, -10000 B', two(BAND, { grossMax: r('1') })],
    ['[LIMIT-17] gross, under a risk cap', '-10000 A, -10000 B', two(CAP, { grossMax: r('1') })],
    ['[LIMIT-17] what was wanted is enough', '-20000 A', two(FULL, { grossMax: r('1') })],
    ['[LIMIT-17] what is frozen leaves it to the others', '-20000 B', two(BAND, { grossMax: r('1'), ...frozen(1, 0) })],
    ['[LIMIT-17] so under costAware', '-20000 B', two(AWARE, { grossMax: r('1'), ...frozen(1, 0) })],
    ['[LIMIT-17] a weight', '-20000 A', two(BAND, { weightMax: [r('0.5'), null] })],
    [
      '[LIMIT-17] a least weight',
      '10000 B',
      two(BAND, { weightMin: [null, r('0.6')] }, { targets: { A: '0.5', B: '0.6' } }),
    ],
    ['[LIMIT-17] cash', '-15000 A, -15000 B', two(BAND, { cashMin: r('0.1') }, { targets: { A: '0.4', B: '0.5' } })],
    // 70 + 25 = 95 % has to be 90 %: along (1, ½), 5·(1, ½)/1.25.
    ['[LIMIT-17] a factor', '-4000 A, -2000 B', two(BAND, { factors: [HALVES] })],
    // .6·√(.7² + .5²) = 51.6 %: both shrink by 40/51.6 = .774997.
    ['[LIMIT-17] volatility', '-15751 A, -11251 B', two(BAND, { volatilityMax: r('0.4') })],
    ['[LIMIT-17] tracking error of 12 %', '-10000 A', two(BAND, { trackingErrorMax: r('0.06') })],
    // Net may not fall, so what A loses B gains, though B alone lowers nothing.
    [
      '[LIMIT-17] another limit in between',
      '-20000 A, 20000 B',
      two(BAND, { weightMax: [r('0.5'), null], netMin: r('1.2') }, { targets: { A: '0.5', B: '0.7' } }),
    ],
    // Lots of 7: 7 · 1429 = 10003 is the first multiple that brings it inside.
    [
      '[LIMIT-18] rounding goes further in, not further out',
      '-10003 B',
      two(BAND, { grossMax: r('1.1'), ...frozen(1, 0) }, { spot: { A: COIN, B: { ...COIN, lot: '7' } } }),
    ],
    // 10000 of B is 1428.57 lots: 1429 would pass the largest order of 10000.
    [
      '[LIMIT-18] but no further than a limit on the order lets it',
      '-9996 B',
      two(
        BAND,
        { grossMax: r('1.1'), orderMax: r('0.1'), ...frozen(1, 0) },
        { spot: { A: COIN, B: { ...COIN, lot: '7' } } },
      ),
    ],
    [
      '[LIMIT-19] turnover of 10 % goes half the way',
      '-5000 A, -5000 B',
      two(BAND, { grossMax: r('1'), turnoverMax: r('0.1') }),
    ],
    [
      '[LIMIT-20] of a contradiction what can be met is met',
      '-10000 B',
      two(
        BAND,
        { grossMax: r('1'), weightMin: [null, r('0.4')], ...frozen(1, 0) },
        { targets: { A: '0.5', B: '0.5' } },
      ),
    ],
    ['[LIMIT-20] nothing may be traded', '', two(BAND, { grossMax: r('1'), ...frozen(1, 1) })],
    // Net may not fall below 110 % for the price of it, gross must fall to 100 %.
    [
      '[LIMIT-21] a limit with a price yields',
      '-10000 A, -10000 B',
      two(BAND, { grossMax: r('1'), netMin: priced('1.1', '0.01') }, { targets: { A: '0.5', B: '0.5' } }),
    ],
  ])('%s: %s', (_, expected, inputs) => {
    expect(trades(planned(inputs))).toBe(expected)
  })
})

it('[LIMIT-17] the cheaper instrument of an underlying brings it back, where it lowers the measure', () => {
  const perp: Instrument = {
    ...spotInstrument('A', COIN),
    kind: 'perp',
    id: 'A-PERP',
    contract: 'linear',
  }
  const both = (limits: NonNullable<BookTerms['limits']>): string =>
    trades(
      planned(
        two(BAND, limits, {
          spot: { A: { ...COIN, fee: '0.001' }, B: { ...COIN, fee: '0.001' } },
          contracts: [perp],
          contractPrices: { 'A-PERP': '1' },
        }),
      ),
    )
  expect(both({ grossMax: r('1') })).toBe('-10000 A-PERP, -10000 B')
  // A short perp beside the coin adds to leverage.
  expect(both({ leverageMax: r('1') })).toBe('-10000 A, -10000 B')
})

describe('what a plan says of limits that the book was outside of', () => {
  it('[LIMIT-17] the reason says from where to where', () => {
    const sizePlan = planned(two(BAND, { grossMax: r('1') }))
    expect(sizePlan.status).toBe('ready')
    expect(sizePlan.relaxations).toEqual([])
    expect(reasons(sizePlan).filter(({ kind }) => kind === 'backInside')).toEqual(
      [0, 1].map(() => ({
        kind: 'backInside',
        limit: 'gross',
        name: null,
        limitValue: 1,
        from: expect.closeTo(1.2, 12),
        to: expect.closeTo(1, 12),
        wanted: 0,
        allowed: expect.closeTo(-0.1, 12),
        price: null,
        // Tracking error is least where both come down alike: along the way it does not change at first.
        errorPrice: expect.closeTo(0, 9),
      })),
    )
  })

  it('[LIMIT-17] a trade that the limit leaves less of is held back by it', () => {
    // Full wants 10 % more of B, frozen A takes gross beyond 110 % by itself: B must fall instead.
    const sizePlan = planned(two(FULL, { grossMax: r('1.1'), ...frozen(1, 0) }, { targets: { A: '0.5', B: '0.6' } }))
    expect(trades(sizePlan)).toBe('-10000 B')
    expect(reasons(sizePlan)).toContainEqual(
      expect.objectContaining({ kind: 'backInside', limit: 'gross', wanted: expect.closeTo(0.1, 12) }),
    )
    const held = planned(two(FULL, { grossMax: r('1.2'), netMax: r('1.1') }, { targets: { A: '0.4', B: '0.7' } }))
    expect(trades(held)).toBe('-30000 A, 20000 B')
    const less = planned(
      two(FULL, { netMax: r('1.1'), tradedMax: [r('0.2'), null] }, { targets: { A: '0.3', B: '0.7' } }),
    )
    expect(trades(less)).toBe('-20000 A, 10000 B')
    expect(reasons(less)).toContainEqual(
      expect.objectContaining({ kind: 'bound', limit: 'netMax', wanted: expect.closeTo(0.2, 12) }),
    )
  })

  it('[LIMIT-19] a plan that trading limits let go part of the way is ready, and the next one goes on', () => {
    const first = planned(two(BAND, { grossMax: r('1'), turnoverMax: r('0.1') }))
    expect(first.status).toBe('ready')
    expect(first.because).toContainEqual({
      kind: 'outsideLimit',
      limit: 'gross',
      name: null,
      limitValue: 1,
      from: expect.closeTo(1.2, 12),
      to: expect.closeTo(1.1, 12),
    })
    const next = { held: { A: '65000', B: '45000' }, cash: { USD: '-10000' } }
    const second = planned(two(BAND, { grossMax: r('1'), turnoverMax: r('0.1') }, next))
    expect(second.because.filter(({ kind }) => kind === 'outsideLimit')).toEqual([])
    expect(second.after.gross).toBeCloseTo(1, 12)
  })

  it('[LIMIT-19] what is held back by turnover says so', () => {
    const sizePlan = planned(two(FULL, { grossMax: r('1'), turnoverMax: r('0.1') }))
    expect(reasons(sizePlan)).toContainEqual(
      expect.objectContaining({ kind: 'bound', limit: 'turnover', wanted: expect.closeTo(-0.2, 12) }),
    )
  })

  it.each<readonly [string, PlanInputs, string]>([
    [
      'nothing may be traded',
      two(BAND, { grossMax: r('1'), ...frozen(1, 1) }),
      'the gross limit is 120.0 % instead of 100.0 %',
    ],
    // A is frozen at 70 %, B must stay above 40 %: 110 %. Gross gives 10 of 100, the weight of B would give 10 of 40.
    [
      'of two limits the one that gives the smaller part of itself',
      two(BAND, { grossMax: r('1'), weightMin: [null, r('0.4')], ...frozen(1, 0) }),
      'the gross limit is 110.0 % instead of 100.0 %',
    ],
    // B may be 20 % at most and 30 % at least through its group.
    [
      'two limits that contradict each other',
      two(
        BAND,
        {
          weightMax: [null, r('0.5')],
          groups: [{ group: { name: 'b', members: [1] }, netMin: r('0.8'), netMax: null, grossMax: null }],
        },
        { targets: { A: '0.5', B: '0.5' } },
      ),
      '',
    ],
    [
      'turnover is not one of them',
      two(BAND, { grossMax: r('1'), turnoverMax: r('0'), ...frozen(1, 1) }),
      'the gross limit is 120.0 % instead of 100.0 %',
    ],
    [
      'each of several',
      two(BAND, { grossMax: r('1'), trackingErrorMax: r('0.03'), ...frozen(1, 1) }),
      'the gross limit is 120.0 % instead of 100.0 % and the tracking error limit is 12.0 % instead of 3.0 %',
    ],
    [
      'of one measure every limit',
      two(BAND, {
        volatilityMax: r('0.4'),
        tails: [
          { measure: 'valueAtRisk', method: 'normal', confidence: r('0.99'), horizonMs: 86_400_000, max: r('0.05') },
        ],
        ...frozen(1, 1),
      }),
      'the volatility limit is 51.7 % instead of 40.0 % and the limit on value at risk is 6.3 % instead of 5.0 %',
    ],
  ])('[LIMIT-20] infeasible names the smallest relaxation: %s', (_, inputs, expected) => {
    if (expected === '') {
      expect(plan(inputs).ok).toBe(false)
      return
    }
    const sizePlan = planned(inputs)
    expect(sizePlan.status).toBe('infeasible')
    expect(explainRelaxations(sizePlan)).toBe(expected)
  })
})

/** Random books without limits on risk, which no linear program holds. */
const linearTerms = bookTerms.map(
  (terms): BookTerms => ({
    ...terms,
    limits: { ...terms.limits, volatilityMax: null, trackingErrorMax: null, tails: [] },
  }),
)

const nothing = (inputs: PlanInputs): Float64Array => new Float64Array(inputs.mandate.universe.instruments.length)
const unit = ({ asked }: Row): number => Math.abs(asked) || 1
const weight = ({ price }: Row): number => (price === Number.POSITIVE_INFINITY ? 1 : 1e-3)

/** The least Σ weight·excess/|limit| by HiGHS: rows that may give, the others held; one spot for each underlying. */
function leastExcess(
  inputs: PlanInputs,
  held: NonNullable<ReturnType<typeof stagesOf>>['held'],
  {
    rows,
    gives,
    holds,
  }: {
    readonly rows: readonly Row[]
    readonly gives: (row: Row) => boolean
    readonly holds: (row: Row) => number | null
  },
): number {
  const space = makeSpace(listTradeable(inputs), inputs.mandate.universe.instruments.length)
  const box = boxOf(inputs, held, space)
  const n = space.instruments.length
  const columns: { lower: number; upper: number; cost: number }[] = space.instruments.map((_, k) => ({
    lower: box.lower[k]!,
    upper: box.upper[k]!,
    cost: 0,
  }))
  const sparse: { terms: [number, number][]; bound: number }[] = []
  const addColumn = (lower: number, cost: number): number =>
    columns.push({ lower, upper: Number.POSITIVE_INFINITY, cost }) - 1
  for (const row of rows) {
    const terms: [number, number][] = []
    let constant = row.base
    space.instruments.forEach((j, k) => {
      const u = inputs.mandate.universe.underlyingOf[j]!
      terms.push([k, row.slope[j]!])
      const bends: [number, number][] = [
        [row.bend[j]!, row.at?.[j] ?? 0],
        [row.kink?.size[u] ?? 0, row.kink?.at[u] ?? 0],
      ]
      for (const [size, at] of bends) {
        if (size === 0) continue
        // v ≥ |t − at|
        const v = addColumn(0, 0)
        terms.push([v, size])
        sparse.push(
          {
            terms: [
              [k, 1],
              [v, -1],
            ],
            bound: at,
          },
          {
            terms: [
              [k, -1],
              [v, -1],
            ],
            bound: -at,
          },
        )
      }
    })
    inputs.mandate.universe.instruments.forEach((_, j) => {
      if (space.instruments.includes(j)) return
      const u = inputs.mandate.universe.underlyingOf[j]!
      constant += row.bend[j]! * Math.abs(row.at?.[j] ?? 0) + (row.kink?.size[u] ?? 0) * Math.abs(row.kink?.at[u] ?? 0)
    })
    const most = holds(row)
    if (most !== null) sparse.push({ terms: [...terms], bound: most - constant + 1e-12 })
    if (gives(row)) {
      const excess = addColumn(0, weight(row) / unit(row))
      sparse.push({ terms: [...terms, [excess, -1]], bound: row.asked - constant })
    }
  }
  const size = columns.length
  const best = solveWithHighs({
    quadratic: new Float64Array(size * size),
    linear: Float64Array.from(columns, ({ cost }) => cost),
    lower: Float64Array.from(columns, ({ lower }) => lower),
    upper: Float64Array.from(columns, ({ upper }) => upper),
    rows: sparse.map(({ terms, bound }) => {
      const coefficients = new Float64Array(size)
      for (const [k, each] of terms) coefficients[k]! += each
      return { coefficients, bound }
    }),
  })
  if (best === null || n < 0) throw new Error('no trade at all keeps what holds')
  return best
}

describe('random books', () => {
  it('[LIMIT-17] come as near to their limits as the nearest that HiGHS finds', () => {
    let outside = 0
    fc.assert(
      fc.property(linearTerms, (terms) => {
        const inputs = makeInputs(terms)
        if (!plan(inputs).ok) return
        const { held, allowed, inputs: prepared } = stagesOf(inputs)!
        const rows = limitRows(inputs, held).filter((row) => mustHold(inputs, row))
        if (!rows.some((row) => isBreached(inputs, row))) return
        outside++
        const isSoft = (row: Row): boolean => row.price < Number.POSITIVE_INFINITY
        const best = leastExcess(prepared, held, {
          rows,
          gives: (row) => isSoft(row) || isBreached(inputs, row),
          holds: (row) => (isSoft(row) ? null : row.bound),
        })
        const left = rows.reduce(
          (sum, row) =>
            sum +
            (weight(row) * Math.max(0, measureRow(inputs.mandate.universe, row, allowed.byInstrument) - row.asked)) /
              unit(row),
          0,
        )
        expect(left).toBeLessThanOrEqual(best + 1e-7)
      }),
      { seed: 20_261_125, numRuns: 300 },
    )
    expect(outside).toBeGreaterThan(100)
  })

  it('[LIMIT-20] are infeasible where HiGHS finds no trades that meet all limits, with a relaxation as small as the smallest', () => {
    const seen = { infeasible: 0, feasible: 0 }
    fc.assert(
      fc.property(linearTerms, (terms) => {
        const asked = makeInputs(terms)
        const result = plan(asked)
        if (!result.ok) return
        const { held } = stagesOf(asked)!
        if (!limitRows(asked, held).some((row) => isBreached(asked, row))) {
          expect(result.value.status).not.toBe('infeasible')
          return
        }
        const { turnoverMax, turnoverOfMax, tradedMax, participation, depthShareMax, orderMax, ...rest } = terms.limits!
        const standing = makeInputs({ ...terms, limits: rest })
        const rows = limitRows(standing, held, { everyWeight: true }).filter((row) => mustHold(asked, row))
        const { weightMin, weightMax, ...others } = rest
        const best = leastExcess(makeInputs({ ...terms, limits: others }), held, {
          rows,
          gives: (row) => !row.implied,
          holds: (row) => (row.implied ? row.bound : null),
        })
        const { status, relaxations } = result.value
        const relaxed = relaxations.reduce((sum, { limit, name, limitValue, needed }) => {
          const row = rows.find((each) => each.limit === limit && each.name === name)!
          return sum + (weight(row) * Math.abs(needed - limitValue)) / unit(row)
        }, 0)
        expect(relaxed).toBeLessThanOrEqual(best + 1e-7)
        // Trading limits alone never make a plan infeasible; what they leave may not be outside at all.
        if (best > 1e-6 && status !== 'infeasible') {
          const { quantized } = stagesOf(asked)!
          expect(quantized.outside).toEqual([])
        }
        if (best < 1e-10) expect(status).not.toBe('infeasible')
        seen[status === 'infeasible' ? 'infeasible' : 'feasible']++
      }),
      { seed: 20_261_126, numRuns: 300 },
    )
    expect(seen.infeasible).toBeGreaterThan(10)
    expect(seen.feasible).toBeGreaterThan(10)
  })

  it('[LIMIT-18] end no further outside than they began, each row by itself, after rounding too', () => {
    fc.assert(
      fc.property(bookTerms, (terms) => {
        const inputs = makeInputs(terms)
        if (!plan(inputs).ok) return
        const { held, quantized } = stagesOf(inputs)!
        const { universe } = inputs.mandate
        const traded = Float64Array.from(quantized.quantity, (each, j) => toNumber(each) * held.unitWeight[j]!)
        for (const row of limitRows(inputs, held)) {
          if (!isBreached(inputs, row) || row.price < Number.POSITIVE_INFINITY) continue
          const before = measureRow(universe, row, nothing(inputs))
          const after = measureRow(universe, row, traded)
          expect(after).toBeLessThanOrEqual(before + 1e-12 * Math.max(1, Math.abs(before)))
          const stays = standsBeyond(row, after, 1e-9 * unit(row)).length > 0
          expect(quantized.outside.some(({ limit, name }) => limit === row.limit && name === row.name)).toBe(stays)
        }
      }),
      { seed: 20_261_127, numRuns: 300 },
    )
  })
})
