/**
 * Estimators worth comparing where nobody has named any: the half-lives of practice for slow and fast markets, iterated
 * EWMAs as in their paper (Johansson et al. 2023, in days), shrinkage, one factor and denoising.
 */
import { DAY_MS } from '../base/instant.ts'
import type { CovarianceEstimator } from './estimators/estimate.ts'
import type { RiskEstimator } from './forecast.ts'

const CLIP = 4.2
const WARM_UP = 20

export function standardEstimators(intervalMs: number): RiskEstimator[] {
  const bars = (days: number): number => (days * DAY_MS) / intervalMs
  const pairwise = (volDays: number, correlationDays: number): RiskEstimator => ({
    vol: { kind: 'ewma', halflifeMs: volDays * DAY_MS },
    correlation: { kind: 'pairwise', halflifeMs: correlationDays * DAY_MS },
  })
  const pair = (volDays: number, correlationDays: number) => ({
    volHalflife: bars(volDays),
    correlationHalflife: bars(correlationDays),
  })
  const joint: readonly CovarianceEstimator[] = [
    { kind: 'iteratedEwma', ...pair(10, 60), clip: CLIP, warmUp: WARM_UP },
    {
      kind: 'mixedIteratedEwma',
      pairs: [pair(5, 20), pair(10, 60), pair(30, 90)],
      clip: CLIP,
      warmUp: WARM_UP,
      window: Math.max(1, Math.round(bars(10))),
    },
    { kind: 'ledoitWolf', target: 'constantCorrelation' },
    { kind: 'ledoitWolf', target: 'identity' },
    { kind: 'oracleApproximating' },
    { kind: 'principalComponents', factors: 1 },
    { kind: 'randomMatrix' },
    { kind: 'sample', mean: 'zero', divisor: 'T' },
  ]
  return [
    pairwise(5, 30),
    pairwise(10, 60),
    pairwise(30, 90),
    ...joint.map(
      (covariance): RiskEstimator => ({ vol: null, correlation: { kind: 'joint', covariance, missing: 'leaveOut' } }),
    ),
  ]
}
