/**
 * The cheapest way back to a cap on risk: min Σ a_i|z_i| subject to (d + z)'Σ(d + z) ≤ cap². With y = d + z its Lagrangian
 * is the lasso min ½y'Σy + t·Σ a_i|y_i − d_i|, and the cap fixes the price t. The path of the lasso is piecewise linear in
 * t (Osborne, Presnell and Turlach, IMA Journal of Numerical Analysis 20, 2000): y = p + t·q on a piece, where Σp is 0 on
 * the support, so that risk² = p'Σp + t²·q'Σq. Risk rises with t, so a piece whose own t meets the cap and lies on the
 * piece is the answer; the search jumps from piece to piece inside a bracket, halving it where a jump would leave it.
 */
import { assert } from '../base/result.ts'
import { type Lasso, type LassoState, pieceOf, solveLasso, startLasso } from './lasso.ts'
import { multiplyVector, quadraticForm } from './matrix.ts'

export interface LeastCost {
  readonly n: number
  /** d: held − target, in weight. */
  readonly deviation: Float64Array
  /** Σ: n × n, symmetric positive semidefinite. */
  readonly covariance: Float64Array
  /** a ≥ 0: cost of trading one unit. What costs nothing is traded to where risk is least. */
  readonly cost: Float64Array
  /** ≥ 0, in the unit of sqrt(d'Σd). */
  readonly cap: number
  /** 1 = may not be traded. */
  readonly fixed?: Uint8Array
}

export interface LeastCostTrade {
  /** z: exactly 0 for what is not traded, and altogether where the book is inside the cap. */
  readonly trade: Float64Array
  /** False where the cap cannot be reached with what may be traded; z then leaves the least risk, at the least cost. */
  readonly reached: boolean
}

/** Rounding of y'Σy, as a part of its terms: with a singular Σ they are large and cancel. */
const ROUNDING = 1e-15
/** Lowest price, as a part of the one at which the dearest coordinate would start to trade: below it, all that can help trades. */
const PRICE_MIN = 1e-9
/** What the price falls by while no piece says where the cap is met. */
const FALL = 8
/** Jumps and halvings; a bracket of float64 numbers is empty after about 60 halvings. */
const ROUNDS_MAX = 400

export function minimiseCost(problem: LeastCost): LeastCostTrade {
  const { n, deviation, covariance, cost, cap, fixed = new Uint8Array(n) } = problem
  assert(deviation.length === n && covariance.length === n * n, `deviation and covariance must be of size ${n}`)
  assert(cost.length === n && fixed.length === n, `cost and fixed must be of size ${n}`)
  assert(covariance.every(Number.isFinite) && deviation.every(Number.isFinite), 'risk and deviation must be finite')
  assert(
    cost.every((a) => a >= 0 && Number.isFinite(a)),
    'cost must be 0 or above',
  )
  assert(cap >= 0, `cap must be 0 or above, was ${cap}`)
  const before = quadraticForm(deviation, covariance, n)
  if (before <= cap * cap) return { trade: new Float64Array(n), reached: true }
  const lasso: Lasso = { n, deviation, covariance, cost, fixed }
  const state = startLasso(lasso)
  solveLasso({ ...lasso, fixed: fixed.map((given, i) => (given === 1 || cost[i]! > 0 ? 1 : 0)) }, state, 0)
  const prices = priceRange(lasso, state)
  const reached = quadraticForm(state.left, covariance, n) <= cap * cap + roundingOf(state.left, lasso)
  if (reached || prices === null) return { trade: tradeOf(state.left, lasso, state), reached }
  return search(lasso, state, { ...prices, square: cap * cap })
}

/** Prices between which all that costs something starts to trade, or null where nothing of it helps. */
function priceRange(
  { n, covariance, cost, fixed }: Lasso,
  { left }: LassoState,
): { readonly top: number; readonly bottom: number } | null {
  const pull = multiplyVector(covariance, left, n)
  let [top, pullMax, costMax] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    if (fixed[i] === 1 || cost[i] === 0) continue
    top = Math.max(top, Math.abs(pull[i]!) / cost[i]!)
    pullMax = Math.max(pullMax, Math.abs(pull[i]!))
    costMax = Math.max(costMax, cost[i]!)
  }
  return top === 0 ? null : { top, bottom: PRICE_MIN * (pullMax / costMax) }
}

