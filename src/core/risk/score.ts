/**
 * How good forecasts of risk would have been. Walking through a history, an estimator forecasts from the bars that had
 * closed by then and is judged by the returns up to the next forecast; nothing later is ever seen.
 *
 * - QLIKE (Patton, Journal of Econometrics 160, 2011): mean of log h + y/h for the forecast variance h and the squared
 *   return y, both annual; a loss whose order of forecasts survives the noise of y. Only differences mean anything.
 * - Volatility ratio of a book w: sqrt(Σ (w'r)²/Σ w'Σw), above 1 where the forecasts promised too little risk.
 *
 * Intervals are 95 % of a seeded bootstrap of blocks of 7 days (Künsch, Annals of Statistics 17, 1989).
 */
import { DAY_MS, type Instant, YEAR_MS } from '../base/instant.ts'
import { makeRandom } from '../base/random.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
import { quadraticForm } from '../maths/matrix.ts'
import { qlikeLoss } from './estimators/scores.ts'
import { forecastRisk, type RiskEstimator } from './forecast.ts'
import { alignHistories, cut, type PriceHistory } from './price-history.ts'

export interface ScoreTerms {
  /** Weights of the book that is judged, in the order of the histories. */
  readonly book: Float64Array
  readonly intervalMs: number
  /** How far back a forecast sees. */
  readonly windowMs: number
  /** The time of the first forecast, which is when a bar opens, and by which the last bar judged has closed. */
  readonly from: Instant
  readonly to: Instant
  /** From one forecast to the next. */
  readonly everyMs: number
  /** Called after each forecast. */
  readonly progress?: () => void
}

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Sums over one block of days. */
interface Block {
  readonly count: number
  /** Σ (log h + y/h), of the book. */
  readonly loss: number
  /** Σ y and Σ h, of the book. */
  readonly realised: number
  readonly forecast: number
}

export interface RiskScore {
  readonly forecasts: number
  /** Returns judged. */
  readonly count: number
  /** Of each asset, and of the book. */
  readonly qlike: Float64Array
  readonly qlikeOfBook: number
  readonly volRatio: number
  /** null where there are fewer than 8 weeks to draw from. */
  readonly volRatioInterval: Interval | null
  readonly blocks: readonly Block[]
}

/**
 * When judging can begin: `overMs` before `to`, but only once all histories have begun and a window, or half of what they
 * have in common, has passed, so that the first forecast has something to see. A time at which a bar opens.
 */
export function judgedFrom(
  histories: readonly PriceHistory[],
  {
    to,
    windowMs,
    overMs,
    intervalMs,
  }: Pick<ScoreTerms, 'to' | 'windowMs' | 'intervalMs'> & { readonly overMs: number },
): Instant {
  const begun = histories.reduce((latest, { time }) => Math.max(latest, time[0] ?? to), Number.NEGATIVE_INFINITY)
  const from = Math.max(to - overMs, begun + Math.min(windowMs, (to - begun) / 2))
  return begun + Math.ceil((from - begun) / intervalMs) * intervalMs
}

const BLOCK_MS = 7 * DAY_MS
const BLOCKS_MIN = 8
const DRAWS = 1000
const SEED = 'risk score'

/** Codes: those of `alignHistories` and of the estimator; risk.nothing-judged, risk.forecast (a book without risk). */
export function scoreRisk(
  histories: readonly PriceHistory[],
  estimator: RiskEstimator,
  terms: ScoreTerms,
): Result<RiskScore> {
  const { book, intervalMs, windowMs, from, to, everyMs, progress } = terms
  const n = histories.length
  const judged = judgedReturns(histories, terms)
  if (!judged.ok) return judged
  const rows = judged.value
  const annual = YEAR_MS / intervalMs
  const losses = new Float64Array(n)
  const blocks = new Map<number, { count: number; loss: number; realised: number; forecast: number }>()
  let [forecasts, at] = [0, 0]
  for (let now = from; now < to && at < rows.length; now += everyMs) {
    const made = forecastRisk(
      histories.map((each) => known(each, now - windowMs, now)),
      { asOf: now, from: now - windowMs, intervalMs },
      estimator,
    )
    if (!made.ok) return made
    forecasts++
    const { vol, covariance } = made.value
    const variance = quadraticForm(book, covariance, n)
    if (!(variance > 0)) return noRisk(variance)
    for (; at < rows.length && rows[at]!.open < now + everyMs; at++) {
      const { open, change } = rows[at]!
      let moved = 0
      for (let i = 0; i < n; i++) {
        const h = vol[i]! * vol[i]!
        losses[i]! += qlikeLoss(annual * change[i]! * change[i]!, h)
        moved += book[i]! * change[i]!
      }
      const realised = annual * moved * moved
      const week = Math.floor((open - from) / BLOCK_MS)
      const block = blocks.get(week) ?? { count: 0, loss: 0, realised: 0, forecast: 0 }
      block.count++
      block.loss += qlikeLoss(realised, variance)
      block.realised += realised
      block.forecast += variance
      blocks.set(week, block)
    }
    progress?.()
  }
  return succeed(scoreOf([...blocks.values()], losses, forecasts))
}

