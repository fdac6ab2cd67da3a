/** Returns for the tests of estimators: random ones of a given structure, and published ones beside the project. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeRandom } from '../../../../src/core/base/random.ts'
import type { Result } from '../../../../src/core/base/result.ts'
import type { Returns } from '../../../../src/core/risk/estimators/returns.ts'

export const SHARED = fileURLToPath(new URL('../../../../../shared/', import.meta.url))
export const REFERENCE = `${SHARED}reference/sizing/`
/** Without the folder these tests are skipped, but never where CI runs. */
export const absent = !existsSync(SHARED) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${SHARED}`)

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
export const codesOf = <T>(result: Result<T>): string[] => (result.ok ? [] : result.error.map(({ code }) => code))
export const messageOf = <T>(result: Result<T>): string =>
  result.ok ? '' : result.error.map((e) => e.message).join('; ')

/** T rows of n assets that share one move; the own moves grow with the index. */
export function randomReturns(n: number, rows: number, seed: number): Returns {
  const random = makeRandom(seed)
  const values = new Float64Array(n * rows)
  for (let t = 0; t < rows; t++) {
    const common = 0.01 * random.normal()
    for (let i = 0; i < n; i++) values[t * n + i] = common + 0.01 * (1 + i / n) * random.normal()
  }
  return { names: Array.from({ length: n }, (_, i) => `A${i}`), values }
}

export function readRows(path: string): { header: string[]; rows: string[][] } {
  const [header, ...rows] = readFileSync(REFERENCE + path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return { header: header!, rows }
}

/** Simple returns of the published stock prices, of all names or of some. */
export function stockReturns(names: readonly string[] | null): Returns {
  const { header, rows } = readRows('cov_pred_finance/stock_prices.csv')
  const picked = names ?? header.slice(1)
  const price = (t: number, name: string): number => Number(rows[t]![header.indexOf(name)])
  const values = rows.slice(1).flatMap((_, t) => picked.map((name) => price(t + 1, name) / price(t, name) - 1))
  return { names: picked, values: Float64Array.from(values) }
}

/** Σ (x − x̄)(y − ȳ)/divisor by plain loops. */
export function plainCovariance({ names, values }: Returns, divisor: number): number[][] {
  const n = names.length
  const rows = values.length / n
  const mean = names.map(
    (_, i) => Array.from({ length: rows }, (_u, t) => values[t * n + i]!).reduce((a, b) => a + b) / rows,
  )
  return names.map((_, i) =>
    names.map((_u, j) => {
      let total = 0
      for (let t = 0; t < rows; t++) total += (values[t * n + i]! - mean[i]!) * (values[t * n + j]! - mean[j]!)
      return total / divisor
    }),
  )
}

/** Words of the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) as doubles of 53 bits: the draws behind a published mask. */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624)
  state[0] = seed
  for (let i = 1; i < 624; i++) state[i] = Math.imul(1_812_433_253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
  let index = 624
  const word = (): number => {
    if (index === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff)
        state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
      }
      index = 0
    }
    let y = state[index++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  return () => {
    const high = word() >>> 5
    return (high * 67_108_864 + (word() >>> 6)) / 2 ** 53
  }
}
