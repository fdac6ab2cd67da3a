import { expect, it } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { makeInputs, r } from './book.ts'

it('[AWARE-19] every costAware book gets a plan or a refusal by name, those of tiny limits and wild scales too; none throws', () => {
  const random = makeRandom('certified')
  const pick = <T>(...of: readonly T[]): T => of[random.integer(of.length)]!
  const names = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE']
  let planned = 0
  for (let run = 0; run < 600; run++) {
    const targets = Object.fromEntries(names.map((name) => [name, (0.15 * random.uniform()).toFixed(6)]))
    const inputs = makeInputs({
      spot: Object.fromEntries(
        names.map((name) => [name, { price: '100', lot: '0.0001', fee: pick('0', '0.0005', '0.05') }]),
      ),
      cash: { USD: '30000' },
      held: Object.fromEntries(names.map((name) => [name, (300 * random.uniform()).toFixed(4)])),
      targets,
      vols: Object.fromEntries(names.map((name) => [name, pick(0, 0.0001, 0.5, 3)])),
      correlation: (() => {
        const rho = pick(0, 0.5, 0.999999)
        return () => rho
      })(),
      policy: {
        kind: 'costAware',
        knob: { kind: 'aversion', aversion: r(pick('0.0001', '10', '100000')) },
        intervalMs: 3_600_000,
      },
      limits: {
        turnoverMax: pick(null, r('0'), r('0.0000001'), r('0.05')),
        orderMax: pick(null, r('0.0000000001'), r('0.01')),
        volatilityMax: pick(null, null, r('0.3')),
      },
    })
    const answer = plan(inputs)
    if (answer.ok) planned++
    else
      for (const { code } of answer.error)
        expect(['optimum.uncertified', 'curvature.not-converged', 'risk.covariance']).toContain(code)
  }
  expect(planned).toBeGreaterThan(550)
})
