/** Which trades a session makes, and how that changes: whatever ends trading cancels what is open, and says why. */
import type { Effect } from './effect.ts'
import type { Order } from './order.ts'
import type { Moved, Session } from './session.ts'
import type { Mode } from './session-event.ts'

/** Cancels what has not been cancelled yet. */
export function cancelAll(session: Session, orders: readonly Order[]): Moved {
  const due = new Set(orders.filter(({ canceling }) => !canceling))
  if (due.size === 0) return { session, effects: [] }
  return {
    session: {
      ...session,
      orders: session.orders.map((order) =>
        due.has(order) ? { ...order, canceling: true, askedAt: session.at, asks: 0 } : order,
      ),
    },
    effects: [...due].map(({ intent: { id, instrument } }): Effect => ({ kind: 'cancel', id, instrument })),
  }
}

/** @param because what the reader of a journal is told. @returns the session in the mode, without open orders unless active */
export function enterMode(session: Session, mode: Mode, because: string): Moved {
  if (mode === session.mode) return { session, effects: [] }
  const published: Effect = { kind: 'publish', published: { kind: 'mode', mode, because } }
  if (mode === 'active') return { session: { ...session, mode }, effects: [published] }
  const canceled = cancelAll({ ...session, mode, waiting: false }, session.orders)
  return { session: canceled.session, effects: [published, ...canceled.effects] }
}
