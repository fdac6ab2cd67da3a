/**
 * Two targets that are one quadratic program each, solved by the block pivoting of `block-pivoting.ts` where that ends with
 * an optimum, else (and with bounds that scale along) by the dual active-set method of `quadratic-program.ts`.
 *
 * Minimum variance (Markowitz 1952): min w'Σw, Σ w = total, lower ≤ w ≤ upper.
 * Maximum diversification (Choueifaty and Coignard 2008): max w'σ / sqrt(w'Σw), the same with bounds. The ratio does not
 * depend on scale, so it is min x'Σx with σ'x = 1 and bounds that scale along, lower_i·Σx ≤ total·x_i ≤ upper_i·Σx;
 * w = total·x/Σx. Without bounds but w ≥ 0 that is the minimum variance in correlations, divided by the vols.
 */
import { type Issue, type Result, refuse, succeed } from '../../base/result.ts'
import { sum } from '../../maths/matrix.ts'
import { type LinearRow, projectOnto } from '../../maths/quadratic-program.ts'
import { indefiniteness } from '../covariance-check.ts'
import { pivotToOptimum } from './block-pivoting.ts'
import { type Bounds, checkBounds, checkInputs, type TargetInputs, type TargetWeights } from './target-inputs.ts'

export interface BoundedTargetInputs extends TargetInputs {
  readonly bounds: Bounds
}

/** Bounds below 0 allow shorts. Codes: those of `checkInputs` and `checkBounds`; risk.covariance. */
export function minimumVarianceWeights(inputs: BoundedTargetInputs): Result<TargetWeights> {
  const { names, covariance, total, bounds } = inputs
  const n = names.length
  const issues = issuesOf(inputs, Number.NEGATIVE_INFINITY)
  if (issues.length > 0) return { ok: false, error: issues }
  const ones = new Float64Array(n).fill(1)
  const direct = pivotToOptimum({ n, metric: covariance, coefficients: ones, bound: total, ...bounds })
  if (direct !== null) return succeed(answer(rescaled(direct, bounds, total)))
  const flaw = indefiniteness(covariance, n)
  if (flaw !== null) return { ok: false, error: [flaw] }
  const projected = projectOnto({
    n,
    metric: covariance,
    point: new Float64Array(n),
    ...bounds,
    rows: equality(ones, total),
  })
  if (projected.status === 'infeasible') return conflict()
  return succeed(answer(rescaled(projected.x, bounds, total)))
}

/** Bounds must be 0 or more. Codes: those of `checkInputs` and `checkBounds`; risk.covariance. */
export function maximumDiversificationWeights(inputs: BoundedTargetInputs): Result<TargetWeights> {
  const { names, covariance, total, bounds } = inputs
  const n = names.length
  const issues = issuesOf(inputs, 0)
  if (issues.length > 0) return { ok: false, error: issues }
  const vol = Float64Array.from(names, (_, i) => Math.sqrt(covariance[i * n + i]!))
  const rows = equality(vol, 1)
  for (let i = 0; i < n; i++) {
    const [lower, upper] = [bounds.lower[i]! / total, bounds.upper[i]! / total]
    if (lower > 0) rows.push(shareRow(rows.length, { n, index: i, share: lower, sign: 1 }))
    if (upper < 1) rows.push(shareRow(rows.length, { n, index: i, share: upper, sign: -1 }))
  }
  const open = { lower: new Float64Array(n), upper: new Float64Array(n).fill(Number.POSITIVE_INFINITY) }
  const free = rows.length === 2
  const direct = free ? pivotToOptimum({ n, metric: covariance, coefficients: vol, bound: 1, ...open }) : null
  if (direct !== null) return succeed(answer(toTotal(direct, bounds, total)))
  const flaw = indefiniteness(covariance, n)
  if (flaw !== null) return { ok: false, error: [flaw] }
  const projected = projectOnto({ n, metric: covariance, point: new Float64Array(n), ...open, rows })
  if (projected.status === 'infeasible') return conflict()
  return succeed(answer(toTotal(projected.x, bounds, total)))
}

const answer = (weight: Float64Array): TargetWeights => ({ weight, needed: ['vol', 'correlation', 'bounds'] })

function toTotal(x: Float64Array, bounds: Bounds, total: number): Float64Array {
  const whole = sum(x)
  return rescaled(
    x.map((value) => (value / whole) * total),
    bounds,
    total,
  )
}

const issuesOf = (inputs: BoundedTargetInputs, lowest: number): Issue[] => [
  ...checkInputs(inputs, 'covariance'),
  ...checkBounds(inputs, inputs.bounds, lowest),
]

const equality = (coefficients: Float64Array, bound: number): LinearRow[] => [
  { id: 0, coefficients, bound },
  { id: 1, coefficients: coefficients.map((value) => -value), bound: -bound },
]

/** sign·(share·Σx − x_index) ≤ 0 */
function shareRow(
  id: number,
  {
    n,
    index,
    share,
    sign,
  }: { readonly n: number; readonly index: number; readonly share: number; readonly sign: 1 | -1 },
): LinearRow {
  const coefficients = new Float64Array(n).fill(sign * share)
  coefficients[index]! -= sign
  return { id, coefficients, bound: 0 }
}

const conflict = (): Result<never> =>
  refuse(
    'target.bounds-total',
    'targets.bounds',
    'the bounds must leave room for the sum of the weights, was a contradiction between them',
    'widen the bounds of the assets with the tightest ones',
  )

/** Inside the bounds to the last bit; what rounding has left of the sum goes to the weight with the most room. */
function rescaled(x: Float64Array, { lower, upper }: Bounds, total: number): Float64Array {
  const weight = x.map((value, i) => Math.min(upper[i]!, Math.max(lower[i]!, value)))
  const left = total - sum(weight)
  let roomiest = 0
  const room = (i: number): number => (left > 0 ? upper[i]! - weight[i]! : weight[i]! - lower[i]!)
  for (let i = 1; i < weight.length; i++) if (room(i) > room(roomiest)) roomiest = i
  if (room(roomiest) >= Math.abs(left)) weight[roomiest]! += left
  return weight
}
