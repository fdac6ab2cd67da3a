/**
 * Optimal execution against linear impact: R. Almgren, N. Chriss, "Optimal execution of portfolio transactions", J. Risk 3
 * (2001). X units are traded in N slices of length τ = T/N; trading n units in a slice moves the price for good by γn and
 * costs ε|n| + (η/τ)n². With η̃ = η − ½γτ and κ̃² = λσ²/η̃ the mean-variance optimum E + λV holds after slice j
 *   x_j = X sinh κ(T−t_j)/sinh κT,  cosh κτ = 1 + ½κ̃²τ²   (eqs. 16–19),
 *   E = ½γX² + ε Σ|n_j| + (η̃/τ) Σn_j²,  V = σ²τ Σx_j²      (eqs. 4–8).
 * λ = 0 is the straight line; λ < 0 (a trader who likes risk) turns sinh into sin. Units are the caller's: quantity, money
 * and one unit of time; σ is money per unit of quantity per √time.
 */
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { outOfRange } from './range.ts'

export interface LinearImpact {
  /** ε ≥ 0: half the spread plus fee, money per unit. */
  readonly halfSpread: number
  /** γ ≥ 0: permanent move of the price per unit. */
  readonly permanent: number
  /** η: temporary move per unit traded per unit of time. */
  readonly temporary: number
}

export interface ExecutionOrder extends LinearImpact {
  /** X, either sign. */
  readonly quantity: number
  /** T > 0 */
  readonly duration: number
  /** N ≥ 1 */
  readonly slices: number
  /** σ ≥ 0 */
  readonly vol: number
  /** λ per unit of money. */
  readonly aversion: number
}

export interface Trajectory {
  readonly branch: 'hyperbolic' | 'straight' | 'trigonometric'
  /** κ ≥ 0, per unit of time: of sinh, or of sin. */
  readonly kappa: number
  /** x_0 = X … x_N = 0. */
  readonly holdings: Float64Array
  /** n_1 … n_N with the sign of X. */
  readonly trades: Float64Array
  /** E, money. */
  readonly expectedCost: number
  /** V, money². */
  readonly variance: number
  /** √V */
  readonly deviation: number
}

/**
 * The optimal trajectory.
 * @returns refused: numbers out of range; η̃ ≤ 0, where slices are too long for the impact; a λ so negative that waiting
 * always looks better (κT ≥ π).
 */
export function optimalTrajectory(order: ExecutionOrder): Result<Trajectory> {
  const { duration, slices, vol, aversion } = order
  const issues = checkOrder(order)
  if (issues.length > 0) return fail(issues)
  const tau = duration / slices
  const adjusted = order.temporary - (order.permanent * tau) / 2
  if (!(adjusted > 0)) {
    const message = `temporary impact must be above half the permanent impact of a slice ${(order.permanent * tau) / 2}, was ${order.temporary}`
    return fail([{ code: 'cost.execution', path: '', message, hint: 'trade in shorter slices' }])
  }
  // cosh κτ − 1 = 2 sinh²(κτ/2) and 1 − cos κτ = 2 sin²(κτ/2) keep the digits of a small κ.
  const half = ((aversion * vol * vol) / adjusted) * tau * tau * 0.25
  const root = Math.sqrt(Math.abs(half))
  if (half < 0 && !(root < 1 && slices * 2 * Math.asin(root) < Math.PI)) {
    const limit = (-4 * Math.sin(Math.PI / (2 * slices)) ** 2 * adjusted) / (vol * vol * tau * tau)
    const message = `risk aversion must be above ${limit}, was ${aversion}`
    return fail([{ code: 'cost.execution', path: '', message, hint: 'below that waiting for ever looks best' }])
  }
  const kappa = (2 * (half < 0 ? Math.asin(root) : Math.asinh(root))) / tau
  const branch = kappa === 0 ? 'straight' : half > 0 ? 'hyperbolic' : 'trigonometric'
  const holdings = Float64Array.from({ length: slices + 1 }, (_, j) => {
    if (j === 0) return order.quantity
    return j === slices ? 0 : order.quantity * shareLeft(branch, kappa, { left: duration - j * tau, duration })
  })
  const costs = evaluate(order, holdings, adjusted)
  const overflow = outOfRange('', {
    'decay of the holding': [kappa, 'finite'],
    'expected cost': [costs.expectedCost, 'finite'],
    'variance of the cost': [costs.variance, 'finite'],
  })
  return overflow.length > 0 ? fail(overflow) : succeed({ branch, kappa, holdings, ...costs })
}

/** sinh κ·left / sinh κT and its kin; written with decaying exponentials, so that no κT overflows. */
function shareLeft(
  branch: Trajectory['branch'],
  kappa: number,
  { left, duration }: { readonly left: number; readonly duration: number },
): number {
  if (branch === 'straight') return left / duration
  if (branch === 'trigonometric') return Math.sin(kappa * left) / Math.sin(kappa * duration)
  return (Math.exp(-kappa * (duration - left)) * Math.expm1(-2 * kappa * left)) / Math.expm1(-2 * kappa * duration)
}

function evaluate(order: ExecutionOrder, holdings: Float64Array, adjusted: number) {
  const tau = order.duration / order.slices
  const trades = new Float64Array(order.slices)
  let [absolute, squares, held] = [0, 0, 0]
  for (let j = 0; j < order.slices; j++) {
    const trade = holdings[j]! - holdings[j + 1]!
    trades[j] = trade
    absolute += Math.abs(trade)
    squares += trade * trade
    held += holdings[j + 1]! ** 2
  }
  const permanent = (order.permanent * order.quantity ** 2) / 2
  const variance = order.vol ** 2 * tau * held
  return {
    trades,
    expectedCost: permanent + order.halfSpread * absolute + (adjusted / tau) * squares,
    variance,
    deviation: Math.sqrt(variance),
  }
}

const checkOrder = (order: ExecutionOrder): Issue[] =>
  outOfRange('', {
    quantity: [order.quantity, 'finite'],
    duration: [order.duration, 'positive'],
    slices: [order.slices, 'count'],
    volatility: [order.vol, 'nonNegative'],
    'half spread': [order.halfSpread, 'nonNegative'],
    'permanent impact': [order.permanent, 'nonNegative'],
    'temporary impact': [order.temporary, 'positive'],
    'risk aversion': [order.aversion, 'finite'],
  })

export interface FrontierPoint {
  readonly aversion: number
  readonly expectedCost: number
  readonly deviation: number
}

/** The efficient frontier: least expected cost for each deviation, in the order of rising aversion. λ ≥ 0. */
export function efficientFrontier(
  order: Omit<ExecutionOrder, 'aversion'>,
  aversions: readonly number[],
): Result<readonly FrontierPoint[]> {
  const points: FrontierPoint[] = []
  for (const aversion of [...aversions].sort((a, b) => a - b)) {
    const issues = outOfRange('', { 'risk aversion': [aversion, 'nonNegative'] })
    const found = issues.length > 0 ? fail(issues) : optimalTrajectory({ ...order, aversion })
    if (!found.ok) return found
    points.push({ aversion, expectedCost: found.value.expectedCost, deviation: found.value.deviation })
  }
  return succeed(points)
}

/** Expected cost of trading at an even pace without slices (N → ∞, λ = 0): ½γX² + ε|X| + ηX²/T. */
export const evenPaceCost = (
  impact: LinearImpact,
  { quantity, duration }: { readonly quantity: number; readonly duration: number },
): number =>
  (impact.permanent * quantity ** 2) / 2 +
  impact.halfSpread * Math.abs(quantity) +
  (impact.temporary * quantity ** 2) / duration
