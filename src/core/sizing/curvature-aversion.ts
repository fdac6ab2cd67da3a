/**
 * One knob in three forms. With proportional cost and Δ → 0, tracking error and widths go with γ^(−1/3), so a tracking
 * error τ means γ = γ₀(TE₀/τ)³ and a width h means γ = γ₀(h⁰/h)³. The decision interval, impact and the longest horizon
 * bend that law, so it gives the first step and a bracketed secant in log γ the rest.
 */
import { type Result, refuse, succeed } from '../base/result.ts'
import { type Curvature, type CurvatureInputs, computeCurvature } from './curvature.ts'

type Sought = Omit<CurvatureInputs, 'aversion'>

const TOLERANCE = 1e-10
const ROUNDS_MAX = 200
/** Aversions outside are no preference of anybody's. */
const LOG_AVERSION_MAX = 30

/**
 * The curvature whose forecast tracking error is the one asked for; its `aversion` is the answer.
 * @param trackingError annual, > 0
 */
export const aversionForTrackingError = (inputs: Sought, trackingError: number): Result<Curvature> =>
  matchAversion(inputs, {
    name: 'tracking error',
    path: 'policy.trackingError',
    wanted: trackingError,
    measure: (curvature) => curvature.forecast.trackingError,
  })

/** The curvature that gives one underlying the half-width asked for, the others at their targets. */
export const aversionForWidth = (
  inputs: Sought,
  { underlying, halfWidth }: { readonly underlying: number; readonly halfWidth: number },
): Result<Curvature> =>
  matchAversion(inputs, {
    name: 'half-width',
    path: 'policy.width',
    wanted: halfWidth,
    measure: (curvature) => curvature.halfWidth[underlying] ?? 0,
  })

/**
 * Several widths that are kept as they are: γ is the geometric mean of the aversions they imply, each alone, and the threshold
 * of each is M_ii h_i in place of a_i, in the decision only. `impliedAversion` says how far they are apart.
 */
export function aversionForWidths(
  inputs: Sought,
  stated: readonly { readonly underlying: number; readonly halfWidth: number }[],
): Result<Curvature> {
  const implied: (number | null)[] = Array.from({ length: inputs.n }, () => null)
  let logs = 0
  for (const each of stated) {
    const alone = aversionForWidth(inputs, each)
    if (!alone.ok) return alone
    implied[each.underlying] = alone.value.aversion
    logs += Math.log(alone.value.aversion)
  }
  const computed = computeCurvature({ ...inputs, aversion: Math.exp(logs / stated.length) })
  if (!computed.ok) return computed
  const curvature = computed.value
  const threshold = curvature.threshold.slice()
  const halfWidth = [...curvature.halfWidth]
  for (const each of stated) {
    threshold[each.underlying] = curvature.matrix[each.underlying * (inputs.n + 1)]! * each.halfWidth
    halfWidth[each.underlying] = each.halfWidth
  }
  return succeed({ ...curvature, threshold, halfWidth, impliedAversion: implied })
}

interface Match {
  readonly name: string
  readonly path: string
  readonly wanted: number
  /** Falls as aversion grows. */
  readonly measure: (curvature: Curvature) => number
}

function matchAversion(inputs: Sought, { name, path, wanted, measure }: Match): Result<Curvature> {
  if (!(wanted > 0 && Number.isFinite(wanted)))
    return refuse('curvature.aim', path, `${name} must be above 0, was ${wanted}`, 'write a fraction such as 1 %')
  let [low, high] = [-LOG_AVERSION_MAX, LOG_AVERSION_MAX]
  let before: { log: number; excess: number } | null = null
  let log = 0
  let reached = 0
  for (let round = 0; round < ROUNDS_MAX && high - low > 1e-13; round++) {
    const computed = computeCurvature({ ...inputs, aversion: Math.exp(log) })
    if (!computed.ok) return computed
    reached = measure(computed.value)
    if (!(reached > 0)) break
    const excess = Math.log(reached / wanted)
    if (Math.abs(excess) <= TOLERANCE) return succeed(computed.value)
    if (excess > 0) low = log
    else high = log
    const slope = before === null || before.log === log ? -1 / 3 : (excess - before.excess) / (log - before.log)
    const next = slope < 0 ? log - excess / slope : Number.NaN
    before = { log, excess }
    log = next > low && next < high ? next : (low + high) / 2
  }
  return refuse(
    'curvature.out-of-reach',
    path,
    `${name} must be one that some risk aversion gives, was ${wanted}; the nearest found was ${reached}`,
    'a book that does not drift, or costs nothing to trade, has one answer only: state the aversion instead',
  )
}
