/** Random events of every kind, over the instruments of `events.ts`: two accounts, five instruments, four currencies. */
import fc, { type Arbitrary } from 'fast-check'
import { type Decimal, fromUnits, negate } from '../../../src/core/base/decimal.ts'
import { assertNever } from '../../../src/core/base/result.ts'
import type { Asset } from '../../../src/core/ledger/ledger-event.ts'
import { cash, coin, type Draft, INSTRUMENTS, UNIVERSE } from './events.ts'

/** Prices and sizes with few digits, with many, and with more than a product can hold. */
export const amounts: Arbitrary<Decimal> = fc.oneof(
  fc.bigInt({ min: 1n, max: 50n }).map((units) => fromUnits(units * 10n ** 17n)),
  fc.bigInt({ min: 1n, max: 10n ** 20n }).map(fromUnits),
)
export const prices: Arbitrary<Decimal> = fc.oneof(
  fc.bigInt({ min: 1n, max: 200n }).map((units) => fromUnits(units * 5n * 10n ** 17n)),
  fc.bigInt({ min: 10n ** 14n, max: 10n ** 23n }).map(fromUnits),
)
const signed = (of: Arbitrary<Decimal>): Arbitrary<Decimal> =>
  fc.tuple(of, fc.boolean()).map(([amount, negative]) => (negative ? negate(amount) : amount))
const accounts = fc.constantFrom('main', 'cold')
const currencies = fc.constantFrom(...UNIVERSE.currencies)
const ids = INSTRUMENTS.map(({ id }) => id)
const fees = fc.array(
  fc.record({ amount: signed(amounts), currency: fc.constantFrom('USDT', 'BTC', 'BNB') }, { noNullPrototype: true }),
  { maxLength: 2 },
)
const assets: Arbitrary<Asset> = fc.oneof(currencies.map(cash), fc.constant(coin('BTC-USDT')))

export const fills: Arbitrary<Draft> = fc.record(
  {
    kind: fc.constant('filled' as const),
    account: accounts,
    instrument: fc.constantFrom(...ids),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: amounts,
    price: prices,
    fees,
    order: fc.constant(null),
  },
  { noNullPrototype: true },
)
const moves: Arbitrary<Draft> = fc
  .record({
    account: accounts,
    kind: fc.constantFrom(
      'funded',
      'deposited',
      'withdrawn',
      'transferred',
      'converted',
      'charged',
      'booked',
      'settled',
      'expired',
      'balanceReconciled',
      'positionReconciled',
    ),
    asset: assets,
    amount: amounts,
    other: amounts,
    difference: signed(amounts),
    price: prices,
    fees,
    currency: currencies,
    perp: fc.constantFrom('BTC-PERP', 'BTC-COIN'),
    any: fc.constantFrom(...ids),
    little: fc.bigInt({ min: 1n, max: 10n ** 18n }).map(fromUnits),
  })
  .map(({ account, kind, asset, other, difference, price, fees, currency, perp, any, ...sizes }): Draft => {
    // Spot can leave only where it is held.
    const amount = asset.kind === 'spot' && kind !== 'deposited' ? sizes.little : sizes.amount
    switch (kind) {
      case 'funded':
        return { kind, account, instrument: perp, paid: difference }
      case 'deposited':
        return { kind, account, asset, amount, price: asset.kind === 'cash' ? null : price }
      case 'withdrawn':
        return { kind, account, asset, amount, fee: fromUnits(amount / 7n) }
      case 'transferred':
        return { kind, account, to: account === 'main' ? 'cold' : 'main', asset, amount }
      case 'converted':
        return { kind, account, sold: { amount, currency: 'USDT' }, bought: { amount: other, currency: 'BNB' }, fees }
      case 'charged':
        return { kind, account, currency, paid: difference, reason: 'interest' }
      case 'booked':
        return { kind, account, instrument: perp, profit: difference, fees }
      case 'settled':
        return { kind, account, instrument: perp, price }
      case 'expired':
        return { kind, account, instrument: 'BTC-MAR', price, fees }
      case 'balanceReconciled':
        return { kind, account, currency, difference }
      case 'positionReconciled':
        return { kind, account, instrument: any, difference, price }
      default:
        return assertNever(kind)
    }
  })
export const histories = fc.array(fc.oneof({ weight: 3, arbitrary: fills }, { weight: 2, arbitrary: moves }), {
  maxLength: 40,
})
