/**
 * Targets that are computed from the book's forecast (`core/sizing/targets`): the set, its budgets and bounds as they are
 * written, the computation, and exact weights that sum to exactly the total. Underlyings outside the set have stated weights.
 */
import { RATIO_ONE, RATIO_ZERO, type Ratio, ratioAdd, ratioCompare, ratioToNumber } from '../core/base/ratio.ts'
import { assertNever, type Issue } from '../core/base/result.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { byId } from '../core/domain/universe.ts'
import { percent } from '../core/sizing/explain-percent.ts'
import type { Target } from '../core/sizing/mandate.ts'
import { type ExactBounds, exactWeights } from '../core/sizing/targets/exact-weights.ts'
import { type RiskTarget, riskTargetWeights } from '../core/sizing/targets/risk-target.ts'
import { type BookContext, checkUnderlying } from './book-names.ts'
import { fractionOf } from './scalar.ts'
import type { DraftOf } from './shape.ts'
import type { targetsShape } from './target-shape.ts'

export type ComputedDraft = DraftOf<(typeof targetsShape)['marked']>
type BoundsDraft = Extract<ComputedDraft, { readonly min?: unknown }>['min']

/** The underlyings the weights are computed for, as they are written. */
export const namesOfSet = (text: ComputedDraft): string[] =>
  'budgets' in text
    ? Object.keys(text.budgets ?? {})
    : (('of' in text ? text.of : undefined) ?? []).filter((name) => name !== undefined)

/** The set in order of id, with what is written about each. */
interface Stated {
  readonly kind: NonNullable<ComputedDraft['kind']>
  readonly names: readonly string[]
  /** Index of each among the underlyings of the book. */
  readonly at: readonly number[]
  readonly total: Ratio
  /** null: equal, or none */
  readonly budget: readonly Ratio[] | null
  readonly bounds: ExactBounds | null
}

/** The target over the underlyings in order of id, or null and the issues that say why there is none. */
export function computedTarget(context: BookContext, text: ComputedDraft, risk: RiskModel | null): Target | null {
  const before = context.report.issues.length
  const underlyings = [...context.names.underlyings].sort(byId)
  const others = readOthers(context, text)
  const stated = readStated(context, text, underlyings)
  if (stated === null || risk === null || context.report.issues.length > before) return null
  const n = stated.names.length
  const covariance = new Float64Array(n * n)
  stated.at.forEach((row, i) => {
    stated.at.forEach((column, j) => {
      covariance[i * n + j] = risk.covariance[row * underlyings.length + column]!
    })
  })
  const total = ratioToNumber(stated.total)
  const computed = riskTargetWeights({ names: stated.names, covariance, total }, riskTargetOf(stated))
  if (!computed.ok) {
    for (const issue of computed.error) context.report.addIssue(inBook(issue))
    return null
  }
  const open = stated.names.map(() => null)
  const exact = exactWeights(
    computed.value.weight,
    stated.total,
    stated.bounds ?? { lower: stated.names.map(() => RATIO_ZERO), upper: open },
  )
  const weight = underlyings.map((name) => others.get(name) ?? RATIO_ZERO)
  stated.at.forEach((u, i) => {
    weight[u] = exact[i]!
  })
  return { weight, notes: [noteOf(stated, 'glide' in text), ...heldNotes(stated, exact)] }
}

function readOthers({ names, report }: BookContext, text: ComputedDraft): ReadonlyMap<string, Ratio> {
  const others = new Map<string, Ratio>()
  const set = namesOfSet(text)
  for (const [name, weight] of Object.entries(text.others ?? {})) {
    const path = ['targets', 'others', name]
    checkUnderlying({ names, report }, path, name)
    if (set.includes(name))
      report.add('target.twice', path, `must not be in the set as well, was ${name}`, 'keep it in one of the two')
    if (weight !== undefined) others.set(name, fractionOf(weight))
  }
  return others
}

