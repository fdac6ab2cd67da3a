/**
 * Limits on one trade alone, as the most it may be in a direction: of one instrument its order size, its share of volume and
 * depth, what its order book or pool shows and a spot holding that cannot be short; of one underlying its weight, a freeze and reduce-only.
 */
import { toNumber } from '../base/decimal.ts'
import { DAY_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import type { LimitName } from './limit-names.ts'
import type { Cap } from './limits.ts'
import type { Limit } from './mandate.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** The trade a cap is asked for. */
export interface Asked {
  /** Index of the instrument, or of the underlying. */
  readonly at: number
  readonly direction: 1 | -1
  /** Whether limits with a price hold too: not where prices are weighed. */
  readonly priced: boolean
}

export const tighter = (a: Cap, b: Cap): Cap => (b.size < a.size ? b : a)

interface Size {
  readonly size: number
  readonly value: number
  readonly perUnit?: number
  readonly name?: string
}
const capOf = (limit: LimitName, { size, value, perUnit = 1, name }: Size): Cap => ({
  limit,
  name: name ?? null,
  limitValue: value,
  size,
  perUnit,
})
const NOTHING = { size: 0, value: 0 }

/** A share of what there is; of nothing, nothing, whatever it costs. */
const capShare = (limit: 'participation' | 'depthShare', share: number | null, available: number): Cap =>
  available > 0 && share === null
    ? UNCAPPED
    : capOf(limit, { size: available > 0 ? share! * available : 0, value: share ?? 0, perUnit: available })

/** No limit at all. */
const UNCAPPED = capOf('noInstrument', { size: Number.POSITIVE_INFINITY, value: 0 })

/** The value of a limit that holds; null where there is none, or only its price is paid. */
const valueHeld = (limit: Limit | null, { priced }: Asked): number | null =>
  limit === null || (limit.price !== null && !priced) ? null : ratioToNumber(limit.value)

export function capInstrument({ mandate, market }: PlanInputs, held: Valued, asked: Asked): Cap {
  const { constraints, universe } = mandate
  const { at: j, direction } = asked
  const instrument = universe.instruments[j]!
  let cap = UNCAPPED
  const orderMax = valueHeld(constraints.orderMax, asked)
  if (orderMax !== null) cap = tighter(cap, capOf('orderMax', { size: orderMax, value: orderMax }))
  const tradedMax = valueHeld(constraints.tradedMax[j]!, asked)
  if (tradedMax !== null)
    cap = tighter(cap, capOf('turnoverOf', { size: tradedMax, value: tradedMax, name: instrument.id }))
  const { participation } = constraints
  if (participation !== null && (participation.share !== null || participation.ofBook !== null)) {
    const volume = (market.volumePerDay[j]! * participation.horizonMs) / DAY_MS / toNumber(held.equity)
    cap = tighter(cap, capShare('participation', valueHeld(participation.share, asked), volume))
  }
  if (constraints.depthShareMax !== null) {
    const depth = market.depth[j]! / toNumber(held.equity)
    cap = tighter(cap, capShare('depthShare', valueHeld(constraints.depthShareMax, asked), depth))
  }
  const shown = held.costs.liquidity[j]?.[direction > 0 ? 'buy' : 'sell'].reach.at(-1)
  if (shown !== undefined) cap = tighter(cap, capOf('liquidity', { size: shown, value: shown, name: instrument.id }))
  if (direction < 0 && instrument.kind === 'spot' && (!instrument.short || held.costs.carryShort[j] === null))
    cap = tighter(
      cap,
      capOf('short', { size: Math.max(0, toNumber(held.quantityLow[j]!)) * held.unitWeight[j]!, value: 0 }),
    )
  return cap
}

export function capUnderlying({ mandate }: PlanInputs, held: Valued, asked: Asked): Cap {
  const { constraints } = mandate
  const { at: u, direction } = asked
  const high = held.weightHigh[u]!
  const low = held.weightLow[u]!
  const name = mandate.universe.underlyings[u]!
  if (constraints.frozen[u] === 1) return capOf('frozen', NOTHING)
  let cap = UNCAPPED
  const max = valueHeld(constraints.weightMax[u]!, asked)
  if (direction > 0 && max !== null)
    cap = tighter(cap, capOf('weightMax', { size: Math.max(0, max - high), value: max, name }))
  const min = valueHeld(constraints.weightMin[u]!, asked)
  if (direction < 0 && min !== null)
    cap = tighter(cap, capOf('weightMin', { size: Math.max(0, low - min), value: min, name }))
  // Each side alone: with kept orders the holding may end anywhere between low and high, and may not pass 0 from either.
  if (constraints.reduceOnly[u] === 1)
    cap = tighter(cap, capOf('reduceOnly', { ...NOTHING, size: direction < 0 ? Math.max(0, low) : Math.max(0, -high) }))
  return cap
}
