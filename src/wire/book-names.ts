/**
 * The names of a book and its instruments. Names are known as soon as they are written, whether or not what they name is
 * complete, so that one mistake in an instrument does not make every mention of it a mistake.
 */
import { type Decimal, ZERO } from '../core/base/decimal.ts'
import type { Issue } from '../core/base/result.ts'
import type { Contract, Fee, Grid, Instrument, InstrumentKind, Money } from '../core/domain/instrument.ts'
import { byId, type Group } from '../core/domain/universe.ts'
import type { Draft } from './book-shape.ts'
import { accepted, nearest, readFraction, readInstant, readMoney, readNumber } from './scalar.ts'
import { type BookIssue, lineOf, lineOfPath, type Path, pathText, type Tree } from './tree.ts'

/** What is known of an instrument; null where the file does not say (and an issue does). */
export interface InstrumentFacts {
  readonly id: string
  readonly kind: InstrumentKind | null
  readonly contract: Contract | null
  readonly underlying: string | null
  readonly quote: string | null
  /** Its name in imported files. */
  readonly symbol: string | null
  /** Every term, once there is nothing to complain about. */
  readonly instrument: Instrument | null
}

export interface Names {
  readonly currency: string | null
  readonly instruments: ReadonlyMap<string, InstrumentFacts>
  readonly underlyings: ReadonlySet<string>
  /** Whether every instrument says its underlying; while one does not, no other name can be called unknown. */
  readonly complete: boolean
  /** Whether the book lists its instruments at all. */
  readonly listed: boolean
  /** Groups of underlyings, by name; members are places among the underlyings in order of id. */
  readonly groups: readonly Group[]
}

/** More instruments than any book; a covariance over them would not fit. */
export const INSTRUMENTS_MAX = 500
/** A file with more mistakes than this is no book with mistakes; what comes after is not told. */
const MISTAKES_MAX = 1_000
const LISTED_MAX = 12

/** What most readers of a section need. */
export interface BookContext {
  readonly draft: Draft
  readonly names: Names
  readonly report: Report
}

/** Collects issues and finds their lines. */
export interface Report {
  readonly issues: BookIssue[]
  readonly add: (code: string, path: Path, message: string, hint: string) => void
  /** An issue of core, whose path is text. */
  readonly addIssue: (issue: Issue) => void
  /** So many mistakes that further ones are dropped: nobody need look for a name that was meant. */
  readonly full: () => boolean
}

export function makeReport(tree: Tree, found: readonly BookIssue[]): Report {
  const issues = [...found]
  const full = (): boolean => issues.length >= MISTAKES_MAX
  const keep = (issue: BookIssue): void => {
    if (!full()) issues.push(issue)
  }
  return {
    issues,
    add: (code, path, message, hint) => keep({ code, path: pathText(path), message, hint, line: lineOf(tree, path) }),
    addIssue: (issue) => keep({ ...issue, line: lineOfPath(tree, issue.path) }),
    full,
  }
}

/** `did you mean X`, or what else to do. */
export const guess = (name: string, candidates: Iterable<string>, otherwise: string): string => {
  const meant = nearest(name, candidates)
  return meant === null ? otherwise : `did you mean ${meant}?`
}

