import { describe, expect, test } from 'vitest'
import { YEAR_MS } from '../../../src/core/base/instant.ts'
import {
  type MatrixAccount,
  type MatrixExpiry,
  type RiskMatrixTerms,
  riskMatrix,
  type VolMove,
} from '../../../src/core/margin/risk-matrix.ts'
import { absent, messagesOf, readJson, relativeGap, unwrap } from '../cost/reference.ts'
import { EXPIRY, MATRIX, NOW } from './optional.ts'

interface Params {
  readonly basis: { spotUp: number; spotDown: number; addFactor: number; multFactor: number }
  readonly other: {
    pegLossThreshold: number
    pegLossFactor: number
    confThreshold: number
    confMargin: number
    basePercent: number
    perpPercent: number
    optionPercent: number
  }
  readonly margin: { imFactor: number; baseStaticDiscount: number; rateMultScale: number; rateAddScale: number }
  readonly vol: {
    volRangeUp: number
    volRangeDown: number
    shortTermPower: number
    longTermPower: number
    dteFloorSec: number
  }
  readonly scenarios: readonly (readonly [number, 'Up' | 'None' | 'Down'])[]
}
const termsOf = ({ basis, other, margin, vol, scenarios }: Params): RiskMatrixTerms => ({
  scenarios: scenarios.map(([factor, way]) => ({ factor, vol: way.toLowerCase() as VolMove, weight: 1 })),
  vol: {
    up: vol.volRangeUp,
    down: vol.volRangeDown,
    short: vol.shortTermPower,
    long: vol.longTermPower,
    floor: vol.dteFloorSec / 86_400,
  },
  discount: { base: margin.baseStaticDiscount, rateFactor: margin.rateMultScale, rateAdd: margin.rateAddScale },
  basis: { up: basis.spotUp, down: basis.spotDown, add: basis.addFactor, perYear: basis.multFactor },
  held: { perp: other.perpPercent, coins: other.basePercent, option: other.optionPercent },
  confidence: { below: other.confThreshold, factor: other.confMargin },
  peg: { below: other.pegLossThreshold, factor: other.pegLossFactor },
  initial: { factor: margin.imFactor },
})

type Scenario = Readonly<Record<string, unknown>> & {
  readonly [K in
    | 'OptionExpiries'
    | 'OptionStrikes'
    | 'OptionIsCall'
    | 'OptionAmounts'
    | 'OptionVols'
    | 'OptionVolConfidences'
    | 'FeedExpiries'
    | 'Forwards'
    | 'ForwardsFixed'
    | 'ForwardsVariable'
    | 'ForwardConfidences'
    | 'Rates'
    | 'RateConfidences']: readonly number[]
}
const real = (x: unknown): number => ((x as number | null) ?? 0) / 1e18

function scenarioAccount(s: Scenario): MatrixAccount {
  const expiries = [...new Set(s.OptionExpiries)].map((seconds): MatrixExpiry => {
    const legs = s.OptionExpiries.flatMap((each, i) => (each === seconds ? [i] : []))
    const i = legs[0]!
    const sure = legs.flatMap((k) =>
      [s.ForwardConfidences[k], s.OptionVolConfidences[k], s.RateConfidences[k]].map(real),
    )
    return {
      expiry: NOW + seconds * 1000,
      fixed: real(s.ForwardsFixed[i]),
      variable: real(s.ForwardsVariable[i]),
      rate: real(s.Rates[i]),
      confidence: Math.min(...sure),
      options: legs.map((k) => ({
        id: `leg ${k}`,
        right: s.OptionIsCall[k] === 1 ? 'call' : 'put',
        strike: real(s.OptionStrikes[k]),
        vol: real(s.OptionVols[k]),
        quantity: real(s.OptionAmounts[k]),
      })),
    }
  })
  const quantity = real(s.Perps)
  return {
    cash: real(s.Cash),
    stable: real(s.StablePrice),
    index: real(s.SpotPrice),
    confidence: Math.min(real(s.SpotConfidence), quantity === 0 ? 1 : real(s.PerpConfidence)),
    coins: real(s.Base),
    perp: { quantity, price: real(s.PerpPrice), profit: real(s.UnrealisedPerpPNL) + real(s.UnrealisedFunding) },
    expiries,
  }
}

