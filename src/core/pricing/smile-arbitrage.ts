/**
 * Static arbitrage of slices of total variance. Butterfly: the density of the underlying is not negative where Durrleman's
 * g(k) = (1 − k·w′/(2w))² − (w′²/4)(1/w + ¼) + w″/2 is not; far out an SVI slice of tail slope c has g → (4 − c²)/16, so c ≤ 2 is
 * needed (Lee). Calendar: total variance falls nowhere with expiry. Both are looked for on a grid that is dense where a slice bends,
 * then searched for between its points around the least value; beyond the grid the tails decide. Source: Gatheral and Jacquier,
 * Quantitative Finance 14 (2014).
 */
import { bendOfSvi, type RawSvi, slopeOfSvi, totalVarianceAt } from './svi.ts'

/** Where a condition comes nearest to failing, and by how much it holds there. */
export interface Margin {
  readonly k: number
  readonly margin: number
}

export function durrleman(k: number, w: number, slope: number, bend: number): number {
  const skew = 1 - (k * slope) / (2 * w)
  return skew * skew - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * bend
}

const POINTS = 241
/** Beyond |k| = 20 a strike is e²⁰ forwards away. */
const REACH = 20

/** Least g; −∞ where total variance is not above 0. */
export function butterflyMargin(slice: RawSvi): Margin {
  const gAt = (k: number): number => {
    const w = totalVarianceAt(slice, k)
    return w > 0 ? durrleman(k, w, slopeOfSvi(slice, k), bendOfSvi(slice, k)) : Number.NEGATIVE_INFINITY
  }
  const tail = slice.b * (1 + Math.abs(slice.rho))
  const far = { k: slice.rho < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, margin: (4 - tail * tail) / 16 }
  const near = leastOn(gAt, [slice])
  return near.margin <= far.margin ? near : far
}

/** Least w of the later slice less w of the earlier. */
export function calendarMargin(earlier: RawSvi, later: RawSvi): Margin {
  const near = leastOn((k) => totalVarianceAt(later, k) - totalVarianceAt(earlier, k), [earlier, later])
  for (const way of [1, -1]) {
    const slope = later.b * (1 + way * later.rho) - earlier.b * (1 + way * earlier.rho)
    // Rounding of equal tails is no crossing.
    if (slope < -1e-12) return { k: way * Number.POSITIVE_INFINITY, margin: Number.NEGATIVE_INFINITY }
  }
  return near
}

/** The least value on points that are dense around the bends of the slices, then between the neighbours of the least. */
function leastOn(f: (k: number) => number, slices: readonly RawSvi[]): Margin {
  let least = { k: 0, margin: f(0) }
  for (const { m, s } of slices) {
    const end = Math.asinh((REACH + Math.abs(m)) / s)
    const at = (index: number): number => m + s * Math.sinh(end * ((2 * index) / (POINTS - 1) - 1))
    let best = -1
    for (let index = 0; index < POINTS; index++) {
      const margin = f(at(index))
      if (margin < least.margin) {
        least = { k: at(index), margin }
        best = index
      }
    }
    if (best >= 0 && least.margin > Number.NEGATIVE_INFINITY)
      least = sharpen(f, { from: at(best - 1), to: at(best + 1), least })
  }
  return least
}

const GOLDEN = 0.5 * (Math.sqrt(5) - 1)

/** Golden section. */
function sharpen(f: (k: number) => number, { from, to, least }: { from: number; to: number; least: Margin }): Margin {
  let [low, high] = [from, to]
  let [inner, outer] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [atInner, atOuter] = [f(inner), f(outer)]
  for (let step = 0; step < 30; step++) {
    if (atInner < atOuter) {
      ;[high, outer, atOuter] = [outer, inner, atInner]
      inner = high - GOLDEN * (high - low)
      atInner = f(inner)
    } else {
      ;[low, inner, atInner] = [inner, outer, atOuter]
      outer = low + GOLDEN * (high - low)
      atOuter = f(outer)
    }
  }
  const found = atInner < atOuter ? { k: inner, margin: atInner } : { k: outer, margin: atOuter }
  return found.margin < least.margin ? found : least
}
