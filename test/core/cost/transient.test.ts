import fc from 'fast-check'
import { Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import {
  blockSchedule,
  decayState,
  displacement,
  foldTrade,
  kernelSchedule,
  resilientSchedule,
  restingState,
  scheduleCost,
  toeplitz,
} from '../../../src/core/cost/transient.ts'
import { absent, codesOf, readJson, relativeGap, unwrap } from './reference.ts'

interface Oracles {
  readonly obizhaeva_wang: readonly {
    readonly X: number
    readonly T: number
    readonly rho: number
    readonly first_block: number
    readonly rate: number
    readonly last_block: number
  }[]
  readonly transient_exp_kernel: {
    readonly rho: number
    readonly N: number
    readonly xi_closed_form: readonly number[]
    readonly cost: number
    readonly twap_cost: number
  }
  readonly 'transient_power_kernel_(1+10t)^-g': readonly {
    readonly gamma: number
    readonly N: number
    readonly xi: readonly number[]
    readonly cost: number
  }[]
}
const oracles = (): Oracles => readJson<Oracles>('micro/closed_form_oracles.json')
const lags = (count: number, kernel: (lag: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => kernel(k))

describe('optimal schedules', () => {
  test.skipIf(absent)('[COST-13] the published blocks and rates in continuous time', () => {
    const published = oracles().obizhaeva_wang
    expect(published).toHaveLength(3)
    for (const { X, T, rho, first_block, rate, last_block } of published) {
      const found = unwrap(blockSchedule({ quantity: X, duration: T, decay: rho }))
      expect(relativeGap(found.block, first_block)).toBeLessThan(1e-14)
      expect(relativeGap(found.block, last_block)).toBeLessThan(1e-14)
      expect(relativeGap(found.rate, rate)).toBeLessThan(1e-14)
      expect(relativeGap(2 * found.block + found.rate * T, X)).toBeLessThan(1e-14)
    }
  })

  test.skipIf(absent)(
    '[COST-13] the published discrete schedule, in closed form and from the kernel, and what an even one costs',
    () => {
      const { rho, N, xi_closed_form, cost, twap_cost } = oracles().transient_exp_kernel
      const kernel = lags(N + 1, (k) => Math.exp((-rho * k) / N))
      for (const found of [
        unwrap(resilientSchedule({ quantity: 1, duration: 1, decay: rho }, N)),
        unwrap(kernelSchedule(kernel, 1)),
      ]) {
        xi_closed_form.forEach((trade, k) => {
          expect(Math.abs(found.trades[k]! - trade)).toBeLessThan(1e-14)
        })
        expect(relativeGap(found.cost, cost)).toBeLessThan(1e-13)
        expect(relativeGap(scheduleCost(kernel, found.trades), cost)).toBeLessThan(1e-13)
      }
      expect(relativeGap(scheduleCost(kernel, new Float64Array(N + 1).fill(1 / (N + 1))), twap_cost)).toBeLessThan(
        1e-13,
      )
    },
  )

  test.skipIf(absent)('[COST-14] the published schedules of power-law kernels', () => {
    const published = oracles()['transient_power_kernel_(1+10t)^-g']
    expect(published).toHaveLength(2)
    for (const { gamma, N, xi, cost } of published) {
      const found = unwrap(
        kernelSchedule(
          lags(N + 1, (k) => (1 + (10 * k) / N) ** -gamma),
          1,
        ),
      )
      xi.forEach((trade, k) => {
        expect(Math.abs(found.trades[k]! - trade)).toBeLessThan(1e-12)
      })
      expect(relativeGap(found.cost, cost)).toBeLessThan(1e-12)
    }
  })

  const orders = fc.record({
    quantity: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    duration: fc.double({ min: 0.1, max: 10, noNaN: true }),
    decay: fc.double({ min: 0.05, max: 20, noNaN: true }),
  })
  test('[COST-13] closed form and linear system agree; no other schedule is cheaper; sides and units do not matter', () => {
    fc.assert(
      fc.property(
        orders,
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 31, maxLength: 31 }),
        (order, n, noise) => {
          const found = unwrap(resilientSchedule(order, n))
          const kernel = lags(n + 1, (k) => Math.exp((-order.decay * order.duration * k) / n))
          const oracle = solve(
            Matrix.from1DArray(n + 1, n + 1, [...toeplitz(kernel)]),
            Matrix.columnVector(new Array(n + 1).fill(1)),
          ).to1DArray()
          const total = oracle.reduce((a, b) => a + b, 0)
          found.trades.forEach((trade, k) => {
            expect(Math.abs(trade / order.quantity - oracle[k]! / total)).toBeLessThan(1e-9)
          })
          expect(relativeGap(found.cost, scheduleCost(kernel, found.trades))).toBeLessThan(1e-11)
          const mean = noise.slice(0, n + 1).reduce((a, b) => a + b, 0) / (n + 1)
          const other = found.trades.map((trade, k) => trade + 0.1 * order.quantity * (noise[k]! - mean))
          expect(scheduleCost(kernel, other)).toBeGreaterThanOrEqual(found.cost * (1 - 1e-12))
          const mirrored = unwrap(resilientSchedule({ ...order, quantity: -order.quantity }, n))
          expect(mirrored.cost).toBe(found.cost)
          expect([...mirrored.trades]).toEqual([...found.trades.map((trade) => -trade)])
          const scaled = unwrap(
            resilientSchedule({ quantity: order.quantity, duration: order.duration * 4, decay: order.decay / 4 }, n),
          )
          expect([...scaled.trades]).toEqual([...found.trades])
        },
      ),
      { seed: 10, numRuns: 150 },
    )
  })

  test('[COST-14] a kernel some round trip would earn on, one that rewards pushing the price, and nonsense are refused', () => {
    expect(codesOf(kernelSchedule(Float64Array.of(1, 1, 1), 1))).toEqual(['cost.kernel'])
    expect(codesOf(kernelSchedule(Float64Array.of(0.1, 1, 0), 1))).toEqual(['cost.kernel'])
    // Concave at the start (a Gaussian): positive definite, but its optimum buys and sells in turn.
    expect(
      codesOf(
        kernelSchedule(
          lags(8, (k) => Math.exp(-((k / 4) ** 2))),
          1,
        ),
      ),
    ).toEqual(['cost.kernel'])
    expect(codesOf(kernelSchedule(new Float64Array(0), 1))).toEqual(['cost.range'])
    expect(codesOf(resilientSchedule({ quantity: Number.NaN, duration: 0, decay: -1 }, 0.5))).toEqual(
      new Array(4).fill('cost.range'),
    )
    expect(codesOf(blockSchedule({ quantity: 1, duration: 1, decay: 0 }))).toEqual(['cost.range'])
  })
})

