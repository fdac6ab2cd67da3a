/**
 * What each trade of a cost-aware plan is worth and pays, the other trades made: the gain of its first unit |(M(d+z))_u −
 * M_uu z_u| against what that unit costs, the fall of ½(d+z)'M(d+z) through the whole trade, and its cost in parts.
 */
import { costParts, firstUnitCost } from '../cost/cost-terms.ts'
import { addProduct } from '../maths/matrix.ts'
import { stated } from './curvature.ts'
import { curvatureOf } from './decision.ts'
import { resist } from './guard-cost.ts'
import { tradedOf } from './limits.ts'
import type { CostShare, PlanInputs, Reason, Valued } from './plan-types.ts'
import { type ExtraCarry, extraCarry, listTradeable } from './tradeable.ts'

/** @param traded weight per instrument @returns the reason of each underlying's trade, or of its lack */
export function appraise(
  inputs: PlanInputs,
  held: Valued,
  { deviation, traded }: { readonly deviation: Float64Array; readonly traded: Float64Array },
): readonly Reason[] {
  const { universe } = inputs.mandate
  const curvature = curvatureOf(inputs)
  const { matrix, n, halfWidth } = curvature
  const listed = listTradeable(inputs)
  const carry = extraCarry(held.costs, listed)
  const guard = resist(inputs, held, { curvature, listed, deviation })
  const trade = Float64Array.from(deviation, (_, u) => tradedOf(universe, traded, u))
  const left = deviation.map((each, u) => each + trade[u]!)
  const pulls = trade.map((z, u) => -matrix[u * n + u]! * z)
  addProduct(matrix, left, n, pulls)
  return Array.from(trade, (z, u): Reason => {
    const pull = pulls[u]!
    const side = pull > 0 ? 'sell' : 'buy'
    const first = listed[u]!.map(
      (j) => firstUnitCost(held.costs, j, side) + carry[side][j]! + stated(curvature, u) + (guard?.[side][j] ?? 0),
    )
    const width = halfWidth[u]!
    const shared = {
      gain: Math.abs(pull),
      cost: first.length === 0 ? 0 : Math.min(...first),
      band: width === null ? null : width * (guard?.widen[u] ?? 1),
    }
    const own = universe.instrumentsOf[u]!.filter((j) => traded[j] !== 0)
    if (own.length === 0) return { kind: 'notWorthItsCost', ...shared }
    const worth = -(pull * z + 0.5 * matrix[u * n + u]! * z * z)
    return { kind: 'worthItsCost', ...shared, worth, pays: payFor(held, { own, traded, carry }) }
  })
}

/** The cost of an underlying's trades in parts, as fractions of equity. */
function payFor(
  { costs }: Valued,
  {
    own,
    traded,
    carry,
  }: { readonly own: readonly number[]; readonly traded: Float64Array; readonly carry: ExtraCarry },
): CostShare {
  const total = { fee: 0, spread: 0, impact: 0, fixed: 0, carry: 0 }
  for (const j of own) {
    const t = traded[j]!
    const parts = costParts(costs, j, t)
    total.fee += parts.fee
    total.spread += parts.spread
    total.impact += parts.impact
    total.fixed += parts.fixed
    total.carry += carry[t > 0 ? 'buy' : 'sell'][j]! * Math.abs(t)
  }
  return total
}
