/**
 * What a run is compared with, on the same history and without any cost, as wealth that is 1 at the close of the first row:
 * - frictionless: back at the target at every row, W_t = W_{t−1}(1 + Σ w*_{t−1}·r_t);
 * - untouched: what was held before the first trades, left alone;
 * - boughtOnce: the first target, bought at the first close and left alone, 1 + Σ w*_0(P_t/P_0 − 1).
 * A delisted holding stays at its last price as money. None of them pays or receives funding.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import { ratioToNumber } from '../base/ratio.ts'
import type { Instrument } from '../domain/instrument.ts'
import { instrumentIndex } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import { marksAt, unitWorthNumber, worthByCurrency } from './book-worth.ts'
import type { PricePath } from './price-path.ts'
import type { RunRecord } from './run-record.ts'

export const BENCHMARKS = ['frictionless', 'untouched', 'boughtOnce'] as const
export type BenchmarkKind = (typeof BENCHMARKS)[number]

export function benchmarkWealth(record: RunRecord, path: PricePath): Readonly<Record<BenchmarkKind, Float64Array>> {
  const values = underlyingValues(record, path)
  return {
    frictionless: frictionless(record, values),
    untouched: untouched(record, path),
    boughtOnce: boughtOnce(record, values),
  }
}

function frictionless(record: RunRecord, value: Float64Array): Float64Array {
  const n = record.history.universe.underlyings.length
  const wealth = new Float64Array(record.to - record.from).fill(1)
  for (let row = 1; row < wealth.length; row++) {
    let gain = 0
    for (let u = 0; u < n; u++) {
      const weight = record.target[(row - 1) * n + u]!
      if (weight !== 0) gain += weight * (value[row * n + u]! / value[(row - 1) * n + u]! - 1)
    }
    wealth[row] = wealth[row - 1]! * (1 + gain)
  }
  return wealth
}

function boughtOnce(record: RunRecord, value: Float64Array): Float64Array {
  const n = record.history.universe.underlyings.length
  const wealth = new Float64Array(record.to - record.from).fill(1)
  for (let row = 1; row < wealth.length; row++)
    for (let u = 0; u < n; u++) {
      const weight = record.target[u]!
      if (weight !== 0) wealth[row]! += weight * (value[row * n + u]! / value[u]! - 1)
    }
  return wealth
}

function untouched({ start, history: { universe } }: RunRecord, path: PricePath): Float64Array {
  const { instruments, settleOf } = universe
  const marks = marksAt(path, 0)
  const base = worthByCurrency(start, universe, marks).map(ratioToNumber)
  const holdings = instruments.flatMap((instrument, j) =>
    start.quantity[j] === ZERO ? [] : [{ instrument, j, quantity: toNumber(start.quantity[j]!) }],
  )
  const worth = new Float64Array(path.to - path.from)
  for (let row = 0; row < worth.length; row++) {
    const held = [...base]
    for (const { instrument, j, quantity } of holdings) {
      const now = unitWorthNumber(instrument, path.price[row * instruments.length + j]!)
      held[settleOf[j]!]! += quantity * (now - unitWorthNumber(instrument, path.price[j]!))
    }
    held.forEach((amount, c) => {
      if (amount !== 0) worth[row]! += amount * path.rate[row * held.length + c]!
    })
  }
  const first = worth[0]!
  return worth.map((each) => each / first)
}

/**
 * rows × underlyings: the value of one unit in the numeraire, that of the instrument traded for it, else of spot, of a linear or
 * of an inverse contract. Chained where one takes over from another, so that only changes of one and the same count.
 */
function underlyingValues({ mandate, history }: RunRecord, path: PricePath): Float64Array {
  const { underlyings, instruments, instrumentsOf, currencies, quoteOf } = history.universe
  const n = underlyings.length
  const value = new Float64Array((path.to - path.from) * n).fill(Number.NaN)
  underlyings.forEach((name, u) => {
    const traded = mandate.tradeable[mandate.universe.underlyings.indexOf(name)] ?? []
    const ids = traded.map((index) => mandate.universe.instruments[index]!.id)
    const preferred = ids.map((id) => instrumentIndex(history.universe, id)).filter((j) => j >= 0)
    const others = instrumentsOf[u]!.filter((j) => !preferred.includes(j))
    const order = [...preferred, ...others.sort((a, b) => rankOf(instruments[a]!) - rankOf(instruments[b]!) || a - b)]
    const at = (row: number, j: number): number =>
      path.price[row * instruments.length + j]! * path.rate[row * currencies.length + quoteOf[j]!]!
    for (let row = 0; row < path.to - path.from; row++) {
      const before = row === 0 ? Number.NaN : value[(row - 1) * n + u]!
      const j = order.find((each) => at(row, each) > 0 && (Number.isNaN(before) || at(row - 1, each) > 0))
      if (j === undefined) value[row * n + u] = before
      else value[row * n + u] = Number.isNaN(before) ? at(row, j) : before * (at(row, j) / at(row - 1, j))
    }
  })
  return value
}

const rankOf = (instrument: Instrument): number => (instrument.kind === 'spot' ? 0 : isReciprocal(instrument) ? 2 : 1)