interface Cap {
  readonly top: number
  readonly bottom: number
  /** cap² */
  readonly square: number
}

function search(lasso: Lasso, state: LassoState, { top, bottom, square }: Cap): LeastCostTrade {
  let [low, high, known] = [bottom, top, false]
  // Just under the top, so that the first coordinate to trade is in the support.
  let price = Math.max(bottom, top * (1 - 2 ** -20))
  let jumpedFrom = ''
  for (let round = 0; round < ROUNDS_MAX; round++) {
    solveLasso(lasso, state, price)
    const piece = measurePiece(lasso, state)
    const signature = signatureOf(state)
    if (signature === jumpedFrom || high <= low * (1 + 4 * Number.EPSILON))
      return { trade: place(lasso, state, { piece, square }), reached: true }
    if (piece.base + price * price * piece.rate > square) {
      high = price
      if (price === bottom) {
        // Whatever helps trades: without a price this piece has the least risk that can be reached.
        const reached = piece.base <= square + roundingOf(piece.p, lasso)
        return { trade: place(lasso, state, { piece, square }), reached }
      }
    } else [low, known] = [price, true]
    const meeting = piece.base < square && piece.rate > 0 ? Math.sqrt((square - piece.base) / piece.rate) : 0
    const jump = meeting > low && meeting < high
    jumpedFrom = jump ? signature : ''
    price = jump ? meeting : known ? Math.sqrt(low) * Math.sqrt(high) : Math.max(bottom, price / FALL)
  }
  throw new Error('invariant: the bracket of prices closes')
}

/** A piece with its risk² = base + t²·rate. p and q as whole vectors. */
interface Measured {
  readonly p: Float64Array
  readonly q: Float64Array
  readonly base: number
  readonly rate: number
}

function measurePiece(lasso: Lasso, state: LassoState): Measured {
  const { constant, slope } = pieceOf(lasso, state)
  const p = lasso.deviation.slice()
  const q = new Float64Array(lasso.n)
  state.support.forEach((i, k) => {
    p[i] = constant[k]!
    q[i] = slope[k]!
  })
  const risk = (x: Float64Array): number => Math.max(0, quadraticForm(x, lasso.covariance, lasso.n))
  return { p, q, base: risk(p), rate: risk(q) }
}

/** The rounding in x'Σx. */
function roundingOf(x: Float64Array, { covariance, n }: Lasso): number {
  return ROUNDING * quadraticForm(x.map(Math.abs), covariance.map(Math.abs), n)
}

const signatureOf = ({ support, sign }: LassoState): string =>
  support
    .map((i) => `${i}:${sign[i]}`)
    .sort()
    .join()

/** The trade at the point of the piece that meets the cap, or at its least risk where none does. */
function place(
  lasso: Lasso,
  state: LassoState,
  { piece, square }: { readonly piece: Measured; readonly square: number },
): Float64Array {
  const { p, q, base, rate } = piece
  let [squaredPrice, left] = [0, p]
  let missing = square - base
  // The risk of the point itself, not the sum of two parts, must be the cap: corrected until rounding is all that is left.
  for (let round = 0; round < 4 && rate > 0; round++) {
    squaredPrice = Math.max(0, squaredPrice + missing / rate)
    left = p.map((constant, i) => constant + Math.sqrt(squaredPrice) * q[i]!)
    missing = square - quadraticForm(left, lasso.covariance, lasso.n)
  }
  return tradeOf(left, lasso, state)
}

/** z = y − d on the support. */
function tradeOf(left: Float64Array, { n, deviation }: Lasso, { support }: LassoState): Float64Array {
  const trade = new Float64Array(n)
  for (const i of support) trade[i] = left[i]! - deviation[i]!
  return trade
}
