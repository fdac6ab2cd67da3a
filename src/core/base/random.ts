/**
 * Seeded randomness for simulations and generators: sfc32 (Chris Doty-Humphrey, PractRand), three words of chaotic state
 * and a counter, period at least 2³². The state starts as SHA-256 of the seed, so close seeds give unrelated streams.
 * Uniform and integer draws use integer arithmetic and exact scaling only; normal draws use J. L. Leva's ratio of
 * uniforms (ACM TOMS 18, 1992, Algorithm 712), whose result is a single quotient: the same bits in every engine.
 */
import { sha256 } from './hash.ts'
import { assert } from './result.ts'

/** A stream of draws. Each call advances the state, which belongs to this stream alone. */
export interface Random {
  /** In [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number
  /** Mean 0, variance 1. */
  normal(): number
  /** In 0 … below − 1, each equally likely. below: an integer from 1 to 2⁵³ − 1. */
  integer(below: number): number
}

/** The words a, b, c and the counter. */
export type Sfc32State = readonly [number, number, number, number]

/** The sequence of 32-bit words (unsigned) that follows a state. */
export function sfc32(state: Sfc32State): () => number {
  let [a, b, c, counter] = state.map((word) => word | 0) as [number, number, number, number]
  return () => {
    const word = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    return word >>> 0
  }
}

const TWO_53 = 2 ** 53

/** The stream of a seed. The number 1 and the text '1' are different seeds; −0 is 0. Throws on NaN and ±Infinity. */
export function makeRandom(seed: number | string): Random {
  assert(typeof seed === 'string' || Number.isFinite(seed), `seed must be finite, was ${seed}`)
  const digest = sha256(`${typeof seed}:${seed}`)
  const word = (index: number): number => Number.parseInt(digest.slice(8 * index, 8 * index + 8), 16)
  const next = sfc32([word(0), word(1), word(2), word(3)])

  const bits53 = (): number => {
    const high = next() >>> 5
    return high * 67_108_864 + (next() >>> 6)
  }
  const uniform = (): number => bits53() / TWO_53

  const normal = (): number => {
    for (;;) {
      const u = (bits53() + 1) / TWO_53
      const v = 1.7156 * (uniform() - 0.5)
      // Leva's two quadratics decide all but 1.2 % of the candidates without a logarithm.
      const x = u - 0.449871
      const y = Math.abs(v) + 0.386595
      const q = x * x + y * (0.196 * y - 0.25472 * x)
      if (q < 0.27597 || (q <= 0.27846 && v * v <= -4 * Math.log(u) * u * u)) return v / u
    }
  }

  const integer = (below: number): number => {
    assert(Number.isSafeInteger(below) && below >= 1, `below must be an integer from 1 on, was ${below}`)
    const end = TWO_53 - (TWO_53 % below)
    for (;;) {
      const bits = bits53()
      if (bits < end) return bits % below
    }
  }
  return { uniform, normal, integer }
}
