/** What a plan counts beyond fee and half spread: impact, order fees, carry, several instruments of one coin. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { tradeCost } from '../../../src/core/cost/cost-terms.ts'
import { NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import type { Instrument, Perp } from '../../../src/core/domain/instrument.ts'
import { aimAt } from '../../../src/core/sizing/aim.ts'
import { constrain } from '../../../src/core/sizing/constrain.ts'
import { measureImbalance } from '../../../src/core/sizing/imbalance.ts'
import { limitRows } from '../../../src/core/sizing/limit-rows.ts'
import { exceeds } from '../../../src/core/sizing/limits.ts'
import type { Knob } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { size } from '../../../src/core/sizing/size.ts'
import { value } from '../../../src/core/sizing/value.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, goldenOne, makeInputs, r, spotInstrument } from './book.ts'

const aversion = (text: string): Knob => ({ kind: 'aversion', aversion: r(text) })
const costAware = (knob: Knob) => ({ kind: 'costAware', knob, intervalMs: HOUR_MS }) as const
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const prepared = (inputs: PlanInputs): PlanInputs => {
  const result = prepare(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const DECAY = { joinMs: HOUR_MS, decayMs: DAY_MS }
const impact = (scale: number, exponent = 0.5) => ({ law: { scale, exponent }, decay: DECAY })

/** One coin of 55 % volatility in a book of 100,000, target 50 %, held as told; lots too small to matter. */
const oneCoin = (held: number, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { BTC: { price: '100', lot: '0.000001', spread: '0' } },
    cash: { USD: String(100_000 * (1 - held)) },
    held: { BTC: String(1000 * held) },
    targets: { BTC: '0.5' },
    vols: { BTC: 0.55 },
    volumes: { BTC: 1e6 },
    policy: costAware(aversion('10')),
    ...changes,
  })
const orderFee = (fixed: string, count = 1) =>
  Array.from({ length: count }, () => ({ makerShare: r('0'), fixed: decimal(fixed) }))

describe('impact in a plan', () => {
  it('[AWARE-8] one coin trades until the next unit costs what it gains: M(d + z) = a + (1+δ)c((m + |z|)^δ)', () => {
    const fractions = fc.double({ min: 0.52, max: 0.95, noNaN: true })
    fc.assert(
      fc.property(
        fractions,
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.constantFrom(0.5, 0.6, 1),
        (held, m, exponent) => {
          const inputs = prepared(
            oneCoin(Number(held.toFixed(6)), {
              costs: {
                impact: impact(0.7, exponent),
                metaorders: [{ buy: null, sell: m === 0 ? null : { weight: m, at: 1_772_323_200_000 } }],
              },
            }),
          )
          const book = value(inputs)
          if (!book.ok) throw new Error('the book has equity')
          const { costs } = book.value
          const [line] = planned(inputs).lines
          const z = Math.abs(line!.allowed)
          const pull = inputs.curvature!.matrix[0]! * (Number(held.toFixed(6)) - 0.5 - z)
          const marginal = 0.0005 + (1 + exponent) * costs.power[0]! * (m + z) ** exponent
          if (z > 0) expect(Math.abs(pull - marginal)).toBeLessThan(1e-9)
          else expect(pull).toBeLessThanOrEqual(marginal + 1e-12)
        },
      ),
      { seed: 31, numRuns: 200 },
    )
  })

  it('[AWARE-8] impact makes trades smaller and is part of every leg’s cost', () => {
    const without = planned(oneCoin(0.7))
    const with_ = planned(oneCoin(0.7, { costs: { impact: impact(1) } }))
    expect(Math.abs(with_.lines[0]!.allowed)).toBeLessThan(Math.abs(without.lines[0]!.allowed))
    const [leg] = with_.legs
    expect(toNumber(leg!.cost.impact)).toBeGreaterThan(0)
    expect(leg!.cost.total).toBe(leg!.cost.fee + leg!.cost.spread + leg!.cost.impact + leg!.cost.fixed)
    expect(without.legs[0]!.cost.impact).toBe(0n)
  })

  it('[AWARE-9] a cash limit counts what impact and order fees spend, on the lattice too', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.3, noNaN: true }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.constantFrom('0', '1', '25'),
        fc.constantFrom('full', 'costAware'),
        (cash, scale, fee, kind) => {
          const held = 1 - Number(cash.toFixed(4))
          const inputs = makeInputs({
            spot: {
              AAA: { price: '100', lot: '0.01', min: '5' },
              BBB: { price: '10', lot: '0.1', min: '5' },
            },
            cash: { USD: String(100_000 * Number(cash.toFixed(4))) },
            held: { AAA: String(1000 * held) },
            targets: { AAA: String(held), BBB: '0.4' },
            vols: { AAA: 0.5, BBB: 0.9 },
            correlation: () => 0.5,
            volumes: { AAA: 2e6, BBB: 1e6 },
            policy: kind === 'full' ? { kind } : costAware(aversion('100')),
            costs: { impact: impact(scale), execution: orderFee(fee, 2) },
          })
          const sizePlan = planned(inputs)
          expect(sizePlan.after.cash).toBeGreaterThanOrEqual(-1e-12)
          expect(sizePlan.legs.length).toBeGreaterThan(0)
        },
      ),
      { seed: 32, numRuns: 200 },
    )
  })
})

