/** Laws of the ledger on random histories of every kind of event. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  absolute,
  add,
  type Decimal,
  decimal,
  fromUnits,
  negate,
  subtract,
  ZERO,
} from '../../../src/core/base/decimal.ts'
import { hashOf } from '../../../src/core/base/hash.ts'
import { type Ratio, ratioAdd, ratioCompare, ratioOf, ratioSubtract, reduce } from '../../../src/core/base/ratio.ts'
import { assertNever } from '../../../src/core/base/result.ts'
import { isFunded } from '../../../src/core/domain/instrument.ts'
import { tradeValue } from '../../../src/core/domain/valuation.ts'
import { CAUSES } from '../../../src/core/ledger/books.ts'
import { foldEvents, foldLedger, type Ledger, ledgerEvents } from '../../../src/core/ledger/ledger.ts'
import type { Asset, Fact, LedgerEvent } from '../../../src/core/ledger/ledger-event.ts'
import { FLAT, type Position } from '../../../src/core/ledger/position.ts'
import { unwrap } from '../cost/reference.ts'
import { amountOf, type Draft, INSTRUMENTS, numbered, open, T0, UNIVERSE } from './events.ts'
import { amounts, fills, histories, prices } from './histories.ts'

const seeded = { seed: 20261125, numRuns: 200 }

/** Folds what can happen, one by one, and looks at every state. */
function walk(drafts: readonly Draft[], look: (ledger: Ledger, event: LedgerEvent) => void): Ledger {
  let ledger = open()
  for (const draft of drafts) {
    const event = numbered([draft], ledger.seq + 1)[0]!
    const next = foldLedger(ledger, event)
    if (!next.ok) continue
    ledger = next.value
    look(ledger, event)
  }
  return ledger
}
const foldable = (drafts: readonly Draft[]): Ledger => walk(drafts, () => {})

/** `main USDT` for a balance, `main #BTC-PERP` for a quantity. */
type Change = readonly [key: string, change: Decimal]

/** What an event says about balances and quantities by itself, found by an independent hand: no positions, no averages. */
function changesOf(event: LedgerEvent): readonly Change[] {
  const { account } = event
  const paid = (currency: string, amount: Decimal): Change => [`${account} ${currency}`, negate(amount)]
  const units = (id: string, change: Decimal): Change => [`${account} #${id}`, change]
  const moved = (of: Asset, change: Decimal, who = account): Change => [
    of.kind === 'cash' ? `${who} ${of.currency}` : `${who} #${of.instrument}`,
    change,
  ]
  const instrument = 'instrument' in event ? INSTRUMENTS.find(({ id }) => id === event.instrument)! : null
  const fees = ('fees' in event ? event.fees : []).map(({ amount, currency }) =>
    instrument?.kind === 'spot' && currency === instrument.underlying
      ? units(instrument.id, negate(amount))
      : paid(currency, amount),
  )
  switch (event.kind) {
    case 'filled':
      return [...fees, units(event.instrument, event.side === 'buy' ? event.quantity : negate(event.quantity))]
    case 'funded':
      return [paid(instrument!.settle, event.paid)]
    case 'booked':
      return [...fees, paid(instrument!.settle, negate(event.profit))]
    case 'deposited':
      return [moved(event.asset, event.amount)]
    case 'withdrawn':
      return [moved(event.asset, negate(add(event.amount, event.fee)))]
    case 'transferred':
      return [moved(event.asset, negate(event.amount)), moved(event.asset, event.amount, event.to)]
    case 'converted':
      return [
        ...fees,
        paid(event.sold.currency, event.sold.amount),
        paid(event.bought.currency, negate(event.bought.amount)),
      ]
    case 'charged':
      return [paid(event.currency, event.paid)]
    case 'balanceReconciled':
      return [paid(event.currency, negate(event.difference))]
    case 'positionReconciled':
      return [units(event.instrument, event.difference)]
    case 'expired':
    case 'settled':
    case 'corrected':
      return fees
    default:
      return assertNever(event)
  }
}

