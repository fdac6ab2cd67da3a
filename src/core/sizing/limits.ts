/**
 * The limits of a mandate as data the later stages share. A wanted trade has a known direction per underlying, so every
 * limit becomes either a cap on one trade's size or a convex row over all of them. A book already outside a limit is
 * held to where it is: the row's bound is relaxed to its value at no trade, so a plan only moves towards the limit.
 */
import { toNumber } from '../base/decimal.ts'
import { DAY_MS } from '../base/instant.ts'
import { type Ratio, ratioToNumber } from '../base/ratio.ts'
import { costRate } from '../cost/proportional.ts'
import { isFunded } from '../domain/instrument.ts'
import type { LimitName, PlanInputs, Valued } from './plan-types.ts'

/** The most one trade may be, as |weight|, and the limit that says so. */
export interface Cap {
  readonly size: number
  readonly limit: LimitName
  readonly limitValue: number
}

/** A limit over several trades: a convex, piecewise linear measure of the traded weights per instrument. */
export interface Row {
  readonly limit: LimitName
  readonly limitValue: number
  /** The limit, or the measure at no trade where the book is already outside. */
  readonly bound: number
  readonly measure: (traded: Float64Array) => number
  /** d measure / d traded weight of each instrument; on a kink, of the piece that is larger just beyond. */
  readonly slope: (traded: Float64Array) => Float64Array
}

/** Measures are sums of float64 weights: less than this beyond a bound is on it. */
const TOLERANCE = 1e-12
export const exceeds = (row: Row, traded: Float64Array): boolean => row.measure(traded) > row.bound + TOLERANCE

const toNumberOrNull = (limit: Ratio | null): number | null => (limit === null ? null : ratioToNumber(limit))
const tighter = (a: Cap, b: Cap): Cap => (b.size < a.size ? b : a)

/** No limit at all. */
export const UNCAPPED: Cap = { size: Number.POSITIVE_INFINITY, limit: 'noInstrument', limitValue: 0 }

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
  if (direction < 0 && instrument.kind === 'spot' && !instrument.short) {
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

/**
 * The coupling rows of a mandate, for trades whose direction per instrument is known.
 * They see traded weights per instrument, so the same rows judge a plan before and after rounding.
 */
export function limitRows(inputs: PlanInputs, held: Valued, direction: Int8Array): readonly Row[] {
  const { universe, constraints } = inputs.mandate
  const m = universe.instruments.length
  const slopes = (of: (j: number) => number): Float64Array => Float64Array.from({ length: m }, (_, j) => of(j))
  const ones = slopes(() => 1)
  const rows: Row[] = []
  const sumOf = (weights: Float64Array): number => weights.reduce((sum, each) => sum + each, 0)

  const gross = toNumberOrNull(constraints.grossMax)
  if (gross !== null) rows.push(grossRow(inputs, held, { gross, direction }))
  const netMax = toNumberOrNull(constraints.netMax)
  if (netMax !== null) rows.push(linearRow('netMax', netMax, netMax, ones, sumOf(held.weightHigh)))
  const netMin = toNumberOrNull(constraints.netMin)
  if (netMin !== null)
    rows.push(
      linearRow(
        'netMin',
        netMin,
        -netMin,
        slopes(() => -1),
        -sumOf(held.weightLow),
      ),
    )
  const turnover = toNumberOrNull(constraints.turnoverMax)
  if (turnover !== null)
    rows.push(
      linearRow(
        'turnover',
        turnover,
        turnover,
        slopes((j) => direction[j]!),
        0,
      ),
    )

  // Buying one unit of weight spends it and its cost; selling brings it in less its cost. Contracts only cost.
  const cashMin = ratioToNumber(constraints.cashMin)
  const spend = slopes((j) => {
    const instrument = universe.instruments[j]!
    return (isFunded(instrument) ? 1 : 0) + costRate(instrument) * direction[j]!
  })
  rows.push(linearRow('cash', cashMin, held.cashTotal - cashMin, spend, 0))
  const overdraft = Math.max(0, -cashMin)
  for (let c = 0; c < universe.currencies.length; c++) {
    const pays = (j: number): boolean => isFunded(universe.instruments[j]!) && universe.quoteOf[j] === c
    if (!universe.instruments.some((_, j) => pays(j) && direction[j] !== 0)) continue
    const own = slopes((j) => (pays(j) ? spend[j]! : 0))
    rows.push(linearRow('cash', -overdraft, held.cash[c]! + overdraft, own, 0))
  }
  return rows
}

function linearRow(limit: LimitName, limitValue: number, allowance: number, slope: Float64Array, base: number): Row {
  return {
    limit,
    limitValue,
    bound: Math.max(allowance, base),
    measure: (traded) => traded.reduce((sum, t, j) => sum + slope[j]! * t, base),
    slope: () => slope,
  }
}

/** Σ over underlyings of max(high + z, −(low + z)): each side of kept open orders counts alone. */
function grossRow(
  { mandate: { universe } }: PlanInputs,
  held: Valued,
  { gross, direction }: { gross: number; direction: Int8Array },
): Row {
  const sides = (traded: Float64Array): { long: Float64Array; short: Float64Array } => {
    const long = held.weightHigh.slice()
    const short = held.weightLow.map((low) => -low)
    for (let j = 0; j < traded.length; j++) {
      long[universe.underlyingOf[j]!]! += traded[j]!
      short[universe.underlyingOf[j]!]! -= traded[j]!
    }
    return { long, short }
  }
  const measure = (traded: Float64Array): number => {
    const { long, short } = sides(traded)
    return long.reduce((sum, each, u) => sum + Math.max(each, short[u]!), 0)
  }
  const slope = (traded: Float64Array): Float64Array => {
    const { long, short } = sides(traded)
    return Float64Array.from(traded, (_, j) => {
      const u = universe.underlyingOf[j]!
      return long[u]! > short[u]! ? 1 : long[u]! < short[u]! ? -1 : direction[j]!
    })
  }
  return {
    limit: 'gross',
    limitValue: gross,
    bound: Math.max(gross, measure(new Float64Array(direction.length))),
    measure,
    slope,
  }
}
