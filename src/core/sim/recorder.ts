/** Writes down a run, row by row, in columns that are as long as the run and made once. */
import { decimalOfNumber, multiply } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import { instrumentIndex, type Universe } from '../domain/universe.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { quadraticForm } from '../maths/matrix.ts'
import { type BookColumns, bookColumns, equityAt, exposureAt } from '../session/book-columns.ts'
import type { Published } from '../session/effect.ts'
import { restsOutside } from '../session/lookout.ts'
import type { Session, Standing } from '../session/session.ts'
import type { Booked } from '../session/session-event.ts'
import type { History } from './history.ts'
import type { DecisionRecord, FlowRecord, PaymentRecord, RunRecord, TradeRecord } from './run-record.ts'
import type { Venue } from './venue.ts'
import type { FillDetail } from './venue-types.ts'

type Columns = Pick<
  RunRecord,
  'equity' | 'weight' | 'target' | 'trackingError' | 'gross' | 'volatility' | 'turnover' | 'outside'
>

export interface Recorder {
  readonly history: History
  readonly from: number
  readonly columns: Columns
  /** Of the row that is measured. */
  readonly weight: Float64Array
  readonly trades: TradeRecord[]
  readonly payments: PaymentRecord[]
  readonly flows: FlowRecord[]
  readonly decisions: DecisionRecord[]
  /** What the last row was measured with. */
  seen: Seen | null
}

/** When something happened. */
export interface Place {
  readonly row: number
  readonly at: Instant
}

interface Seen {
  readonly ledger: Ledger
  readonly book: BookColumns
  readonly standing: Standing | null
  readonly aim: Aim | null
}

/** The mandate's underlyings as indices of the history's, and their targets. */
interface Aim {
  readonly place: Int32Array
  readonly target: Float64Array
  readonly covariance: Float64Array
  readonly deviation: Float64Array
  readonly held: Float64Array
}

export function openRecorder(history: History, { from, to }: { readonly from: number; readonly to: number }): Recorder {
  const rows = to - from
  const n = history.universe.underlyings.length
  const column = (width = 1): Float64Array => new Float64Array(rows * width)
  return {
    history,
    from,
    columns: {
      equity: column(),
      weight: column(n),
      target: column(n),
      trackingError: column(),
      gross: column(),
      volatility: column(),
      turnover: column(),
      outside: new Uint8Array(rows),
    },
    weight: new Float64Array(n),
    trades: [],
    payments: [],
    flows: [],
    decisions: [],
    seen: null,
  }
}

/** Measures the book at the marks of a row. */
export function recordRow(recorder: Recorder, row: number, session: Session): void {
  const { columns, history, from } = recorder
  const { marks, standing, ledger, config } = session
  if (marks === null) return
  const before = recorder.seen
  const seen: Seen =
    before?.ledger === ledger && before.standing === standing
      ? before
      : {
          ledger,
          book: before?.ledger === ledger ? before.book : bookColumns(ledger, config.account, before?.book),
          standing,
          aim: before?.standing === standing ? before.aim : aimOf(history.universe, standing),
        }
  recorder.seen = seen
  const k = row - from
  const { weight } = recorder
  const n = weight.length
  const equity = equityAt(seen.book, marks.price, marks.rate)
  exposureAt(seen.book, marks, weight)
  let gross = 0
  for (let u = 0; u < n; u++) {
    weight[u]! /= equity
    columns.weight[k * n + u] = weight[u]!
    gross += Math.abs(weight[u]!)
  }
  columns.equity[k] = equity
  columns.gross[k] = gross
  if (restsOutside(session)) columns.outside[k] = 1
  if (seen.aim === null) return
  const { place, target, deviation, held, covariance } = seen.aim
  for (let i = 0; i < place.length; i++) {
    const u = place[i]!
    columns.target[k * n + u] = target[i]!
    held[i] = weight[u]!
    deviation[i] = weight[u]! - target[i]!
  }
  columns.trackingError[k] = Math.sqrt(Math.max(0, quadraticForm(deviation, covariance, place.length)))
  columns.volatility[k] = Math.sqrt(Math.max(0, quadraticForm(held, covariance, place.length)))
}

function aimOf(universe: Universe, standing: Standing | null): Aim | null {
  if (standing === null) return null
  const { mandate, outlook } = standing
  const names = mandate.universe.underlyings
  return {
    place: Int32Array.from(names, (name) => universe.underlyings.indexOf(name)),
    target: Float64Array.from(mandate.target.weight, ratioToNumber),
    covariance: outlook.risk.covariance,
    deviation: new Float64Array(names.length),
    held: new Float64Array(names.length),
  }
}

export function recordPublished(recorder: Recorder, { row, at }: Place, published: Published): void {
  const { columns, from } = recorder
  switch (published.kind) {
    case 'plan': {
      const { id, status, turnover, lines } = published.plan
      columns.turnover[row - from]! += turnover
      if (lines.some(({ wanted }) => wanted !== 0)) columns.outside[row - from] = 1
      recorder.decisions.push({ row, at, plan: id, status, turnover, issues: [] })
      return
    }
    case 'refused':
    case 'alarm':
      recorder.decisions.push({ row, at, plan: null, status: 'refused', turnover: 0, issues: published.issues })
      return
    case 'mode':
      return
    default:
      assertNever(published)
  }
}

export function recordFills(recorder: Recorder, { row, at }: Place, fills: readonly FillDetail[]): void {
  for (const { instrument, quantity, price, mid, fee, spread, impact, because } of fills)
    recorder.trades.push({ row, at, instrument, quantity, price, mid, fee, spread, impact, because })
}

/** What holding costs: funding, and what is charged otherwise, at the rates that the venue was told. */
export function recordFact(
  recorder: Recorder,
  { row }: Place,
  { fact, venue }: { readonly fact: Booked['fact']; readonly venue: Venue },
): void {
  if (fact.kind !== 'funded' && fact.kind !== 'charged') return
  const { universe } = recorder.history
  const instrument = fact.kind === 'funded' ? instrumentIndex(universe, fact.instrument) : null
  const currency = fact.kind === 'charged' ? fact.currency : universe.instruments[instrument!]!.settle
  const rate = decimalOfNumber(venue.quote!.rate[universe.currencies.indexOf(currency)]!)
  recorder.payments.push({ row, at: fact.at, instrument, paid: multiply(fact.paid, rate, 'halfEven') })
}

/** Columns end with the last row that was run. */
export function closeRecord(
  { history, from, columns, trades, payments, flows, decisions }: Recorder,
  parts: { readonly session: Session; readonly to: number; readonly start: Portfolio; readonly end: Portfolio },
): RunRecord {
  const { session, to, start, end } = parts
  const rows = to - from
  const n = history.universe.underlyings.length
  return {
    history,
    mandate: session.standing!.mandate,
    from,
    to,
    equity: columns.equity.subarray(0, rows),
    weight: columns.weight.subarray(0, rows * n),
    target: columns.target.subarray(0, rows * n),
    trackingError: columns.trackingError.subarray(0, rows),
    gross: columns.gross.subarray(0, rows),
    volatility: columns.volatility.subarray(0, rows),
    turnover: columns.turnover.subarray(0, rows),
    outside: columns.outside.subarray(0, rows),
    trades,
    payments,
    flows,
    decisions,
    start,
    end,
    ledger: session.ledger,
  }
}
