/** Refusals and alarms of a session: three coins, a full plan, and one thing wrong. */
import { decimal } from '../../src/core/base/decimal.ts'
import type { Issue } from '../../src/core/base/result.ts'
import { openLedger } from '../../src/core/ledger/ledger.ts'
import type { Effect } from '../../src/core/session/effect.ts'
import { openSession, type Session } from '../../src/core/session/session.ts'
import type { SessionEvent } from '../../src/core/session/session-event.ts'
import {
  configOf,
  deposits,
  fillOf,
  mandated,
  marketAt,
  openDesk,
  play,
  seenAs,
  submitted,
  T0,
} from '../core/session/desk.ts'
import { goldenOne } from '../core/sizing/book.ts'
import type { LibraryCase } from './library-case.ts'

const full = goldenOne({ kind: 'full' })
const due = marketAt(T0, [64_000, 3_200, 160])
const bare = (): Session => openSession(configOf(full), openLedger(full.mandate.universe, ['main']))
const one = (id: string, held: string) =>
  goldenOne(
    { kind: 'full' },
    { spot: { [id]: { price: '64000' } }, held: { [id]: held }, targets: { [id]: '0.5' }, vols: { [id]: 0.5 } },
  )

const told = (effects: readonly Effect[]): readonly Issue[] =>
  effects.flatMap((effect) =>
    effect.kind === 'publish' && (effect.published.kind === 'refused' || effect.published.kind === 'alarm')
      ? effect.published.issues
      : [],
  )
const after = (session: Session, events: readonly SessionEvent[]): readonly Issue[] =>
  told(play(session, events).effects)
const trading = () => {
  const { session, effects } = play(openDesk(full), [due])
  return { session, btc: submitted(effects)[0]! }
}
const btcId = (): string => trading().btc.id

export const SESSION_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'session.incomplete': {
    refused: () => after(bare(), [due]),
    reads:
      'session: a decision must have a mandate, was missing; events of mandate and market come before the first decision',
  },
  'session.mandate': {
    refused: () => after(bare(), [mandated(one('DOGE', '0'))]),
    reads:
      'mandate.DOGE: every instrument of a mandate must be one of its session, was DOGE; open the session with everything that it may ever hold',
  },
  'session.outside': {
    refused: () =>
      after(bare(), [...deposits(goldenOne({ kind: 'full' }, { held: { ETH: '1' } })), mandated(one('BTC', '0')), due]),
    reads:
      'positions.ETH: what is held must be in the mandate, was 1 of ETH; give it a target of 0 to sell it, or list it among the instruments of the mandate',
  },
  'session.unmarked': {
    refused: () => after(openDesk(full), [marketAt(T0, [64_000, 3_200, Number.NaN])]),
    reads:
      'marks.SOL: every instrument of the mandate must have a mark above 0, was NaN; wait for its first price, or leave it out of the mandate',
  },
  'session.difference': {
    refused: () => {
      const snapshot = {
        account: 'main',
        at: T0,
        id: 'r1',
        balances: new Map([['USD', decimal('9000')]]),
        positions: new Map(
          ['BTC', 'ETH'].map((id, j) => [id, { quantity: full.portfolio.quantity[j]!, entry: null, mark: null }]),
        ),
      }
      return after(openDesk(full), [{ kind: 'reported', at: T0, snapshot }])
    },
    reads:
      'cash: ledger and venue must agree, was a difference that became event 4 of the ledger; look for fills, fees or transfers that were never seen',
  },
  'order.rejected': {
    refused: () => {
      const { session, btc } = trading()
      return after(session, [seenAs(btc, 'rejected', T0 + 1)])
    },
    reads: `orders.${btcId()}: the venue must accept the order of BTC, was rejected: without a reason; the next decision plans anew; where it is rejected again, compare the instrument’s terms with the venue’s`,
  },
  'order.stranger': {
    refused: () => {
      const { session, btc } = trading()
      return after(session, [seenAs({ ...btc, id: 'a-stranger' }, 'open', T0 + 1)])
    },
    reads:
      'orders.a-stranger: an open order of this account must be one of this session, was not; cancel it at the venue, or keep other strategies on accounts of their own',
  },
  'order.overfilled': {
    refused: () => {
      const { session, btc } = trading()
      return after(session, [fillOf(btc, { at: T0 + 1, id: 'f', price: '64000', quantity: '1' })])
    },
    reads: `orders.${btcId()}: at most 0.3125 of BTC must be filled, was 1; the ledger follows the fills; compare them with the venue’s before trading goes on`,
  },
}
