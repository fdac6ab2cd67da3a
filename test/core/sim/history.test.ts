import { describe, expect, test } from 'vitest'
import { decimal, toText } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import type { History } from '../../../src/core/sim/history.ts'
import { type Accepted, type Bars, checkBars } from '../../../src/core/sim/history-bars.ts'
import { type HistoryParts, type InstrumentHistory, makeHistory } from '../../../src/core/sim/history-columns.ts'
import { checkFunding } from '../../../src/core/sim/history-funding.ts'
import { barsOf, changed, future, hour, partsOf, perp, plain, START, spot } from './bars.ts'

const check = (bars: Bars, accept: readonly Accepted[] = []) =>
  checkBars(bars, { name: 'BTC', path: 'backtest.history.BTC', origin: START, intervalMs: HOUR_MS, accept })
const lines = (bars: Bars, accept: readonly Accepted[] = []): string[] =>
  check(bars, accept).issues.map(({ code, message }) => `${code}: ${message}`)

const SOUND = barsOf([100, 101, 102, 103])

describe('bars', () => {
  test('[HIST-1] sound bars have nothing to say', () => {
    expect(check(SOUND)).toEqual({ issues: [], notes: [] })
  })

  test.each<[string, Bars, string]>([
    [
      'a time twice',
      changed(SOUND, 'time', 2, hour(1)),
      'history.order: the bars of BTC must be in order of time and one per time, was another at 2025-01-01 01:00 UTC',
    ],
    [
      'an earlier time',
      changed(SOUND, 'time', 3, hour(0)),
      'history.order: the bars of BTC must be in order of time and one per time, was another at 2025-01-01 00:00 UTC',
    ],
    [
      'a time that is none',
      changed(SOUND, 'time', 3, Number.NaN),
      'history.order: the bars of BTC must be in order of time and one per time, was another in bar 4',
    ],
    [
      'half an hour late',
      changed(SOUND, 'time', 3, hour(3) + HOUR_MS / 2),
      'history.misaligned: the bars of BTC must open a whole number of 1h from 2025-01-01 00:00 UTC, was one at 2025-01-01 03:30 UTC',
    ],
    [
      'a close that is none',
      changed(SOUND, 'close', 1, Number.NaN),
      'history.price: the prices of BTC must be numbers above 0, was another at 2025-01-01 01:00 UTC',
    ],
    [
      'a high without bounds',
      changed(SOUND, 'high', 1, Number.POSITIVE_INFINITY),
      'history.price: the prices of BTC must be numbers above 0, was another at 2025-01-01 01:00 UTC',
    ],
    [
      'a low of 0',
      changed(SOUND, 'low', 1, 0),
      'history.price: the prices of BTC must be numbers above 0, was another at 2025-01-01 01:00 UTC',
    ],
    [
      'a volume below 0',
      changed(SOUND, 'volume', 1, -1),
      'history.volume: the volume of BTC must be a number of 0 or more, was another at 2025-01-01 01:00 UTC',
    ],
    [
      'a volume that is none',
      changed(SOUND, 'volume', 1, Number.NaN),
      'history.volume: the volume of BTC must be a number of 0 or more, was another at 2025-01-01 01:00 UTC',
    ],
    [
      '1,000 times the price',
      barsOf([100, 100_000, 100]),
      'history.jump: the prices of BTC must be within 10 times the close before, was 1,000.0 times, first at 2025-01-01 01:00 UTC (and 1 more like it)',
    ],
    [
      'a wick',
      changed(SOUND, 'high', 2, 9_000),
      'history.jump: the prices of BTC must be within 10 times the close before, was 89.1 times, first at 2025-01-01 02:00 UTC',
    ],
    [
      'a close above its high',
      changed(SOUND, 'close', 2, 103),
      'history.range: open and close of BTC must lie between low and high, was outside at 2025-01-01 02:00 UTC',
    ],
  ])('[HIST-1] %s is refused', (_, bars, line) => {
    expect(lines(bars)).toContain(line)
  })

  test('[HIST-2] what is accepted by name passes, and is said', () => {
    const jumped = barsOf([100, 100_000, 100])
    expect(lines(jumped, ['range'])).toHaveLength(1)
    expect(check(jumped, ['jump'])).toEqual({
      issues: [],
      notes: [
        'BTC has 2 bars with a price up to 1,000.0 times the close before, which is accepted; the first at 2025-01-01 01:00 UTC.',
      ],
    })
    const outside = changed(SOUND, 'close', 2, 103)
    expect(lines(outside, ['jump'])).toHaveLength(1)
    expect(check(outside, ['range']).notes).toEqual([
      'BTC has 1 bar with open or close outside low and high, which is accepted; the first at 2025-01-01 02:00 UTC.',
    ])
  })

  test('[HIST-3] gaps and bars without volume are said', () => {
    expect(check(barsOf([100, null, null, 103, null, 105])).notes).toEqual([
      'BTC has 2 gaps, the longest 2h, the first before 2025-01-01 03:00 UTC; its last mark ages meanwhile.',
    ])
    expect(check(changed(SOUND, 'volume', 2, 0)).notes).toEqual([
      'BTC has 1 bar without volume, the first at 2025-01-01 02:00 UTC.',
    ])
    expect(check({ ...SOUND, volume: null }).notes).toEqual(['The volume of BTC is not known.'])
  })
})

