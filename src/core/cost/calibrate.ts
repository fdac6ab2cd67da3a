/**
 * Y and δ of the power law from a book's own metaorders: average slippage s against the arrival mid, less fee and spread, over
 * the volatility of a day, against participation φ = Q/V_day. Model: log(s/σ_day) = log Y + δ log φ − log(1+δ) + ε, with ε
 * Student-t of 4 degrees of freedom (single wild fills lose their weight; Lange, Little, Taylor, JASA 84, 1989) and
 * unknown width ω. Priors: δ ~ N(.5, .1²), log Y ~ N(0, .5²), ω² ~ scaled inverse χ² of 4 degrees around 1. Posterior mode
 * by Gauss-Newton on reweighted fills; standard errors from the curvature there (Fisher information of the t: 5/7 a fill).
 * No fill gives the prior; many leave it behind. A logarithm cannot see fills that gained: they are counted, and too many
 * are refused, because leaving them out makes impact look dearer than it is.
 */
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { PowerLaw } from './impact.ts'
import { outOfRange } from './range.ts'

/** One own metaorder (all slices of one side together). */
export interface Fill {
  /** Q/V_day, above 0 and at most 1. */
  readonly participation: number
  /** Average price paid against the mid at arrival, less fee and half spread, a fraction; + is a cost. */
  readonly slippage: number
  /** Volatility of one day, a fraction > 0. */
  readonly volPerDay: number
}

interface Normal {
  readonly mean: number
  readonly deviation: number
}

/** What was believed before the first fill; part of every answer. */
export interface ImpactPriors {
  readonly logScale: Normal
  readonly exponent: Normal
  /** Width of the noise of one fill in logarithms, and how many fills that belief is worth. */
  readonly noise: { readonly width: number; readonly fills: number }
}

export const IMPACT_PRIORS: ImpactPriors = {
  logScale: { mean: 0, deviation: 0.5 },
  exponent: { mean: 0.5, deviation: 0.1 },
  noise: { width: 1, fills: 4 },
}

/** A fitted number with its posterior; low and high hold 95 %. */
export interface Estimate {
  readonly value: number
  /** Of the logarithm for Y, of the number itself for δ. */
  readonly standardError: number
  readonly low: number
  readonly high: number
  /** 1: the fills said nothing. 0: they said everything. Posterior variance over prior variance. */
  readonly priorShare: number
}

export interface ImpactFit {
  readonly law: PowerLaw
  readonly scale: Estimate
  readonly exponent: Estimate
  /** Posterior correlation of log Y and δ. */
  readonly correlation: number
  /** ω, in logarithms. */
  readonly noise: number
  readonly used: number
  /** Fills that did not cost anything, which the logarithm cannot see. */
  readonly gained: number
  /** Fills that count less than a quarter of a usual one. */
  readonly outliers: number
  /** δ stopped at the end of what is allowed, so its interval is cut there. */
  readonly exponentAtBound: boolean
  readonly priors: ImpactPriors
}

const FREEDOM = 4
const NORMAL_95 = 1.959963984540054
/** Beyond these the cost is no longer convex, or hardly depends on size. */
const EXPONENT_MIN = 0.05
const EXPONENT_MAX = 1
const GAINED_MAX = 0.2
/** |slippage| of a thousand days' volatility is a unit gone wrong. */
const SLIPPAGE_MAX = 1000
/** Some twenty are usual; one wild fill alone against the prior can take hundreds. */
const ROUNDS_MAX = 10_000

interface Point {
  /** log φ */
  readonly size: number
  /** log(s/σ_day) */
  readonly slip: number
}

interface Mode {
  readonly logScale: number
  readonly exponent: number
  readonly variance: number
}

/**
 * Posterior of Y and δ.
 * @returns refused with every bad fill named, where more than a fifth of them gained, and where no mode is found.
 */
export function calibrateImpact(fills: readonly Fill[], priors: ImpactPriors = IMPACT_PRIORS): Result<ImpactFit> {
  const issues = [...checkPriors(priors), ...fills.flatMap(checkFill)]
  if (issues.length > 0) return fail(issues)
  const costly = fills.filter((each) => each.slippage > 0)
  const gained = fills.length - costly.length
  if (gained > GAINED_MAX * fills.length) {
    const message = `fills that gained must be at most a fifth, was ${gained} of ${fills.length}`
    return refuseFills(message, 'join fills into whole metaorders: their slippage is less noisy')
  }
  const points = costly.map((fill) => ({
    size: Math.log(fill.participation),
    slip: Math.log(fill.slippage / fill.volPerDay),
  }))
  const mode = findMode(points, priors)
  if (mode === null) return refuseFills('fills must have one best fit, was none', 'look for fills in the wrong unit')
  return succeed(describe({ points, mode, priors, gained }))
}

const residualOf = ({ size, slip }: Point, { logScale, exponent }: Mode): number =>
  slip - logScale - exponent * size + Math.log1p(exponent)

/** Student-t weight of a residual: 1.25 for an exact fit, falling with its square. */
const weightOf = (residual: number, variance: number): number =>
  (FREEDOM + 1) / (FREEDOM + (residual * residual) / variance)

