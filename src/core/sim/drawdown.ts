/** Falls of wealth below its highest point so far: depth 1 − W/max W ≥ 0, how long the deepest took to fall and to recover. */

export interface Drawdown {
  /** The deepest, a fraction of the peak. */
  readonly depth: number
  /** Points of the series; `recovery` is null where the peak was not reached again. */
  readonly peak: number
  readonly trough: number
  readonly recovery: number | null
  /** Most steps from a peak until it was reached again, or to the end. */
  readonly longest: number
  /** Share of the steps that ended below a peak. */
  readonly share: number
}

/** Depth at every point. @param wealth > 0 */
export function drawdownsOf(wealth: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY
  return wealth.map((each) => {
    highest = Math.max(highest, each)
    return 1 - each / highest
  })
}

/** @param wealth > 0, at least one point */
export function worstDrawdown(wealth: Float64Array): Drawdown {
  const depths = drawdownsOf(wealth)
  let [depth, peak, trough, last, longest, below] = [0, 0, 0, 0, 0, 0]
  depths.forEach((each, at) => {
    longest = Math.max(longest, at - last)
    if (each === 0) last = at
    else below++
    if (each > depth) [depth, peak, trough] = [each, last, at]
  })
  const recovery = depths.findIndex((each, at) => at > trough && each === 0)
  return {
    depth,
    peak,
    trough,
    recovery: depth === 0 ? peak : recovery < 0 ? null : recovery,
    longest: below === 0 ? 0 : longest,
    share: wealth.length < 2 ? 0 : below / (wealth.length - 1),
  }
}
