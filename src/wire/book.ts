/**
 * A book file, read in two steps so that this module does no IO: `draftBook` says what is wrong with the text and which
 * files it needs; `finishBook` takes their contents and returns everything `plan()`, `sizeTrade()` and `quotes()` need, or
 * every mistake at once, by line.
 */
import { fromUnits, ONE } from '../core/base/decimal.ts'
import { hashOf } from '../core/base/hash.ts'
import type { Instant } from '../core/base/instant.ts'
import type { Issue, Result } from '../core/base/result.ts'
import type { CostModel } from '../core/cost/cost-terms.ts'
import type { MarketState, RiskModel } from '../core/domain/market.ts'
import type { Portfolio } from '../core/domain/portfolio.ts'
import { byId } from '../core/domain/universe.ts'
import type { Policy } from '../core/sizing/mandate.ts'
import type { PlanInputs } from '../core/sizing/plan-types.ts'
import {
  type CandleNeed,
  candleNeeds,
  estimateRisk,
  type LoadedCandles,
  pricedByCandles,
  type RiskHistory,
  readCloses,
} from './book-candles.ts'
import { checkShape } from './book-check.ts'
import { readCosts } from './book-costs.ts'
import { type Holdings, type ImportedCash, type ImportedPosition, readHoldings, readOrders } from './book-holdings.ts'
import { type DepthNeed, depthNeeds, type Levels, readLiquidity } from './book-liquidity.ts'
import { readPolicy, readTerms, type Terms } from './book-mandate.ts'
import { checkPrices, currenciesOf, type Prices, readPrices, readRisk, readValues } from './book-market.ts'
import { INSTRUMENTS_MAX, makeReport, type Names, type Report, readNames } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { readSizing, type Sizing } from './book-sizing.ts'
import { accepted, readInstant, readMoney } from './scalar.ts'
import { type BookIssue, type Document, lineOfPath, parseTree, type Tree } from './tree.ts'

export interface Book {
  readonly name: string | null
  readonly asOf: Instant
  readonly terms: Terms
  readonly portfolio: Portfolio
  readonly market: MarketState
  readonly risk: RiskModel
  /** What the forecast was estimated from; null where the book states it. */
  readonly history: RiskHistory | null
  readonly costs: CostModel
  /** null where the book names none: plan, size and quotes then refuse. */
  readonly policy: Policy | null
  readonly compare: readonly Policy[]
  readonly sizing: Sizing | null
  /** Where in the file things stand. */
  readonly source: Tree
}

/** A file that holds positions or balances. */
export interface ImportNeed {
  readonly path: string
  readonly from: 'csv' | 'ccxt'
  readonly line: number
}
export interface CashNeed extends ImportNeed {
  readonly unrealised: 'excluded' | 'included' | null
}

/** Files the text refers to, relative to it. */
export interface Needs {
  readonly positions: ImportNeed | null
  readonly cash: CashNeed | null
  readonly candles: readonly CandleNeed[]
  readonly books: readonly DepthNeed[]
}

export interface BookDraft {
  readonly source: Tree
  readonly draft: Draft
  readonly names: Names
  readonly issues: readonly BookIssue[]
  readonly needs: Needs
}

/** What the files held; issues are what is wrong with them. */
export interface Loaded {
  readonly positions: readonly ImportedPosition[]
  readonly cash: readonly ImportedCash[]
  readonly candles: ReadonlyMap<string, LoadedCandles>
  /** Order books, by instrument. */
  readonly books: ReadonlyMap<string, Levels>
  readonly issues: readonly BookIssue[]
}
export const NOTHING_LOADED: Loaded = { positions: [], cash: [], candles: new Map(), books: new Map(), issues: [] }

/** The text of a book: its own mistakes and the files it needs. Fails only where the text is no YAML or JSON at all. */
export function draftBook(text: string): Result<BookDraft, readonly BookIssue[]> {
  const parsed = parseTree(text)
  return parsed.ok ? draftTree(parsed.value) : parsed
}

/** The same of a document that has been parsed. */
export function draftTree(document: Document): Result<BookDraft, readonly BookIssue[]> {
  const { tree } = document
  const { draft, issues } = checkShape(tree)
  if (tree.kind !== 'map') return { ok: false, error: issues }
  const report = makeReport(tree, [...document.issues, ...issues])
  const count = Object.keys(draft.instruments ?? {}).length
  if (count > INSTRUMENTS_MAX) {
    const message = `a book must have at most ${INSTRUMENTS_MAX} instruments, was ${count}`
    const tooMany = { code: 'book.too-many-instruments', path: 'instruments', message, hint: 'split the book' }
    return { ok: false, error: [{ ...tooMany, line: lineOfPath(tree, 'instruments') }] }
  }
  const names = readNames(draft, report)
  const line = (path: string): number => lineOfPath(tree, path)
  const needs: Needs = {
    ...holdingNeeds(draft, line),
    candles: candleNeeds(draft, line),
    books: depthNeeds(draft, line),
  }
  return { ok: true, value: { source: tree, draft, names, issues: report.issues, needs } }
}

