/**
 * One trade of the cost-aware program, the other trades and the multipliers fixed: the slopes of
 *
 *   ψ(x) = a|x| + c|x|^{1+δ} + Σ_k λ_k(g_k x + κ_k|x − t_k|)
 *
 * on either side of a point, and the exact minimum of ½m x² + v x + ψ(x) over [lower, upper]: the kinks cut the line into
 * pieces on which the derivative is m x + constant ± (1+δ)c|x|^δ, for δ = ½ a quadratic in √|x|. The functions are called
 * for every trade in every sweep, so that they take numbers one by one and leave objects out.
 */
import { type CostProgram, type CostRow, PLACE } from './cost-program-types.ts'

/** Slope of a row in one trade, at x or just beyond it on the given side (±1) where x is the kink. */
export function rowSlope(row: CostRow, i: number, x: number, side: number): number {
  if (row.bend === null) return row.slope[i]!
  const from = row.kink === null ? x : x - row.kink[i]!
  return row.slope[i]! + (from > 0 || (from === 0 && side > 0) ? row.bend[i]! : -row.bend[i]!)
}

/** ψ' of trade i just beyond x on the given side (±1). */
export function priceSlope(
  program: CostProgram,
  multipliers: Float64Array,
  i: number,
  x: number,
  side: number,
): number {
  const sign = x > 0 || (x === 0 && side > 0) ? 1 : -1
  let total = sign * program.proportional[i]!
  const c = program.power[i]!
  if (c !== 0 && x !== 0) total += sign * (1 + program.exponent) * c * powerOf(Math.abs(x), program.exponent)
  return total + rowsSlope(program, multipliers, i, x, side)
}

/** Σ_k λ_k times the slope of row k. */
function rowsSlope(program: CostProgram, multipliers: Float64Array, i: number, x: number, side: number): number {
  let total = 0
  for (let k = 0; k < program.rows.length; k++) {
    const multiplier = multipliers[k]!
    if (multiplier !== 0) total += multiplier * rowSlope(program.rows[k]!, i, x, side)
  }
  return total
}

/** x^e for x ≥ 0, by a square root where that is what it is. */
export const powerOf = (x: number, exponent: number): number => (exponent === 0.5 ? Math.sqrt(x) : x ** exponent)

/** Where a search along one trade stopped; belongs to the caller, who reuses it. */
export interface Landing {
  x: number
  place: number
}

/** The next kink, zero or bound of trade i beyond x on a side, in `landing`; ±∞ and free where there is none. */
export function nextStop(
  program: CostProgram,
  multipliers: Float64Array,
  i: number,
  x: number,
  side: number,
  landing: Landing,
): void {
  landing.x = side > 0 ? program.upper[i]! : program.lower[i]!
  landing.place = Number.isFinite(landing.x) ? (side > 0 ? PLACE.upper : PLACE.lower) : PLACE.free
  const costs = program.proportional[i]! > 0 || program.power[i]! > 0
  if (costs && side * x < 0 && side * landing.x > 0) {
    landing.x = 0
    landing.place = PLACE.zero
  }
  for (let k = 0; k < program.rows.length; k++) {
    const row = program.rows[k]!
    if (multipliers[k] === 0 || row.bend === null || row.bend[i] === 0) continue
    const kink = row.kink === null ? 0 : row.kink[i]!
    if (side * kink > side * x && side * kink < side * landing.x) {
      landing.x = kink
      landing.place = PLACE.firstRow + k
    }
  }
}

/**
 * Minimises along trade i from landing.x on; v is the derivative of everything else but ψ at 0. The answer replaces `landing`;
 * where nothing ends the descent (no curvature, no cost, no bound) it stays where it was, free.
 */
export function minimiseTrade(
  program: CostProgram,
  multipliers: Float64Array,
  i: number,
  v: number,
  landing: Landing,
): void {
  const m = program.quadratic[i * program.n + i]!
  const start = landing.x
  let side = 0
  if (start < program.upper[i]! && m * start + v + priceSlope(program, multipliers, i, start, 1) < 0) side = 1
  else if (start > program.lower[i]! && m * start + v + priceSlope(program, multipliers, i, start, -1) > 0) side = -1
  if (side === 0) return
  for (let x = start; ; x = landing.x) {
    nextStop(program, multipliers, i, x, side, landing)
    const root = pieceRoot(program, multipliers, i, v, x, side)
    if (side * root < side * landing.x) {
      landing.x = side * root > side * x ? root : x
      landing.place = PLACE.free
      return
    }
    if (landing.place === PLACE.free) {
      landing.x = start
      return
    }
    if (landing.place < 0) return
    const stop = landing.x
    if (side * (m * stop + v + priceSlope(program, multipliers, i, stop, side)) >= 0) return
  }
}

/** The zero of m x + v + ψ'(x), with ψ' continued from its piece beyond x on the given side; ±∞ where it has none. */
function pieceRoot(
  program: CostProgram,
  multipliers: Float64Array,
  i: number,
  v: number,
  x: number,
  side: number,
): number {
  const m = program.quadratic[i * program.n + i]!
  const sign = x > 0 || (x === 0 && side > 0) ? 1 : -1
  const level = v + sign * program.proportional[i]! + rowsSlope(program, multipliers, i, x, side)
  const c = (1 + program.exponent) * program.power[i]!
  if (c === 0) return m > 0 ? -level / m : side * Number.POSITIVE_INFINITY
  return sign * (sign * level >= 0 ? 0 : solvePower(m, c, -sign * level, program.exponent))
}

/** q > 0 with m q + c q^δ = force, for m ≥ 0, c > 0, force > 0. */
export function solvePower(m: number, c: number, force: number, exponent: number): number {
  // With r = q^δ: m r^{1/δ} + c r = force, convex and increasing in r.
  if (exponent === 0.5) {
    const r = (2 * force) / (c + Math.sqrt(c * c + 4 * m * force))
    return r * r
  }
  const inverse = 1 / exponent
  let r = force / c
  if (m > 0) r = Math.min(r, (force / m) ** exponent)
  // From above Newton falls monotonically; it ends where rounding stops the fall.
  for (;;) {
    const grown = m * r ** inverse
    const next = r - (grown + c * r - force) / ((grown * inverse) / r + c)
    if (!(next < r) || next <= 0) return r ** inverse
    r = next
  }
}
