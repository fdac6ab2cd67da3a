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
  const halves = sumHalves(trials, blocks)
  const everyBlock = 2 ** blocks - 1
  const splits = [...combinations(blocks, blocks / 2)]
  const found = {
    logits: new Float64Array(splits.length),
    chosen: new Uint32Array(splits.length),
    inSample: new Float64Array(splits.length),
    outOfSample: new Float64Array(splits.length),
  }
  for (const [split, inside] of splits.entries()) {
    const mask = inside.reduce((bits, block) => bits | (1 << block), 0)
    const trained = judge(halves, mask, measure)
    const tested = judge(halves, everyBlock ^ mask, measure)
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

/**
 * For every subset of some blocks, a bit each, and every trial: count, mean and sum of squared deviations, which can be joined (Chan,
 * Golub and LeVeque, The American Statistician 37, 1983).
 */
interface SubsetSums {
  readonly blocks: number
  readonly trials: number
  readonly count: Float64Array
  /** subset · trials + trial */
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/** Of the first and the second half of the blocks: any subset of all of them is one of each, joined. */
function sumHalves(trials: readonly Float64Array[], blocks: number): readonly [SubsetSums, SubsetSums] {
  const bounds = groupBounds(trials[0]!.length, blocks)
  const half = blocks / 2
  return [sumSubsets(trials, bounds.subarray(0, half + 1)), sumSubsets(trials, bounds.subarray(half))]
}

function sumSubsets(trials: readonly Float64Array[], bounds: Uint32Array): SubsetSums {
  const [blocks, n] = [bounds.length - 1, trials.length]
  const count = new Float64Array(2 ** blocks)
  const [mean, squares] = [new Float64Array(n * 2 ** blocks), new Float64Array(n * 2 ** blocks)]
  for (let block = 0; block < blocks; block++) {
    const own = 1 << block
    count[own] = bounds[block + 1]! - bounds[block]!
    for (const [trial, returns] of trials.entries()) {
      const part = returns.subarray(bounds[block]!, bounds[block + 1]!)
      const average = part.reduce((total, each) => total + each, 0) / part.length
      mean[own * n + trial] = average
      squares[own * n + trial] = part.reduce((total, each) => total + (each - average) ** 2, 0)
    }
    for (let rest = 1; rest < own; rest++) {
      const joined = own | rest
      count[joined] = count[own]! + count[rest]!
      for (let trial = 0; trial < n; trial++) {
        const [a, b] = [own * n + trial, rest * n + trial]
        const apart = mean[b]! - mean[a]!
        const share = count[rest]! / count[joined]!
        mean[joined * n + trial] = mean[a]! + apart * share
        squares[joined * n + trial] = squares[a]! + squares[b]! + apart * apart * count[own]! * share
      }
    }
  }
  return { blocks, trials: n, count, mean, squares }
}

/** Of each trial in these blocks; NaN where its returns there are all one number other than 0. */
function judge(
  [first, second]: readonly [SubsetSums, SubsetSums],
  mask: number,
  measure: OverfittingTerms['measure'],
): Float64Array {
  const [low, high] = [mask & (2 ** first.blocks - 1), mask >> first.blocks]
  const count = first.count[low]! + second.count[high]!
  const share = second.count[high]! / count
  const values = new Float64Array(first.trials)
  for (let trial = 0; trial < values.length; trial++) {
    const [a, b] = [low * values.length + trial, high * values.length + trial]
    const apart = second.mean[b]! - first.mean[a]!
    // Where one half has none of the blocks its share, and so its part in the mean, is 0 or all.
    const mean = first.mean[a]! + apart * share
    if (measure === 'mean') {
      values[trial] = mean
      continue
    }
    const squares = first.squares[a]! + second.squares[b]! + apart * apart * first.count[low]! * share
    const deviation = Math.sqrt(squares / (count - 1))
    // A trial that did nothing in these blocks neither gained nor lost.
    const still = mean === 0 ? 0 : Number.NaN
    values[trial] = deviation > NEGLIGIBLE * Math.abs(mean) ? mean / deviation : still
  }
  return values
}

/** From 1, the least; equals share their mean rank. */
function rankOf(values: Float64Array, place: number): number {
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
