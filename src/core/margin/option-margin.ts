/**
 * Standard margin of one option, as venues without scenarios state it. A long option needs nothing: its premium is paid. A
 * short one needs, per unit of the underlying at price U, with y = U, or 1 where the option is priced and settled in the coin:
 *   initial     = max(max((initial − OTM/U)·y, initialLeast·y + initialLeastOfMark·mark) + premium, share·maintenance)
 *   maintenance = max(maintenance·y, maintenanceOfMark·mark) + mark + closing·y
 * OTM being how far the strike is out of the money. The published rules of Deribit and Bit.com, OKX (initial), Bybit and
 * Derive are cases with their own numbers. Both include the mark, which is owed: they are compared with money in which the
 * value of options does not count. Exact, and rounded up once at the 18th place.
 */
import { type Decimal, larger, subtract, toText, ZERO } from '../base/decimal.ts'
import { formatInstant, type Instant } from '../base/instant.ts'
import {
  RATIO_ONE,
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioSubtract,
  ratioToDecimal,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Money, Option } from '../domain/instrument.ts'

/** Fractions ≥ 0: of the underlying's price, unless they say of what else. */
export interface ShortOptionTerms {
  readonly initial: Decimal
  readonly initialLeast: Decimal
  readonly initialLeastOfMark: Decimal
  readonly maintenance: Decimal
  readonly maintenanceOfMark: Decimal
  /** Kept beside maintenance for the fee of closing. */
  readonly closing: Decimal
  /** Initial is at least this multiple of maintenance; 0 where the venue compares nothing. */
  readonly initialOfMaintenance: Decimal
}

export interface OptionMarginTerms {
  readonly call: ShortOptionTerms
  readonly put: ShortOptionTerms
  /** What is owed in initial margin: the mark, or the larger of it and the price sold at. */
  readonly premium: 'mark' | 'entryOrMark'
}

export interface HeldOption {
  readonly instrument: Option
  /** + long */
  readonly quantity: Decimal
  /** Price of the option in its settle currency, ≥ 0. */
  readonly mark: Decimal
  /** Price it was sold at; null where it is not known, and then refused where the terms ask for it. */
  readonly entry: Decimal | null
  /** Price of the underlying that the venue takes for it, > 0. */
  readonly underlying: Decimal
}

export interface OptionMargin {
  readonly initial: Money
  readonly maintenance: Money
}

export function optionMargin(
  option: HeldOption,
  { terms, at }: { readonly terms: OptionMarginTerms; readonly at: Instant },
): Result<OptionMargin> {
  const issues = checkOption(option, { terms, at })
  if (issues.length > 0) return fail(issues)
  const { initial, maintenance } = optionNeeds(option, terms)
  const money = (amount: Ratio): Money => ({
    amount: ratioToDecimal(amount, 'ceiling'),
    currency: option.instrument.settle,
  })
  return succeed({ initial: money(initial), maintenance: money(maintenance) })
}

export interface OptionNeeds {
  readonly initial: Ratio
  readonly maintenance: Ratio
}

/** @param option as `checkOption` finds nothing wrong with */
export function optionNeeds(option: HeldOption, terms: OptionMarginTerms): OptionNeeds {
  const { instrument, quantity, underlying } = option
  if (quantity >= ZERO) return { initial: RATIO_ZERO, maintenance: RATIO_ZERO }
  const each = terms[instrument.right]
  const unit = instrument.contract === 'inverse' ? RATIO_ONE : ratioOf(underlying)
  const mark = ratioOf(option.mark)
  const ofUnit = (rate: Decimal): Ratio => ratioMultiply(ratioOf(rate), unit)
  const ofMark = (rate: Decimal): Ratio => ratioMultiply(ratioOf(rate), mark)
  const kept = ratioAdd(
    ratioAdd(largerOf(ofUnit(each.maintenance), ofMark(each.maintenanceOfMark)), mark),
    ofUnit(each.closing),
  )
  const premium = terms.premium === 'mark' ? mark : ratioOf(larger(option.mark, option.entry ?? ZERO))
  const cushion = largerOf(
    ratioMultiply(ratioSubtract(ratioOf(each.initial), outOfTheMoney(option)), unit),
    ratioAdd(ofUnit(each.initialLeast), ofMark(each.initialLeastOfMark)),
  )
  const opened = largerOf(ratioAdd(cushion, premium), ratioMultiply(ratioOf(each.initialOfMaintenance), kept))
  const size = ratioMultiply(ratioOf(subtract(ZERO, quantity)), ratioOf(instrument.multiplier))
  return { initial: ratioMultiply(size, opened), maintenance: ratioMultiply(size, kept) }
}

const largerOf = (a: Ratio, b: Ratio): Ratio => (ratioCompare(a, b) >= 0 ? a : b)

/** ≥ 0, a fraction of the underlying's price. */
function outOfTheMoney({ instrument: { right, strike }, underlying }: HeldOption): Ratio {
  const away = right === 'call' ? subtract(strike, underlying) : subtract(underlying, strike)
  return away > ZERO ? ratioDivide(ratioOf(away), ratioOf(underlying)) : RATIO_ZERO
}

/** Why one option cannot be margined, all of it. */
export function checkOption(
  { instrument, quantity, mark, entry, underlying }: HeldOption,
  { terms, at }: { readonly terms: OptionMarginTerms; readonly at: Instant },
): readonly Issue[] {
  const { id, expiry } = instrument
  const issues: Issue[] = []
  const must = (holds: boolean, message: string): void => {
    if (!holds) issues.push({ code: 'margin.option', path: id, message, hint: HINT })
  }
  must(expiry > at, `${id} must expire after ${formatInstant(at)}, was expired at ${formatInstant(expiry)}`)
  must(mark >= ZERO, `mark of ${id} must be 0 or more, was ${toText(mark)}`)
  must(underlying > ZERO, `underlying of ${id} must be above 0, was ${toText(underlying)}`)
  const needsEntry = terms.premium === 'entryOrMark' && quantity < ZERO
  must(
    !needsEntry || entry !== null,
    `entry of ${id} must be known where the larger of it and the mark counts, was missing`,
  )
  must(entry === null || entry >= ZERO, `entry of ${id} must be 0 or more, was ${entry === null ? '' : toText(entry)}`)
  return issues
}

const HINT = 'settle what has expired; take marks and underlyings from the venue at one moment'

/** What is wrong with the terms of a venue, all of it. */
export function checkOptionTerms(path: string, terms: OptionMarginTerms): readonly Issue[] {
  const issues: Issue[] = []
  const must = (holds: boolean, where: string, message: string): void => {
    if (!holds)
      issues.push({
        code: 'margin.option-terms',
        path: `${path}.${where}`,
        message,
        hint: "copy the venue's rule: fractions of the underlying's price, not percent",
      })
  }
  for (const right of ['call', 'put'] as const) {
    const each = terms[right]
    for (const name of Object.keys(each).sort() as (keyof ShortOptionTerms)[])
      must(each[name] >= ZERO, `${right}.${name}`, `${name} must be 0 or more, was ${toText(each[name])}`)
    must(
      each.maintenance > ZERO,
      `${right}.maintenance`,
      `maintenance must be above 0, was ${toText(each.maintenance)}`,
    )
    must(
      each.initial >= each.initialLeast,
      `${right}.initial`,
      `initial must be at least initialLeast ${toText(each.initialLeast)}, was ${toText(each.initial)}`,
    )
  }
  return issues
}
