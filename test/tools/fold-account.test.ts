import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { toText } from '../../src/core/base/decimal.ts'
import { chain, GENESIS } from '../../src/core/ledger/chain.ts'
import { foldEvents, ledgerEvents, openLedger } from '../../src/core/ledger/ledger.ts'
import { ACCOUNT, ELSEWHERE, type FoldedAccount, type Footing, foldAccount } from '../../tools/fold-account/fold.ts'
import { reportAccount } from '../../tools/fold-account/report.ts'
import { type AccountStatement, readAccount } from '../../tools/fold-account/statement.ts'
import { unwrap } from '../core/cost/reference.ts'
import { pathOf, put } from '../shell/files/folder.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/account_bitmex_2020_2026/', import.meta.url))
/** Without the account these tests are skipped, but never where CI runs. */
const absent = !existsSync(DATA) && process.env.CI === undefined
if (absent) console.warn(`skipped: the account is not in ${DATA}`)

const INSTRUMENTS = [
  'symbol,typ,expiry,underlying,quoteCurrency,settlCurrency,isInverse,multiplier,underlyingToPositionMultiplier,quoteToSettleMultiplier,lotSize,makerFee,takerFee',
  'XBT_USDT,IFXXXP,,XBT,USDT,,false,1,100000000,1000000,1000,0,0',
  'XBTUSD,FFWCSX,,XBT,USD,XBt,true,-100000000,,,100,-5e-05,5e-04',
  'ETHZ21,FFCCSX,2021-12-31T12:00:00.000Z,ETH,XBT,XBt,false,1,,,1000,0,5e-04',
  'DOGEUSDT,FFWCSX,,DOGE,USDT,USDt,false,10000,,,1000,0,5e-04',
]
/** Second of the day, kind, status, currency, amount, fee, balance stated, symbol in the curve. */
const ROWS: readonly string[] = [
  '1 Deposit Completed XBt 100000000 - 100000000 -',
  '2 RealisedPNL Completed XBt 500 0 100000500 -', //            in no curve
  '3 RealisedPNL Completed XBt 1000 200 100001200 XBTUSD', //    two of one moment, both state the last balance
  '3 RealisedPNL Completed XBt -300 - 100001200 ETHZ21',
  '4 Funding Completed XBt -200 200 100001000 XBTUSD',
  '5 RealisedPNL Completed XBt 7 - 100001007 DOGEUSDT',
  '6 Withdrawal Canceled XBt -5000 100 99996007 -',
  '7 Withdrawal Completed XBt -1007 7 100000000 -',
  '8 Conversion Completed XBt -1000000 - 99000000 XBTUSDT',
  '9 Conversion Completed USDt 300000000 - 300000000 XBTUSDT',
  '10 SpotTrade Completed USDt -30000000 0 270000000 XBT_USDT',
  '10 SpotTrade Completed XBt 90000 0 99090000 XBT_USDT',
  '11 Transfer Completed USDt 5000000 - 276000000 Redacted', //  two of one moment, listed the other way round
  '11 Transfer Completed USDt 1000000 - 271000000 Redacted',
  '12 Transfer Completed USDt -6000000 - 270000000 Redacted',
  '13 RealisedPNL Completed XBt 11 - 99090013 XBTUSD', //        2 are missing
  '14 UnrealisedPNL Pending XBt 50 - 99090011 XBTUSD',
]

