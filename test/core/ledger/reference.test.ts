/** Position accounting as published: linear and inverse contracts, and spot whose fees are paid in the coin. */
import { describe, expect, test } from 'vitest'
import { type Decimal, decimal, ONE, toText } from '../../../src/core/base/decimal.ts'
import {
  type Ratio,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioToDecimal,
  ratioToNumber,
} from '../../../src/core/base/ratio.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { tradeValue } from '../../../src/core/domain/valuation.ts'
import { type Ledger, openLedger } from '../../../src/core/ledger/ledger.ts'
import type { PositionLine } from '../../../src/core/ledger/statement.ts'
import { openProfits, positionLines } from '../../../src/core/ledger/statement.ts'
import { absent, inverse, perp, readJson, relativeGap, spot, unwrap } from '../cost/reference.ts'
import { type Draft, folding } from './events.ts'

interface Fill {
  readonly side: 'buy' | 'sell'
  readonly qty: string
  readonly px: string
  readonly commission?: string
  readonly fee?: string
  readonly fee_ccy?: 'base' | 'quote'
}
type Expected = Readonly<Record<string, string | undefined>>
interface LinearCase {
  readonly case: string
  readonly fills?: readonly Fill[]
  readonly steps?: readonly ({ readonly fill: Fill } & Expected)[]
  readonly mark?: string
  readonly expect?: Expected
}
interface InverseCase {
  readonly case: string
  readonly side: 'buy' | 'sell'
  readonly contracts: string
  readonly entry: string
  readonly mark: string
  readonly unrealized: string
  readonly notional?: string
  readonly fee_rate?: string
  readonly realized?: string
}
interface SpotCase {
  readonly case: string
  readonly fills: readonly Fill[]
  readonly expect_qty?: string
  readonly expect_qty_after?: readonly string[]
  readonly expect_realized?: string
  readonly tolerance?: string
}
interface Reference {
  readonly linear: readonly LinearCase[]
  readonly inverse: readonly InverseCase[]
  readonly spot_base_commission: readonly SpotCase[]
}

const FILE = 'engines/nautilus_position_accounting.json'
const reference: Reference = absent ? { linear: [], inverse: [], spot_base_commission: [] } : readJson<Reference>(FILE)

const openWith = (instrument: Instrument): Ledger =>
  openLedger(makeUniverse({ numeraire: 'USDT', instruments: [instrument] }), ['main'])
const next = (ledger: Ledger, draft: Draft): Ledger => unwrap(folding(ledger, draft))
const lineOf = (ledger: Ledger): PositionLine => positionLines(ledger)[0]!

/** Sources print money to the places of its currency, or exactly with the zeros cut. */
function expectMoney(actual: Ratio, expected: string): void {
  const places = expected.split('.')[1]?.length ?? 0
  const gap = Math.abs(ratioToNumber(actual) - Number(expected))
  expect(gap, `${ratioToNumber(actual)} for ${expected}`).toBeLessThanOrEqual(
    0.5000001 * 10 ** -(places < 2 ? 8 : places),
  )
}
/** Average prices were float64. */
const expectPrice = (actual: Ratio, expected: string): void =>
  expect(relativeGap(ratioToNumber(actual), Number(expected))).toBeLessThan(1e-14)

function expectLine(ledger: Ledger, expected: Expected, mark: string | undefined): void {
  const { position, instrument, entry, realised } = lineOf(ledger)
  const marks = new Map(mark === undefined ? [] : [[instrument.id, decimal(mark)]])
  const open = (): Ratio => {
    const profits = unwrap(openProfits(ledger, marks))
    return profits[0]?.profit ?? ratioOf(decimal('0'))
  }
  const { closed } = position
  const check: Readonly<Record<string, (text: string) => void>> = {
    qty: (text) => expect(position.quantity).toBe(decimal(text)),
    avg: (text) => expectPrice(entry!, text),
    avg_open: (text) => expectPrice(entry ?? closed!.entry!, text),
    avg_close: (text) => expectPrice(ratioDivide(ratioOf(closed!.value), ratioOf(closed!.quantity)), text),
    realized: (text) => expectMoney(ratioOf(realised), text),
    unrealized: (text) => expectMoney(open(), text),
    total: (text) => expectMoney(ratioOf((realised + ratioToDecimal(open(), 'floor')) as Decimal), text),
    notional: (text) => {
      const value = tradeValue(instrument, position.quantity, decimal(mark!))
      expectMoney({ n: value.n < 0n ? -value.n : value.n, d: value.d }, text)
    },
  }
  for (const [name, text] of Object.entries(expected)) {
    if (text === undefined) continue
    expect(Object.keys(check)).toContain(name)
    check[name]!(text)
  }
}

const fillOf = (instrument: Instrument, { side, qty, px, commission, fee, fee_ccy }: Fill): Draft => ({
  kind: 'filled',
  account: 'main',
  instrument: instrument.id,
  side,
  quantity: decimal(qty),
  price: decimal(px),
  fees: [
    {
      amount: decimal(commission ?? fee ?? '0'),
      currency: fee_ccy === 'base' ? instrument.underlying : instrument.settle,
    },
  ],
  order: null,
})

describe.skipIf(absent)('published position accounting', () => {
  test('[LEDGER-1] the file has rows of every kind', () => {
    for (const rows of [reference.linear, reference.inverse, reference.spot_base_commission])
      expect(rows.length).toBeGreaterThan(0)
  })

  test.each(
    reference.linear.flatMap((row) => [perp(), spot()].map((each) => [row.case, each.kind, row, each] as const)),
  )('[LEDGER-1] linear %s, as %s', (_, __, row, instrument) => {
    let ledger = openWith(instrument)
    for (const fill of row.fills ?? []) ledger = next(ledger, fillOf(instrument, fill))
    for (const { fill, ...expected } of row.steps ?? []) {
      ledger = next(ledger, fillOf(instrument, fill))
      expectLine(ledger, expected as Expected, row.mark)
    }
    if (row.expect !== undefined) expectLine(ledger, row.expect, row.mark)
  })

  test.each(reference.inverse.map((row) => [row.case, row] as const))('[LEDGER-1] inverse %s', (_, row) => {
    const instrument = inverse({ multiplier: ONE })
    const traded = ratioDivide(ratioOf(decimal(row.contracts)), ratioOf(decimal(row.entry)))
    const fee = ratioMultiply(traded, ratioOf(decimal(row.fee_rate ?? '0')))
    const commission = toText(ratioToDecimal(fee, 'ceiling'))
    const fill = fillOf(instrument, { side: row.side, qty: row.contracts, px: row.entry, commission })
    const { unrealized, notional, realized } = row
    expectLine(next(openWith(instrument), fill), { unrealized, notional, realized, avg: row.entry }, row.mark)
  })

  test.each(reference.spot_base_commission.map((row) => [row.case, row] as const))('[LEDGER-1] spot, %s', (_, row) => {
    const instrument = spot()
    let ledger = openWith(instrument)
    row.fills.forEach((fill, index) => {
      ledger = next(ledger, fillOf(instrument, fill))
      const after = row.expect_qty_after?.[index]
      if (after !== undefined) expect(lineOf(ledger).position.quantity).toBe(decimal(after))
    })
    if (row.expect_qty !== undefined) expect(lineOf(ledger).position.quantity).toBe(decimal(row.expect_qty))
    if (row.expect_realized === undefined) return
    const gap = Math.abs(ratioToNumber(ratioOf(lineOf(ledger).realised)) - Number(row.expect_realized))
    expect(gap).toBeLessThanOrEqual(Number(row.tolerance ?? 1e-8))
  })
})
