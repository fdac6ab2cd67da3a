/**
 * From underlyings to instruments: each wanted trade is cut to the caps of its underlying and spread over what may be
 * traded for it, cheapest first, each up to its own cap; what settled cash cannot pay for moves to contracts.
 */
import { isFunded } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import type { LimitName } from './limit-names.ts'
import { type Cap, exceeds, measureRow, type Row, slopeRow } from './limits.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { capInstrument, capUnderlying } from './trade-caps.ts'
import { extraCarry, listTradeable, orderTradeable } from './tradeable.ts'

export interface Split {
  readonly byInstrument: Float64Array
  /** Per underlying: the limit that kept the split below what was wanted, or null. */
  readonly binding: readonly (Cap | null)[]
}

/**
 * Spreads each wanted trade over its instruments, cheapest first, each up to its own cap; then moves what settled cash
 * cannot pay for from funded instruments to contracts, least extra cost first.
 */
export function splitCheapestFirst(
  inputs: PlanInputs,
  held: Valued,
  { wanted, rows }: { wanted: Float64Array; rows: readonly Row[] },
): Split {
  const byInstrument = new Float64Array(inputs.mandate.universe.instruments.length)
  const room = new Float64Array(byInstrument.length)
  const cheapest = { buy: orderTradeable(inputs, held, 1), sell: orderTradeable(inputs, held, -1) }
  const binding = inputs.mandate.universe.underlyings.map((_, u): Cap | null => {
    const z = wanted[u]!
    if (z === 0) return null
    const direction = z > 0 ? 1 : -1
    const own = capUnderlying(inputs, held, { at: u, direction, priced: true })
    const size = Math.min(Math.abs(z), own.size)
    let left = size
    let last: Cap = { size: 0, limit: blockedBy(inputs, u), name: null, limitValue: 0, perUnit: 0 }
    for (const j of cheapest[direction > 0 ? 'buy' : 'sell'][u]!) {
      const cap = capInstrument(inputs, held, { at: j, direction, priced: true })
      const part = Math.min(left, cap.size)
      if (part > 0) byInstrument[j] = direction * part
      room[j] = cap.size - part
      left -= part
      last = cap
    }
    if (left > 0) return last
    return size < Math.abs(z) ? own : null
  })
  for (const row of rows) if (row.limit === 'cash') moveOffCash(inputs, held, { row, byInstrument, room })
  return { byInstrument, binding }
}

/** Why an underlying has no instrument to trade. */
function blockedBy({ mandate, market }: PlanInputs, u: number): LimitName {
  const listed = mandate.tradeable[u]!
  if (listed.length === 0) return 'noInstrument'
  if (mandate.constraints.frozen[u] === 1) return 'frozen'
  return listed.some((j) => market.stale[j] === 1) ? 'stale' : 'frozen'
}

function moveOffCash(
  inputs: PlanInputs,
  { costs }: Valued,
  { row, byInstrument, room }: { row: Row; byInstrument: Float64Array; room: Float64Array },
): void {
  const { universe } = inputs.mandate
  let excess = measureRow(universe, row, byInstrument) - row.bound
  if (excess <= 0) return
  // Only buys spend cash.
  const slope = slopeRow(universe, row, byInstrument, new Int8Array(byInstrument.length).fill(1))
  const listed = listTradeable(inputs)
  const carry = extraCarry(costs, listed).buy
  const rate = (j: number): number => costs.proportional[j]! + carry[j]!
  const moves = listed
    .filter((order) => order.length > 1)
    .flatMap((order) => order.flatMap((from) => order.map((to) => ({ from, to }))))
    .filter(
      ({ from, to }) => byInstrument[from]! > 0 && isFunded(universe.instruments[from]!) && slope[from]! > slope[to]!,
    )
    .map((move) => ({ ...move, extra: rate(move.to) - rate(move.from) }))
    .sort((a, b) => a.extra - b.extra || a.from - b.from || a.to - b.to)
  for (const { from, to } of moves) {
    if (excess <= 0) return
    const saved = slope[from]! - slope[to]!
    const moved = Math.min(byInstrument[from]!, room[to]!, excess / saved)
    byInstrument[from]! -= moved
    byInstrument[to]! += moved
    room[to]! -= moved
    room[from]! += moved
    excess -= moved * saved
  }
}

/**
 * The part of the trades, at most 1, that takes what is beyond a row off it: rows are convex and hold at no trade. Of one that
 * does not, the trades may stop short of its bound, and take nothing off.
 */
export function shareInside(universe: Universe, rows: readonly Row[], traded: Float64Array): number {
  const none = new Float64Array(traded.length)
  return rows.reduce((share, row) => {
    if (!exceeds(universe, row, traded)) return share
    const still = measureRow(universe, row, none)
    const measure = measureRow(universe, row, traded)
    if (still > row.bound && measure <= still) return share
    return Math.min(share, Math.max(0, row.bound - still) / (measure - still))
  }, 1)
}
