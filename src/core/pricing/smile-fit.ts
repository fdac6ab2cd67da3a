/**
 * One slice fitted to quotes by least squares of volatilities weighed by bid and ask: an SSVI slice inside what excludes butterflies and
 * a crossing of the slice before it (Hendriks and Martini 2019, proposition 3.5: θ does not fall, ψ does not fall in either
 * tail, φ = ψ/θ does not rise), a raw SVI slice that stays between its neighbours and has g ≥ 0, and SABR with a stated β.
 */

import { type Result, refuse, succeed } from '../base/result.ts'
import { minimiseSquares } from '../maths/least-squares.ts'
import { minimiseSimplex } from '../maths/nelder-mead.ts'
import { expandSabr, isSabr, type Sabr } from './sabr.ts'
import { butterflyMargin, calendarMargin } from './smile-arbitrage.ts'
import type { SmilePoints } from './smile-quotes.ts'
import { isSsviSound, type RawSvi, rawOfSsvi, type SsviSlice, totalVarianceAt } from './svi.ts'

/** Σ((σ(k) − σ_quoted)/half the spread)²; NaN where a total variance is not above 0. */
function squaresOf({ k, vol, halfSpread, years }: SmilePoints, slice: RawSvi): number {
  let squares = 0
  for (let row = 0; row < k.length; row++) {
    const off = (Math.sqrt(totalVarianceAt(slice, k[row]!) / years) - vol[row]!) / halfSpread[row]!
    squares += off * off
  }
  return squares
}

const SEARCH = { tolerance: 1e-10, evaluationsMax: 6000 }
/** Grows beyond what can be told from it in float64. */
const ENDLESS = 1e-12

/**
 * Unknowns that leave no way out of what is allowed: ρ by tanh, what θ has above its least by exp, the place of ψ between its
 * bounds by the logistic function.
 */
function ssviAt(unknowns: Float64Array, before: SsviSlice | null): SsviSlice | null {
  const rho = Math.tanh(unknowns[0]!)
  const [up, down] = [1 + rho, 1 - rho]
  if (!(up > ENDLESS && down > ENDLESS)) return null
  const side = 1 + Math.abs(rho)
  const psiMin = before === null ? 0 : before.psi * Math.max((1 + before.rho) / up, (1 - before.rho) / down)
  const fromBefore = before === null ? 0 : Math.max(before.theta, (psiMin * before.theta) / before.psi)
  const theta = Math.max(fromBefore, 0.25 * psiMin * psiMin * side) + Math.exp(unknowns[1]!)
  const phiMax = before === null ? Number.POSITIVE_INFINITY : before.psi / before.theta
  const psiMax = Math.min((4 - ENDLESS) / side, Math.sqrt((4 * theta) / side), theta * phiMax)
  if (!(psiMax > psiMin)) return null
  const psi = psiMin + (psiMax - psiMin) / (1 + Math.exp(-unknowns[2]!))
  const slice = { theta, psi, rho }
  return isSsviSound(slice) && theta < Number.POSITIVE_INFINITY ? slice : null
}

/** The best slice that crosses nothing before it; several starts, the best of them kept. */
export function fitSsvi(points: SmilePoints, before: SsviSlice | null): SsviSlice | null {
  const worth = (unknowns: Float64Array): number => {
    const slice = ssviAt(unknowns, before)
    return slice === null ? Number.POSITIVE_INFINITY : squaresOf(points, rawOfSsvi(slice))
  }
  const central = points.k.reduce((best, each, row) => (Math.abs(each) < Math.abs(points.k[best]!) ? row : best), 0)
  const theta = points.vol[central]! ** 2 * points.years
  const rise = Math.log(Math.max(theta - (before?.theta ?? 0), 0.01 * theta))
  const rhos = [-0.5, 0, 0.5, Math.atanh(before?.rho ?? 0)]
  const starts = rhos.flatMap((rho) => [-2, 0, 2].map((share) => Float64Array.of(rho, rise, share)))
  const from = starts.reduce((best, each) => (worth(each) < worth(best) ? each : best))
  if (!Number.isFinite(worth(from))) return null
  return ssviAt(minimiseSimplex(worth, { start: from, step: 0.3, ...SEARCH }).x, before)
}

