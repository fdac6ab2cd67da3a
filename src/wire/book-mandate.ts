/**
 * What the book is told to do: targets, policy, limits and what may be traded, as a mandate over the underlyings in order
 * of id. Whatever is absent because the schema refused it stands here as "not limited": it has its issue already.
 */
import { RATIO_ONE, RATIO_ZERO, type Ratio, ratioCompare, ratioOf, reduce } from '../core/base/ratio.ts'
import { byId, makeUniverse, type Universe } from '../core/domain/universe.ts'
import { checkMandate } from '../core/sizing/check.ts'
import type { Knob, Mandate, Policy, Target } from '../core/sizing/mandate.ts'
import { type GuardContext, readGuard } from './book-guard.ts'
import { checkMarketOfLimits, readConstraints } from './book-limits.ts'
import { type BookContext, checkUnderlying, guess, listed } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { checkHeldHaveTargets, readTargets, refusedTargets, type TargetInputs } from './book-targets.ts'
import { readTilt, type TiltContext } from './book-tilt.ts'
import { readWidths, type WidthContext } from './book-widths.ts'
import { accepted, fractionOf, readDuration, readNumber } from './scalar.ts'
import type { Path } from './tree.ts'

export type PolicyDraft = NonNullable<Draft['policy']>
/** A mandate without its policy, which may be chosen later. */
export type Terms = Omit<Mandate, 'policy'>

const optional = (text: string | undefined): Ratio | null => (text === undefined ? null : fractionOf(text))

/**
 * @param parts.currencies every currency of the book; @param parts.held instruments and currencies that are held
 * @param parts.target stands for the book's own targets where it is given
 */
export function readTerms(
  context: BookContext,
  parts: {
    readonly currencies: Iterable<string>
    readonly held: ReadonlySet<string>
    readonly target?: Target
  } & TargetInputs,
): Terms {
  const { names, report, draft } = context
  const complete = [...names.instruments.values()].flatMap((each) =>
    each.instrument === null ? [] : [each.instrument],
  )
  const universe = makeUniverse({
    numeraire: names.currency ?? '',
    instruments: complete,
    underlyings: [...names.underlyings],
    currencies: [...parts.currencies],
  })
  const target = parts.target ?? readTargets(context, parts)
  checkHeldHaveTargets(context, parts.held)
  const terms = {
    universe,
    target: target ?? { weight: universe.underlyings.map(() => RATIO_ZERO), notes: [] },
    constraints: readConstraints(context, universe),
    tradeable: readTradeable(context, universe),
  }
  // Where there is no target, nothing is wrong with its weights.
  const refused = target === null ? ['targets'] : refusedTargets(draft).map((name) => `targets.${name}`)
  for (const issue of checkMandate({ ...terms, policy: { kind: 'full' } }))
    if (!refused.some((path) => issue.path === path || (target === null && issue.path.startsWith(`${path}.`))))
      report.addIssue(issue)
  checkMarketOfLimits(context, terms)
  return terms
}

/** Per underlying the instruments named under `trade`, or all of its instruments that have a price model. */
function readTradeable({ draft, names, report }: BookContext, universe: Universe): number[][] {
  const trade = draft.trade ?? {}
  for (const name of Object.keys(trade)) checkUnderlying({ names, report }, ['trade', name], name)
  return universe.underlyings.map((underlying, u) => {
    const all = universe.instruments.flatMap((each, j) =>
      universe.underlyingOf[j] === u && each.kind !== 'option' ? [j] : [],
    )
    const named = trade[underlying]
    if (named === undefined) return all
    const ids = typeof named === 'string' ? [named] : named.filter((id) => id !== undefined)
    for (const id of ids) checkTrade({ names, report }, underlying, id)
    return all.filter((j) => ids.includes(universe.instruments[j]!.id))
  })
}

function checkTrade({ names, report }: Pick<BookContext, 'names' | 'report'>, underlying: string, id: string): void {
  const facts = names.instruments.get(id)
  const path = ['trade', underlying]
  const own = [...names.instruments.values()].filter((each) => each.underlying === underlying).map((each) => each.id)
  if (facts === undefined)
    report.add(
      'instrument.unknown',
      path,
      `must be an instrument of ${underlying} (${listed(own)}), was ${id}`,
      guess(id, own, 'add it under instruments'),
    )
  else if (facts.underlying !== null && facts.underlying !== underlying)
    report.add(
      'trade.other-underlying',
      path,
      `must be an instrument of ${underlying} (${listed(own)}), was ${id}, which is ${facts.underlying}`,
      'name an instrument of the same underlying',
    )
  else if (facts.kind === 'option')
    report.add(
      'option.unpriced',
      path,
      `must not be an option yet: options have no pricing here, was ${id}`,
      'trade spot, a perp or a future',
    )
}

