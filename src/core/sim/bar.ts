/**
 * One bar of a run. What is known when: a bar is known when it has closed; an order that leaves at a close meets the quote that
 * stands when it arrives, which is that close without latency and the next bar's open with any. Payments come at their own
 * times, before orders that arrive with them. The session decides last.
 */
import { decimalOfNumber } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { closedAt } from './history.ts'
import { recordRow } from './recorder.ts'
import { carry, deliver, type Run, tellQuote, tellSession, tellVenue } from './traffic.ts'

export function runBar(run: Run): void {
  const { history, from } = run.inputs
  const { row } = run
  const closeAt = closedAt(history, row)
  if (row > from) {
    collectFunding(run, closeAt)
    if (run.carried.length > 0 || run.session.orders.length > 0) {
      quoteAt(run, history.time[row]!, history.open)
      deliver(run, closeAt, 'before')
      if (run.session.orders.length > 0) rangeOver(run, closeAt)
    }
  }
  const seen = quoteAt(run, closeAt, history.close)
  // Positions on margin are looked at with every close.
  if (run.hasContracts) tellQuote(run)
  if (row > from) endLives(run, closeAt)
  deliver(run, closeAt, 'upTo')
  const { standing } = run.session
  takeSchedule(run, closeAt)
  // The venue's impact is of the volumes and volatilities that are known now.
  if (run.session.standing !== standing) quoteAt(run, closeAt, history.close)
  tellSession(run, { kind: 'market', at: closeAt, price: seen.mark, rate: seen.rate })
  deliver(run, closeAt, 'upTo')
  recordRow(run.recorder, row, run.session)
}

const rowOf = (columns: Float64Array, row: number, width: number): Float64Array =>
  columns.subarray(row * width, row * width + width)

/** Mandates and outlooks that have become known. What could not be computed ends the run. */
export function takeSchedule(run: Run, until: Instant): void {
  while (run.scheduled !== null && run.fault === null) {
    if (!run.scheduled.ok) {
      run.fault = run.scheduled.error
      return
    }
    const event = run.scheduled.value
    if (event.at > until) return
    const next = run.schedule.next()
    run.scheduled = next.done === true ? null : next.value
    tellSession(run, event)
  }
}

/**
 * Keeps a quote for the venue. Where a bar is missing nothing trades, and what is held keeps its last mark.
 * @returns marks and rates of the row as they are
 */
export function quoteAt(
  run: Run,
  at: Instant,
  prices: Float64Array,
): { readonly mark: Float64Array; readonly rate: Float64Array } {
  const { history } = run.inputs
  const { marks } = run.session
  const { instruments, currencies } = history.universe
  const mid = rowOf(prices, run.row, instruments.length)
  const marked = prices === history.close ? (history.mark ?? prices) : prices
  const mark = marked === prices ? mid : rowOf(marked, run.row, instruments.length)
  const rate = rowOf(history.rate, run.row, currencies.length)
  const { volumePerDay, vol } = conditionsOf(run)
  run.quote = {
    kind: 'quoted',
    at,
    mid,
    mark: carriedOn(mark, marks?.price),
    rate: carriedOn(rate, marks?.rate),
    volumePerDay,
    vol,
  }
  return { mark, rate }
}

function carriedOn(column: Float64Array, last: Float64Array | undefined): Float64Array {
  let whole = true
  for (let k = 0; k < column.length; k++) whole = column[k]! > 0 && whole
  return whole || last === undefined ? column : column.map((each, k) => (each > 0 ? each : last[k]!))
}

/** Volumes and volatilities as the session believes them, on the venue's columns. */
function conditionsOf(run: Run) {
  const { inputs, conditions: known } = run
  const { standing } = run.session
  if (known !== null && known.standing === standing) return known
  const n = inputs.history.universe.instruments.length
  const volumePerDay = new Float64Array(n).fill(Number.NaN)
  const vol = new Float64Array(n).fill(Number.NaN)
  standing?.instruments.forEach((j, own) => {
    volumePerDay[j] = standing.outlook.volumePerDay[own]!
    vol[j] = standing.outlook.risk.vol[standing.mandate.universe.underlyingOf[own]!]!
  })
  run.conditions = { standing, volumePerDay, vol }
  return run.conditions
}

function rangeOver(run: Run, at: Instant): void {
  const { history } = run.inputs
  const n = history.universe.instruments.length
  const [high, low, volume] = [history.high, history.low, history.volume].map((column) => rowOf(column, run.row, n))
  tellVenue(run, { kind: 'ranged', at, high: high!, low: low!, volume: volume! })
}

/** Payments of the bar join what is on its way. */
function collectFunding(run: Run, closeAt: Instant): void {
  const { history } = run.inputs
  const marks = history.mark ?? history.close
  const n = history.universe.instruments.length
  for (let instrument = 0; instrument < n; instrument++) {
    const funding = history.funding[instrument]!
    if (funding === null) continue
    for (; funding.time[run.paid[instrument]!]! <= closeAt; run.paid[instrument]!++) {
      const k = run.paid[instrument]!
      const at = funding.time[k]!
      // The mark of the row that closes with the payment, else the last that was seen.
      const closing = at === closeAt ? marks[run.row * n + instrument]! : Number.NaN
      const mark = closing > 0 ? closing : (run.session.marks?.price[instrument] ?? Number.NaN)
      // Before its first mark nothing of it is held.
      if (!(mark > 0)) continue
      const rate = decimalOfNumber(funding.rate[k]!)
      carry(run, {
        at,
        to: 'venue',
        input: { kind: 'funding', at, instrument, rate, mark: decimalOfNumber(mark) },
      })
    }
  }
}

function endLives(run: Run, at: Instant): void {
  const { lives } = run.inputs.history
  for (let instrument = 0; instrument < lives.length; instrument++) {
    const { to, last } = lives[instrument]!
    if (last !== null && to === run.row + 1) tellVenue(run, { kind: 'ended', at, instrument, price: last })
  }
}
