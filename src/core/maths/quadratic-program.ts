/**
 * Projection onto a polyhedron in the metric of a positive definite matrix: min ½(x − x₀)'H(x − x₀) subject to
 * lower ≤ x ≤ upper and rows a'x ≤ b, by the dual active-set method of Goldfarb and Idnani (Mathematical Programming 27,
 * 1983). It starts at x₀, the unconstrained optimum, and adds violated constraints one at a time, so its work grows with
 * the number of limits that bind and not with the number there are. Rows may come on demand from `cut`, which is how a
 * convex piecewise linear limit enters.
 *
 * With H = LL' and y = L'(x − x₀) each constraint is c'y ≤ β, c = L⁻¹a, and the answer is the point of the polyhedron
 * nearest to the origin.
 */
import { assert } from '../base/result.ts'
import { factorise, solveFactored } from './cholesky.ts'

/** coefficients'x ≤ bound */
export interface LinearRow {
  readonly id: number
  readonly coefficients: Float64Array
  readonly bound: number
}

export interface Projection {
  readonly n: number
  /** H, n × n, symmetric positive semidefinite; a ridge of 1e-12 of its mean diagonal makes it definite. */
  readonly metric: Float64Array
  readonly point: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly rows: readonly LinearRow[]
  /** A row that x violates, or null; asked only where bounds and rows hold. */
  readonly cut?: (x: Float64Array) => LinearRow | null
}

export type Bounding =
  | { readonly kind: 'row'; readonly id: number }
  | { readonly kind: 'lower' | 'upper'; readonly index: number }

export interface Projected {
  readonly status: 'optimal' | 'infeasible'
  readonly x: Float64Array
  /** Constraints that hold the answer, with multipliers > 0. */
  readonly active: readonly { readonly by: Bounding; readonly multiplier: number }[]
}

interface Constraint {
  readonly by: Bounding
  /** c = L⁻¹a and L⁻ᵀc = H⁻¹a. */
  readonly c: Float64Array
  readonly direction: Float64Array
  readonly bound: number
  /** Size of the row, for what counts as rounding. */
  readonly scale: number
  /** a'x */
  readonly measure: (x: Float64Array) => number
  multiplier: number
}

const RIDGE = 1e-12
/** Violations below this, relative to the size of a row, are float64 noise. */
const FEASIBLE = 1e-13
/** A row is dependent on the active ones where this little of it is left after projecting them out. */
const INDEPENDENT = 1e-18
/** How far beyond its bound, relative to its size, such a row may be by rounding alone. */
const DEPENDENT = 1e-9

export function projectOnto(problem: Projection): Projected {
  const { n, point } = problem
  const l = factoriseWithRidge(problem.metric, n)
  const x = point.slice()
  const active: Constraint[] = []
  const settled: Bounding[] = []
  // Each outer step raises the dual objective strictly, so no active set comes back; the bound only guards the proof.
  const stepsMax = 50 * (2 * n + problem.rows.length + 20)
  for (let steps = 0; ; steps++) {
    assert(steps <= stepsMax, 'dual active-set method ends')
    const violated = mostViolated(problem, l, x, [...active.map(({ by }) => by), ...settled])
    if (violated === null) break
    if (activate(violated, x, active)) continue
    // A row that depends on the active ones is either on them up to rounding, or cannot be obeyed together with them.
    if (violated.measure(x) - violated.bound > DEPENDENT * violated.scale)
      return { status: 'infeasible', x, active: [] }
    settled.push(violated.by)
  }
  for (const { by } of active) {
    if (by.kind === 'lower') x[by.index] = problem.lower[by.index]!
    if (by.kind === 'upper') x[by.index] = problem.upper[by.index]!
  }
  for (let i = 0; i < n; i++) x[i] = Math.min(problem.upper[i]!, Math.max(problem.lower[i]!, x[i]!))
  return {
    status: 'optimal',
    x,
    active: active.filter(({ multiplier }) => multiplier > 0).map(({ by, multiplier }) => ({ by, multiplier })),
  }
}

function factoriseWithRidge(metric: Float64Array, n: number): Float64Array {
  let trace = 0
  for (let i = 0; i < n; i++) trace += metric[i * n + i]!
  const mean = n === 0 || trace === 0 ? 1 : trace / n
  for (let ridge = RIDGE; ; ridge *= 10) {
    assert(ridge < 1, 'metric is positive semidefinite')
    const raised = metric.slice()
    for (let i = 0; i < n; i++) raised[i * n + i]! += ridge * mean
    const l = factorise(raised, n)
    if (l !== null) return l
  }
}

