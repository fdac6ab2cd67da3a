/** What a backtest looks like on a terminal: the result beside its benchmarks, trading, where it came from, what was refused. */
import { type Decimal, toNumber } from '../../core/base/decimal.ts'
import { formatAmount, formatInstantShort } from '../../core/base/format.ts'
import { type Attribution, PARTS } from '../../core/sim/attribution-window.ts'
import type { MetricName } from '../../core/sim/metrics.ts'
import { METRICS } from '../../core/sim/metrics-definitions.ts'
import type { Growth, Measure } from '../../core/sim/metrics-growth.ts'
import type { ReportedDecision, RunReport } from '../../core/sim/run-report.ts'
import type { TargetRisk } from '../../core/sim/target-risk.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { BENCHMARK_LABELS, PART_LABELS } from '../report/labels.ts'
import { equityText, measureNote, metricText, rowsText } from '../report/measure-text.ts'
import { refusals } from '../report/refusals.ts'
import { targetRiskHeadings, targetRiskLines } from '../report/target-risk-text.ts'
import { titleLines } from './plan-screen.ts'
import { policyLabel } from './policy-label.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { paint, printable, wrap } from './text.ts'

export function backtestScreen(report: RunReport, title: string, sheet: Sheet): string[] {
  const { numeraire, from, to, intervalMs, columns, attribution } = report
  const span = `${formatInstantShort(from)} to ${formatInstantShort(to)}, ${rowsText(columns.time.length, intervalMs)}`
  return [
    ...titleLines({ title, numeraire, asOf: to }, sheet),
    ...wrap(span, sheet.columns),
    ...wrap(equityText(attribution.whole), sheet.columns),
    ...wrap(`Policy: ${policyLabel(report.policy)}`, sheet.columns, '  '),
    '',
    ...growthTable(report, sheet),
    '',
    ...heading('Against the target, and what that took', sheet),
    ...figureTable(report, ['tracking', 'trading'], sheet),
    '',
    ...heading('Losses against what was forecast', sheet),
    ...figureTable(report, ['tail'], sheet),
    '',
    ...heading('Where the result came from', sheet),
    ...attributionTable(attribution.whole, sheet),
    ...targetRiskTable(report.targetRisk, sheet),
    ...refusedLines(report.decisions, sheet),
    ...noteLines(report.notes, sheet),
  ]
}

const heading = (text: string, sheet: Sheet): string[] =>
  wrap(text, sheet.columns).map((line) => paint(line, 'strong', sheet.color))

const SHOWN: readonly (keyof Growth)[] = [
  'totalReturn',
  'annualReturn',
  'volatility',
  'sharpe',
  'sortino',
  'maxDrawdown',
  'calmar',
  'longestUnderWater',
  'timeUnderWater',
]

/** The book beside what it is compared with. */
function growthTable({ metrics, benchmarks }: RunReport, sheet: Sheet): string[] {
  const columns: Column[] = [
    { heading: '', align: 'left', shortenTo: 12 },
    { heading: 'this book', align: 'right' },
    ...benchmarks.map(({ kind }, position) => ({
      heading: BENCHMARK_LABELS[kind],
      align: 'right' as const,
      drop: position + 1,
    })),
  ]
  const rows = SHOWN.map((name): Cell[] => [
    labelOf(name),
    { text: metricText(name, metrics[name]), tone: 'strong' },
    ...benchmarks.map(({ growth }) => metricText(name, growth[name])),
  ])
  return renderTable(columns, rows, sheet)
}

const labelOf = (name: MetricName): string => METRICS.find((each) => each.name === name)!.label

/** Name and figure side by side; a figure that is missing says why. */
function figureTable({ metrics }: RunReport, groups: readonly string[], sheet: Sheet): string[] {
  const chosen = METRICS.filter(({ group }) => groups.includes(group))
  const columns: Column[] = [
    { heading: '', align: 'left', shortenTo: 12 },
    { heading: '', align: 'right' },
    { heading: '', align: 'left', drop: 1 },
  ]
  const rows = chosen.map(({ name, label, unit }): Cell[] => {
    const measure: Measure = metrics[name]
    return [label, metricText(name, measure), { text: measureNote(measure, unit), tone: 'dim' }]
  })
  return renderTable(columns, rows, sheet)
}

/** Less prints as 0.00. */
const SEEN = 0.005

/** Parts of the result in money and as a share of the equity it began with; each line of an underlying beside it. */
function attributionTable(whole: Attribution, sheet: Sheet): string[] {
  const start = toNumber(whole.startEquity)
  const lines = whole.lines.filter(({ parts }) => PARTS.some((part) => Math.abs(toNumber(parts[part])) >= SEEN))
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: 'gain', align: 'right' },
    { heading: 'of the start', align: 'right' },
    ...lines.map(({ name }, position) => ({
      heading: name ?? 'money',
      align: 'right' as const,
      drop: position + 1,
    })),
  ]
  const row = (label: string, pick: (parts: { readonly [key: string]: Decimal }, gain: Decimal) => Decimal): Cell[] => {
    const total = pick(whole.parts, whole.gain)
    return [
      label,
      formatAmount(total, 2, { sign: true }),
      percent(toNumber(total) / start, true),
      ...lines.map(({ parts, gain }) => formatAmount(pick(parts, gain), 2, { sign: true })),
    ]
  }
  const rows = PARTS.map((part) => row(PART_LABELS[part], (parts) => parts[part]!))
  return renderTable(columns, [...rows, row('sum', (_, gain) => gain)], sheet)
}

/** Codes shown; a run that is refused everywhere says the same thing over and over. */
const CODES_SHOWN = 5

function targetRiskTable(risk: TargetRisk | null, sheet: Sheet): string[] {
  if (risk === null) return []
  const rows = targetRiskLines(risk).map(({ label, cells }) => [
    label,
    ...cells.map(({ middle, ends }) => (ends === null ? middle : `${middle} (${ends})`)),
  ])
  const columns: Column[] = [
    { heading: '', align: 'left' },
    ...targetRiskHeadings.map((text, position) => ({ heading: text, align: 'right' as const, drop: position })),
  ]
  return [
    '',
    ...heading('What hangs on the target: the same run with others', sheet),
    ...renderTable(columns, rows, sheet),
  ]
}

function refusedLines(decisions: readonly ReportedDecision[], sheet: Sheet): string[] {
  const refused = refusals(decisions)
  if (refused.length === 0) return []
  const lines = refused.slice(0, CODES_SHOWN).flatMap(({ code, count, first, message }) => {
    const times = count === 1 ? 'once' : `${formatAmount(count, 0)} times, first`
    return wrap(`  ${code}, ${times} on ${formatInstantShort(first.at)}: ${printable(message)}`, sheet.columns, '    ')
  })
  return ['', ...heading('Decisions that were refused', sheet), ...lines]
}

function noteLines(notes: readonly string[], sheet: Sheet): string[] {
  if (notes.length === 0) return []
  return [
    '',
    ...heading('Data', sheet),
    ...notes.flatMap((note) => wrap(`  ${printable(note)}`, sheet.columns, '    ')),
  ]
}
