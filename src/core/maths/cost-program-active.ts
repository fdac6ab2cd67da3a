/**
 * Active-set Newton method for the cost-aware program. Every trade is either held at a bound or kink or free between two;
 * every row is idle, active or (soft rows) paid in full at its price. On such a pattern the optimality conditions are smooth:
 * with F the free trades, H = M_FF + diag((1+δ)δc|z|^{δ−1}) and G the slopes of the active rows in F,
 *
 *   [H G'; G 0] [Δz; Δλ] = [−gradient of the Lagrangian; h − R(z)],
 *
 * solved by a Cholesky factor of H and one of G H⁻¹ G'. Free trades that the step would carry over a kink stop there (block
 * pivoting: Portugal, Júdice and Vicente, Mathematics of Computation 63, 1994); once none does, held trades whose
 * subdifferential does not contain 0 are minimised one by one, which frees them. It ends where nothing is left to change.
 * Block pivoting may cycle, so the number of steps is bounded and the caller has another method.
 */
import { rowSize, rowValue } from './cost-program-certificate.ts'
import { type Landing, minimiseTrade, nextStop, powerOf, priceSlope, rowSlope } from './cost-program-coordinate.ts'
import { type CostProgram, PLACE } from './cost-program-types.ts'

const ROW = { idle: 0, active: 1, paid: 2 } as const

/** Where the search stands, and its working memory, all of the size of the largest problem. */
export interface ActiveWork {
  readonly trade: Float64Array
  readonly places: Int16Array
  readonly multipliers: Float64Array
  /** M(d + z) + b */
  readonly gradient: Float64Array
  /** Which piece a free trade that stands on its kink belongs to. */
  readonly sides: Int8Array
  readonly rowStates: Uint8Array
  readonly roots: Float64Array
  readonly landing: Landing
  readonly free: Int32Array
  freeCount: number
  readonly active: Int32Array
  activeCount: number
  /** Cholesky factor of H, row-major with row length freeCount; valid for `free` while `factored` and nothing else changed. */
  readonly factor: Float64Array
  factored: boolean
  /** H had dependent columns: their pivots are raised. */
  singular: boolean
  readonly force: Float64Array
  readonly step: Float64Array
  /** L⁻¹G', one row of length n for each active row. */
  readonly normals: Float64Array
  readonly schur: Float64Array
  readonly shift: Float64Array
  /** Σ_j √M_jj|d_j + z_j| */
  spread: number
  steps: number
}

export function makeActiveWork(n: number, rowsMax: number): ActiveWork {
  return {
    trade: new Float64Array(n),
    places: new Int16Array(n),
    multipliers: new Float64Array(rowsMax),
    gradient: new Float64Array(n),
    sides: new Int8Array(n),
    rowStates: new Uint8Array(rowsMax),
    roots: new Float64Array(n),
    landing: { x: 0, place: 0 },
    free: new Int32Array(n),
    freeCount: 0,
    active: new Int32Array(rowsMax),
    activeCount: 0,
    factor: new Float64Array(n * n),
    factored: false,
    singular: false,
    force: new Float64Array(n),
    step: new Float64Array(n),
    normals: new Float64Array(n * rowsMax),
    schur: new Float64Array(rowsMax * rowsMax),
    shift: new Float64Array(rowsMax),
    spread: 0,
    steps: 0,
  }
}

/** Pulls within this part of the terms they are made of are rounding. */
const ROUNDING = 2e-14
/** Free trades are settled where their forces are this part of the terms or less. */
const SETTLED = 1e-12
/** Pivots at most this part of the diagonal are dependent columns; they are raised to RAISED of it. */
const DEPENDENT = 1e-12
const RAISED = 1e-8

/** Runs from the trade, places and multipliers in `work`; true where the optimality conditions hold. */
export function solveActive(program: CostProgram, work: ActiveWork, stepsMax: number): boolean {
  begin(program, work)
  release(program, work)
  for (let count = 0; count < stepsMax; count++) {
    work.steps++
    gather(program, work)
    if (newton(program, work)) continue
    if (!settled(program, work)) continue
    const woken = wakeRows(program, work)
    const released = release(program, work)
    if (!woken && !released) return true
  }
  return false
}

