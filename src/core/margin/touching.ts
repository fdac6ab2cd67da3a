/**
 * The probability that a price touches a level before a horizon, under a geometric Brownian motion (reflection principle; for
 * example Karatzas and Shreve, Brownian Motion and Stochastic Calculus, §3.5): with x = |ln(L/S)|, s = σ√h and the drift towards
 * the level ν = (μ − σ²/2)·sgn(L − S),
 *   N((νh − x)/s) + e^{2νx/σ²}·N(−(νh + x)/s),
 * of which the second term is φ((x − νh)/s)·R((x + νh)/s), R the Mills ratio, so that nothing overflows. At the level it is 1.
 * That the price ends beyond the level is about half as likely as that it touches it.
 */
import { violationsOf } from '../base/range.ts'
import { assert, fail, type Result, succeed } from '../base/result.ts'
import { densityOfNormal, distributionOfNormal, millsRatio } from '../maths/normal.ts'

export interface Touching {
  readonly price: number
  readonly level: number
  readonly vol: number
  /** Annual, of the price. */
  readonly drift: number
  /** Years. */
  readonly horizon: number
}

export function touchingProbability({ price, level, vol, drift, horizon }: Touching): Result<number> {
  const wrong = violationsOf({
    price: [price, 'positive'],
    level: [level, 'positive'],
    vol: [vol, 'nonNegative'],
    drift: [drift, 'finite'],
    horizon: [horizon, 'nonNegative'],
  })
  if (wrong.length > 0)
    return fail(
      wrong.map((message) => ({ code: 'margin.touching', path: 'touching', message, hint: 'say all of it a year' })),
    )
  const x = Math.abs(Math.log(level / price))
  if (x === 0) return succeed(1)
  const towards = (drift - (vol * vol) / 2) * Math.sign(level - price) * horizon
  const s = vol * Math.sqrt(horizon)
  if (s === 0) return succeed(towards >= x ? 1 : 0)
  const z = (x + towards) / s
  const reflected =
    z >= 0
      ? densityOfNormal((x - towards) / s) * millsRatio(z)
      : Math.exp((2 * towards * x) / (s * s)) * distributionOfNormal(-z)
  return succeed(Math.min(1, distributionOfNormal((towards - x) / s) + reflected))
}

/** How many standard deviations of the horizon a move is away. @param move above −1 @param deviation σ√h, above 0 */
export function movesInDeviations(move: number, deviation: number): number {
  assert(move > -1 && deviation > 0, `a move above −1 and a deviation above 0 expected, was ${move} and ${deviation}`)
  return Math.log1p(move) / deviation
}
