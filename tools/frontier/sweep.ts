/** Every rule at many parameters, replayed over the same prices and measured over the same draws of weeks. */
import { type Draws, drawWeeks, pointOf, sumWeeks } from './interval.ts'
import type { Prices } from './prices.ts'
import { type Rule, replay } from './replay.ts'
import { band, calendar, cheapest, costAware, onePeriod, partial, relativeBand, trigger } from './rules.ts'

export const OURS = 'cost-aware'

export interface Sweep {
  readonly rule: string
  /** What was swept, as printed beside a point. */
  readonly parameters: readonly string[]
  readonly draws: Draws
}

const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`

const HOURS = [1, 4, 8, 24, 72, 168, 336, 720, 2_160]
const WIDTHS = [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06]
const PARTS = [0.0125, 0.03, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75]
const CAPS = [0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.12, 0.18, 0.25]
const AVERSIONS = [5, 10, 20, 35, 60, 100, 160, 250, 400, 600, 1_000, 1_600, 2_500, 4_000, 8_000, 16_000]
const OUR_AVERSIONS = Array.from({ length: 17 }, (_, k) => 10 ** (k / 2 - 3))

interface Family {
  readonly values: readonly number[]
  readonly show: (value: number) => string
  readonly make: (value: number) => Rule
}

/** Widths are in points of weight of ten assets, and shrink as there are more. */
function familiesOf(n: number): Readonly<Record<string, Family>> {
  const widths = WIDTHS.map((width) => (width * 10) / n)
  const hours = (value: number): string => `${value} h`
  const aversion = (value: number): string => String(Number(value.toPrecision(2)))
  return {
    calendar: { values: HOURS, show: hours, make: calendar },
    'band to target': { values: widths, show: percent, make: (width) => band(width, 'target') },
    'band to edge': { values: widths, show: percent, make: (width) => band(width, 'edge') },
    'band, all': { values: widths, show: percent, make: (width) => band(width, 'all') },
    'relative, target': { values: PARTS, show: percent, make: (part) => relativeBand(part, 'target', n) },
    'relative, edge': { values: PARTS, show: percent, make: (part) => relativeBand(part, 'edge', n) },
    'relative, all': { values: PARTS, show: percent, make: (part) => relativeBand(part, 'all', n) },
    'risk trigger': { values: CAPS, show: percent, make: trigger },
    'buffered partial': { values: CAPS, show: percent, make: partial },
    'cheapest to cap': { values: CAPS, show: percent, make: cheapest },
    'one period': { values: AVERSIONS, show: aversion, make: (value) => onePeriod(value, n) },
    'one period, 4 h': { values: AVERSIONS, show: aversion, make: (value) => onePeriod(value, n, 4) },
    [OURS]: { values: OUR_AVERSIONS, show: aversion, make: (value) => costAware(value, n) },
  }
}

export interface SweepOptions {
  readonly draws: number
  readonly seed: number
  /** Which parameters of a rule are swept. Absent: all. */
  readonly take?: (rule: string, value: number) => boolean
}

export function sweep(prices: Prices, { draws, seed, take = () => true }: SweepOptions): Sweep[] {
  let times: Uint16Array[] | undefined
  return Object.entries(familiesOf(prices.names.length)).map(([rule, { values, show, make }]) => {
    const taken = values.filter((value) => take(rule, value))
    const weeks = taken.map((value) => sumWeeks(replay(prices, make(value))))
    times ??= drawWeeks(weeks[0]!.length, draws, seed)
    return { rule, parameters: taken.map(show), draws: times.map((drawn) => weeks.map((each) => pointOf(each, drawn))) }
  })
}
