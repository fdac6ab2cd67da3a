/**
 * A BitMEX account as its owner exports it: wallet history, the equity curve made from it (which names the instrument of each
 * row), the terms of all instruments, and snapshots of position and margin. Amounts are whole smallest units (XBt, USDt,
 * BMEx); how many make a coin is read from the spot instruments.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { type Decimal, decimal, fromUnits, toText } from '../../src/core/base/decimal.ts'
import { type Instant, parseInstant } from '../../src/core/base/instant.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'

type Cells = Readonly<Record<string, string>>

export interface WalletRow {
  /** In its file, from 1. */
  readonly line: number
  readonly at: Instant
  readonly kind: string
  readonly status: string
  readonly currency: string
  /** + in */
  readonly amount: Decimal
  /** + paid, part of the amount; null where the row does not say. */
  readonly fee: Decimal | null
  /** The venue's balance after it, or after the last row of the same moment. */
  readonly balance: Decimal
  /** The instrument it is about; null where no file says. */
  readonly symbol: string | null
}

export interface PositionSnapshot {
  readonly symbol: string
  readonly quantity: Decimal
  readonly entry: Decimal | null
  readonly mark: Decimal | null
  readonly unrealised: Decimal
  /** Value of the position at its entry and at its mark in the settle currency, as the venue rounds them. */
  readonly cost: Decimal
  readonly markValue: Decimal
}

export interface MarginSnapshot {
  readonly currency: string
  readonly wallet: Decimal
  readonly margin: Decimal
  readonly unrealised: Decimal
}

export interface AccountStatement {
  readonly rows: readonly WalletRow[]
  readonly instruments: readonly Instrument[]
  readonly positions: readonly PositionSnapshot[]
  readonly margins: readonly MarginSnapshot[]
  /** Instruments whose terms of today settle in another currency than they did in this history. */
  readonly relisted: readonly string[]
}

/** What a file says that it must not; told by file and line. */
const refuse = (file: string, line: number, message: string): never => {
  throw new Error(`${file}:${line}: ${message}`)
}

function readCsv(folder: string, file: string): Cells[] {
  const bytes = readFileSync(join(folder, file))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return parse(text, { columns: true, bom: true, skip_empty_lines: true }) as Cells[]
}

const FILES = {
  wallet: 'api-v1-user-walletHistory.csv.gz',
  curve: 'derived-equity-curve.csv.gz',
  instruments: 'api-v1-instrument.all.csv.gz',
  positions: 'api-v1-position.snapshot.csv',
  margins: 'api-v1-user-margin.snapshot-all.csv',
}

/** Currency code of the smallest unit → units in one coin: XBt → 10⁸. */
type Scales = ReadonlyMap<string, bigint>

function scalesOf(instruments: readonly Cells[]): Scales {
  const scales = new Map<string, bigint>()
  for (const { typ, underlying = '', quoteCurrency = '', ...row } of instruments) {
    if (typ !== 'IFXXXP') continue
    scales.set(underlying, BigInt(row.underlyingToPositionMultiplier ?? '0'))
    scales.set(quoteCurrency, BigInt(row.quoteToSettleMultiplier ?? '0'))
  }
  return scales
}

const coinOf = (code: string): string => code.toUpperCase()

function toCoins(scales: Scales, code: string, units: string): Decimal {
  const scale = scales.get(coinOf(code))
  if (scale === undefined || scale <= 0n) throw new Error(`no spot instrument says how many ${code} make a coin`)
  return fromUnits((BigInt(units) * 10n ** 18n) / scale)
}

function readRows(folder: string, scales: Scales): WalletRow[] {
  const symbolOf = symbolsByRow(readCsv(folder, FILES.curve))
  return readCsv(folder, FILES.wallet).map((cells, index) => {
    const line = index + 2
    const { timestamp = '', transactType = '', transactStatus = '', currency = '', amount = '', fee = '' } = cells
    const at = parseInstant(timestamp)
    if (!at.ok) return refuse(FILES.wallet, line, `timestamp ${at.error}`)
    const coins = (units: string): Decimal => toCoins(scales, currency, units)
    const balance = coins(cells.walletBalance ?? '')
    return {
      line: index + 1,
      at: at.value,
      kind: transactType,
      status: transactStatus,
      currency: coinOf(currency),
      amount: coins(amount),
      fee: fee === '' ? null : coins(fee),
      balance,
      symbol: symbolOf(timestamp, transactType, currency, balance),
    }
  })
}

/**
 * The curve has a row for each row of the wallet from its start on, in the same order among those of one moment, kind and
 * currency, and repeats the balance: where that differs the rows are not each other's, and the symbol stays unknown.
 */
