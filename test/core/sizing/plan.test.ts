import { describe, expect, it } from 'vitest'
import { toText } from '../../../src/core/base/decimal.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { goldenOne, makeInputs, r, weightBand } from './book.ts'

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const trades = (sizePlan: SizePlan): string[] => sizePlan.legs.map((leg) => `${leg.instrument} ${toText(leg.quantity)}`)
const percent = (x: number, places = 1): string => (100 * x).toFixed(places)

describe('golden no. 1', () => {
  it('[PLAN-1] measures the imbalance to the printed digits', () => {
    const { before } = planned(goldenOne({ kind: 'full' }))
    expect(percent(before.imbalance.trackingError)).toBe('9.9')
    expect(Array.from(before.imbalance.weight, (d) => percent(d, 0))).toEqual(['20', '-10', '-10'])
    expect(Array.from(before.imbalance.risk, (d) => percent(d))).toEqual(['-0.3', '3.1', '7.1'])
    expect(before.cash).toBeCloseTo(0.1, 15)
  })

  it('[PLAN-2] a weight band sells BTC and says that it raises tracking error, naming the band', () => {
    const sizePlan = planned(goldenOne(weightBand('0.1')))
    expect(trades(sizePlan)).toEqual(['BTC -0.15625'])
    expect(toText(sizePlan.cost.total)).toBe('6')
    expect(percent(sizePlan.after.imbalance.trackingError)).toBe('11.5')
    expect(sizePlan.because.find((each) => each.kind === 'raisesTrackingError')).toMatchObject({
      blame: { kind: 'policy', policy: 'band', unit: 'weight' },
    })
  })

  it('[PLAN-3] buying 10 % SOL with cash lowers tracking error to 6.8 %', () => {
    const inputs = goldenOne({ kind: 'full' }, { limits: { frozen: Uint8Array.of(1, 1, 0) } })
    const sizePlan = planned(inputs)
    // The limits hold BTC and ETH, so only SOL is bought; 62.5 SOL would be 10,000 and its cost, which is all the cash.
    expect(sizePlan.legs.map((leg) => leg.instrument)).toEqual(['SOL'])
    expect(percent(sizePlan.after.imbalance.trackingError)).toBe('6.8')
  })

  it('[PLAN-4] a risk band trades the whole book part of the way', () => {
    const sizePlan = planned(goldenOne({ kind: 'band', unit: 'risk', width: r('0.07'), to: 'edge' }))
    expect(sizePlan.legs).toHaveLength(3)
    expect(percent(sizePlan.turnover, 2)).toBe('11.73')
    expect(percent(sizePlan.after.imbalance.trackingError)).toBe('7.0')
  })

  it('[PLAN-5] the cheapest way to 7 % is SOL alone', () => {
    const sizePlan = planned(goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.07') }))
    expect(trades(sizePlan)).toEqual(['SOL 32.36'])
    expect(toText(sizePlan.traded)).toBe('5177.6')
    expect(toText(sizePlan.cost.total)).toBe('3.10656')
    expect(percent(sizePlan.after.imbalance.trackingError)).toBe('7.0')
  })

  it('[PLAN-6] full trades to exact quantities: no lot is lost to float64', () => {
    const sizePlan = planned(goldenOne({ kind: 'full' }))
    expect(trades(sizePlan)).toEqual(['BTC -0.3125', 'ETH 3.125', 'SOL 62.5'])
    expect(toText(sizePlan.traded)).toBe('40000')
    expect(toText(sizePlan.cost.total)).toBe('24')
    expect(percent(sizePlan.after.imbalance.trackingError)).toBe('0.0')
  })
})

describe('exactness', () => {
  it('[PLAN-7] a target 9.7e-25 below 1685 lots gives 1684', () => {
    const inputs = makeInputs({
      spot: { AAPL: { price: '66.5', lot: '1', short: true, fee: '0', spread: '0' } },
      cash: { USD: '112302.5' },
      held: { AAPL: '-190' },
      targets: { AAPL: '0.9974916597687306310770010284' },
      vols: { AAPL: 0.3 },
      policy: { kind: 'full' },
    })
    expect(trades(planned(inputs))).toEqual(['AAPL 1684'])
  })

  it('[PLAN-8] a full close sells exactly what is held, off the grid too', () => {
    const inputs = makeInputs({
      spot: { BTC: { price: '64000', lot: '0.001' } },
      cash: { USD: '1000' },
      held: { BTC: '0.123456789' },
      targets: { BTC: '0' },
      vols: { BTC: 0.5 },
      policy: { kind: 'full' },
    })
    expect(trades(planned(inputs))).toEqual(['BTC -0.123456789'])
  })
})

describe('a book that cannot pay for its trades', () => {
  it('[PLAN-9] is refused: after the cost there would be no equity to measure weights in', () => {
    const inputs = makeInputs({
      spot: { BTC: { price: '50000', lot: '0.001', short: true } },
      cash: { USD: '-99990' },
      held: { BTC: '2' },
      targets: { BTC: '0' },
      vols: { BTC: 0.5 },
      policy: { kind: 'full' },
    })
    // Selling 100,000 costs 60; the equity is 10.
    const result = plan(inputs)
    expect(result.ok ? [] : result.error.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'equity.not-positive equity must be above 0 after the cost of trading 60, was 10 before it',
    ])
  })
})
