/**
 * The curvature M of the future cost of a deviation: what lets one decision weigh a cost paid once against a deviation
 * paid for every year. Equivalent quadratic cost: the trader whose yearly trading cost is ½v'Λv and whose deviation costs
 * ½γd'Σd a year has the value function ½d'(Λ#γΣ)d, A#B = A^½(A^−½BA^−½)^½A^½, and trades at the rate Kd, K = Λ⁻¹(Λ#γΣ).
 * Λ is chosen so that its marginal cost equals the real one at the speed s_i = sqrt((KXK')_ii), KX + XK' = Q:
 *   Λ_i = a_i/(√3 s_i) + κ_p c̃_i s_i^{p−2} + F_i/(3Q_ii),  p = 1+δ, κ_p = (2√3)^{p−1}/√3, c̃_i = c_i max(Δ, τ_i)^δ,
 * and M = A + Δ·γΣ with A = Λ#γΣ where costs are proportional. Where they are quadratic, A is the value function of one who
 * trades every Δ (`curvature-spectrum.ts`), so that the decision is Gârleanu-Pedersen's; between the two the part δ of the
 * least share that power cost has in a Λ_i counts, which for one asset and δ = ½ is within .4 % of value iteration where
 * Λ#γΣ alone loses up to .6 %. With one asset and linear cost this is the cube law h³ = 3aQ/(2γσ²), h = a/M (Davis-Norman 1990,
 * Shreve-Soner 1994, Janeček-Shreve 2004; for any deviation process Kallsen-Muhle-Karbe 2013). Q = JΣJ' + Q_target,
 * J = diag(w) − ww', is the yearly covariance of the deviation of a book that stands at w and is left alone.
 *
 * Where deviations lapse at a rate ρ (what is known of target and risk today does not hold for ever), the future counts
 * e^(−ρt), and A solves AΛ⁻¹A + ρA = γΣ: as Λ#γΣ, with b in its spectrum replaced by √(b² + ρ²/4) − ρ/2. One asset is then
 * within 3 % of the exact width, γσ²(h − tanh(κh)/κ) = ρa with κ² = 2ρ/Q, for T up to a third of 1/ρ, and within a tenth beyond.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { checkCurvature } from './curvature-check.ts'
import { solveFixedPoint } from './curvature-fixed-point.ts'
import { type Evaluation, evaluate, intervalMean } from './curvature-spectrum.ts'

/** What trading costs, per underlying, as fractions of equity: a|z| + c|z|^{1+δ} + F·1{z ≠ 0}. All ≥ 0. */
export interface TradeCosts {
  /** a: one-way cost of a traded weight. */
  readonly proportional: Float64Array
  /** c */
  readonly power: Float64Array
  /** δ, above 0 and at most 1. */
  readonly powerExponent: number
  /** F: cost of an order whatever its size. */
  readonly fixed: Float64Array
  /** τ: years over which the impact of a trade decays. */
  readonly impactDecay: Float64Array
}

/** Fee and spread alone. @param proportional a, one-way, per underlying */
export const proportionalCosts = (proportional: Float64Array): TradeCosts => ({
  proportional,
  power: new Float64Array(proportional.length),
  powerExponent: 0.5,
  fixed: new Float64Array(proportional.length),
  impactDecay: new Float64Array(proportional.length),
})

export interface CurvatureInputs {
  readonly n: number
  /** Σ, n × n row-major, annual, symmetric and positive semidefinite. */
  readonly covariance: Float64Array
  /** w*, signed. */
  readonly target: Float64Array
  readonly cost: TradeCosts
  /** γ > 0 */
  readonly aversion: number
  /** Δ ≥ 0: years between decisions. */
  readonly interval: number
  /** Q_target, n × n: yearly covariance of the target's own changes; none unless given. */
  readonly targetRate?: Float64Array
  /** w: where the book stands, signed, for Q alone; at its target unless given. */
  readonly weight?: Float64Array
  /** ρ ≥ 0 a year: how fast deviations lapse whatever is traded; 0 unless given. */
  readonly lapse?: number
}

/**
 * noRisk: a deviation costs nothing, so nothing calls for a trade. noCost: trading costs nothing, so the whole deviation is
 * traded. horizonCapped: the deviation hardly comes back by itself, so a trade is counted to pay for one year.
 * fixedWithImpact: an order fee and power impact together, where the equivalent quadratic cost can be 20 % off.
 */
