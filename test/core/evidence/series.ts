/**
 * Series that any language can write again, for values computed independently (numpy, scipy): draws in (0, 1) by the minimal
 * standard generator, s ← 16807·s mod (2³¹ − 1), s/(2³¹ − 1).
 */
import type { Result } from '../../../src/core/base/result.ts'

export function lehmer(count: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length: count }, () => {
    state = (16807 * state) % 2147483647
    return state / 2147483647
  })
}

/** x_t = e_t + φ x_{t−1} of centred draws. */
export function autoregressive(
  count: number,
  { seed, phi }: { readonly seed: number; readonly phi: number },
): Float64Array {
  let last = 0
  return lehmer(count, seed).map((draw) => {
    last = draw - 0.48 + phi * last
    return last
  })
}

/** Rows of draws, read as columns. */
export function columnsOfRows(draws: Float64Array, n: number): Float64Array[] {
  const rows = draws.length / n
  return Array.from({ length: n }, (_, j) => Float64Array.from({ length: rows }, (_, t) => draws[t * n + j]!))
}

export function answered<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

export const codesOf = (result: Result<unknown>): string[] =>
  result.ok ? [] : result.error.map(({ code, path }) => `${code} ${path}`)
