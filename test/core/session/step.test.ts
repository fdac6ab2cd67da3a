/** A session by hand: each test is a transcript of what happens and what it leads to. */
import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { hashOf } from '../../../src/core/base/hash.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import { openSession } from '../../../src/core/session/session.ts'
import type { SessionEvent } from '../../../src/core/session/session-event.ts'
import { goldenOne, weightBand } from '../sizing/book.ts'
import {
  ANSWER_MS,
  configOf,
  deposits,
  fillOf,
  heldOf,
  mandated,
  marketAt,
  openDesk,
  outlookOf,
  play,
  seenAs,
  submitted,
  T0,
} from './desk.ts'

const full = goldenOne({ kind: 'full' })
const MARKS = [64_000, 3_200, 160]
const due = marketAt(T0, MARKS)
/** A session that has just sent the three orders of `full`. */
const trading = () => {
  const { session, effects } = play(openDesk(full), [due])
  const [btc, eth, sol] = submitted(effects)
  return { session, btc: btc!, eth: eth!, sol: sol! }
}

describe('decisions', () => {
  test('[STEP-1] the first marks at or after a decision is due lead to one plan, whose legs are sent in its order', () => {
    expect(
      play(openDesk(full), [marketAt(T0 - 1, MARKS), marketAt(T0 + 10, MARKS), marketAt(T0 + 20, MARKS)]).transcript,
    ).toEqual([
      '-0.001s market 64000 3200 160',
      '+0.01s market 64000 3200 160',
      '  plan ready, 3 legs',
      '  submit sell 0.3125 BTC',
      '  submit buy 3.125 ETH',
      '  submit buy 62.5 SOL',
      '  wake +5.01s',
      '+0.02s market 64000 3200 160',
    ])
  })

  test('[STEP-2] hours without marks are skipped, not caught up on', () => {
    const quiet = openDesk(goldenOne(weightBand('0.5')))
    const { session, transcript } = play(quiet, [due, marketAt(T0 + 5.5 * HOUR_MS, [80_000, 3_200, 160])])
    expect(transcript.filter((line) => line.includes('plan'))).toHaveLength(1)
    expect(session.dueAt).toBe(T0 + 6 * HOUR_MS)
  })

  test('[STEP-3] intents are named by session, plan and instrument: the same decision has the same ids, another has others', () => {
    const ids = (events: readonly SessionEvent[]) => submitted(play(openDesk(full), events).effects).map(({ id }) => id)
    expect(ids([due])).toEqual(ids([due]))
    expect(new Set([...ids([due]), ...ids([marketAt(T0 - 1, MARKS), due])]).size).toBe(6)
    expect(ids([due])).toEqual(expect.arrayContaining([expect.stringMatching(/^[0-9a-f]{24}$/)]))
  })

  test('[STEP-4] step changes no session it was given, and gives the same session and effects again', () => {
    const { session, btc } = trading()
    const stateOf = () => hashOf({ ...session, ledger: session.ledger.books, lookout: null })
    const before = stateOf()
    const events = [seenAs(btc, 'open', T0 + 1), fillOf(btc, { at: T0 + 2, id: 'f1', price: '63990' })]
    const first = play(session, events)
    const again = play(session, events)
    expect(stateOf()).toBe(before)
    expect(again.effects).toEqual(first.effects)
    expect(again.session.ledger.books).toEqual(first.session.ledger.books)
  })

  test('[STEP-5] without a mandate or marks a decision is refused by name', () => {
    const bare = openSession(configOf(full), openLedger(full.mandate.universe, ['main']))
    expect(play(bare, [due]).transcript.at(-1)).toBe('  refused session.incomplete')
    const unseen = play(openDesk(full), [marketAt(T0, [64_000, Number.NaN, 160])])
    expect(unseen.transcript.at(-1)).toBe('  refused session.unmarked')
  })

  test('[STEP-6] a mark that is not new ages; a stale one freezes its instrument until a new one comes', () => {
    const { transcript } = play(openDesk(full, { anchor: T0 + 2 * HOUR_MS }), [
      due,
      marketAt(T0 + 2 * HOUR_MS, [64_000, Number.NaN, 160]),
    ])
    expect(transcript.slice(1)).toEqual([
      '+7200s market 64000 NaN 160',
      '  plan ready, 2 legs',
      '  submit sell 0.3125 BTC',
      '  submit buy 62.5 SOL',
      '  wake +7205s',
    ])
  })

  test('[STEP-7] an event dated before the one it follows counts as of now', () => {
    const { session } = play(openDesk(full), [due, marketAt(T0 - 500, MARKS)])
    expect(session.at).toBe(T0)
  })
})

