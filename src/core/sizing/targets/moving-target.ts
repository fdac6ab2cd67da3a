/**
 * Targets that move, and band widths made from them; exact, because the quantizer compares exactly.
 *
 * Glide path: w(t) = from + (to − from)·(t − start)/(end − start), `from` before the start and `to` from the end on.
 * Hybrid width (the 5/25 rule of rebalancing): max(relative·|target|, least), for example 20 % of the target but at least one point.
 * Group widths: each asset has the width of its group.
 */
import type { Instant } from '../../base/instant.ts'
import {
  type Ratio,
  ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioSubtract,
  reduce,
} from '../../base/ratio.ts'
import { assert, type Issue, quoted, type Result, refuse, succeed } from '../../base/result.ts'

export interface GlidePath {
  /** Weight per underlying. */
  readonly from: readonly Ratio[]
  readonly to: readonly Ratio[]
  readonly start: Instant
  readonly end: Instant
}

/** The target at an instant. Sums to what `from` and `to` sum to. Code: target.glide */
export function glidePathWeights({ from, to, start, end }: GlidePath, asOf: Instant): Result<Ratio[]> {
  assert(from.length === to.length, 'a glide path goes between two targets of the same assets')
  if (!(end > start))
    return refuse(
      'target.glide',
      'targets.glide',
      `a glide path must end after it starts, was ${end - start} ms long`,
      'state the end after the start',
    )
  const way = Math.min(Math.max(asOf, start), end) - start
  const share = ratio(BigInt(way), BigInt(end - start))
  return succeed(from.map((first, i) => reduce(ratioAdd(first, ratioMultiply(share, ratioSubtract(to[i]!, first))))))
}

/** max(relative·|target|, least) per underlying. Both ≥ 0; code: target.width */
export function hybridWidths(
  target: readonly Ratio[],
  { relative, least }: { readonly relative: Ratio; readonly least: Ratio },
): Result<Ratio[]> {
  if (relative.n < 0n || least.n < 0n)
    return refuse(
      'target.width',
      'policy.width',
      'the parts of a width must be 0 or more, was one below 0',
      'state them as fractions such as 20 % and 1 %',
    )
  return succeed(
    target.map((weight) => {
      const part = ratioMultiply(relative, ratioAbsolute(weight))
      return ratioCompare(part, least) >= 0 ? part : least
    }),
  )
}

/** The width of each asset's group. Codes: target.no-group, target.no-width; each names the asset or the group. */
export function groupWidths(groups: {
  readonly names: readonly string[]
  /** Group by asset. */
  readonly groupOf: ReadonlyMap<string, string>
  /** Width by group. */
  readonly width: ReadonlyMap<string, Ratio>
}): Result<Ratio[]> {
  const issues: Issue[] = []
  const widths: Ratio[] = []
  const bare = new Set<string>()
  for (const name of groups.names) {
    const group = groups.groupOf.get(name)
    const width = group === undefined ? undefined : groups.width.get(group)
    if (width !== undefined && width.n >= 0n) widths.push(width)
    else if (group === undefined)
      issues.push({
        code: 'target.no-group',
        path: `policy.groups.${name}`,
        message: `${name} must be in a group, was in none`,
        hint: `put it in one of ${[...groups.width.keys()].sort().join(', ')}`,
      })
    else if (!bare.has(group)) {
      bare.add(group)
      issues.push({
        code: 'target.no-width',
        path: `policy.width.${group}`,
        message: `the group ${quoted(group)} must have a width of 0 or more, was ${width === undefined ? 'without one' : 'below 0'}`,
        hint: 'state the width of the band of its members',
      })
    }
  }
  return issues.length > 0 ? { ok: false, error: issues } : succeed(widths)
}
