/**
 * What a study keeps of a run: of equal periods, long or short, what the book returned, what it returned beyond the frictionless
 * target book, and what trading cost, each a fraction. The first period holds the first trades, as in the metrics of a run; a
 * period that the run does not fill is left out. Rows are dropped, so a thousand runs take a thousand short columns.
 */
import { toNumber } from '../base/decimal.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
import { type Measured, type MetricName, measureRun } from './metrics.ts'
import type { Measure } from './metrics-growth.ts'
import type { RunRecord } from './run-record.ts'

export interface Periods {
  /** Simple returns. */
  readonly returns: Float64Array
  /** Returns less those of the frictionless target book. */
  readonly active: Float64Array
  /** Fee, spread and impact of the period's trades, each a fraction of the equity of its row. */
  readonly cost: Float64Array
}

export const FIGURES = [
  'annualReturn',
  'volatility',
  'sharpe',
  'maxDrawdown',
  'trackingError',
  'turnover',
  'cost',
  'trades',
] as const satisfies readonly MetricName[]
/** Metrics of the whole run. */
export type Figures = Readonly<Record<(typeof FIGURES)[number], Measure>>

export interface CellOutcome {
  readonly figures: Figures
  readonly periods: Periods
}

/** How many whole periods a run of so many rows has. */
export const countPeriods = (rows: number, rowsPerPeriod: number): number => Math.floor((rows - 1) / rowsPerPeriod)

/** @param rowsPerPeriod whole. Codes: study.ruined. */
export function summariseRun(record: RunRecord, rowsPerPeriod: number): Result<CellOutcome> {
  const ruined = record.equity.findIndex((each) => !(each > 0 && Number.isFinite(each)))
  if (ruined >= 0)
    return refuse(
      'study.ruined',
      'cell',
      `equity must stay above 0, was ${record.equity[ruined]} in row ${ruined} of the run`,
      'narrow the range of what made the book so large, or limit its leverage',
    )
  const measured = measureRun(record)
  const { metrics } = measured
  return succeed({
    figures: Object.fromEntries(FIGURES.map((name) => [name, metrics[name]])) as Figures,
    periods: periodsOf(record, measured, rowsPerPeriod),
  })
}

function periodsOf(record: RunRecord, { wealth, benchmarks }: Measured, rowsPerPeriod: number): Periods {
  const count = countPeriods(wealth.length, rowsPerPeriod)
  const returns = periodReturns(wealth, { count, rowsPerPeriod })
  const frictionless = periodReturns(benchmarks[0]!.wealth, { count, rowsPerPeriod })
  const cost = new Float64Array(count)
  for (const { row, fee, spread, impact } of record.trades) {
    const t = row - record.from
    const period = t === 0 ? 0 : Math.floor((t - 1) / rowsPerPeriod)
    if (period < count) cost[period]! += (toNumber(fee) + toNumber(spread) + toNumber(impact)) / record.equity[t]!
  }
  return { returns, active: returns.map((each, k) => each - frictionless[k]!), cost }
}

/** Wealth counts from 1, before the first trades. */
function periodReturns(
  wealth: Float64Array,
  { count, rowsPerPeriod }: { readonly count: number; readonly rowsPerPeriod: number },
): Float64Array {
  const returns = new Float64Array(count)
  for (let k = 0; k < count; k++)
    returns[k] = wealth[(k + 1) * rowsPerPeriod]! / (k === 0 ? 1 : wealth[k * rowsPerPeriod]!) - 1
  return returns
}
