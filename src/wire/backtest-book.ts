/**
 * A book as it would have been read at a moment of a run: the same text, over the instruments that are traded then, with
 * the marks, the forecast, the targets and the paths of that moment. It is handed what was known and nothing else
 * (`core/sim/history-known.ts`).
 */
import { decimalOfNumber } from '../core/base/decimal.ts'
import { formatInstantShort } from '../core/base/format.ts'
import { hashOf } from '../core/base/hash.ts'
import type { Instant } from '../core/base/instant.ts'
import { fail, type Issue, type Result, succeed } from '../core/base/result.ts'
import type { CarryTerms } from '../core/cost/carry.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { byId, instrumentIndex, type Universe } from '../core/domain/universe.ts'
import type { Outlook } from '../core/session/session-event.ts'
import type { History } from '../core/sim/history.ts'
import { hasReturns, isAlive, type Known, lastMark, priceHistory, volumePerDay } from '../core/sim/history-known.ts'
import { type Membership, membershipTarget } from '../core/sim/membership.ts'
import type { Mandate, Target } from '../core/sizing/mandate.ts'
import type { Span } from './backtest-needs.ts'
import { forecastFrom } from './book-candles.ts'
import { readCosts } from './book-costs.ts'
import { readEstimator } from './book-estimate.ts'
import { askedTrends, trendWindow } from './book-guard.ts'
import { readPolicy, readTerms } from './book-mandate.ts'
import { type Prices, readRisk, readValues } from './book-market.ts'
import { type BookContext, makeReport, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import type { Tree } from './tree.ts'

/** What all refreshes of a run share. */
export interface ScheduleTerms {
  readonly draft: Draft
  readonly names: Names
  readonly source: Tree
  readonly history: History
  readonly span: Span
  readonly membership: Membership | null
  /** Ids of what the run begins with. */
  readonly held: ReadonlySet<string>
  readonly markAgeMaxMs: number
  /** Forecasts that have been made, by what they are made of; null where none is kept. */
  readonly forecasts: Map<string, RiskModel> | null
}

/** The instrument whose bars are the history of an underlying: a spot pair before others, then by id; null without enough. */
export function sourceOf(known: Known, underlying: number, windowMs: number): number | null {
  const { universe } = known
  const own = universe.instrumentsOf[underlying]!.filter((j) => isAlive(known, j) && hasReturns(known, j, windowMs))
  return own.find((j) => universe.instruments[j]!.kind === 'spot') ?? own[0] ?? null
}

/** The marks and rates of a moment, as a book states them. */
export function pricesAt(known: Known, markAgeMaxMs: number): Prices {
  const { universe, rate, time, asOf } = known
  const m = universe.currencies.length
  return {
    mark: (id) => {
      const j = universe.instruments.findIndex((each) => each.id === id)
      const seen = j < 0 ? null : lastMark(known, j)
      return seen === null ? null : { price: decimalOfNumber(seen.price), ageMs: asOf - seen.at }
    },
    rate: (currency) => {
      const c = universe.currencies.indexOf(currency)
      return c < 0 ? null : decimalOfNumber(rate[(time.length - 1) * m + c]!)
    },
    markAgeMaxMs,
  }
}

/** The book as it stands once a row has closed, over the instruments that are traded then. */
export function readBookAt(
  terms: ScheduleTerms,
  known: Known,
  traded: readonly string[],
): Result<{ readonly mandate: Mandate; readonly outlook: Outlook }> {
  const { source, membership } = terms
  const { asOf, universe } = known
  const names = namesOf(terms.names, new Set(traded))
  const draft = draftOf(terms.draft, names)
  const report = makeReport(source, [])
  const context = { draft, names, report }
  const refusedThen = (): Result<never> => fail(report.issues.map((issue) => at(issue, asOf)))
  const risk = riskAt(terms, known, context)
  const target = membership === null ? undefined : targetAt(membership, { names, asOf, report })
  if (risk === null || target === null || report.issues.length > 0) return refusedThen()
  const stated = readTerms(context, {
    currencies: universe.currencies,
    held: new Set(),
    asOf,
    risk,
    ...(target === undefined ? {} : { target }),
  })
  const aimed = {
    names,
    report,
    target: stated.target.weight,
    hasCarry: draft.costs?.carry !== undefined,
    hasCandles: draft.market?.estimate !== undefined,
  }
  const policy = readPolicy(aimed, draft.policy!, ['policy'])
  const prices = pricesAt(known, terms.markAgeMaxMs)
  const { metaorders: _, ...costs } = readCosts({ ...context, prices, asOf }, stated.universe)
  const depths = readValues({ names, prices, report }, draft.market!, 'depths')
  if (policy === null || report.issues.length > 0) return refusedThen()
  const outlook = outlookOf({ known, risk, costs, depths, universe: stated.universe, volumeMs: terms.span.volumeMs })
  return succeed({ mandate: { ...stated, policy }, outlook })
}

const at = (issue: Issue, asOf: number): Issue => ({
  ...issue,
  message: `${issue.message}, when the run had come to ${formatInstantShort(asOf)}`,
})

/** The names of the book that are traded; of others nobody complains, since the whole book has been checked before. */
function namesOf(all: Names, traded: ReadonlySet<string>): Names {
  const instruments = new Map([...all.instruments].filter(([id]) => traded.has(id)))
  const before = [...all.underlyings].sort(byId)
  const underlyings = new Set(
    before.filter((name) => [...instruments.values()].some((each) => each.underlying === name)),
  )
  const now = [...underlyings]
  const groups = all.groups.map(({ name, members }) => ({
    name,
    members: members.flatMap((u) => (underlyings.has(before[u]!) ? [now.indexOf(before[u]!)] : [])),
  }))
  return {
    ...all,
    instruments,
    underlyings,
    complete: false,
    listed: false,
    groups: groups.filter(({ members }) => members.length > 0),
  }
}

/** The text of the book without what is of one moment (order books, pools, own trades), other policies, or not traded yet. */
export function draftOf(draft: Draft, { instruments }: Names): Draft {
  const { books: _books, pools: _pools, ...market } = draft.market ?? {}
  const { traded: _traded, ...costs } = draft.costs ?? {}
  const { compare: _compare, ...own } = draft
  const known = Object.fromEntries([...instruments.keys()].map((id) => [id, undefined]))
  const trade = Object.entries(draft.trade ?? {}).map(([name, ids]): [string, string[]] => [
    name,
    (typeof ids === 'string' ? [ids] : (ids ?? [])).filter((id) => id !== undefined && instruments.has(id)) as string[],
  ])
  return {
    ...own,
    market: {
      ...market,
      ...(draft.backtest?.volume === undefined ? {} : { volumes: known }),
      // Its bars are those of the run.
      ...(market.estimate === undefined ? {} : { candles: {} }),
    },
    ...(draft.costs === undefined ? {} : { costs }),
    ...(draft.trade === undefined ? {} : { trade: Object.fromEntries(trade) }),
  }
}

function riskAt({ span, forecasts }: ScheduleTerms, known: Known, context: BookContext): RiskModel | null {
  const { draft, names, report } = context
  const market = draft.market!
  const { windowMs } = span
  if (windowMs === null || market.estimate === undefined) return readRisk(market, names, report, known.asOf)
  const key = forecasts === null ? '' : forecastKey(context, known, windowMs)
  const made = forecasts?.get(key) ?? forecastAt(span, known, context)
  if (made !== null) forecasts?.set(key, made)
  return made
}

function forecastAt({ windowMs, intervalMs }: Span, known: Known, context: BookContext): RiskModel | null {
  const { asOf, universe } = known
  const estimate = context.draft.market!.estimate!
  const estimator = readEstimator(context, estimate, { intervalMs, path: ['market', 'estimate'] })
  if (estimator === null) return null
  const histories = [...context.names.underlyings].sort(byId).map((name) => {
    const source = sourceOf(known, universe.underlyings.indexOf(name), windowMs!)
    return priceHistory(known, source!, Math.max(windowMs!, trendWindow(context.draft)))
  })
  return forecastFrom(context, histories, { window: { asOf, from: asOf - windowMs!, intervalMs }, estimator })
}

/** What a forecast is made of, beside the history: who is in it, when, how, and what else is read from the same closes. */
const forecastKey = ({ draft, names }: BookContext, { asOf }: Known, windowMs: number): string =>
  JSON.stringify([
    asOf,
    windowMs,
    [...names.underlyings].sort(byId),
    draft.market?.estimate,
    draft.limits?.expectedShortfall,
    askedTrends(draft),
  ])

function targetAt(
  membership: Membership,
  { names, asOf, report }: { readonly names: Names; readonly asOf: Instant; readonly report: Report },
): Target | null {
  const target = membershipTarget(membership, [...names.underlyings].sort(byId), asOf)
  if (target.ok) return target.value
  for (const issue of target.error)
    report.addIssue({ ...issue, path: issue.path.replace(/^targets\b/, 'backtest.members') })
  return null
}

function outlookOf(parts: {
  readonly known: Known
  readonly risk: RiskModel
  readonly costs: Outlook['costs']
  readonly depths: ReadonlyMap<string, number>
  readonly universe: Universe
  readonly volumeMs: number | null
}): Outlook {
  const { known, risk, costs, depths, universe, volumeMs } = parts
  const column = (of: (id: string) => number): Float64Array =>
    Float64Array.from(universe.instruments, ({ id }) => of(id))
  const index = (id: string): number => instrumentIndex(known.universe, id)
  const outlook = {
    risk,
    costs: {
      ...costs,
      carry: costs.carry.map((carry, j) => carryAt(carry, known, index(universe.instruments[j]!.id))),
    },
    volumePerDay: column((id) => (volumeMs === null ? Number.NaN : volumePerDay(known, index(id), volumeMs))),
    depth: column((id) => depths.get(id) ?? Number.NaN),
  }
  return { ...outlook, hash: hashOf(outlook) }
}

/** Where payments are known, the next one is expected to be the last one. */
function carryAt(carry: CarryTerms, known: Known, j: number): CarryTerms {
  const last = known.funding[j]?.rate.at(-1)
  return carry.kind === 'perp' && last !== undefined ? { ...carry, funding: { ...carry.funding, next: last } } : carry
}
