/**
 * What one unit of each currency is worth in the numeraire, row by row: as somebody states it, as its own bars say, or as
 * the spot instrument of its name says, in what that is quoted in. Where nothing new is known the last rate holds.
 */
import { type Decimal, toNumber } from '../base/decimal.ts'
import { formatAmount, formatInstantShort } from '../base/format.ts'
import type { Instant } from '../base/instant.ts'
import { assertNever, fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { type Accepted, type Bars, type Checked, checkBars, emptyColumn, pathOf } from './history-bars.ts'

export type RateSource =
  | { readonly kind: 'stated'; readonly rate: Decimal }
  | { readonly kind: 'bars'; readonly bars: Bars; readonly accept: readonly Accepted[] }
  | { readonly kind: 'instrument'; readonly instrument: number }

export interface RateParts {
  readonly universe: Universe
  readonly intervalMs: number
  /** Opens of the first row and of the one after the last. */
  readonly from: Instant
  readonly to: Instant
  /** Where a run begins: rates must be known from its opening on. */
  readonly begins: Instant
  /** Per currency of the universe; those of instruments form no circle. */
  readonly rates: readonly RateSource[]
  /** Whether threads may share the columns. */
  readonly shared: boolean
}

export function checkRate(
  name: string,
  source: RateSource,
  { from: origin, intervalMs }: Pick<RateParts, 'from' | 'intervalMs'>,
): Checked {
  if (source.kind !== 'bars') return { issues: [], notes: [] }
  const path = pathOf('rates', name)
  const bars = { ...source.bars, volume: new Float64Array(source.bars.time.length).fill(1) }
  return checkBars(bars, { name: `the rate of ${name}`, path, origin, intervalMs, accept: source.accept })
}

/** What one unit of each currency is worth in the numeraire, the last that was known. Code: history.rate. */
export function fillRates(
  parts: RateParts,
  close: Float64Array,
): Result<{ readonly rate: Float64Array; readonly notes: readonly string[] }> {
  const { universe, from, to, begins, intervalMs, shared } = parts
  const rows = (to - from) / intervalMs
  const m = universe.currencies.length
  const rate = emptyColumn(rows * m, shared)
  const known = new Set<number>()
  const fill = (c: number): void => {
    if (known.has(c)) return
    known.add(c)
    const source = parts.rates[c]!
    if (source.kind === 'instrument') fill(universe.quoteOf[source.instrument]!)
    fillRate(parts, { c, close, rate, rows })
  }
  for (let c = 0; c < m; c++) fill(c)
  const issues: Issue[] = []
  const notes: string[] = []
  universe.currencies.forEach((name, c) => {
    const first = Math.max(0, (begins - from) / intervalMs - 1)
    let held = 0
    for (let row = 1; row < rows; row++) {
      if (!Number.isNaN(rate[row * m + c]!)) continue
      rate[row * m + c] = rate[(row - 1) * m + c]!
      if (row >= first) held++
    }
    if (Number.isNaN(rate[first * m + c]!))
      issues.push({
        code: 'history.rate',
        path: pathOf('rates', name),
        message: `the rate of ${name} must be known when the run begins, was not known before ${formatInstantShort(begins)}`,
        hint: 'use a longer history of it, or begin later',
      })
    else if (held > 0)
      notes.push(
        `The rate of ${name} is held at the last one for ${formatAmount(held, 0)} ${held === 1 ? 'bar' : 'bars'}.`,
      )
  })
  return issues.length > 0 ? fail(issues) : succeed({ rate, notes })
}

/** The rows at which something is known of one currency. */
function fillRate(
  { universe, rates, from, intervalMs }: RateParts,
  into: { readonly c: number; readonly close: Float64Array; readonly rate: Float64Array; readonly rows: number },
): void {
  const { c, close, rate, rows } = into
  const [n, m] = [universe.instruments.length, universe.currencies.length]
  const source = rates[c]!
  switch (source.kind) {
    case 'stated': {
      const stated = toNumber(source.rate)
      for (let row = 0; row < rows; row++) rate[row * m + c] = stated
      return
    }
    case 'bars':
      for (let k = 0; k < source.bars.time.length; k++) {
        const row = (source.bars.time[k]! - from) / intervalMs
        if (row >= 0 && row < rows) rate[row * m + c] = source.bars.close[k]!
      }
      return
    case 'instrument': {
      const quote = universe.quoteOf[source.instrument]!
      let last = Number.NaN
      for (let row = 0; row < rows; row++) {
        const known = rate[row * m + quote]!
        if (!Number.isNaN(known)) last = known
        rate[row * m + c] = close[row * n + source.instrument]! * last
      }
      return
    }
    default:
      assertNever(source)
  }
}
