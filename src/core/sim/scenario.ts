/**
 * A scenario: what happens to a market after a moment, as data, laid over the bars that the history has there. Moves add up
 * in log: a move of −30 % over six hours and one of +10 % after it are what they say whatever the bars do besides.
 */
import { type Decimal, decimalOfNumber } from '../base/decimal.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { closedAt, type History, type Life } from './history.ts'
import { rebuild, type Shape } from './rebuild.ts'

/** When, counted from the moment at which the scenario begins. */
interface Span {
  readonly atMs: number
  /** > 0; begins with the bar that opens at or after `atMs`. */
  readonly overMs: number
}
/** Underlyings that it happens to; null: all. */
type Of = readonly string[] | null

/**
 * move: so far beyond what the bars do, evenly over the time. path: instead of the bars, these, over the last close.
 * volatility: moves of the bars as many times as large. together: every underlying moves as the mean of all does, each as far
 * as its own volatility before the scenario says (correlation 1). volume: as many times as much. funding: payments at this
 * rate. halt: no bars, no quotes; the price goes on unseen. delisting: the instruments end with the bar at a price so far from
 * its close.
 */
export type ScenarioEvent =
  | (Span & { readonly kind: 'move'; readonly of: Of; readonly change: number })
  | { readonly kind: 'path'; readonly of: readonly string[]; readonly atMs: number; readonly bars: readonly PathBar[] }
  | (Span & { readonly kind: 'volatility'; readonly of: Of; readonly factor: number })
  | (Span & { readonly kind: 'together'; readonly of: Of })
  | (Span & { readonly kind: 'volume'; readonly of: Of; readonly factor: number })
  | (Span & { readonly kind: 'funding'; readonly of: Of; readonly rate: number })
  | (Span & { readonly kind: 'halt'; readonly of: Of })
  | { readonly kind: 'delisting'; readonly of: readonly string[]; readonly atMs: number; readonly change: number }

/** Prices of a bar over the close before it. */
export type PathBar = Pick<Shape, 'open' | 'high' | 'low' | 'close'>

export interface Scenario {
  readonly name: string
  readonly events: readonly ScenarioEvent[]
}

/** Returns of an underlying before the scenario that say how far it moves together with the others. */
const RETURNS_MIN = 20

/**
 * @param from the row at whose close the scenario begins. @returns the history with it laid over, or everything that is wrong
 * with it. Codes: scenario.underlying, scenario.range, scenario.late, scenario.short, scenario.delisted.
 */
export function applyScenario(history: History, from: number, scenario: Scenario): Result<History> {
  const issues = checkScenario(history, from, scenario)
  if (issues.length > 0) return fail(issues)
  const laid = scenario.events.map((event) => lay(history, from, event))
  const rows = history.time.length
  const sources = Uint32Array.from({ length: rows - from - 1 }, (_, k) => from + 1 + k)
  const bends = laid.flatMap(({ bend }) => (bend === undefined ? [] : [bend]))
  const hides = laid.flatMap(({ isHidden }) => (isHidden === undefined ? [] : [isHidden]))
  const ends = laid.flatMap(({ end }) => (end === undefined ? [] : [end]))
  const bend = (shape: Shape, row: number, j: number): void => {
    for (const each of bends) each(shape, row, j)
  }
  const changed = rebuild(history, {
    from,
    sources,
    bend,
    isHidden: (row, j) => hides.some((hides) => hides(row, j)) || ends.some((end) => end.row < row && end.of(j)),
    pay: (rate, at, j) => laid.reduce((paid, { pay }) => (pay === undefined ? paid : pay(paid, at, j)), rate),
  })
  return succeed({ ...changed, lives: changed.lives.map((life, j) => endedBy(changed, life, { ends, j })) })
}

interface Laid {
  readonly bend?: (shape: Shape, row: number, j: number) => void
  readonly isHidden?: (row: number, j: number) => boolean
  readonly pay?: (rate: number, at: number, j: number) => number
  readonly end?: End
}
interface End {
  /** The last row. */
  readonly row: number
  readonly of: (j: number) => boolean
  readonly change: number
}

function lay(history: History, from: number, event: ScenarioEvent): Laid {
  const { universe, intervalMs } = history
  const names = event.of === null ? null : new Set(event.of)
  const of = (j: number): boolean => names === null || names.has(universe.instruments[j]!.underlying)
  const first = from + 1 + Math.ceil(event.atMs / intervalMs)
  const count = 'overMs' in event ? Math.max(1, Math.round(event.overMs / intervalMs)) : 1
  const within = (row: number, j: number): boolean => row >= first && row < first + count && of(j)
  switch (event.kind) {
    case 'move': {
      const each = (1 + event.change) ** (1 / count)
      return {
        bend: (shape, row, j) => {
          if (within(row, j)) shape.close *= each
        },
      }
    }
    case 'path':
      return {
        bend: (shape, row, j) => {
          const bar = of(j) ? event.bars[row - first] : undefined
          if (bar !== undefined) Object.assign(shape, bar)
        },
      }
    case 'volatility':
      return {
        bend: (shape, row, j) => {
          if (!within(row, j)) return
          for (const key of ['open', 'high', 'low', 'close'] as const) shape[key] **= event.factor
        },
      }
    case 'together':
      return { bend: moveTogether(history, from, { within, of }) }
    case 'volume':
      return {
        bend: (shape, row, j) => {
          if (within(row, j)) shape.volume *= event.factor
        },
      }
    case 'funding': {
      const begins = closedAt(history, from) + event.atMs
      return { pay: (rate, at, j) => (of(j) && at > begins && at <= begins + event.overMs ? event.rate : rate) }
    }
    case 'halt':
      return { isHidden: within }
    case 'delisting':
      return { end: { row: first, of, change: event.change } }
  }
}

