/**
 * The limits of a mandate as data the later stages share. A wanted trade has a known direction per underlying, so every
 * limit becomes either a cap on one trade's size or a convex row over all of them. A book already outside a limit is
 * held to where it is: the row's bound is relaxed to its value at no trade, so a plan only moves towards the limit.
 */
import { toNumber } from '../base/decimal.ts'
import { DAY_MS } from '../base/instant.ts'
import { type Ratio, ratioToNumber } from '../base/ratio.ts'
import { type CostTerms, tradeCost } from '../cost/cost-terms.ts'
import { isFunded } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import type { LimitName, PlanInputs, Valued } from './plan-types.ts'

/** The most one trade may be, as |weight|, and the limit that says so. */
export interface Cap {
  readonly size: number
  readonly limit: LimitName
  readonly limitValue: number
}

/**
 * A limit over several trades, convex in the traded weights t per instrument, piecewise linear but for what impact spends:
 *   base + Σ_j [slope_j t_j + bend_j |t_j|] + Σ_u |z_u − kink_u| + Σ_j spends_j(t_j) ≤ bound,   z_u = Σ t_j over u's own.
 */
export interface Row {
  readonly limit: LimitName
  readonly limitValue: number
  /** The limit, or the measure at no trade where the book is already outside. */
  readonly bound: number
  readonly base: number
  readonly slope: Float64Array
  /** ≥ 0 */
  readonly bend: Float64Array
  /** Per underlying; null where the row has no such term. */
  readonly kink: Float64Array | null
  /** Adds to the left side what trades cost beyond a|t|, impact and order fees, of the instruments marked 1; null: nothing. */
  readonly spends: { readonly terms: CostTerms; readonly of: Float64Array } | null
}

/** A limit that holds trades back, with the underlyings it touches. */
export interface Binding {
  readonly limit: LimitName
  readonly limitValue: number
  readonly touches: Uint8Array
  /** Fraction of equity that one more unit of the limit would save; null where nothing weighs cost. */
  readonly price: number | null
}

/** What a way of obeying the limits leaves: traded weight per underlying and per instrument, and what holds it. */
export interface Within {
  readonly trade: Float64Array
  readonly byInstrument: Float64Array
  readonly binding: readonly Binding[]
}

/** Measures are sums of float64 weights: less than this beyond a bound is on it. */
const TOLERANCE = 1e-12
export const exceeds = (universe: Universe, row: Row, traded: Float64Array): boolean =>
  measureRow(universe, row, traded) > row.bound + TOLERANCE

/** The left side of a row. @param traded weight per instrument */
export function measureRow(universe: Universe, row: Row, traded: Float64Array): number {
  const { slope, bend, kink } = row
  let sum = row.base
  for (let j = 0; j < traded.length; j++) sum += slope[j]! * traded[j]! + bend[j]! * Math.abs(traded[j]!)
  if (kink !== null) for (let u = 0; u < kink.length; u++) sum += Math.abs(tradedOf(universe, traded, u) - kink[u]!)
  if (row.spends !== null) for (let j = 0; j < traded.length; j++) sum += spentBy(row.spends, j, traded[j]!)
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
  const { kink } = row
  const side = (x: number, j: number): number => (x === 0 ? direction[j]! : Math.sign(x))
  return traded.map((t, j) => {
    const u = universe.underlyingOf[j]!
    const bent = kink === null ? 0 : side(tradedOf(universe, traded, u) - kink[u]!, j)
    return row.slope[j]! + row.bend[j]! * side(t, j) + bent
  })
}

/** z_u = Σ t_j over the instruments of u. */
export function tradedOf(universe: Universe, traded: Float64Array, u: number): number {
  const own = universe.instrumentsOf[u]!
  let sum = 0
  for (let k = 0; k < own.length; k++) sum += traded[own[k]!]!
  return sum
}

const toNumberOrNull = (limit: Ratio | null): number | null => (limit === null ? null : ratioToNumber(limit))
const tighter = (a: Cap, b: Cap): Cap => (b.size < a.size ? b : a)

/** No limit at all. */
const UNCAPPED: Cap = { size: Number.POSITIVE_INFINITY, limit: 'noInstrument', limitValue: 0 }

/** Cap on what may be traded of one instrument in a direction: order size, own volume, holding of a spot that cannot be short. */
export function capInstrument({ mandate, market }: PlanInputs, held: Valued, j: number, direction: 1 | -1): Cap {
  const { constraints, universe } = mandate
  const instrument = universe.instruments[j]!
  let cap = UNCAPPED
  const orderMax = toNumberOrNull(constraints.orderMax)
  if (orderMax !== null) cap = tighter(cap, { size: orderMax, limit: 'orderMax', limitValue: orderMax })
  if (constraints.participation !== null) {
    const share = ratioToNumber(constraints.participation.share)
    const volume = (market.volumePerDay[j]! * constraints.participation.horizonMs) / DAY_MS
    cap = tighter(cap, { size: (share * volume) / toNumber(held.equity), limit: 'participation', limitValue: share })
  }
  if (direction < 0 && instrument.kind === 'spot' && (!instrument.short || held.costs.carryShort[j] === null)) {
    const size = Math.max(0, toNumber(held.quantityLow[j]!)) * held.unitWeight[j]!
    cap = tighter(cap, { size, limit: 'short', limitValue: 0 })
  }
  return cap
}

