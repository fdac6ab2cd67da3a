/** Candles of a crash, from any files that cover it, as a scenario for the underlyings of a run. */
import type { Issue, Result } from '../../core/base/result.ts'
import { type Crash, crashPath } from '../../core/sim/crash.ts'
import type { Scenario, ScenarioEvent } from '../../core/sim/scenario.ts'
import { readCandles } from './candles.ts'

const DAY_MS = 86_400_000

export interface CrashSources {
  /** Underlying → candle file. */
  readonly files: ReadonlyMap<string, string>
  /** Underlying → another one that stands in for it. */
  readonly stands: ReadonlyMap<string, string>
}

/** @returns the scenario, or what is missing: every underlying of the run needs candles, its own or another's */
export function readCrash(
  crash: Crash,
  { files, stands }: CrashSources,
  run: { readonly underlyings: readonly string[]; readonly intervalMs: number },
): Result<Scenario> {
  const issues: Issue[] = []
  const events: ScenarioEvent[] = []
  const source = (name: string): string | undefined => files.get(stands.get(name) ?? name)
  const groups = new Map<string, string[]>()
  for (const name of run.underlyings) {
    const path = source(name)
    if (path === undefined)
      issues.push({
        code: 'crash.missing',
        path: `data.${name}`,
        message: `every underlying of the run must have candles of the crash, was none for ${name}`,
        hint: `give --data ${name}=FILE, or let another stand in for it: --as ${name}=NAME`,
      })
    else groups.set(path, [...(groups.get(path) ?? []), name])
  }
  for (const [path, of] of groups) {
    const file = readCandles(path, { from: crash.from - DAY_MS, to: crash.to + DAY_MS })
    if (!file.ok) {
      issues.push(...file.error)
      continue
    }
    const bars = crashPath({ ...file.value.columns }, crash, {
      candleMs: file.value.intervalMs,
      intervalMs: run.intervalMs,
      name: of[0]!,
    })
    if (bars.ok) events.push({ kind: 'path', of, atMs: 0, bars: bars.value })
    else issues.push(...bars.error)
  }
  return issues.length > 0 ? { ok: false, error: issues } : { ok: true, value: { name: crash.name, events } }
}
