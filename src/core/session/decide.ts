/**
 * A decision: the plan of the moment and its orders. At most one plan is live: what an earlier one still has open is
 * cancelled first, and the decision waits until those orders have ended. An order whose outcome is open does not hold up the
 * others: it counts as filled, its instrument is left alone.
 */
import { absolute, ZERO } from '../base/decimal.ts'
import type { Issue } from '../base/result.ts'
import { instrumentIndex } from '../domain/universe.ts'
import { plan } from '../sizing/plan.ts'
import type { Leg, PlanInputs, SizePlan } from '../sizing/plan-types.ts'
import { prepare } from '../sizing/prepare.ts'
import type { Effect } from './effect.ts'
import { isAtRest, looksAt, openLookout } from './lookout.ts'
import { cancelAll } from './mode.ts'
import { type Intent, isUncertain, type Order } from './order.ts'
import { planInputsOf } from './plan-view.ts'
import type { Moved, Session, Standing } from './session.ts'

/** Hexadecimal digits of an instrument's place in an id; with those of the plan no more than every venue takes. */
const PLACE_DIGITS = 8

/** @returns the session after it has decided, or begun to: with open orders it cancels them and waits */
export function decide(session: Session): Moved {
  if (session.mode === 'halted') return { session: waitingFor(session, false), effects: NOTHING }
  const open = session.orders.filter((order) => !isUncertain(order))
  return open.length > 0 ? cancelAll(waitingFor(session, true), open) : planNow(waitingFor(session, false))
}

const NOTHING: readonly Effect[] = []

const waitingFor = (session: Session, waiting: boolean): Session =>
  session.waiting === waiting ? session : { ...session, waiting }

function planNow(session: Session): Moved {
  const { standing, marks } = session
  if (standing === null || marks === null) {
    const missing = standing === null ? 'a mandate' : 'marks'
    return refuse(session, [
      {
        code: 'session.incomplete',
        path: 'session',
        message: `a decision must have ${missing}, was missing`,
        hint: 'events of mandate and market come before the first decision',
      },
    ])
  }
  if (isAtRest(session, standing, marks)) return { session, effects: NOTHING }
  const inputs = planInputsOf(session, standing, marks)
  if (!inputs.ok) return refuse(session, inputs.error)
  const prepared = prepare(inputs.value)
  if (!prepared.ok) return refuse(session, prepared.error)
  const kept = keepLookout(keepCurvature(session, prepared.value), standing, prepared.value)
  const planned = plan(prepared.value)
  return planned.ok ? carryOut(kept, planned.value) : refuse(kept, planned.error)
}

const refuse = (session: Session, issues: readonly Issue[]): Moved => ({
  session,
  effects: [{ kind: 'publish', published: { kind: 'refused', issues } }],
})

const keepCurvature = (session: Session, { curvature }: PlanInputs): Session =>
  curvature === undefined || curvature === session.curvature?.value
    ? session
    : { ...session, curvature: { value: curvature, at: session.at } }

/** Opened beside the first plan of a mandate, so that the decisions after it can be looked at first. */
const keepLookout = (session: Session, standing: Standing, inputs: PlanInputs): Session =>
  looksAt(session, standing) || session.mode !== 'active' || session.orders.length > 0
    ? session
    : { ...session, lookout: openLookout(session, standing, inputs) }

function carryOut(session: Session, planned: SizePlan): Moved {
  const publish: Effect = { kind: 'publish', published: { kind: 'plan', plan: planned } }
  if (planned.legs.length === 0) return { session, effects: [publish] }
  const { universe } = session.config
  const intents = planned.legs.map((leg) => intentOf(planned, leg, instrumentIndex(universe, leg.instrument)))
  const orders = intents.map(
    (intent): Order => ({
      intent,
      state: 'sent',
      filled: ZERO,
      filledAtEnd: null,
      askedAt: session.at,
      asks: 0,
      canceling: false,
    }),
  )
  return {
    session: { ...session, orders: [...session.orders, ...orders] },
    effects: [publish, ...intents.map((intent): Effect => ({ kind: 'submit', intent }))],
  }
}

/** The id of a plan names session, ledger and event already. */
const intentOf = ({ id: planId }: SizePlan, { instrument, side, quantity }: Leg, place: number): Intent => ({
  id: `${planId}${place.toString(16).padStart(PLACE_DIGITS, '0')}`,
  plan: planId,
  instrument,
  side,
  quantity: absolute(quantity),
  price: null,
  reduceOnly: false,
})
