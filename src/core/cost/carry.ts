/**
 * What holding costs until a horizon, + we pay, as a fraction of equity for a position of `weight` (its sign: + long).
 * Perpetuals: weight · Σ_k E[F_k] over the venue's own payment times t_k in (from, to]; longs pay a positive rate. The next
 * rate is announced, later ones revert: E[F_k] = mean + (next − mean)·2^{−(t_k−t_1)/halfLife}, each within the venue's cap.
 * Spot sold short: borrow rate · |weight| · years. Dated futures: the basis F/S − 1 melts evenly until expiry (longs pay a
 * premium), then each roll costs its trades and the next contract's basis a year. Sources are the venues' rule books;
 * the payment interval is instrument data and never assumed: 8 h is one venue's habit, 1 h another's.
 */
import { type Decimal, toNumber } from '../base/decimal.ts'
import { type Instant, YEAR_MS } from '../base/instant.ts'
import { ratioDivide, ratioMultiply, ratioOf } from '../base/ratio.ts'
import { assert, assertNever, fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { unitNotional } from '../domain/valuation.ts'
import { ceilingMoney } from './money.ts'
import { outOfRange } from './range.ts'

export interface Funding {
  /** Time between payments; null where it is not known, which is refused. */
  readonly intervalMs: number | null
  /** Any one payment time. */
  readonly anchor: Instant
  /** Expected rate of the next payment, a fraction of notional per payment. */
  readonly next: number
  /** The rate later payments revert to, and how fast; null: the next rate stays. */
  readonly reversion: { readonly mean: number; readonly halfLifeMs: number } | null
  /** Largest |rate| of one payment; null where the venue has none. */
  readonly cap: number | null
}

/** How the next contracts are held after expiry; null: the position ends there. */
export interface Roll {
  /** Basis of the contracts rolled into, a year. */
  readonly basisPerYear: number
  /** Cost of one roll as a fraction of what is rolled (two trades). */
  readonly cost: number
  /** Life of each contract rolled into. */
  readonly lifeMs: number
}

export type CarryTerms =
  | { readonly kind: 'none' }
  | { readonly kind: 'perp'; readonly funding: Funding }
  /** borrowPerYear: what a short pays; null where it cannot be borrowed. */
  | { readonly kind: 'spot'; readonly borrowPerYear: number | null }
  | { readonly kind: 'future'; readonly expiry: Instant; readonly basis: number; readonly roll: Roll | null }

export interface Carry {
  readonly funding: number
  readonly borrow: number
  /** Melting basis and rolls. */
  readonly basis: number
  readonly total: number
}

export interface Holding {
  readonly instrument: string
  /** Signed, fraction of equity. */
  readonly weight: number
  readonly from: Instant
  /** ≥ from */
  readonly to: Instant
}

const FREE = { funding: 0, borrow: 0, basis: 0 }
const sumUp = (parts: Partial<Omit<Carry, 'total'>>): Carry => {
  const carry = { ...FREE, ...parts }
  return { ...carry, total: carry.funding + carry.borrow + carry.basis }
}

/** Expected carry of a holding. @returns refused by name: no funding interval, no borrow rate for a short, bad numbers. */
export function expectedCarry(terms: CarryTerms, holding: Holding): Result<Carry> {
  const { instrument, weight, from, to } = holding
  const issues = outOfRange(instrument, {
    weight: [weight, 'finite'],
    'time to the horizon': [to - from, 'nonNegative'],
  })
  if (issues.length > 0) return fail(issues)
  switch (terms.kind) {
    case 'none':
      return succeed(sumUp({}))
    case 'perp': {
      const rate = expectedFunding(instrument, terms.funding, { from, to })
      return rate.ok ? succeed(sumUp({ funding: weight * rate.value })) : rate
    }
    case 'spot': {
      if (weight >= 0) return succeed(sumUp({}))
      if (terms.borrowPerYear === null)
        return refuse(
          'cost.borrow',
          instrument,
          'borrow rate of a short spot position must be known, was missing',
          'give the rate a year, or do not sell short',
        )
      const bad = outOfRange(instrument, { 'borrow rate a year': [terms.borrowPerYear, 'finite'] })
      return bad.length > 0
        ? fail(bad)
        : succeed(sumUp({ borrow: (-weight * terms.borrowPerYear * (to - from)) / YEAR_MS }))
    }
    case 'future':
      return futureCarry(terms, holding)
    default:
      return assertNever(terms)
  }
}

/** More than a year of payments every minute. */
const PAYMENTS_MAX = 1_000_000

/** Payment times in (from, to], ascending. @returns refused by name where the interval is missing or far too short. */
export function fundingTimes(
  instrument: string,
  { intervalMs, anchor }: Pick<Funding, 'intervalMs' | 'anchor'>,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Result<readonly Instant[]> {
  if (intervalMs === null || !(Number.isSafeInteger(intervalMs) && intervalMs > 0))
    return refuse(
      'cost.funding-interval',
      instrument,
      `funding interval must be known for ${instrument}, was ${intervalMs ?? 'missing'}`,
      'give the interval of this instrument at its venue: it is not always 8h',
    )
  const first = anchor + (Math.floor((from - anchor) / intervalMs) + 1) * intervalMs
  const count = Math.max(0, Math.floor((to - first) / intervalMs) + 1)
  if (!(count <= PAYMENTS_MAX))
    return refuse(
      'cost.funding-interval',
      instrument,
      `funding payments until the horizon must be at most ${PAYMENTS_MAX}, was ${count}`,
      'where funding accrues all the time, count one payment a minute',
    )
  return succeed(Array.from({ length: count }, (_, k) => first + k * intervalMs))
}

/** Σ_k E[F_k] over (from, to]: what a long of weight 1 pays. */
export function expectedFunding(
  instrument: string,
  funding: Funding,
  span: { readonly from: Instant; readonly to: Instant },
): Result<number> {
  const { next, reversion, cap } = funding
  const issues: Issue[] = outOfRange(instrument, {
    'next funding rate': [next, 'finite'],
    'mean funding rate': [reversion?.mean ?? 0, 'finite'],
    'half-life of funding': [reversion?.halfLifeMs ?? 1, 'positive'],
    'funding cap': [cap ?? 0, 'nonNegative'],
  })
  if (issues.length > 0) return fail(issues)
  const times = fundingTimes(instrument, funding, span)
  if (!times.ok) return times
  let total = 0
  for (const time of times.value) {
    const expected =
      reversion === null
        ? next
        : reversion.mean + (next - reversion.mean) * 2 ** (-(time - times.value[0]!) / reversion.halfLifeMs)
    total += cap === null ? expected : Math.max(-cap, Math.min(cap, expected))
  }
  return succeed(total)
}

function futureCarry(
  { expiry, basis, roll }: Extract<CarryTerms, { kind: 'future' }>,
  { instrument, weight, from, to }: Holding,
): Result<Carry> {
  const issues = outOfRange(instrument, {
    basis: [basis, 'finite'],
    'time to expiry': [expiry - from, 'positive'],
    'basis a year after the roll': [roll?.basisPerYear ?? 0, 'finite'],
    'cost of a roll': [roll?.cost ?? 0, 'nonNegative'],
    'life of a contract': [roll?.lifeMs ?? 1, 'positive'],
  })
  if (issues.length > 0) return fail(issues)
  const melted = weight * basis * Math.min(1, (to - from) / (expiry - from))
  const after = to - expiry
  if (roll === null || after <= 0) return succeed(sumUp({ basis: melted }))
  const rolls = Math.ceil(after / roll.lifeMs)
  const rolled = (weight * roll.basisPerYear * after) / YEAR_MS + Math.abs(weight) * roll.cost * rolls
  return succeed(sumUp({ basis: melted + rolled }))
}

/**
 * One funding payment in the settle currency, + we pay: quantity · notional of a unit · rate, exact, rounded up once.
 * Notional is at the mark price; an inverse contract pays in its coin.
 */
export function fundingPayment(
  instrument: Instrument,
  payment: { readonly quantity: Decimal; readonly mark: Decimal; readonly rate: Decimal },
): Money {
  assert(instrument.kind === 'perp', `funding is paid on perpetuals, was a ${instrument.kind}`)
  assert(toNumber(payment.mark) > 0, 'mark must be above 0')
  const notional = ratioMultiply(ratioOf(payment.quantity), unitNotional(instrument, payment.mark))
  const settled = instrument.contract === 'inverse' ? ratioDivide(notional, ratioOf(payment.mark)) : notional
  return ceilingMoney(ratioMultiply(settled, ratioOf(payment.rate)), instrument.settle)
}