describe('at rest', () => {
  test('[STEP-28] once a plan has looked, decisions at rest lead to nothing until something is worth a trade', () => {
    const calm = openDesk(goldenOne(weightBand('0.25')))
    const { transcript, session } = play(calm, [
      due,
      marketAt(T0 + HOUR_MS, [64_500, 3_200, 160]),
      marketAt(T0 + 2 * HOUR_MS, [90_000, 3_200, 160]),
    ])
    expect(transcript).toEqual([
      '+0s market 64000 3200 160',
      '  plan balanced, 0 legs',
      '+3600s market 64500 3200 160',
      '+7200s market 90000 3200 160',
      expect.stringMatching(/^ {2}plan ready/),
      expect.stringMatching(/^ {2}submit sell .* BTC$/),
      '  wake +7205s',
    ])
    expect(session.orders).toHaveLength(1)
  })
})

describe('one live plan', () => {
  test('[STEP-8] a decision first cancels what an earlier plan has open, and waits until it has ended', () => {
    const { session, btc, eth, sol } = trading()
    const later = T0 + HOUR_MS
    const { transcript } = play(session, [
      seenAs(btc, 'open', T0 + 1),
      fillOf(eth, { at: T0 + 2, id: 'f1', price: '3201' }),
      seenAs(eth, 'filled', T0 + 2, '3.125'),
      fillOf(sol, { at: T0 + 3, id: 'f2', price: '160' }),
      seenAs(sol, 'filled', T0 + 3, '62.5'),
      marketAt(later, MARKS),
      fillOf(btc, { at: later + 1, id: 'f3', price: '64000', quantity: '0.1' }),
      seenAs(btc, 'canceled', later + 2, '0.1'),
    ])
    expect(transcript.slice(5)).toEqual([
      '+3600s market 64000 3200 160',
      '  cancel BTC',
      '  wake +3605s',
      '+3600.001s filled sell 0.1 BTC',
      '+3600.002s order canceled 0.1',
      '  plan ready, 1 legs',
      '  submit sell 0.21252 BTC',
    ])
  })

  test('[STEP-9] an order has ended when every fill that the venue counts has been seen', () => {
    const { session, btc } = trading()
    const { session: waiting } = play(session, [seenAs(btc, 'filled', T0 + 1)])
    expect(waiting.orders.find(({ intent }) => intent === btc)).toMatchObject({ state: 'closing' })
    const { session: ended } = play(waiting, [fillOf(btc, { at: T0 + 2, id: 'f1', price: '64000' })])
    expect(ended.orders.map(({ intent }) => intent.instrument)).toEqual(['ETH', 'SOL'])
  })

  test('[STEP-10] a rejection is told and not repeated before the next decision', () => {
    const { session, btc } = trading()
    const { transcript, session: after } = play(session, [seenAs(btc, 'rejected', T0 + 1), marketAt(T0 + 2, MARKS)])
    expect(transcript).toEqual(['+0.001s order rejected', '  refused order.rejected', '+0.002s market 64000 3200 160'])
    expect(after.orders).toHaveLength(2)
  })
})

