/** The ledger's positions against average cost in exact rationals, which no rounding touches. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Decimal, fromUnits, negate, signOf, ZERO } from '../../../src/core/base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioNegate,
  ratioOf,
  ratioSubtract,
  reduce,
} from '../../../src/core/base/ratio.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { averageEntry, FLAT, trade, worthAt } from '../../../src/core/ledger/position.ts'
import { inverse, perp, spot } from '../cost/reference.ts'

interface Exact {
  readonly quantity: Ratio
  /** Average entry: of prices; of what a unit of the quote currency buys for inverse contracts. */
  readonly entry: Ratio
  readonly gross: Ratio
}
const RECIPROCAL = (instrument: Instrument): boolean => instrument.kind === 'perp' && instrument.contract === 'inverse'
/** What profit is linear in: the price, or minus its reciprocal. */
const levelOf = (instrument: Instrument, price: Decimal): Ratio =>
  RECIPROCAL(instrument) ? ratioNegate(ratioDivide({ n: 1n, d: 1n }, ratioOf(price))) : ratioOf(price)

/** Textbook average cost: a reduction leaves the entry, anything through zero starts from its own level. */
function textbook(before: Exact, instrument: Instrument, quantity: Ratio, level: Ratio): Exact {
  const held = before.quantity
  if (held.n === 0n || held.n > 0n === quantity.n > 0n) {
    const total = ratioAdd(held, quantity)
    const value = ratioAdd(ratioMultiply(held, before.entry), ratioMultiply(quantity, level))
    return { ...before, quantity: reduce(total), entry: reduce(ratioDivide(value, total)) }
  }
  const closes = ratioCompare(ratioAbsolute(quantity), ratioAbsolute(held)) >= 0
  const closed = closes ? held : ratioNegate(quantity)
  const move = ratioSubtract(level, before.entry)
  const profit = ratioMultiply(ratioMultiply(closed, ratioOf(instrument.multiplier)), move)
  return {
    quantity: reduce(ratioAdd(held, quantity)),
    entry: closes ? level : before.entry,
    gross: reduce(ratioAdd(before.gross, profit)),
  }
}

test('[LEDGER-2] entries and profit are those of average cost in exact rationals, up to a unit of the 18th place a trade', () => {
  const sizes = fc.bigInt({ min: -500n, max: 500n }).filter((lots) => lots !== 0n)
  const prices = fc.bigInt({ min: 100n, max: 100_000n })
  const trades = fc.array(fc.tuple(sizes, prices), { minLength: 1, maxLength: 25 })
  const instruments = fc.constantFrom<Instrument>(
    spot(),
    perp(),
    inverse(),
    perp({ multiplier: fromUnits(10n ** 15n) }),
  )
  fc.assert(
    fc.property(instruments, trades, (instrument, list) => {
      let position = FLAT
      let exact: Exact = { quantity: RATIO_ZERO, entry: RATIO_ZERO, gross: RATIO_ZERO }
      list.forEach(([lots, cents], index) => {
        const quantity = fromUnits(lots * 10n ** 17n)
        const price = fromUnits(cents * 10n ** 16n)
        position = trade(position, instrument, quantity, worthAt(instrument, price)).position
        exact = textbook(exact, instrument, ratioOf(quantity), levelOf(instrument, price))
        expect(ratioCompare(ratioOf(position.quantity), exact.quantity)).toBe(0)
        // Two roundings of value and one of basis a trade.
        const slack = ratioOf(fromUnits(3n * BigInt(index + 1)))
        const off = ratioAbsolute(ratioSubtract(ratioOf(position.gross), exact.gross))
        expect(ratioCompare(off, slack)).toBeLessThanOrEqual(0)
        if (position.quantity === ZERO) return
        const open = ratioMultiply(ratioMultiply(exact.quantity, ratioOf(instrument.multiplier)), exact.entry)
        const basis = ratioAbsolute(ratioAdd(ratioOf(position.basis), open))
        expect(ratioCompare(basis, slack)).toBeLessThanOrEqual(0)
        expect(ratioCompare(averageEntry(position, instrument)!, RATIO_ZERO)).toBe(1)
        expect(
          signOf(position.quantity) * signOf(RECIPROCAL(instrument) ? negate(position.basis) : position.basis),
        ).toBe(-1)
      })
    }),
    { seed: 2, numRuns: 400 },
  )
})