/** Cap on what may be traded of one underlying in a direction by its own limits. */
export function capUnderlying({ mandate }: PlanInputs, held: Valued, u: number, direction: 1 | -1): Cap {
  const { constraints } = mandate
  const high = held.weightHigh[u]!
  const low = held.weightLow[u]!
  let cap = UNCAPPED
  if (constraints.frozen[u] === 1) return { size: 0, limit: 'frozen', limitValue: 0 }
  const max = toNumberOrNull(constraints.weightMax[u]!)
  if (direction > 0 && max !== null)
    cap = tighter(cap, { size: Math.max(0, max - high), limit: 'weightMax', limitValue: max })
  const min = toNumberOrNull(constraints.weightMin[u]!)
  if (direction < 0 && min !== null)
    cap = tighter(cap, { size: Math.max(0, low - min), limit: 'weightMin', limitValue: min })
  if (constraints.reduceOnly[u] === 1) {
    // Each side alone: with kept orders the holding may end anywhere between low and high, and may not pass 0 from either.
    const room = direction < 0 ? Math.max(0, low) : Math.max(0, -high)
    cap = tighter(cap, { size: room, limit: 'reduceOnly', limitValue: 0 })
  }
  return cap
}

/** Columns per instrument that only the universe decides. */
interface Columns {
  readonly zeros: Float64Array
  readonly ones: Float64Array
  readonly minusOnes: Float64Array
  /** Buying one unit of weight spends it, selling brings it in; contracts do neither. */
  readonly pays: Float64Array
  /** Which instruments are quoted in a currency, 1 or 0; null where nothing is paid for in it. */
  readonly quotedIn: readonly (Float64Array | null)[]
}

/** A universe never changes, so its columns are made once and kept for as long as it is: nobody writes to them. */
const columnsKept = new WeakMap<Universe, Columns>()

function columnsOf(universe: Universe): Columns {
  const kept = columnsKept.get(universe)
  if (kept !== undefined) return kept
  const each = (of: (j: number) => number): Float64Array =>
    Float64Array.from({ length: universe.instruments.length }, (_, j) => of(j))
  const pays = each((j) => (isFunded(universe.instruments[j]!) ? 1 : 0))
  const columns = {
    zeros: each(() => 0),
    ones: each(() => 1),
    minusOnes: each(() => -1),
    pays,
    quotedIn: universe.currencies.map((_, c) => {
      const quoted = each((j) => (universe.quoteOf[j] === c ? 1 : 0))
      return quoted.some((in_, j) => in_ * pays[j]! === 1) ? quoted : null
    }),
  }
  columnsKept.set(universe, columns)
  return columns
}

/** The coupling rows of a mandate. They see instruments, so the same rows judge a plan before and after rounding. */
export function limitRows(inputs: PlanInputs, held: Valued): readonly Row[] {
  const { universe, constraints } = inputs.mandate
  const { zeros, ones, minusOnes } = columnsOf(universe)
  const sumOf = (weights: Float64Array): number => weights.reduce((sum, weight) => sum + weight, 0)
  const rows: Row[] = []
  const addRow = (limit: LimitName, limitValue: number, allowance: number, terms: Partial<Row>): void => {
    const row = { limit, limitValue, bound: 0, base: 0, slope: zeros, bend: zeros, kink: null, spends: null, ...terms }
    const still = row.kink === null ? row.base : measureRow(universe, row, zeros)
    rows.push({ ...row, bound: Math.max(allowance, still) })
  }

  const gross = toNumberOrNull(constraints.grossMax)
  // Each side of kept open orders counts alone: max(high + z, −(low + z)) = (high − low)/2 + |z + (high + low)/2|.
  if (gross !== null)
    addRow('gross', gross, gross, {
      base: (sumOf(held.weightHigh) - sumOf(held.weightLow)) / 2,
      kink: held.weightHigh.map((high, u) => -(high + held.weightLow[u]!) / 2),
    })
  const netMax = toNumberOrNull(constraints.netMax)
  if (netMax !== null) addRow('netMax', netMax, netMax, { base: sumOf(held.weightHigh), slope: ones })
  const netMin = toNumberOrNull(constraints.netMin)
  if (netMin !== null) addRow('netMin', netMin, -netMin, { base: -sumOf(held.weightLow), slope: minusOnes })
  const turnover = toNumberOrNull(constraints.turnoverMax)
  if (turnover !== null) addRow('turnover', turnover, turnover, { bend: ones })
  addCash(inputs, held, addRow)
  return rows
}

/** Settled money, all of it and each currency alone: trades spend their value where it is funded, and their cost. */
function addCash(
  { mandate: { universe, constraints } }: PlanInputs,
  held: Valued,
  addRow: (limit: LimitName, limitValue: number, allowance: number, terms: Partial<Row>) => void,
): void {
  const { ones, pays, quotedIn } = columnsOf(universe)
  const { costs } = held
  const spends = (of: Float64Array): Row['spends'] =>
    of.some((in_, j) => in_ !== 0 && (costs.power[j]! > 0 || costs.fixed[j]! > 0)) ? { terms: costs, of } : null
  const cashMin = ratioToNumber(constraints.cashMin)
  addRow('cash', cashMin, held.cashTotal - cashMin, { slope: pays, bend: costs.proportional, spends: spends(ones) })
  const overdraft = Math.max(0, -cashMin)
  quotedIn.forEach((of, c) => {
    if (of === null) return
    const slope = pays.map((each, j) => each * of[j]!)
    const bend = costs.proportional.map((each, j) => each * slope[j]!)
    addRow('cash', -overdraft, held.cash[c]! + overdraft, { slope, bend, spends: spends(slope) })
  })
}