function begin(program: CostProgram, work: ActiveWork): void {
  const { n, rows, quadratic } = program
  for (let i = 0; i < n; i++) {
    work.roots[i] = Math.sqrt(quadratic[i * n + i]!)
    work.sides[i] = 1
    placeTrade(program, work, i)
  }
  for (let k = 0; k < rows.length; k++) {
    const price = rows[k]!.price
    const multiplier = Math.min(price, Math.max(0, work.multipliers[k]!))
    work.multipliers[k] = multiplier
    work.rowStates[k] = multiplier === 0 ? ROW.idle : multiplier === price ? ROW.paid : ROW.active
  }
  work.factored = false
  computeGradient(program, work)
}

/** Puts a trade onto the bound or kink that it is said to be at, and into the box. */
function placeTrade({ lower, upper, rows }: CostProgram, work: ActiveWork, i: number): void {
  const place = work.places[i]!
  const row = place >= PLACE.firstRow ? rows[place - PLACE.firstRow] : undefined
  if (place === PLACE.lower) work.trade[i] = lower[i]!
  else if (place === PLACE.upper) work.trade[i] = upper[i]!
  else if (place === PLACE.zero) work.trade[i] = 0
  else if (row !== undefined) work.trade[i] = row.kink === null ? 0 : row.kink[i]!
  if (work.trade[i]! >= upper[i]!) {
    work.trade[i] = upper[i]!
    work.places[i] = PLACE.upper
  }
  if (work.trade[i]! <= lower[i]!) {
    work.trade[i] = lower[i]!
    work.places[i] = PLACE.lower
  }
}

function computeGradient({ n, quadratic, deviation, linear }: CostProgram, work: ActiveWork): void {
  const { trade, gradient, roots } = work
  let spread = 0
  for (let j = 0; j < n; j++) {
    work.step[j] = deviation[j]! + trade[j]!
    spread += roots[j]! * Math.abs(work.step[j]!)
  }
  work.spread = spread
  for (let i = 0; i < n; i++) {
    let total = linear[i]!
    const row = i * n
    for (let j = 0; j < n; j++) total += quadratic[row + j]! * work.step[j]!
    gradient[i] = total
  }
}

function moveTrade({ n, quadratic }: CostProgram, work: ActiveWork, i: number, x: number): void {
  const by = x - work.trade[i]!
  if (by === 0) return
  work.trade[i] = x
  const row = i * n
  for (let j = 0; j < n; j++) work.gradient[j]! += by * quadratic[row + j]!
}

/** The size of the terms of the pull of trade i. */
function pullSize({ linear, rows }: CostProgram, work: ActiveWork, i: number): number {
  let size = work.roots[i]! * work.spread + Math.abs(linear[i]!)
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    const multiplier = work.multipliers[k]!
    if (multiplier !== 0) size += multiplier * (Math.abs(row.slope[i]!) + (row.bend === null ? 0 : row.bend[i]!))
  }
  return size
}

/** Minimises held trades whose subdifferential does not contain 0; true where one moved or was freed. */
function release(program: CostProgram, work: ActiveWork): boolean {
  let released = false
  for (let i = 0; i < program.n; i++) {
    if (work.places[i] !== PLACE.free && program.lower[i]! < program.upper[i]! && reseat(program, work, i))
      released = true
  }
  return released
}

function reseat(program: CostProgram, work: ActiveWork, i: number): boolean {
  const { trade, places, gradient, multipliers, landing } = work
  const x = trade[i]!
  const tolerance = ROUNDING * pullSize(program, work, i)
  const up = x < program.upper[i]! ? gradient[i]! + priceSlope(program, multipliers, i, x, 1) : 0
  const down = x > program.lower[i]! ? gradient[i]! + priceSlope(program, multipliers, i, x, -1) : 0
  if (up >= -tolerance && down <= tolerance) return false
  landing.x = x
  landing.place = PLACE.free
  minimiseTrade(program, multipliers, i, gradient[i]! - program.quadratic[i * program.n + i]! * x, landing)
  places[i] = landing.place
  work.sides[i] = up < -tolerance ? 1 : -1
  work.factored = false
  moveTrade(program, work, i, landing.x)
  return true
}

