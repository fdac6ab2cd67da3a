/** The forecast of risk behind a book, and how good its estimator and others would have been, as screens and plain data. */
import { formatAmount, formatDuration, formatInstantShort } from '../../core/base/format.ts'
import { assertNever } from '../../core/base/result.ts'
import type { Trend, TrendMeasure } from '../../core/domain/market.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import type { SizePlan } from '../../core/sizing/plan-types.ts'
import type { Book } from '../../wire/book.ts'
import { estimatorLabel } from './estimator-label.ts'
import { decimalColumn, percentColumn } from './figures.ts'
import { titleLines } from './plan-screen.ts'
import type { JudgedEstimator, Judgement } from './risk-score.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { printable, wrap } from './text.ts'

/** A matrix of more underlyings fits no screen. */
const MATRIX_MAX = 12

export interface RiskView {
  readonly book: Book
  readonly title: string
  /** For what is held and how much of the risk of the book it carries. */
  readonly plan: SizePlan
  readonly judgement: Judgement | null
}

export function riskScreen(view: RiskView, sheet: Sheet): string[] {
  const { book, plan, title, judgement } = view
  const { numeraire } = plan
  return [
    ...titleLines({ title, numeraire, asOf: book.asOf }, sheet),
    ...wrap(originOf(book), sheet.columns, '  '),
    '',
    ...volTable(view, sheet),
    ...correlationTable(view, sheet),
    ...(book.risk.trends ?? []).flatMap((trend) => trendTable(book, trend, sheet)),
    ...notes(book, sheet),
    ...(judgement === null ? [] : ['', ...judgementLines(judgement, sheet)]),
  ]
}

function originOf({ history }: Book): string {
  if (history === null) return 'Forecast: volatilities and correlations as the book states them'
  const { estimator, intervalMs, windowMs } = history
  return `Forecast: ${estimatorLabel(estimator, intervalMs)}; candles of ${formatDuration(intervalMs)} over ${formatDuration(windowMs)}`
}

function volTable({ book, plan }: RiskView, sheet: Sheet): string[] {
  const { imbalance } = plan.before
  const columns: Column[] = [
    { heading: 'A year', align: 'left', shortenTo: 12 },
    { heading: 'volatility', align: 'right' },
    { heading: 'held', align: 'right' },
    { heading: 'part of book volatility', align: 'right', drop: 1 },
  ]
  const vol = decimalColumn([...book.risk.vol])
  const held = percentColumn(plan.lines.map((line) => line.held))
  const part = decimalColumn([...imbalance.riskContribution])
  const rows = plan.lines.map(({ underlying }, u): Cell[] => [`  ${underlying}`, vol[u]!, held[u]!, part[u]!])
  const sum: Cell[] = ['  the book', percent(imbalance.volatilityOfBook), '', percent(imbalance.volatilityOfBook)]
  return renderTable(columns, [...rows, sum], { ...sheet, indent: 0 })
}

/** ρ_ij, row by row. */
function correlationsOf({ risk }: Book): number[][] {
  const n = risk.vol.length
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      i === j
        ? 1
        : risk.covariance[i * n + j]! /
          (Math.sqrt(risk.covariance[i * n + i]!) * Math.sqrt(risk.covariance[j * n + j]!)),
    ),
  )
}

function correlationTable({ book }: RiskView, sheet: Sheet): string[] {
  const names = book.terms.universe.underlyings
  if (names.length < 2) return []
  const rho = correlationsOf(book)
  const pairs = rho.flatMap((row, i) => row.slice(0, i))
  const mean = pairs.reduce((total, value) => total + value, 0) / pairs.length
  const heading = `Correlation, on average ${formatAmount(mean, 2)}`
  if (names.length > MATRIX_MAX || !fits(names, sheet)) return ['', ...extremeTable(names, rho, heading, sheet)]
  const columns: Column[] = [
    { heading: '', align: 'left' },
    ...names.slice(0, -1).map((name): Column => ({ heading: name, align: 'right' })),
  ]
  const rows = names
    .slice(1)
    .map((name, k): Cell[] => [
      `  ${name}`,
      ...names.slice(0, -1).map((_, j) => (j <= k ? formatAmount(rho[k + 1]![j]!, 2) : '')),
    ])
  return ['', heading, ...renderTable(columns, rows, { ...sheet, indent: 0 })]
}

