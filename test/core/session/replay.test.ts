/**
 * What a venue's messages may do on their way: come late, twice, in another order, or not at all. Whatever they do, the
 * position at the end is that of the venue, nothing is sent twice, and the journal gives the same effects again.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, decimal, fromInteger, multiply, subtract, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import type { Effect } from '../../../src/core/session/effect.ts'
import type { Intent } from '../../../src/core/session/order.ts'
import { openSession, type Session } from '../../../src/core/session/session.ts'
import type { SessionEvent } from '../../../src/core/session/session-event.ts'
import { step } from '../../../src/core/session/step.ts'
import { decodeJournalLine, encodeJournalLine, type JournalLine } from '../../../src/wire/session-codec.ts'
import { goldenOne } from '../sizing/book.ts'
import {
  configOf,
  deposits,
  fillOf,
  heldOf,
  mandated,
  marketAt,
  openDesk,
  play,
  seenAs,
  submitted,
  T0,
} from './desk.ts'

const seeded = { seed: 20261125, numRuns: 300 }
const full = goldenOne({ kind: 'full' })
const MARKS = [64_000, 3_200, 160]
const IDS = ['BTC', 'ETH', 'SOL']

/** What becomes of an order at the venue: parts of it filled, in percent of the whole, and its end. */
interface Fate {
  readonly parts: readonly number[]
}
const fates = fc.array(
  fc
    .array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 })
    .map((parts): Fate => ({ parts: parts.reduce((sum, each) => sum + each, 0) <= 100 ? parts : [100] })),
  { minLength: 3, maxLength: 3 },
)

/** All that the venue ever says about an order. */
function messagesOf(intent: Intent, { parts }: Fate, from: number): { fills: SessionEvent[]; states: SessionEvent[] } {
  const quantities = parts.map((percent) => multiply(intent.quantity, decimal((percent / 100).toFixed(2)), 'down'))
  const filled = quantities.reduce((sum, each) => add(sum, each), ZERO)
  const fills = quantities.map((quantity, k) =>
    fillOf(intent, {
      at: from + k,
      id: `${intent.instrument} ${k}`,
      price: String(MARKS[IDS.indexOf(intent.instrument)]),
      quantity: toText(quantity),
    }),
  )
  const end = filled === intent.quantity ? 'filled' : 'canceled'
  return { fills, states: [seenAs(intent, 'open', from), seenAs(intent, end, from + 9, toText(filled))] }
}

const finalOf = (intent: Intent, fate: Fate): string => {
  const filled = messagesOf(intent, fate, T0).fills.reduce(
    (sum, event) => (event.kind === 'booked' && event.fact.kind === 'filled' ? add(sum, event.fact.quantity) : sum),
    ZERO,
  )
  const before = full.portfolio.quantity[IDS.indexOf(intent.instrument)]!
  return toText(intent.side === 'buy' ? add(before, filled) : subtract(before, filled))
}

/** Answers every query as the venue would, until nothing is open. */
function settle(session: Session, fateOf: ReadonlyMap<string, readonly [Intent, Fate]>): Session {
  let now = session
  for (let round = 0; now.orders.length > 0 && round < 40; round++) {
    const woken = play(now, [{ kind: 'woken', at: now.wakeAt ?? now.at + 1 }])
    const answers = woken.effects.flatMap((effect) => {
      if (effect.kind !== 'query') return []
      const { fills, states } = messagesOf(...fateOf.get(effect.id)!, T0 + 1)
      return [states.at(-1)!, ...fills]
    })
    now = play(woken.session, answers).session
  }
  return now
}

describe('messages on their way', () => {
  test('[STEP-25] shuffled, duplicated and dropped messages change neither the final position nor what is sent', () => {
    fc.assert(
      fc.property(fates, fc.infiniteStream(fc.nat(1_000_000)), (fate, stream) => {
        const draw = () => stream.next().value as number
        const { session, effects } = play(openDesk(full), [marketAt(T0, MARKS)])
        const intents = submitted(effects)
        const fateOf = new Map(intents.map((intent, k) => [intent.id, [intent, fate[k]!] as const]))
        const said = intents.flatMap((intent, k) => {
          const { fills, states } = messagesOf(intent, fate[k]!, T0 + 1)
          return [...fills, ...states]
        })
        const heard = said
          .flatMap((message) => (draw() % 4 === 0 ? [] : draw() % 3 === 0 ? [message, message] : [message]))
          .map((message) => ({ message, key: draw() }))
          .sort((a, b) => a.key - b.key)
          .map(({ message }) => message)
        const played = play(session, heard)
        const ended = settle(played.session, fateOf)
        expect(submitted(played.effects)).toEqual([])
        expect(ended.orders).toEqual([])
        expect(ended.mode).toBe('active')
        for (const [k, intent] of intents.entries())
          expect(heldOf(ended, intent.instrument)).toBe(finalOf(intent, fate[k]!))
      }),
      seeded,
    )
  })
})

