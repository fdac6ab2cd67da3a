/**
 * A book in float64 columns, for what is measured at every row and decides nothing: worth and exposure as functions of
 * marks. The worth of a position is A + B·P + C/P in the currency it is settled in: spot B = q; linear contracts
 * A = basis, B = q·m; inverse ones A = basis, C = −q·m, basis being the value traded for what is open.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Position } from '../ledger/position.ts'

export interface BookColumns {
  readonly universe: Universe
  /** Per instrument: what the columns below say of it. */
  readonly positions: readonly Position[]
  /** Per currency. */
  readonly cash: Float64Array
  /** Per instrument, in its settle currency. */
  readonly constant: Float64Array
  readonly linear: Float64Array
  readonly reciprocal: Float64Array
  /** Per instrument: delta in quote currency, of P where linear, of 1 where inverse. */
  readonly delta: Float64Array
}

/** @param before columns of the same account and universe: what is the same there is not converted again */
export function bookColumns({ scope, books }: Ledger, account: string, before: BookColumns | null = null): BookColumns {
  const { universe } = scope
  const { instruments, currencies } = universe
  const place = scope.account.get(account)!
  const fresh = (column: Float64Array | undefined): Float64Array =>
    column === undefined ? new Float64Array(instruments.length) : column.slice()
  const columns = {
    universe,
    positions: books.positions.slice(place * instruments.length, (place + 1) * instruments.length),
    cash: Float64Array.from(currencies, (_, c) => toNumber(books.balances[place * currencies.length + c]!.amount)),
    constant: fresh(before?.constant),
    linear: fresh(before?.linear),
    reciprocal: fresh(before?.reciprocal),
    delta: fresh(before?.delta),
  }
  for (let j = 0; j < instruments.length; j++) {
    const position = columns.positions[j]!
    if (before !== null && before.positions[j] === position) continue
    const instrument = instruments[j]!
    const size = position.quantity === ZERO ? 0 : toNumber(position.quantity) * toNumber(instrument.multiplier)
    columns.delta[j] = size
    columns.reciprocal[j] = isReciprocal(instrument) ? 0 - size : 0
    columns.linear[j] = isReciprocal(instrument) ? 0 : size
    columns.constant[j] = instrument.kind === 'spot' || size === 0 ? 0 : toNumber(position.basis)
  }
  return columns
}

/** In the numeraire. Marks of what is held must be numbers. */
export function equityAt(columns: BookColumns, price: Float64Array, rate: Float64Array): number {
  const { cash, constant, linear, reciprocal, universe } = columns
  let equity = 0
  for (let c = 0; c < cash.length; c++) if (cash[c] !== 0) equity += cash[c]! * rate[c]!
  for (let j = 0; j < linear.length; j++) {
    if (linear[j] === 0 && reciprocal[j] === 0) continue
    equity += (constant[j]! + linear[j]! * price[j]! + reciprocal[j]! / price[j]!) * rate[universe.settleOf[j]!]!
  }
  return equity
}
/** Delta notional per underlying in the numeraire, coin balances and open profit in coin included. Writes `out`. */
export function exposureAt(
  columns: BookColumns,
  { price, rate }: { readonly price: Float64Array; readonly rate: Float64Array },
  out: Float64Array,
): Float64Array {
  const { cash, constant, linear, reciprocal, delta, universe } = columns
  out.fill(0)
  for (let c = 0; c < cash.length; c++) {
    const u = universe.exposureOf[c]!
    if (u >= 0) out[u]! += cash[c]! * rate[c]!
  }
  for (let j = 0; j < delta.length; j++) {
    if (delta[j] === 0) continue
    const inverse = reciprocal[j] !== 0
    out[universe.underlyingOf[j]!]! += delta[j]! * (inverse ? 1 : price[j]!) * rate[universe.quoteOf[j]!]!
    const coin = universe.exposureOf[universe.settleOf[j]!]!
    if (coin >= 0 && universe.instruments[j]!.kind !== 'spot')
      out[coin]! += (constant[j]! + linear[j]! * price[j]! + reciprocal[j]! / price[j]!) * rate[universe.settleOf[j]!]!
  }
  return out
}
