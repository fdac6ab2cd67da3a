/**
 * The convex program behind the cost-aware policy: curvature of future cost, proportional and power cost of trading, a box,
 * convex piecewise linear rows and caps on risk (`CostProgram`), solved to its optimum and certified. Up to three attempts of the
 * active-set Newton method in the proximal method of multipliers, each more cautious than the one before and starting where that
 * ended. Where an attempt ends outside rows or caps, the least relaxation is found as a program of its own, in which they are soft
 * and nothing else counts: either it is positive and the answer, or they can be met.
 */
import { assert } from '../base/result.ts'
import { solveActive } from './cost-program-active.ts'
import { type CapWork, closeCap } from './cost-program-cap.ts'
import { certify } from './cost-program-certificate.ts'
import { CAPS_MAX, type CostOptimum, type CostProgram, type CostStart, PLACE } from './cost-program-types.ts'
import { CAUTIONS, makeWork, type Work } from './cost-program-work.ts'

export interface CostProgramSolver {
  /**
   * The optimum; `start` is an earlier answer, best of a program with the same rows. The answer belongs to the solver and is
   * overwritten by its next call; it may be that call's start. The same program and start give the same bits.
   */
  solve(program: CostProgram, start?: CostStart): CostOptimum
}

/** Residuals up to this are an optimum; a relaxation up to this is none. */
const TOLERANCE = 1e-9

/** A solver for programs of exactly n trades and at most rowsMax rows. It reuses its memory: a solved program allocates nothing. */
export function makeCostProgram(n: number, rowsMax: number): CostProgramSolver {
  const work = makeWork(n, rowsMax)
  const answer = makeAnswer(n, rowsMax)
  return {
    solve(program, start) {
      check(program, n, rowsMax)
      work.steps = 0
      enter(work, start)
      if (attempt(program, work, answer, 0)) return answer
      if (start !== undefined) {
        // The start may have been far off; what it was is not known any more where it was this solver's answer.
        enter(work, undefined)
        if (attempt(program, work, answer, 0)) return answer
      }
      if (answer.certificate.primalResidual > TOLERANCE && relax(program, work, answer)) return answer
      for (let caution = 1; caution < CAUTIONS; caution++) if (attempt(program, work, answer, caution)) return answer
      return answer
    },
  }
}

/** One attempt from where the search stands; true where it ends in a certified optimum. */
function attempt(program: CostProgram, work: Work, answer: CostOptimum, caution: number): boolean {
  solveActive(program, work, caution)
  leave(program, work, answer)
  return answer.status === 'optimal'
}

function makeAnswer(n: number, rowsMax: number): CostOptimum {
  return {
    status: 'inaccurate',
    trade: new Float64Array(n),
    places: new Int16Array(n),
    multipliers: new Float64Array(rowsMax),
    capForces: new Float64Array(n * CAPS_MAX),
    boundMultipliers: new Float64Array(n),
    excess: new Float64Array(rowsMax),
    capMultipliers: new Float64Array(CAPS_MAX),
    capExcess: new Float64Array(CAPS_MAX),
    relaxation: 0,
    certificate: { objective: 0, primalResidual: 0, dualResidual: 0, gap: 0 },
    iterations: 0,
  }
}

function check(program: CostProgram, n: number, rowsMax: number): void {
  const { deviation, linear, proportional, power, exponent, felt, lower, upper, rows, caps } = program
  assert(program.n === n && program.quadratic.length === n * n, `program must be of size ${n}, was ${program.n}`)
  assert(rows.length <= rowsMax, `rows must be at most ${rowsMax}, were ${rows.length}`)
  assert(exponent > 0 && exponent <= 1, `exponent must be in (0, 1], was ${exponent}`)
  for (let i = 0; i < n; i++) {
    const finite = Number.isFinite(deviation[i]!) && Number.isFinite(linear[i]!) && Number.isFinite(power[i]!)
    // Messages are made where they are needed: each of them takes longer than its condition.
    if (!(finite && program.quadratic[i * n + i]! >= 0)) assert(false, `terms of trade ${i} must be finite`)
    if (!(proportional[i]! >= 0 && power[i]! >= 0)) assert(false, `costs of trade ${i} must be at least 0`)
    if (felt !== null) {
      const [buy, sell] = [felt.buy[i]!, felt.sell[i]!]
      if (!(buy >= 0 && sell >= 0 && buy + sell < Number.POSITIVE_INFINITY))
        assert(false, `weight felt by trade ${i} must be finite and at least 0, was ${buy} and ${sell}`)
    }
    const [from, to] = [lower[i]!, upper[i]!]
    if (!(from <= to && from < Number.POSITIVE_INFINITY && to > Number.NEGATIVE_INFINITY))
      assert(false, `bounds of ${i} must be ordered`)
    const free = proportional[i]! < Number.POSITIVE_INFINITY
    if (!(free || (from <= 0 && to >= 0)))
      assert(false, `a trade of infinite cost must be allowed to be 0, was ${from} to ${to}`)
  }
  assert(caps.length <= CAPS_MAX, `caps must be at most ${CAPS_MAX}, were ${caps.length}`)
  for (const { matrix, point, radius, price, weight } of caps) {
    assert(matrix.length === n * n && point.length === n, `a cap must be of size ${n}, was ${point.length}`)
    assert(radius >= 0 && radius < Number.POSITIVE_INFINITY, `a radius must be finite and at least 0, was ${radius}`)
    assert(price >= 0 && weight > 0, 'a cap must have positive prices')
    for (let i = 0; i < n; i++)
      if (!(matrix[i * n + i]! >= 0 && Number.isFinite(point[i]!)))
        assert(false, `the terms of trade ${i} in a cap must be finite`)
  }
  for (const { bound, price, weight } of rows)
    assert(Number.isFinite(bound) && price >= 0 && weight > 0, 'a row must have a finite bound and positive prices')
}

