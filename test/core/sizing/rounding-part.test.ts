/** Which trades of a decision are rounded together, and the decision over them alone. */
import { describe, expect, it } from 'vitest'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import { quadraticForm } from '../../../src/core/maths/matrix.ts'
import type { Decision } from '../../../src/core/sizing/decision.ts'
import type { Row } from '../../../src/core/sizing/limits.ts'
import { isWoken, narrow, takingPart } from '../../../src/core/sizing/rounding-part.ts'

/** n underlyings with one instrument each and one common factor. */
function drawDecision(n: number, random: Random): Decision {
  const vol = Float64Array.from({ length: n }, () => 0.2 + random.uniform())
  const column = (of: () => number): Float64Array => Float64Array.from({ length: n }, of)
  return {
    instruments: Array.from({ length: n }, (_, k) => k),
    variablesOf: Array.from({ length: n }, (_, k) => [k]),
    terms: {
      n,
      quadratic: Float64Array.from({ length: n * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n]
        return vol[i]! * vol[j]! * (i === j ? 1 : 0.6)
      }),
      deviation: column(() => 0.1 * random.normal()),
      linear: column(() => 0.01 * random.normal()),
      proportional: column(() => 0.01 * random.uniform()),
      power: column(() => 0),
      exponent: 0.5,
      felt: null,
    },
    rungs: [],
    fixed: column(() => 0),
  }
}

/** ½(d + t)'Q(d + t) + l't + Σ a|t| */
function objective({ terms: { n, quadratic, deviation, linear, proportional } }: Decision, t: Float64Array): number {
  const left = deviation.map((each, k) => each + t[k]!)
  const rest = t.reduce((sum, each, k) => sum + linear[k]! * each + proportional[k]! * Math.abs(each), 0)
  return 0.5 * quadraticForm(left, quadratic, n) + rest
}

const HARD = { price: Number.POSITIVE_INFINITY } as Row
const SOFT = { price: 0.01 } as Row

describe('taking part in rounding', () => {
  it('[ROUND-8] of more than eight trades those are rounded that the optimum makes; under a limit with a price all', () => {
    const decision = drawDecision(12, makeRandom(1))
    const traded = (count: number): Float64Array => Float64Array.from({ length: 12 }, (_, j) => (j < count ? 0.01 : 0))
    expect(takingPart(decision, traded(8), [HARD])).toBeNull()
    expect(takingPart(decision, traded(9), [HARD])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(takingPart(decision, traded(9), [HARD, SOFT])).toBeNull()
    expect(takingPart(decision, traded(12), [HARD])).toBeNull()
  })

  it('[ROUND-8] trades among those that take part are worth what they are worth in the whole', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(seed)
      const decision = drawDecision(12, random)
      const part = decision.instruments.filter(() => random.uniform() < 0.6)
      const own = Float64Array.from(part, () => 0.1 * random.normal())
      const whole = new Float64Array(12)
      part.forEach((k, p) => {
        whole[k] = own[p]!
      })
      const narrowed = narrow(decision, part)
      const worth = objective(decision, whole) - objective(decision, new Float64Array(12))
      expect(
        objective(narrowed, own) -
          objective(
            narrowed,
            own.map(() => 0),
          ),
      ).toBeCloseTo(worth, 13)
    }
  })

  it('[ROUND-8] all take part where rounding makes a first unit worth its cost that was not', () => {
    const decision = drawDecision(3, makeRandom(2))
    const { terms } = decision
    // No deviation at all: nothing is worth its cost. The first then stands far off.
    const calm: Decision = {
      ...decision,
      terms: { ...terms, deviation: new Float64Array(3), linear: new Float64Array(3) },
    }
    const [before, near, far] = [0, 1e-6, 1].map((first) => Float64Array.of(first, 0, 0)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    expect(isWoken(calm, { variables: [0], before, after: near })).toBe(false)
    expect(isWoken(calm, { variables: [0], before, after: far })).toBe(true)
    // What was worth its cost before is held back by a limit, and stays so.
    expect(isWoken(calm, { variables: [0], before: far, after: far })).toBe(false)
    expect(isWoken(calm, { variables: [0, 1, 2], before, after: far })).toBe(false)
  })
})
