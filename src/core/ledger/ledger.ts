/**
 * The ledger: append-only exact events and the books they fold into. `foldLedger` is pure: it gives the next state or the
 * reasons why there is none, and the state it was given stays what it was. Same events, same books.
 *
 * An event that is already there (same id, same content) changes nothing: the state that comes back is the state that went
 * in, and its seq is not used up. The same id with other content is refused, unless what it contradicts has been reversed.
 * A correction appends; the books after it are those of the facts that still count, in their order.
 */
import { assert, fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { applyFact } from './apply.ts'
import { type Books, emptyBooks, makeScope, type Scope } from './books.ts'
import { checkEvent } from './check.ts'
import {
  append,
  emptyHistory,
  eventAt,
  eventsIn,
  factsIn,
  type History,
  identityOf,
  recognise,
  reversedIn,
} from './history.ts'
import type { Corrected, Fact, LedgerEvent } from './ledger-event.ts'

export interface Ledger {
  readonly scope: Scope
  /** Of the last event; 0 before the first. */
  readonly seq: number
  readonly books: Books
  readonly history: History
}

/** An empty ledger of some accounts over the instruments and currencies of a universe. */
export function openLedger(universe: Universe, accounts: Iterable<string>): Ledger {
  const scope = makeScope(universe, accounts)
  assert(scope.accounts.length > 0, 'a ledger has at least one account')
  return { scope, seq: 0, books: emptyBooks(scope), history: emptyHistory() }
}

/** The events of a ledger, in order. */
export const ledgerEvents = (ledger: Ledger): readonly LedgerEvent[] => eventsIn(ledger.history)

/** @returns the ledger with the event, the very same ledger where it has it already, or what is wrong with it */
export function foldLedger(ledger: Ledger, event: LedgerEvent): Result<Ledger> {
  const issues = checkEvent(ledger.scope, event)
  if (issues.length > 0) return fail(issues)
  const identity = identityOf(event)
  const known = recognise(ledger.history, event, identity)
  if (known.kind === 'repeated') return succeed(ledger)
  if (known.kind === 'contradicted')
    return refuse(
      'ledger.conflict',
      `ledger.${event.seq}.id`,
      `id ${event.id} must name one event, was that of event ${known.seq} with other content`,
      `ask the venue which is right; to replace event ${known.seq}, correct it first`,
    )
  if (event.seq !== ledger.seq + 1)
    return refuse(
      'ledger.seq',
      `ledger.${event.seq}.seq`,
      `seq must be ${ledger.seq + 1}, was ${event.seq}`,
      'events are numbered without gaps in the order in which they are appended',
    )
  const books = event.kind === 'corrected' ? correct(ledger, event) : applyFact(ledger.books, event, ledger.scope)
  if (!books.ok) return books
  return succeed({ ...ledger, seq: event.seq, books: books.value, history: append(ledger.history, event, identity) })
}

/** Folds events in order; stops at the first that is refused, and then nothing is folded. */
export function foldEvents(ledger: Ledger, events: Iterable<LedgerEvent>): Result<Ledger> {
  let folded = ledger
  for (const event of events) {
    const next = foldLedger(folded, event)
    if (!next.ok) return next
    folded = next.value
  }
  return succeed(folded)
}

function correct(ledger: Ledger, event: Corrected): Result<Books> {
  const { reverses } = event
  const path = `ledger.${event.seq}.reverses`
  const exists = Number.isInteger(reverses) && reverses >= 1 && reverses <= ledger.seq
  if (!exists || reversedIn(ledger.history).has(reverses))
    return refuse(
      'ledger.correction',
      path,
      `a correction must name an earlier event that counts, was ${reverses}${exists ? ', which is reversed already' : ''}`,
      'name the seq of the event that is wrong; to bring a reversed event back, reverse its correction',
    )
  const counting = countingAfter(ledger, event)
  const books = applyFacts(emptyBooks(ledger.scope), counting, ledger.scope)
  if (books.ok) return books
  const because = books.error.map((issue: Issue) => `${issue.path} ${issue.message}`).join('; ')
  return refuse(
    'ledger.correction-impossible',
    path,
    `what is left after reversing event ${reverses} (${eventAt(ledger.history, reverses).kind}) must fold, was refused: ${because}`,
    'correct the events that build on it first, the last one first',
  )
}

/** On a log of its own, so that a refused correction leaves no trace. */
const countingAfter = (ledger: Ledger, event: Corrected): readonly Fact[] => {
  const events = [...ledgerEvents(ledger), event]
  const history = { log: { events, places: new Map() }, count: events.length }
  return factsIn(history)
}

function applyFacts(books: Books, facts: readonly Fact[], scope: Scope): Result<Books> {
  let applied = books
  for (const fact of facts) {
    const next = applyFact(applied, fact, scope)
    if (!next.ok) return next
    applied = next.value
  }
  return succeed(applied)
}