const fits = (names: readonly string[], sheet: Sheet): boolean =>
  names.reduce((width, name) => width + Math.max(5, printable(name).length) + 2, 2) <= sheet.columns

/** The closest and the most distant of each, where a matrix has no room. */
function extremeTable(
  names: readonly string[],
  rho: readonly (readonly number[])[],
  heading: string,
  sheet: Sheet,
): string[] {
  const columns: Column[] = [
    { heading, align: 'left', shortenTo: 12 },
    { heading: 'mean', align: 'right' },
    { heading: 'highest', align: 'right' },
    { heading: 'with', align: 'left', shortenTo: 8 },
    { heading: 'lowest', align: 'right' },
    { heading: 'with', align: 'left', shortenTo: 8 },
  ]
  const rows = names.map((name, i): Cell[] => {
    const others = names.flatMap((other, j) => (i === j ? [] : [{ other, rho: rho[i]![j]! }]))
    const sorted = others.toSorted((a, b) => b.rho - a.rho)
    const [most, least] = [sorted[0]!, sorted.at(-1)!]
    const mean = others.reduce((total, each) => total + each.rho, 0) / others.length
    const show = (value: number): string => formatAmount(value, 2)
    return [`  ${name}`, show(mean), show(most.rho), most.other, show(least.rho), least.other]
  })
  return renderTable(columns, rows, { ...sheet, indent: 0 })
}

/** What the guard of a policy reads. */
function trendTable({ terms }: Book, { measure, confidence, change }: Trend, sheet: Sheet): string[] {
  const columns: Column[] = [
    { heading: `Trend by ${measureLabel(measure)}`, align: 'left', shortenTo: 12 },
    { heading: 'price', align: 'right' },
    { heading: 'sure', align: 'right' },
  ]
  const moved = percentColumn(Array.from(change, Math.expm1), true)
  const sure = percentColumn([...confidence])
  const rows = terms.universe.underlyings.map((name, u): Cell[] => [`  ${name}`, moved[u]!, sure[u]!])
  return ['', ...renderTable(columns, rows, { ...sheet, indent: 0 })]
}

function measureLabel(measure: TrendMeasure): string {
  const over = `over ${formatDuration(measure.windowMs)}`
  switch (measure.kind) {
    case 'drift':
      return `drift ${over}`
    case 'efficiencyRatio':
      return `efficiency ratio ${over}`
    case 'varianceRatio':
      return `variance ratio of ${formatDuration(measure.periodMs)} ${over}`
    default:
      return assertNever(measure)
  }
}

function notes({ risk }: Book, sheet: Sheet): string[] {
  const lines = risk.notes.flatMap((note) => wrap(printable(`  ${note}`), sheet.columns, '    '))
  return lines.length === 0 ? [] : ['', ...lines]
}

function judgementLines({ from, to, everyMs, weights, estimators }: Judgement, sheet: Sheet): string[] {
  const judged = estimators.find(({ score }) => score !== null)?.score
  const count = judged === undefined || judged === null ? '' : `, ${formatAmount(judged.count, 0)} returns`
  const what = weights === 'held' ? 'what is held now' : 'the targets'
  return [
    ...wrap(
      `Judged from ${formatInstantShort(from)} to ${formatInstantShort(to)}: a forecast every ${formatDuration(everyMs)} from what was known then${count}; the book is ${what}.`,
      sheet.columns,
      '  ',
    ),
    '',
    ...judgementTable(estimators, sheet),
    ...estimators.flatMap(({ label, issues }) =>
      issues.slice(0, 1).flatMap((issue) => wrap(printable(`  ${label}: ${issue.message}`), sheet.columns, '    ')),
    ),
    '',
    ...wrap(
      'Lower QLIKE is better; better and worse than the book’s own are said where weeks drawn anew agree in 95 of 100. Realised ÷ forecast is of the volatility of the book: above 1, the forecasts promised too little.',
      sheet.columns,
      '  ',
    ),
  ]
}

