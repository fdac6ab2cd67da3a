/**
 * Standard margin of an account whose options of one expiry limit each other, as Derive's standard manager has it. Per expiry
 * options need the smaller of the sum of each alone (`option-margin.ts`) and what they can lose by expiry,
 *   max(0, −min over settlements at 0 and at each strike of Σ q·payoff) + unpaired·forward·(calls sold beyond calls bought),
 * perpetuals a rate of their value, and coins that are held count by a share of their value. Initial margin alone also rises by
 * (1 − confidence)·factor·index·size where a price is less sure than `below` says, and by
 * (below − stable)·factor·index·size where the money itself is worth less than `below`; size is options sold and perpetuals.
 * The requirement is not convex in positions: half a hedge can need as much as none. Exact; what is
 * left is rounded down once at the 18th place.
 */
import { absolute, type Decimal, ONE, smaller, subtract, ZERO } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioSign,
  ratioSubtract,
  ratioToDecimal,
  reduce,
} from '../base/ratio.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import { unitNotional, unrealised } from '../domain/valuation.ts'
import { type HeldOption, optionNeeds } from './option-margin.ts'
import { checkAccount } from './standard-check.ts'
import type { ExpiryPrice, Held, StandardAccount, StandardMarket, StandardTerms } from './standard-types.ts'

export interface StandardMargin {
  /** Money and what counts as money, less what is needed, in the settle currency: below 0 it is missing. */
  readonly initial: Decimal
  readonly maintenance: Decimal
}

export function standardMargin(
  account: StandardAccount,
  { terms, at }: { readonly terms: StandardTerms; readonly at: Instant },
): Result<StandardMargin> {
  const issues = checkAccount(account, { terms, at })
  if (issues.length > 0) return fail(issues)
  const left = { initial: ratioOf(account.cash), maintenance: ratioOf(account.cash) }
  const short = subtract(terms.depeg.below, account.stable)
  const depeg = short > ZERO ? ratioMultiply(ratioOf(short), ratioOf(terms.depeg.factor)) : RATIO_ZERO
  for (const market of account.markets) {
    const parts = [...expiriesOf(market).map((each) => ofExpiry(each, { market, terms })), ofPerp(market, terms)]
    for (const each of [...parts, ofCoins(market, terms)]) {
      left.initial = ratioAdd(left.initial, each.initial)
      left.maintenance = ratioAdd(left.maintenance, each.maintenance)
    }
    const exposed = parts.reduce((sum, { sold }) => ratioAdd(sum, sold), RATIO_ZERO)
    left.initial = ratioSubtract(left.initial, ratioMultiply(ratioMultiply(depeg, ratioOf(market.index)), exposed))
  }
  return succeed({
    initial: ratioToDecimal(left.initial, 'floor'),
    maintenance: ratioToDecimal(left.maintenance, 'floor'),
  })
}

/** What a part of an account adds to what is left; `sold`: options sold and perpetuals, in units of the underlying. */
interface Share {
  readonly initial: Ratio
  readonly maintenance: Ratio
  readonly sold: Ratio
}

interface Expiry {
  readonly price: ExpiryPrice
  readonly options: readonly HeldOption[]
}

const expiriesOf = ({ index, options, expiries }: StandardMarket): readonly Expiry[] =>
  expiries.map((price) => ({
    price,
    options: options
      .filter(({ instrument }) => instrument.expiry === price.expiry)
      .map((each) => ({ ...each, underlying: index })),
  }))

interface Context {
  readonly market: StandardMarket
  readonly terms: StandardTerms
}