/** The sum of it over the events of a history. */
class Tally extends Map<string, Decimal> {
  count(event: LedgerEvent): void {
    for (const [key, change] of changesOf(event)) this.set(key, add(this.of(key), change))
    if (event.kind === 'expired') this.delete(`${event.account} #${event.instrument}`)
  }

  of(key: string): Decimal {
    return this.get(key) ?? ZERO
  }
}

const eachPosition = (
  ledger: Ledger,
  look: (position: Position, account: string, instrument: (typeof INSTRUMENTS)[number]) => void,
): void =>
  ledger.books.positions.forEach((position, index) => {
    const { instruments } = UNIVERSE
    look(
      position,
      ledger.scope.accounts[Math.floor(index / instruments.length)]!,
      instruments[index % instruments.length]!,
    )
  })

describe('conservation, after every event', () => {
  test('[LEDGER-18] most events of these histories can happen, and every kind is among those that do', () => {
    const kinds = new Set<string>()
    let [drawn, happened] = [0, 0]
    fc.assert(
      fc.property(histories, (drafts) => {
        drawn += drafts.length
        walk(drafts, ({ seq }, event) => {
          happened++
          kinds.add('asset' in event ? `${event.kind} ${event.asset.kind}` : event.kind)
          expect(seq).toBe(event.seq)
        })
      }),
      seeded,
    )
    expect(happened).toBeGreaterThan(0.9 * drawn)
    expect(kinds.size).toBe(15)
  })

  test('[LEDGER-18] a balance is the sum of its changes, and of what the events and the realised trades say', () => {
    fc.assert(
      fc.property(histories, (drafts) => {
        const tally = new Tally()
        walk(drafts, (ledger, event) => {
          tally.count(event)
          const traded = new Map<string, Decimal>()
          eachPosition(ledger, ({ gross, basis, offCash }, account, instrument) => {
            const key = `${account} ${instrument.settle}`
            // Funded instruments are paid for in full, contracts pay out what they realise.
            const paid = isFunded(instrument) ? subtract(add(gross, basis), offCash) : subtract(gross, offCash)
            traded.set(key, add(traded.get(key) ?? ZERO, paid))
          })
          for (const account of ledger.scope.accounts)
            for (const currency of UNIVERSE.currencies) {
              const key = `${account} ${currency}`
              const expected = add(tally.of(key), traded.get(key) ?? ZERO)
              expect(amountOf(ledger, currency, account)).toBe(expected)
            }
          for (const { amount, changes } of ledger.books.balances)
            expect(CAUSES.reduce((sum, cause) => add(sum, changes[cause]), ZERO)).toBe(amount)
        })
      }),
      seeded,
    )
  })

  test('[LEDGER-18] a quantity is the sum of what was traded, moved, charged in coin and reconciled; a flat position has no basis', () => {
    fc.assert(
      fc.property(histories, (drafts) => {
        const tally = new Tally()
        walk(drafts, (ledger, event) => {
          tally.count(event)
          eachPosition(ledger, ({ quantity, basis }, account, { id }) => {
            expect(quantity).toBe(tally.of(`${account} #${id}`))
            if (quantity === ZERO) expect(basis).toBe(ZERO)
          })
        })
      }),
      seeded,
    )
  })

  test('[LEDGER-19] traded value is gross + basis: below the exact sum by less than a unit of the 18th place a part, never above', () => {
    fc.assert(
      fc.property(fc.array(fills, { maxLength: 30 }), (drafts) => {
        const exact = new Map<string, { value: Ratio; parts: bigint }>()
        const trade = (account: string, id: string, quantity: Decimal, price: Decimal): void => {
          const instrument = INSTRUMENTS.find((each) => each.id === id)!
          const before = exact.get(`${account} ${id}`) ?? { value: ratioOf(ZERO), parts: 0n }
          // A fill through zero is two parts.
          const value = reduce(ratioAdd(before.value, tradeValue(instrument, quantity, price)))
          exact.set(`${account} ${id}`, { value, parts: before.parts + 2n })
        }
        walk(drafts, (ledger, event) => {
          if (event.kind !== 'filled') return
          const { account, instrument: id, price } = event
          trade(account, id, event.side === 'buy' ? event.quantity : negate(event.quantity), price)
          if (id === 'BTC-USDT')
            for (const fee of event.fees) if (fee.currency === 'BTC') trade(account, id, negate(fee.amount), price)
          eachPosition(ledger, ({ gross, basis }, holder, instrument) => {
            const { value, parts } = exact.get(`${holder} ${instrument.id}`) ?? { value: ratioOf(ZERO), parts: 0n }
            const told = ratioOf(add(gross, basis))
            expect(ratioCompare(told, value)).toBeLessThanOrEqual(0)
            expect(ratioCompare(ratioSubtract(value, told), ratioOf(fromUnits(parts)))).toBeLessThanOrEqual(0)
          })
        })
      }),
      seeded,
    )
  })
})

