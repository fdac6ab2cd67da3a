/**
 * Stage 4: what the policy wants to trade, before limits. Each policy is one function of the imbalance; deviations on the
 * edge of a band are inside it.
 */
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever, type Result, succeed } from '../base/result.ts'
import { minimiseCost } from '../maths/least-cost.ts'
import type { Aim } from './aim.ts'
import { appraise } from './appraisal.ts'
import { makeDecision } from './decision.ts'
import { explainGuard, guardOf, type Restraint, restrain, ruleOf } from './guard.ts'
import { tradedOf } from './limits.ts'
import type { Policy } from './mandate.ts'
import { optimise } from './optimum.ts'
import type { Imbalance, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { listTradeable, underlyingCost } from './tradeable.ts'

/** Deviations within this of a band's edge are on the edge: it is the float64 noise of held − target. */
const NOISE = 1e-12

export function size(inputs: PlanInputs, held: Valued, aimed: Aimed): Result<Wanted> {
  const deviation = aimed.imbalance.weight
  if (guardOf(inputs.mandate.policy) === undefined) return sizeBy(inputs, held, { ...aimed, restraints: null })
  const restraints = restrain(inputs, held, deviation)
  const guarded = sizeBy(inputs, held, { ...aimed, restraints })
  if (!guarded.ok) return guarded
  const isFree = restraints.every((each) => each === null)
  const rule = { ...inputs, mandate: { ...inputs.mandate, policy: ruleOf(inputs.mandate.policy) } }
  const free = isFree ? guarded : size(rule, held, aimed)
  return free.ok ? succeed(explainGuard(inputs, held, { guarded: guarded.value, free: free.value, deviation })) : free
}

/** One policy, its deviations held back or not. */
function sizeBy(inputs: PlanInputs, held: Valued, { aim, imbalance, restraints }: Restrained): Result<Wanted> {
  const { policy } = inputs.mandate
  switch (policy.kind) {
    case 'full':
      return succeed(tradePart({ imbalance, restraints }, 1, { kind: 'toTarget' }))
    case 'proportional': {
      const rate = ratioToNumber(policy.rate)
      return succeed(tradePart({ imbalance, restraints }, rate, { kind: 'part', rate }))
    }
    case 'band':
      return succeed(
        policy.unit === 'risk'
          ? tradeBookBand(imbalance, ratioToNumber(policy.width), policy.to)
          : tradeBands(inputs, { policy, target: aim.target, imbalance, restraints }),
      )
    case 'riskCap':
      return succeed(tradeToCap(inputs, held, { imbalance, cap: ratioToNumber(policy.trackingErrorMax) }))
    case 'costAware':
      return tradeToOptimum(inputs, held, { aim, imbalance })
    default:
      return assertNever(policy)
  }
}

/** The stages before this one. */
export interface Aimed {
  readonly aim: Aim
  /** held − aim */
  readonly imbalance: Imbalance
}

interface Restrained extends Aimed {
  /** Per underlying, what a guard makes of its deviation; null where there is no guard. */
  readonly restraints: readonly (Restraint | null)[] | null
}

/** z = −rate·d */
function tradePart(
  { imbalance, restraints }: Pick<Restrained, 'imbalance' | 'restraints'>,
  rate: number,
  because: Reason,
): Wanted {
  const trade = imbalance.weight.map((deviation, u) =>
    deviation === 0 ? 0 : -rate * deviation * (restraints?.[u]?.slow ?? 1),
  )
  return { trade, byInstrument: null, because: Array.from(trade, (z) => [z === 0 ? { kind: 'atTarget' } : because]) }
}

/** One band on the book: outside TE > h, z = −d(1 − h/TE) to the edge or −d to the target. */
function tradeBookBand(imbalance: Imbalance, width: number, to: 'edge' | 'target'): Wanted {
  const { trackingError } = imbalance
  const inside = trackingError <= width + NOISE
  const part = inside ? 0 : to === 'target' ? 1 : 1 - width / trackingError
  const shared = { unit: 'risk', imbalance: trackingError, width } as const
  const because: Reason = inside ? { kind: 'insideBand', ...shared } : { kind: 'outsideBand', ...shared, to }
  const trade = imbalance.weight.map((deviation) => (part === 0 || deviation === 0 ? 0 : -part * deviation))
  return { trade, byInstrument: null, because: Array.from(trade, () => [because]) }
}

type UnderlyingBand = Exclude<Extract<Policy, { kind: 'band' }>, { unit: 'risk' }>

const UNRESTRAINED = { widen: 1, slow: 1 }

/** One band per underlying: half-width in weight h_i = width·{1 | max(|w*|, floor) | 1/σ_i}. */
function tradeBands(
  inputs: PlanInputs,
  parts: { readonly policy: UnderlyingBand; readonly target: Float64Array } & Pick<
    Restrained,
    'imbalance' | 'restraints'
  >,
): Wanted {
  const { policy, target, imbalance, restraints } = parts
  const trade = new Float64Array(target.length)
  const because = Array.from(imbalance.weight, (deviation, i): Reason[] => {
    const { widen, slow } = restraints?.[i] ?? UNRESTRAINED
    const width = ratioToNumber(policy.width[i]!) * widen
    const unit = bandUnit(policy, target[i]!, inputs.risk.vol[i]!)
    const shared = { unit: policy.unit, imbalance: deviation * unit, width }
    if (Math.abs(deviation) * unit <= width + NOISE) return [{ kind: 'insideBand', ...shared }]
    // unit > 0 here: a deviation of unit 0 is inside every band.
    const whole = policy.to === 'target' ? -deviation : -Math.sign(deviation) * (Math.abs(deviation) - width / unit)
    trade[i] = whole * slow
    return [{ kind: 'outsideBand', ...shared, to: policy.to }]
  })
  return { trade, byInstrument: null, because }
}

/** What one unit of weight deviation is worth in the band's unit. */
export function bandUnit(policy: UnderlyingBand, target: number, vol: number): number {
  switch (policy.unit) {
    case 'weight':
      return 1
    case 'relative':
      return 1 / Math.max(Math.abs(target), ratioToNumber(policy.floor))
    case 'volatility':
      return vol
    default:
      return assertNever(policy)
  }
}

/** The cheapest trades that bring sqrt((d+z)'Σ(d+z)) down to the cap; what may not be traded stays. */
function tradeToCap(
  inputs: PlanInputs,
  held: Valued,
  { imbalance, cap }: { readonly imbalance: Imbalance; readonly cap: number },
): Wanted {
  const n = imbalance.weight.length
  const { trackingError } = imbalance
  if (trackingError <= cap + NOISE)
    return {
      trade: new Float64Array(n),
      byInstrument: null,
      because: Array.from(imbalance.weight, () => [{ kind: 'underCap', trackingError, cap }]),
    }
  const listed = listTradeable(inputs)
  const { trade } = minimiseCost({
    n,
    deviation: imbalance.weight,
    covariance: inputs.risk.covariance,
    cost: underlyingCost(held, listed),
    cap,
    fixed: Uint8Array.from(listed, (own) => (own.length === 0 ? 1 : 0)),
  })
  return {
    trade,
    byInstrument: null,
    because: Array.from(trade, (z) => [z === 0 ? { kind: 'notNeededForCap', cap } : { kind: 'cheapestToCap', cap }]),
  }
}

/** What is worth its cost, all instruments weighed together. */
function tradeToOptimum(inputs: PlanInputs, held: Valued, { aim, imbalance: { weight } }: Aimed): Result<Wanted> {
  const { universe } = inputs.mandate
  const optimum = optimise(inputs, makeDecision(inputs, held, weight))
  if (!optimum.ok) return optimum
  const traded = optimum.value
  return succeed({
    trade: Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, traded, u)),
    byInstrument: traded,
    because: appraise(inputs, held, { deviation: weight, traded }).map((reason, u) => {
      const tilted = aim.because[u]!
      return tilted === null ? [reason] : [tilted, reason]
    }),
  })
}
