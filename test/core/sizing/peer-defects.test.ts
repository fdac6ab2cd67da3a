/** What public tools for sizing books get wrong, one case each; the title says the defect, the test what is done here. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Decimal, decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import type { Perp } from '../../../src/core/domain/instrument.ts'
import type { Knob, Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { type BookTerms, goldenOne, makeInputs, r, weightBand } from './book.ts'

const FULL: Policy = { kind: 'full' }
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const issues = (inputs: PlanInputs): string[] => {
  const result = plan(inputs)
  return result.ok ? [] : result.error.map(({ code, path }) => `${code} ${path}`)
}
const legs = (sizePlan: SizePlan): string[] => sizePlan.legs.map((leg) => `${leg.instrument} ${toText(leg.quantity)}`)
const kinds = (sizePlan: SizePlan, line: number): string[] => sizePlan.lines[line]!.because.map(({ kind }) => kind)
const turnoverOf = (sizePlan: SizePlan): number => sizePlan.lines.reduce((sum, line) => sum + Math.abs(line.traded), 0)

/** One coin at 10,000, 100,000 of equity, so that 10 coins are a weight of 1; 5 bp of fee and 1 bp of half spread. */
const coin = (held: string, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { BTC: { price: '10000', lot: '0.01' } },
    cash: { USD: String(100_000 - 10_000 * Number(held)) },
    held: { BTC: held },
    targets: { BTC: '0.15' },
    vols: { BTC: 0.6 },
    policy: FULL,
    ...changes,
  })

/** The book after a plan: what was traded is held, what it cost is gone from cash. */
function settle(terms: BookTerms, { legs: traded, cost }: SizePlan): BookTerms {
  const held: Record<string, string> = { ...terms.held }
  let cash = toNumber(decimal(terms.cash!.USD!)) - toNumber(cost.total)
  for (const { instrument, after, quantity, price } of traded) {
    held[instrument] = toText(after)
    cash -= toNumber(quantity) * toNumber(price)
  }
  return { ...terms, held, cash: { USD: cash.toFixed(9) } }
}

describe('cost', () => {
  test('[PEER-1] one-off cost charged again for every return observed: a trade is paid once, whatever the history', () => {
    for (const intervalMs of [60_000, 3_600_000, 86_400_000]) {
      const knob: Knob = { kind: 'aversion', aversion: r('10') }
      const { cost, traded, before, after } = planned(goldenOne({ kind: 'costAware', knob, intervalMs }))
      expect(toNumber(cost.total) / toNumber(traded)).toBeCloseTo(6e-4, 12)
      const paid = toNumber(cost.total) / 100_000
      const wealth = (side: typeof before): number => side.cash + side.net
      expect(wealth(before)).toBeCloseTo(1, 12)
      expect(wealth(after) * (1 - paid)).toBeCloseTo(1 - paid, 12)
    }
    const terms: BookTerms = {
      spot: { BTC: { price: '10000', lot: '0.01' } },
      cash: { USD: '50000' },
      held: { BTC: '5' },
      targets: { BTC: '0.2' },
      vols: { BTC: 0.6 },
      policy: weightBand('0.01', 'target', 1),
    }
    const first = planned(makeInputs(terms))
    expect(legs(first)).toEqual(['BTC -3'])
    expect(planned(makeInputs(settle(terms, first))).legs).toEqual([])
  })

  test('[PEER-2] turnover measured per asset and against the benchmark: it is Σ|trade|, from what is held', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (percent) => {
        const limits = { turnoverMax: r(String(percent / 100)) }
        const sizePlan = planned(goldenOne(FULL, { limits }))
        expect(turnoverOf(sizePlan)).toBeLessThanOrEqual(percent / 100 + 1e-12)
        // Full is 20 + 10 + 10 %: each alone would pass a limit of 20 %.
        expect(turnoverOf(sizePlan)).toBeGreaterThan(Math.min(0.4, percent / 100) - 0.002)
      }),
      { seed: 31, numRuns: 60 },
    )
    // A book far from its target is not infeasible under a tight limit: it moves as far as that goes.
    expect(planned(goldenOne(FULL, { limits: { turnoverMax: r('0') } })).legs).toEqual([])
  })

  test('[PEER-3] fee and full spread, or commission on the money at risk: fee on traded notional and half the spread', () => {
    const perp: Perp = {
      kind: 'perp',
      contract: 'linear',
      id: 'BTC-LIN',
      underlying: 'BTC',
      venue: null,
      quote: 'USD',
      settle: 'USD',
      multiplier: decimal('0.01'),
      grid: { lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null },
      fee: { taker: decimal('0.0005'), maker: null },
      spread: decimal('0.0002'),
    }
    const { legs: traded, cost } = planned(
      makeInputs({
        contracts: [perp],
        contractPrices: { 'BTC-LIN': '50000' },
        cash: { USD: '100000' },
        targets: { BTC: '0.5' },
        vols: { BTC: 0.6 },
        policy: FULL,
      }),
    )
    // 100 contracts of 0.01 coins at 50,000: 50,000 traded, whatever part of it is at risk.
    expect(traded.map(({ quantity, notional }) => [toText(quantity), toText(notional)])).toEqual([['100', '50000']])
    expect([cost.fee, cost.spread, cost.total].map(toText)).toEqual(['25', '5', '30'])
  })

  test('[PEER-4] orders for more than the cash there is, or a close held up by the cash that it would bring', () => {
    const all = planned(coin('0', { targets: { BTC: '1' }, spot: { BTC: { price: '10000', lot: '0.00001' } } }))
    expect(legs(all)).toEqual(['BTC 9.994'])
    expect(all.after.cash).toBeGreaterThanOrEqual(0)
    expect(kinds(all, 0)).toContain('bound')
    // A resting buy of 5 coins will take its fee of 25 as well: 49,975 are left, and a buy of the rest pays its own cost.
    const resting = { id: 'o', on: 'BTC', side: 'buy', quantity: decimal('5'), price: decimal('10000') } as const
    const orders = [{ ...resting, reduceOnly: false, replaced: false }]
    const spot = { BTC: { price: '10000', lot: '0.00001' } }
    expect(legs(planned(coin('0', { targets: { BTC: '1' }, spot, orders })))).toEqual(['BTC 4.9945'])
    const indebted = coin('15', { targets: { BTC: '0.5' }, limits: { grossMax: r('1'), cashMin: r('0') } })
    expect(legs(planned(indebted))).toEqual(['BTC -10'])
  })
})

