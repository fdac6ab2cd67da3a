/**
 * What `costAware` needs before the first stage: the curvature of the future cost of a deviation. It depends on the
 * forecast, the target, the costs and the policy, not on prices or holdings, so who plans often prepares once and keeps it.
 */
import { YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever, type Result, succeed } from '../base/result.ts'
import { costRate } from '../cost/proportional.ts'
import type { RiskModel } from '../domain/market.ts'
import { aimAt } from './aim.ts'
import { type Curvature, computeCurvature, proportionalCosts } from './curvature.ts'
import { aversionForTrackingError, aversionForWidth } from './curvature-aversion.ts'
import { knobValue, type Mandate, type Policy } from './mandate.ts'
import type { PlanInputs } from './plan-types.ts'

/** One-way cost counted for an underlying that has no instrument: all it is worth, so nothing is ever planned for it. */
const NOT_TRADEABLE = 1

/** @returns the inputs with their curvature where the policy needs one and it is not there yet, or why there is none. */
export function prepare(inputs: PlanInputs): Result<PlanInputs> {
  const { policy } = inputs.mandate
  if (policy.kind !== 'costAware' || inputs.curvature !== undefined) return succeed(inputs)
  const computed = curvatureFor(policy, inputs)
  return computed.ok ? succeed({ ...inputs, curvature: computed.value }) : computed
}

function curvatureFor(
  policy: Extract<Policy, { kind: 'costAware' }>,
  { mandate, risk }: PlanInputs,
): Result<Curvature> {
  const sought = {
    n: mandate.universe.underlyings.length,
    covariance: withoutVanished(risk),
    target: aimAt(mandate),
    cost: proportionalCosts(cheapestCost(mandate)),
    interval: policy.intervalMs / YEAR_MS,
  }
  const { knob } = policy
  const value = ratioToNumber(knobValue(knob))
  switch (knob.kind) {
    case 'aversion':
      return computeCurvature({ ...sought, aversion: value })
    case 'trackingError':
      return aversionForTrackingError(sought, value)
    case 'width':
      return aversionForWidth(sought, { underlying: knob.underlying, halfWidth: value })
    default:
      return assertNever(knob)
  }
}

/** One-way cost of each underlying at the cheapest instrument the mandate lists, whether it may be traded right now or not. */
const cheapestCost = ({ universe, tradeable }: Mandate): Float64Array =>
  Float64Array.from(tradeable, (listed) =>
    listed.length === 0
      ? NOT_TRADEABLE
      : Math.max(0, Math.min(...listed.map((j) => costRate(universe.instruments[j]!)))),
  )

/** Volatilities below this are none: their squares and products are no longer consistent in float64. */
const NO_VOLATILITY = 1e-15

/** Σ with zeros where an underlying has no volatility to speak of. */
function withoutVanished({ vol, covariance }: RiskModel): Float64Array {
  const n = vol.length
  const moves = (u: number): boolean => vol[u]! >= NO_VOLATILITY
  return covariance.map((each, k) => (moves(Math.floor(k / n)) && moves(k % n) ? each : 0))
}