/** Files that say what is held. */
export function holdingNeeds(
  { positions, cash }: Pick<Draft, 'positions' | 'cash'>,
  line: (path: string) => number,
): Pick<Needs, 'positions' | 'cash'> {
  return {
    positions:
      positions?.file === undefined
        ? null
        : { path: positions.file, from: positions.from ?? 'csv', line: line('positions.file') },
    cash:
      cash?.file === undefined
        ? null
        : { path: cash.file, from: cash.from ?? 'ccxt', unrealised: cash.unrealised ?? null, line: line('cash.file') },
  }
}

/** @returns the book, or all its mistakes sorted by line. */
export function finishBook(
  { source, draft, names, issues, needs }: BookDraft,
  loaded: Loaded,
): Result<Book, readonly BookIssue[]> {
  const report = makeReport(source, [...issues, ...loaded.issues])
  const asOf = draft.asOf === undefined ? null : accepted(readInstant(draft.asOf))
  const currencies = currenciesIn(draft, names, loaded)
  const market = draft.market ?? {}
  const closes = readCloses(names, loaded.candles, report)
  const prices = readPrices(market, names, report, { asOf, currencies, closes, importedCash: needs.cash !== null })
  checkPrices(draft, names, prices, report, { currencies, pricedByCandles: pricedByCandles(names, draft) })
  const context = { draft, names, prices, report }
  const holdings = readHoldings(context, loaded)
  const orders = readOrders(context)
  const kept = orders.flatMap((order) =>
    order.replaced ? [] : [[...names.instruments.keys()].sort(byId)[order.instrument]!],
  )
  const forecast = readForecast({ draft, names, report, asOf, loaded, needs })
  const risk = forecast?.model ?? null
  const terms = readTerms(context, { currencies, held: new Set([...holdings.named, ...kept]), asOf, risk })
  const aimed = {
    names,
    report,
    target: terms.target.weight,
    hasCarry: draft.costs?.carry !== undefined,
    hasCandles: draft.market !== undefined && 'candles' in draft.market,
  }
  const policy = draft.policy === undefined ? null : readPolicy(aimed, draft.policy, ['policy'])
  const compare = (draft.compare ?? []).flatMap((text, index) =>
    text === undefined ? [] : [readPolicy(aimed, text, ['compare', index])],
  )
  const sizing = readSizing(draft, aimed)
  const costs = readCosts({ ...context, asOf }, terms.universe)
  const volumes = readValues({ names, prices, report }, market, 'volumes')
  const depths = readValues({ names, prices, report }, market, 'depths')
  const liquidity = readLiquidity(context, terms.universe, loaded.books)
  if (report.issues.length > 0) return { ok: false, error: sortIssues(report.issues) }
  if (asOf === null || risk === null) throw new Error('invariant: an incomplete book without an issue')
  const parts = { terms, prices, holdings }
  return {
    ok: true,
    value: {
      name: draft.name ?? null,
      asOf,
      terms,
      portfolio: { ...makePortfolio(parts), orders },
      market: makeMarket({ ...parts, asOf, volumes, depths, liquidity }),
      risk,
      history: forecast?.history ?? null,
      costs,
      policy,
      compare: compare.filter((each) => each !== null),
      sizing,
      source,
    },
  }
}

/** A book that refers to no files, in one step. @returns the book, or all its mistakes sorted by line. */
export function readBook(text: string): Result<Book, readonly BookIssue[]> {
  const drafted = draftBook(text)
  if (!drafted.ok) return drafted
  const { positions, cash, books } = drafted.value.needs
  const files = [
    ...(positions === null ? [] : [{ ...positions, place: 'positions.file' }]),
    ...(cash === null ? [] : [{ ...cash, place: 'cash.file' }]),
    ...books.map((need) => ({ ...need, place: `market.books.${need.instrument}` })),
  ]
  const issues = files.map(
    ({ path, line, place }): BookIssue => ({
      code: 'file.not-loaded',
      path: place,
      line,
      message: `must be in the book itself when it is read as text, was in ${path}`,
      hint: 'read the file first and pass its contents to finishBook',
    }),
  )
  return finishBook(drafted.value, { ...NOTHING_LOADED, issues })
}

/** Inputs of `plan()`: the book under a policy, its own or another. Hashed here, so that `plan()` never hashes. */
export function planInputs(book: Book, policy: Policy): PlanInputs {
  const mandate = { ...book.terms, policy }
  const { portfolio, market, risk, costs } = book
  const hashes = {
    mandate: hashOf(mandate),
    portfolio: hashOf(portfolio),
    market: hashOf(market),
    risk: hashOf(risk),
    costs: hashOf(costs),
  }
  return { mandate, portfolio, market, risk, costs, hashes }
}

