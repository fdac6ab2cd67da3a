/**
 * Own metaorders from CSV, a row each with all slices of one side together: `side,quantity,price,arrival,volume,vol`, price
 * the average paid, arrival the mid when it began, volume what the market traded that day in the same unit as quantity, vol
 * annual. Participation is quantity ÷ volume; slippage is the distance of price from arrival, + where it cost, less what fee
 * and half spread account for.
 */

import { toNumber } from '../../core/base/decimal.ts'
import type { Issue } from '../../core/base/result.ts'
import { fail, type Result, succeed } from '../../core/base/result.ts'
import type { Fill } from '../../core/cost/calibrate.ts'
import { readFraction, readNumber } from '../../wire/scalar.ts'
import { parseCsv } from './csv.ts'

const COLUMNS = ['side', 'quantity', 'price', 'arrival', 'volume', 'vol'] as const
type Column = (typeof COLUMNS)[number]
const DAYS_PER_YEAR = 365

/** @param costs fee and half spread that are in the price paid, as a fraction ≥ 0 @returns the fills, or every mistake. */
export function readMetaorders(text: string, file: string, costs: number): Result<readonly Fill[]> {
  const parsed = parseCsv(text)
  if (!parsed.ok)
    return fail([
      { code: 'csv.syntax', path: file, message: `must be CSV, was broken: ${parsed.error}`, hint: 'check its quotes' },
    ])
  const { header, rows } = parsed.value
  if (header.join() !== COLUMNS.join())
    return fail([
      {
        code: 'csv.header',
        path: `${file}:1`,
        message: `the header must be ${COLUMNS.join()}, was ${header.join() || 'nothing'}`,
        hint: 'a row per metaorder: price is the average paid, arrival the mid when it began, vol annual',
      },
    ])
  const issues: Issue[] = []
  const fills = rows.flatMap(({ cells, line }) => {
    const fill = readFill(cells, { place: `${file}:${line}`, costs, issues })
    return fill === null ? [] : [fill]
  })
  return issues.length > 0 ? fail(issues) : succeed(fills)
}

function readFill(
  cells: readonly string[],
  { place, costs, issues }: { readonly place: string; readonly costs: number; readonly issues: Issue[] },
): Fill | null {
  const before = issues.length
  const cell = (name: Column): string => cells[COLUMNS.indexOf(name)] ?? ''
  const positive = (name: Column): number => {
    const read = name === 'vol' ? readFraction(cell(name), 'vol', 'positive') : readNumber(cell(name), name, 'positive')
    if (read.ok) return toNumber(read.value)
    issues.push({ ...read.error, path: place, message: `${name} ${read.error.message}` })
    return Number.NaN
  }
  const side = cell('side').toLowerCase()
  if (side !== 'buy' && side !== 'sell')
    issues.push({
      code: 'fill.side',
      path: place,
      message: `side must be buy or sell, was ${JSON.stringify(side)}`,
      hint: 'write the side of the metaorder',
    })
  if (cells.length !== COLUMNS.length)
    issues.push({
      code: 'csv.columns',
      path: place,
      message: `must have ${COLUMNS.length} columns, was ${cells.length}`,
      hint: 'check its commas',
    })
  const [quantity, price, arrival, volume, vol] = (['quantity', 'price', 'arrival', 'volume', 'vol'] as const).map(
    positive,
  )
  if (issues.length > before) return null
  const moved = (side === 'buy' ? 1 : -1) * (price! / arrival! - 1)
  return { participation: quantity! / volume!, slippage: moved - costs, volPerDay: vol! / Math.sqrt(DAYS_PER_YEAR) }
}
