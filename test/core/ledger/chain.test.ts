import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { sha256OfBytes } from '../../../src/core/base/hash.ts'
import { type ChainLink, chain, GENESIS, verifyChain } from '../../../src/core/ledger/chain.ts'
import { unwrap } from '../cost/reference.ts'
import { cash, type Draft, fill, numbered } from './events.ts'

const deposit = (amount: string): Draft => ({
  kind: 'deposited',
  account: 'main',
  asset: cash('USDT'),
  amount: decimal(amount),
  price: null,
})
function linked(drafts: readonly Draft[]): ChainLink[] {
  let hash = GENESIS
  return numbered(drafts).map((event) => {
    hash = chain(hash, event)
    return { event, hash }
  })
}
const journal = linked([
  deposit('100'),
  fill('BTC-PERP', 'buy 1 at 100'),
  deposit('5'),
  fill('BTC-PERP', 'sell 1 at 101'),
])
const refusedAt = (links: readonly ChainLink[]): string => {
  const verified = verifyChain(links)
  return verified.ok ? 'holds' : verified.error.map(({ code, path }) => `${code} ${path}`).join()
}

describe('hash chain', () => {
  test('[LEDGER-22] a journal that was written holds, from the start and from any link on', () => {
    expect(unwrap(verifyChain(journal))).toBe(journal[3]!.hash)
    expect(unwrap(verifyChain(journal.slice(2), journal[1]!.hash))).toBe(journal[3]!.hash)
    expect(unwrap(verifyChain([]))).toBe(GENESIS)
  })

  test('[LEDGER-22] a link is the SHA-256 of the canonical bytes of the hash before it and the event', () => {
    const text = (value: string): number[] => [0, 0, 0, value.length, ...new TextEncoder().encode(value)]
    const string = (value: string): number[] => [0x73, ...text(value)]
    const number = (value: number): number[] => {
      const bytes = new Uint8Array(9)
      bytes[0] = 0x6e
      new DataView(bytes.buffer).setFloat64(1, value)
      return [...bytes]
    }
    const event = numbered([{ kind: 'corrected', account: 'main', reverses: 1, reason: 'busted' }])[0]!
    const fields: readonly (readonly [string, number[]])[] = [
      ['account', string('main')],
      ['at', number(event.at)],
      ['id', string('id-1')],
      ['kind', string('corrected')],
      ['reason', string('busted')],
      ['reverses', number(1)],
      ['seq', number(1)],
    ]
    const object = [0x6f, 0, 0, 0, fields.length, ...fields.flatMap(([key, value]) => [...text(key), ...value])]
    const bytes = Uint8Array.from([0x61, 0, 0, 0, 2, ...string(GENESIS), ...object])
    expect(chain(GENESIS, event)).toBe(sha256OfBytes(bytes))
  })

  test.each<[string, (links: ChainLink[]) => ChainLink[], string]>([
    [
      'changed',
      (links) => links.with(1, { ...links[1]!, event: { ...links[1]!.event, at: 1 } }),
      'ledger.chain ledger.2',
    ],
    ['left out', (links) => links.toSpliced(1, 1), 'ledger.chain ledger.3'],
    ['doubled', (links) => links.toSpliced(1, 0, links[1]!), 'ledger.chain ledger.2'],
    ['moved', (links) => [links[0]!, links[2]!, links[1]!, links[3]!], 'ledger.chain ledger.3'],
    ['added', (links) => links.toSpliced(2, 0, linked([deposit('1')])[0]!), 'ledger.chain ledger.1'],
    ['given another hash', (links) => links.with(3, { ...links[3]!, hash: GENESIS }), 'ledger.chain ledger.4'],
  ])('[LEDGER-22] where an event is %s the first broken link is named', (_, change, expected) => {
    expect(refusedAt(change(journal))).toBe(expected)
  })

  test('[LEDGER-22] any change of any field of any event breaks its link', () => {
    const fields = journal.flatMap(({ event }, index) => Object.keys(event).map((key) => [index, key] as const))
    fc.assert(
      fc.property(fc.constantFrom(...fields), ([index, key]) => {
        const changed = { ...journal[index]!.event, [key]: 'something else' } as unknown as ChainLink['event']
        const verified = verifyChain(journal.with(index, { ...journal[index]!, event: changed }))
        expect(verified.ok).toBe(false)
      }),
      { seed: 22, numRuns: 100 },
    )
  })
})
