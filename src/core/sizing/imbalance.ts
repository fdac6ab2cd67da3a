/**
 * Stage 3: held − target, in every unit (+ is too much). Weight d; relative d/|w*|; volatility d·σ; risk: the tracking
 * error TE = sqrt(d'Σd) and its Euler parts d_i(Σd)_i/TE, which sum to TE and may be negative (that deviation hedges the
 * others); risk contribution of the holdings w_i(Σw)_i/sqrt(w'Σw). Source: Euler's theorem for homogeneous risk measures
 * (Tasche 1999).
 */
import type { RiskModel } from '../domain/market.ts'
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

/** sqrt(x'Σx) and its Euler parts. Two rows in one pass: each sum waits for its own last addition. */
function eulerParts(x: Float64Array, covariance: Float64Array): EulerParts {
  const n = x.length
  const parts = new Float64Array(n)
  let i = 0
  for (; i + 1 < n; i += 2) {
    let first = 0
    let second = 0
    const row = i * n
    const next = row + n
    for (let j = 0; j < n; j++) {
      const each = x[j]!
      first += covariance[row + j]! * each
      second += covariance[next + j]! * each
    }
    parts[i] = partOf(x[i]!, first)
    parts[i + 1] = partOf(x[i + 1]!, second)
  }
  if (i < n) {
    let last = 0
    for (let j = 0; j < n; j++) last += covariance[i * n + j]! * x[j]!
    parts[i] = partOf(x[i]!, last)
  }
  return scaleParts(parts)
}

/** Nothing held is 0 and never −0. */
const partOf = (x: number, pull: number): number => (x === 0 ? 0 : x * pull)

/** Parts over the root of their sum; all 0 where that is 0. Rounding noise below 0 is 0. */
function scaleParts(parts: Float64Array): EulerParts {
  let square = 0
  for (let i = 0; i < parts.length; i++) square += parts[i]!
  const total = square > 0 ? Math.sqrt(square) : 0
  for (let i = 0; i < parts.length; i++) parts[i] = total === 0 ? 0 : parts[i]! / total
  return { total, parts }
}
