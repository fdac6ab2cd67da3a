/**
 * When a policy surely trades nothing, judged in float64 on held − aim alone:
 *
 *   band        |d_u|·unit ≤ width for every underlying that may be traded, or √(d'Σd) ≤ width for the one of the book;
 *   riskCap     √(d'Σd) ≤ cap;
 *   costAware   |(Md)_u| < a_u, which makes no trade the optimum of a convex program (its conditions of Karush, Kuhn and Tucker at
 *               0 hold with room): impact, order books, carry between instruments and what lately traded only add to a_u. Beyond
 *               a_u by e_u each trade may gain at most ½e_u²/D_u, D a diagonal that M exceeds, so that none is worth an order fee
 *               F_u above that; of one underlying beyond a_u alone D_u = M_uu, where its best trade leaves all others inside.
 *
 * `full` and `proportional` trade any deviation, so that lots alone keep them still: nothing is ever sure.
 */
import { toNumber } from '../base/decimal.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import { eigenSymmetric } from '../maths/eigen.ts'
import { stated } from './curvature.ts'
import { curvatureOf } from './decision.ts'
import type { FloatBook } from './glance-book.ts'
import type { FloatRisk } from './glance-risk.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { bandUnit } from './size.ts'

export type FloatRule = { readonly kind: 'never' } | Bands | { readonly kind: 'error'; readonly max: number } | Worth

interface Bands {
  readonly kind: 'bands'
  readonly unit: Float64Array
  readonly width: Float64Array
}

interface Worth {
  readonly kind: 'worth'
  /** M */
  readonly matrix: Float64Array
  /** Σ_v |M_uv| */
  readonly reach: Float64Array
  /** D, diagonal: M − D is positive semidefinite. */
  readonly floor: Float64Array
  /** a, at the cheapest instrument. */
  readonly threshold: Float64Array
  /** F in the numeraire, the least that an order can cost. */
  readonly fee: Float64Array
  /** (Md)_u, and how far it may be off. */
  readonly pull: Float64Array
  readonly error: Float64Array
}

/** @param inputs prepared, and `held` their book */
export function floatRule(inputs: PlanInputs, held: Valued, target: Float64Array): FloatRule {
  const { policy } = inputs.mandate
  switch (policy.kind) {
    case 'full':
    case 'proportional':
      return { kind: 'never' }
    case 'riskCap':
      return { kind: 'error', max: ratioToNumber(policy.trackingErrorMax) }
    case 'band':
      return policy.unit === 'risk'
        ? { kind: 'error', max: ratioToNumber(policy.width) }
        : {
            kind: 'bands',
            unit: target.map((each, u) => bandUnit(policy, each, inputs.risk.vol[u]!)),
            width: Float64Array.from(policy.width, ratioToNumber),
          }
    case 'costAware':
      return floatWorth(inputs, held)
    default:
      return assertNever(policy)
  }
}

function floatWorth(inputs: PlanInputs, held: Valued): Worth {
  const { constraints, tradeable } = inputs.mandate
  const curvature = curvatureOf(inputs)
  const { matrix, n } = curvature
  // Whether stale or not: what may be traded only then adds a condition that may be left out.
  const listed = tradeable.map((own) => own.filter((j) => constraints.frozenInstrument[j] !== 1))
  const least = (own: readonly number[], of: (j: number) => number): number => Math.min(...own.map(of))
  const fee = Float64Array.from(listed, (own) =>
    own.length === 0 ? 0 : least(own, (j) => toNumber(inputs.costs.execution[j]!.fixed)),
  )
  return {
    kind: 'worth',
    matrix,
    reach: Float64Array.from({ length: n }, (_, u) =>
      matrix.subarray(u * n, u * n + n).reduce((sum, each) => sum + Math.abs(each), 0),
    ),
    floor: fee.some((each) => each > 0) ? diagonalBelow(matrix, n) : new Float64Array(n),
    threshold: Float64Array.from(
      listed,
      (own, u) => least(own, (j) => held.costs.proportional[j]!) + stated(curvature, u),
    ),
    fee,
    pull: new Float64Array(n),
    error: new Float64Array(n),
  }
}

/** Eigenvalues are exact to far less. */
const EIGENVALUE_ERROR = 1e-9

/** The share of its diagonal that a matrix exceeds: the least eigenvalue of it scaled to a diagonal of 1. */
function diagonalBelow(matrix: Float64Array, n: number): Float64Array {
  const root = Float64Array.from({ length: n }, (_, u) => Math.sqrt(matrix[u * n + u]!))
  const scaled = matrix.map((each, k) => (each === 0 ? 0 : each / (root[Math.floor(k / n)]! * root[k % n]!)))
  for (let u = 0; u < n; u++) if (root[u] === 0) scaled[u * n + u] = 1
  const share = Math.max(0, eigenSymmetric(scaled, n).values[0]! - EIGENVALUE_ERROR)
  return root.map((each) => share * each * each)
}