describe('unknown outcomes', () => {
  test('[STEP-11] silence makes an outcome unknown: it is asked for, ever more rarely, and never sent again', () => {
    const { session, eth, sol } = trading()
    const answered = play(session, [seenAs(eth, 'rejected', T0 + 1), seenAs(sol, 'rejected', T0 + 1)]).session
    const woken = (at: number): SessionEvent => ({ kind: 'woken', at: T0 + at })
    const { transcript, effects } = play(answered, [woken(ANSWER_MS), woken(2 * ANSWER_MS), woken(3 * ANSWER_MS)])
    expect(transcript).toEqual([
      '+5s woken',
      '  query BTC',
      '  wake +15s',
      '+10s woken',
      '  wake +15s',
      '+15s woken',
      '  query BTC',
      '  wake +35s',
    ])
    expect(submitted(effects)).toEqual([])
  })

  test('[STEP-12] beside an unknown order the rest of the book goes on; its own instrument is left alone', () => {
    const { session, btc, eth, sol } = trading()
    const { transcript } = play(session, [
      seenAs(btc, 'unknown', T0 + 1),
      fillOf(eth, { at: T0 + 2, id: 'f1', price: '3200', quantity: '1' }),
      seenAs(eth, 'canceled', T0 + 3, '1'),
      seenAs(sol, 'rejected', T0 + 3),
      marketAt(T0 + HOUR_MS, MARKS),
    ])
    // Money of the sale that nobody knows of is not spent: there is enough for a part of SOL.
    expect(transcript.filter((line) => line.startsWith('  submit'))).toEqual(['  submit buy 42.47 SOL'])
  })

  test('[STEP-13] an unknown order that turns out to be open is cancelled by the next decision', () => {
    const { session, btc } = trading()
    const found = play(session, [seenAs(btc, 'unknown', T0 + 1), seenAs(btc, 'open', T0 + 2)]).session
    expect(found.orders.find(({ intent }) => intent === btc)?.state).toBe('open')
    expect(play(found, [marketAt(T0 + HOUR_MS, MARKS)]).transcript).toContain('  cancel BTC')
  })

  test('[STEP-14] an unknown order that turns out to be filled counts once its fills are seen', () => {
    const { session, btc } = trading()
    const found = play(session, [seenAs(btc, 'unknown', T0 + 1), seenAs(btc, 'filled', T0 + 2, '0.3125')]).session
    expect(found.orders.find(({ intent }) => intent === btc)?.state).toBe('closing')
    const { session: after } = play(found, [fillOf(btc, { at: T0 + 3, id: 'late', price: '64000' })])
    expect(heldOf(after, 'BTC')).toBe('0.78125')
    expect(after.orders.map(({ intent }) => intent.instrument)).toEqual(['ETH', 'SOL'])
  })

  test('[STEP-15] an order is nowhere only when the venue has said so twice', () => {
    const { session, btc } = trading()
    const once = play(session, [seenAs(btc, 'unknown', T0 + 1), seenAs(btc, 'absent', T0 + 2)])
    expect(once.transcript.filter((line) => line === '  query BTC')).toHaveLength(2)
    expect(once.session.orders).toHaveLength(3)
    expect(play(once.session, [seenAs(btc, 'absent', T0 + 3)]).session.orders).toHaveLength(2)
  })
})

describe('what the venue says', () => {
  test('[STEP-16] a fill heard twice counts once; other content under its id halts the session', () => {
    const { session, btc } = trading()
    const fill = fillOf(btc, { at: T0 + 1, id: 'f1', price: '64000', quantity: '0.1' })
    const twice = play(session, [fill, fill])
    expect(heldOf(twice.session, 'BTC')).toBe('0.99375')
    expect(twice.session.ledger.seq).toBe(session.ledger.seq + 1)
    const other = fillOf(btc, { at: T0 + 1, id: 'f1', price: '64001', quantity: '0.1' })
    const { transcript, session: halted } = play(twice.session, [other])
    expect(transcript.slice(1)).toEqual([
      '  alarm ledger.conflict',
      '  halted because ledger.conflict',
      '  cancel BTC',
      '  cancel ETH',
      '  cancel SOL',
    ])
    expect(halted.mode).toBe('halted')
  })

  test('[STEP-17] more filled than was ordered enters the ledger and halts the session', () => {
    const { session, btc } = trading()
    const { session: after, transcript } = play(session, [
      fillOf(btc, { at: T0 + 1, id: 'f1', price: '64000', quantity: '0.4' }),
    ])
    expect(heldOf(after, 'BTC')).toBe('0.69375')
    expect(after.mode).toBe('halted')
    expect(transcript.slice(1)).toEqual([
      '  alarm order.overfilled',
      '  halted because order.overfilled',
      '  cancel BTC',
      '  cancel ETH',
      '  cancel SOL',
    ])
  })

  test('[STEP-18] late answers about ended orders are no news; an open order of a stranger is told', () => {
    const { session, btc } = trading()
    const ended = play(session, [seenAs(btc, 'rejected', T0 + 1)]).session
    expect(play(ended, [seenAs(btc, 'open', T0 + 2)]).effects).toEqual([])
    const stranger = seenAs({ ...btc, id: 'somebody' }, 'open', T0 + 2)
    expect(play(ended, [stranger]).transcript).toContain('  alarm order.stranger')
  })

  test('[STEP-19] a report that differs from the ledger becomes its events, and is told', () => {
    const { session } = play(openDesk(goldenOne(weightBand('0.5'))), [due])
    const [btc, eth] = full.market.price
    const positions = new Map([
      ['BTC', { quantity: decimal('1.1'), entry: null, mark: btc! }],
      ['ETH', { quantity: decimal('6.25'), entry: null, mark: eth! }],
    ])
    const snapshot = {
      account: 'main',
      at: T0 + 5,
      id: 'r1',
      balances: new Map([['USD', full.portfolio.cash[0]!]]),
      positions,
    }
    const report: SessionEvent = { kind: 'reported', at: T0 + 5, snapshot }
    const { session: after, transcript } = play(session, [report])
    expect(transcript).toEqual(['+0.005s reported', '  alarm session.difference'])
    expect(heldOf(after, 'BTC')).toBe('1.1')
    expect(play(after, [{ ...report, snapshot: { ...snapshot, id: 'r2' } }]).effects).toEqual([])
  })
})

