import { describe, expect, test } from 'vitest'
import { reportRun } from '../../src/core/sim/run-report.ts'
import { decodeRunReport, encodeRunReport } from '../../src/wire/run-codec.ts'
import { EXAMPLE_RISK, exampleRun } from '../core/sim/example-run.ts'
import { coin, runOf } from '../core/sim/told-runs.ts'

describe('JSON of a run', () => {
  const report = reportRun(exampleRun(), EXAMPLE_RISK)
  const text = encodeRunReport(report)

  test('[REPORT-1] loses nothing and is the same bytes for the same run', () => {
    const decoded = decodeRunReport(text)
    expect(decoded).toEqual({ ok: true, value: report })
    expect(encodeRunReport(reportRun(exampleRun(), EXAMPLE_RISK))).toBe(text)
    if (decoded.ok) expect(encodeRunReport(decoded.value)).toBe(text)
  })

  test('[REPORT-1] what is missing keeps its reason', () => {
    const short = reportRun(runOf({ instruments: [coin('BTC')], closes: { BTC: [100] } }))
    const decoded = decodeRunReport(encodeRunReport(short))
    expect(decoded.ok && decoded.value.metrics.sharpe).toEqual({ because: 'one row has no return' })
    expect(decoded).toEqual({ ok: true, value: short })
  })

  test.each([
    ['', 'json.syntax'],
    ['{}', 'json.value'],
    [text.replace('"numeraire":"USD"', '"numeraire":1'), 'json.value'],
    [text.replace('"held":"', '"held":"x'), 'json.value'],
  ])('[REPORT-1] refuses what it does not write', (bad, code) => {
    const decoded = decodeRunReport(bad)
    expect(decoded.ok ? [] : decoded.error.map((issue) => issue.code)).toContain(code)
  })
})