function ofExpiry({ price, options }: Expiry, { market, terms }: Context): Share {
  const alone = options.map((each) => optionNeeds(each, terms.options))
  const total = (needs: readonly Ratio[]): Ratio => needs.reduce((sum, each) => reduce(ratioAdd(sum, each)), RATIO_ZERO)
  const sold = total(options.filter(({ quantity }) => quantity < ZERO).map((each) => ratioNegate(sizeOf(each))))
  const calls = total(options.filter(({ instrument }) => instrument.right === 'call').map(sizeOf))
  const naked = ratioSign(calls) < 0 ? ratioMultiply(ratioNegate(calls), ratioOf(price.forward)) : RATIO_ZERO
  const lost = largestLoss(options)
  const netted = (isolated: Ratio, unpaired: Decimal): Ratio => {
    const bounded = ratioAdd(lost, ratioMultiply(naked, ratioOf(unpaired)))
    return ratioCompare(isolated, bounded) <= 0 ? isolated : bounded
  }
  const confidence = smaller(market.indexConfidence, smaller(price.forwardConfidence, price.volConfidence))
  const initial = netted(total(alone.map((each) => each.initial)), terms.unpaired.initial)
  const unsure = unsureOf(confidence, { size: sold, index: market.index, terms })
  return {
    initial: ratioNegate(ratioAdd(initial, unsure)),
    maintenance: ratioNegate(netted(total(alone.map((each) => each.maintenance)), terms.unpaired.maintenance)),
    sold,
  }
}

const sizeOf = ({ instrument, quantity }: Held): Ratio =>
  ratioMultiply(ratioOf(quantity), ratioOf(instrument.multiplier))

/** What settling at 0 or at a strike can cost at worst, ≥ 0; between strikes the payoff is straight, beyond them `naked` counts. */
function largestLoss(options: readonly HeldOption[]): Ratio {
  let worst = RATIO_ZERO
  for (const settlement of [ZERO, ...options.map(({ instrument }) => instrument.strike)]) {
    let paid = RATIO_ZERO
    for (const option of options) {
      const { right, strike } = option.instrument
      const inside = right === 'call' ? subtract(settlement, strike) : subtract(strike, settlement)
      if (inside > ZERO) paid = ratioAdd(paid, ratioMultiply(sizeOf(option), ratioOf(inside)))
    }
    if (ratioCompare(ratioNegate(paid), worst) > 0) worst = ratioNegate(paid)
  }
  return worst
}

function ofPerp({ perp, index, indexConfidence }: StandardMarket, terms: StandardTerms): Share {
  if (perp === null || perp.quantity === ZERO) return { initial: RATIO_ZERO, maintenance: RATIO_ZERO, sold: RATIO_ZERO }
  const { instrument, quantity, entry, price, confidence, funding } = perp
  const size = ratioMultiply(ratioOf(absolute(quantity)), ratioOf(instrument.multiplier))
  const value = ratioMultiply(ratioOf(absolute(quantity)), unitNotional(instrument, price))
  const profit = ratioAdd(unrealised(instrument, { quantity, entry, price }), ratioOf(funding))
  const unsure = unsureOf(smaller(confidence, indexConfidence), { size, index, terms })
  const leftOf = (rate: Decimal): Ratio => ratioSubtract(profit, ratioMultiply(value, ratioOf(rate)))
  return {
    initial: ratioSubtract(leftOf(terms.perp.initial), unsure),
    maintenance: leftOf(terms.perp.maintenance),
    sold: size,
  }
}

function ofCoins({ coins, index, indexConfidence }: StandardMarket, terms: StandardTerms): Omit<Share, 'sold'> {
  const counted = ratioMultiply(ratioMultiply(ratioOf(coins), ratioOf(index)), ratioOf(terms.coins.share))
  const unsure = unsureOf(indexConfidence, { size: ratioOf(coins), index, terms })
  return {
    initial: ratioSubtract(ratioMultiply(counted, ratioOf(terms.coins.initial)), unsure),
    maintenance: counted,
  }
}

function unsureOf(
  confidence: Decimal,
  { size, index, terms }: { readonly size: Ratio; readonly index: Decimal; readonly terms: StandardTerms },
): Ratio {
  if (confidence >= terms.confidence.below) return RATIO_ZERO
  const share = ratioMultiply(ratioOf(subtract(ONE, confidence)), ratioOf(terms.confidence.factor))
  return ratioMultiply(ratioMultiply(share, ratioOf(index)), size)
}
