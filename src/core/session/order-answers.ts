/**
 * What answers and silence do to orders. A venue's answers may come late, twice, in another order or not at all, so each
 * transition asks only what is certain: an order has ended when the venue says so and every fill that it counts has been
 * seen; without an answer in time its outcome is unknown, it is asked for, and never sent again.
 */
import { add, compare, type Decimal, toText } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { assertNever, type Issue } from '../base/result.ts'
import type { Effect } from './effect.ts'
import { enterMode } from './mode.ts'
import type { Order } from './order.ts'
import type { Moved, Session } from './session.ts'
import type { OrderSeen } from './session-event.ts'

/** Orders that ended whose late answers are recognised. */
const ENDED_KEPT = 256
/** Doublings of the time between queries. */
const DOUBLINGS_MAX = 6

function endOrder(session: Session, order: Order): Session {
  const ended = session.ended.slice(1 - ENDED_KEPT)
  ended.push(order.intent.id)
  return { ...session, orders: session.orders.filter((each) => each !== order), ended }
}

const replaceOrder = (session: Session, order: Order, next: Order): Session => ({
  ...session,
  orders: session.orders.map((each) => (each === order ? next : each)),
})

const queryOf = ({ intent: { id, instrument } }: Order): Effect => ({ kind: 'query', id, instrument })

const alarm = (issue: Issue): Effect => ({ kind: 'publish', published: { kind: 'alarm', issues: [issue] } })

/** @returns the session after the venue has said something about an order */
export function hearOfOrder(session: Session, event: OrderSeen): Moved {
  const order = session.orders.find(({ intent }) => intent.id === event.id)
  if (order === undefined) return hearOfStranger(session, event)
  switch (event.state) {
    case 'open':
      return order.state === 'closing'
        ? { session, effects: [] }
        : { session: replaceOrder(session, order, { ...order, state: 'open' }), effects: [] }
    case 'filled':
      return endWith(session, order, event.filled ?? order.intent.quantity)
    case 'canceled':
      return event.filled === null ? askAgain(session, order) : endWith(session, order, event.filled)
    case 'rejected': {
      const rejected: Issue = {
        code: 'order.rejected',
        path: `orders.${order.intent.id}`,
        message: `the venue must accept the order of ${order.intent.instrument}, was rejected: ${event.reason ?? 'without a reason'}`,
        hint: 'the next decision plans anew; where it is rejected again, compare the instrument’s terms with the venue’s',
      }
      return {
        session: endOrder(session, order),
        effects: [{ kind: 'publish', published: { kind: 'refused', issues: [rejected] } }],
      }
    }
    case 'unknown':
      return askAgain(session, order)
    case 'absent':
      // What was just sent may not be listed yet: only the second time in a row is it certain.
      return order.state === 'unknown' && order.asks > 1
        ? { session: endOrder(session, order), effects: [] }
        : askAgain(session, order)
    default:
      return assertNever(event.state)
  }
}

function hearOfStranger(session: Session, event: OrderSeen): Moved {
  if (event.state !== 'open' || session.ended.includes(event.id)) return { session, effects: [] }
  const issue: Issue = {
    code: 'order.stranger',
    path: `orders.${event.id}`,
    message: 'an open order of this account must be one of this session, was not',
    hint: 'cancel it at the venue, or keep other strategies on accounts of their own',
  }
  return { session, effects: [alarm(issue)] }
}

/** The venue counts `filled` on an order that has ended; fills that are still on their way keep it from being forgotten. */
function endWith(session: Session, order: Order, filled: Decimal): Moved {
  if (compare(order.filled, filled) >= 0) return { session: endOrder(session, order), effects: [] }
  const closing: Order = { ...order, state: 'closing', filledAtEnd: filled, askedAt: session.at }
  return { session: replaceOrder(session, order, closing), effects: [] }
}

function askAgain(session: Session, order: Order): Moved {
  const known = session.orders.find(({ intent }) => intent.id === order.intent.id)!
  const asked: Order = {
    ...known,
    state: known.state === 'closing' ? 'closing' : 'unknown',
    askedAt: session.at,
    asks: known.asks + 1,
  }
  return { session: replaceOrder(session, known, asked), effects: [queryOf(asked)] }
}

/** A fill that the ledger had not seen. More than was ordered halts the session: the venue's word and ours contradict. */
export function countFill(session: Session, fill: { readonly order: string; readonly quantity: Decimal }): Moved {
  const order = session.orders.find(({ intent }) => intent.id === fill.order)
  if (order === undefined) return { session, effects: [] }
  const filled = add(order.filled, fill.quantity)
  if (filled > order.intent.quantity) {
    const issue: Issue = {
      code: 'order.overfilled',
      path: `orders.${order.intent.id}`,
      message: `at most ${toText(order.intent.quantity)} of ${order.intent.instrument} must be filled, was ${toText(filled)}`,
      hint: 'the ledger follows the fills; compare them with the venue’s before trading goes on',
    }
    const counted = replaceOrder(session, order, { ...order, filled })
    const halted = enterMode(counted, 'halted', issue.code)
    return { session: halted.session, effects: [alarm(issue), ...halted.effects] }
  }
  const ended = compare(filled, order.filledAtEnd ?? order.intent.quantity) >= 0
  return {
    session: ended ? endOrder(session, order) : replaceOrder(session, order, { ...order, filled }),
    effects: [],
  }
}

/**
 * When silence about an order means that it has to be asked for; null for a limit order that rests. A market order ends by
 * itself, so one that stays open is asked for too.
 */
export const deadlineOf = ({ intent, state, canceling, askedAt, asks }: Order, answerMs: number): Instant | null =>
  state === 'open' && intent.price !== null && !canceling
    ? null
    : askedAt + answerMs * 2 ** Math.min(asks, DOUBLINGS_MAX)

/** Asks for every order whose answer is overdue. */
export function askForSilent(session: Session): Moved {
  const { answerMs } = session.config
  let moved: Moved = { session, effects: [] }
  for (const order of session.orders) {
    const deadline = deadlineOf(order, answerMs)
    if (deadline === null || deadline > session.at) continue
    const asked = askAgain(moved.session, order)
    moved = { session: asked.session, effects: [...moved.effects, ...asked.effects] }
  }
  return moved
}