describe('bands', () => {
  const relative = (width: string, to: 'edge' | 'target', n: number): Policy => ({
    kind: 'band',
    unit: 'relative',
    width: Array.from({ length: n }, () => r(width)),
    floor: r('0.05'),
    to,
  })

  test('[PEER-5] a relative band divided by a target of 0: the floor says what 0 is measured by', () => {
    const held = (each: string): SizePlan =>
      planned(coin(each, { targets: { BTC: '0' }, policy: relative('0.2', 'target', 1) }))
    // 20 % of the floor of 5 % is 1 % of equity.
    expect(legs(held('0.1'))).toEqual([])
    expect(legs(held('0.11'))).toEqual(['BTC -0.11'])
    expect(held('0').before.imbalance.relative).toEqual([0])
    expect(held('0.11').before.imbalance.relative).toEqual([null])
  })

  test('[PEER-6] what is held outside the target is ignored: its target is 0, and it is sold', () => {
    const sizePlan = planned(
      goldenOne(weightBand('0.05', 'target'), {
        targets: { BTC: '0.6', ETH: '0.3', SOL: '0' },
        held: { BTC: '0.9375', SOL: '62.5' },
        cash: { USD: '30000' },
      }),
    )
    expect(sizePlan.legs[0]).toMatchObject({ instrument: 'SOL', side: 'sell', after: decimal('0') })
  })

  test('[PEER-7] the whole book rebalanced because one name drifted, and again every day: drifted names, to the edge, once', () => {
    const terms: BookTerms = {
      spot: { BTC: { price: '10000', lot: '0.0001' }, ETH: { price: '1000', lot: '0.001' } },
      cash: { USD: '30000' },
      held: { BTC: '4', ETH: '30' },
      targets: { BTC: '0.25', ETH: '0.35' },
      vols: { BTC: 0.6, ETH: 0.8 },
      policy: weightBand('0.1', 'edge', 2),
    }
    const first = planned(makeInputs(terms))
    // BTC is 15 % too much and ETH 5 % too little: 5 % of BTC, nothing of ETH.
    expect(legs(first)).toEqual(['BTC -0.5'])
    expect(kinds(first, 1)).toEqual(['insideBand'])
    expect(planned(makeInputs({ ...terms, cash: { USD: '35000' }, held: { BTC: '3.5', ETH: '30' } })).legs).toEqual([])
  })

  test('[PEER-8] a name of which nothing is held always triggers: a band treats it as any other', () => {
    expect(legs(planned(coin('0', { targets: { BTC: '0.08' }, policy: weightBand('0.1', 'target', 1) })))).toEqual([])
    expect(legs(planned(coin('0', { targets: { BTC: '0.12' }, policy: weightBand('0.1', 'target', 1) })))).toEqual([
      'BTC 1.2',
    ])
  })

  test('[PEER-9] correlated deviations counted as if they were independent: the risk of the book is one number', () => {
    const pair = (rho: number): PlanInputs =>
      makeInputs({
        spot: { BTC: { price: '10000' }, ETH: { price: '1000' } },
        cash: { USD: '80000' },
        held: { BTC: '1', ETH: '10' },
        targets: { BTC: '0', ETH: '0' },
        vols: { BTC: 0.5, ETH: 0.5 },
        correlation: () => rho,
        policy: { kind: 'band', unit: 'risk', width: r('0.08'), to: 'target' },
      })
    // 10 % each at 50 %: 7.1 % of the book when independent, 10 % when they move as one.
    expect(planned(pair(0)).before.imbalance.trackingError).toBeCloseTo(0.05 * Math.SQRT2, 14)
    expect(legs(planned(pair(0)))).toEqual([])
    expect(planned(pair(1)).before.imbalance.trackingError).toBeCloseTo(0.1, 14)
    expect(legs(planned(pair(1)))).toEqual(['BTC -1', 'ETH -10'])
  })
})

