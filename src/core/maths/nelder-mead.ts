/**
 * The simplex method of Nelder and Mead (The Computer Journal 7, 1965) for a handful of unknowns without derivatives, with
 * the rules of Lagarias, Reeds, Wright and Wright (SIAM Journal on Optimization 9, 1998): reflection 1, expansion 2,
 * contraction ½, shrinkage ½; equal values keep their age, so the walk is the same everywhere. A simplex can die on a
 * slope, so the search starts again from what it found until that gains nothing. Values that are not finite count as +∞. The walk is a
 * generator, so that values can be computed elsewhere; points that do not wait for each other come together.
 */
import { assert } from '../base/result.ts'

export interface SimplexSearch {
  readonly start: Float64Array
  /** Edge of the first simplex along each axis, > 0. */
  readonly step: number
  /** The search ends where values and corners of the simplex are this near to each other. */
  readonly tolerance: number
  readonly evaluationsMax: number
}

export interface SimplexMinimum {
  readonly x: Float64Array
  readonly value: number
  readonly evaluations: number
  /** False where evaluationsMax ended the search. */
  readonly converged: boolean
}

interface Corner {
  readonly x: Float64Array
  readonly value: number
}

/** Yields points whose values it must be told, in their order. */
type Walk<Found> = Generator<readonly Float64Array[], Found, Float64Array>

/** A local minimum of f near the start. */
export function minimiseSimplex(f: (x: Float64Array) => number, search: SimplexSearch): SimplexMinimum {
  const steps = searchSimplex(search)
  let step = steps.next()
  while (step.done !== true) step = steps.next(Float64Array.from(step.value, f))
  return step.value
}

/** The same, asked and told: yields points, receives their values in that order, returns the minimum. */
export function* searchSimplex(search: SimplexSearch): Walk<SimplexMinimum> {
  const { start, step, tolerance, evaluationsMax } = search
  assert(start.length > 0 && step > 0 && tolerance > 0, 'a simplex needs an unknown, a step and a tolerance above 0')
  let evaluations = 0
  function* evaluate(points: readonly Float64Array[]): Walk<Corner[]> {
    evaluations += points.length
    const values = yield points
    assert(values.length === points.length, `must be told ${points.length} values, was ${values.length}`)
    return points.map((x, k) => ({ x, value: Number.isFinite(values[k]) ? values[k]! : Number.POSITIVE_INFINITY }))
  }
  let best = (yield* evaluate([start.slice()]))[0]!
  for (;;) {
    const before = best.value
    const middle = best.x
    const around = Array.from(middle, (_, k) => middle.map((value, at) => (at === k ? value + step : value)))
    const corners = [best, ...(yield* evaluate(around))]
    let settled = false
    for (;;) {
      // The sort is stable: of equal corners the older stays in front.
      corners.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value))
      settled = isSettled(corners, tolerance)
      if (settled || evaluations >= evaluationsMax) break
      yield* moveWorst(corners, evaluate)
    }
    best = corners[0]!
    const gained = before - best.value > tolerance * (1 + Math.abs(best.value))
    if (settled && !gained) return { x: best.x, value: best.value, evaluations, converged: true }
    if (!settled) return { x: best.x, value: best.value, evaluations, converged: false }
  }
}

function isSettled(corners: readonly Corner[], tolerance: number): boolean {
  const [first, last] = [corners[0]!, corners.at(-1)!]
  if (!(last.value - first.value <= tolerance * (1 + Math.abs(first.value)))) return false
  // Values may agree across a valley: its corners must have come together too, at the square root's scale.
  const near = Math.sqrt(tolerance)
  return corners.every(({ x }) => x.every((value, k) => Math.abs(value - first.x[k]!) <= near * (1 + Math.abs(value))))
}

/** One iteration on corners in order of value. */
function* moveWorst(corners: Corner[], evaluate: (points: readonly Float64Array[]) => Walk<Corner[]>): Walk<void> {
  const n = corners.length - 1
  const [first, second, worst] = [corners[0]!, corners[n - 1]!, corners[n]!]
  const centre = new Float64Array(n)
  for (let k = 0; k < n; k++) for (let c = 0; c < n; c++) centre[k]! += corners[c]!.x[k]! / n
  function* along(way: number): Walk<Corner> {
    return (yield* evaluate([centre.map((middle, k) => middle + way * (worst.x[k]! - middle))]))[0]!
  }
  const reflected = yield* along(-1)
  if (reflected.value < first.value) {
    const expanded = yield* along(-2)
    corners[n] = expanded.value < reflected.value ? expanded : reflected
    return
  }
  if (reflected.value < second.value) {
    corners[n] = reflected
    return
  }
  const contracted = yield* along(reflected.value < worst.value ? -0.5 : 0.5)
  if (contracted.value < Math.min(reflected.value, worst.value)) {
    corners[n] = contracted
    return
  }
  const towards = corners.slice(1).map(({ x }) => x.map((value, k) => (value + first.x[k]!) / 2))
  corners.splice(1, n, ...(yield* evaluate(towards)))
}