describe('modes', () => {
  test('[STEP-20] halted: open orders are cancelled and nothing is planned; active again, the next decision plans', () => {
    const { session, btc, eth, sol } = trading()
    const { transcript, session: after } = play(session, [
      { kind: 'commanded', at: T0 + 1, mode: 'halted' },
      seenAs(btc, 'canceled', T0 + 2, '0'),
      seenAs(eth, 'canceled', T0 + 2, '0'),
      seenAs(sol, 'canceled', T0 + 2, '0'),
      marketAt(T0 + HOUR_MS, MARKS),
      { kind: 'commanded', at: T0 + HOUR_MS + 1, mode: 'active' },
      marketAt(T0 + 2 * HOUR_MS, MARKS),
    ])
    expect(transcript.slice(0, 6)).toEqual([
      '+0.001s commanded halted',
      '  halted because commanded',
      '  cancel BTC',
      '  cancel ETH',
      '  cancel SOL',
      '+0.002s order canceled 0',
    ])
    expect(transcript.slice(-6)).toEqual([
      '+7200s market 64000 3200 160',
      '  plan ready, 3 legs',
      '  submit sell 0.3125 BTC',
      '  submit buy 3.125 ETH',
      '  submit buy 62.5 SOL',
      '  wake +7205s',
    ])
    expect(after.mode).toBe('active')
  })

  test('[STEP-21] reducing: only what makes a position smaller is traded', () => {
    const { transcript } = play(openDesk(full), [{ kind: 'commanded', at: T0 - 1, mode: 'reducing' }, due])
    expect(transcript.filter((line) => line.startsWith('  submit'))).toEqual(['  submit sell 0.3125 BTC'])
  })
})

describe('mandates', () => {
  test('[STEP-22] a mandate with fewer instruments leaves the others alone, and is refused while they are held', () => {
    const two = goldenOne(
      { kind: 'full' },
      {
        spot: { BTC: { price: '64000' }, ETH: { price: '3200', lot: '0.0001' } },
        targets: { BTC: '0.5', ETH: '0.3' },
        vols: { BTC: 0.55, ETH: 0.7 },
      },
    )
    const begin = openSession(configOf(full), openLedger(full.mandate.universe, ['main']))
    const { transcript } = play(begin, [...deposits(full), mandated(two), due])
    expect(transcript.filter((line) => line.startsWith('  submit'))).toEqual([
      '  submit sell 0.3125 BTC',
      '  submit buy 3.125 ETH',
    ])
    const held = goldenOne({ kind: 'full' }, { held: { BTC: '1', SOL: '1' } })
    const stuck = play(begin, [...deposits(held), mandated(two), due])
    expect(stuck.transcript.at(-1)).toBe('  refused session.outside')
  })

  test('[STEP-23] a mandate with names that the session lacks, or in other money, is refused, and the old one stands', () => {
    const other = goldenOne(
      { kind: 'full' },
      {
        spot: { DOGE: { price: '1' } },
        targets: { DOGE: '0.5' },
        vols: { DOGE: 1 },
        held: {},
      },
    )
    const before = openDesk(full)
    const { transcript, session } = play(before, [mandated(other)])
    expect(transcript.at(-1)).toBe('  refused session.mandate')
    expect(session.standing).toBe(before.standing)
  })

  test('[STEP-24] the curvature is kept while the policy stands and for as long as the session states', () => {
    const aware = goldenOne({
      kind: 'costAware',
      knob: { kind: 'trackingError', trackingError: { n: 1n, d: 100n } },
      intervalMs: HOUR_MS,
    })
    const outlook = (at: number): SessionEvent => ({ kind: 'outlook', at, outlook: outlookOf(aware) })
    const first = play(openDesk(aware), [due]).session
    expect(first.curvature?.at).toBe(T0)
    expect(play(first, [outlook(T0 + HOUR_MS)]).session.curvature).toBe(first.curvature)
    expect(play(first, [outlook(T0 + 24 * HOUR_MS)]).session.curvature).toBeNull()
    const other = { ...aware, mandate: { ...aware.mandate, policy: full.mandate.policy } }
    expect(play(first, [mandated(other, T0 + 1)]).session.curvature).toBeNull()
  })
})
