import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { movesInDeviations, type Touching, touchingProbability } from '../../../src/core/margin/touching.ts'
import { distributionOfNormal } from '../../../src/core/maths/normal.ts'
import { messagesOf, relativeGap, unwrap } from '../cost/reference.ts'

const AT: Touching = { price: 100, level: 80, vol: 0.6, drift: 0, horizon: 0.1 }
const touched = (over: Partial<Touching>): number => unwrap(touchingProbability({ ...AT, ...over }))

/** Of the density of the time of first passage, by Simpson's rule in the logarithm of time. */
function integrated({ price, level, vol, drift, horizon }: Touching): number {
  const x = Math.abs(Math.log(level / price))
  const nu = (drift - (vol * vol) / 2) * Math.sign(level - price)
  const density = (t: number): number =>
    (x / (vol * Math.sqrt(2 * Math.PI * t * t * t))) * Math.exp(-((x - nu * t) ** 2) / (2 * vol * vol * t))
  const [from, to, n] = [Math.log(horizon) - 40, Math.log(horizon), 40_000]
  let sum = 0
  for (let k = 0; k <= n; k++) {
    const t = Math.exp(from + ((to - from) * k) / n)
    sum += density(t) * t * (k === 0 || k === n ? 1 : k % 2 === 1 ? 4 : 2)
  }
  return (sum * (to - from)) / n / 3
}

describe('the probability of touching a level', () => {
  test.each<Partial<Touching>>([
    {},
    { level: 125 },
    { drift: 2 },
    { drift: -2 },
    { level: 125, drift: 3, horizon: 1 },
    { level: 99, vol: 0.2, drift: -8, horizon: 0.5 },
    { level: 30, horizon: 0.5 },
  ])('[MARGIN-17] is the integral of the density of its time: %j', (over) => {
    expect(relativeGap(touched(over), integrated({ ...AT, ...over }))).toBeLessThan(1e-8)
  })

  test('[MARGIN-17] without drift in the logarithm it is twice that of ending beyond, above as below', () => {
    const [vol, horizon] = [0.6, 0.1]
    for (const level of [50, 80, 99, 101, 125, 300]) {
      const beyond = distributionOfNormal(-Math.abs(Math.log(level / 100)) / (vol * Math.sqrt(horizon)))
      expect(relativeGap(touched({ level, drift: (vol * vol) / 2 }), 2 * beyond)).toBeLessThan(1e-14)
    }
  })

  test.each<[string, Partial<Touching>, number]>([
    ['at the level', { level: 100 }, 1],
    ['at the level and no time', { level: 100, horizon: 0 }, 1],
    ['no time', { horizon: 0 }, 0],
    ['no risk, towards it', { vol: 0, drift: -3, horizon: 0.1 }, 1],
    ['no risk, away from it', { vol: 0, drift: 3, horizon: 0.1 }, 0],
    ['hardly any risk, far away', { vol: 1e-9, drift: 0 }, 0],
    ['a drift that overflows a power of e', { vol: 0.01, drift: -50 }, 1],
  ])('[MARGIN-17] %s', (_, over, expected) => {
    expect(touched(over)).toBe(expected)
  })

  test('[MARGIN-17] it is a probability, and grows with time and towards the price', () => {
    const part = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        part(1, 1000),
        part(0.01, 3),
        part(-9, 9),
        part(0.001, 5),
        part(1, 2),
        (level, vol, drift, horizon, more) => {
          const at = { level, vol, drift, horizon }
          const p = touched(at)
          expect(p).toBeGreaterThanOrEqual(0)
          expect(p).toBeLessThanOrEqual(1)
          expect(touched({ ...at, horizon: horizon * more })).toBeGreaterThanOrEqual(p - 1e-14)
          expect(touched({ ...at, level: level + (100 - level) * (1 - 1 / more) })).toBeGreaterThanOrEqual(p - 1e-14)
        },
      ),
      { seed: 20260405 },
    )
  })

  test('[MARGIN-17] what cannot be is refused, all at once', () => {
    const refused = touchingProbability({ price: 0, level: -1, vol: -1, drift: Number.NaN, horizon: -1 })
    expect(messagesOf(refused).map((each) => each.replace('touching: ', ''))).toEqual([
      'price must be above 0, was 0',
      'level must be above 0, was -1',
      'vol must be 0 or more, was -1',
      'drift must be a finite number, was NaN',
      'horizon must be 0 or more, was -1',
    ])
  })

  test('[MARGIN-18] a move in deviations is that of its logarithm', () => {
    expect([movesInDeviations(-0.5, Math.LN2), movesInDeviations(1, Math.LN2)]).toEqual([-1, 1])
    expect(() => movesInDeviations(-1, 1)).toThrow('a move above −1')
    expect(() => movesInDeviations(0, 0)).toThrow('a deviation above 0')
  })
})
