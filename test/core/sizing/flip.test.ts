import { describe, expect, it } from 'vitest'
import { type Flip, findFlips } from '../../../src/core/sizing/flip.ts'
import { moveCost, moveLimit, movePrice } from '../../../src/core/sizing/flip-moves.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { type BookTerms, goldenOne, makeInputs, r, weightBand } from './book.ts'

const REACH = 0.5
const costAware = (aversion: string): Policy => ({
  kind: 'costAware',
  knob: { kind: 'aversion', aversion: r(aversion) },
  intervalMs: 3_600_000,
})
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
const tradesOf = (sizePlan: SizePlan): string[] =>
  sizePlan.legs.map(({ side, instrument }) => `${side} ${instrument}`).sort()
const flipsOf = <K extends Flip['kind']>(inputs: PlanInputs, kind: K): Extract<Flip, { kind: K }>[] =>
  findFlips(inputs, planned(inputs), REACH).filter((flip): flip is Extract<Flip, { kind: K }> => flip.kind === kind)

/** The plan once the number of a flip stands at `part` of the way from where it is now. */
function plannedAt(inputs: PlanInputs, flip: Flip, part: number): SizePlan {
  const { universe } = inputs.mandate
  switch (flip.kind) {
    case 'price':
      return planned({
        ...inputs,
        market: movePrice(inputs.market, universe, universe.underlyings.indexOf(flip.underlying), flip.move * part),
      })
    case 'cost': {
      const j = universe.instruments.findIndex(({ id }) => id === flip.instrument)
      return planned(moveCost(inputs, j, part * (flip.cost - flip.now)))
    }
    case 'limit':
      return planned(moveLimit(inputs, flip, flip.now + part * (flip.value - flip.now))!)
  }
}
const JUST_BEFORE = 1 - 1e-3

/** One asset at 100, no least order and lots of nothing to speak of. */
const alone = (policy: Policy, changes: Partial<BookTerms> = {}): PlanInputs =>
  makeInputs({
    spot: { BTC: { price: '100', lot: '0.000000001' } },
    cash: { USD: '50000' },
    held: { BTC: '500' },
    targets: { BTC: '0.4' },
    vols: { BTC: 0.6 },
    policy,
    ...changes,
  })

