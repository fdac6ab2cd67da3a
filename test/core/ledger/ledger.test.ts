import { describe, expect, test } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { hashOf } from '../../../src/core/base/hash.ts'
import { ratioToDecimal } from '../../../src/core/base/ratio.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { unrealised } from '../../../src/core/domain/valuation.ts'
import { foldEvents, foldLedger, ledgerEvents, openLedger } from '../../../src/core/ledger/ledger.ts'
import { balanceLines, feesByCurrency, openProfits, portfolioOf } from '../../../src/core/ledger/statement.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { codesOf, inverse, perp, unwrap } from '../cost/reference.ts'
import { goldenOne } from '../sizing/book.ts'
import {
  balanceOf,
  cash,
  coin,
  type Draft,
  fill,
  folded,
  folding,
  money,
  numbered,
  open,
  option,
  positionOf,
  row,
  UNIVERSE,
} from './events.ts'

/** Row after each fill. */
const story = (instrument: string, fills: readonly string[]): string[] =>
  fills.map((_, index) => row(folded(fills.slice(0, index + 1).map((text) => fill(instrument, text))), instrument))

describe('positions', () => {
  test('[LEDGER-2] average cost: adding moves the entry, reducing does not, a fill through zero opens again at its own price', () => {
    expect(
      story('BTC-PERP', [
        'buy 2 at 100', //    open
        'buy 1 at 130', //    add
        'sell 1 at 140', //   reduce
        'sell 4 at 100', //   flip
        'sell 1 at 110', //   add to the short
        'buy 2 at 101', //    reduce it
        'buy 1 at 90', //     flat
        'sell 1 at 95', //    open again
      ]),
    ).toEqual([
      '2 @ 100 realised 0',
      '3 @ 110 realised 0',
      '2 @ 110 realised 30',
      '-2 @ 100 realised 10',
      '-3 @ 103.333333333333333333 realised 10',
      '-1 @ 103.333333333333333334 realised 14.666666666666666666',
      '0 @ - realised 28',
      '-1 @ 95 realised 28',
    ])
  })

  test('[LEDGER-3] inverse contracts realise contracts·m·(1/open − 1/close) in coin; their entry is the harmonic mean', () => {
    expect(
      story('BTC-COIN', [
        'buy 100 at 40000', //  0.25 BTC
        'buy 100 at 50000', //  0.2 BTC
        'sell 50 at 40000', //  gives 0.1125, takes 0.125
        'sell 250 at 62500', // closes 150: 0.3375 − 0.24, opens −100
      ]),
    ).toEqual([
      '100 @ 40000 realised 0',
      '200 @ 44444.444444444444444444 realised 0',
      '150 @ 44444.444444444444444444 realised -0.0125',
      '-100 @ 62500 realised 0.085',
    ])
    const ledger = folded([fill('BTC-COIN', 'buy 100 at 40000'), fill('BTC-COIN', 'sell 100 at 50000')])
    expect([balanceOf(ledger, 'BTC'), balanceOf(ledger, 'USD')]).toEqual(['0.05', '0'])
  })

  test('[LEDGER-4] spot and premium are paid for, contracts move only their profit', () => {
    const bought = ['BTC-USDT', 'BTC-CALL', 'BTC-PERP', 'BTC-MAR'].map((id) =>
      balanceOf(folded([fill(id, 'buy 2 at 100')]), 'USDT'),
    )
    expect(bought).toEqual(['-200', '-200', '0', '0'])
    const closed = ['BTC-USDT', 'BTC-CALL', 'BTC-PERP', 'BTC-MAR'].map((id) =>
      balanceOf(folded([fill(id, 'buy 2 at 100'), fill(id, 'sell 2 at 103')]), 'USDT'),
    )
    expect(closed).toEqual(['6', '6', '6', '6'])
  })

  test('[LEDGER-4] the multiplier scales value and profit, not the entry', () => {
    const universe = makeUniverse({ numeraire: 'USDT', instruments: [perp({ multiplier: decimal('0.001') })] })
    const ledger = folded([fill('BTC-PERP', 'buy 2000 at 100'), fill('BTC-PERP', 'sell 1000 at 103')], universe)
    expect(row(ledger, 'BTC-PERP')).toBe('1000 @ 100 realised 3')
  })
})