/** Moves to the optimum with one more constraint, dropping active ones whose multiplier reaches 0. False: no point is left. */
function activate(entering: Constraint, x: Float64Array, active: Constraint[]): boolean {
  const n = x.length
  for (;;) {
    const r = solveGram(active, entering.c)
    const z = entering.c.slice()
    active.forEach(({ c }, k) => {
      for (let i = 0; i < n; i++) z[i]! -= r[k]! * c[i]!
    })
    const square = z.reduce((sum, each) => sum + each * each, 0)
    const whole = entering.c.reduce((sum, each) => sum + each * each, 0)
    const excess = entering.measure(x) - entering.bound
    const full = square > INDEPENDENT * whole ? excess / square : Number.POSITIVE_INFINITY
    let blocking = -1
    let step = full
    for (let k = 0; k < active.length; k++) {
      if (!(r[k]! > 0)) continue
      const ratio = active[k]!.multiplier / r[k]!
      if (ratio < step) {
        step = ratio
        blocking = k
      }
    }
    if (step === Number.POSITIVE_INFINITY) return false
    active.forEach((each, k) => {
      each.multiplier = Math.max(0, each.multiplier - step * r[k]!)
    })
    entering.multiplier += step
    if (full !== Number.POSITIVE_INFINITY) {
      for (let i = 0; i < n; i++) {
        let move = entering.direction[i]!
        for (let k = 0; k < active.length; k++) move -= r[k]! * active[k]!.direction[i]!
        x[i]! -= step * move
      }
    }
    if (blocking < 0) {
      active.push(entering)
      return true
    }
    active.splice(blocking, 1)
  }
}

/** r = (CC')⁻¹Cc for the active rows C: how the multipliers of the active ones answer to a new one. */
function solveGram(active: readonly Constraint[], c: Float64Array): Float64Array {
  const k = active.length
  const gram = new Float64Array(k * k)
  const right = new Float64Array(k)
  const dot = (a: Float64Array, b: Float64Array): number => {
    let sum = 0
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
    return sum
  }
  for (let p = 0; p < k; p++) {
    right[p] = dot(active[p]!.c, c)
    for (let q = 0; q <= p; q++) gram[p * k + q] = gram[q * k + p] = dot(active[p]!.c, active[q]!.c)
  }
  // Active rows are independent, so the plain factor exists but for float64; only then a ridge helps.
  return solveFactored(factorise(gram, k) ?? factoriseWithRidge(gram, k), right, k)
}

/** The constraint x breaks most, in units of its own size; rows on demand only where nothing else is broken. */
function mostViolated(
  problem: Projection,
  l: Float64Array,
  x: Float64Array,
  done: readonly Bounding[],
): Constraint | null {
  const { n, lower, upper, rows } = problem
  const isActive = (kind: Bounding['kind'], at: number): boolean =>
    done.some((by) => by.kind === kind && (by.kind === 'row' ? by.id : by.index) === at)
  let worst = FEASIBLE
  let found: (() => Constraint) | null = null
  const consider = (violation: number, scale: number, make: () => Constraint): void => {
    if (violation > worst * scale) {
      worst = violation / scale
      found = make
    }
  }
  for (let i = 0; i < n; i++) {
    const scale = 1 + Math.abs(problem.point[i]!)
    if (!isActive('lower', i))
      consider(lower[i]! - x[i]!, scale, () => makeBound(l, n, { kind: 'lower', index: i, bound: -lower[i]! }))
    if (!isActive('upper', i))
      consider(x[i]! - upper[i]!, scale, () => makeBound(l, n, { kind: 'upper', index: i, bound: upper[i]! }))
  }
  for (const row of rows) {
    if (isActive('row', row.id)) continue
    consider(measureRow(row, x) - row.bound, scaleOf(row), () => makeRow(l, n, row))
  }
  if (found !== null) return (found as () => Constraint)()
  const row = problem.cut?.(x) ?? null
  return row === null ? null : makeRow(l, n, row)
}

/** Size of a row's terms; 1 for an empty one. */
const scaleOf = ({ coefficients, bound }: LinearRow): number =>
  Math.abs(bound) + coefficients.reduce((most, each) => Math.max(most, Math.abs(each)), 0) || 1

function measureRow({ coefficients }: LinearRow, x: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += coefficients[i]! * x[i]!
  return sum
}

const makeRow = (l: Float64Array, n: number, row: LinearRow): Constraint => {
  const c = solveLower(l, row.coefficients, n)
  const by: Bounding = { kind: 'row', id: row.id }
  const scale = scaleOf(row)
  return {
    by,
    c,
    direction: solveUpper(l, c, n),
    bound: row.bound,
    scale,
    measure: (x) => measureRow(row, x),
    multiplier: 0,
  }
}

function makeBound(
  l: Float64Array,
  n: number,
  { kind, index, bound }: { kind: 'lower' | 'upper'; index: number; bound: number },
): Constraint {
  const sign = kind === 'upper' ? 1 : -1
  const unit = new Float64Array(n)
  unit[index] = sign
  const c = solveLower(l, unit, n)
  return {
    by: { kind, index },
    c,
    direction: solveUpper(l, c, n),
    bound,
    scale: 1 + Math.abs(bound),
    measure: (x) => sign * x[index]!,
    multiplier: 0,
  }
}

/** Solves Lx = b. */
function solveLower(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    let sum = x[i]!
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * x[k]!
    x[i] = sum / l[i * n + i]!
  }
  return x
}

/** Solves L'x = b. */
function solveUpper(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = b.slice()
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * x[k]!
    x[i] = sum / l[i * n + i]!
  }
  return x
}