/** Profit and basis may differ by the rounding of so many parts; everything else is equal. */
function expectAlike(a: Position, b: Position, parts: bigint): void {
  const rough = (position: Position): object => ({ ...position, basis: ZERO, gross: ZERO, offCash: ZERO, closed: null })
  expect(rough(a)).toEqual(rough(b))
  const gap = absolute(subtract(add(a.gross, a.basis), add(b.gross, b.basis)))
  expect(gap <= parts).toBe(true)
}

describe('order and parts', () => {
  test('[LEDGER-20] a fill in parts gives the same quantity and fees, and the same value up to one unit of the 18th place a part', () => {
    const cut = fc.array(fc.bigInt({ min: 1n, max: 9n }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(fills, { maxLength: 6 }), fills, cut, (before, last, weights) => {
        if (last.kind !== 'filled') return
        const whole = { ...last, fees: [] }
        const total = weights.reduce((sum, weight) => sum + weight, 0n)
        // Not to be confused with its own rounding: a quantity that the parts divide exactly.
        const quantity = fromUnits(whole.quantity * total)
        const parts = weights.map((weight) => ({ ...whole, quantity: fromUnits(whole.quantity * weight) }))
        const once = foldable([...before, { ...whole, quantity }])
        const split = foldable([...before, ...parts])
        once.books.positions.forEach((position, index) => {
          expectAlike(position, split.books.positions[index]!, BigInt(2 * parts.length + 2))
        })
      }),
      seeded,
    )
  })

  test('[LEDGER-20] with values of 18 places or fewer the parts give the very same position', () => {
    const tenths = fc.bigInt({ min: 1n, max: 500n }).map((units) => fromUnits(units * 10n ** 17n))
    const cut = fc.array(tenths, { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(tenths, tenths, cut, fc.constantFrom('BTC-USDT', 'BTC-PERP'), (price, other, parts, instrument) => {
        const base = { kind: 'filled', account: 'main', instrument, fees: [], order: null } as const
        const start: Draft = { ...base, side: 'sell', quantity: decimal('3.7'), price: other }
        const total = parts.reduce((sum, part) => add(sum, part), ZERO)
        const whole = foldable([start, { ...base, side: 'buy', quantity: total, price }])
        const split = foldable([start, ...parts.map((quantity): Draft => ({ ...base, side: 'buy', quantity, price }))])
        const [a, b] = [whole, split].map(({ books }) => books.positions.find((position) => position !== FLAT)!)
        // What is still short carries the rounding of what was released; nothing else is rounded.
        expectAlike(a!, b!, 0n)
        if (total >= decimal('3.7')) expect([a!.basis, a!.gross]).toEqual([b!.basis, b!.gross])
      }),
      seeded,
    )
  })

  test('[LEDGER-20] a flip is a close and an open, to the last digit', () => {
    const opening = fc.tuple(fills, amounts, prices)
    fc.assert(
      fc.property(opening, ([first, more, price]) => {
        if (first.kind !== 'filled') return
        const start = { ...first, fees: [] }
        const back = { ...start, side: start.side === 'buy' ? 'sell' : 'buy', price } as typeof start
        const flip = foldable([start, { ...back, quantity: add(start.quantity, more) }])
        const both = foldable([start, back, { ...back, quantity: more }])
        expect(flip.books).toEqual(both.books)
      }),
      seeded,
    )
  })

  test('[LEDGER-21] events of different instruments change places without changing the books', () => {
    const order = fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 })
    fc.assert(
      fc.property(fc.array(fills, { maxLength: 30 }), order, (drafts, keys) => {
        const kept = drafts.filter((draft) => draft.kind === 'filled')
        // Shuffled, and then put right again within each instrument of each account.
        const laneOf = (draft: (typeof kept)[number]): string => `${draft.account} ${draft.instrument}`
        const lanes = new Map<string, (typeof kept)[number][]>()
        for (const draft of kept) lanes.set(laneOf(draft), [...(lanes.get(laneOf(draft)) ?? []), draft])
        const shuffled = kept
          .map((draft, index) => ({ lane: laneOf(draft), key: keys[index]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ lane }) => lanes.get(lane)!.shift()!)
        expect(hashOf(foldable(shuffled).books)).toBe(hashOf(foldable(kept).books))
      }),
      seeded,
    )
  })
})

