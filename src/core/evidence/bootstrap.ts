/**
 * Intervals for any statistic of a dependent series by drawing its periods again in blocks: the stationary bootstrap, blocks
 * of geometric length (Politis and Romano, JASA 89, 1994), or the circular one, blocks of one length (Politis and Romano,
 * 1992); both wrap around the end. Percentile intervals are quantiles of the draws; accelerated ones (BCa) take them at
 * N(z₀ + (z₀ + z_α)/(1 − a(z₀ + z_α))), z₀ the normal quantile of the share of draws below the estimate and a the
 * acceleration Σ d³/(6(Σ d²)^{3/2}), d how far leaving out one block takes the statistic (Efron, JASA 82, 1987; Efron and
 * Tibshirani, An Introduction to the Bootstrap, 1993, §14.3). A statistic reads rows: what it picks from several series
 * by the same rows stays paired.
 */
import { makeRandom, type Random } from '../base/random.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { distributionOfNormal, quantileOfNormal } from '../maths/normal.ts'
import { quantileOfSorted } from '../maths/quantile.ts'
import { outOfRange } from './check.ts'
import { groupBounds } from './groups.ts'

/** Blocks of length 1 draw each row alone, for rows that do not depend on each other. */
export interface BlockScheme {
  /** stationary: `length` is the mean length, ≥ 1. circular: the length, whole. */
  readonly kind: 'stationary' | 'circular'
  readonly length: number
}

export interface BootstrapTerms {
  readonly scheme: BlockScheme
  readonly draws: number
  readonly seed: number | string
  /** Of the intervals, such as 0.95. */
  readonly confidence: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface BootstrapEstimate {
  /** The statistic of the series as it is. */
  readonly estimate: number
  /** Deviation of the draws. */
  readonly standardError: number
  readonly percentile: Interval
  /** Null where it does not exist: every draw lies on one side of the estimate, or the acceleration is too great. */
  readonly accelerated: Interval | null
}

/** What a statistic is computed from: rows of the series, drawn or all of them, or all but one block. */
export type RowStatistic = (rows: Uint32Array) => number

/** Draws that must lie outside an interval on each side, so that its ends are quantiles and not extremes. */
const TAIL_MIN = 10
const BLOCKS_MIN = 3
/** Blocks left out for the acceleration: larger ones give the same, since skewness and number fall together. */
const LEFT_OUT_MAX = 200

/** The statistic of one series, picked by rows. */
export const statisticOf =
  (values: Float64Array, statistic: (values: Float64Array) => number): RowStatistic =>
  (rows) =>
    statistic(pick(values, rows))

/** How much higher the statistic of one series is than that of another on the same periods. */
export const differenceOf =
  (
    { first, second }: { readonly first: Float64Array; readonly second: Float64Array },
    statistic: (values: Float64Array) => number,
  ): RowStatistic =>
  (rows) =>
    statistic(pick(first, rows)) - statistic(pick(second, rows))

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length)
  for (let t = 0; t < rows.length; t++) picked[t] = values[rows[t]!]!
  return picked
}

/** Rows 0 … count − 1 drawn into `rows`, block by block. */
export function drawRows(
  rows: Uint32Array,
  { count, scheme, random }: { readonly count: number; readonly scheme: BlockScheme; readonly random: Random },
): Uint32Array {
  let row = 0
  let left = 0
  for (let t = 0; t < rows.length; t++) {
    const renew = scheme.kind === 'stationary' ? t === 0 || random.uniform() * scheme.length < 1 : left === 0
    row = renew ? random.integer(count) : (row + 1) % count
    left = renew ? scheme.length - 1 : left - 1
    rows[t] = row
  }
  return rows
}

/**
 * @param count rows of the series. The statistic must be finite for every draw.
 * Codes: evidence.range, evidence.too-short, evidence.number.
 */
