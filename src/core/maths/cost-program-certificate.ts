/**
 * The certificate of a point of the cost-aware program, from the problem alone: nothing of the iteration that found the point
 * enters. With g = M(d+z) + b, the dual bound replaces the quadratic by its tangent at z, which lies below it; what is left
 * separates into the trades, and a convex function of one trade falls from z_i by at most (distance of 0 from its
 * subdifferential) × (way to the bound on that side, at most 1 + |z_i| + |d_i|). A cap enters by the plane η'Σ(p + z) − λr with λ = √(η'Ση), which lies
 * below λ(‖p + z‖ − r). So objective − dual objective ≤ Σ_i r_i·way_i + Σ_k slack of row k + Σ_k [λ_k r_k − η_k'Σ_k(p_k + z)].
 */
import { capNorm, capSize } from './cost-program-cap.ts'
import { priceSlope } from './cost-program-coordinate.ts'
import { powerCost } from './cost-program-power.ts'
import type { CostOptimum, CostProgram, CostRow } from './cost-program-types.ts'
import { multiplyVector } from './matrix.ts'

/** Terms below these are nothing that could be traded: shares are not taken of less. */
const ROW_LEAST = 1e-6
const OBJECTIVE_LEAST = 1e-6

/** R_k(z) */
export function rowValue(row: CostRow, trade: Float64Array, n: number): number {
  let total = 0
  for (let i = 0; i < n; i++) {
    const x = trade[i]!
    total += row.slope[i]! * x
    if (row.bend !== null) total += row.bend[i]! * Math.abs(row.kink === null ? x : x - row.kink[i]!)
  }
  return total
}

/** Σ of the absolute terms of R_k(z) − h_k, trades counted as at least the deviation: the unit of its violation. */
export function rowSize(row: CostRow, { n, deviation }: CostProgram, trade: Float64Array): number {
  let total = Math.max(ROW_LEAST, Math.abs(row.bound))
  for (let i = 0; i < n; i++) {
    const size = Math.abs(trade[i]!) + Math.abs(deviation[i]!)
    total += Math.abs(row.slope[i]!) * size
    if (row.bend !== null) total += row.bend[i]! * (size + (row.kink === null ? 0 : Math.abs(row.kink[i]!)))
  }
  return total
}

interface Tally {
  /** Terms of the objective, absolute, and ½Σ M_ii d_i². */
  size: number
  /** Largest √M_ii·Σ_j √M_jj(|d_j| + |z_j|) + |b_i| + Σ_k λ_k·slope of one trade: bounds every term of g_i. */
  pull: number
  gap: number
  away: number
}

/** Vectors of n numbers to write to: what the caps pull with, d + z, and M(d + z) or one for every use. */
export interface Scratch {
  readonly pull: Float64Array
  readonly point: Float64Array
  readonly image: Float64Array
}

/** Completes an answer whose trade, multipliers and capForces are set. */
export function certify(program: CostProgram, answer: CostOptimum, scratch: Scratch): void {
  const { n, quadratic, deviation, linear, lower, upper } = program
  const { trade, multipliers, boundMultipliers, certificate } = answer
  const tally: Tally = { size: 0, pull: 0, gap: 0, away: 0 }
  let spread = 0
  for (let i = 0; i < n; i++) {
    spread += Math.sqrt(quadratic[i * n + i]!) * (Math.abs(deviation[i]!) + Math.abs(trade[i]!))
    tally.size += 0.5 * quadratic[i * n + i]! * deviation[i]! * deviation[i]!
  }
  answer.certificate.primalResidual = 0
  let objective = settleCaps(program, answer, { tally, scratch })
  let outside = 0
  const { point, image } = scratch
  for (let i = 0; i < n; i++) point[i] = deviation[i]! + trade[i]!
  multiplyVector(quadratic, point, n, image)
  for (let i = 0; i < n; i++) {
    const x = trade[i]!
    const product = image[i]!
    const half = 0.5 * (deviation[i]! + x) * product
    const cost = priceOf(program, i, x)
    objective += half + linear[i]! * x + cost
    tally.size += Math.abs(half) + Math.abs(linear[i]! * x) + cost
    const own = Math.sqrt(quadratic[i * n + i]!) * spread + Math.abs(linear[i]!)
    tally.pull = Math.max(tally.pull, own + rowsPull(program, multipliers, i) + capsPullOf(program, answer, i))
    outside = Math.max(outside, (Math.max(lower[i]! - x, x - upper[i]!) || 0) / (Math.abs(x) || 1))
    boundMultipliers[i] = settleTrade(program, multipliers, {
      i,
      x,
      gradient: product + linear[i]! + scratch.pull[i]!,
      tally,
    })
  }
  certificate.primalResidual = Math.max(certificate.primalResidual, outside)
  objective += settleRows(program, answer, tally)
  certificate.objective = objective
  certificate.dualResidual = share(tally.away, tally.pull)
  certificate.gap = share(tally.gap, Math.max(OBJECTIVE_LEAST, tally.size))
}

/** 0 of 0 is nothing. */
const share = (part: number, whole: number): number => (part === 0 ? 0 : part / whole)