describe('value and side', () => {
  const short = (changes: Partial<Perp> = {}): Perp => ({
    kind: 'perp',
    contract: 'linear',
    id: 'BTC-PERP',
    underlying: 'BTC',
    venue: null,
    quote: 'USD',
    settle: 'USD',
    multiplier: decimal('1'),
    grid: { lot: decimal('0.001'), quantityMin: decimal('0.001'), notionalMin: null },
    fee: { taker: decimal('0.0005'), maker: null },
    spread: decimal('0'),
    ...changes,
  })
  const book = (instrument: Perp, price: string, terms: Partial<BookTerms>): SizePlan =>
    planned(
      makeInputs({
        contracts: [instrument],
        contractPrices: { [instrument.id]: price },
        targets: { BTC: '0' },
        vols: { BTC: 0.6 },
        policy: FULL,
        ...terms,
      }),
    )

  test('[PEER-10] profit of a short counted with the sign of a long: a short gains where the price falls', () => {
    const linear = (price: string): SizePlan =>
      book(short(), price, { cash: { USD: '100000' }, held: { 'BTC-PERP': '-2' }, entry: { 'BTC-PERP': '50000' } })
    expect(['40000', '50000', '60000'].map((price) => toText(linear(price).equity))).toEqual([
      '120000',
      '100000',
      '80000',
    ])
    const inverse = short({
      contract: 'inverse',
      settle: 'BTC',
      multiplier: decimal('100'),
      grid: { lot: decimal('1'), quantityMin: decimal('1'), notionalMin: null },
    })
    const coins = (price: string): number =>
      toNumber(
        book(inverse, price, {
          cash: { BTC: '2' },
          rates: { BTC: price },
          held: { 'BTC-PERP': '-500' },
          entry: { 'BTC-PERP': '50000' },
        }).equity,
      ) / Number(price)
    // 50,000 USD short from 50,000: at 40,000 the coin profit is 50,000·(1/40,000 − 1/50,000) = .25.
    expect([coins('40000'), coins('50000'), coins('62500')].map((each) => each.toFixed(9))).toEqual([
      '2.250000000',
      '2.000000000',
      '1.800000000',
    ])
  })

  test('[PEER-11] futures can only be long: a negative target is sold short', () => {
    const { legs: traded } = book(short(), '50000', { cash: { USD: '100000' }, targets: { BTC: '-0.5' } })
    expect(traded.map(({ side, quantity }) => [side, toText(quantity)])).toEqual([['sell', '-1']])
  })

  test('[PEER-12] what has lost its price is sold for nothing: it is refused, and an old price freezes it', () => {
    const without = coin('1')
    const unpriced: PlanInputs = { ...without, market: { ...without.market, price: [decimal('0')] } }
    expect(issues(unpriced)).toEqual(['market.price market.prices.BTC'])
    const stale = planned(coin('1', { targets: { BTC: '0' }, stale: ['BTC'] }))
    expect(stale.legs).toEqual([])
    expect(stale.lines[0]!.because).toContainEqual(expect.objectContaining({ kind: 'bound', limit: 'stale' }))
    expect(stale.because.map(({ kind }) => kind)).toContain('staleMark')
    const closed = planned(coin('1', { targets: { BTC: '0' } }))
    expect([legs(closed), toText(closed.cost.total)]).toEqual([['BTC -1'], '6'])
  })

  test('[PEER-13] closing one side of a hedge taken for a reduction: what it lays bare counts', () => {
    const hedged = (limits: BookTerms['limits']): SizePlan =>
      planned(
        makeInputs({
          spot: { BTC: { price: '10000', lot: '0.01' }, ETH: { price: '1000', lot: '0.01', short: true } },
          cash: { USD: '100000' },
          held: { BTC: '5', ETH: '-50' },
          targets: { BTC: '0.1', ETH: '0' },
          vols: { BTC: 0.6, ETH: 0.8 },
          policy: FULL,
          limits: { ...limits, frozen: Uint8Array.of(1, 0) },
        }),
      )
    // Buying the short back halves gross exposure and takes net from 0 to 50 %.
    expect(hedged({}).after.net).toBeCloseTo(0.5, 3)
    const bounded = hedged({ netMax: r('0.2') })
    expect(legs(bounded)).toEqual(['ETH 20'])
    expect(bounded.lines[1]!.because).toContainEqual(expect.objectContaining({ kind: 'bound', limit: 'netMax' }))
  })
})

