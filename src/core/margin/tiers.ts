/**
 * Margin by tiers (brackets, risk limits): each part of a position's value is kept by the rate of the tier it lies in, so
 *   maintenance = rate_k·value − deduction_k,   deduction_k = deduction_{k−1} + from_k·(rate_k − rate_{k−1}),
 * which is continuous in value and needs no deductions from the venue: the rule gives those of Binance's USD-M brackets to
 * the digit. Initial margin is value ÷ leverage, and a tier allows leverage only up to its own. Value is |q|·m·P in the
 * settle currency, inverse |q|·m/P in coin. Exact, and rounded up once at the 18th place.
 */
import { add, type Decimal, multiply, ONE, subtract, toText, ZERO } from '../base/decimal.ts'
import {
  type Ratio,
  ratioAbsolute,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioSubtract,
  ratioToDecimal,
} from '../base/ratio.ts'
import { type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Instrument, Money } from '../domain/instrument.ts'
import { tradeValue } from '../domain/valuation.ts'

export interface Tier {
  /** Value above which it begins, in the settle currency; 0 for the first. */
  readonly from: Decimal
  /** Rate of maintenance, above 0 and below 1. */
  readonly maintenance: Decimal
  readonly leverageMax: Decimal
}

export interface TierTerms {
  /** By rising value. */
  readonly tiers: readonly Tier[]
  /** The largest value of a position; null where there is none. */
  readonly valueMax: Decimal | null
  /** Of the value, kept beside maintenance for the fee of closing; 0 where the venue keeps none. */
  readonly closingFee: Decimal
  /** The price that maintenance takes value at: most venues the mark, some the entry. */
  readonly maintainedAt: 'mark' | 'entry'
}

/** What a tier keeps of a value: rate·value − deduction, the closing fee included. */
export interface TierPiece {
  readonly from: Decimal
  readonly rate: Decimal
  readonly deduction: Decimal
}

export function tierPieces({ tiers, closingFee }: TierTerms): readonly TierPiece[] {
  let [deduction, before] = [ZERO, ZERO]
  return tiers.map(({ from, maintenance }) => {
    // A deduction lowers margin, so what does not fit 18 places is rounded down.
    deduction = add(deduction, multiply(from, subtract(maintenance, before), 'floor'))
    before = maintenance
    return { from, rate: add(maintenance, closingFee), deduction }
  })
}

/** At the value where a tier begins a position is still in the tier before: venues state "up to and including". */
export function tierAt(tiers: readonly { readonly from: Decimal }[], value: Ratio): number {
  let k = 0
  while (k + 1 < tiers.length && ratioCompare(value, ratioOf(tiers[k + 1]!.from)) > 0) k++
  return k
}

export const keptOf = ({ rate, deduction }: TierPiece, value: Ratio): Ratio =>
  ratioSubtract(ratioMultiply(value, ratioOf(rate)), ratioOf(deduction))

export interface TierMargin {
  readonly initial: Money
  readonly maintenance: Money
  /** Place of its tier, from 0. */
  readonly tier: number
}

/**
 * @param held quantity + long; price > 0 it is margined at, which is the entry where `maintainedAt` says so
 * @param terms as `checkTiers` finds nothing wrong with
 * @param leverage chosen for the instrument; null takes the most its tier allows
 */
export function tierMargin(
  instrument: Instrument,
  held: { readonly quantity: Decimal; readonly price: Decimal },
  { terms, leverage }: { readonly terms: TierTerms; readonly leverage: Decimal | null },
): Result<TierMargin> {
  const { id, settle } = instrument
  if (held.price <= ZERO)
    return refuse('margin.range', id, `price must be above 0, was ${toText(held.price)}`, 'margin needs a known price')
  const value = ratioAbsolute(tradeValue(instrument, held.quantity, held.price))
  if (terms.valueMax !== null && ratioCompare(value, ratioOf(terms.valueMax)) > 0) {
    const was = toText(ratioToDecimal(value, 'ceiling'))
    return refuse(
      'margin.tier',
      id,
      `value of ${id} must be at most ${toText(terms.valueMax)} ${settle}, the largest its tiers have, was ${was}`,
      'hold less of it, or split it over accounts',
    )
  }
  const tier = tierAt(terms.tiers, value)
  const { leverageMax } = terms.tiers[tier]!
  if (leverage !== null && (leverage <= ZERO || leverage > leverageMax)) {
    const most = `above 0 and at most ${toText(leverageMax)}`
    return refuse(
      'margin.leverage',
      id,
      `leverage of ${id} must be ${most} in the tier from ${toText(terms.tiers[tier]!.from)} ${settle} on, was ${toText(leverage)}`,
      'choose less leverage, or hold less of it',
    )
  }
  const money = (amount: Ratio): Money => ({ amount: ratioToDecimal(amount, 'ceiling'), currency: settle })
  return succeed({
    initial: money(ratioDivide(value, ratioOf(leverage ?? leverageMax))),
    maintenance: money(keptOf(tierPieces(terms)[tier]!, value)),
    tier,
  })
}

/** What is wrong with the tiers of one instrument, all of it. */
export function checkTiers(path: string, { tiers, valueMax, closingFee }: TierTerms): readonly Issue[] {
  const issues: Issue[] = []
  const must = (holds: boolean, where: string, message: string): void => {
    if (!holds) issues.push({ code: 'margin.tiers', path: `${path}.${where}`, message, hint: HINT })
  }
  must(
    closingFee >= ZERO && closingFee < ONE,
    'closingFee',
    `closingFee must be from 0 to below 1, was ${toText(closingFee)}`,
  )
  must(tiers.length > 0, 'tiers', 'tiers must begin with the one from 0, was an empty list')
  tiers.forEach(({ from, maintenance, leverageMax }, k) => {
    const at = `tiers.${k}`
    const before = tiers[k - 1]
    if (before === undefined) must(from === ZERO, at, `the first tier must begin at 0, was ${toText(from)}`)
    else {
      must(
        from > before.from,
        at,
        `from must rise from tier to tier (above ${toText(before.from)}), was ${toText(from)}`,
      )
      must(
        maintenance >= before.maintenance,
        at,
        `maintenance must not fall from tier to tier (from ${toText(before.maintenance)}), was ${toText(maintenance)}`,
      )
      must(
        leverageMax <= before.leverageMax,
        at,
        `leverageMax must not rise from tier to tier (from ${toText(before.leverageMax)}), was ${toText(leverageMax)}`,
      )
    }
    const kept = add(maintenance, closingFee)
    must(
      maintenance > ZERO && kept < ONE,
      at,
      `maintenance must be above 0 and with the closing fee below 1, was ${toText(maintenance)}`,
    )
    must(
      leverageMax > ZERO && multiply(leverageMax, maintenance, 'ceiling') <= ONE,
      at,
      `leverageMax must be above 0 and its initial margin no less than maintenance ${toText(maintenance)}, was ${toText(leverageMax)}`,
    )
  })
  const last = tiers.at(-1)
  must(
    valueMax === null || last === undefined || valueMax > last.from,
    'valueMax',
    `valueMax must be above where the last tier begins (${last === undefined ? '' : toText(last.from)}), was ${valueMax === null ? '' : toText(valueMax)}`,
  )
  return issues
}

const HINT = "copy the venue's table: values rise, rates do not fall, leverage does not rise"
