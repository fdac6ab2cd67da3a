/**
 * Funding payments from CSV, plain or gzip: a time and a rate per row under their names in the header, other columns beside
 * them. Times are numbers since 1970 or dates; a date that names no zone is in the zone that somebody states, and none is
 * guessed: exporters write the clock of the machine they ran on.
 */
import { parseInstant } from '../../core/base/instant.ts'
import { type Result, refuse, succeed } from '../../core/base/result.ts'
import type { FundingHistory } from '../../core/sim/history.ts'
import type { FundingNeed } from '../../wire/backtest-needs.ts'
import { loadCandleBytes } from './candle-bytes.ts'
import { makeClock } from './candle-rows.ts'
import { parseCsv } from './csv.ts'

/** Letters of a header in lower case, nothing else. */
const NAMES = {
  time: ['time', 'timestamp', 'fundingtime', 'calctime', 'datetime', 'date'],
  rate: ['rate', 'fundingrate', 'lastfundingrate'],
} as const

/** @param path where the file is; messages show it as it was written */
export function readFunding(path: string, need: Pick<FundingNeed, 'path' | 'zone'>): Result<FundingHistory> {
  const bytes = loadCandleBytes(path, 'a file of funding payments')
  if (!bytes.ok) return bytes
  const parsed = parseCsv(bytes.value.toString('utf8'))
  if (!parsed.ok)
    return refuse('csv.syntax', need.path, `${need.path} must be CSV, was broken: ${parsed.error}`, 'check its quotes')
  const { header, rows } = parsed.value
  const plain = header.map((cell) => cell.replaceAll(/[^a-z]/g, ''))
  const [at, is] = [NAMES.time, NAMES.rate].map((names) =>
    names.map((name) => plain.indexOf(name)).find((column) => column >= 0),
  )
  if (at === undefined || is === undefined || rows.length === 0)
    return refuse(
      'funding.columns',
      need.path,
      `${need.path} must have rows under a header with time and rate, was ${rows.length === 0 ? 'without rows' : header.join()}`,
      'name the columns time and rate',
    )
  const clock = makeClock()
  const [time, rate] = [new Float64Array(rows.length), new Float64Array(rows.length)]
  for (const [k, { cells, line }] of rows.entries()) {
    const place = `${need.path}:${line}`
    const read = timeOf(cells[at] ?? '', need.zone, clock)
    if (!read.ok) return refuse(read.error.code, place, `${place}: ${read.error.message}`, read.error.hint)
    const text = (cells[is] ?? '').trim()
    const value = text === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value))
      return refuse(
        'funding.number',
        place,
        `${place}: the rate must be a number, was ${JSON.stringify(text.slice(0, 40))}`,
        'leave out a payment that is not known',
      )
    time[k] = read.value
    rate[k] = value
  }
  return succeed({ time, rate })
}

interface Refused {
  readonly code: string
  readonly message: string
  readonly hint: string
}

function timeOf(cell: string, zone: string | null, clock: ReturnType<typeof makeClock>): Result<number, Refused> {
  const text = cell.trim()
  if (/^\d+(\.\d+)?$/.test(text)) {
    const time = clock.fromNumber(Number(text))
    if (!Number.isNaN(time)) return succeed(time)
  }
  const spaced = text.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T').replace(/ ?UTC$/, 'Z')
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(spaced)
  if (!zoned && zone === null && /^\d{4}-\d\d-\d\dT/.test(spaced))
    return {
      ok: false,
      error: {
        code: 'funding.zone',
        message: `the zone of the times must be stated, was without in ${JSON.stringify(text.slice(0, 40))}`,
        hint: 'write `zone: Z` for UTC, or such as `zone: +03:00` for the clock of whoever exported them',
      },
    }
  const parsed = parseInstant(zoned ? spaced : `${spaced}${/T/.test(spaced) ? zone : ''}`)
  if (parsed.ok) return parsed
  return {
    ok: false,
    error: {
      code: 'funding.time',
      message: `time must be seconds or ms since 1970 or a date such as 2026-03-01 08:00:00, was ${JSON.stringify(text.slice(0, 40))}`,
      hint: 'write each payment with its time',
    },
  }
}
