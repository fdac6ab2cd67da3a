/**
 * How sure it is that prices trend, from their closes in a window before `asOf`: a statistic that is standard normal where
 * there is no trend (`estimators/trend-statistics.ts`), as the probability 2N(|z|) − 1 that a market without trend shows less
 * of one; for the variance ratio, which tells moves that go on (z > 0) from moves that come back, 2N(z) − 1, at least 0. The
 * direction is that of the price over the window. Closes are taken as they follow each other: a gap is one step.
 */
import { formatDuration } from '../base/format.ts'
import { assertNever, fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Trend, TrendMeasure } from '../domain/market.ts'
import { distributionOfNormal } from '../maths/normal.ts'
import { driftStatistic, efficiencyRatio, varianceRatio } from './estimators/trend-statistics.ts'
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

/** Also what a reader should know of it, a sentence each. Codes: those of `alignHistories`; trend.history, trend.gap, trend.period. */
export function measureTrend(
  histories: readonly PriceHistory[],
  { asOf, intervalMs }: Omit<HistoryWindow, 'from'>,
  measure: TrendMeasure,
): Result<{ readonly trend: Trend; readonly notes: readonly string[] }> {
  const window = { asOf, intervalMs, from: asOf - measure.windowMs }
  const aligned = alignHistories(histories, window)
  if (!aligned.ok) return aligned
  const series = aligned.value
  const issues = series.flatMap((each) => checkSeries(each, { ...window, histories, measure }))
  if (issues.length > 0) return fail(issues)
  const change = Float64Array.from(series, ({ close }) => Math.log(close.at(-1)! / close[0]!))
  return succeed({
    trend: {
      measure,
      change,
      confidence: Float64Array.from(series, (each) => confidenceOf(each, measure, intervalMs)),
    },
    notes: series.flatMap((each) => notesOn(each, { measure, intervalMs })),
  })
}

function confidenceOf({ close }: BarSeries, measure: TrendMeasure, intervalMs: number): number {
  switch (measure.kind) {
    case 'drift':
      return centralShare(Math.abs(driftStatistic(logReturns(close)).z))
    case 'efficiencyRatio':
      return centralShare(Math.abs(efficiencyRatio(close).z))
    case 'varianceRatio':
      return centralShare(Math.max(0, varianceRatio(logReturns(close), measure.periodMs / intervalMs).z))
    default:
      return assertNever(measure)
  }
}

/** 2N(z) − 1 of z ≥ 0 */
const centralShare = (z: number): number => 1 - 2 * distributionOfNormal(-z)

const logReturns = (close: Float64Array): Float64Array =>
  Float64Array.from({ length: close.length - 1 }, (_, t) => Math.log(close[t + 1]! / close[t]!))

/** What a measure asks of a window. */
interface Terms extends HistoryWindow {
  readonly histories: readonly PriceHistory[]
  readonly measure: TrendMeasure
}

/** Too few closes, closes far apart or long ago, and periods that the returns do not hold. */
function checkSeries(series: BarSeries, terms: Terms): Issue[] {
  const { name, close } = series
  const returns = Math.max(0, close.length - 1)
  if (returns >= RETURNS_MIN) return [...checkGaps(series, terms), ...checkPeriod(terms, { name, returns })]
  return [
    {
      code: 'trend.history',
      path: historyPath(name),
      message: `${name} must have at least ${RETURNS_MIN} returns in the ${formatDuration(terms.measure.windowMs)} of a trend, was ${returns}`,
      hint: 'lengthen the window of the guard, or give candles that are more or closer together',
    },
  ]
}

function checkGaps({ name, elapsed }: BarSeries, { asOf, intervalMs, histories, measure }: Terms): Issue[] {
  const opens = histories.find((each) => each.name === name)!.time
  const last = opens.findLast((open) => open + intervalMs <= asOf)!
  const longest = elapsed.reduce((most, bars) => Math.max(most, bars), (asOf - last) / intervalMs)
  if (Math.floor(longest) <= barsBridged(intervalMs)) return []
  const [most, was] = [GAP_BRIDGED_MAX_MS, longest * intervalMs].map(formatDuration)
  return [
    {
      code: 'trend.gap',
      path: historyPath(name),
      message: `${name} must have closes at most ${most} apart in the ${formatDuration(measure.windowMs)} of a trend, was ${was}`,
      hint: 'shorten the window of the guard, or give candles without the gap',
    },
  ]
}

function checkPeriod(
  { measure, intervalMs }: Terms,
  { name, returns }: { readonly name: string; readonly returns: number },
): Issue[] {
  if (measure.kind !== 'varianceRatio') return []
  const bars = measure.periodMs / intervalMs
  if (Number.isInteger(bars) && bars >= 2 && bars <= returns / 2) return []
  return [
    {
      code: 'trend.period',
      path: 'policy.guard.period',
      message: `must be a whole number of ${formatDuration(intervalMs)} bars, 2 to half of the ${returns} returns of ${name}, was ${formatDuration(measure.periodMs)}`,
      hint: 'change the period or the window of the guard, or use candles of another interval',
    },
  ]
}

function notesOn(
  { name, bar, elapsed }: BarSeries,
  { measure, intervalMs }: Pick<Terms, 'measure' | 'intervalMs'>,
): string[] {
  const span = (bar.at(-1)! - bar[0]! + 1) * intervalMs
  const short = span + intervalMs <= measure.windowMs
  const gaps = elapsed.filter((bars) => bars > 1).length
  return [
    ...(short
      ? [`The trend of ${name} is measured over ${formatDuration(span)}, not ${formatDuration(measure.windowMs)}.`]
      : []),
    ...(gaps === 0 ? [] : [`${gaps} ${gaps === 1 ? 'gap' : 'gaps'} in ${name} counted as one step of its trend each.`]),
  ]
}
