/**
 * Targets over time: what an index or a committee said at each of its dates, known only from a stated lag on. A date says
 * all of its members; who is no longer among them has target 0. Weights are stated, or made from market capitalisations
 * (`sizing/targets/index-weights.ts`) for the largest of each date. What is not traded here stays in cash or is spread over
 * the others, as somebody says.
 */
import type { Decimal } from '../base/decimal.ts'
import { formatInstantShort } from '../base/format.ts'
import type { Instant } from '../base/instant.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioToNumber,
  reduce,
} from '../base/ratio.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
import { byId } from '../domain/universe.ts'
import { percent } from '../sizing/explain-percent.ts'
import type { Target } from '../sizing/mandate.ts'
import { type IndexTerms, indexWeights } from '../sizing/targets/index-weights.ts'

/** A member at a date: its weight, or its market capitalisation. */
export interface Member {
  readonly name: string
  readonly value: Decimal
}

export interface Membership {
  /** By date; each has all of its members, by name. */
  readonly dates: readonly { readonly at: Instant; readonly members: readonly Member[] }[]
  readonly lagMs: number
  readonly weighting: Weighting
  /** Where the weight of members goes that are not traded here. */
  readonly untraded: 'cash' | 'spread'
}

export type Weighting =
  | { readonly kind: 'stated' }
  | (IndexTerms & {
      readonly kind: 'capitalisation' | 'equal'
      readonly top: number
    })

/** The date that is known at `asOf`, null where none is. */
export function datesKnown({ dates, lagMs }: Membership, asOf: Instant): Membership['dates'][number] | null {
  return dates.findLast(({ at }) => at + lagMs <= asOf) ?? null
}

/** Everybody who has been a member by `asOf`, from the date that is known at `since` on. */
export function membersSince(membership: Membership, since: Instant, asOf: Instant): ReadonlySet<string> {
  const { dates, lagMs, weighting } = membership
  const first = datesKnown(membership, since)?.at ?? Number.NEGATIVE_INFINITY
  const known = dates.filter(({ at }) => at >= first && at + lagMs <= asOf)
  return new Set(
    known.flatMap(({ members }) =>
      (weighting.kind === 'stated' ? members : largest(members, weighting)).map(({ name }) => name),
    ),
  )
}

/** The target over the underlyings of a universe at `asOf`. Codes: members.none, members.untraded, target.bounds-total. */
export function membershipTarget(
  membership: Membership,
  underlyings: readonly string[],
  asOf: Instant,
): Result<Target> {
  const date = datesKnown(membership, asOf)
  if (date === null)
    return refuse(
      'members.none',
      'backtest.members.file',
      `members must be known at ${formatInstantShort(asOf)}, was none`,
      'use a history of members that begins earlier, or begin later',
    )
  const { weighting, untraded } = membership
  const members = weighting.kind === 'stated' ? date.members : largest(date.members, weighting)
  const traded = members.filter(({ name }) => underlyings.includes(name))
  if (traded.length === 0)
    return refuse(
      'members.untraded',
      'backtest.members',
      `a member must be traded at ${formatInstantShort(asOf)}, was none of ${members.length}`,
      'add instruments for them, or begin when they have a history',
    )
  const all = weightsOf(members, weighting)
  if (!all.ok) return all
  const named = new Map(members.map(({ name }, i) => [name, all.value[i]!]))
  const kept = traded.map(({ name }) => named.get(name)!)
  const spread = untraded === 'spread' && traded.length < members.length
  const final = spread ? spreadOver(traded, { weighting, kept, all: all.value }) : succeed(kept)
  if (!final.ok) return final
  const weight = underlyings.map(() => RATIO_ZERO)
  traded.forEach(({ name }, i) => {
    weight[underlyings.indexOf(name)] = final.value[i]!
  })
  const since = `Members of ${formatInstantShort(date.at)}`
  return succeed({
    weight,
    notes: [
      `${since}: ${traded.map(({ name }) => name).join(', ')}.`,
      ...untradedNote(members, { traded, named, untraded }),
    ],
  })
}

/** By size, ties by name. */
const largest = (members: readonly Member[], { top }: Extract<Weighting, { readonly top: number }>): Member[] =>
  [...members].sort((a, b) => (a.value > b.value ? -1 : a.value < b.value ? 1 : byId(a.name, b.name))).slice(0, top)

const sumOf = (weights: readonly Ratio[]): Ratio =>
  weights.reduce((sum, each) => reduce(ratioAdd(sum, each)), RATIO_ZERO)

function weightsOf(members: readonly Member[], weighting: Weighting): Result<Ratio[]> {
  if (weighting.kind === 'stated') return succeed(members.map(({ value }) => reduce(ratioOf(value))))
  const size = members.map(({ value }) => (weighting.kind === 'equal' ? { n: 1n, d: 1n } : reduce(ratioOf(value))))
  return indexWeights(size, weighting)
}

function spreadOver(
  traded: readonly Member[],
  {
    weighting,
    kept,
    all,
  }: { readonly weighting: Weighting; readonly kept: readonly Ratio[]; readonly all: readonly Ratio[] },
): Result<Ratio[]> {
  if (weighting.kind !== 'stated') return weightsOf(traded, weighting)
  const scale = ratioDivide(sumOf(all), sumOf(kept))
  return succeed(kept.map((weight) => reduce(ratioMultiply(weight, scale))))
}

function untradedNote(
  members: readonly Member[],
  {
    traded,
    named,
    untraded,
  }: {
    readonly traded: readonly Member[]
    readonly named: ReadonlyMap<string, Ratio>
    readonly untraded: 'cash' | 'spread'
  },
): string[] {
  const absent = members.filter((each) => !traded.includes(each))
  if (absent.length === 0) return []
  const share = percent(ratioToNumber(sumOf(absent.map(({ name }) => named.get(name)!))))
  const where = untraded === 'cash' ? 'stay in cash' : 'are spread over the others'
  return [
    `${absent.map(({ name }) => name).join(', ')} ${absent.length === 1 ? 'is' : 'are'} not traded yet or not listed: their ${share} ${where}.`,
  ]
}
