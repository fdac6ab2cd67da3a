import { describe, expect, it } from 'vitest'
import { type Decimal, decimal, fromUnits, toNumber, ZERO } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import type { MarketState } from '../../../src/core/domain/market.ts'
import { type Glance, glanceAt, type Moment, openGlance, updateGlance } from '../../../src/core/sizing/glance.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, goldenOne, makeInputs, r, weightBand } from './book.ts'
import { drawBook, drawMoment, POLICY_NAMES, type PolicyName } from './glance-books.ts'

const isIdle = (inputs: PlanInputs): boolean => {
  const planned = plan(inputs)
  return planned.ok && planned.value.status === 'balanced' && planned.value.legs.length === 0
}
const momentOf = ({ asOf, price, rate, stale }: MarketState): Moment => ({
  asOf,
  price: Float64Array.from(price, toNumber),
  rate: Float64Array.from(rate, toNumber),
  stale,
})
const looksIdle = (inputs: PlanInputs): boolean => glanceAt(unwrap(openGlance(inputs)), momentOf(inputs.market))

/** What glances and plans say of random books at random moments, and of what they hold after some fills. */
function compare(
  policy: PolicyName,
  of: { readonly seeds: number; readonly from: number; readonly plain: boolean },
): { readonly idle: number; readonly sure: number; readonly wrong: readonly string[] } {
  let [idle, sure] = [0, 0]
  const wrong: string[] = []
  for (let seed = of.from; seed < of.from + of.seeds; seed++) {
    const drawn = drawBook(seed, policy, of.plain)
    const opened = openGlance(drawn.inputs)
    if (!opened.ok) continue
    const glance = opened.value
    for (let k = 0; k < 4; k++) {
      const portfolio = k < 2 ? glance.inputs.portfolio : afterFills(glance, drawn.random.uniform())
      updateGlance(glance, portfolio)
      const { market, moment } = drawMoment(drawn)
      const still = isIdle({ ...glance.inputs, portfolio, market })
      const says = glanceAt(glance, moment)
      if (still) idle++
      if (says && still) sure++
      if (says && !still) wrong.push(`seed ${seed}, moment ${k}`)
    }
  }
  return { idle, sure, wrong }
}

/** A little more, or less, of everything that is held. */
const afterFills = ({ inputs: { portfolio } }: Glance, share: number): PlanInputs['portfolio'] => ({
  ...portfolio,
  quantity: portfolio.quantity.map((each) =>
    fromUnits((each * BigInt(Math.round(1e6 + 1e4 * (share - 0.5)))) / 1_000_000n),
  ),
})

const TELLING: readonly (readonly [PolicyName, number])[] = [
  ['weight band', 0.9],
  ['relative band', 0.85],
  ['volatility band', 0.9],
  ['risk band', 0.9],
  ['riskCap', 0.9],
  ['costAware', 0.9],
  ['costAware, order fees', 0.8],
  ['costAware, impact', 0.85],
]

