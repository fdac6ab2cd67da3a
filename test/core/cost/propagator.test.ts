import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import {
  accumulate,
  fitPair,
  fitPairChanges,
  fitPropagator,
  integrate,
  measureResponse,
  propagate,
  propagateChanges,
  propagatePair,
} from '../../../src/core/cost/propagator.ts'
import { toeplitz } from '../../../src/core/cost/transient.ts'
import { absent, codesOf, readJson, unwrap } from './reference.ts'

type Vector = { readonly fn: string } & Readonly<Record<string, readonly number[]>>
const column = (values: readonly number[]): Float64Array => Float64Array.from(values)
const near = (found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void => {
  expect(found.length).toBe(expected.length)
  expected.forEach((each, k) => {
    expect(Math.abs(found[k]! - each)).toBeLessThan(tolerance)
  })
}
/** Responses are published at the lags −L … L. */
const fromLagZero = (values: readonly number[], count: number): Float64Array =>
  column(values.slice(Math.floor(values.length / 2), Math.floor(values.length / 2) + count))

const CHECKS: Readonly<Record<string, (vector: Vector) => void>> = {
  integrate: (v) => near(integrate(column(v.in!)), v.out!),
  propagate: (v) => near(propagate(column(v.s!), column(v.G!)), v.out!),
  tim1: (v) => near(propagate(column(v.s!), column(v.G!)), v.out!),
  response: (v) => {
    const found = measureResponse([{ returns: column(v.r!), signs: column(v.s!) }], 2)
    near(found.lags, v.lags!)
    near(found.differential, v.S!)
    near(found.bare, v.R!)
  },
  response_grouped: (v) => {
    const pick = (date: number, values: readonly number[]) => column(values.filter((_, k) => v.date![k] === date))
    const groups = [0, 1].map((date) => ({ returns: pick(date, v.r!), signs: pick(date, v.s!) }))
    const found = measureResponse(groups, 2)
    near(found.differential, v.S!)
    near(found.bare, v.R!)
  },
  calibrate_tim1: (v) => {
    const count = Number(v.maxlag)
    near(unwrap(fitPropagator(column(v.C!), fromLagZero(v.S!, count))), v.g!)
  },
  tim2: (v) => {
    const kernels = { still: column(v.G_n!), moving: column(v.G_c!) }
    near(propagatePair(column(v.s!), Uint8Array.from(v.c!, Number), kernels), v.out!)
  },
  calibrate_tim2: (v) => {
    const count = Number(v.maxlag)
    const found = unwrap(
      fitPair({
        stillStill: toeplitz(column(v.nncorr!)),
        stillMoving: toeplitz(column(v.cncorr!)),
        movingMoving: toeplitz(column(v.cccorr!)),
        stillResponse: fromLagZero(v.Sln!, count),
        movingResponse: fromLagZero(v.Slc!, count),
      }),
    )
    near(found.still, v.gn!)
    near(found.moving, v.gc!)
  },
  hdim2: (v) => {
    const kernels = { still: column(v.k_n!), moving: column(v.k_c!) }
    near(propagateChanges(column(v.s!), Uint8Array.from(v.c!, Number), kernels), v.out!)
  },
  calibrate_hdim2: () => {
    type Data = Readonly<Record<'Cnnc' | 'Ccnc' | 'Cccc', readonly (readonly number[])[]>> &
      Readonly<Record<'Sn' | 'Sc' | 'kn' | 'kc', readonly number[]>> & { readonly maxlag: number }
    const data = readJson<Data>('micro/priceprop/hdim2_test.json')
    const found = unwrap(
      fitPairChanges({
        stillStill: column(data.Cnnc.flat()),
        stillMoving: column(data.Ccnc.flat()),
        movingMoving: column(data.Cccc.flat()),
        stillResponse: fromLagZero(data.Sn, data.maxlag),
        movingResponse: fromLagZero(data.Sc, data.maxlag),
      }),
    )
    for (const [kernel, expected] of [[found.still, data.kn] as const, [found.moving, data.kc] as const])
      expected.forEach((each, k) => {
        expect(Math.abs(kernel[k]! - each)).toBeLessThan(0.01 + 0.01 * Math.abs(each))
      })
  },
}

describe('propagator', () => {
  test.skipIf(absent)('[COST-16] every published vector', () => {
    const { vectors } = readJson<{ vectors: readonly Vector[] }>('micro/priceprop/vectors.json')
    expect(vectors.map(({ fn }) => fn).sort()).toEqual(Object.keys(CHECKS).sort())
    for (const vector of vectors) CHECKS[vector.fn]!(vector)
  })

  test('[COST-16] a kernel is found again from the exact covariance of signs and their response', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (memory, power, n) => {
          const covariance = Float64Array.from({ length: n }, (_, k) => memory ** k)
          const kernel = Float64Array.from({ length: n }, (_, k) => (k === 0 ? 1 : (k + 1) ** -power - k ** -power))
          const matrix = toeplitz(covariance)
          const response = kernel.map((_, i) => kernel.reduce((sum, g, j) => sum + matrix[i * n + j]! * g, 0))
          near(unwrap(fitPropagator(covariance, response)), [...kernel], 1e-9)
          near(
            accumulate(kernel),
            [...kernel].map((_, k) => (k + 1) ** -power),
            1e-12,
          )
        },
      ),
      { seed: 12, numRuns: 100 },
    )
  })

  test('[COST-16] a kernel is found again from simulated trades', () => {
    const random = makeRandom('propagator')
    const n = 40_000
    const signs = new Float64Array(n)
    signs[0] = 1
    for (let t = 1; t < n; t++) signs[t] = random.uniform() < 0.75 ? signs[t - 1]! : -signs[t - 1]!
    const kernel = Float64Array.of(1, -0.3, -0.15, -0.05)
    const returns = propagate(signs, kernel).map((each) => each + 0.5 * random.normal())
    const response = measureResponse([{ returns, signs }], 8)
    const covariance = measureResponse([{ returns: signs, signs }], 8).differential.slice(8)
    const found = unwrap(fitPropagator(covariance, response.differential.slice(8)))
    near(found, [1, -0.3, -0.15, -0.05, 0, 0, 0, 0, 0], 0.02)
  })

  test('[COST-16] with its lag 0 given, a pair of kernels solves every other row of the system', () => {
    const blocks = { stillStill: Float64Array.of(2, 0.3, 0.3, 2), stillMoving: Float64Array.of(0.4, 0.1, 0.2, 0.5) }
    const movingMoving = Float64Array.of(1, 0.2, 0.2, 1)
    const [still, moving] = [
      [0.7, -0.2],
      [1.5, 0.4],
    ] as const
    const row = (i: number, left: Float64Array, right: Float64Array): number =>
      left[2 * i]! * still[0] + left[2 * i + 1]! * still[1] + right[2 * i]! * moving[0] + right[2 * i + 1]! * moving[1]
    const turned = Float64Array.of(0.4, 0.2, 0.1, 0.5)
    const found = unwrap(
      fitPairChanges({
        ...blocks,
        movingMoving,
        stillResponse: Float64Array.of(0.7, row(1, blocks.stillStill, blocks.stillMoving)),
        movingResponse: Float64Array.of(row(0, turned, movingMoving), row(1, turned, movingMoving)),
      }),
    )
    near(found.still, still)
    near(found.moving, moving)
  })

  test('[COST-16] a covariance that is none is refused', () => {
    expect(codesOf(fitPropagator(Float64Array.of(1, 2), Float64Array.of(1, 1)))).toEqual(['cost.kernel'])
    expect(codesOf(fitPropagator(Float64Array.of(1, 0), Float64Array.of(1, Number.NaN)))).toEqual(['cost.kernel'])
    const blocks = { stillStill: Float64Array.of(1), stillMoving: Float64Array.of(1), movingMoving: Float64Array.of(1) }
    const system = { ...blocks, stillResponse: Float64Array.of(1), movingResponse: Float64Array.of(1) }
    expect(codesOf(fitPair(system))).toEqual(['cost.kernel'])
    expect(codesOf(fitPairChanges({ ...system, movingMoving: Float64Array.of(-1) }))).toEqual(['cost.kernel'])
  })
})
