/** Numbers as the screens print them: columns share their digits, money has cents only where it has cents. */
import { type Decimal, toText } from '../../core/base/decimal.ts'
import { formatAmount, formatPercent } from '../../core/base/format.ts'

const WHOLE = 1e-9

/** A column of fractions in percent: no digit after the point where all are whole, else as many as the largest needs. */
export function percentColumn(fractions: readonly number[], sign = false): string[] {
  const whole = fractions.every((fraction) => Math.abs(fraction * 100 - Math.round(fraction * 100)) < WHOLE)
  return whole ? fractions.map((fraction) => formatPercent(fraction, 0, { sign })) : decimalColumn(fractions, sign)
}

/** The same with at least one digit after the point; two significant ones where the largest is below a tenth of a percent. */
export function decimalColumn(fractions: readonly number[], sign = false): string[] {
  const most = Math.max(0, ...fractions.map(Math.abs))
  const places = most >= 0.001 || most < WHOLE ? 1 : 1 - Math.floor(Math.log10(most * 100))
  return fractions.map((fraction) => formatPercent(fraction, places, { sign }))
}

/** One fraction in percent: `7 %`, `9.9 %`. */
export const percentText = (fraction: number, sign = false): string => percentColumn([fraction], sign)[0]!

/** Money as read beside other words: `100,000`, `5,177.60`. */
export const moneyText = (amount: Decimal | number): string => formatAmount(amount, 2).replace(/\.00$/, '')

/** Money in a column: always cents. */
export const moneyCell = (amount: Decimal): string => formatAmount(amount, 2)

/** A quantity or price, all its digits, with commas between thousands. */
export function exactText(amount: Decimal): string {
  const [whole = '', fraction] = toText(amount).split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A price: all its digits, at least cents. */
export function priceText(price: Decimal): string {
  const text = exactText(price)
  const digits = text.split('.')[1]?.length ?? 0
  return digits >= 2 ? text : formatAmount(price, 2)
}
