/**
 * Projection onto a polyhedron in the metric of a positive definite matrix: min ½(x − x₀)'H(x − x₀) subject to
 * lower ≤ x ≤ upper and rows a'x ≤ b, by the dual active-set method of Goldfarb and Idnani (Mathematical Programming 27,
 * 1983). It starts at x₀, the optimum without constraints, and takes in the violated constraints one at a time, dropping
 * those that a later one makes idle; so its work grows with the number of constraints that bind.
 *
 * Coordinates are scaled by powers of two to a metric with a diagonal near 1: exact, so bounds come back to the last bit.
 */
import { assert } from '../base/result.ts'
import { factorise } from './cholesky.ts'
import {
  type ActiveFactors,
  addNormal,
  combine,
  dropNormal,
  solveActive,
  solveTriangle,
  startFactors,
  transform,
} from './dual-active-set.ts'
import { dot, multiplyVector } from './matrix.ts'

/** coefficients·x ≤ bound */
export interface LinearRow {
  readonly id: number
  readonly coefficients: Float64Array
  readonly bound: number
}

export interface Projection {
  readonly n: number
  /**
   * H, n × n, symmetric positive semidefinite. Where it is numerically singular (a pivot under 1e-11 of its diagonal),
   * 1e-11 of each diagonal element (of their mean for a 0) is added to it, ten times more until it has a factor: among
   * equally near points the one with the least own movement is then chosen.
   */
  readonly metric: Float64Array
  /** x₀, finite. */
  readonly point: Float64Array
  /** May be −∞. */
  readonly lower: Float64Array
  /** May be +∞. lower = upper fixes a coordinate. */
  readonly upper: Float64Array
  readonly rows: readonly LinearRow[]
}

/** A constraint, by the id of its row or the index of the coordinate that it bounds. */
export type Bounding =
  | { readonly kind: 'row'; readonly id: number }
  | { readonly kind: 'lower' | 'upper'; readonly index: number }

export interface Weighted {
  readonly by: Bounding
  readonly multiplier: number
}

export type Projected =
  | {
      readonly status: 'optimal'
      /** Within the box exactly, and exactly on every bound that is active. */
      readonly x: Float64Array
      /** Constraints that hold x back, multipliers > 0: H(x − x₀) + Σ multiplier·a = 0, bounds being ±x_i ≤ ±bound. */
      readonly active: readonly Weighted[]
    }
  | {
      readonly status: 'infeasible'
      /** Constraints that contradict each other: Σ multiplier·a = 0 although Σ multiplier·bound < 0. */
      readonly conflict: readonly Weighted[]
    }

/** Least pivot of the scaled metric that counts as definite, and the first ridge. */
const RIDGE = 1e-11
/** Violations up to this part of a constraint's own terms are rounding. */
const ROUNDING = 1e-13
/** A normal is a combination of the active ones where this part of its length or less is left beside them. */
const DEPENDENT = 1e-10
/** Violations up to this part of its terms are rounding for a constraint that depends on the active ones. */
const TOUCHING = 1e-10
/** Shares in a combination, and multipliers below 0, that are rounding. */
const NEGLIGIBLE = 1e-12
/** Rounds of iterative refinement; each gains at least four digits at the worst condition that is let through. */
const REFINEMENTS = 4

interface Constraint {
  readonly by: Bounding
  /** a in scaled coordinates. */
  readonly normal: Float64Array
  readonly bound: number
  /** |normal| in scaled coordinates, 1 for an empty row. */
  readonly length: number
  /** Σ|a_i| in the caller's coordinates. */
  readonly size: number
  multiplier: number
  state: 'idle' | 'active' | 'touching'
}

interface Search {
  readonly n: number
  /** x_i = scale_i·y_i. */
  readonly scale: Float64Array
  /** H in scaled coordinates, with its ridge. */
  readonly metric: Float64Array
  readonly start: Float64Array
  readonly y: Float64Array
  readonly constraints: Constraint[]
  /** In the order of the factors. */
  readonly active: Constraint[]
  readonly factors: ActiveFactors
}

