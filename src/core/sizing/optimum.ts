/**
 * The cost-aware optimum of one decision: min over z of ½(d+z)'M(d+z) + Σ a_i|z_i|, with M the curvature of the future cost
 * of a deviation (`curvature.ts`, which names the sources), over all underlyings together and, where limits bind, under all
 * of them at once. It trades to the edge of its own no-trade region.
 */
import { assert } from '../base/result.ts'
import { type CostProgramSolver, makeCostProgram } from '../maths/cost-program.ts'
import type { CostRow } from '../maths/cost-program-types.ts'
import { aimAt } from './aim.ts'
import type { Curvature } from './curvature.ts'
import { capInstrument, capUnderlying, type Row, type Within } from './limits.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { orderTradeable } from './tradeable.ts'

/** Residuals of an optimum that is one: the solver certifies 1e-9, the rest is float64 on badly scaled books. */
const RESIDUAL_MAX = 1e-6

export interface Optimum {
  /** Traded weight per underlying. */
  readonly trade: Float64Array
  /** |(M(d+z))_i − M_ii z_i|: what the first unit of each trade is worth, the others made. */
  readonly gain: Float64Array
  /** What that unit costs. */
  readonly cost: Float64Array
}

/** The optimum without limits, over what may be traded at all. */
export function optimise(inputs: PlanInputs, deviation: Float64Array): Optimum {
  const { matrix, threshold, n } = curvatureOf(inputs)
  const tradeable = orderTradeable(inputs)
  const range = deviation.map((_, u) => (tradeable[u]!.length === 0 ? 0 : Number.POSITIVE_INFINITY))
  const { trade } = solve(inputs, { deviation, lower: range.map((size) => -size), upper: range, rows: [] })
  const left = trade.map((z, i) => deviation[i]! + z)
  const gain = trade.map((z, i) => {
    let pull = -matrix[i * n + i]! * z
    for (let j = 0; j < n; j++) pull += matrix[i * n + j]! * left[j]!
    return Math.abs(pull)
  })
  return { trade, gain, cost: threshold }
}

/** The optimum under every limit, and the rows that hold it. */
export function optimiseWithin(inputs: PlanInputs, held: Valued, rows: readonly Row[]): Within {
  const tradeable = orderTradeable(inputs)
  const room = (direction: 1 | -1): Float64Array =>
    held.weight.map((_, u) =>
      Math.min(
        capUnderlying(inputs, held, u, direction).size,
        tradeable[u]!.reduce((sum, j) => sum + capInstrument(inputs, held, j, direction).size, 0),
      ),
    )
  const aim = aimAt(inputs.mandate)
  const costRows = rows.map((row) => rowOverUnderlyings(row, tradeable))
  const answer = solve(inputs, {
    deviation: held.weight.map((weight, u) => weight - aim[u]!),
    lower: room(-1).map((size) => -size),
    upper: room(1),
    rows: costRows,
  })
  const binding = rows.flatMap((row, k) => {
    if (!(answer.multipliers[k]! > 0)) return []
    const { slope, bend } = costRows[k]!
    return [{ row, touches: Uint8Array.from(slope, (each, u) => (each !== 0 || (bend?.[u] ?? 0) !== 0 ? 1 : 0)) }]
  })
  return { trade: answer.trade, binding }
}

function solve(
  inputs: PlanInputs,
  problem: { deviation: Float64Array; lower: Float64Array; upper: Float64Array; rows: readonly CostRow[] },
): { trade: Float64Array; multipliers: Float64Array } {
  const curvature = curvatureOf(inputs)
  const { matrix, threshold, n } = curvature
  const { solver, nothing } = workshopFor(curvature, problem.rows.length)
  const answer = solver.solve({
    n,
    quadratic: matrix,
    linear: nothing,
    proportional: threshold,
    power: nothing,
    exponent: 0.5,
    felt: null,
    caps: [],
    ...problem,
  })
  const { primalResidual, dualResidual, gap } = answer.certificate
  assert(
    answer.status !== 'infeasible' && Math.max(primalResidual, dualResidual, gap) <= RESIDUAL_MAX,
    `no trade at all obeys every relaxed limit, so there is an optimum; was ${answer.status}, ${primalResidual} ${dualResidual} ${gap}`,
  )
  return { trade: answer.trade.slice(), multipliers: answer.multipliers.slice() }
}

interface Workshop {
  readonly rowsMax: number
  readonly solver: CostProgramSolver
  /** n zeros. */
  readonly nothing: Float64Array
}

/** The working memory of the solver, kept as long as the curvature that it works on. It carries nothing from plan to plan. */
const workshops = new WeakMap<Curvature, Workshop>()

function workshopFor(curvature: Curvature, rowsMax: number): Workshop {
  const kept = workshops.get(curvature)
  if (kept !== undefined && kept.rowsMax >= rowsMax) return kept
  const { n } = curvature
  const made = { rowsMax, solver: makeCostProgram(n, rowsMax), nothing: new Float64Array(n) }
  workshops.set(curvature, made)
  return made
}

/** `prepare()` runs before every stage. */
function curvatureOf({ curvature }: PlanInputs): Curvature {
  assert(curvature !== undefined, 'a costAware plan has its curvature')
  return curvature
}

/**
 * A row in underlyings. Each is traded on its cheapest instrument, but for cash on one that spends least of it: what cash
 * cannot pay for moves there when the trade is split.
 */
function rowOverUnderlyings(row: Row, tradeable: readonly (readonly number[])[]): CostRow {
  const least = (column: Float64Array, order: readonly number[]): number =>
    order.length === 0 ? 0 : Math.min(...order.map((j) => column[j]!))
  const slope = Float64Array.from(tradeable, (order) => least(row.slope, order))
  const bend = Float64Array.from(tradeable, (order) => (row.kink === null ? least(row.bend, order) : 1))
  return {
    slope,
    bend: bend.some((each) => each !== 0) ? bend : null,
    kink: row.kink,
    bound: row.bound - row.base,
    price: Number.POSITIVE_INFINITY,
    weight: 1,
  }
}
