/**
 * The cost-aware optimum of one decision (`decision.ts`), over all instruments together and, where limits bind, under all of
 * them at once. It trades to the edge of its own no-trade region; what an order costs whatever its size decides which orders
 * there are (`order-choice.ts`).
 */
import { assert } from '../base/result.ts'
import { type CostProgramSolver, makeCostProgram } from '../maths/cost-program.ts'
import type { CostOptimum, CostRow } from '../maths/cost-program-types.ts'
import type { Curvature } from './curvature.ts'
import { curvatureOf, type Decision } from './decision.ts'
import { type Binding, exceeds, type Row, straightenRow, tradedOf, type Within } from './limits.ts'
import { type Box, boxOf, rowOver, type Source, sidesOf, sourceOf } from './optimum-rows.ts'
import { chooseOrders } from './order-choice.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { shareInside } from './split.ts'

/** Residuals of an optimum that is one: the solver certifies 1e-9, the rest is float64 on badly scaled books. */
const RESIDUAL_MAX = 1e-6
/** Solves after which a row that gains lines or steeper impact is left to scaling what is over it. */
const ROUNDS_MAX = 12

/** The optimum without limits, over what may be traded at all: traded weight per instrument. */
export function optimise(inputs: PlanInputs, decision: Decision): Float64Array {
  const upper = new Float64Array(decision.instruments.length).fill(Number.POSITIVE_INFINITY)
  const fence = { lower: upper.map((size) => -size), upper, rows: [] }
  return spread(inputs, decision, decide(inputs, decision, fence).trade)
}

/** The optimum under every limit, and what holds it. @param free the optimum without them, per instrument */
export function optimiseWithin(
  inputs: PlanInputs,
  held: Valued,
  { decision, rows, free }: { readonly decision: Decision; readonly rows: readonly Row[]; readonly free: Float64Array },
): Within {
  const { universe } = inputs.mandate
  const box = boxOf(inputs, held, decision)
  // A row may be there several times, with other sides; each starts from the sides the book is on.
  const lines = rows.map((row) => ({ row, sides: sidesOf(inputs, row, new Float64Array(free.length)) }))
  const sizes = free.map(Math.abs)
  for (let round = 1; ; round++) {
    const straight = lines.map(({ row, sides }) => rowOver(straightenRow(row, sizes), decision, sides))
    const answer = decide(inputs, decision, { ...box, rows: [...box.rows, ...straight] })
    const traded = spread(inputs, decision, answer.trade)
    const over = rows.filter((row) => exceeds(universe, row, traded))
    if (over.length === 0 || round === ROUNDS_MAX) {
      const share = over.length === 0 ? 1 : shareInside(universe, rows, traded)
      const byInstrument = share === 1 ? traded : traded.map((t) => share * t)
      const trade = Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))
      const sources = [...box.sources, ...straight.map((line, k) => sourceOf(lines[k]!.row, line, decision))]
      return { trade, byInstrument, binding: bindingOf(answer, box, sources) }
    }
    traded.forEach((t, j) => {
      sizes[j] = Math.max(sizes[j]!, Math.abs(t))
    })
    for (const row of over) if (row.kink !== null) lines.push({ row, sides: sidesOf(inputs, row, traded) })
  }
}

/** Bounds first: a trade that its own cap holds is held by that. */
function bindingOf({ multipliers, boundMultipliers }: Answer, box: Box, sources: readonly Source[]): Binding[] {
  const bounds = Array.from(boundMultipliers, (price, k): Binding[] => {
    const source = price > 0 ? box.highest[k] : price < 0 ? box.lowest[k] : null
    return source === null || source === undefined ? [] : [{ ...source, price: Math.abs(price) }]
  })
  const rows = sources.map((source, k): Binding[] =>
    multipliers[k]! > 0 ? [{ ...source, price: multipliers[k]! }] : [],
  )
  return [...bounds.flat(), ...rows.flat()]
}

interface Fence {
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly rows: readonly CostRow[]
}

interface Answer {
  readonly trade: Float64Array
  readonly multipliers: Float64Array
  readonly boundMultipliers: Float64Array
}

/** The optimum inside a fence; where orders have fees, of the orders worth theirs. */
function decide(inputs: PlanInputs, decision: Decision, fence: Fence): Answer {
  const { fixed } = decision
  const solve = (forbidden: Uint8Array): CostOptimum => {
    const shut = (bound: Float64Array): Float64Array => bound.map((each, k) => (forbidden[k] === 1 ? 0 : each))
    const closed = forbidden.includes(1) ? { lower: shut(fence.lower), upper: shut(fence.upper) } : fence
    return solveFence(inputs, decision, { ...fence, ...closed })
  }
  const { forbidden } = chooseOrders({
    fixed,
    solve: (each) => {
      const { trade, certificate } = solve(each)
      return { trade: trade.slice(), objective: certificate.objective }
    },
  })
  const { trade, multipliers, boundMultipliers } = solve(forbidden)
  return {
    trade: trade.slice(),
    multipliers: multipliers.slice(),
    // A forbidden order is held by its fee, not by a limit.
    boundMultipliers: boundMultipliers.map((price, k) => (forbidden[k] === 1 ? 0 : price)),
  }
}

function solveFence(inputs: PlanInputs, { terms, rungs }: Decision, fence: Fence): CostOptimum {
  const rows = rungs.length === 0 ? fence.rows : [...fence.rows, ...rungs]
  const answer = solverFor(curvatureOf(inputs), terms.n, rows.length).solve({ ...terms, ...fence, rows, caps: [] })
  const { primalResidual, dualResidual, gap } = answer.certificate
  assert(
    answer.status !== 'infeasible' && Math.max(primalResidual, dualResidual, gap) <= RESIDUAL_MAX,
    `no trade at all obeys every relaxed limit, so there is an optimum; was ${answer.status}, ${primalResidual} ${dualResidual} ${gap}`,
  )
  return answer
}

/** The working memory of the solver, kept as long as the curvature that it works on. It carries nothing from plan to plan. */
const solvers = new WeakMap<
  Curvature,
  { readonly n: number; readonly rowsMax: number; readonly solver: CostProgramSolver }
>()

function solverFor(curvature: Curvature, n: number, rowsMax: number): CostProgramSolver {
  const kept = solvers.get(curvature)
  if (kept !== undefined && kept.n === n && kept.rowsMax >= rowsMax) return kept.solver
  const solver = makeCostProgram(n, rowsMax)
  solvers.set(curvature, { n, rowsMax, solver })
  return solver
}

/** The variables as traded weight of every instrument. */
function spread({ mandate: { universe } }: PlanInputs, { instruments }: Decision, trade: Float64Array): Float64Array {
  const traded = new Float64Array(universe.instruments.length)
  instruments.forEach((j, k) => {
    traded[j] = trade[k]!
  })
  return traded
}
