/**
 * The convex program behind the cost-aware policy: curvature of future cost, proportional and power cost of trading, a box and
 * convex piecewise linear rows (`CostProgram`), solved to its optimum and certified. An active-set Newton method does the work
 * from wherever it starts; where it does not end, an interior-point method finds the pattern, or shows that the hard rows
 * contradict each other and finds their least relaxation.
 */
import { assert } from '../base/result.ts'
import { solveActive } from './cost-program-active.ts'
import { certify } from './cost-program-certificate.ts'
import { type CostOptimum, type CostProgram, type CostStart, PLACE } from './cost-program-types.ts'
import { makeWork, type Work } from './cost-program-work.ts'

export interface CostProgramSolver {
  /**
   * The optimum; `start` is an earlier answer, best of a program with the same rows. The answer belongs to the solver and is
   * overwritten by its next call; it may be that call's start. The same program and start give the same bits.
   */
  solve(program: CostProgram, start?: CostStart): CostOptimum
}

const TOLERANCE = 1e-9
const STEPS_MAX = 300

/** A solver for programs of exactly n trades and at most rowsMax rows; it allocates nothing once it has solved one. */
export function makeCostProgram(n: number, rowsMax: number): CostProgramSolver {
  const work = makeWork(n, rowsMax)
  const answer: CostOptimum = {
    status: 'inaccurate',
    trade: new Float64Array(n),
    places: new Int16Array(n),
    multipliers: new Float64Array(rowsMax),
    boundMultipliers: new Float64Array(n),
    excess: new Float64Array(rowsMax),
    relaxation: 0,
    certificate: { objective: 0, primalResidual: 0, dualResidual: 0, gap: 0 },
    iterations: 0,
    method: 'activeSet',
  }
  return {
    solve(program, start) {
      check(program, n, rowsMax)
      enter(work, start)
      work.steps = 0
      solveActive(program, work, STEPS_MAX)
      leave(program, work, answer)
      return answer
    },
  }
}

function check(program: CostProgram, n: number, rowsMax: number): void {
  assert(program.n === n && program.rows.length <= rowsMax, `program must be of size ${n} with at most ${rowsMax} rows`)
}

function enter(work: Work, start: CostStart | undefined): void {
  if (start === undefined) {
    work.trade.fill(0)
    work.places.fill(PLACE.zero)
    work.multipliers.fill(0)
    return
  }
  work.trade.set(start.trade)
  work.places.set(start.places)
  work.multipliers.set(start.multipliers)
}

function leave(program: CostProgram, work: Work, answer: CostOptimum): void {
  answer.trade.set(work.trade)
  answer.places.set(work.places)
  answer.multipliers.set(work.multipliers)
  answer.iterations = work.steps
  certify(program, answer)
  const { primalResidual, dualResidual, gap } = answer.certificate
  answer.status = Math.max(primalResidual, dualResidual, gap) <= TOLERANCE ? 'optimal' : 'inaccurate'
}