describe('fees', () => {
  test('[LEDGER-5] a fee leaves the balance of its currency and is remembered by its instrument; a rebate comes in', () => {
    const ledger = folded([
      fill('BTC-PERP', 'buy 1 at 100 fee 0.1 USDT'),
      fill('BTC-PERP', 'buy 1 at 100 fee 0.002 BNB'),
      fill('BTC-PERP', 'sell 1 at 100 fee -0.03 USDT'),
    ])
    expect(['USDT', 'BNB'].map((currency) => balanceOf(ledger, currency))).toEqual(['-0.07', '-0.002'])
    expect(positionOf(ledger, 'BTC-PERP').fees).toEqual([money('0.002 BNB'), money('0.07 USDT')])
    expect(row(ledger, 'BTC-PERP')).toBe('1 @ 100 realised -0.07')
    expect(feesByCurrency(ledger)).toEqual([money('0.002 BNB'), money('0.07 USDT')])
  })

  test('[LEDGER-6] a fee in the coin of spot comes out of what is held, at the price of its fill', () => {
    const ledger = folded([
      fill('BTC-USDT', 'buy 1 at 2000 fee 0.001 BTC'),
      fill('BTC-USDT', 'sell 0.999 at 2100 fee 2 USDT'),
    ])
    expect(row(ledger, 'BTC-USDT')).toBe('0 @ - realised 97.9')
    // 97.9 less the coin that was paid away, which cost 2.
    expect(balanceOf(ledger, 'USDT')).toBe('95.9')
    expect(toText(positionOf(ledger, 'BTC-USDT').offCash)).toBe('2')
    expect(balanceOf(ledger, 'BTC')).toBe('0')
    expect(feesByCurrency(ledger)).toEqual([money('0.001 BTC'), money('2 USDT')])
  })

  test('[LEDGER-6] on a sale it can turn the position short, and a rebate in coin adds to it', () => {
    const oversold = [
      fill('BTC-USDT', 'buy 1 at 50000 fee 0.001 BTC'),
      fill('BTC-USDT', 'sell 0.999 at 50100 fee 0.000999 BTC'),
    ]
    expect(row(folded(oversold), 'BTC-USDT')).toBe('-0.000999 @ 50100 realised 99.9')
    expect(row(folded([fill('BTC-USDT', 'buy 1 at 100 fee -0.01 BTC')]), 'BTC-USDT')).toBe('1.01 @ 100 realised 0')
  })
})

