/**
 * Orders that have ended, by id, so that an id that comes again is answered and never placed again. States that grow out of
 * each other share one append-only log and each sees only its own part of it, as the events of a ledger do.
 */
import type { Decimal } from '../base/decimal.ts'

export interface PastOrder {
  readonly id: string
  readonly state: 'filled' | 'canceled' | 'rejected'
  readonly filled: Decimal
  readonly reason: string | null
}

interface Log {
  readonly orders: PastOrder[]
  readonly place: Map<string, number>
}

export interface PastOrders {
  readonly log: Log
  readonly count: number
}

export const emptyPast = (): PastOrders => ({ log: { orders: [], place: new Map() }, count: 0 })

/** How an order ended; null where none of that id has. */
export function pastOrder({ log, count }: PastOrders, id: string): PastOrder | null {
  const place = log.place.get(id)
  return place === undefined || place >= count ? null : log.orders[place]!
}

/** @param order of an id that has not ended */
export function endOrder({ log, count }: PastOrders, order: PastOrder): PastOrders {
  const own = log.orders.length === count ? log : copyLog(log, count)
  own.place.set(order.id, count)
  own.orders.push(order)
  return { log: own, count: count + 1 }
}

/** Branches of one history never meet. */
function copyLog({ orders }: Log, count: number): Log {
  const kept = orders.slice(0, count)
  return { orders: kept, place: new Map(kept.map(({ id }, index) => [id, index])) }
}