function readStated(context: BookContext, text: ComputedDraft, underlyings: readonly string[]): Stated | null {
  const { names: known, report } = context
  const budgeted = 'budgets' in text
  const set = namesOfSet(text)
  set.forEach((name, index) => {
    const path = budgeted ? ['targets', 'budgets', name] : ['targets', 'of', index]
    checkUnderlying({ names: known, report }, path, name)
    if (set.indexOf(name) < index)
      report.add('target.twice', path, `must be listed once, was ${name} twice`, 'remove one of the two')
  })
  const names = [...new Set(set)].filter((name) => underlyings.includes(name)).sort(byId)
  const budget = budgeted ? readBudgets(context, text.budgets ?? {}, names) : null
  const bounds = 'min' in text || 'max' in text ? readBounds(context, text, names) : defaultBounds(text, names)
  if (text.kind === undefined || text.total === undefined || !isWhole(text)) return null
  const at = names.map((name) => underlyings.indexOf(name))
  const stated = { kind: text.kind, names, at, total: fractionOf(text.total), budget, bounds }
  if (bounds !== null && names.length > 0) checkRoom(context, stated, bounds)
  return stated
}

/** Whether the shape refused nothing of it: what is left would answer another question. */
const isWhole = (text: unknown): boolean =>
  typeof text === 'object' && text !== null ? Object.values(text).every(isWhole) : text !== undefined

