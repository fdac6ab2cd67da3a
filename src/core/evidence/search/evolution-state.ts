/**
 * One generation of CMA-ES (Hansen, arXiv:1604.00772, eq. 38-47): x_i = m + σ y_i, y_i ~ N(0, C); after ranking
 * m moves by σ⟨y⟩_w; the paths p_σ and p_c remember the way; σ grows where p_σ is longer than a random walk's; C learns from
 * p_c and from every y_i by its weight, negative weights scaled by n/‖C^{−½}y_i‖² so that C stays positive definite.
 */
import type { Random } from '../../base/random.ts'
import { eigenSymmetric } from '../../maths/eigen.ts'
import type { EvolutionRates } from './evolution-rates.ts'

/** All of size n or n × n; a generation returns a new one. */
export interface EvolutionState {
  readonly generation: number
  /** m */
  readonly mean: Float64Array
  /** σ */
  readonly step: number
  /** C */
  readonly covariance: Float64Array
  /** p_σ */
  readonly stepPath: Float64Array
  /** p_c */
  readonly path: Float64Array
  /** C = B diag(axes²) B': column k of B belongs to axes[k]. */
  readonly basis: Float64Array
  readonly axes: Float64Array
}

export function firstState(mean: Float64Array, step: number): EvolutionState {
  const n = mean.length
  const covariance = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0))
  const still = new Float64Array(n)
  return { generation: 0, mean, step, covariance, stepPath: still, path: still, ...axesOf(covariance, n) }
}

function axesOf(covariance: Float64Array, n: number): Pick<EvolutionState, 'basis' | 'axes'> {
  const { values, vectors } = eigenSymmetric(covariance, n)
  // Rounding can leave the smallest eigenvalue at 0 or below; the search ends by its condition then.
  const floor = 1e-16 * values[n - 1]!
  return { basis: vectors, axes: values.map((value) => Math.sqrt(Math.max(value, floor))) }
}

/** y_1 … y_λ */
export const drawMoves = ({ basis, axes }: EvolutionState, population: number, random: Random): Float64Array[] =>
  Array.from({ length: population }, () => {
    const stretched = axes.map((axis) => axis * random.normal())
    return axes.map((_, i) => stretched.reduce((total, each, k) => total + basis[i * axes.length + k]! * each, 0))
  })

/** @param moves y of the generation, best first */
export function advance(state: EvolutionState, moves: readonly Float64Array[], rates: EvolutionRates): EvolutionState {
  const { weights, parents, mass, stepRate, stepDamping, pathRate, normalLength } = rates
  const n = state.mean.length
  const shift = new Float64Array(n)
  for (let i = 0; i < parents; i++) for (let k = 0; k < n; k++) shift[k]! += weights[i]! * moves[i]![k]!
  const whitened = whiten(state, shift)
  const stepPath = state.stepPath.map(
    (value, k) => (1 - stepRate) * value + Math.sqrt(stepRate * (2 - stepRate) * mass) * whitened[k]!,
  )
  const length = Math.sqrt(stepPath.reduce((total, each) => total + each * each, 0))
  const settled = Math.sqrt(1 - (1 - stepRate) ** (2 * (state.generation + 1)))
  // h_σ: while the step grows fast the other path stands still, or C would grow as well.
  const follows = length / settled < (1.4 + 2 / (n + 1)) * normalLength
  const path = state.path.map(
    (value, k) => (1 - pathRate) * value + (follows ? Math.sqrt(pathRate * (2 - pathRate) * mass) * shift[k]! : 0),
  )
  const covariance = learn(state, { path, follows, moves }, rates)
  return {
    generation: state.generation + 1,
    mean: state.mean.map((value, k) => value + state.step * shift[k]!),
    step: state.step * Math.exp((stepRate / stepDamping) * (length / normalLength - 1)),
    covariance,
    stepPath,
    path,
    ...axesOf(covariance, n),
  }
}

/** C^{−½}y */
function whiten({ basis, axes }: EvolutionState, y: Float64Array): Float64Array {
  const n = y.length
  const turned = axes.map((axis, k) => y.reduce((total, each, i) => total + basis[i * n + k]! * each, 0) / axis)
  return y.map((_, i) => turned.reduce((total, each, k) => total + basis[i * n + k]! * each, 0))
}

function learn(
  state: EvolutionState,
  seen: { readonly path: Float64Array; readonly follows: boolean; readonly moves: readonly Float64Array[] },
  { weights, pathRate, rankOneRate, rankManyRate }: EvolutionRates,
): Float64Array {
  const { path, follows, moves } = seen
  const n = path.length
  const total = weights.reduce((sum, each) => sum + each, 0)
  const standing = follows ? 0 : pathRate * (2 - pathRate)
  const kept = 1 + rankOneRate * standing - rankOneRate - rankManyRate * total
  const scales = moves.map((y, i) => {
    if (weights[i]! >= 0) return rankManyRate * weights[i]!
    const squares = whiten(state, y).reduce((sum, each) => sum + each * each, 0)
    return (rankManyRate * weights[i]! * n) / Math.max(squares, Number.MIN_VALUE)
  })
  const covariance = new Float64Array(n * n)
  for (let r = 0; r < n; r++)
    for (let c = 0; c <= r; c++) {
      let value = kept * state.covariance[r * n + c]! + rankOneRate * path[r]! * path[c]!
      for (let i = 0; i < moves.length; i++) value += scales[i]! * moves[i]![r]! * moves[i]![c]!
      covariance[r * n + c] = value
      covariance[c * n + r] = value
    }
  return covariance
}
