import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ratioOfNumber, ratioToNumber } from '../../../src/core/base/ratio.ts'
import { type CurvePoint, multipleAt, type ShapedCurve, skewLinear } from '../../../src/core/sizing/curves.ts'
import { r } from './book.ts'

const at = (v: number, change: Partial<CurvePoint> = {}): CurvePoint => {
  const [side, target, halfWidth] = [change.side ?? 1, change.target ?? 0.5, change.halfWidth ?? 0.1]
  return { directional: v, side, target, halfWidth, held: target + side * v * halfWidth, multipleMax: 2, ...change }
}

const CURVES: readonly ShapedCurve[] = [
  { kind: 'linear' },
  { kind: 'exponential' },
  { kind: 'exponential', steepness: 3 },
  { kind: 'logistic' },
  { kind: 'logistic', steepness: 0.4 },
  { kind: 'power', steepness: 2 },
  { kind: 'power', steepness: 0.5 },
  { kind: 'inverse' },
  { kind: 'inverse', steepness: 4 },
]

describe('curves', () => {
  // v            −∞  −2  −1                    −0.5                  0  0.5                    1                       2                      ∞
  test.each([
    [{ kind: 'linear' }, [2, 2, 2, 1.5, 1, 0.5, 0, 0, 0]],
    [{ kind: 'exponential' }, [2, 2, 2, 1.6487212707, 1, 0.6065306597, 0.3678794412, 0.1353352832, 0]],
    [{ kind: 'exponential', steepness: 2 }, [2, 2, 2, 2, 1, 0.3678794412, 0.1353352832, 0.0183156389, 0]],
    [{ kind: 'logistic' }, [2, 1.761594156, 1.4621171573, 1.2449186624, 1, 0.7550813376, 0.5378828427, 0.238405844, 0]],
    [{ kind: 'power', steepness: 2 }, [2, 2, 2, 2, 1, 0.25, 0, 0, 0]],
    [{ kind: 'power', steepness: 0.5 }, [2, 1.7320508076, Math.SQRT2, 1.2247448714, 1, Math.SQRT1_2, 0, 0, 0]],
  ] as const)('[CURVE-20] %o at v = −∞, −2, −1, −½, 0, ½, 1, 2, ∞', (curve, values) => {
    const points = [-1 / 0, -2, -1, -0.5, 0, 0.5, 1, 2, 1 / 0]
    points.forEach((v, k) => {
      expect(multipleAt(curve, at(v))).toBeCloseTo(values[k]!, 9)
    })
  })

  test.each([
    // held, target, side, halfWidth, κ, g
    ['half of the target held: buy more', 0.25, 0.5, 1, 0, 1, 2],
    ['half of the target held: sell half', 0.25, 0.5, -1, 0, 1, 0.5],
    ['with the width added to both', 0.25, 0.5, 1, 0.25, 1, 1.5],
    ['twice the target held: buy half', 1, 0.5, 1, 0, 1, 0.5],
    ['a short, half of it held: sell more', -0.25, -0.5, -1, 0, 1, 2],
    ['a short, half of it held: buy half', -0.25, -0.5, 1, 0, 1, 0.5],
    ['steeper', 0.4, 0.5, 1, 0.1, 2, 1.44],
    ['nothing held and no width: as much as may be', 0, 0.5, 1, 0, 1, 2],
    ['nothing held and no width: sell nothing', 0, 0.5, -1, 0, 1, 0],
    ['held on the wrong side counts as nothing', -0.3, 0.5, 1, 0.5, 1, 2],
    ['target 0, healing', 0.2, 0, -1, 0.1, 1, 2],
    ['target 0, deepening', 0.2, 0, 1, 0.1, 1, 0],
    ['target 0, nothing held', 0, 0, 1, 0.1, 1, 1],
    ['no edge anywhere', 0.2, 0.5, 1, 1 / 0, 1, 1],
  ] as const)('[CURVE-21] inverse: %s', (_, held, target, side, halfWidth, steepness, g) => {
    const point = { directional: 0, side, held, target, halfWidth, multipleMax: 2 }
    expect(multipleAt({ kind: 'inverse', steepness }, point)).toBeCloseTo(g, 12)
  })

  test('[CURVE-22] every curve is 1 at v = 0, never rises, and stays in [0, gMax]', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CURVES),
        fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true })),
        fc.record({
          side: fc.constantFrom(1 as const, -1 as const),
          target: fc.double({ min: -1, max: 1, noNaN: true }),
          halfWidth: fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
          multipleMax: fc.double({ min: 1, max: 5, noNaN: true }),
        }),
        (curve, [v, more], terms) => {
          const point = (x: number): number => multipleAt(curve, at(x, terms))
          expect(point(0)).toBeCloseTo(1, 9)
          expect(point(v + more)).toBeLessThanOrEqual(point(v) + 1e-12)
          expect(point(v)).toBeGreaterThanOrEqual(0)
          expect(point(v)).toBeLessThanOrEqual(terms.multipleMax)
        },
      ),
      { seed: 21, numRuns: 2000 },
    )
  })

  test('[CURVE-23] the exact linear skew is the linear curve on both sides', () => {
    const text = fc.integer({ min: -1000, max: 1000 }).map((each) => r(String(each / 1000)))
    const width = fc.integer({ min: 1, max: 500 }).map((each) => r(String(each / 1000)))
    fc.assert(
      fc.property(text, text, width, (held, target, halfWidth) => {
        const { u, buy, sell } = skewLinear({ held, target, halfWidth, floor: null, multipleMax: r('2') })
        const v = ratioToNumber(u!)
        expect(v).toBeCloseTo((ratioToNumber(held) - ratioToNumber(target)) / ratioToNumber(halfWidth), 9)
        expect(ratioToNumber(buy)).toBeCloseTo(multipleAt({ kind: 'linear' }, at(v)), 9)
        expect(ratioToNumber(sell)).toBeCloseTo(multipleAt({ kind: 'linear' }, at(-v)), 9)
      }),
      { seed: 22, numRuns: 500 },
    )
  })

  test.each([
    ['at the target', '0.3', '0.3', '0', null, '1', '1'],
    ['no width, too much', '0.31', '0.3', '0', null, '0', '2'],
    ['no width, too little', '0.29', '0.3', '0', null, '2', '0'],
    ['the lower edge is not below the floor', '0.01', '0.02', '0.05', '0', '1.5', '0.5'],
    ['above the target the width counts', '0.03', '0.02', '0.05', '0', '0.8', '1.2'],
    ['target on the floor, held below', '-0.01', '0', '0.05', '0', '2', '0'],
  ] as const)('[CURVE-24] linear skew, %s', (_, held, target, halfWidth, floor, buy, sell) => {
    const skew = skewLinear({
      held: r(held),
      target: r(target),
      halfWidth: r(halfWidth),
      floor: floor === null ? null : r(floor),
      multipleMax: ratioOfNumber(2),
    })
    expect([ratioToNumber(skew.buy), ratioToNumber(skew.sell)]).toEqual([Number(buy), Number(sell)])
  })
})
