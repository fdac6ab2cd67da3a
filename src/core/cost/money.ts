/** Exact amounts that are paid become money once, rounded up to 18 places: a cost is never understated, a gain never overstated. */
import { type Ratio, ratioToDecimal } from '../base/ratio.ts'
import type { Money } from '../domain/instrument.ts'

/** @param paid + paid, − received */
export const ceilingMoney = (paid: Ratio, currency: string): Money => ({
  amount: ratioToDecimal(paid, 'ceiling'),
  currency,
})
