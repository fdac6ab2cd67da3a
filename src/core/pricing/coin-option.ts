/**
 * Options whose premium is paid in the underlying coin (inverse options): the premium is V/F coin, V being Black's value in the
 * quote currency. Differentiated in the forward, coin P′ = (V′ − P)/F, P″ = (V″ − 2P′)/F. The net (premium-adjusted) delta,
 * coin of underlying per option less the premium held in coin, is F·P′ = delta − P = w·N(w·d₁) − V/F; it is not the published
 * delta w·N(w·d₁), which is kept beside it. Source: Alexander, Chen and Imeraj, Mathematical Finance 33 (2023).
 */
import { type Result, succeed } from '../base/result.ts'
import type { OptionWithVol } from './option-terms.ts'
import { DAYS_PER_YEAR, valueOption } from './option-value.ts'

export interface CoinOptionValue {
  /** In coin. */
  readonly premium: number
  /** In the quote currency. */
  readonly premiumInQuote: number
  /** w·N(w·d₁), discounted, as venues publish it. */
  readonly delta: number
  /** delta − premium: what the coin account is long. */
  readonly netDelta: number
  /** P″, coin per squared unit of the forward. */
  readonly gamma: number
  /** V″, as of an option paid in the quote currency. */
  readonly gammaInQuote: number
  /** Coin per 1.00 of volatility. */
  readonly vega: number
  readonly thetaPerYear: number
  readonly thetaPerDay: number
}

/** The rate is 0 where the venue marks options in the measure of the forward. */
export function valueCoinOption(option: OptionWithVol, path = ''): Result<CoinOptionValue> {
  const valued = valueOption(option, path)
  if (!valued.ok) return valued
  const { price, delta, gamma, vega, thetaPerYear } = valued.value
  const { forward } = option
  const premium = price / forward
  const netDelta = delta - premium
  return succeed({
    premium,
    premiumInQuote: price,
    delta,
    netDelta,
    gamma: (gamma - (2 * netDelta) / forward) / forward,
    gammaInQuote: gamma,
    vega: vega / forward,
    thetaPerYear: thetaPerYear / forward,
    thetaPerDay: thetaPerYear / forward / DAYS_PER_YEAR,
  })
}