describe('order fees', () => {
  it('[AWARE-10] a fee alone: nothing inside h, h⁴ = 12FQ/(γσ²); outside, to the target itself', () => {
    const free = { spot: { BTC: { price: '100', lot: '0.000001', fee: '0', spread: '0' } } }
    const Q = (0.25 * 0.55) ** 2
    const h = (12 * (5 / 100_000) * Q) ** 0.25 / Math.sqrt(Math.sqrt(10 * 0.55 ** 2))
    const tradedAt = (held: number): number =>
      planned(oneCoin(held, { ...free, costs: { execution: orderFee('5') } })).lines[0]!.allowed
    // The decision interval adds a part in a hundred to M, and takes half as much off h.
    expect(tradedAt(Number((0.5 + 0.98 * h).toFixed(6)))).toBe(0)
    expect(tradedAt(Number((0.5 + 1.001 * h).toFixed(6)))).toBeCloseTo(-1.001 * h, 5)
  })

  it('[AWARE-11] of several orders those are given that are worth their fee, as brute force over all sets of them finds', () => {
    const names = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE']
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.constantFrom('1', '5', '20'),
        (away, rho, fee) => {
          const terms: BookTerms = {
            spot: Object.fromEntries(names.map((name) => [name, { price: '100', lot: '0.0001' }])),
            cash: { USD: '30000' },
            held: Object.fromEntries(names.map((name, i) => [name, (1000 * (0.14 + away[i]!)).toFixed(4)])),
            targets: Object.fromEntries(names.map((name) => [name, '0.14'])),
            vols: Object.fromEntries(names.map((name, i) => [name, 0.4 + 0.1 * i])),
            correlation: () => rho,
            policy: costAware(aversion('30')),
            limits: { cashMin: r('-10') },
          }
          const inputs = prepared(makeInputs({ ...terms, costs: { execution: orderFee(fee, 5) } }))
          const objective = (chosen: readonly string[]): number => {
            const mandate = {
              ...inputs.mandate,
              tradeable: inputs.mandate.tradeable.map((own, u) => (chosen.includes(names[u]!) ? own : [])),
            }
            const bare = { ...inputs, mandate, costs: { ...inputs.costs, execution: orderFee('0', 5) } }
            return objectiveOf(
              inputs,
              planned(bare).lines.map((line) => line.wanted),
            )
          }
          const sets = Array.from({ length: 32 }, (_, k) => names.filter((_, i) => (k >> i) % 2 === 1))
          const least = Math.min(...sets.map(objective))
          const ours = objectiveOf(
            inputs,
            planned(inputs).lines.map((line) => line.wanted),
          )
          expect(ours).toBeLessThanOrEqual(least + 1e-12)
        },
      ),
      { seed: 33, numRuns: 40 },
    )
  })
})

