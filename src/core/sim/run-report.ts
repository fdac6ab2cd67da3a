/**
 * Everything that is told of a run, as plain data: what was measured, what it is compared with, where the result came from, and
 * the columns and records behind that. Screens, pages and JSON render it and compute nothing of their own.
 */
import { type Decimal, toNumber } from '../base/decimal.ts'
import { hashOf } from '../base/hash.ts'
import type { Instant } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import { unitNotional } from '../domain/valuation.ts'
import { ledgerEvents } from '../ledger/ledger.ts'
import type { Policy } from '../sizing/mandate.ts'
import { attributeRun, type RunAttribution } from './attribution.ts'
import { closedAt } from './history.ts'
import { type BenchmarkRun, type Measured, type Metrics, measureRun } from './metrics.ts'
import { makePricePath } from './price-path.ts'
import type { RunRecord, TradeRecord } from './run-record.ts'
import type { TargetRisk } from './target-risk.ts'

export interface RunReport {
  readonly numeraire: string
  readonly underlyings: readonly string[]
  readonly instruments: readonly string[]
  /** Closes of the first and of the last row. */
  readonly from: Instant
  readonly to: Instant
  readonly intervalMs: number
  /** As they were at the end, per underlying of the mandate. */
  readonly policy: Policy
  readonly mandated: readonly string[]
  readonly metrics: Metrics
  readonly benchmarks: readonly BenchmarkRun[]
  readonly attribution: RunAttribution
  /** null where it was not assessed. */
  readonly targetRisk: TargetRisk | null
  readonly columns: ReportColumns
  readonly trades: readonly ReportedTrade[]
  readonly payments: readonly ReportedPayment[]
  readonly flows: readonly { readonly at: Instant; readonly amount: Decimal }[]
  readonly decisions: readonly ReportedDecision[]
  /** What was found in the data and done about it. */
  readonly notes: readonly string[]
  readonly hashes: ReportHashes
}

/** By row; weight and target are rows × underlyings. */
export interface ReportColumns {
  /** Closes. */
  readonly time: Float64Array
  readonly equity: Float64Array
  /** Growth of the book, flows left out, from 1 before its first trades. */
  readonly wealth: Float64Array
  readonly weight: Float64Array
  readonly target: Float64Array
  /** Forecast after the row's trades, and what the 30 days up to the row were; NaN before there are as many. */
  readonly trackingError: Float64Array
  readonly recentTrackingError: Float64Array
  readonly gross: Float64Array
  readonly volatility: Float64Array
  readonly turnover: Float64Array
  readonly outside: Uint8Array
}

export interface ReportedTrade extends Omit<TradeRecord, 'row' | 'instrument'> {
  readonly instrument: string
  /** What was traded, in the numeraire: by it trades are compared. */
  readonly notional: number
}

export interface ReportedPayment {
  readonly at: Instant
  /** null where it is about money, not about an instrument. */
  readonly instrument: string | null
  readonly paid: Decimal
}

export interface ReportedDecision {
  readonly at: Instant
  readonly plan: string | null
  readonly status: 'ready' | 'balanced' | 'infeasible' | 'refused'
  readonly turnover: number
  readonly issues: readonly Issue[]
}

/** Of the prices, payments and lives that were read, of the last mandate, and of every event of the books. */
export interface ReportHashes {
  readonly history: string
  readonly mandate: string
  readonly ledger: string
}

export function reportRun(record: RunRecord, targetRisk: TargetRisk | null = null): RunReport {
  const { history, mandate, from, to } = record
  const { universe } = history
  const measured = measureRun(record)
  const idOf = (instrument: number): string => universe.instruments[instrument]!.id
  return {
    numeraire: universe.numeraire,
    underlyings: universe.underlyings,
    instruments: universe.instruments.map(({ id }) => id),
    from: closedAt(history, from),
    to: closedAt(history, to - 1),
    intervalMs: history.intervalMs,
    policy: mandate.policy,
    mandated: mandate.universe.underlyings,
    metrics: measured.metrics,
    benchmarks: measured.benchmarks,
    attribution: attributeRun(record),
    targetRisk,
    columns: columnsOf(record, measured),
    trades: tradesOf(record),
    payments: record.payments.map(({ at, instrument, paid }) => ({
      at,
      instrument: instrument === null ? null : idOf(instrument),
      paid,
    })),
    flows: record.flows.map(({ at, amount }) => ({ at, amount })),
    decisions: record.decisions.map(({ row: _, ...decision }) => decision),
    notes: history.notes,
    hashes: hashesOf(record),
  }
}

function tradesOf(record: RunRecord): ReportedTrade[] {
  const { instruments, currencies, quoteOf } = record.history.universe
  const { rate } = makePricePath(record.history, record)
  return record.trades.map(({ row, instrument: j, ...trade }) => {
    const instrument = instruments[j]!
    const unit = ratioToNumber(unitNotional(instrument, trade.mid))
    const inNumeraire = rate[(row - record.from) * currencies.length + quoteOf[j]!]!
    return {
      ...trade,
      instrument: instrument.id,
      notional: Math.abs(toNumber(trade.quantity)) * unit * inNumeraire,
    }
  })
}

function columnsOf(record: RunRecord, { wealth, recentTrackingError }: Measured): ReportColumns {
  const { history, from, to } = record
  return {
    time: history.time.slice(from, to).map((open) => open + history.intervalMs),
    equity: record.equity,
    wealth,
    weight: record.weight,
    target: record.target,
    trackingError: record.trackingError,
    recentTrackingError,
    gross: record.gross,
    volatility: record.volatility,
    turnover: record.turnover,
    outside: record.outside,
  }
}

function hashesOf({ history, mandate, ledger }: RunRecord): ReportHashes {
  const { notes: _, ...data } = history
  return { history: hashOf(data), mandate: hashOf(mandate), ledger: hashOf(ledgerEvents(ledger)) }
}
