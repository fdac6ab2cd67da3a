/** The sizing section: how `size` and `quotes` bend one trade by the imbalance. Types of `core/sizing/trade-types.ts`. */
import { ONE, toNumber } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/ratio.ts'
import type { Curve } from '../core/sizing/curves.ts'
import type { Base, Gauge } from '../core/sizing/trade-types.ts'
import { checkInstrument, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { readWidths, type WidthContext } from './book-widths.ts'
import { accepted, readBase, readDuration, readNumber } from './scalar.ts'

/** What the book says; null where it does not. */
export interface Sizing {
  readonly curve: Curve
  readonly unit: Gauge['unit']
  /** Half-width per underlying, in order of id. */
  readonly width: readonly Ratio[] | null
  readonly aversion: number | null
  readonly intervalMs: number | null
  readonly multipleMax: number | null
  /** Per instrument id. */
  readonly base: ReadonlyMap<string, Base>
}

export function readSizing(draft: Draft, context: WidthContext): Sizing | null {
  const { names, report } = context
  const text = draft.sizing
  if (text === undefined) return null
  for (const id of Object.keys(text.base ?? {})) checkInstrument({ names, report }, ['sizing', 'base', id], id)
  const { unit } = text
  checkTogether(text, report)
  const width =
    text.width === undefined || (unit !== 'weight' && unit !== 'volatility')
      ? null
      : readWidths(context, text.width, { path: ['sizing', 'width'], unit })
  if (text.curve === undefined || unit === undefined) return null
  const base = Object.entries(text.base ?? {}).flatMap(([id, value]) =>
    value === undefined ? [] : [[id, accepted(readBase(value))] as const],
  )
  return {
    curve: readCurve(text.curve, positive(text.steepness)),
    unit,
    width,
    aversion: positive(text.aversion),
    intervalMs: text.interval === undefined ? null : accepted(readDuration(text.interval)),
    multipleMax: positive(text.gMax),
    base: new Map(base),
  }
}

const positive = (text: string | undefined): number | null =>
  text === undefined ? null : toNumber(accepted(readNumber(text, 'sizing', 'positive')))

/** Which keys the others ask for. */
function checkTogether(text: NonNullable<Draft['sizing']>, report: Report): void {
  const { curve, unit } = text
  const because = curve === 'optimal' ? 'curve optimal' : 'unit risk'
  if ((curve === 'optimal' || unit === 'risk') && !('aversion' in text))
    report.add(
      'sizing.aversion',
      ['sizing', 'aversion'],
      `must be given with ${because}, was missing`,
      'write such as `aversion: 10`',
    )
  if ((curve === 'optimal' || unit === 'risk') && !('interval' in text))
    report.add(
      'sizing.interval',
      ['sizing', 'interval'],
      `must be given with ${because}, was missing`,
      'write such as `interval: 1h`',
    )
  if (unit !== undefined && unit !== 'risk' && !('width' in text))
    report.add(
      'sizing.width',
      ['sizing', 'width'],
      `must be given with unit ${unit}, was missing`,
      'write the half-width of the band, such as `width: 10%`',
    )
  if (unit === 'risk' && 'width' in text)
    report.add(
      'sizing.width',
      ['sizing', 'width'],
      'must not be given with unit risk, was given',
      'aversion, costs and risk give the width: remove it',
    )
  if ((curve === 'linear' || curve === 'optimal') && 'steepness' in text)
    report.add(
      'sizing.steepness',
      ['sizing', 'steepness'],
      `must not be given with curve ${curve}, was given`,
      'remove it',
    )
  if (text.gMax !== undefined && accepted(readNumber(text.gMax, 'multiple', 'positive')) < ONE)
    report.add(
      'sizing.multiple',
      ['sizing', 'gMax'],
      `must be at least 1, was ${text.gMax}`,
      'a healing trade is at least its base',
    )
}

function readCurve(kind: Curve['kind'], steepness: number | null): Curve {
  if (kind === 'linear' || kind === 'optimal') return { kind }
  return steepness === null ? { kind } : { kind, steepness }
}
