import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import {
  type Curvature,
  computeCurvature,
  proportionalCosts,
  type TradeCosts,
} from '../../../src/core/sizing/curvature.ts'
import { factorSentence, tradeSentence } from '../../../src/core/sizing/explain-trade.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { sizeTrade } from '../../../src/core/sizing/trade.ts'
import type { Gauge, Proposal, SizedTrade } from '../../../src/core/sizing/trade-types.ts'
import { marginalCost, solveSize } from '../../../src/core/sizing/trade-wanted.ts'
import { type BookTerms, goldenOne, r, spotInstrument } from './book.ts'

const FIVE = { fee: '0.0004', spread: '0.0002' }

/** Golden no. 1 at 5 bp a trade. */
const golden = (changes: Partial<BookTerms> = {}): PlanInputs =>
  goldenOne(
    { kind: 'full' },
    {
      spot: {
        BTC: { price: '64000', lot: '0.00001', min: '5', ...FIVE },
        ETH: { price: '3200', lot: '0.0001', min: '5', ...FIVE },
        SOL: { price: '160', lot: '0.01', min: '5', ...FIVE },
      },
      ...changes,
    },
  )

const AT_TARGET = { held: { BTC: '0.78125', ETH: '9.375', SOL: '62.5' } }

function curvatureOf(
  { risk, mandate }: PlanInputs,
  change: { cost?: Partial<TradeCosts>; aversion?: number } = {},
): Curvature {
  const n = risk.vol.length
  const computed = computeCurvature({
    n,
    covariance: risk.covariance,
    target: Float64Array.from(mandate.target.weight, ({ n, d }) => Number(n) / Number(d)),
    cost: { ...proportionalCosts(new Float64Array(n).fill(5e-4)), ...change.cost },
    aversion: change.aversion ?? 10,
    interval: 1 / 8760,
  })
  if (!computed.ok) throw new Error(JSON.stringify(computed.error))
  return computed.value
}

const risk = (inputs: PlanInputs, change?: Parameters<typeof curvatureOf>[1]): Gauge => ({
  unit: 'risk',
  curvature: curvatureOf(inputs, change),
})

function sized(inputs: PlanInputs, proposal: Omit<Proposal, 'curve'> & { curve?: Proposal['curve'] }): SizedTrade {
  const answer = sizeTrade(inputs, { curve: { kind: 'optimal' }, ...proposal })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

const kinds = (trade: SizedTrade): string[] => trade.because.map((each) => each.kind)
const factorNames = (trade: SizedTrade): string[] => trade.factors.map((each) => each.name)
const btc = (text: string) => ({ kind: 'quantity', quantity: decimal(text) }) as const

/** argmin over z ≥ 0 of a convex cost, by golden section. */
function minimise(cost: (q: number) => number, most: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [0, most]
  for (let k = 0; k < 200; k++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)]
    if (cost(a) <= cost(b)) high = b
    else low = a
  }
  return (low + high) / 2
}

