/**
 * How far the cost-aware program is above the true optimum, in 2 and 3 assets, by dynamic programming.
 *
 * A decision trades z, then the deviation d is held for the interval Δ, then it moves by noise of covariance ΔQ. A step costs
 * Σ a_i|z_i| + ½γΔ d'Σd; what counts is the average cost a year. Deviations live on a lattice of spacing h_i/resolution, h_i
 * the program's half-width. There the noise is a random walk in continuous time, seen every Δ: Selling's decomposition
 * ΔQ = Σ_k λ_k v_k v_k' over lattice vectors makes it a sum of independent Skellam steps with covariance exactly ΔQ. So all
 * rules run on one finite decision process, and nothing is sampled. A deviation that leaves the box, which holds the no-trade
 * region with a margin, is brought back to its face at cost.
 *
 * Relative value iteration on U, the value after a trade: U' = ½γΔ d'Σd + E min_z [Σ a_i|z_i| + U(d + noise + z)]. The least and
 * the largest change of U in a round enclose the optimal cost of a step (Odoni, Operations Research 17, 1969) and, with a
 * rule's trade in place of the minimum, the cost of that rule. The minimum over all trades is a distance transform per axis.
 *
 *   node tools/value-iteration.ts [table.json]        every case, printed, and written where a file is named
 */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { hashOf } from '../src/core/base/hash.ts'
import { factorise, solveFactored } from '../src/core/maths/cholesky.ts'
import { makeCostProgram } from '../src/core/maths/cost-program.ts'
import { computeCurvature, driftRate, proportionalCosts } from '../src/core/sizing/curvature.ts'
import {
  clamp,
  deviationAt,
  type Lattice,
  makeLattice,
  minimise,
  move,
  priceOf,
  quadratic,
} from './value-iteration-lattice.ts'

export interface Case {
  /** w* */
  readonly target: readonly number[]
  /** Annual, per asset. */
  readonly volatility: readonly number[]
  /** ρ: assets i and j have the correlation ρ^|i−j|. */
  readonly correlation: number
  /** a, one-way, per asset. */
  readonly proportional: readonly number[]
  /** Yearly standard deviation of every target's own independent changes, on top of the drift of prices. */
  readonly noise: number
  /** Δ/T, T the geometric mean of the program's horizons. */
  readonly intervals: number
}

const SHAPES = [
  {
    target: [0.4, 0.3],
    volatility: [0.6, 0.9],
    equal: [5e-4, 5e-4],
    unequal: [2e-4, 2e-3],
    intervals: [0.03, 0.1, 0.3],
  },
  {
    target: [0.4, 0.25, 0.15],
    volatility: [0.5, 0.7, 1],
    equal: [5e-4, 5e-4, 5e-4],
    unequal: [2e-4, 5e-4, 2e-3],
    intervals: [0.1],
  },
]

export const CASES: readonly Case[] = SHAPES.flatMap(({ target, volatility, equal, unequal, intervals }) =>
  intervals.flatMap((share) =>
    [-0.5, 0, 0.5, 0.95].flatMap((correlation) =>
      [equal, unequal].flatMap((proportional) =>
        [0, 0.15].map((noise) => ({ target, volatility, correlation, proportional, noise, intervals: share })),
      ),
    ),
  ),
)

export const AVERSION = 10
/** Lattice points per half-width, coarse and fine, by number of assets. */
export const RESOLUTIONS: Readonly<Record<number, readonly [number, number]>> = { 2: [8, 16], 3: [4, 7] }
/** The same where the simpler rules are run. */
const CONTRAST: Readonly<Record<number, number>> = { 2: 8, 3: 3 }
/** Relative width at which the bounds of a cost have met. */
const WIDTH = 1e-4
const ROUNDS_MAX = 20_000
/** Multiples of the mean horizon among which the rule of one common horizon may choose its best. */
const MULTIPLES = [0.25, 0.5, 1, 2] as const

/** Identity of everything the table depends on, beside the code. */
export const parametersHash = (): string => hashOf({ CASES, AVERSION, RESOLUTIONS, CONTRAST, WIDTH, MULTIPLES })

export interface Model {
  readonly n: number
  readonly covariance: Float64Array
  readonly drift: Float64Array
  readonly interval: number
  readonly proportional: readonly number[]
  /** M of the program. */
  readonly matrix: Float64Array
  readonly horizon: Float64Array
}

/** Bounds of a rule's average cost, as a fraction of equity a year. */
interface Cost {
  readonly lower: number
  readonly upper: number
}

/** Largest excess that the bounds allow. */
export const excess = (rule: Cost, optimum: Cost): number => rule.upper / optimum.lower - 1