function symbolsByRow(
  curve: readonly Cells[],
): (at: string, kind: string, currency: string, balance: Decimal) => string | null {
  const waiting = new Map<string, Cells[]>()
  for (const row of curve) {
    const key = `${row.timestamp} ${row.transactType} ${row.eventCurrencies}`
    waiting.set(key, [...(waiting.get(key) ?? []), row])
  }
  return (at, kind, currency, balance) => {
    const row = waiting.get(`${at} ${kind} ${currency}`)?.shift()
    if (row === undefined || row.reference === '') return null
    const told = currency === 'XBt' ? row.walletBalanceXBT : toText(balance)
    return decimal(told ?? '') === balance ? row.reference! : null
  }
}

/** Value of one contract per unit of price, or of the quote currency, in coins of the settle currency. */
const multiplierOf = (scales: Scales, settle: string, units: string): Decimal =>
  toCoins(scales, settle, units.replace('-', ''))

function readInstrument(cells: Cells, settle: string, scales: Scales): Instrument {
  const { symbol = '', underlying = '', quoteCurrency = '', typ, expiry = '' } = cells
  const fee = decimal(cells.takerFee ?? '')
  const terms = {
    id: symbol,
    underlying,
    venue: 'bitmex',
    quote: quoteCurrency,
    settle,
    multiplier: multiplierOf(scales, settle, cells.multiplier ?? ''),
    grid: { lot: decimal(cells.lotSize ?? ''), quantityMin: decimal(cells.lotSize ?? ''), notionalMin: null },
    fee: { taker: fee, maker: decimal(cells.makerFee ?? '') },
    // The best ask less the best bid is no part of these terms, and no ledger reads it.
    spread: decimal('0'),
    contract: cells.isInverse === 'true' ? ('inverse' as const) : ('linear' as const),
  }
  if (typ === 'FFWCSX') return { ...terms, kind: 'perp' }
  const at = parseInstant(expiry)
  if (typ !== 'FFCCSX' || !at.ok)
    return refuse(FILES.instruments, 0, `${symbol} must be a perp or a future, was ${typ}`)
  return { ...terms, kind: 'future', expiry: at.value }
}

function readPositions(folder: string, scales: Scales): PositionSnapshot[] {
  return readCsv(folder, FILES.positions).map((cells) => {
    const coins = (units = '0'): Decimal => toCoins(scales, cells.currency ?? '', units)
    const price = (text = ''): Decimal | null => (text === '' ? null : decimal(text))
    return {
      symbol: cells.symbol ?? '',
      quantity: decimal(cells.currentQty ?? ''),
      entry: price(cells.avgEntryPrice),
      mark: price(cells.markPrice),
      unrealised: coins(cells.unrealisedPnl),
      cost: coins(cells.posCost),
      markValue: coins(cells.markValue),
    }
  })
}

const readMargins = (folder: string, scales: Scales): MarginSnapshot[] =>
  readCsv(folder, FILES.margins).map(({ currency = '', ...cells }) => {
    const coins = (units = '0'): Decimal => toCoins(scales, currency, units)
    return {
      currency: coinOf(currency),
      wallet: coins(cells.walletBalance),
      margin: coins(cells.marginBalance),
      unrealised: coins(cells.unrealisedPnl),
    }
  })

export function readAccount(folder: string): AccountStatement {
  const listed = readCsv(folder, FILES.instruments)
  const scales = scalesOf(listed)
  const rows = readRows(folder, scales)
  const positions = readPositions(folder, scales)
  const bySymbol = new Map(listed.map((cells) => [cells.symbol, cells]))
  // A symbol can be listed anew with other terms: what it settled in then is what its rows were paid in.
  const settleOf = new Map<string, string>()
  for (const { kind, symbol, currency } of rows)
    if (symbol !== null && (kind === 'RealisedPNL' || kind === 'Funding')) settleOf.set(symbol, currency)
  for (const { symbol } of positions)
    if (!settleOf.has(symbol)) settleOf.set(symbol, coinOf(bySymbol.get(symbol)?.settlCurrency ?? ''))
  const termsOf = (symbol: string): Cells =>
    bySymbol.get(symbol) ?? refuse(FILES.instruments, 0, `${symbol} must be listed, was not`)
  return {
    rows,
    instruments: [...settleOf].map(([symbol, settle]) => readInstrument(termsOf(symbol), settle, scales)),
    positions,
    margins: readMargins(folder, scales),
    relisted: [...settleOf].flatMap(([symbol, settle]) =>
      coinOf(termsOf(symbol).settlCurrency ?? '') === settle ? [] : [symbol],
    ),
  }
}
