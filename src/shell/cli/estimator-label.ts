/** Estimators of risk in a few words, for rows and headings: "EWMA 30d, corr. EWMA 90d", "Ledoit-Wolf identity". */
import { formatDuration, formatPercent } from '../../core/base/format.ts'
import { YEAR_MS } from '../../core/base/instant.ts'
import { assertNever } from '../../core/base/result.ts'
import type { CovarianceEstimator } from '../../core/risk/estimators/estimate.ts'
import type { RiskEstimator } from '../../core/risk/forecast.ts'
import type { VolEstimator } from '../../core/risk/vol-estimate.ts'

export function estimatorLabel({ vol, correlation }: RiskEstimator, intervalMs: number): string {
  const of =
    correlation.kind === 'pairwise'
      ? `corr. EWMA ${formatDuration(correlation.halflifeMs)}`
      : covarianceLabel(correlation.covariance, intervalMs)
  return vol === null ? of : `${volLabel(vol)}, ${of}`
}

function volLabel(vol: VolEstimator): string {
  switch (vol.kind) {
    case 'ewma':
      return `EWMA ${formatDuration(vol.halflifeMs)}`
    case 'range':
      return `${RANGES[vol.formula]} ${formatDuration(vol.overMs)}`
    case 'garch':
      return `${vol.asymmetric ? 'GJR' : 'GARCH'} ${formatDuration(vol.horizonMs)}`
    case 'har':
      return 'HAR'
    default:
      return assertNever(vol)
  }
}

const RANGES = {
  parkinson: 'Parkinson',
  garmanKlass: 'Garman-Klass',
  rogersSatchell: 'Rogers-Satchell',
  yangZhang: 'Yang-Zhang',
}

function covarianceLabel(estimator: CovarianceEstimator, intervalMs: number): string {
  const time = (bars: number): string => formatDuration(Math.round(bars * intervalMs))
  switch (estimator.kind) {
    case 'sample':
      return `sample, mean ${estimator.mean === 'zero' ? '0' : 'removed'}, 1/${estimator.divisor}`
    case 'ewma':
      return `joint EWMA ${time(estimator.halflife)}`
    case 'iteratedEwma':
      return `IEWMA ${time(estimator.volHalflife)}/${time(estimator.correlationHalflife)}${clipText(estimator.clip)}`
    case 'mixedIteratedEwma':
      return `CM-IEWMA ${estimator.pairs.map((pair) => `${time(pair.volHalflife)}/${time(pair.correlationHalflife)}`).join(' ')}${clipText(estimator.clip)}`
    case 'ledoitWolf':
      return `Ledoit-Wolf ${estimator.target === 'identity' ? 'identity' : 'const. correlation'}`
    case 'oracleApproximating':
      return 'OAS'
    case 'principalComponents':
      return `${estimator.factors} principal ${estimator.factors === 1 ? 'component' : 'components'}`
    case 'singleFactor':
      return 'one stated factor'
    case 'randomMatrix':
      return 'denoised'
    case 'semi':
      return `semi-covariance below ${formatPercent((estimator.benchmark * YEAR_MS) / intervalMs, 1)}`
    default:
      return assertNever(estimator)
  }
}

const clipText = (clip: number | null): string => (clip === null ? '' : ` clip ${clip}`)