export function projectOnto(problem: Projection): Projected {
  const empty = emptySide(problem)
  if (empty !== null) return { status: 'infeasible', conflict: empty }
  const search = begin(problem)
  let steps = 0
  for (let settled = false; ; ) {
    const entering = findViolated(search)
    if (entering === null) {
      if (settled) return finish(search, problem)
      settle(search)
      settled = true
      continue
    }
    settled = false
    // Every full step raises the dual objective, so no active set comes back; the bound only guards against rounding.
    const stepsMax = 100 * (search.constraints.length + 10)
    for (let done = false; !done; ) {
      assert(++steps <= stepsMax, 'the dual active-set method ends')
      const outcome = advance(search, entering)
      if (outcome.kind === 'conflict') return { status: 'infeasible', conflict: outcome.conflict }
      done = outcome.kind === 'done'
    }
  }
}

/** The two bounds of the first coordinate whose lower exceeds its upper, or null. */
function emptySide({ lower, upper }: Projection): Weighted[] | null {
  const index = lower.findIndex((bound, i) => bound > upper[i]!)
  if (index < 0) return null
  return (['lower', 'upper'] as const).map((kind) => ({ by: { kind, index }, multiplier: 1 }))
}

function begin({ n, metric, point, lower, upper, rows }: Projection): Search {
  assert(metric.length === n * n && point.length === n, `metric and point must be of size ${n}`)
  assert(lower.length === n && upper.length === n, `bounds must be of size ${n}`)
  assert(point.every(Number.isFinite) && metric.every(Number.isFinite), 'metric and point must be finite')
  let trace = 0
  for (let i = 0; i < n; i++) trace += metric[i * n + i]!
  const mean = trace > 0 ? trace / n : 1
  const scale = Float64Array.from({ length: n }, (_, i) =>
    inverseRoot(metric[i * n + i]! > 0 ? metric[i * n + i]! : mean),
  )
  const scaled = metric.map((element, k) => element * scale[Math.floor(k / n)]! * scale[k % n]!)
  const l = factoriseWithRidge(scaled, n)
  const start = point.map((x, i) => x / scale[i]!)
  const constraints: Constraint[] = []
  for (let index = 0; index < n; index++) {
    for (const [kind, sign, bound] of [['lower', -1, lower[index]!] as const, ['upper', 1, upper[index]!] as const]) {
      assert(sign * bound > Number.NEGATIVE_INFINITY, `the ${kind} bound of ${index} must leave a number, was ${bound}`)
      if (!Number.isFinite(bound)) continue
      const coefficients = new Float64Array(n)
      coefficients[index] = sign
      constraints.push(makeConstraint({ kind, index }, { coefficients, bound: sign * bound, scale }))
    }
  }
  for (const row of rows) constraints.push(makeConstraint({ kind: 'row', id: row.id }, { ...row, scale }))
  return { n, scale, metric: scaled, start, y: start.slice(), constraints, active: [], factors: startFactors(l, n) }
}

/** The power of two s for which s²x lies in [½, 2]. */
function inverseRoot(x: number): number {
  let power = 1
  while (power * power * x > 2) power /= 2
  while (power * power * x < 0.5) power *= 2
  return power
}

/** The Cholesky factor of the scaled metric, which receives the ridge that it needs. */
function factoriseWithRidge(scaled: Float64Array, n: number): Float64Array {
  for (let ridge = 0; ; ridge = ridge === 0 ? RIDGE : 9 * ridge) {
    assert(ridge < 1e-3, 'the metric must be positive semidefinite')
    for (let i = 0; i < n; i++) scaled[i * n + i]! += ridge
    const l = factorise(scaled, n)
    if (l === null) continue
    const definite = Array.from({ length: n }, (_, i) => l[i * n + i]! ** 2 >= RIDGE * scaled[i * n + i]!)
    if (ridge > 0 || definite.every(Boolean)) return l
  }
}

