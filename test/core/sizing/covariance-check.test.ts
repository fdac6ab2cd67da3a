import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { goldenOne, r, weightBand } from './book.ts'

const POLICIES: readonly Policy[] = [
  { kind: 'full' },
  { kind: 'proportional', rate: r('0.5') },
  weightBand('0.01'),
  { kind: 'band', unit: 'risk', width: r('0.01'), to: 'edge' },
  { kind: 'riskCap', trackingErrorMax: r('0.01') },
  { kind: 'costAware', knob: { kind: 'aversion', aversion: r('10') }, intervalMs: 3_600_000 },
]
const refusal = (inputs: PlanInputs): string[] => {
  const result = plan(inputs)
  return result.ok ? [] : result.error.map(({ code, path, message }) => `${code} ${path}: ${message}`)
}

describe('a covariance that is none', () => {
  it('[RISK-30] is refused by every policy, with and without limits that would have to use it', () => {
    const rho: Readonly<Record<string, number>> = { BTCETH: 0.9, BTCSOL: -0.9, ETHSOL: 0.9 }
    for (const policy of POLICIES)
      for (const limits of [{}, { turnoverMax: r('0.1') }, { grossMax: r('0.95') }])
        expect(refusal(goldenOne(policy, { correlation: (a, b) => rho[a + b]!, limits }))).toEqual([
          'risk.covariance market.correlations: the covariance must be positive semidefinite, was a smallest eigenvalue of -0.800 among its correlations',
        ])
  })

  it('[RISK-30] is refused where its two directions differ, by the pair', () => {
    for (const policy of POLICIES) {
      const inputs = goldenOne(policy)
      const covariance = inputs.risk.covariance.slice()
      covariance[1]! *= 1.001
      const [found] = refusal({ ...inputs, risk: { ...inputs.risk, covariance } })
      expect(found).toMatch(
        /^risk\.covariance market\.correlations\.BTC\/ETH: the covariance must be the same in both directions/,
      )
    }
  })

  it('[RISK-30] is not one that rounding leaves an eigenvalue below 0: identical and opposite coins are planned', () => {
    for (const sign of [1, -1])
      for (const policy of POLICIES)
        expect(refusal(goldenOne(policy, { correlation: (a, b) => (a + b === 'BTCETH' ? sign : 0) }))).toEqual([])
  })

  it('[RISK-30] is judged in correlations: vols that differ by ten powers of ten are none', () => {
    for (const policy of POLICIES.slice(0, 5))
      expect(refusal(goldenOne(policy, { vols: { BTC: 1e-8, ETH: 1, SOL: 100 } }))).toEqual([])
  })
})
