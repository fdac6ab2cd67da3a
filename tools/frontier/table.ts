/** A sweep as text of at most 80 columns: costs, what ours costs of theirs, and whether it is a fifth less everywhere. */
import { assert } from '../../src/core/base/result.ts'
import { costOf, type Estimate, ratioAt, ratioOf } from './interval.ts'
import type { Prices } from './prices.ts'
import { OURS, type Sweep } from './sweep.ts'

const ERRORS = [0.01, 0.02, 0.03, 0.04, 0.06]
/** Rules that ours must cost a fifth less than. */
const RIVALS = [
  'calendar',
  'band to target',
  'band to edge',
  'relative, target',
  'relative, edge',
  'risk trigger',
  'buffered partial',
  'one period',
]
const RATIO_MAX = 0.8
const HOUR = 3_600_000
const [FIRST, OTHERS] = [17, 12]

export interface Verdict {
  /** Ratios at one error above the most there may be. */
  readonly dearer: readonly string[]
  /** Where some draw, or history, has no cost at that error. */
  readonly unknown: readonly string[]
  /** Ratios that may be above it: their interval reaches over it. */
  readonly unsure: readonly string[]
  /** Points below ours by more than their interval. */
  readonly below: readonly string[]
  readonly compared: number
  readonly outside: number
}

export function judge(sweeps: readonly Sweep[]): Verdict {
  const ours = oursOf(sweeps)
  const cells = sweeps
    .filter(({ rule }) => RIVALS.includes(rule))
    .flatMap(({ rule, draws }) =>
      ERRORS.map((error) => ({ at: `${rule} at ${100 * error} %`, ratio: ratioOf(ours.draws, draws, error) })),
    )
  const points = sweeps
    .filter((each) => each !== ours)
    .flatMap(({ rule, draws, parameters }) =>
      parameters.map((parameter, k) => ({ at: `${rule} ${parameter}`, ratio: ratioAt(ours.draws, draws, k) })),
    )
  const names = <T extends { readonly at: string }>(all: readonly T[], where: (each: T) => boolean): string[] =>
    all.filter(where).map(({ at }) => at)
  return {
    dearer: names(cells, ({ ratio }) => ratio !== null && ratio.value > RATIO_MAX),
    unknown: names(cells, ({ ratio }) => ratio === null),
    unsure: names(cells, ({ ratio }) => ratio !== null && ratio.value <= RATIO_MAX && ratio.high > RATIO_MAX),
    below: names(points, ({ ratio }) => ratio !== null && ratio.low > 1),
    compared: points.filter(({ ratio }) => ratio !== null).length,
    outside: points.filter(({ ratio }) => ratio === null).length,
  }
}

export function printSweeps(prices: Prices, sweeps: readonly Sweep[]): string[] {
  const ours = oursOf(sweeps)
  const { time, names } = prices
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
  const [start, end] = [time[0]!, time.at(-1)!]
  const missing = (end - start) / HOUR + 1 - time.length
  const verdict = judge(sweeps)
  return [
    ...wrap(names.join(' ')),
    `${names.length} assets, ${time.length} hours from ${day(start)} to ${day(end)}, ${missing} missing`,
    `intervals: 95 % of ${ours.draws.length - 1} draws of weeks`,
    '',
    'Cost, % of equity a year, with its interval, at a tracking error of',
    heading(),
    ...sweeps.flatMap(({ rule, draws }) => {
      const costs = ERRORS.map((error) => costOf(draws, error))
      return [row(rule, costs.map(show)), row('', costs.map(showInterval))]
    }),
    '',
    'Cost of cost-aware in % of theirs, with its interval, at a tracking error of',
    heading(),
    ...sweeps
      .filter((each) => each !== ours)
      .map(({ rule, draws }) =>
        row(
          rule,
          ERRORS.map((error) => showRatio(ratioOf(ours.draws, draws, error))),
        ),
      ),
    '',
    ...wrap(
      `at least a fifth less than ${RIVALS.join('; ')}: ${verdict.dearer.length > 0 ? 'no' : verdict.unknown.length > 0 ? 'where known' : 'yes'}`,
    ),
    ...list('not a fifth less', verdict.dearer),
    ...list('unknown: some draw does not reach it', verdict.unknown),
    ...list('a fifth less, but the interval reaches over it', verdict.unsure),
    `points of other rules compared: ${verdict.compared}; ${verdict.outside} outside the range of cost-aware`,
    ...list('points below cost-aware outside their interval', verdict.below),
  ]
}

function oursOf(sweeps: readonly Sweep[]): Sweep {
  const ours = sweeps.find(({ rule }) => rule === OURS)
  assert(ours !== undefined, `sweeps must contain ${OURS}`)
  return ours
}

const row = (first: string, cells: readonly string[]): string =>
  `${first.padEnd(FIRST)}${cells.map((cell) => cell.padStart(OTHERS)).join('')}`
const heading = (): string =>
  row(
    '',
    ERRORS.map((error) => `${100 * error} %`),
  )

const show = (cost: Estimate | null): string => (cost === null ? '-' : (100 * cost.value).toFixed(3))
const showInterval = (cost: Estimate | null): string =>
  cost === null ? '' : `${(100 * cost.low).toFixed(3)}-${(100 * cost.high).toFixed(3)}`
const showRatio = (ratio: Estimate | null): string =>
  ratio === null
    ? '-'
    : `${(100 * ratio.value).toFixed(0)} ${(100 * ratio.low).toFixed(0)}-${(100 * ratio.high).toFixed(0)}`

const list = (what: string, which: readonly string[]): string[] =>
  which.length === 0 ? [`${what}: none`] : wrap(`${what}: ${which.join('; ')}`)

/** Words in lines of at most 80 columns. */
function wrap(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= 80) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(lines.length === 0 ? word : `  ${word}`)
  }
  return lines
}
