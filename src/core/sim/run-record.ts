/**
 * What a run leaves behind: columns by row for everything that is measured at every bar, exact amounts for everything that
 * is money. Reports, metrics and attribution read this and nothing else.
 */
import type { Decimal } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import type { Issue } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Mandate } from '../sizing/mandate.ts'
import type { History } from './history.ts'

export interface RunRecord {
  readonly history: History
  /** Of the last epoch: policy and limits as they were at the end. */
  readonly mandate: Mandate
  /** Rows of the history that were run: [from, to). Columns below begin at `from`. */
  readonly from: number
  readonly to: number
  /** Numeraire, after the row's trades. */
  readonly equity: Float64Array
  /** rows × underlyings of the history's universe: weights held and aimed at after the row's trades. */
  readonly weight: Float64Array
  readonly target: Float64Array
  /** Forecast tracking error after the row's trades, annual. */
  readonly trackingError: Float64Array
  /** Σ|weight| */
  readonly gross: Float64Array
  /** Annual volatility forecast of the book, for value at risk. */
  readonly volatility: Float64Array
  /** Σ|traded weight| in the row. */
  readonly turnover: Float64Array
  /** Whether a decision of the row wanted to trade, traded or not: 1 = outside its band. */
  readonly outside: Uint8Array
  readonly trades: readonly TradeRecord[]
  readonly payments: readonly PaymentRecord[]
  readonly flows: readonly FlowRecord[]
  readonly decisions: readonly DecisionRecord[]
  /** Before the first row's trades, and at the end. */
  readonly start: Portfolio
  readonly end: Portfolio
  readonly ledger: Ledger
}

/** One fill, its cost split in the numeraire; + is paid. price = mid ± what spread and impact made of it. */
export interface TradeRecord {
  readonly row: number
  readonly at: Instant
  /** Index into the history's universe. */
  readonly instrument: number
  /** Signed, + bought. */
  readonly quantity: Decimal
  readonly price: Decimal
  /** Mark at the fill. */
  readonly mid: Decimal
  readonly fee: Decimal
  readonly spread: Decimal
  readonly impact: Decimal
  /** Why: a plan's leg, a liquidation, the end of the instrument's life. */
  readonly because: 'plan' | 'liquidation' | 'delisting'
}

/** Carry: funding and borrowing, in the numeraire; + is paid. */
export interface PaymentRecord {
  readonly row: number
  readonly at: Instant
  /** null for what no instrument is charged with. */
  readonly instrument: number | null
  readonly paid: Decimal
}

/** Deposits +, withdrawals −, in the numeraire. */
export interface FlowRecord {
  readonly row: number
  readonly at: Instant
  readonly amount: Decimal
}

/** A decision that was not simply to rest. */
export interface DecisionRecord {
  readonly row: number
  readonly at: Instant
  readonly plan: string | null
  readonly status: 'ready' | 'balanced' | 'infeasible' | 'refused'
  readonly turnover: number
  readonly issues: readonly Issue[]
}
