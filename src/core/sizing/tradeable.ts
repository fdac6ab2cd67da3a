/**
 * Which instruments may be traded for each underlying now, cheapest first: fee and half spread, and what holding it to the
 * horizon costs more than holding the cheapest to hold would. Carry only chooses between instruments of equal exposure, so
 * it counts as a difference: a buy pays what it costs to hold above the least, a sale what it gives up below the most.
 */
import type { CostTerms } from '../cost/cost-terms.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** Instrument indices per underlying that may be traded now, ascending; empty where nothing may be. */
export function listTradeable({ mandate, market }: PlanInputs): readonly (readonly number[])[] {
  const { constraints } = mandate
  return mandate.tradeable.map((candidates, u) =>
    constraints.frozen[u] === 1
      ? []
      : candidates.filter((j) => constraints.frozenInstrument[j] !== 1 && market.stale[j] !== 1),
  )
}

/** What a unit of each instrument costs to hold beyond the best of its underlying, bought and sold, ≥ 0. */
export interface ExtraCarry {
  readonly buy: Float64Array
  readonly sell: Float64Array
}

/** @param listed instruments per underlying that compete. Where one of them cannot be borrowed its sale is no cheaper for it. */
export function extraCarry({ carryLong }: CostTerms, listed: readonly (readonly number[])[]): ExtraCarry {
  const buy = new Float64Array(carryLong.length)
  const sell = new Float64Array(carryLong.length)
  for (const own of listed) {
    if (own.length < 2) continue
    const rates = own.map((j) => carryLong[j]!)
    const [least, most] = [Math.min(...rates), Math.max(...rates)]
    for (const j of own) {
      buy[j] = carryLong[j]! - least
      sell[j] = most - carryLong[j]!
    }
  }
  return { buy, sell }
}

/** The instruments of each underlying that may be traded now, cheapest first for trades of a direction, ties by id. */
export function orderTradeable(
  inputs: PlanInputs,
  { costs }: Valued,
  direction: 1 | -1,
): readonly (readonly number[])[] {
  const listed = listTradeable(inputs)
  if (listed.every((own) => own.length < 2)) return listed
  const extra = extraCarry(costs, listed)[direction > 0 ? 'buy' : 'sell']
  const rate = (j: number): number => costs.proportional[j]! + extra[j]!
  return listed.map((own) => (own.length < 2 ? own : [...own].sort((a, b) => rate(a) - rate(b) || a - b)))
}

/** One-way cost per underlying at its cheapest instrument; 0 where nothing may be traded or a rebate pays for it. */
export const underlyingCost = ({ costs }: Valued, listed: readonly (readonly number[])[]): Float64Array =>
  Float64Array.from(listed, (own) => (own.length === 0 ? 0 : Math.min(...own.map((j) => costs.proportional[j]!))))
