/**
 * `costAware` as it is, and as a receding horizon of two stages: hold until the event, then decide again,
 *
 *   min over z, z' of ½τγ(d + z)'Σ(d + z) + f'z + a|z|₁ + ½(d + z + z' − s)'M(d + z + z' − s) + a|z'|₁
 *
 * τ the time until the event, s what it adds to the target, f what it charges for what is held then. z is traded.
 */
import { assert } from '../../src/core/base/result.ts'
import { makeCostProgram } from '../../src/core/maths/cost-program.ts'
import type { CostProgram } from '../../src/core/maths/cost-program-types.ts'
import { type Curvature, computeCurvature, proportionalCosts } from '../../src/core/sizing/curvature.ts'
import { COST, HOURS_PER_YEAR, type Rule, type View } from './replay.ts'

const WEEK = 168
const TOLERANCE = 1e-9

type Solve = (
  quadratic: Float64Array,
  deviation: Float64Array,
  linear: Float64Array,
  box?: Pick<CostProgram, 'lower' | 'upper'>,
) => Float64Array

/** M anew once a week and where the target changes. */
function curvatureKeeper(aversion: number, n: number): (view: View) => Curvature {
  let kept: { readonly curvature: Curvature; readonly target: Float64Array } | null = null
  return ({ hour, step, target, covariance }) => {
    if (kept === null || hour % WEEK === 0 || kept.target !== target) {
      const curvature = computeCurvature({
        n,
        covariance: covariance.map((each) => each * HOURS_PER_YEAR),
        target,
        cost: proportionalCosts(new Float64Array(n).fill(COST)),
        aversion,
        interval: step / HOURS_PER_YEAR,
      })
      if (!curvature.ok) throw new Error(JSON.stringify(curvature.error))
      kept = { curvature: curvature.value, target }
    }
    return kept.curvature
  }
}

export function costAware(aversion: number, n: number): Rule {
  const curvatureAt = curvatureKeeper(aversion, n)
  const solve = makeSolve(n)
  const none = new Float64Array(n)
  return (view) => traded(solve(curvatureAt(view).matrix, view.deviation, none))
}

/** @param within events at most so many horizons of the book ahead count */
export function ahead(aversion: number, n: number, within: number): Rule {
  const curvatureAt = curvatureKeeper(aversion, n)
  const [solve, solveBoth] = [makeSolve(n), makeSolve(2 * n)]
  const none = new Float64Array(n)
  return (view) => {
    const curvature = curvatureAt(view)
    const { announced, expected, deviation, covariance } = view
    const event = announced ?? expected
    const horizon = meanHorizon(curvature) * HOURS_PER_YEAR
    if (event === null || event.hours <= 0 || event.hours > within * horizon)
      return traded(solve(curvature.matrix, deviation, none))
    const quadratic = stack(curvature.matrix, covariance, aversion * event.hours)
    const point = new Float64Array(2 * n)
    const linear = new Float64Array(2 * n)
    point.set(deviation)
    if (announced !== null) for (let i = 0; i < n; i++) point[n + i] = -announced.shift[i]!
    else linear.set(expected!.rate)
    return traded(solveBoth(quadratic, point, linear).subarray(0, n))
  }
}

/** The same, but only part of what `costAware` trades now may be traded, in its direction: a payment moves trades in time, no more. */
export function delay(aversion: number, n: number, within: number): Rule {
  const curvatureAt = curvatureKeeper(aversion, n)
  const [solve, solveBoth] = [makeSolve(n), makeSolve(2 * n)]
  const none = new Float64Array(n)
  return (view) => {
    const curvature = curvatureAt(view)
    const { expected, deviation, covariance } = view
    const now = solve(curvature.matrix, deviation, none).slice()
    if (expected === null || expected.hours > within || now.every((z) => z === 0)) return traded(now)
    const point = new Float64Array(2 * n)
    const linear = new Float64Array(2 * n)
    point.set(deviation)
    linear.set(expected.rate)
    const lower = new Float64Array(2 * n).fill(Number.NEGATIVE_INFINITY)
    const upper = lower.map((bound) => -bound)
    for (let i = 0; i < n; i++) {
      lower[i] = Math.min(0, now[i]!)
      upper[i] = Math.max(0, now[i]!)
    }
    const quadratic = stack(curvature.matrix, covariance, aversion * expected.hours)
    return traded(solveBoth(quadratic, point, linear, { lower, upper }).subarray(0, n))
  }
}

