/**
 * Least squares of a few unknowns by Levenberg and Marquardt: steps (J'J + λ·diag J'J)·δ = −J'r with the Jacobian by central
 * differences; λ falls tenfold where a step lowers ½r'r and rises tenfold where it does not. Sources: Marquardt, SIAM Journal 11
 * (1963); Nocedal and Wright, Numerical Optimization, chapter 10. Residuals that are not finite count as worse than anything.
 */
import { assert } from '../base/result.ts'
import { factorise, solveFactored } from './cholesky.ts'
import { dot } from './matrix.ts'

export interface SquaresProblem {
  readonly start: Float64Array
  readonly residualCount: number
  /** Writes residuals at x. */
  readonly residualsAt: (x: Float64Array, out: Float64Array) => void
  readonly iterationsMax: number
}

export interface SquaresMinimum {
  readonly x: Float64Array
  /** r'r. */
  readonly squares: number
  /** False where iterationsMax ended the search. */
  readonly converged: boolean
}

const DIFFERENCE = 1e-6
const DAMPING_START = 1e-3
const DAMPING_MAX = 1e12
/** A step this small against the unknowns ends the search. */
const STEP_MIN = 1e-14

export function minimiseSquares(problem: SquaresProblem): SquaresMinimum {
  const { start, residualCount, residualsAt, iterationsMax } = problem
  const n = start.length
  assert(n > 0 && residualCount > 0, 'least squares need unknowns and residuals')
  let x = start.slice()
  let residuals = new Float64Array(residualCount)
  residualsAt(x, residuals)
  let squares = dot(residuals, residuals)
  assert(Number.isFinite(squares), 'residuals at the start must be finite')
  let damping = DAMPING_START
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    const { normal, gradient } = linearise(problem, x, residuals)
    let moved = false
    while (!moved && damping <= DAMPING_MAX) {
      const step = dampedStep(normal, gradient, damping)
      const next = x.map((value, k) => value - (step?.[k] ?? 0))
      const there = new Float64Array(residualCount)
      residualsAt(next, there)
      const below = dot(there, there)
      if (step === null || !(below < squares)) {
        const isSettled = step?.every((each, k) => Math.abs(each) <= STEP_MIN * (1 + Math.abs(x[k]!))) ?? false
        if (isSettled) return { x, squares, converged: true }
        damping *= 10
        continue
      }
      moved = true
      damping = Math.max(damping / 10, 1e-15)
      ;[x, residuals, squares] = [next, there, below]
    }
    if (!moved) return { x, squares, converged: true }
  }
  return { x, squares, converged: false }
}

/** J'J and J'r. */
function linearise({ residualCount, residualsAt }: SquaresProblem, x: Float64Array, residuals: Float64Array) {
  const n = x.length
  const columns = Array.from({ length: n }, (_, k) => {
    const step = DIFFERENCE * Math.max(1, Math.abs(x[k]!))
    const [above, below] = [new Float64Array(residualCount), new Float64Array(residualCount)]
    const at = x.slice()
    at[k] = x[k]! + step
    residualsAt(at, above)
    at[k] = x[k]! - step
    residualsAt(at, below)
    return above.map((value, row) => {
      const slope = (value - below[row]!) / (2 * step)
      return Number.isFinite(slope) ? slope : 0
    })
  })
  const normal = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) normal[i * n + j] = dot(columns[i]!, columns[j]!)
  return { normal, gradient: Float64Array.from(columns, (column) => dot(column, residuals)) }
}

/** Null where the damped matrix is not definite in float64. */
function dampedStep(normal: Float64Array, gradient: Float64Array, damping: number): Float64Array | null {
  const n = gradient.length
  const damped = normal.slice()
  for (let k = 0; k < n; k++) damped[k * n + k]! += damping * Math.max(normal[k * n + k]!, Number.MIN_VALUE)
  const factor = factorise(damped, n)
  return factor === null ? null : solveFactored(factor, gradient, n)
}
