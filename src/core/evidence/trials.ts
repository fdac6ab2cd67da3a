/**
 * What a best result is worth when it was chosen among many. Of N independent ratios around 0 with variance V the largest is
 * expected at sqrt(V)·((1 − γ)·N⁻¹(1 − 1/N) + γ·N⁻¹(1 − 1/(N·e))), γ the Euler-Mascheroni constant; the deflated Sharpe ratio is
 * the probability that the true ratio is above that (Bailey and López de Prado, Journal of Portfolio Management 40, 2014). Trials that resemble each other count for less: by their mean correlation, N = ρ̄ + (1 − ρ̄)M (their
 * appendix 3), or by the eigenvalues of their correlations, N = (Σ √λ)²/Σ λ (Galwey, Genetic Epidemiology 33, 2009), which is
 * the number of clusters where trials are alike within clusters and unlike between them.
 */
import { fail, type Result, succeed } from '../base/result.ts'
import { eigenSymmetric } from '../maths/eigen.ts'
import { dot } from '../maths/matrix.ts'
import { momentsOf } from '../maths/moments.ts'
import { quantileOfNormal } from '../maths/normal.ts'
import { checkColumns, outOfRange, refuseFlat } from './check.ts'
import { probabilisticSharpe, type SharpeRatio } from './sharpe.ts'

export interface Trials {
  /** How many independent ones, ≥ 1; need not be whole. */
  readonly count: number
  /** Variance of their ratios, per period. */
  readonly variance: number
}

const EULER_MASCHERONI = 0.5772156649015329
/** The expected largest of 1, 2 and 3 standard normal draws: 0, 1/√π, 3/(2√π). */
const FEW = [0, 1 / Math.sqrt(Math.PI), 1.5 / Math.sqrt(Math.PI)] as const

/** The ratio that the best of so many trials without any merit is expected to have. Codes: evidence.range. */
export function expectedLargestSharpe({ count, variance }: Trials): Result<number> {
  const issues = outOfRange('trials', {
    'the number of trials less 1': [count - 1, 'nonNegative'],
    'the variance of their ratios': [variance, 'nonNegative'],
  })
  return issues.length > 0 ? fail(issues) : succeed(Math.sqrt(variance) * largestOfNormal(count))
}

function largestOfNormal(count: number): number {
  // Below three the published approximation falls short, and below two it loses its meaning.
  if (count < 3) {
    const whole = Math.floor(count)
    const low = FEW[whole - 1]!
    return low + (count - whole) * (FEW[whole]! - low)
  }
  return (
    -(1 - EULER_MASCHERONI) * quantileOfNormal(1 / count) - EULER_MASCHERONI * quantileOfNormal(1 / (count * Math.E))
  )
}

export interface DeflatedSharpe {
  /** The ratio expected of luck alone. */
  readonly benchmark: number
  /** That the true ratio is above it. */
  readonly probability: number
}

/** @param sharpe of the trial that was chosen. Codes: evidence.range. */
export function deflatedSharpe(sharpe: SharpeRatio, trials: Trials): Result<DeflatedSharpe> {
  const benchmark = expectedLargestSharpe(trials)
  const probability = probabilisticSharpe(sharpe, benchmark.ok ? benchmark.value : 0)
  if (benchmark.ok && probability.ok) return succeed({ benchmark: benchmark.value, probability: probability.value })
  return fail([...(benchmark.ok ? [] : benchmark.error), ...(probability.ok ? [] : probability.error)])
}

/**
 * How many independent trials these are worth, from 1 to their number. Negative correlations count as none: of two trials that
 * mirror each other the better one is still a choice.
 * @param trials returns of each, on the same periods. Codes: evidence.shape, evidence.too-short, evidence.number, evidence.flat.
 */
export function effectiveTrials(
  trials: readonly Float64Array[],
  by: 'eigenvalues' | 'meanCorrelation',
): Result<number> {
  const issues = checkColumns('trials', trials, { columns: 1, rows: 3 })
  if (issues.length > 0) return fail(issues)
  const standard: Float64Array[] = []
  for (const [k, returns] of trials.entries()) {
    const { count, mean, variance } = momentsOf(returns)
    if (variance === 0) return refuseFlat(`trials.${k}`, returns[0]!)
    standard.push(returns.map((each) => (each - mean) / Math.sqrt(variance * count)))
  }
  const n = trials.length
  const correlation = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = i === j ? 1 : Math.min(1, Math.max(0, dot(standard[i]!, standard[j]!)))
      correlation[i * n + j] = value
      correlation[j * n + i] = value
    }
  const found = by === 'eigenvalues' ? countOfSpectrum(correlation, n) : countOfMean(correlation, n)
  return succeed(Math.min(n, Math.max(1, found)))
}

function countOfSpectrum(correlation: Float64Array, n: number): number {
  let [roots, total] = [0, 0]
  for (const value of eigenSymmetric(correlation, n).values) {
    const part = Math.max(0, value)
    roots += Math.sqrt(part)
    total += part
  }
  return (roots * roots) / total
}

function countOfMean(correlation: Float64Array, n: number): number {
  if (n === 1) return 1
  const mean = (correlation.reduce((total, each) => total + each, 0) - n) / (n * (n - 1))
  return mean + (1 - mean) * n
}
