/** The columns of a run as CSV: a row of it a line, times in ISO 8601, fractions as numbers, nothing where nothing is known. */
import { formatInstant } from '../../core/base/instant.ts'
import type { RunReport } from '../../core/sim/run-report.ts'
import { csvText } from './output.ts'

export function backtestCsv({ columns, benchmarks, underlyings }: RunReport): string {
  const n = underlyings.length
  const named: (readonly [string, (row: number) => number])[] = [
    ['equity', (row) => columns.equity[row]!],
    ['wealth', (row) => columns.wealth[row]!],
    ...benchmarks.map(({ kind, wealth }) => [kind, (row: number) => wealth[row]!] as const),
    ['trackingError', (row) => columns.trackingError[row]!],
    ['recentTrackingError', (row) => columns.recentTrackingError[row]!],
    ['volatility', (row) => columns.volatility[row]!],
    ['gross', (row) => columns.gross[row]!],
    ['turnover', (row) => columns.turnover[row]!],
    ['outside', (row) => columns.outside[row]!],
    ...underlyings.map((name, u) => [`weight ${name}`, (row: number) => columns.weight[row * n + u]!] as const),
    ...underlyings.map((name, u) => [`target ${name}`, (row: number) => columns.target[row * n + u]!] as const),
  ]
  const rows = Array.from(columns.time, (at, row) => [
    formatInstant(at),
    ...named.map(([, of]) => {
      const value = of(row)
      return Number.isFinite(value) ? value : ''
    }),
  ])
  return csvText(['time', ...named.map(([name]) => name)], rows)
}
