/**
 * Sensitivity maps: mean scores of a study's cells along one parameter or over two, the others averaged. Darker is better, by
 * rank, so that one disaster does not make all else look alike. Few values have a column each, many share eight equal parts.
 */
import { formatAmount } from '../../core/base/format.ts'
import { type Space, valueAt } from '../../core/evidence/search/space.ts'
import { isMissing } from '../../core/sim/metrics-growth.ts'
import { type Score, summaryOf } from '../../core/sim/study-score.ts'
import type { StudyReport } from '../../core/sim/study-types.ts'
import { element, type Markup } from './html.ts'

const VALUES_MAX = 10
const PARTS = 8
const SIDE = 1000
const ROW_REM = 2.1

/** Where cells stand along a parameter: the names of the parts, and the part of each cell; all in one where there is none. */
interface Axis {
  readonly labels: readonly string[]
  readonly partOf: readonly number[]
}

function axisOf({ rows }: StudyReport, space: Space, parameter: number | null): Axis {
  if (parameter === null) return { labels: [''], partOf: rows.map(() => 0) }
  const places = rows.map(({ point, texts }) => ({ at: point[parameter]!, text: texts[parameter]! }))
  const distinct = [...new Map(places.map(({ at, text }) => [text, at])).entries()].sort((a, b) => a[1] - b[1])
  if (distinct.length <= VALUES_MAX) {
    const labels = distinct.map(([text]) => text)
    return { labels, partOf: places.map(({ text }) => labels.indexOf(text)) }
  }
  const middle = (part: number): string => {
    const value = valueAt(space[parameter]!, (part + 0.5) / PARTS)
    return typeof value === 'string' ? value : `≈ ${Number(value.toPrecision(3))}`
  }
  return {
    labels: Array.from({ length: PARTS }, (_, part) => middle(part)),
    partOf: places.map(({ at }) => Math.min(PARTS - 1, Math.floor(at * PARTS))),
  }
}

/** A score without its unit: basis points of what is lost, percent of what is gained, or a ratio. */
function plainScore(score: Score, value: number): string {
  if (summaryOf(score) === 'sharpe') return formatAmount(value, 2)
  return score.kind === 'cost' || score.kind === 'costAndRisk'
    ? formatAmount(10_000 * value, 1)
    : formatAmount(100 * value, 1)
}

export interface MapOf {
  /** Places in the space; `down` null: one row. */
  readonly across: number
  readonly down: number | null
}

export function sensitivityMap(report: StudyReport, space: Space, { across, down }: MapOf): Markup {
  const [x, y] = [axisOf(report, space, across), axisOf(report, space, down)]
  const [columns, lines] = [x.labels.length, y.labels.length]
  const means = meansOf(report, { x, y })
  const known = means.filter((each) => each !== null).toSorted((a, b) => a - b)
  const peak = report.rows.findIndex(({ cell }) => cell === report.winner)
  const peakPart = y.partOf[peak]! * columns + x.partOf[peak]!
  const id = `map-${across}${down === null ? '' : `-${down}`}`
  const shade = (mean: number): string =>
    (0.04 + (0.56 * known.indexOf(mean)) / Math.max(1, known.length - 1)).toFixed(3)
  const name = (parameter: number): string => space[parameter]!.name
  const title = down === null ? name(across) : `${name(across)} (across) and ${name(down)} (up)`
  const boxes = means.map((mean, part) =>
    mean === null
      ? null
      : element('rect', {
          x: tenth(((part % columns) * SIDE) / columns),
          y: tenth(SIDE - ((Math.floor(part / columns) + 1) * SIDE) / lines),
          width: tenth(SIDE / columns),
          height: tenth(SIDE / lines),
          'fill-opacity': shade(mean),
        }),
  )
  const words = means.map((mean, part) =>
    mean === null
      ? null
      : element(
          'span',
          {
            class: part === peakPart ? 'cell peak' : 'cell',
            style: `left:${share((part % columns) + 0.5, columns)};bottom:${share(Math.floor(part / columns) + 0.5, lines)}`,
          },
          plainScore(report.score, mean),
        ),
  )
  const ticks = [
    ...x.labels.map((text, k) => element('span', { class: 'x', style: `left:${share(k + 0.5, columns)}` }, text)),
    ...y.labels.map((text, k) => element('span', { class: 'y', style: `bottom:${share(k + 0.5, lines)}` }, text)),
  ]
  const sees = `Mean score by ${title}; the winner lies where the score is underlined.`
  const labels = { role: 'img', 'aria-labelledby': `${id}-title ${id}-desc` }
  return element(
    'figure',
    {},
    element('figcaption', {}, title),
    element(
      'div',
      { class: 'plot map', style: `height:${tenth(ROW_REM * Math.max(2, lines))}rem` },
      element(
        'svg',
        { viewBox: `0 0 ${SIDE} ${SIDE}`, preserveAspectRatio: 'none', ...labels },
        element('title', { id: `${id}-title` }, title),
        element('desc', { id: `${id}-desc` }, sees),
        boxes,
      ),
      element('div', { class: 'words' }, words, ticks),
    ),
  )
}

const tenth = (x: number): number => Math.round(10 * x) / 10

const share = (part: number, parts: number): string => `${Math.round((10_000 * part) / parts) / 100}%`

/** By line and column; null where no cell stands. */
function meansOf({ rows }: StudyReport, { x, y }: { readonly x: Axis; readonly y: Axis }): (number | null)[] {
  const columns = x.labels.length
  const sums = Array.from({ length: columns * y.labels.length }, () => ({ total: 0, count: 0 }))
  for (const [index, { score }] of rows.entries()) {
    if (isMissing(score)) continue
    const sum = sums[y.partOf[index]! * columns + x.partOf[index]!]!
    sum.total += score
    sum.count++
  }
  return sums.map(({ total, count }) => (count === 0 ? null : total / count))
}
