/** Facts of the venue enter the ledger: numbered here, recognised by the venue's own id, so that hearing twice counts once. */
import { toNumber } from '../base/decimal.ts'
import { ratioToNumber } from '../base/ratio.ts'
import type { Issue } from '../base/result.ts'
import { extendMetaorder } from '../cost/metaorder.ts'
import { signOfSide } from '../domain/portfolio.ts'
import { instrumentIndex } from '../domain/universe.ts'
import { unitNotional } from '../domain/valuation.ts'
import { foldLedger } from '../ledger/ledger.ts'
import type { Filled, LedgerEvent } from '../ledger/ledger-event.ts'
import { bookColumns, equityAt } from './book-columns.ts'
import { enterMode } from './mode.ts'
import { countFill } from './order-answers.ts'
import type { Moved, Session } from './session.ts'
import type { Booked } from './session-event.ts'

/** @returns the session with the fact in its ledger; the very same ledger where it was there; halted where it contradicts */
export function bookFact(session: Session, { fact }: Booked): Moved {
  const event = { ...fact, seq: session.ledger.seq + 1 } as LedgerEvent
  const folded = foldLedger(session.ledger, event)
  if (!folded.ok) return contradicted(session, folded.error)
  if (folded.value === session.ledger) return { session, effects: [] }
  const booked: Session = { ...session, ledger: folded.value }
  if (event.kind !== 'filled') return { session: booked, effects: [] }
  const felt = feel(booked, event)
  const { order, quantity } = event
  return order === null ? { session: felt, effects: [] } : countFill(felt, { order, quantity })
}

/** What the venue says cannot be true beside what it said before: nothing is traded on either. */
function contradicted(session: Session, issues: readonly Issue[]): Moved {
  const halted = enterMode(session, 'halted', issues[0]!.code)
  return {
    session: halted.session,
    effects: [{ kind: 'publish', published: { kind: 'alarm', issues } }, ...halted.effects],
  }
}

/** Own trades are felt by the next ones, where the outlook says how long. */
function feel(session: Session, fill: Filled): Session {
  const impact = session.standing?.outlook.costs.impact ?? null
  const { marks, config, ledger } = session
  if (impact === null || marks === null) return session
  const { universe } = config
  const j = instrumentIndex(universe, fill.instrument)
  const instrument = universe.instruments[j]!
  const equity = equityAt(bookColumns(ledger, config.account), marks.price, marks.rate)
  if (instrument.kind === 'option' || !(equity > 0)) return session
  const one = ratioToNumber(unitNotional(instrument, fill.price)) * marks.rate[universe.quoteOf[j]!]!
  const weight = (signOfSide(fill.side) * one * toNumber(fill.quantity)) / equity
  const metaorder = extendMetaorder(session.metaorders[j]!, { weight, at: session.at }, impact.decay)
  return { ...session, metaorders: session.metaorders.with(j, metaorder) }
}
