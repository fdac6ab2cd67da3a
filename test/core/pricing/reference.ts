/** Rows of published and real options for the tests of this folder; absent in a clone of the project alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url))
export const REFERENCE = `${SHARED}reference/options/`
const SNAPSHOTS = `${SHARED}data/options_deribit_2026/`
export const absent = !existsSync(REFERENCE) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${REFERENCE}`)

type Row = Readonly<Record<string, string>>

/** A CSV without quotes, its comment lines left out. */
function rowsOf(text: string): Row[] {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
  const names = header!.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, k) => [name, cells[k]!]))
  })
}

export const referenceRows = (path: string): Row[] => (absent ? [] : rowsOf(readFileSync(REFERENCE + path, 'utf8')))

export interface Quote {
  readonly name: string
  readonly currency: string
  readonly right: 'call' | 'put'
  readonly forward: number
  readonly strike: number
  readonly years: number
  readonly expiry: string
  /** In coin. */
  readonly mark: number
  readonly bid: number | null
  readonly ask: number | null
  readonly vol: number
  readonly delta: number
}

const YEAR_MS = 365 * 86_400_000
const priceOf = (text: string): number | null => (text === '' || Number(text) === 0 ? null : Number(text))

function quotesOf(rows: readonly Row[]): Quote[] {
  return rows.map((row) => ({
    name: row.instrument_name!,
    currency: row.currency!,
    right: row.option_type as 'call' | 'put',
    forward: Number(row.underlying),
    strike: Number(row.strike),
    years: (Date.parse(row.expiry_datetime!) - Date.parse(row.timestamp!)) / YEAR_MS,
    expiry: row.expiry_datetime!,
    mark: Number(row.mark_price),
    bid: priceOf(row.bid_price!),
    ask: priceOf(row.ask_price!),
    vol: Number(row.implied_volatility),
    delta: Number(row.delta),
  }))
}

export const CHAINS = ['20251230T173115Z', '20260115T092130Z'] as const
export const chainQuotes = (name: string): Quote[] => quotesOf(referenceRows(`deribit_chains/${name}.csv`))

export const snapshotNames = (): string[] =>
  absent
    ? []
    : readdirSync(SNAPSHOTS)
        .filter((name) => name.startsWith('deribit_options_snapshot_'))
        .sort()
export const snapshotQuotes = (name: string): Quote[] =>
  quotesOf(rowsOf(gunzipSync(readFileSync(SNAPSHOTS + name)).toString()))

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
