/**
 * Three statistics of a trend, each standard normal (in the limit of many returns) where prices have none:
 *
 *   drift             z = r̄ ÷ √(Ŝ/T),  Ŝ = γ₀ + 2 Σ_{l≤L} (1 − l/(L+1)) γ_l,  L = ⌊4 (T/100)^{2/9}⌋
 *   efficiency ratio  ER = |P_T − P_0| ÷ Σ|ΔP|,  z = (P_T − P_0) ÷ √Σ(ΔP)²: each move as likely down as up, its size given
 *   variance ratio    VR(q) = σ̂²(q)/σ̂²(1),  z = √T (VR − 1) ÷ √θ̂,  θ̂ = Σ_{j<q} [2(q−j)/q]² δ̂_j
 *
 * Newey and West (Econometrica 55, 1987; the lag of their rule of 1994), Kaufman (Smarter Trading, 1995), Lo and MacKinlay
 * (Review of Financial Studies 1, 1988: overlapping q-period returns without bias, robust to changing variance).
 */

/** The mean return in its standard errors; + up. Returns that are all the same are as sure a drift as there is. */
export function driftStatistic(returns: Float64Array): {
  readonly mean: number
  readonly lags: number
  readonly z: number
} {
  const count = returns.length
  const mean = returns.reduce((sum, each) => sum + each, 0) / count
  const lags = Math.floor(4 * (count / 100) ** (2 / 9))
  const rest = returns.map((each) => each - mean)
  let variance = 0
  for (let lag = 0; lag <= lags; lag++) {
    let covariance = 0
    for (let t = lag; t < count; t++) covariance += rest[t]! * rest[t - lag]!
    variance += ((lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * covariance) / count
  }
  return { mean, lags, z: inErrors(mean, Math.sqrt(Math.max(0, variance) / count)) }
}

/** How straight the way of a price was, 0 to 1, and its end in units of a way without direction; + up. */
export function efficiencyRatio(close: Float64Array): { readonly ratio: number; readonly z: number } {
  let [path, square] = [0, 0]
  for (let t = 1; t < close.length; t++) {
    const move = close[t]! - close[t - 1]!
    path += Math.abs(move)
    square += move * move
  }
  const way = close.at(-1)! - close[0]!
  return { ratio: path === 0 ? 0 : Math.abs(way) / path, z: inErrors(way, Math.sqrt(square)) }
}

/**
 * Whether returns of `period` bars vary more than those of one bar would let them; above 1 moves go on, below 1 they come back.
 * @param period from 2 to half the returns
 */
export function varianceRatio(returns: Float64Array, period: number): { readonly ratio: number; readonly z: number } {
  const count = returns.length
  const mean = returns.reduce((sum, each) => sum + each, 0) / count
  const square = returns.map((each) => (each - mean) ** 2)
  const total = square.reduce((sum, each) => sum + each, 0)
  if (total === 0) return { ratio: 1, z: 0 }
  let [spread, window] = [0, 0]
  for (let t = 0; t < count; t++) {
    window += returns[t]! - mean
    if (t >= period) window -= returns[t - period]! - mean
    if (t >= period - 1) spread += window * window
  }
  const long = spread / (period * (count - period + 1) * (1 - period / count))
  const ratio = long / (total / (count - 1))
  let theta = 0
  for (let lag = 1; lag < period; lag++) {
    let product = 0
    for (let t = lag; t < count; t++) product += square[t]! * square[t - lag]!
    theta += ((2 * (period - lag)) / period) ** 2 * ((count * product) / (total * total))
  }
  return { ratio, z: inErrors(Math.sqrt(count) * (ratio - 1), Math.sqrt(theta)) }
}

/** 0 of 0 errors is nothing found, anything else of none is beyond doubt. */
const inErrors = (found: number, error: number): number => (found === 0 ? 0 : found / error)
