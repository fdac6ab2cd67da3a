/** Whole lots for all trades together: what one leaves another takes up, and nothing goes past what it may. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, decimal, multiply, roundTo, subtract, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { ratioMultiply, ratioOf, ratioRoundTo } from '../../../src/core/base/ratio.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { type BookTerms, makeInputs, priced, r } from './book.ts'

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const trades = (sizePlan: SizePlan): string[] => sizePlan.legs.map((leg) => `${leg.instrument} ${toText(leg.quantity)}`)
const kinds = (sizePlan: SizePlan, u: number): string[] => sizePlan.lines[u]!.because.map(({ kind }) => kind)
const aware = (aversion: string): Policy => ({
  kind: 'costAware',
  knob: { kind: 'aversion', aversion: r(aversion) },
  intervalMs: 3_600_000,
})

/** AAA in lots of 10 % of equity, BBB in lots of .1 %; volatility 50 % each; no cost. */
const pair = (changes: Partial<BookTerms> & Pick<BookTerms, 'targets' | 'held'>): PlanInputs =>
  makeInputs({
    spot: {
      AAA: { price: '10000', lot: '1', fee: '0', spread: '0' },
      BBB: { price: '100', lot: '1', fee: '0', spread: '0' },
    },
    cash: { USD: '100000' },
    vols: { AAA: 0.5, BBB: 0.5 },
    correlation: () => 0.9,
    policy: { kind: 'full' },
    ...changes,
  })

