import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toNumber } from '../../src/core/base/decimal.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { runBacktest } from '../../src/core/sim/backtest.ts'
import type { RunRecord } from '../../src/core/sim/run-record.ts'
import { encodeJournalLine } from '../../src/wire/session-codec.ts'
import { type Files, PARITY, PARITY_FILES, PERP, PERP_FILES, replaced, soundBacktest } from './backtests.ts'
import { edit } from './books.ts'

function runOf(text: string, files: Files): RunRecord {
  const run = runBacktest(soundBacktest(text, files).inputs)
  if (!run.ok) throw new Error(run.error.map(({ message }) => message).join('\n'))
  return run.value
}

describe('a book that is run', () => {
  const record = runOf(PARITY, PARITY_FILES)
  const { universe, time } = record.history
  const dayOf = (row: number): string => new Date(time[row]! + 86_400_000).toISOString().slice(0, 10)

  test('[BACK-12] who joins is traded at the decision of that moment, who leaves is closed at its last price, and none is refused', () => {
    const trades = record.trades.map(({ row, instrument, because }) => [
      dayOf(row),
      universe.instruments[instrument]!.id,
      because,
    ])
    // Joined on 7 March; a second later the next bar has opened.
    expect(trades.filter(([, id]) => id === 'CCC')[0]).toEqual(['2025-03-08', 'CCC', 'plan'])
    expect(trades.filter(([, id]) => id === 'DDD').at(-1)).toEqual(['2025-04-13', 'DDD', 'delisting'])
    const last = record.trades.findLast(({ instrument }) => universe.instruments[instrument]!.id === 'DDD')!
    expect(toNumber(last.mid)).toBe(PARITY_FILES.history.DDD!.close.at(-1))
    expect(record.decisions.filter(({ status }) => status === 'refused')).toEqual([])
  })

  test('[BACK-12] a run of the same book and history gives the same record', () => {
    expect(runOf(PARITY, PARITY_FILES)).toEqual(record)
  })

  test.each([
    ['the parity book', PARITY, PARITY_FILES],
    ['a perpetual with payments', PERP, PERP_FILES],
  ] as const)(
    '[BACK-8] whatever comes after a row, every event and every decision until then is the same, byte for byte: %s',
    (_, text, files) => {
      const made = soundBacktest(text, files)
      const { from, to } = made.inputs
      const until = (row: number): string[] => {
        const lines: string[] = []
        const run = runBacktest(made.inputs, {
          onStep: (event, effects) => void lines.push(encodeJournalLine({ seq: lines.length + 1, event, effects })),
          onRow: (reached) => reached === row,
        })
        expect(run.ok).toBe(true)
        return lines
      }
      fc.assert(
        fc.property(fc.integer({ min: from, max: to - 1 }), fc.integer(), (row, seed) => {
          const before = until(row)
          const random = makeRandom(seed)
          for (const put of [() => Number.NaN, () => 1e6 * random.uniform()])
            replaced(made, row, put, () => expect(until(row)).toEqual(before))
        }),
        { seed: 12, numRuns: 8 },
      )
    },
  )

  test('[BACK-20] limits on past losses and guards read the bars of the run', () => {
    const limited = edit(PARITY, [
      ['gross: 100%', 'gross: 100%, expectedShortfall: { max: 1.5%, confidence: 90%, over: 1d, method: historical }'],
    ])
    const held = runOf(limited, PARITY_FILES)
    expect(held.decisions.filter(({ status }) => status === 'refused')).toEqual([])
    const mean = (column: Float64Array): number => column.reduce((sum, each) => sum + each) / column.length
    expect(mean(held.gross)).toBeLessThan(0.9 * mean(record.gross))
    const guarded = edit(PARITY, [
      ['to: edge }', 'to: edge, guard: { measure: drift, window: 25d, confidence: 0%, widen: 200%, slow: 100% } }'],
    ])
    const guard = runOf(guarded, PARITY_FILES)
    expect(guard.trades.length).toBeLessThan(record.trades.length)
  })

  test('[BACK-13] a payment within a gap is of the last mark that was seen', () => {
    const bars = PERP_FILES.history['BTC-PERP']!
    const without = (column: Float64Array | null) => column!.filter((_, k) => k !== 14)
    const gap = {
      time: without(bars.time),
      open: without(bars.open),
      high: without(bars.high),
      low: without(bars.low),
      close: without(bars.close),
      volume: without(bars.volume),
    }
    const text = edit(PERP, [
      ['markAgeMax: 1d', 'markAgeMax: 3d'],
      ['targets: { BTC: 80% }', 'targets: { BTC: 50% }'],
    ])
    const { payments } = runOf(text, { ...PERP_FILES, history: { 'BTC-PERP': gap } })
    // Three a day until 20 January, 16:00; the one with which the book begins is not its own.
    expect(payments.filter(({ instrument }) => instrument !== null && instrument >= 0)).toHaveLength(29)
    expect(payments.every(({ paid }) => toNumber(paid) > 0)).toBe(true)
  })
})