/** ½(d+z)'M(d+z) + Σ cost, fees of orders included, where each underlying has one instrument. */
function objectiveOf(inputs: PlanInputs, trade: readonly number[]): number {
  const book = value(inputs)
  if (!book.ok) throw new Error('the book has equity')
  const { matrix, n } = inputs.curvature!
  const d = book.value.weight.map(
    (weight, u) => weight - Number(inputs.mandate.target.weight[u]!.n) / Number(inputs.mandate.target.weight[u]!.d),
  )
  let total = 0
  for (let i = 0; i < n; i++) {
    total += tradeCost(book.value.costs, i, trade[i]!)
    for (let j = 0; j < n; j++) total += 0.5 * matrix[i * n + j]! * (d[i]! + trade[i]!) * (d[j]! + trade[j]!)
  }
  return total
}

const perp = (id: string, changes: Partial<Perp> = {}): Instrument => ({
  ...spotInstrument(id, { price: '100', lot: '0.0001', spread: '0' }),
  kind: 'perp',
  contract: 'linear',
  underlying: 'BTC',
  ...changes,
})

describe('several instruments of one coin', () => {
  const two = (changes: Partial<BookTerms> = {}): PlanInputs =>
    makeInputs({
      spot: { BTC: { price: '100', lot: '0.0001', spread: '0' } },
      contracts: [perp('BTC-PERP')],
      contractPrices: { 'BTC-PERP': '100' },
      cash: { USD: '100000' },
      targets: { BTC: '0.5' },
      vols: { BTC: 0.55 },
      volumes: { BTC: 1e6, 'BTC-PERP': 1e6 },
      policy: costAware(aversion('10')),
      ...changes,
    })
  const traded = (sizePlan: SizePlan): Record<string, string> =>
    Object.fromEntries(sizePlan.legs.map((leg) => [leg.instrument, leg.traded.toFixed(2)]))

  it.each([
    ['longs of the perp pay', 0.0003, { BTC: '0.48' }],
    ['longs of the perp are paid', -0.0003, { 'BTC-PERP': '0.48' }],
  ])('[AWARE-12] carry to the horizon chooses the instrument and not the size: %s', (_, next, expected) => {
    const funding = { intervalMs: 8 * HOUR_MS, anchor: 0, next, reversion: null, cap: null }
    const carry = [{ kind: 'none' as const }, { kind: 'perp' as const, funding }]
    const sizePlan = planned(two({ costs: { carry, horizonMs: 7 * DAY_MS } }))
    expect(traded(sizePlan)).toEqual(expected)
    const [reason] = sizePlan.lines[0]!.because
    expect(reason?.kind === 'worthItsCost' ? reason.pays.carry : null).toBe(0)
  })

  it('[AWARE-12] a sale closes what is dearest to hold first, where its fee is no higher', () => {
    const funding = { intervalMs: 8 * HOUR_MS, anchor: 0, next: 0.0003, reversion: null, cap: null }
    const carry = [{ kind: 'none' as const }, { kind: 'perp' as const, funding }]
    const held = { held: { BTC: '400', 'BTC-PERP': '400' }, entry: { 'BTC-PERP': '100' }, cash: { USD: '60000' } }
    const sizePlan = planned(two({ ...held, costs: { carry, horizonMs: 7 * DAY_MS } }))
    expect(Object.keys(traded(sizePlan))).toEqual(['BTC-PERP'])
  })

  it('[AWARE-13] impact spreads a trade over instruments until the next unit costs the same in each', () => {
    const sizePlan = planned(two({ costs: { impact: impact(1) }, volumes: { BTC: 1e6, 'BTC-PERP': 4e6 } }))
    const [spot, contract] = ['BTC', 'BTC-PERP'].map((id) => sizePlan.legs.find((leg) => leg.instrument === id)!.traded)
    // c√t equal with c ∝ V^(−1/2): traded in proportion to volume, but for the basis of both.
    expect(contract! / spot!).toBeGreaterThan(3.9)
    expect(contract! / spot!).toBeLessThan(4.1)
  })

  it('[AWARE-14] cash, caps of one instrument and gross weight bind the optimum over both: none is broken, and no feasible split near it is better', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    const step = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(part, part, part, fc.tuple(step, step), (cash, order, gross, away) => {
        const [cashHeld, orderMax, grossMax] = [0.4 + 0.6 * cash, 0.01 + 0.5 * order, 0.5 + 0.1 * gross]
        const inputs = prepared(
          two({
            cash: { USD: (100_000 * cashHeld).toFixed(2) },
            held: { 'BTC-PERP': '-100' },
            entry: { 'BTC-PERP': '100' },
            limits: { orderMax: r(orderMax.toFixed(4)), grossMax: r(grossMax.toFixed(4)), cashMin: r('0.35') },
            costs: { impact: impact(0.5) },
          }),
        )
        const stages = stagesOf(inputs)
        const best = [...stages.allowed.byInstrument]
        const feasible = (t: readonly number[]): boolean =>
          t.every((each) => Math.abs(each) <= Number(orderMax.toFixed(4)) + 1e-12) &&
          t[0]! >= 0 &&
          stages.rows.every((row) => !exceeds(inputs.mandate.universe, row, Float64Array.from(t)))
        expect(feasible(best)).toBe(true)
        for (const size of [1e-2, 1e-3, 1e-4]) {
          const other = best.map((t, j) => t + size * away[j]!)
          if (feasible(other)) expect(stages.objective(other)).toBeGreaterThanOrEqual(stages.objective(best) - 1e-10)
        }
      }),
      { seed: 34, numRuns: 150 },
    )
  })
})

