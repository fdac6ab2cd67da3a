/**
 * What one-trade sizing shares: a book whose first three stages are done, its exact weights, and the last two stages
 * (limits and lot grid) for one instrument. Many proposals and both sides of a quote share one open book.
 */
import { type Decimal, toNumber, ZERO } from '../base/decimal.ts'
import {
  type Ratio,
  ratioAdd,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioOfNumber,
  ratioToNumber,
  reduce,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { targetOf } from './aim.ts'
import { check } from './check.ts'
import { shrink } from './constrain.ts'
import { skewLinear } from './curves.ts'
import { exactExposure, exactUnitDelta } from './exact-trade.ts'
import { measureImbalance } from './imbalance.ts'
import type { Imbalance, PlanInputs, Reason, Valued } from './plan-types.ts'
import { quantizeOne } from './quantize.ts'
import type { Gauged } from './trade-gauge.ts'
import type { Base, Gauge, TradeReason } from './trade-types.ts'
import { value } from './value.ts'

/** A book with its first three stages done, so that many proposals share them. */
export interface OpenBook {
  readonly inputs: PlanInputs
  readonly held: Valued
  readonly aim: Float64Array
  readonly imbalance: Imbalance
}

/** Stages 1 to 3. @returns the open book, or every issue that stands in the way of sizing anything in it. */
export function openBook(inputs: PlanInputs): Result<OpenBook, readonly Issue[]> {
  const issues = check(inputs)
  if (issues.length > 0) return fail(issues)
  const valued = value(inputs)
  if (!valued.ok) return valued
  const aim = targetOf(inputs.mandate)
  return succeed({
    inputs,
    held: valued.value,
    aim,
    imbalance: measureImbalance(valued.value.weight, aim, inputs.risk),
  })
}

/** Where an instrument's underlying stands, for any gauge. */
export function gaugeAt({ inputs, held, imbalance }: OpenBook, gauge: Gauge, j: number): Gauged {
  const { universe } = inputs.mandate
  const underlying = universe.underlyingOf[j]!
  const known = gauge.unit === 'risk' ? gauge.curvature.cost.proportional[underlying]! : 0
  return {
    deviation: imbalance.weight,
    underlying,
    vol: inputs.risk.vol[underlying]!,
    extraCost: Math.max(0, held.costs.proportional[j]! - known),
  }
}

/** The linear curve in weight, exactly. @param floor least weight the lower edge may have; null for none */
export const skewIn = (
  { inputs, held }: OpenBook,
  band: {
    readonly j: number
    readonly halfWidth: Ratio
    readonly floor: Ratio | null
    readonly multipleMax: number
  },
): ReturnType<typeof skewLinear> => {
  const u = inputs.mandate.universe.underlyingOf[band.j]!
  return skewLinear({
    held: exactWeight(inputs, held, u),
    target: inputs.mandate.target.weight[u]!,
    halfWidth: band.halfWidth,
    floor: band.floor,
    multipleMax: ratioOfNumber(band.multipleMax),
  })
}

/** Exact weight held of an underlying, kept open orders counted as filled. */
const exactWeight = (inputs: PlanInputs, held: Valued, u: number): Ratio =>
  reduce(ratioDivide(exactExposure(inputs, held, u), held.equityExact))

/** Exact weight of one unit of an instrument. */
export const exactUnitWeight = (inputs: PlanInputs, held: Valued, j: number): Ratio =>
  reduce(ratioDivide(exactUnitDelta(inputs, j), held.equityExact))

/** A base in units of the instrument, exactly, and as a weight. */
export function readBase(
  { inputs, held }: OpenBook,
  base: Base,
  j: number,
): { readonly quantity: Ratio; readonly weight: number } {
  if (base.kind === 'quantity')
    return { quantity: ratioOf(base.quantity), weight: toNumber(base.quantity) * held.unitWeight[j]! }
  const quantity = reduce(ratioDivide(base.weight, exactUnitWeight(inputs, held, j)))
  return { quantity, weight: ratioToNumber(base.weight) }
}

export interface Settled {
  readonly quantity: Decimal
  readonly allowed: number
  readonly because: readonly TradeReason[]
}

/**
 * Stages 5 and 6 for one instrument: what the limits leave, on the grid. Where the limits take nothing, the exact quantity
 * is what is rounded, not its float64 image.
 * @param exact |quantity| where it is known exactly
 */
export function settle(
  { inputs, held }: OpenBook,
  {
    j,
    side,
    size,
    exact,
  }: { readonly j: number; readonly side: 1 | -1; readonly size: number; readonly exact: Ratio | null },
): Result<Settled> {
  if (size === 0) return succeed({ quantity: ZERO, allowed: 0, because: [] })
  const { mandate } = inputs
  const u = mandate.universe.underlyingOf[j]!
  const tradeable = mandate.tradeable.map((listed, each) => (each === u ? [j] : listed))
  const only = { ...inputs, mandate: { ...mandate, tradeable } }
  const trade = new Float64Array(held.weight.length)
  trade[u] = side * size
  const shrunk = shrink(only, held, { trade, byInstrument: null, because: Array.from(trade, () => []) })
  if (!shrunk.ok) return shrunk
  const allowed = shrunk.value
  const untouched = allowed.trade[u] === trade[u]
  const rounding =
    untouched && exact !== null
      ? endingAt(only, held, { u, j, moved: { n: BigInt(side) * exact.n, d: exact.d } })
      : only
  const rounded = quantizeOne(rounding, held, { allowed, j })
  const because = [...allowed.because[u]!, ...rounded.because].filter(isTradeReason)
  return succeed({ quantity: rounded.quantity, allowed: Math.abs(allowed.trade[u]!), because })
}

/** Limits and grid never say that a trade is inside a band. */
const isTradeReason = (reason: Reason): reason is Exclude<Reason, { kind: 'insideBand' }> =>
  reason.kind !== 'insideBand'

/** The quantizer reads exact ends from the mandate; the end of this trade is one of them. */
function endingAt(
  inputs: PlanInputs,
  held: Valued,
  { u, j, moved }: { readonly u: number; readonly j: number; readonly moved: Ratio },
): PlanInputs {
  const unit = exactUnitWeight(inputs, held, j)
  const end = reduce(ratioAdd(exactWeight(inputs, held, u), ratioMultiply(moved, unit)))
  const weight = inputs.mandate.target.weight.map((each, i) => (i === u ? end : each))
  return { ...inputs, mandate: { ...inputs.mandate, target: { ...inputs.mandate.target, weight } } }
}