/** The refusal of a command that needs a policy from a book that names none. */
export const policyMissing = ({ source }: Pick<Book, 'source'>): BookIssue => ({
  code: 'policy.missing',
  path: 'policy',
  message: 'policy must be given, was missing',
  hint: 'there is no default: write such as `policy: { kind: riskCap, trackingErrorMax: 7% }`',
  line: source.line,
})

/** Puts lines to issues found after the book was read. */
export const withLines = (book: Pick<Book, 'source'>, issues: readonly Issue[]): BookIssue[] =>
  sortIssues(issues.map((issue) => ({ ...issue, line: lineOfPath(book.source, issue.path) })))

/** By line, then path, then code; the same mistake once. */
export function sortIssues(issues: readonly BookIssue[]): BookIssue[] {
  const sorted = [...issues].sort(
    (a, b) => a.line - b.line || byId(a.path, b.path) || byId(a.code, b.code) || byId(a.message, b.message),
  )
  return sorted.filter((each, index) => {
    const last = sorted[index - 1]
    return last === undefined || last.path !== each.path || last.code !== each.code || last.message !== each.message
  })
}

export function currenciesIn(draft: Draft, names: Names, loaded: Pick<Loaded, 'cash'>): Set<string> {
  const { file: _file, from: _from, unrealised: _unrealised, ...cash } = draft.cash ?? {}
  const { file: _path, from: _format, ...positions } = draft.positions ?? {}
  const valued = Object.values(positions).flatMap((each) =>
    typeof each === 'object' && each.value !== undefined ? [each.value] : [],
  )
  const stated = [...Object.values(draft.market?.volumes ?? {}), ...Object.values(draft.market?.depths ?? {})]
  const values = stated.flatMap((each) => (each === undefined ? [] : [each]))
  const { orderFee } = draft.costs ?? {}
  const orderFees = (typeof orderFee === 'object' ? Object.values(orderFee) : [orderFee]).filter(
    (each) => each !== undefined,
  )
  const complete = [...names.instruments.values()].flatMap((each) =>
    each.instrument === null ? [] : [each.instrument],
  )
  return new Set([
    ...(names.currency === null ? [] : [names.currency]),
    ...Object.keys(cash),
    ...loaded.cash.map((each) => each.currency),
    ...currenciesOf(complete),
    ...[...valued, ...values, ...orderFees].map((text) => accepted(readMoney(text, 'value', 'any')).currency),
  ])
}

function readForecast(parts: {
  readonly draft: Draft
  readonly names: Names
  readonly report: Report
  readonly asOf: Instant | null
  readonly loaded: Loaded
  readonly needs: Needs
}): { readonly model: RiskModel; readonly history: RiskHistory | null } | null {
  const { draft, names, report, asOf, loaded, needs } = parts
  if (draft.market === undefined) return null
  if (['candles', 'estimate', 'compare'].some((key) => key in draft.market!))
    return estimateRisk({ draft, names, report, asOf, candles: loaded.candles, needs: needs.candles })
  const model = readRisk(draft.market, names, report, asOf)
  return model === null ? null : { model, history: null }
}

function makePortfolio({
  terms: { universe },
  holdings,
}: {
  readonly terms: Terms
  readonly holdings: Holdings
}): Omit<Portfolio, 'orders'> {
  const zero = fromUnits(0n)
  return {
    cash: universe.currencies.map((name) => holdings.cash.get(name) ?? zero),
    quantity: universe.instruments.map(({ id }) => holdings.positions.get(id)?.quantity ?? zero),
    entry: universe.instruments.map(({ id }) => holdings.positions.get(id)?.entry ?? null),
  }
}

function makeMarket(parts: {
  readonly terms: Terms
  readonly prices: Prices
  readonly asOf: Instant
  readonly volumes: ReadonlyMap<string, number>
  readonly depths: ReadonlyMap<string, number>
  readonly liquidity: MarketState['liquidity']
  readonly holdings: Holdings
}): MarketState {
  const { terms, prices, asOf, volumes, depths, liquidity } = parts
  const { universe } = terms
  const marks = universe.instruments.map(({ id }) => prices.mark(id)!)
  const ageMax = prices.markAgeMaxMs ?? Number.POSITIVE_INFINITY
  return {
    asOf,
    price: marks.map((mark) => mark.price),
    priceAgeMs: Float64Array.from(marks, (mark) => mark.ageMs),
    stale: Uint8Array.from(marks, (mark) => (mark.ageMs > ageMax ? 1 : 0)),
    rate: universe.currencies.map((name) => prices.rate(name) ?? ONE),
    volumePerDay: Float64Array.from(universe.instruments, ({ id }) => volumes.get(id) ?? Number.NaN),
    depth: Float64Array.from(universe.instruments, ({ id }) => depths.get(id) ?? Number.NaN),
    ...(liquidity === undefined ? {} : { liquidity }),
  }
}
