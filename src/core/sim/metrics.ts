/**
 * Every figure of a run, with its definition (`metrics-definitions.ts`, `docs/metrics.md`), and of what it is compared with. The
 * book's wealth leaves flows out: r_t = (E_t − F_t)/E_{t−1} − 1, what comes in or leaves in a row counts from its close on.
 */
import { toNumber } from '../base/decimal.ts'
import { DAY_MS, YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { BENCHMARKS, type BenchmarkKind, benchmarkWealth } from './benchmark.ts'
import { marksAt, sumWorth, worthByCurrency } from './book-worth.ts'
import { closedAt } from './history.ts'
import {
  deviationOf,
  type Growth,
  isMissing,
  type Measure,
  meanOf,
  measureGrowth,
  missing,
  over,
  returnsOf,
  rowsPerYear,
} from './metrics-growth.ts'
import { scoreTail } from './metrics-tail.ts'
import { combine, measureTrading, moneyWeightedReturn, type Trading } from './metrics-trading.ts'
import { makePricePath } from './price-path.ts'
import type { RunRecord } from './run-record.ts'

export interface Metrics extends Growth, Trading {
  readonly moneyWeightedReturn: Measure
  readonly gainingDays: Measure
  readonly trackingError: Measure
  readonly trackingErrorForecast: Measure
  readonly trackingErrorRatio: Measure
  readonly trackingDifference: Measure
  readonly targetTurnover: Measure
  readonly days: Measure
  readonly breaches95: Measure
  readonly kupiec95: Measure
  readonly independence95: Measure
  readonly breaches99: Measure
  readonly kupiec99: Measure
  readonly independence99: Measure
}
export type MetricName = keyof Metrics

export interface BenchmarkRun {
  readonly kind: BenchmarkKind
  readonly wealth: Float64Array
  readonly growth: Growth
}

export interface Measured {
  /** Of the book by row, flows left out; 1 before the first trades. */
  readonly wealth: Float64Array
  readonly metrics: Metrics
  readonly benchmarks: readonly BenchmarkRun[]
  /** Tracking error of the 30 days up to each row, annual; NaN before there are as many. */
  readonly recentTrackingError: Float64Array
}

export function measureRun(record: RunRecord): Measured {
  const { history, from, to } = record
  const { intervalMs } = history
  const path = makePricePath(history, { from, to })
  const marks = marksAt(path, 0)
  const startEquity = ratioToNumber(sumWorth(worthByCurrency(record.start, history.universe, marks), marks))
  const wealth = wealthOf(record, startEquity)
  const others = benchmarkWealth(record, path)
  const benchmarks = BENCHMARKS.map(
    (kind): BenchmarkRun => ({
      kind,
      wealth: others[kind],
      growth: measureGrowth({ wealth: others[kind], intervalMs }),
    }),
  )
  const growth = measureGrowth({ wealth, intervalMs })
  const active = differenceOf(returnsOf(wealth), returnsOf(benchmarks[0]!.wealth))
  const tracking = measureTracking(record, { active, growth, frictionless: benchmarks[0]! })
  const tail = (confidence: number) => scoreTail({ wealth, volatility: record.volatility, intervalMs }, confidence)
  const [at95, at99] = [tail(0.95), tail(0.99)]
  const metrics: Metrics = {
    ...growth,
    ...measureTrading(record, path),
    ...tracking,
    targetTurnover: targetTurnover(record),
    moneyWeightedReturn: moneyWeighted(record, startEquity),
    gainingDays: gainingDays(wealth, intervalMs),
    days: at95.days,
    breaches95: at95.breaches,
    kupiec95: at95.kupiec,
    independence95: at95.independence,
    breaches99: at99.breaches,
    kupiec99: at99.kupiec,
    independence99: at99.independence,
  }
  return { wealth, metrics, benchmarks, recentTrackingError: recentDeviation(active, intervalMs) }
}

function wealthOf({ equity, flows, from }: RunRecord, startEquity: number): Float64Array {
  const flowing = new Float64Array(equity.length)
  for (const { row, amount } of flows) flowing[row - from]! += toNumber(amount)
  const wealth = new Float64Array(equity.length)
  for (let row = 0; row < equity.length; row++) {
    const before = row === 0 ? startEquity : equity[row - 1]!
    wealth[row] = (row === 0 ? 1 : wealth[row - 1]!) * ((equity[row]! - flowing[row]!) / before)
  }
  return wealth
}

function moneyWeighted({ equity, flows, history, from }: RunRecord, startEquity: number): Measure {
  const start = closedAt(history, from)
  return moneyWeightedReturn({
    start: startEquity,
    end: equity.at(-1)!,
    flows: flows.map(({ row, amount }) => ({
      amount: toNumber(amount),
      years: (closedAt(history, row) - start) / YEAR_MS,
    })),
    years: (equity.length - 1) / rowsPerYear(history.intervalMs),
  })
}

/** Share of the days, counted from the first row, that gained, of those that gained or lost. */
function gainingDays(wealth: Float64Array, intervalMs: number): Measure {
  const step = Math.max(1, Math.round(DAY_MS / intervalMs))
  let [gained, lost] = [0, 0]
  for (let row = step; row < wealth.length; row += step) {
    const before = row === step ? 1 : wealth[row - step]!
    if (wealth[row]! > before) gained++
    else if (wealth[row]! < before) lost++
  }
  return over(gained, gained + lost, 'no day gained or lost')
}

/** What the target itself asks to be traded in a year, whatever prices do. */
function targetTurnover({ target, from, to, history }: RunRecord): Measure {
  const n = history.universe.underlyings.length
  let change = 0
  for (let at = n; at < target.length; at++) change += Math.abs(target[at]! - target[at - n]!)
  return over(change, (to - from - 1) / rowsPerYear(history.intervalMs), 'one row has no length')
}

const differenceOf = (a: Float64Array, b: Float64Array): Float64Array => a.map((each, t) => each - b[t]!)

function measureTracking(
  record: RunRecord,
  {
    active,
    growth,
    frictionless,
  }: { readonly active: Float64Array; readonly growth: Growth; readonly frictionless: BenchmarkRun },
): Pick<Metrics, 'trackingError' | 'trackingErrorForecast' | 'trackingErrorRatio' | 'trackingDifference'> {
  const deviation = active.every(Number.isFinite) ? deviationOf(active) : missing('equity must stay above 0')
  const trackingError = isMissing(deviation) ? deviation : deviation * Math.sqrt(rowsPerYear(record.history.intervalMs))
  // The forecast of a row is about what comes after it; the last one is about nothing.
  const squares = record.trackingError
    .subarray(0, -1)
    .filter(Number.isFinite)
    .map((each) => each * each)
  const trackingErrorForecast = squares.length === 0 ? missing('no row has a forecast') : Math.sqrt(meanOf(squares))
  return {
    trackingError,
    trackingErrorForecast,
    trackingErrorRatio: combine(trackingError, trackingErrorForecast, (realised, forecast) =>
      over(realised, forecast, 'the forecast is 0'),
    ),
    trackingDifference: combine(growth.annualReturn, frictionless.growth.annualReturn, (ours, other) => ours - other),
  }
}

const RECENT_MS = 30 * DAY_MS

/** By row: the annual deviation of the returns of the 30 days before it. Sums of all up to a row, so that each row is counted once. */
function recentDeviation(active: Float64Array, intervalMs: number): Float64Array {
  const count = Math.floor(RECENT_MS / intervalMs)
  const recent = new Float64Array(active.length + 1).fill(Number.NaN)
  let [total, square] = [0, 0]
  for (let t = 0; t < active.length; t++) {
    total += active[t]!
    square += active[t]! ** 2
    if (t >= count) {
      total -= active[t - count]!
      square -= active[t - count]! ** 2
    }
    const variance = count < 2 || t < count - 1 ? Number.NaN : (square - (total * total) / count) / (count - 1)
    recent[t + 1] = Math.sqrt(Math.max(0, variance) * rowsPerYear(intervalMs))
  }
  return recent
}
