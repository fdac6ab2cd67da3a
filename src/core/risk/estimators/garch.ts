/**
 * GARCH(1,1) (Bollerslev 1986) and its asymmetric form (Glosten, Jagannathan and Runkle 1993) for one column of returns:
 * h_{t+1} = ω + (α + γ·1{y_t < 0})y_t² + βh_t, fitted by Gaussian quasi-maximum likelihood, max −½Σ(log h_t + y_t²/h_t),
 * which is consistent whatever the returns' distribution (Bollerslev and Wooldridge 1992). h₁ is the mean of y², the mean
 * return is 0. α, γ, β ≥ 0 and α + γ/2 + β < 1 hold by construction: they are shares of a sum with 1, and ω follows from
 * the long-run variance. The search is the simplex method from three starts, the best of which wins.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { minimiseSimplex } from '../../maths/nelder-mead.ts'

export interface GarchFit {
  readonly omega: number
  readonly alpha: number
  /** 0 for the symmetric form. */
  readonly gamma: number
  readonly beta: number
  /** Variance of the next period. */
  readonly forecast: number
  /** ω/(1 − α − γ/2 − β) */
  readonly longRun: number
  /** Σ −½(log 2π + log h_t + y_t²/h_t) */
  readonly logLikelihood: number
  readonly converged: boolean
}

/** Fewer returns do not tell α from β. */
const RETURNS_MIN = 100
const TOLERANCE = 1e-11
const EVALUATIONS_MAX = 20_000
/** Persistence and the new return's share in it, from slow to quick. */
const STARTS: readonly (readonly [number, number])[] = [
  [0.98, 0.05],
  [0.9, 0.1],
  [0.6, 0.3],
]

/** Codes: risk.too-short, risk.return-missing, risk.no-movement. */
export function fitGarch(
  series: { readonly name: string; readonly returns: Float64Array },
  { asymmetric }: { readonly asymmetric: boolean },
): Result<GarchFit> {
  const { name, returns } = series
  if (returns.length < RETURNS_MIN)
    return refuse(
      'risk.too-short',
      `returns.${name}`,
      `${name} must have at least ${RETURNS_MIN} returns, was ${returns.length}`,
      'use shorter bars or a longer history, or an EWMA',
    )
  const bad = returns.findIndex((y) => !Number.isFinite(y))
  if (bad >= 0)
    return refuse(
      'risk.return-missing',
      `returns.${name}`,
      `the returns of ${name} must be finite numbers, was ${returns[bad]} in row ${bad + 1}`,
      'decide what a missing return means: no move, or a row to leave out',
    )
  let mean = 0
  for (const y of returns) mean += (y * y) / returns.length
  if (!(mean > 0))
    return refuse(
      'risk.no-movement',
      `returns.${name}`,
      `the price of ${name} must move in its history, was the same at every close`,
      'check that its feed is alive, or leave it out',
    )
  // Divided by the mean square, so that one step and one tolerance fit every unit.
  const squares = returns.map((y) => (y * y) / mean)
  const falls = Uint8Array.from(returns, (y) => (y < 0 ? 1 : 0))
  const loss = (p: Float64Array): number => walk(parametersOf(p, asymmetric), squares, falls).loss
  const fits = STARTS.map(([persistence, fresh]) =>
    minimiseSimplex(loss, {
      start: startOf(persistence, fresh, asymmetric),
      step: 0.5,
      tolerance: TOLERANCE,
      evaluationsMax: EVALUATIONS_MAX,
    }),
  )
  const best = fits.reduce((a, b) => (b.value < a.value ? b : a))
  const { alpha, gamma, beta, longRun } = parametersOf(best.x, asymmetric)
  const { next } = walk({ alpha, gamma, beta, longRun }, squares, falls)
  return succeed({
    omega: longRun * (1 - alpha - gamma / 2 - beta) * mean,
    alpha,
    gamma,
    beta,
    forecast: next * mean,
    longRun: longRun * mean,
    logLikelihood: -0.5 * (best.value + returns.length * Math.log(2 * Math.PI * mean)),
    converged: best.converged,
  })
}

/**
 * Mean variance of the next k periods: what is above or below the long-run variance decays by p = α + γ/2 + β a period, so
 * h̄ = h_∞ + (h − h_∞)(1 − p^k)/(k(1 − p)).
 */
export function meanVariance(fit: GarchFit, periods: number): number {
  const { alpha, gamma, beta, forecast, longRun } = fit
  const persistence = alpha + gamma / 2 + beta
  return longRun + ((forecast - longRun) * (1 - persistence ** periods)) / (periods * (1 - persistence))
}

interface Parameters {
  readonly alpha: number
  readonly gamma: number
  readonly beta: number
  readonly longRun: number
}

/** p: log of the long-run variance, then the logarithms of α, β (and γ/2) over what is left to 1. */
function parametersOf(p: Float64Array, asymmetric: boolean): Parameters {
  const [a, b] = [Math.exp(p[1]!), Math.exp(p[2]!)]
  const g = asymmetric ? Math.exp(p[3]!) : 0
  const whole = 1 + a + b + g
  return { alpha: a / whole, beta: b / whole, gamma: (2 * g) / whole, longRun: Math.exp(p[0]!) }
}

function startOf(persistence: number, fresh: number, asymmetric: boolean): Float64Array {
  const logOdds = (share: number): number => Math.log((persistence * share) / (1 - persistence))
  return asymmetric
    ? Float64Array.of(0, logOdds(fresh / 2), logOdds(1 - fresh), logOdds(fresh / 2))
    : Float64Array.of(0, logOdds(fresh), logOdds(1 - fresh))
}

/** Σ (log h + y²/h), and the h after the last return. */
function walk(
  { alpha, gamma, beta, longRun }: Parameters,
  squares: Float64Array,
  falls: Uint8Array,
): { readonly loss: number; readonly next: number } {
  const omega = longRun * (1 - alpha - gamma / 2 - beta)
  let h = 1
  let loss = 0
  for (let t = 0; t < squares.length; t++) {
    loss += Math.log(h) + squares[t]! / h
    h = omega + (alpha + gamma * falls[t]!) * squares[t]! + beta * h
  }
  return { loss, next: h }
}
