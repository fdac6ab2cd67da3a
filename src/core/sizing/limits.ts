/**
 * Limits in the forms the stages share. A wanted trade has a known direction per underlying, so a limit is either a cap on one
 * trade's size (`trade-caps.ts`) or a convex row over several (`limit-rows.ts`). Of a book already outside a limit the row's bound
 * is its value at no trade, so that no trade moves it further out; how far back a plan brings it is `limit-breach.ts`.
 */
import { type CostTerms, tradeCost } from '../cost/cost-terms.ts'
import type { Universe } from '../domain/universe.ts'
import type { LimitName } from './limit-names.ts'
import { measureRisk, type RiskTerm, slopeRisk } from './limit-risk.ts'
import type { PlanInputs } from './plan-types.ts'

/** Which limit it is. */
export interface LimitId {
  readonly limit: LimitName
  /** Of the group or the factor; null where there is only one such limit, or the trade says whose it is. */
  readonly name: string | null
  readonly limitValue: number
}

/** The most one trade may be, as |weight|, and the limit that says so. */
export interface Cap extends LimitId {
  readonly size: number
  /** What a unit of the limit changes of the size. */
  readonly perUnit: number
}

/**
 * A limit over several trades, convex in the traded weights t per instrument:
 *   base + Σ_j [slope_j t_j + bend_j |t_j − at_j|] + Σ_u size_u |z_u − kink_u| + Σ_j spends_j(t_j) + risk(z) ≤ bound,
 * z_u = Σ t_j over u's own; risk is a multiple of √((p + z)'Σ(p + z)) or the mean of the worst losses of p + z. The left side is in units of the limit, with its sign turned round where the limit is a least.
 */
export interface Row extends LimitId {
  /** The limit itself. */
  readonly asked: number
  /** The limit, or the measure at no trade where the book is already outside. */
  readonly bound: number
  /** Nobody asked for it: a book that is outside need not come up to it. */
  readonly implied: boolean
  /** Other limits of the same measure that hold and are met where this one is: their values, and units of theirs in one of this. */
  readonly wider: readonly (LimitId & { readonly perUnit: number })[]
  /** Fraction of equity a unit beyond the limit costs where prices are weighed; +∞ holds it. */
  readonly price: number
  readonly base: number
  readonly slope: Float64Array
  /** ≥ 0 */
  readonly bend: Float64Array
  /** Null: every bend is at 0. */
  readonly at: Float64Array | null
  /** Per underlying, size ≥ 0; null where the row has no such term. */
  readonly kink: { readonly size: Float64Array; readonly at: Float64Array } | null
  /** Adds to the left side what trades cost beyond a|t|, impact and order fees, of the instruments marked 1; null: nothing. */
  readonly spends: { readonly terms: CostTerms; readonly of: Float64Array } | null
  readonly risk: RiskTerm | null
}

/** A limit that holds trades back, with the underlyings it touches. */
export interface Binding extends LimitId {
  readonly touches: Uint8Array
  /** Where the book was outside and is brought back: its measure before and after; else null. */
  readonly back: { readonly from: number; readonly to: number } | null
  /** Fraction of equity that one more unit of room would save; null where nothing weighs cost. */
  readonly price: number | null
  /** Tracking error that it would save, the other limits as they are; null where that has no such slope. */
  readonly errorPrice: number | null
}

/** Limits with one value for all orders: more room for one is more for all, so that its prices are those of all together. */
const OF_ALL_ORDERS: readonly LimitName[] = ['orderMax', 'participation', 'depthShare']

export function addPrices(bindings: readonly Binding[]): Binding[] {
  const sum = (of: readonly (number | null)[]): number | null =>
    of.reduce<number | null>((total, each) => (total === null || each === null ? null : total + each), 0)
  return bindings.map((one) => {
    if (one.name !== null || !OF_ALL_ORDERS.includes(one.limit)) return one
    const all = bindings.filter(({ limit, name }) => limit === one.limit && name === null)
    if (all.length === 1) return one
    return { ...one, price: sum(all.map(({ price }) => price)), errorPrice: sum(all.map((each) => each.errorPrice)) }
  })
}

/** What a way of obeying the limits leaves: traded weight per underlying and per instrument, and what holds it. */
export interface Within {
  readonly trade: Float64Array
  readonly byInstrument: Float64Array
  readonly binding: readonly Binding[]
}

