/** The cost of trading that grows with what is traded: taker fee and half the spread, as a fraction of notional. */
import { type Decimal, toNumber } from '../base/decimal.ts'
import { type Ratio, ratioAdd, ratioOf } from '../base/ratio.ts'
import type { Instrument } from '../domain/instrument.ts'

/** One-way cost of taking liquidity, exact. */
export const costRateExact = (instrument: Instrument): Ratio =>
  ratioAdd(ratioOf(instrument.fee.taker), { n: instrument.spread as Decimal, d: 2n * 10n ** 18n })

/** One-way cost of taking liquidity. Negative where a rebate exceeds half the spread. */
export const costRate = (instrument: Instrument): number =>
  toNumber(instrument.fee.taker) + toNumber(instrument.spread) / 2
