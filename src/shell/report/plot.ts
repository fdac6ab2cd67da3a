/**
 * A plot: shapes in an SVG that stretches to any width, words as HTML over it, so that they are as large on a phone as on a desk.
 * Lines differ in colour and in dash; `title` and `desc` say in words what there is to see.
 */
import type { Instant } from '../../core/base/instant.ts'
import { assertNever } from '../../core/base/result.ts'
import { type Child, element, type Markup } from './html.ts'
import { type Scale, timeTicks } from './scale.ts'
import { type Point, pointsOf } from './series.ts'

export interface Plot {
  /** Unique in the page. */
  readonly id: string
  readonly title: string
  /** What there is to see, in a sentence or two. */
  readonly description: string
  readonly from: Instant
  readonly to: Instant
  readonly y: Scale
  readonly tickText: (value: number) => string
  /** `pair`: low, two beside each other where there is room. */
  readonly size: 'high' | 'low' | 'pair'
  readonly layers: readonly Layer[]
}

export type Layer =
  /** One value a row. `tone` names a colour and a dash of the style. */
  | { readonly kind: 'line'; readonly tone: string; readonly values: Float64Array }
  /** Between a column and a value. */
  | { readonly kind: 'area'; readonly tone: string; readonly values: Float64Array; readonly base: number }
  /** Between two columns. */
  | { readonly kind: 'band'; readonly tone: string; readonly low: Float64Array; readonly high: Float64Array }
  /** Boxes in time and value. */
  | { readonly kind: 'bars'; readonly bars: readonly Bar[] }
  /** A level across. */
  | { readonly kind: 'level'; readonly value: number }

export interface Bar {
  readonly tone: string
  readonly from: Instant
  readonly to: Instant
  readonly low: number
  readonly high: number
}

/** Units of the picture along each side. */
const SIDE = 1000

/** To a tenth of a unit. */
const coordinate = (x: number): string => String(Math.round(x * 10) / 10)

export function drawPlot(plot: Plot): Markup {
  const { id, title, description, from, to, y, tickText } = plot
  const times = timeTicks(from, to, plot.size === 'pair' ? 4 : 6)
  const span = spanOf(from, to)
  const percent = (share: number): string => `${coordinate(100 * share)}%`
  const grid = y.ticks.map((value) => level(y.place(value), 'grid'))
  const uprights = times.map(({ at }) => {
    const x = coordinate((SIDE * (at - from)) / span)
    return element('path', { class: 'grid', d: `M${x} 0V${SIDE}` })
  })
  const svg = element(
    'svg',
    {
      viewBox: `0 0 ${SIDE} ${SIDE}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-desc` }, description),
    [...grid, ...uprights],
    plot.layers.map((layer) => drawLayer(layer, plot)),
  )
  const levels = y.ticks.map((value) =>
    element('span', { class: 'y', style: `bottom:${percent(y.place(value))}` }, tickText(value)),
  )
  const moments = times.map(({ at, label }) => {
    const share = (at - from) / span
    return element(
      'span',
      { class: share > 0.94 ? 'x last' : share < 0.06 ? 'x first' : 'x', style: `left:${percent(share)}` },
      label,
    )
  })
  return element(
    'div',
    { class: plot.size === 'high' ? 'plot high' : 'plot low' },
    svg,
    element('div', { class: 'words', 'aria-hidden': 'true' }, levels, moments),
  )
}

/** One row has no length. */
const spanOf = (from: Instant, to: Instant): number => (to > from ? to - from : 1)

const level = (share: number, tone: string): Markup =>
  element('path', { class: tone, d: `M0 ${coordinate(SIDE * (1 - share))}H${SIDE}` })

/** Points per line, a quarter of them at most: a pixel or two apart. */
const stretchesOf = (size: Plot['size']): number => (size === 'pair' ? 160 : 360)

function drawLayer(layer: Layer, { from, to, y, size }: Plot): Child {
  const points = (column: Float64Array): Point[][] => pointsOf(column, stretchesOf(size))
  const span = spanOf(from, to)
  const up = (value: number): string => coordinate(SIDE * (1 - Math.min(1, Math.max(0, y.place(value)))))
  const path = (column: Float64Array): string[] =>
    points(column).map((run) =>
      run.map(({ row, value }, k) => `${k === 0 ? 'M' : 'L'}${across(row, column.length)} ${up(value)}`).join(''),
    )
  switch (layer.kind) {
    case 'line':
      return element('path', { class: `line ${layer.tone}`, d: path(layer.values).join('') })
    case 'area': {
      const closed = points(layer.values).map((run) => {
        const [first, last] = [run[0]!.row, run.at(-1)!.row]
        const line = run.map(({ row, value }) => `L${across(row, layer.values.length)} ${up(value)}`).join('')
        const base = up(layer.base)
        return `M${across(first, layer.values.length)} ${base}${line}L${across(last, layer.values.length)} ${base}Z`
      })
      return element('path', { class: `area ${layer.tone}`, d: closed.join('') })
    }
    case 'band':
      return element('path', {
        class: `area ${layer.tone}`,
        d: bandPath({ low: points(layer.low).flat(), high: points(layer.high).flat() }, layer.low.length, up),
      })
    case 'bars':
      return layer.bars.map((bar) => {
        const x = (SIDE * (bar.from - from)) / span
        const width = (SIDE * (bar.to - bar.from)) / span
        const top = Number(up(bar.high))
        return element('rect', {
          class: `bar ${bar.tone}`,
          x: coordinate(x + 0.1 * width),
          y: coordinate(top),
          width: coordinate(0.8 * width),
          height: coordinate(Math.max(0, Number(up(bar.low)) - top)),
        })
      })
    case 'level':
      return element('path', { class: 'level', d: `M0 ${up(layer.value)}H${SIDE}` })
    default:
      return assertNever(layer)
  }
}

const across = (row: number, rows: number): string => coordinate(rows < 2 ? 0 : (SIDE * row) / (rows - 1))

/** Forward along the upper column, back along the lower; steps of a target are kept. */
function bandPath(
  { low, high }: { readonly low: readonly Point[]; readonly high: readonly Point[] },
  rows: number,
  up: (value: number) => string,
): string {
  if (high.length === 0) return ''
  const around = [...high, ...[...low].reverse()]
  return `M${around.map(({ row, value }) => `${across(row, rows)} ${up(value)}`).join('L')}Z`
}

/** What each tone stands for, with a number beside it. */
export const legend = (
  entries: readonly { readonly tone: string; readonly label: string; readonly figure: string }[],
) =>
  element(
    'ul',
    { class: 'legend' },
    entries.map(({ tone, label, figure }) =>
      element(
        'li',
        {},
        element(
          'svg',
          { class: 'key', viewBox: '0 0 24 8', 'aria-hidden': 'true' },
          tone.startsWith('part-')
            ? element('rect', { class: `bar ${tone}`, x: 4, y: 0, width: 16, height: 8 })
            : element('path', { class: `line ${tone}`, d: 'M0 4H24' }),
        ),
        ` ${label} `,
        figure === '' ? null : element('strong', {}, figure),
      ),
    ),
  )