describe('transient state', () => {
  const kernel = { weight: Float64Array.of(0.5, 0.3, 0.2), decayMs: Float64Array.of(1e3, 6e4, 3.6e6) }
  const histories = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 5_000_000 }),
      quantity: fc.double({ min: -10, max: 10, noNaN: true }),
    }),
    { minLength: 1, maxLength: 30 },
  )

  test('[COST-15] folding trades one by one, or in two runs, gives the bits of one run, and the sum over the kernel', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, cut) => {
        let at = 0
        const trades = history.map(({ wait, quantity }) => {
          at += wait
          return { at, quantity }
        })
        const fold = (from: ReturnType<typeof restingState>, part: typeof trades) =>
          part.reduce((state, trade) => foldTrade(kernel, state, trade), from)
        const whole = fold(restingState(kernel, 0), trades)
        const middle = cut % trades.length
        const first = JSON.parse(
          JSON.stringify([...fold(restingState(kernel, 0), trades.slice(0, middle)).term]),
        ) as number[]
        const resumed = { term: Float64Array.from(first), at: middle === 0 ? 0 : trades[middle - 1]!.at }
        expect([...fold(resumed, trades.slice(middle)).term]).toEqual([...whole.term])
        const direct = trades.reduce((sum, trade) => {
          const weights = kernel.weight.map((weight, k) => weight * Math.exp(-(at - trade.at) / kernel.decayMs[k]!))
          return sum + trade.quantity * weights.reduce((a, b) => a + b, 0)
        }, 0)
        expect(Math.abs(displacement(kernel, whole) - direct)).toBeLessThan(1e-11)
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  test('[COST-15] rest decays to 1/e in decayMs and needs time to run forwards', () => {
    const single = { weight: Float64Array.of(2), decayMs: Float64Array.of(1000) }
    const hit = foldTrade(single, restingState(single, 0), { at: 0, quantity: 3 })
    expect(displacement(single, hit)).toBe(6)
    expect(displacement(single, decayState(single, hit, 1000))).toBeCloseTo(6 / Math.E, 14)
    expect(() => decayState(single, hit, -1)).toThrow('backwards')
  })
})
