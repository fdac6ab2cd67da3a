/**
 * Exponentially weighted covariance of simple, uncentred returns, with gaps and different start dates.
 *
 * Variance of one asset, with β = 2^(−interval/halflife) and y_k the return of bar k:
 * e_k = e_{k−1} + (1−β)(y_k² − e_{k−1})/(1 − β^{k+1}), which is Σ β^age y² / Σ β^age (bias-corrected EWMA; Johansson,
 * Ogut, Pelger, Schmelzer and Boyd 2023, §2.2). A return y over a gap of m bars is one observation of m bars of variance:
 * it enters as y²/m, with the weight of one return, and older returns decay by m bars. vol_i = sqrt(e_i · year/interval).
 * Correlation of two assets: the same average of y_i y_j, y_i², y_j², over returns between bars both assets have, so both
 * returns cover the same time; ρ = S_ij / sqrt(S_ii S_jj), |ρ| ≤ 1. Correlations estimated pair by pair may contradict
 * each other when histories differ; then the matrix is repaired and a note says so (`covariance.ts`).
 */
import { formatDuration, formatInstantShort } from '../base/format.ts'
import { YEAR_MS } from '../base/instant.ts'
import { assert, type Issue, type Result } from '../base/result.ts'
import type { RiskModel } from '../domain/market.ts'
import { covarianceOf, repairCorrelation } from './covariance.ts'
import {
  alignHistories,
  type BarSeries,
  barsBridged,
  GAP_BRIDGED_MAX_MS,
  type HistoryWindow,
  historyPath,
  type PriceHistory,
  RETURNS_MIN,
} from './price-history.ts'

export interface EwmaOptions extends HistoryWindow {
  readonly volHalflifeMs: number
  readonly correlationHalflifeMs: number
}

/**
 * The running bias-corrected average of a column.
 * @param column.elapsed bars from observation k−1 to k (the first is not read); all 1 where the column has no gap
 * @param column.halflife in bars, > 0
 * @returns the average after each observation; `ewma({values: [1, 2, 3], elapsed: [1, 1, 1], halflife: 1})` is [1, 5/3, 17/7]
 */
export function ewma(column: {
  readonly values: ArrayLike<number>
  readonly elapsed: ArrayLike<number>
  readonly halflife: number
}): Float64Array {
  const { values, elapsed, halflife } = column
  assert(
    halflife > 0 && values.length === elapsed.length,
    'ewma expects a positive half-life and columns of equal length',
  )
  const beta = 2 ** (-1 / halflife)
  const average = new Float64Array(values.length)
  let weight = 0
  let current = 0
  for (let k = 0; k < values.length; k++) {
    // Σ β^age = (1 − β^{k+1})/(1 − β) where nothing is missing.
    weight = weight * (elapsed[k] === 1 ? beta : beta ** elapsed[k]!) + 1
    current += (values[k]! - current) / weight
    average[k] = current
  }
  return average
}

/**
 * The risk forecast at asOf from price histories, in their order: n names give n × n.
 * Codes: risk.history, risk.misaligned, risk.too-short, risk.no-movement; each names its asset.
 */
export function ewmaRisk(histories: readonly PriceHistory[], options: EwmaOptions): Result<RiskModel> {
  const aligned = alignHistories(histories, options)
  if (!aligned.ok) return aligned
  const series = aligned.value
  const issues: Issue[] = []
  const { volHalflifeMs, correlationHalflifeMs } = options
  const vol = Float64Array.from(series, (each) => ewmaVol(each, { ...options, halflifeMs: volHalflifeMs }, issues))
  const estimated =
    issues.length === 0
      ? ewmaCorrelation(series, { ...options, halflifeMs: correlationHalflifeMs }, issues)
      : new Float64Array()
  if (issues.length > 0) return { ok: false, error: issues }
  const n = series.length
  const { correlation, note } = repairCorrelation(
    estimated,
    n,
    series.map((each) => each.name),
  )
  const notes = [...historyNotes(series, options, 'pairwise'), ...(note === null ? [] : [note])]
  return { ok: true, value: { asOf: options.asOf, vol, covariance: covarianceOf(vol, correlation, n), notes } }
}

interface ColumnOptions extends HistoryWindow {
  readonly halflifeMs: number
}

/** Annual volatility; pushes an issue and returns NaN where there is none. */
export function ewmaVol({ name, bar, change, elapsed }: BarSeries, options: ColumnOptions, issues: Issue[]): number {
  const longest = barsBridged(options.intervalMs)
  const values: number[] = []
  const since: number[] = []
  let pending = 0
  for (let k = 1; k < bar.length; k++) {
    pending += elapsed[k]!
    if (elapsed[k]! > longest) continue
    values.push((change[k]! * change[k]!) / elapsed[k]!)
    since.push(pending)
    pending = 0
  }
  if (values.length < RETURNS_MIN) {
    issues.push({
      code: 'risk.too-short',
      path: historyPath(name),
      message: `${name} must have at least ${RETURNS_MIN} returns before ${formatInstantShort(options.asOf)}, was ${values.length}`,
      hint: `use shorter bars or an earlier start, or state market.vols.${name} and its correlations`,
    })
    return Number.NaN
  }
  const variance = ewma({ values, elapsed: since, halflife: options.halflifeMs / options.intervalMs }).at(-1)!
  if (!(variance > 0)) issues.push(noMovement(name, 'in its history'))
  return Math.sqrt((variance * YEAR_MS) / options.intervalMs)
}

