/**
 * The price at which one position is liquidated, all others standing still at their marks: collateral + profit = maintenance.
 * With y = P, inverse 1/P, both sides are straight lines within a tier, so the root is exact:
 *   y = (C − s·n·y₀ + deduction) / (n·rate − s·n),   n = |q|·m,  s = +1 where profit rises with y, else −1,
 * C being what the position has posted (isolated) or the wallet with the open profit of the others less their maintenance
 * (cross): Binance's published formula, of which those of OKX, Gate and Hyperliquid are cases. Where maintenance is of the
 * value at entry (Bybit's isolated margin) it is a constant. At the bankruptcy price the equity is gone: rate and deduction 0.
 */
import { type Decimal, signOf, toText, ZERO } from '../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioSign,
  ratioSubtract,
  ratioToDecimal,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import { isReciprocal, unrealised } from '../domain/valuation.ts'
import { checkTiers, keptOf, type TierTerms, tierAt, tierMargin, tierPieces } from './tiers.ts'

export interface TieredPosition {
  readonly instrument: Instrument
  /** + long, not 0. */
  readonly quantity: Decimal
  readonly entry: Decimal
  readonly terms: TierTerms
}

/** Rounded so that it is met no later than it would be. never, always: equity lasts, or is short, at every price above 0. */
export type PriceReached =
  | { readonly kind: 'at'; readonly price: Decimal }
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }

export interface LiquidationPrice {
  readonly liquidation: PriceReached
  readonly bankruptcy: PriceReached
}

/**
 * @param collateral money posted for the position (isolated), or of the account without open profit (cross), in its settle currency
 * @param others positions that share the collateral, at their marks; none where margin is isolated
 */
export function liquidationPrice(
  position: TieredPosition,
  {
    collateral,
    others,
  }: { readonly collateral: Decimal; readonly others: readonly (TieredPosition & { readonly mark: Decimal })[] },
): Result<LiquidationPrice> {
  const issues = [...checkPosition(position), ...others.flatMap((each) => checkOther(each, position))]
  if (issues.length > 0) return fail(issues)
  let [profits, kept] = [RATIO_ZERO, RATIO_ZERO]
  for (const { instrument, quantity, entry, mark, terms } of others) {
    const price = terms.maintainedAt === 'entry' ? entry : mark
    const margin = tierMargin(instrument, { quantity, price }, { terms: { ...terms, valueMax: null }, leverage: null })
    if (!margin.ok) return margin
    profits = ratioAdd(profits, unrealised(instrument, { quantity, entry, price: mark }))
    kept = ratioAdd(kept, ratioOf(margin.value.maintenance.amount))
  }
  const equity = ratioAdd(ratioOf(collateral), profits)
  return succeed({
    liquidation: keptUntil(position, ratioSubtract(equity, kept)),
    bankruptcy: reached(position, { cushion: equity, rate: RATIO_ZERO, deduction: RATIO_ZERO }),
  })
}

/** Maintenance is the largest of its tiers' lines, so the root of cushion + profit = maintenance is the one met first. */
function keptUntil(position: TieredPosition, cushion: Ratio): PriceReached {
  const pieces = tierPieces(position.terms)
  if (position.terms.maintainedAt === 'entry') {
    const value = ratioMultiply(sizeOf(position), coordinateOf(position))
    const kept = keptOf(pieces[tierAt(pieces, value)]!, value)
    return reached(position, { cushion: ratioSubtract(cushion, kept), rate: RATIO_ZERO, deduction: RATIO_ZERO })
  }
  const roots = pieces.map(({ rate, deduction }) =>
    rootOf(position, { cushion, rate: ratioOf(rate), deduction: ratioOf(deduction) }),
  )
  const falls = slopeOf(position) > 0
  return pricedAt(
    position,
    roots.reduce((first, each) => (ratioCompare(each, first) > 0 === falls ? each : first)),
  )
}

interface Line {
  readonly cushion: Ratio
  readonly rate: Ratio
  readonly deduction: Ratio
}

const reached = (position: TieredPosition, line: Line): PriceReached => pricedAt(position, rootOf(position, line))

function rootOf(position: TieredPosition, { cushion, rate, deduction }: Line): Ratio {
  const n = sizeOf(position)
  const slope = slopeOf(position) > 0 ? n : ratioNegate(n)
  const above = ratioAdd(ratioSubtract(cushion, ratioMultiply(slope, coordinateOf(position))), deduction)
  return ratioDivide(above, ratioSubtract(ratioMultiply(n, rate), slope))
}

function pricedAt(position: TieredPosition, y: Ratio): PriceReached {
  if (ratioSign(y) <= 0) return { kind: slopeOf(position) > 0 ? 'never' : 'always' }
  const price = isReciprocal(position.instrument) ? ratioDivide({ n: 1n, d: 1n }, y) : y
  return { kind: 'at', price: ratioToDecimal(price, position.quantity > ZERO ? 'ceiling' : 'floor') }
}

const sizeOf = ({ instrument, quantity }: TieredPosition): Ratio => {
  const size = ratioMultiply(ratioOf(quantity), ratioOf(instrument.multiplier))
  return ratioSign(size) < 0 ? ratioNegate(size) : size
}

const coordinateOf = ({ instrument, entry }: TieredPosition): Ratio =>
  isReciprocal(instrument) ? ratioDivide({ n: 1n, d: 1n }, ratioOf(entry)) : ratioOf(entry)

/** Whether profit rises (+1) or falls (−1) with y. */
const slopeOf = ({ instrument, quantity }: TieredPosition): number =>
  isReciprocal(instrument) ? -signOf(quantity) : signOf(quantity)

const issue = (path: string, message: string): Issue => ({
  code: 'margin.liquidation',
  path,
  message,
  hint: 'a liquidation price is of one held perp or future among positions that share its collateral',
})

function checkPosition({ instrument, quantity, entry, terms }: TieredPosition): Issue[] {
  const { id, kind } = instrument
  return [
    ...(kind === 'perp' || kind === 'future' ? [] : [issue(id, `${id} must be a perp or a future, was ${kind}`)]),
    ...(quantity === ZERO ? [issue(id, `quantity of ${id} must be held, was 0`)] : []),
    ...(entry > ZERO ? [] : [issue(id, `entry of ${id} must be above 0, was ${toText(entry)}`)]),
    ...checkTiers(id, terms),
  ]
}

function checkOther(other: TieredPosition & { readonly mark: Decimal }, { instrument }: TieredPosition): Issue[] {
  const { id, settle } = other.instrument
  return [
    ...checkPosition(other),
    ...(other.mark > ZERO ? [] : [issue(id, `mark of ${id} must be above 0, was ${toText(other.mark)}`)]),
    ...(settle === instrument.settle
      ? []
      : [issue(id, `${id} must settle in ${instrument.settle} as ${instrument.id} does, was in ${settle}`)]),
    ...(id === instrument.id
      ? [issue(id, `${id} must be another than the one that is asked about, was the same`)]
      : []),
  ]
}
