/** Refusals of market history that no command can reach, because the reader of a file refuses first. */

import { HOUR_MS } from '../../src/core/base/instant.ts'
import type { Issue } from '../../src/core/base/result.ts'
import { type Bars, checkBars } from '../../src/core/sim/history-bars.ts'
import { barsOf, changed, hour, START } from '../core/sim/bars.ts'
import type { LibraryCase } from './library-case.ts'

const checked = (bars: Bars): readonly Issue[] =>
  checkBars(bars, { name: 'BTC', path: 'backtest.history.BTC', origin: START, intervalMs: HOUR_MS, accept: [] }).issues
const sound = barsOf([100, 101, 102])

export const HISTORY_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'history.order': {
    refused: () => checked(changed(sound, 'time', 2, hour(1))),
    reads:
      'backtest.history.BTC: the bars of BTC must be in order of time and one per time, was another at 2025-01-01 01:00 UTC; sort them, and keep one bar per time',
  },
  'history.price': {
    refused: () => checked(changed(sound, 'close', 1, Number.NaN)),
    reads:
      'backtest.history.BTC: the prices of BTC must be numbers above 0, was another at 2025-01-01 01:00 UTC; fetch the history again; leave out a bar that is not known, which makes it a gap',
  },
  'history.volume': {
    refused: () => checked(changed(sound, 'volume', 1, -1)),
    reads:
      'backtest.history.BTC: the volume of BTC must be a number of 0 or more, was another at 2025-01-01 01:00 UTC; fetch the history again',
  },
}