/** A policy over the universe's underlyings; null while something of it is missing. */
export function readPolicy(
  context: WidthContext & TiltContext & GuardContext,
  text: PolicyDraft,
  path: Path,
): Policy | null {
  const guard = readGuard(context, text, path)
  const policy = readRule(context, text, path)
  return policy === null ? null : { ...policy, ...guard }
}

/** The policy without its guard. */
function readRule(context: WidthContext & TiltContext, text: PolicyDraft, path: Path): Policy | null {
  const { report } = context
  switch (text.kind) {
    case undefined:
      return null
    case 'full':
      return { kind: 'full' }
    case 'proportional': {
      if (text.rate === undefined) return null
      const rate = fractionOf(text.rate)
      if (ratioCompare(rate, RATIO_ONE) > 0)
        report.add(
          'policy.range',
          [...path, 'rate'],
          `must be above 0 and at most 1, was ${text.rate}`,
          'write a fraction such as 50%',
        )
      return { kind: 'proportional', rate }
    }
    case 'riskCap':
      return text.trackingErrorMax === undefined
        ? null
        : { kind: 'riskCap', trackingErrorMax: fractionOf(text.trackingErrorMax) }
    case 'costAware':
      return readCostAware(context, text, path)
    case 'band':
      return readBand(context, text, path)
  }
}

/** Exactly one of the three forms of the knob. */
function readCostAware(
  context: TiltContext,
  text: Extract<PolicyDraft, { readonly kind?: 'costAware' | undefined; readonly interval?: unknown }>,
  path: Path,
): Policy | null {
  const { names, report } = context
  const given = ['aversion', 'trackingError', 'width'].filter((key) => key in text)
  if (given.length !== 1) {
    report.add(
      'policy.knob',
      path,
      `must have one of aversion, trackingError and width, was ${given.length === 0 ? 'none' : listed(given)}`,
      'each says the same thing in other words: keep the one you can judge',
    )
    return null
  }
  const knob = readKnob({ names, report }, text, path)
  const tilt = readTilt(context, text, path)
  if (knob === null || text.interval === undefined) return null
  return {
    kind: 'costAware',
    knob,
    intervalMs: accepted(readDuration(text.interval)),
    ...(text.drift === 'held' ? { drift: text.drift } : {}),
    ...(text.lasting === undefined ? {} : { lastingMs: accepted(readDuration(text.lasting)) }),
    ...(tilt === null ? {} : { tilt }),
  }
}

function readKnob(
  { names, report }: Omit<BookContext, 'draft'>,
  {
    aversion,
    trackingError,
    width,
  }: Extract<PolicyDraft, { readonly kind?: 'costAware' | undefined; readonly interval?: unknown }>,
  path: Path,
): Knob | null {
  if (aversion !== undefined)
    return { kind: 'aversion', aversion: reduce(ratioOf(accepted(readNumber(aversion, 'aversion', 'positive')))) }
  if (trackingError !== undefined) return { kind: 'trackingError', trackingError: fractionOf(trackingError) }
  if (width === undefined) return null
  const own = [...names.underlyings].sort(byId)
  for (const name of Object.keys(width)) checkUnderlying({ names, report }, [...path, 'width', name], name)
  const widths = own.map((name) => optional(width[name]))
  if (Object.keys(width).length > 0) return { kind: 'widths', width: widths }
  report.add(
    'policy.width',
    [...path, 'width'],
    `must name an underlying (${listed(own)}), was none`,
    'the others follow from the same aversion',
  )
  return null
}

function readBand(
  context: WidthContext,
  text: Extract<PolicyDraft, { readonly kind?: 'band' | undefined; readonly width?: unknown }>,
  path: Path,
): Policy | null {
  const { report } = context
  const { unit, to, width, floor } = text
  if (unit !== undefined && unit !== 'relative' && 'floor' in text)
    report.add(
      'policy.floor',
      [...path, 'floor'],
      `must only be given with unit relative, was given with ${unit}`,
      'remove it',
    )
  if (unit === 'relative' && !('floor' in text))
    report.add(
      'policy.floor',
      [...path, 'floor'],
      'must be given with unit relative, was missing',
      'write the least |target| a deviation is divided by, such as `floor: 1%`',
    )
  if (unit === undefined || to === undefined || width === undefined) return null
  const place = [...path, 'width']
  if (unit === 'risk') {
    if (typeof width === 'string') return { kind: 'band', unit, width: fractionOf(width), to }
    report.add(
      'policy.width',
      place,
      'must be one number with unit risk, was a map',
      'a risk band is one band on the tracking error of the book: write `width: 7%`',
    )
    return null
  }
  if (unit === 'relative') {
    const least = optional(floor)
    const widths = least === null ? null : readWidths(context, width, { path: place, unit, floor: least })
    return least === null || widths === null ? null : { kind: 'band', unit, width: widths, floor: least, to }
  }
  const widths = readWidths(context, width, { path: place, unit })
  return widths === null ? null : { kind: 'band', unit, width: widths, to }
}
