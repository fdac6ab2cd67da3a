/** `risk`: the forecast on a screen and as JSON, its judgement, and the progress bar. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Io } from '../../../src/shell/cli/io.ts'
import { makeProgress } from '../../../src/shell/cli/progress.ts'
import { ROOT } from '../../repository/source.ts'
import { cli } from './terminal.ts'

const TEN = join(ROOT, 'examples/ten.yaml')
const GOLDEN = join(ROOT, 'examples/golden-1.yaml')

describe('risk', () => {
  test('[CLI-50] JSON has every number of the screen', async () => {
    const { code, out } = await cli(['risk', '--book', GOLDEN, '--json'])
    expect(code).toBe(0)
    const data = JSON.parse(out)
    expect(data.underlyings[0]).toEqual({
      underlying: 'BTC',
      held: expect.closeTo(0.7, 12),
      volatility: 0.55,
      riskContribution: expect.closeTo(0.38, 2),
    })
    expect(data.correlations[0][1]).toBeCloseTo(0.8, 12)
    expect(data.volatilityOfBook).toBeCloseTo(0.504, 3)
    expect([data.estimator, data.score, data.notes]).toEqual([null, null, []])
  })

  test("[CLI-51] the judgement as JSON: every estimator with its scores, the book's own among them", async () => {
    const { code, out } = await cli(['risk', '--book', TEN, '--score', '--every', '7d', '--json'])
    expect(code).toBe(0)
    const { score } = JSON.parse(out)
    expect(score.weights).toBe('held')
    expect(score.estimators.filter((each: { own: boolean }) => each.own)).toHaveLength(1)
    for (const each of score.estimators) {
      expect(each.refused).toEqual([])
      expect(Object.keys(each.qlike)).toHaveLength(10)
      expect(each.volatilityRatio).toBeGreaterThan(0.5)
      expect(each.volatilityRatio).toBeLessThan(2)
    }
    const losses = score.estimators.map((each: { qlikeOfBook: number }) => each.qlikeOfBook)
    expect(losses).toEqual(losses.toSorted((a: number, b: number) => a - b))
  })

  test.each([
    [['risk', '--book', GOLDEN, '--score'], 'estimators must have candle files to be judged on, was a stated'],
    [['risk', '--book', TEN, '--score', '--over', 'long'], '--over: must be a duration'],
    [['risk', '--book', TEN, '--score', '--every', '5'], '--every: must be a duration'],
  ])('[CLI-51] %j is refused', async (argv, message) => {
    const { code, out, err } = await cli(argv)
    expect([code, out]).toEqual([2, ''])
    expect(err.replace(/\s+/g, ' ')).toContain(message)
  })

  test.each([40, 60, 80, 120])('[CLI-6] no line of the screen is wider than %d', async (columns) => {
    for (const argv of [
      ['risk', '--book', TEN, '--score', '--every', '20d'],
      ['risk', '--book', GOLDEN],
    ]) {
      const { out } = await cli(argv, { columns })
      for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns)
    }
  })
})

describe('the progress bar', () => {
  /** What is drawn when the clock moves by `step` with each look at it. */
  const drawn = (isTerminal: boolean, step: number): string => {
    let [now, err] = [0, '']
    const io: Io = {
      stdout: () => {},
      stderr: (text) => {
        err += text
      },
      isTerminal,
      columns: 40,
      color: false,
      cwd: '/',
      now: () => {
        now += step
        return now
      },
    }
    const progress = makeProgress(io)
    for (let k = 1; k <= 10; k++) progress.update(k / 10, 'Ledoit-Wolf, constant correlation')
    progress.clear()
    return err
  }

  test('[CLI-52] appears on a terminal after a second, fits it, and is gone at the end', () => {
    const lines = drawn(true, 300).split('\r\u001b[K')
    expect(lines.at(-1)).toBe('')
    expect(lines[1]).toBe('[########------------] 40 %  2s left  …')
    expect(lines).toHaveLength(9)
  })

  test('[CLI-52] nothing is drawn where nobody sits or nothing takes long', () => {
    expect([drawn(false, 300), drawn(true, 50)]).toEqual(['', ''])
  })
})
