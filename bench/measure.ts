/** Timing for the benches: medians with their least and most. Times are printed, never asserted. */
import { spawnSync } from 'node:child_process'
import type { Result } from '../src/core/base/result.ts'

export interface Timing {
  /** Milliseconds. */
  readonly median: number
  readonly least: number
  readonly most: number
  readonly runs: number
}

export const timingOf = (times: number[]): Timing => {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, least: sorted[0]!, most: sorted.at(-1)!, runs: sorted.length }
}

/**
 * Times a function after it has run `warm` times. Each time is that of `batch` calls divided by it, so that a call shorter
 * than the clock's step can be timed. @param call gets the number of the call, so that no two calls need the same input
 */
export function measure(
  call: (index: number) => unknown,
  { warm, runs, batch = 1 }: { readonly warm: number; readonly runs: number; readonly batch?: number },
): Timing {
  let index = 0
  let sink: unknown
  for (let run = 0; run < warm; run++) sink = call(index++)
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    for (let each = 0; each < batch; each++) sink = call(index++)
    times.push((performance.now() - start) / batch)
  }
  // An engine may drop a call whose result nobody reads.
  if (sink === times) throw new Error('unreachable')
  return timingOf(times)
}

/** Times one call as the first of its kind. */
export function measureOnce(call: () => unknown): Timing {
  return measure(call, { warm: 0, runs: 1 })
}

/** Times whole processes of this Node, one after the other. */
export function measureProcess(args: readonly string[], runs: number): Timing {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    times.push(performance.now() - start)
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  }
  return timingOf(times)
}

const text = (ms: number): string => {
  const [value, unit] = ms >= 1 ? [ms, 'ms'] : ms >= 1e-3 ? [ms * 1e3, 'µs'] : [ms * 1e6, 'ns']
  return `${value.toPrecision(3)} ${unit}`
}

/** One line: what, median, least and most, and what else there is to say. */
export function report(what: string, { median, least, most, runs }: Timing, note = ''): void {
  const range = runs === 1 ? 'one call' : `${text(least)} … ${text(most)}`
  console.log(`${what.padEnd(44)} ${text(median).padStart(9)}   ${range.padEnd(22)} ${note}`.trimEnd())
}

export function section(title: string): void {
  console.log(`\n${title}`)
}

/** A bench that times refusals would look fast. */
export function answered<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
