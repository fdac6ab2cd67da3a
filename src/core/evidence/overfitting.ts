/**
 * The probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and
 * Zhu, Journal of Computational Finance 20, 2017, §3). The periods are cut into S blocks; each choice of S/2 of them is in
 * sample once. The trial that is best in sample has the relative rank ω = rank/(N + 1) out of sample, and the logit
 * λ = ln(ω/(1 − ω)); the probability is the share of λ ≤ 0, no better than the median. Degradation is the line through
 * (in-sample, out-of-sample) performance of what was chosen; the probability of loss is the share of the latter below 0.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { combinations } from '../maths/combinations.ts'
import { checkColumns } from './check.ts'
import { groupBounds } from './groups.ts'

export interface OverfittingTerms {
  /** S, even: 8 gives 70 splits, 16 gives 12,870. */
  readonly blocks: number
  /** What trials are compared by: mean return per period, or mean over deviation. */
  readonly measure: 'mean' | 'sharpe'
}

export interface Overfitting {
  readonly probability: number
  /** λ of each split, in lexicographic order of the blocks in sample. */
  readonly logits: Float64Array
  /** The trial chosen in each split, the first of equals. */
  readonly chosen: Uint32Array
  readonly inSample: Float64Array
  readonly outOfSample: Float64Array
  /** Null where the performance in sample is the same in every split. */
  readonly degradation: { readonly slope: number; readonly intercept: number } | null
  readonly probabilityOfLoss: number
}

/** Count, mean and sum of squared deviations, which can be joined (Chan, Golub and LeVeque 1983). */
interface Sums {
  count: number
  mean: number
  squares: number
}

const BLOCKS_MAX = 20
/** A deviation below this part of the mean is rounding of equal returns. */
const NEGLIGIBLE = 1e-14

/**
 * @param trials returns of each trial, at least two, on the same periods.
 * Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range, evidence.flat.
 */
export function backtestOverfitting(
  trials: readonly Float64Array[],
  { blocks, measure }: OverfittingTerms,
): Result<Overfitting> {
  const issues = [...checkBlocks(blocks), ...checkColumns('trials', trials, { columns: 2, rows: 2 * blocks })]
  if (issues.length > 0) return fail(issues)
  const bounds = groupBounds(trials[0]!.length, blocks)
  const sums = trials.map((returns) => sumBlocks(returns, bounds))
  const judge = (trial: number, parts: readonly number[]): number => performanceOf(sums[trial]!, parts, measure)
  const everyBlock = Array.from({ length: blocks }, (_, k) => k)
  const splits = [...combinations(blocks, blocks / 2)]
  const found = {
    logits: new Float64Array(splits.length),
    chosen: new Uint32Array(splits.length),
    inSample: new Float64Array(splits.length),
    outOfSample: new Float64Array(splits.length),
  }
  for (const [split, inside] of splits.entries()) {
    const outside = everyBlock.filter((k) => !inside.includes(k))
    const trained = trials.map((_, trial) => judge(trial, inside))
    const tested = trials.map((_, trial) => judge(trial, outside))
    const undefinedAt = trained.findIndex((value, trial) => Number.isNaN(value + tested[trial]!))
    if (undefinedAt >= 0) return refuseFlatHalf(undefinedAt)
    const best = trained.reduce((first, value, trial) => (value > trained[first]! ? trial : first), 0)
    const share = rankOf(tested, best) / (trials.length + 1)
    found.logits[split] = Math.log(share / (1 - share))
    found.chosen[split] = best
    found.inSample[split] = trained[best]!
    found.outOfSample[split] = tested[best]!
  }
  const shareOf = (values: Float64Array, holds: (value: number) => boolean): number =>
    values.filter(holds).length / splits.length
  return succeed({
    probability: shareOf(found.logits, (logit) => logit <= 0),
    ...found,
    degradation: lineThrough(found.inSample, found.outOfSample),
    probabilityOfLoss: shareOf(found.outOfSample, (value) => value < 0),
  })
}

function sumBlocks(returns: Float64Array, bounds: Uint32Array): Sums[] {
  return Array.from({ length: bounds.length - 1 }, (_, block) => {
    const part = returns.subarray(bounds[block]!, bounds[block + 1]!)
    const mean = part.reduce((total, each) => total + each, 0) / part.length
    return { count: part.length, mean, squares: part.reduce((total, each) => total + (each - mean) ** 2, 0) }
  })
}

/** NaN where the returns of these blocks are all one number other than 0. */
function performanceOf(sums: readonly Sums[], parts: readonly number[], measure: OverfittingTerms['measure']): number {
  const all: Sums = { count: 0, mean: 0, squares: 0 }
  for (const part of parts) {
    const { count, mean, squares } = sums[part]!
    const apart = mean - all.mean
    const together = all.count + count
    all.squares += squares + (apart * apart * all.count * count) / together
    all.mean += (apart * count) / together
    all.count = together
  }
  if (measure === 'mean') return all.mean
  const deviation = Math.sqrt(all.squares / (all.count - 1))
  if (deviation > NEGLIGIBLE * Math.abs(all.mean)) return all.mean / deviation
  // A trial that did nothing in these blocks neither gained nor lost.
  return all.mean === 0 ? 0 : Number.NaN
}

/** From 1, the least; equals share their mean rank. */
function rankOf(values: readonly number[], place: number): number {
  let [below, equal] = [0, 0]
  for (const value of values) {
    if (value < values[place]!) below++
    else if (value === values[place]!) equal++
  }
  return below + (equal + 1) / 2
}

function lineThrough(x: Float64Array, y: Float64Array): Overfitting['degradation'] {
  const mean = (values: Float64Array): number => values.reduce((total, each) => total + each, 0) / values.length
  const [meanX, meanY] = [mean(x), mean(y)]
  let [xx, xy] = [0, 0]
  for (let k = 0; k < x.length; k++) {
    xx += (x[k]! - meanX) ** 2
    xy += (x[k]! - meanX) * (y[k]! - meanY)
  }
  if (!(Math.sqrt(xx / x.length) > NEGLIGIBLE * Math.abs(meanX))) return null
  return { slope: xy / xx, intercept: meanY - (xy / xx) * meanX }
}

const checkBlocks = (blocks: number): Issue[] =>
  Number.isInteger(blocks) && blocks >= 2 && blocks <= BLOCKS_MAX && blocks % 2 === 0
    ? []
    : [
        {
          code: 'evidence.range',
          path: 'blocks',
          message: `the number of blocks must be even, from 2 to ${BLOCKS_MAX}, was ${blocks}`,
          hint: 'use 16, or 8 where there are few periods',
        },
      ]

const refuseFlatHalf = (trial: number): Result<never> =>
  refuse(
    'evidence.flat',
    `trials.${trial}`,
    'the returns of a trial must vary in every half of the blocks, was one number throughout in one of them',
    'compare by the mean, use fewer blocks, or leave the trial out',
  )
