/**
 * Active-set Newton method for the minimum of Φ (cost-program-work). Every trade is held at a bound or kink or free between two,
 * every row idle, active or paid in full. On such a pattern Φ is smooth: with F the free trades, H = M_FF + diag(ε +
 * (1+δ)δc(m+|z|)^{δ−1}), G the slopes of the active rows in F and μ their softness, its Newton step is
 *
 *   H Δz + G'Δλ = −∇Φ,  G Δz = μΔλ.
 *
 * Free trades that the step would carry over a kink stop there, all at once where that lowers Φ (block pivoting: Portugal,
 * Júdice and Vicente, Mathematics of Computation 63, 1994), else the step ends at the first of them. Where nothing moves any
 * more, held trades whose subdifferential does not contain 0 are minimised one by one, which frees them. Φ falls with every
 * change, so no pattern comes back.
 */
import { capNorm, capSize, capsCentred, keepCaps, refreshCaps, softenCaps } from './cost-program-cap.ts'
import { rowSize } from './cost-program-certificate.ts'
import { kinkAt, minimiseTrade, priceSlope } from './cost-program-coordinate.ts'
import { solveNewton } from './cost-program-factor.ts'
import { apply, firstStop, moveTrade, potential, undo } from './cost-program-step.ts'
import { type CostProgram, PLACE } from './cost-program-types.ts'
import { admitCap, begin, measure, pullSize, ROW, recentre, smoothSlope, type Work } from './cost-program-work.ts'

/** Pulls on held trades within this part of the terms they are made of are rounding. */
const ROUNDING = 2e-15
/** Free trades are settled where their forces are this part of the terms or less. */
const SETTLED = 1e-14
/** Active rows are met where they are off by this part of their terms or less, or by a rounding that falls no more. */
const MET = 1e-14
const STALLED = 1e-11
/** Falls of Φ up to this part of it are rounding; after so many steps in a row that promise no more, the pattern is solved. */
const NEGLIGIBLE = 1e-14
const UNCERTAIN = 1e-10
const ROUNDING_OF_TERMS = 1e-15
const IDLE_STEPS = 4
const HALVINGS = 40
const STEPS_MAX = 300
/** So many Newton steps in a row are a search along the bend of a cap that is too hard for where the search stands. */
const SLOW = 20

/** Runs one attempt from the trade, places and multipliers in `work`; true where the optimality conditions hold. */
export function solveActive(program: CostProgram, work: Work, caution: number): boolean {
  begin(program, work, caution)
  work.idleSteps = 0
  let inRow = 0
  release(program, work)
  for (let count = 0; count < STEPS_MAX * (1 + caution); count++) {
    work.steps++
    gather(program, work)
    if (newton(program, work)) {
      if (++inRow % SLOW === 0 && softenCaps(program, work.caps)) measure(program, work)
      continue
    }
    inRow = 0
    work.idleSteps = 0
    measure(program, work)
    if (work.stuck && sweep(program, work)) continue
    if (release(program, work)) continue
    if (centred(program, work)) {
      if (!admit(program, work)) return true
    } else {
      recentre(program, work)
    }
    release(program, work)
  }
  return false
}

/** Minimises every trade in turn; true where one moved or is held now. After a Newton step that ended well only held ones do. */
function sweep(program: CostProgram, work: Work): boolean {
  const before = potential(program, work)
  let held = false
  for (let i = 0; i < program.n; i++) {
    if (work.fixed[i] === 1) continue
    if (!reseat(program, work, i) && hold(program, work, i)) held = true
  }
  return potential(program, work) < before - 10 * NEGLIGIBLE * work.size || held
}

/** Holds a free trade that stands on a kink which it has no reason to leave. */
function hold(program: CostProgram, work: Work, i: number): boolean {
  if (work.places[i] !== PLACE.free) return false
  const place = kinkAt(program, work, i)
  if (place === PLACE.free) return false
  work.places[i] = place
  work.factored = false
  return true
}

/** Minimises held trades whose subdifferential does not contain 0; true where one moved or was freed. */
function release(program: CostProgram, work: Work): boolean {
  let released = false
  for (let i = 0; i < program.n; i++) {
    if (work.places[i] !== PLACE.free && work.fixed[i] === 0 && reseat(program, work, i)) released = true
  }
  return released
}

function reseat(program: CostProgram, work: Work, i: number): boolean {
  const { trade, multipliers } = work
  const x = trade[i]!
  const slope = smoothSlope(work, i)
  const up = x < program.upper[i]! ? slope + priceSlope(program, multipliers, i, x, 1) : 0
  const down = x > program.lower[i]! ? slope + priceSlope(program, multipliers, i, x, -1) : 0
  if (up >= 0 && down <= 0) return false
  const tolerance = (work.places[i] === PLACE.free ? SETTLED : ROUNDING) * pullSize(program, work, i)
  if (up >= -tolerance && down <= tolerance) return false
  work.sides[i] = up < -tolerance ? 1 : -1
  minimiseTrade(program, work, i)
  if (work.landing.x === x) return false
  work.places[i] = work.landing.place
  work.factored = false
  moveTrade(program, work, i, work.landing.x)
  refreshCaps(program, work.caps)
  return true
}

function gather(program: CostProgram, work: Work): void {
  let count = 0
  for (let i = 0; i < program.n; i++) if (work.places[i] === PLACE.free) work.free[count++] = i
  work.freeCount = count
}

/** The forces on the free trades, into step too. */
function enterForces(program: CostProgram, work: Work): void {
  const { free, freeCount: f, step, multipliers, trade, sides, force } = work
  for (let p = 0; p < f; p++) {
    const i = free[p]!
    force[p] = -(smoothSlope(work, i) + priceSlope(program, multipliers, i, trade[i]!, sides[i]!))
    step[p] = force[p]!
  }
}