describe('trades rounded together', () => {
  it('[ROUND-1] what coarse lots leave, fine lots make up for: a hedge is sold for as much as is bought', () => {
    // Equity 200,000: buy 7 % of AAA, which is 1.4 lots, and sell 10 % of BBB, which are 200.
    const sizePlan = planned(pair({ held: { BBB: '1000' }, targets: { AAA: '0.07', BBB: '0.4' } }))
    // .4 lots of AAA are missing, 4,000 USD, of which BBB keeps nine tenths.
    expect(trades(sizePlan)).toEqual(['BBB -164', 'AAA 1'])
    expect(kinds(sizePlan, 1)).toContain('roundedTogether')
    expect(sizePlan.rounding.proven).toBe(true)
  })

  it('[ROUND-1] where a hedge is too small to be sold, what it hedges is hardly bought', () => {
    const inputs = pair({
      spot: {
        AAA: { price: '10000', lot: '0.001', fee: '0', spread: '0' },
        BBB: { price: '100', lot: '1', min: '30000', fee: '0', spread: '0' },
      },
      held: { BBB: '1000' },
      targets: { AAA: '0.1', BBB: '0.4' },
    })
    const sizePlan = planned(inputs)
    // Without the sale of 10 % of BBB, all but a tenth of the AAA would only add risk.
    expect(trades(sizePlan)).toEqual(['AAA 0.2'])
    const [, reason] = sizePlan.lines[0]!.because
    expect(reason).toMatchObject({ kind: 'roundedTogether', alone: decimal('2'), quantity: decimal('0.2') })
    expect(kinds(sizePlan, 1)).toContain('belowMinimum')
  })

  it('[ROUND-1] no trade is an answer, where trades that remain would only add risk', () => {
    const inputs = pair({
      spot: {
        AAA: { price: '10000', lot: '2', fee: '0', spread: '0' },
        BBB: { price: '100', lot: '1', min: '30000', fee: '0', spread: '0' },
      },
      held: { BBB: '1000' },
      targets: { AAA: '0.1', BBB: '0.4' },
    })
    const sizePlan = planned(inputs)
    expect(trades(sizePlan)).toEqual([])
    expect(sizePlan.status).toBe('balanced')
    expect(kinds(sizePlan, 0)).toContain('roundedTogether')
  })

  it('[ROUND-1] what is to be closed is closed, and no hedge for the lots of others', () => {
    const sizePlan = planned(pair({ held: { BBB: '1000' }, targets: { AAA: '0.47', BBB: '0' } }))
    expect(trades(sizePlan)).toEqual(['BBB -1000', 'AAA 9'])
  })

  it('[ROUND-2] costAware goes to the nearest lot, beyond its optimum too', () => {
    const inputs = pair({
      spot: {
        AAA: { price: '10000', lot: '0.01', fee: '0.00001', spread: '0' },
        BBB: { price: '100', lot: '1', fee: '0.00001', spread: '0' },
      },
      held: { BBB: '1000' },
      targets: { AAA: '0.4999', BBB: '0.5' },
      correlation: () => 0,
      policy: aware('10'),
    })
    const [leg] = planned(inputs).legs
    expect(leg!.instrument).toBe('AAA')
    expect(leg!.traded).toBeGreaterThan(leg!.allowed)
    expect(leg!.traded - leg!.allowed).toBeLessThan(0.00025)
  })

  it('[ROUND-2] but never past a limit that is written down: 2.9e-26 of a lot below 1685 it stays at 1684', () => {
    const limit = '0.9974916597687306310770010284'
    const inputs = makeInputs({
      spot: { AAPL: { price: '66.5', lot: '1', short: true, fee: '0.000001', spread: '0' } },
      cash: { USD: '112302.5' },
      held: { AAPL: '-190' },
      targets: { AAPL: limit },
      vols: { AAPL: 0.3 },
      policy: aware('1000'),
    })
    expect(trades(planned(inputs))).toEqual(['AAPL 1685'])
    const { constraints } = inputs.mandate
    const limited = {
      ...inputs,
      mandate: { ...inputs.mandate, constraints: { ...constraints, weightMax: [{ value: r(limit), price: null }] } },
    }
    expect(trades(planned(limited))).toEqual(['AAPL 1684'])
  })

  it('[ROUND-3] a limit that rounding one trade would break takes lots off others, and says so', () => {
    const inputs = pair({
      spot: {
        AAA: { price: '10000', lot: '1', fee: '0', spread: '0' },
        BBB: { price: '100', lot: '1', fee: '0', spread: '0' },
      },
      cash: { USD: '0' },
      held: { AAA: '10' },
      targets: { AAA: '0.45', BBB: '0.55' },
      correlation: () => 0,
    })
    // 5.5 lots of AAA would pay for 550 of BBB; 5 pay for 500.
    const sizePlan = planned(inputs)
    expect(trades(sizePlan)).toEqual(['AAA -5', 'BBB 500'])
    expect(sizePlan.after.cash).toBe(0)
    expect(sizePlan.lines[1]!.because).toContainEqual({ kind: 'limitAfterRounding', limit: 'cash' })
  })

  it('[ROUND-3] of a limit of risk too: what coarse lots do not sell, fine lots do not buy', () => {
    // Equity 200,000, a lot of AAA 5 %, of BBB .05 %: sell 3.5 lots of AAA, buy 800 of BBB, .5·√(.275² + .4²) = .24271.
    const sizePlan = planned(
      pair({
        cash: { USD: '110000' },
        held: { AAA: '9' },
        targets: { AAA: '0.275', BBB: '0.4' },
        correlation: () => 0,
        limits: { volatilityMax: r('0.2428') },
      }),
    )
    // With 30 % AAA, BBB may be √(.4856² − .3²) = .38185, 763.7 lots.
    expect(trades(sizePlan)).toEqual(['AAA -3', 'BBB 763'])
    expect(sizePlan.lines[1]!.because).toContainEqual({ kind: 'limitAfterRounding', limit: 'volatility' })
  })

  const group = { name: 'both', members: [0, 1] }
  const day = { confidence: r('0.99'), horizonMs: 86_400_000, method: 'normal' } as const
  const far: readonly [string, (value: string) => BookTerms['limits']][] = [
    ['a group', (v) => ({ groups: [{ group, netMin: null, netMax: null, grossMax: priced(v, '1') }] })],
    ['leverage', (v) => ({ leverageMax: priced(v, '1') })],
    ['volatility', (v) => ({ volatilityMax: priced(v, '1') })],
    ['tracking error', (v) => ({ trackingErrorMax: priced(v, '1') })],
    ['value at risk', (v) => ({ tails: [{ ...day, measure: 'valueAtRisk', max: priced(v, '1') }] })],
  ]
  it.each(far)('[ROUND-7] a limit of %s that is far away leaves it at that', (_, limit) => {
    const book = { held: { BBB: '1000' }, targets: { AAA: '0.07', BBB: '0.4' } }
    for (const policy of [{ kind: 'full' } as const, aware('10')]) {
      const sizePlan = planned(pair({ ...book, policy, limits: limit('3')! }))
      expect(trades(sizePlan)).toEqual(['BBB -164', 'AAA 1'])
      expect(sizePlan.rounding.proven).toBe(true)
    }
  })

  it('[ROUND-7] under an expected shortfall over scenarios each is rounded alone, and nothing is called proven', () => {
    const tail = { ...day, method: 'historical', measure: 'expectedShortfall', max: priced('3', '1') } as const
    const scenarios = Array.from({ length: 400 }, (_, k) => [0.0001 * (k - 200), 0.0001 * (200 - k)])
    const book = pair({
      held: { BBB: '1000' },
      targets: { AAA: '0.07', BBB: '0.4' },
      limits: { tails: [tail] },
      scenarios,
    })
    const sizePlan = planned(book)
    expect(trades(sizePlan)).toEqual(['BBB -200', 'AAA 1'])
    expect(sizePlan.rounding.proven).toBe(false)
  })

  it('[ROUND-3] an order through 0 leaves nothing on the other side that could not be closed', () => {
    const inputs = makeInputs({
      spot: { BTC: { price: '50000', lot: '0.0001', min: '10', short: true } },
      cash: { USD: '50000' },
      held: { BTC: '1' },
      targets: { BTC: '-0.00005' },
      vols: { BTC: 0.5 },
      policy: { kind: 'full' },
    })
    const sizePlan = planned(inputs)
    expect(trades(sizePlan)).toEqual(['BTC -1'])
    expect(kinds(sizePlan, 0)).toContain('remainderUnsellable')
  })
})