/** z = mean over the underlyings of ln(close)/σ, and each moves σ·z. */
function moveTogether(
  history: History,
  from: number,
  { within, of }: { readonly within: (row: number, j: number) => boolean; readonly of: (j: number) => boolean },
): (shape: Shape, row: number, j: number) => void {
  const { universe, close } = history
  const n = universe.instruments.length
  const vol = Float64Array.from(universe.instruments, (_, j) => (of(j) ? deviationOf(history, from, j) : Number.NaN))
  const common = (row: number): number => {
    let [sum, count] = [0, 0]
    for (let j = 0; j < n; j++) {
      const change = Math.log(close[row * n + j]! / close[(row - 1) * n + j]!)
      if (!(vol[j]! > 0) || Number.isNaN(change)) continue
      sum += change / vol[j]!
      count++
    }
    return count === 0 ? 0 : sum / count
  }
  return (shape, row, j) => {
    if (!within(row, j) || Number.isNaN(shape.close) || !(vol[j]! > 0)) return
    const moved = Math.exp(vol[j]! * common(row))
    const stretch = moved / shape.close
    shape.close = moved
    shape.high *= Math.max(1, stretch)
    shape.low *= Math.min(1, stretch)
  }
}

/** Root mean square of the log returns up to a row; NaN where there are too few. */
function deviationOf({ universe, close }: History, from: number, j: number): number {
  const n = universe.instruments.length
  let [sum, count] = [0, 0]
  for (let row = 1; row <= from; row++) {
    const change = Math.log(close[row * n + j]! / close[(row - 1) * n + j]!)
    if (Number.isNaN(change)) continue
    sum += change * change
    count++
  }
  return count < RETURNS_MIN ? Number.NaN : Math.sqrt(sum / count)
}

function endedBy(
  { close, universe }: History,
  life: Life,
  { ends, j }: { readonly ends: readonly End[]; readonly j: number },
): Life {
  const end = ends.find(({ of }) => of(j))
  if (end === undefined) return life
  const price = close[end.row * universe.instruments.length + j]! * (1 + end.change)
  return { from: life.from, to: end.row + 1, last: decimalOfNumber(price) satisfies Decimal }
}

const issue = (code: string, path: string, message: string, hint: string): Issue => ({ code, path, message, hint })

function checkScenario(history: History, from: number, { events }: Scenario): Issue[] {
  const known = new Set(history.universe.instruments.map(({ underlying }) => underlying))
  const rows = history.time.length
  const lasting = (rows - from - 1) * history.intervalMs
  return events.flatMap((event, index): Issue[] => {
    const path = `events.${index}`
    const issues: Issue[] = []
    const must = (holds: boolean, place: string, what: string, was: number): void => {
      if (!holds)
        issues.push(issue('scenario.range', `${path}.${place}`, `must be ${what}, was ${was}`, 'see docs/stress.md'))
    }
    for (const name of event.of ?? [])
      if (!known.has(name))
        issues.push(
          issue(
            'scenario.underlying',
            `${path}.of`,
            `must be underlyings of the run, was ${name}`,
            `name some of ${[...known].join(', ')}`,
          ),
        )
    must(event.atMs >= 0, 'at', 'a time after the scenario begins', event.atMs)
    if ('overMs' in event) must(event.overMs > 0, 'over', 'a time above 0', event.overMs)
    if (event.atMs >= lasting)
      issues.push(
        issue(
          'scenario.late',
          `${path}.at`,
          `must lie in the run, which lasts ${lasting / 3_600_000} h from there, was ${event.atMs / 3_600_000} h`,
          'let the run end later, or the event come sooner',
        ),
      )
    if ('change' in event)
      must(event.change > -1 && Number.isFinite(event.change), 'change', 'above −100 %', event.change)
    if ('factor' in event) must(event.factor >= 0 && Number.isFinite(event.factor), 'factor', '0 or more', event.factor)
    if ('rate' in event) must(Math.abs(event.rate) < 1, 'rate', 'between −100 and 100 %', event.rate)
    if (event.kind === 'together')
      history.universe.instruments.forEach(({ id, underlying }, j) => {
        if ((event.of === null || event.of.includes(underlying)) && Number.isNaN(deviationOf(history, from, j)))
          issues.push(
            issue(
              'scenario.short',
              `${path}.of`,
              `${id} must have ${RETURNS_MIN} returns before the scenario, was fewer`,
              'begin later, or leave it out',
            ),
          )
      })
    if (event.kind === 'delisting') {
      const row = from + 1 + Math.ceil(event.atMs / history.intervalMs)
      const n = history.universe.instruments.length
      history.universe.instruments.forEach(({ id, underlying }, j) => {
        if (event.of.includes(underlying) && !(history.close[row * n + j]! > 0))
          issues.push(
            issue(
              'scenario.delisted',
              `${path}.of`,
              `${id} must have a bar when it is delisted, was without one`,
              'move the event to a bar that it has',
            ),
          )
      })
    }
    return issues
  })
}
