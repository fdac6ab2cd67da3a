import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absolute, type Decimal, decimal, fromUnits, subtract, toText, ZERO } from '../../../src/core/base/decimal.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import { foldEvents, foldLedger, type Ledger } from '../../../src/core/ledger/ledger.ts'
import { averageEntry } from '../../../src/core/ledger/position.ts'
import { reconcile, type VenuePosition, type VenueSnapshot } from '../../../src/core/ledger/reconcile.ts'
import { codesOf, relativeGap, unwrap } from '../cost/reference.ts'
import {
  amountOf,
  balanceOf,
  fill,
  folded,
  folding,
  INSTRUMENTS,
  numbered,
  open,
  positionOf,
  row,
  T0,
  UNIVERSE,
} from './events.ts'
import { histories, prices } from './histories.ts'

const at = (quantity: string, entry: string | null = null, mark: string | null = null): VenuePosition => ({
  quantity: decimal(quantity),
  entry: entry === null ? null : decimal(entry),
  mark: mark === null ? null : decimal(mark),
})
/** Everything of the universe, nothing held, but for what is named. */
function snapshotOf(
  positions: Readonly<Record<string, VenuePosition>>,
  balances: Readonly<Record<string, string>> = {},
): VenueSnapshot {
  return {
    account: 'main',
    at: T0,
    id: 'restart',
    positions: new Map(INSTRUMENTS.map(({ id }) => [id, positions[id] ?? at('0')])),
    balances: new Map(UNIVERSE.currencies.map((currency) => [currency, decimal(balances[currency] ?? '0')])),
  }
}
const steps = (ledger: Ledger, snapshot: VenueSnapshot): string[] =>
  unwrap(reconcile(ledger, snapshot)).events.map((event) =>
    event.kind === 'positionReconciled'
      ? `${event.instrument} ${toText(event.difference)} at ${toText(event.price)}`
      : event.kind === 'balanceReconciled'
        ? `${event.currency} ${toText(event.difference)}`
        : event.kind,
  )

