/**
 * What the `backtest` section must say beside what the book says, and what of a book a run cannot do: checked once over the
 * whole book, before anything is read or run, every mistake by line. Nothing that changes money has a default.
 */
import { toNumber } from '../core/base/decimal.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Universe } from '../core/domain/universe.ts'
import type { Membership, Weighting } from '../core/sim/membership.ts'
import { draftOf } from './backtest-book.ts'
import type { BacktestDraft, BacktestSection } from './backtest-needs.ts'
import { policyMissing } from './book.ts'
import { readEstimator } from './book-estimate.ts'
import { readPolicy, readTerms } from './book-mandate.ts'
import { checkInstrument, guess, listed, type Names, type Report } from './book-names.ts'
import { accepted, fractionOf, readDelay, readNumber } from './scalar.ts'

interface Checked {
  readonly backtest: BacktestDraft
  readonly universe: Universe
  readonly names: Names
  readonly report: Report
}

export function checkSection(
  backtest: BacktestDraft,
  {
    universe,
    held,
    report,
  }: { readonly universe: Universe; readonly held: ReadonlySet<string>; readonly report: Report },
): void {
  const context: Checked = { backtest, universe, names: backtest.book.names, report }
  checkFiles(context)
  checkRates(context)
  checkContracts(context)
  checkCosts(context)
  checkMarket(context)
  checkMandate(context, held)
}

/** Every instrument has its bars, every perpetual says what it pays, and no other name stands there. */
function checkFiles({ backtest: { section }, universe, names, report }: Checked): void {
  const stated = { history: section.history, marks: section.marks, funding: section.funding }
  for (const [key, entries] of Object.entries<object | undefined>(stated))
    for (const id of Object.keys(entries ?? {})) checkInstrument({ names, report }, ['backtest', key, id], id)
  for (const instrument of universe.instruments) {
    const { id, kind } = instrument
    if (kind === 'option')
      report.add(
        'option.unpriced',
        ['instruments', id],
        `must not be an option yet: options have no pricing here, was ${id}`,
        'leave it out of the book that is run',
      )
    else if (section.history !== undefined && !(id in section.history))
      report.add(
        'backtest.history',
        ['backtest', 'history', id],
        `the bars of ${id} must be given, was missing`,
        `write \`${id}: history/${id}.csv\`, or leave the instrument out of the book that is run`,
      )
    checkFunding(section, instrument, report)
  }
}

function checkFunding(section: BacktestSection, { id, kind }: Instrument, report: Report): void {
  const given = id in (section.funding ?? {})
  if (kind === 'perp' && !given && !('funding' in section && section.funding === undefined))
    report.add(
      'backtest.funding',
      ['backtest', 'funding', id],
      `the payments of ${id} must be given, was missing`,
      `write \`${id}: { file: funding/${id}.csv, every: 8h }\`, or \`${id}: none\``,
    )
  if (kind !== 'perp' && given)
    report.add(
      'backtest.funding',
      ['backtest', 'funding', id],
      `payments must be of a perpetual, was of a ${kind}`,
      'remove the line',
    )
}

/** Every currency is worth something: stated, read, or the spot instrument of its name. */
function checkRates({ backtest: { section, book }, universe, report }: Checked): void {
  const stated = section.rates ?? {}
  const others = universe.currencies.filter((name) => name !== universe.numeraire)
  for (const name of Object.keys(stated))
    if (!others.includes(name) && book.names.complete)
      report.add(
        'price.unknown',
        ['backtest', 'rates', name],
        `a rate must belong to another currency of this book (${listed(others)}), was ${name}`,
        guess(name, others, 'remove the line'),
      )
  const known = (name: string, seen: readonly string[]): boolean => {
    if (name === universe.numeraire || name in stated) return true
    const pair = universe.instruments.find(({ id, kind }) => id === name && kind === 'spot')
    return pair !== undefined && !seen.includes(name) && known(pair.quote, [...seen, name])
  }
  for (const name of others)
    if (!known(name, []))
      report.add(
        'price.missing',
        ['backtest', 'rates', name],
        `the rate of ${name} in ${universe.numeraire} must be given, was missing`,
        `write \`${name}: 1\` for one that is always the same, or \`${name}: { file: ${name}.csv }\`; one currency is never taken for another`,
      )
}

