/** Which instruments may be traded for each underlying now, cheapest first, and what an underlying costs to trade. */
import { costRate } from '../cost/proportional.ts'
import type { PlanInputs } from './plan-types.ts'

/** Instrument indices per underlying, cheapest first, ties by id; empty where nothing may be traded. */
export function orderTradeable({ mandate, market }: PlanInputs): readonly (readonly number[])[] {
  const { universe, constraints } = mandate
  return mandate.tradeable.map((candidates, u) => {
    if (constraints.frozen[u] === 1) return []
    const order = candidates.filter((j) => constraints.frozenInstrument[j] !== 1 && market.stale[j] !== 1)
    if (order.length < 2) return order
    const rate = order.map((j) => ({ j, cost: costRate(universe.instruments[j]!) }))
    return rate.sort((a, b) => a.cost - b.cost || a.j - b.j).map(({ j }) => j)
  })
}

/** One-way cost per underlying at its cheapest instrument; 0 where nothing may be traded or a rebate pays for it. */
export const underlyingCost = ({ mandate }: PlanInputs, tradeable: readonly (readonly number[])[]): Float64Array =>
  Float64Array.from(tradeable, (order) =>
    order.length === 0 ? 0 : Math.max(0, costRate(mandate.universe.instruments[order[0]!]!)),
  )