function judgementTable(estimators: readonly JudgedEstimator[], sheet: Sheet): string[] {
  const columns: Column[] = [
    { heading: 'QLIKE of', align: 'left', shortenTo: 22 },
    { heading: 'each', align: 'right', drop: 2 },
    { heading: 'the book', align: 'right' },
    { heading: 'realised ÷ forecast', align: 'left' },
    { heading: '', align: 'left', drop: 1 },
  ]
  const rows = estimators.map((each): Cell[] => {
    const { label, score } = each
    if (score === null) return [`  ${label}`, '-', '-', '-', verdict(each)]
    const { volRatio, volRatioInterval: interval } = score
    const ratio = formatAmount(volRatio, 2)
    return [
      `  ${label}`,
      formatAmount(meanOf(score.qlike), 3),
      formatAmount(score.qlikeOfBook, 3),
      interval === null ? ratio : `${ratio} (${formatAmount(interval.low, 2)} to ${formatAmount(interval.high, 2)})`,
      verdict(each),
    ]
  })
  return renderTable(columns, rows, { ...sheet, indent: 0 })
}

const meanOf = (values: Float64Array): number => values.reduce((total, value) => total + value, 0) / values.length

function verdict({ own, aboveOwn, score }: JudgedEstimator): string {
  if (own) return '< own'
  if (score === null) return 'refused'
  if (aboveOwn === null) return ''
  return aboveOwn.high < 0 ? 'better' : aboveOwn.low > 0 ? 'worse' : ''
}

/** What `risk --json` prints: time in ms UTC, fractions, risk annual; a matrix as its rows. */
export function riskData({ book, plan, judgement }: RiskView): Readonly<Record<string, unknown>> {
  const { history, risk, terms } = book
  const { imbalance } = plan.before
  return {
    asOf: book.asOf,
    numeraire: plan.numeraire,
    estimator: history === null ? null : estimatorLabel(history.estimator, history.intervalMs),
    volatilityOfBook: imbalance.volatilityOfBook,
    underlyings: plan.lines.map(({ underlying, held }, u) => ({
      underlying,
      held,
      volatility: risk.vol[u]!,
      riskContribution: imbalance.riskContribution[u]!,
    })),
    correlations: correlationsOf(book),
    trends: (risk.trends ?? []).map(({ measure, confidence, change }) => ({
      measure,
      underlyings: plan.lines.map(({ underlying }, u) => ({
        underlying,
        confidence: confidence[u]!,
        change: Math.expm1(change[u]!),
      })),
    })),
    notes: risk.notes,
    score: judgement === null ? null : judgementData(judgement, terms.universe.underlyings),
  }
}

const judgementData = (
  { estimators, ...about }: Judgement,
  names: readonly string[],
): Readonly<Record<string, unknown>> => ({
  ...about,
  estimators: estimators.map(({ label, own, score, issues, aboveOwn }) => ({
    estimator: label,
    own,
    refused: issues,
    qlikeOfBookAboveOwn: aboveOwn,
    ...(score === null
      ? {}
      : {
          forecasts: score.forecasts,
          returns: score.count,
          qlike: Object.fromEntries(names.map((name, i) => [name, score.qlike[i]!])),
          qlikeMean: meanOf(score.qlike),
          qlikeOfBook: score.qlikeOfBook,
          volatilityRatio: score.volRatio,
          volatilityRatioInterval: score.volRatioInterval,
        }),
  })),
})
