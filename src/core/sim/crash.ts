/**
 * A crash that happened, as a path of bars for a scenario: candles of it, of any interval up to that of the run, put together
 * into bars of the run, each over the close before it. A bar in which nothing traded is no bar: a halt.
 */
import { formatInstant, type Instant, parseInstant } from '../base/instant.ts'
import { assert, type Result, refuse, succeed } from '../base/result.ts'
import type { Bars } from './history-bars.ts'
import type { PathBar } from './scenario.ts'

/** Named times of which candles can be had; the candles themselves are not part of the library. */
export interface Crash {
  readonly name: string
  /** The first bar opens at or after. */
  readonly from: Instant
  readonly to: Instant
  readonly what: string
}

const at = (text: string): Instant => {
  const instant = parseInstant(text)
  assert(instant.ok, `a time of the catalogue, was ${text}`)
  return instant.value
}

export const CRASHES: readonly Crash[] = [
  {
    name: '2020-03-12',
    from: at('2020-03-12T00:00:00Z'),
    to: at('2020-03-14T00:00:00Z'),
    what: 'Bitcoin lost half within a day while the pandemic broke markets; venues stood still for hours',
  },
  {
    name: '2021-05-19',
    from: at('2021-05-19T00:00:00Z'),
    to: at('2021-05-20T20:00:00Z'),
    what: 'leverage came out of a crowded market: Bitcoin fell by 30 %, smaller coins by half, within hours',
  },
  {
    name: '2022-05-luna',
    from: at('2022-05-08T00:00:00Z'),
    to: at('2022-05-14T00:00:00Z'),
    what: 'an algorithmic stablecoin and its coin went to zero over six days and took the market along',
  },
  {
    name: '2022-06-3ac',
    from: at('2022-06-11T00:00:00Z'),
    to: at('2022-06-20T00:00:00Z'),
    what: 'lenders and a large fund failed; Ether fell by 40 % in a week',
  },
  {
    name: '2022-11-ftx',
    from: at('2022-11-06T00:00:00Z'),
    to: at('2022-11-12T00:00:00Z'),
    what: 'a large venue stopped withdrawals; Solana lost 60 % and its perps stood far under spot',
  },
  {
    name: '2023-03-usdc',
    from: at('2023-03-10T00:00:00Z'),
    to: at('2023-03-14T00:00:00Z'),
    what: 'a dollar coin traded at 87 cents over a weekend while its reserves were in doubt',
  },
  {
    name: '2024-08-05',
    from: at('2024-08-04T00:00:00Z'),
    to: at('2024-08-07T00:00:00Z'),
    what: 'carry trades in yen were unwound: Bitcoin fell by 20 %, Ether by 30 %, within two days',
  },
  {
    name: '2025-10-10',
    from: at('2025-10-10T12:00:00Z'),
    to: at('2025-10-12T00:00:00Z'),
    what: 'the largest liquidation so far: small coins fell by half or more within minutes, winners were deleveraged',
  },
]

/**
 * @param bars checked, in order; one that closes at or before the crash begins is its first price.
 * @returns a bar per bar of the run, or why there are none. Codes: crash.interval, crash.uncovered.
 */
export function crashPath(
  bars: Bars,
  crash: Pick<Crash, 'name' | 'from' | 'to'>,
  { candleMs, intervalMs, name }: { readonly candleMs: number; readonly intervalMs: number; readonly name: string },
): Result<readonly PathBar[]> {
  if (intervalMs % candleMs !== 0)
    return refuse(
      'crash.interval',
      `data.${name}`,
      `candles must fit a whole number of times into a bar of the run, was ${candleMs / 60_000} min in ${intervalMs / 60_000} min`,
      'use candles of a finer interval, or a run of a coarser one',
    )
  const before = bars.time.findLastIndex((open) => open + candleMs <= crash.from)
  const last = bars.time.at(-1) ?? Number.NEGATIVE_INFINITY
  if (before < 0 || last + candleMs < crash.to)
    return refuse(
      'crash.uncovered',
      `data.${name}`,
      `candles of ${name} must reach from before ${formatInstant(crash.from)} to ${formatInstant(crash.to)}, was otherwise`,
      'use a file that covers the crash, or map the name to one that has it with --as',
    )
  const count = Math.ceil((crash.to - crash.from) / intervalMs)
  let close = bars.close[before]!
  let k = before + 1
  return succeed(
    Array.from({ length: count }, (_, row): PathBar => {
      const end = crash.from + (row + 1) * intervalMs
      const base = close
      const from = k
      let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (; k < bars.time.length && bars.time[k]! < end; k++) {
        high = Math.max(high, bars.high[k]!)
        low = Math.min(low, bars.low[k]!)
        close = bars.close[k]!
      }
      if (k === from) return { open: Number.NaN, high: Number.NaN, low: Number.NaN, close: Number.NaN }
      return { open: bars.open[from]! / base, high: high / base, low: low / base, close: close / base }
    }),
  )
}