// An infinite cost of no trade is nothing.
const priceOf = (program: CostProgram, i: number, x: number): number =>
  x === 0 ? 0 : program.proportional[i]! * Math.abs(x) + powerCost(program, i, x)

/** Σ_k λ_k times the largest slope of row k in trade i. */
export function rowsPull({ rows }: CostProgram, multipliers: Float64Array, i: number): number {
  let total = 0
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    if (multipliers[k] !== 0)
      total += multipliers[k]! * (Math.abs(row.slope[i]!) + (row.bend === null ? 0 : row.bend[i]!))
  }
  return total
}

/** Adds what is left of stationarity in one trade; returns the multiplier of its bound. */
function settleTrade(
  program: CostProgram,
  multipliers: Float64Array,
  at: { i: number; x: number; gradient: number; tally: Tally },
): number {
  const { i, x, gradient, tally } = at
  const reach = 1 + Math.abs(x) + Math.abs(program.deviation[i]!)
  const up = gradient + priceSlope(program, multipliers, i, x, 1)
  const down = gradient + priceSlope(program, multipliers, i, x, -1)
  const [lower, upper] = [program.lower[i]!, program.upper[i]!]
  if (up < 0) {
    if (x >= upper) return -up
    tally.away = Math.max(tally.away, -up)
    tally.gap -= up * Math.min(upper - x, reach)
  } else if (down > 0) {
    if (x <= lower) return -down
    tally.away = Math.max(tally.away, down)
    tally.gap += down * Math.min(x - lower, reach)
  }
  return 0
}

/** Adds the slack of the rows to the gap; returns what their excess costs. */
function settleRows(program: CostProgram, answer: CostOptimum, tally: Tally): number {
  const { rows, n } = program
  let cost = 0
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    const slack = row.bound - rowValue(row, answer.trade, n)
    const excess = Math.max(0, -slack)
    const multiplier = answer.multipliers[k]!
    answer.excess[k] = excess
    if (row.price === Number.POSITIVE_INFINITY) {
      answer.certificate.primalResidual = Math.max(
        answer.certificate.primalResidual,
        share(excess, rowSize(row, program, answer.trade)),
      )
      tally.gap += multiplier * Math.abs(slack)
    } else {
      cost += row.price * excess
      tally.gap += row.price * excess + multiplier * slack
    }
  }
  tally.size += cost
  return cost
}

function capsPullOf({ n, caps }: CostProgram, { capMultipliers }: CostOptimum, i: number): number {
  let total = 0
  for (let k = 0; k < caps.length; k++) {
    if (capMultipliers[k] !== 0) total += capMultipliers[k]! * Math.sqrt(caps[k]!.matrix[i * n + i]!)
  }
  return total
}

/** Multipliers, excess and pull of the caps, and what they add to the gap; returns what their excess costs. */
function settleCaps(
  program: CostProgram,
  answer: CostOptimum,
  { tally, scratch }: { tally: Tally; scratch: Scratch },
): number {
  const { n, caps } = program
  const { trade, capExcess } = answer
  let cost = 0
  scratch.pull.fill(0)
  for (let k = 0; k < caps.length; k++) {
    const cap = caps[k]!
    const excess = Math.max(0, capNorm(cap, trade, { n, image: scratch.image }) - cap.radius)
    capExcess[k] = excess
    const slack = settleForce(program, answer, { k, scratch })
    if (cap.price === Number.POSITIVE_INFINITY) {
      const violation = share(excess, Math.max(ROW_LEAST, capSize(cap, trade, n)))
      answer.certificate.primalResidual = Math.max(answer.certificate.primalResidual, violation)
      tally.gap += Math.abs(slack)
    } else {
      cost += cap.price * excess
      tally.gap += cap.price * excess + slack
    }
  }
  tally.size += cost
  return cost
}

/** The multiplier of a cap and its part of the pull, from η; returns λr − η'Σ(p + z). */
function settleForce(
  { n, caps }: CostProgram,
  { trade, capForces, capMultipliers }: CostOptimum,
  { k, scratch }: { k: number; scratch: Scratch },
): number {
  const { matrix, point, radius, price } = caps[k]!
  const { image, pull } = scratch
  capMultipliers[k] = 0
  if (isZero(capForces, { from: k * n, to: k * n + n })) return 0
  let form = 0
  let along = 0
  for (let i = 0; i < n; i++) {
    let total = 0
    for (let j = 0; j < n; j++) total += matrix[i * n + j]! * capForces[k * n + j]!
    image[i] = total
    form += capForces[k * n + i]! * total
    along += (point[i]! + trade[i]!) * total
  }
  const length = Math.sqrt(Math.max(0, form))
  // Above the price only by rounding: the force that the price allows.
  const part = length > price ? price / length : 1
  for (let i = 0; i < n; i++) {
    capForces[k * n + i]! *= part
    pull[i]! += part * image[i]!
  }
  capMultipliers[k] = part * length
  return part * (length * radius - along)
}

function isZero(x: Float64Array, { from, to }: { from: number; to: number }): boolean {
  for (let i = from; i < to; i++) if (x[i] !== 0) return false
  return true
}
