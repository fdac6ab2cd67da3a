/**
 * The lattice of an order book: prices are whole numbers of a tick, sizes whole numbers of a lot, both held in float64, which has
 * every whole number up to 2⁵³ − 1. Conversion is exact both ways; a price or a size between two points of the lattice is
 * refused, because a book rounded to another grid is another book. Where a venue's tick depends on the price, its least one
 * holds them all.
 */
import { type Decimal, fromUnits, parseDecimal, toText } from '../base/decimal.ts'
import { type Ratio, ratio } from '../base/ratio.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'

export interface BookGrid {
  /** Price of one tick in the quote currency, > 0. */
  readonly tick: Decimal
  /** Quantity of one lot in units of the instrument, > 0. */
  readonly lot: Decimal
}

/** Levels of one side as columns: price in ticks, size in lots; 0 lots where a level has gone. */
export interface BookLevels {
  readonly tick: Float64Array
  readonly lots: Float64Array
  /** How many of the columns count: columns may be longer, so that a feed can use them again. */
  readonly count: number
}

const WHOLE_MAX = BigInt(Number.MAX_SAFE_INTEGER)

function countSteps(
  value: Decimal,
  step: Decimal,
  { what, unit, least }: { readonly what: string; readonly unit: string; readonly least: bigint },
): Result<number> {
  const steps = value / step
  if (steps * step !== value)
    return refuse(
      'flow.off-grid',
      '',
      `${what} must be a multiple of the ${unit} ${toText(step)}, was ${toText(value)}`,
      `open the book with the ${unit} of this feed`,
    )
  if (steps < least || steps > WHOLE_MAX)
    return refuse(
      'flow.range',
      '',
      `${what} must be from ${least} to 2^53 − 1 times the ${unit} ${toText(step)}, was ${toText(value)}`,
      `a book counts whole ${unit}s above nothing; take a coarser ${unit} where every ${what} of the feed has one`,
    )
  return succeed(Number(steps))
}

/** @returns refused: a price that is not above 0, not on the grid, or beyond 2⁵³ − 1 ticks. */
export const ticksOf = ({ tick }: BookGrid, price: Decimal): Result<number> =>
  countSteps(price, tick, { what: 'price', unit: 'tick', least: 1n })

/** @returns refused: a size below 0, not on the grid, or beyond 2⁵³ − 1 lots. */
export const lotsOf = ({ lot }: BookGrid, size: Decimal): Result<number> =>
  countSteps(size, lot, { what: 'size', unit: 'lot', least: 0n })

export const priceOf = ({ tick }: BookGrid, ticks: number): Decimal => fromUnits(BigInt(ticks) * tick)
export const sizeOf = ({ lot }: BookGrid, lots: number): Decimal => fromUnits(BigInt(lots) * lot)

const UNIT = 10n ** 18n

/** Price times size, exactly, of a sum of ticks times lots. */
export const tradedValue = ({ tick, lot }: BookGrid, tickLots: bigint): Ratio =>
  ratio(tickLots * tick * lot, UNIT * UNIT)

/**
 * Levels from the texts of a feed, `[price, size]` each.
 * @returns refused, all of them: texts that are no decimals, prices and sizes that are not on the grid.
 */
export function levelsOf(
  grid: BookGrid,
  rows: readonly (readonly [price: string, size: string])[],
): Result<BookLevels> {
  const issues: Issue[] = []
  const read = (text: string, path: string, convert: (grid: BookGrid, value: Decimal) => Result<number>): number => {
    const parsed = parseDecimal(text)
    if (!parsed.ok) {
      const what = convert === ticksOf ? 'price' : 'size'
      issues.push({
        code: 'flow.number',
        path,
        message: `${what} ${parsed.error}`,
        hint: 'give it as the venue sent it',
      })
      return 0
    }
    const steps = convert(grid, parsed.value)
    if (steps.ok) return steps.value
    for (const issue of steps.error) issues.push({ ...issue, path })
    return 0
  }
  const levels: BookLevels = {
    tick: Float64Array.from(rows, ([price], k) => read(price, `${k}.price`, ticksOf)),
    lots: Float64Array.from(rows, ([, size], k) => read(size, `${k}.size`, lotsOf)),
    count: rows.length,
  }
  return issues.length > 0 ? fail(issues) : succeed(levels)
}