const made = (parts: HistoryParts): History => {
  const history = makeHistory(parts)
  if (!history.ok) throw new Error(history.error.map(({ message }) => message).join('\n'))
  return history.value
}
const refusals = (parts: HistoryParts): string[] => {
  const history = makeHistory(parts)
  return history.ok ? [] : history.error.map(({ code, path, message }) => `${code} ${path}: ${message}`)
}
const column = (history: History, name: 'close' | 'volume' | 'mark', j: number): number[] =>
  Array.from(history.time, (_, row) => history[name]![row * history.universe.instruments.length + j]!)
const NOT = Number.NaN

describe('columns', () => {
  test('[HIST-4] a bar stands in the row of its open, a row without one is NaN, and nothing fills it', () => {
    const history = made(
      partsOf(
        [
          [spot('BTC'), plain(barsOf([10, null, 12, 13]))],
          [spot('ETH'), plain(barsOf([5, 6], 2))],
        ],
        4,
      ),
    )
    expect([...history.time]).toEqual([hour(0), hour(1), hour(2), hour(3)])
    expect(column(history, 'close', 0)).toEqual([10, NOT, 12, 13])
    expect(column(history, 'close', 1)).toEqual([NOT, NOT, 5, 6])
    expect(history.mark).toBe(null)
    expect(history.lives).toEqual([
      { from: 0, to: 4, last: null },
      { from: 2, to: 4, last: null },
    ])
    expect(history.notes).toEqual([
      'BTC has 1 gap, the longest 1h, the first before 2025-01-01 02:00 UTC; its last mark ages meanwhile.',
      'ETH begins at 2025-01-01 02:00 UTC.',
    ])
  })

  test('[HIST-4] the order in which instruments are given changes no byte', () => {
    const btc = [spot('BTC'), plain(barsOf([10, 11, 12]))] as const
    const eth = [spot('ETH'), plain(barsOf([5, 6, 7]))] as const
    expect(made(partsOf([eth, btc], 3))).toEqual(made(partsOf([btc, eth], 3)))
  })

  test('[HIST-5] who leaves before the end must be said to, and leaves at its last close exactly', () => {
    const luna = plain(barsOf([0.1, 1e-7, 1.5e-7]))
    const accept: InstrumentHistory = { ...luna, accept: ['jump'] }
    const btc = [spot('BTC'), plain(barsOf([10, 11, 12, 13]))] as const
    expect(refusals(partsOf([btc, [spot('LUNA'), accept]], 4))).toEqual([
      'history.ends backtest.history.LUNA: the bars of LUNA must reach the end of the run 2025-01-01 04:00 UTC, was 2025-01-01 03:00 UTC',
    ])
    const history = made(partsOf([btc, [spot('LUNA'), { ...accept, leaves: true }]], 4))
    expect(history.lives[1]).toEqual({ from: 0, to: 3, last: decimal('0.00000015') })
    expect(history.notes.at(-1)).toBe('LUNA ends at 2025-01-01 03:00 UTC, at 0.00000015.')
  })

  test('[HIST-5] a future ends at its expiry, and has no bar after it', () => {
    const ends = (expiry: number) => partsOf([[future('BTC', expiry), plain(barsOf([10, 11, 12]))]], 4)
    expect(made(ends(hour(3))).lives[0]).toEqual({ from: 0, to: 3, last: decimal('12') })
    expect(refusals(ends(hour(2)))).toEqual([
      'history.after-expiry backtest.history.BTC-FUT: the bars of BTC-FUT must close by its expiry 2025-01-01 02:00 UTC, was one that closes at 2025-01-01 03:00 UTC',
    ])
    expect(refusals(ends(hour(9)))[0]).toContain('history.ends')
  })

  test('[HIST-5] who has no bar in the rows is refused', () => {
    expect(refusals(partsOf([[spot('BTC'), plain(barsOf([10, 11], 5))]], 4))).toEqual([
      'history.none backtest.history.BTC: BTC must have bars before 2025-01-01 04:00 UTC, was none',
    ])
  })

  test('[HIST-6] marks are the closes, or those of their own file, with which a life begins', () => {
    const marked = { ...plain(barsOf([10, 11, 12, 13])), marks: barsOf([20, null, 22], 1) }
    const history = made(
      partsOf(
        [
          [perp('BTC'), marked],
          [spot('ETH'), plain(barsOf([1, 2, 3, 4]))],
        ],
        4,
      ),
    )
    expect(column(history, 'mark', 0)).toEqual([NOT, 20, NOT, 22])
    expect(column(history, 'mark', 1)).toEqual([1, 2, 3, 4])
    expect(history.lives[0]!.from).toBe(1)
    const broken = { ...marked, marks: changed(barsOf([20, 21, 22, 23]), 'close', 1, 0) }
    expect(refusals(partsOf([[perp('BTC'), broken]], 4))).toEqual([
      'history.price backtest.marks.BTC-PERP: the prices of the mark of BTC-PERP must be numbers above 0, was another at 2025-01-01 01:00 UTC',
    ])
  })

  test('[HIST-7] a currency is worth what was last known of it: stated, its own bars, or the spot of its name', () => {
    const parts = partsOf(
      [
        [spot('BTC', 'USDT'), plain(barsOf([10, 11, null, 13]))],
        [perp('BTC', 'inverse'), plain(barsOf([10, 11, 12, 13]))],
      ],
      4,
      {
        rates: {
          USDT: { kind: 'bars', bars: barsOf([0.5, null, 2, 4]), accept: [] },
          BTC: { kind: 'instrument', instrument: 0 },
        },
      },
    )
    const history = made(parts)
    expect(history.universe.currencies).toEqual(['BTC', 'USD', 'USDT'])
    expect([...history.rate]).toEqual([5, 1, 0.5, 5.5, 1, 0.5, 5.5, 1, 2, 52, 1, 4])
    expect(history.notes).toContain('The rate of BTC is held at the last one for 1 bar.')
    expect(
      refusals({
        ...parts,
        begins: hour(1),
        rates: [{ kind: 'bars', bars: barsOf([10], 2), accept: [] }, parts.rates[1]!, parts.rates[2]!],
      }),
    ).toEqual([
      'history.rate backtest.rates.BTC: the rate of BTC must be known when the run begins, was not known before 2025-01-01 01:00 UTC',
    ])
    expect(
      refusals({
        ...parts,
        rates: [parts.rates[0]!, parts.rates[1]!, { kind: 'bars', bars: barsOf([1, -1]), accept: [] }],
      })[0],
    ).toContain('history.price backtest.rates.USDT: the prices of the rate of USDT must be numbers above 0')
  })

  test('[HIST-8] threads may share the columns', () => {
    const parts = partsOf([[spot('BTC'), plain(barsOf([10, 11]))]], 2)
    const [own, shared] = [made(parts), made({ ...parts, shared: true })]
    expect(shared.close.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(own.close.buffer).toBeInstanceOf(ArrayBuffer)
    expect([...shared.close, ...shared.rate]).toEqual([...own.close, ...own.rate])
  })
})

describe('funding', () => {
  const paid = (time: readonly number[], rate: readonly number[] = time.map(() => 1e-4)) =>
    checkFunding(
      { time: Float64Array.from(time), rate: Float64Array.from(rate) },
      { name: 'BTC-PERP', path: 'backtest.funding.BTC-PERP', intervalMs: 8 * HOUR_MS },
    )

  test('[HIST-9] payments at the interval that is stated, to the minute; missing ones are said', () => {
    expect(paid([hour(0), hour(8) + 30_000, hour(16)])).toEqual({ issues: [], notes: [] })
    expect(paid([hour(0), hour(8), hour(32), hour(40)]).notes).toEqual([
      '2 payments of BTC-PERP missing, the longest time without one 1d; nothing is paid there.',
    ])
  })

  test.each<[string, readonly number[], readonly number[] | undefined, string]>([
    [
      'off the interval',
      [hour(0), hour(8), hour(9)],
      undefined,
      'funding.interval: the payments of BTC-PERP must be a whole number of 8h after the first (2025-01-01 00:00 UTC), was 2025-01-01 09:00 UTC',
    ],
    [
      'out of order',
      [hour(8), hour(0)],
      undefined,
      'funding.order: the payments of BTC-PERP must be in order of time and one per time, was another at 2025-01-01 00:00 UTC',
    ],
    [
      'twice',
      [hour(8), hour(8)],
      undefined,
      'funding.order: the payments of BTC-PERP must be in order of time and one per time, was another at 2025-01-01 08:00 UTC',
    ],
    [
      'in percent',
      [hour(0), hour(8)],
      [0.01, 0.3],
      'funding.rate: the rates of BTC-PERP must be fractions of notional below 10 %, was 0.3 at 2025-01-01 08:00 UTC',
    ],
    [
      'no number',
      [hour(0), hour(8)],
      [0.01, Number.NaN],
      'funding.rate: the rates of BTC-PERP must be fractions of notional below 10 %, was NaN at 2025-01-01 08:00 UTC',
    ],
  ])('[HIST-9] %s is refused', (_, time, rate, line) => {
    expect(paid(time, rate).issues.map(({ code, message }) => `${code}: ${message}`)).toEqual([line])
  })

  test('[HIST-9] a history keeps the payments of its own time', () => {
    const funding = {
      time: Float64Array.from([hour(-8), hour(0), hour(8)]),
      rate: Float64Array.from([1, 2, 3].map((x) => x / 1e4)),
      intervalMs: 8 * HOUR_MS,
    }
    const history = made(partsOf([[perp('BTC'), { ...plain(barsOf([10, 11, 12])), funding }]], 3))
    expect(history.funding[0]).toEqual({ time: Float64Array.from([hour(0)]), rate: Float64Array.from([2e-4]) })
    expect(toText(decimal('0.0002'))).toBe(String(history.funding[0]!.rate[0]))
  })
})
