import { describe, expect, test } from 'vitest'
import { decimal, ONE, toText } from '../../../src/core/base/decimal.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { rateMargin } from '../../../src/core/margin/rate-margin.ts'
import { absent, codesOf, inverse, messagesOf, perp, readJson, unwrap } from '../cost/reference.ts'

const margin = (instrument: Instrument, row: string): string => {
  const [quantity = '', price = '', rate = '', leverage] = row.split(' ')
  const terms = { rate: decimal(rate), leverage: leverage === undefined ? null : decimal(leverage) }
  const { amount, currency } = unwrap(
    rateMargin(instrument, { quantity: decimal(quantity), price: decimal(price) }, terms),
  )
  return `${toText(amount)} ${currency}`
}

interface Row {
  readonly notional: string
  readonly leverage: string
  readonly margin_rate: string
  readonly standard: string
  readonly leveraged: string
}
const rows: readonly Row[] = absent
  ? []
  : readJson<{ margin_models: readonly Row[] }>('engines/nautilus_position_accounting.json').margin_models

describe('margin by one rate', () => {
  test.skipIf(absent)('[MARGIN-1] the published models, plain and divided by leverage', () => {
    expect(rows.length).toBeGreaterThan(0)
    for (const { notional, leverage, margin_rate, standard, leveraged } of rows) {
      expect(margin(perp(), `1 ${notional} ${margin_rate}`)).toBe(`${toText(decimal(standard))} USDT`)
      expect(margin(perp(), `1 ${notional} ${margin_rate} ${leverage}`)).toBe(`${toText(decimal(leveraged))} USDT`)
    }
  })

  test('[MARGIN-1] both sides alike, inverse contracts in coin, rounded up once', () => {
    expect(margin(perp(), '-2 100 0.03')).toBe('6 USDT')
    expect(margin(inverse(), '100 40000 0.01')).toBe('0.0025 BTC')
    expect(margin(inverse({ multiplier: ONE }), '-1 3 0.01')).toBe('0.003333333333333334 BTC')
    expect(margin(perp(), '0 100 0.03')).toBe('0 USDT')
  })

  test('[MARGIN-2] a price, rate or leverage that cannot be is refused, all at once', () => {
    const refused = rateMargin(
      perp(),
      { quantity: ONE, price: decimal('0') },
      { rate: decimal('-0.1'), leverage: decimal('0') },
    )
    expect(codesOf(refused)).toEqual(['margin.range', 'margin.range', 'margin.range'])
    expect(messagesOf(refused)).toEqual([
      'BTC-PERP: price must be above 0, was 0',
      'BTC-PERP: rate must be 0 or more, was -0.1',
      'BTC-PERP: leverage must be above 0, was 0',
    ])
  })
})
