/** The tables of a report. */
import { absolute, type Decimal, decimalOfNumber, toNumber, toText } from '../../core/base/decimal.ts'
import { formatAmount, formatInstantShort } from '../../core/base/format.ts'
import { formatInstant } from '../../core/base/instant.ts'
import { type Attribution, PARTS } from '../../core/sim/attribution-window.ts'
import type { MetricName, Metrics } from '../../core/sim/metrics.ts'
import { METRICS, type MetricGroup } from '../../core/sim/metrics-definitions.ts'
import { GROWTH, type Growth, isMissing } from '../../core/sim/metrics-growth.ts'
import type { RunReport } from '../../core/sim/run-report.ts'
import type { TargetRisk } from '../../core/sim/target-risk.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { type Child, element, type Markup, table } from './html.ts'
import { BENCHMARK_LABELS, PART_LABELS, SHORT_LABELS } from './labels.ts'
import { measureNote, metricText } from './measure-text.ts'
import { refusals } from './refusals.ts'
import { monthLabel } from './scale.ts'
import { targetRiskHeadings, targetRiskLines } from './target-risk-text.ts'

const text = (heading: string) => ({ heading, number: false })
const numbers = (heading: string) => ({ heading, number: true })
const money = (amount: Decimal): string => formatAmount(amount, 2, { sign: true })

/** Figures of a series of wealth beside those of the benchmarks, which have no flows. */
export function growthTable({ metrics, benchmarks }: RunReport): Child {
  const rows = METRICS.filter(({ group }) => group === 'return' || group === 'risk').map(({ name, label }) => [
    label,
    metricText(name, metrics[name]),
    ...benchmarks.map(({ growth }) => (isGrowth(name) ? metricText(name, growth[name]) : '')),
  ])
  const columns = [
    text('figure'),
    numbers('this book'),
    ...benchmarks.map(({ kind }) => numbers(BENCHMARK_LABELS[kind])),
  ]
  return [table('The book beside its benchmarks', columns, rows), missingNote(metrics)]
}

/** Why figures of the book are missing, each reason once. */
function missingNote(metrics: Metrics): Child {
  const reasons = METRICS.flatMap(({ group, name, label }) => {
    const measure = metrics[name]
    return (group === 'return' || group === 'risk') && isMissing(measure) ? [{ label, because: measure.because }] : []
  })
  const because = [...new Set(reasons.map((each) => each.because))].map((each) => {
    const labels = reasons.filter((reason) => reason.because === each).map(({ label }) => label)
    return `${labels.join(', ')}: ${each}.`
  })
  return because.length === 0 ? null : element('p', { class: 'soft' }, `No figure for ${because.join(' ')}`)
}

const isGrowth = (name: MetricName): name is keyof Growth => (GROWTH as readonly string[]).includes(name)

/** Figures of a group; what is missing says why. */
export function metricTable(caption: string, { metrics }: RunReport, group: MetricGroup): Markup {
  const rows = METRICS.filter((each) => each.group === group).map(({ name, label, unit }) => [
    label,
    metricText(name, metrics[name]),
    measureNote(metrics[name], unit),
  ])
  return table(caption, [text('figure'), numbers('value'), text('')], rows, { shape: 'narrow' })
}

/** Parts of the result, for the book and per underlying. */
export function partTable({ attribution: { whole }, numeraire }: RunReport): Markup {
  const lines = whole.lines.filter(({ parts }) => PARTS.some((part) => Math.abs(toNumber(parts[part])) >= 0.005))
  const start = toNumber(whole.startEquity)
  const row = (label: string, pick: (of: Pick<Attribution, 'gain' | 'parts'>) => Decimal): Child[] => [
    label,
    money(pick(whole)),
    percent(toNumber(pick(whole)) / start, true),
    ...lines.map((line) => money(pick(line))),
  ]
  return table(
    `Where the result came from, in ${numeraire}; the parts sum to it to the last digit`,
    [text('part'), numbers('gain'), numbers('of the start'), ...lines.map(({ name }) => numbers(name ?? 'money'))],
    [...PARTS.map((part) => row(PART_LABELS[part], ({ parts }) => parts[part])), row('sum', ({ gain }) => gain)],
    { sum: true },
  )
}