function makeConstraint(
  by: Bounding,
  { coefficients, bound, scale }: { coefficients: Float64Array; bound: number; scale: Float64Array },
): Constraint {
  assert(
    coefficients.length === scale.length,
    `a row must have ${scale.length} coefficients, was ${coefficients.length}`,
  )
  assert(Number.isFinite(bound) && coefficients.every(Number.isFinite), 'a row must be finite')
  const normal = coefficients.map((coefficient, i) => coefficient * scale[i]!)
  const size = coefficients.reduce((total, coefficient) => total + Math.abs(coefficient), 0)
  return { by, normal, bound, length: Math.sqrt(dot(normal, normal)) || 1, size, multiplier: 0, state: 'idle' }
}

/** Units of the rounding in a constraint's value: its bound and its terms at the size of the numbers in play. */
const unitOf = ({ bound, size }: Constraint, magnitude: number): number => Math.abs(bound) + size * magnitude

/** The largest |x_i| in play. */
function magnitudeOf({ n, scale, start, y }: Search): number {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, scale[i]! * Math.max(Math.abs(start[i]!), Math.abs(y[i]!)))
  return largest
}

/** The constraint that is violated by the longest way, the first of equals. */
function findViolated(search: Search): Constraint | null {
  const { y, constraints } = search
  const magnitude = magnitudeOf(search)
  const violated = (constraint: Constraint): number => {
    const violation = constraint.state === 'idle' ? dot(constraint.normal, y) - constraint.bound : 0
    return violation > ROUNDING * unitOf(constraint, magnitude) ? violation : 0
  }
  let worst: Constraint | null = null
  let way = 0
  for (const constraint of constraints) {
    const violation = violated(constraint) / constraint.length
    if (violation > way) [worst, way] = [constraint, violation]
  }
  return worst
}

type Outcome =
  | { readonly kind: 'done' | 'dropped' }
  | { readonly kind: 'conflict'; readonly conflict: readonly Weighted[] }

/** One step towards the optimum with one more constraint: all the way, or until an active multiplier reaches 0. */
function advance(search: Search, entering: Constraint): Outcome {
  const { n, y, active, factors } = search
  const d = transform(factors, entering.normal)
  const made = solveTriangle(factors, d)
  const count = active.length
  const [within, beside] = [squareOf(d, 0, count), squareOf(d, count, n)]
  const excess = dot(entering.normal, y) - entering.bound
  const dependent = beside <= DEPENDENT ** 2 * (within + beside)
  const full = dependent ? Number.POSITIVE_INFINITY : Math.max(0, excess) / beside
  let [step, blocking] = [full, -1]
  for (let k = 0; k < count; k++) {
    if (!(made[k]! * active[k]!.length > NEGLIGIBLE * entering.length)) continue
    const ratio = active[k]!.multiplier / made[k]!
    if (ratio < step) [step, blocking] = [ratio, k]
  }
  if (step === Number.POSITIVE_INFINITY) {
    if (excess > TOUCHING * unitOf(entering, magnitudeOf(search)))
      return { kind: 'conflict', conflict: contradiction(active, made, entering) }
    entering.state = 'touching'
    entering.multiplier = 0
    return { kind: 'done' }
  }
  entering.multiplier += step
  for (let k = 0; k < count; k++) active[k]!.multiplier = Math.max(0, active[k]!.multiplier - step * made[k]!)
  if (!dependent) {
    const direction = combine(factors, d, { from: count, to: n })
    for (let i = 0; i < n; i++) y[i]! -= step * direction[i]!
  }
  if (blocking >= 0) {
    drop(search, blocking)
    return { kind: 'dropped' }
  }
  addNormal(factors, d)
  active.push(entering)
  entering.state = 'active'
  refine(search)
  return { kind: 'done' }
}

