/**
 * A backtest from a book file, in two steps so that this module does no IO: `draftBacktest` says which files a run needs
 * (`backtest-needs.ts`), `finishBacktest` takes their contents and returns the inputs of `runBacktest`, or every mistake
 * by line. What the run is told as time passes is made while it passes (`backtest-schedule.ts`).
 */
import { ONE, ZERO } from '../core/base/decimal.ts'
import { formatInstantShort } from '../core/base/format.ts'
import type { Result } from '../core/base/result.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { makeUniverse, type Universe } from '../core/domain/universe.ts'
import type { BacktestInputs, Holdings } from '../core/sim/backtest-types.ts'
import type { FundingHistory, History } from '../core/sim/history.ts'
import type { Bars } from '../core/sim/history-bars.ts'
import { type InstrumentHistory, makeHistory } from '../core/sim/history-columns.ts'
import { historyUntil } from '../core/sim/history-known.ts'
import type { RateSource } from '../core/sim/history-rates.ts'
import type { Membership } from '../core/sim/membership.ts'
import { withTargetRate } from '../core/sim/target-rate.ts'
import { pricesAt, type ScheduleTerms } from './backtest-book.ts'
import { checkSection, readMembership } from './backtest-check.ts'
import type { BacktestDraft, BarsNeed } from './backtest-needs.ts'
import { scheduleOf, tradedNow } from './backtest-schedule.ts'
import { readVenue } from './backtest-venue.ts'
import { currenciesIn, sortIssues } from './book.ts'
import { type ImportedCash, type ImportedPosition, readHoldings } from './book-holdings.ts'
import { makeReport, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDelay, readDuration, readNumber } from './scalar.ts'
import type { BookIssue, Path, Tree } from './tree.ts'

/** What the files held; issues are what is wrong with them. */
export interface LoadedBacktest {
  /** By place (`history`, `marks`, `rates`) and id, with what was found in each file. */
  readonly bars: ReadonlyMap<string, { readonly bars: Bars; readonly notes: readonly string[] }>
  readonly funding: ReadonlyMap<string, FundingHistory>
  readonly members: Membership['dates'] | null
  /** Where `start: book` keeps them in files. */
  readonly positions: readonly ImportedPosition[]
  readonly cash: readonly ImportedCash[]
  readonly issues: readonly BookIssue[]
}

/** The key of a candle file among what was loaded. */
export const barsKey = ({ of, id }: Pick<BarsNeed, 'of' | 'id'>): string => `${of} ${id}`

export interface Backtest {
  readonly name: string | null
  readonly inputs: BacktestInputs
  /** Where in the file things stand. */
  readonly source: Tree
}

/** What many runs of one book share. */
export interface Kept {
  /** Whether threads may share the history. */
  readonly shared: boolean
  /** Made before from the same files for the same span: what was loaded of them is not read then. */
  readonly history: History | null
  /** Forecasts made so far, of this history; null where none is kept. */
  readonly forecasts: Map<string, RiskModel> | null
}
const ALONE: Kept = { shared: false, history: null, forecasts: null }

export function finishBacktest(
  backtest: BacktestDraft,
  loaded: LoadedBacktest,
  kept: Kept = ALONE,
): Result<Backtest, readonly BookIssue[]> {
  const { book, span } = backtest
  const report = makeReport(book.source, [...backtest.issues, ...loaded.issues])
  const draft = backtest.start
  const universe = kept.history?.universe ?? universeOf(backtest, draft, loaded)
  checkSection(backtest, { universe, held: heldNames(draft, loaded), report })
  const refused = (): Result<never, readonly BookIssue[]> => ({ ok: false, error: sortIssues(report.issues) })
  if (report.issues.length > 0) return refused()
  const history = kept.history ?? readHistory(backtest, { loaded, universe, shared: kept.shared, report })
  if (history === null) return refused()
  const markAgeMaxMs = accepted(readDuration(book.draft.market!.markAgeMax!))
  const membership = readMembership(backtest, loaded.members)
  const terms = {
    draft: book.draft,
    names: book.names,
    source: book.source,
    history,
    span,
    membership,
    held: heldNames(draft, loaded),
    markAgeMaxMs,
    forecasts: kept.forecasts,
  }
  const start = readStart(backtest, { ...terms, loaded, report })
  const venue = readVenue(backtest, {
    universe,
    account: ACCOUNT,
    prices: pricesAt(begin(backtest, history), markAgeMaxMs),
    report,
  })
  if (report.issues.length > 0) return refused()
  return {
    ok: true,
    value: {
      source: book.source,
      name: book.draft.name ?? null,
      inputs: {
        history,
        from: firstRow(backtest),
        to: history.time.length,
        config: {
          id: book.draft.name ?? 'book',
          universe,
          account: ACCOUNT,
          everyMs: span.everyMs,
          anchor: span.from,
          markAgeMaxMs,
          curvatureMs: curvatureMs(backtest),
          answerMs: ANSWER_MS + 2 * (latencyOf(backtest).orderMs + latencyOf(backtest).messageMs),
        },
        schedule: watched(backtest, scheduleOf(terms)),
        venue,
        start,
        ...latencyOf(backtest),
      },
    },
  }
}

