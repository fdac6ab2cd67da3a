/** `backtest`: what is printed and written of a run. Its screen is a transcript (`test/transcripts/backtest.txt`). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import { openSession } from '../../../src/core/session/session.ts'
import { step } from '../../../src/core/session/step.ts'
import { openBacktest } from '../../../src/shell/files/backtest.ts'
import { decodeRunReport } from '../../../src/wire/run-codec.ts'
import { decodeJournalLine, encodeJournalLine } from '../../../src/wire/session-codec.ts'
import { ROOT } from '../../repository/source.ts'
import { cli, emptyFolder } from './terminal.ts'

const BOOK = join(ROOT, 'examples/backtest.yaml')

describe('backtest', () => {
  test('[BACK-15] JSON is the report of the run, and a second run gives the same bytes', async () => {
    const first = await cli(['backtest', '--book', BOOK, '--json'])
    expect([first.code, first.err]).toEqual([0, ''])
    const report = decodeRunReport(first.out.trim())
    expect(report.ok && report.value.instruments).toEqual(['AAA', 'BBB', 'CCC', 'DDD', 'III'])
    expect(report.ok && report.value.columns.equity).toHaveLength(274)
    expect(await cli(['backtest', '--book', BOOK, '--json'])).toEqual(first)
  })

  test('[BACK-16] a page and a journal are written beside the screen, whole, and never over another file', async () => {
    const cwd = emptyFolder()
    const argv = ['backtest', '--book', BOOK, '--report', 'run.html', '--journal', 'run.jsonl']
    const { code, out } = await cli(argv, { cwd })
    expect(code).toBe(0)
    expect(out).toContain('Wrote run.html and run.jsonl.')
    expect(readdirSync(cwd).sort()).toEqual(['run.html', 'run.jsonl'])
    const page = readFileSync(join(cwd, 'run.html'), 'utf8')
    expect(page).toContain('Five invented coins')
    expect(page).toContain('backtest.refresh')
    const again = await cli(argv, { cwd })
    expect([again.code, again.out]).toEqual([2, ''])
    expect(again.err).toBe('equipoise: run.html is there already and is never overwritten; name another file\n')
    expect(readFileSync(join(cwd, 'run.html'), 'utf8')).toBe(page)
  })

  test('[BACK-16] the journal of a run, stepped through again, gives its effects byte for byte', async () => {
    const cwd = emptyFolder()
    await cli(['backtest', '--book', BOOK, '--journal', 'run.jsonl'], { cwd })
    const made = openBacktest(BOOK, {
      from: null,
      to: null,
      now: Date.UTC(2026, 2, 2),
      shared: false,
      onFile: () => {},
    })
    if (!made.ok) throw new Error('the example is sound')
    const { config, history } = made.value.inputs
    let session = openSession(config, openLedger(history.universe, [config.account]))
    const lines = readFileSync(join(cwd, 'run.jsonl'), 'utf8').trim().split('\n')
    expect(lines.length).toBeGreaterThan(300)
    for (const line of lines) {
      const read = decodeJournalLine(line)
      if (!read.ok) throw new Error(read.error[0]!.message)
      const [next, effects] = step(session, read.value.event)
      session = next
      expect(encodeJournalLine({ ...read.value, effects })).toBe(line)
    }
  })

  test('[BACK-17] a run that cannot go on says so, at the line, and writes nothing', async () => {
    const cwd = emptyFolder()
    const text = readFileSync(BOOK, 'utf8').replaceAll('history/', `${join(ROOT, 'examples/history')}/`)
    writeFileSync(join(cwd, 'book.yaml'), text.replace('window: 120d', 'window: 15d'))
    const { code, out, err } = await cli(['backtest', '--report', 'run.html'], { cwd })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('book.yaml:24 backtest.from: an instrument must have a mark, enough returns and')
    expect(readdirSync(cwd)).toEqual(['book.yaml'])
  })

  test('[BACK-17] breaking off leaves no file behind', async () => {
    const cwd = emptyFolder()
    const rows = Array.from({ length: 20_000 }, (_, k) => {
      const close = 100 + Math.sin(k) + 10 * Math.sin(k / 500)
      return `${Date.UTC(2023, 0, 1) + k * 3_600_000},${close},${close},${close},${close},1`
    })
    for (const name of ['AAA', 'BBB', 'CCC', 'DDD', 'III'])
      writeFileSync(join(cwd, `${name}.csv`), ['time,open,high,low,close,volume', ...rows].join('\n'))
    const hourly = [
      ['history/', ''],
      ['interval: 1d', 'interval: 1h'],
      ['refresh: 7d', 'refresh: 1h'],
      ['from: 2025-06-01', 'from: 2024-01-01'],
      ['to: 2026-03-01', 'to: 2025-04-01'],
    ] as const
    const text = hourly.reduce((book, [before, after]) => book.replaceAll(before, after), readFileSync(BOOK, 'utf8'))
    writeFileSync(join(cwd, 'book.yaml'), text)
    const files = readdirSync(cwd)
    // A forecast an hour over 2,880 bars of five coins takes minutes: it is still at work.
    const argv = [join(ROOT, 'bin/equipoise.js'), 'backtest', '--report', 'r.html', '--journal', 'j.jsonl']
    const child = spawn(process.execPath, argv, { cwd })
    let printed = ''
    child.stderr.on('data', (data) => {
      printed += data
    })
    await setTimeout(3_000)
    child.kill('SIGINT')
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect([code, signal, printed]).toEqual([null, 'SIGINT', ''])
    expect(readdirSync(cwd)).toEqual(files)
  })
})
