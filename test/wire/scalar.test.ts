import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Decimal, decimal, fromUnits, toText } from '../../src/core/base/decimal.ts'
import {
  nearest,
  readBase,
  readDuration,
  readFraction,
  readInstant,
  readMoney,
  readNumber,
} from '../../src/wire/scalar.ts'

const codeOf = (parsed: { ok: boolean; error?: { code: string } }): string => (parsed.ok ? 'read' : parsed.error!.code)

describe('what people write', () => {
  test('[BOOK-7] printing a decimal and reading it gives the decimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 41n), max: 10n ** 41n }), (units) => {
        const exact: Decimal = fromUnits(units)
        expect(readNumber(toText(exact), 'x', 'any')).toEqual({ ok: true, value: exact })
        const percent = fromUnits(units * 100n)
        const small = units < 10n ** 38n && -units < 10n ** 38n
        if (small) expect(readFraction(`${toText(percent)}%`, 'x', 'any')).toEqual({ ok: true, value: exact })
      }),
      { numRuns: 300, seed: 5 },
    )
  })

  test.each([
    ['25%', '0.25'],
    ['25 %', '0.25'],
    ['-1bp', '-0.0001'],
    ['2.5bps', '0.00025'],
    ['.1', '0.1'],
    ['1e-4', '0.0001'],
    ['10', '10'],
    ['0.0000000000000001%', '0.000000000000000001'],
  ])('[BOOK-7] the fraction %s is %s', (text, exact) => {
    expect(readFraction(text, 'x', 'any')).toEqual({ ok: true, value: decimal(exact) })
  })

  test.each([
    ['11', 'fraction.bare'],
    ['10.000001', 'fraction.bare'],
    ['-25', 'fraction.bare'],
    ['25%%', 'number.invalid'],
    ['%', 'number.invalid'],
    ['', 'number.invalid'],
    ['1/2', 'number.invalid'],
    ['25 pct', 'number.invalid'],
    ['0.00000000000000001%', 'number.places'],
    ['nan%', 'number.not-finite'],
    ['1e30', 'number.too-large'],
  ])('[BOOK-7] the fraction %j is %s', (text, code) => {
    expect(codeOf(readFraction(text, 'x', 'any'))).toBe(code)
  })

  test.each([
    ['5 USD', 'read'],
    ['-3200.5 USDT', 'read'],
    ['5', 'money.invalid'],
    ['USD 5', 'number.invalid'],
    ['5USD', 'money.invalid'],
    ['5 USD each', 'money.invalid'],
    ['0 USD', 'read'],
  ])('[BOOK-7] the amount %j is %s', (text, code) => {
    expect(codeOf(readMoney(text, 'x', 'any'))).toBe(code)
  })

  test('[BOOK-7] durations, times and base sizes', () => {
    expect(['90s', '1h', '1y', '5', '0h', ''].map((text) => codeOf(readDuration(text)))).toEqual([
      'read',
      'read',
      'read',
      'duration.invalid',
      'duration.invalid',
      'duration.invalid',
    ])
    expect(['2026-03-01', '2026-02-30', 'now'].map((text) => codeOf(readInstant(text)))).toEqual([
      'read',
      'instant.invalid',
      'instant.invalid',
    ])
    expect(readBase('0.5')).toEqual({ ok: true, value: { kind: 'quantity', quantity: decimal('0.5') } })
    expect(readBase('5%')).toEqual({ ok: true, value: { kind: 'weight', weight: { n: 1n, d: 20n } } })
    expect([codeOf(readBase('0')), codeOf(readBase('-5%'))]).toEqual(['base.not-positive', 'base.not-positive'])
  })

  test.each([
    ['tragets', ['cash', 'targets', 'trade'], 'targets'],
    ['entri', ['quantity', 'entry'], 'entry'],
    ['policyy', ['policy'], 'policy'],
    ['btc', ['ETH', 'BTC'], 'BTC'],
    ['SLO', ['SOL', 'BTC'], 'SOL'],
    ['zzz', ['cash', 'policy'], null],
    ['DOGE', ['BTC', 'ETH'], null],
  ])('[BOOK-8] %s most likely means %s', (name, candidates, meant) => {
    expect(nearest(name, candidates)).toBe(meant)
  })
})
