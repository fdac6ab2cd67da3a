/** What public tools get wrong about risk inputs, one case each; the title says the defect. */
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import type { Result } from '../../../src/core/base/result.ts'
import { type CovarianceEstimator, estimateCovariance } from '../../../src/core/risk/estimators/estimate.ts'
import type { Returns } from '../../../src/core/risk/estimators/returns.ts'
import {
  type ShrunkCovariance,
  shrinkToConstantCorrelation,
  shrinkToIdentity,
  shrinkToOracle,
} from '../../../src/core/risk/estimators/shrinkage.ts'
import { ewmaRisk } from '../../../src/core/risk/ewma.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { riskTargetWeights } from '../../../src/core/sizing/targets/risk-target.ts'
import { longOnly } from '../../../src/core/sizing/targets/target-inputs.ts'
import { goldenOne, r } from '../sizing/book.ts'
import { codesOf, unwrap } from './estimators/returns-data.ts'

/** Hourly returns of three coins with fat tails: moves of half a percent, correlations of .8. */
function hourly(rows: number, unit = 1): Returns {
  const random = makeRandom('hourly')
  const values = new Float64Array(3 * rows)
  for (let t = 0; t < rows; t++) {
    const burst = random.uniform() < 0.02 ? 6 : 1
    const common = random.normal()
    for (let i = 0; i < 3; i++) values[3 * t + i] = unit * 0.005 * burst * (0.9 * common + 0.45 * random.normal())
  }
  return { names: ['BTC', 'ETH', 'SOL'], values }
}
const correlation = ({ covariance }: { readonly covariance: Float64Array }): number =>
  covariance[1]! / Math.sqrt(covariance[0]! * covariance[4]!)
const SHRINKAGES: readonly ((returns: Returns) => Result<ShrunkCovariance>)[] = [
  shrinkToIdentity,
  shrinkToConstantCorrelation,
  shrinkToOracle,
]

describe('estimates', () => {
  test('[PEER-29] a shrunk covariance of hourly crypto that is a pure diagonal: correlations stay, whatever the unit of returns', () => {
    for (const shrink of SHRINKAGES) {
      const plain = unwrap(shrink(hourly(8760)))
      expect(correlation(plain)).toBeGreaterThan(0.75)
      for (const unit of [1e-6, 100, 1e6]) {
        const scaled = unwrap(shrink(hourly(8760, unit)))
        expect(Math.abs(scaled.shrinkage - plain.shrinkage)).toBeLessThan(1e-12)
        expect(Math.abs(correlation(scaled) - correlation(plain))).toBeLessThan(1e-12)
      }
    }
  })

  test('[PEER-30] the pair of matrix and intensity taken for the matrix: a plan reads the matrix, and has no place for the pair', () => {
    const { covariance, shrinkage } = unwrap(shrinkToIdentity(hourly(8760)))
    const annual = covariance.map((each) => (each * YEAR_MS) / HOUR_MS)
    const vol = Float64Array.from({ length: 3 }, (_, i) => Math.sqrt(annual[4 * i]!))
    const base = goldenOne({ kind: 'riskCap', trackingErrorMax: r('0.01') })
    const planned = plan({ ...base, risk: { ...base.risk, vol, covariance: annual } })
    if (!planned.ok) throw new Error(JSON.stringify(planned.error))
    const { weight, trackingError } = planned.value.before.imbalance
    let square = 0
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) square += weight[i]! * annual[3 * i + j]! * weight[j]!
    expect(trackingError).toBeCloseTo(Math.sqrt(square), 14)
    expect(planned.value.after.imbalance.trackingError).toBeLessThan(0.0101)
    expect(shrinkage).toBeGreaterThanOrEqual(0)
  })

  test('[PEER-31] a year of 252 days: crypto trades on 365, and hourly, daily and weekly bars give one volatility', () => {
    const random = makeRandom('year')
    const bars = 24 * 7 * 150
    const close = new Float64Array(bars)
    for (let k = 0, price = 100; k < bars; k++) close[k] = price *= 1 + 0.005 * random.normal()
    const vols = [1, 24, 168].map((hours) => {
      const intervalMs = hours * HOUR_MS
      const count = bars / hours
      const history = {
        name: 'BTC',
        time: Float64Array.from({ length: count }, (_, k) => k * intervalMs),
        close: Float64Array.from({ length: count }, (_, k) => close[(k + 1) * hours - 1]!),
      }
      const long = 1000 * DAY_MS
      const options = {
        asOf: bars * HOUR_MS,
        from: 0,
        intervalMs,
        volHalflifeMs: 100 * long,
        correlationHalflifeMs: long,
      }
      return unwrap(ewmaRisk([history], options)).vol[0]!
    })
    expect(vols[0]).toBeCloseTo(0.005 * Math.sqrt(8760), 2)
    expect(Math.abs(vols[1]! / vols[0]! - 1)).toBeLessThan(0.05)
    expect(Math.abs(vols[2]! / vols[0]! - 1)).toBeLessThan(0.1)
  })

  test('[PEER-32] missing returns filled in quietly: every estimator refuses them by name', () => {
    const { names, values } = hourly(200)
    const holed = { names, values: values.with(31, Number.NaN) }
    const estimators: CovarianceEstimator[] = [
      { kind: 'sample', divisor: 'T', mean: 'sample' },
      { kind: 'ewma', halflife: 20 },
      { kind: 'iteratedEwma', volHalflife: 10, correlationHalflife: 20, clip: 4.2, warmUp: 5 },
      { kind: 'ledoitWolf', target: 'identity' },
      { kind: 'ledoitWolf', target: 'constantCorrelation' },
      { kind: 'oracleApproximating' },
      { kind: 'randomMatrix' },
      { kind: 'principalComponents', factors: 1 },
      { kind: 'semi', benchmark: 0 },
    ]
    for (const estimator of estimators)
      expect([estimator.kind, codesOf(estimateCovariance(holed, estimator))]).toEqual([
        estimator.kind,
        ['risk.return-missing'],
      ])
  })
})

describe('targets from risk', () => {
  test('[PEER-33] equal weights where the optimiser has failed: the refusal says which input is at fault', () => {
    const names = ['BTC', 'ETH']
    const covariance = (rho: number, vol = 0.5): Float64Array =>
      Float64Array.of(0.25, rho * 0.5 * vol, rho * 0.5 * vol, vol * vol)
    const bounds = { lower: Float64Array.of(0.7, 0.6), upper: Float64Array.of(1, 1) }
    const budget = { kind: 'riskBudget', budget: null, bounds: null } as const
    for (const [target, given, code] of [
      [budget, covariance(-1), 'target.no-risk'],
      [budget, covariance(Number.NaN), 'target.no-covariance'],
      [budget, covariance(0.5, 0), 'target.no-vol'],
      [{ ...budget, bounds }, covariance(0.5), 'target.bounds-total'],
      [{ kind: 'minimumVariance', bounds }, covariance(0.5), 'target.bounds-total'],
      [{ kind: 'maximumDiversification', bounds: longOnly(2) }, covariance(Number.NaN), 'target.no-covariance'],
      [{ kind: 'hierarchical' }, covariance(Number.NaN), 'target.no-covariance'],
      [{ kind: 'inverseVolatility' }, covariance(0.5, 0), 'target.no-vol'],
    ] as const)
      expect([target.kind, codesOf(riskTargetWeights({ names, covariance: given, total: 1 }, target))]).toEqual([
        target.kind,
        [code],
      ])
  })
})
