/** What limits are called, and where a measure stands against one: the words that plans, reasons and codecs share. */

export const LIMIT_NAMES = [
  'weightMin',
  'weightMax',
  'gross',
  'leverage',
  'netMin',
  'netMax',
  'groupMin',
  'groupMax',
  'groupGross',
  'factorMin',
  'factorMax',
  'turnover',
  'turnoverOf',
  'participation',
  'participationOfBook',
  'depthShare',
  'liquidity',
  'volatility',
  'trackingError',
  'valueAtRisk',
  'expectedShortfall',
  'cash',
  'orderMax',
  'frozen',
  'reduceOnly',
  'stale',
  'noInstrument',
  'short',
] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** Where a measure stands, in the units of its limit. */
export interface LimitStand {
  readonly limit: LimitName
  /** Of the group, factor, underlying or currency; null where there is one such limit. */
  readonly name: string | null
  readonly limitValue: number
  readonly at: number
}

/** A limit that has to give for all to be met together: `needed` instead of `limitValue` is enough. */
export interface Relaxation extends Omit<LimitStand, 'at'> {
  readonly needed: number
}
