import { describe, expect, test } from 'vitest'
import { reportRun } from '../../../src/core/sim/run-report.ts'
import { backtestCsv } from '../../../src/shell/cli/backtest-csv.ts'
import { backtestScreen } from '../../../src/shell/cli/backtest-screen.ts'
import { widthOf } from '../../../src/shell/cli/text.ts'
import { EXAMPLE_RISK, exampleRun } from '../../core/sim/example-run.ts'
import { coin, runOf } from '../../core/sim/told-runs.ts'

const report = reportRun(exampleRun(), EXAMPLE_RISK)
const screen = (columns: number): string[] => backtestScreen(report, 'Example book', { columns, color: false })

describe('screen of a backtest', () => {
  test('[REPORT-10] the result beside its benchmarks, what it took, where it came from, what was refused, what was found', async () => {
    await expect(`${screen(100).join('\n')}\n`).toMatchFileSnapshot('backtest-screen.golden.txt')
  })

  test.each([40, 60, 80, 120])('[REPORT-10] no line is wider than %i columns', (columns) => {
    for (const line of screen(columns)) expect([line, widthOf(line) <= columns]).toEqual([line, true])
  })

  test('[REPORT-10] a figure that is missing says why', () => {
    const short = reportRun(runOf({ instruments: [coin('BTC')], closes: { BTC: [100, 100] } }))
    const text = backtestScreen(short, 'Short', { columns: 100, color: false }).join('\n')
    expect(text).toMatch(/hit rate +– +no trade was followed by a move of its price/)
    expect(text).not.toContain('NaN')
  })

  test('[REPORT-11] the columns of a run as CSV: a line per row, nothing where nothing is known', () => {
    const lines = backtestCsv(report).trim().split('\n')
    expect(lines).toHaveLength(1 + 2920)
    expect(lines[0]).toBe(
      'time,equity,wealth,frictionless,untouched,boughtOnce,trackingError,recentTrackingError,volatility,gross,turnover,outside,weight BTC,weight ETH,weight LUNA,weight SOL,target BTC,target ETH,target LUNA,target SOL',
    )
    const cells = lines[1]!.split(',')
    expect([cells[0], cells[7], cells[16]]).toEqual(['2026-01-01T04:00:00.000Z', '', '0.4'])
    expect(lines.every((line) => line.split(',').length === 20)).toBe(true)
    expect(lines.at(-1)!.split(',').map(Number).slice(1)).toEqual([
      ...[report.columns.equity, report.columns.wealth, ...report.benchmarks.map(({ wealth }) => wealth)].map((each) =>
        each.at(-1),
      ),
      ...[report.columns.trackingError, report.columns.recentTrackingError, report.columns.volatility].map((each) =>
        each.at(-1),
      ),
      ...[report.columns.gross, report.columns.turnover, report.columns.outside].map((each) => each.at(-1)),
      ...report.columns.weight.slice(-4),
      ...report.columns.target.slice(-4),
    ])
  })
})