/** The side on which a limit holds less back: +1 where more of it does. */
export const looser = (limit: LimitName): 1 | -1 => (limit.endsWith('Min') || limit === 'cash' ? -1 : 1)

/** Whether a row must hold: only `costAware` weighs the price of one that has one. */
export const mustHold = ({ mandate: { policy } }: PlanInputs, { price }: Row): boolean =>
  policy.kind !== 'costAware' || price === Number.POSITIVE_INFINITY

/** Measures are sums of float64 weights: less than this beyond a bound is on it. */
export const TOLERANCE = 1e-12
/** Whether a row that must hold is broken before anything is traded. */
export const isBreached = (inputs: PlanInputs, row: Row): boolean =>
  row.bound > row.asked + BACK * unitOf(row) && mustHold(inputs, row)

/** What a limit is measured by: itself, or 1 where it is 0. */
export const unitOf = ({ asked }: Row): number => Math.abs(asked) || 1
/** Programs bring a book back to its limits within this share of them. */
export const BACK = 1e-9

export const exceeds = (universe: Universe, row: Row, traded: Float64Array): boolean =>
  measureRow(universe, row, traded) > row.bound + TOLERANCE

/** The left side of a row. @param traded weight per instrument */
export function measureRow(universe: Universe, row: Row, traded: Float64Array): number {
  const { slope, bend, at, kink } = row
  let sum = row.base
  for (let j = 0; j < traded.length; j++) {
    const t = traded[j]!
    sum += slope[j]! * t + bend[j]! * Math.abs(at === null ? t : t - at[j]!)
  }
  if (kink !== null)
    for (let u = 0; u < kink.at.length; u++)
      if (kink.size[u] !== 0) sum += kink.size[u]! * Math.abs(tradedOf(universe, traded, u) - kink.at[u]!)
  if (row.spends !== null) for (let j = 0; j < traded.length; j++) sum += spentBy(row.spends, j, traded[j]!)
  if (row.risk !== null) sum += measureRisk(row.risk, reachedBy(universe, row.risk.point, traded))
  return sum
}

/** What a trade costs beyond a|t|. */
const spentBy = ({ terms, of }: NonNullable<Row['spends']>, j: number, t: number): number =>
  of[j] === 0 || t === 0 ? 0 : tradeCost(terms, j, t) - terms.proportional[j]! * Math.abs(t)

/**
 * The row with straight lines for the impact it pays: through 0 and the given sizes, above the curve for every smaller trade
 * of these instruments. Their order fees count in full, as far as no trade at all still obeys the row.
 */
export function straightenRow(row: Row, sizes: Float64Array): Row {
  const { spends } = row
  if (spends === null) return row
  let fees = 0
  const bend = row.bend.map((each, j) => {
    const size = sizes[j]!
    if (size === 0 || spends.of[j] === 0) return each
    const fixed = spends.terms.fixed[j]!
    fees += fixed
    return each + (spentBy(spends, j, size) - fixed) / Math.abs(size)
  })
  return { ...row, base: row.base + Math.min(fees, Math.max(0, row.bound - row.base)), bend, spends: null }
}

/** Slope of a row in each instrument; on a kink that of the piece a trade in `direction` enters. */
export function slopeRow(universe: Universe, row: Row, traded: Float64Array, direction: Int8Array): Float64Array {
  const { at, kink } = row
  const side = (x: number, j: number): number => (x === 0 ? direction[j]! : Math.sign(x))
  const risk = row.risk === null ? null : slopeRisk(row.risk, reachedBy(universe, row.risk.point, traded))
  return traded.map((t, j) => {
    const u = universe.underlyingOf[j]!
    const bent =
      kink === null || kink.size[u] === 0 ? 0 : kink.size[u]! * side(tradedOf(universe, traded, u) - kink.at[u]!, j)
    return row.slope[j]! + row.bend[j]! * side(at === null ? t : t - at[j]!, j) + bent + (risk === null ? 0 : risk[u]!)
  })
}

/** p + z */
export function reachedBy(universe: Universe, point: Float64Array, traded: Float64Array): Float64Array {
  const reached = point.slice()
  for (let j = 0; j < traded.length; j++) reached[universe.underlyingOf[j]!]! += traded[j]!
  return reached
}

/** z_u = Σ t_j over the instruments of u. */
export function tradedOf(universe: Universe, traded: Float64Array, u: number): number {
  const own = universe.instrumentsOf[u]!
  let sum = 0
  for (let k = 0; k < own.length; k++) sum += traded[own[k]!]!
  return sum
}
