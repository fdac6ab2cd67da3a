/**
 * How far a whole account is from liquidation when its prices move together: the moves x of one stated direction at which
 * equity = maintenance, every price becoming mark·(1 + x)^β of its underlying, and money in coin with it. An account may be
 * liquidated on both sides (short options, hedges that margin does not see), so the nearest root of either side is given and
 * all that were found. They are looked for on a grid even in the logarithm and bisected to the last digit; two roots within
 * one step of it go unseen. Mathematics in float64: distances are compared, never paid.
 */
import { toNumber } from '../base/decimal.ts'
import { violationsOf } from '../base/range.ts'
import { fail, type Result, refuse, succeed } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import type { MarginMarks, MarginModel } from './margin-model.ts'

/** All that is crossed: columns of the universe. */
export interface MarginAccount {
  readonly universe: Universe
  readonly quantity: Float64Array
  /** Read where something is held that is not spot. */
  readonly entry: Float64Array
  /** Settled money per currency. */
  readonly money: Float64Array
  readonly marks: MarginMarks
}

/**
 * Equity less maintenance, in the numeraire, at a move of the direction. Spot that is held is no collateral, spot that is owed
 * is. @param beta per underlying
 */
export function excessAlong(
  { universe, quantity, entry, money, marks }: MarginAccount,
  { model, beta }: { readonly model: MarginModel; readonly beta: Float64Array },
): Result<(move: number) => number> {
  const option = universe.instruments.find(({ kind }, j) => kind === 'option' && quantity[j] !== 0)
  if (option !== undefined)
    return refuse(
      'margin.direction',
      option.id,
      `${option.id} must have a price that moves with its underlying alone, was an option`,
      'give a function that prices options along the move to liquidationMoves',
    )
  const { instruments, underlyingOf, settleOf, exposureOf } = universe
  const unit = Float64Array.from(instruments, ({ multiplier }) => toNumber(multiplier))
  const [mark, rate] = [Float64Array.from(marks.mark), Float64Array.from(marks.rate)]
  return succeed((move) => {
    const along = (underlying: number): number => (1 + move) ** beta[underlying]!
    let equity = 0
    for (let c = 0; c < rate.length; c++) {
      const coin = exposureOf[c]!
      rate[c] = marks.rate[c]! * (coin < 0 ? 1 : along(coin))
      equity += money[c]! * rate[c]!
    }
    for (let j = 0; j < quantity.length; j++) {
      mark[j] = marks.mark[j]! * along(underlyingOf[j]!)
      const instrument = instruments[j]!
      const size = quantity[j]! * unit[j]!
      if (size === 0 || (instrument.kind === 'spot' && size > 0)) continue
      const profit = isReciprocal(instrument)
        ? size * (1 / entry[j]! - 1 / mark[j]!)
        : size * (mark[j]! - (instrument.kind === 'spot' ? 0 : entry[j]!))
      equity += profit * rate[settleOf[j]!]!
    }
    return equity - model(quantity, { mark, rate }).maintenance
  })
}

export interface LiquidationMoves {
  /** The account is liquidated where it stands; roots are then where it would not be. */
  readonly isLiquidated: boolean
  /** Nearest roots below and above where it stands; null where none was found. */
  readonly below: number | null
  readonly above: number | null
  /** All that were found, rising. */
  readonly all: Float64Array
}

/**
 * @param excess equity less maintenance at a move
 * @param span lowest move, above −1 and below 0, highest, above 0, and steps on each side
 */
export function liquidationMoves(
  excess: (move: number) => number,
  span: { readonly low: number; readonly high: number; readonly steps: number },
): Result<LiquidationMoves> {
  const { low, high, steps } = span
  const wrong = violationsOf({ 'low, as a fall,': [-low, 'inside'], high: [high, 'positive'], steps: [steps, 'count'] })
  if (wrong.length > 0)
    return fail(
      wrong.map((message) => ({ code: 'margin.span', path: 'span', message, hint: 'look from a fall to a rise' })),
    )
  const [lower, upper]: [number[], number[]] = [[], []]
  const [down, up] = [Math.log1p(low), Math.log1p(high)]
  const grid = Float64Array.from({ length: 2 * steps + 1 }, (_, k) =>
    k <= steps ? (down * (steps - k)) / steps : (up * (k - steps)) / steps,
  )
  const values = grid.map((z) => excess(Math.expm1(z)))
  const broken = values.findIndex((value) => !Number.isFinite(value))
  if (broken >= 0)
    return refuse(
      'margin.excess',
      'excess',
      `equity less maintenance must be a number at every move, was ${values[broken]} at ${Math.expm1(grid[broken]!)}`,
      'give marks, entries and rates of all that is held',
    )
  for (let k = 1; k < grid.length; k++) {
    const kept = values[k]! >= 0
    if (values[k - 1]! >= 0 === kept) continue
    const side = k <= steps ? lower : upper
    side.push(Math.expm1(bisected(excess, { from: grid[k - 1]!, to: grid[k]!, kept })))
  }
  return succeed({
    isLiquidated: values[steps]! < 0,
    below: lower.at(-1) ?? null,
    above: upper[0] ?? null,
    all: Float64Array.from([...lower, ...upper]),
  })
}

/** Between two logarithms of a move, of which `to` is kept or not and `from` the other. */
function bisected(
  excess: (move: number) => number,
  { from, to, kept }: { readonly from: number; readonly to: number; readonly kept: boolean },
): number {
  let [one, other] = [from, to]
  for (;;) {
    const middle = one + (other - one) / 2
    if (middle === one || middle === other || Math.abs(other - one) < 1e-15) return middle
    if (excess(Math.expm1(middle)) >= 0 === kept) other = middle
    else one = middle
  }
}