describe('optimal', () => {
  test('[TRADE-1] healing one underlying stops at the edge of its band: the least of ½(d+z)′M(d+z) + a|z|', () => {
    const inputs = golden()
    const trade = sized(inputs, { instrument: 'BTC', side: 'sell', gauge: risk(inputs) })
    const { matrix } = curvatureOf(inputs)
    const d = [0.2, -0.1, -0.1]
    const cost = (q: number): number => {
      const moved = d.map((each, i) => (i === 0 ? each - q : each))
      let sum = 5e-4 * q
      for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) sum += 0.5 * moved[i]! * matrix[i * 3 + j]! * moved[j]!
      return sum
    }
    expect(trade.wanted).toBeCloseTo(minimise(cost, 1), 7)
    expect(trade.before.u).toBeCloseTo(8.9448, 3)
    expect(trade.before.directional).toBeCloseTo(-8.9448, 3)
    expect(trade.after.u).toBeCloseTo(1, 3)
    expect(trade.after.u).toBeGreaterThanOrEqual(1)
    expect(trade.halfWidth).toBeCloseTo(0.0121387, 6)
    expect(toNumber(trade.quantity)).toBe(-Math.floor((minimise(cost, 1) / 0.64) * 1e5) / 1e5)
    expect(toText(trade.notional)).toBe('9643.52')
    expect(toText(trade.cost)).toBe('4.82176')
    expect(factorNames(trade)).toEqual(['optimal', 'lot'])
  })

  test('[TRADE-2] golden no. 1: BTC is 20 % too much, yet buying it lowers tracking error now, and the answer says so', () => {
    const inputs = golden()
    const none = sized(inputs, { instrument: 'BTC', side: 'buy', gauge: risk(inputs) })
    expect(toText(none.quantity)).toBe('0')
    expect(kinds(none)).toEqual(['deepens', 'trackingErrorDisagrees'])
    expect(none.before.deviation).toBeCloseTo(0.2, 12)
    expect(none.marginalTrackingError).toBeLessThan(0)
    // With a base and a curve that never reaches 0 the buy is small, and tracking error indeed falls.
    const some = sized(inputs, {
      instrument: 'BTC',
      side: 'buy',
      gauge: risk(inputs),
      curve: { kind: 'exponential', steepness: 0.1 },
      edge: { annual: 0.2, decay: 0, carry: 0 },
      base: btc('0.001'),
    })
    expect(toNumber(some.quantity)).toBeGreaterThan(0)
    expect(some.after.imbalance.trackingError).toBeLessThan(some.before.imbalance.trackingError)
    expect(kinds(some)).toContain('trackingErrorDisagrees')
    const selling = sized(inputs, { instrument: 'BTC', side: 'sell', gauge: risk(inputs) })
    expect(selling.after.imbalance.trackingError).toBeGreaterThan(selling.before.imbalance.trackingError)
    expect(kinds(selling)).toContain('trackingErrorDisagrees')
    expect(kinds(sized(inputs, { instrument: 'SOL', side: 'buy', gauge: risk(inputs) }))).not.toContain(
      'trackingErrorDisagrees',
    )
  })

  test('[TRADE-3] the last unit costs what it gains, for every exponent of impact; no gain above the cost, no size', () => {
    fc.assert(
      fc.property(
        fc.record({
          a: fc.double({ min: 0, max: 0.01, noNaN: true }),
          c: fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1, noNaN: true })),
          exponent: fc.constantFrom(0.25, 0.4, 0.5, 0.6, 0.75, 1),
          stiffness: fc.double({ min: 1e-4, max: 5, noNaN: true }),
        }),
        fc.double({ min: 1e-6, max: 3, noNaN: true }),
        (balance, excess) => {
          const gain = balance.a + excess
          const q = solveSize(gain, balance)
          expect(marginalCost(q, balance) / gain).toBeCloseTo(1, 9)
          expect(solveSize(balance.a, balance)).toBe(0)
          expect(solveSize(-gain, balance)).toBe(0)
        },
      ),
      { seed: 3, numRuns: 2000 },
    )
    expect(solveSize(1, { a: 0, c: 0, exponent: 0.5, stiffness: 0 })).toBe(Number.POSITIVE_INFINITY)
    expect(solveSize(1.25, { a: 0.25, c: 0.5, exponent: 0.4, stiffness: 0 })).toBeCloseTo((1 / 0.7) ** 2.5, 9)
  })

  test('[TRADE-3] half-power impact has the closed form of its quadratic', () => {
    const [a, c, m, gain] = [5e-4, 0.02, 0.05, 0.004]
    const closed = ((-1.5 * c + Math.sqrt(2.25 * c * c + 4 * m * (gain - a))) / (2 * m)) ** 2
    expect(solveSize(gain, { a, c, exponent: 0.5, stiffness: m }) / closed).toBeCloseTo(1, 12)
  })

  test('[TRADE-4] an edge is worth what it earns while it lasts and the position is held: τ = 1/(φ + 1/T)', () => {
    const inputs = golden(AT_TARGET)
    const gauge = risk(inputs)
    const { matrix, horizon } = curvatureOf(inputs)
    const edge = { annual: 0.5, decay: 20, carry: 0.1 }
    const trade = sized(inputs, { instrument: 'ETH', side: 'buy', gauge, edge })
    const gain = (0.5 - 0.1) / (20 + 1 / horizon[1]!)
    expect(trade.wanted).toBeCloseTo((gain - 5e-4) / matrix[4]!, 12)
    const sell = sized(inputs, { instrument: 'ETH', side: 'sell', gauge, edge })
    expect(kinds(sell)).toEqual(['edgeBelowCost'])
    const short = sized(inputs, {
      instrument: 'ETH',
      side: 'sell',
      gauge,
      edge: { annual: -0.5, decay: 20, carry: -0.1 },
    })
    expect(short.wanted).toBeCloseTo(trade.wanted, 12)
  })

  test('[TRADE-5] with an edge the base only caps; without one it is the size at no imbalance, exactly', () => {
    const inputs = golden(AT_TARGET)
    const gauge = risk(inputs)
    const edge = { annual: 1, decay: 0, carry: 0 }
    const free = sized(inputs, { instrument: 'BTC', side: 'buy', gauge, edge })
    const capped = sized(inputs, { instrument: 'BTC', side: 'buy', gauge, edge, base: btc('0.01') })
    const uncapped = sized(inputs, { instrument: 'BTC', side: 'buy', gauge, edge, base: btc('1') })
    expect(toText(capped.quantity)).toBe('0.01')
    expect(factorNames(capped)).toEqual(['optimal', 'baseCap'])
    expect(uncapped.quantity).toBe(free.quantity)
    const alone = sized(inputs, { instrument: 'BTC', side: 'buy', gauge, base: btc('0.01') })
    expect(toText(alone.quantity)).toBe('0.01')
    expect(factorNames(alone)).toEqual(['base'])
  })

  test('[TRADE-5] the implied edge gives less where the book has too much and more where it has too little', () => {
    const quantityAt = (held: string): number => {
      const inputs = golden({ held: { BTC: held, ETH: '9.375', SOL: '62.5' } })
      return toNumber(
        sized(inputs, { instrument: 'BTC', side: 'buy', gauge: risk(inputs), base: btc('0.008') }).quantity,
      )
    }
    const quantities = ['0.75', '0.77', '0.78', '0.78125', '0.783', '0.786', '0.9'].map(quantityAt)
    expect(quantities).toEqual([...quantities].sort((a, b) => b - a))
    expect(quantities[3]).toBe(0.008)
    expect(quantities[0]).toBe(0.016)
    expect(quantities.at(-1)).toBe(0)
  })

  test('[TRADE-6] a fee decides: the same edge trades at 5 bp and not at 25 bp, and a dearer instrument must earn its extra', () => {
    const dear = spotInstrument('BTC-DEAR', { price: '64000', fee: '0.0024', spread: '0.0002' })
    const inputs = golden({
      ...AT_TARGET,
      contracts: [{ ...dear, underlying: 'BTC' }],
      contractPrices: { 'BTC-DEAR': '64000' },
    })
    const gauge = risk(inputs)
    const edge = { annual: 0.1, decay: 0, carry: 0 }
    expect(toNumber(sized(inputs, { instrument: 'BTC', side: 'buy', gauge, edge }).quantity)).toBeGreaterThan(0)
    const refused = sized(inputs, { instrument: 'BTC-DEAR', side: 'buy', gauge, edge })
    expect(refused.because[0]).toMatchObject({ kind: 'edgeBelowCost' })
    expect(refused.because[0]).toHaveProperty('cost', expect.closeTo(0.0025, 12))
  })
})

