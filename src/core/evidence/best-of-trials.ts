/**
 * The verdict on the trial of a study that has the greatest Sharpe ratio, or mean, from the returns of all of its trials: its ratio with
 * its error, the deflated Sharpe ratio (Bailey and López de Prado 2014) with the variance of the ratios of these trials and
 * their effective number, and the probability that choosing so is overfitting (Bailey et al. 2017). Each has its formula in its
 * own file; here they are asked the same question in the same units.
 */
import { fail, type Result, succeed } from '../base/result.ts'
import { momentsOf } from '../maths/moments.ts'
import { backtestOverfitting, type Overfitting } from './overfitting.ts'
import { measureSharpe, type SharpeRatio, standardErrorOfSharpe } from './sharpe.ts'
import { type DeflatedSharpe, deflatedSharpe, effectiveTrials, type Trials } from './trials.ts'

export interface BestOfTrialsTerms {
  /** Blocks of the cross-validation, even. */
  readonly blocks: number
  /** What the best is best by: mean return, or mean over deviation. */
  readonly measure: 'mean' | 'sharpe'
  /** How trials that resemble each other are counted. */
  readonly independence: 'eigenvalues' | 'meanCorrelation'
}

/** Ratios are per period. */
export interface BestOfTrials {
  /** The first trial with the greatest measure. */
  readonly best: number
  readonly sharpe: SharpeRatio
  readonly standardError: number
  /** How many independent trials these are worth, and the variance of their ratios. */
  readonly trials: Trials
  readonly deflated: DeflatedSharpe
  readonly overfitting: Overfitting
}

/**
 * @param trials returns of every trial, at least two, on the same periods, also of those that were dropped.
 * Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range, evidence.flat.
 */
export function judgeBestOfTrials(
  trials: readonly Float64Array[],
  { blocks, measure, independence }: BestOfTrialsTerms,
): Result<BestOfTrials> {
  const overfitting = backtestOverfitting(trials, { blocks, measure })
  if (!overfitting.ok) return overfitting
  const count = effectiveTrials(trials, independence)
  if (!count.ok) return count
  const ratios: SharpeRatio[] = []
  for (const returns of trials) {
    const sharpe = measureSharpe(returns)
    if (!sharpe.ok) return sharpe
    ratios.push(sharpe.value)
  }
  const measured =
    measure === 'mean' ? trials.map((returns) => momentsOf(returns).mean) : ratios.map(({ ratio }) => ratio)
  const best = measured.reduce((first, each, k) => (each > measured[first]! ? k : first), 0)
  const sharpe = ratios[best]!
  const { variance } = momentsOf(Float64Array.from(ratios, ({ ratio }) => ratio))
  const counted = { count: count.value, variance: (variance * ratios.length) / (ratios.length - 1) }
  const deflated = deflatedSharpe(sharpe, counted)
  const error = standardErrorOfSharpe(sharpe)
  if (!deflated.ok || !error.ok) return fail([...(deflated.ok ? [] : deflated.error), ...(error.ok ? [] : error.error)])
  return succeed({
    best,
    sharpe,
    standardError: error.value,
    trials: counted,
    deflated: deflated.value,
    overfitting: overfitting.value,
  })
}
