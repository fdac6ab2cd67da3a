/** Power costs and caps against SCS, which knows them as power cones and second-order cones. */
import { expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { expectOptimal, fill, solve } from './cost-program-examples.ts'
import { objectiveAt } from './cost-program-oracles.ts'
import { randomProgram } from './cost-program-problems.ts'
import { objectiveByScs } from './scs-oracle.ts'

test('[CONVEX-3] the objective is that of SCS to 1e-5 on 120 programs with power costs, caps, or both', () => {
  const random = makeRandom('scs')
  let refused = 0
  for (let k = 0; k < 120; k++) {
    const each = randomProgram(random, { nMax: 10, power: k % 3 !== 0, caps: k % 3 !== 1 })
    const optimum = solve(each)
    expectOptimal(optimum)
    const oracle = objectiveByScs(each)
    if (oracle === null) refused++
    else {
      const size = 1 + Math.abs(objectiveAt({ ...each, rows: [], caps: [] }, fill(each.n, 0)))
      const tolerance = 1e-5 * Math.max(size, Math.abs(oracle))
      expect(Math.abs(optimum.certificate.objective - oracle)).toBeLessThan(tolerance)
    }
  }
  // It does not end on some with prohibitive costs.
  expect(refused).toBeLessThan(20)
})
