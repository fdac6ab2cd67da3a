/**
 * QLIKE (Patton, Journal of Econometrics 160, 2011): mean of log h + y/h for forecast variance h and realised y, a loss whose
 * order of forecasts survives a noisy but unbiased y such as a squared return; only differences between forecasts of one
 * history mean anything. `../score.ts` takes it through time.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'

/** log h + y/h */
export const qlikeLoss = (realised: number, forecast: number): number => Math.log(forecast) + realised / forecast

/** realised ≥ 0 and forecast > 0, of equal length. Code: risk.forecast */
export function qlike(realised: Float64Array, forecast: Float64Array): Result<number> {
  let total = 0
  for (let t = 0; t < forecast.length; t++) {
    const [y, h] = [realised[t] ?? Number.NaN, forecast[t]!]
    if (!(y >= 0 && h > 0 && y < Number.POSITIVE_INFINITY && h < Number.POSITIVE_INFINITY)) return unusable(t, h)
    total += qlikeLoss(y, h)
  }
  return forecast.length === 0 ? unusable(0, Number.NaN) : succeed(total / forecast.length)
}

const unusable = (row: number, found: number): Result<never> =>
  refuse(
    'risk.forecast',
    'forecast',
    `a forecast must be a variance above 0 beside a realised one, was ${found} in row ${row + 1}`,
    'use an estimator that gives every book some risk, such as a shrunk one',
  )