function enter(work: Work, start: CostStart | undefined): void {
  if (start === undefined) {
    work.trade.fill(0)
    work.places.fill(PLACE.zero)
    work.multipliers.fill(0)
    for (const cap of work.caps) closeCap(cap)
    return
  }
  work.trade.set(start.trade)
  work.places.set(start.places)
  work.multipliers.set(start.multipliers)
  for (let k = 0; k < CAPS_MAX; k++) enterCap(work.caps[k]!, start.capForces, k * work.trade.length)
}

/** The cap counts from the start where the start has a force for it. */
function enterCap(cap: CapWork, forces: Float64Array, from: number): void {
  cap.on = false
  for (let i = 0; i < cap.centre.length; i++) {
    cap.centre[i] = forces[from + i]!
    if (cap.centre[i] !== 0) cap.on = true
  }
}

function leave(program: CostProgram, work: Work, answer: CostOptimum): void {
  answer.trade.set(work.trade)
  answer.places.set(work.places)
  answer.multipliers.fill(0)
  for (let k = 0; k < program.rows.length; k++) answer.multipliers[k] = work.multipliers[k]!
  answer.capForces.fill(0)
  for (let k = 0; k < program.caps.length; k++) {
    const { on, rate, reach } = work.caps[k]!
    if (on) for (let i = 0; i < program.n; i++) answer.capForces[k * program.n + i] = rate * reach[i]!
  }
  answer.iterations = work.steps
  answer.relaxation = 0
  certify(program, answer, { pull: work.force, point: work.moves, image: work.step })
  for (let k = 0; k < program.caps.length; k++)
    for (let i = 0; i < program.n; i++) work.caps[k]!.centre[i] = answer.capForces[k * program.n + i]!
  const { primalResidual, dualResidual, gap } = answer.certificate
  // Written so that NaN is refused too.
  answer.status = Math.max(primalResidual, dualResidual, gap) <= TOLERANCE ? 'optimal' : 'inaccurate'
}

/**
 * min Σ weight·excess/|h| over the box: the excess of hard rows and caps alone counts. True, and the answer filled, where it is positive;
 * else the search goes on from where it was.
 */
function relax(program: CostProgram, work: Work, answer: CostOptimum): boolean {
  const { n, rows, caps } = program
  const price = (of: { price: number; weight: number }, bound: number): number =>
    of.price === Number.POSITIVE_INFINITY ? of.weight / (Math.abs(bound) || 1) : 0
  const nothing = new Float64Array(n)
  const relaxed: CostProgram = {
    ...program,
    quadratic: new Float64Array(n * n),
    linear: nothing,
    proportional: program.proportional.map((a) => (a === Number.POSITIVE_INFINITY ? a : 0)),
    power: nothing,
    rows: rows.map((row) => ({ ...row, price: price(row, row.bound) })),
    caps: caps.map((cap) => ({ ...cap, price: price(cap, cap.radius) })),
  }
  const { trade, places, multipliers, capForces } = answer
  const before = {
    trade: trade.slice(),
    places: places.slice(),
    multipliers: multipliers.slice(),
    capForces: capForces.slice(),
  }
  const exceeded = caps.map((_, k) => answer.capExcess[k]! > 0)
  work.multipliers.fill(0)
  for (const cap of work.caps) closeCap(cap)
  let solved = false
  for (let caution = 0; caution < CAUTIONS && !solved; caution++) solved = attempt(relaxed, work, answer, caution)
  const { objective } = answer.certificate
  if (!solved || objective <= TOLERANCE) {
    enter(work, before)
    exceeded.forEach((each, k) => {
      if (each) work.caps[k]!.on = true
    })
    return false
  }
  answer.status = 'infeasible'
  answer.relaxation = objective
  return true
}
