/**
 * Certificates of many random cost-aware programs, binding limits and degenerate ones included, each cold and once more from the
 * first answer after the market moved. `node tools/check-cost-program.ts [count] [seed]` (10,000 unless given) prints the worst
 * residuals and gap, and exits with 1 where one is 1e-9 or more or a program was not solved.
 */
import { makeRandom } from '../src/core/base/random.ts'
import { makeCostProgram } from '../src/core/maths/cost-program.ts'
import type { CostOptimum } from '../src/core/maths/cost-program-types.ts'
import { randomProgram } from '../test/core/maths/cost-program-problems.ts'

const count = Number(process.argv[2] ?? 10_000)
const random = makeRandom(process.argv[3] ?? 'check-cost-program')
const worst = { primalResidual: 0, dualResidual: 0, gap: 0 }
const tally = { unsolved: 0, binding: 0, steps: 0, stepsMax: 0 }

function record({ status, certificate, multipliers, iterations }: CostOptimum, label: string): void {
  tally.steps += iterations
  tally.stepsMax = Math.max(tally.stepsMax, iterations)
  if (multipliers.some((multiplier) => multiplier > 0)) tally.binding++
  if (status !== 'optimal') {
    tally.unsolved++
    console.log(`${label}: ${status}`, certificate)
    return
  }
  for (const name of ['primalResidual', 'dualResidual', 'gap'] as const)
    worst[name] = Math.max(worst[name], certificate[name])
}

for (let k = 0; k < count; k++) {
  const program = randomProgram(random, { nMax: 60, power: k % 2 === 1, caps: k % 4 >= 2 })
  const solver = makeCostProgram(program.n, program.rows.length)
  const first = solver.solve(program)
  record(first, `program ${k}`)
  const deviation = program.deviation.map((d) => d + 0.02 * random.normal())
  record(solver.solve({ ...program, deviation }, first), `program ${k}, moved`)
  if (process.stdout.isTTY && (k + 1) % 100 === 0) process.stdout.write(`\r${k + 1} of ${count}`)
}
if (process.stdout.isTTY) process.stdout.write('\r')
console.log(`${2 * count} solves, ${tally.binding} with binding rows, ${tally.unsolved} unsolved`)
console.log(`steps: mean ${(tally.steps / (2 * count)).toFixed(1)}, most ${tally.stepsMax}`)
for (const [name, value] of Object.entries(worst)) console.log(`worst ${name}: ${value.toExponential(2)}`)
if (tally.unsolved > 0 || Math.max(...Object.values(worst)) >= 1e-9) process.exitCode = 1