export function monthTable({ attribution: { months, whole }, numeraire }: RunReport): Markup {
  const row = (label: string, each: Attribution): Child[] => [
    label,
    formatAmount(each.startEquity, 2),
    ...(hasFlows ? [money(each.flows)] : []),
    money(each.gain),
    ...PARTS.map((part) => money(each.parts[part])),
  ]
  const hasFlows = whole.flows !== 0n
  return table(
    `By month, each from its own start, in ${numeraire}; held, premium and trend of the whole run are not sums of the months’`,
    [
      text('month'),
      numbers('start equity'),
      ...(hasFlows ? [numbers('deposited')] : []),
      numbers('gain'),
      ...PARTS.map((part) => numbers(SHORT_LABELS[part])),
    ],
    [...months.map((month) => row(monthLabel(month.to - 1), month)), row('whole run', whole)],
    { shape: 'tight', sum: true },
  )
}

export const targetRiskTable = (risk: TargetRisk): Markup =>
  table(
    'The same run with other targets of the same gross: the median of the draws, and their ends',
    [text('target'), ...targetRiskHeadings.map(numbers)],
    targetRiskLines(risk).map(({ label, cells }) => [
      label,
      ...cells.map(({ middle, ends }) => [middle, ends === null ? null : element('small', { class: 'ends' }, ends)]),
    ]),
    { shape: 'tight' },
  )

/** A price to as many digits as a reader compares; all of them are in the JSON. */
const priceText = (price: Decimal): string => toText(decimalOfNumber(Number(toNumber(price).toPrecision(8))))

const TRADES_SHOWN = 12

export function tradeTable({ trades, numeraire }: RunReport): Markup | null {
  if (trades.length === 0) return null
  const ranked = trades
    .map((trade, index) => ({ trade, index }))
    .sort((a, b) => b.trade.notional - a.trade.notional || a.index - b.index)
    .slice(0, TRADES_SHOWN)
  const rows = ranked.map(({ trade }) => [
    formatInstantShort(trade.at),
    `${trade.quantity > 0n ? 'buy' : 'sell'} ${trade.instrument}`,
    toText(absolute(trade.quantity)),
    priceText(trade.price),
    formatAmount(trade.notional, 2),
    formatAmount(trade.fee, 2),
    formatAmount(trade.spread, 2),
    formatAmount(trade.impact, 2),
    trade.because,
  ])
  return table(
    `The ${ranked.length} largest of ${formatAmount(trades.length, 0)} trades by value; value and costs in ${numeraire}`,
    [
      text('when'),
      text('trade'),
      numbers('quantity'),
      numbers('price'),
      numbers('value'),
      numbers('fee'),
      numbers('spread'),
      numbers('impact'),
      text('because of'),
    ],
    rows,
  )
}

export function refusalTable({ decisions }: RunReport): Markup | null {
  const refused = refusals(decisions)
  if (refused.length === 0) return null
  return table(
    'Decisions that were refused, by what was wrong',
    [text('code'), numbers('times'), text('first'), text('what it said')],
    refused.map(({ code, count, first, message }) => [
      code,
      formatAmount(count, 0),
      formatInstantShort(first.at),
      message,
    ]),
  )
}

export const definitionList = (): Markup =>
  element(
    'dl',
    { class: 'terms' },
    METRICS.map(({ label, definition }) => [element('dt', {}, label), element('dd', {}, `${definition}.`)]),
  )

export function settingTable(
  settings: readonly (readonly [string, string])[],
  { hashes, from, to }: RunReport,
): Markup {
  const hash = (value: string): Markup => element('span', { class: 'hash' }, value)
  return table(
    'What was run: the same settings and hashes give the same bytes',
    [text('setting'), text('value')],
    [
      ...settings,
      ['first close', formatInstant(from)],
      ['last close', formatInstant(to)],
      ['hash of the history', hash(hashes.history)],
      ['hash of the last mandate', hash(hashes.mandate)],
      ['hash of the ledger', hash(hashes.ledger)],
    ],
  )
}
