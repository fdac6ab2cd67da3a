/** What each figure of a run is called, what it is measured in and what it means: the one source of screens, reports and docs. */
import type { MetricName } from './metrics.ts'

/**
 * fraction: printed in percent. gain: likewise, with its sign. perYear and gainPerYear: the same of a year. cost: of a year, in basis
 * points. ratio: a number. duration: ms. count: whole. probability: a p-value.
 */
export type MetricUnit =
  | 'fraction'
  | 'gain'
  | 'perYear'
  | 'gainPerYear'
  | 'cost'
  | 'ratio'
  | 'duration'
  | 'count'
  | 'probability'
export type MetricGroup = 'return' | 'risk' | 'tracking' | 'trading' | 'tail'

export interface MetricDefinition {
  readonly name: MetricName
  readonly group: MetricGroup
  readonly label: string
  readonly unit: MetricUnit
  /** One sentence, without its full stop. */
  readonly definition: string
}

const define =
  (group: MetricGroup) =>
  (name: MetricName, label: string, unit: MetricUnit, definition: string): MetricDefinition => ({
    name,
    group,
    label,
    unit,
    definition,
  })
const ofReturn = define('return')
const ofRisk = define('risk')
const ofTracking = define('tracking')
const ofTrading = define('trading')
const ofTail = define('tail')

export const METRICS: readonly MetricDefinition[] = [
  ofReturn(
    'totalReturn',
    'total return',
    'gain',
    'growth from before the first trades to the last close, time-weighted: flows left out row by row, (E_t − F_t)/E_{t−1} − 1 chained',
  ),
  ofReturn(
    'annualReturn',
    'annual return',
    'gainPerYear',
    'the rate at which a year of 365 days compounds to the total return; of a shorter run it is extrapolated',
  ),
  ofReturn(
    'moneyWeightedReturn',
    'money-weighted return',
    'gainPerYear',
    'the rate a year at which the start, every flow at its close and the end balance; without flows the annual return',
  ),
  ofReturn(
    'gainingDays',
    'days that gained',
    'fraction',
    'share of the days, counted from the first row, that gained, of those that gained or lost',
  ),
  ofRisk(
    'volatility',
    'volatility',
    'perYear',
    'sample standard deviation (n − 1) of simple returns of rows, times the root of the rows in a year; no allowance for rows that depend on each other',
  ),
  ofRisk(
    'sharpe',
    'Sharpe ratio',
    'ratio',
    'mean return of rows put on a year, over the volatility; the riskless rate is 0',
  ),
  ofRisk(
    'sharpeError',
    'its standard error',
    'ratio',
    'of the Sharpe ratio, without normality and with dependence over 7 days (Mertens 2002; Lo 2002; Newey and West 1987)',
  ),
  ofRisk(
    'sortino',
    'Sortino ratio',
    'ratio',
    'the same mean over the downside deviation, the root of the mean over all rows of min(r, 0)², put on a year; the target is 0',
  ),
  ofRisk('calmar', 'Calmar ratio', 'ratio', 'annual return over the deepest drawdown'),
  ofRisk(
    'maxDrawdown',
    'deepest drawdown',
    'fraction',
    'largest fall below the highest close so far, a fraction of that close',
  ),
  ofRisk('drawdownFall', 'from peak to trough', 'duration', 'time from the peak to the trough of the deepest drawdown'),
  ofRisk(
    'drawdownRecovery',
    'from trough to recovery',
    'duration',
    'time from that trough until the peak was reached again',
  ),
  ofRisk(
    'longestUnderWater',
    'longest under water',
    'duration',
    'most time from a peak until it was reached again, or to the end',
  ),
  ofRisk('timeUnderWater', 'time under water', 'fraction', 'share of the rows that closed below an earlier close'),
  ofTracking(
    'trackingError',
    'tracking error',
    'perYear',
    'standard deviation of the difference between the returns of rows of the book and of the frictionless target book, put on a year',
  ),
  ofTracking(
    'trackingErrorForecast',
    'tracking error forecast',
    'perYear',
    "root mean square over rows of √(d'Σd) after their trades, d the deviation from the target and Σ the forecast of the row",
  ),
  ofTracking(
    'trackingErrorRatio',
    'realised over forecast',
    'ratio',
    'the first over the second: above 1 where the forecast promised too little',
  ),
  ofTracking(
    'trackingDifference',
    'behind or ahead of it',
    'gainPerYear',
    'annual return of the book less that of the frictionless target book',
  ),
  ofTracking(
    'targetTurnover',
    'turnover of the target',
    'perYear',
    'Σ |change of the target| a year: what it asks to be traded whatever prices do',
  ),
  ofTrading(
    'trades',
    'trades',
    'count',
    "fills, liquidations and closings at the end of an instrument's life included",
  ),
  ofTrading('turnover', 'turnover', 'perYear', 'Σ |traded weight| a year, purchases and sales both counted'),
  ofTrading('cost', 'trading cost', 'cost', 'fee, spread and impact, each a fraction of the equity of its row, a year'),
  ofTrading('feeCost', 'of it fees', 'cost', 'fees paid less rebates, likewise'),
  ofTrading(
    'spreadCost',
    'of it spread',
    'cost',
    'what a fill was worse than the mid price by the spread, and by rounding to a tick, likewise',
  ),
  ofTrading('impactCost', 'of it impact', 'cost', "what it was worse by the order's own impact, likewise"),
  ofTrading('carryCost', 'carry', 'cost', 'funding and borrowing paid less received, likewise'),
  ofTrading(
    'hitRate',
    'hit rate',
    'fraction',
    'share of the trades of plans after which the mid price went their way until the next trade of the instrument, or the end, of those after which it moved',
  ),
  ofTrading('exposure', 'exposure', 'fraction', 'mean over rows of Σ |weight|'),
  ofTrading('exposureMax', 'largest exposure', 'fraction', 'largest Σ |weight| of a row'),
  ofTrading(
    'timeOutside',
    'time outside the band',
    'fraction',
    'share of the rows at which the policy wanted to trade, whether limits, stale marks, lots or least orders let it or not',
  ),
  ofTail('days', 'days judged', 'count', 'days, counted from the first row, that began with a forecast of volatility'),
  ofTail(
    'breaches95',
    'breaches of 95 % VaR',
    'count',
    'days that lost more than 1.645 standard deviations of the forecast; 5 % of the days are expected',
  ),
  ofTail(
    'kupiec95',
    'so many (Kupiec)',
    'probability',
    'p-value of the share of breaches, χ² of the likelihood ratio with one degree of freedom',
  ),
  ofTail(
    'independence95',
    'so bunched (Christoffersen)',
    'probability',
    'p-value of breaches following breaches as often as calm days, likewise',
  ),
  ofTail(
    'breaches99',
    'breaches of 99 % VaR',
    'count',
    'days that lost more than 2.326 standard deviations of the forecast; 1 % of the days are expected',
  ),
  ofTail('kupiec99', 'so many (Kupiec)', 'probability', 'p-value of the share of breaches of 99 % VaR'),
  ofTail(
    'independence99',
    'so bunched (Christoffersen)',
    'probability',
    'p-value of breaches of 99 % VaR following each other',
  ),
]