describe('lots too fine for float64 to count', () => {
  const wei = (policy: Policy, fee: string): PlanInputs =>
    makeInputs({
      spot: {
        BTC: { price: '64000', lot: '0.001', fee, spread: '0' },
        ETH: { price: '3217.77', lot: '0.000000000000000001', fee, spread: '0' },
      },
      cash: { USD: '1000000' },
      targets: { BTC: '0.3', ETH: '0.377777777777777777777' },
      vols: { BTC: 0.55, ETH: 0.7 },
      correlation: () => 0.8,
      policy,
    })

  it('[ROUND-4] are rounded exactly: the target to the last of 10⁻¹⁸', () => {
    const weight = ratioMultiply(r('0.377777777777777777777'), ratioOf(decimal('1000000')))
    const exact = { n: weight.n * 100n, d: weight.d * 321_777n }
    const { legs } = planned(wei({ kind: 'full' }, '0'))
    const eth = legs.find(({ instrument }) => instrument === 'ETH')!
    // BTC is .5 of a lot short: ETH, which is bought too, has nothing to give for that.
    expect(toText(eth.quantity)).toBe(toText(ratioRoundTo(exact, decimal('0.000000000000000001'), 'down')))
  })

  it('[ROUND-4] move by many lots at once where the others leave something', () => {
    const [full, optimum] = [planned(wei({ kind: 'full' }, '0')), planned(wei(aware('1000'), '0.00001'))]
    expect(full.legs).toHaveLength(2)
    const eth = optimum.legs.find(({ instrument }) => instrument === 'ETH')!
    expect(Math.abs(eth.traded - eth.allowed)).toBeGreaterThan(1e-6)
  })
})

describe('what rounding leaves', () => {
  it('[ROUND-5] is one figure of the plan, in tracking error, and a weight of every line', () => {
    const sizePlan = planned(pair({ held: { BBB: '1000' }, targets: { AAA: '0.07', BBB: '0.4' } }))
    // After full all that is left is what lots leave: −2 % of AAA, +1.8 % of BBB.
    const left = Math.sqrt(0.25 * (0.02 ** 2 + 0.018 ** 2 - 2 * 0.9 * 0.02 * 0.018))
    expect(sizePlan.rounding.trackingError).toBeCloseTo(left, 12)
    expect(sizePlan.rounding.trackingError).toBeCloseTo(sizePlan.after.imbalance.trackingError, 12)
    const leftover = sizePlan.lines.map(({ because }) => {
      const reason = because.find(({ kind }) => kind === 'lot' || kind === 'roundedTogether')
      return reason?.kind === 'lot' || reason?.kind === 'roundedTogether' ? reason.leftover.toFixed(6) : null
    })
    expect(leftover).toEqual(['0.020000', '-0.018000'])
  })

  it('[ROUND-6] is carried: the next plan sees it, and does not trade it to and fro', () => {
    const names = ['AAA', 'BBB', 'CCC']
    // From a place on the grid every other is a choice, whatever is held.
    const onGrid = (quantity: number, lot: string): string =>
      toText(roundTo(decimal(String(quantity)), decimal(lot), 'down'))
    const weights = fc.array(fc.integer({ min: 20, max: 350 }), { minLength: 3, maxLength: 3 })
    const text = (list: readonly number[], scale: number): Record<string, string> =>
      Object.fromEntries(names.map((name, i) => [name, String((list[i]! * scale) / 1000)]))
    fc.assert(
      fc.property(
        weights,
        weights,
        fc.array(fc.constantFrom('0.01', '1', '7', '40'), { minLength: 3, maxLength: 3 }),
        fc.constantFrom<Policy>({ kind: 'full' }, aware('30'), aware('3000')),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        (held, targets, lots, policy, rho) => {
          const fee = policy.kind === 'full' ? '0' : '0.0002'
          const inputs = makeInputs({
            spot: Object.fromEntries(names.map((name, i) => [name, { price: '100', lot: lots[i]!, fee, spread: '0' }])),
            cash: { USD: '100000' },
            held: Object.fromEntries(names.map((name, i) => [name, onGrid(held[i]!, lots[i]!)])),
            targets: text(targets, 0.9),
            vols: { AAA: 0.4, BBB: 0.6, CCC: 0.9 },
            correlation: () => rho,
            policy,
          })
          const first = planned(inputs)
          const second = planned(traded(inputs, first))
          expect(second.legs.map(({ instrument }) => instrument)).toEqual([])
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })
})

/** The book once the legs have filled at the mark; what they cost is left out, so that equity and every weight stay. */
function traded(inputs: PlanInputs, { legs }: SizePlan): PlanInputs {
  const { portfolio, mandate, market } = inputs
  const quantity = mandate.universe.instruments.map(({ id }, j) => {
    const leg = legs.find(({ instrument }) => instrument === id)
    return add(portfolio.quantity[j]!, leg === undefined ? ZERO : leg.quantity)
  })
  const paid = legs.reduce((sum, leg) => {
    const j = mandate.universe.instruments.findIndex(({ id }) => id === leg.instrument)
    return add(sum, multiply(leg.quantity, market.price[j]!, 'halfEven'))
  }, ZERO)
  return { ...inputs, portfolio: { ...portfolio, quantity, cash: [subtract(portfolio.cash[0]!, paid)] } }
}