describe('what would change the answer', () => {
  it.each([
    ['weight band', goldenOne(weightBand('0.1'))],
    ['risk cap', goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.07') })],
    ['cost-aware', goldenOne(costAware('0.3'))],
  ])(
    '[FLIP-1] %s: just before a flip of a price the trades are the plan’s, from it on they are others',
    (_, inputs) => {
      const trades = tradesOf(planned(inputs))
      const flips = flipsOf(inputs, 'price')
      expect(flips.length).toBeGreaterThan(0)
      for (const flip of flips) {
        expect(tradesOf(plannedAt(inputs, flip, 1 - 1e-4))).toEqual(trades)
        expect(tradesOf(plannedAt(inputs, flip, 1))).toEqual(flip.trades)
        expect(flip.trades).not.toEqual(trades)
      }
      expect(flips.map(({ move }) => Math.abs(move))).toEqual(
        flips.map(({ move }) => Math.abs(move)).sort((a, b) => a - b),
      )
    },
  )

  it('[FLIP-2] a weight band flips where what is outside it is no order any more, by hand', () => {
    const down = flipsOf(goldenOne(weightBand('0.1')), 'price').find(
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

  it.each([
    ['cost-aware', goldenOne(costAware('10'))],
    ['cost-aware, two left alone', goldenOne(costAware('10'), { held: { BTC: '0.9', ETH: '9.4' } })],
    ['cost-aware under a limit', goldenOne(costAware('10'), { limits: { turnoverMax: r('0.2') } })],
    ['risk cap', goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.07') })],
  ])(
    '[FLIP-4] %s: just before a flip of a cost the trades of its underlying are the plan’s, from it on they are others',
    (_, inputs) => {
      const ready = prepared(inputs)
      const own = (sizePlan: SizePlan, underlying: string): string[] =>
        sizePlan.legs.filter((leg) => leg.underlying === underlying).map((leg) => `${leg.side} ${leg.instrument}`)
      const flips = flipsOf(inputs, 'cost')
      expect(flips.length).toBeGreaterThan(0)
      for (const flip of flips) {
        const now = own(planned(inputs), flip.underlying)
        expect(flip.now).toBeCloseTo(0.0006, 12)
        expect(own(plannedAt(ready, flip, JUST_BEFORE), flip.underlying)).toEqual(now)
        expect(own(plannedAt(ready, flip, 1), flip.underlying)).not.toEqual(now)
        expect(tradesOf(plannedAt(ready, flip, 1))).toEqual(flip.trades)
      }
    },
  )

  it('[FLIP-5] what is left alone appears at a cost equal to its gain; one asset alone vanishes there', () => {
    // Three assets inside their no-trade region, least orders of nothing.
    const three = goldenOne(costAware('10'), {
      spot: Object.fromEntries(
        Object.entries({ BTC: '64000', ETH: '3200', SOL: '160' }).map(([id, price]) => [
          id,
          { price, lot: '0.000000000001' },
        ]),
      ),
      held: { BTC: '0.79', ETH: '9.375', SOL: '62.5' },
      cash: { USD: '9440' },
    })
    const lines = planned(three).lines
    const appear = flipsOf(three, 'cost')
    expect(appear.length).toBe(3)
    for (const { underlying, cost } of appear) {
      const reason = lines.find((line) => line.underlying === underlying)!.because[0]!
      expect(reason.kind).toBe('notWorthItsCost')
      if (reason.kind === 'notWorthItsCost') expect(cost / reason.gain).toBeCloseTo(1, 3)
    }
    const one = alone(costAware('10'))
    const reason = planned(one).lines[0]!.because[0]!
    const [vanishes] = flipsOf(one, 'cost')
    expect(vanishes!.trades).toEqual([])
    // M|d|, whatever the cost of this trade.
    if (reason.kind !== 'worthItsCost') throw new Error(reason.kind)
    expect(vanishes!.cost / reason.gain).toBeCloseTo(1, 3)
  })

  it('[FLIP-5] the dearer of two instruments is traded once it costs as little as the other', () => {
    const perp = { ...alone(costAware('10')).mandate.universe.instruments[0]!, kind: 'perp', id: 'BTC-PERP' } as const
    const inputs = alone(costAware('10'), {
      contracts: [{ ...perp, contract: 'linear', fee: { ...perp.fee, taker: 200_000_000_000_000n as never } }],
      contractPrices: { 'BTC-PERP': '100' },
    })
    const flips = flipsOf(inputs, 'cost')
    expect(tradesOf(planned(inputs))).toEqual(['sell BTC-PERP'])
    // Perp 2 bp and half of 2 bp; spot 5 bp and the same.
    expect(
      flips.map(({ instrument, now, cost }) => [instrument, (1e4 * now).toFixed(1), (1e4 * cost).toFixed(1)]),
    ).toEqual([
      ['BTC-PERP', '3.0', '6.0'],
      ['BTC', '6.0', '3.0'],
    ])
  })

  it('[FLIP-6] a limit frees the plan at what it would use, and costs it a trade where one has no room left', () => {
    const limited = goldenOne(costAware('10'), { limits: { turnoverMax: r('0.2') } })
    const free = planned(goldenOne(costAware('10')))
    const [frees, drops, ...others] = flipsOf(limited, 'limit')
    expect(others).toEqual([])
    expect(frees).toMatchObject({
      limit: 'turnover',
      name: null,
      now: 0.2,
      effect: 'free',
      trades: tradesOf(free),
    })
    expect(frees!.value).toBeCloseTo(
      free.lines.reduce((sum, line) => sum + Math.abs(line.wanted), 0),
      4,
    )
    expect(drops).toMatchObject({ limit: 'turnover', effect: 'trades' })
    expect(tradesOf(plannedAt(limited, drops!, JUST_BEFORE))).toEqual(tradesOf(planned(limited)))
    expect(tradesOf(plannedAt(limited, drops!, 1))).toEqual(drops!.trades)
    expect(drops!.trades).not.toEqual(tradesOf(planned(limited)))
  })

  it('[FLIP-6] a limit that each underlying has its own value of names whose', () => {
    // SOL may not be traded, so ETH would be bought beyond its target to stand in for it.
    const frozen = new Uint8Array([0, 0, 1])
    const free = planned(goldenOne(costAware('10'), { limits: { frozen } }))
    const inputs = goldenOne(costAware('10'), { limits: { frozen, weightMax: [null, r('0.301'), null] } })
    const [frees] = flipsOf(inputs, 'limit')
    expect(frees).toMatchObject({ limit: 'weightMax', name: 'ETH', now: 0.301, effect: 'free' })
    expect(frees!.value).toBeCloseTo(0.2 + free.lines[1]!.wanted, 4)
  })

  it('[FLIP-6] cash frees the plan where its trades are paid for, and leaves nothing where there is none to spend, by hand', () => {
    const inputs = goldenOne(
      { kind: 'full' },
      { targets: { BTC: '0.7', ETH: '0.3', SOL: '0' }, limits: { cashMin: r('0.05') } },
    )
    const [frees, drops] = flipsOf(inputs, 'limit')
    // 10 % of equity and 6 bp of that are spent; at 10 % of cash nothing may be, nor less than the least order of 5.
    expect(frees!.value).toBeCloseTo(-0.00006, 5)
    expect(drops!.value).toBeCloseTo(0.1 - 0.00005 * 1.0006, 5)
    expect(drops!.trades).toEqual([])
  })

  it('[FLIP-7] flips are those of a few hundred plans, the same every time, and none where there is no plan', () => {
    const inputs = goldenOne(costAware('10'), { limits: { turnoverMax: r('0.2') } })
    expect(findFlips(inputs, planned(inputs), REACH)).toEqual(findFlips(inputs, planned(inputs), REACH))
    const broken = goldenOne(costAware('0'))
    expect(findFlips(broken, planned(inputs), REACH)).toEqual([])
  })
})