export type CurvatureNote =
  | { readonly kind: 'noRisk' | 'noCost' | 'horizonCapped'; readonly underlying: number }
  | { readonly kind: 'fixedWithImpact' }

export interface Forecast {
  /** Annual. */
  readonly trackingError: number
  /** s_i/√3: weight traded a year, per underlying. Exact for proportional and for fixed cost. */
  readonly turnover: Float64Array
  /** What trading costs a year; with proportional cost ½tr((Λ#γΣ)Q) = γ·TE². */
  readonly costPerYear: number
}

/** Plain data; computed when Σ, Q or costs change, never for a single trade. */
export interface Curvature {
  readonly n: number
  /** M, n × n row-major. */
  readonly matrix: Float64Array
  /** M₁ = Λ#γΣ, or its like where deviations lapse. */
  readonly continuous: Float64Array
  /** Λ; 0 where trading or the deviation is free. */
  readonly lambda: Float64Array
  /** a_i: the pressure |(Md)_i| below which nothing is traded. */
  readonly threshold: Float64Array
  /** a_i/M_ii, in weight, the others at their targets; null where a deviation costs nothing. */
  readonly halfWidth: readonly (number | null)[]
  /** T_i = sqrt(Λ_i/(γσ_i²)) in years: how long a traded deviation would have lasted. */
  readonly horizon: Float64Array
  readonly forecast: Forecast
  readonly notes: readonly CurvatureNote[]
  readonly aversion: number
  /** Per underlying, the γ its own stated width alone would imply; null where none was stated. */
  readonly impliedAversion: readonly (number | null)[]
  readonly interval: number
  readonly cost: TradeCosts
  readonly rounds: number
  /** Largest relative change of Λ in the last round. */
  readonly residual: number
}

/** What the threshold of an underlying is above its cost, where a width of its own was stated. */
export const stated = ({ threshold, cost }: Curvature, u: number): number => threshold[u]! - cost.proportional[u]!

/** The longest horizon, in years: a deviation that nothing moves would otherwise count for ever. */
export const HORIZON_MAX = 1
/** Residual above which the answer would not hold to its digits. */
const RESIDUAL_MAX = 1e-6
/** Share of a variance below which what is left of it is rounding noise. */
const NOISE = 1e-13

const isFree = (cost: TradeCosts, i: number): boolean =>
  cost.proportional[i] === 0 && cost.power[i] === 0 && cost.fixed[i] === 0

/**
 * M by its fixed point. Underlyings that trade for nothing are hedged at once: the others see the covariance that is left
 * (its Schur complement). Underlyings without variance have a row of zeros.
 * @returns the curvature, or issues: sizes that differ, numbers out of range, a Σ that is no covariance, no convergence.
 */
export function computeCurvature(inputs: CurvatureInputs): Result<Curvature> {
  const issues = checkCurvature(inputs)
  if (issues.length > 0) return fail(issues)
  const { n, covariance, cost } = inputs
  const drift = driftRate(inputs)
  const unhedged = hedgeFree(inputs)
  const active = Int32Array.from(Array.from({ length: n }, (_, i) => i).filter((i) => hasRisk(inputs, unhedged, i)))
  const problem = { inputs, active, covariance: pick(unhedged, active, n), drift: pick(drift, active, n) }
  const solved = solveLambda(problem)
  if (!(solved.residual <= RESIDUAL_MAX)) return refuseUnsolved(solved.residual)
  const { lambda, at } = solved
  const continuous = embed(at.mean, active, n)
  const future = embed(futureCost(problem, solved), active, n)
  const matrix = future.map((each, k) => each + inputs.interval * inputs.aversion * covariance[k]!)
  const full = scatter(lambda, active, n)
  const horizon = full.map((each, i) => (each === 0 ? 0 : Math.sqrt(each / (inputs.aversion * covariance[i * n + i]!))))
  return succeed({
    n,
    matrix,
    continuous,
    lambda: full,
    threshold: cost.proportional,
    halfWidth: Array.from(cost.proportional, (a, i) => (matrix[i * n + i] === 0 ? null : a / matrix[i * n + i]!)),
    horizon,
    forecast: forecast(problem, solved),
    notes: noteDegenerate(inputs, horizon),
    aversion: inputs.aversion,
    impliedAversion: Array.from(full, () => null),
    interval: inputs.interval,
    cost,
    rounds: solved.rounds,
    residual: solved.residual,
  })
}

