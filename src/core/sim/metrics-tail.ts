/**
 * How often a day lost more than its value at risk said: days counted from the first row, loss against z·σ·√(1/365) of the
 * volatility that was forecast when the day began (normal, without mean).
 *
 * Kupiec (Journal of Derivatives 3, 1995): with x breaches in n days, 2 ln[x̂^x(1−x̂)^{n−x}/(p^x(1−p)^{n−x})], x̂ = x/n, is χ² with one
 * degree of freedom where the share is p. Christoffersen (International Economic Review 39, 1998): the same of a breach following a
 * breach as often as it follows none. Both are p-values: small ones speak against the forecast.
 */
import { DAY_MS, YEAR_MS } from '../base/instant.ts'
import { distributionOfNormal, quantileOfNormal } from '../maths/normal.ts'
import { type Measure, missing } from './metrics-growth.ts'

export interface TailScore {
  readonly days: Measure
  readonly breaches: Measure
  readonly kupiec: Measure
  readonly independence: Measure
}

export function scoreTail(
  {
    wealth,
    volatility,
    intervalMs,
  }: { readonly wealth: Float64Array; readonly volatility: Float64Array; readonly intervalMs: number },
  confidence: number,
): TailScore {
  const step = DAY_MS / intervalMs
  if (!Number.isInteger(step)) return noScore(`days must be whole rows, were ${step} of one`)
  const quantile = quantileOfNormal(confidence) * Math.sqrt(DAY_MS / YEAR_MS)
  const breached: boolean[] = []
  for (let row = 0; row + step < wealth.length; row += step) {
    const sigma = volatility[row]!
    const change = wealth[row + step]! / wealth[row]! - 1
    if (sigma > 0 && Number.isFinite(change)) breached.push(-change > quantile * sigma)
  }
  if (breached.length === 0) return noScore('no day began with a volatility above 0')
  const breaches = breached.filter((each) => each).length
  return {
    days: breached.length,
    breaches,
    kupiec: chiSquareTail(2 * (logLikelihood(breaches, breached.length) - likelihoodAt(1 - confidence))),
    independence: independenceOf(breached),
  }

  function likelihoodAt(p: number): number {
    return breaches * Math.log(p) + (breached.length - breaches) * Math.log(1 - p)
  }
}

const noScore = (because: string): TailScore => {
  const why = missing(because)
  return { days: why, breaches: why, kupiec: why, independence: why }
}

function independenceOf(breached: readonly boolean[]): Measure {
  let [calm, calmToBreach, bad, badToBreach] = [0, 0, 0, 0]
  for (let day = 1; day < breached.length; day++) {
    if (breached[day - 1]) {
      bad++
      if (breached[day]) badToBreach++
    } else {
      calm++
      if (breached[day]) calmToBreach++
    }
  }
  if (bad === 0) return missing('no day followed a breach')
  if (calm === 0) return missing('every day followed a breach')
  const apart = logLikelihood(calmToBreach, calm) + logLikelihood(badToBreach, bad)
  return chiSquareTail(2 * (apart - logLikelihood(calmToBreach + badToBreach, calm + bad)))
}

/** Largest log likelihood of x in n: x ln(x/n) + (n − x) ln(1 − x/n). */
const logLikelihood = (x: number, n: number): number =>
  (x === 0 ? 0 : x * Math.log(x / n)) + (x === n ? 0 : (n - x) * Math.log(1 - x / n))

/** P(χ²₁ > x) */
const chiSquareTail = (x: number): number => 2 * distributionOfNormal(-Math.sqrt(Math.max(0, x)))