describe('limits, lots and minimums', () => {
  test('[PEER-14] limits broken by what comes after them (bands, rounding, minimums): they hold in the orders', () => {
    fc.assert(
      fc.property(
        fc.record({
          held: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 3 }),
          gross: fc.integer({ min: 20, max: 110 }),
          most: fc.integer({ min: 5, max: 60 }),
          turnover: fc.integer({ min: 1, max: 80 }),
          width: fc.integer({ min: 0, max: 15 }),
          lot: fc.constantFrom('0.1', '0.7', '1.3'),
          to: fc.constantFrom('edge' as const, 'target' as const),
        }),
        ({ held, gross, most, turnover, width, lot, to }) => {
          const names = ['AAA', 'BBB', 'CCC']
          const cap = Math.min(gross / 300, most / 100)
          const fraction = (x: number): string => x.toFixed(4)
          const sizePlan = planned(
            makeInputs({
              spot: Object.fromEntries(names.map((name) => [name, { price: '1000', lot, min: '1500' }])),
              cash: { USD: String(100_000 - 1000 * held.reduce((a, b) => a + b)) },
              held: Object.fromEntries(names.map((name, i) => [name, String(held[i])])),
              targets: Object.fromEntries(names.map((name) => [name, fraction(0.9 * cap)])),
              vols: { AAA: 0.5, BBB: 0.7, CCC: 0.9 },
              correlation: () => 0.5,
              policy: weightBand(fraction(width / 100), to),
              limits: {
                grossMax: r(fraction(gross / 100)),
                weightMax: names.map(() => r(fraction(most / 100))),
                turnoverMax: r(fraction(turnover / 100)),
              },
            }),
          )
          const traded = sizePlan.lines.map((line) => line.held + line.traded)
          const noMore = (value: number, limit: number, before: number): void =>
            expect(value).toBeLessThanOrEqual(Math.max(limit, before) + 1e-12)
          noMore(
            traded.reduce((a, b) => a + b),
            gross / 100,
            sizePlan.before.gross,
          )
          traded.forEach((weight, i) => {
            noMore(weight, most / 100, sizePlan.lines[i]!.held)
          })
          noMore(turnoverOf(sizePlan), turnover / 100, 0)
          expect(sizePlan.after.cash).toBeGreaterThanOrEqual(Math.min(0, sizePlan.before.cash) - 1e-12)
        },
      ),
      { seed: 32, numRuns: 300 },
    )
  })

  test('[PEER-15] a reduction rounded like any other order: a close is what is held, never a lot more or less', () => {
    const reduceOnly = { reduceOnly: Uint8Array.of(1) }
    const close = (held: string, lot: string): string[] =>
      legs(planned(coin(held, { spot: { BTC: { price: '10000', lot } }, targets: { BTC: '0' }, limits: reduceOnly })))
    for (const held of ['0.0015', '0.0995', '1.2345678901']) expect(close(held, '0.001')).toEqual([`BTC -${held}`])
    expect(legs(planned(coin('2', { targets: { BTC: '0.3' }, limits: reduceOnly })))).toEqual([])
  })

  test('[PEER-16] one lot size for every market leaves dust that can never be sold: lots are the instrument’s own', () => {
    const DUST = { price: '10000', lot: '1', min: '10000' }
    for (const held of ['2.4', '3.9', '7']) {
      const { legs: traded } = planned(coin(held, { spot: { BTC: DUST }, targets: { BTC: '0.13' } }))
      for (const { quantity, after } of traded) {
        expect(Number.isInteger(toNumber(quantity))).toBe(true)
        expect(toNumber(after)).toBeGreaterThanOrEqual(1)
      }
    }
    expect(legs(planned(coin('2.4', { spot: { BTC: DUST }, targets: { BTC: '0' } })))).toEqual(['BTC -2.4'])
  })

  test('[PEER-17] an order raised to the venue’s minimum, or “not necessary” said of one below it', () => {
    const minimum = { spot: { BTC: { price: '10000', lot: '0.01', min: '2000' } } }
    const small = planned(coin('1.4', minimum))
    expect(legs(small)).toEqual([])
    expect(small.lines[0]!.because).toEqual([
      { kind: 'toTarget' },
      { kind: 'belowMinimum', minimum: decimal('2000'), of: 'notional', was: decimal('1000'), currency: 'USD' },
    ])
    expect(legs(planned(coin('1.29', minimum)))).toEqual(['BTC 0.21'])
  })

  test('[PEER-18] more than the market trades: an order is a share of its own volume at most', () => {
    const participation = { share: r('0.05'), ofBook: null, horizonMs: 86_400_000 }
    const thin = planned(coin('0', { volumes: { BTC: 100_000 }, limits: { participation } }))
    expect(legs(thin)).toEqual(['BTC 0.5'])
    expect(thin.lines[0]!.because).toContainEqual(expect.objectContaining({ kind: 'bound', limit: 'participation' }))
    expect(issues(coin('0', { limits: { participation } }))).toEqual(['market.volume market.volumes.BTC'])
  })
})

