/** The state of a session: one book, one writer. Plain data; `step` gives the next one and leaves this one as it was. */
import type { Instant } from '../base/instant.ts'
import { assert } from '../base/result.ts'
import { type Metaorder, NO_METAORDER } from '../cost/metaorder.ts'
import type { Universe } from '../domain/universe.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Curvature } from '../sizing/curvature.ts'
import type { Glance } from '../sizing/glance.ts'
import type { Mandate } from '../sizing/mandate.ts'
import type { Effect } from './effect.ts'
import type { Order } from './order.ts'
import type { Mode, Outlook } from './session-event.ts'

export interface SessionConfig {
  /** Names the session; part of every intent's id. */
  readonly id: string
  /** All that may ever be held in it. */
  readonly universe: Universe
  readonly account: string
  /** Time from one decision to the next, and any one time of a decision. */
  readonly everyMs: number
  readonly anchor: Instant
  /** An older mark is stale. */
  readonly markAgeMaxMs: number
  /** How long the curvature of `costAware` is kept when the outlook changes. */
  readonly curvatureMs: number
  /** Without an answer for so long, an order's outcome is unknown and is asked for. */
  readonly answerMs: number
}

/** What an event makes of a session. */
export interface Moved {
  readonly session: Session
  readonly effects: readonly Effect[]
}

/** Latest marks, aligned to the session's universe. */
export interface Marks {
  readonly price: Float64Array
  readonly rate: Float64Array
  /** When each price was seen; one time where all were seen together. */
  readonly seenAt: Float64Array | Instant
}

export const seenAtOf = ({ seenAt }: Marks, instrument: number): Instant =>
  typeof seenAt === 'number' ? seenAt : seenAt[instrument]!

/** The mandate with what its universe means in the session's: instrument, underlying and currency indices. */
export interface Standing {
  readonly mandate: Mandate
  readonly hash: string
  readonly outlook: Outlook
  readonly instruments: Int32Array
  readonly currencies: Int32Array
  /** Indices of instruments and currencies of the session that the mandate leaves out. */
  readonly leftOut: { readonly instruments: readonly number[]; readonly currencies: readonly number[] }
}

export interface Session {
  readonly config: SessionConfig
  /** Events so far. */
  readonly seq: number
  readonly at: Instant
  readonly mode: Mode
  readonly ledger: Ledger
  readonly standing: Standing | null
  readonly marks: Marks | null
  /** The next decision is due at the first marks from then on. */
  readonly dueAt: Instant
  /** Not ended yet, in the order in which they were sent. */
  readonly orders: readonly Order[]
  /** A decision waits for orders to end. */
  readonly waiting: boolean
  /** Orders that ended, the latest last: what a venue says late about them is not news. */
  readonly ended: readonly string[]
  /** Own recent trades per instrument of the session. */
  readonly metaorders: readonly Metaorder[]
  readonly curvature: { readonly value: Curvature; readonly at: Instant } | null
  /** The earliest wake that was asked for and has not come. */
  readonly wakeAt: Instant | null
  /** Memory of the last look: what it answers follows from the rest of the session. */
  readonly lookout: Lookout | null
}

/** A glance and what it was opened under. Whoever looks first makes it hold the ledger of now. */
export interface Lookout {
  readonly glance: Glance
  readonly standing: Standing
  readonly curvature: Curvature | null
  ledger: Ledger
  /** When it was last certain that nothing would be traded. */
  restedAt: Instant | null
}

/** @param ledger what is held at the start: empty for a book that begins with its deposits */
export function openSession(config: SessionConfig, ledger: Ledger): Session {
  assert(config.everyMs > 0, 'decisions are a positive time apart')
  assert(ledger.scope.universe === config.universe, 'the ledger is of the universe of the session')
  assert(ledger.scope.account.has(config.account), 'the account is one of the ledger')
  return {
    config,
    seq: 0,
    at: Number.NEGATIVE_INFINITY,
    mode: 'active',
    ledger,
    standing: null,
    marks: null,
    dueAt: config.anchor,
    orders: [],
    waiting: false,
    ended: [],
    metaorders: config.universe.instruments.map(() => NO_METAORDER),
    curvature: null,
    wakeAt: null,
    lookout: null,
  }
}
