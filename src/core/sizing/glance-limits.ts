/**
 * Whether a book as it stands is surely inside every limit that measures what is held: those of `limit-rows.ts` at no trade, in
 * float64, each with room for the error of the weights. Limits on what is traded hold at no trade whatever the prices are. Losses
 * over scenarios are not measured here: under such a limit nothing is sure.
 */
import { YEAR_MS } from '../base/instant.ts'
import { ratioToNumber } from '../base/ratio.ts'
import { quantileOfNormal, shortfallOfNormal } from '../maths/normal.ts'
import type { FloatBook } from './glance-book.ts'
import type { FloatRisk } from './glance-risk.ts'
import type { Constraints, Limit } from './mandate.ts'

/** min ≤ Σ slope·w ≤ max, or Σ |slope·w| ≤ max. */
interface FloatLimit {
  readonly slope: Float64Array
  readonly absolute: boolean
  readonly min: number
  readonly max: number
}

export interface FloatLimits {
  readonly weightMin: Float64Array
  readonly weightMax: Float64Array
  readonly sums: readonly FloatLimit[]
  readonly leverageMax: number
  readonly cashMin: number
  readonly volatilityMax: number
  readonly trackingErrorMax: number
  readonly covered: boolean
}

const least = (limit: Limit | null): number => (limit === null ? Number.NEGATIVE_INFINITY : ratioToNumber(limit.value))
const most = (limit: Limit | null): number => (limit === null ? Number.POSITIVE_INFINITY : ratioToNumber(limit.value))

/** @param n underlyings */
export function floatLimits(constraints: Constraints, n: number): FloatLimits {
  const { netMin, netMax, grossMax, groups, factors, tails } = constraints
  const all = new Float64Array(n).fill(1)
  const sum = (slope: Float64Array, min: Limit | null, max: Limit | null): FloatLimit => ({
    slope,
    absolute: false,
    min: least(min),
    max: most(max),
  })
  const gross = (slope: Float64Array, max: Limit | null): FloatLimit => ({ ...sum(slope, null, max), absolute: true })
  const sums = [
    sum(all, netMin, netMax),
    gross(all, grossMax),
    ...groups.flatMap(({ group, ...of }) => {
      const own = new Float64Array(n)
      for (const u of group.members) own[u] = 1
      return [sum(own, of.netMin, of.netMax), gross(own, of.grossMax)]
    }),
    ...factors.map(({ loading, min, max }) => sum(Float64Array.from(loading, ratioToNumber), min, max)),
  ]
  return {
    weightMin: Float64Array.from(constraints.weightMin, least),
    weightMax: Float64Array.from(constraints.weightMax, most),
    sums: sums.filter(({ min, max }) => Number.isFinite(min) || Number.isFinite(max)),
    leverageMax: most(constraints.leverageMax),
    cashMin: least(constraints.cashMin),
    volatilityMax: volatilityMaxOf(constraints),
    trackingErrorMax: most(constraints.trackingErrorMax),
    covered: tails.every(({ method }) => method === 'normal'),
  }
}

/** The least volatility that meets all limits which are multiples of it. */
function volatilityMaxOf({ volatilityMax, tails }: Constraints): number {
  return tails.reduce((tightest, { measure, method, confidence, horizonMs, max }) => {
    if (method !== 'normal') return tightest
    const rate = measure === 'valueAtRisk' ? quantileOfNormal : shortfallOfNormal
    return Math.min(tightest, most(max) / (rate(ratioToNumber(confidence)) * Math.sqrt(horizonMs / YEAR_MS)))
  }, most(volatilityMax))
}

/** @param risk measured at the weights of the book */
export function isInside(limits: FloatLimits, book: FloatBook, risk: FloatRisk): boolean {
  const { weightMin, weightMax, sums, leverageMax, cashMin, volatilityMax, trackingErrorMax } = limits
  const { weight, size, error, cashTotal, cashSize, leverage, terms } = book
  for (let u = 0; u < weight.length; u++) {
    const room = error * size[u]!
    if (!(weight[u]! + room <= weightMax[u]! && weight[u]! - room >= weightMin[u]!)) return false
  }
  for (let k = 0; k < sums.length; k++) if (!isSumInside(sums[k]!, book)) return false
  return (
    leverage + error * (leverage + terms) <= leverageMax &&
    cashTotal - error * cashSize >= cashMin &&
    risk.volatility <= volatilityMax &&
    risk.trackingError <= trackingErrorMax
  )
}

function isSumInside({ slope, absolute, min, max }: FloatLimit, { weight, size, error }: FloatBook): boolean {
  let [sum, terms] = [0, 0]
  for (let u = 0; u < slope.length; u++) {
    const part = slope[u]! * weight[u]!
    sum += absolute ? Math.abs(part) : part
    terms += Math.abs(slope[u]!) * size[u]!
  }
  return sum + error * terms <= max && sum - error * terms >= min
}