describe('what happens to contracts', () => {
  const held = [fill('BTC-PERP', 'buy 2 at 100'), fill('BTC-MAR', 'sell 3 at 100')]

  test('[LEDGER-7] funding is paid in the settle currency and kept apart from profit', () => {
    const ledger = folded([...held, { kind: 'funded', account: 'main', instrument: 'BTC-PERP', paid: decimal('0.4') }])
    expect([
      balanceOf(ledger, 'USDT'),
      toText(positionOf(ledger, 'BTC-PERP').funding),
      row(ledger, 'BTC-PERP'),
    ]).toEqual(['-0.4', '0.4', '2 @ 100 realised 0'])
  })

  test('[LEDGER-7] settlement pays out the profit and goes on from its price', () => {
    const settle = (price: string): Draft => ({
      kind: 'settled',
      account: 'main',
      instrument: 'BTC-MAR',
      price: decimal(price),
    })
    const ledger = folded([...held, settle('90'), settle('95')])
    expect([row(ledger, 'BTC-MAR'), balanceOf(ledger, 'USDT')]).toEqual(['-3 @ 95 realised 15', '15'])
    const flat = folded([settle('90')])
    expect(flat.books).toEqual(open().books)
  })

  test('[LEDGER-7] expiry closes at the final price, and nothing trades after it', () => {
    const expire: Draft = {
      kind: 'expired',
      account: 'main',
      instrument: 'BTC-MAR',
      price: decimal('90'),
      fees: [money('0.1 USDT')],
    }
    const ledger = folded([...held, expire])
    expect([row(ledger, 'BTC-MAR'), balanceOf(ledger, 'USDT')]).toEqual(['0 @ - realised 29.9', '29.9'])
    for (const late of [fill('BTC-MAR', 'buy 1 at 100'), expire])
      expect(codesOf(folding(ledger, late))).toEqual(['ledger.expired'])
    expect(folding(ledger, fill('BTC-MAR', 'buy 1 at 100', 'cold')).ok).toBe(true)
  })

  test('[LEDGER-7] a perp that is delisted ends at its last price', () => {
    const ledger = folded([
      ...held,
      { kind: 'expired', account: 'main', instrument: 'BTC-PERP', price: decimal('101'), fees: [] },
    ])
    expect([row(ledger, 'BTC-PERP'), balanceOf(ledger, 'USDT')]).toEqual(['0 @ - realised 2', '2'])
    expect(codesOf(folding(ledger, fill('BTC-PERP', 'buy 1 at 100')))).toEqual(['ledger.expired'])
    const late: Draft = { kind: 'funded', account: 'main', instrument: 'BTC-PERP', paid: decimal('0.5') }
    expect(balanceOf(unwrap(folding(ledger, late)), 'USDT')).toBe('1.5')
  })

  test('[LEDGER-7] a worthless option loses its premium', () => {
    const ledger = folded([
      fill('BTC-CALL', 'buy 2 at 30'),
      { kind: 'expired', account: 'main', instrument: 'BTC-CALL', price: decimal('0'), fees: [] },
    ])
    expect([row(ledger, 'BTC-CALL'), balanceOf(ledger, 'USDT')]).toEqual(['0 @ - realised -60', '-60'])
  })

  test('[LEDGER-8] profit that a statement books without fills leaves the position as it is', () => {
    const ledger = folded([
      ...held,
      { kind: 'booked', account: 'main', instrument: 'BTC-PERP', profit: decimal('7'), fees: [money('0.5 USDT')] },
    ])
    expect([row(ledger, 'BTC-PERP'), balanceOf(ledger, 'USDT')]).toEqual(['2 @ 100 realised 6.5', '6.5'])
  })
})

