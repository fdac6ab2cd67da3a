/** When a run of CMA-ES has nothing more to find (Hansen, arXiv:1604.00772, appendix B.3). */
import type { EvolutionRates } from './evolution-rates.ts'
import type { EvolutionState } from './evolution-state.ts'

/** `values`: best values and those of the last generation are within the tolerance. `step`: so is the distribution. */
export type EvolutionEnd =
  | 'values'
  | 'step'
  | 'equal'
  | 'stagnation'
  | 'condition'
  | 'noEffect'
  | 'diverged'
  | 'evaluations'
  | 'goal'

/** Best and median of each generation so far. */
export interface EvolutionHistory {
  readonly best: readonly number[]
  readonly median: readonly number[]
}

const CONDITION_MAX = 1e14
const GROWTH_MAX = 1e4

/** Null while the run goes on. */
export function endOf(
  state: EvolutionState,
  seen: {
    readonly history: EvolutionHistory
    /** Of the last generation, ascending. */
    readonly values: Float64Array
    readonly firstStep: number
    /** Of values, and of coordinates in first steps. */
    readonly tolerance: number
  },
  rates: EvolutionRates,
): EvolutionEnd | null {
  const { history, values, firstStep, tolerance } = seen
  const { axes, path, step } = state
  const n = axes.length
  const deviations = axes.map((_, k) => step * Math.sqrt(state.covariance[k * n + k]!))
  if (step * axes[n - 1]! > GROWTH_MAX * firstStep) return 'diverged'
  if ((axes[n - 1]! / axes[0]!) ** 2 > CONDITION_MAX) return 'condition'
  const near = tolerance * firstStep
  if (deviations.every((each, k) => each < near && step * Math.abs(path[k]!) < near)) return 'step'
  const window = 10 + Math.ceil((30 * n) / rates.population)
  const lately = history.best.slice(-window)
  if (lately.length === window && Number.isFinite(lately[0])) {
    const spread = Math.max(...lately) - Math.min(...lately)
    if (spread === 0) return 'equal'
    if (spread < tolerance && values.at(-1)! - values[0]! < tolerance) return 'values'
  }
  if (isWithoutEffect(state, deviations)) return 'noEffect'
  return isStagnant(history, { n, population: rates.population }) ? 'stagnation' : null
}

/** A fifth of a deviation along a coordinate, or a tenth along the axis whose turn it is, is lost in rounding. */
function isWithoutEffect({ mean, basis, axes, step, generation }: EvolutionState, deviations: Float64Array): boolean {
  if (mean.some((value, k) => value === value + 0.2 * deviations[k]!)) return true
  const n = axes.length
  const axis = generation % n
  return mean.every((value, k) => value === value + 0.1 * step * axes[axis]! * basis[k * n + axis]!)
}

/** Neither best nor median of the last 30 % of a long stretch is better than in its first 30 %. */
function isStagnant(
  { best, median }: EvolutionHistory,
  { n, population }: { readonly n: number; readonly population: number },
): boolean {
  const stretch = Math.min(20_000, Math.max(Math.ceil(120 + (30 * n) / population), Math.ceil(0.2 * best.length)))
  if (best.length < stretch) return false
  const part = Math.floor(0.3 * stretch)
  const stands = (series: readonly number[]): boolean => {
    const recent = series.slice(-stretch)
    return medianOf(recent.slice(-part)) >= medianOf(recent.slice(0, part))
  }
  return stands(best) && stands(median)
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}
