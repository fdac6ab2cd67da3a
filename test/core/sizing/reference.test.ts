/** Published sizes of whole orders, which lie beside the project and never in it. */
import { describe, expect, test } from 'vitest'
import { add, type Decimal, decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import type { PlanInputs, SizePlan } from '../../../src/core/sizing/plan-types.ts'
import { absent, readJson } from '../cost/reference.ts'
import { makeInputs } from './book.ts'

const planned = (inputs: PlanInputs): SizePlan => {
  const result = plan(inputs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

interface CashRow {
  readonly case: string
  readonly cash: Readonly<Record<string, string>>
  readonly price?: string
  readonly price_eur?: string
  readonly target_value?: string
  readonly target_value_eur?: string
  readonly reserved?: string
  readonly fee_rate?: string
  readonly flat_fee?: string
  readonly expected: string
}

/** The row as a book in its own quote currency: what is wanted, and what there is to pay for it. */
function cashBook(row: CashRow) {
  const price = row.price ?? row.price_eur!
  const money = row.cash.EUR !== undefined && row.cash.USD === undefined ? row.cash.EUR : (row.cash.USD ?? '0')
  const held = row.cash.BTC ?? '0'
  const wanted = toNumber(decimal(row.target_value ?? row.target_value_eur!))
  const equity = Number(money) + Number(held) * Number(price)
  const reserved = Number(row.reserved ?? '0')
  const fee = row.fee_rate ?? '0.008'
  const inputs = makeInputs({
    spot: { COIN: { price, lot: '0.00000001', fee, spread: '0' } },
    cash: { USD: money },
    held: { COIN: held },
    // What rests is on its way: the target counts it.
    targets: { COIN: String((wanted + reserved) / equity) },
    vols: { COIN: 0.6 },
    policy: { kind: 'full' },
    orders: row.reserved === undefined ? [] : [restingBuy(reserved, { price, fee })],
    costs: {
      execution: [{ makerShare: { n: 0n, d: 1n }, fixed: decimal(row.flat_fee ?? '0') }],
      metaorders: [NO_METAORDER],
    },
  })
  return {
    inputs,
    gap: wanted - Number(held) * Number(price),
    free: Number(money) - reserved,
    fee: Number(fee),
    price: Number(price),
  }
}

/** A buy that, its fee included, takes the amount reserved. */
const restingBuy = (reserved: number, { price, fee }: { price: string; fee: string }) => ({
  id: 'resting',
  on: 'COIN',
  side: 'buy' as const,
  quantity: decimal((reserved / Number(price) / (1 + Number(fee))).toFixed(18)),
  price: decimal(price) as Decimal | null,
  reduceOnly: false,
  replaced: false,
})

describe.skipIf(absent)('published sizes of a spot account', () => {
  const rows = (): readonly CashRow[] =>
    readJson<{ rows: readonly CashRow[] }>('engines/lean_spot_cash_sizing.json').rows

  test('[PEER-37] a buy of all the money there is leaves room for its fee, to the last lot', () => {
    let spent = 0
    for (const row of rows()) {
      const { inputs, gap, free, fee, price } = cashBook(row)
      const size = planned(inputs).legs.reduce((sum, { quantity }) => add(sum, quantity), decimal('0'))
      if (gap < 0 || gap * (1 + fee) < free - 1e-9) {
        // There is money enough. Here a target is a weight: what is traded is exactly the gap, and the fee is paid beside
        // it; the published rows take the fee out of the amount, out of what a sale is to be as well.
        const exact = Math.floor((Math.abs(gap) / price) * 1e8 + 1e-6) / 1e8
        expect([row.case, Math.abs(toNumber(size)).toFixed(8)]).toEqual([row.case, exact.toFixed(8)])
        continue
      }
      spent++
      // The row that wants ten times the money gets what the money pays for.
      const expected = gap > free * 2 ? (free / price / (1 + fee)).toFixed(9).slice(0, -1) : row.expected
      expect([row.case, toText(size)]).toEqual([row.case, expected])
    }
    expect(spent).toBeGreaterThanOrEqual(10)
  })
})

interface OrderRow {
  readonly existing: Readonly<Record<string, string>>
  readonly targets: Readonly<Record<string, string>>
  readonly is_delta?: boolean
  readonly expected: readonly string[]
}

describe.skipIf(absent)('published order of orders', () => {
  test('[PEER-38] what reduces goes first, then the largest; equals go by name; less than a lot is not sent', () => {
    const { rows } = readJson<{ rows: readonly OrderRow[] }>('engines/lean_target_ordering.json')
    expect(rows).toHaveLength(11)
    for (const { existing, targets, is_delta, expected } of rows) {
      const held = (name: string): number => Number(existing[name] ?? '0')
      const end = (name: string): number => Number(targets[name] ?? '0') + (is_delta === true ? held(name) : 0)
      const names = ['AAPL', 'SPY'].filter((name) => existing[name] !== undefined || targets[name] !== undefined)
      const cash = 1000 - names.reduce((sum, name) => sum + held(name), 0)
      const { legs } = planned(
        makeInputs({
          spot: Object.fromEntries(
            names.map((name) => [name, { price: '1', lot: '1', fee: '0', spread: '0', short: true }]),
          ),
          cash: { USD: String(cash) },
          held: Object.fromEntries(names.map((name) => [name, String(held(name))])),
          targets: Object.fromEntries(names.map((name) => [name, String(end(name) / 1000)])),
          vols: Object.fromEntries(names.map((name) => [name, 0.3])),
          policy: { kind: 'full' },
        }),
      )
      const sizes = names.map((name) => Math.trunc(end(name) - held(name)))
      // Where two orders are of one size the published order is that of the input.
      const tied = sizes.length === 2 && sizes[0] === sizes[1]
      expect(legs.map(({ instrument }) => instrument)).toEqual(tied ? [...expected].sort() : expected)
    }
  })
})