const ACCOUNT = 'backtest'
/** The simulated venue always answers; later than its latency is a defect. */
const ANSWER_MS = 60_000

/** The row at whose close the book begins. */
const firstRow = ({ span }: BacktestDraft): number => (span.from - span.reads) / span.intervalMs - 1
const begin = (backtest: BacktestDraft, history: History) => historyUntil(history, firstRow(backtest))

function watched({ section }: BacktestDraft, schedule: BacktestInputs['schedule']): BacktestInputs['schedule'] {
  const window = section.targetChanges
  return window === undefined ? schedule : withTargetRate(schedule, accepted(readDuration(window)))
}

const curvatureMs = ({ section }: BacktestDraft): number =>
  section.curvature === undefined ? 0 : accepted(readDuration(section.curvature))

function latencyOf({ section: { latency } }: BacktestDraft): Pick<BacktestInputs, 'orderMs' | 'messageMs'> {
  if (latency === undefined) return { orderMs: 0, messageMs: 0 }
  const [order, message] = typeof latency === 'string' ? [latency, latency] : [latency.order, latency.message]
  const ms = (text: string | undefined): number => (text === undefined ? 0 : accepted(readDelay(text)))
  return { orderMs: ms(order), messageMs: ms(message) }
}

/** Instruments and currencies that the run begins with, whether or not how much can be read. */
function heldNames({ cash, positions }: Draft, loaded: LoadedBacktest): ReadonlySet<string> {
  const { file: _f, from: _from, unrealised: _u, ...balances } = cash ?? {}
  const { file: _file, from: _format, ...held } = positions ?? {}
  const imported = [...loaded.positions.map((each) => each.instrument), ...loaded.cash.map((each) => each.currency)]
  return new Set([...Object.keys(balances), ...Object.keys(held), ...imported])
}

/** Everything that a run may ever hold. */
function universeOf({ book }: BacktestDraft, draft: Draft, loaded: LoadedBacktest): Universe {
  const { names } = book
  return makeUniverse({
    numeraire: names.currency ?? '',
    instruments: [...names.instruments.values()].flatMap((each) => (each.instrument === null ? [] : [each.instrument])),
    underlyings: [...names.underlyings],
    currencies: [...currenciesIn(draft, names, loaded)],
  })
}

