/** Stages of `plan()` that were made fast, against the clear way to say the same. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  RATIO_ZERO,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioOf,
  ratioToNumber,
} from '../../../src/core/base/ratio.ts'
import { unitDelta } from '../../../src/core/domain/valuation.ts'
import { makeDecision } from '../../../src/core/sizing/decision.ts'
import { measureImbalance } from '../../../src/core/sizing/imbalance.ts'
import { limitRows } from '../../../src/core/sizing/limit-rows.ts'
import { measureRow } from '../../../src/core/sizing/limits.ts'
import { optimise } from '../../../src/core/sizing/optimum.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { prepare } from '../../../src/core/sizing/prepare.ts'
import { value } from '../../../src/core/sizing/value.ts'
import { costRate, unwrap } from '../cost/reference.ts'
import { goldenOne, r } from './book.ts'

const RUNS = { seed: 20_260_301, numRuns: 300 }
const weight = fc.oneof(fc.constant(0), fc.double({ min: -2, max: 2, noNaN: true }))

describe('stage oracle', () => {
  test('tracking error and its parts, to the last bit, for odd and even numbers of underlyings', () => {
    const column = (n: number) => fc.array(weight, { minLength: n, maxLength: n })
    const drawn = fc.integer({ min: 1, max: 7 }).chain((n) => fc.tuple(column(n), column(n), column(n * n)))
    fc.assert(
      fc.property(drawn, ([held, aim, cells]) => {
        const n = held.length
        const covariance = Float64Array.from(cells)
        const parts = (x: readonly number[]): { total: number; parts: number[] } => {
          const raw = x.map((each, i) => each * x.reduce((sum, other, j) => sum + covariance[i * n + j]! * other, 0))
          const square = raw.reduce((sum, part, i) => (x[i] === 0 ? sum : sum + part), 0)
          const total = square > 0 ? Math.sqrt(square) : 0
          return { total, parts: raw.map((part, i) => (x[i] === 0 || total === 0 ? 0 : part / total)) }
        }
        const risk = { asOf: 0, vol: new Float64Array(n), covariance, notes: [] }
        const measured = measureImbalance(Float64Array.from(held), Float64Array.from(aim), risk)
        const deviation = parts(held.map((each, i) => each - aim[i]!))
        const holding = parts(held)
        expect(measured.trackingError).toBe(deviation.total)
        expect(Array.from(measured.risk)).toEqual(deviation.parts)
        expect(measured.volatilityOfBook).toBe(holding.total)
        expect(Array.from(measured.riskContribution)).toEqual(holding.parts)
      }),
      RUNS,
    )
  })

  test('equity is the sum of what every position and balance is worth at its rate', () => {
    const amount = fc.integer({ min: 0, max: 1e9 }).map((k) => (k / 1e5).toFixed(5))
    fc.assert(
      fc.property(amount, amount, amount, amount, (btc, eth, usd, usdt) => {
        const inputs = goldenOne(
          { kind: 'full' },
          { held: { BTC: btc, ETH: eth }, cash: { USD: usd, USDT: usdt }, rates: { USDT: '0.9991' } },
        )
        const { mandate, market, portfolio } = inputs
        const positions = mandate.universe.instruments.map((instrument, j) =>
          ratioMultiply(
            ratioOf(portfolio.quantity[j]!),
            unitDelta(instrument, market.price[j]!, market.rate[mandate.universe.quoteOf[j]!]!),
          ),
        )
        const balances = portfolio.cash.map((each, c) => ratioMultiply(ratioOf(each), ratioOf(market.rate[c]!)))
        const expected = [...positions, ...balances].reduce(ratioAdd, RATIO_ZERO)
        const valued = value(inputs)
        if (!valued.ok) expect(expected.n).toBe(0n)
        else {
          expect(ratioCompare(valued.value.equityExact, expected)).toBe(0)
          valued.value.unitWeight.forEach((each, j) => {
            expect(each).toBe(Number(inputs.market.price[j]! / 10n ** 18n) / ratioToNumber(expected))
          })
        }
      }),
      RUNS,
    )
  })

  test('rows kept with a universe are those of the mandate that asks', () => {
    const of = (grossMax: string, cashMin: string) => {
      const inputs = goldenOne({ kind: 'full' }, { limits: { grossMax: r(grossMax), cashMin: r(cashMin) } })
      return { inputs, valued: value(inputs) }
    }
    const first = of('1', '0')
    if (!first.valued.ok) throw new Error('golden no. 1 has equity')
    const held = first.valued.value
    for (const [grossMax, cashMin] of [
      ['1', '0'],
      ['2', '0.05'],
      ['1', '0'],
    ] as const) {
      const { constraints } = of(grossMax, cashMin).inputs.mandate
      const mandate = { ...first.inputs.mandate, constraints }
      const rows = limitRows({ ...first.inputs, mandate }, held)
      expect(rows.map(({ limit }) => limit)).toEqual(['gross', 'cash', 'cash'])
      const traded = Float64Array.from([0.01, -0.02, 0.03])
      const { instruments } = mandate.universe
      const cost = traded.reduce((sum, t, j) => sum + Math.abs(t) * costRate(instruments[j]!), 0)
      const gross = held.weight.reduce((sum, w, u) => sum + Math.abs(w + traded[u]!), 0)
      expect(rows[0]!.bound).toBe(Number(grossMax))
      expect(measureRow(mandate.universe, rows[0]!, traded)).toBeCloseTo(gross, 14)
      expect(rows[1]!.bound).toBe(-Number(cashMin))
      for (const row of rows.slice(1))
        expect(measureRow(mandate.universe, row, traded)).toBeCloseTo(0.02 + cost - 0.1, 14)
    }
  })

  test('an optimum is the same in fresh working memory and in memory that other books have used', () => {
    const policy = {
      kind: 'costAware',
      knob: { kind: 'aversion', aversion: r('20') },
      intervalMs: 86_400_000,
    } as const
    const prepared = prepare(goldenOne(policy))
    if (!prepared.ok) throw new Error('golden no. 1 has a curvature')
    const used = prepared.value
    const valued = value(used)
    if (!valued.ok) throw new Error('golden no. 1 has equity')
    const held = valued.value
    fc.assert(
      fc.property(fc.tuple(weight, weight, weight), (deviation) => {
        const fresh = { ...used, curvature: { ...used.curvature! } }
        const solveAt = (inputs: PlanInputs, more: number): Float64Array =>
          unwrap(
            optimise(
              inputs,
              makeDecision(
                inputs,
                held,
                Float64Array.from(deviation, (each) => each + more),
              ),
            ),
          )
        const ours = solveAt(used, 0)
        const kept = Array.from(ours)
        solveAt(used, 1)
        expect(Array.from(ours)).toEqual(kept)
        expect(kept).toEqual(Array.from(solveAt(fresh, 0)))
      }),
      RUNS,
    )
  })
})
