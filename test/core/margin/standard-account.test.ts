import { describe, expect, test } from 'vitest'
import {
  type Decimal,
  decimal,
  decimalOfNumber,
  fromUnits,
  ONE,
  toNumber,
  toText,
  ZERO,
} from '../../../src/core/base/decimal.ts'
import { YEAR_MS } from '../../../src/core/base/instant.ts'
import type { OptionMarginTerms } from '../../../src/core/margin/option-margin.ts'
import { standardMargin } from '../../../src/core/margin/standard-account.ts'
import type {
  ExpiryPrice,
  StandardAccount,
  StandardMarket,
  StandardTerms,
} from '../../../src/core/margin/standard-types.ts'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { absent, inverse, messagesOf, perp, readJson, unwrap } from '../cost/reference.ts'
import { DERIVE, EXPIRY, NOW, option, STANDARD } from './optional.ts'

interface Params {
  readonly maxSpotReq: number
  readonly minSpotReq: number
  readonly mmCallSpotReq: number
  readonly mmPutSpotReq: number
  readonly mmPutMtMReq: number
  readonly unpairedIMScale: number
  readonly unpairedMMScale: number
  readonly mmOffsetScale: number
  readonly perpMMReq: number
  readonly perpIMReq: number
  readonly baseMarginFactor: number
  readonly baseIMScale: number
  readonly depegThreshold: number
  readonly depegFactor: number
  readonly oracleThreshold: number
  readonly oracleConfidenceFactor: number
}
const optionsOf = (p: Params): OptionMarginTerms => ({
  call: {
    ...DERIVE.call,
    initial: decimalOfNumber(p.maxSpotReq),
    initialLeast: decimalOfNumber(p.minSpotReq),
    maintenance: decimalOfNumber(p.mmCallSpotReq),
  },
  put: {
    ...DERIVE.put,
    initial: decimalOfNumber(p.maxSpotReq),
    initialLeast: decimalOfNumber(p.minSpotReq),
    maintenance: decimalOfNumber(p.mmPutSpotReq),
    maintenanceOfMark: decimalOfNumber(p.mmPutMtMReq),
    initialOfMaintenance: decimalOfNumber(p.mmOffsetScale),
  },
  premium: 'mark',
})
const termsOf = (p: Params): StandardTerms => ({
  options: optionsOf(p),
  unpaired: { initial: decimalOfNumber(p.unpairedIMScale), maintenance: decimalOfNumber(p.unpairedMMScale) },
  perp: { initial: decimalOfNumber(p.perpIMReq), maintenance: decimalOfNumber(p.perpMMReq) },
  coins: { share: decimalOfNumber(p.baseMarginFactor), initial: decimalOfNumber(p.baseIMScale) },
  depeg: { below: decimalOfNumber(p.depegThreshold), factor: decimalOfNumber(p.depegFactor) },
  confidence: { below: decimalOfNumber(p.oracleThreshold), factor: decimalOfNumber(p.oracleConfidenceFactor) },
})

interface Leg {
  readonly right: 'call' | 'put'
  readonly strike: number
  readonly quantity: Decimal
  readonly forward: number
  readonly vol: number
  readonly seconds: number
  readonly confidence: readonly [forward: number, vol: number]
}
const EMPTY = { indexConfidence: ONE, perp: null, coins: ZERO }

/** Marks by Black's formula, as the venue has them. */
function marketOf(underlying: string, index: number, legs: readonly Leg[]): StandardMarket {
  const expiries = new Map<number, ExpiryPrice>()
  const options = legs.map(({ right, strike, quantity, forward, vol, seconds, confidence }, k) => {
    const expiry = NOW + seconds * 1000
    const [forwardConfidence, volConfidence] = confidence.map(decimalOfNumber) as [Decimal, Decimal]
    expiries.set(expiry, { expiry, forward: decimalOfNumber(forward), forwardConfidence, volConfidence })
    const deviation = vol * Math.sqrt((seconds * 1000) / YEAR_MS)
    return {
      instrument: option(right, `${strike}`, { id: `${underlying}-${k}`, expiry }),
      quantity,
      mark: decimalOfNumber(undiscountedValue(right, { forward, strike, deviation })),
      entry: null,
    }
  })
  return { ...EMPTY, underlying, index: decimalOfNumber(index), options, expiries: [...expiries.values()] }
}

