/**
 * Histories that might have been: rows of returns drawn again in blocks (Politis and Romano 1994), the same rows for all
 * assets, so that what they have in common in each period, and within a block over time, is kept. Path k depends on the
 * seed and k alone. What a policy makes of them is a set of equity curves; of these the quantiles come with order statistics
 * that hold them, and shares with the interval of Clopper and Pearson (`maths/binomial.ts`), since the draws are independent.
 */
import { makeRandom } from '../base/random.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { intervalOfShare, ranksOfQuantile } from '../maths/binomial.ts'
import { quantileOfSorted } from '../maths/quantile.ts'
import { type BlockScheme, checkScheme, drawRows } from './bootstrap.ts'
import { checkColumns, outOfRange } from './check.ts'
import { type Drawdown, measureDrawdown } from './drawdown.ts'

export interface PathTerms {
  readonly scheme: BlockScheme
  /** Periods of each path; may be more than the history has. */
  readonly periods: number
  readonly seed: number | string
}

export interface Paths {
  /** Which period of the history each period of a path is. */
  readonly rows: (path: number) => Uint32Array
  /** The returns of each asset on a path. */
  readonly returns: (path: number) => readonly Float64Array[]
}

/** @param returns of each asset, on the same periods. Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range. */
export function makePaths(returns: readonly Float64Array[], { scheme, periods, seed }: PathTerms): Result<Paths> {
  const issues = [
    ...checkColumns('returns', returns, { columns: 1, rows: 1 }),
    ...outOfRange('paths', { 'the number of periods': [periods, 'count'] }),
    ...(returns.length === 0 ? [] : checkScheme(scheme, returns[0]!.length)),
  ]
  if (issues.length > 0) return fail(issues)
  const count = returns[0]!.length
  const rows = (path: number): Uint32Array =>
    drawRows(new Uint32Array(periods), { count, scheme, random: makeRandom(`${typeof seed}:${seed}#${path}`) })
  return succeed({
    rows,
    returns: (path) => {
      const drawn = rows(path)
      return returns.map((column) => Float64Array.from(drawn, (row) => column[row]!))
    },
  })
}

export interface PathRiskTerms {
  /** Probabilities of the quantiles, above 0 and below 1. */
  readonly quantiles: readonly number[]
  /** Depths of drawdown, above 0. */
  readonly depths: readonly number[]
  /** A path is ruined when its equity is at or below this part of its start, from 0 to below 1. */
  readonly ruin: number
  /** Of every interval. */
  readonly confidence: number
}

export interface QuantileInterval {
  readonly probability: number
  readonly value: number
  /** Hold the true quantile; null where so few paths do not bound it. */
  readonly low: number | null
  readonly high: number | null
}

export interface ShareInterval {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface PathRisk {
  /** Of the deepest drawdown, of the longest stay under water in periods, and of last equity over first. */
  readonly depth: readonly QuantileInterval[]
  readonly longest: readonly QuantileInterval[]
  readonly growth: readonly QuantileInterval[]
  /** The share of paths whose deepest drawdown is at least each of the depths. */
  readonly deeper: readonly ShareInterval[]
  readonly ruined: ShareInterval
  /** The share that is ruined by the end of each period; 0 is the start. */
  readonly ruinedBy: Float64Array
}

/**
 * @param equity curves of independent paths, of one length, each from its start on.
 * Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range, evidence.equity.
 */
export function measurePathRisk(equity: readonly Float64Array[], terms: PathRiskTerms): Result<PathRisk> {
  const issues = [...checkColumns('equity', equity, { columns: 1, rows: 2 }), ...checkTerms(terms)]
  if (issues.length > 0) return fail(issues)
  const drawdowns: Drawdown[] = []
  for (const path of equity) {
    const measured = measureDrawdown(path)
    if (!measured.ok) return measured
    drawdowns.push(measured.value)
  }
  const n = equity.length
  const { quantiles, depths, ruin, confidence } = terms
  const quantilesOf = (values: readonly number[]): QuantileInterval[] => {
    const sorted = Float64Array.from(values).sort()
    return quantiles.map((probability) => {
      const ranks = ranksOfQuantile(n, { probability, confidence })
      const at = (rank: number | null): number | null => (rank === null ? null : sorted[rank - 1]!)
      return { probability, value: quantileOfSorted(sorted, probability), low: at(ranks.low), high: at(ranks.high) }
    })
  }
  const shareOf = (count: number): ShareInterval => ({ value: count / n, ...intervalOfShare(count, { n, confidence }) })
  const ruinedBy = ruinByPeriod(equity, ruin)
  return succeed({
    depth: quantilesOf(drawdowns.map(({ depth }) => depth)),
    longest: quantilesOf(drawdowns.map(({ longest }) => longest)),
    growth: quantilesOf(equity.map((path) => path.at(-1)! / path[0]!)),
    deeper: depths.map((level) => shareOf(drawdowns.filter(({ depth }) => depth >= level).length)),
    ruined: shareOf(ruinedBy.at(-1)!),
    ruinedBy: ruinedBy.map((count) => count / n),
  })
}

/** How many paths have been ruined by each period. */
function ruinByPeriod(equity: readonly Float64Array[], ruin: number): Float64Array {
  const counts = new Float64Array(equity[0]!.length)
  for (const path of equity) {
    const first = path.findIndex((value) => value <= ruin * path[0]!)
    if (first >= 0) for (let t = first; t < counts.length; t++) counts[t]! += 1
  }
  return counts
}

function checkTerms({ quantiles, depths, ruin, confidence }: PathRiskTerms): Issue[] {
  const named = (name: string, values: readonly number[], range: 'inside' | 'positive') =>
    Object.fromEntries(values.map((value, k) => [`${name} ${k + 1}`, [value, range] as const]))
  return outOfRange('risk', {
    ...named('the probability of quantile', quantiles, 'inside'),
    ...named('the depth', depths, 'positive'),
    'the level of ruin': [ruin, 'fee'],
    'the confidence': [confidence, 'inside'],
  })
}
