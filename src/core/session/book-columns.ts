/**
 * A book in float64 columns, for what is measured at every row and decides nothing: worth and exposure as functions of
 * marks. The worth of a position is A + B·P + C/P in the currency it is settled in: spot B = q; linear contracts
 * A = basis, B = q·m; inverse ones A = basis, C = −q·m, basis being the value traded for what is open.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import { balanceIndex, positionIndex } from '../ledger/books.ts'
import type { Ledger } from '../ledger/ledger.ts'

export interface BookColumns {
  readonly universe: Universe
  /** Per currency. */
  readonly cash: Float64Array
  /** Per instrument, in its settle currency. */
  readonly constant: Float64Array
  readonly linear: Float64Array
  readonly reciprocal: Float64Array
  /** Per instrument: delta in quote currency, of P where linear, of 1 where inverse. */
  readonly delta: Float64Array
}

export function bookColumns({ scope, books }: Ledger, account: string): BookColumns {
  const { universe } = scope
  const n = universe.instruments.length
  const columns = {
    universe,
    cash: Float64Array.from(universe.currencies, (name) =>
      toNumber(books.balances[balanceIndex(scope, account, name)]!.amount),
    ),
    constant: new Float64Array(n),
    linear: new Float64Array(n),
    reciprocal: new Float64Array(n),
    delta: new Float64Array(n),
  }
  universe.instruments.forEach((instrument, j) => {
    const { quantity, basis } = books.positions[positionIndex(scope, account, instrument.id)]!
    if (quantity === ZERO) return
    const size = toNumber(quantity) * toNumber(instrument.multiplier)
    columns.delta[j] = size
    if (isReciprocal(instrument)) columns.reciprocal[j] = -size
    else columns.linear[j] = size
    if (instrument.kind !== 'spot') columns.constant[j] = toNumber(basis)
  })
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
