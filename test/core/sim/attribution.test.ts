import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, type Decimal, decimal, subtract, toNumber, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { DAY_MS, parseInstant } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import { attributeRun } from '../../../src/core/sim/attribution.ts'
import { type Attribution, PARTS, type Part } from '../../../src/core/sim/attribution-window.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import { closedAt } from '../../../src/core/sim/history.ts'
import { measureRun } from '../../../src/core/sim/metrics.ts'
import type { RunRecord } from '../../../src/core/sim/run-record.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { runOf as backtestOf, walk as marketOf, tenCoins } from './runs.ts'
import { coin, perpetual, runOf, START, type Told, type ToldTrade, walk } from './told-runs.ts'

const sumOf = (amounts: readonly Decimal[]): Decimal => amounts.reduce(add, ZERO)
const instant = (text: string): number => {
  const parsed = parseInstant(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

const BTC = coin('BTC')
const ETH_EUR = coin('ETH', { quote: 'EUR', settle: 'EUR' })
const ETH_PERP = perpetual('ETH-PERP', 'ETH', { multiplier: decimal('0.1') })
const BTC_COIN = perpetual('BTC-COIN', 'BTC', { contract: 'inverse', settle: 'BTC', multiplier: decimal('100') })

/** Four days around a new month, of four instruments of every kind, a hundred trades and payments. */
function randomRun(seed: number, kinds: 'all' | 'numeraire'): Told {
  const random = makeRandom(seed)
  const rows = 96
  const instruments = kinds === 'all' ? [BTC, BTC_COIN, ETH_EUR, ETH_PERP] : [BTC, ETH_PERP]
  const path = (from: number): number[] => walk(random, { from, rows, digits: 6 })
  const btc = path(50_000)
  const eth = path(3000)
  const eur = path(1.1)
  const closes = {
    BTC: btc,
    'BTC-COIN': btc.map((each) => Number((each * 1.001).toPrecision(7))),
    ETH: eth,
    'ETH-PERP': eth,
  }
  const text = (x: number, places: number): string => x.toFixed(places)
  const trades = Array.from({ length: 100 }, (): ToldTrade => {
    const { id } = instruments[random.integer(instruments.length)]!
    const row = random.integer(rows)
    const mid = closes[id as keyof typeof closes][row]!
    const sign = random.uniform() < 0.5 ? 1 : -1
    const size = (id === 'BTC' ? 0.01 : id === 'ETH' ? 0.2 : 3) * (0.1 + random.uniform())
    return {
      row,
      instrument: id,
      quantity: text(sign * size, 4),
      price: text(mid * (1 + sign * 0.0002), 6),
      fee: id === 'BTC-COIN' ? '0.0000007' : '0.31',
      impact: '0.017',
    }
  })
  return {
    instruments,
    closes,
    rates: { BTC: btc, EUR: eur },
    time: instant('2026-01-30T00:00:00Z'),
    cash: kinds === 'all' ? { USD: '1000000', EUR: '50000', BTC: '2' } : { USD: '1000000' },
    held: { BTC: '1.5', 'ETH-PERP': '40 @ 2900' },
    trades,
    payments: Array.from({ length: 12 }, (_, k) => ({
      row: 8 * k,
      instrument: 'ETH-PERP',
      paid: text(random.normal(), 3),
    })),
  }
}

const gap = ({ gain, parts }: Attribution): string => toText(subtract(gain, sumOf(PARTS.map((part) => parts[part]))))

describe('attribution', () => {
  test('[ATTR-1] the parts sum to the change of equity less flows, to the last digit, over the run and over each month', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom('all' as const, 'numeraire' as const), (seed, kinds) => {
        const { whole, months } = attributeRun(runOf(randomRun(seed, kinds)))
        expect(months.map(({ from, to }) => [from, to])).toEqual([
          [instant('2026-01-30T01:00:00Z'), instant('2026-02-01T00:00:00Z')],
          [instant('2026-02-01T00:00:00Z'), instant('2026-02-03T00:00:00Z')],
        ])
        for (const each of [whole, ...months]) {
          expect(gap(each)).toBe('0')
          expect(each.gain).toBe(subtract(subtract(each.endEquity, each.startEquity), each.flows))
          expect(sumOf(each.lines.map(({ gain }) => gain))).toBe(each.gain)
          for (const part of PARTS) expect(sumOf(each.lines.map(({ parts }) => parts[part]))).toBe(each.parts[part])
        }
        expect(sumOf(months.map(({ gain }) => gain))).toBe(whole.gain)
        for (const part of ['fee', 'spread', 'impact', 'carry'] as const)
          expect(sumOf(months.map(({ parts }) => parts[part]))).toBe(whole.parts[part])
      }),
      { numRuns: 40, seed: 4 },
    )
  })

  test('[ATTR-2] nothing is left over in a book of one currency but rounding at the 18th place', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { whole, months } = attributeRun(runOf(randomRun(seed, 'numeraire')))
        for (const each of [whole, ...months]) expect(Math.abs(toNumber(each.parts.rest))).toBeLessThan(1e-14)
      }),
      { numRuns: 20, seed: 5 },
    )
  })

  test.each<[string, Policy]>([
    ['full', { kind: 'full' }],
    ['a band', { kind: 'band', unit: 'weight', width: Array.from({ length: 10 }, () => ratio(1n, 100n)), to: 'edge' }],
  ])('[ATTR-2] of a backtest under %s too, whose books are those of its venue', (_, policy) => {
    const inputs = tenCoins(policy)
    const ran = runBacktest(backtestOf(inputs, { history: marketOf(inputs, { rows: 24 * 40, seed: 'attribution' }) }))
    if (!ran.ok) throw new Error(JSON.stringify(ran.error))
    const { whole, months } = attributeRun(ran.value)
    expect(ran.value.trades.length).toBeGreaterThan(10)
    expect(months).toHaveLength(2)
    for (const each of [whole, ...months]) {
      expect(gap(each)).toBe('0')
      expect(Math.abs(toNumber(each.parts.rest))).toBeLessThan(1e-12)
    }
    expect(toNumber(whole.startEquity)).toBe(1_000_000)
    expect(toNumber(whole.endEquity)).toBeCloseTo(ran.value.equity.at(-1)!, 6)
  })

  test('[ATTR-3] with coin-settled and foreign contracts the rest is what rates did to costs after they were paid', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const run = runOf(randomRun(seed, 'all'))
        const { rest } = attributeRun(run).whole.parts
        const { instruments, currencies, settleOf } = run.history.universe
        const rateAt = (row: number, j: number): number => run.history.rate[row * currencies.length + settleOf[j]!]!
        let expected = 0
        for (const { row, instrument, fee, spread, impact } of run.trades)
          expected +=
            toNumber(sumOf([fee, spread, impact])) * (1 - rateAt(run.to - 1, instrument) / rateAt(row, instrument))
        expect(instruments).toHaveLength(4)
        expect(toNumber(rest)).toBeCloseTo(expected, 8)
      }),
      { numRuns: 20, seed: 6 },
    )
  })

  test('[ATTR-4] held, premium and trend are those of a program of its own in float64', () => {
    const told = randomRun(7, 'all')
    const run = runOf(told)
    const { parts, lines } = attributeRun(run).whole
    const { universe } = run.history
    const last = (column: readonly number[]): number => column.at(-1)!
    const rate = (currency: string, row: 0 | 'last'): number => {
      const column = told.rates?.[currency]
      return column === undefined ? 1 : row === 0 ? column[0]! : last(column)
    }
    const mine = { held: 0, rebalancingPremium: 0, trendCost: 0 }
    for (const { id, settle } of universe.instruments) {
      const prices = told.closes[id] as readonly number[]
      const worth = (price: number): number =>
        id === 'BTC-COIN' ? -100 / price : id === 'ETH-PERP' ? 0.1 * price : price
      const [p0, pT] = [worth(prices[0]!), worth(last(prices))]
      const trades = told.trades!.filter(({ instrument }) => instrument === id)
      const quantity = Number((told.held?.[id] ?? '0').split(' @ ')[0])
      const net = trades.reduce((sum, each) => sum + Number(each.quantity), 0)
      const r = rate(settle, 'last')
      mine.held += quantity * (pT - p0) * r
      mine.trendCost += ((net * (pT - p0)) / 2) * r
      for (const each of trades)
        mine.rebalancingPremium += Number(each.quantity) * ((p0 + pT) / 2 - worth(prices[each.row]!)) * r
    }
    // Money held at the start, the open profit of the perp in dollars included, by its rate alone.
    mine.held += 50_000 * (rate('EUR', 'last') - rate('EUR', 0)) + 2 * (rate('BTC', 'last') - rate('BTC', 0))
    for (const part of ['held', 'rebalancingPremium', 'trendCost'] as const)
      expect(toNumber(parts[part])).toBeCloseTo(mine[part], 6)
    expect(lines.map(({ name }) => name)).toEqual(['BTC', 'ETH', null])
  })

  const contrarian = (prices: readonly number[], kappa = 0.01): Told => ({
    instruments: [coin('BTC')],
    closes: { BTC: prices },
    cash: { USD: '1000' },
    held: { BTC: '5' },
    trades: prices
      .slice(1)
      .map((price, k) => ({
        row: k + 1,
        instrument: 'BTC',
        quantity: (-kappa * (price - prices[k]!)).toFixed(9),
      }))
      .filter(({ quantity }) => Number(quantity) !== 0),
  })

  test.each([
    ['a trend in one step', [100, 110], '5', '-0.5', '0.5'],
    ['a trend in ten steps', [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110], '50', '-0.5', '0.05'],
    ['an oscillation', [100, 110, 100, 110, 100], '0', '0', '2'],
    ['a fall', [100, 90, 80], '-100', '-2', '1'],
  ])(
    '[ATTR-5] contrarian trading by κ = 0.01 in %s: −κ/2·(change)² for the trend, +κ/2·Σ(steps)² for the path',
    (_, prices, __, trend, premium) => {
      const { parts } = attributeRun(runOf(contrarian(prices))).whole
      expect([toText(parts.trendCost), toText(parts.rebalancingPremium), toText(parts.rest)]).toEqual([
        trend,
        premium,
        '0',
      ])
    },
  )

  test('[ATTR-5] the finer the steps of a trend, the smaller the premium; the cost of the trend stays', () => {
    const premiums = [1, 10, 100, 1000].map((steps) => {
      const prices = Array.from({ length: steps + 1 }, (_, k) => Number((100 + (10 * k) / steps).toFixed(6)))
      const { parts } = attributeRun(runOf(contrarian(prices))).whole
      expect(toNumber(parts.trendCost)).toBeCloseTo(-0.5, 12)
      return toNumber(parts.rebalancingPremium)
    })
    for (const [k, premium] of premiums.entries()) expect(premium).toBeCloseTo(0.5 / 10 ** k, 12)
  })

  test('[ATTR-6] on a frictionless rebalanced book premium and trend are the excess growth of Fernholz: ln V − Σ w ln(P_T/P_0) > 0', () => {
    const random = makeRandom('fernholz')
    const rows = 2000
    const [a, b] = [0, 1].map(() => walk(random, { from: 100, rows, digits: 9 })) as [number[], number[]]
    let [cash, qa, qb] = [0, 5, 5]
    const scale = 500 / (5 * a[0]!)
    qa *= scale
    qb = 500 / b[0]!
    const trades: ToldTrade[] = []
    const [heldA, heldB] = [qa.toFixed(12), qb.toFixed(12)]
    ;[qa, qb] = [Number(heldA), Number(heldB)]
    for (let row = 1; row < rows; row++) {
      const value = cash + qa * a[row]! + qb * b[row]!
      const tradeA = Number((value / 2 / a[row]! - qa).toFixed(12))
      const tradeB = Number((value / 2 / b[row]! - qb).toFixed(12))
      trades.push(
        { row, instrument: 'A', quantity: tradeA.toFixed(12) },
        { row, instrument: 'B', quantity: tradeB.toFixed(12) },
      )
      cash -= tradeA * a[row]! + tradeB * b[row]!
      qa += tradeA
      qb += tradeB
    }
    const run = runOf({
      instruments: [coin('A'), coin('B')],
      closes: { A: a, B: b },
      cash: {},
      held: { A: heldA, B: heldB },
      trades,
    })
    const { whole } = attributeRun(run)
    const growth = Math.log(toNumber(whole.endEquity) / toNumber(whole.startEquity))
    const [growthA, growthB] = [Math.log(a.at(-1)! / a[0]!), Math.log(b.at(-1)! / b[0]!)]
    const excess = growth - (growthA + growthB) / 2
    // Half the relative variance of the two, realised: ½·¼·Σ(r_A − r_B)², to third order of the steps.
    let realised = 0
    for (let row = 1; row < rows; row++)
      realised += (Math.log(a[row]! / a[row - 1]!) - Math.log(b[row]! / b[row - 1]!)) ** 2 / 8
    expect(excess).toBeGreaterThan(0)
    expect(excess / realised).toBeCloseTo(1, 2)
    // Against leaving both alone the trades made exactly premium + trend.
    const untouched = Math.log((Math.exp(growthA) + Math.exp(growthB)) / 2)
    const made = toNumber(add(whole.parts.rebalancingPremium, whole.parts.trendCost)) / toNumber(whole.startEquity)
    expect(made).toBeCloseTo(Math.exp(growth) - Math.exp(untouched), 9)
    expect(
      measureRun({ ...run, target: new Float64Array(2 * rows).fill(0.5) }).benchmarks[0]!.wealth.at(-1),
    ).toBeCloseTo(Math.exp(growth), 9)
  })

  test('[ATTR-10] what the first decision trades and the others leave alone is built, not rebalanced', () => {
    const prices = [100, 120, 90, 110, 100, 130]
    const told = contrarian(prices)
    const held = runOf({ ...told, held: { BTC: '5' } })
    const bought = runOf({
      ...told,
      held: {},
      trades: [{ row: 0, instrument: 'BTC', quantity: '5', price: '100.5' }, ...told.trades!],
    })
    const decision = (
      row: number,
      status: RunRecord['decisions'][number]['status'],
      turnover = status === 'ready' ? 1 : 0,
    ): RunRecord['decisions'][number] => ({
      row,
      at: closedAt(bought.history, row),
      plan: null,
      status,
      turnover,
      issues: [],
    })
    const decisions = [decision(0, 'ready'), decision(1, 'ready'), decision(2, 'ready')]
    const [ofHeld, ofBought] = [attributeRun(held).whole, attributeRun({ ...bought, decisions }).whole]
    expect([toText(ofHeld.parts.held), toText(ofHeld.parts.built)]).toEqual(['150', '0'])
    expect([toText(ofBought.parts.held), toText(ofBought.parts.built)]).toEqual(['0', '150'])
    for (const part of ['rebalancingPremium', 'trendCost'] as const)
      expect(ofBought.parts[part]).toBe(ofHeld.parts[part])
    // Refused before, the first that trades still builds; without a second all of it does.
    const late = attributeRun({ ...bought, decisions: [decision(0, 'refused'), decision(0, 'ready')] }).whole
    expect([late.parts.rebalancingPremium, late.parts.trendCost]).toEqual([ZERO, ZERO])
    expect(gap(late)).toBe('0')
    // A book that was left as it is at first has been built before.
    const left = attributeRun({ ...bought, decisions: [decision(0, 'balanced'), decision(0, 'ready')] }).whole
    expect(left.parts.built).toBe(ZERO)
    // Limits that cannot all be met are approached by trades, or by none.
    const builtBy = (turnover: number): string => {
      const first = decision(0, 'infeasible', turnover)
      return toText(attributeRun({ ...bought, decisions: [first, ...decisions.slice(1)] }).whole.parts.built)
    }
    expect([builtBy(1), builtBy(0)]).toEqual(['150', '0'])
  })

  test('[ATTR-7] a deposit is no gain; what it came to be worth afterwards was held', () => {
    const { whole } = attributeRun(
      runOf({
        instruments: [coin('BTC'), coin('ETH', { quote: 'EUR', settle: 'EUR' })],
        closes: { BTC: [100, 100, 120, 150], ETH: [10, 10, 10, 10] },
        rates: { EUR: [1, 1, 1.5, 2] },
        cash: { USD: '500', EUR: '0.000001' },
        deposits: [
          { row: 1, what: 'BTC', amount: '2' },
          { row: 2, what: 'EUR', amount: '100' },
          { row: 3, what: 'USD', amount: '-50' },
        ],
      }),
    )
    const line = (name: string | null): string => toText(whole.lines.find((each) => each.name === name)!.parts.held)
    expect([toText(whole.flows), line('BTC'), line(null), toText(whole.parts.rest)]).toEqual([
      '300',
      '100',
      '50.000001',
      '0',
    ])
  })

  test('[ATTR-8] what is delisted is worth its last price from then on, and closing it there is no trade of the policy', () => {
    const { whole } = attributeRun(
      runOf({
        instruments: [coin('BTC'), perpetual('LUNA-PERP', 'LUNA')],
        closes: { BTC: [100, 100, 100, 100], 'LUNA-PERP': [80, 40, null, null] },
        lives: { 'LUNA-PERP': { to: 2, last: decimal('3') } },
        held: { 'LUNA-PERP': '2 @ 80' },
        trades: [{ row: 1, instrument: 'LUNA-PERP', quantity: '-2', mid: '3', price: '3', because: 'delisting' }],
      }),
    )
    const luna = whole.lines.find(({ name }) => name === 'LUNA')!
    expect(PARTS.filter((part: Part) => luna.parts[part] !== ZERO)).toEqual(['held'])
    expect([toText(luna.parts.held), toText(whole.parts.rest)]).toEqual(['-154', '0'])
  })

  test('[ATTR-9] what is listed later is measured from its first mark', () => {
    const { whole } = attributeRun(
      runOf({
        instruments: [coin('BTC'), coin('NEW')],
        closes: { BTC: [100, 100, 100, 100], NEW: [null, 10, 12, 14] },
        trades: [{ row: 2, instrument: 'NEW', quantity: '3' }],
      }),
    )
    const { trendCost, rebalancingPremium } = whole.lines.find(({ name }) => name === 'NEW')!.parts
    expect([toText(trendCost), toText(rebalancingPremium)]).toEqual(['6', '0'])
  })

  test('[ATTR-1] a month that ends between rows, and one without trades, have their own lines', () => {
    const run = runOf({
      instruments: [coin('BTC')],
      closes: { BTC: [100, 101, 102, 103, 104, 105, 106] },
      intervalMs: 15 * DAY_MS,
      time: START,
      held: { BTC: '1' },
      trades: [{ row: 5, instrument: 'BTC', quantity: '1' }],
    })
    const { months, whole } = attributeRun(run)
    expect(months.map(({ parts }) => [toText(parts.held), toText(parts.trendCost)])).toEqual([
      ['1', '0'],
      ['1', '0'],
      ['3', '1.5'],
      ['2', '0'],
    ])
    expect(sumOf(months.map(({ gain }) => gain))).toBe(whole.gain)
  })
})
