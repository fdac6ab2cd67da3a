/** Scales of plots: where a value stands between the ends of an axis, and which round values are written beside it. */
import { DAY_MS, formatInstant, type Instant, startOfNextMonth } from '../../core/base/instant.ts'

export interface Scale {
  /** From 0 at the lower end to 1 at the upper. */
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

/** @param steps intervals between ticks, about */
export function linearScale(low: number, high: number, steps = 4): Scale {
  const span = high > low ? high - low : 1
  const step = roundStep(span / steps)
  const ticks: number[] = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; k++) ticks.push(k * step)
  return { place: (value) => (value - low) / span, ticks }
}

/** Digits of round values on a logarithmic scale, coarse ones first. */
const DIGITS = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]]
const TICKS_MIN = 4

/** Ratios are equally long; the ticks are round values of the same unit as the values. @param low > 0 */
export function logScale(low: number, high: number): Scale {
  const [from, to] = [Math.log(low), Math.log(Math.max(high, low * 1.0001))]
  const place = (value: number): number => (Math.log(value) - from) / (to - from)
  const found = DIGITS.map((digits) => decades(low, high, digits)).find((ticks) => ticks.length >= TICKS_MIN)
  return { place, ticks: found ?? linearScale(low, high, 6).ticks.filter((each) => each > 0) }
}

function decades(low: number, high: number, digits: readonly number[]): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const digit of digits) {
      const value = Number(`${digit}e${power}`)
      if (value >= low && value <= high) ticks.push(value)
    }
  return ticks
}

/** 1, 2, 2.5 or 5 times a power of ten: the nearest by ratio. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const distance = (digit: number): number => Math.abs(Math.log((digit * power) / step))
  return [1, 2, 2.5, 5, 10].reduce((best, each) => (distance(each) < distance(best) ? each : best)) * power
}

export interface TimeTick {
  readonly at: Instant
  readonly label: string
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Months from one tick to the next. */
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120]

/** Beginnings of months, or of days where there are fewer than three months. @param most ticks, at least 1 */
export function timeTicks(from: Instant, to: Instant, most: number): TimeTick[] {
  const months: Instant[] = []
  for (let at = startOfNextMonth(from - 1); at <= to; at = startOfNextMonth(at)) months.push(at)
  if (months.length < 3) return dayTicks(from, to, most)
  const step = MONTH_STEPS.find((each) => months.length / each <= most) ?? 240
  const shown = months.filter((at) => monthOf(at) % step === 0)
  return shown.map((at, k) => ({ at, label: k === 0 ? monthLabel(at) : shortLabel(at) }))
}

function dayTicks(from: Instant, to: Instant, most: number): TimeTick[] {
  const step = Math.max(1, Math.ceil((to - from) / DAY_MS / most)) * DAY_MS
  const ticks: TimeTick[] = []
  for (let at = Math.ceil(from / DAY_MS) * DAY_MS; at <= to; at += step) ticks.push({ at, label: dayLabel(at) })
  return ticks
}

/** Months since the year 0. */
const monthOf = (at: Instant): number => {
  const text = formatInstant(at)
  return Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1
}
/** `Jan 2026` */
export const monthLabel = (at: Instant): string => `${MONTHS[monthOf(at) % 12]!} ${formatInstant(at).slice(0, 4)}`
/** A January is named by its year, which starts there. */
const shortLabel = (at: Instant): string =>
  monthOf(at) % 12 === 0 ? formatInstant(at).slice(0, 4) : MONTHS[monthOf(at) % 12]!
const dayLabel = (at: Instant): string => `${Number(formatInstant(at).slice(8, 10))} ${MONTHS[monthOf(at) % 12]!}`