/** The stages of a plan over two instruments of one coin, and its objective by hand. */
function stagesOf(inputs: PlanInputs) {
  const book = value(inputs)
  if (!book.ok) throw new Error('the book has equity')
  const held = book.value
  const aim = unwrap(aimAt(inputs, held))
  const imbalance = measureImbalance(held.weight, aim.weight, inputs.risk)
  const wanted = unwrap(size(inputs, held, { aim, imbalance }))
  const { matrix, horizon, interval, aversion: gamma } = inputs.curvature!
  const basis = gamma * 0.02 ** 2 * (horizon[0]! + interval)
  const objective = (t: readonly number[]): number =>
    0.5 * matrix[0]! * (imbalance.weight[0]! + t[0]! + t[1]!) ** 2 +
    t.reduce((sum, each, j) => sum + 0.5 * basis * each * each + tradeCost(held.costs, j, each), 0)
  return { allowed: unwrap(constrain(inputs, held, { wanted, imbalance })), rows: limitRows(inputs, held), objective }
}

describe('several stated widths', () => {
  it('[AWARE-15] each is kept: with the others at target nothing trades inside it, and a trade ends on it; the aversions they imply are told', () => {
    const knob: Knob = { kind: 'widths', width: [r('0.02'), r('0.01'), null] }
    const at = (btc: number, eth: number): SizePlan =>
      planned(
        goldenOne(costAware(knob), {
          held: {
            BTC: String((100_000 * (0.5 + btc)) / 64_000),
            ETH: String((100_000 * (0.3 + eth)) / 3200),
            SOL: '62.5',
          },
          cash: { USD: String(100_000 * (0.1 - btc - eth)) },
        }),
      )
    expect(at(0.0199, 0).legs).toEqual([])
    expect(at(0.03, 0).lines[0]!.allowed).toBeCloseTo(-0.01, 9)
    expect(at(0, -0.0099).legs).toEqual([])
    expect(at(0, 0.02).lines[1]!.allowed).toBeCloseTo(-0.01, 9)
    const { curvature } = prepared(goldenOne(costAware(knob)))
    const [btc, eth, sol] = curvature!.impliedAversion
    expect(sol).toBeNull()
    expect(Math.sqrt(btc! * eth!) / curvature!.aversion).toBeCloseTo(1, 9)
    expect(at(0.03, 0).forecast!.aversion).toBe(curvature!.aversion)
  })
})

