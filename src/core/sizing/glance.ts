/**
 * A look at a book between plans: is it certain that `plan()` would trade nothing at these prices? Most hours of a session the
 * answer is yes, and costs a hundredth of a plan: float64 alone, in memory that is made once. The book is valued
 * (`glance-book.ts`), must be inside every limit (`glance-limits.ts`), and the policy must want no trade (`glance-rule.ts`), each
 * with room for the rounding of float64. Where that does not show it, the answer is no, which only means: ask `plan()`.
 */

import type { Instant } from '../base/instant.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import { aimAt } from './aim.ts'
import { check } from './check.ts'
import { type FloatBook, holdIn, openFloatBook, valueBook } from './glance-book.ts'
import { type FloatLimits, floatLimits, isInside } from './glance-limits.ts'
import { deviateFrom, type FloatRisk, measureRisks, openFloatRisk } from './glance-risk.ts'
import { type FloatRule, floatRule, maybeBeyond, wantsNothing } from './glance-rule.ts'
import { dependsOnPrice } from './limit-check.ts'
import type { PlanInputs } from './plan-types.ts'
import { prepareFor } from './prepare.ts'
import { value } from './value.ts'

/** Made for one mandate, forecast, cost model and curvature; its arrays are written to by every look. */
export interface Glance {
  /** What it was opened with, prepared: an answer is about these with another portfolio and another moment of the market. */
  readonly inputs: PlanInputs
  readonly book: FloatBook
  readonly risk: FloatRisk
  readonly limits: FloatLimits
  readonly rule: FloatRule
  /** Held − this is what the policy judges. */
  readonly aim: Float64Array
  readonly asks: { readonly volatility: boolean; readonly trackingError: boolean }
  /** Times it can answer for. */
  readonly from: Instant
  readonly until: Instant
  /** Per underlying: whether something may be traded for it, written by every look. */
  readonly trades: Uint8Array
  /** Per instrument: 1 where a limit depends on its mark when it is held; 1 where it must not be short. */
  readonly fresh: Uint8Array
  readonly long: Uint8Array
}

/** What of a market moves between looks. */
export interface Moment {
  readonly asOf: Instant
  /** Per instrument, in its quote currency; per currency, in the numeraire. */
  readonly price: Float64Array
  readonly rate: Float64Array
  /** Per instrument: 1 where the mark is older than the book allows. */
  readonly stale: Uint8Array
}

/**
 * Everything that stays from look to look: whoever changes mandate, forecast, costs, volumes, order books or curvature opens
 * another one. Without a curvature it is that of `prepare()` at these prices.
 * @returns the glance, or why `plan()` refuses the inputs
 */
export function openGlance(asked: PlanInputs): Result<Glance> {
  const issues = check(asked)
  if (issues.length > 0) return fail(issues)
  const held = value(asked)
  if (!held.ok) return held
  const prepared = prepareFor(asked, held.value)
  if (!prepared.ok) return prepared
  const inputs = prepared.value
  const aim = aimAt(inputs, held.value)
  if (!aim.ok) return aim
  const { universe, constraints } = inputs.mandate
  const n = universe.underlyings.length
  const limits = floatLimits(constraints, n)
  const rule = floatRule(inputs, held.value, aim.value.target)
  const glance: Glance = {
    inputs,
    book: openFloatBook(universe),
    risk: openFloatRisk(inputs),
    limits,
    rule,
    aim: aim.value.weight,
    asks: {
      volatility: limits.volatilityMax < Number.POSITIVE_INFINITY,
      trackingError: rule.kind === 'error' || limits.trackingErrorMax < Number.POSITIVE_INFINITY,
    },
    from: inputs.market.asOf,
    until: untilOf(inputs),
    trades: new Uint8Array(n),
    fresh: Uint8Array.from(universe.underlyingOf, (u) => (dependsOnPrice(constraints, universe, u) === null ? 0 : 1)),
    long: Uint8Array.from(universe.instruments, (each) => (each.kind === 'spot' && !each.short ? 1 : 0)),
  }
  updateGlance(glance, inputs.portfolio)
  return succeed(glance)
}

/** Carry that tilts the aim moves with time; a future that has expired is refused, and has no carry. */
function untilOf({ mandate: { policy, tradeable, universe }, market, costs }: PlanInputs): Instant {
  if (policy.kind === 'costAware' && policy.tilt?.carry === true) return market.asOf + 1
  const expiries = [
    ...tradeable.flat().map((j) => universe.instruments[j]!),
    ...costs.carry.filter((terms) => terms.kind === 'future'),
  ].map((each) => ('expiry' in each ? each.expiry : Number.POSITIVE_INFINITY))
  return Math.min(Number.POSITIVE_INFINITY, ...expiries)
}

/** Another portfolio, such as after fills. */
export const updateGlance = ({ book }: Glance, portfolio: Portfolio): void => holdIn(book, portfolio)

/**
 * @returns true where `plan()` of `glance.inputs`, with the portfolio of now and this moment of the market, is certain to be
 * balanced without a leg. False says nothing.
 */
export function glanceAt(glance: Glance, { asOf, price, rate, stale }: Moment): boolean {
  const { book, risk, limits, rule } = glance
  if (book.hasOrders || !limits.covered || !(asOf >= glance.from && asOf < glance.until)) return false
  if (!canAllBeTold(glance, stale)) return false
  if (!valueBook(book, price, rate)) return false
  measureRisks(risk, book, glance.asks)
  if (!isInside(limits, book, risk)) return false
  deviateFrom(risk, book, glance.aim)
  return wantsNothing(rule, glance)
}

/** After a look that was sure of no trade: whether the policy may want some all the same, of what may not be traded. */
export const wantsBlocked = (glance: Glance): boolean => glance.trades.includes(0) && maybeBeyond(glance.rule, glance)

/** Notes which underlyings can be traded. @returns false where a stale mark or a short that must not be is a matter for `plan()` */
function canAllBeTold({ inputs, book, trades, fresh, long }: Glance, stale: Uint8Array): boolean {
  const { tradeable, constraints } = inputs.mandate
  for (let j = 0; j < stale.length; j++) {
    const held = book.quantity[j]!
    if ((held !== 0 && stale[j]! * fresh[j]! === 1) || (held < 0 && long[j] === 1)) return false
  }
  for (let u = 0; u < trades.length; u++) {
    trades[u] = 0
    if (constraints.frozen[u] === 1) continue
    const own = tradeable[u]!
    for (let k = 0; k < own.length; k++) {
      const j = own[k]!
      if (constraints.frozenInstrument[j] !== 1 && stale[j] !== 1) trades[u] = 1
    }
  }
  return true
}
