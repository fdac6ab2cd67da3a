/**
 * How sure a Sharpe ratio is. SR = mean over standard deviation (divisor n − 1) of excess returns per period, not annual. Its
 * standard error without normality is sqrt((1 − γ₃SR + (γ₄ − 1)SR²/4)/(n − 1)) (Mertens 2002; with γ₃ = 0, γ₄ = 3 that of Lo,
 * Financial Analysts Journal 58, 2002, eq. 9), γ₃ skewness and γ₄ kurtosis. For dependent returns it is the long-run
 * deviation of the influence ψ_t = x_t − SR(x_t² − 1)/2, x_t standardised (Lo's GMM estimator, with the weights of Newey and
 * West, Econometrica 55, 1987). The probabilistic Sharpe ratio N((SR − SR*)/error) and the least track record
 * 1 + (n − 1)·error²·(z/(SR − SR*))² are those of Bailey and López de Prado (Journal of Risk 15, 2012).
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { momentsOf } from '../maths/moments.ts'
import { distributionOfNormal, quantileOfNormal } from '../maths/normal.ts'
import { autocovariances } from './autocovariance.ts'
import { checkSeries, outOfRange, refuseFlat } from './check.ts'

/** All per period of the returns. */
export interface SharpeRatio {
  readonly ratio: number
  /** n */
  readonly count: number
  /** γ₃ */
  readonly skewness: number
  /** γ₄, 3 for the normal distribution; at least 1 + γ₃². */
  readonly kurtosis: number
}

const COUNT_MIN = 3

/** @param returns excess returns, one a period. Codes: evidence.too-short, evidence.number, evidence.flat. */
export function measureSharpe(returns: Float64Array): Result<SharpeRatio> {
  const issues = checkSeries('returns', returns, COUNT_MIN)
  if (issues.length > 0) return fail(issues)
  const { count, mean, variance, skewness, kurtosis } = momentsOf(returns)
  if (variance === 0) return refuseFlat('returns', returns[0]!)
  return succeed({ ratio: mean / Math.sqrt((variance * count) / (count - 1)), count, skewness, kurtosis })
}

/** For returns that do not depend on each other. Codes: evidence.range. */
export function standardErrorOfSharpe(sharpe: SharpeRatio): Result<number> {
  const issues = checkSharpe(sharpe)
  return issues.length > 0 ? fail(issues) : succeed(errorOf(sharpe))
}

const errorOf = ({ ratio, count, skewness, kurtosis }: SharpeRatio): number =>
  // The kurtosis of real numbers is at least 1 + γ₃², so only rounding makes this negative.
  Math.sqrt(Math.max(0, 1 - skewness * ratio + ((kurtosis - 1) / 4) * ratio * ratio) / (count - 1))

/** For returns that may depend on `lags` periods before them. Codes: those of `measureSharpe`, evidence.range. */
export function dependentErrorOfSharpe(returns: Float64Array, lags: number): Result<number> {
  const measured = measureSharpe(returns)
  const issues = outOfRange('lags', { 'the number of lags': [lags, 'whole'] })
  if (!measured.ok || issues.length > 0) return fail([...(measured.ok ? [] : measured.error), ...issues])
  const { count, mean, variance } = momentsOf(returns)
  const { ratio } = measured.value
  const influence = returns.map((each) => {
    const standard = (each - mean) / Math.sqrt(variance)
    return standard - (ratio / 2) * (standard * standard - 1)
  })
  const covariances = autocovariances(influence, Math.min(lags, count - 1))
  let longRun = covariances[0]!
  for (let k = 1; k < covariances.length; k++) longRun += 2 * (1 - k / (lags + 1)) * covariances[k]!
  // The weights of Newey and West never give a negative sum but by rounding.
  return succeed(Math.sqrt(Math.max(0, longRun) / (count - 1)))
}

/**
 * η(q) = q/sqrt(q + 2 Σ_k (q − k) ρ_k): a Sharpe ratio per period times η is that of q periods together; sqrt(q) where returns do
 * not depend on each other (Lo, eq. 20). Autocorrelations beyond `lags` count as 0.
 * Codes: those of `measureSharpe`, evidence.range, evidence.aggregate.
 */