it('[AWARE-8] nothing lately traded is nothing felt', () => {
  const fresh = planned(oneCoin(0.7, { costs: { impact: impact(1), metaorders: [NO_METAORDER] } }))
  const felt = planned(
    oneCoin(0.7, {
      costs: { impact: impact(1), metaorders: [{ buy: null, sell: { weight: 0.1, at: 1_772_323_200_000 } }] },
    }),
  )
  expect(Math.abs(felt.lines[0]!.allowed)).toBeLessThan(Math.abs(fresh.lines[0]!.allowed))
  expect(toText(fresh.legs[0]!.quantity)).toMatch(/^-/)
})

it('[AWARE-17] order fees together with impact are warned of', () => {
  const said = (costs: NonNullable<BookTerms['costs']>): boolean =>
    planned(oneCoin(0.7, { costs })).because.some(({ kind }) => kind === 'feesWithImpact')
  expect(said({ impact: impact(1), execution: orderFee('1') })).toBe(true)
  expect(said({ impact: impact(1) })).toBe(false)
  expect(said({ execution: orderFee('1') })).toBe(false)
})

describe('order books in a plan', () => {
  const book = (scale: number) => {
    const side = {
      reach: Float64Array.from([2_000, 6_000, 20_000, 90_000]),
      slippage: Float64Array.from([0.0001, 0.0004, 0.001, 0.003].map((each) => each * scale)),
    }
    return { buy: side, sell: { ...side, slippage: side.slippage.map((each) => 1.5 * each) } }
  }

  it('[AWARE-16] a trade walks the book until the next unit costs more than it gains, as a search over all sizes finds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        fc.double({ min: 0.2, max: 4, noNaN: true }),
        fc.constantFrom('10', '100'),
        (held, scale, gamma) => {
          const asked = oneCoin(Number(held.toFixed(4)), { policy: costAware(aversion(gamma)) })
          const inputs = prepared({ ...asked, market: { ...asked.market, liquidity: [book(scale)] } })
          const ours = planned(inputs).lines[0]!.wanted
          const best = objectiveOf(inputs, [ours])
          for (let k = -1000; k <= 1000; k++)
            expect(objectiveOf(inputs, [(k / 1000) * 0.6])).toBeGreaterThanOrEqual(best - 1e-12)
        },
      ),
      { seed: 35, numRuns: 50 },
    )
  })

  it.each(['full', 'costAware'] as const)(
    '[AWARE-18] %s takes no more than the book shows, and keeps cash for what walking it costs',
    (kind) => {
      const policy = kind === 'full' ? ({ kind } as const) : costAware(aversion('1000'))
      const cashOf = (inputs: PlanInputs): number => planned(inputs).after.cash
      fc.assert(
        fc.property(
          fc.double({ min: 0.05, max: 0.45, noNaN: true }),
          fc.double({ min: 1, max: 30, noNaN: true }),
          (cash, scale) => {
            const held = 1 - Number(cash.toFixed(4))
            const asked = oneCoin(held, { policy, targets: { BTC: '1' } })
            const inputs = { ...asked, market: { ...asked.market, liquidity: [book(scale)] } }
            expect(cashOf(inputs)).toBeGreaterThanOrEqual(-1e-12)
          },
        ),
        { seed: 36, numRuns: 100 },
      )
      const deep = oneCoin(0, { policy })
      const shallow = book(0.1)
      const reach = Float64Array.from([2_000, 6_000, 20_000, 30_000])
      const inputs = {
        ...deep,
        market: { ...deep.market, liquidity: [{ ...shallow, buy: { ...shallow.buy, reach } }] },
      }
      const [line] = planned(inputs).lines
      expect(line!.traded).toBeCloseTo(0.3, 6)
      expect(line!.because.some((reason) => reason.kind === 'bound' && reason.limit === 'liquidity')).toBe(true)
    },
  )
})