describe('reconciliation', () => {
  const long = folded([fill('BTC-PERP', 'buy 2 at 100')])

  test.each<[string, Ledger, VenuePosition, string[], string]>([
    ['nothing is missing', long, at('2', '100'), [], '2 @ 100 realised 0'],
    ['another entry alone is no difference', long, at('2', '105'), [], '2 @ 100 realised 0'],
    ['opened', open(), at('3', '110'), ['BTC-PERP 3 at 110'], '3 @ 110 realised 0'],
    ['added to', long, at('3', '110'), ['BTC-PERP 1 at 130'], '3 @ 110 realised 0'],
    [
      'added to, without an entry',
      long,
      at('3', null, '120'),
      ['BTC-PERP 1 at 120'],
      '3 @ 106.666666666666666667 realised 0',
    ],
    ['reduced', long, at('1', '90'), ['BTC-PERP -1 at 100'], '1 @ 100 realised 0'],
    ['closed', long, at('0'), ['BTC-PERP -2 at 100'], '0 @ - realised 0'],
    ['turned', long, at('-1', '97'), ['BTC-PERP -2 at 100', 'BTC-PERP -1 at 97'], '-1 @ 97 realised 0'],
  ])('[LEDGER-25] a position that was %s', (_, ledger, stated, expected, after) => {
    const snapshot = snapshotOf({ 'BTC-PERP': stated })
    expect(steps(ledger, snapshot)).toEqual(expected)
    const { ledger: reconciled } = unwrap(reconcile(ledger, snapshot))
    expect(row(reconciled, 'BTC-PERP')).toBe(after)
    expect(balanceOf(reconciled, 'USDT')).toBe('0')
  })

  test('[LEDGER-25] inverse contracts reach the entry in coin; spot enters at its mark; balances take the difference', () => {
    const ledger = folded([fill('BTC-COIN', 'buy 100 at 40000'), fill('BTC-USDT', 'buy 1 at 100')])
    const snapshot = snapshotOf(
      { 'BTC-COIN': at('200', '50000'), 'BTC-USDT': at('1.5', null, '120') },
      { USDT: '-90', BNB: '0.5' },
    )
    // 200/50,000 − 100/40,000 = 100/66,666.7
    expect(steps(ledger, snapshot)).toEqual([
      'BTC-COIN 100 at 66666.666666666666666667',
      'BTC-USDT 0.5 at 120',
      'BNB 0.5',
      'USDT 10',
    ])
    const { ledger: reconciled } = unwrap(reconcile(ledger, snapshot))
    // The coin is rounded at the 18th place.
    expect(row(reconciled, 'BTC-COIN')).toBe('200 @ 50000.000000000000125 realised 0')
  })

  test('[LEDGER-25] the events are ordinary ones: they fold from where the ledger was, and coming twice change nothing', () => {
    const { ledger, events } = unwrap(reconcile(long, snapshotOf({ 'BTC-PERP': at('-1', '97') }, { USDT: '5' })))
    expect(events.map(({ seq, id }) => `${seq} ${id}`)).toEqual(['2 restart 1', '3 restart 2', '4 restart 3'])
    expect(unwrap(foldEvents(long, events)).books).toEqual(ledger.books)
    expect(unwrap(foldLedger(ledger, events[0]!))).toBe(ledger)
  })

  test('[LEDGER-25] two snapshots of one id are refused, also where they say the same', () => {
    const snapshot = snapshotOf({ 'BTC-PERP': at('1') })
    const once = unwrap(reconcile(long, snapshot)).ledger
    const missed = unwrap(folding(once, fill('BTC-PERP', 'buy 1 at 100')))
    expect(codesOf(reconcile(missed, snapshot))).toEqual(['ledger.snapshot'])
    expect(codesOf(reconcile(missed, snapshotOf({ 'BTC-PERP': at('0') })))).toEqual(['ledger.conflict'])
    expect(unwrap(reconcile(missed, { ...snapshot, id: 'later' })).events).toHaveLength(1)
  })

  test.each<[string, Partial<VenueSnapshot>, string]>([
    ['an unknown account', { account: 'attic' }, 'ledger.unknown'],
    [
      'an unknown instrument',
      {
        positions: new Map([
          ['BTC-PERP', at('2')],
          ['ETH', at('1')],
        ]),
      },
      'ledger.unknown',
    ],
    ['an unknown currency', { balances: new Map([['XYZ', ZERO]]) }, 'ledger.unknown'],
    ['something held that is not listed', { positions: new Map() }, 'ledger.unlisted'],
    ['no price for what is missing', { positions: new Map([['BTC-PERP', at('3')]]) }, 'ledger.no-price'],
    [
      'an entry that what is held cannot give',
      { positions: new Map([['BTC-PERP', at('3', '60')]]) },
      'ledger.no-price',
    ],
    ['an entry below 0', { positions: new Map([['BTC-PERP', at('3', '-60', '60')]]) }, 'ledger.no-price'],
  ])('[LEDGER-25] %s is refused', (_, change, code) => {
    expect(codesOf(reconcile(long, { ...snapshotOf({ 'BTC-PERP': at('2') }), ...change }))).toEqual([code])
  })

  test('[LEDGER-25] a balance that is not listed is refused too', () => {
    const ledger = folded([fill('BTC-USDT', 'buy 1 at 100')])
    const { balances: _, ...rest } = snapshotOf({ 'BTC-USDT': at('1') })
    expect(codesOf(reconcile(ledger, { ...rest, balances: new Map() }))).toEqual(['ledger.unlisted'])
  })

  test('[LEDGER-25] whatever the history, the ledger then holds what the venue says, and no profit was made up', () => {
    const quantities = fc.bigInt({ min: -40n, max: 40n }).map((units) => fromUnits(units * 5n * 10n ** 17n))
    const stated = fc.record({ quantity: quantities, mark: prices, keep: fc.boolean() })
    const positions = fc.array(stated, { minLength: INSTRUMENTS.length, maxLength: INSTRUMENTS.length })
    fc.assert(
      fc.property(histories, positions, fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }), (drafts, venue, amount) => {
        let before = open()
        for (const draft of drafts) {
          const next = foldLedger(before, numbered([draft], before.seq + 1)[0]!)
          if (next.ok && draft.kind !== 'expired') before = next.value
        }
        const snapshot = snapshotOf(
          Object.fromEntries(
            INSTRUMENTS.map(({ id }, index) => {
              const { quantity, mark, keep } = venue[index]!
              return [id, { quantity: keep ? heldOf(before, id) : quantity, entry: null, mark }]
            }),
          ),
          { USDT: toText(fromUnits(amount)) },
        )
        const { ledger, events } = unwrap(reconcile(before, snapshot))
        for (const { id } of INSTRUMENTS) expect(heldOf(ledger, id)).toBe(snapshot.positions.get(id)!.quantity)
        for (const currency of UNIVERSE.currencies)
          expect(amountOf(ledger, currency)).toBe(snapshot.balances.get(currency)!)
        expect(unwrap(reconcile(ledger, { ...snapshot, id: 'again' })).events).toEqual([])
        for (const event of events) expect(event.account).toBe('main')
      }),
      { seed: 25, numRuns: 150 },
    )
  })

  test('[LEDGER-25] what is added gives the entry that the venue states, and what leaves no profit beyond rounding', () => {
    const quantities = fc.bigInt({ min: 1n, max: 40n }).map((units) => fromUnits(units * 5n * 10n ** 17n))
    const near = fc.bigInt({ min: 900n, max: 1100n }).map((units) => fromUnits(units * 10n ** 17n))
    const ids = fc.constantFrom('BTC-PERP', 'BTC-COIN', 'BTC-MAR')
    fc.assert(
      fc.property(ids, quantities, near, quantities, near, (id, held, price, target, entry) => {
        const before = folded([fill(id, `buy ${toText(held)} at ${toText(price)}`)])
        const answer = reconcile(before, snapshotOf({ [id]: { quantity: target, entry, mark: null } }))
        if (!answer.ok) {
          expect(codesOf(answer)).toEqual(['ledger.no-price'])
          return
        }
        const after = positionOf(answer.value.ledger, id)
        expect(after.quantity).toBe(target)
        const instrument = INSTRUMENTS.find((each) => each.id === id)!
        const expected = target > held ? entry : price
        expect(relativeGap(ratioToNumber(averageEntry(after, instrument)!), Number(toText(expected)))).toBeLessThan(
          1e-14,
        )
        expect(absolute(subtract(after.gross, positionOf(before, id).gross)) <= 100n).toBe(true)
      }),
      { seed: 25, numRuns: 300 },
    )
  })
})

function heldOf({ scope, books }: Ledger, id: string): Decimal {
  const index = scope.account.get('main')! * UNIVERSE.instruments.length + scope.instrument.get(id)!
  return books.positions[index]!.quantity
}
