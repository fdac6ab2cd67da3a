/**
 * What a venue charges for an order: fee = rate · notional + fixed. The rate is a fraction of traded notional that falls in
 * tiers with the volume traded over 30 days; makers and takers have their own, and a rebate is negative. Venues publish
 * exactly these tables; nothing is fitted. Amounts are exact and rounded once, towards paying more.
 */

import { type Decimal, ONE, toText, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioDivide, ratioMultiply, ratioOf } from '../base/ratio.ts'
import { assertNever, fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import type { Side } from '../domain/portfolio.ts'
import { unitNotional } from '../domain/valuation.ts'
import { ceilingMoney } from './money.ts'

/** Rates from `volumeMin` on. A tier is a `Fee`, so it can stand in an instrument. */
export interface FeeTier {
  /** 30-day traded volume in the schedule's volume currency, ≥ 0. */
  readonly volumeMin: Decimal
  readonly taker: Decimal
  readonly maker: Decimal
}

/**
 * settle: the currency profit is settled in (quote currency of spot, coin of an inverse contract).
 * received: spot only, out of what the order brings: coin when buying, money when selling.
 * token: the venue's own coin, at a discount on fees (rebates stay in the settle currency and have none).
 */
export type FeeCurrency =
  | { readonly kind: 'settle' }
  | { readonly kind: 'received' }
  | { readonly kind: 'token'; readonly currency: string; readonly discount: Decimal }

export interface FeeSchedule {
  readonly venue: string
  readonly volumeCurrency: string
  /** Ascending; the first starts at 0. */
  readonly tiers: readonly FeeTier[]
  /** Charged per order whatever its size (gas, minimum fee). */
  readonly fixed: Money | null
  readonly paidIn: FeeCurrency
}

/** The schedule, or every reason why it is none: tiers empty or out of order, a rate of 100 % or more, a bad discount. */
export function checkFeeSchedule(schedule: FeeSchedule): Result<FeeSchedule> {
  const issues: Issue[] = []
  const add = (must: string, was: string): void => {
    const message = `${must}, was ${was}`
    issues.push({ code: 'cost.fee-schedule', path: schedule.venue, message, hint: "copy the venue's own fee table" })
  }
  const { tiers, paidIn, fixed } = schedule
  if (tiers.length === 0) add('fee tiers must have at least one row', 'none')
  tiers.forEach((tier, index) => {
    const before = tiers[index - 1]
    if (before === undefined && tier.volumeMin !== ZERO) add('first tier must start at 0', toText(tier.volumeMin))
    if (before !== undefined && tier.volumeMin <= before.volumeMin)
      add(`tier ${index + 1} must start above ${toText(before.volumeMin)}`, toText(tier.volumeMin))
    for (const liquidity of ['maker', 'taker'] as const)
      if (tier[liquidity] >= ONE || tier[liquidity] <= -ONE)
        add(`${liquidity} rate of tier ${index + 1} must be between -1 and 1`, toText(tier[liquidity]))
  })
  if (paidIn.kind === 'token' && (paidIn.discount < ZERO || paidIn.discount >= ONE))
    add('discount must be from 0 to below 1', toText(paidIn.discount))
  if (fixed !== null && fixed.amount < ZERO) add('fixed fee must be 0 or more', toText(fixed.amount))
  return issues.length > 0 ? fail(issues) : succeed(schedule)
}

/** The tier of a 30-day volume: the last that starts at or below it. @param schedule checked @param volume ≥ 0 */
export function feeTier(schedule: FeeSchedule, volume: Decimal): FeeTier {
  let found = schedule.tiers[0]!
  for (const tier of schedule.tiers) if (tier.volumeMin <= volume) found = tier
  return found
}

export interface FeeOrder {
  readonly schedule: FeeSchedule
  readonly tier: FeeTier
  readonly instrument: Instrument
  readonly side: Side
  readonly liquidity: 'maker' | 'taker'
  /** Units of the instrument, > 0. */
  readonly quantity: Decimal
  /** In the quote currency, > 0. */
  readonly price: Decimal
  /** Quote currency per unit of the fee token; null where the fee is not paid in one. */
  readonly tokenRate: Decimal | null
}

/** What one order is charged, + paid: the part that grows with it, and the part that does not. */
export interface OrderFee {
  readonly proportional: Money
  readonly fixed: Money | null
}

/**
 * The fee of one order in the currency the venue takes it in.
 * @returns refused where the token has no price, and where a contract would pay out of what it receives.
 */
export function orderFee(order: FeeOrder): Result<OrderFee> {
  const { schedule, tier, instrument, side, liquidity, quantity } = order
  const rate = ratioOf(tier[liquidity])
  const quoted = ratioMultiply(ratioMultiply(ratioOf(quantity), unitNotional(instrument, order.price)), rate)
  const charge = (proportional: Money): Result<OrderFee> => succeed({ proportional, fixed: schedule.fixed })
  const { paidIn } = schedule
  switch (paidIn.kind) {
    case 'settle':
      return charge(settled(order, quoted))
    case 'received':
      if (instrument.kind !== 'spot')
        return refuse(
          'cost.fee-currency',
          instrument.id,
          `a fee out of what is received must belong to spot, was a ${instrument.kind}`,
          'contracts pay in their settle currency',
        )
      return charge(
        side === 'sell'
          ? ceilingMoney(quoted, instrument.quote)
          : ceilingMoney(
              ratioMultiply(ratioMultiply(ratioOf(quantity), ratioOf(instrument.multiplier)), rate),
              instrument.underlying,
            ),
      )
    case 'token': {
      if (tier[liquidity] < ZERO) return charge(settled(order, quoted))
      if (order.tokenRate === null || order.tokenRate <= ZERO)
        return refuse(
          'cost.fee-currency',
          instrument.id,
          `price of ${paidIn.currency} must be above 0, was ${order.tokenRate === null ? 'missing' : toText(order.tokenRate)}`,
          `give the price of ${paidIn.currency} in ${instrument.quote}`,
        )
      const share = ratioOf((ONE - paidIn.discount) as Decimal)
      return charge(ceilingMoney(ratioDivide(ratioMultiply(quoted, share), ratioOf(order.tokenRate)), paidIn.currency))
    }
    default:
      return assertNever(paidIn)
  }
}

/** An inverse contract settles in the coin, at the order's price. */
const settled = ({ instrument, price }: FeeOrder, quoted: Ratio): Money =>
  ceilingMoney(
    instrument.kind !== 'spot' && instrument.contract === 'inverse' ? ratioDivide(quoted, ratioOf(price)) : quoted,
    instrument.settle,
  )
