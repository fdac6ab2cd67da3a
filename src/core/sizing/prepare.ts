/**
 * What `costAware` needs before it sizes: the curvature of the future cost of a deviation. It depends on the forecast, the
 * target, the costs and the policy, on equity only through order fees and impact, and on what is held only where the policy
 * judges drift there, so who plans often prepares once and keeps it, for a day.
 */
import { YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever, fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { CostTerms } from '../cost/cost-terms.ts'
import type { RiskModel } from '../domain/market.ts'
import { targetOf } from './aim.ts'
import { check } from './check.ts'
import { type Curvature, type CurvatureInputs, computeCurvature, type TradeCosts } from './curvature.ts'
import { aversionForTrackingError, aversionForWidth, aversionForWidths } from './curvature-aversion.ts'
import type { Knob, Mandate, Policy } from './mandate.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { standAt } from './standing-curvature.ts'
import { value } from './value.ts'

/** One-way cost counted for an underlying that has no instrument: all it is worth, so nothing is ever planned for it. */
const NOT_TRADEABLE = 1

/** @returns the inputs with their curvature where the policy needs one and it is not there yet, or why there is none. */
export function prepare(inputs: PlanInputs): Result<PlanInputs> {
  if (inputs.mandate.policy.kind !== 'costAware' || inputs.curvature !== undefined) return succeed(inputs)
  const issues: readonly Issue[] = check(inputs)
  if (issues.length > 0) return fail(issues)
  const held = value(inputs)
  return held.ok ? prepareFor(inputs, held.value) : held
}

/** The same for a book that is already checked and valued. */
export function prepareFor(inputs: PlanInputs, held: Valued): Result<PlanInputs> {
  const { policy } = inputs.mandate
  if (policy.kind !== 'costAware' || inputs.curvature !== undefined) return succeed(inputs)
  const computed = curvatureFor(policy, inputs, held)
  return computed.ok ? succeed({ ...inputs, curvature: computed.value }) : computed
}

function curvatureFor(
  { knob, intervalMs, drift, lastingMs }: Extract<Policy, { kind: 'costAware' }>,
  { mandate, risk }: PlanInputs,
  { costs, weight }: Valued,
): Result<Curvature> {
  const sought = {
    n: mandate.universe.underlyings.length,
    covariance: withoutVanished(risk),
    target: targetOf(mandate),
    cost: cheapestCosts(mandate, costs),
    interval: intervalMs / YEAR_MS,
    lapse: lastingMs === undefined ? 0 : YEAR_MS / lastingMs,
    ...(risk.targetRate === undefined ? {} : { targetRate: risk.targetRate }),
  }
  const longRun = turnKnob(knob, sought)
  return longRun.ok && drift === 'held' ? standAt(longRun.value, sought, weight) : longRun
}

/** The curvature at the target, at the aversion that the knob says. */
function turnKnob(knob: Knob, sought: Omit<CurvatureInputs, 'aversion'>): Result<Curvature> {
  switch (knob.kind) {
    case 'aversion':
      return computeCurvature({ ...sought, aversion: ratioToNumber(knob.aversion) })
    case 'trackingError':
      return aversionForTrackingError(sought, ratioToNumber(knob.trackingError))
    case 'widths': {
      const stated = knob.width.flatMap((width, underlying) =>
        width === null ? [] : [{ underlying, halfWidth: ratioToNumber(width) }],
      )
      return stated.length === 1 ? aversionForWidth(sought, stated[0]!) : aversionForWidths(sought, stated)
    }
    default:
      return assertNever(knob)
  }
}

/** What trading each underlying costs at the cheapest instrument the mandate lists, whether it may be traded right now or not. */
export function cheapestCosts({ tradeable }: Pick<Mandate, 'tradeable'>, costs: CostTerms): TradeCosts {
  const { proportional, power, powerExponent, fixed, impactDecay } = costs
  const cheapest = tradeable.map((listed) =>
    listed.reduce<number | null>(
      (best, j) => (best === null || proportional[j]! < proportional[best]! ? j : best),
      null,
    ),
  )
  const of = (column: Float64Array, otherwise: number): Float64Array =>
    Float64Array.from(cheapest, (j) => (j === null ? otherwise : column[j]!))
  return {
    proportional: of(proportional, NOT_TRADEABLE),
    power: of(power, 0),
    powerExponent,
    fixed: of(fixed, 0),
    impactDecay: of(impactDecay, 0),
  }
}

/** Volatilities below this are none: their squares and products are no longer consistent in float64. */
const NO_VOLATILITY = 1e-15

/** Σ with zeros where an underlying has no volatility to speak of. */
function withoutVanished({ vol, covariance }: RiskModel): Float64Array {
  const n = vol.length
  const moves = (u: number): boolean => vol[u]! >= NO_VOLATILITY
  return covariance.map((each, k) => (moves(Math.floor(k / n)) && moves(k % n) ? each : 0))
}
