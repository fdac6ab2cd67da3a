/**
 * Candle files of a book: which are needed and from when, the prices their last closes give, and the risk forecast
 * estimated from them (`core/risk/forecast.ts`). A file prices the spot instruments of its underlying, or its only
 * instrument; a perp beside a spot needs a price of its own.
 */
import type { Instant } from '../core/base/instant.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { byId } from '../core/domain/universe.ts'
import { forecastRisk, type RiskEstimator } from '../core/risk/forecast.ts'
import type { HistoryWindow, PriceHistory, PriceRange } from '../core/risk/price-history.ts'
import { pastReturns } from '../core/risk/scenarios.ts'
import { measureTrend } from '../core/risk/trend.ts'
import { readEstimator } from './book-estimate.ts'
import { askedTrends } from './book-guard.ts'
import type { LastClose } from './book-market.ts'
import { type BookContext, checkUnderlying, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDuration, readInstant, readNumber } from './scalar.ts'

/** A candle file to read: bars that open in [from, to), in the interval. */
export interface CandleNeed {
  readonly underlying: string
  /** As written, relative to the book. */
  readonly path: string
  readonly line: number
  readonly intervalMs: number
  readonly from: Instant
  readonly to: Instant
}

/** Columns of one file, bar opens in ms, and the last close as it was written. */
export interface LoadedCandles extends PriceRange {
  readonly time: Float64Array
  readonly close: Float64Array
  readonly lastCloseText: string
  readonly lastCloseAt: Instant
  /** What was found in the file that a reader of the forecast should know, a sentence each. */
  readonly notes: readonly string[]
}

export function candleNeeds(draft: Draft, line: (path: string) => number): CandleNeed[] {
  const { candles, interval, estimate } = draft.market ?? {}
  if (candles === undefined || interval === undefined || estimate?.window === undefined || draft.asOf === undefined)
    return []
  const to = accepted(readInstant(draft.asOf))
  const windows = [
    accepted(readDuration(estimate.window)),
    ...askedTrends(draft).map(({ measure }) => measure.windowMs),
  ]
  const from = to - Math.max(...windows)
  const intervalMs = accepted(readDuration(interval))
  return Object.entries(candles).flatMap(([underlying, path]) =>
    path === undefined ? [] : [{ underlying, path, line: line(`market.candles.${underlying}`), intervalMs, from, to }],
  )
}

/** Instruments a candle file of their underlying prices. */
function instrumentsPricedBy(names: Names, underlying: string): string[] {
  const own = [...names.instruments.values()].filter((each) => each.underlying === underlying)
  const spot = own.filter((each) => each.kind === 'spot')
  return (spot.length > 0 ? spot : own.length === 1 ? own : []).map((each) => each.id)
}

/** Instruments that need no stated price, as far as the book says. */
export const pricedByCandles = (names: Names, draft: Draft): ReadonlySet<string> =>
  new Set(Object.keys(draft.market?.candles ?? {}).flatMap((underlying) => instrumentsPricedBy(names, underlying)))

export function readCloses(
  names: Names,
  candles: ReadonlyMap<string, LoadedCandles>,
  report: Report,
): ReadonlyMap<string, LastClose> {
  const closes = new Map<string, LastClose>()
  for (const [underlying, { lastCloseText, lastCloseAt }] of candles) {
    const price = readNumber(lastCloseText, 'price', 'positive')
    if (price.ok) {
      for (const id of instrumentsPricedBy(names, underlying))
        closes.set(id, { price: price.value, closedAt: lastCloseAt })
    } else {
      const { code, message, hint } = price.error
      report.add(code, ['market', 'candles', underlying], `the last close ${message}`, hint)
    }
  }
  return closes
}

/** A forecast with what it was made of, so that its estimator can be judged beside others. */
export interface EstimatedRisk {
  readonly model: RiskModel
  readonly history: RiskHistory
}

export interface RiskHistory {
  /** In order of id. */
  readonly histories: readonly PriceHistory[]
  readonly intervalMs: number
  readonly windowMs: number
  readonly estimator: RiskEstimator
  /** Estimators the book lists to compare with its own. */
  readonly compare: readonly RiskEstimator[]
}

