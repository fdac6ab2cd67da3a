/** Refusals of the ledger, one purchase of a perp with one thing changed or one event after it, and of its margin. */
import { decimal, ONE } from '../../src/core/base/decimal.ts'
import type { Issue } from '../../src/core/base/result.ts'
import { chain, GENESIS, verifyChain } from '../../src/core/ledger/chain.ts'
import { foldLedger } from '../../src/core/ledger/ledger.ts'
import type { LedgerEvent } from '../../src/core/ledger/ledger-event.ts'
import { reconcile, type VenueSnapshot } from '../../src/core/ledger/reconcile.ts'
import { openProfits, portfolioOf } from '../../src/core/ledger/statement.ts'
import { rateMargin } from '../../src/core/margin/rate-margin.ts'
import { perp } from '../core/cost/reference.ts'
import { coin, type Draft, fill, folded, folding, numbered, open } from '../core/ledger/events.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const bought = fill('BTC-PERP', 'buy 1 at 100')
const changed = (change: object): readonly Issue[] =>
  issuesOf(foldLedger(open(), { ...numbered([bought])[0]!, ...change } as LedgerEvent))
const after = (drafts: readonly Draft[], draft: Draft): readonly Issue[] => issuesOf(folding(folded(drafts), draft))

const expire: Draft = { kind: 'expired', account: 'main', instrument: 'BTC-MAR', price: decimal('90'), fees: [] }
const arrive: Draft = {
  kind: 'deposited',
  account: 'main',
  asset: coin('BTC-USDT'),
  amount: decimal('2'),
  price: decimal('100'),
}
const leave: Draft = {
  kind: 'withdrawn',
  account: 'main',
  asset: coin('BTC-USDT'),
  amount: decimal('1'),
  fee: decimal('0'),
}
const reverse = (reverses: number): Draft => ({ kind: 'corrected', account: 'main', reverses, reason: 'busted' })

/** What a venue says of the perp alone: so much at an entry of 60. */
const snapshot = (id: string, quantity: string | null): VenueSnapshot => ({
  account: 'main',
  at: 0,
  id,
  balances: new Map(),
  positions: new Map(
    quantity === null ? [] : [['BTC-PERP', { quantity: decimal(quantity), entry: decimal('60'), mark: null }]],
  ),
})
const stated = (quantity: string | null): readonly Issue[] =>
  issuesOf(reconcile(folded([bought]), snapshot('restart', quantity)))

