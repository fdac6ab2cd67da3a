/**
 * What the bars of one instrument must be before a run may be made from them. Refused: times out of order or off the grid,
 * a number that is none, a price of 0 or less, a negative volume. Refused unless it is accepted by name: a price many times
 * the close before, a bar that contradicts itself. Said: gaps, bars without volume, what was accepted. Nothing is repaired.
 */
import { formatAmount, formatDuration, formatInstantShort } from '../base/format.ts'
import { type Instant, isInstant } from '../base/instant.ts'
import type { Issue } from '../base/result.ts'

/** Bars of one interval: columns of equal length, times are opens in ms UTC. */
export interface Bars {
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** In units of the instrument; null where it is not known. */
  readonly volume: Float64Array | null
}

/** What a user may accept of the bars of an instrument. */
export type Accepted = 'jump' | 'range'

export interface BarTerms {
  /** What messages call it. */
  readonly name: string
  /** Where issues point. */
  readonly path: string
  /** Open of a bar of the grid. */
  readonly origin: Instant
  readonly intervalMs: number
  readonly accept: readonly Accepted[]
}

export interface Checked {
  readonly issues: readonly Issue[]
  readonly notes: readonly string[]
}

/** Where issues about an instrument or a currency point. */
export const pathOf = (what: 'history' | 'marks' | 'funding' | 'rates', id: string): string => `backtest.${what}.${id}`

/** A column of which nothing is known. @param shared between threads */
export const emptyColumn = (length: number, shared: boolean): Float64Array =>
  new Float64Array(shared ? new SharedArrayBuffer(8 * length) : new ArrayBuffer(8 * length)).fill(Number.NaN)

/** A price that changes by more than this factor within one bar is more often an error than a market. */
export const JUMP_FACTOR = 10

/** Bars something is true of: how many, the first, and one number of the most extreme. */
interface Tally {
  count: number
  first: number
  most: number
}

const KINDS = ['order', 'misaligned', 'price', 'volume', 'jump', 'range', 'gap', 'silent'] as const
type Tallies = Record<(typeof KINDS)[number], Tally>

/** Issues of the bars, and sentences about them. */
export function checkBars(bars: Bars, terms: BarTerms): Checked {
  const tallies = tallyBars(bars, terms)
  const issues = issuesOf(tallies, bars, terms)
  return { issues, notes: issues.length > 0 ? [] : notesOf(tallies, bars, terms) }
}

function tallyBars(bars: Bars, { intervalMs, origin }: BarTerms): Tallies {
  const tallies = Object.fromEntries(KINDS.map((kind) => [kind, { count: 0, first: -1, most: 0 }])) as Tallies
  const tally = (kind: keyof Tallies, k: number, size = 0): void => {
    const each = tallies[kind]
    if (each.count++ === 0) each.first = k
    each.most = Math.max(each.most, size)
  }
  const { time, volume } = bars
  for (let k = 0; k < time.length; k++) {
    const step = k === 0 ? intervalMs : time[k]! - time[k - 1]!
    if (!(step > 0)) tally('order', k)
    if (!Number.isInteger((time[k]! - origin) / intervalMs)) tally('misaligned', k)
    if (step > intervalMs) tally('gap', k, step - intervalMs)
    if (volume !== null && !(volume[k]! >= 0 && volume[k]! < Number.POSITIVE_INFINITY)) tally('volume', k)
    if (volume?.[k] === 0) tally('silent', k)
    if (!isPriced(bars, k)) tally('price', k)
    else {
      if (contradicts(bars, k)) tally('range', k)
      const factor = jumpOf(bars, k)
      if (factor > JUMP_FACTOR) tally('jump', k, factor)
    }
  }
  return tallies
}

const isPriced = ({ open, high, low, close }: Bars, k: number): boolean => {
  const prices = [open[k]!, high[k]!, low[k]!, close[k]!]
  return Math.min(...prices) > 0 && Math.max(...prices) < Number.POSITIVE_INFINITY
}