const refuseUnsolved = (residual: number): Result<never, readonly Issue[]> =>
  refuse(
    'curvature.not-converged',
    'policy',
    `the fixed point must settle to ${RESIDUAL_MAX}, was ${residual}`,
    'check costs and covariance for values that differ by many orders of magnitude',
  )

/** Q = JΣJ' + Q_target: row i of JΣJ' is w_i w_k (Σ_ik − (Σw)_i − (Σw)_k + w'Σw). */
export function driftRate({ n, covariance, target, targetRate, weight = target }: CurvatureInputs): Float64Array {
  const beta = Float64Array.from({ length: n }, (_, i) =>
    weight.reduce((sum, each, k) => sum + covariance[i * n + k]! * each, 0),
  )
  const variance = beta.reduce((sum, each, i) => sum + each * weight[i]!, 0)
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, k] = [Math.floor(at / n), at % n]
    const moved = covariance[at]! - beta[i]! - beta[k]! + variance
    return weight[i]! * weight[k]! * moved + (targetRate?.[at] ?? 0)
  })
}

/** Σ after every underlying that trades for nothing has hedged what it can of the others. */
function hedgeFree({ n, covariance, cost }: CurvatureInputs): Float64Array {
  const left = covariance.slice()
  for (let f = 0; f < n; f++) {
    const pivot = left[f * n + f]!
    if (!isFree(cost, f) || !(pivot > NOISE * covariance[f * n + f]!)) continue
    const row = left.slice(f * n, f * n + n)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) left[i * n + j]! -= (row[i]! * row[j]!) / pivot
  }
  return left
}

const hasRisk = ({ n, covariance, cost }: CurvatureInputs, unhedged: Float64Array, i: number): boolean =>
  !isFree(cost, i) && unhedged[i * n + i]! > NOISE * covariance[i * n + i]!

const pick = (matrix: Float64Array, active: Int32Array, n: number): Float64Array =>
  Float64Array.from({ length: active.length ** 2 }, (_, at) => {
    const [k, l] = [Math.floor(at / active.length), at % active.length]
    return matrix[active[k]! * n + active[l]!]!
  })

function embed(block: Float64Array, active: Int32Array, n: number): Float64Array {
  const full = new Float64Array(n * n)
  active.forEach((i, k) => {
    active.forEach((j, l) => {
      full[i * n + j] = block[k * active.length + l]!
    })
  })
  return full
}

function scatter(values: Float64Array, active: Int32Array, n: number): Float64Array {
  const full = new Float64Array(n)
  active.forEach((i, k) => {
    full[i] = values[k]!
  })
  return full
}

interface Problem {
  readonly inputs: CurvatureInputs
  readonly active: Int32Array
  /** Σ and Q of the active underlyings. */
  readonly covariance: Float64Array
  readonly drift: Float64Array
}

interface Solved {
  readonly lambda: Float64Array
  readonly at: Evaluation
  readonly rounds: number
  readonly residual: number
}

/** The fixed point in log Λ, started where each underlying alone with its proportional cost would end. */
function solveLambda(problem: Problem): Solved {
  const { inputs, active, covariance, drift } = problem
  const { aversion, cost } = inputs
  const m = active.length
  if (m === 0)
    return { lambda: new Float64Array(0), at: evaluate(problem, new Float64Array(0)), rounds: 0, residual: 0 }
  const risk = Float64Array.from(active, (_, k) => aversion * covariance[k * m + k]!)
  const ceiling = Float64Array.from(active, (i) => aversion * inputs.covariance[i * inputs.n + i]! * HORIZON_MAX ** 2)
  const matched = (speed: Float64Array): Float64Array =>
    Float64Array.from(active, (i, k) => {
      const rate = drift[k * m + k]!
      if (rate <= NOISE * covariance[k * m + k]!) return Math.log(ceiling[k]!)
      const { linear, power, fixed } = marginal(inputs, { i, speed: speed[k]!, rate })
      return Math.log(Math.min(linear + power + fixed, ceiling[k]!))
    })
  const alone = Float64Array.from(active, (i, k) => {
    const rate = drift[k * m + k]!
    const horizon = Math.cbrt(((2 / 3) * cost.proportional[i]! ** 2) / (risk[k]! ** 2 * rate))
    return Math.sqrt(rate / (2 * (horizon > 0 && horizon < HORIZON_MAX ? horizon : HORIZON_MAX / 52)))
  })
  const solution = solveFixedPoint({
    start: matched(alone),
    ceiling: ceiling.map(Math.log),
    map: (x) => matched(evaluate(problem, x.map(Math.exp)).speed),
  })
  const lambda = solution.x.map(Math.exp)
  return { lambda, at: evaluate(problem, lambda), rounds: solution.rounds, residual: solution.residual }
}