export function makeModel({ target, volatility, correlation, proportional, noise, intervals }: Case): Model {
  const n = target.length
  const at = (k: number): readonly [number, number] => [Math.floor(k / n), k % n]
  const covariance = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = at(k)
    return volatility[i]! * volatility[j]! * correlation ** Math.abs(i - j)
  })
  const targetRate = Float64Array.from({ length: n * n }, (_, k) => (at(k)[0] === at(k)[1] ? noise * noise : 0))
  const shared = {
    n,
    covariance,
    target: Float64Array.from(target),
    cost: proportionalCosts(Float64Array.from(proportional)),
    aversion: AVERSION,
    targetRate,
  }
  const always = solveCurvature({ ...shared, interval: 0 })
  const interval = intervals * Math.exp(always.horizon.reduce((sum, each) => sum + Math.log(each), 0) / n)
  const inputs = { ...shared, interval }
  const { matrix, horizon } = solveCurvature(inputs)
  return { n, covariance, drift: driftRate(inputs), interval, proportional, matrix, horizon }
}

function solveCurvature(inputs: Parameters<typeof computeCurvature>[0]) {
  const result = computeCurvature(inputs)
  if (!result.ok) throw new Error(result.error.map((issue) => issue.message).join('; '))
  return result.value
}

/** A lattice that holds the program's no-trade region |M d| ≤ a, and a step of noise beyond it. */
function latticeOf({ n, matrix, drift, interval, proportional }: Model, resolution: number): Lattice {
  const spacing = proportional.map((a, i) => a / matrix[i * n + i]! / resolution)
  const factor = factorise(matrix, n)
  if (factor === null) throw new Error('the curvature must be positive definite, was not')
  const half = proportional.map((_, i) => {
    const unit = Float64Array.from(proportional, (_each, j) => (i === j ? 1 : 0))
    const corner = solveFactored(factor, unit, n).reduce((sum, each, j) => sum + Math.abs(each) * proportional[j]!, 0)
    const step = Math.sqrt(interval * drift[i * n + i]!)
    return Math.ceil((1.1 * corner + 2 * step) / spacing[i]!)
  })
  return makeLattice({ half, spacing, proportional, moved: drift.map((q) => interval * q) })
}

/** Where a rule goes from every point, and what it pays. */
interface Trades {
  readonly to: Int32Array
  readonly cost: Float64Array
}

/** The program with curvature `matrix` at every point, its trades rounded to the lattice. */
function tradeBy(lattice: Lattice, matrix: Float64Array): Trades {
  const { n, points, spacing, size, proportional } = lattice
  const solver = makeCostProgram(n, 0)
  const nothing = new Float64Array(n)
  const costs = Float64Array.from(proportional)
  const [lower, upper] = [new Float64Array(n).fill(-Infinity), new Float64Array(n).fill(Infinity)]
  const program = {
    n,
    quadratic: matrix,
    linear: nothing,
    proportional: costs,
    power: nothing,
    exponent: 0.5,
    felt: null,
    rows: [],
    caps: [],
    lower,
    upper,
  }
  const strides = [1, points[0], points[0] * points[1]]
  const to = new Int32Array(size)
  const cost = new Float64Array(size)
  for (let index = 0; index <= size >> 1; index++) {
    const deviation = deviationAt(lattice, index)
    const { trade, status } = solver.solve({ ...program, deviation })
    if (status !== 'optimal') throw new Error(`the program must be solved, was ${status}`)
    let place = index
    for (let i = 0; i < n; i++) {
      const here = Math.floor(index / strides[i]!) % points[i]!
      const by = clamp(here + Math.round(trade[i]! / spacing[i]!), points[i]!) - here
      place += by * strides[i]!
      cost[index]! += Math.abs(by) * priceOf(lattice, i)
    }
    to[index] = place
    to[size - 1 - index] = size - 1 - place
    cost[size - 1 - index] = cost[index]!
  }
  return { to, cost }
}

/** Average cost by value iteration: of the rule, or the least of all where there is none. `values` is start and result. */
function iterate(
  { model: { interval }, lattice, holding }: Pick<World, 'model' | 'lattice' | 'holding'>,
  values: Float64Array,
  trades: Trades | null,
): Cost {
  const before = new Float64Array(lattice.size)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    before.set(values)
    let next = values
    if (trades === null) minimise(lattice, next)
    else next = trades.cost.map((cost, at) => cost + before[trades.to[at]!]!)
    for (const step of lattice.steps) next = move(lattice, step, next)
    let [lower, upper] = [Infinity, -Infinity]
    const base = next[lattice.size >> 1]! + holding[lattice.size >> 1]!
    for (let at = 0; at < lattice.size; at++) {
      const value = next[at]! + holding[at]!
      lower = Math.min(lower, value - before[at]!)
      upper = Math.max(upper, value - before[at]!)
      values[at] = value - base
    }
    if (upper - lower <= WIDTH * lower) return { lower: lower / interval, upper: upper / interval }
  }
  throw new Error(`the bounds of a cost must meet within ${ROUNDS_MAX} rounds, did not`)
}

