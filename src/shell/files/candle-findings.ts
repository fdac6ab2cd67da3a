/**
 * What the numbers of a candle file say that its reader should know before relying on them: gaps, jumps, wicks, bars
 * without volume, closes outside their own range, bars after `asOf`. Findings inform and never change a number.
 */
import { formatAmount, formatDuration, formatInstantShort } from '../../core/base/format.ts'
import type { Instant } from '../../core/base/instant.ts'
import { JUMP_FACTOR } from '../../core/sim/history-bars.ts'
import { lineOf } from './candle-rows.ts'
import type { CandleFile, Finding } from './candles.ts'

/** A jump is undone where the next close is within this factor of the close before the jump. */
const FACTOR_BACK = 2

/** Rows something is true of: how many, the first, and one number of the most extreme. */
interface Tally {
  count: number
  first: number
  most: number
}

const makeTally = (): Tally => ({ count: 0, first: -1, most: 0 })

function tick(tally: Tally, row: number, size: number): void {
  if (tally.count++ === 0) tally.first = row
  tally.most = Math.max(tally.most, size)
}

const factorOf = (a: number, b: number): number => Math.max(a / b, b / a)
const counted = (count: number, one: string): string => `${formatAmount(count, 0)} ${one}${count === 1 ? '' : 's'}`

/** All findings of a file, those of reading it first. asOf: the moment nothing may be later than. */
export function inspectCandles(file: CandleFile, asOf?: Instant): Finding[] {
  const { time, open, high, low, close, volume } = file.columns
  const [gaps, jumps, undone, wicks, outside, silent, late] = Array.from({ length: 7 }, makeTally) as [
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
  ]
  for (let k = 0; k < time.length; k++) {
    const top = Math.max(open[k]!, close[k]!)
    const bottom = Math.min(open[k]!, close[k]!)
    if (top > high[k]! || bottom < low[k]!) tick(outside, k, 0)
    const wick = Math.max(high[k]! / top, bottom / low[k]!)
    if (wick > JUMP_FACTOR) tick(wicks, k, wick)
    if (volume?.[k] === 0) tick(silent, k, 0)
    if (asOf !== undefined && time[k]! + file.intervalMs > asOf) tick(late, k, 0)
    if (k === 0) continue
    const missing = time[k]! - time[k - 1]! - file.intervalMs
    if (missing > 0) tick(gaps, k, missing)
    const factor = factorOf(close[k]!, close[k - 1]!)
    if (factor <= JUMP_FACTOR) continue
    tick(jumps, k, factor)
    if (k + 1 < time.length && factorOf(close[k + 1]!, close[k - 1]!) <= FACTOR_BACK) tick(undone, k, factor)
  }
  const findings: Finding[] = [...file.findings]
  const say = (tally: Tally, severity: Finding['severity'], code: string, message: string): void => {
    if (tally.count === 0) return
    const line = lineOf(file.source.bytes, file.offset[tally.first]!)
    findings.push({ code: `candles.${code}`, severity, path: `${file.path}:${line}`, message })
  }
  const at = (tally: Tally): string => (tally.count === 0 ? '' : formatInstantShort(time[tally.first]!))
  const since = (tally: Tally): string =>
    tally.count === 0 ? '' : formatInstantShort(time[tally.first - 1]! + file.intervalMs)
  say(
    gaps,
    'note',
    'gap',
    `${counted(gaps.count, 'gap')}, the longest ${formatDuration(gaps.most)}, the first from ${since(gaps)}`,
  )
  say(
    jumps,
    'warning',
    'jump',
    `${counted(jumps.count, 'close')} more than ${JUMP_FACTOR} times from the one before (up to ${formatAmount(jumps.most, 1)} times), ` +
      `${undone.count} undone by the next bar, the first at ${at(jumps)}`,
  )
  say(
    wicks,
    'warning',
    'wick',
    `${counted(wicks.count, 'bar')} with a high or low more than ${JUMP_FACTOR} times from open and close, the first at ${at(wicks)}`,
  )
  say(
    outside,
    'warning',
    'outside',
    `${counted(outside.count, 'bar')} with open or close outside low and high, the first at ${at(outside)}`,
  )
  say(silent, 'note', 'no-volume', `${counted(silent.count, 'bar')} without volume, the first at ${at(silent)}`)
  say(
    late,
    'warning',
    'future',
    `${counted(late.count, 'bar')} not closed by ${asOf === undefined ? '' : formatInstantShort(asOf)}, the first opens ${at(late)}`,
  )
  return findings
}
