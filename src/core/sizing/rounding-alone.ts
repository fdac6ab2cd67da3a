/**
 * Rounding under a shortfall over scenarios, which is neither row nor cap of the lattice: every trade is rounded alone, and what
 * is beyond a limit then comes off the trades that add to it, in proportion. Sizes only fall and no trade at all obeys every
 * limit, so it ends: from some round on they fall by half at least.
 */
import { absolute, type Decimal, signOf, subtract, toNumber, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioMultiply, ratioOf, ratioOfNumber } from '../base/ratio.ts'
import { exceeds, measureRow, mustHold, type Row, slopeRow } from './limits.ts'
import { type RoundedLeg, roundLeg } from './order-grid.ts'
import type { PlanInputs, Quantized, Reason, Valued } from './plan-types.ts'

/** Rounds in which trades give up what a limit asks in proportion. */
const ROUNDS_IN_PROPORTION = 32

/** Whether the lattice program can hold the row: the mean of the worst of scenarios is neither row nor cap of it. */
export const isOnLattice = ({ risk }: Row): boolean => risk?.kind !== 'tail'

/** @param legs each rounded alone; null where nothing was allowed */
export function roundAlone(
  inputs: PlanInputs,
  held: Valued,
  { legs, rows }: { readonly legs: readonly (RoundedLeg | null)[]; readonly rows: readonly Row[] },
): Omit<Quantized, 'outside'> {
  const { universe } = inputs.mandate
  const quantity = legs.map((leg) => leg?.quantity ?? ZERO)
  const because = legs.map((leg): Reason[] => [...(leg?.because ?? [])])
  const direction = Int8Array.from(quantity, signOf)
  const traded = (): Float64Array => held.unitWeight.map((weight, j) => toNumber(quantity[j]!) * weight)
  let round = 0
  for (let now = traded(); ; now = traded()) {
    const broken = rows.find((row) => mustHold(inputs, row) && exceeds(universe, row, now))
    if (broken === undefined || quantity.every((each) => each === ZERO)) return { quantity, because, proven: false }
    const slope = slopeRow(universe, broken, now, direction)
    const adds = now.map((t, j) => Math.max(0, t * slope[j]!))
    const sum = adds.reduce((total, each) => total + each, 0)
    const part = Math.max(0, 1 - (measureRow(universe, broken, now) - broken.bound) / sum)
    const keep = sum === 0 ? 0 : ++round <= ROUNDS_IN_PROPORTION ? part : Math.min(part, 0.5)
    for (let j = 0; j < quantity.length; j++) {
      if (quantity[j] === ZERO || (sum > 0 && adds[j] === 0)) continue
      quantity[j] = shrinkLeg(inputs, held, { j, before: quantity[j]!, keep })
      because[j]!.push({ kind: 'limitAfterRounding', limit: broken.limit })
    }
  }
}

/** `keep` of one order, at least one lot less than it was. */
function shrinkLeg(
  inputs: PlanInputs,
  held: Valued,
  { j, before, keep }: { readonly j: number; readonly before: Decimal; readonly keep: number },
): Decimal {
  const { lot } = inputs.mandate.universe.instruments[j]!.grid
  const rounded = (exact: Ratio): Decimal => roundLeg(inputs, held, { j, sized: { exact } }).quantity
  const kept = keep === 0 ? ZERO : rounded(ratioMultiply(ratioOf(before), ratioOfNumber(keep)))
  if (kept !== before) return kept
  const left = subtract(absolute(before), lot)
  return left <= ZERO ? ZERO : rounded(ratioOf(before < ZERO ? (-left as Decimal) : left))
}