type PerCoin<T> = Readonly<Record<string, T>>
interface Env {
  readonly spot: PerCoin<number>
  readonly perpPrice: PerCoin<number>
  readonly vol: number | PerCoin<PerCoin<PerCoin<number>>>
  readonly stablePrice: number
  readonly secToExpiry: Readonly<Record<string, number>>
  readonly forward: PerCoin<PerCoin<number>>
  readonly volConf?: PerCoin<PerCoin<number>>
  readonly fwdConf?: PerCoin<PerCoin<number>>
  readonly spotConf?: PerCoin<number>
  readonly perpConf?: PerCoin<number>
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

function namedAccount({ options, perps, bases, cash, env = {} }: Named, base: Env): StandardAccount {
  const markets = ['eth', 'btc'].map((coin): StandardMarket => {
    const legs = options
      .filter(({ underlying }) => underlying === coin)
      .map(({ amount, expiry, strike, type }): Leg => {
        const vol = env.vol ?? base.vol
        return {
          right: type,
          strike,
          quantity: decimalOfNumber(amount),
          forward: env.forward?.[coin]?.[expiry] ?? base.forward[coin]![expiry]!,
          vol: typeof vol === 'number' ? vol : vol[coin]![expiry]![`${strike}`]!,
          seconds: base.secToExpiry[expiry]!,
          confidence: [env.fwdConf?.[coin]?.[expiry] ?? 1, env.volConf?.[coin]?.[expiry] ?? 1],
        }
      })
    const held = perps.find(({ underlying }) => underlying === coin)
    return {
      ...marketOf(coin, base.spot[coin]!, legs),
      indexConfidence: decimalOfNumber(env.spotConf?.[coin] ?? 1),
      coins: decimalOfNumber(bases.find(({ underlying }) => underlying === coin)?.amount ?? 0),
      perp:
        held === undefined
          ? null
          : {
              instrument: perp({ id: `${coin}-PERP` }),
              quantity: decimalOfNumber(held.amount),
              entry: decimalOfNumber(held.entryPrice),
              price: decimalOfNumber(env.perpPrice?.[coin] ?? base.perpPrice[coin]!),
              confidence: decimalOfNumber(env.perpConf?.[coin] ?? 1),
              funding: ZERO,
            },
    }
  })
  return { cash: decimalOfNumber(cash), stable: decimalOfNumber(env.stablePrice ?? base.stablePrice), markets }
}

interface Scenario {
  readonly OptionUnderlying: readonly string[]
  readonly OptionExpiries: readonly number[]
  readonly OptionStrikes: readonly number[]
  readonly OptionIsCall: readonly number[]
  readonly OptionAmounts: readonly number[]
  readonly OptionVols: readonly number[]
  readonly OptionVolConfidences: readonly number[]
  readonly ForwardConfidences: readonly number[]
  readonly Forwards: readonly number[]
  readonly PerpPrice: readonly number[]
  readonly SpotPerpConfidences: readonly (readonly number[])[]
  readonly [key: string]: unknown
}
const units = (x: unknown): Decimal => fromUnits(BigInt((x as number | null) ?? 0))
const real = (x: unknown): number => ((x as number | null) ?? 0) / 1e18

function scenarioAccount(s: Scenario): StandardAccount {
  const markets = ['ETH', 'BTC'].map((coin, c): StandardMarket => {
    const legs = s.OptionAmounts.flatMap((amount, i): Leg[] => {
      if (s.OptionUnderlying[i] !== coin) return []
      const seconds = s.OptionExpiries[i]!
      // In the half hour before an expiry a part of its settlement is fixed.
      const fixed = seconds < 1800 ? (s[`PercentFixed${coin}`] as number) : 0
      return [
        {
          right: s.OptionIsCall[i] === 1 ? 'call' : 'put',
          strike: real(s.OptionStrikes[i]),
          quantity: units(amount),
          forward: fixed * real(s[`TWAP_${coin}`]) + (1 - fixed) * real(s.Forwards[i]),
          vol: real(s.OptionVols[i]),
          seconds,
          confidence: [real(s.ForwardConfidences[i]), real(s.OptionVolConfidences[i])],
        },
      ]
    })
    const quantity = units(s[`Perps_${coin}`])
    const [indexConfidence, confidence] = s.SpotPerpConfidences[c]!.map(units) as [Decimal, Decimal]
    // The index rises by what a long pays.
    const funding = (real(s[`Account${coin}FundingIndex`]) - real(s[`${coin}GlobalFundingIndex`])) * toNumber(quantity)
    return {
      ...marketOf(coin, real(s[`${coin}SpotPrice`]), legs),
      indexConfidence,
      coins: units(s[`w${coin}`]),
      perp:
        quantity === ZERO
          ? null
          : {
              instrument: perp({ id: `${coin}-PERP` }),
              quantity,
              entry: units(s[`LastEntry${coin}`]),
              price: units(s.PerpPrice[c]),
              confidence,
              funding: decimalOfNumber(funding),
            },
    }
  })
  return { cash: units(s.Cash), stable: units(s.USDCValue), markets }
}

/** Whole money, cut off, after a difference of 1e-9 to a whole number is taken as none. */
const whole = (x: Decimal): number => {
  const near = Math.round(toNumber(x))
  return Math.abs(toNumber(x) - near) < 1e-9 ? near : Math.trunc(toNumber(x))
}

describe('standard margin of an account', () => {
  test.skipIf(absent)('[MARGIN-15] named books: spreads, boxes, collateral, a lost peg, unsure prices', () => {
    const { params, env, cases } = readJson<{ params: Params; env: Env; cases: Readonly<Record<string, Named>> }>(
      'options/derive/srm_portfolio_cases.json',
    )
    const got = Object.entries(cases).map(([name, each]) => {
      const margin = unwrap(standardMargin(namedAccount(each, env), { terms: termsOf(params), at: NOW }))
      return [name, whole(margin.initial), whole(margin.maintenance)]
    })
    expect(got.length).toBeGreaterThan(0)
    expect(got).toEqual(Object.entries(cases).map(([name, { expected }]) => [name, expected.im, expected.mm]))
  })

  test.skipIf(absent)('[MARGIN-15] books with their feeds, one of sixty options', () => {
    const { params, cases } = readJson<{
      params: Params
      cases: Readonly<Record<string, { Scenario: Scenario; Result: { realIM: number; realMM: number } }>>
    }>('options/derive/srm_cases.json')
    expect(Object.keys(cases).length).toBeGreaterThan(0)
    for (const { Scenario, Result } of Object.values(cases)) {
      const margin = unwrap(standardMargin(scenarioAccount(Scenario), { terms: termsOf(params), at: NOW }))
      for (const [found, expected] of [
        [toNumber(margin.initial), real(Result.realIM)],
        [toNumber(margin.maintenance), real(Result.realMM)],
      ] as const)
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
    }
  })

  /** "quantity right strike mark", at an index and a forward of 100. */
  const marketWith = (...rows: readonly string[]): StandardMarket => ({
    ...EMPTY,
    underlying: 'BTC',
    index: decimal('100'),
    expiries: [{ expiry: EXPIRY, forward: decimal('100'), forwardConfidence: ONE, volConfidence: ONE }],
    options: rows.map((row) => {
      const [quantity = '', right = '', strike = '', mark = ''] = row.split(' ')
      return {
        instrument: option(right as 'call' | 'put', strike),
        quantity: decimal(quantity),
        mark: decimal(mark),
        entry: null,
      }
    }),
  })
  const accountOf = (...markets: readonly StandardMarket[]): StandardAccount => ({ cash: ZERO, stable: ONE, markets })

  test.each<[string, readonly string[], string]>([
    ['a long needs nothing', ['1 call 100 5'], '0 0'],
    ['a short alone', ['-1 call 100 5'], '-20 -14'],
    ['a spread needs what it can lose', ['-1 call 100 5', '1 call 104 3'], '-4 -4'],
    ['a wide one what its short needs alone', ['-1 call 100 5', '1 call 190 0'], '-20 -14'],
    ['a calendar nets nothing', ['-1 put 100 5', '1 call 100 5'], '-20 -14'],
    ['more sold than bought', ['-1.01 call 50 50', '1 call 51 49'], '-2.21 -2.11'],
    ['a put cannot lose more than its strike', ['-1 put 2 0'], '-2 -2'],
  ])('[MARGIN-15] %s', (_, rows, left) => {
    const { initial, maintenance } = unwrap(
      standardMargin(accountOf(marketWith(...rows)), { terms: STANDARD, at: NOW }),
    )
    expect(`${toText(initial)} ${toText(maintenance)}`).toBe(left)
  })

  test('[MARGIN-15] half a hedge needs as much as none: the requirement is not convex', () => {
    const left = (bought: string): number => {
      const account = accountOf(marketWith('-1 call 100 5', `${bought} call 104 3`))
      return toNumber(unwrap(standardMargin(account, { terms: STANDARD, at: NOW })).initial)
    }
    expect([left('0'), left('0.5'), left('1')]).toEqual([-20, -20, -4])
  })

  test('[MARGIN-16] what has no forward, has expired, settles in coin or cannot be is refused, naming the position', () => {
    const sound = marketWith('-1 call 100 5')
    const messagesFor = (market: Partial<StandardMarket>): string[] =>
      messagesOf(standardMargin(accountOf({ ...sound, ...market }), { terms: STANDARD, at: NOW }))
    expect(messagesFor({ expiries: [] })).toEqual([
      'BTC-100-C: BTC-100-C must have one forward of 2026-03-27T00:00:00.000Z, was 0',
    ])
    expect(messagesFor({ index: ZERO, coins: decimal('-1'), indexConfidence: decimal('2') })).toEqual([
      'BTC: index of BTC must be above 0, was 0',
      'BTC: coins of BTC must be 0 or more, was -1',
      'BTC: confidence of BTC must be from 0 to 1, was 2',
    ])
    const held = {
      instrument: inverse(),
      quantity: ONE,
      entry: ZERO,
      price: ONE,
      confidence: decimal('-1'),
      funding: ZERO,
    }
    expect(messagesFor({ perp: held })).toEqual([
      'BTC-COIN: BTC-COIN must settle in the cash of the account, was in coin',
      'BTC-COIN: price and entry of BTC-COIN must be above 0, was 1 and 0',
      'BTC-COIN: confidence of BTC-COIN must be from 0 to 1, was -1',
    ])
    expect(messagesOf(standardMargin(accountOf(sound, sound), { terms: STANDARD, at: EXPIRY }))).toEqual([
      'BTC-100-C: BTC-100-C must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z',
      'BTC: BTC must be one market, was two',
      'BTC-100-C: BTC-100-C must expire after 2026-03-27T00:00:00.000Z, was expired at 2026-03-27T00:00:00.000Z',
    ])
    const wrong = { ...STANDARD, perp: { initial: decimal('-1'), maintenance: ZERO } }
    expect(messagesOf(standardMargin({ ...accountOf(), stable: ZERO }, { terms: wrong, at: NOW }))).toEqual([
      'perp.initial: initial must be 0 or more, was -1',
      'stable: price of the cash must be above 0, was 0',
    ])
  })
})
