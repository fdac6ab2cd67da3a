/** `plan()`: the one path from what is held to what to trade, as six named stages. */
import { toText } from '../base/decimal.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { aimAt } from './aim.ts'
import { check } from './check.ts'
import { constrain } from './constrain.ts'
import { measureImbalance } from './imbalance.ts'
import type { PlanInputs, SizePlan } from './plan-types.ts'
import { prepareFor } from './prepare.ts'
import { quantize } from './quantize.ts'
import { size } from './size.ts'
import { summarise } from './summary.ts'
import { value } from './value.ts'

/**
 * Sizes a whole book.
 * @returns the plan, or every issue that stands in its way. Never throws on data, never returns NaN.
 */
export function plan(asked: PlanInputs): Result<SizePlan, readonly Issue[]> {
  const issues = check(asked)
  if (issues.length > 0) return fail(issues)
  const valued = value(asked)
  if (!valued.ok) return valued
  const held = valued.value
  const prepared = prepareFor(asked, held)
  if (!prepared.ok) return prepared
  const inputs = prepared.value
  const aimed = aimAt(inputs, held)
  if (!aimed.ok) return aimed
  const aim = aimed.value
  const imbalance = measureImbalance(held.weight, aim.target, inputs.risk)
  const toAim = aim.weight === aim.target ? imbalance : measureImbalance(held.weight, aim.weight, inputs.risk)
  const wanted = size(inputs, held, { aim, imbalance: toAim })
  if (!wanted.ok) return wanted
  const allowed = constrain(inputs, held, { wanted: wanted.value, imbalance: toAim })
  if (!allowed.ok) return allowed
  const quantized = quantize(inputs, held, { allowed: allowed.value, imbalance: toAim })
  const stages = { held, aim, imbalance, wanted: wanted.value, allowed: allowed.value, quantized }
  const planned = summarise(inputs, stages)
  // The book after its trades would have no weights.
  if (planned.cost.total >= planned.equity)
    return refuse(
      'equity.not-positive',
      'cash',
      `equity must be above 0 after the cost of trading ${toText(planned.cost.total)}, was ${toText(planned.equity)} before it`,
      'a book this far in debt cannot pay for its trades: add collateral, or check positions and cash',
    )
  return succeed(planned)
}
