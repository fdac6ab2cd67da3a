/**
 * The exact weights somebody wrote down for an underlying: its target, the edges of its band, its limits, zero. Where
 * float64 mathematics ends a trade on the image of one of them, the quantizer uses the exact ratio instead.
 */
import {
  RATIO_ZERO,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioSubtract,
  ratioToNumber,
} from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import type { Mandate, Policy } from './mandate.ts'

export interface Anchor {
  readonly exact: Ratio
  readonly image: number
}

/** A mandate never changes, so its weights are listed once and kept for as long as it is. */
const anchorsKept = new WeakMap<Mandate, readonly (readonly Anchor[])[]>()

export function anchorsOf(mandate: Mandate, u: number): readonly Anchor[] {
  const kept = anchorsKept.get(mandate)
  if (kept !== undefined) return kept[u]!
  const anchors = mandate.universe.underlyings.map((_, v) =>
    listAnchors(mandate, v).map((exact) => ({ exact, image: ratioToNumber(exact) })),
  )
  anchorsKept.set(mandate, anchors)
  return anchors[u]!
}

function listAnchors({ target, policy, constraints }: Mandate, u: number): readonly Ratio[] {
  const aim = target.weight[u]!
  const anchors = [aim, RATIO_ZERO]
  const width = policy.kind === 'band' ? halfWidth(policy, aim, u) : null
  if (width !== null) anchors.push(ratioAdd(aim, width), ratioSubtract(aim, width))
  for (const limit of [constraints.weightMin[u], constraints.weightMax[u]])
    if (limit !== null && limit !== undefined) anchors.push(limit.value)
  return anchors
}

/** Half-width of an underlying's band in weight; null where it is no exact weight. */
function halfWidth(policy: Extract<Policy, { kind: 'band' }>, aim: Ratio, u: number): Ratio | null {
  switch (policy.unit) {
    case 'weight':
      return policy.width[u]!
    case 'relative': {
      const magnitude = ratioAbsolute(aim)
      return ratioMultiply(policy.width[u]!, ratioCompare(magnitude, policy.floor) < 0 ? policy.floor : magnitude)
    }
    case 'volatility':
    case 'risk':
      return null
    default:
      return assertNever(policy)
  }
}