describe('journal', () => {
  /** Plays and writes down. */
  function journalled(session: Session, events: readonly SessionEvent[]): readonly string[] {
    let now = session
    return events.map((event) => {
      const [next, effects] = step(now, event)
      now = next
      return encodeJournalLine({ seq: next.seq, event, effects })
    })
  }
  const begin = () => openSession(configOf(full), openLedger(full.mandate.universe, ['main']))
  const anyEvent = fc.oneof(
    fc.record({ hour: fc.integer({ min: 0, max: 5 }), move: fc.double({ min: 0.5, max: 2, noNaN: true }) }).map(
      ({ hour, move }): SessionEvent =>
        marketAt(
          T0 + hour * HOUR_MS,
          MARKS.map((mark, j) => (j === hour % 4 ? Number.NaN : mark * move)),
        ),
    ),
    fc.constantFrom('active', 'reducing', 'halted').map((mode): SessionEvent => ({ kind: 'commanded', at: T0, mode })),
    fc.nat(10_000).map((ms): SessionEvent => ({ kind: 'woken', at: T0 + ms })),
    fc.constant(mandated(goldenOne({ kind: 'proportional', rate: { n: 1n, d: 2n } }), T0)),
    fc.tuple(fc.nat(2), fc.nat(100), fc.constantFrom('buy', 'sell')).map(
      ([j, parts, side]): SessionEvent => ({
        kind: 'booked',
        at: T0,
        fact: {
          kind: 'filled',
          at: T0,
          account: 'main',
          id: `${j} ${parts}`,
          instrument: IDS[j]!,
          side,
          quantity: multiply(fromInteger(parts + 1), decimal('0.01'), 'down'),
          price: fromInteger(MARKS[j]!),
          fees: [],
          order: null,
        },
      }),
    ),
  )

  test('[STEP-26] a journal read again and stepped through gives its effects byte for byte, and its lines survive reading', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (random) => {
        const first = [...deposits(full), mandated(full), ...random]
        const lines = journalled(begin(), first)
        const read = lines.map((line): JournalLine => {
          const decoded = decodeJournalLine(line)
          if (!decoded.ok) throw new Error(JSON.stringify(decoded.error))
          return decoded.value
        })
        expect(read.map((line) => encodeJournalLine(line))).toEqual(lines)
        expect(
          journalled(
            begin(),
            read.map(({ event }) => event),
          ),
        ).toEqual(lines)
      }),
      { ...seeded, numRuns: 60 },
    )
  })

  test('[STEP-27] every kind of event and effect is written and read; what the writer would not write is refused', () => {
    const { session, effects } = play(openDesk(full), [marketAt(T0, MARKS)])
    const [btc] = submitted(effects)
    const snapshot = {
      account: 'main',
      at: T0,
      id: 'r',
      balances: new Map([['USD', ZERO]]),
      positions: new Map([['BTC', { quantity: ZERO, entry: null, mark: decimal('1') }]]),
    }
    const events: SessionEvent[] = [
      { kind: 'outlook', at: T0, outlook: mandated(full).outlook },
      seenAs(btc!, 'rejected', T0 + 1, '0'),
      { kind: 'reported', at: T0, snapshot },
      marketAt(T0 + HOUR_MS, MARKS),
    ]
    const every: readonly Effect[] = [
      ...effects,
      { kind: 'cancel', id: 'a', instrument: 'BTC' },
      { kind: 'query', id: 'a', instrument: 'BTC' },
    ]
    for (const line of journalled(session, events)) {
      const decoded = decodeJournalLine(line)
      expect(decoded.ok && encodeJournalLine(decoded.value)).toBe(line)
    }
    const line = encodeJournalLine({ seq: 1, event: events[0]!, effects: every })
    const decoded = decodeJournalLine(line)
    expect(decoded.ok && encodeJournalLine(decoded.value)).toBe(line)
    expect(decodeJournalLine(line.replace('"seq":1', '"seq":0')).ok).toBe(false)
    expect(decodeJournalLine(line.slice(1)).ok).toBe(false)
  })
})
