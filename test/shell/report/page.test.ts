import { describe, expect, test } from 'vitest'
import { reportRun } from '../../../src/core/sim/run-report.ts'
import { renderReport } from '../../../src/shell/report/page.ts'
import { EXAMPLE_RISK, exampleRun } from '../../core/sim/example-run.ts'
import { coin, runOf, type Told } from '../../core/sim/told-runs.ts'

const ABOUT = { title: 'Example book', policy: 'weight band 3 %, to edge', settings: [['every', '4h']] as const }
const report = reportRun(exampleRun(), EXAMPLE_RISK)
const page = renderReport(report, ABOUT)

/** Element names in order, and where they do not close in it. */
function misnested(html: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const bare = html.replace(/<style>[\s\S]*?<\/style>/, '').replace('<!doctype html>', '')
  for (const [, closing, name, selfClosing] of bare.matchAll(/<(\/?)([a-zA-Z0-9]+)[^>]*?(\/?)>/g)) {
    if (selfClosing === '/') continue
    if (closing === '') open.push(name!)
    else if (open.pop() !== name) wrong.push(name!)
  }
  return [...wrong, ...open]
}

const matches = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, first]) => first!)

describe('report page', () => {
  test('[REPORT-2] the same run is the same bytes, and nothing in them comes from elsewhere or runs', () => {
    expect(renderReport(reportRun(exampleRun(), EXAMPLE_RISK), ABOUT)).toBe(page)
    expect(page.match(/<script|https?:|javascript:|@import|url\(|src=|\son[a-z]+=/i)).toBeNull()
    expect(misnested(page)).toEqual([])
  })

  test('[REPORT-3] every figure has a title and a description, every table a caption and headings, every id is one', () => {
    const ids = matches(/ id="([^"]*)"/g)
    expect(new Set(ids).size).toBe(ids.length)
    const figures = matches(/<svg viewBox="0 0 1000 1000"[^>]* aria-labelledby="([^"]*)"/g)
    expect(figures.length).toBe(9)
    for (const id of figures.flatMap((each) => each.split(' '))) expect(ids).toContain(id)
    for (const text of matches(/<desc[^>]*>([^<]*)</g)) expect(text.length).toBeGreaterThan(20)
    const tables = page.split('<table>').slice(1)
    expect(tables.length).toBeGreaterThan(6)
    for (const each of tables) {
      expect(each).toMatch(/^<caption>[^<]+<\/caption><thead><tr><th scope="col"/)
      expect(each).toContain('<th scope="row"')
    }
    for (const target of matches(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    expect(page).toContain('<html lang="en">')
  })

  test('[REPORT-4] light and dark, phone and paper have their rules', () => {
    for (const rule of ['prefers-color-scheme:dark', 'max-width:40rem', '@media print', 'name="viewport"'])
      expect(page).toContain(rule)
  })

  test('[REPORT-5] it says what the run says: result, benchmarks, parts, refusals, notes, definitions, hashes', () => {
    const text = page.replace(/<[^>]*>/g, ' ').replace(/ +/g, ' ')
    const { whole } = report.attribution
    for (const words of [
      'Equity went from 110,007.56 to 118,985.11, of which 20,000.00 came in on the way.',
      'frictionless target',
      'rebalancing premium',
      'market.stale',
      'LUNA ended on',
      'What hangs on the target',
      '-2.5 % -3.1 to -1.8 %',
      'weights of other names, 5 draws',
      'sample standard deviation',
      report.hashes.history,
      report.hashes.mandate,
      report.hashes.ledger,
    ])
      expect(text).toContain(words)
    expect(whole.lines).toHaveLength(5)
  })

  test('[REPORT-6] names of files cannot become markup', () => {
    const nasty = '<img src=x onerror=alert(1)>"\'&'
    const run = exampleRun()
    const hurt = renderReport(reportRun({ ...run, history: { ...run.history, notes: [nasty] } }), {
      title: nasty,
      policy: nasty,
      settings: [[nasty, nasty]],
    })
    expect(hurt).not.toContain('<img')
    expect(misnested(hurt)).toEqual([])
  })

  test.each<[string, Told]>([
    ['one row', { instruments: [coin('BTC')], closes: { BTC: [100] } }],
    ['two rows without trades', { instruments: [coin('BTC')], closes: { BTC: [100, 100] } }],
    [
      'ruin',
      {
        instruments: [coin('BTC')],
        closes: { BTC: [100, 100, 100] },
        columns: { equity: Float64Array.of(1000, -5, 3) },
      },
    ],
    [
      'an instrument that is listed later',
      { instruments: [coin('BTC'), coin('NEW')], closes: { BTC: [1, 2, 3], NEW: [null, null, 1] } },
    ],
    [
      'nothing forecast',
      {
        instruments: [coin('BTC')],
        closes: { BTC: [1, 2, 3] },
        columns: { trackingError: new Float64Array(3).fill(Number.NaN) },
      },
    ],
  ])('[REPORT-7] %s has a page too, without a NaN', (_, told) => {
    const html = renderReport(reportRun(runOf(told)), ABOUT)
    expect(html.match(/.{40}(NaN|Infinity|undefined)/)).toBeNull()
    expect(misnested(html)).toEqual([])
  })

  test('[REPORT-8] a long run draws its peaks and no more points than a picture shows', () => {
    const rows = 50_000
    const equity = new Float64Array(rows).fill(1000)
    equity[31_234] = 3000
    const html = renderReport(
      reportRun(
        runOf({ instruments: [coin('BTC')], closes: { BTC: Array.from(equity, () => 100) }, columns: { equity } }),
      ),
      ABOUT,
    )
    expect(html.length).toBeLessThan(400_000)
    // The peak of the book's line is the highest place of its plot but the margin.
    const line = /<path class="line book" d="([^"]*)"/.exec(html)![1]!
    const heights = [...line.matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y))
    expect(Math.min(...heights)).toBeLessThan(30)
  })

  test('[REPORT-8] of very many underlyings it draws the largest weights, and says so', () => {
    const names = Array.from({ length: 40 }, (_, k) => `C${String(k).padStart(2, '0')}`)
    const weight = Float64Array.from({ length: 80 }, (_, at) => ((at % 40) + 1) / 1000)
    const told = {
      instruments: names.map((name) => coin(name)),
      closes: Object.fromEntries(names.map((name) => [name, [1, 1]])),
      columns: { weight },
    }
    const html = renderReport(reportRun(runOf(told)), ABOUT)
    expect(html.match(/<h3>/g)).toHaveLength(24)
    expect(html).toContain('The 24 largest of 40.')
    expect(html).toContain('<h3>C39</h3>')
    expect(html).not.toContain('<h3>C15</h3>')
  })
})
