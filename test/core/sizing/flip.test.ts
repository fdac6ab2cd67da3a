import { describe, expect, it } from 'vitest'
import { findFlips, movePrice } from '../../../src/core/sizing/flip.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { goldenOne, r, weightBand } from './book.ts'

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const tradesAfter = (inputs: PlanInputs, underlying: string, move: number): string[] => {
  const { universe } = inputs.mandate
  const market = movePrice(inputs.market, universe, universe.underlyings.indexOf(underlying), move)
  return planned({ ...inputs, market })
    .legs.map(({ side, instrument }) => `${side} ${instrument}`)
    .sort()
}

describe('what would change the answer', () => {
  it.each([
    ['weight band', goldenOne(weightBand('0.1'))],
    ['risk cap', goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.07') })],
    [
      'cost-aware',
      goldenOne({ kind: 'costAware', knob: { kind: 'aversion', aversion: r('0.3') }, intervalMs: 3_600_000 }),
    ],
  ])('[FLIP-1] %s: just before a flip the trades are the plan’s, from it on they are others', (_, inputs) => {
    const now = planned(inputs)
    const trades = now.legs.map(({ side, instrument }) => `${side} ${instrument}`).sort()
    const flips = findFlips(inputs, now, 0.5)
    expect(flips.length).toBeGreaterThan(0)
    for (const { underlying, move, trades: other } of flips) {
      expect(tradesAfter(inputs, underlying, move * (1 - 1e-4))).toEqual(trades)
      expect(tradesAfter(inputs, underlying, move)).toEqual(other)
      expect(other).not.toEqual(trades)
    }
    expect(flips.map(({ move }) => Math.abs(move))).toEqual(
      flips.map(({ move }) => Math.abs(move)).sort((a, b) => a - b),
    )
  })

  it('[FLIP-2] a weight band flips where what is outside it is no order any more, by hand', () => {
    const inputs = goldenOne(weightBand('0.1'))
    const down = findFlips(inputs, planned(inputs), 0.5).find(
      ({ underlying, move }) => underlying === 'BTC' && move < 0,
    )
    // What is to be sold is 70,000(1+m) − .6·(100,000 + 70,000m); below 5 it is no order any more, so m = −9,995/28,000.
    expect(down!.move).toBeCloseTo(-9_995 / 28_000, 4)
    expect(down!.trades).toEqual([])
  })

  it('[FLIP-3] nothing within reach, no flip', () => {
    const inputs = goldenOne(weightBand('0.9'))
    expect(findFlips(inputs, planned(inputs), 0.01)).toEqual([])
  })
})