function gather(program: CostProgram, work: ActiveWork): void {
  let count = 0
  for (let i = 0; i < program.n; i++) if (work.places[i] === PLACE.free) work.free[count++] = i
  work.freeCount = count
  count = 0
  for (let k = 0; k < program.rows.length; k++) if (work.rowStates[k] === ROW.active) work.active[count++] = k
  work.activeCount = count
}

/** One Newton step on the pattern; true where it changed the pattern. */
function newton(program: CostProgram, work: ActiveWork): boolean {
  if (!work.factored) factorFree(program, work)
  const { free, freeCount: f, force, multipliers, trade, sides } = work
  for (let p = 0; p < f; p++) {
    const i = free[p]!
    force[p] = -(work.gradient[i]! + priceSlope(program, multipliers, i, trade[i]!, sides[i]!))
  }
  solveForward(work, force, 0)
  const moved = shiftMultipliers(program, work)
  solveBackward(work, force)
  return applyStep(program, work) || moved
}

function factorFree({ n, quadratic, power, exponent }: CostProgram, work: ActiveWork): void {
  const { factor, free, freeCount: f } = work
  work.singular = false
  work.factored = true
  for (let p = 0; p < f; p++) {
    const i = free[p]!
    const row = p * f
    for (let q = 0; q <= p; q++) factor[row + q] = quadratic[i * n + free[q]!]!
    const c = power[i]!
    if (c !== 0) {
      factor[row + p]! +=
        ((1 + exponent) * exponent * c * powerOf(Math.abs(work.trade[i]!), exponent)) / Math.abs(work.trade[i]!)
      work.factored = false
    }
    const diagonal = factor[row + p]!
    for (let q = 0; q < p; q++) {
      const other = q * f
      let rest = factor[row + q]!
      for (let r = 0; r < q; r++) rest -= factor[row + r]! * factor[other + r]!
      factor[row + q] = rest / factor[other + q]!
    }
    let pivot = diagonal
    for (let r = 0; r < p; r++) pivot -= factor[row + r]! * factor[row + r]!
    if (!(pivot > DEPENDENT * diagonal)) {
      work.singular = true
      pivot = RAISED * (diagonal > 0 ? diagonal : 1)
    }
    factor[row + p] = Math.sqrt(pivot)
  }
}

/** x ← L⁻¹x for x of length f from `from` on. */
function solveForward({ factor, freeCount: f }: ActiveWork, x: Float64Array, from: number): void {
  for (let p = 0; p < f; p++) {
    const row = p * f
    let rest = x[from + p]!
    for (let q = 0; q < p; q++) rest -= factor[row + q]! * x[from + q]!
    x[from + p] = rest / factor[row + p]!
  }
}

/** x ← L'⁻¹x */
function solveBackward({ factor, freeCount: f }: ActiveWork, x: Float64Array): void {
  for (let p = f - 1; p >= 0; p--) {
    const row = p * f
    const value = x[p]! / factor[row + p]!
    x[p] = value
    for (let q = 0; q < p; q++) x[q]! -= factor[row + q]! * value
  }
}

/** Solves for Δλ, takes its part out of the force, applies it; true where a row left the active ones. */
function shiftMultipliers(program: CostProgram, work: ActiveWork): boolean {
  const { active, activeCount: count, normals, schur, shift, force, freeCount: f, free, trade, sides } = work
  const { n, rows } = program
  if (count === 0) return false
  for (let a = 0; a < count; a++) {
    const row = rows[active[a]!]!
    for (let p = 0; p < f; p++) normals[a * n + p] = rowSlope(row, free[p]!, trade[free[p]!]!, sides[free[p]!]!)
    solveForward(work, normals, a * n)
    let total = rowValue(row, trade, n) - row.bound
    for (let p = 0; p < f; p++) total += normals[a * n + p]! * force[p]!
    shift[a] = total
    for (let b = 0; b <= a; b++) {
      let product = 0
      for (let p = 0; p < f; p++) product += normals[a * n + p]! * normals[b * n + p]!
      schur[a * count + b] = product
    }
  }
  solveSchur(work)
  for (let a = 0; a < count; a++) for (let p = 0; p < f; p++) force[p]! -= shift[a]! * normals[a * n + p]!
  let left = false
  for (let a = 0; a < count; a++) {
    const k = active[a]!
    const multiplier = work.multipliers[k]! + shift[a]!
    const price = rows[k]!.price
    work.multipliers[k] = Math.min(price, Math.max(0, multiplier))
    if (multiplier > 0 && multiplier < price) continue
    work.rowStates[k] = multiplier <= 0 ? ROW.idle : ROW.paid
    left = true
  }
  return left
}

