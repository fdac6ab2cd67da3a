/**
 * Frontiers and how sure they are. Weeks of 168 hours are drawn with replacement, the same weeks for every rule, and tracking
 * error and cost are taken anew from the hours drawn (a block bootstrap: Künsch, Annals of Statistics 17, 1989): an interval
 * holds 95 % of what that gives. Ratios are taken draw by draw, so that what the weeks have in common cancels.
 */
import { makeRandom } from '../../src/core/base/random.ts'
import { quantileOfSorted } from '../../src/core/maths/quantile.ts'
import { HOURS_PER_YEAR, type Point, type Replay } from './replay.ts'

const WEEK = 168

/** A replay by week, in order; the last may be short. */
export type Weeks = readonly {
  readonly hours: number
  readonly sum: number
  readonly squares: number
  readonly paid: number
}[]

export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** A rule's points, each as measured and then once per draw. */
export type Draws = readonly (readonly Point[])[]

export function sumWeeks({ active, paid }: Replay): Weeks {
  return Array.from({ length: Math.ceil(active.length / WEEK) }, (_, k) => {
    const week = active.subarray(k * WEEK, (k + 1) * WEEK)
    return {
      hours: week.length,
      sum: week.reduce((total, a) => total + a, 0),
      squares: week.reduce((total, a) => total + a * a, 0),
      paid: paid.subarray(k * WEEK, (k + 1) * WEEK).reduce((total, c) => total + c, 0),
    }
  })
}

/** How often each week is drawn: first every week once, which is history itself, then the draws. */
export function drawWeeks(weeks: number, draws: number, seed: number): Uint16Array[] {
  const random = makeRandom(seed)
  const drawn = Array.from({ length: draws }, () => {
    const times = new Uint16Array(weeks)
    for (let k = 0; k < weeks; k++) times[random.integer(weeks)]! += 1
    return times
  })
  return [new Uint16Array(weeks).fill(1), ...drawn]
}

/** Tracking error and cost of the weeks drawn. */
export function pointOf(weeks: Weeks, times: Uint16Array): Point {
  let [hours, sum, squares, paid] = [0, 0, 0, 0]
  for (let k = 0; k < weeks.length; k++) {
    const week = weeks[k]!
    const count = times[k]!
    hours += count * week.hours
    sum += count * week.sum
    squares += count * week.squares
    paid += count * week.paid
  }
  const variance = squares / hours - (sum / hours) ** 2
  return {
    trackingError: Math.sqrt(HOURS_PER_YEAR * Math.max(0, variance)),
    cost: (paid * HOURS_PER_YEAR) / hours,
  }
}

/** Cost of a frontier at a tracking error, between its points on log scales; null outside them, or beside one that never traded. */
export function costAt(points: readonly Point[], trackingError: number): number | null {
  const sorted = [...points].sort((a, b) => a.trackingError - b.trackingError)
  const right = sorted.findIndex((each) => each.trackingError >= trackingError)
  const [a, b] = [sorted[right - 1], sorted[right]]
  if (a === undefined || b === undefined || a.cost === 0 || b.cost === 0) return null
  const share = Math.log(trackingError / a.trackingError) / Math.log(b.trackingError / a.trackingError)
  return Math.exp(Math.log(a.cost) + share * Math.log(b.cost / a.cost))
}

/** The first value with the middle 95 % of the others; null where one of them is. History comes first, draws after it. */
export function estimate(values: readonly (number | null)[]): Estimate | null {
  const known = values.filter((value) => value !== null)
  const [value, ...drawn] = known
  if (value === undefined || known.length < values.length) return null
  drawn.sort((a, b) => a - b)
  return { value, low: quantileOfSorted(drawn, 0.025), high: quantileOfSorted(drawn, 0.975) }
}

/** Null where one is unknown or nothing was paid. */
const divide = (a: number | null, b: number | null): number | null =>
  a === null || b === null || b === 0 ? null : a / b

/** Yearly cost at a tracking error. */
export const costOf = (rule: Draws, trackingError: number): Estimate | null =>
  estimate(rule.map((points) => costAt(points, trackingError)))

/** Cost of ours in that of theirs, at equal tracking error. */
export const ratioOf = (ours: Draws, theirs: Draws, trackingError: number): Estimate | null =>
  estimate(ours.map((points, draw) => divide(costAt(points, trackingError), costAt(theirs[draw]!, trackingError))))

/** The same at one point of theirs, whose own tracking error and cost differ from draw to draw. */
export const ratioAt = (ours: Draws, theirs: Draws, point: number): Estimate | null =>
  estimate(
    ours.map((points, draw) => {
      const { trackingError, cost } = theirs[draw]![point]!
      return divide(costAt(points, trackingError), cost)
    }),
  )
