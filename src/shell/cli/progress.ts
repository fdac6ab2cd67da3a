/** A progress bar on stderr for what takes over a second, where somebody sits at a terminal; it leaves no trace. */
import { formatDuration } from '../../core/base/format.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/base/instant.ts'
import type { Io } from './io.ts'
import { printable, truncate } from './text.ts'

const PATIENCE_MS = 1000
const REDRAW_MS = 100
const WIDTH = 20

/** Time left at the pace so far, in seconds, or minutes where it is long. */
function leftMs(passed: number, share: number): number {
  const left = share > 0 ? (passed * (1 - share)) / share : 0
  const unit = left < 2 * MINUTE_MS ? SECOND_MS : MINUTE_MS
  return Math.ceil(left / unit) * unit
}

export interface Progress {
  /** @param share done, from 0 to 1; @param what is being done */
  update(share: number, what: string): void
  /** Removes the bar. */
  clear(): void
}

export function makeProgress(io: Io): Progress {
  const start = io.now()
  let drawn = 0
  return {
    update(share, what) {
      const now = io.now()
      if (!io.isTerminal || now - start < PATIENCE_MS || now - drawn < REDRAW_MS) return
      drawn = now
      const full = Math.round(WIDTH * share)
      const left = `${formatDuration(leftMs(now - start, share))} left`
      const bar = `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}] ${Math.floor(100 * share)} %  ${left}  ${printable(what)}`
      io.stderr(`\r\u001b[K${truncate(bar, io.columns - 1)}`)
    },
    clear() {
      if (drawn > 0) io.stderr('\r\u001b[K')
    },
  }
}