export interface Judged {
  readonly book: FloatBook
  /** Its deviation is that from the aim. */
  readonly risk: FloatRisk
  /** Per underlying: 1 where something may be traded for it. */
  readonly trades: Uint8Array
}

/** @returns whether the policy surely wants no trade */
export function wantsNothing(rule: FloatRule, judged: Judged): boolean {
  switch (rule.kind) {
    case 'never':
      return false
    case 'bands':
      return areInside(rule, judged)
    case 'error':
      return judged.risk.trackingError <= rule.max
    case 'worth':
      return isWorthNothing(rule, judged)
    default:
      return assertNever(rule)
  }
}

/** What may be added to a product for its own rounding, as a part of it. */
const ROUNDING = 1e-14

function areInside(bands: Bands, { risk, trades }: Judged): boolean {
  for (let u = 0; u < trades.length; u++) if (trades[u] !== 0 && !isWithin(bands, risk, u)) return false
  return true
}

const isWithin = ({ unit, width }: Bands, { deviation, error }: FloatRisk, u: number): boolean =>
  (Math.abs(deviation[u]!) + error[u]!) * unit[u]! * (1 + ROUNDING) <= width[u]!

/**
 * Whether what may not be traded may be outside its band. Only a band per underlying wants such trades: the others judge the
 * book as a whole, or weigh only what may be traded.
 */
export function maybeBeyond(rule: FloatRule, { risk, trades }: Judged): boolean {
  if (rule.kind !== 'bands') return false
  for (let u = 0; u < trades.length; u++) if (trades[u] === 0 && !isWithin(rule, risk, u)) return true
  return false
}

function isWorthNothing(rule: Worth, judged: Judged): boolean {
  const { threshold, fee, pull, error } = rule
  const { trades, risk } = judged
  pullOf(rule, risk)
  let beyond = 0
  let last = -1
  for (let u = 0; u < threshold.length; u++) {
    if (trades[u] === 0 || Math.abs(pull[u]!) + error[u]! < threshold[u]!) continue
    if (fee[u] === 0) return false
    beyond++
    last = u
  }
  if (beyond === 0) return true
  return (beyond === 1 && isAloneUnderFee(rule, judged, last)) || areUnderFees(rule, judged)
}

/** Rounding of a sum of n products, as a part of the largest that it could be. */
const SUM_ERROR = 1e-12

function pullOf({ matrix, reach, pull, error: off }: Worth, { deviation, error }: FloatRisk): void {
  const n = reach.length
  let [largest, loose] = [0, 0]
  for (let u = 0; u < n; u++) {
    const size = Math.abs(deviation[u]!)
    if (size > largest) largest = size
    if (error[u]! > loose) loose = error[u]!
  }
  for (let u = 0; u < n; u++) {
    let sum = 0
    for (let v = 0; v < n; v++) sum += matrix[u * n + v]! * deviation[v]!
    pull[u] = sum
    off[u] = reach[u]! * (loose + SUM_ERROR * largest)
  }
}

/** A gain is told from a fee where it differs by this part of it, and by this part of what the deviations cost. */
const GAIN_ERROR = 1e-6
const COST_ERROR = 1e-9

/** Whether a gain of e²/2D is surely less than an order fee. */
function isUnderFee(
  rule: Worth,
  { book, risk }: Judged,
  of: { readonly u: number; readonly curvature: number },
): boolean {
  const { threshold, fee, pull, error } = rule
  const { u, curvature } = of
  const excess = Math.abs(pull[u]!) + error[u]! - threshold[u]!
  let cost = 0
  for (let v = 0; v < pull.length; v++) cost += Math.abs(pull[v]! * risk.deviation[v]!)
  return ((excess * excess) / (2 * curvature)) * (1 + GAIN_ERROR) + COST_ERROR * cost < fee[u]! / book.equity
}

/** Whether the one that is beyond its threshold gains less than its fee, and calls for no other trade. */
function isAloneUnderFee(rule: Worth, judged: Judged, lone: number): boolean {
  const { matrix, threshold, pull, error } = rule
  const n = threshold.length
  const own = matrix[lone * n + lone]!
  const size = (Math.abs(pull[lone]!) + error[lone]! - threshold[lone]!) / own
  for (let u = 0; u < n; u++) {
    if (u === lone || judged.trades[u] === 0) continue
    const moved = Math.abs(pull[u]!) + Math.abs(matrix[u * n + lone]!) * size + error[u]!
    if (!(moved < threshold[u]!)) return false
  }
  return isUnderFee(rule, judged, { u: lone, curvature: own })
}

/** Whether each that is beyond its threshold gains less than its fee, whatever else trades. */
function areUnderFees(rule: Worth, judged: Judged): boolean {
  const { threshold, floor, pull, error } = rule
  for (let u = 0; u < threshold.length; u++) {
    if (judged.trades[u] === 0 || Math.abs(pull[u]!) + error[u]! < threshold[u]!) continue
    if (!isUnderFee(rule, judged, { u, curvature: floor[u]! })) return false
  }
  return true
}
