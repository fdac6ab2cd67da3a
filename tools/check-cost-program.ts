/**
 * Certificates of many random cost-aware programs, binding limits and degenerate ones included, each cold and once more from the
 * first answer after the market moved, and the objectives of some against HiGHS (quadratic cost) and SCS (power cost, caps).
 * `node tools/check-cost-program.ts [count] [seed] [compared]` (10,000 and 1,000 unless given) prints the worst residuals, gap
 * and differences, and exits with 1 where a program was not solved, a residual or the gap is 1e-9 or more, or an objective
 * is above that of HiGHS by 1e-7 or of SCS by 1e-5 of its terms.
 */
import { makeRandom } from '../src/core/base/random.ts'
import { makeCostProgram } from '../src/core/maths/cost-program.ts'
import type { CostOptimum, CostProgram } from '../src/core/maths/cost-program-types.ts'
import { objectiveAt, objectiveByHighs } from '../test/core/maths/cost-program-oracles.ts'
import { randomProgram } from '../test/core/maths/cost-program-problems.ts'
import { objectiveByScs } from '../test/core/maths/scs-oracle.ts'

const count = Number(process.argv[2] ?? 10_000)
const seed = process.argv[3] ?? 'check-cost-program'
const compared = Number(process.argv[4] ?? 1_000)
const worst = { primalResidual: 0, dualResidual: 0, gap: 0 }
const tally = { unsolved: 0, binding: 0, steps: 0, stepsMax: 0 }

function record({ status, certificate, multipliers, capMultipliers, iterations }: CostOptimum, label: string): void {
  tally.steps += iterations
  tally.stepsMax = Math.max(tally.stepsMax, iterations)
  if (multipliers.some((each) => each > 0) || capMultipliers.some((each) => each > 0)) tally.binding++
  if (status !== 'optimal') {
    tally.unsolved++
    console.log(`${label}: ${status}`, certificate)
    return
  }
  for (const name of ['primalResidual', 'dualResidual', 'gap'] as const)
    worst[name] = Math.max(worst[name], certificate[name])
}

function progress(done: number, of: number): void {
  if (process.stdout.isTTY && done % 100 === 0) process.stdout.write(`\r${done} of ${of}\r`)
}

function certify(): void {
  const random = makeRandom(seed)
  for (let k = 0; k < count; k++) {
    const program = randomProgram(random, { nMax: 60, power: k % 2 === 1, caps: k % 4 >= 2 })
    const solver = makeCostProgram(program.n, program.rows.length)
    const first = solver.solve(program)
    record(first, `program ${k}`)
    const deviation = program.deviation.map((d) => d + 0.02 * random.normal())
    record(solver.solve({ ...program, deviation }, first), `program ${k}, moved`)
    progress(k + 1, count)
  }
  console.log(`${2 * count} solves, ${tally.binding} with binding rows or caps, ${tally.unsolved} unsolved`)
  console.log(`steps: mean ${(tally.steps / (2 * count)).toFixed(1)}, most ${tally.stepsMax}`)
  for (const [name, value] of Object.entries(worst)) console.log(`worst ${name}: ${value.toExponential(2)}`)
}

/** An oracle that gives up is no answer. */
function answerOf(oracle: (program: CostProgram) => number | null, program: CostProgram): number | null {
  try {
    const answer = oracle(program)
    return answer !== null && Number.isFinite(answer) ? answer : null
  } catch {
    return null
  }
}

/**
 * How far an objective is above that of an oracle at most, as a share of its terms. Below it, a certified answer only says that the
 * oracle stopped short: HiGHS leaves some programs where they begin.
 */
function compare(name: string, oracle: (program: CostProgram) => number | null, cones: boolean): number {
  const random = makeRandom(`${seed} ${name}`)
  let largest = 0
  let answered = 0
  let short = 0
  for (let k = 0; k < compared; k++) {
    const program = randomProgram(random, {
      nMax: cones ? 10 : 30,
      power: cones && k % 3 !== 0,
      caps: cones && k % 3 !== 1,
    })
    const expected = answerOf(oracle, program)
    progress(k + 1, compared)
    if (expected === null) continue
    answered++
    const { objective } = makeCostProgram(program.n, program.rows.length).solve(program).certificate
    const still = objectiveAt({ ...program, rows: [], caps: [] }, new Float64Array(program.n))
    const above = (objective - expected) / (1 + Math.max(Math.abs(still), Math.abs(expected)))
    largest = Math.max(largest, above)
    if (above < -1e-5) short++
  }
  console.log(
    `${name}: ${answered} of ${compared} answered, ${short} of them stopped short; ours is at most ${largest.toExponential(2)} above it`,
  )
  return largest
}

certify()
const apart = [compare('HiGHS', objectiveByHighs, false) > 1e-7, compare('SCS', objectiveByScs, true) > 1e-5].some(
  Boolean,
)
if (apart || tally.unsolved > 0 || Math.max(...Object.values(worst)) >= 1e-9) process.exitCode = 1