describe('what comes and goes', () => {
  const both = (drafts: readonly Draft[], currency: string): string[] => {
    const ledger = folded(drafts)
    return ['main', 'cold'].map((account) => balanceOf(ledger, currency, account))
  }
  const deposit: Draft = {
    kind: 'deposited',
    account: 'main',
    asset: cash('USDT'),
    amount: decimal('100'),
    price: null,
  }
  const arrive: Draft = {
    kind: 'deposited',
    account: 'main',
    asset: coin('BTC-USDT'),
    amount: decimal('2'),
    price: decimal('50'),
  }

  test('[LEDGER-9] money is deposited, withdrawn with a fee, transferred, converted and charged', () => {
    const drafts: readonly Draft[] = [
      deposit,
      { kind: 'withdrawn', account: 'main', asset: cash('USDT'), amount: decimal('10'), fee: decimal('0.5') },
      { kind: 'transferred', account: 'main', to: 'cold', asset: cash('USDT'), amount: decimal('20') },
      { kind: 'charged', account: 'main', currency: 'USDT', paid: decimal('0.25'), reason: 'interest' },
      {
        kind: 'converted',
        account: 'main',
        sold: money('60 USDT'),
        bought: money('0.1 BNB'),
        fees: [money('0.0001 BNB')],
      },
    ]
    expect(both(drafts, 'USDT')).toEqual(['9.25', '20'])
    expect(both(drafts, 'BNB')).toEqual(['0.0999', '0'])
    expect(feesByCurrency(folded(drafts))).toEqual([money('0.0001 BNB'), money('0.5 USDT')])
    const changes = balanceLines(folded(drafts)).map(({ account, currency, balance }) => [
      `${account} ${currency}`,
      ...Object.entries(balance.changes).flatMap(([cause, change]) =>
        change === 0n ? [] : [`${cause} ${toText(change)}`],
      ),
    ])
    expect(changes).toEqual([
      ['cold USDT', 'transferred 20'],
      ['main BNB', 'fees -0.0001', 'converted 0.1'],
      ['main USDT', 'fees -0.5', 'deposited 100', 'withdrawn -10', 'transferred -20', 'converted -60', 'charged -0.25'],
    ])
  })

  test('[LEDGER-9] spot arrives at a stated cost, and leaves at its average cost without profit', () => {
    const drafts: readonly Draft[] = [
      arrive,
      fill('BTC-USDT', 'buy 2 at 70'),
      { kind: 'withdrawn', account: 'main', asset: coin('BTC-USDT'), amount: decimal('0.9'), fee: decimal('0.1') },
      { kind: 'transferred', account: 'main', to: 'cold', asset: coin('BTC-USDT'), amount: decimal('1') },
      fill('BTC-USDT', 'sell 1 at 80', 'cold'),
    ]
    const ledger = folded(drafts)
    expect([row(ledger, 'BTC-USDT'), row(ledger, 'BTC-USDT', 'cold')]).toEqual([
      '2 @ 60 realised 0',
      '0 @ - realised 20',
    ])
    expect([balanceOf(ledger, 'USDT'), balanceOf(ledger, 'USDT', 'cold')]).toEqual(['-140', '80'])
    expect(feesByCurrency(ledger)).toEqual([money('0.1 BTC')])
    // 2 arrived at 50, 2 left at 60, 1 of them to the other account.
    expect(
      [positionOf(ledger, 'BTC-USDT'), positionOf(ledger, 'BTC-USDT', 'cold')].map(({ offCash }) => toText(offCash)),
    ).toEqual(['20', '-60'])
  })

  test('[LEDGER-9] more than is held cannot leave', () => {
    const ledger = folded([arrive])
    for (const draft of [
      { kind: 'withdrawn', account: 'main', asset: coin('BTC-USDT'), amount: decimal('2'), fee: decimal('0.1') },
      { kind: 'transferred', account: 'main', to: 'cold', asset: coin('BTC-USDT'), amount: decimal('2.1') },
      { kind: 'transferred', account: 'cold', to: 'main', asset: coin('BTC-USDT'), amount: decimal('1') },
    ] as const)
      expect(codesOf(folding(ledger, draft))).toEqual(['ledger.not-held'])
  })

  test('[LEDGER-10] reconciled differences change what is held and what a balance is, and no profit is made up', () => {
    const ledger = folded([
      fill('BTC-PERP', 'buy 2 at 100'),
      {
        kind: 'positionReconciled',
        account: 'main',
        instrument: 'BTC-PERP',
        difference: decimal('-3'),
        price: decimal('110'),
      },
      { kind: 'balanceReconciled', account: 'main', currency: 'USDT', difference: decimal('19.5') },
    ])
    expect(row(ledger, 'BTC-PERP')).toBe('-1 @ 110 realised 20')
    expect(toText(positionOf(ledger, 'BTC-PERP').offCash)).toBe('20')
    expect(balanceOf(ledger, 'USDT')).toBe('19.5')
    const missed = folded([
      {
        kind: 'positionReconciled',
        account: 'main',
        instrument: 'BTC-USDT',
        difference: decimal('1'),
        price: decimal('110'),
      },
    ])
    expect([row(missed, 'BTC-USDT'), balanceOf(missed, 'USDT')]).toEqual(['1 @ 110 realised 0', '0'])
  })
})