function checkContracts({ backtest: { section }, universe, report }: Checked): void {
  const contract = universe.instruments.find(({ kind }) => kind === 'perp' || kind === 'future')
  if (contract !== undefined && !('margin' in section))
    report.add(
      'backtest.margin',
      ['backtest', 'margin'],
      `margin must be given where contracts are traded (${contract.id}), was missing`,
      'write such as `margin: { mode: cross, leverage: 10, maintenance: 0.5%, liquidationFee: 50bp }`',
    )
  const lent = universe.instruments.find((each) => each.kind === 'spot' && each.short)
  if (lent !== undefined)
    report.add(
      'backtest.short',
      ['instruments', lent.id, 'short'],
      `spot must not be sold short in a run, which cannot charge borrowing yet, was ${lent.id}`,
      'remove `short`, or use a perpetual',
    )
}

function checkCosts({ backtest: { section, book }, report }: Checked): void {
  const { costs, limits } = book.draft
  if (costs !== undefined && 'makerShare' in costs)
    report.add(
      'backtest.maker-share',
      ['costs', 'makerShare'],
      'orders must take in a run, which has no resting orders yet, was a share that rests',
      'leave makerShare out of the book that is run',
    )
  const because =
    costs !== undefined && 'impact' in costs ? 'costs.impact' : limits?.participation ? 'limits.participation' : null
  if (because !== null && !('volume' in section))
    report.add(
      'backtest.volume',
      ['backtest', 'volume'],
      `the time over which volume is averaged must be given with ${because}, was missing`,
      'write such as `volume: 30d`',
    )
}

function checkMarket({ backtest: { book }, report }: Checked): void {
  const { market } = book.draft
  if (market !== undefined && !('markAgeMax' in market))
    report.add(
      'market.mark-age-missing',
      ['market', 'markAgeMax'],
      'must be a duration where prices have a time, was missing',
      'write the age at which a price is too old to trade on, such as `markAgeMax: 2h`',
    )
}

/** Targets, limits, policy and estimator over the whole book, as `plan` would check them. */
function checkMandate({ backtest, universe, names, report }: Checked, held: ReadonlySet<string>): void {
  const { book, span } = backtest
  const draft = draftOf(book.draft, names)
  const context = { draft, names, report }
  const membered = backtest.members !== null
  const terms = readTerms(context, {
    currencies: universe.currencies,
    held: membered ? new Set() : held,
    asOf: span.from,
    risk: null,
  })
  if (!('policy' in draft)) report.addIssue(policyMissing(book))
  const aimed = {
    names,
    report,
    target: terms.target.weight,
    hasCarry: draft.costs?.carry !== undefined,
    hasCandles: draft.market?.estimate !== undefined,
  }
  if (draft.policy !== undefined) readPolicy(aimed, draft.policy, ['policy'])
  const estimate = draft.market?.estimate
  if (estimate !== undefined)
    readEstimator(context, estimate, { intervalMs: span.intervalMs, path: ['market', 'estimate'] })
}

/** null where the book's own targets hold. */
export function readMembership(
  { section: { members } }: BacktestDraft,
  dates: Membership['dates'] | null,
): Membership | null {
  if (members?.kind === undefined || dates === null) return null
  const weighting = weightingOf(members)
  if (weighting === null || members.lag === undefined || members.untraded === undefined) return null
  return { dates, lagMs: accepted(readDelay(members.lag)), weighting, untraded: members.untraded }
}

function weightingOf(members: NonNullable<BacktestSection['members']>): Weighting | null {
  if (members.kind === undefined) return null
  if (members.kind === 'weights') return { kind: 'stated' }
  if (!('top' in members) || members.top === undefined || members.total === undefined) return null
  return {
    kind: members.kind,
    top: toNumber(accepted(readNumber(members.top, 'top', 'positive'))),
    total: fractionOf(members.total),
    max: members.max === undefined ? null : fractionOf(members.max),
  }
}