export function sharpeScale(
  returns: Float64Array,
  { periods, lags }: { readonly periods: number; readonly lags: number },
): Result<number> {
  const issues = [
    ...checkSeries('returns', returns, COUNT_MIN),
    ...outOfRange('scale', { 'the number of periods': [periods, 'count'], 'the number of lags': [lags, 'whole'] }),
  ]
  if (issues.length > 0) return fail(issues)
  if (momentsOf(returns).variance === 0) return refuseFlat('returns', returns[0]!)
  const covariances = autocovariances(returns, Math.min(lags, periods - 1, returns.length - 1))
  let variance = periods
  for (let k = 1; k < covariances.length; k++) variance += (2 * (periods - k) * covariances[k]!) / covariances[0]!
  if (variance > 0) return succeed(periods / Math.sqrt(variance))
  return refuse(
    'evidence.aggregate',
    'returns',
    `the variance of ${periods} periods must be above 0 by the autocorrelations, was ${Number(variance.toPrecision(6))} times that of one`,
    'count fewer lags: autocorrelations at long lags are mostly noise',
  )
}

/** The probability that the true ratio is above the benchmark. Codes: evidence.range. */
export function probabilisticSharpe(sharpe: SharpeRatio, benchmark: number): Result<number> {
  const issues = [...checkSharpe(sharpe), ...outOfRange('benchmark', { 'the benchmark': [benchmark, 'finite'] })]
  return issues.length > 0 ? fail(issues) : succeed(probabilityAbove(sharpe, benchmark))
}

function probabilityAbove(sharpe: SharpeRatio, benchmark: number): number {
  const above = sharpe.ratio - benchmark
  // Without an error, which two-valued returns can have, the sign decides; 0/0 is a coin.
  return above === 0 ? 0.5 : distributionOfNormal(above / errorOf(sharpe))
}

/**
 * Periods, not rounded, after which a ratio like this would be above the benchmark with this confidence; null where it is not
 * above it at all, or by so little that no length is enough. Codes: evidence.range.
 */
export function leastTrackRecord(
  sharpe: SharpeRatio,
  { benchmark, confidence }: { readonly benchmark: number; readonly confidence: number },
): Result<number | null> {
  const issues = [
    ...checkSharpe(sharpe),
    ...outOfRange('trackRecord', { 'the benchmark': [benchmark, 'finite'], 'the confidence': [confidence, 'inside'] }),
  ]
  if (issues.length > 0) return fail(issues)
  const above = sharpe.ratio - benchmark
  if (above <= 0) return succeed(null)
  const deviation = errorOf(sharpe) * Math.sqrt(sharpe.count - 1)
  const periods = 1 + ((deviation * Math.max(0, quantileOfNormal(confidence))) / above) ** 2
  return succeed(Number.isFinite(periods) ? periods : null)
}

/** Codes: evidence.range. */
function checkSharpe({ ratio, count, skewness, kurtosis }: SharpeRatio): Issue[] {
  const issues = outOfRange('sharpe', {
    'the ratio': [ratio, 'finite'],
    'the number of periods': [count, 'count'],
    'the skewness': [skewness, 'finite'],
    'the kurtosis': [kurtosis, 'finite'],
  })
  if (issues.length > 0) return issues
  const say = (message: string, hint: string): void =>
    void issues.push({ code: 'evidence.range', path: 'sharpe', message, hint })
  if (count < COUNT_MIN)
    say(`the number of periods must be at least ${COUNT_MIN}, was ${count}`, 'use a longer history')
  // Six digits, as stated numbers are rounded.
  if (kurtosis < (1 + skewness * skewness) * (1 - 1e-6))
    say(
      `the kurtosis must be at least 1 + skewness², ${1 + skewness * skewness}, was ${kurtosis}`,
      'give the kurtosis itself, which is 3 for the normal distribution, and not the excess over 3',
    )
  return issues
}
