import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal } from '../../src/core/base/decimal.ts'
import { hashOf } from '../../src/core/base/hash.ts'
import type { LedgerEvent } from '../../src/core/ledger/ledger-event.ts'
import { decodeLedgerEvent, encodeLedgerEvent } from '../../src/wire/ledger-codec.ts'
import { fill, numbered } from '../core/ledger/events.ts'
import { histories } from '../core/ledger/histories.ts'

const correction: LedgerEvent = {
  kind: 'corrected',
  seq: 2,
  at: 0,
  account: 'main',
  id: 'c-1',
  reverses: 1,
  reason: 'busted by the venue',
}
const filled = numbered([fill('BTC-PERP', 'buy 1.50 at 100 fee -0.01 USDT')])[0]!

describe('ledger events as JSON', () => {
  test('[LEDGER-23] every kind of event survives encoding, and so does its hash', () => {
    fc.assert(
      fc.property(histories, (drafts) => {
        for (const event of [...numbered(drafts), correction]) {
          const decoded = decodeLedgerEvent(encodeLedgerEvent(event))
          expect(decoded.ok && decoded.value).toStrictEqual(event)
          expect(decoded.ok && hashOf(decoded.value)).toBe(hashOf(event))
        }
      }),
      { seed: 23, numRuns: 100 },
    )
  })

  test('[LEDGER-23] amounts are exact text, keys in one order', () => {
    expect(encodeLedgerEvent(filled)).toBe(
      '{"account":"main","at":1772323201000,"fees":[{"amount":"-0.01","currency":"USDT"}],"id":"id-1","instrument":"BTC-PERP",' +
        '"kind":"filled","order":null,"price":"100","quantity":"1.5","seq":1,"side":"buy"}',
    )
  })

  test.each<[string, (text: string) => string, string]>([
    ['no JSON', (it) => it.slice(1), 'json.syntax '],
    ['an amount as a number', (it) => it.replace('"1.5"', '1.5'), 'json.value quantity'],
    ['an unknown kind', (it) => it.replace('"filled"', '"spilled"'), 'json.value kind'],
    ['a missing price', (it) => it.replace('"price":"100",', ''), 'json.value price'],
    ['a further key', (it) => it.replace('"id"', '"note":"x","id"'), 'json.value '],
    ['a seq of 0', (it) => it.replace('"seq":1', '"seq":0'), 'json.value seq'],
  ])('[LEDGER-23] %s is refused by place', (_, change, expected) => {
    const text = change(encodeLedgerEvent(filled))
    expect(text).not.toBe(encodeLedgerEvent(filled))
    const decoded = decodeLedgerEvent(text)
    expect(decoded.ok ? [] : decoded.error.map(({ code, path }) => `${code} ${path}`)).toEqual([expected])
  })

  test('[LEDGER-23] an amount with more places than a decimal has is refused, not rounded', () => {
    const decoded = decodeLedgerEvent(encodeLedgerEvent(filled).replace('"1.5"', '"1.5000000000000000001"'))
    expect(decoded.ok).toBe(false)
    expect(decimal('1.500000000000000001')).not.toBe(decimal('1.5'))
  })
})