describe('events', () => {
  const [first, second] = numbered([fill('BTC-PERP', 'buy 1 at 100'), fill('BTC-PERP', 'buy 1 at 102')])

  test('[LEDGER-11] order is seq, without gaps and from 1; time plays no part', () => {
    const one = unwrap(foldLedger(open(), first!))
    for (const seq of [0, 1, 3, 1.5, Number.NaN])
      expect(codesOf(foldLedger(one, { ...second!, seq }))).toEqual(['ledger.seq'])
    const early = unwrap(foldLedger(one, { ...second!, at: 0 }))
    expect([early.seq, early.books]).toEqual([2, unwrap(foldLedger(one, second!)).books])
  })

  test('[LEDGER-12] an event that is there already changes nothing and uses no seq, wherever it comes', () => {
    const ledger = unwrap(foldEvents(open(), [first!, second!]))
    for (const seq of [1, 2, 3, 99]) expect(unwrap(foldLedger(ledger, { ...first!, seq }))).toBe(ledger)
  })

  test('[LEDGER-12] an id with other content is refused; ids are per kind, account and instrument', () => {
    const ledger = unwrap(foldEvents(open(), [first!, second!]))
    const clash = { ...first!, seq: 3 }
    const changed = { ...clash, price: decimal('101') } as typeof clash
    expect(codesOf(foldLedger(ledger, changed))).toEqual(['ledger.conflict'])
    expect(codesOf(foldLedger(ledger, { ...clash, at: clash.at + 1 }))).toEqual(['ledger.conflict'])
    const elsewhere: readonly Draft[] = [
      fill('BTC-PERP', 'buy 1 at 100', 'cold'),
      fill('BTC-COIN', 'buy 1 at 100'),
      { kind: 'settled', account: 'main', instrument: 'BTC-PERP', price: decimal('1') },
    ]
    for (const draft of elsewhere)
      expect(unwrap(foldLedger(ledger, { ...numbered([draft], 3)[0]!, id: first!.id })).seq).toBe(3)
  })

  test('[LEDGER-13] a refused event leaves everything as it was, and is refused whole', () => {
    const ledger = unwrap(foldEvents(open(), [first!]))
    const before = hashOf(ledger.books)
    const fees = [money('1 USDT'), money('1 XYZ')]
    expect(codesOf(foldLedger(ledger, { ...second!, fees } as typeof second & object))).toEqual(['ledger.unknown'])
    expect(codesOf(foldEvents(ledger, [second!, { ...first!, seq: 3, id: '' }]))).toEqual(['ledger.empty'])
    expect([hashOf(ledger.books), ledger.seq, ledgerEvents(ledger).length]).toEqual([before, 1, 1])
    expect(unwrap(foldLedger(ledger, second!)).seq).toBe(2)
  })

  test('[LEDGER-13] everything that is wrong with an event is told at once', () => {
    const wrong = {
      ...first!,
      account: 'maim',
      id: '',
      at: 0.5,
      instrument: 'BTC-PREP',
      quantity: decimal('0'),
      price: decimal('-1'),
      fees: [money('1 XYZ')],
    } as typeof first & object
    const refused = foldLedger(open(), wrong)
    expect(refused.ok ? [] : refused.error.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'ledger.unknown ledger.1.account',
      'ledger.empty ledger.1.id',
      'ledger.time ledger.1.at',
      'ledger.unknown ledger.1.instrument',
      'ledger.sign ledger.1.quantity',
      'ledger.sign ledger.1.price',
      'ledger.unknown ledger.1.fees.0.currency',
    ])
  })

  const amount = decimal('1')
  const main = { account: 'main' } as const
  test.each<[string, string, Draft]>([
    ['funding of spot', 'ledger.instrument', { ...main, kind: 'funded', instrument: 'BTC-USDT', paid: amount }],
    ['funding of a future', 'ledger.instrument', { ...main, kind: 'funded', instrument: 'BTC-MAR', paid: amount }],
    [
      'profit booked on spot',
      'ledger.instrument',
      { ...main, kind: 'booked', instrument: 'BTC-USDT', profit: amount, fees: [] },
    ],
    [
      'settlement of an option',
      'ledger.instrument',
      { ...main, kind: 'settled', instrument: 'BTC-CALL', price: amount },
    ],
    [
      'settlement at no price',
      'ledger.sign',
      { ...main, kind: 'settled', instrument: 'BTC-PERP', price: decimal('0') },
    ],
    [
      'expiry of spot',
      'ledger.instrument',
      { ...main, kind: 'expired', instrument: 'BTC-USDT', price: amount, fees: [] },
    ],
    [
      'expiry of a future at 0',
      'ledger.sign',
      { ...main, kind: 'expired', instrument: 'BTC-MAR', price: decimal('0'), fees: [] },
    ],
    [
      'expiry of an option below 0',
      'ledger.sign',
      { ...main, kind: 'expired', instrument: 'BTC-CALL', price: decimal('-1'), fees: [] },
    ],
    [
      'a deposit of a contract',
      'ledger.instrument',
      { ...main, kind: 'deposited', asset: coin('BTC-PERP'), amount, price: amount },
    ],
    [
      'a deposit of spot without cost',
      'ledger.cost',
      { ...main, kind: 'deposited', asset: coin('BTC-USDT'), amount, price: null },
    ],
    [
      'a deposit of money with a cost',
      'ledger.cost',
      { ...main, kind: 'deposited', asset: cash('USDT'), amount, price: amount },
    ],
    [
      'a deposit of nothing',
      'ledger.sign',
      { ...main, kind: 'deposited', asset: cash('USDT'), amount: decimal('0'), price: null },
    ],
    [
      'a negative withdrawal fee',
      'ledger.sign',
      { ...main, kind: 'withdrawn', asset: cash('USDT'), amount, fee: decimal('-1') },
    ],
    [
      'an unknown currency',
      'ledger.unknown',
      { ...main, kind: 'withdrawn', asset: cash('XYZ'), amount, fee: decimal('0') },
    ],
    ['a transfer to itself', 'ledger.same', { ...main, kind: 'transferred', to: 'main', asset: cash('USDT'), amount }],
    [
      'a transfer to nobody',
      'ledger.unknown',
      { ...main, kind: 'transferred', to: 'attic', asset: cash('USDT'), amount },
    ],
    [
      'a conversion into itself',
      'ledger.same',
      { ...main, kind: 'converted', sold: money('1 USDT'), bought: money('2 USDT'), fees: [] },
    ],
    [
      'a conversion of nothing',
      'ledger.sign',
      { ...main, kind: 'converted', sold: money('0 USDT'), bought: money('2 BNB'), fees: [] },
    ],
    [
      'a charge without reason',
      'ledger.empty',
      { ...main, kind: 'charged', currency: 'USDT', paid: amount, reason: '' },
    ],
    [
      'a difference of nothing',
      'ledger.sign',
      { ...main, kind: 'balanceReconciled', currency: 'USDT', difference: decimal('0') },
    ],
    [
      'a position off by nothing',
      'ledger.sign',
      { ...main, kind: 'positionReconciled', instrument: 'BTC-PERP', difference: decimal('0'), price: amount },
    ],
    ['a correction of nothing', 'ledger.correction', { ...main, kind: 'corrected', reverses: 1, reason: 'test' }],
  ])('[LEDGER-13] %s is refused', (_, code, draft) => {
    expect(codesOf(folding(open(), draft))).toEqual([code])
  })

  test('[LEDGER-13] an option priced in another currency than it settles in is refused', () => {
    const universe = makeUniverse({ numeraire: 'USDT', instruments: [option({ settle: 'BTC', contract: 'inverse' })] })
    expect(codesOf(folding(open(universe), fill('BTC-CALL', 'buy 1 at 100')))).toEqual(['ledger.instrument'])
    const inCoin = makeUniverse({
      numeraire: 'USDT',
      instruments: [option({ quote: 'BTC', settle: 'BTC', contract: 'inverse' })],
    })
    expect(balanceOf(folded([fill('BTC-CALL', 'buy 2 at 0.05')], inCoin), 'BTC')).toBe('-0.1')
  })
})