export function bootstrapInterval(
  count: number,
  statistic: RowStatistic,
  terms: BootstrapTerms,
): Result<BootstrapEstimate> {
  const { scheme, draws, seed, confidence } = terms
  const issues = [...checkScheme(scheme, count), ...checkDraws(draws, confidence)]
  if (issues.length > 0) return fail(issues)
  const every = Uint32Array.from({ length: count }, (_, t) => t)
  const estimate = statistic(every)
  const random = makeRandom(seed)
  const rows = new Uint32Array(count)
  const drawn = Float64Array.from({ length: draws }, () => statistic(drawRows(rows, { count, scheme, random })))
  const blocks = groupBounds(count, Math.min(LEFT_OUT_MAX, Math.floor(count / scheme.length)))
  const without = Float64Array.from({ length: blocks.length - 1 }, (_, k) =>
    statistic(every.filter((t) => t < blocks[k]! || t >= blocks[k + 1]!)),
  )
  const bad = [estimate, ...drawn, ...without].findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) return refuseStatistic(bad, draws)
  drawn.sort()
  const mean = drawn.reduce((total, each) => total + each, 0) / draws
  const squares = drawn.reduce((total, each) => total + (each - mean) ** 2, 0)
  const tail = (1 - confidence) / 2
  return succeed({
    estimate,
    standardError: Math.sqrt(squares / (draws - 1)),
    percentile: { low: quantileOfSorted(drawn, tail), high: quantileOfSorted(drawn, 1 - tail) },
    accelerated: accelerate({ drawn, estimate, without, tail }),
  })
}

function accelerate(terms: {
  /** Ascending. */
  readonly drawn: Float64Array
  readonly estimate: number
  /** The statistic without each block. */
  readonly without: Float64Array
  /** Share outside on either side. */
  readonly tail: number
}): Interval | null {
  const { drawn, estimate, without, tail } = terms
  let below = 0
  for (const value of drawn) below += value < estimate ? 1 : value === estimate ? 0.5 : 0
  if (below === 0 || below === drawn.length) return null
  const bias = quantileOfNormal(below / drawn.length)
  const mean = without.reduce((total, each) => total + each, 0) / without.length
  let [squares, cubes] = [0, 0]
  for (const each of without) {
    squares += (mean - each) ** 2
    cubes += (mean - each) ** 3
  }
  // A statistic that no block moves has none.
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
  const shareAt = (quantile: number): number | null => {
    const stretch = 1 - acceleration * (bias + quantile)
    return stretch > 0 ? distributionOfNormal(bias + (bias + quantile) / stretch) : null
  }
  const [low, high] = [shareAt(quantileOfNormal(tail)), shareAt(-quantileOfNormal(tail))]
  if (low === null || high === null) return null
  return { low: quantileOfSorted(drawn, low), high: quantileOfSorted(drawn, high) }
}

/** Codes: evidence.range, evidence.too-short. */
export function checkScheme({ kind, length }: BlockScheme, count: number): Issue[] {
  const issues = outOfRange('scheme', {
    'the number of rows': [count, 'count'],
    ...(kind === 'circular'
      ? { 'the length of a block': [length, 'count'] as const }
      : { 'the mean length of a block less 1': [length - 1, 'nonNegative'] as const }),
  })
  if (issues.length > 0 || count >= BLOCKS_MIN * length) return issues
  return [
    {
      code: 'evidence.too-short',
      path: 'scheme',
      message: `there must be at least ${BLOCKS_MIN} blocks of length ${length}, were ${count} rows`,
      hint: 'use a longer history or shorter blocks',
    },
  ]
}

function checkDraws(draws: number, confidence: number): Issue[] {
  const issues = outOfRange('bootstrap', {
    'the number of draws': [draws, 'count'],
    'the confidence': [confidence, 'inside'],
  })
  const needed = Math.ceil((2 * TAIL_MIN) / (1 - confidence) - 1e-6)
  if (issues.length > 0 || draws >= needed) return issues
  return [
    {
      code: 'evidence.range',
      path: 'bootstrap',
      message: `the number of draws must be at least ${needed} for a confidence of ${confidence}, was ${draws}`,
      hint: 'draw more, or ask for less confidence',
    },
  ]
}

function refuseStatistic(place: number, draws: number): Result<never> {
  const where = place === 0 ? 'the series itself' : place <= draws ? `draw ${place}` : `block ${place - draws} left out`
  return refuse(
    'evidence.number',
    'statistic',
    `the statistic must be a finite number, was not for ${where}`,
    'use a statistic that is defined for every selection of rows',
  )
}