export interface Neighbours {
  readonly earlier: RawSvi | null
  readonly later: RawSvi | null
}

/** Total variance is above 0, g is at least 0, and neither neighbour is crossed. */
function isSviSound(slice: RawSvi, { earlier, later }: Neighbours): boolean {
  if (!(butterflyMargin(slice).margin >= 0)) return false
  if (earlier !== null && !(calendarMargin(earlier, slice).margin >= 0)) return false
  return later === null || calendarMargin(slice, later).margin >= 0
}

/** From a sound slice to one that fits no worse and is sound: five unknowns, what is not sound counts as infinitely bad. */
export function refineSvi(points: SmilePoints, start: RawSvi, neighbours: Neighbours): RawSvi {
  const level = totalVarianceAt(start, 0)
  const at = (unknowns: Float64Array): RawSvi => ({
    a: start.a + level * unknowns[0]!,
    b: start.b * Math.exp(unknowns[1]!),
    rho: Math.tanh(Math.atanh(start.rho) + unknowns[2]!),
    m: start.m + start.s * unknowns[3]!,
    s: start.s * Math.exp(unknowns[4]!),
  })
  let best = squaresOf(points, start)
  const worth = (unknowns: Float64Array): number => {
    const slice = at(unknowns)
    const squares = squaresOf(points, slice)
    // The checks cost more than the squares: they are asked only of what could be a corner of the simplex.
    if (!(squares <= 4 * best + 1) || !isSviSound(slice, neighbours)) return Number.POSITIVE_INFINITY
    best = Math.min(best, squares)
    return squares
  }
  const zero = new Float64Array(5)
  if (!Number.isFinite(worth(zero))) return start
  const found = minimiseSimplex(worth, { start: zero, step: 0.05, tolerance: 1e-8, evaluationsMax: 3000 })
  return found.value < squaresOf(points, start) ? at(found.x) : start
}

/** α, ν and ρ at a stated β, from the volatility at the money. */
export function fitSabr(points: SmilePoints, beta: number): Result<Sabr> {
  const { k, vol, halfSpread, forward } = points
  const central = k.reduce((best, each, row) => (Math.abs(each) < Math.abs(k[best]!) ? row : best), 0)
  const at = (unknowns: Float64Array): Sabr => ({
    alpha: Math.exp(unknowns[0]!),
    beta,
    nu: Math.exp(unknowns[1]!),
    rho: Math.tanh(unknowns[2]!),
  })
  const residualsAt = (unknowns: Float64Array, out: Float64Array): void => {
    const sabr = at(unknowns)
    for (let row = 0; row < k.length; row++) {
      out[row] = (expandSabr(sabr, points, forward * Math.exp(k[row]!)) - vol[row]!) / halfSpread[row]!
    }
  }
  const alpha = Math.log(vol[central]! * forward ** (1 - beta))
  const problem = { residualCount: k.length, residualsAt, iterationsMax: 400 }
  const starts = [-0.5, 0, 0.5].flatMap((rho) => [0.05, 0.5, 2].map((nu) => Float64Array.of(alpha, Math.log(nu), rho)))
  const finite = starts.filter((start) => {
    const out = new Float64Array(k.length)
    residualsAt(start, out)
    return out.every(Number.isFinite)
  })
  const found = finite.map((start) => minimiseSquares({ ...problem, start }))
  const best = found.length === 0 ? null : at(found.reduce((one, each) => (each.squares < one.squares ? each : one)).x)
  if (best !== null && isSabr(best)) return succeed(best)
  return refuse(
    'pricing.sabr-fit',
    'points',
    `volatilities and β must be of a smile that SABR can follow, with β from 0 to 1, was β ${beta}`,
    'state β from 0 to 1, and take the volatilities of `smilePoints`',
  )
}
