/** The figures of a report: growth, drawdown, weights, tracking error, and what trading made and took by month. */
import { toNumber } from '../../core/base/decimal.ts'
import { formatAmount, formatInstantShort, formatPercent } from '../../core/base/format.ts'
import { ratioToNumber } from '../../core/base/ratio.ts'
import { drawdownsOf } from '../../core/evidence/drawdown.ts'
import type { Attribution, Part } from '../../core/sim/attribution-window.ts'
import type { BenchmarkKind } from '../../core/sim/benchmark.ts'
import type { RunReport } from '../../core/sim/run-report.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { element, type Markup } from './html.ts'
import { BENCHMARK_LABELS } from './labels.ts'
import { metricText } from './measure-text.ts'
import { type Bar, drawPlot, type Layer, legend } from './plot.ts'
import { linearScale, logScale, type Scale } from './scale.ts'
import { rangeOf } from './series.ts'

const TONES: Readonly<Record<BenchmarkKind, string>> = {
  frictionless: 'frictionless',
  untouched: 'untouched',
  boughtOnce: 'bought',
}

/** A tick of percent with as many places as its neighbours need. */
const percentTicks = (scale: Scale): ((value: number) => string) => {
  const [a = 0, b = 1] = scale.ticks
  const places = Math.max(0, -Math.floor(Math.log10(Math.abs(b - a) * 100) + 1e-9))
  return (value) => formatPercent(value, Math.min(places + (isRound(b - a, places) ? 0 : 1), 6))
}
/** Whether a step shows itself in so many places of percent: 2.5 % needs one more than 2 %. */
const isRound = (step: number, places: number): boolean => {
  const units = step * 100 * 10 ** places
  return Math.abs(units - Math.round(units)) < 1e-6
}

/** Wealth of a book that lost everything has no logarithm; it is drawn up to there. */
const positive = (wealth: Float64Array): Float64Array => {
  const end = wealth.findIndex((each) => !(each > 0))
  return end < 0 ? wealth : wealth.map((each, row) => (row < end ? each : Number.NaN))
}

export function growthFigure(report: RunReport): Markup {
  const { columns, benchmarks, metrics, from, to } = report
  const lines = benchmarks.map(({ kind, wealth }) => ({ tone: TONES[kind], values: positive(wealth) }))
  const all = [positive(columns.wealth), ...lines.map(({ values }) => values)]
  const range = rangeOf(all) ?? { low: 1, high: 1 }
  const y = logScale(range.low * 0.98, range.high * 1.02)
  const gains = [metrics.totalReturn, ...benchmarks.map(({ growth }) => growth.totalReturn)]
  const names = ['this book', ...benchmarks.map(({ kind }) => BENCHMARK_LABELS[kind])]
  const told = names.map((name, k) => `${name} ${metricText('totalReturn', gains[k]!)}`).join(', ')
  const plot = drawPlot({
    id: 'growth-plot',
    title: 'Growth of the book and of its benchmarks, on a logarithmic scale',
    description: `From ${formatInstantShort(from)} to ${formatInstantShort(to)}: ${told}.`,
    from,
    to,
    y,
    tickText: (value) =>
      `×${formatAmount(value, value < 0.1 ? 3 : value < 10 ? 2 : 0)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')}`,
    size: 'high',
    layers: [
      { kind: 'level', value: 1 },
      ...lines.reverse().map((line): Layer => ({ kind: 'line', ...line })),
      { kind: 'line', tone: 'book', values: all[0]! },
    ],
  })
  const key = legend(
    names.map((label, k) => ({
      tone: k === 0 ? 'book' : TONES[benchmarks[k - 1]!.kind],
      label,
      figure: metricText('totalReturn', gains[k]!),
    })),
  )
  return figure(plot, key, 'Growth of 1, flows left out; equal distances are equal ratios. Benchmarks pay no costs.')
}

export function drawdownFigure({ columns, benchmarks, metrics, from, to }: RunReport): Markup {
  const below = (wealth: Float64Array): Float64Array => drawdownsOf(positive(wealth)).map((each) => -each)
  const book = below(columns.wealth)
  const other = benchmarks[0]!
  const values = below(other.wealth)
  const low = Math.min(rangeOf([book, values])?.low ?? 0, -0.001)
  const y = linearScale(low * 1.05, 0)
  const plot = drawPlot({
    id: 'drawdown-plot',
    title: 'Drawdown below the highest close so far',
    description: `The book fell by ${metricText('maxDrawdown', metrics.maxDrawdown)} at most, the frictionless target by ${metricText('maxDrawdown', other.growth.maxDrawdown)}; the book was under water for ${metricText('timeUnderWater', metrics.timeUnderWater)} of the time.`,
    from,
    to,
    y,
    tickText: percentTicks(y),
    size: 'low',
    layers: [
      { kind: 'area', tone: 'book', values: book, base: 0 },
      { kind: 'line', tone: 'frictionless', values },
      { kind: 'line', tone: 'book', values: book },
    ],
  })
  const key = legend([
    { tone: 'book', label: 'this book', figure: metricText('maxDrawdown', metrics.maxDrawdown) },
    {
      tone: 'frictionless',
      label: BENCHMARK_LABELS.frictionless,
      figure: metricText('maxDrawdown', other.growth.maxDrawdown),
    },
  ])
  return figure(plot, key, 'Fall below the highest close so far.')
}

