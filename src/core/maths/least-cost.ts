/**
 * The cheapest way back to a cap on risk: min Σ a_i|z_i| subject to (d+z)'Σ(d+z) ≤ cap². Its Lagrangian is a lasso,
 * min Σ a_i|z_i| + ½μ(d+z)'Σ(d+z), whose solution is piecewise linear in t = 1/μ: on the support S with signs s the
 * deviation left satisfies (Σe)_S = −t·a_S s_S. Coordinate descent finds the support, the pieces are then solved exactly
 * (homotopy of Osborne, Presnell and Turlach, IMA Journal of Numerical Analysis 20, 2000).
 */
import { assert } from '../base/result.ts'
import { factorise, solveFactored } from './cholesky.ts'

export interface LeastCost {
  readonly n: number
  /** d: what is too much of each, in weight. */
  readonly deviation: Float64Array
  /** Σ, n × n, symmetric positive semidefinite. */
  readonly covariance: Float64Array
  /** a ≥ 0: one-way cost of each. */
  readonly cost: Float64Array
  readonly cap: number
  /** 1 = may not be traded. */
  readonly fixed: Uint8Array
}

export interface LeastCostTrade {
  readonly trade: Float64Array
  /** False where the cap cannot be reached with what may be traded; `trade` then comes as near as it can. */
  readonly reached: boolean
}

/** @returns exact zeros for what is not traded; all zeros where the book is inside the cap. */
export function minimiseCost(problem: LeastCost): LeastCostTrade {
  const { n, deviation, covariance, cap } = problem
  const trade = new Float64Array(n)
  if (quadratic(covariance, deviation, n) <= cap * cap) return { trade, reached: true }
  const path: Path = { support: [], sign: new Int8Array(n), excluded: problem.fixed.slice() }
  for (let i = 0; i < n; i++) if (problem.cost[i] === 0) join(problem, path, i, 0)
  let t = Number.POSITIVE_INFINITY
  // Every piece has its own support; the bound only guards against a cycle of float64 ties.
  for (let pieces = 0; pieces <= 20 * n + 20; pieces++) {
    const line = solvePiece(problem, path)
    const next = nextEvent(problem, path, line, t)
    const meets = meetCap(problem, line, path, { from: t, to: next.t })
    if (meets !== null) return { trade: place(path, line, meets, n), reached: true }
    if (next.kind === 'end') return { trade: place(path, line, 0, n), reached: false }
    t = next.t
    if (next.kind === 'leave') {
      path.support.splice(path.support.indexOf(next.index), 1)
      path.excluded = problem.fixed.slice()
    } else join(problem, path, next.index, next.sign)
  }
  throw new Error('invariant: the homotopy ends')
}

interface Path {
  support: number[]
  sign: Int8Array
  /** 1 = may not join now: fixed, or an exact combination of the support. */
  excluded: Uint8Array
}

/** z_S(t) = constant + t·slope, in the order of the support. */
interface Line {
  readonly constant: Float64Array
  readonly slope: Float64Array
}

/** What is left of a variance after the support explains it, below which an asset is a combination of the support. */
const DEPENDENT = 1e-11
/** Share of the largest variance below which an asset has no risk of its own. */
const NEGLIGIBLE = 1e-30

/** Adds an asset to the support, unless it is an exact combination of what is there: then trading it is never needed. */
function join({ n, covariance }: LeastCost, path: Path, index: number, sign: number): void {
  if (path.excluded[index] === 1) return
  const own = covariance[index * n + index]!
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, covariance[i * n + i]!)
  const s = path.support
  const between = Float64Array.from(s, (i) => covariance[i * n + index]!)
  const factor = factorise(block(covariance, s, n), s.length)
  const explained = factor === null ? own : dot(between, solveFactored(factor, between, s.length))
  if (own <= NEGLIGIBLE * largest || own - explained <= DEPENDENT * own) path.excluded[index] = 1
  else {
    s.push(index)
    path.sign[index] = sign
  }
}

