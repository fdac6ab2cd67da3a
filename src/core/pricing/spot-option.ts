/**
 * An option on spot that pays a continuous yield q: Black's value at the forward F = S·e^((r−q)T) (Black and Scholes, Merton). By the
 * chain rule delta = V_F·F/S, gamma = V_FF·(F/S)², theta = −V_T − V_F·F·(r − q), rho = −T·V + V_F·F·T, rho of the yield −V_F·F·T,
 * spot held fixed; elasticity = delta·S/V.
 */
import { type Result, succeed } from '../base/result.ts'
import type { OptionRight } from './black76.ts'
import { checkTerms } from './option-terms.ts'
import { DAYS_PER_YEAR, valueOption } from './option-value.ts'

export interface SpotOption {
  readonly right: OptionRight
  readonly spot: number
  readonly strike: number
  readonly years: number
  readonly vol: number
  /** Continuous. */
  readonly rate: number
  /** Continuous yield of the underlying: dividends, lending. */
  readonly yield: number
}

/** The names are those of `value-columns.ts`, spot held fixed instead of the forward. */
export interface SpotOptionValue {
  readonly price: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly thetaPerYear: number
  readonly thetaPerDay: number
  readonly rho: number
  readonly yieldRho: number
  /** Null where the price underflows to 0. */
  readonly elasticity: number | null
}

export function valueSpotOption(option: SpotOption, path = ''): Result<SpotOptionValue> {
  const { right, spot, strike, years, vol, rate } = option
  const growth = Math.exp((rate - option.yield) * years)
  const forward = spot * growth
  const issues = checkTerms({ right, forward: spot, strike, years, rate }, path)
  if (issues.length > 0) return { ok: false, error: issues }
  const valued = valueOption({ right, forward, strike, years, vol, rate }, path)
  if (!valued.ok) return valued
  const { price, delta, gamma, vega, thetaPerYear } = valued.value
  const carried = delta * forward
  const theta = thetaPerYear - carried * (rate - option.yield)
  return succeed({
    price,
    delta: delta * growth,
    gamma: gamma * growth * growth,
    vega,
    thetaPerYear: theta,
    thetaPerDay: theta / DAYS_PER_YEAR,
    rho: years * (carried - price),
    yieldRho: -years * carried,
    elasticity: price === 0 ? null : (delta * growth * spot) / price,
  })
}
