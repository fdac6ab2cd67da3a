/**
 * Rebalancing rules: those that books are kept with elsewhere, and the default policy of this package. Each takes the
 * number that is swept along its frontier.
 */
import { assert } from '../../src/core/base/result.ts'
import { makeCostProgram } from '../../src/core/maths/cost-program.ts'
import type { CostProgram } from '../../src/core/maths/cost-program-types.ts'
import { minimiseCost } from '../../src/core/maths/least-cost.ts'
import { computeCurvature, proportionalCosts } from '../../src/core/sizing/curvature.ts'
import { standAt } from '../../src/core/sizing/standing-curvature.ts'
import { COST, type Decision, HOURS_PER_YEAR, INVESTED, type Rule } from './replay.ts'

const DAY = 24
const TOLERANCE = 1e-9

const whole = (deviation: Float64Array): Float64Array => deviation.map((d) => -d)

/** Every so many hours back to target. */
export const calendar =
  (hours: number): Rule =>
  ({ hour, deviation }) =>
    hour % hours === 0 ? whole(deviation) : null

/** Once a weight is further than the half-width from its target: it goes to the band's edge, to its target, or all go to theirs. */
export const band =
  (width: number, to: 'edge' | 'target' | 'all'): Rule =>
  ({ deviation }) => {
    if (deviation.every((d) => Math.abs(d) <= width)) return null
    if (to === 'all') return whole(deviation)
    return deviation.map((d) =>
      Math.abs(d) <= width ? 0 : to === 'target' ? -d : -Math.sign(d) * (Math.abs(d) - width),
    )
  }

/** The same with a half-width that is a part of the target weight. */
export const relativeBand = (part: number, to: 'edge' | 'target' | 'all', n: number): Rule =>
  band((part * INVESTED) / n, to)

const errorOf = (deviation: Float64Array, covariance: Float64Array): number => {
  const n = deviation.length
  let square = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) square += deviation[i]! * covariance[i * n + j]! * deviation[j]!
  return Math.sqrt(HOURS_PER_YEAR * Math.max(0, square))
}

/** Outside the cap, everything back to target. */
export const trigger =
  (cap: number): Rule =>
  ({ deviation, covariance }) =>
    errorOf(deviation, covariance) > cap ? whole(deviation) : null

/** Outside the buffer, in one proportion back to its edge. */
export const partial =
  (buffer: number): Rule =>
  ({ deviation, covariance }) => {
    const error = errorOf(deviation, covariance)
    return error > buffer ? deviation.map((d) => (-d * (error - buffer)) / error) : null
  }

/** The cheapest trades back to the cap. */
export const cheapest =
  (cap: number): Rule =>
  ({ deviation, covariance }) => {
    if (errorOf(deviation, covariance) <= cap) return null
    const n = deviation.length
    const annual = covariance.map((each) => each * HOURS_PER_YEAR)
    return minimiseCost({ n, deviation, covariance: annual, cost: new Float64Array(n).fill(COST), cap }).trade
  }

/** The optimum of one period, γ(d + x)'Σ(d + x) + k|x|₁ with Σ per hour, every so many hours. */
export function onePeriod(aversion: number, n: number, every = 1): Rule {
  const decide = solveFrom(n)
  const matrix = new Float64Array(n * n)
  return ({ hour, deviation, covariance }) => {
    if (hour % every !== 0) return null
    for (let k = 0; k < n * n; k++) matrix[k] = 2 * aversion * covariance[k]!
    return decide(matrix, deviation)
  }
}

/** Deviations are counted to last a year on average, whatever is traded: target and forecast are others by then. */
const LASTING_YEARS = 1

/**
 * The default policy, `{ kind: costAware, aversion, interval: 1h, drift: held, lasting: 1y }`: one decision an hour, prepared
 * anew once a day.
 */
export function costAware(aversion: number, n: number): Rule {
  const decide = solveFrom(n)
  let matrix: Float64Array | undefined
  return (decision) => {
    if (matrix === undefined || decision.hour % DAY === 0) matrix = prepare(decision, aversion)
    return decide(matrix, decision.deviation)
  }
}

function prepare({ deviation, covariance }: Decision, aversion: number): Float64Array {
  const n = deviation.length
  const target = new Float64Array(n).fill(INVESTED / n)
  const sought = {
    n,
    covariance: covariance.map((each) => each * HOURS_PER_YEAR),
    target,
    cost: proportionalCosts(new Float64Array(n).fill(COST)),
    interval: 1 / HOURS_PER_YEAR,
    lapse: 1 / LASTING_YEARS,
  }
  const longRun = computeCurvature({ ...sought, aversion })
  if (!longRun.ok) throw new Error(JSON.stringify(longRun.error))
  const weight = target.map((each, i) => each + deviation[i]!)
  const standing = standAt(longRun.value, sought, weight)
  if (!standing.ok) throw new Error(JSON.stringify(standing.error))
  return standing.value.matrix
}

/** min ½(d + z)'M(d + z) + k|z|₁, each solve started from the one before. */
function solveFrom(n: number): (quadratic: Float64Array, deviation: Float64Array) => Float64Array | null {
  const solver = makeCostProgram(n, 0)
  const free = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  const program: Omit<CostProgram, 'quadratic' | 'deviation'> = {
    n,
    linear: new Float64Array(n),
    proportional: new Float64Array(n).fill(COST),
    power: new Float64Array(n),
    exponent: 0.5,
    felt: null,
    lower: free.map((each) => -each),
    upper: free,
    rows: [],
    caps: [],
  }
  let last: ReturnType<typeof solver.solve> | undefined
  return (quadratic, deviation) => {
    if (isQuiet(quadratic, deviation)) return null
    last = solver.solve({ ...program, quadratic, deviation }, last)
    // Not the gap: it allows for trades as large as the book, which is out of proportion while all deviations are tiny.
    const { dualResidual } = last.certificate
    assert(dualResidual <= TOLERANCE, `stationarity must hold to ${TOLERANCE}, was off by ${dualResidual}`)
    return last.trade.every((z) => z === 0) ? null : last.trade
  }
}

/** Whether no trade is the optimum: |(Md)_i| ≤ k everywhere. */
function isQuiet(quadratic: Float64Array, deviation: Float64Array): boolean {
  const n = deviation.length
  for (let i = 0; i < n; i++) {
    let pressure = 0
    for (let j = 0; j < n; j++) pressure += quadratic[i * n + j]! * deviation[j]!
    if (Math.abs(pressure) > COST) return false
  }
  return true
}