function scoreOf(blocks: readonly Block[], losses: Float64Array, forecasts: number): RiskScore {
  const count = blocks.reduce((total, block) => total + block.count, 0)
  return {
    forecasts,
    count,
    qlike: losses.map((loss) => loss / count),
    qlikeOfBook: qlikeOf(blocks, ONCE),
    volRatio: volRatioOf(blocks, ONCE),
    volRatioInterval: bootstrap(blocks.length, (times) => volRatioOf(blocks, times)),
    blocks,
  }
}

/** How much higher the QLIKE of the book is than that of another estimator on the same returns, block by block. */
export function qlikeAbove(score: RiskScore, other: RiskScore): Interval | null {
  if (score.blocks.length !== other.blocks.length || score.count !== other.count) return null
  return bootstrap(score.blocks.length, (times) => qlikeOf(score.blocks, times) - qlikeOf(other.blocks, times))
}

/** How often each block is drawn. */
type Times = (block: number) => number
const ONCE: Times = () => 1

function qlikeOf(blocks: readonly Block[], times: Times): number {
  let [loss, count] = [0, 0]
  blocks.forEach((block, k) => {
    loss += times(k) * block.loss
    count += times(k) * block.count
  })
  return loss / count
}

function volRatioOf(blocks: readonly Block[], times: Times): number {
  let [realised, forecast] = [0, 0]
  blocks.forEach((block, k) => {
    realised += times(k) * block.realised
    forecast += times(k) * block.forecast
  })
  return Math.sqrt(realised / forecast)
}

function bootstrap(blocks: number, statistic: (times: Times) => number): Interval | null {
  if (blocks < BLOCKS_MIN) return null
  const random = makeRandom(SEED)
  const found = Float64Array.from({ length: DRAWS }, () => {
    const times = new Uint16Array(blocks)
    for (let k = 0; k < blocks; k++) times[random.integer(blocks)]! += 1
    return statistic((k) => times[k]!)
  }).sort()
  return { low: found[Math.floor(0.025 * DRAWS)]!, high: found[Math.ceil(0.975 * DRAWS) - 1]! }
}

const noRisk = (variance: number): Result<never> =>
  refuse(
    'risk.forecast',
    'forecast',
    `the book that is judged must have a variance above 0, was ${variance}`,
    'use an estimator that gives every book some risk, such as a shrunk one',
  )

/** Bars that open in [from, to). */
const known = (history: PriceHistory, from: Instant, to: Instant): PriceHistory =>
  cut(history, lowerBound(history.time, from), lowerBound(history.time, to))

/** The first index whose time is at least `at`. */
function lowerBound(time: Float64Array, at: Instant): number {
  let [low, high] = [0, time.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (time[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}

interface Row {
  /** Open of the bar the return ends with. */
  readonly open: Instant
  /** Return of each asset. */
  readonly change: Float64Array
}

/** Returns over one bar that all assets have, of bars that open at `from` or later and close by `to`. */
function judgedReturns(histories: readonly PriceHistory[], { from, to, intervalMs }: ScoreTerms): Result<Row[]> {
  const sound = alignHistories(histories, { asOf: to, from: from - intervalMs, intervalMs })
  if (!sound.ok) return sound
  const rows: Row[] = []
  const place = histories.map(({ time }) => lowerBound(time, from - intervalMs))
  for (let open = from; open + intervalMs <= to; open += intervalMs) {
    const change = new Float64Array(histories.length)
    let whole = true
    histories.forEach(({ time, close }, i) => {
      while (time[place[i]!]! < open) place[i]! += 1
      const at = place[i]!
      whole &&= time[at] === open && time[at - 1] === open - intervalMs
      change[i] = whole ? close[at]! / close[at - 1]! - 1 : Number.NaN
    })
    if (whole) rows.push({ open, change })
  }
  return rows.length > 0
    ? succeed(rows)
    : refuse(
        'risk.nothing-judged',
        'market.candles',
        'all candle files must have bars in common in the time that is judged, was without any',
        'judge a longer time, or use histories that overlap',
      )
}