/** Alternates weights, width and one Gauss-Newton step; null where that does not settle. */
function findMode(points: readonly Point[], priors: ImpactPriors): Mode | null {
  let mode: Mode = {
    logScale: priors.logScale.mean,
    exponent: priors.exponent.mean,
    variance: priors.noise.width ** 2,
  }
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = improve(points, mode, priors)
    const moved = Math.max(
      Math.abs(next.logScale - mode.logScale),
      Math.abs(next.exponent - mode.exponent),
      Math.abs(next.variance / mode.variance - 1),
    )
    mode = next
    if (moved < 1e-12) return mode
    if (!(moved < Number.POSITIVE_INFINITY)) return null
  }
  return null
}

function improve(points: readonly Point[], mode: Mode, priors: ImpactPriors): Mode {
  let squares = priors.noise.fills * priors.noise.width ** 2
  const scale = 1 / priors.logScale.deviation ** 2
  const exponent = 1 / priors.exponent.deviation ** 2
  let [aa, ab, bb] = [scale, 0, exponent]
  let [a, b] = [scale * (priors.logScale.mean - mode.logScale), exponent * (priors.exponent.mean - mode.exponent)]
  for (const point of points) {
    const residual = residualOf(point, mode)
    const weight = weightOf(residual, mode.variance)
    squares += weight * residual * residual
    const precision = weight / mode.variance
    const slope = point.size - 1 / (1 + mode.exponent)
    aa += precision
    ab += precision * slope
    bb += precision * slope * slope
    a += precision * residual
    b += precision * slope * residual
  }
  const determinant = aa * bb - ab * ab
  const wanted = mode.exponent + (aa * b - ab * a) / determinant
  const bounded = Math.max(EXPONENT_MIN, Math.min(EXPONENT_MAX, wanted))
  return {
    // With δ held at its bound log Y follows from its own row of the normal equations.
    logScale: mode.logScale + (a - ab * (bounded - mode.exponent)) / aa,
    exponent: bounded,
    variance: squares / (priors.noise.fills + points.length),
  }
}

function describe({
  points,
  mode,
  priors,
  gained,
}: {
  readonly points: readonly Point[]
  readonly mode: Mode
  readonly priors: ImpactPriors
  readonly gained: number
}): ImpactFit {
  const perFill = (FREEDOM + 1) / (FREEDOM + 3) / mode.variance
  let [aa, ab, bb] = [1 / priors.logScale.deviation ** 2, 0, 1 / priors.exponent.deviation ** 2]
  let outliers = 0
  for (const point of points) {
    const slope = point.size - 1 / (1 + mode.exponent)
    aa += perFill
    ab += perFill * slope
    bb += perFill * slope * slope
    if (weightOf(residualOf(point, mode), mode.variance) < 0.25 * weightOf(0, mode.variance)) outliers++
  }
  const determinant = aa * bb - ab * ab
  const [scaleError, exponentError] = [Math.sqrt(bb / determinant), Math.sqrt(aa / determinant)]
  const clip = (exponent: number): number => Math.max(EXPONENT_MIN, Math.min(EXPONENT_MAX, exponent))
  const scale = Math.exp(mode.logScale)
  return {
    law: { scale, exponent: mode.exponent },
    scale: {
      value: scale,
      standardError: scaleError,
      low: Math.exp(mode.logScale - NORMAL_95 * scaleError),
      high: Math.exp(mode.logScale + NORMAL_95 * scaleError),
      priorShare: (scaleError / priors.logScale.deviation) ** 2,
    },
    exponent: {
      value: mode.exponent,
      standardError: exponentError,
      low: clip(mode.exponent - NORMAL_95 * exponentError),
      high: clip(mode.exponent + NORMAL_95 * exponentError),
      priorShare: (exponentError / priors.exponent.deviation) ** 2,
    },
    correlation: -ab / Math.sqrt(aa * bb),
    noise: Math.sqrt(mode.variance),
    used: points.length,
    gained,
    outliers,
    exponentAtBound: mode.exponent === EXPONENT_MIN || mode.exponent === EXPONENT_MAX,
    priors,
  }
}

const refuseFills = (message: string, hint: string): Result<never> =>
  fail([{ code: 'cost.fills', path: 'fills', message, hint }])

const checkPriors = ({ logScale, exponent, noise }: ImpactPriors): Issue[] =>
  outOfRange('priors', {
    'mean of log Y': [logScale.mean, 'finite'],
    'deviation of log Y': [logScale.deviation, 'positive'],
    'mean exponent': [exponent.mean, 'exponent'],
    'deviation of the exponent': [exponent.deviation, 'positive'],
    'width of the noise': [noise.width, 'positive'],
    'fills the noise is worth': [noise.fills, 'positive'],
  })

function checkFill(fill: Fill, index: number): Issue[] {
  const path = `fills.${index}`
  const issues = outOfRange(path, {
    participation: [fill.participation, 'exponent'],
    slippage: [fill.slippage, 'finite'],
    'volatility of a day': [fill.volPerDay, 'positive'],
  })
  const days = Math.abs(fill.slippage / fill.volPerDay)
  if (issues.length === 0 && days > SLIPPAGE_MAX)
    issues.push({
      code: 'cost.fills',
      path,
      message: `slippage must be at most ${SLIPPAGE_MAX} times the volatility of a day, was ${days}`,
      hint: 'give both as fractions',
    })
  return issues
}
