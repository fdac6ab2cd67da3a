/**
 * Where a resting order stands in the queue of its price, estimated from a feed that shows sizes by price alone. Others' lots
 * are ahead of it or behind. Who joins later is behind. A trade at the price takes from the front, fully: what is ahead
 * first, then the order. A level that shrinks by more than was traded there was cancelled, and nobody says where:
 *
 *     front          all of it ahead, as far as there is any: the most favourable
 *     proportional   ahead falls by the share ahead/(ahead + behind): each lot is as likely to be cancelled
 *     back           behind first, ahead only by what is more than that: the least favourable
 *
 * (Rigtorp, "Estimating order queue position", 2013, has the family of shares; hftbacktest's queue models are of it.) `back`
 * never fills more than the queue itself would; `front` never less, where no change of a level hides cancels behind what
 * joined meanwhile. Trades must be given before the change of the level that they cause, as venues send them; a change takes
 * off what was traded since the last one, so nothing counts twice. `ahead` is an expectation and may be a fraction;
 * fills are whole lots, rounded down. Pure functions: each gives the order after.
 */
import { assert, assertNever } from '../base/result.ts'
import type { Side } from '../domain/portfolio.ts'

export type CancelModel = 'front' | 'proportional' | 'back'

export interface QueuedOrder {
  readonly side: Side
  readonly tick: number
  readonly cancels: CancelModel
  /** Still open, whole. 0 when it is filled. */
  readonly lots: number
  /** Of others, expected to be served before it, ≥ 0. */
  readonly ahead: number
  /** Others' lots at the price by the last change of the level. */
  readonly level: number
  /** Of those, traded since: the next change of the level holds it. */
  readonly traded: number
}

export interface QueueStep {
  readonly order: QueuedOrder
  /** Lots filled by this trade, whole. */
  readonly filled: number
}

const isWhole = (lots: number): boolean => Number.isSafeInteger(lots) && lots >= 0

/** An order that has just come to rest behind all others. @param order.level others' lots at its price */
export function joinQueue(order: Pick<QueuedOrder, 'side' | 'tick' | 'cancels' | 'lots' | 'level'>): QueuedOrder {
  assert(isWhole(order.lots) && order.lots > 0 && isWhole(order.level), 'an order and its level must be whole lots')
  return { ...order, ahead: order.level, traded: 0 }
}

export interface Print {
  /** Side of the order that took. */
  readonly taker: Side
  readonly tick: number
  readonly lots: number
}

/**
 * After a trade. One at a worse price for the taker went past the order, which price priority serves first: all of it
 * counts for the order.
 */
export function onTrade(order: QueuedOrder, { taker, tick, lots }: Print): QueueStep {
  assert(isWhole(lots), `traded lots must be whole, was ${lots}`)
  const past = order.side === 'buy' ? order.tick - tick : tick - order.tick
  if (taker === order.side || past < 0) return { order, filled: 0 }
  const ahead = past > 0 ? 0 : order.ahead
  const filled = Math.min(order.lots, Math.max(0, Math.floor(lots - ahead)))
  return {
    order: {
      ...order,
      lots: order.lots - filled,
      ahead: Math.max(0, ahead - lots),
      traded: past > 0 ? order.traded : order.traded + lots,
    },
    filled,
  }
}

/** After the feed says that others have so many lots at its price, which alone fills nothing. */
export function onLevelChange(order: QueuedOrder, level: number): QueuedOrder {
  assert(isWhole(level), `lots of a level must be whole, was ${level}`)
  const left = Math.max(order.ahead, order.level - order.traded)
  const cancelled = Math.max(0, left - level)
  const ahead = aheadAfter(order, { cancelled, behind: left - order.ahead })
  return { ...order, ahead: Math.min(level, ahead), level, traded: 0 }
}

function aheadAfter(
  { ahead, cancels }: QueuedOrder,
  { cancelled, behind }: { readonly cancelled: number; readonly behind: number },
): number {
  switch (cancels) {
    case 'front':
      return Math.max(0, ahead - cancelled)
    case 'proportional':
      // The share that stays, not less the share that goes: rounding then never ends below 0.
      return cancelled === 0 ? ahead : ahead * ((ahead + behind - cancelled) / (ahead + behind))
    case 'back':
      return ahead - Math.max(0, cancelled - behind)
    default:
      return assertNever(cancels)
  }
}