describe('histories', () => {
  test('[LEDGER-15] the fold of a prefix and of the rest is the fold of the whole; folding changes no state it started from', () => {
    const corrections = fc.array(fc.tuple(fc.nat(40), fc.nat(1000)), { maxLength: 6 })
    let reversals = 0
    fc.assert(
      fc.property(histories, corrections, fc.nat(45), (drafts, picks, at) => {
        const corrected = drafts.map((draft, index) => {
          const pick = picks.find(([place]) => place === index)?.[1]
          if (pick === undefined || index === 0) return draft
          return { kind: 'corrected', account: 'main', reverses: 1 + (pick % index), reason: 'test' } as const
        })
        const whole = foldable(corrected)
        const events = ledgerEvents(whole)
        reversals += events.filter(({ kind }) => kind === 'corrected').length
        const prefix = unwrap(foldEvents(open(), events.slice(0, at)))
        const before = hashOf(prefix.books)
        const resumed = unwrap(foldEvents(prefix, events.slice(at)))
        expect(hashOf(resumed.books)).toBe(hashOf(whole.books))
        expect([hashOf(prefix.books), ledgerEvents(prefix).length]).toEqual([before, Math.min(at, events.length)])
      }),
      seeded,
    )
    expect(reversals).toBeGreaterThan(30)
  })

  test('[LEDGER-12] doubled and late copies of messages never change the books', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(1000), { maxLength: 20 }), (drafts, copies) => {
        const whole = foldable(drafts)
        const events = ledgerEvents(whole)
        let ledger = whole
        for (const pick of copies) {
          const event = events[pick % Math.max(1, events.length)]
          if (event !== undefined) ledger = unwrap(foldLedger(ledger, { ...event, seq: ledger.seq + 1 }))
        }
        expect(ledger).toBe(whole)
      }),
      seeded,
    )
  })

  test('[LEDGER-14] after a correction the books are those of the events that still count; reversing it restores them exactly', () => {
    fc.assert(
      fc.property(histories, fc.nat(1000), (drafts, pick) => {
        const whole = foldable(drafts)
        const events = ledgerEvents(whole) as readonly Fact[]
        if (events.length === 0) return
        const reverses = 1 + (pick % events.length)
        const correct = (seq: number, of: number): LedgerEvent => ({
          kind: 'corrected',
          account: 'main',
          seq,
          at: T0,
          id: `c${seq}`,
          reverses: of,
          reason: 'test',
        })
        const without = foldEvents(
          open(),
          events.filter(({ seq }) => seq !== reverses).map((event, index) => ({ ...event, seq: index + 1 })),
        )
        const corrected = foldLedger(whole, correct(whole.seq + 1, reverses))
        expect(corrected.ok).toBe(without.ok)
        if (!corrected.ok || !without.ok) return
        expect(hashOf(corrected.value.books)).toBe(hashOf(without.value.books))
        const restored = unwrap(foldLedger(corrected.value, correct(whole.seq + 2, whole.seq + 1)))
        expect(hashOf(restored.books)).toBe(hashOf(whole.books))
      }),
      seeded,
    )
  })
})
