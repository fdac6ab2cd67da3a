import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { targetRiskTerms } from '../../../src/shell/cli/target-risk-words.ts'
import { ROOT } from '../../repository/source.ts'
import { cli } from './terminal.ts'

test('[VARY-5] the command shows the run and the same run with other targets', async () => {
  const book = join(ROOT, 'examples/backtest.yaml')
  const { code, out } = await cli(['backtest', '--book', book, '--target-risk', '14d'], { columns: 120 })
  expect(code).toBe(0)
  const lines = out.slice(out.indexOf('What hangs on the target')).split('\n')
  expect(lines.slice(2, 6).map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    'as it was',
    'known 14d later',
    'weights of other names, 8 draws',
    'equal weights',
  ])
  // One coin joins in the middle, which is known later.
  const cells = (line: string): string[] => line.trim().split(/ {2,}/).slice(1)
  expect(cells(lines[3]!)).not.toEqual(cells(lines[2]!))
})

describe('words of --target-risk', () => {
  test.each([
    ['10%,30%,7d', [0.1, 0.3], [7 * DAY_MS]],
    ['50bp 2h', [0.005], [2 * HOUR_MS]],
    ['1w', [], [7 * DAY_MS]],
    ['25%', [0.25], []],
  ])('[VARY-5] %s', (words, noise, delaysMs) => {
    const terms = targetRiskTerms(words)
    expect(terms.ok && [terms.value.noise, terms.value.delaysMs]).toEqual([noise, delaysMs])
  })

  test.each(['', '0.1', '-10%', '0%', 'soon', '10%,x'])('[VARY-5] refuses %j', (words) => {
    const terms = targetRiskTerms(words)
    expect(terms.ok ? [] : terms.error.map(({ code, path }) => [code, path])).toEqual([
      ['target-risk.words', '--target-risk'],
    ])
  })
})