function readBudgets(
  { report }: BookContext,
  text: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Ratio[] {
  const budget = names.map((name) => (text[name] === undefined ? RATIO_ZERO : fractionOf(text[name])))
  const sum = budget.reduce(ratioAdd, RATIO_ZERO)
  if (isWhole(text) && names.length === Object.keys(text).length && ratioCompare(sum, RATIO_ONE) !== 0)
    report.add(
      'target.budgets-total',
      ['targets', 'budgets'],
      `the budgets must sum to 100 %, was ${percent(ratioToNumber(sum))}`,
      'they are shares of the whole risk of the set',
    )
  return budget
}

/** Weights of 0 and more where nothing else is said. */
const defaultBounds = ({ kind }: ComputedDraft, names: readonly string[]): ExactBounds | null =>
  kind === 'minimumVariance' || kind === 'maximumDiversification'
    ? { lower: names.map(() => RATIO_ZERO), upper: names.map(() => null) }
    : null

function readBounds(
  context: BookContext,
  text: { readonly min?: BoundsDraft; readonly max?: BoundsDraft },
  names: readonly string[],
): ExactBounds {
  return {
    lower: readBound(context, { text: text.min, key: 'min', otherwise: RATIO_ZERO }, names),
    upper: readBound(context, { text: text.max, key: 'max', otherwise: null }, names),
  }
}

function readBound(
  { names: known, report }: BookContext,
  { text, key, otherwise }: { readonly text: BoundsDraft; readonly key: string; readonly otherwise: Ratio | null },
  names: readonly string[],
): (Ratio | null)[] {
  if (text === undefined) return names.map(() => otherwise)
  if (typeof text === 'string') return names.map(() => fractionOf(text))
  for (const name of Object.keys(text)) {
    checkUnderlying({ names: known, report }, ['targets', key, name], name)
    if (known.underlyings.has(name) && !names.includes(name))
      report.add(
        'target.outside-set',
        ['targets', key, name],
        `must be one of those the weights are computed for, was ${name}`,
        'add it to the set, or write its weight under targets.others',
      )
  }
  return names.map((name) => (text[name] === undefined ? otherwise : fractionOf(text[name])))
}

/** Exactly, so that weights which sum to exactly the total exist. */
function checkRoom({ report }: BookContext, { total, names }: Stated, { lower, upper }: ExactBounds): void {
  const show = (ratio: Ratio): string => percent(ratioToNumber(ratio))
  names.forEach((name, i) => {
    const [least, most] = [lower[i]!, upper[i]!]
    if (least !== null && most !== null && ratioCompare(least, most) > 0)
      report.add(
        'target.bounds',
        ['targets', 'min', name],
        `the least weight of ${name} must be at most its greatest, was ${show(least)} and ${show(most)}`,
        'swap them or widen one',
      )
  })
  const sum = (bounds: readonly (Ratio | null)[]): Ratio | null =>
    bounds.reduce((whole, bound) => (whole === null || bound === null ? null : ratioAdd(whole, bound)), RATIO_ZERO)
  const [least, most] = [sum(lower), sum(upper)]
  if (least !== null && ratioCompare(least, total) > 0)
    report.add(
      'target.bounds-total',
      ['targets', 'min'],
      `the least weights must sum to at most the total ${show(total)}, was ${show(least)}`,
      'lower some of them or raise the total',
    )
  if (most !== null && ratioCompare(most, total) < 0)
    report.add(
      'target.bounds-total',
      ['targets', 'max'],
      `the greatest weights must sum to at least the total ${show(total)}, was ${show(most)}`,
      'raise some of them or lower the total',
    )
}

function riskTargetOf({ kind, budget, bounds }: Stated): RiskTarget {
  const numbers = (side: readonly (Ratio | null)[], otherwise: number): Float64Array =>
    Float64Array.from(side, (bound) => (bound === null ? otherwise : ratioToNumber(bound)))
  const boxes =
    bounds === null
      ? null
      : {
          lower: numbers(bounds.lower, Number.NEGATIVE_INFINITY),
          upper: numbers(bounds.upper, Number.POSITIVE_INFINITY),
        }
  switch (kind) {
    case 'riskBudget':
      return { kind, budget: Float64Array.from(budget!, ratioToNumber), bounds: boxes }
    case 'riskParity':
      return { kind: 'riskBudget', budget: null, bounds: boxes }
    case 'minimumVariance':
    case 'maximumDiversification':
      return { kind, bounds: boxes! }
    case 'inverseVolatility':
      return { kind }
    case 'hierarchicalRiskParity':
      return { kind: 'hierarchical' }
    default:
      return assertNever(kind)
  }
}

/** Where a book says what core calls otherwise. */
const inBook = (issue: Issue): Issue => ({
  ...issue,
  path: issue.path
    .replace(/^targets\.bounds\.(.+)$/, 'targets.min.$1')
    .replace(/^targets\.bounds$/, 'targets')
    .replace(/^targets\.budget\./, 'targets.budgets.')
    .replace(/^market\.covariance$/, 'market'),
})

const CALLED: Readonly<Record<Stated['kind'], string>> = {
  riskBudget: 'risk budgets',
  riskParity: 'risk parity',
  minimumVariance: 'minimum variance',
  maximumDiversification: 'maximum diversification',
  inverseVolatility: 'inverse volatility',
  hierarchicalRiskParity: 'hierarchical risk parity',
}
/** More names than this are counted. */
const NAMES_MAX = 6

function noteOf({ kind, names, total, budget }: Stated, moving: boolean): string {
  const each = names.map((name, i) => (budget === null ? name : `${name} ${percent(ratioToNumber(budget[i]!))}`))
  const set = names.length > NAMES_MAX ? `${names.length} underlyings` : inWords(each)
  return `The targets ${moving ? 'move to' : 'are'} ${CALLED[kind]} of ${set}, ${percent(ratioToNumber(total))} in all, computed from the forecast.`
}

/** Who is at a bound, so that a reader sees what the mathematics alone would not have said. */
function heldNotes({ names, bounds }: Stated, weight: readonly Ratio[]): string[] {
  if (bounds === null) return []
  const at = (side: readonly (Ratio | null)[]): string[] =>
    names.filter((_, i) => side[i] !== null && ratioCompare(weight[i]!, side[i]!) === 0)
  const [least, most] = [at(bounds.lower), at(bounds.upper)]
  return [
    ...(least.length === 0 ? [] : [`${listOf(least)} at the least weight allowed.`]),
    ...(most.length === 0 ? [] : [`${listOf(most)} at the greatest weight allowed.`]),
  ]
}

const listOf = (names: readonly string[]): string =>
  names.length > NAMES_MAX
    ? `${names.length} underlyings are`
    : `${inWords(names)} ${names.length === 1 ? 'is' : 'are'}`
const inWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
