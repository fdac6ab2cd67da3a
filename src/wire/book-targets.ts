/**
 * The targets of a book: weights as they are stated, or computed from the book's own forecast when it is read
 * (`core/sizing/targets`), and where a glide path has brought them at asOf. Computed weights become exact and come with
 * a sentence that says how they came about.
 */
import { formatInstantShort } from '../core/base/format.ts'
import type { Instant } from '../core/base/instant.ts'
import { RATIO_ONE, RATIO_ZERO, type Ratio, ratioSubtract, ratioToNumber, reduce } from '../core/base/ratio.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { byId } from '../core/domain/universe.ts'
import { percent } from '../core/sizing/explain-percent.ts'
import type { Target } from '../core/sizing/mandate.ts'
import { glidePathWeights } from '../core/sizing/targets/moving-target.ts'
import { type BookContext, checkUnderlying } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { type ComputedDraft, computedTarget, namesOfSet } from './computed-target.ts'
import { accepted, fractionOf, readInstant } from './scalar.ts'
import type { DraftOf } from './shape.ts'
import type { targetsShape } from './target-shape.ts'
import type { Path } from './tree.ts'

/** What targets are computed from; null where it is missing, and an issue says so. */
export interface TargetInputs {
  readonly asOf: Instant | null
  readonly risk: RiskModel | null
}

type TargetsDraft = NonNullable<Draft['targets']>
type StatedDraft = DraftOf<(typeof targetsShape)['plain']>
type GlideDraft = NonNullable<StatedDraft['glide']>
type WeightsDraft = NonNullable<GlideDraft['start']>

const isComputed = (targets: TargetsDraft): targets is ComputedDraft => 'kind' in targets

/** The targets over the underlyings in order of id; null where there are none, and an issue says why. */
export function readTargets(context: BookContext, inputs: TargetInputs): Target | null {
  const { targets } = context.draft
  if (targets === undefined) return null
  const end = isComputed(targets)
    ? computedTarget(context, targets, inputs.risk)
    : { weight: readWeights(context, statedWeights(targets), ['targets']), notes: [] }
  return end === null || !('glide' in targets)
    ? end
    : alongPath(context, { end, text: targets.glide, asOf: inputs.asOf })
}

function statedWeights(targets: StatedDraft): WeightsDraft {
  const { glide: _, ...weights } = targets
  return weights
}

/** Stated weights; `rest` gets what they leave of 1, and who is not named gets 0. */
function readWeights({ names, report }: BookContext, text: WeightsDraft, path: Path): Ratio[] {
  const { rest, ...entries } = text
  for (const name of Object.keys(entries)) checkUnderlying({ names, report }, [...path, name], name)
  const underlyings = [...names.underlyings].sort(byId)
  const weight = underlyings.map((name) => {
    const stated = entries[name]
    return stated === undefined ? RATIO_ZERO : fractionOf(stated)
  })
  if (rest === undefined) return weight
  const at = underlyings.indexOf(rest)
  if (at < 0) checkUnderlying({ names, report }, [...path, 'rest'], rest)
  else if (rest in entries)
    report.add(
      'target.rest-twice',
      [...path, 'rest'],
      `must be an underlying without a weight of its own, was ${rest}`,
      `remove \`${rest}\` or \`rest\``,
    )
  else {
    const left = weight.reduce(ratioSubtract, RATIO_ONE)
    if (left.n < 0n)
      report.add(
        'target.rest-negative',
        [...path, 'rest'],
        `the other weights must sum to at most 1 so that something is left, was ${ratioToNumber(ratioSubtract(RATIO_ONE, left))}`,
        'lower one or remove `rest`',
      )
    else weight[at] = reduce(left)
  }
  return weight
}

/** Targets whose weight the shape refused. */
export const refusedTargets = ({ targets }: Draft): string[] =>
  targets === undefined || isComputed(targets)
    ? []
    : Object.entries(statedWeights(targets)).flatMap(([name, text]) => (text === undefined ? [name] : []))

/** Names that have a target, 0 or not, once any path has ended. */
function namesWithTarget(targets: TargetsDraft): ReadonlySet<string | undefined> {
  if (!isComputed(targets)) return new Set([...Object.keys(statedWeights(targets)), targets.rest])
  return new Set([...namesOfSet(targets), ...Object.keys(targets.others ?? {})])
}

/** Silence about something that is held, or that a path starts with, is not a wish to sell it. */
export function checkHeldHaveTargets({ draft, names, report }: BookContext, held: ReadonlySet<string>): void {
  const { targets } = draft
  if (targets === undefined) return
  const told = namesWithTarget(targets)
  const { rest, ...start } = ('glide' in targets ? targets.glide?.start : undefined) ?? {}
  const untold = new Map<string, string>()
  for (const name of [...Object.keys(start), ...(rest === undefined ? [] : [rest])])
    if (!told.has(name) && names.underlyings.has(name)) untold.set(name, 'its path starts with it')
  for (const name of held) {
    const underlying = names.instruments.get(name)?.underlying ?? (names.underlyings.has(name) ? name : null)
    if (underlying !== null && !told.has(underlying)) untold.set(underlying, 'it is held')
  }
  const place = isComputed(targets) ? ['targets', 'others'] : ['targets']
  for (const name of [...untold.keys()].sort(byId))
    report.add(
      'target.missing',
      [...place, name],
      `${name} must have a target because ${untold.get(name)}, was missing`,
      `write \`${name}: 0%\`${isComputed(targets) ? ' under targets.others' : ''} to close it`,
    )
}

/** Where the path stands at asOf: `end` once it is over. */
function alongPath(
  context: BookContext,
  { end, text, asOf }: { readonly end: Target; readonly text: GlideDraft | undefined; readonly asOf: Instant | null },
): Target | null {
  if (text?.start === undefined) return null
  const from = readWeights(context, text.start, ['targets', 'glide', 'start'])
  if (text.from === undefined || text.to === undefined || asOf === null) return null
  const [first, last] = [accepted(readInstant(text.from)), accepted(readInstant(text.to))]
  const moved = glidePathWeights({ from, to: end.weight, start: first, end: last }, asOf)
  if (!moved.ok) {
    for (const issue of moved.error) context.report.addIssue(issue)
    return null
  }
  const way = percent(Math.min(1, Math.max(0, (asOf - first) / (last - first))))
  const [starts, ends] = [formatInstantShort(first), formatInstantShort(last)]
  const note =
    asOf < first
      ? `The targets are those at the start of their path, which moves from ${starts} to ${ends}.`
      : asOf >= last
        ? `The targets have reached the end of their path, which moved from ${starts} to ${ends}.`
        : `The targets are ${way} of the way along their path from ${starts} to ${ends}.`
  return { weight: moved.value, notes: [...end.notes, note] }
}
