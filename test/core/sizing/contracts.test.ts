import { describe, expect, it } from 'vitest'
import { type Decimal, decimal, toText } from '../../../src/core/base/decimal.ts'
import type { Future, Option, Perp } from '../../../src/core/domain/instrument.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { value } from '../../../src/core/sizing/value.ts'
import { type BookTerms, makeInputs, r } from './book.ts'

const terms = (id: string, quote: string, settle: string, multiplier: string, lot: string) => ({
  id,
  underlying: 'BTC',
  venue: null,
  quote,
  settle,
  multiplier: decimal(multiplier),
  grid: { lot: decimal(lot), quantityMin: decimal(lot), notionalMin: null },
  fee: { taker: decimal('0.0005'), maker: null },
  spread: decimal('0.0001'),
})
const inverse: Perp = { kind: 'perp', contract: 'inverse', ...terms('BTC-INV', 'USD', 'BTC', '100', '1') }
const linear: Perp = { kind: 'perp', contract: 'linear', ...terms('BTC-LIN', 'USDT', 'USDT', '0.01', '1') }
const dated: Future = {
  kind: 'future',
  contract: 'linear',
  expiry: 1_790_000_000_000,
  ...terms('BTC-DEC', 'USD', 'USD', '1', '0.001'),
}
const call: Option = {
  kind: 'option',
  contract: 'inverse',
  expiry: 1_790_000_000_000,
  strike: decimal('70000'),
  right: 'call',
  ...terms('BTC-CALL', 'USD', 'BTC', '1', '0.1'),
}

