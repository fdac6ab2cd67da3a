/**
 * The power cost of one trade: c[(m+q)^{1+δ} − m^{1+δ}] for q = |z| of a metaorder of which m ≥ 0 is traded already on that side
 * (`core/cost/impact.ts`), its slope C(m+q)^δ with C = (1+δ)c, its curvature, and the q at which the slope and a quadratic meet a
 * force. For δ = ½ everything is in square roots. The functions run for every trade in every sweep, so that they take numbers
 * one by one and make no objects.
 */
import type { CostProgram } from './cost-program-types.ts'

export type PowerTerms = Pick<CostProgram, 'power' | 'exponent' | 'felt'>

/** m of trade i on the side (±1) of x, or of the side itself where x = 0. */
export function feltAt({ felt }: PowerTerms, i: number, x: number, side: number): number {
  if (felt === null) return 0
  return x > 0 || (x === 0 && side > 0) ? felt.buy[i]! : felt.sell[i]!
}

/** x^e for x ≥ 0, by a square root where that is what it is. */
const powerOf = (x: number, exponent: number): number => (exponent === 0.5 ? Math.sqrt(x) : x ** exponent)

/** The power cost of trading x. */
export function powerCost(program: PowerTerms, i: number, x: number): number {
  const c = program.power[i]!
  const q = Math.abs(x)
  if (c === 0 || q === 0) return 0
  const m = feltAt(program, i, x, 1)
  const power = 1 + program.exponent
  if (program.exponent === 0.5) {
    const after = Math.sqrt(m + q)
    const before = Math.sqrt(m)
    return (c * q * (m + q + after * before + m)) / (after + before)
  }
  // For a small trade after a large metaorder the difference of two powers would lose its digits.
  if (q < m) return c * m ** power * Math.expm1(power * Math.log1p(q / m))
  return c * ((m + q) ** power - m ** power)
}

/** Its slope by |x| at x, or just beyond 0 on a side. */
export function powerSlope(program: CostProgram, i: number, x: number, side: number): number {
  const c = program.power[i]!
  if (c === 0) return 0
  const size = Math.abs(x) + feltAt(program, i, x, side)
  return size === 0 ? 0 : (1 + program.exponent) * c * powerOf(size, program.exponent)
}

/** Its curvature at x, or just beyond 0 on a side; 0 where it is infinite. */
export function powerCurvature(program: CostProgram, i: number, x: number, side: number): number {
  const size = Math.abs(x) + feltAt(program, i, x, side)
  return size === 0 ? 0 : (program.exponent * powerSlope(program, i, x, side)) / size
}

/** q > 0 with k q + C[(m+q)^δ − m^δ] = force, for k ≥ 0, C > 0, m ≥ 0, force > 0. */
export function solvePower(k: number, slope: number, felt: number, force: number, exponent: number): number {
  if (exponent === 0.5) {
    // With r = √(m+q) − √m: k r² + (2k√m + C) r = force, and q = r(r + 2√m).
    const before = Math.sqrt(felt)
    const b = 2 * k * before + slope
    const r = (2 * force) / (b + Math.sqrt(b * b + 4 * k * force))
    return r * (r + 2 * before)
  }
  // With r = (m+q)^δ: k r^{1/δ} + C r = force + k m + C m^δ, convex and increasing in r.
  const inverse = 1 / exponent
  const whole = force + k * felt + slope * felt ** exponent
  let r = whole / slope
  if (k > 0) r = Math.min(r, (whole / k) ** exponent)
  // From above Newton falls monotonically; it ends where rounding stops the fall.
  for (;;) {
    const grown = k * r ** inverse
    const next = r - (grown + slope * r - whole) / ((grown * inverse) / r + slope)
    if (!(next < r) || next <= 0) return Math.max(0, r ** inverse - felt)
    r = next
  }
}