/** A case on its lattice. */
interface World {
  readonly model: Model
  readonly lattice: Lattice
  /** ½γΔ d'Σd of every point. */
  readonly holding: Float64Array
  /** U of the optimum. */
  readonly values: Float64Array
  readonly optimum: Cost
}

function makeWorld(each: Case, resolution: number): World {
  const model = makeModel(each)
  const lattice = latticeOf(model, resolution)
  const holding = quadratic(lattice, model.covariance).map((x) => AVERSION * model.interval * x)
  const values = quadratic(lattice, model.matrix)
  const optimum = iterate({ model, lattice, holding }, values, null)
  return { model, lattice, holding, values, optimum }
}

/** The rule that solves the program with the curvature `matrix`. */
const run = (world: World, matrix: Float64Array): Cost =>
  iterate(world, world.values.slice(), tradeBy(world.lattice, matrix))

/** The optimum and the program of one case at one resolution. */
export function solveCase(each: Case, resolution: number): { readonly optimum: Cost; readonly program: Cost } {
  const world = makeWorld(each, resolution)
  return { optimum: world.optimum, program: run(world, world.model.matrix) }
}

/** Excess of Σ scaled by the best common horizon, and of each asset traded to the edge of its own band. */
function contrast(each: Case): { readonly commonHorizon: number; readonly ownBands: number } {
  const world = makeWorld(each, CONTRAST[each.target.length]!)
  const { n, covariance, horizon, interval } = world.model
  const mean = horizon.reduce((sum, years) => sum + years, 0) / n
  const common = MULTIPLES.map((multiple) =>
    run(
      world,
      covariance.map((s) => AVERSION * s * (multiple * mean + interval)),
    ),
  )
  const alone = Float64Array.from({ length: n * n }, (_, k) =>
    k % (n + 1) === 0 ? ownCurvature(world.model, k / (n + 1)) : 0,
  )
  return {
    commonHorizon: Math.min(...common.map((cost) => excess(cost, world.optimum))),
    ownBands: excess(run(world, alone), world.optimum),
  }
}

/** γσ²(T + Δ) of one asset that knows of no other: T³ = ⅔a²/((γσ²)²Q). */
function ownCurvature({ n, covariance, drift, interval, proportional }: Model, i: number): number {
  const risk = AVERSION * covariance[i * n + i]!
  return risk * (Math.cbrt(((2 / 3) * (proportional[i]! / risk) ** 2) / drift[i * n + i]!) + interval)
}

interface Row {
  readonly label: string
  /** Lower bound of the optimal cost a year, at the coarse and the fine resolution. */
  readonly optimum: readonly number[]
  /** Excess of the program over the optimum, at both. */
  readonly program: readonly number[]
  /** Excess of the two simpler rules. */
  readonly commonHorizon: number
  readonly ownBands: number
}

export interface Table {
  readonly parameters: string
  readonly rows: readonly Row[]
}

export const labelOf = ({ target, correlation, proportional, noise, intervals }: Case): string =>
  `${target.length} assets, Δ/T ${intervals}, ρ ${correlation}, ${new Set(proportional).size === 1 ? 'equal' : 'unequal'} cost, ${noise === 0 ? 'drift' : 'drift and noise'}`

/** A case at both resolutions. Costs have 9 digits, excesses 6 decimals. */
function makeRow(each: Case): Row {
  const solved = RESOLUTIONS[each.target.length]!.map((resolution) => solveCase(each, resolution))
  const { commonHorizon, ownBands } = contrast(each)
  return {
    label: labelOf(each),
    optimum: solved.map(({ optimum }) => Number(optimum.lower.toPrecision(9))),
    program: solved.map(({ program, optimum }) => Number(excess(program, optimum).toFixed(6))),
    commonHorizon: Number(commonHorizon.toFixed(6)),
    ownBands: Number(ownBands.toFixed(6)),
  }
}

function main(path: string | undefined): void {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  console.log('excess over the optimum: program (coarse, fine), best common horizon, own bands')
  const rows = CASES.map((each) => {
    const row = makeRow(each)
    console.log(`${row.label}: ${[...row.program, row.commonHorizon, row.ownBands].map(percent).join(', ')}`)
    return row
  })
  const table: Table = { parameters: parametersHash(), rows }
  const text = JSON.stringify(table, null, 2).replace(/\[\s+([\d.e-]+),\s+([\d.e-]+)\s+\]/g, '[$1, $2]')
  if (path !== undefined) writeFileSync(path, `${text}\n`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv[2])