describe('corrections', () => {
  const reverse = (seq: number): Draft => ({ kind: 'corrected', account: 'main', reverses: seq, reason: 'busted' })
  const fills = [fill('BTC-PERP', 'buy 1 at 100'), fill('BTC-PERP', 'buy 3 at 120'), fill('BTC-PERP', 'sell 1 at 130')]

  test('[LEDGER-14] what is reversed counts as if it had never been', () => {
    const ledger = folded([...fills, reverse(2)])
    expect(row(ledger, 'BTC-PERP')).toBe('0 @ - realised 30')
    expect(ledger.books).toEqual(folded([fills[0]!, fills[2]!]).books)
    expect([ledger.seq, ledgerEvents(ledger).length]).toEqual([4, 4])
  })

  test('[LEDGER-14] a correction that is reversed itself restores the state exactly', () => {
    const ledger = folded([...fills, reverse(2), reverse(4)])
    expect(ledger.books).toEqual(folded(fills).books)
    expect(codesOf(folding(ledger, reverse(4)))).toEqual(['ledger.correction'])
    expect(row(folded([...fills, reverse(2), reverse(4), reverse(2)]), 'BTC-PERP')).toBe('0 @ - realised 30')
  })

  test('[LEDGER-14] it names an event that counts', () => {
    const ledger = folded([...fills, reverse(2)])
    for (const seq of [2, 0, 5, 6, -1, 1.5])
      expect(codesOf(folding(ledger, reverse(seq)))).toEqual(['ledger.correction'])
  })

  test('[LEDGER-14] what has been reversed can be entered with other content, and is not brought back by coming again', () => {
    const [first] = numbered(fills)
    const ledger = folded([...fills, reverse(1)])
    expect(unwrap(foldLedger(ledger, { ...first!, seq: 5 }))).toBe(ledger)
    const right = { ...first!, seq: 5, price: decimal('101') } as typeof first & object
    const replaced = unwrap(foldLedger(ledger, right))
    expect(row(replaced, 'BTC-PERP')).toBe('3 @ 113.666666666666666667 realised 10')
    expect(unwrap(foldLedger(replaced, { ...right, seq: 9 }))).toBe(replaced)
    expect(unwrap(foldLedger(replaced, { ...first!, seq: 9 }))).toBe(replaced)
  })

  test('[LEDGER-14] what later events build on cannot be reversed before them, and the refusal leaves no trace', () => {
    const arrive: Draft = {
      kind: 'deposited',
      account: 'main',
      asset: coin('BTC-USDT'),
      amount: decimal('1'),
      price: decimal('50'),
    }
    const leave: Draft = {
      kind: 'withdrawn',
      account: 'main',
      asset: coin('BTC-USDT'),
      amount: decimal('1'),
      fee: decimal('0'),
    }
    const ledger = folded([arrive, leave])
    expect(codesOf(folding(ledger, reverse(1)))).toEqual(['ledger.correction-impossible'])
    expect(unwrap(folding(ledger, reverse(2))).seq).toBe(3)
    expect(folded([arrive, leave, reverse(2), reverse(1)]).books).toEqual(open().books)
  })

  test('[LEDGER-15] a state that was kept says what it said, whatever is appended to it, and branches never meet', () => {
    const root = folded(fills.slice(0, 1))
    const before = hashOf(root.books)
    const [left, right] = ['sell 1 at 110', 'sell 2 at 90'].map((text) => unwrap(folding(root, fill('BTC-PERP', text))))
    expect([row(left!, 'BTC-PERP'), row(right!, 'BTC-PERP')]).toEqual(['0 @ - realised 10', '-1 @ 90 realised -10'])
    expect([hashOf(root.books), ledgerEvents(root).length]).toEqual([before, 1])
    // The same id on both branches: on each it is that branch's own event.
    expect(codesOf(foldLedger(left!, { ...ledgerEvents(right!)[1]!, seq: 3 }))).toEqual(['ledger.conflict'])
    expect(unwrap(foldLedger(right!, { ...ledgerEvents(right!)[1]!, seq: 3 }))).toBe(right)
  })
})