/** The forecast, or null and the issues that say why there is none. */
export function estimateRisk(parts: {
  readonly draft: Draft
  readonly names: Names
  readonly report: Report
  readonly asOf: Instant | null
  readonly candles: ReadonlyMap<string, LoadedCandles>
  readonly needs: readonly CandleNeed[]
}): EstimatedRisk | null {
  const { draft, names, report, asOf, candles, needs } = parts
  const market = draft.market ?? {}
  checkCandleKeys(market, names, report)
  const { estimate, interval } = market
  if (estimate === undefined || interval === undefined) return null
  const intervalMs = accepted(readDuration(interval))
  const context = { draft, names, report }
  const estimator = readEstimator(context, estimate, { intervalMs, path: ['market', 'estimate'] })
  const compare = (market.compare ?? []).map((text, index) =>
    text === undefined ? null : readEstimator(context, text, { intervalMs, path: ['market', 'compare', index] }),
  )
  if (asOf === null || estimator === null || estimate.window === undefined) return null
  const underlyings = [...names.underlyings].sort(byId)
  for (const need of needs)
    if (names.underlyings.has(need.underlying) && !candles.has(need.underlying) && report.issues.length === 0)
      report.add(
        'candles.not-loaded',
        ['market', 'candles', need.underlying],
        `the candles of ${need.underlying} must be read first, was not`,
        'open the book where its files are',
      )
  if (underlyings.some((name) => !candles.has(name))) return null
  const histories = underlyings.map((name) => {
    const { time, close, open, high, low } = candles.get(name)!
    return { name, time, close, range: { open, high, low } }
  })
  const windowMs = accepted(readDuration(estimate.window))
  const estimated = forecastFrom(context, histories, { window: { asOf, from: asOf - windowMs, intervalMs }, estimator })
  if (estimated === null) return null
  const found = underlyings.flatMap((name) => candles.get(name)!.notes.map((note) => `${name}: ${note}`))
  return {
    model: { ...estimated, notes: [...new Set([...found, ...estimated.notes])] },
    history: { histories, intervalMs, windowMs, estimator, compare: compare.filter((each) => each !== null) },
  }
}

/** The forecast with what limits on past losses and guards read; null and the issues that say why there is none. */
export function forecastFrom(
  { draft, report }: BookContext,
  histories: readonly PriceHistory[],
  { window, estimator }: { readonly window: HistoryWindow; readonly estimator: RiskEstimator },
): RiskModel | null {
  const shortfall = draft.limits?.expectedShortfall
  const past =
    shortfall?.method === 'historical' && shortfall.over !== undefined
      ? pastReturns(histories, window, accepted(readDuration(shortfall.over)))
      : null
  if (past !== null && !past.ok) for (const issue of past.error) report.addIssue(issue)
  const trends = readTrends(draft, histories, { read: window, report })
  const estimated = forecastRisk(histories, window, estimator)
  if (!estimated.ok) {
    for (const issue of estimated.error) report.addIssue(issue)
    return null
  }
  return {
    ...estimated.value,
    ...(past?.ok === true ? { scenarios: past.value } : {}),
    ...(trends.length === 0 ? {} : { trends: trends.map(({ trend }) => trend) }),
    notes: [...new Set([...estimated.value.notes, ...trends.flatMap(({ notes }) => notes)])],
  }
}

/** What the guards of the book's policies read, as far as it can be measured. */
function readTrends(
  draft: Draft,
  histories: readonly PriceHistory[],
  { read, report }: { readonly read: HistoryWindow; readonly report: Report },
) {
  return askedTrends(draft).flatMap(({ measure, path }) => {
    const measured = measureTrend(histories, read, measure)
    if (measured.ok) return [measured.value]
    for (const issue of measured.error) report.addIssue({ ...issue, path: issue.path.replace(/^policy\.guard/, path) })
    return []
  })
}

function checkCandleKeys(market: NonNullable<Draft['market']>, names: Names, report: Report): void {
  for (const key of ['vols', 'correlations'] as const)
    if (key in market)
      report.add(
        'market.risk-twice',
        ['market', key],
        'must not be given beside candles, was given',
        'keep the candles and how to estimate from them, or state vols and correlations',
      )
  if (!('candles' in market))
    report.add(
      'candles.missing',
      ['market', 'candles'],
      'candle files must be given beside `estimate`, was missing',
      'write one file per underlying',
    )
  else if (market.candles !== undefined) {
    for (const name of Object.keys(market.candles))
      checkUnderlying({ names, report }, ['market', 'candles', name], name)
    for (const name of [...names.underlyings].sort(byId))
      if (!(name in market.candles))
        report.add(
          'candles.missing',
          ['market', 'candles', name],
          `${name} must have a candle file, was missing`,
          'add its file, or state all vols and correlations',
        )
  }
  if (!('interval' in market))
    report.add(
      'candles.interval',
      ['market', 'interval'],
      'the interval must be given beside candles, was missing',
      'write the time from one candle to the next, such as `interval: 1h`',
    )
  if (!('estimate' in market))
    report.add(
      'candles.estimate',
      ['market', 'estimate'],
      'how to estimate must be given beside candles, was missing',
      'write `estimate: { vol: { ewma: 30d }, correlation: { ewma: 90d }, window: 1y }`',
    )
}