function write(rows: readonly string[]): void {
  const cells = rows.map((row) => row.split(' ').map((cell) => (cell === '-' ? '' : cell)))
  const timeOf = (second = ''): string => `2026-01-01T00:00:${second.padStart(2, '0')}.000Z`
  const wallet = cells.map(([second, kind, status, currency, amount, fee, balance]) =>
    [timeOf(second), kind, status, currency, amount, fee, balance].join(','),
  )
  const coins = (units = ''): string => `${units.slice(0, -8) || '0'}.${units.slice(-8).padStart(8, '0')}`
  const curve = cells
    .slice(2)
    .map(([second, kind, , currency, , , balance, symbol]) =>
      [timeOf(second), kind, currency, symbol, coins(balance)].join(','),
    )
  const table = (head: string, lines: readonly string[]): string => [head, ...lines, ''].join('\n')
  put(
    'api-v1-user-walletHistory.csv.gz',
    gzipSync(table('timestamp,transactType,transactStatus,currency,amount,fee,walletBalance', wallet)),
  )
  put(
    'derived-equity-curve.csv.gz',
    gzipSync(table('timestamp,transactType,eventCurrencies,reference,walletBalanceXBT', curve)),
  )
  put('api-v1-instrument.all.csv.gz', gzipSync(INSTRUMENTS.join('\n')))
  put(
    'api-v1-position.snapshot.csv',
    table('symbol,currency,currentQty,avgEntryPrice,markPrice,unrealisedPnl,posCost,markValue', [
      'XBTUSD,XBt,1000,40000,50000,500000,-2500000,-2000000',
    ]),
  )
  put(
    'api-v1-user-margin.snapshot-all.csv',
    table('currency,walletBalance,marginBalance,unrealisedPnl', [
      'XBt,99090013,99590013,500000',
      'USDt,270000000,270000000,0',
    ]),
  )
}

const footings = ({ batches }: FoldedAccount): Partial<Record<Footing, number>> => {
  const counts: Partial<Record<Footing, number>> = {}
  for (const { footing } of batches) counts[footing] = (counts[footing] ?? 0) + 1
  return counts
}

describe('an account statement', () => {
  let statement: AccountStatement
  let folded: FoldedAccount
  beforeAll(() => {
    write(ROWS)
    statement = readAccount(pathOf('.'))
    folded = foldAccount(statement)
  })

  test('[LEDGER-24] each row becomes the event that it says, and the two legs of an exchange become one', () => {
    const told = ledgerEvents(folded.ledger).map(({ kind, account }) => `${kind} ${account}`)
    expect(told).toEqual([
      'deposited bitmex',
      'balanceReconciled bitmex',
      'booked bitmex',
      'booked bitmex',
      'funded bitmex',
      'booked bitmex',
      'withdrawn bitmex',
      'converted bitmex',
      'converted bitmex',
      'transferred elsewhere',
      'transferred elsewhere',
      'transferred bitmex',
      'booked bitmex',
      'positionReconciled bitmex',
    ])
  })

  test('[LEDGER-24] every balance the venue states is compared, and the residual of what does not foot is exact', () => {
    expect(footings(folded)).toEqual({ eachRow: 11, atEnd: 1, reordered: 1, off: 2 })
    const off = folded.batches.filter(({ footing }) => footing === 'off')
    expect(off.map(({ rows, residual }) => `row ${rows[0]!.line} ${toText(residual)}`)).toEqual([
      'row 7 -0.00005', //    a withdrawal that was cancelled later
      'row 16 0.00000002', // what is missing
    ])
  })

  test('[LEDGER-24] the report says what foots, what does not, and what explains it', () => {
    expect(reportAccount(statement, folded)).toMatchInlineSnapshot(`
      [
        "Wallet: 17 rows, 13 events, 15 balances stated for a moment and currency",
        "  11: every row states the balance after it",
        "  1: every row states the balance after the last row of its moment",
        "  1: rows of one moment are listed in another order than they were booked in; the last balance is there",
        "  2: no row states it",
        "    rows 13–14 2026-01-01T00:00:11.000Z USDT",
        "    row 7 2026-01-01T00:00:06.000Z XBT, residual -0.00005",
        "    row 16 2026-01-01T00:00:13.000Z XBT, residual 0.00000002",
        "  2 rows are not booked, for nothing was paid",
        "    row 7 Withdrawal Canceled -0.00005 XBT",
        "    row 17 UnrealisedPNL Pending 0.0000005 XBT",
        "  1 rows are paid and no file says for which instrument: reconciled differences",
        "    row 2 RealisedPNL Completed 0.000005 XBT",
        "Margin snapshot: wallet balance against the fold; margin balance against wallet and unrealised profit",
        "  XBT 0.99090013: residual 0.00000002; margin 0.99590013: foots",
        "  USDT 270: foots; margin 270: foots",
        "Position snapshot",
        "  XBTUSD 1000 at 40000, mark 50000: no fills in the statement, a reconciled difference",
        "    unrealised 0.005 XBT, by the ledger 0.005: residual 0",
        "      value at entry -0.025: residual 0; value at mark -0.02: residual 0",
        "      the venue rounds the value of one contract to 0.0000000001, which explains up to 0.00000005 each way: both explained",
        "      unrealised is stated as value at mark − value at entry: foots",
        "Balances by cause",
        "  bitmex USDT 270",
        "    converted 270",
        "  bitmex XBT 0.99090011",
        "    fees -0.00000207",
        "    funding -0.000002",
        "    booked 0.00000918",
        "    deposited 1",
        "    withdrawn -0.00001",
        "    converted -0.0091",
        "    reconciled 0.000005",
        "Fees: 0.00000207 XBT",
        "Realised profit after fees by instrument (3); funding + paid",
        "  XBTUSD realised 0.00001011 XBT, funding 0.000002",
        "  DOGEUSDT realised 0.00000007 XBT",
        "  ETHZ21 realised -0.000003 XBT",
        "Listed anew since, settling in another currency today: DOGEUSDT",
      ]
    `)
  })

  test('[LEDGER-24] an exchange with one leg and a kind of row nobody knows are refused', () => {
    write(['1 Conversion Completed XBt -100 - -100 -'])
    expect(() => foldAccount(readAccount(pathOf('.')))).toThrow('row 1: an exchange must have two legs, was one')
    write(['1 Lottery Completed XBt 100 - 100 -'])
    expect(() => foldAccount(readAccount(pathOf('.')))).toThrow(
      "row 1: kind of row must be one of BitMEX's wallet, was Lottery",
    )
    write(ROWS)
  })
})

