/**
 * Whether a decision would trade anything, seen without a plan: most of the time the answer is no, and must cost next to
 * nothing. The glance is opened for one mandate, outlook and curvature, and follows the ledger.
 */
import { glanceAt, openGlance, updateGlance, wantsBlocked } from '../sizing/glance.ts'
import type { PlanInputs } from '../sizing/plan-types.ts'
import { portfolioIn } from './plan-view.ts'
import { type Lookout, type Marks, type Session, type Standing, seenAtOf } from './session.ts'

/** @param inputs of the plan of now, prepared. @returns null where `plan()` refuses them */
export function openLookout(session: Session, standing: Standing, inputs: PlanInputs): Lookout | null {
  const opened = openGlance(inputs)
  if (!opened.ok) return null
  return { glance: opened.value, standing, curvature: inputs.curvature ?? null, ledger: session.ledger, restedAt: null }
}

/** Whether the lookout of a session is of its mandate, outlook and curvature. */
export const looksAt = ({ lookout, curvature }: Session, standing: Standing): boolean =>
  lookout !== null && lookout.standing === standing && lookout.curvature === (curvature?.value ?? null)

/** @returns whether it is certain that a plan would trade nothing; false where nothing is certain, or nothing to look with */
export function isAtRest(session: Session, standing: Standing, marks: Marks): boolean {
  const { lookout, mode, orders, ledger } = session
  if (lookout === null || mode !== 'active' || orders.length > 0 || !looksAt(session, standing)) return false
  if (lookout.ledger !== ledger) {
    const portfolio = portfolioIn(session, standing)
    if (!portfolio.ok) return false
    updateGlance(lookout.glance, portfolio.value)
    lookout.ledger = ledger
  }
  const rests = glanceAt(lookout.glance, momentOf(session, standing, marks))
  if (rests) lookout.restedAt = session.at
  return rests
}

/** Whether the decision of now was to rest although the policy wants trades, of what may not be traded. */
export const restsOutside = ({ lookout, at }: Session): boolean =>
  lookout !== null && lookout.restedAt === at && wantsBlocked(lookout.glance)

function momentOf({ at, config }: Session, { instruments, currencies, leftOut }: Standing, marks: Marks) {
  const whole = leftOut.instruments.length === 0 && leftOut.currencies.length === 0
  const stale = new Uint8Array(instruments.length)
  for (let k = 0; k < stale.length; k++) if (at - seenAtOf(marks, instruments[k]!) > config.markAgeMaxMs) stale[k] = 1
  return {
    asOf: at,
    price: whole ? marks.price : Float64Array.from(instruments, (j) => marks.price[j]!),
    rate: whole ? marks.rate : Float64Array.from(currencies, (c) => marks.rate[c]!),
    stale,
  }
}