/** The aim moves towards the announced target as in a world of quadratic costs: by exp(−τ/T) of the change. */
export function moveAim(aversion: number, n: number): Rule {
  const curvatureAt = curvatureKeeper(aversion, n)
  const solve = makeSolve(n)
  const none = new Float64Array(n)
  return (view) => {
    const curvature = curvatureAt(view)
    const { announced, deviation } = view
    if (announced === null) return traded(solve(curvature.matrix, deviation, none))
    const point = deviation.map((d, i) => {
      const horizon = curvature.horizon[i]! * HOURS_PER_YEAR
      return d - (horizon === 0 ? 0 : Math.exp(-announced.hours / horizon) * announced.shift[i]!)
    })
    return traded(solve(curvature.matrix, point, none))
  }
}

/** The aim is tilted by carry as `carry: tilt` does it: the expected rate, every `every` hours, for as long as it is expected. */
export function tiltByCarry(aversion: number, n: number, every: number): Rule {
  const curvatureAt = curvatureKeeper(aversion, n)
  const [solve, solveTilt] = [makeSolve(n), makeSolve(n, 0)]
  const none = new Float64Array(n)
  return (view) => {
    const { matrix, halfWidth } = curvatureAt(view)
    const { expected, deviation, covariance } = view
    if (expected === null) return traded(solve(matrix, deviation, none))
    const perYear = HOURS_PER_YEAR / every
    const risk = covariance.map((each) => aversion * HOURS_PER_YEAR * each)
    const upper = Float64Array.from(halfWidth, (width) => width ?? 0)
    const paid = expected.rate.map((rate) => rate * perYear)
    const tilt = solveTilt(risk, none, paid, { lower: upper.map((width) => -width), upper })
    const point = deviation.map((d, i) => d - tilt[i]!)
    return traded(solve(matrix, point, none))
  }
}

function meanHorizon({ horizon, notes }: Curvature): number {
  const capped = new Set(notes.flatMap((note) => ('underlying' in note ? [note.underlying] : [])))
  const own = Array.from(horizon).filter((_, i) => !capped.has(i))
  return own.length === 0 ? 0 : own.reduce((sum, each) => sum + each, 0) / own.length
}

/** [[τγΣ + M, M], [M, M]]; Σ per hour, τ in hours. */
function stack(matrix: Float64Array, covariance: Float64Array, weight: number): Float64Array {
  const n = Math.sqrt(matrix.length)
  const both = new Float64Array(4 * n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const each = matrix[i * n + j]!
      both[i * 2 * n + j] = each + weight * covariance[i * n + j]!
      both[i * 2 * n + n + j] = each
      both[(n + i) * 2 * n + j] = each
      both[(n + i) * 2 * n + n + j] = each
    }
  return both
}

const traded = (trade: Float64Array): Float64Array | null => (trade.every((z) => z === 0) ? null : trade)

function makeSolve(n: number, cost = COST): Solve {
  const solver = makeCostProgram(n, 0)
  const free = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  const program: Omit<CostProgram, 'quadratic' | 'deviation' | 'linear'> = {
    n,
    proportional: new Float64Array(n).fill(cost),
    power: new Float64Array(n),
    exponent: 0.5,
    felt: null,
    lower: free.map((each) => -each),
    upper: free,
    rows: [],
    caps: [],
  }
  let last: ReturnType<typeof solver.solve> | undefined
  return (quadratic, deviation, linear, box = program) => {
    const { lower, upper } = box
    last = solver.solve({ ...program, quadratic, deviation, linear, lower, upper }, last)
    const { dualResidual } = last.certificate
    assert(dualResidual <= TOLERANCE, `stationarity must hold to ${TOLERANCE}, was off by ${dualResidual}`)
    return last.trade
  }
}
