import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { closedAt, type History } from '../../../src/core/sim/history.ts'
import { makeHistory } from '../../../src/core/sim/history-columns.ts'
import {
  hasReturns,
  historyUntil,
  isAlive,
  lastMark,
  priceHistory,
  volumePerDay,
} from '../../../src/core/sim/history-known.ts'
import { barsOf, future, hour, partsOf, perp, plain, spot } from './bars.ts'

const historyOf = (...parts: Parameters<typeof partsOf>): History => {
  const made = makeHistory(partsOf(...parts))
  if (!made.ok) throw new Error(JSON.stringify(made.error))
  return made.value
}

describe('what is known once a row has closed', () => {
  const funding = {
    time: Float64Array.from([hour(0), hour(1), hour(2), hour(3)]),
    rate: Float64Array.from([1e-4, 2e-4, 3e-4, 4e-4]),
    intervalMs: HOUR_MS,
  }
  const history = historyOf(
    [
      [perp('BTC'), { ...plain(barsOf([10, null, 12, 13])), marks: barsOf([10, 11, 12, 13]), funding }],
      [spot('ETH'), plain(barsOf([5, 6], 2))],
      [spot('LUNA'), { ...plain(barsOf([3, 2])), leaves: true }],
    ],
    4,
  )

  test('[HIST-10] a cut history has no later row, mark, rate or payment', () => {
    for (let row = 0; row < 4; row++) {
      const known = historyUntil(history, row)
      expect(known.asOf).toBe(closedAt(history, row))
      for (const name of ['open', 'high', 'low', 'close', 'volume', 'mark'] as const)
        expect(known[name]).toEqual(history[name]!.slice(0, 3 * (row + 1)))
      expect(known.rate).toEqual(history.rate.slice(0, row + 1))
      expect(known.time).toEqual(history.time.slice(0, row + 1))
      expect(known.funding[0]!.time).toEqual(funding.time.slice(0, Math.min(4, row + 2)))
    }
  })

  test('[HIST-10] a life is known as far as it has come: its end at the close of its last bar', () => {
    const lives = (row: number) =>
      historyUntil(history, row).lives.map(({ from, to, last }) => [from, to, last !== null])
    expect(lives(0)).toEqual([
      [0, 1, false],
      [1, 1, false],
      [0, 1, false],
    ])
    expect(lives(1)).toEqual([
      [0, 2, false],
      [2, 2, false],
      [0, 2, true],
    ])
    expect(lives(3)).toEqual([
      [0, 4, false],
      [2, 4, false],
      [0, 2, true],
    ])
    const alive = (row: number) => [0, 1, 2].map((j) => isAlive(historyUntil(history, row), j))
    expect(alive(0)).toEqual([true, false, true])
    expect(alive(1)).toEqual([true, false, false])
    expect(alive(2)).toEqual([true, true, false])
  })

  test('[HIST-10] a future is over at its expiry', () => {
    const dated = historyOf(
      [
        [future('BTC', hour(2)), plain(barsOf([10, 11]))],
        [spot('ETH'), plain(barsOf([1, 1, 1]))],
      ],
      3,
    )
    expect([0, 1].map((row) => isAlive(historyUntil(dated, row), 0))).toEqual([true, false])
  })

  test('[HIST-10] the last mark is the latest that was seen', () => {
    expect(lastMark(historyUntil(history, 1), 0)).toEqual({ price: 11, at: hour(2) })
    expect(lastMark(historyUntil(history, 1), 1)).toBe(null)
    expect(lastMark(historyUntil(history, 3), 2)).toEqual({ price: 2, at: hour(2) })
  })

  test('[HIST-11] the history of an underlying is the bars of the window, gaps left out', () => {
    const { name, time, close } = priceHistory(historyUntil(history, 3), 0, 3 * HOUR_MS)
    expect(name).toBe('BTC')
    expect([[...time], [...close]]).toEqual([
      [hour(2), hour(3)],
      [12, 13],
    ])
  })

  test('[HIST-11] 20 returns within the window are enough, 19 are not, and a return over more than a week is none', () => {
    const many = (closes: readonly (number | null)[], rows: number) =>
      historyUntil(historyOf([[spot('BTC'), plain(barsOf(closes))]], rows), rows - 1)
    const rising = Array.from({ length: 21 }, (_, k) => 100 + k)
    expect(hasReturns(many(rising, 21), 0, 21 * HOUR_MS)).toBe(true)
    expect(hasReturns(many(rising, 21), 0, 20 * HOUR_MS)).toBe(false)
    expect(hasReturns(many(rising.slice(1), 20), 0, DAY_MS)).toBe(false)
    const [week, longer] = [167, 168].map((hours) => [
      ...rising.slice(0, 11),
      ...Array<null>(hours).fill(null),
      ...rising.slice(11),
    ])
    expect(hasReturns(many(week!, week!.length), 0, 30 * DAY_MS)).toBe(true)
    expect(hasReturns(many(longer!, longer!.length), 0, 30 * DAY_MS)).toBe(false)
  })

  test('[HIST-12] volume per day is the mean traded value since the later of window and life, missing bars counting as none', () => {
    const traded = historyOf(
      [
        [perp('BTC'), plain(barsOf([10, null, 12, 13]))],
        [perp('BTC', 'inverse'), { ...plain(barsOf([10, 10, 10, 10])) }],
        [spot('ETH'), plain(barsOf([5, 6], 2))],
        [spot('SOL'), plain({ ...barsOf([1, 1, 1, 1]), volume: null })],
      ].map(([instrument, bars], k) => [
        k === 1 ? { ...(instrument as ReturnType<typeof perp>), id: 'BTC-INV' } : instrument,
        bars,
      ]) as never,
      4,
    )
    const known = historyUntil(traded, 3)
    const [inverse, linear, ether, sol] = [0, 1, 2, 3]
    // 0.1 coin a contract: (1.0 + 1.2 + 1.3) in 4 hours.
    expect(volumePerDay(known, linear!, 10 * DAY_MS)).toBeCloseTo((3.5 * 24) / 4, 12)
    expect(volumePerDay(known, linear!, 2 * HOUR_MS)).toBeCloseTo((2.5 * 24) / 2, 12)
    expect(volumePerDay(known, inverse!, 10 * DAY_MS)).toBeCloseTo(100 * 24, 12)
    expect(volumePerDay(known, ether!, 10 * DAY_MS)).toBeCloseTo((11 * 24) / 2, 12)
    expect(volumePerDay(known, sol!, 10 * DAY_MS)).toBeNaN()
  })
})
