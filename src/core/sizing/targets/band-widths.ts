/**
 * Widths of bands, per underlying and exact, because the quantizer compares exactly.
 *
 * By name: an underlying has the width stated for it, else that of its group.
 * Hybrid (the 5/25 rule of rebalancing): max(part·|target|, least), for example 20 % of the target but at least one point;
 * as a share of max(|target|, floor) where the band is measured relative to the target.
 */
import { type Ratio, ratioAbsolute, ratioCompare, ratioDivide, ratioMultiply, reduce } from '../../base/ratio.ts'
import type { Issue, Result } from '../../base/result.ts'
import type { Group } from '../../domain/universe.ts'

/** Both ≥ 0. */
export interface HybridWidth {
  readonly part: Ratio
  readonly least: Ratio
}

/** Widths by the name of an underlying or of a group. */
export interface NamedWidths<W> {
  readonly underlyings: readonly string[]
  readonly groups: readonly Group[]
  readonly width: ReadonlyMap<string, W>
}

/** The width of each underlying. Paths are names. Codes: width.missing, width.twice (two of its groups have one). */
export function widthPerUnderlying<W>({ underlyings, groups, width }: NamedWidths<W>): Result<W[]> {
  const issues: Issue[] = []
  const found = underlyings.flatMap((name, u): W[] => {
    const own = width.get(name)
    if (own !== undefined) return [own]
    const [first, second] = groups.filter((group) => group.members.includes(u) && width.has(group.name))
    if (first === undefined)
      issues.push({
        code: 'width.missing',
        path: name,
        message: `${name} must have a width, was missing`,
        hint: 'write one width for all, or one per underlying or group',
      })
    else if (second !== undefined)
      issues.push({
        code: 'width.twice',
        path: name,
        message: `${name} must have one width, was given one by ${first.name} and one by ${second.name}`,
        hint: `write its own: \`${name}: 10%\``,
      })
    return first === undefined || second !== undefined ? [] : [width.get(first.name)!]
  })
  return issues.length > 0 ? { ok: false, error: issues } : { ok: true, value: found }
}

/** max(part·|target|, least), a weight. */
export function hybridWidth({ part, least }: HybridWidth, target: Ratio): Ratio {
  const share = ratioMultiply(part, ratioAbsolute(target))
  return reduce(ratioCompare(share, least) > 0 ? share : least)
}

/** The same band as a share of max(|target|, floor), floor > 0. */
export function hybridWidthOfTarget(width: HybridWidth, target: Ratio, floor: Ratio): Ratio {
  const size = ratioAbsolute(target)
  return reduce(ratioDivide(hybridWidth(width, target), ratioCompare(size, floor) >= 0 ? size : floor))
}