describe('bands', () => {
  test('[TRADE-7] a trade that would only heal inside its band is 0, the edge included', () => {
    const cases = [
      ['0.784375', 'insideBand'],
      ['0.78125', 'atTarget'],
      ['0.775', 'deepens'],
    ] as const
    for (const [held, kind] of cases) {
      const inputs = golden({ held: { BTC: held, ETH: '9.375', SOL: '62.5' } })
      const trade = sized(inputs, { instrument: 'BTC', side: 'sell', gauge: risk(inputs) })
      expect([toText(trade.quantity), kinds(trade)[0]]).toEqual(['0', kind])
    }
  })

  test('[TRADE-8] without an edge nothing leaves the band on the far side: q ≤ h(1 − v)₊', () => {
    const band = { unit: 'weight', width: r('0.02') } as const
    const inputs = golden(AT_TARGET)
    const trade = sized(inputs, {
      instrument: 'BTC',
      side: 'buy',
      gauge: band,
      curve: { kind: 'exponential' },
      base: btc('1'),
    })
    expect(trade.wanted).toBeCloseTo(0.02, 12)
    expect(toText(trade.quantity)).toBe('0.03125')
    expect(factorNames(trade)).toEqual(['base', 'room'])
    const withEdge = sized(inputs, {
      instrument: 'BTC',
      side: 'buy',
      gauge: band,
      curve: { kind: 'exponential' },
      base: btc('0.1'),
      edge: { annual: 1, decay: 0, carry: 0 },
    })
    expect(toText(withEdge.quantity)).toBe('0.1')
  })

  test('[TRADE-9] u by unit: weight d/h, volatility dσ/h, risk (Md)/a', () => {
    const inputs = golden()
    const sell = (gauge: Gauge): number | null =>
      sized(inputs, { instrument: 'BTC', side: 'sell', gauge, curve: { kind: 'linear' }, base: btc('0.01') }).before.u
    expect(sell({ unit: 'weight', width: r('0.05') })).toBeCloseTo(4, 9)
    expect(sell({ unit: 'volatility', width: r('0.05') })).toBeCloseTo((0.2 * 0.55) / 0.05, 9)
    const { matrix } = curvatureOf(inputs)
    const pressure = 0.2 * matrix[0]! - 0.1 * matrix[1]! - 0.1 * matrix[2]!
    expect(sell(risk(inputs))).toBeCloseTo(pressure / 5e-4, 9)
  })

  test('[TRADE-10] no width or no cost is no band: a typed reason, whole healing, no deepening', () => {
    const inputs = golden()
    const zero = { unit: 'weight', width: r('0') } as const
    const linear = { kind: 'linear' } as const
    const heal = sized(inputs, { instrument: 'BTC', side: 'sell', gauge: zero, curve: linear, base: btc('0.2') })
    expect([toText(heal.quantity), heal.before.u, heal.halfWidth]).toEqual(['-0.3125', null, null])
    expect(factorNames(heal)).toEqual(['base', 'curve', 'room'])
    expect(heal.because).toContainEqual({ kind: 'noBand', why: 'zeroWidth' })
    const deepen = sized(inputs, { instrument: 'BTC', side: 'buy', gauge: zero, curve: linear, base: btc('0.2') })
    expect(toText(deepen.quantity)).toBe('0')
    const free = golden({
      spot: {
        BTC: { price: '64000', fee: '0', spread: '0' },
        ETH: { price: '3200', ...FIVE },
        SOL: { price: '160', ...FIVE },
      },
    })
    const gauge = risk(free, { cost: { proportional: Float64Array.of(0, 5e-4, 5e-4) } })
    // Free BTC hedges the rest at once: until (Σd)_BTC is 0, which here means buying.
    const all = sized(free, { instrument: 'BTC', side: 'buy', gauge })
    expect(all.because).toContainEqual({ kind: 'noBand', why: 'noCost' })
    const sigma = free.risk.covariance
    const d = all.after.imbalance.weight
    expect(sigma[0]! * d[0]! + sigma[1]! * d[1]! + sigma[2]! * d[2]!).toBeCloseTo(0, 5)
    expect(all.traded).toBeCloseTo(0.00165 / 0.3025, 5)
    const still = golden({ vols: { BTC: 0, ETH: 0.7, SOL: 0.95 } })
    const none = sized(still, { instrument: 'BTC', side: 'sell', gauge: risk(still), curve: linear, base: btc('0.1') })
    expect(none.because).toContainEqual({ kind: 'noBand', why: 'noRisk' })
    expect(toText(none.quantity)).toBe('-0.1')
  })

  test('[TRADE-11] a book at its target has no tracking error: its parts are 0 and every curve gives the base', () => {
    const inputs = golden(AT_TARGET)
    for (const curve of ['linear', 'exponential', 'logistic', 'power', 'inverse', 'optimal'] as const) {
      const trade = sized(inputs, {
        instrument: 'SOL',
        side: 'sell',
        gauge: risk(inputs),
        curve: { kind: curve },
        base: btc('1.5'),
      })
      expect([curve, toText(trade.quantity)]).toEqual([curve, '-1.5'])
      expect(trade.before.imbalance.trackingError).toBe(0)
      expect(Array.from(trade.before.imbalance.risk)).toEqual([0, 0, 0])
      expect(trade.marginalTrackingError).toBeNull()
    }
  })
})

