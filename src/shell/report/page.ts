/**
 * The report of a run as one HTML file: no script, nothing from elsewhere, no clock, so the same run is the same bytes. Everything
 * in it is in the RunReport; the page renders and computes nothing.
 */
import { formatInstantShort } from '../../core/base/format.ts'
import type { MetricName } from '../../core/sim/metrics.ts'
import { isMissing, type Measure } from '../../core/sim/metrics-growth.ts'
import type { RunReport } from '../../core/sim/run-report.ts'
import type { TargetRisk } from '../../core/sim/target-risk.ts'
import { drawdownFigure, growthFigure, monthFigure, trackingFigure, turnoverFigure, weightFigures } from './figures.ts'
import { renderPage, type Section } from './frame.ts'
import { element, type Markup } from './html.ts'
import { equityText, metricText, rowsText } from './measure-text.ts'
import {
  definitionList,
  growthTable,
  metricTable,
  monthTable,
  partTable,
  refusalTable,
  settingTable,
  targetRiskTable,
  tradeTable,
} from './tables.ts'

/** What a report says of itself beside the run. */
export interface ReportAbout {
  readonly title: string
  /** The policy in words. */
  readonly policy: string
  /** Name and value of what was configured, as the reader wrote it. */
  readonly settings: readonly (readonly [string, string])[]
}

export const renderReport = (report: RunReport, about: ReportAbout): string =>
  renderPage(`${about.title}: backtest`, header(report, about), sectionsOf(report, about))

function header(
  { from, to, columns, intervalMs, numeraire, attribution, metrics }: RunReport,
  about: ReportAbout,
): Markup {
  const rows = rowsText(columns.time.length, intervalMs)
  const tile = (label: string, name: MetricName, note: string): Markup =>
    element(
      'div',
      {},
      element('dt', {}, label),
      element('dd', {}, metricText(name, metrics[name]), element('small', {}, noteOf(metrics[name], note))),
    )
  const worse = metrics.sharpeError
  return element(
    'header',
    {},
    element('h1', {}, `${about.title}: backtest`),
    element(
      'p',
      { class: 'soft' },
      `${formatInstantShort(from)} to ${formatInstantShort(to)}, ${rows}, in ${numeraire}. Policy: ${about.policy}.`,
    ),
    element('p', {}, equityText(attribution.whole)),
    element(
      'dl',
      { class: 'tiles' },
      tile('total return', 'totalReturn', `${metricText('annualReturn', metrics.annualReturn)} a year`),
      tile('volatility', 'volatility', 'a year'),
      tile(
        'Sharpe ratio',
        'sharpe',
        isMissing(worse) ? 'no error known' : `± ${metricText('sharpeError', worse)} standard error`,
      ),
      tile(
        'deepest drawdown',
        'maxDrawdown',
        `${metricText('timeUnderWater', metrics.timeUnderWater)} of the time under water`,
      ),
      tile(
        'tracking error',
        'trackingError',
        `${metricText('trackingErrorForecast', metrics.trackingErrorForecast)} forecast`,
      ),
      tile('trading cost', 'cost', 'of equity a year'),
      tile('turnover', 'turnover', `a year, ${metricText('trades', metrics.trades)} trades`),
      tile('against the target', 'trackingDifference', 'a year, after costs'),
    ),
  )
}

const noteOf = (measure: Measure, note: string): string => (isMissing(measure) ? measure.because : note)

function sectionsOf(report: RunReport, about: ReportAbout): Section[] {
  const refused = refusalTable(report)
  const trades = tradeTable(report)
  return [
    { id: 'growth', title: 'Growth', content: [growthFigure(report), growthTable(report)] },
    { id: 'drawdown', title: 'Drawdown', content: drawdownFigure(report) },
    { id: 'weights', title: 'Weights', content: weightFigures(report) },
    {
      id: 'tracking',
      title: 'Tracking error',
      content: [trackingFigure(report), metricTable('Against the frictionless target', report, 'tracking')],
    },
    {
      id: 'attribution',
      title: 'Where the result came from',
      content: [
        element(
          'p',
          {},
          'Held is what the book of the start would have made untouched, bought what the first decision traded and then would have left alone. What all other trades made at mid prices is split in two that sum to it: the trend cost is what standing against the way a price went cost (or, following it, gained), the rebalancing premium what the swings on the way gave back.',
        ),
        partTable(report),
        monthFigure(report),
        monthTable(report),
      ],
    },
    ...(report.targetRisk === null ? [] : [targetRiskSection(report.targetRisk)]),
    {
      id: 'trading',
      title: 'Trading and its cost',
      content: [turnoverFigure(report), metricTable('Turnover, cost and exposure', report, 'trading'), trades],
    },
    {
      id: 'tail',
      title: 'Losses against what was forecast',
      content: metricTable('Daily value at risk by the forecast volatility, normal', report, 'tail'),
    },
    {
      id: 'refused',
      title: 'Refused decisions',
      content: refused ?? element('p', {}, 'No decision was refused.'),
    },
    {
      id: 'data',
      title: 'Data',
      content:
        report.notes.length === 0
          ? element('p', {}, 'Nothing was found in the data that a reader should know.')
          : element(
              'ul',
              {},
              report.notes.map((note) => element('li', {}, note)),
            ),
    },
    { id: 'definitions', title: 'Definitions', content: definitionList() },
    { id: 'run', title: 'What was run', content: settingTable(about.settings, report) },
  ]
}

const targetRiskSection = (risk: TargetRisk): Section => ({
  id: 'target-risk',
  title: 'What hangs on the target',
  content: [
    element(
      'p',
      {},
      'A result that other targets give as well is not due to these; one that small errors of the target undo is not due to the policy.',
    ),
    targetRiskTable(risk),
  ],
})