const contradicts = ({ open, high, low, close }: Bars, k: number): boolean =>
  Math.max(open[k]!, close[k]!) > high[k]! || Math.min(open[k]!, close[k]!) < low[k]!

/** The greatest factor between a price of the bar and the close before; in the first bar, its open. */
function jumpOf({ open, high, low, close }: Bars, k: number): number {
  const before = k > 0 && close[k - 1]! > 0 ? close[k - 1]! : open[k]!
  const most = Math.max(open[k]!, high[k]!, close[k]!)
  return Math.max(most / before, before / Math.min(open[k]!, low[k]!, close[k]!))
}

const times = (factor: number): string => `${formatAmount(factor, 1)} times`

/** Codes: history.order, history.misaligned, history.price, history.volume, history.jump, history.range. */
function issuesOf(tallies: Tallies, { time }: Bars, { name, path, origin, intervalMs, accept }: BarTerms): Issue[] {
  const issue = (code: keyof Tallies, must: string, hint: string): Issue[] => {
    const { count, first } = tallies[code]
    if (count === 0 || accept.some((each) => each === code)) return []
    const at = isInstant(time[first]!) ? `at ${formatInstantShort(time[first]!)}` : `in bar ${first + 1}`
    const more = count === 1 ? '' : ` (and ${formatAmount(count - 1, 0)} more like it)`
    return [{ code: `history.${code}`, path, message: `${must} ${at}${more}`, hint }]
  }
  const fetch = 'fetch the history again'
  return [
    ...issue(
      'order',
      `the bars of ${name} must be in order of time and one per time, was another`,
      'sort them, and keep one bar per time',
    ),
    ...issue(
      'misaligned',
      `the bars of ${name} must open a whole number of ${formatDuration(intervalMs)} from ${formatInstantShort(origin)}, was one`,
      'use histories of one interval that open at the same times, and begin the run at one of them',
    ),
    ...issue(
      'price',
      `the prices of ${name} must be numbers above 0, was another`,
      `${fetch}; leave out a bar that is not known, which makes it a gap`,
    ),
    ...issue('volume', `the volume of ${name} must be a number of 0 or more, was another`, fetch),
    ...issue(
      'jump',
      `the prices of ${name} must be within ${JUMP_FACTOR} times the close before, was ${times(tallies.jump.most)}, first`,
      'look at it: a split, another coin, a wrong price; where it was the market, write `accept: [jump]`',
    ),
    ...issue(
      'range',
      `open and close of ${name} must lie between low and high, was outside`,
      `${fetch}, or write \`accept: [range]\``,
    ),
  ]
}

function notesOf(tallies: Tallies, { time, volume }: Bars, { name, accept }: BarTerms): string[] {
  const { gap, silent, jump, range } = tallies
  const bars = ({ count }: Tally): string => `${formatAmount(count, 0)} ${count === 1 ? 'bar' : 'bars'}`
  const at = ({ first }: Tally): string => `the first at ${formatInstantShort(time[first]!)}`
  const notes: string[] = []
  if (gap.count > 0)
    notes.push(
      `${name} has ${formatAmount(gap.count, 0)} ${gap.count === 1 ? 'gap' : 'gaps'}, the longest ${formatDuration(gap.most)}, the first before ${formatInstantShort(time[gap.first]!)}; its last mark ages meanwhile.`,
    )
  if (volume === null) notes.push(`The volume of ${name} is not known.`)
  if (silent.count > 0) notes.push(`${name} has ${bars(silent)} without volume, ${at(silent)}.`)
  if (jump.count > 0 && accept.includes('jump'))
    notes.push(
      `${name} has ${bars(jump)} with a price up to ${times(jump.most)} the close before, which is accepted; ${at(jump)}.`,
    )
  if (range.count > 0 && accept.includes('range'))
    notes.push(`${name} has ${bars(range)} with open or close outside low and high, which is accepted; ${at(range)}.`)
  return notes
}