/** A: between Λ#γΣ and its like for quadratic cost. */
function futureCost(problem: Problem, { at, lambda }: Solved): Float64Array {
  const { inputs, active, drift } = problem
  const m = active.length
  const { interval, cost } = inputs
  const share = active.reduce((least, i, k) => {
    const { linear, power, fixed } = marginal(inputs, { i, speed: at.speed[k]!, rate: drift[k * m + k]! })
    const total = linear + power + fixed
    return Math.min(least, Number.isFinite(total) && power > 0 ? power / total : 0)
  }, 1)
  if (m === 0 || share === 0 || interval === 0) return at.mean
  const part = share * cost.powerExponent
  const quadratic = intervalMean(problem, lambda, interval)
  return at.mean.map((each, k) => (1 - part) * each + part * quadratic[k]!)
}

const SQRT3 = Math.sqrt(3)

/** The three parts of Λ_i at a speed. */
function marginal(
  { cost, interval }: CurvatureInputs,
  { i, speed, rate }: { readonly i: number; readonly speed: number; readonly rate: number },
): { readonly linear: number; readonly power: number; readonly fixed: number } {
  const { powerExponent: exponent } = cost
  const [a, c, fixed] = [cost.proportional[i]!, cost.power[i]!, cost.fixed[i]!]
  const spread = c * Math.max(interval, cost.impactDecay[i]!) ** exponent
  return {
    linear: a === 0 ? 0 : a / (SQRT3 * speed),
    power: spread === 0 ? 0 : ((2 * SQRT3) ** exponent / SQRT3) * spread * speed ** (exponent - 1),
    fixed: fixed === 0 ? 0 : fixed / (3 * rate),
  }
}

/**
 * Yearly figures of the book run this way. The trading cost of a part of Λ is its Λs² (proportional, fixed) or Λs²/p
 * (power): with proportional cost alone they sum to ½tr(M₁Q). An order fee is paid to the centre of the band, so the book
 * wanders further than X says: TE² = tr(ΣX)(1 + √φ), φ = share of fixed cost, which is exact for φ = 0 and φ = 1 and
 * within 3 % of one asset's optimum between; the cost is within a tenth of it.
 */
function forecast({ inputs, active, drift }: Problem, { at, lambda }: Solved): Forecast {
  const m = active.length
  let costPerYear = 0
  let fixedPerYear = 0
  active.forEach((i, k) => {
    const speed = at.speed[k]!
    if (speed === 0) return
    const parts = marginal(inputs, { i, speed, rate: drift[k * m + k]! })
    const total = parts.linear + parts.power + parts.fixed
    // Where Λ is capped the parts share the Λ that was used; a fee over no drift at all is the whole of it.
    const share = Number.isFinite(total) ? lambda[k]! / total : 0
    const fixed = Number.isFinite(total) ? share * parts.fixed : lambda[k]!
    fixedPerYear += fixed * speed * speed
    costPerYear += (share * (parts.linear + parts.power / (1 + inputs.cost.powerExponent)) + fixed) * speed * speed
  })
  const spread = costPerYear === 0 ? 1 : 1 + Math.sqrt(fixedPerYear / costPerYear)
  return {
    trackingError: Math.sqrt(at.deviationVariance * spread),
    turnover: scatter(
      at.speed.map((speed) => speed / SQRT3),
      active,
      inputs.n,
    ),
    costPerYear,
  }
}

function noteDegenerate({ n, covariance, cost }: CurvatureInputs, horizon: Float64Array): CurvatureNote[] {
  const notes = Array.from(horizon, (years, underlying): CurvatureNote[] => {
    if (covariance[underlying * n + underlying] === 0) return [{ kind: 'noRisk', underlying }]
    if (isFree(cost, underlying)) return [{ kind: 'noCost', underlying }]
    return years >= HORIZON_MAX * (1 - 1e-9) ? [{ kind: 'horizonCapped', underlying }] : []
  }).flat()
  const both = cost.fixed.some((each, i) => each > 0 && cost.power[i]! > 0)
  return both ? [...notes, { kind: 'fixedWithImpact' }] : notes
}
