/**
 * What looking ahead saves: cost with and without at equal tracking error, with bootstrap intervals over the same weeks. As a
 * ratio where costs are above 0 (on log scales), and as a difference where payments may turn them (between points on a line).
 */
import { type Draws, drawWeeks, type Estimate, estimate, pointOf, ratioOf, type Weeks } from '../frontier/interval.ts'
import type { Point } from '../frontier/replay.ts'
import { type Replayed, type Rule, replay, type Scene } from './replay.ts'

const WEEK_HOURS = 168
const ERRORS = [0.01, 0.02, 0.03]
const AVERSIONS = Array.from({ length: 10 }, (_, k) => 10 ** (k / 2 - 2.5))
const [DRAWS, SEED] = [1_000, 1]

export interface Variant {
  readonly name: string
  readonly rule: (aversion: number, n: number) => Rule
}

/** ratio: cost in % of that of the plain rule. difference: cost above that of the plain rule in bp of equity a year. */
export type Measure = 'ratio' | 'difference'

/** A line per variant: what it costs against the plain rule at each tracking error, with its interval. */
export function compareRules(
  scene: Scene,
  {
    plain,
    variants,
    measure,
  }: { readonly plain: Variant; readonly variants: readonly Variant[]; readonly measure: Measure },
): string[] {
  const n = scene.names.length
  const replays = ({ rule }: Variant): Weeks[] =>
    AVERSIONS.map((aversion) => sumWeeks(replay(scene, rule(aversion, n)), scene.step))
  const base = replays(plain)
  const times = drawWeeks(base[0]!.length, DRAWS, SEED)
  const draw = (weeks: readonly Weeks[]): Draws => times.map((drawn) => weeks.map((each) => pointOf(each, drawn)))
  const ofPlain = draw(base)
  return variants.map((variant) => {
    const own = draw(replays(variant))
    const cells = ERRORS.map((error) =>
      measure === 'ratio' ? showRatio(ratioOf(own, ofPlain, error)) : showDifference(differenceOf(own, ofPlain, error)),
    )
    return `  ${variant.name.padEnd(22)}${cells.map((text) => text.padStart(22)).join('')}`
  })
}

export const heading = (): string =>
  `  ${''.padEnd(22)}${ERRORS.map((error) => `at ${100 * error} %`.padStart(22)).join('')}`

const showDifference = (difference: Estimate | null): string =>
  difference === null ? '-' : `${bp(difference.value)} (${bp(difference.low)} to ${bp(difference.high)})`
const bp = (fraction: number): string => (1e4 * fraction).toFixed(1)

/** Cost of one above that of the other at equal tracking error, draw by draw. */
const differenceOf = (ours: Draws, theirs: Draws, trackingError: number): Estimate | null =>
  estimate(
    ours.map((points, draw) => {
      const [own, other] = [points, theirs[draw]!].map((each) => lineAt(each, trackingError))
      return own === null || own === undefined || other === null || other === undefined ? null : own - other
    }),
  )

/** Cost at a tracking error between the first two points around it; null outside all of them. */
function lineAt(points: readonly Point[], trackingError: number): number | null {
  const sorted = [...points].sort((a, b) => a.trackingError - b.trackingError)
  const right = sorted.findIndex((each) => each.trackingError >= trackingError)
  const [a, b] = [sorted[right - 1], sorted[right]]
  if (a === undefined || b === undefined) return null
  const share = (trackingError - a.trackingError) / (b.trackingError - a.trackingError)
  return a.cost + share * (b.cost - a.cost)
}

const showRatio = (ratio: Estimate | null): string =>
  ratio === null
    ? '-'
    : `${(100 * ratio.value).toFixed(1)} (${(100 * ratio.low).toFixed(0)}-${(100 * ratio.high).toFixed(0)})`

/** Sums by week as if every bar were an hour: a factor that all rules share. */
function sumWeeks({ active, paid }: Replayed, step: number): Weeks {
  const bars = WEEK_HOURS / step
  const root = 1 / Math.sqrt(step)
  return Array.from({ length: Math.ceil(active.length / bars) }, (_, k) => {
    const week = active.subarray(k * bars, (k + 1) * bars).map((a) => a * root)
    return {
      hours: week.length,
      sum: week.reduce((total, a) => total + a, 0),
      squares: week.reduce((total, a) => total + a * a, 0),
      paid: paid.subarray(k * bars, (k + 1) * bars).reduce((total, c) => total + c / step, 0),
    }
  })
}