export function listed(names: Iterable<string>): string {
  const sorted = [...names].sort(byId)
  const more = sorted.length - LISTED_MAX
  return sorted.length === 0
    ? 'none'
    : `${sorted.slice(0, LISTED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

type InstrumentDraft = NonNullable<NonNullable<Draft['instruments']>[string]>

type ContractDraft = Extract<
  InstrumentDraft,
  { readonly kind?: 'perp' | 'future' | 'option' | undefined; readonly contract?: unknown }
>

const isContract = (entry: InstrumentDraft): entry is ContractDraft =>
  entry.kind === 'perp' || entry.kind === 'future' || entry.kind === 'option'

export function readNames(draft: Draft, report: Report): Names {
  const instruments = new Map<string, InstrumentFacts>()
  const currency = draft.currency ?? null
  const folded = new Map<string, string>()
  for (const [id, entry] of Object.entries(draft.instruments ?? {})) {
    const twin = folded.get(id.toLowerCase())
    if (twin !== undefined)
      report.add(
        'instrument.case',
        ['instruments', id],
        `an id must differ from others by more than case, was ${id} beside ${twin}`,
        'rename one of the two',
      )
    folded.set(id.toLowerCase(), id)
    instruments.set(id, readInstrumentFacts(id, entry ?? {}, currency))
  }
  const underlyings = new Set(
    [...instruments.values()].flatMap((each) => (each.underlying === null ? [] : [each.underlying])),
  )
  const complete =
    draft.instruments !== undefined &&
    [...instruments.values()].every((each) => each.underlying !== null && each.kind !== null)
  const names = { currency, instruments, underlyings, complete, listed: draft.instruments !== undefined, groups: [] }
  return { ...names, groups: readGroups(draft, names, report) }
}

/** An underlying may be in several groups; a group's name may not be an underlying's, so that one word has one meaning. */
function readGroups(draft: Draft, names: Names, report: Report): Group[] {
  const underlyings = [...names.underlyings].sort(byId)
  const groups = Object.entries(draft.groups ?? {}).sort(([a], [b]) => byId(a, b))
  return groups.flatMap(([name, listed]): Group[] => {
    if (underlyings.includes(name))
      report.add(
        'group.name',
        ['groups', name],
        `a group must not have the name of an underlying, was ${name}`,
        'rename it',
      )
    // What is written wrongly is not missing: its name stays.
    if (listed === undefined) return [{ name, members: [] }]
    if (listed.length === 0)
      report.add('group.empty', ['groups', name], 'must list at least one underlying, was empty', 'remove the group')
    const members = new Set<number>()
    listed.forEach((member, index) => {
      if (member === undefined) return
      const path = ['groups', name, index]
      const at = underlyings.indexOf(member)
      if (at < 0) checkUnderlying({ names, report }, path, member)
      else if (members.has(at))
        report.add('group.duplicate', path, `must be listed once, was ${member} twice`, 'remove one of the two')
      else members.add(at)
    })
    return [{ name, members: [...members].sort((a, b) => a - b) }]
  })
}

function readInstrumentFacts(id: string, entry: InstrumentDraft, currency: string | null): InstrumentFacts {
  const kind = entry.kind ?? null
  const underlying = entry.underlying ?? (kind === 'spot' ? id : null)
  const quote = entry.quote ?? currency
  const contract = isContract(entry) ? (entry.contract ?? null) : null
  const facts = { id, kind, contract, underlying, quote }
  return { ...facts, symbol: entry.symbol ?? null, instrument: completeInstrument(facts, entry) }
}

/** The instrument, or null while a term is missing. */
function completeInstrument(
  facts: Omit<InstrumentFacts, 'symbol' | 'instrument'>,
  entry: InstrumentDraft,
): Instrument | null {
  const { id, underlying, quote, contract } = facts
  const grid = completeGrid(entry)
  const fee = completeFee(entry.fee)
  if (underlying === null || quote === null || grid === null || fee === null || entry.spread === undefined) return null
  const common = {
    id,
    underlying,
    venue: entry.venue ?? null,
    quote,
    grid,
    fee,
    spread: accepted(readFraction(entry.spread, 'spread', 'nonNegative')),
  }
  if (entry.kind === 'spot')
    return { ...common, kind: 'spot', settle: quote, multiplier: ONE_COIN, short: entry.short === 'true' }
  if (!isContract(entry) || contract === null || entry.multiplier === undefined) return null
  const settle = entry.settle ?? (contract === 'linear' ? quote : underlying)
  const terms = {
    ...common,
    contract,
    settle,
    multiplier: accepted(readNumber(entry.multiplier, 'multiplier', 'positive')),
  }
  if (entry.kind === 'perp') return { ...terms, kind: 'perp' }
  if ((entry.kind !== 'future' && entry.kind !== 'option') || entry.expiry === undefined) return null
  const expiry = accepted(readInstant(entry.expiry))
  if (entry.kind === 'future') return { ...terms, kind: 'future', expiry }
  if (entry.kind !== 'option' || entry.strike === undefined || entry.right === undefined) return null
  return {
    ...terms,
    kind: 'option',
    expiry,
    strike: accepted(readNumber(entry.strike, 'strike', 'positive')),
    right: entry.right,
  }
}

const ONE_COIN = (10n ** 18n) as Decimal

function completeGrid(entry: InstrumentDraft): Grid | null {
  if (entry.lot === undefined) return null
  const lot = accepted(readNumber(entry.lot, 'lot', 'positive'))
  const quantityMin =
    entry.quantityMin === undefined ? lot : accepted(readNumber(entry.quantityMin, 'minimum', 'nonNegative'))
  const notionalMin: Money | null =
    entry.notionalMin === undefined ? null : accepted(readMoney(entry.notionalMin, 'minimum', 'nonNegative'))
  const grid = { lot, quantityMin, notionalMin: notionalMin?.amount === ZERO ? null : notionalMin }
  return entry.tick === undefined ? grid : { ...grid, tick: accepted(readNumber(entry.tick, 'tick', 'positive')) }
}

function completeFee(text: InstrumentDraft['fee']): Fee | null {
  if (text === undefined) return null
  if (typeof text === 'string') return { taker: accepted(readFraction(text, 'fee', 'any')), maker: null }
  if (text.taker === undefined || text.maker === undefined) return null
  return {
    taker: accepted(readFraction(text.taker, 'fee', 'any')),
    maker: accepted(readFraction(text.maker, 'fee', 'any')),
  }
}

/** Complains about a name that is no underlying of the book. */
export function checkUnderlying(
  { names, report }: { readonly names: Names; readonly report: Report },
  path: Path,
  name: string,
): void {
  if (names.underlyings.has(name) || !names.complete || report.full()) return
  report.add(
    'underlying.unknown',
    path,
    `must be an underlying of this book (${listed(names.underlyings)}), was ${name}`,
    guess(name, names.underlyings, 'add an instrument for it'),
  )
}

/** Complains about a name that is no instrument of the book. */
export function checkInstrument(
  { names, report }: { readonly names: Names; readonly report: Report },
  path: Path,
  id: string,
): void {
  if (names.instruments.has(id) || !names.listed || report.full()) return
  report.add(
    'instrument.unknown',
    path,
    `must be an instrument of this book (${listed(names.instruments.keys())}), was ${id}`,
    guess(id, names.instruments.keys(), 'add it under instruments'),
  )
}
