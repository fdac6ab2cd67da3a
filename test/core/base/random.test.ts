import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRandom, type Random, sfc32 } from '../../../src/core/base/random.ts'

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next)

describe('sfc32', () => {
  test('[BASE-17] the words of the reference implementation: state 0, 0, 0, counter 1, after 12 rounds', () => {
    const next = sfc32([0, 0, 0, 1])
    draw(12, next)
    expect(draw(16, next)).toEqual([
      0x514676c3, 0x08a809df, 0x30349d2b, 0xfb52c520, 0x38802be1, 0x948279e6, 0xec4bf1d9, 0x7cb0a909, 0xfad8b4a8,
      0x3ca4b808, 0x3821b4c5, 0x5e7023ca, 0x50f26bf7, 0xf1e1b0a2, 0x6163032f, 0x3bf3c9a4,
    ])
  })

  test('[BASE-17] the same words as the recurrence in unbounded integers', () => {
    fc.assert(
      fc.property(fc.tuple(...([0, 1, 2, 3] as const).map(() => fc.nat({ max: 0xffffffff }))), (start) => {
        const mask = 0xffffffffn
        let [a, b, c, counter] = start.map(BigInt) as [bigint, bigint, bigint, bigint]
        const next = sfc32(start as [number, number, number, number])
        for (let index = 0; index < 50; index++) {
          const word = (a + b + counter) & mask
          counter = (counter + 1n) & mask
          a = b ^ (b >> 9n)
          b = (c + (c << 3n)) & mask
          c = ((((c << 21n) | (c >> 11n)) & mask) + word) & mask
          expect(next()).toBe(Number(word))
        }
      }),
      { seed: 20260301, numRuns: 100 },
    )
  })
})

describe('seeded streams', () => {
  const methods: readonly (readonly [string, (random: Random) => number])[] = [
    ['uniform', (random) => random.uniform()],
    ['normal', (random) => random.normal()],
    ['integer', (random) => random.integer(1000)],
  ]

  test.each(methods)('[BASE-17] a seed names one stream, another seed another: %s', (_, method) => {
    const stream = (seed: number | string): number[] => {
      const random = makeRandom(seed)
      return draw(20, () => method(random))
    }
    const seeds = [0, 1, 2, -1, 0.5, 2 ** 53, '0', '1', '', 'a', 'b', 'é']
    for (const seed of seeds) expect(stream(seed)).toEqual(stream(seed))
    expect(new Set(seeds.map((seed) => stream(seed).join())).size).toBe(seeds.length)
    expect(stream(-0)).toEqual(stream(0))
  })

  test('[BASE-17] two streams do not touch each other', () => {
    const alone = draw(50, makeRandom('x').normal)
    const [first, second] = [makeRandom('x'), makeRandom('y')]
    expect(
      draw(50, () => {
        second.integer(7)
        return first.normal()
      }),
    ).toEqual(alone)
  })

  test('[BASE-17] a seed that is not finite throws', () => {
    for (const seed of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => makeRandom(seed)).toThrow('invariant: seed must be finite')
  })
})

describe('distributions', () => {
  const COUNT = 200_000

  test('[BASE-18] uniform draws lie in [0, 1), on the grid of 2⁻⁵³, evenly', () => {
    const random = makeRandom('uniform')
    const bins = new Float64Array(64)
    const draws = draw(COUNT, random.uniform)
    expect(draws.filter((u) => !(u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53)))).toEqual([])
    for (const u of draws) bins[Math.floor(u * 64)]! += 1
    // χ² with 63 degrees of freedom exceeds 103 once in a thousand.
    const expected = COUNT / 64
    expect(bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(103)
  })

  test('[BASE-18] normal draws have the moments and the distribution function of the normal law', () => {
    const draws = draw(COUNT, makeRandom('normal').normal)
    const moment = (power: number): number => draws.reduce((sum, z) => sum + z ** power, 0) / COUNT
    // Four standard errors: var z = 1, var z² = 2, var z³ = 15, var z⁴ = 96.
    const within = (variance: number): number => 4 * Math.sqrt(variance / COUNT)
    expect(Math.abs(moment(1))).toBeLessThan(within(1))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(within(2))
    expect(Math.abs(moment(3))).toBeLessThan(within(15))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(within(96))
    // Φ at −3, −2, −1, 0, 1, 2, 3 from tables.
    const table = [0.001349898, 0.022750132, 0.158655254, 0.5, 0.841344746, 0.977249868, 0.998650102]
    table.forEach((p, index) => {
      const below = draws.filter((z) => z < index - 3).length / COUNT
      expect(Math.abs(below - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / COUNT))
    })
    // Consecutive draws are not correlated.
    const lagged = draws.reduce((sum, z, index) => sum + z * (draws[index + 1] ?? 0), 0) / COUNT
    expect(Math.abs(lagged)).toBeLessThan(within(1))
    expect(draws.every(Number.isFinite)).toBe(true)
  })

  test('[BASE-18] integers below a bound are each equally likely, and the bound is never reached', () => {
    const random = makeRandom('integer')
    for (const below of [1, 2, 3, 10, 1000]) {
      const bins = new Float64Array(below)
      for (const k of draw(50_000, () => random.integer(below))) bins[k]! += 1
      const expected = 50_000 / below
      const chi = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      // Wilson-Hilferty: the 99.99 % point of χ².
      const freedom = Math.max(1, below - 1)
      expect(chi).toBeLessThan(freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3 + 1e-9)
    }
    // 2⁵³ is no multiple of 3·2⁵¹: a plain remainder would put half of the draws into the first third.
    const low = draw(10_000, () => random.integer(3 * 2 ** 51)).filter((k) => k < 2 ** 51).length
    expect(Math.abs(low / 10_000 - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 10_000))
    for (const below of [2 ** 32, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER])
      for (const k of draw(100, () => random.integer(below)))
        expect(Number.isSafeInteger(k) && k >= 0 && k < below).toBe(true)
  })

  test('[BASE-18] a bound that is no positive integer throws', () => {
    const random = makeRandom(1)
    for (const below of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => random.integer(below)).toThrow('invariant: below must be an integer from 1 on')
  })
})