describe('answers', () => {
  test('[PEER-19] a quiet substitute where there is no answer (equal weights, the weights of yesterday, none): a refusal', () => {
    const base = goldenOne(FULL)
    const n = 3
    const broken: readonly (readonly [string, PlanInputs])[] = [
      ['no risk forecast', { ...base, risk: { ...base.risk, covariance: new Float64Array(n * n).fill(Number.NaN) } }],
      ['no price', { ...base, market: { ...base.market, price: base.market.price.map(() => decimal('0')) } }],
      ['a forecast from the future', { ...base, risk: { ...base.risk, asOf: base.market.asOf + 1 } }],
      ['no equity', goldenOne(FULL, { cash: { USD: '-200000' } })],
      ['targets above the limit', goldenOne(FULL, { limits: { grossMax: r('0.5') } })],
      ['limits that contradict each other', goldenOne(FULL, { limits: { netMin: r('1'), netMax: r('0.9') } })],
      [
        'an error no aversion gives',
        goldenOne({
          kind: 'costAware',
          knob: { kind: 'trackingError', trackingError: r('0.5') },
          intervalMs: 3_600_000,
        }),
      ],
      [
        'an aversion of 0',
        goldenOne({ kind: 'costAware', knob: { kind: 'aversion', aversion: r('0') }, intervalMs: 3_600_000 }),
      ],
    ]
    for (const [what, inputs] of broken) {
      const result = plan(inputs)
      expect([what, result.ok]).toEqual([what, false])
      if (!result.ok)
        for (const { code, path, message, hint } of result.error) {
          expect([what, code.length > 0, path.length > 0, hint.length > 0]).toEqual([what, true, true, true])
          expect(message).toMatch(/\bmust .*, was /)
        }
    }
  })

  test('[PEER-20] the same complaint for every row: each mistake is told once', () => {
    const base = goldenOne(FULL)
    const all = issues({
      ...base,
      market: { ...base.market, price: base.market.price.map(() => decimal('0') as Decimal) },
    })
    expect(new Set(all).size).toBe(all.length)
    expect(all).toHaveLength(3)
  })

  test('[PEER-21] a run that is not the plan that was shown: the same inputs give the same answer, told in full', () => {
    const inputs = goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.07') })
    expect(planned(inputs)).toEqual(planned(inputs))
    const { lines } = planned(inputs)
    for (const { because } of lines) expect(because.length).toBeGreaterThan(0)
  })
})
