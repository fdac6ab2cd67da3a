/**
 * Widths of bands as a book writes them: one for all, one per underlying or group, or the greater of a part of the target
 * and a least width (`core/sizing/targets/band-widths.ts`).
 */
import { RATIO_ZERO, type Ratio, ratioOf, reduce } from '../core/base/ratio.ts'
import { byId } from '../core/domain/universe.ts'
import {
  type HybridWidth,
  hybridWidth,
  hybridWidthOfTarget,
  widthPerUnderlying,
} from '../core/sizing/targets/band-widths.ts'
import { guess, listed, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readFraction } from './scalar.ts'
import type { Path } from './tree.ts'

export interface WidthContext {
  readonly names: Names
  readonly report: Report
  /** Target weight per underlying, in order of id. */
  readonly target: readonly Ratio[]
}

type WidthsDraft = NonNullable<NonNullable<Draft['sizing']>['width']>
type WidthDraft = Exclude<WidthsDraft, string>[string]

/** What a width is measured in; relative ones are shares of max(|target|, floor). */
type Measure = { readonly path: Path } & (
  | { readonly unit: 'weight' | 'volatility' }
  | { readonly unit: 'relative'; readonly floor: Ratio }
)

/** Half-width per underlying in the unit of the band; null where something is missing or wrong, and an issue says so. */
export function readWidths(context: WidthContext, text: WidthsDraft, measure: Measure): Ratio[] | null {
  const stated = statedWidths(context, text, measure)
  if (stated === null) return null
  return stated.map((width, u) => {
    if (!('part' in width)) return width
    const target = context.target[u]!
    return measure.unit === 'relative' ? hybridWidthOfTarget(width, target, measure.floor) : hybridWidth(width, target)
  })
}

type StatedWidth = Ratio | HybridWidth

const fraction = (text: string): Ratio => reduce(ratioOf(accepted(readFraction(text, 'width', 'nonNegative'))))

function statedWidths(context: WidthContext, text: WidthsDraft, measure: Measure): StatedWidth[] | null {
  const { names, report } = context
  const underlyings = [...names.underlyings].sort(byId)
  const forAll = typeof text === 'string' || 'part' in text || 'least' in text
  if (typeof text !== 'string' && forAll) checkAlone(text, measure.path, report)
  if (forAll) {
    const width = readWidth(text, measure, report)
    return width === null ? null : underlyings.map(() => width)
  }
  const width = new Map<string, StatedWidth>()
  let complete = true
  const known = [...underlyings, ...names.groups.map((group) => group.name)]
  for (const [name, each] of Object.entries(text)) {
    const path = [...measure.path, name]
    if (!known.includes(name) && names.complete)
      report.add(
        'name.unknown',
        path,
        `must be an underlying or a group of this book (${listed(known)}), was ${name}`,
        guess(name, known, 'remove it'),
      )
    const read = readWidth(each, { ...measure, path }, report)
    if (read === null) complete = false
    // One that was refused is not missing.
    width.set(name, read ?? RATIO_ZERO)
  }
  const found = widthPerUnderlying({ underlyings, groups: names.groups, width })
  if (found.ok) return complete ? found.value : null
  for (const { code, path, message, hint } of found.error) report.add(code, [...measure.path, path], message, hint)
  return null
}

function readWidth(text: WidthDraft | WidthsDraft, { path, unit }: Measure, report: Report): StatedWidth | null {
  if (text === undefined) return null
  if (typeof text === 'string') return fraction(text)
  if (unit === 'volatility')
    report.add(
      'policy.width',
      path,
      'must be a plain width with unit volatility, was a part of the target',
      'a part of the target is a weight: use unit weight or relative',
    )
  if (text.part === undefined || text.least === undefined) return null
  return { part: fraction(text.part as string), least: fraction(text.least as string) }
}

/** `{part, least}` for all stands alone, and has both. */
function checkAlone(text: Exclude<WidthsDraft, string>, path: Path, report: Report): void {
  const others = Object.keys(text).filter((key) => key !== 'part' && key !== 'least')
  if (others.length > 0 || !('part' in text && 'least' in text))
    report.add(
      'policy.width',
      path,
      `must have part and least and nothing else, was ${listed(Object.keys(text))}`,
      'write `{ part: 20%, least: 1% }`, or one such per underlying or group',
    )
}
