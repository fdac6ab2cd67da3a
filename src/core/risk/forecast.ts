/**
 * The risk forecast of a book from price histories, by estimators that are named. Volatilities and correlations may come
 * from different ones: correlations pair by pair (`ewma.ts`), or from a covariance of complete returns
 * (`complete-returns.ts`, `estimators/`), whose own volatilities serve unless others are asked for. Σ_ij = ρ_ij σ_i σ_j,
 * annual.
 */
import { YEAR_MS } from '../base/instant.ts'
import { type Issue, type Result, succeed } from '../base/result.ts'
import type { RiskModel } from '../domain/market.ts'
import { completeReturns, type MissingCloses } from './complete-returns.ts'
import { covarianceOf, repairCorrelation } from './covariance.ts'
import { type CovarianceEstimator, estimateCovariance } from './estimators/estimate.ts'
import { checkMovement } from './estimators/returns.ts'
import { ewmaCorrelation, historyNotes } from './ewma.ts'
import { alignHistories, type BarSeries, type HistoryWindow, historyPath, type PriceHistory } from './price-history.ts'
import { estimateVol, type VolEstimator } from './vol-estimate.ts'

export type CorrelationEstimator =
  /** EWMA over the returns both assets of a pair have. */
  | { readonly kind: 'pairwise'; readonly halflifeMs: number }
  /** A covariance per bar; its half-lives are in bars. */
  | { readonly kind: 'joint'; readonly covariance: CovarianceEstimator; readonly missing: MissingCloses }

export type RiskEstimator =
  | { readonly vol: VolEstimator; readonly correlation: CorrelationEstimator }
  /** Volatilities of the covariance itself. */
  | { readonly vol: null; readonly correlation: Extract<CorrelationEstimator, { kind: 'joint' }> }

interface Part {
  readonly matrix: Float64Array
  readonly notes: readonly string[]
}

/**
 * Histories in any order: n names give n × n.
 * Codes: those of `alignHistories`, `estimateVol`, `completeReturns` and of the covariance estimator, each naming its asset.
 */
export function forecastRisk(
  histories: readonly PriceHistory[],
  window: HistoryWindow,
  { vol, correlation }: RiskEstimator,
): Result<RiskModel> {
  const aligned = alignHistories(histories, window)
  if (!aligned.ok) return aligned
  const series = aligned.value
  const n = series.length
  const vols = vol === null ? null : estimateVols(series, vol, window)
  if (vols !== null && !vols.ok) return vols
  const found =
    correlation.kind === 'pairwise' ? pairwise(series, correlation, window) : joint(series, correlation, window)
  if (!found.ok) return found
  const { matrix, notes } = found.value
  const seen = vol === null ? [] : historyNotes(series, window, correlation.kind)
  if (vols === null) {
    const own = Float64Array.from({ length: n }, (_, i) => Math.sqrt(matrix[i * n + i]!))
    return succeed({ asOf: window.asOf, vol: own, covariance: matrix, notes: [...seen, ...notes] })
  }
  const covariance = covarianceOf(vols.value.matrix, correlationsOf(matrix, n), n)
  return succeed({
    asOf: window.asOf,
    vol: vols.value.matrix,
    covariance,
    notes: [...seen, ...vols.value.notes, ...notes],
  })
}

function estimateVols(series: readonly BarSeries[], estimator: VolEstimator, window: HistoryWindow): Result<Part> {
  const lastBar = series.reduce((last, { bar }) => Math.max(last, bar.at(-1) ?? 0), 0)
  const matrix = new Float64Array(series.length)
  const notes: string[] = []
  const issues: Issue[] = []
  series.forEach((each, i) => {
    const estimate = estimateVol(each, estimator, { ...window, lastBar })
    if (!estimate.ok) issues.push(...estimate.error)
    else {
      matrix[i] = estimate.value.vol
      notes.push(...estimate.value.notes)
    }
  })
  return issues.length > 0 ? { ok: false, error: issues } : succeed({ matrix, notes })
}

function pairwise(
  series: readonly BarSeries[],
  { halflifeMs }: { readonly halflifeMs: number },
  window: HistoryWindow,
): Result<Part> {
  const issues: Issue[] = []
  const estimated = ewmaCorrelation(series, { ...window, halflifeMs }, issues)
  if (issues.length > 0) return { ok: false, error: issues }
  const names = series.map(({ name }) => name)
  const { correlation, note } = repairCorrelation(estimated, names.length, names)
  return succeed({ matrix: correlation, notes: note === null ? [] : [note] })
}

/** The annual covariance. */
function joint(
  series: readonly BarSeries[],
  { covariance: estimator, missing }: Extract<CorrelationEstimator, { kind: 'joint' }>,
  { intervalMs }: HistoryWindow,
): Result<Part> {
  const complete = completeReturns(series, { missing, intervalMs })
  if (!complete.ok) return complete
  const { returns, notes } = complete.value
  const estimated = estimateCovariance(returns, estimator)
  const issues = estimated.ok ? checkMovement(returns.names, estimated.value.covariance) : estimated.error
  if (!estimated.ok || issues.length > 0) return { ok: false, error: issues.map(atHistory) }
  const periods = YEAR_MS / intervalMs
  const matrix = estimated.value.covariance.map((value) => value * periods)
  return succeed({ matrix, notes: [...notes, ...estimated.value.notes] })
}

/** Estimators of returns speak of returns; whoever reads this has histories. */
const atHistory = (issue: Issue): Issue => ({
  ...issue,
  path: issue.path.startsWith('returns.')
    ? historyPath(issue.path.slice('returns.'.length))
    : issue.path === 'returns'
      ? 'market.estimate'
      : `market.estimate.covariance.${issue.path}`,
})

/** Of a covariance or of a correlation matrix, which stays as it is. */
function correlationsOf(matrix: Float64Array, n: number): Float64Array {
  if (matrix.every((value, k) => k % (n + 1) !== 0 || value === 1)) return matrix
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(matrix[i * n + i]!))
  return matrix.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return i === j ? 1 : Math.min(1, Math.max(-1, value * scale[i]! * scale[j]!))
  })
}
