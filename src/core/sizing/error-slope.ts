/** How the tracking error that trades leave changes with each of them: Σ(d + z)/√((d + z)'Σ(d + z)), d = held − target. */
import { targetOf } from './aim.ts'
import { slopeRisk } from './limit-risk.ts'
import { reachedBy } from './limits.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** @param traded weight per instrument @returns the slope in each of them; null where no tracking error is left */
export type ErrorSlope = (traded: Float64Array) => Float64Array | null

/** Tracking errors below this are the noise of float64 sums, and have no slope. */
const NOISE = 1e-9

export function errorSlopeOf({ mandate, risk }: PlanInputs, held: Valued): ErrorSlope {
  const { universe } = mandate
  const target = targetOf(mandate)
  const deviation = held.weight.map((weight, u) => weight - target[u]!)
  const term = { kind: 'norm', matrix: risk.covariance, point: deviation, multiple: 1 } as const
  return (traded) => {
    const left = reachedBy(universe, deviation, traded)
    const slope = slopeRisk(term, left)
    const error = slope.reduce((sum, each, u) => sum + each * left[u]!, 0)
    return error > NOISE ? Float64Array.from(traded, (_, j) => slope[universe.underlyingOf[j]!]!) : null
  }
}
