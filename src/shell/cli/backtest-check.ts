/** What `backtest --check` says: over which bars the book would be run, what it would be told, and what the files hold. */
import { formatAmount, formatDuration, formatInstantShort } from '../../core/base/format.ts'
import { formatInstant } from '../../core/base/instant.ts'
import { type Result, succeed } from '../../core/base/result.ts'
import type { BacktestInputs } from '../../core/sim/backtest-types.ts'
import { closedAt } from '../../core/sim/history.ts'
import type { Progress } from './progress.ts'
import type { Sheet } from './table.ts'
import { paint, printable, wrap } from './text.ts'

export interface CheckedRun {
  readonly from: string
  readonly to: string
  readonly bars: number
  readonly intervalMs: number
  readonly forecasts: number
  /** Each time with what is traded from then on, where that changes. */
  readonly traded: readonly { readonly at: string; readonly instruments: readonly string[] }[]
  readonly notes: readonly string[]
}

/** Reads all that a run would be told; the first that cannot be computed is what it would end with. */
export function checkRun({ history, schedule, from, to }: BacktestInputs, progress: Progress): Result<CheckedRun> {
  const [start, end] = [closedAt(history, from), closedAt(history, to - 1)]
  const traded: CheckedRun['traded'][number][] = []
  let forecasts = 0
  for (const each of schedule) {
    if (!each.ok) return each
    const event = each.value
    forecasts++
    progress.update((event.at - start) / (end - start), `forecast of ${formatInstantShort(event.at)}`)
    if (event.kind !== 'mandated') continue
    const instruments = event.mandate.universe.instruments.map(({ id }) => id)
    if (traded.at(-1)?.instruments.join() !== instruments.join())
      traded.push({ at: formatInstant(event.at), instruments })
  }
  return succeed({
    from: formatInstant(start),
    to: formatInstant(end),
    bars: to - from - 1,
    intervalMs: history.intervalMs,
    forecasts,
    traded,
    notes: history.notes,
  })
}

export function checkScreen(run: CheckedRun, title: string, sheet: Sheet): string[] {
  const short = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
  const count = (n: number, one: string): string => `${formatAmount(n, 0)} ${one}${n === 1 ? '' : 's'}`
  const part = (text: string): string[] => wrap(printable(`  ${text}`), sheet.columns, '    ')
  return [
    paint(printable(title), 'strong', sheet.color),
    ...wrap(
      `${short(run.from)} to ${short(run.to)}: ${count(run.bars, 'bar')} of ${formatDuration(run.intervalMs)}, ${count(run.forecasts, 'forecast')}. Nothing was run.`,
      sheet.columns,
    ),
    '',
    'Traded',
    ...run.traded.flatMap(({ at, instruments }) => part(`from ${short(at)}: ${instruments.join(', ')}`)),
    ...(run.notes.length === 0 ? [] : ['', 'What the files hold', ...run.notes.flatMap(part)]),
  ]
}