describe.skipIf(absent)('a real account, six years', () => {
  let statement: AccountStatement
  let folded: FoldedAccount
  beforeAll(() => {
    if (absent) return
    statement = readAccount(DATA)
    folded = foldAccount(statement)
  })

  test('[LEDGER-24] every balance that the venue states foots, and the wallet ends on its snapshot', () => {
    expect([statement.rows.length, folded.wallet.seq, folded.batches.length]).toEqual([17_177, 17_003, 12_354])
    expect(footings(folded)).toEqual({ eachRow: 11_080, atEnd: 1_272, reordered: 2 })
    const lines = reportAccount(statement, folded)
    for (const line of [
      '  XBT 30.34754369: foots; margin 29.2313827: foots',
      '  USDT 888.237518: foots; margin 888.237518: foots',
      '  BMEX 11000.12: foots; margin 11000.12: foots',
    ])
      expect(lines).toContain(line)
  })

  test('[LEDGER-24] what does not foot is one row without a symbol, and a position without fills whose values are rounded', () => {
    expect(folded.unnamed.map(({ line, amount }) => `${line} ${toText(amount)}`)).toEqual(['2 0.06754892'])
    expect(folded.unbooked.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'Withdrawal Canceled',
      'UnrealisedPNL Pending',
    ])
    const lines = reportAccount(statement, folded).filter((line) => /residual|explained/.test(line))
    expect(lines).toEqual([
      '    unrealised -1.11601719 XBT, by the ledger -1.116030018680428816: residual 0.000012828680428816',
      '      value at entry 19.51105699: residual -0.000014605567864976; value at mark 18.3950398: residual -0.000001776887436161',
      '      the venue rounds the value of one contract to 0.0000000001, which explains up to 0.0000719 each way: both explained',
    ])
  })

  test('[LEDGER-15] its events fold again to the same books, and their chain has one hash', () => {
    const events = ledgerEvents(folded.ledger)
    const again = unwrap(foldEvents(openLedger(folded.ledger.scope.universe, [ELSEWHERE, ACCOUNT]), events))
    expect(again.books).toEqual(folded.ledger.books)
    expect(events.reduce(chain, GENESIS)).toBe('1f08d8e25dc1b36071317f53aeebd489d68e7bdabfdd111e84daecf3ede12803')
  })
})