const noMovement = (name: string, where: string): Issue => ({
  code: 'risk.no-movement',
  path: historyPath(name),
  message: `the price of ${name} must move ${where}, was the same at every close`,
  hint: `check that its feed is alive, or state market.vols.${name} and its correlations`,
})

/** Pair by pair; pushes an issue for each pair that has none. */
export function ewmaCorrelation(series: readonly BarSeries[], options: ColumnOptions, issues: Issue[]): Float64Array {
  const n = series.length
  const correlation = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    correlation[i * n + i] = 1
    for (let j = i + 1; j < n; j++) {
      const rho = pairCorrelation(series[i]!, series[j]!, options, issues)
      correlation[i * n + j] = rho
      correlation[j * n + i] = rho
    }
  }
  return correlation
}

/**
 * The three averages share their sum of weights, which cancels, so they are kept as decayed sums. One walk over the bars
 * of both; a return that spans more than one bar of its own series is taken from the two closes.
 */
function pairCorrelation(a: BarSeries, b: BarSeries, options: ColumnOptions, issues: Issue[]): number {
  const beta = 2 ** (-options.intervalMs / options.halflifeMs)
  const longest = barsBridged(options.intervalMs)
  const { bar: barA, close: closeA, change: changeA } = a
  const { bar: barB, close: closeB, change: changeB } = b
  let [saa, sbb, sab, count] = [0, 0, 0, 0]
  let [i, j, lastI, lastJ] = [0, 0, -1, -1]
  while (i < barA.length && j < barB.length) {
    const ahead = barA[i]! - barB[j]!
    if (ahead < 0) i++
    else if (ahead > 0) j++
    else {
      if (lastI >= 0) {
        const bars = barA[i]! - barA[lastI]!
        const ya = i === lastI + 1 ? changeA[i]! : closeA[i]! / closeA[lastI]! - 1
        const yb = j === lastJ + 1 ? changeB[j]! : closeB[j]! / closeB[lastJ]! - 1
        const decay = bars === 1 ? beta : beta ** bars
        const used = bars === 1 ? 1 : bars <= longest ? 1 / bars : 0
        saa = saa * decay + ya * ya * used
        sbb = sbb * decay + yb * yb * used
        sab = sab * decay + ya * yb * used
        if (used > 0) count++
      }
      lastI = i++
      lastJ = j++
    }
  }
  const shorter = a.bar.length <= b.bar.length ? a : b
  const other = shorter === a ? b : a
  if (count < RETURNS_MIN)
    issues.push({
      code: 'risk.too-short',
      path: historyPath(shorter.name),
      message: `${shorter.name} must have at least ${RETURNS_MIN} returns in common with ${other.name}, was ${count}`,
      hint: 'use histories that overlap, or shorter bars, or state market.vols and market.correlations',
    })
  else if (!(saa > 0)) issues.push(noMovement(a.name, `while ${b.name} has bars`))
  else if (!(sbb > 0)) issues.push(noMovement(b.name, `while ${a.name} has bars`))
  else return Math.min(1, Math.max(-1, sab / Math.sqrt(saa * sbb)))
  return Number.NaN
}

/**
 * What a reader of estimates of each asset and each pair should know about their data, by asset in the order given.
 * @param uses the correlations: of what each pair has, or of what all have together, which then says so itself
 */
export function historyNotes(
  series: readonly BarSeries[],
  { intervalMs }: { readonly intervalMs: number },
  uses: 'pairwise' | 'joint',
): string[] {
  const length = (bars: number): string => formatDuration(bars * intervalMs)
  const first = series.reduce((least, each) => Math.min(least, each.bar[0]!), Number.POSITIVE_INFINITY)
  const last = series.reduce((most, each) => Math.max(most, each.bar.at(-1)!), Number.NEGATIVE_INFINITY)
  const longest = barsBridged(intervalMs)
  const notes: string[] = []
  for (const { name, bar, elapsed } of series) {
    const [start, end] = [bar[0]!, bar.at(-1)!]
    if (start > first)
      notes.push(
        `${name} has ${length(end - start + 1)} of history; its ${uses === 'pairwise' ? 'correlations use' : 'volatility uses'} those.`,
      )
    if (end < last) notes.push(`The last bar of ${name} closed ${length(last - end)} before the last of the others.`)
    const gaps = elapsed.filter((bars) => bars > 1 && bars <= longest)
    if (gaps.length > 0)
      notes.push(
        `${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'} in ${name} bridged, the longest ${length(gaps.reduce((most, bars) => Math.max(most, bars)) - 1)}.`,
      )
    const left = elapsed.filter((bars) => bars > longest).length
    if (left > 0)
      notes.push(
        `${left} ${left === 1 ? 'gap' : 'gaps'} in ${name} longer than ${formatDuration(GAP_BRIDGED_MAX_MS)}; ` +
          'the return across is left out.',
      )
  }
  return notes
}
