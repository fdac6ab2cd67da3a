/**
 * A backtest: bars become events, events go through `step`, its effects reach the simulated venue, and what that says comes
 * back as events. Nothing here decides. Same inputs, same bytes.
 */
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import { openLedger } from '../ledger/ledger.ts'
import { portfolioOf } from '../ledger/statement.ts'
import { openSession } from '../session/session.ts'
import type { BacktestInputs } from './backtest-types.ts'
import { quoteAt, runBar, takeSchedule } from './bar.ts'
import { endowments } from './endowment.ts'
import { closedAt } from './history.ts'
import { closeRecord, openRecorder } from './recorder.ts'
import type { RunRecord } from './run-record.ts'
import { type Onlooker, type Run, tellSession, tellVenue } from './traffic.ts'
import { openVenue } from './venue.ts'

/**
 * @returns what the run left behind, or what is wrong with its inputs; data that the venue cannot stand on end it. Decisions
 * that are refused on the way are part of the record. A run that an onlooker stops ends with the row it had reached.
 */
export function runBacktest(inputs: BacktestInputs, onlooker: Onlooker = {}): Result<RunRecord> {
  const issues = checkInputs(inputs)
  if (issues.length > 0) return fail(issues)
  const opened = openRun(inputs, onlooker)
  if (!opened.ok) return opened
  const run = opened.value
  const begun = begin(run)
  if (!begun.ok) return begun
  let to = inputs.from
  while (to < inputs.to) {
    run.row = to
    runBar(run)
    if (run.fault !== null) return fail(run.fault)
    to++
    if (onlooker.onRow?.(run.row) === true) break
  }
  const end = held(run)
  if (!end.ok) return end
  return succeed(closeRecord(run.recorder, { session: run.session, to, start: begun.value, end: end.value }))
}

const held = ({ session, inputs }: Run): Result<Portfolio> =>
  portfolioOf(session.ledger, { accounts: [inputs.config.account], orders: [] })

function openRun(inputs: BacktestInputs, onlooker: Onlooker): Result<Run> {
  const { history, config, from, to } = inputs
  const venue = openVenue(inputs.venue)
  if (!venue.ok) return venue
  const schedule = inputs.schedule[Symbol.iterator]()
  const first = schedule.next()
  const closeAt = closedAt(history, from)
  return succeed({
    inputs,
    onlooker,
    recorder: openRecorder(history, { from, to }),
    schedule,
    scheduled: first.done === true ? null : first.value,
    session: openSession(config, openLedger(history.universe, [config.account])),
    venue: venue.value,
    carried: [],
    row: from,
    hasContracts: history.universe.instruments.some(({ kind }) => kind !== 'spot'),
    quote: null,
    conditions: null,
    paid: Int32Array.from(history.funding, (funding) => (funding === null ? 0 : countUpTo(funding.time, closeAt))),
    fault: null,
  })
}

/** How many of increasing times are not after an instant. */
function countUpTo(time: Float64Array, at: number): number {
  const after = time.findIndex((each) => each > at)
  return after < 0 ? time.length : after
}

/** The mandate and what the book holds, at the close of the first row and before its decision. @returns what is held */
function begin(run: Run): Result<Portfolio> {
  const { history, from, start, config } = run.inputs
  const at = closedAt(history, from)
  takeSchedule(run, at)
  if (run.fault !== null) return fail(run.fault)
  if (run.session.standing === null)
    return fail([
      {
        code: 'backtest.schedule',
        path: 'schedule',
        message: 'a mandate must be known by the close of the first row, was none',
        hint: 'begin later, or give the forecast a longer history',
      },
    ])
  quoteAt(run, at, history.close)
  for (const fact of endowments(history, { row: from, account: config.account, start })) {
    tellVenue(run, { kind: 'endow', at, fact })
    tellSession(run, { kind: 'booked', at, fact })
  }
  // What the venue has said about it is what was told.
  run.carried.length = 0
  return run.fault === null ? held(run) : fail(run.fault)
}

function checkInputs({ history, from, to, config, orderMs, messageMs }: BacktestInputs): Issue[] {
  const rows = history.time.length
  const issues: Issue[] = []
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to > from && to <= rows))
    issues.push({
      code: 'backtest.rows',
      path: 'backtest',
      message: `the rows must lie in the history of ${rows} rows and be in order, was ${from} to ${to}`,
      hint: 'give dates inside the history',
    })
  for (const [path, ms] of Object.entries({ orderMs, messageMs }))
    if (!(ms >= 0 && Number.isFinite(ms)))
      issues.push({
        code: 'backtest.latency',
        path,
        message: `latency must be 0 ms or more, was ${ms}`,
        hint: 'write a duration such as 0s or 250ms',
      })
  if (config.universe !== history.universe)
    issues.push({
      code: 'backtest.universe',
      path: 'config.universe',
      message: 'session and history must be of one universe, was another',
      hint: 'open both with the same universe',
    })
  return issues
}
