/**
 * Targets that move along a glide path: w(t) = from + (to − from)·(t − start)/(end − start), `from` before the start and `to`
 * from the end on. Exact, because the quantizer compares exactly.
 */
import type { Instant } from '../../base/instant.ts'
import { type Ratio, ratio, ratioAdd, ratioMultiply, ratioSubtract, reduce } from '../../base/ratio.ts'
import { assert, type Result, refuse, succeed } from '../../base/result.ts'

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
