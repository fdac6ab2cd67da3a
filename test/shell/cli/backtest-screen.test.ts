import { describe, expect, test } from 'vitest'
import { reportRun } from '../../../src/core/sim/run-report.ts'
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
})