describe('a glance between plans', () => {
  it.each(POLICY_NAMES)('[GLANCE-1] under %s, what it says plan() says', (policy) => {
    const { sure, wrong } = compare(policy, { seeds: 120, from: 1, plain: false })
    expect(wrong).toEqual([])
    if (policy !== 'full' && policy !== 'proportional') expect(sure).toBeGreaterThan(20)
  })

  it.each(TELLING)('[GLANCE-2] under %s, it sees at least %f of what is idle', (policy, share) => {
    const { idle, sure, wrong } = compare(policy, { seeds: 100, from: 10_000, plain: true })
    expect(wrong).toEqual([])
    expect(idle).toBeGreaterThan(40)
    expect(sure / idle).toBeGreaterThanOrEqual(share)
  })

  it.each(TELLING)('[GLANCE-1] under %s, next to where a plan begins to trade it is never too sure', (policy) => {
    let [edges, seen] = [0, 0]
    for (let seed = 20_000; edges < 12 && seed < 20_400; seed++) {
      const { inputs } = drawBook(seed, policy, true)
      const opened = openGlance(inputs)
      if (!opened.ok || !isIdle(opened.value.inputs)) continue
      // Price of the first instrument, in units of 10⁻¹², between where the book is idle and where it trades.
      const at = (units: bigint): MarketState => {
        const price = fromUnits(units * 1_000_000n)
        return { ...inputs.market, price: inputs.market.price.map((each, j) => (j === 0 ? price : each)) }
      }
      const start = inputs.market.price[0]! / 1_000_000n
      let [still, moved] = [start, 2n * start]
      if (isIdle({ ...opened.value.inputs, market: at(moved) })) continue
      while (moved - still > 1n) {
        const middle = (still + moved) / 2n
        if (isIdle({ ...opened.value.inputs, market: at(middle) })) still = middle
        else moved = middle
      }
      edges++
      for (const step of [0n, 1n, 10n, 1_000n, 100_000n]) {
        const market = at(moved + step)
        expect(glanceAt(opened.value, momentOf(market)) && !isIdle({ ...opened.value.inputs, market })).toBe(false)
      }
      // Nor so unsure that it would not see a ten-thousandth of the price, several lots.
      const near = at(still - start / 10_000n)
      if (isIdle({ ...opened.value.inputs, market: near }) && glanceAt(opened.value, momentOf(near))) seen++
    }
    expect(edges).toBe(12)
    expect(seen).toBeGreaterThanOrEqual(policy === 'costAware, order fees' ? 6 : 10)
  })

  it('[GLANCE-3] after fills it answers for what is held then', () => {
    const inputs = goldenOne(weightBand('0.1'))
    const glance = unwrap(openGlance(inputs))
    const moment = momentOf(inputs.market)
    const sold = (of: Decimal[]): PlanInputs['portfolio'] => ({
      ...inputs.portfolio,
      quantity: of,
      cash: [decimal('25000')],
    })
    expect(glanceAt(glance, moment)).toBe(false)
    updateGlance(glance, sold([decimal('0.859375'), decimal('6.25'), ZERO]))
    expect(glanceAt(glance, moment)).toBe(false)
    updateGlance(glance, sold([decimal('0.859375'), decimal('6.5625'), decimal('6.25')]))
    expect(glanceAt(glance, moment)).toBe(true)
    updateGlance(glance, inputs.portfolio)
    expect(glanceAt(glance, moment)).toBe(false)
  })

  it('[GLANCE-4] where it cannot be sure it says no', () => {
    const calm: Partial<BookTerms> = { held: { BTC: '0.78125', ETH: '9.375', SOL: '62.5' } }
    const idle = (changes: Partial<BookTerms> = {}): PlanInputs => goldenOne(weightBand('0.1'), { ...calm, ...changes })
    const day = { horizonMs: DAY_MS, confidence: r('0.99') }
    const past = { ...day, measure: 'expectedShortfall', method: 'historical', max: r('0.9') } as const
    const order = {
      id: 'o',
      on: 'BTC',
      side: 'buy',
      quantity: decimal('0.001'),
      price: null,
      reduceOnly: false,
    } as const
    const says = {
      'as it is': looksIdle(idle()),
      'a policy that trades any deviation': looksIdle(goldenOne({ kind: 'full' }, calm)),
      'a kept order': looksIdle(idle({ orders: [{ ...order, replaced: false }] })),
      'a replaced order': looksIdle(idle({ orders: [{ ...order, replaced: true }] })),
      'losses of the past': looksIdle(idle({ limits: { tails: [past] }, scenarios: [[-0.1, -0.1, -0.1]] })),
      'a stale mark': looksIdle(idle({ stale: ['BTC'] })),
      'outside a limit': looksIdle(idle({ limits: { turnoverMax: r('1'), cashMin: r('0.11') } })),
      'outside a limit with a price': looksIdle(idle({ limits: { cashMin: { value: r('0.11'), price: r('0.01') } } })),
      'inside it': looksIdle(idle({ limits: { cashMin: r('0.09'), grossMax: r('0.91'), volatilityMax: r('0.7') } })),
    }
    expect(says).toEqual({
      'as it is': true,
      'a policy that trades any deviation': false,
      'a kept order': false,
      'a replaced order': false,
      'losses of the past': false,
      'a stale mark': true,
      'outside a limit': false,
      'outside a limit with a price': false,
      'inside it': true,
    })
  })

  it('[GLANCE-4] a price that is none, a moment before it was opened and one that a carry says nothing of are no', () => {
    const inputs = goldenOne(weightBand('0.5'))
    const glance = unwrap(openGlance(inputs))
    const moment = momentOf(inputs.market)
    const priced = (of: number): Moment => ({ ...moment, price: moment.price.map((each, j) => (j === 2 ? of : each)) })
    expect(glanceAt(glance, moment)).toBe(true)
    for (const bad of [0, -1, Number.NaN]) expect(glanceAt(glance, priced(bad)), String(bad)).toBe(false)
    expect(glanceAt(glance, { ...moment, price: moment.price.map(() => Number.POSITIVE_INFINITY) })).toBe(false)
    expect(glanceAt(glance, { ...moment, rate: Float64Array.of(Number.NaN) })).toBe(false)
    expect(glanceAt(glance, { ...moment, price: moment.price.map(() => Number.MAX_VALUE) })).toBe(false)
    expect(glanceAt(glance, { ...moment, asOf: moment.asOf - 1 })).toBe(false)
    expect(glanceAt(glance, { ...moment, asOf: moment.asOf + 365 * DAY_MS })).toBe(true)
    const dated = goldenOne(weightBand('0.5'), {
      costs: {
        carry: [
          { kind: 'future', expiry: moment.asOf + DAY_MS, basis: 0.01, roll: null },
          { kind: 'none' },
          { kind: 'none' },
        ],
      },
    })
    const untilThen = unwrap(openGlance(dated))
    expect(glanceAt(untilThen, { ...moment, asOf: moment.asOf + DAY_MS - 1 })).toBe(true)
    expect(glanceAt(untilThen, { ...moment, asOf: moment.asOf + DAY_MS })).toBe(false)
  })

  it('[GLANCE-4] once a future that may be traded has expired it says no, as plan() refuses', () => {
    const asOf = 1_772_323_200_000
    const inputs = makeInputs({
      contracts: [
        {
          kind: 'future',
          contract: 'linear',
          expiry: asOf + DAY_MS,
          ...{ id: 'BTC-MAR', underlying: 'BTC', venue: null, quote: 'USD', settle: 'USD', multiplier: decimal('1') },
          grid: { lot: decimal('0.001'), quantityMin: decimal('0.001'), notionalMin: null },
          fee: { taker: decimal('0.0005'), maker: null },
          spread: decimal('0.0001'),
        },
      ],
      contractPrices: { 'BTC-MAR': '100' },
      cash: { USD: '1000' },
      held: { 'BTC-MAR': '5' },
      entry: { 'BTC-MAR': '100' },
      targets: { BTC: '0.5' },
      vols: { BTC: 0.5 },
      policy: weightBand('0.1', 'edge', 1),
    })
    const glance = unwrap(openGlance(inputs))
    for (const [later, idle] of [
      [DAY_MS - 1, true],
      [DAY_MS, false],
    ] as const) {
      const market = { ...inputs.market, asOf: asOf + later }
      expect(glanceAt(glance, momentOf(market))).toBe(idle)
      expect(isIdle({ ...inputs, market })).toBe(idle)
    }
  })

  it('[GLANCE-5] inputs that plan() refuses open none', () => {
    const bad = goldenOne(weightBand('-0.1'))
    const opened = openGlance(bad)
    expect(opened).toEqual(plan(bad))
    expect(opened.ok).toBe(false)
  })

  it('[GLANCE-6] costAware: one deviation that its order fee keeps is nothing to do', () => {
    const coin = (weight: string, fixed: string): PlanInputs =>
      makeInputs({
        spot: { BTC: { price: '100', lot: '0.000001', spread: '0' } },
        cash: { USD: String(100_000 - 1000 * 100 * Number(weight)) },
        held: { BTC: String(1000 * Number(weight)) },
        targets: { BTC: '0.5' },
        vols: { BTC: 0.55 },
        policy: { kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: HOUR_MS },
        costs: { execution: [{ makerShare: r('0'), fixed: decimal(fixed) }] },
      })
    // Half-width of fee and spread alone: .79 % where orders have a fee (M counts it too), 1.65 % where they have none.
    for (const [weight, fixed, idle] of [
      ['0.507', '5', true],
      ['0.512', '5', true],
      ['0.54', '5', true],
      ['0.55', '5', false],
      ['0.516', '0', true],
      ['0.517', '0', false],
    ] as const) {
      expect([weight, fixed, looksIdle(coin(weight, fixed))]).toEqual([weight, fixed, idle])
      expect(isIdle(coin(weight, fixed))).toBe(idle)
    }
  })
})