function squareOf(d: Float64Array, from: number, to: number): number {
  let total = 0
  for (let k = from; k < to; k++) total += d[k]! * d[k]!
  return total
}

/** Farkas: the entering normal is Σ made·a with no made > 0, so these constraints cannot hold together. */
function contradiction(active: readonly Constraint[], made: Float64Array, entering: Constraint): Weighted[] {
  const others = active.map(({ by, length }, k) => ({ by, multiplier: -made[k]!, weight: -made[k]! * length }))
  return [
    { by: entering.by, multiplier: 1 },
    ...others
      .filter(({ weight }) => weight > NEGLIGIBLE * entering.length)
      .map(({ by, multiplier }) => ({ by, multiplier })),
  ]
}

function drop({ active, factors, constraints }: Search, index: number): void {
  const dropped = active[index]!
  dropped.state = 'idle'
  dropped.multiplier = 0
  active.splice(index, 1)
  dropNormal(factors, index)
  // What depended on the active constraints may not depend on those that are left.
  for (const constraint of constraints) if (constraint.state === 'touching') constraint.state = 'idle'
}

/** H(y − y₀) + Σ multiplier·a: what is left of the optimality condition. */
function gradient({ n, metric, start, y, active }: Search): Float64Array {
  const away = y.map((value, i) => value - start[i]!)
  const result = multiplyVector(metric, away, n)
  for (const { normal, multiplier } of active) {
    for (let i = 0; i < n; i++) result[i]! += multiplier * normal[i]!
  }
  return result
}

/** One Newton step on the optimality conditions of the active set: takes out what the factors have lost. */
function refine(search: Search): void {
  const { n, y, active, factors } = search
  const forces = gradient(search).map((force) => -force)
  const gaps = Float64Array.from(active, ({ normal, bound }) => bound - dot(normal, y))
  const { step, multipliers } = solveActive(factors, { forces, gaps })
  for (let i = 0; i < n; i++) y[i]! += step[i]!
  active.forEach((constraint, k) => {
    constraint.multiplier += multipliers[k]!
  })
}

/** The optimum of the active set to full precision. Multipliers found below 0 were rounding: their constraints are let go. */
function settle(search: Search): void {
  const { active, metric, n, start, y, scale } = search
  for (;;) {
    for (let round = 0; round < REFINEMENTS; round++) {
      refine(search)
      for (const { by, bound } of active) {
        if (by.kind !== 'row') y[by.index] = (by.kind === 'upper' ? bound : -bound) / scale[by.index]!
      }
    }
    const pull = multiplyVector(
      metric,
      y.map((value, i) => value - start[i]!),
      n,
    )
    const noise = NEGLIGIBLE * Math.sqrt(dot(pull, pull))
    let lowest = -1
    active.forEach(({ multiplier, length }, k) => {
      const below = lowest < 0 ? -noise : active[lowest]!.multiplier * active[lowest]!.length
      if (multiplier * length < below) lowest = k
    })
    if (lowest < 0) break
    drop(search, lowest)
  }
  for (const constraint of active) constraint.multiplier = Math.max(0, constraint.multiplier)
}

function finish(search: Search, { lower, upper }: Projection): Projected {
  const { scale, y, active } = search
  // On its bound the optimality condition of a coordinate defines the multiplier: no rounding is left in it.
  const left = gradient(search)
  const weighted = active.map(({ by, normal, multiplier }): Weighted => {
    if (by.kind === 'row') return { by, multiplier }
    return { by, multiplier: Math.max(0, multiplier - left[by.index]! / normal[by.index]!) }
  })
  const x = y.map((value, i) => Math.min(upper[i]!, Math.max(lower[i]!, scale[i]! * value)))
  return { status: 'optimal', x, active: weighted.filter(({ multiplier }) => multiplier > 0) }
}
