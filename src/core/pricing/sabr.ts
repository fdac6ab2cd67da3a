/**
 * SABR: lognormal implied volatility by the expansion of Hagan, Kumar, Lesniewski and Woodward (Wilmott, 2002), their equation
 * 2.17, of first order in time:
 * σ(K) = α/((FK)^((1−β)/2)·(1 + (1−β)²L²/24 + (1−β)⁴L⁴/1920)) · z/x(z) · (1 + T((1−β)²α²/(24(FK)^(1−β)) + ρβνα/(4(FK)^((1−β)/2))
 * + (2 − 3ρ²)ν²/24)), L = ln(F/K), z = ν/α·(FK)^((1−β)/2)·L, x(z) = ln((√(1 − 2ρz + z²) + z − ρ)/(1 − ρ)). It is not free of
 * arbitrage at low strikes and long expiries; `butterflyMarginOfSabr` says where.
 */
import { type Result, refuse, succeed } from '../base/result.ts'
import { logMoneyness } from './black76.ts'
import { durrleman, type Margin } from './smile-arbitrage.ts'

export interface Sabr {
  /** Above 0. */
  readonly alpha: number
  /** From 0 to 1. */
  readonly beta: number
  /** At least 0. */
  readonly nu: number
  /** Between −1 and 1. */
  readonly rho: number
}

export interface SabrExpiry {
  readonly forward: number
  readonly years: number
}

export const isSabr = ({ alpha, beta, nu, rho }: Sabr): boolean =>
  alpha > 0 && alpha < Number.POSITIVE_INFINITY && beta >= 0 && beta <= 1 && nu >= 0 && Math.abs(rho) < 1

/** Refused where parameters are out of range, and where the expansion, used too far out or too long, is not above 0. */
export function sabrVol(sabr: Sabr, expiry: SabrExpiry, strike: number): Result<number> {
  const vol = isSabr(sabr) && strike > 0 && expiry.years > 0 ? expandSabr(sabr, expiry, strike) : Number.NaN
  if (vol > 0 && vol < Number.POSITIVE_INFINITY) return succeed(vol)
  const { alpha, beta, nu, rho } = sabr
  return refuse(
    'pricing.sabr',
    'sabr',
    `SABR must have α > 0, β from 0 to 1, ν ≥ 0, |ρ| < 1, and a volatility above 0 at strike ${strike}, was α ${alpha}, β ${beta}, ν ${nu}, ρ ${rho}`,
    'the expansion holds for short expiries and strikes near the forward',
  )
}

/** The expansion as it stands. */
export function expandSabr({ alpha, beta, nu, rho }: Sabr, { forward, years }: SabrExpiry, strike: number): number {
  const log = logMoneyness(forward, strike)
  const bow = (1 - beta) * (1 - beta)
  const power = (forward * strike) ** (0.5 * (1 - beta))
  const z = (nu / alpha) * power * log
  const square = bow * log * log
  const level = alpha / (power * (1 + square / 24 + (square * square) / 1920))
  const drift = (bow * alpha * alpha) / (24 * power * power) + (rho * beta * nu * alpha) / (4 * power)
  return level * ratioOfSabr(z, rho) * (1 + years * (drift + ((2 - 3 * rho * rho) * nu * nu) / 24))
}

/** z/x(z). */
function ratioOfSabr(z: number, rho: number): number {
  // There x(z) is a difference of nearly equal numbers; the next term of the series is of the third power.
  if (Math.abs(z) < 1e-5) return 1 - 0.5 * rho * z + ((2 - 3 * rho * rho) / 12) * z * z
  return z / Math.log((Math.sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho))
}

const POINTS = 401

/** Least g of Durrleman within `reach` of ln(K/F) to either side, its derivatives by differences of order 4. */
export function butterflyMarginOfSabr(sabr: Sabr, expiry: SabrExpiry, reach: number): Margin {
  const varianceAt = (k: number): number => {
    const vol = expandSabr(sabr, expiry, expiry.forward * Math.exp(k))
    return vol > 0 ? vol * vol * expiry.years : 0
  }
  const step = Math.min(1e-3, reach / POINTS)
  let least: Margin = { k: 0, margin: Number.POSITIVE_INFINITY }
  for (let index = 0; index < POINTS; index++) {
    const k = reach * ((2 * index) / (POINTS - 1) - 1)
    const [far, low, w, high, farther] = [-2, -1, 0, 1, 2].map((n) => varianceAt(k + n * step)) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const slope = (8 * (high - low) - (farther - far)) / (12 * step)
    const bend = (16 * (high + low) - (farther + far) - 30 * w) / (12 * step * step)
    const margin = w > 0 ? durrleman(k, w, slope, bend) : Number.NEGATIVE_INFINITY
    if (margin < least.margin) least = { k, margin }
  }
  return least
}