/** On the support (Σe)_S = −t·a_S s_S, so z_S = −Σ_SS⁻¹[(Σd)_S + t·a_S s_S]. */
function solvePiece({ n, covariance, deviation, cost }: LeastCost, { support, sign }: Path): Line {
  const k = support.length
  const factor = factorise(block(covariance, support, n), k)
  assert(factor !== null, 'the support is independent')
  const pull = Float64Array.from(support, (i) => -rowDot(covariance, deviation, i, n))
  const price = Float64Array.from(support, (i) => -cost[i]! * sign[i]!)
  return { constant: solveFactored(factor, pull, k), slope: solveFactored(factor, price, k) }
}

type Event =
  | { readonly kind: 'leave' | 'join'; readonly t: number; readonly index: number; readonly sign: number }
  | { readonly kind: 'end'; readonly t: 0 }

/** The largest t below `from` at which an asset leaves (its trade is 0) or joins (its pull pays for its cost). */
function nextEvent(problem: LeastCost, path: Path, line: Line, from: number): Event {
  const { n, covariance, cost, deviation } = problem
  const below = from === Number.POSITIVE_INFINITY ? from : from * (1 - 1e-13)
  let next: Event = { kind: 'end', t: 0 }
  const consider = (event: Event): void => {
    if (event.t > next.t && event.t < below) next = event
  }
  path.support.forEach((index, k) => {
    // z falls to 0 only if it grew with falling t: constant and slope have opposite signs.
    if (path.sign[index] !== 0 && line.slope[k] !== 0)
      consider({ kind: 'leave', t: -line.constant[k]! / line.slope[k]!, index, sign: 0 })
  })
  const [still, moving] = [deviation.slice(), new Float64Array(n)]
  path.support.forEach((index, k) => {
    still[index]! += line.constant[k]!
    moving[index] = line.slope[k]!
  })
  for (let i = 0; i < n; i++) {
    if (path.excluded[i] === 1 || path.support.includes(i)) continue
    const [p, q] = [rowDot(covariance, still, i, n), rowDot(covariance, moving, i, n)]
    // |p + tq| = t·a: too much on one side is sold, on the other bought.
    consider({ kind: 'join', t: p / (cost[i]! - q), index: i, sign: -1 })
    consider({ kind: 'join', t: -p / (cost[i]! + q), index: i, sign: 1 })
  }
  return next
}

/** The t of a piece at which the risk left is the cap, or null. */
function meetCap(
  { n, covariance, deviation, cap }: LeastCost,
  line: Line,
  path: Path,
  { from, to }: { from: number; to: number },
): number | null {
  const still = deviation.slice()
  const moving = new Float64Array(n)
  path.support.forEach((index, k) => {
    still[index]! += line.constant[k]!
    moving[index] = line.slope[k]!
  })
  const a = quadratic(covariance, moving, n)
  const c = quadratic(covariance, still, n) - cap * cap
  let b = 0
  for (let i = 0; i < n; i++) b += moving[i]! * rowDot(covariance, still, i, n)
  // Risk falls with t on a piece: the larger root of a·t² + 2b·t + c, written without cancellation.
  if (a <= 0) return null
  const root = Math.sqrt(Math.max(0, b * b - a * c))
  const t = b > 0 ? -c / (b + root) : (root - b) / a
  return t >= to && t <= from ? t : null
}

function place({ support }: Path, line: Line, t: number, n: number): Float64Array {
  const trade = new Float64Array(n)
  support.forEach((index, k) => {
    trade[index] = line.constant[k]! + t * line.slope[k]!
  })
  return trade
}

function block(matrix: Float64Array, picked: readonly number[], n: number): Float64Array {
  const k = picked.length
  return Float64Array.from({ length: k * k }, (_, at) => matrix[picked[Math.floor(at / k)]! * n + picked[at % k]!]!)
}

function rowDot(matrix: Float64Array, x: Float64Array, row: number, n: number): number {
  let sum = 0
  for (let j = 0; j < n; j++) sum += matrix[row * n + j]! * x[j]!
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function quadratic(matrix: Float64Array, x: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += x[i]! * rowDot(matrix, x, i, n)
  return sum
}
