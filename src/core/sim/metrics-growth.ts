/**
 * Metrics of one series of wealth: what it earned, how much it swung and how deep it fell. Rows of simple returns
 * r_t = W_t/W_{t−1} − 1; annual by the number of rows in 365 days. A figure that cannot be computed says why.
 */
import { DAY_MS, YEAR_MS } from '../base/instant.ts'
import { worstDrawdown } from '../evidence/drawdown.ts'
import { dependentErrorOfSharpe } from '../evidence/sharpe.ts'
import { sum } from '../maths/matrix.ts'
import { momentsOf } from '../maths/moments.ts'

/** A figure, or why there is none. */
export type Measure = number | Missing
export interface Missing {
  readonly because: string
}
export const missing = (because: string): Missing => ({ because })
export const isMissing = (measure: Measure): measure is Missing => typeof measure !== 'number'

/** Wealth at the close of each row, 1 being what the book was worth before the first trades. */
export interface Wealth {
  readonly wealth: Float64Array
  readonly intervalMs: number
}

export const GROWTH = [
  'totalReturn',
  'annualReturn',
  'volatility',
  'sharpe',
  'sharpeError',
  'sortino',
  'calmar',
  'maxDrawdown',
  'drawdownFall',
  'drawdownRecovery',
  'longestUnderWater',
  'timeUnderWater',
] as const
/** The figures that a series of wealth has by itself. */
export type Growth = Readonly<Record<(typeof GROWTH)[number], Measure>>

/** The first return counts from 1, so that it carries what the first trades cost; one less than points. */
export function returnsOf(wealth: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, wealth.length - 1))
  for (let t = 0; t < returns.length; t++) returns[t] = wealth[t + 1]! / (t === 0 ? 1 : wealth[t]!) - 1
  return returns
}

export const rowsPerYear = (intervalMs: number): number => YEAR_MS / intervalMs

export function measureGrowth({ wealth, intervalMs }: Wealth): Growth {
  const broken = wealth.findIndex((each) => !(each > 0 && Number.isFinite(each)))
  if (broken >= 0) return everyGrowth(missing(`equity must stay above 0, was not from row ${broken} on`))
  const returns = returnsOf(wealth)
  if (returns.length === 0) return everyGrowth(missing('one row has no return'))
  const perYear = rowsPerYear(intervalMs)
  const end = wealth.at(-1)!
  const annualReturn = Math.expm1((Math.log(end) * perYear) / returns.length)
  const deviation = deviationOf(returns)
  const downside = Math.sqrt(meanOf(returns.map((each) => Math.min(each, 0) ** 2)))
  const drift = meanOf(returns) * perYear
  const points = wealth.slice()
  points[0] = 1
  const fall = worstDrawdown(points)
  return {
    totalReturn: end - 1,
    annualReturn: finite(annualReturn, 'the return is too large to be put on a year'),
    volatility: isMissing(deviation) ? deviation : deviation * Math.sqrt(perYear),
    sharpe: isMissing(deviation) ? deviation : over(drift, deviation * Math.sqrt(perYear), 'the volatility is 0'),
    sharpeError: sharpeErrorOf(returns, intervalMs),
    sortino: over(drift, downside * Math.sqrt(perYear), 'no row lost anything'),
    calmar: finite(over(annualReturn, fall.depth, 'equity never fell'), 'the return is too large to be put on a year'),
    maxDrawdown: fall.depth,
    drawdownFall: fall.depth === 0 ? missing('equity never fell') : (fall.trough - fall.peak) * intervalMs,
    drawdownRecovery:
      fall.depth === 0
        ? missing('equity never fell')
        : fall.recovery === null
          ? missing('the peak was not reached again')
          : (fall.recovery - fall.trough) * intervalMs,
    longestUnderWater: fall.longest * intervalMs,
    timeUnderWater: fall.underWater,
  }
}

const everyGrowth = (why: Missing): Growth => Object.fromEntries(GROWTH.map((name) => [name, why])) as Growth

const finite = (measure: Measure, why: string): Measure =>
  isMissing(measure) || Number.isFinite(measure) ? measure : missing(why)

/** @returns why there is no quotient where the divisor is 0 */
export const over = (x: number, divisor: number, why: string): Measure => (divisor > 0 ? x / divisor : missing(why))

export const meanOf = (column: Float64Array): number => sum(column) / column.length

/** Returns are differences from 1: what is below its last bits is no deviation. */
const NOISE = 1e-13

/** Sample standard deviation, of n − 1. */
export function deviationOf(column: Float64Array): Measure {
  if (column.length < 2) return missing('a deviation needs two rows')
  const { count, variance } = momentsOf(column)
  const deviation = Math.sqrt((variance * count) / (count - 1))
  return deviation <= NOISE ? 0 : deviation
}

/** Dependence over so long counts for the error of a Sharpe ratio. */
const DEPENDENCE_MS = 7 * DAY_MS

function sharpeErrorOf(returns: Float64Array, intervalMs: number): Measure {
  const deviation = deviationOf(returns)
  if (isMissing(deviation) || deviation === 0) return missing('the volatility is 0')
  const error = dependentErrorOfSharpe(returns, Math.floor(DEPENDENCE_MS / intervalMs))
  return error.ok ? error.value * Math.sqrt(rowsPerYear(intervalMs)) : missing(error.error[0]!.message)
}