describe('portfolio margin over a matrix of scenarios', () => {
  test.skipIf(absent)('[MARGIN-19] books with their feeds, one of thirty options, part by part', () => {
    const { params, cases } = readJson<{
      params: Params
      cases: Readonly<Record<string, { Scenario: Scenario; Result: Readonly<Record<string, number>> }>>
    }>('options/derive/pmrm1_cases.json')
    expect(Object.keys(cases).length).toBeGreaterThan(0)
    const off = Object.entries(cases).flatMap(([name, { Scenario, Result }]) => {
      const got = unwrap(riskMatrix(scenarioAccount(Scenario), { terms: termsOf(params), at: NOW }))
      const pairs: Readonly<Record<string, readonly [number, number]>> = {
        initial: [got.initial, real(Result.InitialMarginCalc)],
        maintenance: [got.maintenance, real(Result.MaintenanceMarginCalc)],
        value: [got.value, real(Result.PortfolioMTM)],
        scenarios: [Math.min(...got.gains), real(Result.MinSpan)],
        basis: [got.basis, real(Result.ForwardContingency)],
        held: [-got.held, real(Result.PerpContingency) + real(Result.BaseContingency) + real(Result.OptionContingency)],
        unsure: [-got.unsure, real(Result.OracleContingency)],
      }
      return Object.entries(pairs).flatMap(([what, [found, expected]]) =>
        Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
          ? []
          : [`${name} ${what}: ${found}, not ${expected}`],
      )
    })
    expect(off).toEqual([])
  })

  interface Env {
    readonly spot: Readonly<Record<string, number>>
    readonly perpPrice: Readonly<Record<string, number>>
    readonly vol: number | Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>
    readonly stablePrice: number
    readonly secToExpiry: Readonly<Record<string, number>>
    readonly forward: Readonly<Record<string, Readonly<Record<string, number>>>>
    readonly rate: number
    readonly volConf?: Readonly<Record<string, Readonly<Record<string, number>>>>
    readonly fwdConf?: Readonly<Record<string, Readonly<Record<string, number>>>>
    readonly spotConf?: Readonly<Record<string, number>>
    readonly perpConf?: Readonly<Record<string, number>>
  }
  interface Named {
    readonly options: readonly {
      amount: number
      expiry: string
      strike: number
      type: 'call' | 'put'
      underlying: string
    }[]
    readonly perps: readonly { amount: number; entryPrice: number; underlying: string }[]
    readonly bases: readonly { amount: number; underlying: string }[]
    readonly cash: number
    readonly expected: { im: number; mm: number }
    readonly env?: Partial<Env>
  }
  function namedAccount({ options, perps, bases, cash, env = {} }: Named, base: Env): MatrixAccount {
    const coin = [...options, ...perps, ...bases][0]!.underlying
    const vol = env.vol ?? base.vol
    const volOf = (expiry: string, strike: number): number =>
      typeof vol === 'number' ? vol : (vol[coin]?.[expiry]?.[`${strike}`] ?? (base.vol as number))
    const expiries = [...new Set(options.map(({ expiry }) => expiry))].map(
      (expiry): MatrixExpiry => ({
        expiry: NOW + base.secToExpiry[expiry]! * 1000,
        fixed: 0,
        variable: env.forward?.[coin]?.[expiry] ?? base.forward[coin]![expiry]!,
        rate: base.rate,
        confidence: Math.min(env.fwdConf?.[coin]?.[expiry] ?? 1, env.volConf?.[coin]?.[expiry] ?? 1),
        options: options
          .filter((each) => each.expiry === expiry)
          .map(({ amount, strike, type }, k) => ({
            id: `${expiry} ${k}`,
            right: type,
            strike,
            vol: volOf(expiry, strike),
            quantity: amount,
          })),
      }),
    )
    const price = env.perpPrice?.[coin] ?? base.perpPrice[coin]!
    const held = perps[0]
    return {
      cash,
      stable: env.stablePrice ?? base.stablePrice,
      index: env.spot?.[coin] ?? base.spot[coin]!,
      confidence: Math.min(env.spotConf?.[coin] ?? 1, held === undefined ? 1 : (env.perpConf?.[coin] ?? 1)),
      coins: bases[0]?.amount ?? 0,
      perp: {
        quantity: held?.amount ?? 0,
        price,
        profit: held === undefined ? 0 : held.amount * (price - held.entryPrice),
      },
      expiries,
    }
  }
  /** Whole money, cut off, after a difference of 1e-9 to a whole number is taken as none. */
  const whole = (x: number): number => (Math.abs(x - Math.round(x)) < 1e-9 ? Math.round(x) : Math.trunc(x)) + 0

  test.skipIf(absent)(
    '[MARGIN-19] named books: covered calls, boxes, jelly rolls, forwards, a lost peg, unsure prices',
    () => {
      const { params, env, cases } = readJson<{ params: Params; env: Env; cases: Readonly<Record<string, Named>> }>(
        'options/derive/pmrm1_portfolio_cases.json',
      )
      const got = Object.entries(cases).map(([name, each]) => {
        const { initial, maintenance } = unwrap(
          riskMatrix(namedAccount(each, env), { terms: termsOf(params), at: NOW }),
        )
        return [name, whole(initial), whole(maintenance)]
      })
      expect(got.length).toBeGreaterThan(0)
      expect(got).toEqual(Object.entries(cases).map(([name, { expected }]) => [name, expected.im, expected.mm]))
    },
  )

  const account: MatrixAccount = {
    cash: 0,
    stable: 1,
    index: 100,
    confidence: 1,
    coins: 0,
    perp: { quantity: 0, price: 0, profit: 0 },
    expiries: [
      {
        expiry: EXPIRY,
        fixed: 0,
        variable: 100,
        rate: 0,
        confidence: 1,
        options: [
          { id: 'C', right: 'call', strike: 100, vol: 0.5, quantity: -1 },
          { id: 'P', right: 'put', strike: 90, vol: 0.6, quantity: 2 },
        ],
      },
    ],
  }

  test('[MARGIN-19] a book and its double need twice as much; the order of legs and expiries changes nothing', () => {
    const twice: MatrixAccount = {
      ...account,
      expiries: account.expiries.map((each) => ({
        ...each,
        options: each.options.map((leg) => ({ ...leg, quantity: 2 * leg.quantity })),
      })),
    }
    const turned = {
      ...account,
      expiries: account.expiries.map((each) => ({ ...each, options: each.options.toReversed() })),
    }
    const [one, two, other] = [account, twice, turned].map((each) =>
      unwrap(riskMatrix(each, { terms: MATRIX, at: NOW })),
    )
    expect(relativeGap(two!.initial, 2 * one!.initial)).toBeLessThan(1e-14)
    expect(relativeGap(two!.maintenance, 2 * one!.maintenance)).toBeLessThan(1e-14)
    expect(relativeGap(other!.initial, one!.initial)).toBeLessThan(1e-14)
  })

  test('[MARGIN-19] where a fall of volatility would be more than all of it, none is left and nothing else', () => {
    const calm = { ...MATRIX, vol: { ...MATRIX.vol, down: 5 } }
    const { gains } = unwrap(riskMatrix(account, { terms: calm, at: NOW }))
    const intrinsic = gains[2]! + unwrap(riskMatrix(account, { terms: calm, at: NOW })).value
    expect(intrinsic).toBeCloseTo(2 * (90 - 85) * 0.95 * Math.exp(-((EXPIRY - NOW) / YEAR_MS) * 0.05), 12)
  })

  test('[MARGIN-20] what has expired or cannot be is refused, naming the leg', () => {
    const messagesFor = (over: Partial<MatrixAccount>, at = NOW): string[] =>
      messagesOf(riskMatrix({ ...account, ...over }, { terms: MATRIX, at }))
    expect(messagesFor({}, EXPIRY)).toEqual([
      'C: C must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z',
      'P: P must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z',
    ])
    const [expiry] = account.expiries
    const leg = { id: 'C', right: 'call', strike: 0, vol: 0, quantity: Number.NaN } as const
    expect(
      messagesFor({ index: 0, coins: -1, expiries: [{ ...expiry!, variable: 0, confidence: 2, options: [leg] }] }),
    ).toEqual([
      'account: index must be above 0, was 0',
      'account: coins must be 0 or more, was -1',
      '2026-03-27T00:00:00.000Z: forward must be above 0, was 0',
      '2026-03-27T00:00:00.000Z: confidence must be from 0 to 1, was 2',
      'C: strike must be above 0, was 0',
      'C: vol must be above 0, was 0',
      'C: quantity must be a finite number, was NaN',
    ])
    expect(messagesFor({ expiries: [expiry!, { ...expiry!, options: [] }] })).toEqual([
      '2026-03-27T00:00:00.000Z: 2026-03-27T00:00:00.000Z must be one expiry, was two',
    ])
    const wrong = {
      ...MATRIX,
      scenarios: [],
      peg: { below: -1, factor: 0 },
      basis: { ...MATRIX.basis, down: 0 },
      vol: { ...MATRIX.vol, floor: 0 },
    }
    expect(messagesOf(riskMatrix(account, { terms: wrong, at: NOW }))).toEqual([
      'scenarios: scenarios must be at least one, was none',
      'basis: down must be above 0, was 0',
      'peg: below must be 0 or more, was -1',
      'vol: floor, in days, must be above 0, was 0',
    ])
  })
})