describe('limits and lots', () => {
  test('[TRADE-12] limits take from the size and leave their reason; a kept factor says how much', () => {
    const inputs = golden({ limits: { orderMax: r('0.05') } })
    const trade = sized(inputs, { instrument: 'BTC', side: 'sell', gauge: risk(inputs) })
    expect(toText(trade.quantity)).toBe('-0.07812')
    expect(trade.allowed).toBeCloseTo(0.05, 12)
    expect(kinds(trade)).toContain('bound')
    expect(factorNames(trade)).toEqual(['optimal', 'limits', 'lot'])
    expect(trade.factors.map((each) => each.sizeAfter)).toEqual([trade.wanted, trade.allowed, trade.traded])
    const frozen = golden({ limits: { frozen: Uint8Array.of(1, 0, 0) } })
    expect(toText(sized(frozen, { instrument: 'BTC', side: 'sell', gauge: risk(frozen) }).quantity)).toBe('0')
  })

  test('[TRADE-13] an exact size stays exact through the grid: 1 is not 0.99999', () => {
    for (const quantity of ['0.1', '0.3', '0.07', '0.00011', '0.12345']) {
      const inputs = golden(AT_TARGET)
      const gauge = { unit: 'weight', width: r('0.5') } as const
      const trade = sized(inputs, {
        instrument: 'BTC',
        side: 'sell',
        gauge,
        curve: { kind: 'linear' },
        base: btc(quantity),
      })
      expect(toText(trade.quantity)).toBe(`-${quantity}`)
    }
    const inputs = golden({ cash: { USD: '90000' } })
    const exact = sized(inputs, {
      instrument: 'ETH',
      side: 'buy',
      gauge: { unit: 'weight', width: r('0.5') },
      curve: { kind: 'linear' },
      base: { kind: 'weight', weight: r('0.01') },
    })
    // Equity 180,000: ETH weighs 1/9, target 3/10, u = −17/45, so 62/45 of 0.5625 coins.
    expect(exact.before.u).toBeCloseTo(-17 / 45, 12)
    expect(toText(exact.quantity)).toBe('0.775')
  })

  test('[TRADE-14] never NaN, never further than limits, lots or twice the base; sentences for all that is said', () => {
    const names = { subject: 'BTC', numeraire: 'USD' }
    fc.assert(
      fc.property(
        fc.record({
          btc: fc.integer({ min: 0, max: 150 }),
          eth: fc.integer({ min: 0, max: 2000 }),
          side: fc.constantFrom('buy' as const, 'sell' as const),
          instrument: fc.constantFrom('BTC', 'ETH', 'SOL'),
          curve: fc.constantFrom('linear', 'exponential', 'logistic', 'power', 'inverse', 'optimal'),
          unit: fc.constantFrom('weight', 'volatility', 'risk'),
          width: fc.constantFrom('0', '0.001', '0.1'),
          base: fc.option(fc.constantFrom('0.001', '0.1', '5')),
          edge: fc.option(fc.double({ min: -2, max: 2, noNaN: true })),
        }),
        (terms) => {
          const inputs = golden({ held: { BTC: String(terms.btc / 100), ETH: String(terms.eth / 100) } })
          const gauge: Gauge =
            terms.unit === 'risk' ? risk(inputs) : { unit: terms.unit as 'weight', width: r(terms.width) }
          const answer = sizeTrade(inputs, {
            instrument: terms.instrument,
            side: terms.side,
            gauge,
            curve: { kind: terms.curve as 'linear' },
            ...(terms.base === null ? {} : { base: btc(terms.base) }),
            ...(terms.edge === null ? {} : { edge: { annual: terms.edge, decay: 1, carry: 0 } }),
          })
          if (!answer.ok) {
            expect(answer.error.map((each) => each.code)).toSatisfy((codes: string[]) =>
              codes.every((code) => code === 'trade.base' || code === 'trade.unit'),
            )
            return
          }
          const trade = answer.value
          expect(Number.isFinite(trade.wanted + trade.allowed + trade.traded)).toBe(true)
          expect(trade.allowed).toBeLessThanOrEqual(trade.wanted)
          expect(trade.traded).toBeLessThanOrEqual(trade.allowed * (1 + 1e-12))
          expect(toNumber(trade.quantity) * (terms.side === 'buy' ? 1 : -1)).toBeGreaterThanOrEqual(0)
          if (terms.base !== null)
            expect(Math.abs(toNumber(trade.quantity))).toBeLessThanOrEqual(2 * Number(terms.base) + 1e-9)
          if (trade.quantity === 0n) expect(trade.because.length).toBeGreaterThan(0)
          for (const reason of trade.because) expect(tradeSentence(reason, names)).toMatch(/^\S.*[^.]$/)
          for (const factor of trade.factors) expect(factorSentence(factor, trade.unit)).toMatch(/^\S.*[^.]$/)
        },
      ),
      { seed: 14, numRuns: 400 },
    )
  })

  test('[TRADE-15] refuses with a code for each thing that is wrong, all at once', () => {
    const inputs = golden()
    const weight = { unit: 'weight', width: r('0.1') } as const
    const other = computeCurvature({
      n: 1,
      covariance: Float64Array.of(0.25),
      target: Float64Array.of(0.5),
      cost: proportionalCosts(Float64Array.of(5e-4)),
      aversion: 10,
      interval: 1 / 8760,
    })
    const proposal: Proposal = {
      instrument: 'BTC',
      side: 'buy',
      curve: { kind: 'linear' },
      gauge: weight,
      base: btc('1'),
    }
    const cases: readonly (readonly [string, Partial<Proposal>])[] = [
      ['trade.instrument-unknown', { instrument: 'DOGE' }],
      ['trade.unit', { curve: { kind: 'optimal' } }],
      ['trade.base', { base: btc('0') }],
      ['trade.base', { base: { kind: 'weight', weight: r('-0.1') } }],
      ['trade.steepness', { curve: { kind: 'power', steepness: 0 } }],
      ['trade.width', { gauge: { unit: 'weight', width: r('-0.1') } }],
      ['trade.edge', { edge: { annual: Number.NaN, decay: 0, carry: 0 } }],
      ['trade.edge', { edge: { annual: 0, decay: -1, carry: 0 } }],
      ['trade.multiple-max', { multipleMax: 0.5 }],
      ['trade.curvature', { gauge: { unit: 'risk', curvature: other.ok ? other.value : curvatureOf(inputs) } }],
    ]
    for (const [code, change] of cases) {
      const answer = sizeTrade(inputs, { ...proposal, ...change })
      expect(answer.ok ? 'answered' : answer.error.map((each) => each.code)).toEqual([code])
    }
    const { base: _, ...without } = proposal
    const bare = sizeTrade(inputs, without)
    expect(bare.ok ? 'answered' : bare.error[0]!.code).toBe('trade.base')
    const untraded = sizeTrade(golden({ trade: { BTC: [] } }), proposal)
    expect(untraded.ok ? 'answered' : untraded.error[0]!.code).toBe('trade.not-tradeable')
    const both = sizeTrade(inputs, { ...proposal, instrument: 'DOGE', base: btc('0') })
    expect(both.ok ? [] : both.error).toHaveLength(2)
  })

  test('[TRADE-16] an edge that no risk or impact answers has no finite size, unless a base caps it', () => {
    const still = golden({ vols: { BTC: 0, ETH: 0.7, SOL: 0.95 } })
    const proposal: Proposal = {
      instrument: 'BTC',
      side: 'buy',
      curve: { kind: 'optimal' },
      gauge: risk(still),
      edge: { annual: 0.1, decay: 0, carry: 0 },
    }
    const unbounded = sizeTrade(still, proposal)
    expect(unbounded.ok ? 'answered' : unbounded.error[0]!.code).toBe('trade.unbounded')
    expect(toText(sized(still, { ...proposal, base: btc('0.01') }).quantity)).toBe('0.01')
  })
})
