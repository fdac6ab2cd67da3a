/** The covariance estimators by name, as a mandate or a command line states them: plain data, one function. */
import { assertNever, type Result } from '../../base/result.ts'
import { principalCovariance, singleFactorCovariance } from './factor.ts'
import { ewmaCovariance, type IteratedEwmaOptions, iteratedEwma } from './iterated-ewma.ts'
import { type MixOptions, mixedIteratedEwma } from './precision-mix.ts'
import { denoisedCovariance } from './random-matrix.ts'
import type { CovarianceEstimate, Returns } from './returns.ts'
import { type SampleOptions, sampleCovariance, semiCovariance } from './sample.ts'
import { shrinkToConstantCorrelation, shrinkToIdentity, shrinkToOracle } from './shrinkage.ts'

export type CovarianceEstimator =
  | ({ readonly kind: 'sample' } & SampleOptions)
  | { readonly kind: 'ewma'; readonly halflife: number }
  | ({ readonly kind: 'iteratedEwma' } & IteratedEwmaOptions)
  | ({ readonly kind: 'mixedIteratedEwma' } & MixOptions)
  | { readonly kind: 'ledoitWolf'; readonly target: 'identity' | 'constantCorrelation' }
  | { readonly kind: 'oracleApproximating' }
  | { readonly kind: 'principalComponents'; readonly factors: number }
  | { readonly kind: 'singleFactor'; readonly market: Float64Array }
  | { readonly kind: 'randomMatrix' }
  | { readonly kind: 'semi'; readonly benchmark: number }

/** Per period. Codes: those of the estimator. */
export function estimateCovariance(returns: Returns, estimator: CovarianceEstimator): Result<CovarianceEstimate> {
  switch (estimator.kind) {
    case 'sample':
      return sampleCovariance(returns, estimator)
    case 'ewma':
      return ewmaCovariance(returns, estimator)
    case 'iteratedEwma':
      return iteratedEwma(returns, estimator)
    case 'mixedIteratedEwma':
      return mixedIteratedEwma(returns, estimator)
    case 'ledoitWolf':
      return estimator.target === 'identity' ? shrinkToIdentity(returns) : shrinkToConstantCorrelation(returns)
    case 'oracleApproximating':
      return shrinkToOracle(returns)
    case 'principalComponents':
      return principalCovariance(returns, estimator)
    case 'singleFactor':
      return singleFactorCovariance(returns, estimator)
    case 'randomMatrix':
      return denoisedCovariance(returns)
    case 'semi':
      return semiCovariance(returns, estimator)
    default:
      return assertNever(estimator)
  }
}