/** More small plots than these nobody reads. */
const WEIGHTS_SHOWN = 24

/** Indices of what was held or wanted, those of the largest mean weight where there are many, in the order of the names. */
function shownUnderlyings({ underlyings, columns }: RunReport): { readonly shown: number[]; readonly of: number } {
  const n = underlyings.length
  const sizes = underlyings.map((_, u) => {
    let size = 0
    for (let at = u; at < columns.weight.length; at += n)
      size += Math.abs(columns.weight[at]!) + Math.abs(columns.target[at]!)
    return { u, size }
  })
  const wanted = sizes.filter(({ size }) => size > 0)
  const largest = [...wanted].sort((a, b) => b.size - a.size || a.u - b.u).slice(0, WEIGHTS_SHOWN)
  return { shown: largest.map(({ u }) => u).sort((a, b) => a - b), of: wanted.length }
}

/** One small plot per underlying that was held or wanted. */
export function weightFigures(report: RunReport): Markup {
  const { underlyings, columns, from, to } = report
  const n = underlyings.length
  const columnOf = (values: Float64Array, u: number): Float64Array =>
    Float64Array.from(columns.time, (_, row) => values[row * n + u]!)
  const { shown, of } = shownUnderlyings(report)
  const plots = shown.map((u) => {
    const name = underlyings[u]!
    const weight = columnOf(columns.weight, u)
    const target = columnOf(columns.target, u)
    const width = bandOf(report, name, target)
    const low = width === null ? null : target.map((each, row) => each - width[row]!)
    const high = width === null ? null : target.map((each, row) => each + width[row]!)
    const range = rangeOf([weight, target, ...(low === null ? [] : [low, high!])]) ?? { low: 0, high: 0 }
    const pad = Math.max(0.002, 0.08 * (range.high - range.low))
    const y = linearScale(range.low - pad, range.high + pad, 3)
    const last = columns.time.length - 1
    const plot = drawPlot({
      id: `weight-${u}`,
      title: `Weight of ${name}`,
      description: `At the end ${percent(weight[last]!)} held, ${percent(target[last]!)} aimed at; held between ${percent(Math.min(...rangeEnds(weight)))} and ${percent(Math.max(...rangeEnds(weight)))}.`,
      from,
      to,
      y,
      tickText: percentTicks(y),
      size: 'pair',
      layers: [
        ...(low === null ? [] : [{ kind: 'band', tone: 'band', low, high: high! } as const]),
        { kind: 'line', tone: 'target', values: target },
        { kind: 'line', tone: 'book', values: weight },
      ],
    })
    return element('div', {}, element('h3', {}, name), plot)
  })
  const hasBand =
    report.policy.kind === 'band' && (report.policy.unit === 'weight' || report.policy.unit === 'relative')
  const key = legend([
    { tone: 'book', label: 'held', figure: '' },
    { tone: 'target', label: 'target', figure: '' },
  ])
  const many = shown.length < of ? ` The ${shown.length} largest of ${of}.` : ''
  const caption = hasBand
    ? 'Held, aimed at, and the band in which the policy leaves a weight alone.'
    : 'Held and aimed at.'
  return figure(element('div', { class: 'pair' }, plots), key, `${caption}${many}`)
}

function rangeEnds(column: Float64Array): readonly [number, number] {
  const range = rangeOf([column]) ?? { low: 0, high: 0 }
  return [range.low, range.high]
}

/** Half-width by row, where the policy states it in weights; null where it follows from risk and cost. */
function bandOf({ policy, mandated }: RunReport, name: string, target: Float64Array): Float64Array | null {
  const index = mandated.indexOf(name)
  if (policy.kind !== 'band' || index < 0) return null
  if (policy.unit === 'weight') return target.map(() => ratioToNumber(policy.width[index]!))
  if (policy.unit !== 'relative') return null
  const width = ratioToNumber(policy.width[index]!)
  const floor = ratioToNumber(policy.floor)
  return target.map((each) => width * Math.max(Math.abs(each), floor))
}

