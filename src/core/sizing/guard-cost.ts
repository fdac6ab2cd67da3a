/**
 * A guard in the program of a decision (`decision.ts`), which stays one convex program: on the side that heals, the first unit
 * of a restrained underlying costs widen·a in place of a, so that its band is widen times as wide there; and its whole trade z
 * pays ½κz² beside, κ = M_uu (1 − slow)/slow, so that alone, and without impact, it trades the part `slow` of the way to the
 * edge: the least of ½M(d + z)² + a|z| + ½κz² is slow·(edge − d). In a book what it leaves is weighed anew with the others.
 */
import { type Curvature, stated } from './curvature.ts'
import { guardOf, restrain } from './guard.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

export interface Resistance {
  /** Per instrument, what its first unit costs beyond its own cost. */
  readonly buy: Float64Array
  readonly sell: Float64Array
  /** κ, per underlying. */
  readonly stiffness: Float64Array
  /** Per underlying, how many times as wide its band is on the side it stands on. */
  readonly widen: Float64Array
}

/** null where nothing is held back. @param listed instruments per underlying that may be traded */
export function resist(
  inputs: PlanInputs,
  held: Valued,
  of: {
    readonly curvature: Curvature
    readonly listed: readonly (readonly number[])[]
    readonly deviation: Float64Array
  },
): Resistance | null {
  if (guardOf(inputs.mandate.policy) === undefined) return null
  const { curvature, listed, deviation } = of
  const restraints = restrain(inputs, held, deviation)
  if (restraints.every((each) => each === null)) return null
  const { proportional } = held.costs
  const first = { buy: new Float64Array(proportional.length), sell: new Float64Array(proportional.length) }
  const stiffness = new Float64Array(deviation.length)
  const widen = new Float64Array(deviation.length).fill(1)
  restraints.forEach((restraint, u) => {
    if (restraint === null) return
    const side = deviation[u]! > 0 ? 'sell' : 'buy'
    for (const j of listed[u]!) first[side][j] = (restraint.widen - 1) * (proportional[j]! + stated(curvature, u))
    stiffness[u] = (curvature.matrix[u * curvature.n + u]! * (1 - restraint.slow)) / restraint.slow
    widen[u] = restraint.widen
  })
  return { ...first, stiffness, widen }
}

interface Risk {
  readonly quadratic: Float64Array
  readonly point: Float64Array
  readonly linear: Float64Array
}

/** ½κz² of each underlying's trade z, the sum of its variables, added to ½(p + t)'Q(p + t) + l't. */
export function stiffen(
  { quadratic, point, linear }: Risk,
  { stiffness }: Resistance,
  variablesOf: readonly (readonly number[])[],
): Risk {
  const m = point.length
  const [stiff, shifted] = [quadratic.slice(), linear.slice()]
  variablesOf.forEach((variables, u) => {
    const kappa = stiffness[u]!
    if (kappa === 0) return
    const stands = variables.reduce((sum, k) => sum + point[k]!, 0)
    for (const k of variables) {
      for (const l of variables) stiff[k * m + l]! += kappa
      shifted[k]! -= kappa * stands
    }
  })
  return { quadratic: stiff, point, linear: shifted }
}