export const LEDGER_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'ledger.unknown': {
    refused: () => changed({ account: 'maim' }),
    reads:
      'ledger.1.account: account must be one of this ledger, was "maim"; open the ledger with every account it is about',
  },
  'ledger.empty': {
    refused: () => changed({ id: '' }),
    reads: 'ledger.1.id: id must say something, was empty; an event without it names nothing',
  },
  'ledger.time': {
    refused: () => changed({ at: 0.5 }),
    reads:
      'ledger.1.at: time must be whole milliseconds UTC in the years 0001 to 9999, was 0.5; give the time of the venue in ms since 1970',
  },
  'ledger.sign': {
    refused: () => changed({ quantity: decimal('-1') }),
    reads:
      'ledger.1.quantity: quantity must be above 0, was -1; the kind of event, or the side of a fill, carries the direction',
  },
  'ledger.instrument': {
    refused: () => after([], { ...expire, instrument: 'BTC-USDT' } as Draft),
    reads:
      'ledger.1.instrument: BTC-USDT must be a perp or future or option for this event, was a spot; enter what happened to it',
  },
  'ledger.cost': {
    refused: () => after([], { ...arrive, price: null } as Draft),
    reads:
      'ledger.1.price: price of spot that is deposited must be stated, was missing; a coin held as spot needs what it cost a unit; money, and coins held as money, need nothing',
  },
  'ledger.same': {
    refused: () =>
      after([], { kind: 'transferred', account: 'main', to: 'main', asset: coin('BTC-USDT'), amount: decimal('1') }),
    reads: 'ledger.1.to: to must differ from where it comes from, was "main" on both sides; leave such an event out',
  },
  'ledger.seq': {
    refused: () => changed({ seq: 3 }),
    reads:
      'ledger.3.seq: seq must be 1, was 3; events are numbered without gaps in the order in which they are appended',
  },
  'ledger.conflict': {
    refused: () =>
      issuesOf(
        foldLedger(folded([bought]), { ...numbered([bought])[0]!, seq: 2, price: decimal('101') } as LedgerEvent),
      ),
    reads:
      'ledger.2.id: id id-1 must name one event, was that of event 1 with other content; ask the venue which is right; to replace event 1, correct it first',
  },
  'ledger.expired': {
    refused: () => after([expire], fill('BTC-MAR', 'buy 1 at 100')),
    reads:
      'ledger.2.instrument: BTC-MAR must not have expired, was expired by an earlier event; correct that event first if it came too early',
  },
  'ledger.not-held': {
    refused: () => after([], leave),
    reads:
      'ledger.1.amount: BTC-USDT leaving main must be held, was 1 out of 0; enter what is missing first: fills, deposits, or a reconciled difference',
  },
  'ledger.correction': {
    refused: () => after([bought, reverse(1)], reverse(1)),
    reads:
      'ledger.3.reverses: a correction must name an earlier event that counts, was 1, which is reversed already; name the seq of the event that is wrong; to bring a reversed event back, reverse its correction',
  },
  'ledger.correction-impossible': {
    refused: () => after([arrive, leave], reverse(1)),
    reads:
      'ledger.3.reverses: what is left after reversing event 1 (deposited) must fold, was refused: ledger.2.amount BTC-USDT leaving main must be held, was 1 out of 0; correct the events that build on it first, the last one first',
  },
  'ledger.mark': {
    refused: () => issuesOf(openProfits(folded([bought]), new Map())),
    reads: 'marks.BTC-PERP: mark of BTC-PERP must be above 0, was missing; give a price for everything that is held',
  },
  'ledger.opposite': {
    refused: () =>
      issuesOf(
        portfolioOf(folded([bought, fill('BTC-PERP', 'sell 2 at 100', 'cold')]), {
          accounts: ['cold', 'main'],
          orders: [],
        }),
      ),
    reads:
      'accounts.BTC-PERP: BTC-PERP must be held on one side, was -2 and 1 in different accounts; plan these accounts one by one',
  },
  'ledger.unlisted': {
    refused: () => stated(null),
    reads:
      'snapshot.positions.BTC-PERP: what the ledger holds must be listed, was missing while 1 is held; list it with 0 where the venue says that there is none',
  },
  'ledger.no-price': {
    // 1 at 100 and a half for nothing are 1.5 at 66.7.
    refused: () => stated('1.5'),
    reads:
      'snapshot.positions.BTC-PERP: what is missing to 1.5 must have a price above 0, was -20 for an entry of 60; give the mark, and leave out an entry that the position cannot have',
  },
  'ledger.snapshot': {
    refused: () => {
      const once = reconcile(folded([bought]), snapshot('restart', '0.5'))
      if (!once.ok) return once.error
      const missed = folding(once.value.ledger, fill('BTC-PERP', 'buy 0.5 at 100'))
      return missed.ok ? issuesOf(reconcile(missed.value, snapshot('restart', '0.5'))) : missed.error
    },
    reads:
      'snapshot.id: id of a snapshot must be new, was "restart", whose differences the ledger has; give every snapshot an id of its own, such as its time',
  },
  'margin.range': {
    refused: () =>
      issuesOf(
        rateMargin(perp(), { quantity: ONE, price: decimal('100') }, { rate: decimal('0.03'), leverage: decimal('0') }),
      ),
    reads: 'BTC-PERP: leverage must be above 0, was 0; copy the terms of the venue: nothing is guessed in their place',
  },
  'ledger.chain': {
    refused: () => {
      const event = numbered([bought])[0]!
      return issuesOf(verifyChain([{ event: { ...event, at: 1 }, hash: chain(GENESIS, event) }]))
    },
    reads:
      'ledger.1: hash of event 1 must be e3180fc87deeff55…, was 96bf2b4c95cc8ab5; this event or the one before it is not what was written: restore the journal from a copy',
  },
}