export function trackingFigure({ columns, metrics, from, to }: RunReport): Markup {
  const forecast = columns.trackingError
  const recent = columns.recentTrackingError
  const y = linearScale(0, (rangeOf([forecast, recent])?.high ?? 0.01) * 1.05 || 0.01)
  const plot = drawPlot({
    id: 'tracking-plot',
    title: 'Tracking error against the frictionless target',
    description: `Forecast ${metricText('trackingErrorForecast', metrics.trackingErrorForecast)} a year, realised ${metricText('trackingError', metrics.trackingError)} a year.`,
    from,
    to,
    y,
    tickText: percentTicks(y),
    size: 'low',
    layers: [
      { kind: 'line', tone: 'frictionless', values: forecast },
      { kind: 'line', tone: 'book', values: recent },
    ],
  })
  const key = legend([
    { tone: 'book', label: 'realised, 30 days', figure: metricText('trackingError', metrics.trackingError) },
    {
      tone: 'frictionless',
      label: 'forecast',
      figure: metricText('trackingErrorForecast', metrics.trackingErrorForecast),
    },
  ])
  return figure(
    plot,
    key,
    'Annual. The forecast is of what is held after the row’s trades; the figures beside it are of the whole run.',
  )
}

/** What stands on each other in the figure of months; what was held is apart, since it would hide the rest. */
const STACK: readonly { readonly tone: string; readonly label: string; readonly parts: readonly Part[] }[] = [
  { tone: 'part-premium', label: 'rebalancing premium', parts: ['rebalancingPremium'] },
  { tone: 'part-trend', label: 'trend cost', parts: ['trendCost'] },
  { tone: 'part-costs', label: 'fees, spread, impact', parts: ['fee', 'spread', 'impact'] },
  { tone: 'part-carry', label: 'carry', parts: ['carry'] },
  { tone: 'part-rest', label: 'rest', parts: ['rest'] },
]

export function monthFigure({ attribution, from, to }: RunReport): Markup {
  const bars: Bar[] = []
  let [lowest, highest] = [0, 0]
  for (const month of attribution.months) {
    let [below, above] = [0, 0]
    for (const { tone, parts } of STACK) {
      const share = shareOf(month, parts)
      if (share >= 0) bars.push({ tone, from: month.from, to: month.to, low: above, high: above + share })
      else bars.push({ tone, from: month.from, to: month.to, low: below + share, high: below })
      if (share >= 0) above += share
      else below += share
    }
    ;[lowest, highest] = [Math.min(lowest, below), Math.max(highest, above)]
  }
  const pad = 0.05 * (highest - lowest || 0.01)
  const y = linearScale(lowest - pad, highest + pad)
  const plot = drawPlot({
    id: 'months-plot',
    title: 'What trading made and took, by month',
    description:
      STACK.map(({ label, parts }) => `${label} ${percent(shareOf(attribution.whole, parts), true)}`).join(', ') +
      ' of the start’s equity over the whole run.',
    from,
    to,
    y,
    tickText: percentTicks(y),
    size: 'high',
    layers: [
      { kind: 'bars', bars },
      { kind: 'level', value: 0 },
    ],
  })
  const key = legend(
    STACK.map(({ tone, label, parts }) => ({ tone, label, figure: percent(shareOf(attribution.whole, parts), true) })),
  )
  return figure(
    plot,
    key,
    'By month, of the equity that the month began with. Beside the labels: the whole run, of the equity at its start. What was held is in the tables.',
  )
}

const shareOf = ({ parts, startEquity }: Attribution, chosen: readonly Part[]): number =>
  chosen.reduce((sum, part) => sum + toNumber(parts[part]), 0) / toNumber(startEquity)

export function turnoverFigure({ columns, attribution, metrics, from, to }: RunReport): Markup {
  let row = 0
  const bars = attribution.months.map((month, k): Bar => {
    let high = 0
    const isLast = k === attribution.months.length - 1
    for (; row < columns.time.length && (isLast || columns.time[row]! <= month.to); row++)
      high += columns.turnover[row]!
    return { tone: 'part-book', from: month.from, to: month.to, low: 0, high }
  })
  const y = linearScale(0, Math.max(0.001, ...bars.map(({ high }) => high)) * 1.05, 3)
  const plot = drawPlot({
    id: 'turnover-plot',
    title: 'Turnover by month',
    description: `${metricText('turnover', metrics.turnover)} of equity a year, purchases and sales both counted.`,
    from,
    to,
    y,
    tickText: percentTicks(y),
    size: 'low',
    layers: [{ kind: 'bars', bars }],
  })
  return figure(plot, null, 'Σ |traded weight| by month, purchases and sales both counted.')
}

const figure = (picture: Markup, key: Markup | null, caption: string): Markup =>
  element('figure', {}, key, picture, element('figcaption', {}, caption))