function readHistory(
  backtest: BacktestDraft,
  {
    loaded,
    universe,
    shared,
    report,
  }: {
    readonly loaded: LoadedBacktest
    readonly universe: Universe
    readonly shared: boolean
    readonly report: Report
  },
): History | null {
  const { section, span, bars: needs, funding: payments } = backtest
  const need = (of: BarsNeed['of'], id: string) => needs.find((each) => each.of === of && each.id === id)
  const read = (of: BarsNeed['of'], id: string) => loaded.bars.get(barsKey({ of, id }))
  const instruments = universe.instruments.map(({ id }): InstrumentHistory => {
    const text = section.history?.[id]
    const file = read('history', id)!
    const marks = read('marks', id)
    const paid = loaded.funding.get(id)
    return {
      bars: file.bars,
      marks: marks?.bars ?? null,
      funding: paid === undefined ? null : { ...paid, intervalMs: payments.find((each) => each.id === id)!.intervalMs },
      leaves: typeof text === 'object' && text.ends === 'delisted',
      accept: [...(need('history', id)?.accept ?? []), ...(need('marks', id)?.accept ?? [])],
      notes: [...file.notes, ...(marks?.notes ?? [])].map((note) => `${id}: ${note}.`),
    }
  })
  const rates = universe.currencies.map((name): RateSource => {
    const text = section.rates?.[name]
    const file = read('rates', name)
    if (name === universe.numeraire) return { kind: 'stated', rate: ONE }
    if (file !== undefined) return { kind: 'bars', bars: file.bars, accept: need('rates', name)!.accept }
    if (typeof text === 'string') return { kind: 'stated', rate: accepted(readNumber(text, 'rate', 'positive')) }
    return { kind: 'instrument', instrument: universe.instruments.findIndex(({ id }) => id === name) }
  })
  const { reads, from, to, intervalMs } = span
  const made = makeHistory({ universe, intervalMs, from: reads, to, begins: from, instruments, rates, shared })
  if (made.ok) return { ...made.value, notes: [...made.value.notes, ...bookNotes(backtest, universe)] }
  for (const issue of made.error) report.addIssue(issue)
  return null
}

/** What a reader of the book would take to mean something else in a run of it. */
function bookNotes({ book: { draft }, section }: BacktestDraft, { instruments }: Universe): string[] {
  const { market = {}, costs = {} } = draft
  const contracts = instruments.filter(({ kind, id }) => kind !== 'spot' && !(id in (section.marks ?? {})))
  const paying = instruments.filter(({ id }) => id in (costs.carry ?? {}) && typeof section.funding?.[id] === 'object')
  const names = (list: readonly Instrument[]): string => list.map(({ id }) => id).join(', ')
  return [
    ...('books' in market || 'pools' in market
      ? ['Order books and pools of the book are of one moment and not used.']
      : []),
    ...('traded' in costs ? ['What was traded before the book was taken is not counted.'] : []),
    ...('depths' in market ? ['Depths are those that the book states, all the time.'] : []),
    ...('vols' in market ? ['Volatilities and correlations are those that the book states, all the time.'] : []),
    ...(section.members === undefined ? [] : ['Members by date stand for the targets of the book.']),
    ...(contracts.length === 0 ? [] : [`The marks of ${names(contracts)} are the closes.`]),
    ...(paying.length === 0 ? [] : [`The next payment of ${names(paying)} is expected to be the last one made.`]),
  ]
}

/** What the run begins with, valued at the close at which it begins. */
function readStart(
  backtest: BacktestDraft,
  parts: ScheduleTerms & { readonly loaded: LoadedBacktest; readonly report: Report },
): Holdings {
  const { loaded, history, markAgeMaxMs, report } = parts
  const { universe } = history
  const known = begin(backtest, history)
  const ofBook = backtest.section.start === 'book'
  const context = {
    draft: backtest.start,
    names: backtest.book.names,
    prices: pricesAt(known, markAgeMaxMs),
    report: ofBook ? report : under(report, ['backtest', 'start']),
  }
  const held = readHoldings(context, loaded)
  const traded = tradedNow(known, parts)
  for (const [id, { quantity }] of held.positions)
    if (!traded.includes(id) && quantity !== ZERO)
      context.report.add(
        'backtest.held',
        ['positions', id],
        `${id} must have a mark, enough returns and its warm-up when the run begins (${formatInstantShort(known.asOf)}), because it is held then, was without`,
        'begin later, use a longer history, or begin without it',
      )
  return {
    cash: universe.currencies.map((name) => held.cash.get(name) ?? ZERO),
    quantity: universe.instruments.map(({ id }) => held.positions.get(id)?.quantity ?? ZERO),
    entry: universe.instruments.map(({ id }) => held.positions.get(id)?.entry ?? null),
  }
}

/** A report about a part of the book that stands further down in it. */
const under = (report: Report, place: Path): Report => ({
  ...report,
  add: (code, path, message, hint) => report.add(code, [...place, ...path], message, hint),
})
