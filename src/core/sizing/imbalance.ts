/**
 * Stage 3: held − target, in every unit (+ is too much). Weight d; relative d/|w*|; volatility d·σ; risk: the tracking
 * error TE = sqrt(d'Σd) and its Euler parts d_i(Σd)_i/TE, which sum to TE and may be negative (that deviation hedges the
 * others); risk contribution of the holdings w_i(Σw)_i/sqrt(w'Σw). Source: Euler's theorem for homogeneous risk measures
 * (Tasche 1999).
 */
import type { RiskModel } from '../domain/market.ts'
import { multiplyVector } from '../maths/matrix.ts'
import type { Imbalance } from './plan-types.ts'

/** @param held, aim weight per underlying, finite. */
export function measureImbalance(held: Float64Array, aim: Float64Array, risk: RiskModel): Imbalance {
  const weight = held.map((each, i) => each - aim[i]!)
  const deviation = eulerParts(weight, risk.covariance)
  const holding = eulerParts(held, risk.covariance)
  return {
    weight,
    relative: Array.from(weight, (each, i) => (aim[i] === 0 ? (each === 0 ? 0 : null) : each / Math.abs(aim[i]!))),
    volatility: weight.map((each, i) => each * risk.vol[i]!),
    risk: deviation.parts,
    trackingError: deviation.total,
    riskContribution: holding.parts,
    volatilityOfBook: holding.total,
  }
}

interface EulerParts {
  readonly total: number
  readonly parts: Float64Array
}

/** sqrt(x'Σx) and its Euler parts. Nothing held is 0 and never −0. */
function eulerParts(x: Float64Array, covariance: Float64Array): EulerParts {
  const parts = multiplyVector(covariance, x, x.length)
  for (let i = 0; i < parts.length; i++) parts[i] = x[i] === 0 ? 0 : x[i]! * parts[i]!
  return scaleParts(parts)
}

/** Parts over the root of their sum; all 0 where that is 0. Rounding noise below 0 is 0. */
function scaleParts(parts: Float64Array): EulerParts {
  let square = 0
  for (let i = 0; i < parts.length; i++) square += parts[i]!
  const total = square > 0 ? Math.sqrt(square) : 0
  for (let i = 0; i < parts.length; i++) parts[i] = total === 0 ? 0 : parts[i]! / total
  return { total, parts }
}
