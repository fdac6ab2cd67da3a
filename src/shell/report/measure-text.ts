/** Figures of a run as people read them, the same on screens and pages. */
import { absolute, ZERO } from '../../core/base/decimal.ts'
import { formatAmount, formatBp, formatDuration } from '../../core/base/format.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/base/instant.ts'
import { assertNever } from '../../core/base/result.ts'
import type { Attribution } from '../../core/sim/attribution-window.ts'
import type { MetricName } from '../../core/sim/metrics.ts'
import { METRICS, type MetricUnit } from '../../core/sim/metrics-definitions.ts'
import { isMissing, type Measure } from '../../core/sim/metrics-growth.ts'
import { percent } from '../../core/sizing/explain-percent.ts'

/** Where there is no figure, a dash; its reason stands elsewhere. */
export const NONE = '–'

function measureText(measure: Measure, unit: MetricUnit): string {
  if (isMissing(measure)) return NONE
  switch (unit) {
    case 'fraction':
    case 'perYear':
      return percent(measure)
    case 'gain':
    case 'gainPerYear':
      return percent(measure, true)
    case 'cost':
      return formatBp(measure, 1)
    case 'ratio':
      return formatAmount(measure, 2)
    case 'duration':
      return lengthText(measure)
    case 'count':
      return formatAmount(measure, 0)
    case 'probability':
      return measure < 0.0005 ? 'below 0.001' : formatAmount(measure, 3)
    default:
      return assertNever(unit)
  }
}

/** A length of time to three digits or so: whole days from ten on, whole hours below. */
function lengthText(ms: number): string {
  const unit = ms >= 10 * DAY_MS ? DAY_MS : ms >= 10 * HOUR_MS ? HOUR_MS : MINUTE_MS
  return formatDuration(Math.round(ms / unit) * unit)
}

/** What is said behind a figure: its unit, or why there is none. */
export function measureNote(measure: Measure, unit: MetricUnit): string {
  if (isMissing(measure)) return measure.because
  return unit === 'perYear' || unit === 'gainPerYear' || unit === 'cost' ? 'a year' : ''
}

const UNITS = new Map<MetricName, MetricUnit>(METRICS.map(({ name, unit }) => [name, unit]))
export const metricText = (name: MetricName, measure: Measure): string => measureText(measure, UNITS.get(name)!)

/** `2,920 rows of 4h` */
export const rowsText = (rows: number, intervalMs: number): string =>
  `${formatAmount(rows, 0)} ${rows === 1 ? 'row' : 'rows'} of ${formatDuration(intervalMs)}`

/** `Equity went from 110,007.56 to 118,985.11, of which 20,000.00 came in on the way.` */
export function equityText({ startEquity, endEquity, flows }: Attribution): string {
  const amount = formatAmount(absolute(flows), 2)
  const flowing =
    flows === ZERO ? '' : flows > ZERO ? `, of which ${amount} came in on the way` : `, while ${amount} went out`
  return `Equity went from ${formatAmount(startEquity, 2)} to ${formatAmount(endEquity, 2)}${flowing}.`
}