const full: Policy = { kind: 'full' }
const btc: BookTerms = { targets: { BTC: '1' }, vols: { BTC: 0.5 }, policy: full }
const valued = (inputs: PlanInputs) => {
  const result = value(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const codes = (inputs: PlanInputs): string[] => {
  const result = plan(inputs)
  return result.ok ? [] : result.error.map(({ code }) => code)
}
const legs = (sizePlan: SizePlan): string[] => sizePlan.legs.map((leg) => `${leg.instrument} ${toText(leg.quantity)}`)

describe('weights of contracts', () => {
  it('[VALUE-1] wallet 2 BTC, long 100 k USD inverse opened at 50 k, price 60 k: 240 k of delta', () => {
    const held = valued(
      makeInputs({
        ...btc,
        contracts: [inverse],
        contractPrices: { 'BTC-INV': '60000' },
        rates: { BTC: '60000' },
        cash: { BTC: '2' },
        held: { 'BTC-INV': '1000' },
        entry: { 'BTC-INV': '50000' },
      }),
    )
    // Equity = (2 + 100,000·(1/50,000 − 1/60,000)) BTC · 60,000; delta = the same plus 100,000.
    expect(toText(held.equity)).toBe('140000')
    expect(held.weight[0]! * 140_000).toBeCloseTo(240_000, 6)
  })

  it('[VALUE-2] USDT is not USD: its rate moves equity, cash and the weight of a linear perp', () => {
    const held = valued(
      makeInputs({
        ...btc,
        contracts: [linear],
        contractPrices: { 'BTC-LIN': '60000' },
        rates: { USDT: '0.99' },
        cash: { USDT: '100000' },
        held: { 'BTC-LIN': '-50' },
        entry: { 'BTC-LIN': '62000' },
      }),
    )
    // 100,000 + 0.5·2,000 profit = 101,000 USDT = 99,990 USD; delta = −0.5·60,000·0.99.
    expect(toText(held.equity)).toBe('99990')
    expect(held.weight[0]).toBeCloseTo(-29_700 / 99_990, 15)
    expect(held.cashTotal).toBeCloseTo(99_000 / 99_990, 15)
  })

  it('[VALUE-3] spot, perp and future on one coin are one imbalance', () => {
    const sizePlan = planned(
      makeInputs({
        ...btc,
        targets: { BTC: '0' },
        spot: { BTC: { price: '60000' } },
        contracts: [dated],
        contractPrices: { 'BTC-DEC': '61000' },
        cash: { USD: '100000' },
        held: { BTC: '1', 'BTC-DEC': '-1' },
        entry: { 'BTC-DEC': '61000' },
      }),
    )
    expect(sizePlan.lines).toHaveLength(1)
    expect(sizePlan.before.weight[0]).toBeCloseTo(-1_000 / 160_000, 15)
  })

  it('[VALUE-4] a held option and a held contract without entry are refused by name', () => {
    const base = {
      ...btc,
      contractPrices: { 'BTC-CALL': '0.05', 'BTC-INV': '60000' },
      rates: { BTC: '60000' },
      cash: { BTC: '1' },
    }
    expect(codes(makeInputs({ ...base, contracts: [call], held: { 'BTC-CALL': '1' }, trade: { BTC: [] } }))).toEqual([
      'option.unpriced',
    ])
    expect(codes(makeInputs({ ...base, contracts: [inverse], held: { 'BTC-INV': '1' } }))).toEqual(['position.entry'])
  })
})

describe('which instrument is traded', () => {
  const both = (changes: Partial<BookTerms>): PlanInputs =>
    makeInputs({
      ...btc,
      targets: { BTC: '0.5' },
      spot: { BTC: { price: '60000', fee: '0.001' } },
      contracts: [dated],
      contractPrices: { 'BTC-DEC': '60000' },
      cash: { USD: '100000' },
      ...changes,
    })

  it('[CHOICE-1] the cheapest, with the others named', () => {
    const sizePlan = planned(both({}))
    expect(legs(sizePlan)).toEqual(['BTC-DEC 0.833'])
    expect(sizePlan.legs[0]!.because).toContainEqual(expect.objectContaining({ kind: 'instrument', instead: ['BTC'] }))
  })

  it('[CHOICE-2] `trade` restricts it', () => {
    expect(legs(planned(both({ trade: { BTC: ['BTC'] } })))).toEqual(['BTC 0.83333'])
  })

  it('[CHOICE-3] what one cannot take spills to the next', () => {
    const sizePlan = planned(
      both({
        volumes: { BTC: 1e9, 'BTC-DEC': 100_000 },
        limits: { participation: { share: r('0.1'), ofBook: null, horizonMs: 86_400_000 } },
      }),
    )
    // A tenth of 100,000 a day is 10,000 of the future; the other 40,000 are spot.
    expect(legs(sizePlan)).toEqual(['BTC 0.66666', 'BTC-DEC 0.166'])
  })

  it('[CHOICE-4] what cash cannot pay for moves to contracts', () => {
    const cheapSpot = both({
      spot: { BTC: { price: '60000', fee: '0.0001', spread: '0' } },
      cash: { USD: '100000' },
      limits: { cashMin: r('0.8') },
    })
    const sizePlan = planned(cheapSpot)
    expect(sizePlan.legs.map((leg) => leg.instrument)).toEqual(['BTC-DEC', 'BTC'])
    expect(sizePlan.after.cash).toBeGreaterThanOrEqual(0.8)
    expect(sizePlan.after.weight[0]).toBeCloseTo(0.5, 3)
  })
})

describe('limits and orders', () => {
  const one = (changes: Partial<BookTerms>): PlanInputs =>
    makeInputs({
      ...btc,
      targets: { BTC: '0.5' },
      spot: { BTC: { price: '50000', lot: '0.001', fee: '0', spread: '0' } },
      cash: { USD: '100000' },
      ...changes,
    })
  const order = (side: 'buy' | 'sell', quantity: string, replaced: boolean) => ({
    id: 'o1',
    on: 'BTC',
    side,
    quantity: decimal(quantity),
    price: decimal('50000') as Decimal | null,
    reduceOnly: false,
    replaced,
  })

  it('[ORDER-1] a kept order counts as filled, a replaced one does not', () => {
    expect(legs(planned(one({ orders: [order('buy', '0.4', false)] })))).toEqual(['BTC 0.6'])
    const replaced = planned(one({ orders: [order('buy', '0.4', true)] }))
    expect(legs(replaced)).toEqual(['BTC 1'])
    expect(replaced.because).toContainEqual({ kind: 'replaces', order: 'o1' })
  })

  it('[ORDER-2] for limits each side counts alone, and a kept buy reserves its cash', () => {
    // Held 0, kept sell 0.4: imbalance is −0.7 but the upper limit tests the book without the sell.
    const limited = one({
      held: { BTC: '0.4' },
      cash: { USD: '80000' },
      orders: [order('sell', '0.4', false)],
      limits: { weightMax: [r('0.5')] },
    })
    expect(legs(planned(limited))).toEqual(['BTC 0.6'])
    const reserved = one({ orders: [order('buy', '1.9', false)], targets: { BTC: '1' } })
    expect(legs(planned(reserved))).toEqual(['BTC 0.1'])
  })

  it('[STALE-1] a stale instrument is frozen and named; with a limit that needs its price the plan is refused', () => {
    const stale = one({ held: { BTC: '0.1' }, stale: ['BTC'] })
    expect(legs(planned(stale))).toEqual([])
    expect(planned(stale).because.map(({ kind }) => kind)).toContain('staleMark')
    expect(codes(one({ held: { BTC: '0.1' }, stale: ['BTC'], limits: { grossMax: r('1') } }))).toEqual(['market.stale'])
  })

  it('[LIMIT-1] a book outside its limit may only come nearer', () => {
    const heavy = one({
      held: { BTC: '3' },
      cash: { USD: '-50000' },
      targets: { BTC: '1' },
      limits: { grossMax: r('1') },
    })
    const sizePlan = planned(heavy)
    expect(sizePlan.before.gross).toBeCloseTo(1.5, 12)
    expect(legs(sizePlan)).toEqual(['BTC -1'])
    const keeps = one({
      held: { BTC: '3' },
      cash: { USD: '-50000' },
      targets: { BTC: '1' },
      limits: { turnoverMax: r('0.1'), grossMax: r('1') },
    })
    expect(legs(planned(keeps))).toEqual(['BTC -0.2'])
  })

  it('[LIMIT-2] a spot that cannot be short is sold to zero and no further', () => {
    const sizePlan = planned(one({ held: { BTC: '0.5' }, cash: { USD: '75000' }, targets: { BTC: '-0.2' } }))
    expect(legs(sizePlan)).toEqual(['BTC -0.5'])
    expect(sizePlan.lines[0]!.because).toContainEqual(expect.objectContaining({ kind: 'bound', limit: 'short' }))
  })

  it('[LIMIT-3] a limit written down is met exactly: 25 % of 100,000 at 50,000 is 0.5, not 0.499', () => {
    expect(legs(planned(one({ targets: { BTC: '0.25' }, limits: { weightMax: [r('0.25')] } })))).toEqual(['BTC 0.5'])
  })
})