describe('statements', () => {
  const drafts: readonly Draft[] = [
    { kind: 'deposited', account: 'main', asset: cash('USDT'), amount: decimal('1000'), price: null },
    { kind: 'deposited', account: 'cold', asset: cash('BTC'), amount: decimal('2'), price: null },
    fill('BTC-USDT', 'buy 1 at 300'),
    fill('BTC-PERP', 'buy 3 at 100'),
    fill('BTC-PERP', 'buy 4 at 101', 'cold'),
    fill('BTC-COIN', 'sell 3 at 300'),
    fill('BTC-COIN', 'sell 4 at 301'),
  ]

  test('[LEDGER-16] the portfolio of accounts together: cash, quantities and entries of contracts, aligned to the universe', () => {
    const {
      cash: balances,
      quantity,
      entry,
      orders,
    } = unwrap(portfolioOf(folded(drafts), { accounts: ['cold', 'main'], orders: [] }))
    const named = (ids: readonly string[], of: readonly (bigint | null)[]): string[] =>
      ids.map((id, index) => `${id} ${of[index] === null ? '-' : toText(of[index]! as ReturnType<typeof decimal>)}`)
    const ids = UNIVERSE.instruments.map(({ id }) => id)
    expect(named(UNIVERSE.currencies, balances)).toEqual(['BNB 0', 'BTC 2', 'USD 0', 'USDT 700'])
    expect(named(ids, quantity)).toEqual(['BTC-CALL 0', 'BTC-COIN -7', 'BTC-MAR 0', 'BTC-PERP 7', 'BTC-USDT 1'])
    // (3·100 + 4·101)/7 rounded up for the long; 7/(3/300 + 4/301), its coin rounded, rounded down for the short.
    expect(named(ids, entry)).toEqual([
      'BTC-CALL -',
      'BTC-COIN 300.57061340941512124',
      'BTC-MAR -',
      'BTC-PERP 100.571428571428571429',
      'BTC-USDT -',
    ])
    expect(orders).toEqual([])
  })

  test('[LEDGER-16] golden no. 1 bought for cash is planned like golden no. 1 written down', () => {
    const written = goldenOne({ kind: 'full' })
    const ledger = folded(
      [
        { kind: 'deposited', account: 'main', asset: cash('USD'), amount: decimal('100000'), price: null },
        fill('BTC', 'buy 1.09375 at 64000'),
        fill('ETH', 'buy 6.25 at 3200'),
      ],
      written.mandate.universe,
    )
    const portfolio = unwrap(portfolioOf(ledger, { accounts: ['main'], orders: [] }))
    expect(portfolio).toEqual(written.portfolio)
    expect(unwrap(plan({ ...written, portfolio }))).toEqual(unwrap(plan(written)))
  })

  test('[LEDGER-16] a book of one account is that account; unknown ones and opposite sides are refused', () => {
    const ledger = folded([...drafts, fill('BTC-PERP', 'sell 5 at 100', 'main')])
    const one = unwrap(portfolioOf(ledger, { accounts: ['cold'], orders: [] }))
    expect(one.quantity.map(toText)).toEqual(['0', '0', '0', '4', '0'])
    expect(codesOf(portfolioOf(ledger, { accounts: ['cold', 'main'], orders: [] }))).toEqual(['ledger.opposite'])
    expect(codesOf(portfolioOf(ledger, { accounts: ['attic'], orders: [] }))).toEqual(['ledger.unknown'])
    const spots = folded([fill('BTC-USDT', 'buy 2 at 1'), fill('BTC-USDT', 'sell 1 at 1', 'cold')])
    expect(unwrap(portfolioOf(spots, { accounts: ['cold', 'main'], orders: [] })).quantity.map(toText)).toEqual([
      '0',
      '0',
      '0',
      '0',
      '1',
    ])
  })

  test('[LEDGER-17] open profit at marks is exact, and what the portfolio says of it is never more', () => {
    const ledger = folded(drafts)
    const marks = new Map([
      ['BTC-USDT', decimal('310')],
      ['BTC-PERP', decimal('110')],
      ['BTC-COIN', decimal('250')],
    ])
    const profits = unwrap(openProfits(ledger, marks)).map(
      ({ account, instrument, currency, profit }) =>
        `${account} ${instrument} ${toText(ratioToDecimal(profit, 'halfEven'))} ${currency}`,
    )
    expect(profits).toEqual([
      'cold BTC-PERP 36 USDT',
      // 100·(7/250 − 3/300 − 4/301), the values of the fills rounded down
      'main BTC-COIN 0.471096345514950166 BTC',
      'main BTC-PERP 30 USDT',
      'main BTC-USDT 10 USDT',
    ])
    const { quantity, entry } = unwrap(portfolioOf(ledger, { accounts: ['cold', 'main'], orders: [] }))
    const at = (id: string): number => UNIVERSE.instruments.findIndex((each) => each.id === id)
    for (const [instrument, price, exact] of [
      [perp(), '110', decimal('66')],
      [inverse(), '250', decimal('0.471096345514950167')],
    ] as const) {
      const j = at(instrument.id)
      const told = unrealised(instrument, { quantity: quantity[j]!, entry: entry[j]!, price: decimal(price) })
      const below = exact - ratioToDecimal(told, 'ceiling')
      expect(below >= 0n && below <= 100n).toBe(true)
    }
  })

  test('[LEDGER-17] a held position without a mark is refused by name', () => {
    const refused = openProfits(folded(drafts), new Map([['BTC-PERP', decimal('0')]]))
    expect(codesOf(refused)).toEqual(['ledger.mark', 'ledger.mark', 'ledger.mark', 'ledger.mark'])
    expect(unwrap(openProfits(open(), new Map()))).toEqual([])
  })

  test('[LEDGER-15] accounts have no order and no doubles', () => {
    const accounts = openLedger(UNIVERSE, ['b', 'a', 'b']).scope.accounts
    expect(accounts).toEqual(['a', 'b'])
  })
})