/** One Newton step on the pattern; true where trades moved by more than rounding. */
function newton(program: CostProgram, work: Work): boolean {
  const { free, freeCount: f, step } = work
  work.stuck = false
  enterForces(program, work)
  let unsettled = false
  for (let p = 0; p < f && !unsettled; p++)
    unsettled = !(Math.abs(step[p]!) <= SETTLED * pullSize(program, work, free[p]!))
  if (!unsettled) return false
  solveNewton(program, work)
  let fall = 0
  for (let p = 0; p < f; p++) fall += 0.5 * work.force[p]! * step[p]!
  const before = potential(program, work)
  // Where rounding keeps the forces from settling, what they could still gain tells.
  if (fall > NEGLIGIBLE * work.size) {
    if (!descend(program, work, before)) return false
    // A promise this small that is not kept is rounding too.
    const kept = fall > UNCERTAIN * work.size || before - potential(program, work) > 0.1 * fall
    work.idleSteps = kept ? 0 : work.idleSteps + 1
    return work.idleSteps <= IDLE_STEPS
  }
  // Rounding alone does not fall from step to step.
  const fell = work.idleSteps === 0 || fall < 0.1 * work.lastFall
  work.lastFall = fall
  return ++work.idleSteps <= IDLE_STEPS && fell && apply(program, work, 1)
}

/** z_F ← z_F + step, shortened until Φ does not rise; true where something moved. */
function descend(program: CostProgram, work: Work, before: number): boolean {
  work.tradeBefore.set(work.trade)
  work.gradientBefore.set(work.gradient)
  keepCaps(work.caps)
  if (!apply(program, work, 1)) return false
  if (!rises(program, work, before)) {
    leaveZero(program, work)
    return true
  }
  if (foresee(program, work, before)) return true
  const first = firstStop(program, work)
  let length = 1
  for (let halving = 0; halving < HALVINGS; halving++) {
    // Up to the first stop Φ is smooth, so that there or before it falls.
    length = length > first ? Math.max(first, 0.25 * length) : 0.5 * length
    if (!apply(program, work, length)) return false
    if (!rises(program, work, before)) return true
    undo(program, work)
  }
  work.stuck = true
  return false
}

/**
 * After a full step that Φ rose by, and by which rows changed their state: the step for the states that they had at its end,
 * with the multipliers that they would have there without clipping. True, and made, where Φ falls by it; else all is as before it.
 */
function foresee(program: CostProgram, work: Work, before: number): boolean {
  const { rowStates, statesAhead, multipliers } = work
  statesAhead.set(rowStates)
  undo(program, work)
  let turned = false
  for (let k = 0; k < program.rows.length; k++) {
    if (statesAhead[k] === rowStates[k]) continue
    turned = true
    rowStates[k] = statesAhead[k]!
    multipliers[k] = unclipped(program, work, k)
  }
  if (!turned) return false
  enterForces(program, work)
  solveNewton(program, work)
  apply(program, work, 1)
  if (potential(program, work) < before) {
    leaveZero(program, work)
    return true
  }
  undo(program, work)
  enterForces(program, work)
  solveNewton(program, work)
  return false
}

/** The multiplier of a row in the state that it is said to have. */
function unclipped({ rows }: CostProgram, work: Work, k: number): number {
  const { bound, price } = rows[k]!
  if (work.rowStates[k] === ROW.idle) return 0
  return work.rowStates[k] === ROW.paid ? price : work.prices[k]! + (work.rowValues[k]! - bound) / work.softness[k]!
}

/** The curvature of a power cost grows without bound towards 0: whether a trade that was stopped there stays, one dimension tells. */
function leaveZero(program: CostProgram, work: Work): void {
  for (let p = 0; p < work.freeCount; p++) {
    const i = work.free[p]!
    if (work.places[i] === PLACE.zero && program.power[i]! > 0) reseat(program, work, i)
  }
}

const rises = (program: CostProgram, work: Work, before: number): boolean =>
  // Written so that NaN is refused too.
  !(potential(program, work) <= before + ROUNDING_OF_TERMS * work.size)

/** Whether the centres are where the search stands: the optimality conditions of the program itself then hold. */
function centred(program: CostProgram, work: Work): boolean {
  const { n, rows } = program
  for (let i = 0; i < n; i++) {
    const pull = work.anchor[i]! * Math.abs(work.trade[i]! - work.centre[i]!)
    if (pull > SETTLED * pullSize(program, work, i)) return false
  }
  for (let k = 0; k < rows.length; k++) {
    const moved = work.softness[k]! * Math.abs(work.multipliers[k]! - work.prices[k]!)
    const size = rowSize(rows[k]!, program, work.trade)
    const rounding = moved <= STALLED * size && moved > 0.5 * work.misses[k]!
    if (moved > MET * size && !rounding) return false
  }
  return capsCentred(program, work.caps, { trade: work.trade, image: work.step })
}

/** Lets caps count that the search has left out and that are exceeded; true where there are any. */
function admit(program: CostProgram, work: Work): boolean {
  const { n, caps } = program
  let exceeded = false
  for (let k = 0; k < caps.length; k++) {
    const [cap, own] = [caps[k]!, work.caps[k]!]
    if (own.on || capNorm(cap, work.trade, { n, image: work.step }) <= cap.radius + MET * capSize(cap, work.trade, n))
      continue
    admitCap(program, work, k)
    exceeded = true
  }
  if (exceeded) measure(program, work)
  return exceeded
}
