/**
 * `step(session, event)`: the next session and what is to be done, and nothing else: no clock, no chance, no state beside
 * the session. A what-if, a backtest, paper and live differ in who calls it. Events are those of the journal, in its order;
 * an event dated before the one it follows counts as of now, because clocks step back and books must not.
 */
import { hashOf } from '../base/hash.ts'
import { assertNever, type Issue } from '../base/result.ts'
import { reconcile } from '../ledger/reconcile.ts'
import { bookFact } from './book-fact.ts'
import { decide } from './decide.ts'
import type { Effect } from './effect.ts'
import { enterMode } from './mode.ts'
import { isUncertain } from './order.ts'
import { askForSilent, deadlineOf, hearOfOrder } from './order-answers.ts'
import { standBy } from './plan-view.ts'
import { type Marks, type Moved, type Session, type Standing, seenAtOf } from './session.ts'
import type { Mandated, MarketSeen, OutlookChanged, Reported, SessionEvent } from './session-event.ts'

export function step(before: Session, event: SessionEvent): readonly [Session, readonly Effect[]] {
  const session: Session = { ...before, seq: before.seq + 1, at: event.at > before.at ? event.at : before.at }
  const moved = react(session, event)
  if (moved.session.orders.length === 0 && !moved.session.waiting) return [moved.session, moved.effects]
  const asked = after(moved, askForSilent)
  const decided = asked.session.waiting && asked.session.orders.every(isUncertain) ? after(asked, decide) : asked
  const waked = after(decided, askToBeWoken)
  return [waked.session, waked.effects]
}

const after = (moved: Moved, next: (session: Session) => Moved): Moved => {
  const then = next(moved.session)
  return {
    session: then.session,
    effects: moved.effects.length === 0 ? then.effects : [...moved.effects, ...then.effects],
  }
}

const NOTHING: readonly Effect[] = []

function react(session: Session, event: SessionEvent): Moved {
  switch (event.kind) {
    case 'market':
      return seeMarket(session, event)
    case 'outlook':
      return changeOutlook(session, event)
    case 'mandated':
      return takeMandate(session, event)
    case 'woken':
      return { session: { ...session, wakeAt: null }, effects: NOTHING }
    case 'commanded':
      return enterMode(session, event.mode, 'commanded')
    case 'booked':
      return bookFact(session, event)
    case 'order':
      return hearOfOrder(session, event)
    case 'reported':
      return compareWith(session, event)
    default:
      return assertNever(event)
  }
}

function seeMarket(session: Session, { price, rate }: MarketSeen): Moved {
  const { at, dueAt, config } = session
  const marks = seeMarks(session, price, rate)
  if (at < dueAt) return { session: { ...session, marks }, effects: NOTHING }
  // Hours without marks are skipped, not caught up on.
  const next = dueAt + config.everyMs * (Math.floor((at - dueAt) / config.everyMs) + 1)
  return decide({ ...session, marks, dueAt: next })
}

/** Marks that are not new keep their price and their time. */
function seeMarks({ marks, at }: Session, price: Float64Array, rate: Float64Array): Marks {
  let all = true
  for (let j = 0; j < price.length; j++) all = price[j]! > 0 && all
  let rates = true
  for (let c = 0; c < rate.length; c++) rates = rate[c]! > 0 && rates
  if (all && rates) return { price, rate, seenAt: at }
  const seenAt = new Float64Array(price.length).fill(at)
  if (marks === null) {
    for (let j = 0; j < price.length; j++) if (!(price[j]! > 0)) seenAt[j] = Number.NEGATIVE_INFINITY
    return { price, rate, seenAt }
  }
  const kept = price.map((each, j) => {
    if (each > 0) return each
    seenAt[j] = seenAtOf(marks, j)
    return marks.price[j]!
  })
  return { price: kept, rate: rates ? rate : rate.map((each, c) => (each > 0 ? each : marks.rate[c]!)), seenAt }
}

function changeOutlook(session: Session, { outlook }: OutlookChanged): Moved {
  if (session.standing === null) return { session, effects: NOTHING }
  return { session: { ...renew(session), standing: { ...session.standing, outlook } }, effects: NOTHING }
}

/** The curvature outlives a new outlook for the time that the session states. */
function renew(session: Session): Session {
  const { curvature, config } = session
  return curvature !== null && session.at - curvature.at >= config.curvatureMs
    ? { ...session, curvature: null }
    : session
}

function takeMandate(session: Session, { mandate, hash, outlook }: Mandated): Moved {
  const standing = standBy(session.config, { mandate, hash, outlook })
  if (!standing.ok) return refused(session, standing.error)
  return {
    session: { ...session, standing: standing.value, curvature: keptUnder(session, standing.value) },
    effects: NOTHING,
  }
}

/** Another target moves the curvature little; another universe or policy makes it another. */
function keptUnder(session: Session, { mandate }: Standing): Session['curvature'] {
  const before = session.standing?.mandate
  const same =
    before !== undefined && isSame(before.policy, mandate.policy) && isSame(before.universe, mandate.universe)
  return same ? renew(session).curvature : null
}

/** By value: a journal that is read again has other objects. */
const isSame = (a: object, b: object): boolean => a === b || hashOf(a) === hashOf(b)

const refused = (session: Session, issues: readonly Issue[]): Moved => ({
  session,
  effects: [{ kind: 'publish', published: { kind: 'refused', issues } }],
})

/** Differences that nobody explains become events of the ledger, and are told. */
function compareWith(session: Session, { snapshot }: Reported): Moved {
  const reconciled = reconcile(session.ledger, snapshot)
  if (!reconciled.ok) return alarmed(session, reconciled.error)
  const { ledger, events } = reconciled.value
  if (events.length === 0) return { session, effects: NOTHING }
  return alarmed(
    { ...session, ledger },
    events.map((event) => ({
      code: 'session.difference',
      path: event.kind === 'positionReconciled' ? `positions.${event.instrument}` : 'cash',
      message: `ledger and venue must agree, was a difference that became event ${event.seq} of the ledger`,
      hint: 'look for fills, fees or transfers that were never seen',
    })),
  )
}

const alarmed = (session: Session, issues: readonly Issue[]): Moved => ({
  session,
  effects: [{ kind: 'publish', published: { kind: 'alarm', issues } }],
})

/** Asks for a wake at the first moment at which silence about an order means something. */
function askToBeWoken(session: Session): Moved {
  let first = Number.POSITIVE_INFINITY
  for (const order of session.orders) first = Math.min(first, deadlineOf(order, session.config.answerMs) ?? first)
  if (
    first === Number.POSITIVE_INFINITY ||
    (session.wakeAt !== null && session.wakeAt <= first && session.wakeAt > session.at)
  )
    return { session, effects: NOTHING }
  return { session: { ...session, wakeAt: first }, effects: [{ kind: 'wake', at: first }] }
}
