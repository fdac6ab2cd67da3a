/**
 * Stage 2: where the book wants to be, in weights: its target, and what was asked to move it from there. The best tilt for
 * expected returns and carry, r = α/(1 + φT) − carry a year, is the one of Gârleanu-Pedersen (2013), no further than a band:
 *
 *   max over |t_u| ≤ h_u of r't − ½γt'Σt,   which is (γΣ)⁻¹r where no h is reached,
 *
 * with α the excess return that is expected, φ how fast it decays, T the horizon of the underlying, h its half-width. Carry
 * is that of the instrument that holds the target's side at the least, an average until the horizon of the costs.
 */
import { YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { type Result, succeed } from '../base/result.ts'
import { solveCertified } from './certified.ts'
import type { Curvature } from './curvature.ts'
import { curvatureOf } from './decision.ts'
import type { Mandate, Tilt } from './mandate.ts'
import type { PlanInputs, Reason, Valued } from './plan-types.ts'

/** Target weight per underlying. */
export const targetOf = (mandate: Pick<Mandate, 'target'>): Float64Array => {
  const { weight } = mandate.target
  const target = new Float64Array(weight.length)
  for (let u = 0; u < target.length; u++) target[u] = ratioToNumber(weight[u]!)
  return target
}

export interface Aim {
  readonly target: Float64Array
  /** The target where nothing tilts it. */
  readonly weight: Float64Array
  /** Why an underlying is aimed away from its target; null where it is not. */
  readonly because: readonly (Reason | null)[]
}

/** @param inputs prepared */
export function aimAt(inputs: PlanInputs, held: Valued): Result<Aim> {
  const { mandate } = inputs
  const target = targetOf(mandate)
  const { policy } = mandate
  const asked = policy.kind === 'costAware' ? policy.tilt : undefined
  if (asked === undefined) return succeed({ target, weight: target, because: mandate.target.weight.map(() => null) })
  const curvature = curvatureOf(inputs)
  const rate = returnsOf(asked, { inputs, held, curvature, target })
  const best = bestTilt(rate, curvature, inputs.risk.covariance)
  if (!best.ok) return best
  const { tilt, isHeldBack } = best.value
  const weight = target.map((each, u) => each + tilt[u]!)
  return succeed({
    target,
    weight,
    because: Array.from(tilt, (each, u) =>
      each === 0
        ? null
        : { kind: 'tilted', target: target[u]!, aim: weight[u]!, rate: rate[u]!, atBand: isHeldBack(u) },
    ),
  })
}

/** r: what holding one more of each underlying is expected to bring a year. */
function returnsOf(
  { edges, carry }: Tilt,
  parts: {
    readonly inputs: PlanInputs
    readonly held: Valued
    readonly curvature: Curvature
    readonly target: Float64Array
  },
): Float64Array {
  const { inputs, held, curvature, target } = parts
  return target.map((weight, u) => {
    const edge = edges[u] ?? null
    const decay = edge === null || edge.decayMs === null ? 0 : YEAR_MS / edge.decayMs
    const expected = edge === null ? 0 : ratioToNumber(edge.annual) / (1 + decay * curvature.horizon[u]!)
    return carry ? expected - carryOf(inputs, held, { u, side: weight < 0 ? -1 : 1 }) : expected
  })
}

/** What one more unit of weight costs to hold, a year; 0 where the underlying cannot be held or its carry is not stated. */
function carryOf(
  { mandate, costs }: PlanInputs,
  { costs: terms }: Valued,
  { u, side }: { readonly u: number; readonly side: 1 | -1 },
): number {
  if (costs.horizonMs === 0) return 0
  const rates = mandate.tradeable[u]!.flatMap((j) => {
    const rate = side > 0 ? terms.carryLong[j]! : terms.carryShort[j]!
    return rate === null ? [] : [rate]
  })
  return rates.length === 0 ? 0 : (side * Math.min(...rates) * YEAR_MS) / costs.horizonMs
}

/** The tilt that is worth most; an underlying without risk or without a band keeps its target. */
function bestTilt(
  rate: Float64Array,
  curvature: Curvature,
  covariance: Float64Array,
): Result<{ readonly tilt: Float64Array; readonly isHeldBack: (u: number) => boolean }> {
  const { n, aversion, halfWidth } = curvature
  const upper = Float64Array.from(halfWidth, (width) => width ?? 0)
  const program = {
    n,
    quadratic: covariance.map((each) => aversion * each),
    deviation: new Float64Array(n),
    linear: rate.map((each) => -each),
    proportional: new Float64Array(n),
    power: new Float64Array(n),
    exponent: 1,
    felt: null,
    lower: upper.map((width) => -width),
    upper,
    rows: [],
    caps: [],
  }
  const solved = solveCertified(curvature, program, 'policy')
  if (!solved.ok) return solved
  const tilt = solved.value.trade.slice()
  const multipliers = solved.value.boundMultipliers.slice()
  return succeed({ tilt, isHeldBack: (u) => multipliers[u] !== 0 })
}
