/**
 * Weights and learning rates of CMA-ES from dimension n and population λ: the defaults of N. Hansen, The CMA Evolution
 * Strategy: A Tutorial (arXiv:1604.00772, 2016), table 1, eq. 49-58. Negative weights learn from the worse half.
 */

export interface EvolutionRates {
  /** λ */
  readonly population: number
  /** μ, the better part, whose weights are positive. */
  readonly parents: number
  /** w, best first: the first μ sum to 1, the others are at most 0. */
  readonly weights: Float64Array
  /** μ_eff */
  readonly mass: number
  /** c_σ and d_σ of the step. */
  readonly stepRate: number
  readonly stepDamping: number
  /** c_c of the path, c_1 of its rank-one update, c_μ of the rank-μ update. */
  readonly pathRate: number
  readonly rankOneRate: number
  readonly rankManyRate: number
  /** E‖N(0, I)‖ */
  readonly normalLength: number
}

const sumOf = (values: Float64Array): number => values.reduce((total, each) => total + each, 0)
const massOf = (weights: Float64Array): number =>
  sumOf(weights) ** 2 / weights.reduce((total, each) => total + each * each, 0)

export function evolutionRates(n: number, population: number): EvolutionRates {
  const parents = Math.floor(population / 2)
  const raw = Float64Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1))
  const mass = massOf(raw.subarray(0, parents))
  const massOfWorse = massOf(raw.subarray(parents))
  const pathRate = (4 + mass / n) / (n + 4 + (2 * mass) / n)
  const stepRate = (mass + 2) / (n + mass + 5)
  const stepDamping = 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + stepRate
  const rankOneRate = 2 / ((n + 1.3) ** 2 + mass)
  const rankManyRate = Math.min(1 - rankOneRate, (2 * (0.25 + mass + 1 / mass - 2)) / ((n + 2) ** 2 + mass))
  const negative = Math.min(
    1 + rankOneRate / rankManyRate,
    1 + (2 * massOfWorse) / (mass + 2),
    (1 - rankOneRate - rankManyRate) / (n * rankManyRate),
  )
  const better = sumOf(raw.filter((each) => each > 0))
  const worse = -sumOf(raw.filter((each) => each < 0))
  return {
    population,
    parents,
    weights: raw.map((each) => (each >= 0 ? each / better : (negative * each) / worse)),
    mass,
    stepRate,
    stepDamping,
    pathRate,
    rankOneRate,
    rankManyRate,
    normalLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  }
}