/** shift ← S⁻¹shift by Cholesky; rows that depend on earlier ones keep their multiplier. */
function solveSchur({ schur, shift, activeCount: count }: ActiveWork): void {
  for (let a = 0; a < count; a++) {
    const diagonal = schur[a * count + a]!
    for (let b = 0; b < a; b++) {
      let rest = schur[a * count + b]!
      for (let c = 0; c < b; c++) rest -= schur[a * count + c]! * schur[b * count + c]!
      schur[a * count + b] = rest / schur[b * count + b]!
    }
    let pivot = diagonal
    for (let c = 0; c < a; c++) pivot -= schur[a * count + c]! * schur[a * count + c]!
    schur[a * count + a] = pivot > 1e-11 * diagonal ? Math.sqrt(pivot) : Number.POSITIVE_INFINITY
  }
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) shift[a]! -= schur[a * count + b]! * shift[b]!
    shift[a]! /= schur[a * count + a]!
  }
  for (let a = count - 1; a >= 0; a--) {
    shift[a]! /= schur[a * count + a]!
    for (let b = 0; b < a; b++) shift[b]! -= schur[a * count + b]! * shift[a]!
  }
}

/** z_F ← z_F + Δz, each trade at most to its next stop; true where one stopped. */
function applyStep(program: CostProgram, work: ActiveWork): boolean {
  const { free, freeCount: f, force, trade, landing, multipliers } = work
  // Along dependent columns the step is as long as the ridge is small: there all go together, up to the first stop.
  let length = 1
  if (work.singular) {
    for (let p = 0; p < f; p++) {
      if (force[p] === 0) continue
      const i = free[p]!
      nextStop(program, multipliers, i, trade[i]!, Math.sign(force[p]!), landing)
      if (landing.place !== PLACE.free) length = Math.min(length, (landing.x - trade[i]!) / force[p]!)
    }
  }
  let stopped = false
  for (let p = 0; p < f; p++) {
    const way = force[p]!
    if (way === 0) continue
    const i = free[p]!
    const side = way > 0 ? 1 : -1
    const x = trade[i]! + length * way
    nextStop(program, multipliers, i, trade[i]!, side, landing)
    if (landing.place === PLACE.free || side * x < side * landing.x) {
      work.sides[i] = side
      moveTrade(program, work, i, x)
      continue
    }
    stopped = true
    work.factored = false
    work.places[i] = landing.place
    moveTrade(program, work, i, landing.x)
    // The curvature of a power cost grows without bound towards 0: whether 0 is the end, one dimension decides.
    if (landing.place === PLACE.zero && program.power[i]! > 0) reseat(program, work, i)
  }
  return stopped || length < 1
}

/** Whether the forces on the free trades are rounding. */
function settled(program: CostProgram, work: ActiveWork): boolean {
  computeGradient(program, work)
  for (let p = 0; p < work.freeCount; p++) {
    const i = work.free[p]!
    const force = work.gradient[i]! + priceSlope(program, work.multipliers, i, work.trade[i]!, work.sides[i]!)
    if (!(Math.abs(force) <= SETTLED * pullSize(program, work, i))) return false
  }
  return true
}

/** Idle rows that are exceeded become active, paid rows with room too; true where one did. */
function wakeRows(program: CostProgram, work: ActiveWork): boolean {
  let woken = false
  for (let k = 0; k < program.rows.length; k++) {
    const row = program.rows[k]!
    const state = work.rowStates[k]!
    const excess = rowValue(row, work.trade, program.n) - row.bound
    const rounding = SETTLED * rowSize(row, work.trade, program.n)
    if (state === ROW.active) {
      // Not met although its pattern is solved: its free trades cannot move it.
      if (Math.abs(excess) > rounding) woken = true
    } else if (state === ROW.idle ? excess > rounding : excess < -rounding) {
      work.rowStates[k] = ROW.active
      woken = true
    }
  }
  return woken
}
